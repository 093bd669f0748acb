//! `rotor trials`: what was tried on a dataset, and what the best of it is worth.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use rotor::trial_ledger::{DamagedLine, History, Ledger, Trial};
use rotor::{
    BestTrial, DatasetTrials, LedgerChoice, TrialsVerdict, trial_data, trials_by_dataset, trials_of,
};
use rotor_report::terms::Term;
use rotor_report::words::{NONE, signed};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::dataset::open_or_demo;
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
        to_json(&as_json(&ledger, &history, &datasets))?
    } else {
        as_text(&ledger, &history, &datasets)
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

fn as_text(ledger: &Ledger, history: &History, datasets: &[DatasetTrials<'_>]) -> String {
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

fn told(history: &History, dataset: &DatasetTrials<'_>) -> String {
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
        text += &luck(&best, dataset);
    }
    if let n @ 1.. = dataset.n_on_other_data(history) {
        let other = format!(
            "{} more on other data of this name, not counted here: see `--all`;\n\
             if they are another state of these data, count them with `--trials N`\n",
            counted(n as u64, "trial")
        );
        text.push_str(&other);
    }
    text
}

fn table(trials: &[&Trial]) -> String {
    let mut table = TextTable::new(&[
        ("when (UTC)", Align::Left),
        ("trial", Align::Right),
        ("excess", Align::Right),
        (Term::ConfidenceInterval.en(), Align::Right),
        ("Sharpe", Align::Right),
        ("run", Align::Left),
    ]);
    let numbers = numbers(trials);
    for (trial, number) in trials.iter().zip(&numbers) {
        let headline = &trial.headline;
        table.row([
            fit(&to_the_minute(&trial.when), 16),
            number.to_string(),
            percent(headline.excess),
            interval(headline.interval),
            headline.sharpe.map_or(NONE.into(), |sharpe| fit(&format!("{sharpe:.2}"), 9)),
            fit_end(&trial.run, 17),
        ]);
        table.row([
            counted(headline.n_months, "month"),
            "eligible".into(),
            percent(headline.excess_eligible),
            interval(headline.interval_eligible),
            String::new(),
            String::new(),
        ]);
    }
    // Settings stand above the first of the runs that have them: there is no room for them beside each.
    let rendered = table.render();
    let mut lines = rendered.lines();
    let mut text = lines.next().map(|header| header.to_owned() + "\n").unwrap_or_default();
    let mut before = String::new();
    for trial in trials {
        let settings = settings(trial);
        if settings != before {
            text += &wrapped(&settings);
            before = settings;
        }
        for line in lines.by_ref().take(2) {
            text += line.trim_end();
            text.push('\n');
        }
    }
    text + "runs of equal settings are one trial; excess: annualised excess return (net)\n\
            over equal weight; in the line `eligible` over that of the eligible sectors;\n\
            Sharpe: monthly, over equal weight\n"
}

/// The number of each trial: runs of the same strategy have the same.
fn numbers(trials: &[&Trial]) -> Vec<usize> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut numbers = Vec::with_capacity(trials.len());
    for trial in trials {
        let next = known.len() + 1;
        numbers.push(*known.entry(&trial.config).or_insert(next));
    }
    numbers
}

/// What of the configuration of a trial is not as nobody has changed it; of lines of earlier releases the factors.
fn settings(trial: &Trial) -> String {
    match &trial.settings {
        None => format!("factors: {}", trial.factors.join(", ")),
        Some(settings) if settings.is_empty() => "settings: defaults".into(),
        Some(settings) => {
            let settings: Vec<String> =
                settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            format!("settings: {}", settings.join("; "))
        }
    }
}

/// A text made safe to show, in lines of at most eighty columns that are broken between words.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 80;
    let (mut lines, mut line) = (String::new(), String::new());
    for word in rotor_fs::shown(text).split(' ') {
        let word = fit(word, WIDTH - 2);
        if !line.trim().is_empty() && line.width() + 1 + word.width() > WIDTH {
            lines.extend([line.as_str(), "\n"]);
            line = String::from(" ");
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += &word;
    }
    lines.extend([line.as_str(), "\n"]);
    lines
}

fn percent(value: Option<f64>) -> String {
    value.map_or(NONE.into(), |value| signed(100.0 * value, 1) + "%")
}

fn interval(ends: Option<(f64, f64)>) -> String {
    ends.map_or(NONE.into(), |ends| {
        let (low, high) = (signed(100.0 * ends.0, 1), signed(100.0 * ends.1, 1));
        format!("[{low}%, {high}%]")
    })
}

/// `2026-11-28T13:05:00Z` without what nobody compares.
fn to_the_minute(when: &str) -> String {
    when.replacen('T', " ", 1).chars().take(16).collect()
}

fn luck(best: &BestTrial<'_>, dataset: &DatasetTrials<'_>) -> String {
    let n_trials = dataset.n_trials();
    let position = dataset.trials.iter().position(|trial| trial.config == best.trial.config);
    let number = position.map_or(0, |position| numbers(&dataset.trials)[position]);
    let headline = &best.trial.headline;
    let luckiest = match n_trials {
        1 => format!("one strategy without skill shows {:.2} on average", best.threshold),
        n => format!("the best of {n} strategies without skill shows about {:.2}", best.threshold),
    };
    format!(
        "best: trial {number}, Sharpe {:.2} over {}\nluck: {luckiest}\nverdict: {}\n",
        best.sharpe,
        counted(headline.n_months, "month"),
        verdict(best),
    )
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn as_json(ledger: &Ledger, history: &History, datasets: &[DatasetTrials<'_>]) -> Value {
    let of_dataset = |dataset: &DatasetTrials<'_>| {
        let best = dataset.best().map(|best| {
            json!({
                "config": best.trial.config,
                "sharpe": best.sharpe,
                "n_months": best.trial.headline.n_months,
                "threshold": best.threshold,
                "probability_if_normal": best.probability,
                "verdict": verdict(&best),
            })
        });
        json!({
            "dataset": dataset.data,
            "n_trials": dataset.n_trials(),
            "n_runs": dataset.trials.len(),
            "n_trials_on_other_data_of_this_name": dataset.n_on_other_data(history),
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
