//! A session: a dataset, a configuration, the factors of a run and the ledger of trials, held against each other once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rotor_data::Dataset;
use rotor_engine::{AlternativeMember, BacktestError, MissingInput, Watch, backtest, missing_inputs};
use rotor_fs::{shown, shown_path};
use rotor_run::ledger::LedgerError;
use rotor_run::{Config, OnMissingInput};

use crate::factors::{Alternative, FactorSet};
use crate::ledger::{LedgerChoice, TrialCount};
use crate::record::run_record;
use crate::run::Run;
use crate::{assumed_days, dataset_warnings};

/// What a backtest, a note or a leak check is made of.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rotor::{Catalogue, Dataset, LedgerChoice, Session, Unwatched, default_config};
///
/// let mut config = default_config();
/// config.top = 8;
/// let factors = Catalogue::built_in().select(&mut config, &["momentum".into()])?;
/// let dataset = Dataset::open("datasets/demo".as_ref())?;
/// let session = Session::new(dataset, config, factors, &LedgerChoice::Off)?;
/// let run = session.backtest(&Unwatched)?;
/// assert_eq!(run.rows.factors.len(), 5);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) config: Config,
    pub(crate) factors: FactorSet,
    trials: TrialCount,
    missing: Vec<MissingInput>,
    notices: Vec<Notice>,
}

impl Session {
    /// Holds configuration and factors against a dataset and counts the trials on it. `factors` are those that
    /// [`Catalogue::select`](crate::Catalogue::select) made for the configuration.
    ///
    /// A dataset that several sessions share is given as an [`Arc`].
    ///
    /// # Errors
    ///
    /// If the universe, the benchmarks or the factors do not fit the dataset. That a factor lacks its inputs is no error here; see
    /// [`missing_inputs`](Self::missing_inputs).
    pub fn new(
        dataset: impl Into<Arc<Dataset>>,
        mut config: Config,
        factors: FactorSet,
        ledger: &LedgerChoice,
    ) -> Result<Self, BacktestError> {
        let dataset = dataset.into();
        let missing = missing_inputs(&dataset, &config, &factors.members())?;
        let mut notices = Vec::new();
        let trials = TrialCount::new(ledger, &dataset, &mut config, &factors, &mut notices);
        Ok(Self { dataset, config, factors, trials, missing, notices })
    }

    /// Says that the run is to open the months that a sweep held out, for the trial of this identifier: its line in the ledger tells. `sweep` is
    /// the hash of the plan.
    #[must_use]
    pub fn opening_holdout(mut self, sweep: &str, trial: &str) -> Self {
        self.trials.opening(sweep.into(), trial.into());
        self
    }

    /// Returns the dataset.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// Returns the configuration with everything resolved: the parameters of every factor, and the number of trials.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the factors in the order of the run.
    #[must_use]
    pub fn factors(&self) -> &FactorSet {
        &self.factors
    }

    /// Returns the factors that cannot have a score in any month, with what the dataset lacks.
    #[must_use]
    pub fn missing_inputs(&self) -> &[MissingInput] {
        &self.missing
    }

