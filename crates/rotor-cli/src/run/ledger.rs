//! The ledger of trials around a backtest: how many strategies were tried, and a line for this one.
//!
//! The number is asked for before the evaluation, which uses it; the line is written after it and before the run folder, so that no
//! result can be seen that is not counted. A ledger that cannot be used is no reason not to run: a warning and `run.json` say so.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use rotor_data::Dataset;
use rotor_eval::Evaluation;
use rotor_plugin::Origin;
use rotor_run::Config;
use rotor_run::ledger::{
    Headline, History, Ledger, LedgerError, Trial, TrialData, dataset_hash, strategy_hash,
};
use rotor_run::portfolio::{EQUAL_WEIGHT, TOP_NET};
use serde_json::{Map, Value};

use super::members::Chosen;

/// The word that switches the ledger off where a file is expected.
const OFF: &str = "off";

/// Which ledger is meant.
#[derive(Debug, Args)]
pub(crate) struct LedgerFlags {
    /// The ledger of trials [default: `$ROTOR_LEDGER`, else rotor/trials.jsonl in the user's data folder]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Do not use the ledger: neither count its trials nor add this one; the run records this
    #[arg(long, conflicts_with = "ledger")]
    no_ledger: bool,
}

/// Where the ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LedgerPlace {
    /// At this place.
    At(PathBuf),
    /// There is to be none.
    Off,
    /// The user has no folder for it.
    Nowhere,
}

impl LedgerPlace {
    /// What was named, else what the environment says.
    pub(crate) fn of(named: Option<&Path>) -> Self {
        Self::in_environment(named, &|name| std::env::var_os(name))
    }

    fn in_environment(named: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(path) = named.map(Path::to_owned).or_else(|| variable("ROTOR_LEDGER")) {
            // `./off` is a file of this name.
            return if path.as_os_str() == OFF { Self::Off } else { Self::At(path) };
        }
        // Relative ones are to be ignored, says the specification of these folders.
        let data = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
        match data.or_else(|| Some(variable("HOME")?.join(".local/share"))) {
            Some(data) => Self::At(data.join("rotor/trials.jsonl")),
            None => Self::Nowhere,
        }
    }
}

/// Where the number of trials comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The ledger.
    Ledger,
    /// The key `trials`.
    Given,
    /// Nothing: the run counts itself.
    None,
}

/// Why a run is in no ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Absence {
    /// Nobody wants it to be.
    Off,
    /// It could not be read or written.
    Unavailable,
}

/// How many trials a run counts, and the line that it will leave.
#[derive(Debug)]
pub(super) struct Counted {
    n: u64,
    source: Source,
    absence: Option<Absence>,
    ledger: Option<Ledger>,
    dataset: TrialData,
    config: String,
}

/// Finds out how many strategies were tried on a dataset, the one at hand included. The configuration then says the number.
pub(super) fn count_trials(
    flags: &LedgerFlags,
    dataset: &Dataset,
    config: &mut Config,
    chosen: &[Chosen],
) -> Counted {
    let mut counted = Counted {
        n: config.trials.unwrap_or(1),
        source: if config.trials.is_some() { Source::Given } else { Source::None },
        absence: None,
        ledger: None,
        dataset: data_of(dataset),
        config: strategy_hash(&config.strategy(|name| library_of(chosen, name))),
    };
    let place = if flags.no_ledger { LedgerPlace::Off } else { LedgerPlace::of(flags.ledger.as_deref()) };
    match place {
        LedgerPlace::At(path) => counted.ask(Ledger::at(path)),
        LedgerPlace::Off => counted.absence = Some(Absence::Off),
        LedgerPlace::Nowhere => {
            counted.absence = Some(Absence::Unavailable);
            warn(
                "this run is not counted: there is no home folder for the ledger of trials",
                "name a file by `--ledger FILE`, or go without by `--no-ledger`",
            );
        }
    }
    config.trials = Some(counted.n);
    counted
}

/// The data of a dataset, as the ledger names them.
pub(crate) fn data_of(dataset: &Dataset) -> TrialData {
    let files = dataset.files().iter().map(|file| (file.name.as_str(), file.sha256.as_str()));
    TrialData { name: dataset.manifest().name.clone(), sha256: dataset_hash(files) }
}

/// The SHA-256 of the library that a factor comes from.
fn library_of<'c>(chosen: &'c [Chosen], name: &str) -> Option<&'c str> {
    let chosen = chosen.iter().find(|chosen| chosen.plugin.name() == name)?;
    match chosen.plugin.origin() {
        Origin::Linked => None,
        Origin::Loaded { sha256, .. } => Some(sha256),
    }
}

