//! What `rotor verify` found, for a terminal.

use std::fmt::Write as _;

use rotor::Verification;
use rotor_compare::{FirstDifference, InputChange};
use rotor_factor::Date;
use serde_json::Value;

use rotor_report::text::fit;

/// How many differences are shown; `--json` has all.
const MOST_SHOWN: usize = 8;
const INDENT: &str = "               ";

pub(super) fn as_text(found: &Verification) -> String {
    let mut text = format!("{}\n", heading(found));
    let n_sound =
        found.n_files - found.changed.iter().filter(|file| file.change != rotor_run::Change::Extra).count();
    let mut part = |label: &str, line: String| put(&mut text, format_args!("{label:<15}{line}"));
    part("checksums", format!("{n_sound} of {} files match `run.json`", found.n_files));
    for file in &found.changed {
        part("", file.to_string());
    }
    let inputs = match (found.inputs.is_empty(), found.obstacles.is_empty()) {
        (true, true) => "the same today",
        (true, false) => "those that can be read are the same today",
        (false, _) => "differ today:",
    };
    part("inputs", inputs.into());
    for change in found.inputs.iter().take(MOST_SHOWN) {
        part("", input(change));
    }
    if found.inputs.len() > MOST_SHOWN {
        part("", format!("and {} more; `--json` has them", found.inputs.len() - MOST_SHOWN));
    }
    for obstacle in &found.obstacles {
        let mut lines = obstacle.problem.lines();
        part(obstacle.part, lines.next().unwrap_or_default().to_owned());
        lines.for_each(|line| part("", line.to_owned()));
        obstacle.hints.iter().for_each(|hint| part("", format!("hint: {hint}")));
    }
    match &found.reproduction {
        None => part("reproduction", "not possible".into()),
        Some(again) => {
            let n = again.n_same + again.different.len();
            part("reproduction", format!("{} of {n} files are the same, bit for bit", again.n_same));
            for file in again.different.iter().take(MOST_SHOWN) {
                part("", format!("{file} differs"));
            }
            if again.different.len() > MOST_SHOWN {
                part("", format!("and {} more differ", again.different.len() - MOST_SHOWN));
            }
        }
    }
    let differences = found.reproduction.iter().flat_map(|again| &again.differences);
    for (position, difference) in differences.take(MOST_SHOWN).enumerate() {
        let label = if position == 0 { "first differs" } else { "" };
        let (place, values) = place_and_values(difference);
        put(&mut text, format_args!("{label:<15}{place}"));
        put(&mut text, format_args!("{INDENT}{values}"));
    }
    put(&mut text, format_args!("{}", found.verdict()));
    text
}

/// Adds a line; what files and folders are called cannot make two of it.
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{}", fit(&line.to_string(), 300)).expect("writing to a string does not fail");
}

fn heading(found: &Verification) -> String {
    let record = &found.record;
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let executions = &record.executions;
    let (n, first, last) = (executions.n, day(executions.first), day(executions.last));
    let place = found.place.display();
    let (dataset, version) = (&record.dataset.name, &record.engine.version);
    fit(&format!("{place}: {dataset}, {n} months, {first} to {last}, made by rotor {version}"), 200)
}

fn input(change: &InputChange) -> String {
    let shown = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => fit(text, 16),
        Some(value) => fit(&value.to_string(), 16),
    };
    format!("{} {}: {} → {}", change.part.word(), change.key, shown(&change.before), shown(&change.after))
}

fn place_and_values(difference: &FirstDifference) -> (String, String) {
    let FirstDifference { file, row, subject, column, before, after } = difference;
    let place = match column {
        Some(column) if *row == 0 => format!("{file}: {column}"),
        Some(column) => format!("{file} row {row} ({subject}): {column}"),
        None if subject.is_empty() => format!("{file} line {row}"),
        None => format!("{file} row {row} ({subject})"),
    };
    (place, format!("{before} → {after}"))
}
