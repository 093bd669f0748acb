//! Golden backtests: `rotor golden check` and `rotor accept`.
//!
//! A case is a folder with a `case.toml`, which says what is run, and a `run.txt`, what came out when it was last accepted. Every
//! acceptance is an entry in `ACCEPTED.toml` beside the cases.

pub(crate) mod accept;
mod check;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rotor::GoldenCases;

use crate::{CliError, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run golden backtests and check them against their accepted results
    ///
    /// Exit code 0 if every result is the accepted one, 1 if not (with the comparison), 2 if a case cannot be run.
    Check(check::Check),
}

/// Where cases are, and what they need beside that.
#[derive(Debug, Args)]
pub(crate) struct CaseFolder {
    /// The folder of the cases [default: tests/golden or golden, whichever has cases]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Set a configuration key in every case that is run, such as `my_factor.library=target/release/libmy_factor.so`
    #[arg(long, value_name = "KEY=VALUE", value_parser = crate::run::settings::key_value)]
    set: Vec<(String, String)>,
}

pub(crate) fn run(command: &Command) -> Result<Outcome, CliError> {
    match command {
        Command::Check(arguments) => check::run(arguments),
    }
}

impl CaseFolder {
    /// Returns the cases that are meant.
    fn cases(&self) -> Result<GoldenCases, CliError> {
        Ok(GoldenCases::find(self.dir.as_deref(), self.set.clone())?)
    }
}
