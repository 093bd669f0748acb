//! A trial as a line of JSON, and what the lines of a file say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use rotor_factor::Date;
use serde::{Deserialize, Serialize};

use super::line::{end_of_lines, is_sha256, write_batch};

/// The format of the lines.
pub(super) const FORMAT: u32 = 1;

/// A backtest, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Trial {
    /// The format of the line, 1.
    pub format: u32,
    /// When it was, in universal time, for people: nothing depends on it.
    pub when: String,
    /// On what it was.
    pub dataset: TrialData,
    /// The hash of what was tried: trials with the same are one.
    pub config: String,
    /// What of the configuration is not as nobody has changed it, by key; `None` in lines of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<BTreeMap<String, String>>,
    /// The names of the factors, in the order of the run.
    pub factors: Vec<String>,
    /// The version of Rotor.
    pub engine: String,
    /// What came out.
    pub headline: Headline,
    /// Of a trial of a sweep the SHA-256 of its monthly net returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<String>,
    /// Of a trial of a sweep the hash of the sweep's plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<String>,
    /// Of a backtest over the months that the sweep had held out, the identifier of the trial for which they were opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<String>,
    /// Where the run folder was to go.
    pub run: String,
}

/// The data of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct TrialData {
    /// The name of the dataset.
    pub name: String,
    /// The hash of its tables, [`Dataset::sha256`](rotor_data::Dataset::sha256).
    pub sha256: String,
    /// The hash of the first state of a dataset that has grown since; the trials on all its states count together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
}

impl TrialData {
    /// Returns the hash that all states of the dataset share.
    #[must_use]
    pub fn line(&self) -> &str {
        self.lineage.as_deref().unwrap_or(&self.sha256)
    }
}

/// What came out of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Headline {
    /// The excess of the picks over the equal weight of all sectors, net, a year; `None` where the evaluation has none.
    pub excess: Option<f64>,
    /// Its interval, 95%.
    pub interval: Option<(f64, f64)>,
    /// The excess over the equal weight of the sectors that could be selected, net, a year; `None` also in lines of earlier releases.
    #[serde(default)]
    pub excess_eligible: Option<f64>,
    /// Its interval, 95%.
    #[serde(default)]
    pub interval_eligible: Option<(f64, f64)>,
    /// The monthly Sharpe ratio of the excess over all sectors.
    pub sharpe: Option<f64>,
    /// The number of months.
    pub n_months: u64,
}

/// The trials of a ledger, in the order of the lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The trials of every dataset.
    pub trials: Vec<Trial>,
    /// The lines that are none.
    pub damaged: Vec<DamagedLine>,
}

/// A line that is no trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for DamagedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl Trial {
    /// Makes a trial of a dataset and the hash of a configuration, of which nothing else is known yet.
    #[must_use]
    pub fn new(when: SystemTime, dataset: TrialData, config: String, headline: Headline) -> Self {
        Self {
            format: FORMAT,
            when: utc(when),
            dataset,
            config,
            settings: None,
            factors: Vec::new(),
            engine: String::new(),
            headline,
            returns: None,
            sweep: None,
            opened: None,
            run: String::new(),
        }
    }

    /// The line, with its end.
    pub(super) fn to_line(&self) -> String {
        serde_json::to_string(self).expect("a trial has texts and numbers alone") + "\n"
    }

    /// The lines of trials that stand there together or not at all.
    pub(super) fn to_lines(trials: &[Self]) -> String {
        let mut lines = String::new();
        for (idx, trial) in trials.iter().enumerate() {
            lines += &trial.to_line();
            if trials.len() > 1 {
                write_batch(&mut lines, idx + 1, trials.len());
            }
        }
        lines
    }

    pub(super) fn of_line(line: &[u8]) -> Result<Self, String> {
        let trial: Self = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        if trial.format != FORMAT {
            return Err(format!("its format is {}, and {FORMAT} is known here", trial.format));
        }
        for (key, text) in [("config", &trial.config), ("dataset.sha256", &trial.dataset.sha256)] {
            if !is_sha256(text.as_bytes()) {
                return Err(format!("`{key}` is not a SHA-256"));
            }
        }
        Ok(trial)
    }
}

