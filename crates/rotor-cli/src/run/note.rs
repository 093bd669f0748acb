//! `rotor note`: which sectors to select on a day, with the numbers behind them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rotor::LedgerChoice;
use rotor_factor::Date;
use rotor_fs::shown_path;
use rotor_report::page::{html, markdown, terminal};

use super::language::Language;
use super::progress::with_progress;
use super::settings::Settings;
use crate::terminal::say;
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

impl NoteCommand {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        self.settings.may_load()
    }
}

pub(crate) fn run(arguments: &NoteCommand) -> Result<Outcome, CliError> {
    let destination =
        arguments.out.as_deref().map(|path| file_destination(path, arguments.force)).transpose()?;
    let mut resolved = arguments.settings.resolve()?;
    // The ledger knows a dataset by all of its data, and a note by nothing that came after its day.
    resolved.config.trials.get_or_insert(1);
    let session = arguments.settings.session_of(resolved, &LedgerChoice::Off)?;
    if let Some((last, n_days)) = session.staleness(arguments.as_of) {
        let day = last.plus_days(n_days).unwrap_or(last);
        say(
            "warning",
            format_args!(
                "the dataset ends on {last}, {n_days} days before {day}: the note has no data of the time between"
            ),
        );
    }
    let note = with_progress("replaying", |watch| session.note(arguments.as_of, watch))?;
    let in_language = || note.page(arguments.lang.into());
    let text = match arguments.format {
        _ if arguments.json => to_json(&note.document())?,
        Form::Json => to_json(&note.document())?,
        Form::Text => terminal(&in_language()),
        Form::Md => markdown(&in_language()),
        Form::Html => html(&in_language()),
    };
    let Some(destination) = destination else { return Ok(Outcome::done(text)) };
    destination.write(text.as_bytes())?;
    Ok(Outcome::done(format!("{} is written\n", shown_path(destination.path()))))
}
