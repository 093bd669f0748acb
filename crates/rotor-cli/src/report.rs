//! `rotor report`: the report of a run folder as one HTML page, or on paper.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rotor::{Lang, Run};
use rotor_export::Fonts;
use rotor_fs::shown_path;
use rotor_report::page::html;

use crate::chromium::print_to_pdf;
use crate::files::AssetsDestination;
use crate::run::language::Language;
use crate::{CliError, Outcome, file_destination};

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run folder
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The language of the report [default: that of the report in the folder, else English]
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// How much of it
    #[arg(long, value_enum, default_value_t = Pages::Full)]
    pages: Pages,
    /// The format of the file; PDF is printed by the Chromium of the system
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    /// The file to write [default: report or summary, with the ending of the format]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a folder with every table as CSV, every figure as SVG and PNG, and the report as Markdown that shows them; without
    /// `--out` nothing else is written
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Replace an existing file or folder
    #[arg(long)]
    force: bool,
}

/// How much of a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Pages {
    /// The whole report
    Full,
    /// One sheet of A4: key figures, net value, months, selected sectors, factors, caveats
    Summary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Pdf,
}

pub(crate) fn run(arguments: &Report) -> Result<Outcome, CliError> {
    // What can be refused is refused before the work.
    let assets =
        arguments.assets.as_deref().map(|path| AssetsDestination::new(path, arguments.force)).transpose()?;
    let destination = match (&arguments.out, &assets) {
        (None, Some(_)) => None,
        (out, _) => {
            let out = out.clone().unwrap_or_else(|| arguments.file().into());
            Some(file_destination(&out, arguments.force)?)
        }
    };
    let fonts = assets.is_some().then(Fonts::of_system).transpose()?;
    let run = Run::read(&arguments.run)?;
    let lang = arguments.lang.map(Lang::from).or_else(|| run.report_language()).unwrap_or(Lang::En);
    let page = match arguments.pages {
        Pages::Full => run.page(lang),
        Pages::Summary => run.summary_page(lang),
    };
    let mut written = String::new();
    if let (Some(destination), Some(fonts)) = (assets, &fonts) {
        let place = destination.write(&rotor_export::assets(&page, fonts)?)?;
        written.extend([shown_path(&place).as_str(), " is written\n"]);
    }
    if let Some(destination) = destination {
        let page = html(&page);
        match arguments.format {
            Format::Html => destination.write(page.as_bytes())?,
            Format::Pdf => print_to_pdf(&page, &destination)?,
        }
        written.extend([shown_path(destination.path()).as_str(), " is written\n"]);
    }
    Ok(Outcome::done(written))
}

impl Report {
    /// The name of the file that is written where none is given.
    fn file(&self) -> String {
        let name = match self.pages {
            Pages::Full => "report",
            Pages::Summary => "summary",
        };
        let ending = match self.format {
            Format::Html => "html",
            Format::Pdf => "pdf",
        };
        format!("{name}.{ending}")
    }
}