impl History {
    /// Reads the lines of a file. Empty ones count as lines and say nothing, nor does what a killed writer left of the last.
    pub(super) fn of(bytes: &[u8]) -> Self {
        /// So many lines take a hundred times as long as to hand them to a thread.
        const FEWEST: usize = 256;
        let (end, _) = end_of_lines(bytes);
        let lines: Vec<&[u8]> = bytes[..end].split(|byte| *byte == b'\n').collect();
        let read: Vec<Result<Trial, String>> =
            lines.par_iter().with_min_len(FEWEST).map(|line| Trial::of_line(line)).collect();
        let mut history = Self::default();
        for (idx, (line, read)) in lines.iter().zip(read).enumerate() {
            match read {
                _ if line.trim_ascii().is_empty() => {}
                Ok(trial) => history.trials.push(trial),
                Err(problem) => history.damaged.push(DamagedLine { line: idx + 1, problem }),
            }
        }
        history
    }

    /// Returns the trials of the dataset with this hash, oldest first.
    pub fn of_dataset(&self, line: &str) -> impl Iterator<Item = &Trial> {
        self.trials.iter().filter(move |trial| trial.dataset.line() == line)
    }

    /// Returns how many configurations were tried on a dataset, the one with this hash included, whether it was or will be.
    #[must_use]
    pub fn n_trials(&self, line: &str, config: &str) -> u64 {
        let tried = self.of_dataset(line).map(|trial| trial.config.as_str());
        tried.chain([config]).collect::<BTreeSet<&str>>().len() as u64
    }
}

/// Returns a moment in universal time to the second, as ISO 8601 writes it. A clock that is out of its mind gives the nearest
/// moment of the calendar.
///
/// # Panics
///
/// Never: the last day of the calendar is one.
#[must_use]
pub fn utc(moment: SystemTime) -> String {
    const DAY: u64 = 86_400;
    let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since: Duration| since.as_secs());
    let (days, second) = (seconds / DAY, seconds % DAY);
    let last = Date::new(2199, 12, 31).expect("a day of the calendar");
    let date = i32::try_from(days).ok().and_then(Date::from_days).unwrap_or(last);
    format!("{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::line::BEGINNING;
    use super::*;

    /// A trial that is told from others by a number.
    pub(in super::super) fn trial(number: u32) -> Trial {
        let dataset = TrialData { name: "demo \"é\"".into(), sha256: "0".repeat(64), lineage: None };
        let headline = Headline {
            excess: Some(0.1 + 0.2),
            interval: Some((-1e-7, 0.5)),
            excess_eligible: None,
            interval_eligible: None,
            sharpe: (number > 0).then(|| f64::from(number)),
            n_months: 108,
        };
        let config = format!("{number:064x}");
        Trial { run: "runs/demo".into(), ..Trial::new(SystemTime::UNIX_EPOCH, dataset, config, headline) }
    }

    #[test]
    fn a_line_is_what_it_was() {
        let line = trial(0).to_line();
        assert!(line.starts_with("{\"format\":1,\"when\":\"1970-01-01T00:00:00Z\",\"dataset\":{\"name\":"));
        assert!(line.ends_with("\"sharpe\":null,\"n_months\":108},\"run\":\"runs/demo\"}\n"), "{line}");
        assert!(line.as_bytes().starts_with(BEGINNING) && line.matches('\n').count() == 1);
        assert_eq!(Trial::of_line(line.as_bytes()), Ok(trial(0)));
    }

    #[test]
    fn trials_are_counted_by_what_was_tried_and_on_what() {
        let other = |number: u32| {
            let dataset = TrialData { sha256: "1".repeat(64), ..trial(number).dataset };
            Trial { dataset, ..trial(number) }
        };
        let trials = vec![trial(1), trial(2), trial(1), other(3)];
        let history = History { trials, damaged: Vec::new() };
        let zeros = "0".repeat(64);
        assert_eq!(history.n_trials(&zeros, &trial(2).config), 2);
        assert_eq!(history.n_trials(&zeros, &trial(3).config), 3);
        assert_eq!(history.n_trials(&"1".repeat(64), &trial(3).config), 1);
        assert_eq!(history.n_trials(&"2".repeat(64), &trial(3).config), 1);
    }

    #[test]
    fn moments_are_written_in_universal_time() {
        let at = |seconds: u64| utc(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        // As `date -u -d @1795611900 --iso-8601=seconds` says.
        assert_eq!(at(1_795_611_900), "2026-11-25T13:05:00Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(utc(SystemTime::UNIX_EPOCH - Duration::from_hours(1)), "1970-01-01T00:00:00Z");
        assert!(at(1 << 40).starts_with("2199-12-31T"));
    }
}
