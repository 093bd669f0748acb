//! `rotor report`: the report of a run folder as one HTML page, or on paper.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rotor::{Lang, Run};
use rotor_fs::shown_path;

use crate::chromium::print_to_pdf;
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
    /// Replace an existing file
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
    let out = arguments.out.clone().unwrap_or_else(|| {
        let name = match arguments.pages {
            Pages::Full => "report",
            Pages::Summary => "summary",
        };
        let ending = match arguments.format {
            Format::Html => "html",
            Format::Pdf => "pdf",
        };
        PathBuf::from(format!("{name}.{ending}"))
    });
    let destination = file_destination(&out, arguments.force)?;
    let run = Run::read(&arguments.run)?;
    let lang = arguments.lang.map(Lang::from).or_else(|| run.report_language()).unwrap_or(Lang::En);
    let page = match arguments.pages {
        Pages::Full => run.report(lang),
        Pages::Summary => run.summary(lang),
    };
    match arguments.format {
        Format::Html => destination.write(page.as_bytes())?,
        Format::Pdf => print_to_pdf(&page, &destination)?,
    }
    Ok(Outcome::done(format!("{} is written\n", shown_path(destination.path()))))
}
