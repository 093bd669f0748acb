//! Sheets of workbooks as rows of cells, read cell by cell: a workbook of a few kilobytes can claim a rectangle of 17 milliard cells.

use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, Reader, Xlsx};
use rotor_factor::Date;

use super::{Cell, MOST_CELLS, Row};
use crate::fault::FaultKind;

/// A row may not have more columns than this; cells further right are refused.
const MOST_COLUMNS: u32 = 16_384;

/// The names of the sheets.
pub(super) fn names(bytes: Vec<u8>) -> Result<Vec<String>, FaultKind> {
    let workbook =
        Xlsx::new(Cursor::new(bytes)).map_err(|error: calamine::XlsxError| FaultKind::unreadable(error))?;
    Ok(workbook.sheet_names())
}

/// Reads a sheet by its name, else the first; returns its name and its rows.
/// Where no sheet has merged cells they are not looked for: that reads the sheet once more.
pub(super) fn rows(
    bytes: Vec<u8>,
    sheet: Option<&str>,
    has_merged: bool,
) -> Result<(String, Vec<Row>), FaultKind> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(FaultKind::unreadable)?;
    let sheets = workbook.sheet_names();
    let name = match sheet {
        None => {
            sheets.first().cloned().ok_or(FaultKind::NoSheet { name: String::new(), sheets: Vec::new() })?
        }
        Some(name) if sheets.iter().any(|known| known == name) => name.to_owned(),
        Some(name) => return Err(FaultKind::NoSheet { name: name.into(), sheets }),
    };
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(FaultKind::unreadable)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut n_cells = 0_usize;
    while let Some(cell) = reader.next_cell().map_err(FaultKind::unreadable)? {
        let (row, column) = cell.get_position();
        let value = read(cell.get_value());
        if value == Cell::Empty {
            continue;
        }
        if column >= MOST_COLUMNS {
            return Err(FaultKind::TooManyCells { limit: MOST_COLUMNS as usize });
        }
        let number = u64::from(row) + 1;
        let is_new = rows.last().is_none_or(|last| last.number != number);
        if is_new {
            rows.push(Row { number, cells: Vec::new() });
        }
        let cells = &mut rows.last_mut().expect("a row was pushed").cells;
        let column = column as usize;
        // Empty cells before it count as well: they are kept.
        n_cells += (column + 1).saturating_sub(cells.len());
        if n_cells > MOST_CELLS {
            return Err(FaultKind::TooManyCells { limit: MOST_CELLS });
        }
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = value;
    }
    drop(reader);
    if has_merged {
        let merged = workbook.merge_cells_by_sheet_name(&name).map_err(FaultKind::unreadable)?;
        mark_merged(&mut rows, &merged)?;
    }
    Ok((name, rows))
}

/// Marks the cells that lie in a merged region and are not its first: only that one has the value. Rows without any cell stay as they are.
fn mark_merged(rows: &mut [Row], regions: &[Dimensions]) -> Result<(), FaultKind> {
    let mut n_looked_at = 0_usize;
    for region in regions {
        let (first, last) = (u64::from(region.start.0) + 1, u64::from(region.end.0) + 1);
        let columns = region.start.1 as usize..=region.end.1.min(MOST_COLUMNS - 1) as usize;
        let from = rows.partition_point(|row| row.number < first);
        for row in rows[from..].iter_mut().take_while(|row| row.number <= last) {
            for column in columns.clone().filter(|column| (row.number, *column) != (first, *columns.start()))
            {
                n_looked_at += 1;
                // Regions may claim all cells, and many regions the same.
                if n_looked_at > MOST_CELLS {
                    return Err(FaultKind::TooManyCells { limit: MOST_CELLS });
                }
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, Cell::Empty);
                }
                if row.cells[column] == Cell::Empty {
                    row.cells[column] = Cell::Merged;
                }
            }
        }
    }
    Ok(())
}

fn read(value: &DataRef<'_>) -> Cell {
    let text = |text: &str| if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    match Data::from(value.clone()) {
        Data::String(found) | Data::DateTimeIso(found) | Data::DurationIso(found) => text(&found),
        Data::Float(number) => Cell::Number(number),
        Data::Int(number) => Cell::Number(number as f64),
        Data::Bool(flag) => Cell::Text(flag.to_string()),
        Data::DateTime(day) => {
            // Workbooks of old Macs count from 1904, which the reader knows. A day of 1900 is a number in the dress of a day.
            let (year, month, of_month, ..) = day.to_ymd_hms_milli();
            let read = Date::new(i32::from(year), u32::from(month), u32::from(of_month)).ok();
            let is_day = day.is_datetime() && year > 1900;
            read.filter(|_| is_day).map_or(Cell::Number(day.as_f64()), Cell::Day)
        }
        Data::Error(error) => Cell::Error(error.to_string()),
        Data::Empty => Cell::Empty,
    }
}
