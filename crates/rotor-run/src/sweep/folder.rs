//! The folder of a merged sweep.
//!
//! Every file appears whole or not at all, `sweep.json` with the hashes of all others last. The same parts give the same bytes, so that
//! a merge that was interrupted is simply made again.

use std::path::{Path, PathBuf};

use rotor_fs::{FileDestination, FsError, read_regular, sha256, shown, shown_path};
use serde::de::DeserializeOwned;

use super::part::{take_results, with_metrics};
use super::plan::{Axis, SWEEP_FORMAT, SweepPlan};
use super::record::{PLAN_FILE, SweepRecord};
use super::rows::{MonthReturn, SweepTrial, TrialMetrics, TrialResult, TrialReturns};
use super::statistics::SweepStatistics;
use super::table::Flat;
use crate::record::FileRecord;

/// The record of a merged sweep, by which its folder is known as one.
pub const SWEEP_FILE: &str = "sweep.json";
const STATISTICS_FILE: &str = "statistics.json";
const TRIALS_FILE: &str = "trials.parquet";
const CONDITIONS_FILE: &str = "conditions.parquet";
const RETURNS_FILE: &str = "returns.parquet";
/// No file is near to this.
const LONGEST: u64 = 1 << 36;

/// A merged sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What was tried.
    pub plan: SweepPlan,
    /// A row a trial, in the order of the plan.
    pub trials: Vec<SweepTrial>,
    /// Trial by trial what came of it under each condition but the first.
    pub conditions: Vec<Vec<TrialResult>>,
    /// The monthly returns.
    pub returns: TrialReturns,
    /// What all of them say together.
    pub statistics: SweepStatistics,
    /// The record; its files are those that were written or read.
    pub record: SweepRecord,
}

/// Why the folder of a sweep cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepFolderError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FsError),
    /// There is no plan.
    #[error("`{}` is not the folder of a sweep: it has no `{PLAN_FILE}`", shown_path(place))]
    NoPlan {
        /// The folder.
        place: PathBuf,
    },
    /// The sweep is not merged.
    #[error("the sweep in `{}` is not merged", shown_path(place))]
    NotMerged {
        /// The folder.
        place: PathBuf,
    },
    /// A document is not what its name says.
    #[error("cannot read `{}`: {}", shown_path(path), shown(reason))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A file is not as `sweep.json` or the hash of the plan says.
    #[error("`{}` was changed", shown_path(path))]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The folder is of another format.
    #[error("`{}` is of format {found}; this version reads format {SWEEP_FORMAT}", shown_path(path))]
    Format {
        /// The file.
        path: PathBuf,
        /// The format.
        found: u32,
    },
}

impl SweepFolderError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::File(error) => error.hint(),
            Self::NoPlan { .. } => Some("`rotor sweep plan` writes one"),
            Self::NotMerged { .. } => {
                Some("`rotor sweep merge` does it once every part is there; `rotor sweep status` tells")
            }
            Self::Changed { .. } | Self::Unreadable { .. } => {
                Some("merge the parts again, or run the sweep again")
            }
            Self::Format { .. } => Some("use the version of Rotor that wrote it"),
        }
    }
}

/// Writes the plan of a sweep into its folder; where one is, it is to be the same.
///
/// # Errors
///
/// [`SweepFolderError::Changed`] if the folder has another plan; if the disk refuses.
pub fn write_plan(folder: &Path, plan: &SweepPlan) -> Result<(), SweepFolderError> {
    let path = folder.join(PLAN_FILE);
    match read_plan(&path) {
        Ok(known) if known.hash == plan.hash => Ok(()),
        Ok(_) => Err(SweepFolderError::Changed { path }),
        Err(SweepFolderError::NoPlan { .. }) => {
            std::fs::create_dir_all(rotor_fs::from_start(folder))
                .map_err(|source| FsError::Write { path: folder.into(), source })?;
            Ok(FileDestination::new(&path)?.write(document(plan).as_bytes())?)
        }
        Err(error) => Err(error),
    }
}

