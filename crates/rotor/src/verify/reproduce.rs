//! The run of a folder reproduced from what its `run.json` says and what is to be had today.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rotor_compare::{Inputs, changed_inputs};
use rotor_data::Dataset;
use rotor_engine::Watch;
use rotor_fs::{from_start, shown};
use rotor_run::{Config, ConfigFaults, ConfigRecord, Destination, FactorConfig, RunRecord, check_files};

use super::difference::compared;
use super::{Obstacle, Verification, VerifyError, VerifyOptions};
use crate::config::ConfigError;
use crate::demo::DatasetFolder;
use crate::error::Error;
use crate::factors::{Catalogue, FactorSet, Loading, RunFactor, default_config, library_path, may_be_sealed};
use crate::ledger::LedgerChoice;
use crate::record::{dataset_record, engine_record, factor_record};
use crate::run::language;
use crate::session::Session;
use crate::text::listed;

/// Reproduces the run and adds to the verification what was found on the way, all of it.
pub(super) fn reproduce(
    found: &mut Verification,
    options: &VerifyOptions,
    catalogue: &Catalogue,
    watch: &dyn Watch,
) -> Result<(), VerifyError> {
    let recorded = found.record.clone();
    // Parts that are not to be had have an obstacle, not a difference: they stay as they were recorded.
    let mut today = RunRecord { engine: engine_record(), ..recorded.clone() };
    let Some(config) = configuration(found, &recorded) else {
        found.inputs = changed_inputs(&Inputs::of(&recorded), &Inputs::of(&today));
        return Ok(());
    };
    let dataset = match open(&config, options.dataset.as_deref()) {
        Ok(dataset) => Some(dataset),
        Err(error) => {
            let hint = options.dataset.is_none().then_some(
                "name the dataset by `--dataset DIR`; the run names it as it was given, where it was made",
            );
            found.hinder("data", &error, hint);
            None
        }
    };
    if let Some(dataset) = &dataset {
        today.dataset = dataset_record(dataset);
    }
    let factors = make_factors(found, &config, options, catalogue);
    for factor in &factors {
        if let Some(entry) = today.factors.iter_mut().find(|entry| entry.name == factor.name()) {
            *entry = factor_record(factor);
        }
    }
    let is_whole = factors.len() == config.factors.len();
    let factors = FactorSet::new(factors);
    let mut resolved = config;
    if is_whole {
        resolved.factor = factors.settings(&resolved);
        today.config = resolved.clone().into();
    }
    found.inputs = changed_inputs(&Inputs::of(&recorded), &Inputs::of(&today));
    match dataset {
        Some(dataset) if is_whole => replay(found, resolved, dataset, factors, watch),
        _ => Ok(()),
    }
}

/// The configuration of the run, if this version reads it.
fn configuration(found: &mut Verification, recorded: &RunRecord) -> Option<Config> {
    match &recorded.config {
        ConfigRecord::Known(config) => Some(config.as_ref().clone()),
        ConfigRecord::Unreadable { faults, .. } => {
            let source = found.place.join("run.json").display().to_string();
            let faults = ConfigFaults { source, ..faults.clone() };
            found.hinder("configuration", &ConfigError::Faults(faults).into(), None);
            None
        }
    }
}

/// The dataset of a run: the one that is given, or the one that it names.
fn open(config: &Config, given: Option<&Path>) -> Result<Dataset, Error> {
    let is_default = config.dataset == default_config().dataset;
    let folder = given.or_else(|| (!is_default).then_some(Path::new(&config.dataset)));
    Ok(DatasetFolder::or_demo(folder)?.open()?)
}

/// Makes the factors that are to be had; the others stand in the way.
fn make_factors(
    found: &mut Verification,
    config: &Config,
    options: &VerifyOptions,
    catalogue: &Catalogue,
) -> Vec<RunFactor> {
    let given = given_libraries(found, config, options, catalogue);
    let mut linked = catalogue.linked();
    let mut factors = Vec::new();
    for name in &config.factors {
        let mut settings = config.of_factor(name);
        if settings.library.is_some() {
            match library_of(found, name, settings, given.get(name), options) {
                Ok(of_caller) => settings = of_caller,
                Err(obstacle) => {
                    found.obstacles.push(obstacle);
                    continue;
                }
            }
        }
        match catalogue.make(name, &settings, &mut linked) {
            Ok(factor) => factors.push(factor),
            Err(error) => found.hinder("factor", &error.into(), None),
        }
    }
    factors
}

