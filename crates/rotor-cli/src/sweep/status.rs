//! `rotor sweep status`: which parts of a sweep are there.

use std::path::PathBuf;

use clap::Args;
use rotor_run::sweep::{read_plan, read_sweep_summary};
use rotor_sweep::SweepStatus;
use serde_json::json;

use super::inputs::PLAN;
use super::told;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The folder of the sweep
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Name what is missing by the shards of so many, in place of the parts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shards: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Status) -> Result<Outcome, CliError> {
    let folder = &arguments.folder;
    let plan = read_plan(&folder.join(PLAN))?;
    if read_sweep_summary(folder).is_ok() {
        let text = if arguments.json {
            to_json(&json!({ "merged": true, "n_trials": plan.n_trials() }))?
        } else {
            format!("merged: {}\n", told::counted(plan.n_trials(), "trial"))
        };
        return Ok(Outcome::done(text));
    }
    let status = SweepStatus::of(folder, &plan)?;
    let text = if arguments.json {
        to_json(&told::status_json(&status))?
    } else {
        told::status(&status, arguments.shards.map(|shards| shards as usize))
    };
    Ok(Outcome { text, passed: status.missing.is_empty() })
}
