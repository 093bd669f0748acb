//! What lies in a folder of runs, sweeps, saved notes and saved weeklies, for its index.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rotor_factor::{Date, Month};
use rotor_fs::{from_start, read_regular};
use rotor_report::index::{
    HoldoutEntry, Index, KeyFigures, NoteEntry, RunEntry, SweepEntry, UnreadEntry, WeeklyEntry, page,
};
use rotor_report::page::Page;
use rotor_report::words::Lang;
use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP_NET};
use rotor_run::sweep::{SWEEP_FILE, SweepSummary, label, read_picked, read_sweep_summary};
use rotor_run::{Config, RunSummary, config_from_json, read_summary};
use serde::Deserialize;
use serde_json::Value;

use crate::factors::Catalogue;
use crate::run::REPORT_FILE;

/// The document of a saved note, by which its folder is known as one.
pub const NOTE_FILE: &str = "note.json";
/// The page in the folder of a saved note.
pub const NOTE_PAGE: &str = "note.html";

/// The document of a saved weekly, by which its folder is known as one.
pub const WEEKLY_FILE: &str = "weekly.json";
/// The page in the folder of a saved weekly.
pub const WEEKLY_PAGE: &str = "weekly.html";

/// The record of a run, by which its folder is known as one.
const RUN_FILE: &str = "run.json";
/// How deep below the folder is looked.
const MOST_LEVELS: usize = 6;
/// No document is near to this.
const LONGEST_DOCUMENT: u64 = 1 << 30;

/// Reads what an index shows of a folder: every run, every merged sweep, every saved note and every saved weekly below it. What
/// cannot be read is named with the reason.
///
/// Folders whose names begin with a dot, and links to folders, are passed over, as is what lies inside a run, a sweep or a saved page.
///
/// # Errors
///
/// If the folder itself cannot be listed.
pub fn index(folder: &Path) -> Result<Index, io::Error> {
    let mut found = Vec::new();
    gather(folder, Path::new(""), 0, &mut found)?;
    let defaults = Catalogue::built_in().defaults();
    let entries: Vec<Entry> =
        found.par_iter().with_max_len(1).map(|found| found.read(folder, &defaults)).collect();
    let mut index = Index { folder: name_of(folder), ..Index::default() };
    for entry in entries {
        match entry {
            Entry::Run(run) => index.runs.push(*run),
            Entry::Sweep(sweep) => index.sweeps.push(*sweep),
            Entry::Note(note) => index.notes.push(*note),
            Entry::Weekly(weekly) => index.weeklies.push(*weekly),
            Entry::Unread(unread) => index.unread.push(unread),
        }
    }
    index.notes.sort_by(|one, other| (other.as_of, &one.place).cmp(&(one.as_of, &other.place)));
    index.weeklies.sort_by(|one, other| (other.as_of, &one.place).cmp(&(one.as_of, &other.place)));
    Ok(index)
}

/// Makes the page of an index.
#[must_use]
pub fn index_page(index: &Index, lang: Lang) -> Page {
    page(index, lang)
}

/// A folder that has the mark of a run or of a saved page.
struct Found {
    /// The way to it from the folder of the index.
    place: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Run,
    Sweep,
    Note,
    Weekly,
}

enum Entry {
    Run(Box<RunEntry>),
    Sweep(Box<SweepEntry>),
    Note(Box<NoteEntry>),
    Weekly(Box<WeeklyEntry>),
    Unread(UnreadEntry),
}

/// Finds runs and saved pages below a folder, in the order of their names.
fn gather(folder: &Path, below: &Path, level: usize, found: &mut Vec<Found>) -> io::Result<()> {
    let here = folder.join(below);
    let mut names = Vec::new();
    for entry in fs::read_dir(&here)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if entry.file_type()?.is_dir() && !is_hidden {
            names.push(name);
        }
    }
    names.sort();
    for name in names {
        let place = below.join(name);
        let has = |file: &str| folder.join(&place).join(file).is_file();
        let kinds = [
            (RUN_FILE, Kind::Run),
            (SWEEP_FILE, Kind::Sweep),
            (NOTE_FILE, Kind::Note),
            (WEEKLY_FILE, Kind::Weekly),
        ];
        let kind = kinds.into_iter().find(|(file, _)| has(file)).map(|(_, kind)| kind);
        match kind {
            Some(kind) => found.push(Found { place, kind }),
            // A folder that may not be read hides what is in it, which is no fault of the others.
            None if level < MOST_LEVELS => drop(gather(folder, &place, level + 1, found)),
            None => {}
        }
    }
    Ok(())
}

