//! What was tried on a dataset, as the ledger has it, and what the best of it is worth.

use std::collections::{BTreeMap, BTreeSet};

use rotor_eval::{beyond_luck, luckiest_sharpe};
use rotor_run::ledger::{History, Trial, TrialData};

/// The trials of one dataset.
#[derive(Clone, Debug)]
pub struct DatasetTrials<'h> {
    /// The dataset.
    pub data: TrialData,
    /// Its trials, in the order of the ledger's lines.
    pub trials: Vec<&'h Trial>,
}

/// The best of the trials of a dataset, held against luck.
#[derive(Clone, Copy, Debug)]
pub struct BestTrial<'h> {
    /// The trial.
    pub trial: &'h Trial,
    /// Its monthly Sharpe ratio.
    pub sharpe: f64,
    /// The Sharpe ratio that the best of so many strategies without skill shows.
    pub threshold: f64,
    /// The probability of a true Sharpe ratio above that, for normal returns.
    pub probability: f64,
}

/// What the best of several trials is worth. It never says more than that luck alone does not explain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialsVerdict {
    /// It is not above what luck shows.
    Luck,
    /// It is above that, by less than the ratio's own error.
    WithinError,
    /// It is above that with 95% probability.
    AboveLuck,
}

/// Returns the trials of every dataset, in the order in which they were first tried.
#[must_use]
pub fn trials_by_dataset(history: &History) -> Vec<DatasetTrials<'_>> {
    let mut datasets: Vec<DatasetTrials<'_>> = Vec::new();
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for trial in &history.trials {
        let position = *positions.entry(trial.dataset.line()).or_insert_with(|| {
            datasets.push(DatasetTrials { data: trial.dataset.clone(), trials: Vec::new() });
            datasets.len() - 1
        });
        datasets[position].trials.push(trial);
    }
    datasets
}

/// Returns the trials on some data.
#[must_use]
pub fn trials_of(history: &History, data: TrialData) -> DatasetTrials<'_> {
    let trials = history.of_dataset(data.line()).collect();
    DatasetTrials { data, trials }
}

impl<'h> DatasetTrials<'h> {
    /// Returns how many configurations there are.
    #[must_use]
    pub fn n_trials(&self) -> u64 {
        self.trials.iter().map(|trial| trial.config.as_str()).collect::<BTreeSet<&str>>().len() as u64
    }

    /// Returns how many there are on other data of the same name: most likely an earlier or later state of the dataset.
    #[must_use]
    pub fn n_on_other_data(&self, history: &History) -> usize {
        let others = history
            .trials
            .iter()
            .filter(|trial| trial.dataset.name == self.data.name && trial.dataset.line() != self.data.line());
        others.map(|trial| trial.config.as_str()).collect::<BTreeSet<&str>>().len()
    }

    /// Returns the best by its evidence: the Sharpe ratio times the root of the months behind it, so that two good months are not
    /// the best. Of a configuration that was run again the last line counts; what cannot be judged is passed over.
    #[must_use]
    pub fn best(&self) -> Option<BestTrial<'h>> {
        let n_trials = self.n_trials();
        let latest: BTreeMap<&str, &'h Trial> =
            self.trials.iter().map(|trial| (trial.config.as_str(), *trial)).collect();
        let judged = latest.into_values().filter_map(|trial| {
            let sharpe = trial.headline.sharpe?;
            let n_months = usize::try_from(trial.headline.n_months).ok()?;
            let threshold = luckiest_sharpe(n_trials, n_months).ok()?;
            let probability = beyond_luck(sharpe, n_trials, n_months).ok()?;
            Some(BestTrial { trial, sharpe, threshold, probability })
        });
        let evidence = |best: &BestTrial<'_>| best.sharpe * (best.trial.headline.n_months as f64).sqrt();
        judged.max_by(|one, other| evidence(one).total_cmp(&evidence(other)))
    }
}

impl BestTrial<'_> {
    /// Returns what it is worth.
    #[must_use]
    pub fn verdict(&self) -> TrialsVerdict {
        const SURE: f64 = 0.95;
        if self.sharpe <= self.threshold {
            TrialsVerdict::Luck
        } else if self.probability < SURE {
            TrialsVerdict::WithinError
        } else {
            TrialsVerdict::AboveLuck
        }
    }
}
