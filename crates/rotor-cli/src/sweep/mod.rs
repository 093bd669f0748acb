//! `rotor sweep`: thousands of settings planned, run, merged and judged.

mod inputs;
mod merge;
mod pick;
mod plan;
mod run;
mod status;
mod told;

use clap::Subcommand;

use crate::{CliError, Outcome};

pub(crate) use inputs::dataset_of;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plan a sweep: how many trials the axes have, and what they share; with --out, write plan.json
    Plan(plan::Plan),
    /// Run a sweep's file or a plan: what is there already is not computed again
    ///
    /// Without --shard the sweep is merged and judged when every part is there. Ctrl-C keeps the finished parts.
    Run(run::Run),
    /// Merge the parts of a sweep that shards have computed, judge all trials and write the report
    ///
    /// Exit code 2 until every part is there; the missing are named as `sbatch --array` takes them.
    Merge(merge::Merge),
    /// Tell which parts of a sweep are there
    ///
    /// Exit code 0 if all are there, 1 if some are missing.
    Status(status::Status),
    /// Write the report of a merged sweep as one HTML page
    Report(merge::Report),
    /// Pick one trial by a rule, and open the months that were held out for it, once
    Pick(pick::Pick),
}

impl Command {
    /// The number of threads that is asked for.
    pub(crate) fn threads(&self) -> Option<u16> {
        match self {
            Self::Run(arguments) => arguments.threads,
            Self::Merge(arguments) => arguments.threads,
            _ => None,
        }
    }

    /// Whether a library may be loaded into this process: a plan or a configuration may name one.
    pub(crate) fn may_load(&self) -> bool {
        !matches!(self, Self::Status(_) | Self::Report(_))
    }
}

pub(crate) fn run(command: &Command) -> Result<Outcome, CliError> {
    match command {
        Command::Plan(arguments) => plan::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Merge(arguments) => merge::run(arguments),
        Command::Status(arguments) => status::run(arguments),
        Command::Report(arguments) => merge::report(arguments),
        Command::Pick(arguments) => pick::run(arguments),
    }
}
