//! `rotor init`: a configuration to start from.

use std::path::PathBuf;

use clap::Args;
use rotor::default_config;
use rotor_fs::shown_path;

use crate::{CliError, Outcome, file_destination};

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "rotor.toml")]
    file: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &Init) -> Result<Outcome, CliError> {
    let path = &arguments.file;
    file_destination(path, arguments.force)?.write(default_config().to_toml().as_bytes())?;
    Ok(Outcome::done(format!(
        "{} is written: every key with its default and its meaning\nrun it: rotor backtest --config {}\n",
        shown_path(path),
        shown_path(path)
    )))
}
