//! The run of a folder made again, from what its `run.json` says and what is to be had today.

use std::collections::BTreeMap;
use std::path::Path;

use rotor_compare::{Datum, FirstDifference, changed_inputs, changed_results, first_difference};
use rotor_data::Dataset;
use rotor_engine::{Config, config_from_json};
use rotor_run::{Destination, FolderCheck, check_files};
use serde_json::{Map, Value, json};

use super::{Again, Obstacle, Report};
use crate::CliError;
use crate::dataset::open_or_demo;
use crate::linked::linked;
use crate::run::members::{Chosen, decided, make as make_factor};
use crate::run::provenance;
use crate::run::replayed::replayed;
use crate::run::settings::Settings;

/// Makes the run again and adds to the report what was found on the way, all of it.
///
/// `libraries` are those given, by the names of the factors in them.
pub(super) fn make(
    report: &mut Report,
    dataset: Option<&Path>,
    libraries: &BTreeMap<String, String>,
) -> Result<(), CliError> {
    let recorded = report.provenance.clone();
    let mut today = Map::from_iter([("engine".to_owned(), provenance::engine())]);
    let source = report.place.join("run.json").display().to_string();
    let config = recorded.get("config").map(|config| config_from_json(config, &source));
    let config = match config {
        Some(Ok(config)) => Some(config),
        Some(Err(faults)) => {
            report.hinder("configuration", &CliError::Config(faults));
            None
        }
        None => {
            report.obstacles.push(Obstacle {
                part: "configuration",
                problem: "`run.json` has no entry `config`".into(),
                hints: Vec::new(),
            });
            None
        }
    };
    let opened = config.as_ref().and_then(|config| match open(config, dataset) {
        Ok(opened) => Some(opened),
        Err(error) => {
            report.hinder("data", &error);
            if dataset.is_none() {
                report.add_hint("name the dataset by `--dataset DIR`; the run names it as it was given, where it was made");
            }
            None
        }
    });
    if let Some(opened) = &opened {
        today.insert("dataset".into(), provenance::dataset(opened));
    }
    let mut chosen = Vec::new();
    if let Some(config) = &config {
        let mut known = linked();
        let mut entries = Vec::new();
        for name in &config.factors {
            let mut settings = config.of_factor(name);
            let given = libraries.get(name);
            let is_loaded = settings.library.is_some();
            if is_loaded {
                settings.library = given.cloned().or(settings.library);
                // What runs is what ran, or nothing.
                settings.sha256 = recorded_hash(&recorded, name).or(settings.sha256);
            }
            match make_factor(name, &settings, &mut known) {
                Ok(made) => {
                    entries.push(provenance::factor(&made));
                    chosen.push(made);
                }
                Err(error) => {
                    report.hinder("factor", &error);
                    if is_loaded && given.is_none() {
                        report.add_hint("name the library by `--factor LIB`; the run names it as it was given, where it was made");
                    }
                }
            }
        }
        today.insert("factors".into(), json!(entries));
        if chosen.len() == config.factors.len() {
            let mut resolved = config.clone();
            resolved.factor =
                chosen.iter().map(|made| (made.name().to_owned(), decided(config, made))).collect();
            today.insert("config".into(), resolved.to_json());
        }
    }
    report.inputs = changed_inputs(&restricted(&recorded, &today), &today);
    let (Some(config), Some(opened)) = (config, opened) else { return Ok(()) };
    if chosen.len() < config.factors.len() {
        return Ok(());
    }
    replay(report, config, &opened, &chosen)
}

/// The dataset of a run: the one that is given, or the one that it names.
fn open(config: &Config, given: Option<&Path>) -> Result<Dataset, CliError> {
    let is_default = config.dataset == Settings::defaults().dataset;
    open_or_demo(given.or_else(|| (!is_default).then_some(Path::new(&config.dataset))))
}

fn recorded_hash(recorded: &Map<String, Value>, name: &str) -> Option<String> {
    let factors = recorded.get("factors")?.as_array()?;
    let factor = factors.iter().find(|factor| factor.get("name").and_then(Value::as_str) == Some(name))?;
    factor.get("sha256")?.as_str().map(str::to_owned)
}

