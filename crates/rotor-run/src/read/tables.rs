//! The tables of factors, from one file a table back to one table a day.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use rotor_data::ParquetFile;
use rotor_factor::{ColumnValues, Date, Table};

use super::columns::{Words, shortened};
use super::names::Names;
use crate::error::{ColumnFault, RunError};
use crate::rows::FactorTable;
use crate::tables::{EXECUTION, FOLDER, IS_MATRIX};

/// A file of tables that was decoded.
pub(super) struct TableFile {
    factor: String,
    /// One table a day, in the order of the file.
    tables: Vec<(Date, Table)>,
}

impl TableFile {
    /// Reads a file; `None` if it is none of tables.
    pub(super) fn decode(file: &str, bytes: Vec<u8>) -> Result<Option<Self>, RunError> {
        let name = file.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(".parquet"));
        let Some((factor, name)) = name.and_then(|name| name.split_once('.')) else { return Ok(None) };
        let read = ParquetFile::read(bytes);
        let read = read.map_err(|reason| RunError::Unreadable { file: file.into(), reason })?;
        let fault =
            |column: &str, fault| RunError::Column { file: file.into(), column: shortened(column), fault };
        let (rows, schema) = (&read.rows, read.rows.schema());
        let first = schema.fields().first().filter(|field| field.name() == EXECUTION);
        let first = first.ok_or_else(|| fault(EXECUTION, ColumnFault::Missing))?;
        if *first.data_type() != DataType::Date32 {
            let (expected, found) = ("days", first.data_type().to_string());
            return Err(fault(EXECUTION, ColumnFault::Type { expected, found }));
        }
        let is_matrix = read.remarks.iter().any(|(key, value)| key == IS_MATRIX && value == "true");
        let mut tables = Vec::new();
        for (day, range) in days(rows).map_err(|problem| fault(EXECUTION, problem))? {
            let mut table = Table::new(name);
            for (field, array) in schema.fields().iter().zip(rows.columns()).skip(1) {
                let values = values(&array.slice(range.start, range.len()));
                if let Some(values) = values.map_err(|problem| fault(field.name(), problem))? {
                    table = table.column(field.name().clone(), values);
                }
            }
            tables.push((day, if is_matrix { table.into_matrix() } else { table }));
        }
        Ok(Some(Self { factor: factor.into(), tables }))
    }

    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        self.tables.iter().map(|(day, _)| *day)
    }
}

/// Returns the tables of all files in the order of execution, factor and name. A factor that has nothing else gets its place.
pub(super) fn rows(files: Vec<TableFile>, names: &Names, factors: &mut Vec<String>) -> Vec<FactorTable> {
    let mut rows = Vec::new();
    for file in files {
        let known = factors.iter().position(|factor| *factor == file.factor);
        let factor = known.unwrap_or_else(|| {
            factors.push(file.factor.clone());
            factors.len() - 1
        });
        rows.extend(file.tables.into_iter().map(|(day, table)| FactorTable {
            execution: names.execution(day),
            factor: factor as u32,
            table,
        }));
    }
    // Stable: files come in the order of their names.
    rows.sort_by_key(|row| (row.execution, row.factor));
    rows
}

/// Returns the days of the rows, each with its rows.
fn days(rows: &RecordBatch) -> Result<Vec<(Date, Range<usize>)>, ColumnFault> {
    let column = rows.column(0).as_primitive::<Date32Type>();
    let mut days: Vec<(Date, Range<usize>)> = Vec::new();
    for (row, cell) in column.iter().enumerate() {
        let cell = cell.ok_or(ColumnFault::Empty)?;
        let day = super::day(cell).ok_or(ColumnFault::NoDay { days: cell })?;
        match days.last_mut() {
            Some((last, range)) if *last == day => range.end = row + 1,
            _ => days.push((day, row..row + 1)),
        }
    }
    Ok(days)
}

/// Returns the cells of a column on one day; `None` if the table of the day has no such column.
fn values(array: &ArrayRef) -> Result<Option<ColumnValues>, ColumnFault> {
    match array.data_type() {
        DataType::Float64 => {
            let numbers = array.as_primitive::<Float64Type>().iter();
            Ok(Some(ColumnValues::Numbers(numbers.map(|number| number.unwrap_or(f64::NAN)).collect())))
        }
        DataType::Date32 if array.null_count() == array.len() => Ok(None),
        DataType::Date32 => {
            let date = |cell: Option<i32>| {
                let days = cell.ok_or(ColumnFault::Empty)?;
                super::day(days).ok_or(ColumnFault::NoDay { days })
            };
            let dates = array.as_primitive::<Date32Type>().iter().map(date);
            Ok(Some(ColumnValues::Dates(dates.collect::<Result<_, _>>()?)))
        }
        DataType::Dictionary(..) => {
            let words = Words::of(array);
            if words.keys.iter().all(Option::is_none) {
                return Ok(None);
            }
            let texts = (0..array.len()).map(|row| words.get(row).unwrap_or_default().to_owned());
            Ok(Some(ColumnValues::Texts(texts.collect())))
        }
        other => Err(ColumnFault::Type { expected: "numbers, texts or days", found: other.to_string() }),
    }
}
