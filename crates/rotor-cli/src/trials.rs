//! `rotor trials`: what was tried on a dataset, and what the best of it is worth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use rotor_eval::{beyond_luck, luckiest_sharpe};
use rotor_run::ledger::{DamagedLine, History, Ledger, Trial, TrialData};
use serde_json::{Value, json};

use crate::dataset::open_or_demo;
use crate::run::ledger::{LedgerPlace, data_of};
use crate::text::{Align, TextTable, fit, fit_end};
use crate::{CliError, Outcome, to_json};

/// How many digits of a hash are shown.
const N_DIGITS: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct TrialsCommand {
    /// The dataset whose trials are listed [default: the demo]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// The ledger of trials [default: `$ROTOR_LEDGER`, else rotor/trials.jsonl in the user's data folder]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// List the trials of every dataset
    #[arg(long, conflicts_with = "dataset")]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The trials of one dataset.
struct OfDataset<'h> {
    data: TrialData,
    trials: Vec<&'h Trial>,
}

/// The best of the trials of a dataset, held against luck.
struct Best<'h> {
    trial: &'h Trial,
    sharpe: f64,
    /// What the best of so many without skill shows.
    threshold: f64,
    /// How likely skill is behind it, of normal returns.
    probability: f64,
}

pub(crate) fn run(arguments: &TrialsCommand) -> Result<Outcome, CliError> {
    let ledger = match LedgerPlace::of(arguments.ledger.as_deref()) {
        LedgerPlace::At(path) => Ledger::at(path),
        LedgerPlace::Off => return Err(CliError::NoLedger { reason: "it is switched off" }),
        LedgerPlace::Nowhere => return Err(CliError::NoLedger { reason: "there is no home folder" }),
    };
    let history = ledger.read()?;
    let datasets = if arguments.all {
        by_dataset(&history)
    } else {
        let data = data_of(&open_or_demo(arguments.dataset.as_deref())?);
        let trials = history.of_dataset(&data.sha256).collect();
        vec![OfDataset { data, trials }]
    };
    let text = if arguments.json {
        to_json(&as_json(&ledger, &history, &datasets))?
    } else {
        as_text(&ledger, &history, &datasets)
    };
    Ok(Outcome::done(text))
}

/// The trials of each dataset, in the order in which they were first tried.
fn by_dataset(history: &History) -> Vec<OfDataset<'_>> {
    let mut datasets: Vec<OfDataset<'_>> = Vec::new();
    for trial in &history.trials {
        match datasets.iter_mut().find(|known| known.data.sha256 == trial.dataset.sha256) {
            Some(known) => known.trials.push(trial),
            None => datasets.push(OfDataset { data: trial.dataset.clone(), trials: vec![trial] }),
        }
    }
    datasets
}

impl<'h> OfDataset<'h> {
    /// How many configurations there are.
    fn n_trials(&self) -> u64 {
        self.trials.iter().map(|trial| trial.config.as_str()).collect::<BTreeSet<&str>>().len() as u64
    }

    /// How many there are on other data of the same name: an earlier or later state of the dataset, most likely.
    fn n_elsewhere(&self, history: &History) -> usize {
        let others = history
            .trials
            .iter()
            .filter(|trial| trial.dataset.name == self.data.name && trial.dataset.sha256 != self.data.sha256);
        others.map(|trial| trial.config.as_str()).collect::<BTreeSet<&str>>().len()
    }

    /// The best by its evidence: the Sharpe ratio times the root of the months behind it, so that two good months are not the best.
    /// Of a configuration that was run again the last line counts; what cannot be judged is passed over.
    fn best(&self) -> Option<Best<'h>> {
        let latest: BTreeMap<&str, &'h Trial> =
            self.trials.iter().map(|trial| (trial.config.as_str(), *trial)).collect();
        let judged = latest.into_values().filter_map(|trial| {
            let sharpe = trial.headline.sharpe?;
            let n_months = usize::try_from(trial.headline.n_months).ok()?;
            let threshold = luckiest_sharpe(self.n_trials(), n_months).ok()?;
            let probability = beyond_luck(sharpe, self.n_trials(), n_months).ok()?;
            Some(Best { trial, sharpe, threshold, probability })
        });
        let evidence = |best: &Best<'_>| best.sharpe * (best.trial.headline.n_months as f64).sqrt();
        judged.max_by(|one, other| evidence(one).total_cmp(&evidence(other)))
    }
}

impl Best<'_> {
    /// What the best is worth. More than "not luck alone" is never said, and that only under a condition.
    fn verdict(&self) -> &'static str {
        const SURE: f64 = 0.95;
        if self.sharpe <= self.threshold {
            "no better than luck: no evidence of skill"
        } else if self.probability < SURE {
            "above the threshold, but not significantly: no evidence of skill"
        } else {
            "more than luck explains, if every trial is listed and returns are normal"
        }
    }
}