impl Found {
    fn read(&self, folder: &Path, defaults: &Config) -> Entry {
        let at = folder.join(&self.place);
        let read = match self.kind {
            Kind::Run => read_summary(&at)
                .map(|summary| Entry::Run(Box::new(self.run(&at, summary, defaults))))
                .map_err(|error| error.to_string()),
            Kind::Sweep => read_sweep_summary(&at)
                .map(|summary| Entry::Sweep(Box::new(self.sweep(&at, summary))))
                .map_err(|error| error.to_string()),
            Kind::Note => self.note(&at, defaults).map(|note| Entry::Note(Box::new(note))),
            Kind::Weekly => self.weekly(&at, defaults).map(|weekly| Entry::Weekly(Box::new(weekly))),
        };
        read.unwrap_or_else(|reason| Entry::Unread(UnreadEntry { place: slashed(&self.place), reason }))
    }

    fn page(&self, at: &Path, file: &str) -> Option<String> {
        at.join(file).is_file().then(|| format!("{}/{file}", slashed(&self.place)))
    }

    fn run(&self, at: &Path, summary: RunSummary, defaults: &Config) -> RunEntry {
        let RunSummary { record, metrics } = summary;
        let all = metrics.portfolio.all;
        let net = all.performance.get(TOP_NET);
        let excess = |benchmark: &str| all.excess.get(TOP_NET).and_then(|over| over.get(benchmark));
        let equal = excess(EQUAL_WEIGHT);
        let months = net.iter().flat_map(|net| &net.months).filter_map(|month| month.value.get());
        RunEntry {
            place: slashed(&self.place),
            page: self.page(at, REPORT_FILE),
            settings: record.config.known().map(|config| config.changes_from(defaults)),
            n_months: metrics.n_months,
            net_value: grown(months),
            figures: KeyFigures {
                annual_return: net.map(|net| net.annual_return.clone()),
                excess: equal.map(|equal| equal.arithmetic.clone()),
                excess_eligible: excess(ELIGIBLE).map(|eligible| eligible.arithmetic.clone()),
                information_ratio: equal.map(|equal| equal.information_ratio.clone()),
                max_drawdown: net.map(|net| (net.max_drawdown.depth.clone(), net.basis)),
                turnover: all.trading.turnover.clone(),
                deflated_sharpe: all.trials.deflated_sharpe.probability.clone(),
                n_trials: all.trials.n_trials,
            },
            dataset: record.dataset,
        }
    }

    fn sweep(&self, at: &Path, summary: SweepSummary) -> SweepEntry {
        let SweepSummary { plan, statistics, .. } = summary;
        let best = statistics.best.filter(|best| (*best as usize) < plan.n_trials());
        let settings = |best: u32| {
            plan.settings_of(best as usize).map(|(key, value)| (key.to_owned(), label(value))).collect()
        };
        SweepEntry {
            place: slashed(&self.place),
            page: self.page(at, REPORT_FILE),
            n_trials: statistics.n_trials,
            n_survivors: statistics.step_down.n_survivors,
            smallest_p: statistics.step_down.smallest_p,
            best: best.map(settings),
            excess: statistics.conditions.first().and_then(|summary| summary.of_best),
            overfitting: statistics.overfitting.probability,
            holdout: plan.holdout.as_ref().map(|holdout| HoldoutEntry {
                n_months: holdout.months,
                is_opened: read_picked(at).ok().map(|picked| picked.is_some()),
            }),
            dataset: plan.dataset,
        }
    }

    fn note(&self, at: &Path, defaults: &Config) -> Result<NoteEntry, String> {
        let note: SavedNote = document(at, NOTE_FILE, "note")?;
        let month = note.month.parse::<Month>().map_err(|error| error.to_string())?;
        let mut selected: Vec<Ranked> = note.ranking.into_iter().filter(|row| row.weight > 0.0).collect();
        selected.sort_by_key(|row| row.rank);
        let gains = note.track.returns.iter().filter(|row| row.portfolio == TOP_NET).map(|row| row.value);
        Ok(NoteEntry {
            place: slashed(&self.place),
            page: self.page(at, NOTE_PAGE),
            as_of: day(&note.as_of)?,
            month,
            dataset: note.dataset.name,
            is_synthetic: note.dataset.synthetic,
            selected: selected.into_iter().map(|row| (row.name, row.name_zh, row.total)).collect(),
            settings: config_from_json(&note.config, NOTE_FILE)
                .ok()
                .map(|config| config.changes_from(defaults)),
            net_value: grown(gains),
        })
    }

