//! Where in a sheet the table is: its header, its rows, and what is neither.

use crate::date::{Moment, formatted, usual};
use crate::fault::FaultKind;
use crate::plan::{ColumnName, DatePlan, SectionEnd, Shape, TablePlan};
use crate::source::{Cell, Row, Sheet};

/// The table of a sheet.
pub(crate) struct Block<'s> {
    /// The header of each column.
    pub(crate) headers: Vec<String>,
    /// The rows of data.
    pub(crate) rows: Vec<&'s Row>,
    /// Rows between the header and the first date, which say something of the columns.
    pub(crate) meta: Vec<&'s Row>,
    /// Rows that the plan drops.
    pub(crate) n_dropped: usize,
}

impl<'s> Block<'s> {
    /// Finds the table of a sheet.
    pub(crate) fn find(sheet: &'s Sheet, plan: &TablePlan) -> Result<Self, FaultKind> {
        let rows = section(&sheet.rows, plan)?;
        let n_header = plan.header.rows.unwrap_or(1);
        let start = header_row(rows, plan)?;
        let (header, data) = rows[start..].split_at(n_header.min(rows.len() - start));
        let mut block =
            Self { headers: headers(header, data), rows: Vec::new(), meta: Vec::new(), n_dropped: 0 };
        let dropped = plan.drop_rows.first_cell.as_slice();
        // In a transposed table days stand in the header.
        let date = match (plan.shape, &plan.date.column) {
            (Shape::Transposed, _) | (_, None) => None,
            (_, Some(column)) => Some(block.column(column)?),
        };
        let mut has_begun = date.is_none();
        for row in data.iter().filter(|row| !row.is_blank()) {
            let first = row.cells.iter().find(|cell| !cell.is_empty()).map(Cell::text).unwrap_or_default();
            if dropped.iter().any(|beginning| first.starts_with(beginning.as_str())) {
                block.n_dropped += 1;
                continue;
            }
            has_begun = has_begun || date.is_some_and(|date| moment(row.cell(date), &plan.date).is_some());
            if has_begun { block.rows.push(row) } else { block.meta.push(row) }
        }
        if block.rows.is_empty() { Err(FaultKind::NoRows) } else { Ok(block) }
    }

    /// The texts of the row of meta data that begins with a text, column by column.
    pub(crate) fn meta_row(&self, first_cell: &str) -> Option<&'s Row> {
        let is_it = |row: &&&Row| row.cells.first().is_some_and(|cell| cell.text() == first_cell.trim());
        self.meta.iter().find(is_it).copied()
    }

    /// Returns the position of a column.
    pub(crate) fn column(&self, name: &ColumnName) -> Result<usize, FaultKind> {
        let wanted = match name {
            ColumnName::Number(number) if *number < self.headers.len() => return Ok(*number),
            ColumnName::Number(number) => {
                return Err(FaultKind::NoColumn { column: number.to_string(), nearest: None });
            }
            ColumnName::Header(header) => header.trim(),
            ColumnName::Either(headers) => {
                let is_there = |wanted: &&String| self.headers.iter().any(|header| header == wanted.trim());
                let found = headers.iter().find(is_there).or(headers.first());
                found.map_or("", |header| header.trim())
            }
        };
        let mut found = self.headers.iter().enumerate().filter(|(_, header)| *header == wanted);
        match (found.next(), found.count()) {
            (Some((position, _)), 0) => Ok(position),
            (Some(_), n) => Err(FaultKind::RepeatedColumn { column: wanted.into(), n: n + 1 }),
            (None, _) => {
                let known = self.headers.iter().map(String::as_str);
                let nearest = rotor_factor::nearest(wanted, known).map(Into::into);
                Err(FaultKind::NoColumn { column: format!("`{wanted}`"), nearest })
            }
        }
    }
}

/// The rows of the section of a plan; all without one.
fn section<'s>(rows: &'s [Row], plan: &TablePlan) -> Result<&'s [Row], FaultKind> {
    let Some(section) = &plan.section else { return Ok(rows) };
    let title = section.title.trim();
    let is_title = |row: &Row| {
        let cells: Vec<String> = row.cells.iter().map(Cell::text).filter(|text| !text.is_empty()).collect();
        cells.join(",") == title
    };
    let at = rows.iter().position(is_title).ok_or(FaultKind::NoSection { title: title.into() })?;
    let rest = &rows[at + 1..];
    let begin = rest.iter().position(|row| !row.is_blank()).unwrap_or(rest.len());
    let rest = &rest[begin..];
    let end = match section.ends {
        SectionEnd::Blank => rest.iter().position(Row::is_blank).unwrap_or(rest.len()),
        SectionEnd::File => rest.len(),
    };
    Ok(&rest[..end])
}

/// The position of the first row of the header.
fn header_row(rows: &[Row], plan: &TablePlan) -> Result<usize, FaultKind> {
    if let Some(first_cell) = &plan.header.first_cell {
        let is_it = |row: &Row| row.cells.first().is_some_and(|cell| cell.text() == first_cell.trim());
        return rows.iter().position(is_it).ok_or(FaultKind::NoHeader { first_cell: first_cell.clone() });
    }
    if let Some(number) = plan.header.row {
        let found = rows.iter().position(|row| row.number == number as u64);
        return found.ok_or(FaultKind::NoHeaderRow { row: number });
    }
    rows.iter().position(|row| !row.is_blank()).ok_or(FaultKind::NoRows)
}

/// The texts of header rows, column by column; without a header empty ones, as many as there are columns.
fn headers(header: &[Row], data: &[Row]) -> Vec<String> {
    let n = header.iter().chain(data).map(|row| row.cells.len()).max().unwrap_or(0);
    let of = |column: usize| {
        let parts = header.iter().map(|row| row.cell(column).text()).filter(|text| !text.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    (0..n).map(of).collect()
}

/// What a cell says of time, as the plan reads it.
pub(crate) fn moment(cell: &Cell, plan: &DatePlan) -> Option<Moment> {
    match (cell, &plan.format) {
        (Cell::Day(day), _) => Some(Moment::Day(*day)),
        (cell, Some(format)) => formatted(&cell.text(), format),
        // A whole number is a day written without anything between, or nothing.
        (cell, None) => usual(&cell.text()),
    }
}
