//! `rotor compare`: what differs between two run folders, or two saved notes.

mod note;
pub(crate) mod page;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rotor_report::page::{Page, markdown, terminal};
use serde_json::json;

use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The earlier run folder, or saved note
    before: PathBuf,
    /// The later run folder, or saved note
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

pub(crate) fn run(arguments: &Compare) -> Result<Outcome, CliError> {
    match (note::find(&arguments.before), note::find(&arguments.after)) {
        (Some(before), Some(after)) => return notes(arguments, &before, &after),
        (None, None) => {}
        (before, _) => {
            let (note, run) = if before.is_some() {
                (&arguments.before, &arguments.after)
            } else {
                (&arguments.after, &arguments.before)
            };
            return Err(CliError::NoteAndRun { note: note.clone(), run: run.clone() });
        }
    }
    let (before, after) = (rotor_run::read(&arguments.before)?, rotor_run::read(&arguments.after)?);
    let comparison = rotor_compare::compare(&before, &after, arguments.tol);
    let names = (arguments.before.display().to_string(), arguments.after.display().to_string());
    let text = if arguments.shown.format() == Format::Json {
        to_json(&json!({ "before": names.0, "after": names.1, "comparison": comparison }))?
    } else {
        arguments.shown.page(&page::page(&names.0, &names.1, &comparison))
    };
    Ok(Outcome { text, passed: comparison.is_same })
}

fn notes(arguments: &Compare, before: &Path, after: &Path) -> Result<Outcome, CliError> {
    let comparison = rotor_compare::compare_notes(&note::read(before)?, &note::read(after)?, arguments.tol);
    let names = (arguments.before.display().to_string(), arguments.after.display().to_string());
    let text = if arguments.shown.format() == Format::Json {
        to_json(&json!({ "before": names.0, "after": names.1, "comparison": comparison }))?
    } else {
        arguments.shown.page(&note::page(&names.0, &names.1, &comparison))
    };
    Ok(Outcome { text, passed: comparison.is_same })
}

fn tolerance(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number is expected")?;
    if number.is_finite() && number >= 0.0 { Ok(number) } else { Err("it must be 0 or more".into()) }
}
