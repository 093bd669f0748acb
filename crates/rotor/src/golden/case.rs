//! What a golden backtest runs, as its `case.toml` says it, and what came out.

use std::path::{Path, PathBuf};

use rotor_compare::golden::{Golden, GoldenFault};
use rotor_data::{Dataset, Format, write_dataset};
use rotor_engine::Unwatched;
use rotor_fs::{FileDestination, from_start, read_text};
use rotor_run::{Config, Destination, read_config};
use rotor_synthetic::World;
use serde::Deserialize;

use super::GoldenError;
use crate::config::{ConfigError, set_keys};
use crate::factors::{Catalogue, default_config, library_path};
use crate::ledger::LedgerChoice;
use crate::session::Session;
use crate::text::LONGEST_TEXT;

/// What is run.
pub(super) const FILE: &str = "case.toml";
/// What came out when it was last accepted.
pub(super) const TEXT: &str = "run.txt";

/// A golden backtest.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    folder: PathBuf,
    written: Written,
}

/// What stands in `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What the case is for, in a sentence.
    #[serde(rename = "title")]
    _title: String,
    /// A dataset folder, from where the file lies.
    dataset: Option<PathBuf>,
    /// Or a world of `rotor dataset generate`, and its seed.
    world: Option<String>,
    seed: Option<u64>,
    /// The command that makes the dataset or a library, for where it is not there yet.
    made_by: Option<String>,
    /// Keys as in a configuration file.
    #[serde(default)]
    config: toml::Table,
}

impl Case {
    pub(super) fn open(cases: &Path, name: &str) -> Result<Self, GoldenError> {
        let folder = cases.join(name);
        let path = folder.join(FILE);
        let text = read_text(&path, LONGEST_TEXT)
            .map_err(|error| GoldenError::Read { path: path.clone(), reason: error.to_string() })?;
        let written = toml::from_str(&text)
            .map_err(|error| GoldenError::Read { path: path.clone(), reason: error.message().to_owned() })?;
        Ok(Self { name: name.to_owned(), folder, written })
    }

    /// Replaces the accepted result.
    pub(super) fn write(&self, text: &str) -> Result<(), GoldenError> {
        let destination = FileDestination::replacing(&self.folder.join(TEXT));
        destination.and_then(|file| file.write(text.as_bytes())).map_err(GoldenError::Write)
    }

    /// Returns the names of the factors that it runs.
    pub(super) fn factors(&self) -> Result<Vec<String>, GoldenError> {
        Ok(self.config()?.factors)
    }

    /// Returns the text that was last accepted; `None` if there is none yet.
    pub(super) fn accepted(&self) -> Result<Option<String>, GoldenError> {
        let path = self.folder.join(TEXT);
        match read_text(&path, LONGEST_TEXT) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(GoldenError::Read { path, reason: error.to_string() }),
        }
    }

    /// Reads a text of the case, which was found at its place.
    pub(super) fn parse(&self, text: &str) -> Result<Golden, GoldenError> {
        let faulty = |fault: GoldenFault| GoldenError::Read {
            path: self.folder.join(TEXT),
            reason: format!("it is no golden backtest: {fault}"),
        };
        Golden::parse(text).map_err(faulty)
    }

    /// Runs the case and returns its result as text. `keys` are set if the case runs their factor.
    pub(super) fn result(
        &self,
        keys: &[(String, String)],
        catalogue: &Catalogue,
    ) -> Result<String, GoldenError> {
        let mut config = self.config()?;
        let names: Vec<String> = config.factors.clone();
        let is_for_this =
            |key: &str| key.split_once('.').is_none_or(|(factor, _)| names.iter().any(|name| name == factor));
        let keys = keys.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        set_keys(&mut config, keys.filter(|(key, _)| is_for_this(key)))?;
        self.is_made(&config)?;
        let parent = tempfile::tempdir().map_err(GoldenError::Temporary)?;
        let dataset = self.dataset(parent.path())?;
        // What is accepted does not depend on what else was tried.
        config.trials.get_or_insert(1);
        let factors = catalogue.select(&mut config, &[])?;
        let session = Session::new(dataset, config, factors, &LedgerChoice::Off)?;
        let run = session.replay(&Unwatched)?;
        // What a reader of the folder sees.
        let place = run.save_with(&Destination::New(parent.path().join("run")), None)?;
        Ok(Golden::text(&self.name, &rotor_run::read(&place)?))
    }

    /// Refuses what is made first and is not there yet; what else is missing is said where it is opened.
    fn is_made(&self, config: &Config) -> Result<(), GoldenError> {
        let dataset = self.written.dataset.iter().map(|dataset| self.folder.join(dataset));
        let libraries = config.factor.values().filter_map(|settings| settings.library.as_deref());
        let libraries = libraries.map(|library| library_path(Path::new(library)));
        let missing = dataset.chain(libraries).find(|path| !from_start(path).exists());
        match (missing, &self.written.made_by) {
            (Some(path), Some(made_by)) => {
                let (case, made_by) = (self.name.clone(), made_by.clone());
                Err(GoldenError::NotMade { case, path, made_by })
            }
            _ => Ok(()),
        }
    }

    fn faulty(&self, reason: String) -> GoldenError {
        GoldenError::Read { path: self.folder.join(FILE), reason }
    }

    fn dataset(&self, parent: &Path) -> Result<Dataset, GoldenError> {
        match (&self.written.dataset, &self.written.world, self.written.seed) {
            (Some(dataset), None, None) => Ok(Dataset::open(&self.folder.join(dataset))?),
            (None, Some(world), Some(seed)) => {
                let world = match world.as_str() {
                    "a-share" => World::AShare,
                    "null" => World::Null,
                    "leaky" => World::Leaky,
                    other => {
                        return Err(
                            self.faulty(format!("`world` is \"{other}\"; there are a-share, null and leaky"))
                        );
                    }
                };
                let made = rotor_synthetic::generate(world, seed)?;
                let place = parent.join("dataset");
                // As text: its hashes do not change with the library that writes Parquet.
                write_dataset(&place, &made.manifest, &made.tables, Format::Csv, &[])?;
                Ok(Dataset::open(&place)?)
            }
            _ => Err(self.faulty("it is to name either a `dataset`, or a `world` and its `seed`".into())),
        }
    }

    fn config(&self) -> Result<Config, GoldenError> {
        let text = self.written.config.to_string();
        let source = self.folder.join(FILE).display().to_string();
        let mut config = read_config(&text, &source, default_config()).map_err(ConfigError::Faults)?;
        for settings in config.factor.values_mut() {
            let from_here = |library: &str| self.folder.join(library).display().to_string();
            settings.library = settings.library.as_deref().map(from_here);
        }
        Ok(config)
    }
}
