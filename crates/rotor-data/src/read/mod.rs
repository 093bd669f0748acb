//! From a table, in a file or in memory, to batches of typed columns.
//!
//! Both formats and the record batches of others end in the same [`Batch`]: Arrow arrays in the types of [`crate::schema::CellType`], columns in the order of the
//! table's declaration. What a cell may say and how rows belong together is for [`crate::load`].

mod csv;
mod guard;
mod memory;
mod pages;
mod parquet;
mod whole;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};

use rotor_factor::nearest;
use rotor_fs::sha256_of_file;

use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::schema::{CellType, Column, Table};

pub use whole::ParquetFile;

/// The two formats of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `NAME.csv`: UTF-8, RFC 4180, a header row, ISO dates.
    Csv,
    /// `NAME.parquet`.
    Parquet,
}

impl Format {
    /// Returns the ending of file names, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// Where one table comes from.
#[derive(Clone, Debug)]
pub(crate) struct TableSource {
    pub(crate) table: Table,
    /// The name in the folder, or what stands for it, for messages.
    pub(crate) name: String,
    pub(crate) content: Content,
}

/// What the rows of a table are read from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    File { format: Format, path: PathBuf },
    Memory(Vec<RecordBatch>),
}

/// Opens a regular file. Opening a pipe would wait for its other end, and a device never ends.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)
}

/// Some consecutive rows of a table.
pub(crate) struct Batch<'a> {
    source: &'a TableSource,
    /// Number of the first row, counted from 1.
    first_row: u64,
    n_rows: usize,
    /// One array a column of the declaration; `None` where an optional column is absent.
    columns: Vec<Option<ArrayRef>>,
    /// Line of each row, in text files.
    lines: Option<Vec<u64>>,
    /// Cells that are empty only because what stood there could not be read, as (row, column), in order.
    damaged: Vec<(usize, usize)>,
}

impl Batch<'_> {
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Returns the number of a row in its table, counted from 1.
    pub(crate) fn row_number(&self, row: usize) -> u64 {
        self.first_row + row as u64
    }

    /// Returns the position of a column in the declaration of the table.
    fn position(&self, name: &str) -> usize {
        self.columns_declared()
            .iter()
            .position(|column| column.name == name)
            .expect("rules name declared columns")
    }

    fn columns_declared(&self) -> &'static [Column] {
        self.source.table.columns()
    }

    /// Returns a column by name; `None` if it is optional and absent.
    pub(crate) fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.columns[self.position(name)].as_ref()
    }

    pub(crate) fn text(&self, name: &str) -> Option<Text<'_>> {
        let array: &DictionaryArray<Int32Type> = self.column(name)?.as_dictionary();
        Some(Text { keys: array.keys(), words: array.values().as_string() })
    }

    pub(crate) fn dates(&self, name: &str) -> Option<&PrimitiveArray<Date32Type>> {
        Some(self.column(name)?.as_primitive())
    }

    pub(crate) fn numbers(&self, name: &str) -> Option<&PrimitiveArray<Float64Type>> {
        Some(self.column(name)?.as_primitive())
    }

    pub(crate) fn integers(&self, name: &str) -> Option<&PrimitiveArray<Int64Type>> {
        Some(self.column(name)?.as_primitive())
    }

    /// Returns the columns that are there, in the order of the declaration.
    pub(crate) fn present(&self) -> impl Iterator<Item = (&'static Column, &ArrayRef)> {
        self.columns_declared()
            .iter()
            .zip(&self.columns)
            .filter_map(|(column, array)| Some((column, array.as_ref()?)))
    }

    /// Tells whether a cell is empty because of a fault that has been reported already.
    pub(crate) fn is_damaged(&self, row: usize, column: &str) -> bool {
        self.damaged.binary_search(&(row, self.position(column))).is_ok()
    }

    pub(crate) fn fault(&self, row: usize, column: Option<&str>, kind: FaultKind) -> Fault {
        Fault {
            row: Some(self.row_number(row)),
            line: self.lines.as_ref().map(|lines| lines[row]),
            column: column.map(str::to_owned),
            ..self.source.fault(kind)
        }
    }
}

/// A text column: each row points at a word.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    keys: &'a PrimitiveArray<Int32Type>,
    words: &'a StringArray,
}

impl<'a> Text<'a> {
    /// Returns the words that occur, in no particular order; a word may be there twice or unused.
    pub(crate) fn words(&self) -> impl ExactSizeIterator<Item = Option<&'a str>> + use<'a> {
        self.words.iter()
    }

    /// Returns the position of a row's word in [`Text::words`]; `None` if the cell is empty.
    pub(crate) fn key(&self, row: usize) -> Option<usize> {
        self.keys.is_valid(row).then(|| self.keys.value(row) as usize)
    }

    /// Returns a row's word; an empty text is an empty cell.
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        let key = self.key(row)?;
        (self.words.is_valid(key)).then(|| self.words.value(key)).filter(|word| !word.is_empty())
    }
}