/// Reads a plan, and holds it against its own hash.
///
/// # Errors
///
/// If it cannot be read, is of another format, or was changed.
pub fn read_plan(path: &Path) -> Result<SweepPlan, SweepFolderError> {
    let bytes = match read_regular(path, LONGEST) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SweepFolderError::NoPlan { place: path.parent().unwrap_or(path).into() });
        }
        bytes => bytes.map_err(|source| FsError::Read { path: path.into(), source })?,
    };
    let plan: SweepPlan = parsed(path, &bytes)?;
    if plan.format != SWEEP_FORMAT {
        return Err(SweepFolderError::Format { path: path.into(), found: plan.format });
    }
    let is_whole = plan.parts.iter().map(|n| *n as usize).sum::<usize>() == plan.n_trials()
        && !plan.conditions.is_empty()
        && plan.trials.iter().all(|trial| {
            trial.values.len() == plan.axes.len()
                && trial
                    .values
                    .iter()
                    .zip(&plan.axes)
                    .all(|(value, axis)| value.is_none_or(|value| (value as usize) < axis.values.len()))
        });
    if plan.hash != plan.hash_of() || !is_whole {
        return Err(SweepFolderError::Changed { path: path.into() });
    }
    Ok(plan)
}

/// Writes everything of a merged sweep but its plan, which is there, and returns its record with the hashes. `report` is the page.
///
/// # Errors
///
/// If the disk refuses; files that were there before and those that are written already stay.
pub fn write_sweep(
    folder: &Path,
    sweep: &Sweep,
    report: Option<(&str, &str)>,
) -> Result<SweepRecord, SweepFolderError> {
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        (TRIALS_FILE, trials(sweep).to_parquet(&[])),
        (RETURNS_FILE, returns(&sweep.returns).to_parquet(&[])),
        (STATISTICS_FILE, document(&sweep.statistics).into_bytes()),
    ];
    if sweep.plan.conditions.len() > 1 {
        files.push((CONDITIONS_FILE, conditions(sweep).to_parquet(&[])));
    }
    files.extend(report.map(|(name, page)| (name, page.as_bytes().to_vec())));
    files.sort_by_key(|(name, _)| *name);
    let mut records = Vec::new();
    for (name, bytes) in files {
        FileDestination::replacing(&folder.join(name))?.write(&bytes)?;
        records.push((name.to_owned(), FileRecord { sha256: sha256(&bytes), bytes: bytes.len() as u64 }));
    }
    let record = SweepRecord { files: records.into_iter().collect(), ..sweep.record.clone() };
    FileDestination::replacing(&folder.join(SWEEP_FILE))?.write(document(&record).as_bytes())?;
    Ok(record)
}

/// Reads a merged sweep; every file is held against its hash first.
///
/// # Errors
///
/// If the sweep is not merged, a file was changed, or cannot be understood.
pub fn read_sweep(folder: &Path) -> Result<Sweep, SweepFolderError> {
    let summary = read_sweep_summary(folder)?;
    let (plan, record, statistics) = (summary.plan, summary.record, summary.statistics);
    let table = |name: &str| {
        let path = folder.join(name);
        let bytes = checked(folder, name, &record)?;
        let unreadable = |reason| SweepFolderError::Unreadable { path, reason };
        Flat::from_parquet(bytes).map(|(table, _)| table).map_err(unreadable)
    };
    let unreadable = |name: &str| {
        let path = folder.join(name);
        move |reason: String| SweepFolderError::Unreadable { path, reason }
    };
    let trials = take_trials(&table(TRIALS_FILE)?, &plan).map_err(unreadable(TRIALS_FILE))?;
    let returns = take_returns(&table(RETURNS_FILE)?, plan.n_trials()).map_err(unreadable(RETURNS_FILE))?;
    let conditions = match plan.conditions.len() {
        1 => vec![Vec::new(); plan.n_trials()],
        _ => take_conditions(&table(CONDITIONS_FILE)?, &plan).map_err(unreadable(CONDITIONS_FILE))?,
    };
    Ok(Sweep { plan, trials, conditions, returns, statistics, record })
}

/// The documents of a merged sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepSummary {
    /// What was tried.
    pub plan: SweepPlan,
    /// What all trials say together.
    pub statistics: SweepStatistics,
    /// The record.
    pub record: SweepRecord,
}

