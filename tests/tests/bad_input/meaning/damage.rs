//! Parquet files of the plainest kind, with a byte that is another: every value lies where it can be found by hand.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rotor_data::schema::CellType::{self, Date, Integer, Number, Text};
use rotor_factor::Date as Day;

use super::arrow::{Layout, array};
use super::plain::rows_of;
use super::sheet::Sheet;

/// A file, and for each column where its values lie, one after the other.
pub(crate) struct PlainFile {
    pub(crate) bytes: Vec<u8>,
    values: Vec<Range<usize>>,
}

fn layout(cells: CellType) -> Layout {
    if cells == Integer { Layout::Int64 } else { Layout::of(cells) }
}

impl PlainFile {
    /// Writes a table without empty cells.
    pub(crate) fn new(sheet: &Sheet) -> Self {
        let arrays = sheet.columns.iter().map(|column| array(&column.rows, layout(column.cells)).unwrap());
        let arrays: Vec<_> = arrays.collect();
        let fields = sheet.columns.iter().zip(&arrays);
        let fields = fields.map(|(column, array)| Field::new(&column.name, array.data_type().clone(), false));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None)
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties)).unwrap();
        writer.write(&RecordBatch::try_new(schema, arrays).unwrap()).unwrap();
        let bytes = writer.into_inner().unwrap();
        let place = |values: Vec<u8>| {
            let mut places = bytes.windows(values.len()).enumerate().filter(|(_, window)| *window == values);
            let (start, _) = places.next().expect("values are written one after the other");
            assert!(places.next().is_none(), "values are to stand in the file once");
            start..start + values.len()
        };
        let encoded = |cells: CellType, rows: &[String]| -> Vec<u8> {
            rows.iter().flat_map(|cell| encoded(cells, cell)).collect()
        };
        let values = sheet.columns.iter().map(|column| place(encoded(column.cells, &column.rows))).collect();
        Self { bytes, values }
    }

    /// What the values say after a byte was changed, as the rows of the table.
    pub(crate) fn rows(&self, sheet: &Sheet, bytes: &[u8]) -> Result<Vec<String>, String> {
        let columns = sheet.columns.iter().zip(&self.values);
        let columns = columns.map(|(column, place)| decoded(column.cells, &bytes[place.clone()]));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = sheet.columns.iter().map(|column| column.name.as_str()).collect();
        let mut text = names.join(",");
        for row in 0..sheet.n_rows() {
            let cell = |column: &Vec<String>| {
                let cell = column.get(row).ok_or("a column is shorter than the others")?;
                Ok(format!("\"{}\"", cell.replace('"', "\"\"")))
            };
            text += "\n";
            text += &columns.iter().map(cell).collect::<Result<Vec<_>, String>>()?.join(",");
        }
        rows_of(sheet.table, text.as_bytes())
    }
}

fn encoded(cells: CellType, cell: &str) -> Vec<u8> {
    match cells {
        Text => [&(cell.len() as u32).to_le_bytes(), cell.as_bytes()].concat(),
        Date => cell.parse::<Day>().unwrap().days().to_le_bytes().into(),
        Number => cell.parse::<f64>().unwrap().to_le_bytes().into(),
        Integer => cell.parse::<i64>().unwrap().to_le_bytes().into(),
    }
}

fn decoded(cells: CellType, mut bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let mut take = |n: usize| {
            let (value, rest) = bytes.split_at_checked(n).ok_or("the values end too early")?;
            bytes = rest;
            Ok::<&[u8], String>(value)
        };
        values.push(match cells {
            Text => {
                let n_bytes = u32::from_le_bytes(take(4)?.try_into().unwrap());
                let text = take(n_bytes as usize)?;
                std::str::from_utf8(text).map_err(|error| error.to_string())?.to_owned()
            }
            Date => {
                let days = i32::from_le_bytes(take(4)?.try_into().unwrap());
                Day::from_days(days).ok_or("there is no such day")?.to_string()
            }
            Number => format!("{:?}", f64::from_le_bytes(take(8)?.try_into().unwrap())),
            Integer => i64::from_le_bytes(take(8)?.try_into().unwrap()).to_string(),
        });
    }
    Ok(values)
}
