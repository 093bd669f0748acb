//! A configuration replayed: what a run folder is made of. `backtest` writes it, `verify` holds it against a folder, golden backtests against a text.

use std::path::{Path, PathBuf};

use rotor_data::Dataset;
use rotor_engine::{Backtest, Config, Member, backtest};
use rotor_eval::Evaluation;
use rotor_run::{Destination, RunFolder};
use serde_json::{Map, Value};

use super::members::Chosen;
use super::progress::watched;
use super::provenance::provenance;
use crate::{CliError, to_json};

/// What a replay gave.
#[derive(Debug)]
pub(crate) struct Replayed {
    pub(super) result: Backtest,
    pub(super) evaluation: Evaluation,
    provenance: Map<String, Value>,
    /// The further files of the folder: names and texts.
    documents: Vec<(String, String)>,
}

/// Replays a configuration on a dataset and evaluates the run.
pub(crate) fn replayed(dataset: &Dataset, config: &Config, chosen: &[Chosen]) -> Result<Replayed, CliError> {
    let members: Vec<Member<'_>> = chosen.iter().map(Chosen::member).collect();
    let result = watched(|watch| backtest(dataset, config, &members, watch))?;
    let evaluation = rotor_eval::evaluate(&result.run, config);
    let provenance = provenance(dataset, config, chosen, &result.run, &result.warnings);
    let documents = documents(&evaluation)?;
    Ok(Replayed { result, evaluation, provenance, documents })
}

/// The files of a run folder that the command makes, whoever asks: `verify` knows no other ones than `backtest`.
fn documents(evaluation: &Evaluation) -> Result<Vec<(String, String)>, CliError> {
    Ok(vec![("metrics.json".into(), to_json(evaluation)?)])
}

impl Replayed {
    pub(super) fn write(&self, destination: &Destination) -> Result<PathBuf, CliError> {
        let documents: Vec<(&str, &str)> =
            self.documents.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Ok(rotor_run::write(&self.result.run, &self.provenance, &documents, destination)?)
    }

    /// Writes it to a folder of its own and reads that: what a reader of the folder will see.
    pub(crate) fn folder(&self, parent: &Path) -> Result<RunFolder, CliError> {
        Ok(rotor_run::read(&self.write(&Destination::New(parent.join("run")))?)?)
    }
}
