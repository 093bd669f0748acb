//! How many configurations were tried on a dataset, counted from the beginnings of lines.

use std::collections::BTreeSet;

use super::line::{Digest, Head, digest};
use super::{DamagedLine, Trial};

/// How many configurations were tried on a dataset, and which lines nobody can count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of distinct configurations.
    pub n_trials: u64,
    /// The lines that are no trials.
    pub damaged: Vec<DamagedLine>,
}

/// A count that lines are shown to, one after the other.
#[derive(Debug)]
pub(super) struct Counter<'c> {
    data: &'c str,
    /// A configuration as often as it was met: ordering the numbers once takes less time than a set of them.
    configs: Vec<Digest>,
    /// What is no hash, and so the configuration of no line.
    others: BTreeSet<&'c str>,
    n_lines: usize,
    damaged: Vec<DamagedLine>,
}

impl<'c> Counter<'c> {
    /// Counts trials on the dataset with this hash; these configurations are among them.
    pub(super) fn new(data: &'c str, configs: impl IntoIterator<Item = &'c str>) -> Self {
        let mut counter =
            Self { data, configs: Vec::new(), others: BTreeSet::new(), n_lines: 0, damaged: Vec::new() };
        for config in configs {
            match digest(config.as_bytes()) {
                Some(config) => counter.configs.push(config),
                None => drop(counter.others.insert(config)),
            }
        }
        counter
    }

    /// Adds a line, without its line feed.
    pub(super) fn add(&mut self, line: &[u8]) {
        self.n_lines += 1;
        if let Some(head) = Head::of(line) {
            if head.data == self.data.as_bytes() {
                self.configs.push(head.config);
            }
        } else if !line.trim_ascii().is_empty() {
            match Trial::of_line(line) {
                Ok(trial) if trial.dataset.line() == self.data => {
                    self.configs.extend(digest(trial.config.as_bytes()));
                }
                Ok(_) => {}
                Err(problem) => self.damaged.push(DamagedLine { line: self.n_lines, problem }),
            }
        }
    }

    pub(super) fn finish(mut self) -> Tally {
        self.configs.sort_unstable();
        self.configs.dedup();
        Tally { n_trials: (self.configs.len() + self.others.len()) as u64, damaged: self.damaged }
    }
}
