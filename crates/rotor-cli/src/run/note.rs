//! `rotor note`: which sectors to select on a day, with the numbers behind them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use rotor::{LedgerChoice, NOTE_FILE, NOTE_PAGE, Note};
use rotor_export::Fonts;
use rotor_factor::Date;
use rotor_fs::{NewFolder, sha256, shown_path};
use rotor_report::page::{Page, html, markdown, terminal};

use super::language::Language;
use super::progress::with_progress;
use super::settings::Settings;
use crate::chromium::print_to_pdf;
use crate::files::{AssetsDestination, relative_folder};
use crate::terminal::say;
use crate::{CliError, Outcome, file_destination, to_json};

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("written").args(["out", "assets", "save"]).multiple(true)))]
pub(crate) struct NoteCommand {
    /// The day of the note, such as 2021-12-10; it uses data published before this date [default: the day after the last
    /// trading day of the dataset]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// The language of the note
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Output format; HTML and Word have figures, a workbook has a sheet per table, JSON has every number [default: text]
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Print JSON, the same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write the note to a file instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a folder with every table as CSV, every figure as SVG and PNG, and the note as Markdown that shows them
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Archive the note as it is sent: a folder below DIR, named by its day and configuration, with its JSON document and its HTML
    /// page; `rotor compare` tells two of them apart
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Replace an existing file or folder
    #[arg(long, requires = "written")]
    force: bool,
    #[command(flatten)]
    settings: Settings,
}

/// The form of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For a terminal
    Text,
    /// Markdown; with `--assets` it shows the figures of that folder
    Md,
    /// One HTML file with figures, for a browser
    Html,
    /// JSON
    Json,
    /// A Word document; needs `--out`
    Docx,
    /// An Excel workbook; needs `--out`
    Xlsx,
    /// The HTML page as Chromium prints it; needs `--out`
    Pdf,
}

impl Form {
    /// The name of a format that is no text.
    const fn of_bytes(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Md | Self::Html | Self::Json => None,
            Self::Docx => Some("docx"),
            Self::Xlsx => Some("xlsx"),
            Self::Pdf => Some("pdf"),
        }
    }
}

impl NoteCommand {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        self.settings.may_load()
    }
}

pub(crate) fn run(arguments: &NoteCommand) -> Result<Outcome, CliError> {
    let form = if arguments.json { Some(Form::Json) } else { arguments.format };
    // What can be refused is refused before the work.
    if let (Some(format), None) = (form.and_then(Form::of_bytes), &arguments.out) {
        return Err(CliError::NeedsFile { format });
    }
    let destination =
        arguments.out.as_deref().map(|path| file_destination(path, arguments.force)).transpose()?;
    let assets =
        arguments.assets.as_deref().map(|path| AssetsDestination::new(path, arguments.force)).transpose()?;
    let has_pictures = assets.is_some() || form == Some(Form::Docx);
    let fonts = has_pictures.then(Fonts::of_system).transpose()?;
    let note = made(arguments)?;
    let page = note.page(arguments.lang.into());
    let day = note.facts.day.as_of.0;
    let mut written = Vec::new();
    let mut links = None;
    if let (Some(destination), Some(fonts)) = (assets, &fonts) {
        let files = rotor_export::assets(&page, fonts)?;
        let folder = arguments.out.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        links = Some(files.markdown(&relative_folder(folder, destination.path())));
        written.push(destination.write(&files)?);
    }
    if let Some(archive) = &arguments.save {
        written.push(save(archive, arguments.force, &note, &page)?);
    }
    // With folders alone there is nothing to print.
    let is_shown = destination.is_some() || written.is_empty();
    let Some(form) = form.or(is_shown.then_some(Form::Text)) else {
        return Ok(Outcome::done(listed(&written)));
    };
    let bytes = match form {
        Form::Json => to_json(&note.document())?.into_bytes(),
        Form::Text => terminal(&page).into_bytes(),
        Form::Md => links.unwrap_or_else(|| markdown(&page)).into_bytes(),
        // It is this page that is printed.
        Form::Html | Form::Pdf => html(&page).into_bytes(),
        Form::Docx => {
            let fonts = fonts.as_ref().expect("fonts are looked for wherever there are pictures");
            rotor_export::docx(&page, day, fonts)?
        }
        Form::Xlsx => rotor_export::xlsx(&page, day)?,
    };
    let as_text = |bytes| String::from_utf8(bytes).expect("what is printed is text");
    let Some(destination) = destination else { return Ok(Outcome::done(as_text(bytes))) };
    if form == Form::Pdf {
        print_to_pdf(&as_text(bytes), &destination)?;
    } else {
        destination.write(&bytes)?;
    }
    written.push(destination.path().to_owned());
    Ok(Outcome::done(listed(&written)))
}

/// Archives a note as it is sent, in a folder that its day and its configuration name.
fn save(archive: &Path, is_forced: bool, note: &Note, page: &Page) -> Result<PathBuf, CliError> {
    const DIGITS: usize = 8;
    let document = to_json(&note.document())?;
    // Where the dataset lies is no part of a configuration here, and which one it is belongs to it.
    let known: serde_json::Value = serde_json::from_str(&document)?;
    let made_of = format!("{}{}", known["dataset"], known["config"]);
    let name = format!("note-{}-{}", note.facts.day.as_of.0, &sha256(made_of.as_bytes())[..DIGITS]);
    let place = archive.join(name);
    let folder = if is_forced { NewFolder::replacing(&place, NOTE_FILE) } else { NewFolder::create(&place) }?;
    folder.write_file(NOTE_FILE, |file| file.write_all(document.as_bytes()))?;
    folder.write_file(NOTE_PAGE, |file| file.write_all(html(page).as_bytes()))?;
    Ok(folder.finish()?)
}

/// Replays the day, and the days before it for its track record.
fn made(arguments: &NoteCommand) -> Result<Note, CliError> {
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
    Ok(with_progress("replaying", |watch| session.note(arguments.as_of, watch))?)
}

fn listed(written: &[PathBuf]) -> String {
    let mut text = String::new();
    for path in written {
        text.extend([shown_path(path).as_str(), " is written\n"]);
    }
    text
}
