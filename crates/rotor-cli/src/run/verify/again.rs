//! The run of a folder made again, from what its `run.json` says and what is to be had today.

use std::collections::BTreeMap;
use std::path::Path;

use rotor_compare::{Datum, FirstDifference, Inputs, changed_inputs, changed_metrics, first_difference};
use rotor_data::Dataset;
use rotor_run::{
    Config, ConfigFaults, ConfigRecord, Destination, FactorRecord, FolderCheck, RunRecord, check_files,
};
use serde_json::{Value, json};

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
    let recorded = report.record.clone();
    let mut today = Inputs { engine: Some(provenance::engine()), ..Inputs::default() };
    let config = match &recorded.config {
        ConfigRecord::Known(config) => Some(config.as_ref().clone()),
        ConfigRecord::Unreadable { faults, .. } => {
            let source = report.place.join("run.json").display().to_string();
            report.hinder("configuration", &CliError::Config(ConfigFaults { source, ..faults.clone() }));
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
        today.dataset = Some(provenance::dataset(opened));
    }
    let mut chosen = Vec::new();
    if let Some(config) = &config {
        let libraries = given_libraries(report, config, libraries);
        let mut known = linked();
        for name in &config.factors {
            let mut settings = config.of_factor(name);
            let given = libraries.get(name);
            let is_loaded = settings.library.is_some();
            if is_loaded {
                settings.library = given.cloned().or(settings.library);
                // What runs is what ran, or nothing.
                let hash = recorded.factor(name).and_then(|factor| factor.sha256.clone());
                settings.sha256 = hash.or(settings.sha256);
            }
            match make_factor(name, &settings, &mut known) {
                Ok(made) => {
                    today.factors.push(provenance::factor(&made));
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
        if chosen.len() == config.factors.len() {
            let mut resolved = config.clone();
            resolved.factor =
                chosen.iter().map(|made| (made.name().to_owned(), decided(config, made))).collect();
            today.config = Some(resolved.into());
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

/// What was recorded of the parts that are to be had today; the others have an obstacle, not a difference.
fn restricted(recorded: &RunRecord, today: &Inputs) -> Inputs {
    let all = Inputs::of(recorded);
    let is_had = |factor: &FactorRecord| today.factors.iter().any(|had| had.name == factor.name);
    Inputs {
        dataset: all.dataset.filter(|_| today.dataset.is_some()),
        config: all.config.filter(|_| today.config.is_some()),
        factors: all.factors.into_iter().filter(is_had).collect(),
        engine: all.engine,
    }
}

fn replay(
    report: &mut Report,
    mut config: Config,
    dataset: &Dataset,
    chosen: &[Chosen],
) -> Result<(), CliError> {
    config.factor = chosen.iter().map(|made| (made.name().to_owned(), decided(&config, made))).collect();
    let recorded = report.record.clone();
    let again = replayed(dataset, &config, chosen).and_then(|mut made| {
        made.record_as(&recorded);
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
    let (recorded, again) = (report.record.files(), found.record.files());
    let mut names: Vec<&str> = recorded.keys().chain(again.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let is_same = |name: &&&str| recorded.get(**name) == again.get(**name);
    let n_same = names.iter().filter(is_same).count();
    let mut different: Vec<String> =
        names.iter().filter(|name| !is_same(name)).map(|name| (*name).to_owned()).collect();
    let mut differences = Vec::new();
    // A folder whose files are sound by their hashes may hold what nobody can read.
    if !different.is_empty()
        && let (Ok(was), Ok(is)) = (rotor_run::read(&report.place), rotor_run::read(place))
    {
        differences = first_difference(&was.run, &is.run);
        let metrics = changed_metrics(&was.metrics.to_json(), &is.metrics.to_json(), 0.0);
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
    let of_run_file = changed_entries(&report.record, &found.record);
    if !of_run_file.is_empty() {
        different.push("run.json".into());
        differences.extend(of_run_file);
    }
    Again { n_same, different, differences }
}

/// What `run.json` says beside what the run is made of, and the run made again does not.
fn changed_entries(recorded: &RunRecord, again: &RunRecord) -> Vec<FirstDifference> {
    // Files, engine, configuration and dataset are compared by themselves; of factors the rest stands among the inputs.
    let factors = |record: &RunRecord| -> Value {
        let entry = |factor: &FactorRecord| json!([factor.name, factor.weight, factor.isolated]);
        record.factors.iter().map(entry).collect()
    };
    // The run made again has taken this entry over, so it is looked at by itself: the number is what the evaluation used.
    let n_used = recorded.config.known().and_then(|config| config.trials);
    let are_trials_sound = recorded.trials.is_none_or(|trials| Some(trials.n) == n_used);
    let trials_again = if are_trials_sound { json!(recorded.trials) } else { json!({ "n": n_used }) };
    let entries = [
        ("executions", json!(recorded.executions), json!(again.executions)),
        ("factors", factors(recorded), factors(again)),
        ("report", json!(recorded.report), json!(again.report)),
        ("trials", json!(recorded.trials), trials_again),
        ("warnings", json!(recorded.warnings), json!(again.warnings)),
    ];
    let unknown = recorded.unknown.iter().map(|(key, value)| (key.as_str(), value.clone(), Value::Null));
    let datum = |value: Value| if value.is_null() { Datum::Empty } else { Datum::Text(value.to_string()) };
    let difference = |(key, before, after): (&str, Value, Value)| FirstDifference {
        file: "run.json".into(),
        row: 0,
        subject: String::new(),
        column: Some(key.to_owned()),
        before: datum(before),
        after: datum(after),
    };
    let changed = entries.into_iter().chain(unknown).filter(|(_, before, after)| before != after);
    changed.map(difference).collect()
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