    fn weekly(&self, at: &Path, defaults: &Config) -> Result<WeeklyEntry, String> {
        const N_BEST: usize = 3;
        let weekly: SavedWeekly = document(at, WEEKLY_FILE, "weekly")?;
        let returns = weekly.returns.as_ref();
        let best = returns.iter().flat_map(|returns| &returns.sectors).take(N_BEST);
        Ok(WeeklyEntry {
            place: slashed(&self.place),
            page: self.page(at, WEEKLY_PAGE),
            as_of: day(&weekly.as_of)?,
            week: (day(&weekly.week.monday)?, day(&weekly.week.sunday)?),
            dataset: weekly.dataset.name,
            is_synthetic: weekly.dataset.synthetic,
            up_and_down: returns.map(|returns| (returns.n_up, returns.n_down)),
            median: returns.and_then(|returns| returns.median),
            best: best.map(|row| (row.entity.name.clone(), row.entity.name_zh.clone(), row.value)).collect(),
            settings: config_from_json(&weekly.config, WEEKLY_FILE)
                .ok()
                .map(|config| config.changes_from(defaults)),
        })
    }
}

/// Reads the document of a saved page.
fn document<D: serde::de::DeserializeOwned>(at: &Path, file: &str, kind: &str) -> Result<D, String> {
    let bytes = read_regular(&at.join(file), LONGEST_DOCUMENT).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes)
        .map_err(|error| format!("`{file}` is not the document of a {kind}: {error}"))
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|error: rotor_factor::DateError| error.to_string())
}

/// What is read of the document of a saved weekly.
#[derive(Deserialize)]
struct SavedWeekly {
    as_of: String,
    week: SavedWeek,
    dataset: SavedDataset,
    config: Value,
    returns: Option<SavedReturns>,
}

#[derive(Deserialize)]
struct SavedWeek {
    monday: String,
    sunday: String,
}

#[derive(Deserialize)]
struct SavedReturns {
    sectors: Vec<SavedGain>,
    n_up: usize,
    n_down: usize,
    median: Option<f64>,
}

#[derive(Deserialize)]
struct SavedGain {
    entity: SavedName,
    value: f64,
}

#[derive(Deserialize)]
struct SavedName {
    name: String,
    name_zh: Option<String>,
}

/// What is read of the document of a saved note.
#[derive(Deserialize)]
struct SavedNote {
    as_of: String,
    month: String,
    dataset: SavedDataset,
    config: Value,
    ranking: Vec<Ranked>,
    #[serde(default)]
    track: SavedTrack,
}

#[derive(Deserialize)]
struct SavedDataset {
    name: String,
    #[serde(default)]
    synthetic: bool,
}

#[derive(Deserialize)]
struct Ranked {
    name: String,
    #[serde(default)]
    name_zh: Option<String>,
    rank: usize,
    total: f64,
    weight: f64,
}

#[derive(Default, Deserialize)]
struct SavedTrack {
    #[serde(default)]
    returns: Vec<SavedReturn>,
}

#[derive(Deserialize)]
struct SavedReturn {
    portfolio: String,
    #[serde(rename = "return")]
    value: f64,
}

/// The net value after each return, from 1; empty without returns.
fn grown(returns: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values = vec![1.0];
    for gain in returns {
        values.push(values[values.len() - 1] * (1.0 + gain));
    }
    if values.len() > 1 { values } else { Vec::new() }
}

/// A relative path with slashes, whatever the system writes.
fn slashed(place: &Path) -> String {
    let parts: Vec<String> = place.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The name of a folder, also of one that is given as `.`.
fn name_of(folder: &Path) -> String {
    let absolute = fs::canonicalize(from_start(folder)).unwrap_or_else(|_| folder.to_owned());
    absolute.file_name().map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned())
}
