//! The ledger of trials around a backtest: how many strategies were tried on a dataset, and a line for this one.
//!
//! The number is asked for before the evaluation, which uses it; the line is written after it and before anybody has the run,
//! so that no result can be seen that is not counted. A ledger that cannot be used is no reason not to run: a [`Notice`] and
//! `run.json` say so.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rotor_data::Dataset;
use rotor_fs::from_start;
use rotor_run::ledger::{Headline, Ledger, Tally, Trial, TrialData, strategy_hash};
use rotor_run::metrics::{Caveat, Estimate};
use rotor_run::{Config, LedgerAbsence, Metrics, TrialsRecord, TrialsSource, portfolio};

use crate::factors::{Catalogue, FactorSet, RunFactor};
use crate::session::Notice;

/// The word that switches the ledger off where a file is expected.
const OFF: &str = "off";

/// Which ledger of trials a session uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LedgerChoice {
    /// The file at this place; it is made where there is none.
    At(PathBuf),
    /// None: trials are neither counted nor added, and `run.json` says so.
    #[default]
    Off,
    /// None, because the user has no folder for it; a notice says so.
    NoHome,
}

impl LedgerChoice {
    /// Returns the file that is named, else what the environment says: `ROTOR_LEDGER` (a file, or `off`), else
    /// `rotor/trials.jsonl` in the user's data folder.
    #[must_use]
    pub fn from_environment(named: Option<&Path>) -> Self {
        Self::of_variables(named, &|name| std::env::var_os(name))
    }

    fn of_variables(named: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // A shell expands `~` in an assignment, a unit file or a workflow does not.
        let expanded = |path: PathBuf| match (path.strip_prefix("~"), variable("HOME")) {
            (Ok(below), Some(home)) => home.join(below),
            _ => path,
        };
        let of_environment = || variable("ROTOR_LEDGER").map(expanded);
        if let Some(path) = named.map(Path::to_owned).or_else(of_environment) {
            // `./off` is a file of this name.
            return if path.as_os_str() == OFF { Self::Off } else { Self::At(path) };
        }
        // Relative ones are to be ignored, says the specification of these folders.
        let data = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
        match data.or_else(|| Some(variable("HOME")?.join(".local/share"))) {
            Some(data) => Self::At(data.join("rotor/trials.jsonl")),
            None => Self::NoHome,
        }
    }
}

/// How many trials a session counts, and the line that its run leaves.
#[derive(Debug)]
pub(crate) struct TrialCount {
    n: u64,
    source: TrialsSource,
    absence: Option<LedgerAbsence>,
    ledger: Option<Ledger>,
    dataset: TrialData,
    strategy: String,
    /// The hash of a sweep and the identifier of its trial, for which the months that it held out are opened.
    opened: Option<(String, String)>,
}

impl TrialCount {
    /// The months that a sweep held out are opened for one of its trials.
    pub(crate) fn opening(&mut self, sweep: String, trial: String) {
        self.opened = Some((sweep, trial));
    }

    /// Finds out how many strategies were tried on a dataset, the one at hand included. The configuration then says the number.
    pub(crate) fn new(
        choice: &LedgerChoice,
        dataset: &Dataset,
        config: &mut Config,
        factors: &FactorSet,
        notices: &mut Vec<Notice>,
    ) -> Self {
        let library = |name: &str| factors.find(name).and_then(RunFactor::sha256);
        let mut count = Self {
            n: config.trials.unwrap_or(1),
            source: if config.trials.is_some() { TrialsSource::Given } else { TrialsSource::None },
            absence: None,
            ledger: None,
            dataset: trial_data(dataset),
            strategy: strategy_hash(&config.strategy(library)),
            opened: None,
        };
        match choice {
            LedgerChoice::At(path) => count.ask(Ledger::at(path.clone()), notices),
            LedgerChoice::Off => count.absence = Some(LedgerAbsence::Off),
            LedgerChoice::NoHome => {
                count.absence = Some(LedgerAbsence::Unavailable);
                notices.push(Notice::NoLedgerHome);
            }
        }
        config.trials = Some(count.n);
        count
    }

    fn ask(&mut self, ledger: Ledger, notices: &mut Vec<Notice>) {
        match ledger.count(self.dataset.line(), [self.strategy.as_str()]) {
            Ok(Tally { n_trials: n, damaged }) => {
                if let Some(first) = damaged.first() {
                    let (path, n_lines) = (ledger.path().to_owned(), damaged.len());
                    notices.push(Notice::DamagedLedger { path, n_lines, first: first.to_string() });
                }
                if self.source == TrialsSource::Given && n > self.n {
                    notices.push(Notice::MoreTrials { given: self.n, counted: n });
                }
                if self.source == TrialsSource::None {
                    (self.n, self.source) = (n, TrialsSource::Ledger);
                }
                self.ledger = Some(ledger);
            }
            Err(error) => {
                self.absence = Some(LedgerAbsence::Unavailable);
                notices.push(Notice::NotCounted(error));
            }
        }
    }

