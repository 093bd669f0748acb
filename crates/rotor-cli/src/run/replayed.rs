//! A configuration replayed: what a run folder is made of. `backtest` writes it, `verify` holds it against a folder, golden backtests against a text.

use std::path::{Path, PathBuf};

use rotor_data::Dataset;
use rotor_engine::{Backtest, Member, backtest};
use rotor_run::{Config, Destination, Metrics, ReportRecord, RunFolder, RunRecord, TrialsRecord};

use super::language::Language;
use super::members::Chosen;
use super::progress::with_progress;
use super::provenance::record;
use crate::{CliError, report, to_json};

/// What a replay gave.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(super) result: Backtest,
    pub(super) metrics: Metrics,
    record: RunRecord,
    report: Option<String>,
}

/// Replays a configuration on a dataset and evaluates the run.
pub(crate) fn replayed(dataset: &Dataset, config: &Config, chosen: &[Chosen]) -> Result<Replayed, CliError> {
    let members: Vec<Member<'_>> = chosen.iter().map(Chosen::member).collect();
    let result = with_progress("replaying", |watch| backtest(dataset, config, &members, watch))?;
    let metrics = rotor_eval::evaluate_with(&result.run, &result.cross_sections, config);
    let record = record(dataset, config, chosen, &result.run, &result.warnings);
    Ok(Replayed { result, metrics, record, report: None })
}

impl Replayed {
    /// Says how many strategies were tried, which does not follow from configuration and data.
    pub(super) fn record_trials(&mut self, trials: TrialsRecord) {
        self.record.trials = Some(trials);
    }

    /// Adds the report in a language.
    pub(super) fn add_report(&mut self, lang: Language) {
        self.record.report = Some(ReportRecord { lang: lang.into() });
        self.report = Some(report::rendered(&self.result.run, &self.metrics, &self.record, lang.into()));
    }

    /// Adds what the `run.json` of an earlier run of the same says beside configuration and data: what was counted of trials, and
    /// the report.
    pub(super) fn record_as(&mut self, earlier: &RunRecord) {
        self.record.trials = earlier.trials;
        if let Some(report) = earlier.report {
            self.add_report(report.lang.into());
        }
    }

    pub(super) fn write(&self, destination: &Destination) -> Result<PathBuf, CliError> {
        let metrics = to_json(&self.metrics)?;
        let mut documents = vec![("metrics.json", metrics.as_str())];
        documents.extend(self.report.as_deref().map(|report| (report::FILE, report)));
        Ok(rotor_run::write(&self.result.run, &self.record, &documents, destination)?)
    }

    /// Writes it to a folder of its own and reads that: what a reader of the folder will see.
    pub(crate) fn folder(&self, parent: &Path) -> Result<RunFolder, CliError> {
        Ok(rotor_run::read(&self.write(&Destination::New(parent.join("run")))?)?)
    }
}
