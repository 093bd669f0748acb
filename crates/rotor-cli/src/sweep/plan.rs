//! `rotor sweep plan`: what a sweep would compute.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use rotor_run::sweep::write_plan;
use serde_json::json;

use super::inputs::{Base, PLAN};
use super::told;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The sweep's file
    #[arg(value_name = "SWEEP")]
    sweep: PathBuf,
    /// Write `plan.json` into this folder, which need not be there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    base: Base,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Plan) -> Result<Outcome, CliError> {
    let planned = arguments.base.plan(&arguments.sweep)?;
    let place = arguments.out.as_ref().map(|out| out.join(PLAN));
    if let Some(out) = &arguments.out {
        write_plan(out, &planned.plan).map_err(|error| told::of_plan(error, out))?;
    }
    let estimate = planned.estimate()?;
    if arguments.json {
        let mut document = serde_json::to_value(&planned.plan)?;
        document["file"] = json!(place.map(|place| place.display().to_string()));
        document["estimate"] = json!({
            "n_factor_settings": estimate.n_factor_settings,
            "seconds": estimate.seconds,
            "bytes": estimate.bytes,
        });
        return Ok(Outcome::done(to_json(&document)?));
    }
    let mut text = told::plan(&planned.plan, estimate);
    if let Some(place) = place {
        let _ = writeln!(text, "plan: {}", rotor_fs::shown_path(&place));
    }
    Ok(Outcome::done(text))
}
