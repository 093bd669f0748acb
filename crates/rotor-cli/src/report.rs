//! `rotor report`: the report of a run folder as one HTML page.

use std::path::PathBuf;

use clap::Args;
use rotor::{Lang, REPORT_FILE, Run};
use rotor_fs::shown_path;

use crate::run::language::Language;
use crate::{CliError, Outcome, file_destination};

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run folder
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The language of the report [default: that of the report in the folder, else English]
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = REPORT_FILE)]
    out: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &Report) -> Result<Outcome, CliError> {
    let destination = file_destination(&arguments.out, arguments.force)?;
    let run = Run::read(&arguments.run)?;
    let lang = arguments.lang.map(Lang::from).or_else(|| run.report_language()).unwrap_or(Lang::En);
    destination.write(run.report(lang).as_bytes())?;
    Ok(Outcome::done(format!("{} is written\n", shown_path(destination.path()))))
}
