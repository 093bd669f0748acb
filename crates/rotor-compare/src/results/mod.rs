//! What came out of two runs: facts by month and subject, picks, metrics.

mod holdings;
mod metrics;
mod rows;

use rotor_factor::{Date, Month};
use rotor_run::{Run, Warning};
use serde::Serialize;
use serde_json::Value;

use crate::Side;
use crate::facts::{Datum, Sheet, sheets};
use holdings::changed_holdings;
pub use metrics::changed_metrics;
use rows::compared;

/// What came out of two runs and differs.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// How many months have an execution in both runs.
    pub n_months: usize,
    /// Months that only one of the runs has, or that are executed on another day or skipped in one of them.
    pub months: Vec<MonthChange>,
    /// Facts, file by file; of scores, forecasts and diagnostics factor by factor, of returns portfolio by portfolio. Only what differs.
    pub facts: Vec<FactChange>,
    /// How many facts were compared, rows that only one of the runs has included.
    pub n_facts: usize,
    /// Months in which other sectors are held, or other weights of them.
    pub picks: Vec<HoldingsChange>,
    /// Numbers of `metrics.json`.
    pub metrics: MetricChanges,
    /// Warnings that only one of the runs has.
    pub warnings: WarningChanges,
}

/// A month that is not the same in both runs.
#[derive(Clone, Debug, Serialize)]
pub struct MonthChange {
    /// The last complete month on the execution day.
    #[serde(serialize_with = "as_text")]
    pub month: Month,
    /// Its execution day in the first run; `None` if it has none.
    #[serde(serialize_with = "as_text_or_none")]
    pub before: Option<Date>,
    /// Its execution day in the second run.
    #[serde(serialize_with = "as_text_or_none")]
    pub after: Option<Date>,
    /// Whether sectors were picked in the first run.
    pub is_kept_before: bool,
    /// Whether sectors were picked in the second run.
    pub is_kept_after: bool,
}

/// How many facts of a kind differ, and which most.
#[derive(Clone, Debug, Serialize)]
pub struct FactChange {
    /// The file.
    pub file: String,
    /// The factor or portfolio; `None` where a file is about neither.
    pub group: Option<String>,
    /// How many rows there are in either run.
    pub n_rows: usize,
    /// How many rows differ, those of one run alone included.
    pub n_changed: usize,
    /// How many rows only the first run has.
    pub n_gone: usize,
    /// How many rows only the second run has.
    pub n_new: usize,
    /// The first row that differs.
    pub first: Change,
    /// The number that differs most, of the first column that has one (the score before the raw value); `None` if no number differs.
    pub largest: Option<Change>,
}

/// A cell that differs.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The last complete month on the execution day; `None` for what is the same all the time.
    #[serde(serialize_with = "as_text_or_none")]
    pub month: Option<Month>,
    /// Whom it is about, such as factor and sector.
    pub subject: Vec<String>,
    /// The column; `None` if only one of the runs has the row.
    pub column: Option<String>,
    /// What the first run says.
    pub before: Datum,
    /// What the second run says.
    pub after: Datum,
}

/// A month in which other sectors are held, or other weights of them.
#[derive(Clone, Debug, Serialize)]
pub struct HoldingsChange {
    /// The last complete month on the execution day.
    #[serde(serialize_with = "as_text")]
    pub month: Month,
    /// Sectors held in the second run alone.
    pub came: Vec<Named>,
    /// Sectors held in the first run alone.
    pub went: Vec<Named>,
    /// How many sectors are held in both, with other shares.
    pub n_other_shares: usize,
}

/// A sector with its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its English name.
    pub name: String,
    /// Its Chinese name.
    pub name_zh: Option<String>,
}

/// What differs in `metrics.json`.
#[derive(Clone, Debug, Serialize)]
pub struct MetricChanges {
    /// How many leaves the two documents have.
    pub n: usize,
    /// Those that differ: of the portfolio first, then of factors and forecasts, in the order of the document.
    pub changed: Vec<MetricChange>,
}

/// A leaf of `metrics.json` that differs.
#[derive(Clone, Debug, Serialize)]
pub struct MetricChange {
    /// Its path, such as `portfolio.all.performance.top_net.annual_return.value`.
    pub path: String,
    /// What the first run says; `None` if it has no such leaf.
    pub before: Option<Value>,
    /// What the second run says.
    pub after: Option<Value>,
}

/// Warnings that only one of the runs has.
#[derive(Clone, Debug, Serialize)]
pub struct WarningChanges {
    /// Only the first.
    pub gone: Vec<Warning>,
    /// Only the second.
    pub new: Vec<Warning>,
}

impl Results {
    /// Tells whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.months.is_empty()
            && self.facts.is_empty()
            && self.picks.is_empty()
            && self.metrics.changed.is_empty()
            && self.warnings.gone.is_empty()
            && self.warnings.new.is_empty()
    }
}

/// Returns what differs in what came out of two runs; `tolerance` as in [`crate::Comparison`].
pub(crate) fn changed_results(before: Side<'_>, after: Side<'_>, tolerance: f64) -> Results {
    let (first, second) = (before.run, after.run);
    let (mut facts, mut n_facts) = (Vec::new(), 0);
    let (firsts, mut seconds) = (sheets(first), sheets(second));
    for sheet in firsts {
        let other = seconds.iter().position(|other| other.file == sheet.file).map(|idx| seconds.remove(idx));
        let (changes, n_rows) = compared((first, sheet), (second, other), tolerance);
        facts.extend(changes);
        n_facts += n_rows;
    }
    for sheet in seconds {
        let none = Sheet {
            file: sheet.file.clone(),
            subjects: sheet.subjects,
            values: Vec::new(),
            facts: Vec::new(),
        };
        let (changes, n_rows) = compared((first, none), (second, Some(sheet)), tolerance);
        facts.extend(changes);
        n_facts += n_rows;
    }
    let (gone, new) = (before.warnings, after.warnings);
    let without = |list: &[Warning], other: &[Warning]| {
        list.iter().filter(|warning| !other.contains(warning)).cloned().collect()
    };
    Results {
        n_months: first.executions.iter().filter(|row| has_month(second, row.month)).count(),
        months: changed_months(first, second),
        facts,
        n_facts,
        picks: changed_holdings(first, second, tolerance),
        metrics: changed_metrics(before.metrics, after.metrics, tolerance),
        warnings: WarningChanges { gone: without(gone, new), new: without(new, gone) },
    }
}

fn has_month(run: &Run, month: Month) -> bool {
    run.executions.iter().any(|row| row.month == month)
}

fn changed_months(before: &Run, after: &Run) -> Vec<MonthChange> {
    let mut months: Vec<Month> =
        before.executions.iter().chain(&after.executions).map(|row| row.month).collect();
    months.sort_unstable();
    months.dedup();
    let of = |run: &Run, month: Month| run.executions.iter().find(|row| row.month == month).copied();
    let change = |month: Month| {
        let (before, after) = (of(before, month), of(after, month));
        let change = MonthChange {
            month,
            before: before.map(|row| row.as_of),
            after: after.map(|row| row.as_of),
            is_kept_before: before.is_some_and(|row| row.is_kept),
            is_kept_after: after.is_some_and(|row| row.is_kept),
        };
        let is_same = change.before == change.after && change.is_kept_before == change.is_kept_after;
        (!is_same).then_some(change)
    };
    months.into_iter().filter_map(change).collect()
}

fn as_text<T: ToString, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

#[allow(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn as_text_or_none<T: ToString, S: serde::Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => as_text(value, serializer),
        None => serializer.serialize_none(),
    }
}
