//! The command: its flags, the day that is meant, and what is printed.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rotor_data::{Dataset, PriceFrequency};
use rotor_engine::{Member, note};
use rotor_factor::{AsOf, Date};
use rotor_plugin::Origin;
use rotor_report::note::{document, page};
use rotor_report::page::{html, markdown, terminal};
use rotor_run::NoteFactor;

use super::compose::compose;
use crate::dataset::open_or_demo;
use crate::run::language::Language;
use crate::run::members::{Chosen, choose};
use crate::run::progress::with_progress;
use crate::run::settings::Settings;
use crate::{CliError, Outcome, file_destination, to_json};

#[derive(Debug, Args)]
pub(crate) struct NoteCommand {
    /// The day of the note, such as 2021-12-10; it uses data published before this date [default: the day after the last
    /// trading day of the dataset]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// The language of the note
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Output format; HTML has figures, JSON has every number
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Print JSON, the same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write the note to a file instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "out")]
    force: bool,
    #[command(flatten)]
    settings: Settings,
}

/// The form of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For a terminal
    Text,
    /// Markdown
    Md,
    /// One HTML file with figures, for a browser
    Html,
    /// JSON
    Json,
}

pub(crate) fn run(arguments: &NoteCommand) -> Result<Outcome, CliError> {
    let out = arguments.out.as_deref();
    let destination = out.map(|path| file_destination(path, arguments.force)).transpose()?;
    let (mut config, names_dataset) = arguments.settings.resolve()?;
    // The ledger knows a dataset by all of its data, and a note by nothing that came after its day.
    config.trials.get_or_insert(1);
    let chosen = choose(&mut config, &arguments.settings.factor)?;
    let dataset = open_or_demo(names_dataset.then_some(Path::new(&config.dataset)))?;
    let as_of = arguments.as_of.unwrap_or_else(|| default_day(&dataset));
    if let Some(warning) = staleness(&dataset, as_of) {
        eprintln!("warning: {warning}");
    }
    let members: Vec<Member<'_>> = chosen.iter().map(Chosen::member).collect();
    let found = with_progress("replaying", |watch| note(&dataset, &config, &members, AsOf(as_of), watch))?;
    let track = found.track.as_ref().ok();
    let evaluation = track.map(|track| rotor_eval::evaluate_with(&track.run, &track.cross_sections, &config));
    let factors = chosen.iter().map(note_factor).collect();
    let note = compose(&dataset, &config, factors, found, arguments.as_of.is_none());
    let in_language = || page(&note, evaluation.as_ref(), arguments.lang.into());
    let text = match arguments.format {
        _ if arguments.json => to_json(&document(&note, evaluation.as_ref()))?,
        Form::Json => to_json(&document(&note, evaluation.as_ref()))?,
        Form::Text => terminal(&in_language()),
        Form::Md => markdown(&in_language()),
        Form::Html => html(&in_language()),
    };
    let Some(destination) = destination else { return Ok(Outcome::done(text)) };
    destination.write(text.as_bytes())?;
    Ok(Outcome::done(format!("{} is written\n", destination.path().display())))
}

fn note_factor(chosen: &Chosen) -> NoteFactor {
    let sha256 = match chosen.plugin.origin() {
        Origin::Linked => None,
        Origin::Loaded { sha256, .. } => Some(sha256.clone()),
    };
    NoteFactor { spec: chosen.plugin.spec().clone(), weight: chosen.weight, sha256 }
}

/// The first day on which all closes are known.
fn default_day(dataset: &Dataset) -> Date {
    let last = last_day(dataset);
    match dataset.manifest().price_frequency {
        PriceFrequency::Daily => last.plus_days(1).unwrap_or(last),
        PriceFrequency::MonthEnd => last,
    }
}

/// The last trading day; where there is none, the last day of which the manifest speaks.
fn last_day(dataset: &Dataset) -> Date {
    dataset.calendar().days().last().copied().unwrap_or(dataset.manifest().last)
}

/// Says that a day lies long after the last data.
fn staleness(dataset: &Dataset, as_of: Date) -> Option<String> {
    let last = last_day(dataset);
    let n_days = as_of.days() - last.days();
    let patience = match dataset.manifest().price_frequency {
        // The longest holidays of an exchange.
        PriceFrequency::Daily => 14,
        PriceFrequency::MonthEnd => 45,
    };
    let text = || {
        format!(
            "the dataset ends on {last}, {n_days} days before {as_of}: the note has no data of the time between"
        )
    };
    (n_days > patience).then(text)
}
