//! `rotor sweep run`: the parts that are missing, and what all of them say.

use std::path::PathBuf;

use clap::Args;
use rotor_sweep::{Shard, SweepStatus};

use super::inputs::Base;
use super::told;
use crate::run::language::Language;
use crate::run::ledger::LedgerFlags;
use crate::run::progress::with_count;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The sweep's file, or the `plan.json` that was made of it
    #[arg(value_name = "SWEEP|PLAN")]
    sweep: PathBuf,
    /// The folder of the sweep; it need not be there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Compute one of N equal shares of the parts, numbered from 0, and do not merge
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<Shard>,
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    base: Base,
    /// The language of the report
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    #[command(flatten)]
    ledger: LedgerFlags,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn shard(text: &str) -> Result<Shard, String> {
    let (number, of) = text.split_once('/').ok_or("I/N is expected, such as 0/16")?;
    let number = number.trim().parse().map_err(|_| format!("`{number}` is not a number"))?;
    let of = of.trim().parse().map_err(|_| format!("`{of}` is not a number"))?;
    Shard::new(number, of).map_err(|error| format!("{error}: shards are counted from 0"))
}

pub(crate) fn run(arguments: &Run) -> Result<Outcome, CliError> {
    let runner = arguments.base.runner(&arguments.sweep)?;
    let out = &arguments.out;
    if rotor_run::sweep::read_sweep_summary(out).is_ok_and(|merged| merged.plan.hash == runner.plan().hash) {
        let sweep = rotor_run::sweep::read_sweep(out)?;
        return told::sweep(&sweep, out, arguments.json);
    }
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    with_count("sweeping", "trials", |count| {
        runner.run(out, shard, &|progress| {
            count(progress.n_done, progress.n_trials);
            std::ops::ControlFlow::Continue(())
        })
    })?;
    if arguments.shard.is_some() {
        let status = SweepStatus::of(out, runner.plan())?;
        return Ok(Outcome::done(if arguments.json {
            to_json(&told::status_json(&status))?
        } else {
            told::status(&status, None)
        }));
    }
    let merged = runner.merge(out, &arguments.ledger.choice(), Some(arguments.lang.into()), None)?;
    told::notices(&merged.notices);
    told::sweep(&merged.sweep, out, arguments.json)
}
