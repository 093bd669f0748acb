//! The decoded columns of a file of facts, as its sheet declares them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::DataType;
use rotor_data::ParquetFile;
use rotor_factor::Date;
use rotor_fs::shown;

use crate::error::{ColumnFault, RunError};
use crate::sheets::{Cells, Sheet};

/// A file of facts that was decoded: its columns are those of the sheet, in its order, and hold nulls where they may. What an
/// earlier format does not have is empty.
pub(crate) struct Facts {
    pub(crate) sheet: &'static Sheet,
    n_rows: usize,
    arrays: Vec<ArrayRef>,
}

/// A column of texts: for each row the number of its text.
pub(crate) struct Words<'a> {
    pub(crate) keys: Vec<Option<usize>>,
    pub(crate) texts: Vec<&'a str>,
}

impl Facts {
    pub(crate) fn decode(sheet: &'static Sheet, bytes: Vec<u8>) -> Result<Self, RunError> {
        let file = ParquetFile::read(bytes);
        let file = file.map_err(|reason| RunError::Unreadable { file: sheet.file.into(), reason })?;
        let schema = file.rows.schema();
        let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let declared = |name: &str| sheet.columns.iter().any(|column| column.name == name);
        if let Some(extra) = found.iter().find(|name| !declared(name)) {
            return Err(column_error(sheet, extra, ColumnFault::Unexpected));
        }
        let mut arrays = Vec::new();
        for column in sheet.columns {
            let mut places = found.iter().enumerate().filter(|(_, name)| **name == column.name);
            let fault = |fault| column_error(sheet, column.name, fault);
            let Some((place, _)) = places.next() else {
                if !column.is_newer {
                    return Err(fault(ColumnFault::Missing));
                }
                arrays.push(new_null_array(&column.cells.read_as(), file.rows.num_rows()));
                continue;
            };
            if places.next().is_some() {
                return Err(fault(ColumnFault::Unexpected));
            }
            let data_type = schema.field(place).data_type();
            if *data_type != column.cells.read_as() {
                return Err(fault(ColumnFault::Type {
                    expected: column.cells.word(),
                    found: data_type.to_string(),
                }));
            }
            if !column.is_optional && file.rows.column(place).logical_null_count() > 0 {
                return Err(fault(ColumnFault::Empty));
            }
            arrays.push(Arc::clone(file.rows.column(place)));
        }
        Ok(Self { sheet, n_rows: file.rows.num_rows(), arrays })
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.sheet.columns.iter().any(|known| known.name == column)
    }

    pub(crate) fn len(&self) -> usize {
        self.n_rows
    }

    fn array(&self, column: &str) -> &ArrayRef {
        let place = self.sheet.columns.iter().position(|known| known.name == column);
        &self.arrays[place.expect("rows are made of declared columns")]
    }

    pub(crate) fn error(&self, column: &str, fault: ColumnFault) -> RunError {
        column_error(self.sheet, column, fault)
    }

    pub(crate) fn numbers_or_none(&self, column: &str) -> Vec<Option<f64>> {
        self.array(column).as_primitive::<Float64Type>().iter().collect()
    }

    pub(crate) fn numbers(&self, column: &str) -> &[f64] {
        self.array(column).as_primitive::<Float64Type>().values()
    }

    pub(crate) fn integers(&self, column: &str) -> &[i32] {
        self.array(column).as_primitive::<Int32Type>().values()
    }

    pub(crate) fn dates_or_none(&self, column: &str) -> Result<Vec<Option<Date>>, RunError> {
        let date = |days: Option<i32>| match days {
            None => Ok(None),
            Some(days) => {
                let unknown = || self.error(column, ColumnFault::NoDay { days });
                super::day(days).map(Some).ok_or_else(unknown)
            }
        };
        self.array(column).as_primitive::<Date32Type>().iter().map(date).collect()
    }

    pub(crate) fn dates(&self, column: &str) -> Result<Vec<Date>, RunError> {
        Ok(self.dates_or_none(column)?.into_iter().flatten().collect())
    }

    pub(crate) fn words(&self, column: &str) -> Words<'_> {
        Words::of(self.array(column))
    }

    /// Returns for each row what its text stands for. Every text is looked up once.
    pub(crate) fn positions(
        &self,
        column: &str,
        mut find: impl FnMut(&str) -> Option<u32>,
    ) -> Result<Vec<u32>, RunError> {
        let words = self.words(column);
        let mut known: Vec<Option<u32>> = vec![None; words.texts.len()];
        let keys = words.keys.iter().flatten();
        keys.map(|key| {
            let text = words.texts[*key];
            let position = known[*key].or_else(|| find(text));
            known[*key] = position;
            position.ok_or_else(|| self.error(column, ColumnFault::Unknown { value: shortened(text) }))
        })
        .collect()
    }
}

impl<'a> Words<'a> {
    pub(crate) fn of(array: &'a ArrayRef) -> Self {
        let array = array.as_dictionary::<Int32Type>();
        let texts = array.values().as_string::<i32>();
        let key = |key: Option<i32>| {
            let key = key? as usize;
            texts.is_valid(key).then_some(key)
        };
        Self {
            keys: array.keys().iter().map(key).collect(),
            texts: texts.iter().map(Option::unwrap_or_default).collect(),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        self.keys[row].map(|key| self.texts[key])
    }
}

impl Cells {
    /// What the decoder makes of such cells.
    fn read_as(self) -> DataType {
        match self {
            Self::Date => DataType::Date32,
            Self::Text => DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into()),
            Self::Number => DataType::Float64,
            Self::Integer => DataType::Int32,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Date => "days",
            Self::Text => "texts",
            Self::Number => "numbers",
            Self::Integer => "integers",
        }
    }
}

fn column_error(sheet: &Sheet, column: &str, fault: ColumnFault) -> RunError {
    RunError::Column { file: sheet.file.into(), column: shortened(column), fault }
}

pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    shown(&short)
}
