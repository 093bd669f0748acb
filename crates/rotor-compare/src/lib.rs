//! What differs between two runs, as a value.
//!
//! [`compare()`] holds two run folders that were read against each other: first what they were made of, then what came out, month by month,
//! and how far the headline moved against its own uncertainty. [`first_difference`] is the strict question, bit for bit.
//! [`golden`] keeps a run as text; [`compare_notes`] and [`compare_weeklies`] do for two saved pages what [`compare()`] does for
//! runs.
//!
//! The crate reads no file and prints nothing.

mod facts;
mod first;
pub mod golden;
mod headline;
mod inputs;
mod notes;
mod results;
mod weekly;

use rotor_run::{Run, RunFolder, Warning};
use serde::Serialize;
use serde_json::Value;

pub use facts::Datum;
pub use first::{FirstDifference, first_difference};
pub use headline::{Headline, Level, Moved};
use inputs::{Input, changed};
pub use inputs::{InputChange, Inputs, Part, changed_inputs};
pub use notes::{NoteComparison, NoteSector, RankChange, Revision, SavedNote, ScoreChange, compare_notes};
use results::changed_results;
pub use results::{
    Change, FactChange, HoldingsChange, MetricChange, MetricChanges, MonthChange, Named, Results,
    WarningChanges, changed_metrics,
};

pub use weekly::{SavedWeekly, WeeklyChange, WeeklyComparison, compare_weeklies};

/// What differs between two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Whether the results are the same, as far as `tolerance` cares. What they were made of may still differ.
    pub is_same: bool,
    /// Numbers a and b are the same if |a − b| is at most this × max(1, |a|, |b|); at 0 their bits decide.
    pub tolerance: f64,
    /// What the runs were made of and differs.
    pub inputs: Vec<InputChange>,
    /// What came out and differs.
    pub results: Results,
    /// How the headline moved.
    pub headline: Headline,
}

/// Compares two runs. Their facts are matched by the last complete month of their execution, not by its day, so that
/// runs on other days of the month can be compared.
#[must_use]
pub fn compare(before: &RunFolder, after: &RunFolder, tolerance: f64) -> Comparison {
    let documents =
        [before, after].map(|folder| (folder.metrics.to_json(), Inputs::of(&folder.record).leaves()));
    let side = |position: usize, folder| Side::of(folder, &documents[position].0, &documents[position].1);
    compared(side(0, before), side(1, after), tolerance)
}

/// What is compared of a run; documents by their leaves, so that a golden text, which keeps a part of them, can be compared as well.
#[derive(Clone, Copy)]
struct Side<'a> {
    run: &'a Run,
    metrics: &'a Value,
    inputs: &'a [Input],
    warnings: &'a [Warning],
}

impl<'a> Side<'a> {
    fn of(folder: &'a RunFolder, metrics: &'a Value, inputs: &'a [Input]) -> Self {
        Self { run: &folder.run, metrics, inputs, warnings: &folder.record.warnings }
    }
}

fn compared(before: Side<'_>, after: Side<'_>, tolerance: f64) -> Comparison {
    let results = changed_results(before, after, tolerance);
    Comparison {
        is_same: results.is_same(),
        tolerance,
        inputs: changed(before.inputs, after.inputs),
        results,
        headline: Headline::of(before.run, after.run),
    }
}

/// Tells whether two numbers are the same; see [`Comparison::tolerance`].
fn is_close(before: f64, after: f64, tolerance: f64) -> bool {
    before.to_bits() == after.to_bits()
        || (tolerance > 0.0 && (before - after).abs() <= tolerance * before.abs().max(after.abs()).max(1.0))
}

/// The leaves of a document by their path, in the order of the document.
fn leaves(value: &Value) -> Vec<(String, &Value)> {
    fn walk<'a>(path: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                entries.iter().for_each(|(key, value)| walk(&below(key), value, found));
            }
            Value::Array(values) if values.iter().any(|value| value.is_object() || value.is_array()) => {
                values
                    .iter()
                    .enumerate()
                    .for_each(|(key, value)| walk(&below(&key.to_string()), value, found));
            }
            _ => found.push((path.to_owned(), value)),
        }
    }
    let mut found = Vec::new();
    walk("", value, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closeness_is_relative_above_one_and_strict_at_zero() {
        assert!(is_close(0.1, 0.1, 0.0) && !is_close(0.0, -0.0, 0.0) && is_close(0.0, -0.0, 1e-12));
        assert!(is_close(f64::NAN, f64::NAN, 0.0) && !is_close(f64::NAN, 1.0, 1e-3));
        assert!(is_close(1000.0, 1000.5, 1e-3) && !is_close(0.1, 0.102, 1e-3));
    }

    #[test]
    fn leaves_of_a_document_have_paths() {
        let document = serde_json::json!({ "a": { "b": 1, "c": [1, 2] }, "d": [{ "e": null }], "f": {} });
        let paths: Vec<String> = leaves(&document).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths.join(" "), "a.b a.c d.0.e f");
    }
}
