//! What was tried on a dataset, as the ledger has it, and what the best of it is worth.
//!
//! A strategy is one trial, however often it was run. Everything here takes time in proportion to the lines of the ledger, but for
//! orders, which take a little more.

use std::collections::{HashMap, HashSet};

use rotor_eval::{beyond_luck, luckiest_sharpe};
use rotor_run::ledger::{History, Trial, TrialData};

/// The trials of one dataset.
#[derive(Clone, Debug)]
pub struct DatasetTrials<'h> {
    /// The dataset.
    pub data: TrialData,
    /// Its runs, in the order of the ledger's lines.
    pub runs: Vec<&'h Trial>,
    /// What was tried, in the order in which it first was.
    pub strategies: Vec<StrategyTrial<'h>>,
    /// Its sweeps, in the order of their first lines.
    pub sweeps: Vec<SweepTrials<'h>>,
    /// How many configurations there are on other data of the same name: most likely an earlier or later state of the dataset.
    pub n_on_other_data: u64,
}

/// A strategy that was tried: runs of equal configurations.
#[derive(Clone, Copy, Debug)]
pub struct StrategyTrial<'h> {
    /// Its number among those of the dataset, from 1.
    pub number: usize,
    /// How often it was run.
    pub n_runs: usize,
    /// Its last run.
    pub latest: &'h Trial,
    /// Where that stands among the runs of the dataset, from 0.
    pub latest_idx: usize,
    /// Whether each of its runs was one of a sweep.
    pub is_of_sweep: bool,
}

/// What one sweep tried.
#[derive(Clone, Debug)]
pub struct SweepTrials<'h> {
    /// The hash of its plan.
    pub sweep: &'h str,
    /// Its strategies, as positions in those of the dataset, ascending.
    pub strategies: Vec<usize>,
}

/// The best of the trials of a dataset, held against luck.
#[derive(Clone, Copy, Debug)]
pub struct BestTrial<'h> {
    /// Its number among the trials of the dataset, from 1.
    pub number: usize,
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
    let mut runs: Vec<Vec<&Trial>> = Vec::new();
    let mut lines = Positions::default();
    for trial in &history.trials {
        let position = lines.of(trial.dataset.line());
        if position == runs.len() {
            runs.push(Vec::new());
        }
        runs[position].push(trial);
    }
    let mut datasets: Vec<DatasetTrials<'_>> =
        runs.into_iter().map(|runs| DatasetTrials::new(runs[0].dataset.clone(), runs)).collect();
    count_other_data(&mut datasets);
    datasets
}

/// Returns the trials on some data.
#[must_use]
pub fn trials_of(history: &History, data: TrialData) -> DatasetTrials<'_> {
    let mut dataset = DatasetTrials::new(data, Vec::new());
    let (mut runs, mut others) = (Vec::new(), HashSet::new());
    for trial in &history.trials {
        if trial.dataset.line() == dataset.data.line() {
            runs.push(trial);
        } else if trial.dataset.name == dataset.data.name {
            others.insert(trial.config.as_str());
        }
    }
    dataset = DatasetTrials::new(dataset.data, runs);
    dataset.n_on_other_data = others.len() as u64;
    dataset
}

/// Positions of texts, in the order in which they come. The map is asked and never iterated, so that its order is nowhere seen.
#[derive(Debug, Default)]
struct Positions<'t>(HashMap<&'t str, usize>);

impl<'t> Positions<'t> {
    /// The position of a text, which is the number of texts before it if it is new.
    fn of(&mut self, text: &'t str) -> usize {
        let next = self.0.len();
        *self.0.entry(text).or_insert(next)
    }
}