    /// Adds a run to the ledger and returns what `run.json` says of the trials: neither a place nor a time, so that equal runs
    /// have equal bytes. The number is not asked again: two runs at once may both say that they are the same one.
    pub(crate) fn record(
        &self,
        config: &Config,
        metrics: &Metrics,
        place: Option<&Path>,
        notices: &mut Vec<Notice>,
    ) -> TrialsRecord {
        let mut absence = self.absence;
        if let Some(ledger) = &self.ledger {
            // Whoever lists the trials may be somewhere else.
            let absolute =
                |place: &Path| std::path::absolute(from_start(place)).unwrap_or_else(|_| place.into());
            let changes = config.changes_from(&Catalogue::built_in().defaults());
            let settings = changes.into_iter().map(|setting| (setting.key, setting.value)).collect();
            let (sweep, opened) = self.opened.clone().unzip();
            let trial = Trial {
                sweep,
                opened,
                settings: Some(settings),
                factors: config.factors.clone(),
                engine: env!("CARGO_PKG_VERSION").into(),
                run: place.map_or_else(|| IN_MEMORY.into(), |place| absolute(place).display().to_string()),
                ..Trial::new(
                    SystemTime::now(),
                    self.dataset.clone(),
                    self.strategy.clone(),
                    headline(metrics),
                )
            };
            if let Err(error) = ledger.append(&trial) {
                absence = Some(LedgerAbsence::Unavailable);
                notices.push(Notice::NotCounted(error));
            }
        }
        TrialsRecord { n: self.n, source: self.source, ledger: absence }
    }

    /// The number of the trials.
    pub(crate) fn n(&self) -> u64 {
        self.n
    }
}

/// What stands for the place of a run that was not for a folder.
const IN_MEMORY: &str = "in memory";

/// Returns the data of a dataset as the ledger names them.
#[must_use]
pub fn trial_data(dataset: &Dataset) -> TrialData {
    let manifest = dataset.manifest();
    TrialData { name: manifest.name.clone(), sha256: dataset.sha256(), lineage: manifest.lineage.clone() }
}

/// What the ledger keeps of the metrics.
fn headline(metrics: &Metrics) -> Headline {
    let all = &metrics.portfolio.all;
    // What was never chosen has no excess return to remember.
    let has_chosen = !all.caveats.iter().any(|caveat| matches!(caveat, Caveat::NothingToldApart { .. }));
    let over = |benchmark: &str| {
        let excess = all.excess.get(portfolio::TOP_NET).and_then(|over| over.get(benchmark));
        excess.map(|excess| &excess.arithmetic).filter(|_| has_chosen)
    };
    let (excess, eligible) = (over(portfolio::EQUAL_WEIGHT), over(portfolio::ELIGIBLE));
    Headline {
        excess: excess.and_then(Estimate::get),
        interval: excess.and_then(Estimate::interval),
        excess_eligible: eligible.and_then(Estimate::get),
        interval_eligible: eligible.and_then(Estimate::interval),
        sharpe: all.trials.deflated_sharpe.sharpe.get().filter(|_| has_chosen),
        n_months: metrics.n_months as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(named: Option<&str>, variables: &[(&str, &str)]) -> LedgerChoice {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name);
        LedgerChoice::of_variables(named.map(Path::new), &|name| {
            variable(name).map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn a_named_file_comes_before_the_environment_and_that_before_the_home() {
        let all = [("ROTOR_LEDGER", "/l"), ("XDG_DATA_HOME", "/data"), ("HOME", "/home/me")];
        let at = |path: &str| LedgerChoice::At(path.into());
        assert_eq!(choice(Some("f"), &all), at("f"));
        assert_eq!(choice(None, &all), at("/l"));
        assert_eq!(choice(None, &all[1..]), at("/data/rotor/trials.jsonl"));
        assert_eq!(choice(None, &all[2..]), at("/home/me/.local/share/rotor/trials.jsonl"));
        assert_eq!(choice(None, &[]), LedgerChoice::NoHome);
        assert_eq!(choice(None, &[("ROTOR_LEDGER", "off"), all[2]]), LedgerChoice::Off);
        assert_eq!(choice(None, &[("ROTOR_LEDGER", "~/l.jsonl"), all[2]]), at("/home/me/l.jsonl"));
        assert_eq!(choice(None, &[("ROTOR_LEDGER", "~/l.jsonl")]), at("~/l.jsonl"));
        assert_eq!(choice(Some("./off"), &[]), at("./off"));
        let unusable = [("ROTOR_LEDGER", ""), ("XDG_DATA_HOME", "data"), all[2]];
        assert_eq!(choice(None, &unusable), at("/home/me/.local/share/rotor/trials.jsonl"));
    }
}
