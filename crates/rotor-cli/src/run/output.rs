//! Where a page goes and in what form: the flags that every page of a day has, and what they do.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use rotor_export::Fonts;
use rotor_factor::Date;
use rotor_fs::{FileDestination, NewFolder, sha256, shown_path};
use rotor_report::page::{Page, html, markdown, terminal};
use serde::Serialize;

use super::language::Language;
use crate::chromium::print_to_pdf;
use crate::files::{AssetsDestination, relative_folder};
use crate::{CliError, Outcome, file_destination, to_json};

/// Where a page goes, and in what form.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("written").args(["out", "assets", "save"]).multiple(true)))]
pub(super) struct Output {
    /// The language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Output format; HTML and Word have figures, a workbook has a sheet per table, JSON has every number [default: text]
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Print JSON, the same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write the page to a file instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a folder with every table as CSV, every figure as SVG and PNG, and the page as Markdown that shows them
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Archive the page as it is sent: a folder below DIR, named by its day and configuration, with its JSON document and its HTML
    /// page; `rotor compare` tells two of them apart
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Replace an existing file or folder
    #[arg(long, requires = "written")]
    force: bool,
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

/// How a page is archived: the first word of its folder, and the files in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Archived {
    pub(super) word: &'static str,
    pub(super) document: &'static str,
    pub(super) page: &'static str,
}

/// An output of which everything that can be refused has been: a page of it is work that will not be lost.
pub(super) struct Prepared<'a> {
    output: &'a Output,
    form: Option<Form>,
    destination: Option<FileDestination>,
    assets: Option<AssetsDestination>,
    fonts: Option<Fonts>,
}

impl Output {
    /// Refuses what can be refused before the work.
    pub(super) fn prepared(&self) -> Result<Prepared<'_>, CliError> {
        let form = if self.json { Some(Form::Json) } else { self.format };
        if let (Some(format), None) = (form.and_then(Form::of_bytes), &self.out) {
            return Err(CliError::NeedsFile { format });
        }
        let destination = self.out.as_deref().map(|path| file_destination(path, self.force)).transpose()?;
        let assets =
            self.assets.as_deref().map(|path| AssetsDestination::new(path, self.force)).transpose()?;
        let has_pictures = assets.is_some() || form == Some(Form::Docx);
        let fonts = has_pictures.then(Fonts::of_system).transpose()?;
        Ok(Prepared { output: self, form, destination, assets, fonts })
    }
}

impl Prepared<'_> {
    /// The language that was asked for.
    pub(super) fn lang(&self) -> rotor::Lang {
        self.output.lang.into()
    }

    /// Writes or prints the page of a day.
    pub(super) fn deliver(
        self,
        page: &Page,
        document: &impl Serialize,
        day: Date,
        archived: Archived,
    ) -> Result<Outcome, CliError> {
        let Self { output, form, destination, assets, fonts } = self;
        let mut written = Vec::new();
        let mut links = None;
        if let (Some(destination), Some(fonts)) = (assets, &fonts) {
            let files = rotor_export::assets(page, fonts)?;
            let folder = output.out.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
            links = Some(files.markdown(&relative_folder(folder, destination.path())));
            written.push(destination.write(&files)?);
        }
        if let Some(archive) = &output.save {
            written.push(save(archive, output.force, page, document, day, archived)?);
        }
        // With folders alone there is nothing to print.
        let is_shown = destination.is_some() || written.is_empty();
        let Some(form) = form.or(is_shown.then_some(Form::Text)) else {
            return Ok(Outcome::done(listed(&written)));
        };
        let bytes = match form {
            Form::Json => to_json(document)?.into_bytes(),
            Form::Text => terminal(page).into_bytes(),
            Form::Md => links.unwrap_or_else(|| markdown(page)).into_bytes(),
            // It is this page that is printed.
            Form::Html | Form::Pdf => html(page).into_bytes(),
            Form::Docx => {
                let fonts = fonts.as_ref().expect("fonts are looked for wherever there are pictures");
                rotor_export::docx(page, day, fonts)?
            }
            Form::Xlsx => rotor_export::xlsx(page, day)?,
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
}

/// Archives a page as it is sent, in a folder that its day and its configuration name.
fn save(
    archive: &Path,
    is_forced: bool,
    page: &Page,
    document: &impl Serialize,
    day: Date,
    archived: Archived,
) -> Result<PathBuf, CliError> {
    const DIGITS: usize = 8;
    let document = to_json(document)?;
    // Where the dataset lies is no part of a configuration here, and which one it is belongs to it.
    let known: serde_json::Value = serde_json::from_str(&document)?;
    let made_of = format!("{}{}", known["dataset"], known["config"]);
    let name = format!("{}-{day}-{}", archived.word, &sha256(made_of.as_bytes())[..DIGITS]);
    let place = archive.join(name);
    let file = archived.document;
    let folder = if is_forced { NewFolder::replacing(&place, file) } else { NewFolder::create(&place) }?;
    folder.write_file(file, |file| file.write_all(document.as_bytes()))?;
    folder.write_file(archived.page, |file| file.write_all(html(page).as_bytes()))?;
    Ok(folder.finish()?)
}

fn listed(written: &[PathBuf]) -> String {
    let mut text = String::new();
    for path in written {
        text.extend([shown_path(path).as_str(), " is written\n"]);
    }
    text
}