/// Counts for every dataset the configurations on other data of its name: those of the name, without those that were tried under
/// this name on this dataset alone.
fn count_other_data(datasets: &mut [DatasetTrials<'_>]) {
    let (mut names, mut configs) = (Positions::default(), Positions::default());
    let mut tried: Vec<(usize, usize, usize)> = Vec::new();
    for (position, dataset) in datasets.iter().enumerate() {
        let runs = dataset.runs.iter();
        tried.extend(runs.map(|run| (names.of(&run.dataset.name), configs.of(&run.config), position)));
    }
    let own_names: Vec<usize> =
        datasets.iter().map(|dataset| names.of(&dataset.runs[0].dataset.name)).collect();
    let mut n_of_name = vec![0; names.0.len()];
    let mut n_here_alone = vec![0; datasets.len()];
    tried.sort_unstable();
    tried.dedup();
    for group in tried.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let (name, _, position) = group[0];
        n_of_name[name] += 1;
        if group.len() == 1 && own_names[position] == name {
            n_here_alone[position] += 1;
        }
    }
    for ((dataset, name), n_here_alone) in datasets.iter_mut().zip(own_names).zip(n_here_alone) {
        dataset.n_on_other_data = n_of_name[name] - n_here_alone;
    }
}

impl<'h> DatasetTrials<'h> {
    /// Groups runs of one dataset; nothing is known of others.
    fn new(data: TrialData, runs: Vec<&'h Trial>) -> Self {
        let (mut configs, mut hashes) = (Positions::default(), Positions::default());
        let mut strategies: Vec<StrategyTrial<'h>> = Vec::new();
        let mut sweeps: Vec<SweepTrials<'h>> = Vec::new();
        for (idx, trial) in runs.iter().enumerate() {
            let position = configs.of(&trial.config);
            if position == strategies.len() {
                let number = position + 1;
                let new =
                    StrategyTrial { number, n_runs: 0, latest: trial, latest_idx: idx, is_of_sweep: true };
                strategies.push(new);
            }
            let strategy = &mut strategies[position];
            strategy.n_runs += 1;
            (strategy.latest, strategy.latest_idx) = (trial, idx);
            strategy.is_of_sweep &= trial.sweep.is_some();
            if let Some(sweep) = &trial.sweep {
                let of_sweep = hashes.of(sweep);
                if of_sweep == sweeps.len() {
                    sweeps.push(SweepTrials { sweep, strategies: Vec::new() });
                }
                sweeps[of_sweep].strategies.push(position);
            }
        }
        for sweep in &mut sweeps {
            sweep.strategies.sort_unstable();
            sweep.strategies.dedup();
        }
        Self { data, runs, strategies, sweeps, n_on_other_data: 0 }
    }

    /// Returns how many configurations there are.
    #[must_use]
    pub fn n_trials(&self) -> u64 {
        self.strategies.len() as u64
    }

    /// Returns the best by its evidence ([`StrategyTrial::by_evidence`]). Of a configuration that was run again the last line counts; what cannot
    /// be judged is passed over.
    #[must_use]
    pub fn best(&self) -> Option<BestTrial<'h>> {
        let n_trials = self.n_trials();
        StrategyTrial::by_evidence(&self.strategies).into_iter().find_map(|strategy| {
            let trial = strategy.latest;
            let sharpe = trial.headline.sharpe?;
            let n_months = usize::try_from(trial.headline.n_months).ok()?;
            let threshold = luckiest_sharpe(n_trials, n_months).ok()?;
            let probability = beyond_luck(sharpe, n_trials, n_months).ok()?;
            Some(BestTrial { number: strategy.number, trial, sharpe, threshold, probability })
        })
    }
}

impl<'h> StrategyTrial<'h> {
    /// Returns its evidence, the Sharpe ratio of its last run times the root of the months behind it, so that two good months are
    /// not the best. `None` without a ratio or of fewer than two months.
    #[must_use]
    pub fn evidence(&self) -> Option<f64> {
        let headline = &self.latest.headline;
        let evidence = headline.sharpe? * (headline.n_months as f64).sqrt();
        (headline.n_months >= 2 && evidence.is_finite()).then_some(evidence)
    }

    /// Returns those that have evidence, the best first; of equals, who was tried first.
    #[must_use]
    pub fn by_evidence<'s>(strategies: impl IntoIterator<Item = &'s Self>) -> Vec<Self>
    where
        'h: 's,
    {
        let mut judged: Vec<(f64, Self)> =
            strategies.into_iter().filter_map(|strategy| Some((strategy.evidence()?, *strategy))).collect();
        judged.sort_by(|(one, first), (other, second)| {
            other.total_cmp(one).then_with(|| first.number.cmp(&second.number))
        });
        judged.into_iter().map(|(_, strategy)| strategy).collect()
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
