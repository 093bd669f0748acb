//! A part of a sweep: the trials of one stretch of the plan, computed whole.
//!
//! A part is a file `parts/NUMBER-HASH.parquet`. Its name has the beginning of the SHA-256 of its bytes, so that one that was cut short is
//! known for that; its footer names the plan. Nothing in it depends on who computed it, when, or on how many threads.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rotor_factor::Date;
use rotor_fs::{FileDestination, FsError, from_start, read_regular, sha256, shown_path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::SweepPlan;
use super::rows::{MonthReturn, TrialMetrics, TrialResult};
use super::table::Flat;
use crate::metrics::Estimate;

/// The folder of parts in that of a sweep.
const PARTS: &str = "parts";
/// How many digits of a hash stand in a name.
const N_DIGITS: usize = 16;
/// No part is near to this.
const LONGEST: u64 = 1 << 32;

/// What is computed of some trials of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// A row a trial, in the order of the plan.
    pub rows: Vec<PartRow>,
    /// How well the scores of each factor with its parameters order the sectors.
    pub factors: Vec<PartFactor>,
}

/// How well the scores of a factor with its parameters order the sectors, on the first schedule and universe of a part that has it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct PartFactor {
    /// Its name.
    pub factor: String,
    /// Its parameters that trials change, by name.
    pub parameters: Vec<(String, Value)>,
    /// Its mean RankIC.
    pub rank_ic: Estimate,
}

/// A trial that is computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartRow {
    /// What came of it under each condition.
    pub results: Vec<TrialResult>,
    /// What it gained under the first condition in each month in which it holds something, by execution day.
    pub months: Vec<(Date, MonthReturn)>,
}

/// A part that lies in the folder of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFile {
    /// Its number, from 0.
    pub part: usize,
    /// Its place.
    pub path: PathBuf,
    /// The beginning of its hash, as its name says.
    digits: String,
}

/// Why a part cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// The folder or file cannot be read or written.
    #[error(transparent)]
    File(#[from] FsError),
    /// The part is not what its name says.
    #[error("the part `{}` was cut short or changed", shown_path(path))]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The part belongs to another plan.
    #[error("the part `{}` belongs to another plan, {}", shown_path(path), shorten(found))]
    OtherPlan {
        /// The file.
        path: PathBuf,
        /// The hash of the plan that it names.
        found: String,
    },
    /// The part was computed twice, and came out differently.
    #[error("part {part} has come out in two ways, `{}` and `{}`", shown_path(&files[0]), shown_path(&files[1]))]
    TwoResults {
        /// Its number.
        part: usize,
        /// The files.
        files: Box<[PathBuf; 2]>,
    },
    /// The bytes are those that were written, and this version does not understand them.
    #[error("cannot read the part `{}`: {reason}", shown_path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl PartError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint().map(Into::into),
            Self::Damaged { .. } | Self::Unreadable { .. } => {
                Some("remove it; `rotor sweep run` computes it again".into())
            }
            Self::OtherPlan { .. } => Some("give each plan a folder of its own by `--out`".into()),
            Self::TwoResults { .. } => Some(
                "a factor does not repeat its answers, see `rotor factor check`; or remove one of the two"
                    .into(),
            ),
        }
    }
}

fn shorten(hash: &str) -> String {
    rotor_fs::shown(&hash.chars().take(N_DIGITS).collect::<String>())
}

impl PartFile {
    /// Lists the parts in the folder of a sweep by their numbers, each once; there need not be any.
    ///
    /// # Errors
    ///
    /// [`PartError::TwoResults`] if a part is there twice, [`PartError::File`] if the folder cannot be read.
    pub fn list(folder: &Path) -> Result<Vec<Self>, PartError> {
        let place = folder.join(PARTS);
        let failed = |source| FsError::Read { path: place.clone(), source };
        let entries = match fs::read_dir(from_start(&place)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut parts = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let named = name.to_str().and_then(|name| name.strip_suffix(".parquet")?.split_once('-'));
            let Some((number, digits)) = named else { continue };
            if let Ok(part) = number.parse() {
                parts.push(Self { part, path: place.join(&name), digits: digits.into() });
            }
        }
        parts.sort_by(|one, other| (one.part, &one.digits).cmp(&(other.part, &other.digits)));
        let twice = parts.windows(2).find(|pair| pair[0].part == pair[1].part);
        if let Some([one, other]) = twice {
            let files = Box::new([one.path.clone(), other.path.clone()]);
            return Err(PartError::TwoResults { part: one.part, files });
        }
        Ok(parts)
    }
}

