//! `rotor init`: a configuration to start from.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::settings::Settings;
use crate::{CliError, Outcome};

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
    let failed = |error: io::Error| CliError::WriteConfig { path: path.clone(), error };
    let file = if arguments.force { File::create(path) } else { File::create_new(path) };
    file.and_then(|mut file| file.write_all(Settings::defaults().to_toml().as_bytes())).map_err(failed)?;
    Ok(Outcome::done(format!(
        "{} is written: every key with its default and its meaning\nrun it: rotor backtest --config {}\n",
        path.display(),
        path.display()
    )))
}
