//! `rotor verify`: the checksums of a run folder, and the run reproduced.

mod text;

use std::path::PathBuf;

use clap::Args;
use rotor::{Obstacle, Verification, VerifyOptions, read_config_file, verify};
use rotor_run::ChangedFile;
use serde_json::{Value, json};

use super::progress::with_progress;
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The run folder
    run: PathBuf,
    /// Use this dataset instead of the one recorded in the run
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// Load this library for its factors; one that only the run names is not loaded
    #[arg(long, value_name = "LIB")]
    factor: Vec<String>,
    /// Load the libraries that this configuration pins by their `sha256`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Whether a library may be loaded into this process: only what these flags name is.
    pub(crate) fn may_load(&self) -> bool {
        !self.factor.is_empty() || self.config.is_some()
    }
}

pub(crate) fn run(arguments: &Verify) -> Result<Outcome, CliError> {
    let options = VerifyOptions {
        dataset: arguments.dataset.clone(),
        libraries: arguments.factor.clone(),
        config: arguments.config.as_deref().map(read_config_file).transpose()?,
    };
    let catalogue = catalogue()?;
    let found = with_progress("replaying", |watch| verify(&arguments.run, &options, &catalogue, watch))?;
    let text = if arguments.json { to_json(&as_json(&found))? } else { text::as_text(&found) };
    Ok(Outcome { text, passed: found.passed() })
}

fn as_json(found: &Verification) -> Value {
    let obstacle = |obstacle: &Obstacle| json!({ "part": obstacle.part, "problem": obstacle.problem, "hints": obstacle.hints });
    let changed = |file: &ChangedFile| json!({ "file": file.file, "problem": file.to_string() });
    json!({
        "run": found.place.display().to_string(),
        "made_by": found.record.engine,
        "verified": found.passed(),
        "verdict": found.verdict(),
        "files": { "n": found.n_files, "changed": found.changed.iter().map(changed).collect::<Vec<_>>() },
        "inputs": found.inputs,
        "obstacles": found.obstacles.iter().map(obstacle).collect::<Vec<_>>(),
        "replay": found.reproduction.as_ref().map(|again| json!({
            "n_same": again.n_same,
            "different": again.different,
            "first_differences": again.differences,
        })),
    })
}