/// Writes a part of a plan into the folder of its sweep, whole or not at all. The same part once more changes nothing.
///
/// # Errors
///
/// If the disk refuses.
pub fn write_part(
    folder: &Path,
    plan: &SweepPlan,
    number: usize,
    part: &Part,
) -> Result<PartFile, PartError> {
    let bytes = to_bytes(plan, number, part);
    let digits = sha256(&bytes)[..N_DIGITS].to_owned();
    let place = folder.join(PARTS);
    fs::create_dir_all(from_start(&place))
        .map_err(|source| FsError::Write { path: place.clone(), source })?;
    let path = place.join(format!("{number:05}-{digits}.parquet"));
    // What is there is the same to the bit, unless it was cut short.
    FileDestination::replacing(&path)?.write(&bytes)?;
    Ok(PartFile { part: number, path, digits })
}

/// Reads a part of a plan.
///
/// # Errors
///
/// If it is not what its name says, or belongs to another plan.
pub fn read_part(plan: &SweepPlan, file: &PartFile) -> Result<Part, PartError> {
    let path = || file.path.clone();
    let bytes = read_regular(&file.path, LONGEST).map_err(|source| FsError::Read { path: path(), source })?;
    if sha256(&bytes)[..N_DIGITS] != file.digits {
        return Err(PartError::Damaged { path: path() });
    }
    let unreadable = |reason: String| PartError::Unreadable { path: path(), reason };
    let (table, remarks) = Flat::from_parquet(bytes).map_err(unreadable)?;
    let remark = |key: &str| remarks.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
    let found = remark("plan").unwrap_or_default();
    if found != plan.hash {
        return Err(PartError::OtherPlan { path: path(), found: found.into() });
    }
    let range = plan.part_ranges().nth(file.part).filter(|_| remark("part") == Some(&file.part.to_string()));
    let range = range.ok_or_else(|| unreadable("its footer names another part".into()))?;
    let factors = serde_json::from_str(remark("factors").unwrap_or_default());
    let factors = factors.map_err(|error| unreadable(error.to_string()))?;
    Ok(Part { factors, ..rows(&table, plan, range).map_err(unreadable)? })
}

/// A row of the file: a trial under a condition, or a month of it.
enum Row<'a> {
    Result(u32, u32, &'a TrialResult),
    Month(u32, Date, MonthReturn),
}

impl<'a> Row<'a> {
    fn of_trial(trial: u32, row: &'a PartRow) -> impl Iterator<Item = Self> {
        let results = (0_u32..).zip(&row.results);
        let results = results.map(move |(condition, result)| Self::Result(trial, condition, result));
        results.chain(row.months.iter().map(move |(day, month)| Self::Month(trial, *day, *month)))
    }

    fn trial(&self) -> u32 {
        match self {
            Self::Result(trial, ..) | Self::Month(trial, ..) => *trial,
        }
    }

    fn condition(&self) -> Option<u32> {
        match self {
            Self::Result(_, condition, _) => Some(*condition),
            Self::Month(..) => None,
        }
    }

    fn result(&self) -> Option<&'a TrialResult> {
        match self {
            Self::Result(_, _, result) => Some(result),
            Self::Month(..) => None,
        }
    }

    fn month(&self) -> Option<(Date, MonthReturn)> {
        match self {
            Self::Month(_, day, month) => Some((*day, *month)),
            Self::Result(..) => None,
        }
    }
}

fn to_bytes(plan: &SweepPlan, number: usize, part: &Part) -> Vec<u8> {
    let first = plan.part_ranges().nth(number).map_or(0, |range| range.start) as u32;
    let all: Vec<Row<'_>> =
        (first..).zip(&part.rows).flat_map(|(trial, row)| Row::of_trial(trial, row)).collect();
    let rows = || all.iter();
    let table = Flat::default()
        .integers("trial", rows().map(|row| Some(row.trial())))
        .integers("condition", rows().map(Row::condition));
    let table = with_metrics(table, || rows().map(|row| row.result()?.as_ref().ok()));
    let table = table
        .texts("reason", rows().map(|row| row.result()?.as_ref().err().map(String::as_str)))
        .dates("execution", rows().map(|row| Some(row.month()?.0)))
        .numbers("net", rows().map(|row| Some(row.month()?.1.net)))
        .numbers("equal_weight", rows().map(|row| Some(row.month()?.1.equal_weight)))
        .numbers("turnover_of_month", rows().map(|row| Some(row.month()?.1.turnover)));
    let factors = serde_json::to_string(&part.factors).expect("texts and finite numbers");
    table.to_parquet(&[("plan", &plan.hash), ("part", &number.to_string()), ("factors", &factors)])
}

