//! From a table, in a file or in memory, to batches of typed columns.
//!
//! Both formats and the record batches of others end in the same [`Batch`]: Arrow arrays in the types of [`crate::schema::CellType`], columns in the order of the
//! table's declaration. What a cell may say and how rows belong together is for [`crate::load`].

mod csv;
mod foreign;
mod guard;
mod memory;
mod opened;
mod pages;
mod parquet;
mod whole;

use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Date32Builder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema, TimeUnit};

use rotor_factor::{Date, nearest};
use rotor_fs::sha256;

use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::schema::{CellType, Column, Table};

pub(crate) use foreign::{
    encoding_of, has_blanks_around, is_missing_mark, remedy_of_format, wide_table, without_mark,
};
use opened::{Hashing, OpenedFile, Unopened};
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
#[derive(Debug)]
pub(crate) struct TableSource {
    pub(crate) table: Table,
    /// The name in the folder, or what stands for it, for messages.
    pub(crate) name: String,
    pub(crate) content: Content,
}

/// What the rows of a table are read from.
#[derive(Debug)]
pub(crate) enum Content {
    File { format: Format, opened: OpenedFile },
    Memory(Vec<RecordBatch>),
}

/// Takes rows as they were decoded: columns in the order of the declaration and in the types of its cells, and what of them
/// cannot be taken.
fn batch_of<'a>(
    source: &'a TableSource,
    rows: &RecordBatch,
    positions: &[Option<usize>],
    first_row: u64,
) -> (Batch<'a>, FaultReport) {
    let (mut columns, mut damaged, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (idx, (column, position)) in source.table.columns().iter().zip(positions).enumerate() {
        let taken = position.and_then(|position| {
            let array = rows.column(position);
            match (array.data_type(), column.cells) {
                (found, cells) if !holds(found, cells) => {
                    let mut filled = (0..array.len()).filter(|row| array.is_valid(*row));
                    if let Some(row) = filled.next() {
                        // A file's text was asked for as a dictionary.
                        let found = match found {
                            DataType::Dictionary(_, word) => word,
                            found => found,
                        };
                        let kind =
                            FaultKind::ColumnType { expected: cells, found: shown(&found.to_string()) };
                        refused.push((row, 1 + filled.count() as u64, column.name, kind));
                    }
                    None
                }
                (DataType::Timestamp(unit, None), CellType::Date) => {
                    let days = days_of(array, *unit, |row, kind| {
                        damaged.push((row, idx));
                        refused.push((row, 1, column.name, kind));
                    });
                    Some(days)
                }
                (_, CellType::Text) => Some(with_dictionary(array)),
                (_, CellType::Integer) => Some(parquet::widened(array)),
                (_, CellType::Date | CellType::Number) => Some(Arc::clone(array)),
            }
        });
        columns.push(taken);
    }
    damaged.sort_unstable();
    refused.sort_by_key(|(row, ..)| *row);
    let batch = Batch { source, first_row, n_rows: rows.num_rows(), columns, lines: None, damaged };
    let mut report = FaultReport::default();
    for (row, count, column, kind) in refused {
        report.push(Fault { count, ..batch.fault(row, Some(column), kind) });
    }
    (batch, report)
}

/// Returns the days of timestamps at midnight. A time of day is refused, for it leaves open which day is meant.
fn days_of(array: &ArrayRef, unit: TimeUnit, mut refuse: impl FnMut(usize, FaultKind)) -> ArrayRef {
    let ticks = array.to_data();
    let ticks = Int64Array::from(
        ticks.into_builder().data_type(DataType::Int64).build().expect("timestamps are 64-bit integers"),
    );
    let per_second: i64 = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let per_day = 86_400 * per_second;
    let mut days = Date32Builder::with_capacity(ticks.len());
    for (row, tick) in ticks.iter().enumerate() {
        let Some(tick) = tick else {
            days.append_null();
            continue;
        };
        // A day beyond 32 bits is beyond the calendar too, which is for the rules of the rows to say.
        let day = i32::try_from(tick.div_euclid(per_day)).unwrap_or(i32::MAX);
        let seconds = tick.rem_euclid(per_day) / per_second;
        if tick.rem_euclid(per_day) == 0 {
            days.append_value(day);
        } else {
            days.append_null();
            let date = Date::from_days(day).map_or_else(|| format!("day {day}"), |date| date.to_string());
            let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            refuse(row, FaultKind::TimeOfDay { value: format!("{date} {hour:02}:{minute:02}:{second:02}") });
        }
    }
    Arc::new(days.finish())
}

/// Returns text as a dictionary: a code that stands in a million rows is then looked up once.
fn with_dictionary(array: &ArrayRef) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|text| builder.append_option(text)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|text| builder.append_option(text)),
        DataType::Utf8View => array.as_string_view().iter().for_each(|text| builder.append_option(text)),
        DataType::Dictionary(key, word) if (&**key, &**word) == (&DataType::Int32, &DataType::Utf8) => {
            return Arc::clone(array);
        }
        _ => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                (0..array.len()).for_each(|_| builder.append_null());
                return Arc::new(builder.finish());
            }
            let words = with_dictionary(dictionary.values());
            let words: &DictionaryArray<Int32Type> = words.as_dictionary();
            let words = Text { keys: words.keys(), words: words.values().as_string() };
            for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
                builder.append_option(dictionary.is_valid(row).then(|| words.get(key)).flatten());
            }
        }
    }
    Arc::new(builder.finish())
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

    /// Returns for each row what its word is given in `of_words`, or `empty` if the cell is empty.
    pub(crate) fn of_rows(&self, of_words: &[u32], empty: u32) -> Vec<u32> {
        let of_word = |key: i32| of_words[key as usize];
        match self.keys.null_count() {
            0 => self.keys.values().iter().map(|key| of_word(*key)).collect(),
            _ => self.keys.iter().map(|key| key.map_or(empty, of_word)).collect(),
        }
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
    ///
    /// # Errors
    ///
    /// If the system has too little for another open file.
    pub(crate) fn find(folder: &Path, table: Table, faults: &mut FaultReport) -> io::Result<Option<Self>> {
        let [csv, parquet] =
            [Format::Csv, Format::Parquet].map(|format| format!("{table}.{}", format.extension()));
        let opened = |format, name: &str| {
            let opened = OpenedFile::open(&folder.join(name))?;
            Ok(Self { table, name: name.to_owned(), content: Content::File { format, opened } })
        };
        // A link that leads nowhere exists too: it is a fault, not an absent table.
        let exists = |name: &str| folder.join(name).symlink_metadata().is_ok();
        match (exists(&csv), exists(&parquet)) {
            (true, true) => {
                let source: Self = opened(Format::Parquet, &parquet)?;
                faults.push(source.fault(FaultKind::GivenTwice { csv, parquet }));
                Ok(Some(source))
            }
            (true, false) => opened(Format::Csv, &csv).map(Some),
            (false, true) => opened(Format::Parquet, &parquet).map(Some),
            (false, false) => Ok(None),
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

    /// Returns the SHA-256 of the bytes that [`TableSource::fold`] has read from the file, or of the cells of a table in memory, in
    /// lower-case hexadecimal digits; `None` if they cannot be read, which is for `fold` to report.
    pub(crate) fn sha256(&self) -> Option<String> {
        match &self.content {
            Content::File { opened, .. } => opened.sha256(),
            Content::Memory(batches) => memory::sha256(self, batches),
        }
    }

    pub(crate) fn fault(&self, kind: FaultKind) -> Fault {
        Fault {
            table: Some(self.table),
            file: self.name.clone(),
            row: None,
            line: None,
            column: None,
            kind,
            count: 1,
        }
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
        let (format, opened) = match &self.content {
            Content::File { format, opened } => (format, opened),
            Content::Memory(batches) => return memory::fold(self, batches, faults, start, step),
        };
        let unreadable = |reason: String| self.fault(FaultKind::Unreadable { reason });
        let file = match opened.file() {
            Ok(file) => file,
            Err(Unopened::Parts) => {
                let remedy = foreign::remedy_of_parts(self.table, &self.name);
                faults.push(self.fault(FaultKind::PartFolder { remedy }));
                return None;
            }
            Err(Unopened::Refused(reason)) => {
                faults.push(unreadable(reason.clone()));
                return None;
            }
        };
        let refused = match format {
            Format::Csv => match Hashing::new(file).and_then(|mut bytes| Ok((bytes.head()?, bytes))) {
                Ok((head, mut bytes)) => {
                    let result = csv::fold(self, &head, &mut bytes, faults, start(0), step);
                    opened.note_sha256(bytes.finish());
                    return result.map(|result| vec![result]);
                }
                Err(error) => error,
            },
            Format::Parquet => match opened.whole() {
                Ok(bytes) => {
                    let (sha256, results) =
                        rayon::join(|| sha256(&bytes), || parquet::fold(self, &bytes, faults, &start, &step));
                    opened.note_sha256(Some(sha256));
                    return results;
                }
                Err(error) => error,
            },
        };
        opened.note_sha256(None);
        faults.push(unreadable(refused.to_string()));
        None
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
        let is_absent = |column: &&Column| !column.optional && !header.iter().any(|name| name == column.name);
        let missing = declared.iter().find(is_absent).map(|column| column.name);
        for (idx, name) in header.iter().enumerate() {
            match declared.iter().position(|column| column.name == name) {
                None if is_index(idx, name) => fault(name, FaultKind::IndexColumn { missing }),
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
                // A data frame gives a column without a value whatever type it likes; whether there is none, the cells say.
                found if column.optional && !found.is_nested() => {}
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

/// Tells whether a column is one that data frames add: the numbers of the rows.
fn is_index(idx: usize, name: &str) -> bool {
    (idx == 0 && name.is_empty())
        || matches!(name, "index" | "level_0")
        || name.starts_with("Unnamed: ")
        || name.starts_with("__index_level_")
}

/// Tells whether an Arrow column can hold such cells: the types that say the same in another width or layout.
fn holds(found: &DataType, cells: CellType) -> bool {
    let is_text =
        |found: &DataType| matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    match cells {
        CellType::Text => match found {
            DataType::Dictionary(_, word) => is_text(word),
            _ => is_text(found),
        },
        CellType::Date => matches!(found, DataType::Date32 | DataType::Timestamp(_, None)),
        CellType::Number => matches!(found, DataType::Float64),
        CellType::Integer => found.is_integer() && !matches!(found, DataType::UInt64),
    }
}