    /// Tells whether a backtest is refused because of its [missing inputs](Self::missing_inputs): all factors lack theirs, or the
    /// configuration says so.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let is_stopped = self.config.on_missing_input == OnMissingInput::Stop;
        !self.missing.is_empty() && (is_stopped || self.missing.len() == self.factors.iter().len())
    }

    /// Returns what the user must know before the run: of the ledger of trials.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Returns how many strategies were tried on the dataset, this one included.
    #[must_use]
    pub fn n_trials(&self) -> u64 {
        self.trials.n()
    }

    /// Replays history and evaluates the run, in memory. A ledger of trials gets its line before this returns.
    ///
    /// `watch` hears of each day and can stop the run, which then leaves nothing. The result has the same bits on any number of
    /// threads; those of rayon's current pool are used.
    ///
    /// # Errors
    ///
    /// If no factor ever has a score, a factor fails and the configuration says to stop then, or the watcher stops the run.
    pub fn backtest(&self, watch: &dyn Watch) -> Result<Run, BacktestError> {
        self.backtest_for(None, watch)
    }

    /// As [`backtest`](Self::backtest), of a run that will be saved at `place`, which the line of the ledger then names.
    ///
    /// # Errors
    ///
    /// As [`backtest`](Self::backtest).
    pub fn backtest_for(&self, place: Option<&Path>, watch: &dyn Watch) -> Result<Run, BacktestError> {
        let mut run = self.replay(watch)?;
        let trials = self.trials.record(&self.config, &run.metrics, place, &mut run.notices);
        run.record.trials = Some(trials);
        Ok(run)
    }

    /// The factors that count in the run, with the values that they declare worth trying.
    fn alternatives(&self) -> Result<Vec<(usize, Alternative)>, BacktestError> {
        let mut alternatives = Vec::new();
        let has_inputs = |name: &str| self.missing.iter().all(|missing| missing.factor != name);
        for (position, factor) in self.factors.iter().enumerate() {
            if factor.weight > 0.0 && has_inputs(factor.name()) {
                let made = factor.alternatives(&self.config.of_factor(factor.name()));
                let made = made.map_err(|error| BacktestError::AlternativeFailed {
                    factor: factor.name().into(),
                    reason: error.to_string(),
                })?;
                alternatives.extend(made.into_iter().map(|alternative| (position, alternative)));
            }
        }
        Ok(alternatives)
    }

    /// A run that no ledger hears of; its record says nothing of trials yet.
    pub(crate) fn replay(&self, watch: &dyn Watch) -> Result<Run, BacktestError> {
        let alternatives = self.alternatives()?;
        let others = alternatives.iter().map(|(factor, alternative)| AlternativeMember {
            factor: *factor,
            parameter: alternative.parameter.clone(),
            value: alternative.value.clone(),
            instance: &alternative.instance,
        });
        let others: Vec<AlternativeMember<'_>> = others.collect();
        let (result, metrics) = loop {
            let result = backtest(&self.dataset, &self.config, &self.factors.members(), &others, watch)?;
            let metrics = rotor_eval::evaluate_with(
                &result.run,
                &result.cross_sections,
                &result.alternatives,
                &self.config,
            );
            // Looked at again as late as possible: whoever delivered outside of its calls meanwhile has no answer from the start.
            let mut factors = self.factors.iter().enumerate();
            let is_late = factors.any(|(position, factor)| {
                factor.instance.condemned().is_some() && has_answers(&result.run, position)
            });
            if !is_late {
                break (result, metrics);
            }
        };
        let mut record = run_record(&self.dataset, &self.config, &self.factors, &result);
        let specs = || self.factors.iter().map(|factor| factor.instance.spec());
        // First, for it concerns every number of the run.
        let assumed = assumed_days::warning(&self.dataset, &self.config, specs());
        record.warnings.splice(0..0, assumed);
        record.warnings.extend(dataset_warnings::touching_run(&self.dataset, &result.run, specs()));
        let refused = self.factors.iter().filter_map(|factor| {
            let n = factor.instance.n_refused_deliveries();
            (n > 0).then(|| Notice::RefusedDeliveries { factor: factor.name().into(), n })
        });
        let notices = refused.collect();
        Ok(Run { rows: result.run, metrics, record, notices })
    }
}

/// Whether there is anything in a run that a factor has given.
fn has_answers(run: &rotor_run::Run, factor: usize) -> bool {
    let is_own = |number: u32| number as usize == factor;
    run.scores.iter().any(|row| is_own(row.factor) && row.score.is_some())
        || run.forecasts.iter().any(|row| is_own(row.factor))
        || run.diagnostics.iter().any(|row| is_own(row.factor))
        || run.tables.iter().any(|row| is_own(row.factor))
}

/// What a user must know of a run beside what is recorded of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A factor delivered outside of its calls; it has lost its scores. How often is a matter of chance, hence not in the record.
    RefusedDeliveries {
        /// The factor.
        factor: String,
        /// How many deliveries were refused.
        n: u64,
    },
    /// The user has no folder for the ledger.
    NoLedgerHome,
    /// The ledger cannot be read or written.
    NotCounted(LedgerError),
    /// Some lines of the ledger do not count.
    DamagedLedger {
        /// The ledger.
        path: PathBuf,
        /// How many lines.
        n_lines: usize,
        /// The first of them, and what is wrong with it.
        first: String,
    },
    /// The configuration gives fewer trials than the ledger has.
    MoreTrials {
        /// Those of the configuration.
        given: u64,
        /// Those of the ledger.
        counted: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefusedDeliveries { factor, n } => {
                let deliveries = if *n == 1 { "delivery" } else { "deliveries" };
                write!(
                    f,
                    "{n} {deliveries} of factor `{factor}` outside of its calls refused: it has no scores in this run"
                )
            }
            Self::NoLedgerHome => {
                f.write_str("this run is not counted: there is no home folder for the ledger of trials")
            }
            Self::NotCounted(error) => write!(f, "this run is not counted: {error}"),
            Self::DamagedLedger { path, n_lines, first } => {
                let lines = if *n_lines == 1 { "line" } else { "lines" };
                let (path, first) = (shown_path(path), shown(first));
                write!(f, "{n_lines} {lines} of the ledger of trials `{path}` cannot be read, {first}")
            }
            Self::MoreTrials { given, counted } => {
                write!(f, "`trials` is {given}, and the ledger has {counted} on this dataset")
            }
        }
    }
}

impl Notice {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> &str {
        match self {
            Self::RefusedDeliveries { .. } => {
                "deliver before the call returns, on the thread that was called"
            }
            Self::NoLedgerHome => "name a file by `--ledger FILE`, or go without by `--no-ledger`",
            Self::NotCounted(error) => error.hint(),
            Self::DamagedLedger { .. } => {
                "mend or remove what `rotor trials` lists; until then it is not counted"
            }
            Self::MoreTrials { .. } => "leave it out, and the ledger counts",
        }
    }
}
