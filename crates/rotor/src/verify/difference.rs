//! Where a run folder and the reproduced run first differ.

use std::path::Path;

use rotor_compare::{Datum, FirstDifference, changed_metrics, first_difference};
use rotor_fs::read_text;
use rotor_run::{FactorRecord, RunRecord};
use serde_json::{Value, json};

use super::{Reproduction, Verification};
use crate::text::LONGEST_TEXT;

/// Holds what `run.json` says of the files against those of the reproduced run, which lies at `place`.
pub(super) fn compared(found: &Verification, again: &RunRecord, place: &Path) -> Reproduction {
    let (recorded, reproduced) = (found.record.files(), again.files());
    let mut names: Vec<&str> = recorded.keys().chain(reproduced.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let is_same = |name: &&&str| recorded.get(**name) == reproduced.get(**name);
    let n_same = names.iter().filter(is_same).count();
    let mut different: Vec<String> =
        names.iter().filter(|name| !is_same(name)).map(|name| (*name).to_owned()).collect();
    let mut differences = Vec::new();
    // A folder whose files are sound by their hashes may hold what nobody can read.
    if !different.is_empty()
        && let (Ok(was), Ok(is)) = (rotor_run::read(&found.place), rotor_run::read(place))
    {
        differences = first_difference(&was.run, &is.run);
        let metrics = changed_metrics(&was.metrics.to_json(), &is.metrics.to_json(), 0.0);
        differences.extend(metrics.changed.into_iter().take(1).map(|change| {
            let datum = |value: Option<Value>| match value {
                None | Some(Value::Null) => Datum::Empty,
                Some(value) => value.as_f64().map_or_else(|| Datum::Text(value.to_string()), Datum::Number),
            };
            FirstDifference {
                file: "metrics.json".into(),
                row: 0,
                subject: String::new(),
                column: Some(change.path),
                before: datum(change.before),
                after: datum(change.after),
            }
        }));
        for name in &different {
            if differences.iter().all(|known| known.file != *name) {
                differences.extend(first_line(name, &found.place, place));
            }
        }
    }
    let of_record = changed_entries(&found.record, again);
    if !of_record.is_empty() {
        different.push("run.json".into());
        differences.extend(of_record);
    }
    Reproduction { n_same, different, differences }
}

/// What `run.json` says beside files, engine, configuration and dataset, which are compared by themselves.
fn changed_entries(recorded: &RunRecord, again: &RunRecord) -> Vec<FirstDifference> {
    // Of factors the rest stands among the inputs.
    let factors = |record: &RunRecord| -> Value {
        let entry =
            |factor: &FactorRecord| json!([factor.name, factor.weight, factor.isolated, factor.sealed]);
        record.factors.iter().map(entry).collect()
    };
    // The reproduced run has taken this entry over, so it is looked at by itself: the number is what the evaluation used.
    let n_used = recorded.config.known().and_then(|config| config.trials);
    let are_trials_sound = recorded.trials.is_none_or(|trials| Some(trials.n) == n_used);
    let trials_again = if are_trials_sound { json!(recorded.trials) } else { json!({ "n": n_used }) };
    let entries = [
        ("executions", json!(recorded.executions), json!(again.executions)),
        ("factors", factors(recorded), factors(again)),
        ("report", json!(recorded.report), json!(again.report)),
        ("trials", json!(recorded.trials), trials_again),
        ("warnings", json!(recorded.warnings), json!(again.warnings)),
    ];
    let unknown = recorded.unknown.iter().map(|(key, value)| (key.as_str(), value.clone(), Value::Null));
    let datum = |value: Value| if value.is_null() { Datum::Empty } else { Datum::Text(value.to_string()) };
    let difference = |(key, before, after): (&str, Value, Value)| FirstDifference {
        file: "run.json".into(),
        row: 0,
        subject: String::new(),
        column: Some(key.to_owned()),
        before: datum(before),
        after: datum(after),
    };
    let changed = entries.into_iter().chain(unknown).filter(|(_, before, after)| before != after);
    changed.map(difference).collect()
}

/// The first line in which two texts differ; `None` if one of them is none.
fn first_line(name: &str, was: &Path, is: &Path) -> Option<FirstDifference> {
    let read = |place: &Path| read_text(&place.join(name), LONGEST_TEXT).ok();
    let (was, is) = (read(was)?, read(is)?);
    let (mut before, mut after) = (was.lines(), is.lines());
    (1..).find_map(|row| {
        let (before, after) = (before.next(), after.next());
        if before.is_none() && after.is_none() {
            return Some(None);
        }
        let datum = |line: Option<&str>| {
            line.map_or(Datum::Empty, |line| Datum::Text(line.chars().take(60).collect()))
        };
        let difference = || FirstDifference {
            file: name.to_owned(),
            row,
            subject: String::new(),
            column: None,
            before: datum(before),
            after: datum(after),
        };
        (before != after).then(|| Some(difference()))
    })?
}