/// What was recorded of the parts that are to be had today; the others have an obstacle, not a difference.
fn restricted(recorded: &Map<String, Value>, today: &Map<String, Value>) -> Map<String, Value> {
    let mut restricted: Map<String, Value> = recorded
        .iter()
        .filter(|(key, _)| today.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let name = |factor: &Value| factor.get("name").and_then(Value::as_str).map(str::to_owned);
    let had: Vec<_> =
        today.get("factors").and_then(Value::as_array).into_iter().flatten().map(name).collect();
    if let Some(Value::Array(factors)) = restricted.get_mut("factors") {
        factors.retain(|factor| had.contains(&name(factor)));
    }
    restricted
}

fn replay(
    report: &mut Report,
    mut config: Config,
    dataset: &Dataset,
    chosen: &[Chosen],
) -> Result<(), CliError> {
    config.factor = chosen.iter().map(|made| (made.name().to_owned(), decided(&config, made))).collect();
    let recorded = report.provenance.clone();
    let again = replayed(dataset, &config, chosen).and_then(|mut made| {
        made.record_as(&recorded)?;
        Ok(made)
    });
    let made = match again {
        Ok(made) => made,
        Err(error) => {
            report.hinder("replay", &error);
            return Ok(());
        }
    };
    let parent = tempfile::tempdir().map_err(CliError::Temporary)?;
    let place = made.write(&Destination::New(parent.path().join("run")))?;
    let found = check_files(&place)?;
    report.again = Some(compared(report, &found, &place)?);
    Ok(())
}

/// Holds what `run.json` says of the files against those of the run made again.
fn compared(report: &Report, found: &FolderCheck, place: &Path) -> Result<Again, CliError> {
    let entries =
        |run: &Map<String, Value>| run.get("files").and_then(Value::as_object).cloned().unwrap_or_default();
    let (recorded, again) = (entries(&report.provenance), entries(&found.provenance));
    let mut names: Vec<&String> = recorded.keys().chain(again.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let is_same = |name: &&&String| recorded.get(**name) == again.get(**name);
    let n_same = names.iter().filter(is_same).count();
    let different: Vec<String> =
        names.iter().filter(|name| !is_same(name)).map(|name| (*name).clone()).collect();
    let mut differences = Vec::new();
    if !different.is_empty() && report.changed.is_empty() {
        let (was, is) = (rotor_run::read(&report.place)?, rotor_run::read(place)?);
        differences = first_difference(&was.run, &is.run);
        let metrics = changed_results(&was, &is, 0.0).metrics;
        differences.extend(metrics.changed.into_iter().take(1).map(|change| {
            let datum = |value: Option<Value>| match value {
                None | Some(Value::Null) => Datum::Empty,
                Some(value) => value.as_f64().map_or_else(|| Datum::Text(value.to_string()), Datum::Number),
            };
            FirstDifference {
                file: "metrics.json".into(),
                row: 0,
                subject: String::new(),
                column: Some(change.path),
                before: datum(change.before),
                after: datum(change.after),
            }
        }));
        for name in &different {
            if differences.iter().all(|known| known.file != *name) {
                differences.extend(first_line(name, &report.place, place));
            }
        }
    }
    Ok(Again { n_same, different, differences })
}

/// The first line in which two texts differ; `None` if one of them is none.
fn first_line(name: &str, was: &Path, is: &Path) -> Option<FirstDifference> {
    let read = |place: &Path| std::fs::read_to_string(place.join(name)).ok();
    let (was, is) = (read(was)?, read(is)?);
    let (mut before, mut after) = (was.lines(), is.lines());
    (1..).find_map(|row| {
        let (before, after) = (before.next(), after.next());
        if before.is_none() && after.is_none() {
            return Some(None);
        }
        let datum = |line: Option<&str>| {
            line.map_or(Datum::Empty, |line| Datum::Text(line.chars().take(60).collect()))
        };
        let difference = || FirstDifference {
            file: name.to_owned(),
            row,
            subject: String::new(),
            column: None,
            before: datum(before),
            after: datum(after),
        };
        (before != after).then(|| Some(difference()))
    })?
}

impl Report {
    fn hinder(&mut self, part: &'static str, error: &CliError) {
        self.obstacles.push(Obstacle { part, problem: error.report(), hints: error.hints() });
    }

    /// Adds how to mend the last obstacle.
    fn add_hint(&mut self, hint: &str) {
        if let Some(obstacle) = self.obstacles.last_mut() {
            obstacle.hints.push(hint.to_owned());
        }
    }
}