impl TableSource {
    /// Returns the file that a folder keeps a table in, or `None` if the table is absent. A table that is there twice
    /// is reported and given once: which one is meant is not for us to say, but it is not absent.
    pub(crate) fn find(folder: &Path, table: Table, faults: &mut FaultReport) -> Option<Self> {
        let named = |format: Format| {
            let name = format!("{table}.{}", format.extension());
            let path = folder.join(&name);
            Self { table, name, content: Content::File { format, path } }
        };
        let (csv, parquet) = (named(Format::Csv), named(Format::Parquet));
        // A link that leads nowhere exists too: it is a fault, not an absent table.
        let exists = |file: &Self| folder.join(&file.name).symlink_metadata().is_ok();
        match (exists(&csv), exists(&parquet)) {
            (true, true) => {
                let kind = FaultKind::GivenTwice { csv: csv.name.clone(), parquet: parquet.name.clone() };
                faults.push(parquet.fault(kind));
                Some(parquet)
            }
            (true, false) => Some(csv),
            (false, true) => Some(parquet),
            (false, false) => None,
        }
    }

    /// Takes a table in memory.
    pub(crate) fn in_memory(table: Table, batches: Vec<RecordBatch>) -> Self {
        Self { table, name: format!("{table} (in memory)"), content: Content::Memory(batches) }
    }

    /// Returns the format of the file; `None` of a table in memory.
    pub(crate) fn format(&self) -> Option<Format> {
        match &self.content {
            Content::File { format, .. } => Some(*format),
            Content::Memory(_) => None,
        }
    }

    /// Returns the SHA-256 of the bytes of the file, or of the cells of a table in memory, in lower-case hexadecimal digits;
    /// `None` if they cannot be read, which is for [`TableSource::fold`] to report.
    pub(crate) fn sha256(&self) -> Option<String> {
        match &self.content {
            Content::File { path, .. } => open_regular(path).and_then(sha256_of_file).ok(),
            Content::Memory(batches) => memory::sha256(self, batches),
        }
    }

    pub(crate) fn fault(&self, kind: FaultKind) -> Fault {
        Fault { table: Some(self.table), file: self.name.clone(), row: None, line: None, column: None, kind }
    }

    /// Reads the whole table. Each part of it is folded into a value of its own, in parallel where the format allows
    /// it; the values come back in the order of the rows.
    ///
    /// `None` if the table cannot be read to its end, which has then been reported.
    pub(crate) fn fold<R: Send>(
        &self,
        faults: &mut FaultReport,
        start: impl Fn(usize) -> R + Sync,
        step: impl Fn(&mut R, &Batch<'_>, &mut FaultReport) + Sync,
    ) -> Option<Vec<R>> {
        let (format, path) = match &self.content {
            Content::File { format, path } => (format, path),
            Content::Memory(batches) => return memory::fold(self, batches, faults, start, step),
        };
        let file = match open_regular(path) {
            Ok(file) => file,
            Err(error) => {
                faults.push(self.fault(FaultKind::Unreadable { reason: error.to_string() }));
                return None;
            }
        };
        match format {
            Format::Csv => csv::fold(self, file, faults, start(0), step).map(|result| vec![result]),
            Format::Parquet => parquet::fold(self, file, faults, start, step),
        }
    }

    /// Finds the declared columns in a header.
    ///
    /// Returns, for each declared column, its position in the header, or `None` if the header is faulty.
    fn columns_of_header(
        &self,
        header: &[String],
        line: Option<u64>,
        faults: &mut FaultReport,
    ) -> Option<Vec<Option<usize>>> {
        let declared = self.table.columns();
        let before = faults.total();
        let mut fault = |name: &str, kind: FaultKind| {
            faults.push(Fault { line, column: Some(shown(name)), ..self.fault(kind) });
        };
        let mut positions = vec![None; declared.len()];
        for (idx, name) in header.iter().enumerate() {
            match declared.iter().position(|column| column.name == name) {
                None => {
                    let nearest = nearest(name, declared.iter().map(|column| column.name));
                    fault(name, FaultKind::UnknownColumn { nearest });
                }
                Some(column) if positions[column].is_some() => fault(name, FaultKind::DuplicateColumn),
                Some(column) => positions[column] = Some(idx),
            }
        }
        for (column, position) in declared.iter().zip(&positions) {
            if position.is_none() && !column.optional {
                fault(column.name, FaultKind::MissingColumn);
            }
        }
        (faults.total() == before).then_some(positions)
    }

    /// Finds the declared columns in a schema, and holds their types against the declaration.
    ///
    /// Returns, for each declared column, its position in the schema; `None` where it is absent or wholly empty. `None` for
    /// all if the schema is faulty, which has then been reported.
    fn columns_of_schema(&self, schema: &Schema, faults: &mut FaultReport) -> Option<Vec<Option<usize>>> {
        let header: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let mut positions = self.columns_of_header(&header, None, faults)?;
        let mut is_sound = true;
        for (column, position) in self.table.columns().iter().zip(&mut positions) {
            let Some(idx) = *position else { continue };
            match schema.field(idx).data_type() {
                DataType::Null if column.optional => *position = None,
                found if holds(found, column.cells) => {}
                found => {
                    is_sound = false;
                    let kind =
                        FaultKind::ColumnType { expected: column.cells, found: shown(&found.to_string()) };
                    faults.push(Fault { column: Some(column.name.into()), ..self.fault(kind) });
                }
            }
        }
        is_sound.then_some(positions)
    }
}

/// Tells whether an Arrow column can hold such cells. Only integers come in several widths.
fn holds(found: &DataType, cells: CellType) -> bool {
    match cells {
        CellType::Text => match found {
            DataType::Dictionary(key, word) => **key == DataType::Int32 && **word == DataType::Utf8,
            _ => matches!(found, DataType::Utf8),
        },
        CellType::Date => matches!(found, DataType::Date32),
        CellType::Number => matches!(found, DataType::Float64),
        CellType::Integer => found.is_integer() && !matches!(found, DataType::UInt64),
    }
}
