//! Golden backtests: a run as text that a person can read and a program can compare.
//!
//! The text keeps what a reader argues about (scores, picks, returns, the headline metrics) and a digest of everything else, so that no change
//! of a result goes unseen. Numbers have nine significant digits, those of metrics all of theirs.

mod parse;
mod text;

use std::collections::BTreeMap;

use rotor_fs::sha256;
use rotor_run::{Run, RunFolder, Warning};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::facts::{Cell, Fact, sheets};
use crate::inputs::Input;
use crate::{Comparison, Side, compared};

pub use parse::GoldenFault;

/// A golden backtest, as far as its text keeps it.
#[derive(Clone, Debug)]
pub struct Golden {
    /// The facts that it keeps.
    run: Run,
    /// The leaves of `metrics.json` that it keeps.
    metrics: Value,
    inputs: Vec<Input>,
    warnings: Vec<Warning>,
    /// What the text does not keep.
    digests: Vec<Digest>,
}

/// Facts that are kept as a digest only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// The file of the run folder.
    pub file: String,
    /// The factor or portfolio; `None` where a file is about neither.
    pub group: Option<String>,
    /// The number of rows.
    pub n_rows: usize,
    /// The first half of the SHA-256 of all rows, numbers with nine significant digits.
    pub sha256: String,
}

/// What differs between two golden backtests.
#[derive(Clone, Debug, Serialize)]
pub struct GoldenComparison {
    /// What differs in what the texts keep.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Digests that differ, before and after; `None` where there is none.
    pub digests: Vec<(Option<Digest>, Option<Digest>)>,
}

impl Golden {
    /// Returns the text of a run; `name` is that of the case.
    #[must_use]
    pub fn text(name: &str, folder: &RunFolder) -> String {
        text::text(name, folder)
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// The first line that no golden backtest has.
    pub fn parse(text: &str) -> Result<Self, GoldenFault> {
        parse::parse(text)
    }

    /// Compares two golden backtests: first what was accepted, then what is.
    #[must_use]
    pub fn compare(before: &Self, after: &Self) -> GoldenComparison {
        let mut comparison = compared(before.side(), after.side(), 0.0);
        let is_same = |one: &Digest, other: &Digest| one.file == other.file && one.group == other.group;
        let other =
            |list: &[Digest], digest: &Digest| list.iter().find(|other| is_same(digest, other)).cloned();
        let firsts =
            before.digests.iter().map(|digest| (Some(digest.clone()), other(&after.digests, digest)));
        let added = after.digests.iter().filter(|digest| other(&before.digests, digest).is_none());
        let pairs = firsts.chain(added.map(|digest| (None, Some(digest.clone()))));
        let digests: Vec<_> = pairs.filter(|(before, after)| before != after).collect();
        comparison.is_same &= digests.is_empty();
        GoldenComparison { comparison, digests }
    }
}

impl Golden {
    fn side(&self) -> Side<'_> {
        Side { run: &self.run, metrics: &self.metrics, inputs: &self.inputs, warnings: &self.warnings }
    }
}

/// The digests of a run: of every file, factor by factor.
fn digests(run: &Run, metrics: &Value) -> Vec<Digest> {
    let mut digests = Vec::new();
    for sheet in sheets(run) {
        let is_grouped = sheet.subjects.first() == Some(&"factor");
        let mut groups: BTreeMap<Option<String>, (usize, String)> = BTreeMap::new();
        for fact in &sheet.facts {
            let group = is_grouped.then(|| fact.subject[0].keep().to_string());
            let (n_rows, lines) = groups.entry(group).or_default();
            *n_rows += 1;
            lines.push_str(&line(run, fact));
        }
        digests.extend(groups.into_iter().map(|(group, (n_rows, lines))| Digest {
            file: sheet.file.clone(),
            group,
            n_rows,
            sha256: half(&lines),
        }));
    }
    let leaves = crate::leaves(metrics);
    let mut lines = String::new();
    for (path, value) in &leaves {
        let value = value.as_f64().map_or_else(|| value.to_string(), nine_digits);
        lines.extend([path, " = ", &value, "\n"]);
    }
    let (file, n_rows) = ("metrics.json".to_owned(), leaves.len());
    digests.push(Digest { file, group: None, n_rows, sha256: half(&lines) });
    digests
}

fn line(run: &Run, fact: &Fact<'_>) -> String {
    let cell = |cell: &Cell<'_>| match cell {
        Cell::Number(number) => nine_digits(*number),
        other => format!("{:?}", other.keep().to_string()),
    };
    let day = fact.execution.map(|position| run.executions[position as usize].as_of.to_string());
    let cells = fact.subject.iter().chain(&fact.values).map(cell);
    let mut line: Vec<String> = day.into_iter().chain(cells).collect();
    line.push("\n".into());
    line.join("|")
}

/// The first half of the SHA-256 of a text.
fn half(text: &str) -> String {
    let mut hash = sha256(text.as_bytes());
    hash.truncate(hash.len() / 2);
    hash
}

/// A number with nine significant digits, without zeros behind them.
fn nine_digits(number: f64) -> String {
    let rounded: f64 = format!("{number:.8e}").parse().expect("what was written as a number is one");
    // Of a zero the sign is not kept: it is the rounding of something on its other side.
    if rounded == 0.0 { "0".into() } else { rounded.to_string() }
}

/// The document whose leaves these are.
fn document(leaves: Vec<(&str, Value)>) -> Value {
    let mut below: Map<String, Value> = Map::new();
    let mut parts: Vec<(String, Vec<(&str, Value)>)> = Vec::new();
    for (path, value) in leaves {
        let Some((first, rest)) = path.split_once('.') else {
            below.insert(path.to_owned(), value);
            continue;
        };
        if let Some((_, leaves)) = parts.iter_mut().find(|(name, _)| name == first) {
            leaves.push((rest, value));
        } else {
            // Its place among the others.
            below.insert(first.to_owned(), Value::Null);
            parts.push((first.to_owned(), vec![(rest, value)]));
        }
    }
    for (name, leaves) in parts {
        below.insert(name, document(leaves));
    }
    let is_list = !below.is_empty() && below.keys().enumerate().all(|(idx, key)| *key == idx.to_string());
    if is_list {
        Value::Array(below.into_iter().map(|(_, value)| value).collect())
    } else {
        Value::Object(below)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_kept_with_nine_digits() {
        let said = [0.1 + 0.2, -1_234.567_891_23, 4.0, 1e-12, -0.0].map(nine_digits);
        assert_eq!(said, ["0.3", "-1234.56789", "4", "0.000000000001", "0"]);
    }

    #[test]
    fn documents_are_made_of_their_leaves() {
        let whole = json!({ "a": { "b": 1, "c": [1, 2] }, "d": [{ "e": null }, { "e": 2 }] });
        let leaves = crate::leaves(&whole);
        let again = document(leaves.iter().map(|(path, value)| (path.as_str(), (*value).clone())).collect());
        assert_eq!(again, whole);
    }
}
