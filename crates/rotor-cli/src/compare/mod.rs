//! `rotor compare`: what differs between two run folders, two saved notes or two saved weeklies.

mod note;
pub(crate) mod page;
mod weekly;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rotor::{NOTE_FILE, WEEKLY_FILE};
use rotor_compare::{SavedNote, SavedWeekly};
use rotor_report::page::{Page, markdown, terminal};
use serde_json::{Value, json};

use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The earlier run folder, saved note or saved weekly
    before: PathBuf,
    /// The later run folder, saved note or saved weekly
    after: PathBuf,
    /// Treat numbers a and b as equal if |a − b| ≤ X × max(1, |a|, |b|); 0 compares their bits
    #[arg(long, value_name = "X", default_value = "0", value_parser = tolerance)]
    tol: f64,
    #[command(flatten)]
    shown: Shown,
}

/// How a comparison is shown.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Print complete JSON, the same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Output format: text for a terminal, Markdown for a pull request, or JSON
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Md,
    Json,
}

impl Shown {
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Returns the page in one of the forms for people.
    pub(crate) fn page(&self, page: &Page) -> String {
        if self.format() == Format::Md { markdown(page) } else { terminal(page) }
    }
}

/// What lies at a path.
enum Kind {
    /// A run folder, or nothing that is known.
    Run,
    Note(Box<SavedNote>),
    Weekly(SavedWeekly),
}

impl Kind {
    const fn word(&self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Note(_) => "note",
            Self::Weekly(_) => "weekly",
        }
    }

    /// Reads the document of a saved page, from its folder or by itself.
    fn read(path: &Path) -> Result<Self, CliError> {
        let is_file = |path: &Path| rotor_fs::from_start(path).is_file();
        let (note, weekly) = (path.join(NOTE_FILE), path.join(WEEKLY_FILE));
        if is_file(&note) {
            return document(&note, "note", SavedNote::parse).map(|note| Self::Note(Box::new(note)));
        }
        if is_file(&weekly) {
            return Ok(Self::Weekly(document(&weekly, "weekly", SavedWeekly::parse)?));
        }
        if !is_file(path) {
            return Ok(Self::Run);
        }
        // A file that is neither is called what most are.
        let weekly = document(path, "weekly", SavedWeekly::parse);
        let note = || document(path, "note", SavedNote::parse).map(|note| Self::Note(Box::new(note)));
        weekly.map(Self::Weekly).or_else(|_| note())
    }
}

/// Reads a document.
fn document<D>(
    path: &Path,
    kind: &'static str,
    parse: fn(&str) -> Result<D, serde_json::Error>,
) -> Result<D, CliError> {
    /// None is longer; one of thirty sectors and ten years has a megabyte.
    const LONGEST: u64 = 1 << 28;
    let failed = |source| CliError::SavedPage { kind, path: path.to_owned(), source };
    let text = rotor_fs::read_text(path, LONGEST).map_err(failed)?;
    parse(&text).map_err(|error| failed(error.into()))
}

pub(crate) fn run(arguments: &Compare) -> Result<Outcome, CliError> {
    let tolerance = arguments.tol;
    let names = (arguments.before.display().to_string(), arguments.after.display().to_string());
    let shown = |comparison: Value, is_same: bool, page: &dyn Fn() -> Page| {
        let text = if arguments.shown.format() == Format::Json {
            to_json(&json!({ "before": names.0, "after": names.1, "comparison": comparison }))?
        } else {
            arguments.shown.page(&page())
        };
        Ok(Outcome { text, passed: is_same })
    };
    match (Kind::read(&arguments.before)?, Kind::read(&arguments.after)?) {
        (Kind::Note(before), Kind::Note(after)) => {
            let found = rotor_compare::compare_notes(&before, &after, tolerance);
            shown(json!(found), found.is_same, &|| note::page(&names.0, &names.1, &found))
        }
        (Kind::Weekly(before), Kind::Weekly(after)) => {
            let found = rotor_compare::compare_weeklies(&before, &after, tolerance);
            shown(json!(found), found.is_same, &|| weekly::page(&names.0, &names.1, &found))
        }
        (Kind::Run, Kind::Run) => {
            let (before, after) = (rotor_run::read(&arguments.before)?, rotor_run::read(&arguments.after)?);
            let found = rotor_compare::compare(&before, &after, tolerance);
            shown(json!(found), found.is_same, &|| page::page(&names.0, &names.1, &found))
        }
        (before, after) => Err(CliError::TwoKinds {
            before: (before.word(), arguments.before.clone()),
            after: (after.word(), arguments.after.clone()),
        }),
    }
}

fn tolerance(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number is expected")?;
    if number.is_finite() && number >= 0.0 { Ok(number) } else { Err("it must be 0 or more".into()) }
}
