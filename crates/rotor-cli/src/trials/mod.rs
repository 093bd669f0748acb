//! `rotor trials`: what was tried on a dataset, and what the best of it is worth.

mod listing;

use std::path::PathBuf;

use clap::Args;
use rotor::trial_ledger::{DamagedLine, History, Ledger, Trial, TrialData};
use rotor::{
    BestTrial, DatasetTrials, LedgerChoice, TrialsVerdict, trial_data, trials_by_dataset, trials_of,
};
use serde::Serialize;

use crate::dataset::open_or_demo;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct TrialsCommand {
    /// The dataset whose trials are listed [default: the demo]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// The ledger of trials [default: `$ROTOR_LEDGER`, else rotor/trials.jsonl in the user's data folder]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// List the N best trials and the 5 latest, those of sweeps as well; 0: all [default: all of up to 50, else 20]
    #[arg(long, value_name = "N", conflicts_with = "json")]
    limit: Option<usize>,
    /// List the trials of every dataset
    #[arg(long, conflicts_with = "dataset")]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &TrialsCommand) -> Result<Outcome, CliError> {
    let ledger = match LedgerChoice::from_environment(arguments.ledger.as_deref()) {
        LedgerChoice::At(path) => Ledger::at(path),
        LedgerChoice::Off => return Err(CliError::NoLedger { reason: "it is switched off" }),
        LedgerChoice::NoHome => return Err(CliError::NoLedger { reason: "there is no home folder" }),
    };
    let history = ledger.read()?;
    let datasets = if arguments.all {
        trials_by_dataset(&history)
    } else {
        vec![trials_of(&history, trial_data(&open_or_demo(arguments.dataset.as_deref())?))]
    };
    let text = if arguments.json {
        to_json(&document(&ledger, &history, &datasets))?
    } else {
        listing::write(&ledger, &history, &datasets, arguments.limit)
    };
    Ok(Outcome::done(text))
}

/// What the best of the trials is worth, in words.
fn verdict(best: &BestTrial<'_>) -> &'static str {
    match best.verdict() {
        TrialsVerdict::Luck => "no better than luck: no evidence of skill",
        TrialsVerdict::WithinError => {
            "above luck, but by no more than such a ratio errs: no evidence of skill"
        }
        TrialsVerdict::AboveLuck => "more than luck explains, if every trial is here and returns are normal",
    }
}

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'h> {
    ledger: String,
    datasets: Vec<DatasetEntry<'h>>,
    damaged: Vec<DamagedEntry<'h>>,
}

#[derive(Serialize)]
struct DatasetEntry<'h> {
    dataset: &'h TrialData,
    n_trials: u64,
    n_runs: usize,
    n_trials_on_other_data_of_this_name: u64,
    best: Option<BestEntry<'h>>,
    trials: &'h [&'h Trial],
}

#[derive(Serialize)]
struct BestEntry<'h> {
    config: &'h str,
    sharpe: f64,
    n_months: u64,
    threshold: f64,
    probability_if_normal: f64,
    verdict: &'static str,
}

#[derive(Serialize)]
struct DamagedEntry<'h> {
    line: usize,
    problem: &'h str,
}

fn document<'h>(ledger: &Ledger, history: &'h History, datasets: &'h [DatasetTrials<'h>]) -> Document<'h> {
    let best = |best: BestTrial<'h>| BestEntry {
        config: &best.trial.config,
        sharpe: best.sharpe,
        n_months: best.trial.headline.n_months,
        threshold: best.threshold,
        probability_if_normal: best.probability,
        verdict: verdict(&best),
    };
    let of_dataset = |dataset: &'h DatasetTrials<'h>| DatasetEntry {
        dataset: &dataset.data,
        n_trials: dataset.n_trials(),
        n_runs: dataset.runs.len(),
        n_trials_on_other_data_of_this_name: dataset.n_on_other_data,
        best: dataset.best().map(best),
        trials: &dataset.runs,
    };
    let damaged = |line: &'h DamagedLine| DamagedEntry { line: line.line, problem: &line.problem };
    Document {
        ledger: ledger.path().display().to_string(),
        datasets: datasets.iter().map(of_dataset).collect(),
        damaged: history.damaged.iter().map(damaged).collect(),
    }
}
