//! The trials as text: what they share is said once, each has what sets it apart, and of very many the best and the latest.

use rotor::trial_ledger::{DamagedLine, History, Ledger, Trial};
use rotor::{BestTrial, DatasetTrials, StrategyTrial, SweepTrials};
use rotor_report::terms::Term;
use rotor_report::words::{NONE, signed};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

use super::verdict;
use crate::text::{Align, TextTable, fit, fit_end};

/// How many digits of a hash are shown.
const N_DIGITS: usize = 8;

/// How wide a line may be.
const WIDTH: usize = 80;

/// Up to so many trials are listed whole.
const MOST_LISTED: usize = 50;

/// How many of more are listed.
const N_BEST: usize = 20;
const N_LATEST: usize = 5;

pub(super) fn write(
    ledger: &Ledger,
    history: &History,
    datasets: &[DatasetTrials<'_>],
    limit: Option<usize>,
) -> String {
    let mut text = String::new();
    for dataset in datasets {
        text += &of_dataset(dataset, limit);
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

fn of_dataset(dataset: &DatasetTrials<'_>, limit: Option<usize>) -> String {
    let data = &dataset.data;
    let name = format!("{} (data {})", fit(&data.name, 40), digits(&data.sha256));
    let mut text = match dataset.n_trials() {
        0 => format!("{name}: no trials\n"),
        n => {
            let n_runs = counted(dataset.runs.len() as u64, "run");
            format!("{name}: {} in {n_runs}\n", counted(n, "trial"))
        }
    };
    let shared = Shared::of(&dataset.strategies);
    text += &shared.heading();
    let rows = Rows::of(dataset, limit);
    text += &rows.text(&shared);
    if limit.is_none() && !dataset.sweeps.is_empty() {
        text.push('\n');
        for sweep in &dataset.sweeps {
            text += &of_sweep(sweep, dataset, &shared);
        }
        text += "`--limit N` lists the N best of these trials as well\n";
    }
    if dataset.n_trials() > 0 {
        text.push('\n');
    }
    if let Some(best) = dataset.best() {
        text += &luck(&best, dataset.n_trials());
    }
    if let n @ 1.. = dataset.n_on_other_data {
        let other = format!(
            "{} more on other data of this name, not counted here: see `--all`;\n\
             if they are another state of these data, count them with `--trials N`\n",
            counted(n, "trial")
        );
        text.push_str(&other);
    }
    text
}

/// The settings that all trials have in common, as far as they are recorded.
struct Shared<'h> {
    settings: Vec<(&'h str, &'h str)>,
    n_trials: usize,
    n_recorded: usize,
}

impl<'h> Shared<'h> {
    fn of(strategies: &[StrategyTrial<'h>]) -> Self {
        let mut recorded = strategies.iter().filter_map(|strategy| strategy.latest.settings.as_ref());
        let mut n_recorded = 0;
        let mut settings: Vec<(&'h str, &'h str)> = Vec::new();
        if let Some(first) = recorded.next() {
            n_recorded = 1;
            settings.extend(first.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        }
        for other in recorded {
            n_recorded += 1;
            settings.retain(|(key, value)| other.get(*key).is_some_and(|other| other == value));
        }
        Self { settings, n_trials: strategies.len(), n_recorded }
    }

    /// The line above the table, if there is something to say.
    fn heading(&self) -> String {
        if self.settings.is_empty() {
            return String::new();
        }
        let of = if self.n_recorded < self.n_trials { "all trials that record them" } else { "all trials" };
        wrapped(&format!("settings of {of}: {}", joined(&self.settings)))
    }

    /// What sets a trial apart; of lines of earlier releases the factors. Nothing where a trial is the only one.
    fn difference(&self, trial: &Trial) -> Option<String> {
        let Some(settings) = &trial.settings else {
            return Some(format!("factors: {}; other settings are not recorded", trial.factors.join(", ")));
        };
        // Both are in the order of their keys.
        let mut shared = self.settings.iter().map(|(key, _)| *key).peekable();
        let other: Vec<(&str, &str)> = settings
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .filter(|(key, _)| shared.next_if_eq(key).is_none())
            .collect();
        match (other.is_empty(), self.settings.is_empty()) {
            (false, _) => Some(joined(&other)),
            (true, true) => Some("defaults".into()),
            (true, false) => (self.n_recorded > 1).then(|| "no other settings".into()),
        }
    }
}

fn joined(settings: &[(&str, &str)]) -> String {
    let settings: Vec<String> = settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    settings.join("; ")
}

/// Which trials are listed one by one.
struct Rows<'h> {
    /// The best by evidence, or all in the order in which they were first tried.
    first: Vec<StrategyTrial<'h>>,
    /// Of the others the latest, if not all are listed.
    latest: Vec<StrategyTrial<'h>>,
    n_left_out: usize,
}

impl<'h> Rows<'h> {
    fn of(dataset: &DatasetTrials<'h>, limit: Option<usize>) -> Self {
        let is_listed = |strategy: &&StrategyTrial<'h>| limit.is_some() || !strategy.is_of_sweep;
        let listed: Vec<StrategyTrial<'h>> = dataset.strategies.iter().filter(is_listed).copied().collect();
        let n_best = match limit {
            None if listed.len() > MOST_LISTED => N_BEST,
            Some(limit @ 1..) if listed.len() > limit => limit,
            _ => return Self { first: listed, latest: Vec::new(), n_left_out: 0 },
        };
        let mut first = StrategyTrial::by_evidence(&listed);
        first.truncate(n_best);
        let mut is_taken = vec![false; dataset.strategies.len()];
        for strategy in &first {
            is_taken[strategy.number - 1] = true;
        }
        let mut latest: Vec<StrategyTrial<'h>> =
            listed.iter().filter(|strategy| !is_taken[strategy.number - 1]).copied().collect();
        latest.sort_unstable_by_key(|strategy| strategy.latest_idx);
        latest.drain(..latest.len().saturating_sub(N_LATEST));
        let n_left_out = listed.len() - first.len() - latest.len();
        Self { first, latest, n_left_out }
    }

    fn text(&self, shared: &Shared<'_>) -> String {
        if self.first.is_empty() && self.latest.is_empty() {
            return String::new();
        }
        let table = table(self.first.iter().chain(&self.latest));
        let mut lines = table.lines();
        let mut text = format!("\n{}\n", lines.next().unwrap_or_default());
        let mut add = |text: &mut String, strategies: &[StrategyTrial<'_>]| {
            for strategy in strategies {
                if let Some(difference) = shared.difference(strategy.latest) {
                    *text += &wrapped(&difference);
                }
                for line in lines.by_ref().take(2) {
                    text.extend([line, "\n"]);
                }
            }
        };
        let is_ranked = !self.latest.is_empty() || self.n_left_out > 0;
        if is_ranked {
            let _ = writeln!(text, "-- the {} best by evidence (Sharpe × √months)", self.first.len());
        }
        add(&mut text, &self.first);
        if is_ranked {
            let _ = writeln!(text, "-- the {} latest of the others", self.latest.len());
        }
        add(&mut text, &self.latest);
        if self.n_left_out > 0 {
            let n = counted(self.n_left_out as u64, "trial");
            let _ = writeln!(text, "-- {n} left out: `--limit N` lists the N best, `--limit 0` all");
        }
        text + "runs of equal settings are one trial, with the numbers of the last; excess:\n\
                annualised excess return (net) over equal weight; in the line `eligible` over\n\
                that of the eligible sectors; Sharpe: monthly, over equal weight\n"
    }
}

fn table<'s, 'h: 's>(strategies: impl Iterator<Item = &'s StrategyTrial<'h>>) -> String {
    let cells: Vec<[[String; 6]; 2]> = strategies.map(cells).collect();
    let titles = ["when (UTC)", "trial", "excess", Term::ConfidenceInterval.en(), "Sharpe", "run"];
    let n_columns = titles.len();
    let width = |column: usize| {
        let widths = cells.iter().flatten().map(|row| row[column].width());
        widths.chain([titles[column].width()]).max().unwrap_or(0) + 2
    };
    // The place of the run takes what is left.
    let left = WIDTH.saturating_sub((0..n_columns - 1).map(width).sum()).max(8);
    let aligns = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left];
    let columns: Vec<(&str, Align)> = titles.into_iter().zip(aligns).collect();
    let mut table = TextTable::new(&columns);
    for mut row in cells.into_iter().flatten() {
        row[n_columns - 1] = fit_end(&row[n_columns - 1], left);
        table.row(row);
    }
    table.render()
}

/// The two rows of a trial.
fn cells(strategy: &StrategyTrial<'_>) -> [[String; 6]; 2] {
    let (trial, headline) = (strategy.latest, &strategy.latest.headline);
    let first = [
        fit(&to_the_minute(&trial.when), 16),
        strategy.number.to_string(),
        percent(headline.excess),
        interval(headline.interval),
        headline.sharpe.map_or(NONE.into(), |sharpe| fit(&format!("{sharpe:.2}"), 9)),
        trial.run.clone(),
    ];
    let n_runs = strategy.n_runs as u64;
    let second = [
        fit(&counted(headline.n_months, "month"), 16),
        "eligible".into(),
        percent(headline.excess_eligible),
        interval(headline.interval_eligible),
        String::new(),
        if n_runs > 1 { format!("the last of {n_runs}") } else { String::new() },
    ];
    [first, second]
}

/// A sweep in a line, and the settings of its best below it.
fn of_sweep(sweep: &SweepTrials<'_>, dataset: &DatasetTrials<'_>, shared: &Shared<'_>) -> String {
    let strategies = sweep.strategies.iter().map(|position| &dataset.strategies[*position]);
    let hash = digits(sweep.sweep);
    let text = format!("sweep {hash}: {}", counted(sweep.strategies.len() as u64, "trial"));
    let Some(best) = StrategyTrial::by_evidence(strategies).first().copied() else { return text + "\n" };
    let headline = &best.latest.headline;
    let sharpe = headline.sharpe.map_or(NONE.into(), |sharpe| fit(&format!("{sharpe:.2}"), 9));
    let months = counted(headline.n_months, "month");
    let line = format!("{text}, best: trial {}, Sharpe {sharpe} over {months}\n", best.number);
    match shared.difference(best.latest) {
        Some(difference) => line + &wrapped(&format!("with {difference}")),
        None => line,
    }
}

/// The beginning of a hash.
fn digits(hash: &str) -> String {
    fit(&hash.chars().take(N_DIGITS).collect::<String>(), N_DIGITS)
}

/// A text made safe to show, in lines of at most eighty columns that are broken between words.
fn wrapped(text: &str) -> String {
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
    value.map_or(NONE.into(), |value| fit(&(signed(100.0 * value, 1) + "%"), 9))
}

fn interval(ends: Option<(f64, f64)>) -> String {
    ends.map_or(NONE.into(), |ends| format!("[{}, {}]", percent(Some(ends.0)), percent(Some(ends.1))))
}

/// `2026-11-28T13:05:00Z` without what nobody compares.
fn to_the_minute(when: &str) -> String {
    when.replacen('T', " ", 1).chars().take(16).collect()
}

fn luck(best: &BestTrial<'_>, n_trials: u64) -> String {
    let luckiest = match n_trials {
        1 => format!("one strategy without skill shows {:.2} on average", best.threshold),
        n => format!("the best of {} strategies without skill shows about {:.2}", grouped(n), best.threshold),
    };
    format!(
        "best: trial {}, Sharpe {:.2} over {}\nluck: {luckiest}\nverdict: {}\n",
        best.number,
        best.sharpe,
        counted(best.trial.headline.n_months, "month"),
        verdict(best),
    )
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(n)) }
}

/// A number in groups of three digits, if it has five and more.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_from_five_digits_on() {
        for (n, expected) in [(0, "0"), (9999, "9999"), (10_000, "10 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(n), expected);
        }
        assert_eq!(counted(1, "trial"), "1 trial");
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = wrapped(&"heat.weight = 0.5; ".repeat(9));
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(text.split_whitespace().count(), 27);
    }
}