/// Reads the documents of a merged sweep and none of its rows.
///
/// # Errors
///
/// As [`read_sweep`], of the documents.
pub fn read_sweep_summary(folder: &Path) -> Result<SweepSummary, SweepFolderError> {
    let plan = read_plan(&folder.join(PLAN_FILE))?;
    let path = folder.join(SWEEP_FILE);
    let bytes = match read_regular(&path, LONGEST) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SweepFolderError::NotMerged { place: folder.into() });
        }
        bytes => bytes.map_err(|source| FsError::Read { path: path.clone(), source })?,
    };
    let record: SweepRecord = parsed(&path, &bytes)?;
    if record.format != SWEEP_FORMAT {
        return Err(SweepFolderError::Format { path, found: record.format });
    }
    if record.plan != plan.hash {
        return Err(SweepFolderError::Changed { path });
    }
    let statistics = parsed(&folder.join(STATISTICS_FILE), &checked(folder, STATISTICS_FILE, &record)?)?;
    Ok(SweepSummary { plan, statistics, record })
}

/// Reads a file that has the hash which the record names.
fn checked(folder: &Path, name: &str, record: &SweepRecord) -> Result<Vec<u8>, SweepFolderError> {
    let path = folder.join(name);
    let bytes =
        read_regular(&path, LONGEST).map_err(|source| FsError::Read { path: path.clone(), source })?;
    match record.files.get(name) {
        Some(known) if known.sha256 == sha256(&bytes) => Ok(bytes),
        _ => Err(SweepFolderError::Changed { path }),
    }
}

fn parsed<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, SweepFolderError> {
    serde_json::from_slice(bytes)
        .map_err(|error| SweepFolderError::Unreadable { path: path.into(), reason: error.to_string() })
}

fn document(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("texts and finite numbers") + "\n"
}

fn ok(result: &TrialResult) -> Option<&TrialMetrics> {
    result.as_ref().ok()
}

fn trials(sweep: &Sweep) -> Flat {
    let rows = || sweep.trials.iter();
    let table = Flat::default()
        .integers("trial", (0..sweep.trials.len() as u32).map(Some))
        .texts("id", sweep.plan.trials.iter().map(|trial| Some(trial.id.as_str())));
    let table = (0..sweep.plan.axes.len()).fold(table, |table, axis| axis_column(table, &sweep.plan, axis));
    let table = with_metrics(table, || rows().map(|trial| ok(&trial.result)));
    table
        .numbers("t", rows().map(|trial| trial.t))
        .numbers("adjusted_p", rows().map(|trial| trial.adjusted_p))
        .integers("rank", rows().map(|trial| trial.rank))
        .numbers("neighbours", rows().map(|trial| trial.neighbours))
        .texts("reason", rows().map(|trial| trial.result.as_ref().err().map(String::as_str)))
}

/// A column with the values of an axis: numbers, or else texts.
fn axis_column(table: Flat, plan: &SweepPlan, axis: usize) -> Flat {
    let Axis { key, values } = &plan.axes[axis];
    let of = |trial: &super::plan::PlannedTrial| trial.values[axis].map(|value| value as usize);
    let numbers: Option<Vec<f64>> = values.iter().map(serde_json::Value::as_f64).collect();
    if let Some(numbers) = numbers {
        return table.numbers(key, plan.trials.iter().map(|trial| Some(numbers[of(trial)?])));
    }
    let labels: Vec<String> = (0..values.len()).map(|value| plan.axes[axis].label(value)).collect();
    let cells: Vec<Option<&str>> =
        plan.trials.iter().map(|trial| Some(labels[of(trial)?].as_str())).collect();
    table.texts(key, cells.into_iter())
}

fn take_trials(table: &Flat, plan: &SweepPlan) -> Result<Vec<SweepTrial>, String> {
    if table.n_rows() != plan.n_trials() {
        return Err("it does not have the trials of the plan".into());
    }
    let results = take_results(table)?;
    let (t, adjusted_p) = (table.take_numbers("t")?, table.take_numbers("adjusted_p")?);
    let (rank, neighbours) = (table.take_integers("rank")?, table.take_numbers("neighbours")?);
    let known = results.into_iter().zip(t.into_iter().zip(adjusted_p)).zip(rank.into_iter().zip(neighbours));
    let trial = |((result, (t, adjusted_p)), (rank, neighbours))| SweepTrial {
        result,
        t,
        adjusted_p,
        rank,
        neighbours,
    };
    Ok(known.map(trial).collect())
}

