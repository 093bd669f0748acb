//! `rotor verify`: a run folder held against its own hashes, then against the same run made again.

mod again;
mod text;

use std::path::PathBuf;

use clap::Args;
use rotor_compare::{FirstDifference, InputChange};
use rotor_run::ChangedFile;
use serde_json::{Map, Value, json};

use crate::run::backtest::use_threads;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The run folder
    run: PathBuf,
    /// Use this dataset instead of the one recorded in the run
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// Use this library for its factors instead of the one recorded in the run
    #[arg(long, value_name = "LIB")]
    factor: Vec<String>,
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found.
struct Report {
    place: PathBuf,
    provenance: Map<String, Value>,
    /// How many files `run.json` names.
    n_files: usize,
    /// Files that are not as it says.
    changed: Vec<ChangedFile>,
    /// What the run was made of and is not the same today.
    inputs: Vec<InputChange>,
    /// What keeps the run from being made again.
    obstacles: Vec<Obstacle>,
    /// `None` if it could not be made again.
    again: Option<Again>,
}

/// Why something that the run needs is not to be had.
struct Obstacle {
    /// `configuration`, `data`, `factor` or `replay`.
    part: &'static str,
    problem: String,
    hints: Vec<String>,
}

/// The same run made again.
struct Again {
    n_same: usize,
    /// The files that are not the same, bit for bit, and those that only one of the runs has.
    different: Vec<String>,
    /// Where they first differ, as far as the folder can be read.
    differences: Vec<FirstDifference>,
}

pub(crate) fn run(arguments: &Verify) -> Result<Outcome, CliError> {
    use_threads(arguments.threads)?;
    let check = rotor_run::check_files(&arguments.run)?;
    let mut report = Report {
        place: arguments.run.clone(),
        provenance: check.provenance,
        n_files: check.n_files,
        changed: check.changed,
        inputs: Vec::new(),
        obstacles: Vec::new(),
        again: None,
    };
    again::make(&mut report, arguments.dataset.as_deref(), &arguments.factor)?;
    let text = if arguments.json { to_json(&as_json(&report))? } else { text::as_text(&report) };
    Ok(Outcome { text, passed: report.is_verified() })
}

impl Report {
    fn is_verified(&self) -> bool {
        let is_same = self.again.as_ref().is_some_and(|again| again.different.is_empty());
        is_same && self.changed.is_empty() && self.obstacles.is_empty()
    }

    /// What the report comes to, in a sentence.
    fn verdict(&self) -> String {
        let mut parts: Vec<&str> = self.obstacles.iter().map(|obstacle| obstacle.part).collect();
        let has_obstacles = !parts.is_empty();
        parts.extend(self.inputs.iter().map(|change| change.part.word()));
        parts.sort_unstable();
        parts.dedup();
        let parts = parts.join(", ");
        let of_files =
            if self.changed.is_empty() { "" } else { "files were changed after the run was written; " };
        match &self.again {
            _ if self.is_verified() && parts.is_empty() => "verified".into(),
            _ if self.is_verified() => format!("verified, although these inputs differ today: {parts}"),
            None if has_obstacles => format!("not verified: {of_files}the run cannot be reproduced: {parts}"),
            None => format!("not verified: {of_files}the run was not reproduced"),
            Some(again) if again.different.is_empty() => {
                "not verified: files were changed after the run was written; a repeated run gives the recorded files".into()
            }
            Some(_) if parts.is_empty() => {
                format!("not verified: {of_files}results differ although nothing else does")
            }
            Some(_) => format!("not verified: {of_files}results differ, and so do: {parts}"),
        }
    }
}

fn as_json(report: &Report) -> Value {
    let obstacle = |obstacle: &Obstacle| json!({ "part": obstacle.part, "problem": obstacle.problem, "hints": obstacle.hints });
    let changed = |file: &ChangedFile| json!({ "file": file.file, "problem": file.to_string() });
    json!({
        "run": report.place.display().to_string(),
        "verified": report.is_verified(),
        "verdict": report.verdict(),
        "files": { "n": report.n_files, "changed": report.changed.iter().map(changed).collect::<Vec<_>>() },
        "inputs": report.inputs,
        "obstacles": report.obstacles.iter().map(obstacle).collect::<Vec<_>>(),
        "replay": report.again.as_ref().map(|again| json!({
            "n_same": again.n_same,
            "different": again.different,
            "first_differences": again.differences,
        })),
    })
}
