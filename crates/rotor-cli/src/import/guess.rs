//! `rotor import guess`: a plan for files, from what is seen in them.

use std::path::PathBuf;

use clap::Args;
use rotor_import::{RECIPES, guess};

use crate::{CliError, Outcome};

#[derive(Debug, Args)]
pub(super) struct Guess {
    /// CSV files, workbooks, archives with one of them; those of one shape become one table of the plan
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Guess) -> Result<Outcome, CliError> {
    Ok(Outcome::done(guess(&arguments.files, RECIPES)?))
}