impl Counted {
    fn ask(&mut self, ledger: Ledger) {
        match ledger.read() {
            Ok(history) => {
                tell_damage(&ledger, &history);
                let n = history.n_trials(&self.dataset.sha256, &self.config);
                if self.source == Source::Given && n > self.n {
                    let told = format!("`trials` is {}, and the ledger has {n} on this dataset", self.n);
                    warn(&told, "leave it out, and the ledger counts");
                }
                if self.source == Source::None {
                    (self.n, self.source) = (n, Source::Ledger);
                }
                self.ledger = Some(ledger);
            }
            Err(error) => self.go_without(&error),
        }
    }

    /// Adds the run to the ledger. The number is not asked again: two runs at once may both say that they are the same one.
    pub(super) fn record(&mut self, config: &Config, evaluation: &Evaluation, place: &Path) {
        let Some(ledger) = &self.ledger else { return };
        let trial = Trial {
            factors: config.factors.clone(),
            engine: env!("CARGO_PKG_VERSION").into(),
            // Whoever lists the trials may be somewhere else.
            run: std::path::absolute(place).unwrap_or_else(|_| place.into()).display().to_string(),
            ..Trial::new(SystemTime::now(), self.dataset.clone(), self.config.clone(), headline(evaluation))
        };
        if let Err(error) = ledger.append(&trial) {
            self.go_without(&error);
        }
    }

    fn go_without(&mut self, error: &LedgerError) {
        self.absence = Some(Absence::Unavailable);
        self.ledger = None;
        warn(&format!("this run is not counted: {error}"), error.hint());
    }

    /// What `run.json` says of it: neither a place nor a time, so that equal runs have equal bytes.
    pub(super) fn to_json(&self) -> Value {
        let source = match self.source {
            Source::Ledger => "ledger",
            Source::Given => "given",
            Source::None => "none",
        };
        let mut entries = Map::new();
        entries.insert("n".into(), self.n.into());
        entries.insert("source".into(), source.into());
        if let Some(absence) = self.absence {
            let word = match absence {
                Absence::Off => "off",
                Absence::Unavailable => "unavailable",
            };
            entries.insert("ledger".into(), word.into());
        }
        Value::Object(entries)
    }
}

fn headline(evaluation: &Evaluation) -> Headline {
    let of_run = &evaluation.portfolio.all;
    let excess = of_run.excess.get(TOP_NET).and_then(|benchmarks| benchmarks.get(EQUAL_WEIGHT));
    let excess = excess.map(|excess| &excess.arithmetic);
    Headline {
        excess: excess.and_then(|excess| excess.value.value.ok()),
        interval: excess.and_then(|excess| Some(excess.uncertainty.ok()?.interval)),
        sharpe: of_run.trials.deflated_sharpe.sharpe.value.ok(),
        n_months: evaluation.n_months as u64,
    }
}

/// Says which lines of a ledger do not count.
fn tell_damage(ledger: &Ledger, history: &History) {
    let Some(first) = history.damaged.first() else { return };
    let n = history.damaged.len();
    let lines = if n == 1 { "1 line".to_owned() } else { format!("{n} lines") };
    let told =
        format!("{lines} of the ledger of trials `{}` cannot be read, {first}", ledger.path().display());
    warn(&told, "mend or remove what `rotor trials` lists; until then it is not counted");
}

fn warn(told: &str, hint: &str) {
    eprintln!("warning: {told}\nhint: {hint}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(named: Option<&str>, variables: &[(&str, &str)]) -> LedgerPlace {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name);
        LedgerPlace::in_environment(named.map(Path::new), &|name| {
            variable(name).map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn the_flag_comes_before_the_environment_and_that_before_the_home() {
        let all = [("ROTOR_LEDGER", "/l"), ("XDG_DATA_HOME", "/data"), ("HOME", "/home/me")];
        let at = |path: &str| LedgerPlace::At(path.into());
        assert_eq!(place(Some("f"), &all), at("f"));
        assert_eq!(place(None, &all), at("/l"));
        assert_eq!(place(None, &all[1..]), at("/data/rotor/trials.jsonl"));
        assert_eq!(place(None, &all[2..]), at("/home/me/.local/share/rotor/trials.jsonl"));
        assert_eq!(place(None, &[]), LedgerPlace::Nowhere);
        assert_eq!(place(None, &[("ROTOR_LEDGER", "off"), all[2]]), LedgerPlace::Off);
        assert_eq!(place(Some("./off"), &[]), at("./off"));
        let unusable = [("ROTOR_LEDGER", ""), ("XDG_DATA_HOME", "data"), all[2]];
        assert_eq!(place(None, &unusable), at("/home/me/.local/share/rotor/trials.jsonl"));
    }
}
