//! A configuration replayed: what a run folder is made of. `backtest` writes it, `verify` holds it against a folder, golden backtests against a text.

use std::path::{Path, PathBuf};

use rotor_data::Dataset;
use rotor_engine::{Backtest, Member, backtest};
use rotor_eval::Evaluation;
use rotor_run::Config;
use rotor_run::{Destination, RunFolder};
use serde_json::{Map, Value, json};

use super::language::Language;
use super::members::Chosen;
use super::progress::with_progress;
use super::provenance::provenance;
use crate::{CliError, report, to_json};

/// What a replay gave.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(super) result: Backtest,
    pub(super) evaluation: Evaluation,
    provenance: Map<String, Value>,
    /// `metrics.json` as it is written.
    metrics: String,
    report: Option<String>,
}

/// The entry of `run.json` that says how many strategies were tried, and who says so.
pub(crate) const TRIALS: &str = "trials";

/// The entry of `run.json` that says in which language the report is.
const REPORT: &str = "report";

/// Replays a configuration on a dataset and evaluates the run.
pub(crate) fn replayed(dataset: &Dataset, config: &Config, chosen: &[Chosen]) -> Result<Replayed, CliError> {
    let members: Vec<Member<'_>> = chosen.iter().map(Chosen::member).collect();
    let result = with_progress("replaying", |watch| backtest(dataset, config, &members, watch))?;
    let evaluation = rotor_eval::evaluate_with(&result.run, &result.cross_sections, config);
    let provenance = provenance(dataset, config, chosen, &result.run, &result.warnings);
    let metrics = to_json(&evaluation)?;
    Ok(Replayed { result, evaluation, provenance, metrics, report: None })
}

impl Replayed {
    /// Adds an entry to `run.json` that does not follow from configuration and data.
    pub(super) fn record(&mut self, entry: &str, value: Value) {
        self.provenance.insert(entry.to_owned(), value);
    }

    /// Adds the report in a language.
    pub(super) fn add_report(&mut self, lang: Language) -> Result<(), CliError> {
        self.record(REPORT, json!({ "lang": lang.word() }));
        // As a reader of the folder has them.
        let metrics = serde_json::from_str(&self.metrics)?;
        self.report = Some(report::rendered(&self.result.run, &metrics, &self.provenance, lang.into()));
        Ok(())
    }

    /// Adds what the `run.json` of an earlier run of the same says beside configuration and data: what was counted of trials, and
    /// the report.
    pub(super) fn record_as(&mut self, earlier: &Map<String, Value>) -> Result<(), CliError> {
        if let Some(trials) = earlier.get(TRIALS) {
            self.record(TRIALS, trials.clone());
        }
        report::recorded(earlier).map_or(Ok(()), |lang| self.add_report(lang))
    }

    pub(super) fn write(&self, destination: &Destination) -> Result<PathBuf, CliError> {
        let mut documents = vec![("metrics.json", self.metrics.as_str())];
        documents.extend(self.report.as_deref().map(|report| (report::FILE, report)));
        Ok(rotor_run::write(&self.result.run, &self.provenance, &documents, destination)?)
    }

    /// Writes it to a folder of its own and reads that: what a reader of the folder will see.
    pub(crate) fn folder(&self, parent: &Path) -> Result<RunFolder, CliError> {
        Ok(rotor_run::read(&self.write(&Destination::New(parent.join("run")))?)?)
    }
}
