//! Flat tables whose columns are known when the program runs, to and from Parquet.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, Date32Array, DictionaryArray, Float64Array, Int32Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use rotor_data::ParquetFile;
use rotor_factor::Date;

use crate::read::columns::Words;
use crate::write::{ROW_GROUP_ROWS, write_parquet};

/// A table of columns of one length.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    columns: Vec<(String, ArrayRef)>,
}

impl Flat {
    pub(super) fn integers(self, name: &str, cells: impl Iterator<Item = Option<u32>>) -> Self {
        let cells: Int32Array = cells.map(|cell| cell.map(|cell| cell as i32)).collect();
        self.with(name, Arc::new(cells))
    }

    pub(super) fn numbers(self, name: &str, cells: impl Iterator<Item = Option<f64>>) -> Self {
        self.with(name, Arc::new(cells.collect::<Float64Array>()))
    }

    pub(super) fn dates(self, name: &str, cells: impl Iterator<Item = Option<Date>>) -> Self {
        self.with(name, Arc::new(cells.map(|cell| cell.map(Date::days)).collect::<Date32Array>()))
    }

    pub(super) fn texts<'t>(self, name: &str, cells: impl Iterator<Item = Option<&'t str>>) -> Self {
        self.with(name, Arc::new(cells.collect::<DictionaryArray<Int32Type>>()))
    }

    fn with(mut self, name: &str, cells: ArrayRef) -> Self {
        debug_assert!(self.columns.first().is_none_or(|(_, first)| first.len() == cells.len()), "{name}");
        self.columns.push((name.into(), cells));
        self
    }

    /// Writes the table as Parquet; equal tables give equal bytes.
    pub(super) fn to_parquet(&self, remarks: &[(&str, &str)]) -> Vec<u8> {
        let field = |(name, cells): &(String, ArrayRef)| Field::new(name, cells.data_type().clone(), true);
        let schema = Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<Field>>()));
        let n_rows = self.columns.first().map_or(0, |(_, cells)| cells.len());
        let batch = |start: usize| {
            let n = ROW_GROUP_ROWS.min(n_rows - start);
            let cells = self.columns.iter().map(|(_, cells)| cells.slice(start, n)).collect();
            RecordBatch::try_new(Arc::clone(&schema), cells).expect("columns are of one length")
        };
        let mut bytes = Vec::new();
        write_parquet(&mut bytes, &schema, remarks, (0..n_rows).step_by(ROW_GROUP_ROWS).map(batch))
            .expect("memory takes what is written");
        bytes
    }

    /// Reads a table, with the remarks in its footer.
    pub(super) fn from_parquet(bytes: Vec<u8>) -> Result<(Self, Vec<(String, String)>), String> {
        let ParquetFile { rows, remarks } = ParquetFile::read(bytes)?;
        let names = rows.schema();
        let names = names.fields().iter().map(|field| field.name().clone());
        Ok((Self { columns: names.zip(rows.columns().iter().cloned()).collect() }, remarks))
    }

    pub(super) fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.len())
    }

    fn column(&self, name: &str, is_it: impl Fn(&DataType) -> bool) -> Result<&ArrayRef, String> {
        let mut found = self.columns.iter().filter(|(known, _)| known == name);
        let (Some((_, cells)), None) = (found.next(), found.next()) else {
            return Err(format!("it has not one column `{name}`"));
        };
        if is_it(cells.data_type()) {
            Ok(cells)
        } else {
            Err(format!("its column `{name}` is of another type"))
        }
    }

    pub(super) fn take_integers(&self, name: &str) -> Result<Vec<Option<u32>>, String> {
        let cells = self.column(name, |found| *found == DataType::Int32)?.as_primitive::<Int32Type>();
        let cell = |cell: Option<i32>| {
            cell.map(|cell| u32::try_from(cell).map_err(|_| format!("`{name}` is below 0")))
        };
        cells.iter().map(|found| cell(found).transpose()).collect()
    }

    pub(super) fn take_numbers(&self, name: &str) -> Result<Vec<Option<f64>>, String> {
        let cells = self.column(name, |found| *found == DataType::Float64)?.as_primitive::<Float64Type>();
        if cells.iter().flatten().all(f64::is_finite) {
            Ok(cells.iter().collect())
        } else {
            Err(format!("its column `{name}` holds what is no number"))
        }
    }

    pub(super) fn take_dates(&self, name: &str) -> Result<Vec<Option<Date>>, String> {
        let cells = self.column(name, |found| *found == DataType::Date32)?.as_primitive::<Date32Type>();
        let day = |days: i32| Date::from_days(days).ok_or_else(|| format!("`{name}` holds what is no day"));
        cells.iter().map(|cell| cell.map(day).transpose()).collect()
    }

    pub(super) fn take_texts(&self, name: &str) -> Result<Vec<Option<String>>, String> {
        let cells = self.column(name, |found| matches!(found, DataType::Dictionary(..)))?;
        let words = Words::of(cells);
        Ok(words.keys.iter().map(|key| key.map(|key| words.texts[key].to_owned())).collect())
    }
}
