//! `rotor sweep merge` and `rotor sweep report`.

use std::path::PathBuf;

use clap::Args;
use rotor::{Lang, REPORT_FILE};
use rotor_report::page::html;
use rotor_run::sweep::{read_picked, read_plan, read_sweep};

use super::inputs::{PLAN, runner_of};
use super::told;
use crate::run::language::Language;
use crate::run::ledger::LedgerFlags;
use crate::{CliError, Outcome, file_destination};

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The folder of the sweep
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The dataset folder [default: that of the plan]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// Name what is missing by the shards of so many, in place of the parts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shards: Option<u32>,
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// The language of the report
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    #[command(flatten)]
    ledger: LedgerFlags,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Merge) -> Result<Outcome, CliError> {
    let folder = &arguments.folder;
    let runner = runner_of(read_plan(&folder.join(PLAN))?, arguments.dataset.as_deref())?;
    let n_shards = arguments.shards.map(|shards| shards as usize);
    let merged = runner.merge(folder, &arguments.ledger.choice(), Some(arguments.lang.into()), n_shards)?;
    told::notices(&merged.notices);
    told::sweep(&merged.sweep, folder, arguments.json)
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The folder of the sweep
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The language of the report
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = REPORT_FILE)]
    out: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

pub(crate) fn report(arguments: &Report) -> Result<Outcome, CliError> {
    let destination = file_destination(&arguments.out, arguments.force)?;
    let sweep = read_sweep(&arguments.folder)?;
    let picked = read_picked(&arguments.folder)?;
    let page = html(&rotor_sweep::page_of(&sweep, picked.as_ref(), Lang::from(arguments.lang)));
    destination.write(page.as_bytes())?;
    Ok(Outcome::done(format!("{} is written\n", rotor_fs::shown_path(&arguments.out))))
}
