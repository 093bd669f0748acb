//! Reading the run folder: what [`crate::write()`] wrote, and nothing else.
//!
//! `run.json` is read first and every file is held against its SHA-256 there before it is decoded, so that what was read is what
//! was written. A folder that was changed in any way is an error that names every changed file. Folders of formats 1 and 2 are
//! read as well.

pub(crate) mod columns;
mod files;
mod format1;
mod format2;
pub(crate) mod names;
pub(crate) mod rows;
mod tables;

use std::path::Path;

use rayon::prelude::*;
use rotor_factor::Date;
use serde_json::Value;

use crate::error::RunError;
use crate::metrics::Metrics;
use crate::record::{FORMAT, RunRecord};
use crate::rows::Run;
use crate::sheets::SHEETS;
use columns::Facts;
use names::Names;

pub use files::{Change, ChangedFile, FolderCheck, check_files};

/// The format before the present one: it has no daily net values, and metrics lack what came after it.
pub(crate) const FORMAT_2: u32 = 2;

/// The file of the metrics.
const METRICS_FILE: &str = "metrics.json";

/// A run folder that was read.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// The rows, in the order in which they were written.
    ///
    /// What is no part of a folder is empty: `sector_returns`, `risk_free`, and the `history` of forecasts. Portfolios are those that have a
    /// return. The exit of an execution is that of its returns; a skipped month has none, and stands with the day of the
    /// next execution, or its own if it is the last. Tables come in the order of execution, factor and name. A table without
    /// rows is not in the folder. Where a table of another day has more columns, its columns of numbers stand here too, empty; a
    /// column that holds texts on one day and numbers on another is one of texts.
    pub run: Run,
    /// What is in `metrics.json`.
    pub metrics: Metrics,
    /// What is in `run.json`.
    pub record: RunRecord,
}

/// Reads a run folder.
///
/// # Errors
///
/// [`RunError::NoRun`] if the folder is none, [`RunError::Changed`] if a file is not as `run.json` says, is missing, or is not
/// named there; [`RunError::Unreadable`] and [`RunError::Column`] if a file says something else than a run folder can.
pub fn read(place: &Path) -> Result<RunFolder, RunError> {
    let (check, mut files) = files::checked(place)?;
    if !check.changed.is_empty() {
        return Err(RunError::Changed { place: place.into(), files: check.changed });
    }
    let mut taken = |name: &str| {
        let unlisted = || RunError::Unlisted { place: place.into(), file: name.into() };
        files.remove(name).ok_or_else(unlisted)
    };
    let mut sheets = Vec::new();
    for sheet in SHEETS {
        match taken(sheet.file) {
            Ok(bytes) => sheets.push((sheet, bytes)),
            Err(_) if sheet.may_be_absent => {}
            Err(error) => return Err(error),
        }
    }
    let metrics = metrics(&taken(METRICS_FILE)?, check.record.format)?;
    let facts: Vec<_> =
        sheets.into_par_iter().with_max_len(1).map(|(sheet, bytes)| Facts::decode(sheet, bytes)).collect();
    let facts: Vec<Facts> = facts.into_iter().collect::<Result<_, _>>()?;
    let mut tables = Vec::new();
    for (name, bytes) in files {
        if let Some(file) = tables::TableFile::decode(&name, bytes)? {
            tables.push(file);
        }
    }
    let mut run = Run { entities: rows::entities(&facts)?, ..Run::default() };
    let table_days = tables.iter().flat_map(tables::TableFile::days);
    let names = Names::gather(&facts, table_days, &run.entities, &check.record)?;
    (run.executions, run.factors, run.portfolios) =
        (names.executions.clone(), names.factors.clone(), names.portfolios.clone());
    for rows in &facts {
        if let Some(take) = rows.sheet.take {
            take(&names, rows, &mut run)?;
        }
    }
    run.tables = tables::rows(tables, &names, &mut run.factors);
    Ok(RunFolder { run, metrics, record: check.record })
}

/// The two documents of a run folder.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// What is in `run.json`.
    pub record: RunRecord,
    /// What is in `metrics.json`.
    pub metrics: Metrics,
}

/// Reads the documents of a run folder and none of its rows; of the other files it says nothing.
///
/// # Errors
///
/// As [`read`], of the two documents.
pub fn read_summary(place: &Path) -> Result<RunSummary, RunError> {
    let (record, bytes) = files::checked_file(place, METRICS_FILE)?;
    let metrics = metrics(&bytes, record.format)?;
    Ok(RunSummary { record, metrics })
}

fn metrics(bytes: &[u8], format: u32) -> Result<Metrics, RunError> {
    let of_earlier = |document: Value| {
        let document = if format == format1::FORMAT_1 { format1::with_codes(document) } else { document };
        serde_json::from_value(format2::with_what_came_later(document))
    };
    let metrics = if format == FORMAT {
        serde_json::from_slice(bytes)
    } else {
        serde_json::from_slice(bytes).and_then(of_earlier)
    };
    metrics.map_err(|error| RunError::Unreadable {
        file: METRICS_FILE.into(),
        reason: format!("it does not hold the metrics of a run: {error}"),
    })
}

/// A day as the number in a file says.
fn day(days: i32) -> Option<Date> {
    Date::from_days(days)
}