/// Puts the library that the caller gives for a factor into the place of the one that the folder names, of the hash that the run
/// recorded: what runs is what ran, or nothing.
fn library_of(
    found: &Verification,
    name: &str,
    mut settings: FactorConfig,
    given: Option<&String>,
    options: &VerifyOptions,
) -> Result<FactorConfig, Obstacle> {
    let named = shown(settings.library.as_deref().unwrap_or_default());
    let factor = shown(name);
    let of_caller = options.config.as_ref().and_then(|config| config.factor.get(name));
    // Who may change a library is for the caller to allow, not for the folder.
    settings.allow_world_writable = of_caller.is_some_and(|own| own.allow_world_writable);
    settings.sha256 = found.record.factor(name).and_then(|factor| factor.sha256.clone()).or(settings.sha256);
    let pinned = of_caller.and_then(|own| Some((own.library.as_ref()?, own.sha256.as_ref())));
    let library = match (given, pinned) {
        (Some(library), _) => library,
        (None, Some((library, Some(pin)))) => {
            if let Some(recorded) = settings.sha256.as_ref().filter(|recorded| *recorded != pin) {
                let problem = format!(
                    "the configuration pins factor `{factor}` to {pin}, and the run loaded {}",
                    shown(recorded)
                );
                return Err(obstacle(problem, "keep the libraries of the runs that matter"));
            }
            settings.sha256 = Some(pin.clone());
            library
        }
        (None, Some((library, None))) => {
            let library = shown(library);
            let problem = format!(
                "the configuration names the library `{library}` of factor `{factor}` without its hash"
            );
            return Err(obstacle(problem, &format!("add its `sha256` under `[factor.{factor}]`")));
        }
        (None, None) => {
            let problem = format!(
                "factor `{factor}` is from the library `{named}`, which is not loaded because a run folder names it"
            );
            let hint = "give the library by `--factor LIB`, or by `--config FILE` with its `sha256`";
            return Err(obstacle(problem, hint));
        }
    };
    if let Some(obstacle) = in_run_folder(&found.place, library) {
        return Err(obstacle);
    }
    settings.library = Some(library.clone());
    Ok(settings)
}

fn obstacle(problem: String, hint: &str) -> Obstacle {
    Obstacle { part: "factor", problem, hints: vec![hint.to_owned()] }
}

/// Refuses a library that lies in the run folder, or that a link in the run folder leads to.
fn in_run_folder(run: &Path, library: &str) -> Option<Obstacle> {
    let (run, path) = (from_start(run), from_start(&library_path(Path::new(library))));
    let run = run.canonicalize().ok()?;
    // Where its name lies, which may be that of a link, and where what it leads to lies.
    let named = path.parent().and_then(|folder| folder.canonicalize().ok());
    let places: [Option<PathBuf>; 2] = [named, path.canonicalize().ok()];
    places.iter().flatten().any(|place| place.starts_with(&run)).then(|| {
        let problem = format!("the library `{}` lies in the run folder and is not loaded", shown(library));
        obstacle(problem, "give a library that you have from elsewhere")
    })
}

/// The given libraries by the factors in them that the run loaded; one without such a factor stands in the way.
fn given_libraries(
    found: &mut Verification,
    config: &Config,
    options: &VerifyOptions,
    catalogue: &Catalogue,
) -> BTreeMap<String, String> {
    let mut allowing = options.config.iter().flat_map(|config| config.factor.values());
    let allow_world_writable = allowing.any(|settings| settings.allow_world_writable);
    let loading = Loading { allow_world_writable, ..Loading::default() };
    let is_loaded = |name: &String| config.factors.contains(name) && config.of_factor(name).library.is_some();
    let mut given = BTreeMap::new();
    for library in &options.libraries {
        // Asking a library for its names runs it.
        if let Some(obstacle) = in_run_folder(&found.place, library) {
            found.obstacles.push(obstacle);
            continue;
        }
        match catalogue.names_in(library, &loading, may_be_sealed(config)) {
            Err(error) => found.hinder("factor", &error.into(), None),
            Ok(names) if !names.iter().any(is_loaded) => found.obstacles.push(Obstacle {
                part: "factor",
                problem: format!("library `{}` has no factor that the run loaded", shown(library)),
                hints: vec![format!("it has {}", listed(&names))],
            }),
            Ok(names) => given.extend(names.into_iter().map(|name| (name, library.clone()))),
        }
    }
    given
}

fn replay(
    found: &mut Verification,
    config: Config,
    dataset: Dataset,
    factors: FactorSet,
    watch: &dyn Watch,
) -> Result<(), VerifyError> {
    let session = Session::new(dataset, config, factors, &LedgerChoice::Off);
    let mut run = match session.and_then(|session| session.replay(watch)) {
        Ok(run) => run,
        Err(error) => {
            found.hinder("replay", &error.into(), None);
            return Ok(());
        }
    };
    // What does not follow from configuration and data: who counted the trials, and the language of the report.
    run.record.trials = found.record.trials;
    let lang = found.record.report.map(|report| language(report.lang));
    let parent = tempfile::tempdir().map_err(VerifyError::Temporary)?;
    let place = run.save_with(&Destination::New(parent.path().join("run")), lang)?;
    let again = check_files(&place)?;
    found.reproduction = Some(compared(found, &again.record, &place));
    Ok(())
}

impl Verification {
    fn hinder(&mut self, part: &'static str, error: &Error, hint: Option<&str>) {
        let hints = error.hints().into_iter().chain(hint.map(str::to_owned));
        self.obstacles.push(Obstacle { part, problem: error.report(), hints: hints.collect() });
    }
}