fn rows(table: &Flat, plan: &SweepPlan, range: std::ops::Range<usize>) -> Result<Part, String> {
    let (trials, conditions) = (table.take_integers("trial")?, table.take_integers("condition")?);
    let results = take_results(table)?;
    let days = table.take_dates("execution")?;
    let (nets, equal_weights) = (table.take_numbers("net")?, table.take_numbers("equal_weight")?);
    let turnovers = table.take_numbers("turnover_of_month")?;
    let mut part = Part { rows: vec![PartRow::default(); range.len()], factors: Vec::new() };
    for (row, result) in results.into_iter().enumerate() {
        let trial = trials[row].map(|trial| trial as usize).filter(|trial| range.contains(trial));
        let trial = trial.ok_or("it has a trial of another part")? - range.start;
        match (conditions[row], days[row], nets[row].zip(equal_weights[row]).zip(turnovers[row])) {
            (Some(condition), None, None) => {
                if condition as usize != part.rows[trial].results.len() {
                    return Err("its conditions are not in their order".into());
                }
                part.rows[trial].results.push(result);
            }
            (None, Some(day), Some(((net, equal_weight), turnover))) => {
                let month = MonthReturn { execution: 0, net, equal_weight, turnover };
                part.rows[trial].months.push((day, month));
            }
            _ => return Err("a row of it is neither a trial nor a month".into()),
        }
    }
    if part.rows.iter().any(|row| row.results.len() != plan.conditions.len()) {
        return Err("it does not have every condition of every trial".into());
    }
    Ok(part)
}

/// Adds the key figures of trials, a column each.
pub(super) fn with_metrics<'m, I>(table: Flat, all: impl Fn() -> I) -> Flat
where
    I: Iterator<Item = Option<&'m TrialMetrics>>,
{
    let table = table
        .integers("n_months", all().map(|one| one.map(|one| one.n_months)))
        .dates("first", all().map(|one| one?.first))
        .dates("last", all().map(|one| one?.last));
    NUMBERS
        .iter()
        .fold(table, |table, (name, get, _)| table.numbers(name, all().map(|one| one.and_then(get))))
}

/// Reads what came of the trials of a table.
pub(super) fn take_results(table: &Flat) -> Result<Vec<TrialResult>, String> {
    let n_months = table.take_integers("n_months")?;
    let (first, last) = (table.take_dates("first")?, table.take_dates("last")?);
    let reasons = table.take_texts("reason")?;
    let mut found: Vec<TrialMetrics> = vec![TrialMetrics::default(); table.n_rows()];
    for (name, _, put) in NUMBERS {
        for (metrics, value) in found.iter_mut().zip(table.take_numbers(name)?) {
            *put(metrics) = value;
        }
    }
    let mut results = Vec::with_capacity(found.len());
    for (row, (metrics, reason)) in found.into_iter().zip(reasons).enumerate() {
        results.push(match reason {
            Some(reason) => Err(reason),
            None => Ok(TrialMetrics {
                n_months: n_months[row].unwrap_or(0),
                first: first[row],
                last: last[row],
                ..metrics
            }),
        });
    }
    Ok(results)
}

/// A column of numbers: its name, its value, and where that is put.
type NumberColumn =
    (&'static str, fn(&TrialMetrics) -> Option<f64>, fn(&mut TrialMetrics) -> &mut Option<f64>);

/// The numbers among the key figures.
pub(super) const NUMBERS: &[NumberColumn] = &[
    ("annual_return", |one| one.annual_return, |one| &mut one.annual_return),
    ("excess", |one| one.excess, |one| &mut one.excess),
    ("excess_se", |one| one.excess_se, |one| &mut one.excess_se),
    ("excess_low", |one| one.excess_low, |one| &mut one.excess_low),
    ("excess_high", |one| one.excess_high, |one| &mut one.excess_high),
    ("excess_p", |one| one.excess_p, |one| &mut one.excess_p),
    ("information_ratio", |one| one.information_ratio, |one| &mut one.information_ratio),
    ("sharpe", |one| one.sharpe, |one| &mut one.sharpe),
    ("max_drawdown", |one| one.max_drawdown, |one| &mut one.max_drawdown),
    ("turnover", |one| one.turnover, |one| &mut one.turnover),
    ("rank_ic", |one| one.rank_ic, |one| &mut one.rank_ic),
];
