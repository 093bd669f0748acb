//! Parquet tables: row groups in parallel, a bounded number of rows at a time.
//!
//! The decoder is a library's; two things around it are ours. A look at every page header before anything is decoded
//! ([`super::pages`]), so that a claimed size is never believed. And a wall against panics: whatever a damaged file does to the
//! decoder, it becomes a fault. The bytes are in memory: threads share them, and they are those that were hashed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use rayon::prelude::*;

use super::pages::{check_depth, check_pages};
use super::{Batch, TableSource, batch_of};
use crate::fault::{Fault, FaultKind, FaultReport, shown, shown_reason};

/// Rows decoded at a time: five columns of them fit the second-level cache.
const BATCH_ROWS: usize = 1 << 15;

/// Equal rows cost next to nothing in Parquet, so a small file can hold billions of them. The keys of a table
/// differ from row to row, and no writer packs that into so few bytes.
const MOST_ROWS_PER_BYTE: u64 = 64;
const FEW_ROWS: u64 = 1 << 20;

pub(super) fn fold<R: Send>(
    file: &TableSource,
    source: &Bytes,
    faults: &mut FaultReport,
    start: impl Fn(usize) -> R + Sync,
    step: impl Fn(&mut R, &Batch<'_>, &mut FaultReport) + Sync,
) -> Option<Vec<R>> {
    let unreadable = |reason: String| file.fault(FaultKind::Unreadable { reason: shown_reason(&reason) });
    let layout = match contain(|| Layout::read(file, source, faults)) {
        Ok(layout) => layout?,
        Err(reason) => {
            faults.push(unreadable(reason));
            return None;
        }
    };
    // The footer's word on rows is not taken for a reservation beyond what the file could hold.
    let n_groups = layout.first_rows.len().max(1) as u64;
    let room = |group: usize| layout.rows_claimed(group).min(source.len() as u64 / n_groups) as usize;
    let parts: Vec<(Option<R>, FaultReport)> = (0..layout.first_rows.len())
        .into_par_iter()
        .with_max_len(1)
        .map(|group| {
            let mut report = FaultReport::default();
            let mut result = start(room(group));
            let outcome = contain(|| {
                layout.read_group(file, source, group, |(batch, mut found)| {
                    let mut rules = FaultReport::default();
                    step(&mut result, &batch, &mut rules);
                    found.merge(rules);
                    report.append(found);
                })
            });
            match outcome {
                Ok(()) => (Some(result), report),
                Err(reason) => {
                    report.push(unreadable(format!("row group {group}: {reason}")));
                    (None, report)
                }
            }
        })
        .collect();
    let results: Vec<Option<R>> = parts
        .into_iter()
        .map(|(result, report)| {
            faults.append(report);
            result
        })
        .collect();
    results.into_iter().collect()
}

/// Calls `work` so that an error and a panic end alike: as the reason why a file cannot be read.
pub(super) fn contain<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(peeled(&error.to_string()).to_owned()),
        Err(panic) => Err(format!("the decoder gave up: {}", panic_message(panic.as_ref()))),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

/// Takes off the names of the layers through which an error came.
fn peeled(mut reason: &str) -> &str {
    const LAYERS: [&str; 5] =
        ["Parquet error: ", "Parquet argument error: ", "External: ", "Arrow: ", "EOF: "];
    while let Some(inner) = LAYERS.iter().find_map(|layer| reason.strip_prefix(layer)) {
        reason = inner;
    }
    reason
}

/// What the footer says, as far as it has been checked.
struct Layout {
    metadata: ArrowReaderMetadata,
    /// For each declared column its position in the file; `None` where it is absent or wholly empty.
    positions: Vec<Option<usize>>,
    /// For each row group the number of its first row, counted from 1.
    first_rows: Vec<u64>,
    n_rows: u64,
}

impl Layout {
    /// Reads the footer. `None` if the table's form is faulty, which has then been reported.
    fn read(
        file: &TableSource,
        source: &Bytes,
        faults: &mut FaultReport,
    ) -> Result<Option<Self>, ParquetError> {
        check_depth(source)?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let inferred = ArrowReaderMetadata::load(source, options.clone())?;
        let Some(positions) = file.columns_of_schema(inferred.schema(), faults) else { return Ok(None) };
        let (first_rows, n_rows) = row_starts(inferred.metadata())?;
        if let Some((name, found)) = unread_codec(inferred.metadata()) {
            let kind = FaultKind::UnknownCodec { found };
            faults.push(Fault { column: Some(shown(&name)), ..file.fault(kind) });
            return Ok(None);
        }
        let n_bytes = source.len() as u64;
        if !is_plausible(n_rows, n_bytes) {
            faults.push(file.fault(FaultKind::ImplausibleRows { n_rows, n_bytes }));
            return Ok(None);
        }
        let limit = u64::from(u32::MAX);
        if n_rows > limit {
            faults.push(file.fault(FaultKind::TooManyRows { n_rows, limit }));
            return Ok(None);
        }
        check_pages(source, inferred.metadata())?;
        let options = options.with_schema(with_dictionaries(inferred.schema()));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(inferred.metadata()), options)?;
        Ok(Some(Self { metadata, positions, first_rows, n_rows }))
    }

    /// Returns how many rows the footer says that a row group has.
    fn rows_claimed(&self, group: usize) -> u64 {
        let next = self.first_rows.get(group + 1).copied().unwrap_or(self.n_rows + 1);
        next - self.first_rows[group]
    }

    fn read_group<'a>(
        &self,
        file: &'a TableSource,
        source: &Bytes,
        group: usize,
        mut each: impl FnMut((Batch<'a>, FaultReport)),
    ) -> Result<(), ParquetError> {
        let reader: ParquetRecordBatchReader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(source.clone(), self.metadata.clone())
                .with_batch_size(BATCH_ROWS)
                .with_row_groups(vec![group])
                .build()?;
        let mut n_rows = 0;
        for record_batch in reader {
            let record_batch = record_batch?;
            each(batch_of(file, &record_batch, &self.positions, self.first_rows[group] + n_rows));
            n_rows += record_batch.num_rows() as u64;
        }
        if n_rows == self.rows_claimed(group) {
            return Ok(());
        }
        let claimed = self.rows_claimed(group);
        Err(ParquetError::General(format!("it has {n_rows} rows where the footer claims {claimed}")))
    }
}

/// Returns for each row group the number of its first row, counted from 1, and the number of all rows.
///
/// # Errors
///
/// A footer that contradicts itself.
pub(super) fn row_starts(metadata: &ParquetMetaData) -> Result<(Vec<u64>, u64), ParquetError> {
    let (mut first_rows, mut n_rows) = (Vec::new(), 0_u64);
    for group in metadata.row_groups() {
        first_rows.push(n_rows + 1);
        let sum = u64::try_from(group.num_rows()).ok().and_then(|rows| n_rows.checked_add(rows));
        let impossible = || ParquetError::General("the footer claims an impossible number of rows".into());
        n_rows = sum.ok_or_else(impossible)?;
    }
    let claimed = metadata.file_metadata().num_rows();
    if u64::try_from(claimed) != Ok(n_rows) {
        let problem = format!("the footer claims {claimed} rows, its row groups {n_rows}");
        return Err(ParquetError::General(problem));
    }
    Ok((first_rows, n_rows))
}

/// Returns the first column that is packed in a way that is not read, and the name of that way.
pub(super) fn unread_codec(metadata: &ParquetMetaData) -> Option<(String, String)> {
    metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).find_map(|column| {
        let codec = column.compression();
        if matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)) {
            return None;
        }
        let codec = codec.to_string();
        Some((column.column_path().string(), codec.split('(').next().unwrap_or_default().to_owned()))
    })
}

/// Tells whether so many rows can be in so many bytes.
pub(super) fn is_plausible(n_rows: u64, n_bytes: u64) -> bool {
    n_rows <= n_bytes.saturating_mul(MOST_ROWS_PER_BYTE).max(FEW_ROWS)
}

/// Asks for text as dictionaries: a code that stands in a million rows is then looked up once.
pub(super) fn with_dictionaries(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => {
            let dictionary = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
            Field::new(field.name(), dictionary, field.is_nullable())
        }
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Returns whole numbers of any width in 64 bits.
pub(super) fn widened(array: &ArrayRef) -> ArrayRef {
    fn widen<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> ArrayRef {
        Arc::new(array.as_primitive::<T>().unary::<_, Int64Type>(Into::into) as Int64Array)
    }
    match array.data_type() {
        DataType::Int8 => widen::<Int8Type>(array),
        DataType::Int16 => widen::<Int16Type>(array),
        DataType::Int32 => widen::<Int32Type>(array),
        DataType::UInt8 => widen::<UInt8Type>(array),
        DataType::UInt16 => widen::<UInt16Type>(array),
        DataType::UInt32 => widen::<UInt32Type>(array),
        _ => Arc::clone(array),
    }
}
