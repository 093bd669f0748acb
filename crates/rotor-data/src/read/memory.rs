//! Tables in memory: Arrow record batches that somebody else has decoded.
//!
//! They are held against the declaration as the columns of a Parquet file are, and meet the same rules row by row.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::SchemaRef;
use rayon::prelude::*;
use rotor_fs::hexadecimal;
use sha2::{Digest, Sha256};

use super::{Batch, TableSource, batch_of};
use crate::fault::{FaultKind, FaultReport};
use crate::schema::{CellType, Column};

/// Rows of a part: several of them let a reader use several cores.
const PART_ROWS: usize = 1 << 16;

/// For each declared column its position in a schema; `None` where it is absent or wholly empty.
type Positions = Arc<Vec<Option<usize>>>;

/// Some rows of a batch, and where the declared columns are in it.
struct Part {
    rows: RecordBatch,
    positions: Positions,
    /// Number of the first row in the table, counted from 1.
    first_row: u64,
}

pub(super) fn fold<R: Send>(
    source: &TableSource,
    batches: &[RecordBatch],
    faults: &mut FaultReport,
    start: impl Fn(usize) -> R + Sync,
    step: impl Fn(&mut R, &Batch<'_>, &mut FaultReport) + Sync,
) -> Option<Vec<R>> {
    let parts: Vec<(R, FaultReport)> = parts(source, batches, faults)?
        .par_iter()
        .map(|part| {
            let mut report = FaultReport::default();
            let mut result = start(part.rows.num_rows());
            let (batch, mut found) = part.batch(source);
            step(&mut result, &batch, &mut report);
            found.merge(report);
            (result, found)
        })
        .collect();
    let results = parts.into_iter().map(|(result, report)| {
        faults.append(report);
        result
    });
    Some(results.collect())
}

/// Returns the SHA-256 of the cells of a table; `None` if its form is faulty, which is for [`fold`] to report.
///
/// [`Dataset::from_batches`](crate::Dataset::from_batches) says which bytes are hashed.
pub(super) fn sha256(source: &TableSource, batches: &[RecordBatch]) -> Option<String> {
    let parts = parts(source, batches, &mut FaultReport::default())?;
    let columns = source.table.columns();
    let mut hasher = Sha256::new();
    for name in [source.table.name()].into_iter().chain(columns.iter().map(|column| column.name)) {
        hasher.update(name);
        hasher.update(b"\n");
    }
    let mut bytes = Vec::new();
    for part in &parts {
        let (batch, _) = part.batch(source);
        bytes.clear();
        for row in 0..batch.n_rows() {
            for column in columns {
                push_cell(&mut bytes, &batch, column, row);
            }
        }
        hasher.update(&bytes);
    }
    Some(hexadecimal(&hasher.finalize()))
}

fn push_cell(bytes: &mut Vec<u8>, batch: &Batch<'_>, column: &Column, row: usize) {
    let start = bytes.len();
    bytes.push(1);
    let is_filled = match column.cells {
        CellType::Text => batch.text(column.name).and_then(|text| text.get(row)).map(|text| {
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        }),
        CellType::Date => {
            let dates = batch.dates(column.name).filter(|dates| dates.is_valid(row));
            dates.map(|dates| bytes.extend(dates.value(row).to_le_bytes()))
        }
        CellType::Number => {
            let numbers = batch.numbers(column.name).filter(|numbers| numbers.is_valid(row));
            numbers.map(|numbers| bytes.extend(numbers.value(row).to_bits().to_le_bytes()))
        }
        CellType::Integer => {
            let integers = batch.integers(column.name).filter(|integers| integers.is_valid(row));
            integers.map(|integers| bytes.extend(integers.value(row).to_le_bytes()))
        }
    };
    if is_filled.is_none() {
        bytes[start] = 0;
    }
}

/// Cuts the batches into parts. `None` if the table's form is faulty, which has then been reported, once for neighbours that
/// share a schema.
fn parts(source: &TableSource, batches: &[RecordBatch], faults: &mut FaultReport) -> Option<Vec<Part>> {
    let n_rows: u64 = batches.iter().map(|batch| batch.num_rows() as u64).sum();
    let limit = u64::from(u32::MAX);
    if n_rows > limit {
        faults.push(source.fault(FaultKind::TooManyRows { n_rows, limit }));
        return None;
    }
    let mut last: Option<(SchemaRef, Option<Positions>)> = None;
    let (mut parts, mut first_row, mut is_sound) = (Vec::new(), 1, true);
    for batch in batches {
        let known = last.take().filter(|(schema, _)| *schema == batch.schema());
        let (schema, positions) = known.unwrap_or_else(|| {
            let positions = source.columns_of_schema(&batch.schema(), faults);
            (batch.schema(), positions.map(Arc::new))
        });
        is_sound &= positions.is_some();
        for start in (0..batch.num_rows()).step_by(PART_ROWS) {
            let Some(positions) = positions.clone() else { break };
            let rows = batch.slice(start, PART_ROWS.min(batch.num_rows() - start));
            let n_rows = rows.num_rows() as u64;
            parts.push(Part { rows, positions, first_row });
            first_row += n_rows;
        }
        last = Some((schema, positions));
    }
    is_sound.then_some(parts)
}

impl Part {
    fn batch<'a>(&self, source: &'a TableSource) -> (Batch<'a>, FaultReport) {
        batch_of(source, &self.rows, &self.positions, self.first_row)
    }
}
