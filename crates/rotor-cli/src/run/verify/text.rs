//! What `rotor verify` found, for a terminal.

use std::fmt::Write as _;

use rotor_compare::{FirstDifference, InputChange};
use serde_json::Value;

use super::Report;
use rotor_report::text::fit;

/// How many differences are shown; `--json` has all.
const MOST_SHOWN: usize = 8;
const INDENT: &str = "               ";

pub(super) fn as_text(report: &Report) -> String {
    let mut text = format!("{}\n", heading(report));
    let n_sound =
        report.n_files - report.changed.iter().filter(|file| file.change != rotor_run::Change::Extra).count();
    let mut part = |label: &str, line: String| put(&mut text, format_args!("{label:<15}{line}"));
    part("checksums", format!("{n_sound} of {} files match `run.json`", report.n_files));
    for file in &report.changed {
        part("", file.to_string());
    }
    let inputs = match (report.inputs.is_empty(), report.obstacles.is_empty()) {
        (true, true) => "the same today",
        (true, false) => "those that can be read are the same today",
        (false, _) => "differ today:",
    };
    part("inputs", inputs.into());
    for change in report.inputs.iter().take(MOST_SHOWN) {
        part("", input(change));
    }
    if report.inputs.len() > MOST_SHOWN {
        part("", format!("and {} more; `--json` has them", report.inputs.len() - MOST_SHOWN));
    }
    for obstacle in &report.obstacles {
        let mut lines = obstacle.problem.lines();
        part(obstacle.part, lines.next().unwrap_or_default().to_owned());
        lines.for_each(|line| part("", line.to_owned()));
        obstacle.hints.iter().for_each(|hint| part("", format!("hint: {hint}")));
    }
    match &report.again {
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
    let differences = report.again.iter().flat_map(|again| &again.differences);
    for (position, difference) in differences.take(MOST_SHOWN).enumerate() {
        let label = if position == 0 { "first differs" } else { "" };
        let (place, values) = place_and_values(difference);
        put(&mut text, format_args!("{label:<15}{place}"));
        put(&mut text, format_args!("{INDENT}{values}"));
    }
    put(&mut text, format_args!("{}", report.verdict()));
    text
}

/// Adds a line; what files and folders are called cannot make two of it.
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{}", fit(&line.to_string(), 300)).expect("writing to a string does not fail");
}

fn heading(report: &Report) -> String {
    let find = |path: &[&str]| {
        let start = report.provenance.get(path[0]);
        let value = path[1..].iter().fold(start, |value, key| value?.get(key));
        value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
    };
    let (dataset, version) = (find(&["dataset", "name"]), find(&["engine", "version"]));
    let (n, first, last) =
        (find(&["executions", "n"]), find(&["executions", "first"]), find(&["executions", "last"]));
    let place = report.place.display().to_string();
    fit(&format!("{place}: {dataset}, {n} months, {first} to {last}, rotor {version}"), 200)
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
