//! The run of a folder made again, from what its `run.json` says and what is to be had today.

use std::collections::BTreeMap;
use std::path::Path;

use rotor_compare::{Datum, FirstDifference, changed_inputs, changed_results, first_difference};
use rotor_data::Dataset;
use rotor_run::{Config, config_from_json};
use rotor_run::{Destination, FolderCheck, check_files};
use serde_json::{Map, Value, json};

use super::{Again, Obstacle, Report};
use crate::CliError;
use crate::dataset::open_or_demo;
use crate::linked::linked;
use crate::run::members::{Chosen, decided, make as make_factor, names_in};
use crate::run::provenance;
use crate::run::replayed::replayed;
use crate::run::settings::Settings;

/// Makes the run again and adds to the report what was found on the way, all of it.
///
/// `libraries` stand in for those that the run names.
pub(super) fn make(
    report: &mut Report,
    dataset: Option<&Path>,
    libraries: &[String],
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
        let libraries = given_libraries(report, config, libraries);
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

/// The given libraries by the factors in them that the run loaded; one without such a factor stands in the way.
fn given_libraries(report: &mut Report, config: &Config, libraries: &[String]) -> BTreeMap<String, String> {
    let may_be_writable = config.factor.values().any(|settings| settings.allow_world_writable);
    let is_loaded = |name: &String| config.factors.contains(name) && config.of_factor(name).library.is_some();
    let mut given = BTreeMap::new();
    for library in libraries {
        match names_in(library, may_be_writable) {
            Err(error) => report.hinder("factor", &error),
            Ok(names) if !names.iter().any(is_loaded) => report.obstacles.push(Obstacle {
                part: "factor",
                problem: format!("library `{library}` has no factor that the run loaded"),
                hints: vec![format!("it has {}", crate::listed(&names))],
            }),
            Ok(names) => given.extend(names.into_iter().map(|name| (name, library.clone()))),
        }
    }
    given
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
    report.again = Some(compared(report, &found, &place));
    Ok(())
}

/// Holds what `run.json` says of the files against those of the run made again.
fn compared(report: &Report, found: &FolderCheck, place: &Path) -> Again {
    let entries =
        |run: &Map<String, Value>| run.get("files").and_then(Value::as_object).cloned().unwrap_or_default();
    let (recorded, again) = (entries(&report.provenance), entries(&found.provenance));
    let mut names: Vec<&String> = recorded.keys().chain(again.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let is_same = |name: &&&String| recorded.get(**name) == again.get(**name);
    let n_same = names.iter().filter(is_same).count();
    let mut different: Vec<String> =
        names.iter().filter(|name| !is_same(name)).map(|name| (*name).clone()).collect();
    let mut differences = Vec::new();
    // A folder whose files are sound by their hashes may hold what nobody can read.
    if !different.is_empty()
        && let (Ok(was), Ok(is)) = (rotor_run::read(&report.place), rotor_run::read(place))
    {
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
    let of_run_file = changed_entries(&report.provenance, &found.provenance);
    if !of_run_file.is_empty() {
        different.push("run.json".into());
        differences.extend(of_run_file);
    }
    Again { n_same, different, differences }
}

/// What `run.json` says beside what the run is made of, and the run made again does not.
fn changed_entries(recorded: &Map<String, Value>, again: &Map<String, Value>) -> Vec<FirstDifference> {
    // The files are compared by themselves, and what the run is made of stands in the report.
    const COMPARED: [&str; 5] = ["format", "files", "engine", "config", "dataset"];
    let mut keys: Vec<&String> = recorded.keys().chain(again.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let is_same = |key: &str| match (key, recorded.get(key), again.get(key)) {
        ("factors", Some(Value::Array(before)), Some(Value::Array(after))) => {
            before.iter().map(without_origin).eq(after.iter().map(without_origin))
        }
        // The run made again has taken this entry over, so it is looked at by itself.
        ("trials", Some(trials), _) => is_count_of_trials(trials, recorded),
        (_, before, after) => before == after,
    };
    let datum = |value: Option<&Value>| value.map_or(Datum::Empty, |value| Datum::Text(value.to_string()));
    let difference = |key: &String| FirstDifference {
        file: "run.json".into(),
        row: 0,
        subject: String::new(),
        column: Some(key.clone()),
        before: datum(recorded.get(key)),
        after: datum(again.get(key)),
    };
    let is_other = |key: &&String| !COMPARED.contains(&key.as_str()) && !is_same(key);
    keys.into_iter().filter(is_other).map(difference).collect()
}

/// A factor of `run.json` without what is compared as a part of the run, and without its place.
fn without_origin(factor: &Value) -> Value {
    let mut factor = factor.clone();
    if let Value::Object(entries) = &mut factor {
        entries.retain(|key, _| ["name", "weight", "isolated"].contains(&key.as_str()));
    }
    factor
}

/// Whether an entry `trials` is one that a backtest could have written: who counted is its author's word, how many is what the
/// evaluation used.
fn is_count_of_trials(trials: &Value, run: &Map<String, Value>) -> bool {
    let Some(entries) = trials.as_object() else { return false };
    let word = |key: &str| entries.get(key).map(|value| value.as_str().unwrap_or_default());
    let n = run.get("config").and_then(|config| config.get("trials"));
    entries.keys().all(|key| ["n", "source", "ledger"].contains(&key.as_str()))
        && entries.get("n") == n
        && matches!(word("source"), Some("ledger" | "given" | "none"))
        && matches!(word("ledger"), None | Some("off" | "unavailable"))
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