fn conditions(sweep: &Sweep) -> Flat {
    let rows: Vec<(u32, u32, &TrialResult)> = (0_u32..)
        .zip(&sweep.conditions)
        .flat_map(|(trial, results)| {
            (1_u32..).zip(results).map(move |(condition, result)| (trial, condition, result))
        })
        .collect();
    let labels: Vec<String> = sweep.plan.conditions.iter().map(super::plan::Condition::label).collect();
    let words: Vec<Option<&str>> =
        rows.iter().map(|(_, condition, _)| Some(labels[*condition as usize].as_str())).collect();
    let table = Flat::default()
        .integers("trial", rows.iter().map(|(trial, ..)| Some(*trial)))
        .integers("condition", rows.iter().map(|(_, condition, _)| Some(*condition)))
        .texts("settings", words.into_iter());
    let table = with_metrics(table, || rows.iter().map(|(.., result)| ok(result)));
    let reasons: Vec<Option<&str>> =
        rows.iter().map(|(.., result)| result.as_ref().err().map(String::as_str)).collect();
    table.texts("reason", reasons.into_iter())
}

fn take_conditions(table: &Flat, plan: &SweepPlan) -> Result<Vec<Vec<TrialResult>>, String> {
    let each = plan.conditions.len() - 1;
    if table.n_rows() != plan.n_trials() * each {
        return Err("it does not have the trials and conditions of the plan".into());
    }
    let results = take_results(table)?;
    Ok(results.chunks(each).map(<[TrialResult]>::to_vec).collect())
}

fn returns(returns: &TrialReturns) -> Flat {
    let rows = || {
        (0_u32..)
            .zip(&returns.trials)
            .flat_map(|(trial, months)| months.iter().map(move |month| (trial, month)))
    };
    Flat::default()
        .integers("trial", rows().map(|(trial, _)| Some(trial)))
        .dates(
            "execution",
            rows().map(|(_, month)| returns.executions.get(month.execution as usize).copied()),
        )
        .numbers("net", rows().map(|(_, month)| Some(month.net)))
        .numbers("equal_weight", rows().map(|(_, month)| Some(month.equal_weight)))
        .numbers("turnover", rows().map(|(_, month)| Some(month.turnover)))
}

fn take_returns(table: &Flat, n_trials: usize) -> Result<TrialReturns, String> {
    let whole = |name: &str| format!("its column `{name}` has empty cells");
    let trials: Option<Vec<u32>> = table.take_integers("trial")?.into_iter().collect();
    let days: Option<Vec<_>> = table.take_dates("execution")?.into_iter().collect();
    let nets: Option<Vec<f64>> = table.take_numbers("net")?.into_iter().collect();
    let equal_weights: Option<Vec<f64>> = table.take_numbers("equal_weight")?.into_iter().collect();
    let turnovers: Option<Vec<f64>> = table.take_numbers("turnover")?.into_iter().collect();
    let turnovers = turnovers.ok_or_else(|| whole("turnover"))?;
    let (trials, days) = (trials.ok_or_else(|| whole("trial"))?, days.ok_or_else(|| whole("execution"))?);
    let nets = nets.ok_or_else(|| whole("net"))?;
    let equal_weights = equal_weights.ok_or_else(|| whole("equal_weight"))?;
    let mut executions = days.clone();
    executions.sort_unstable();
    executions.dedup();
    let mut returns = TrialReturns { executions, trials: vec![Vec::new(); n_trials] };
    for (row, trial) in trials.into_iter().enumerate() {
        let months =
            returns.trials.get_mut(trial as usize).ok_or("it has a trial that the plan does not have")?;
        let execution = returns.executions.binary_search(&days[row]).unwrap_or_default() as u32;
        months.push(MonthReturn {
            execution,
            net: nets[row],
            equal_weight: equal_weights[row],
            turnover: turnovers[row],
        });
    }
    Ok(returns)
}