fn as_text(ledger: &Ledger, history: &History, datasets: &[OfDataset<'_>]) -> String {
    let mut text = String::new();
    for dataset in datasets {
        text += &told(history, dataset);
        text.push('\n');
    }
    if datasets.is_empty() {
        text += "no trials\n\n";
    }
    for DamagedLine { line, problem } in &history.damaged {
        text.extend([&format!("line {line} cannot be read: {}", fit(problem, 52)), "\n"]);
    }
    text + &format!("ledger: {}\n", fit(&ledger.path().display().to_string(), 500))
}

fn told(history: &History, dataset: &OfDataset<'_>) -> String {
    let data = &dataset.data;
    let name = format!("{} (data {})", fit(&data.name, 40), &data.sha256[..N_DIGITS]);
    let n_runs = dataset.trials.len();
    let mut text = match dataset.n_trials() {
        0 => format!("{name}: no trials\n"),
        n => format!("{name}: {} in {}\n", counted(n, "trial"), counted(n_runs as u64, "run")),
    };
    if n_runs > 0 {
        text += "\n";
        text += &table(&dataset.trials);
        text += "\n";
    }
    if let Some(best) = dataset.best() {
        text += &luck(&best, dataset.n_trials());
    }
    if let n @ 1.. = dataset.n_elsewhere(history) {
        let other = format!(
            "{} more on other data of this name, not counted here: see `--all`;\n\
             if they are an earlier or later state of these data, count them with `--trials N`\n",
            counted(n as u64, "trial")
        );
        text.push_str(&other);
    }
    text
}

fn table(trials: &[&Trial]) -> String {
    let mut table = TextTable::new(&[
        ("when (UTC)", Align::Left),
        ("config", Align::Left),
        ("excess", Align::Right),
        ("95% CI", Align::Right),
        ("Sharpe", Align::Right),
        ("run", Align::Left),
    ]);
    for trial in trials {
        let headline = &trial.headline;
        table.row([
            fit(&to_the_minute(&trial.when), 16),
            trial.config[..N_DIGITS].to_owned(),
            headline.excess.map_or("-".into(), |excess| format!("{:+.1}%", 100.0 * excess)),
            headline
                .interval
                .map_or("-".into(), |(low, high)| format!("[{:+.1}%, {:+.1}%]", 100.0 * low, 100.0 * high)),
            headline.sharpe.map_or("-".into(), |sharpe| fit(&format!("{sharpe:.2}"), 9)),
            fit_end(&trial.run, 17),
        ]);
    }
    // The factors stand above the first of the runs that have them: there is no room for them beside each.
    let rendered = table.render();
    let mut lines = rendered.lines();
    let mut text = lines.next().map(|header| header.to_owned() + "\n").unwrap_or_default();
    let mut before: &[String] = &[];
    for (line, trial) in lines.zip(trials) {
        if trial.factors != before {
            text += &fit(&format!("factors: {}", trial.factors.join(", ")), 80);
            text.push('\n');
            before = &trial.factors;
        }
        text += line;
        text.push('\n');
    }
    text + "excess: annualised, over equal weight, net of costs; Sharpe: its monthly ratio\n"
}

/// `2026-11-28T13:05:00Z` without what nobody compares.
fn to_the_minute(when: &str) -> String {
    when.replacen('T', " ", 1).chars().take(16).collect()
}

fn luck(best: &Best<'_>, n_trials: u64) -> String {
    let headline = &best.trial.headline;
    let luckiest = match n_trials {
        1 => format!("one strategy without skill shows {:.2} on average", best.threshold),
        n => format!("the best of {n} strategies without skill shows about {:.2}", best.threshold),
    };
    format!(
        "best: Sharpe {:.2} over {} ({})\nluck: {luckiest}\nverdict: {}\n",
        best.sharpe,
        counted(headline.n_months, "month"),
        &best.trial.config[..N_DIGITS],
        best.verdict(),
    )
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn as_json(ledger: &Ledger, history: &History, datasets: &[OfDataset<'_>]) -> Value {
    let of_dataset = |dataset: &OfDataset<'_>| {
        let best = dataset.best().map(|best| {
            json!({
                "config": best.trial.config,
                "sharpe": best.sharpe,
                "n_months": best.trial.headline.n_months,
                "threshold": best.threshold,
                "probability_if_normal": best.probability,
                "verdict": best.verdict(),
            })
        });
        json!({
            "dataset": dataset.data,
            "n_trials": dataset.n_trials(),
            "n_runs": dataset.trials.len(),
            "n_trials_on_other_data_of_this_name": dataset.n_elsewhere(history),
            "best": best,
            "trials": dataset.trials,
        })
    };
    let damaged = history.damaged.iter().map(|line| json!({ "line": line.line, "problem": line.problem }));
    json!({
        "ledger": ledger.path().display().to_string(),
        "datasets": datasets.iter().map(of_dataset).collect::<Vec<Value>>(),
        "damaged": damaged.collect::<Vec<Value>>(),
    })
}
