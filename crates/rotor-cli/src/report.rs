//! `rotor report`: the report of a run folder as one HTML page.

use std::path::PathBuf;

use clap::Args;
use rotor_report::page;
use rotor_report::run::{Facts, report};
use rotor_report::words::Lang;
use rotor_run::Run;
use rotor_run::{Config, FactorConfig};
use serde_json::{Map, Value};

use crate::linked::{DEFAULT_FACTORS, linked};
use crate::run::language::Language;
use crate::{CliError, Outcome, file_destination};

/// The name of the report in a run folder.
pub(crate) const FILE: &str = "report.html";

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run folder
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The language of the report [default: that of the report in the folder, else English]
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = FILE)]
    out: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &Report) -> Result<Outcome, CliError> {
    let destination = file_destination(&arguments.out, arguments.force)?;
    let folder = rotor_run::read(&arguments.run)?;
    let lang = arguments.lang.or_else(|| recorded(&folder.provenance)).unwrap_or(Language::En);
    let page = rendered(&folder.run, &folder.metrics, &folder.provenance, lang.into());
    destination.write(page.as_bytes())?;
    Ok(Outcome::done(format!("{} is written\n", destination.path().display())))
}

/// Returns the report of a run as a file. What `run.json` says of files makes no difference.
pub(crate) fn rendered(run: &Run, metrics: &Value, provenance: &Map<String, Value>, lang: Lang) -> String {
    let defaults = defaults();
    page::html(&report(Facts { run, metrics, provenance, defaults: &defaults }, lang))
}

/// The language in which the report of a folder was made.
pub(crate) fn recorded(provenance: &Map<String, Value>) -> Option<Language> {
    let lang = provenance.get("report")?.get("lang")?.as_str()?;
    [Language::En, Language::Zh].into_iter().find(|known| known.word() == lang)
}

/// The configuration nobody has changed, with the parameters of the factors that are part of this program.
fn defaults() -> Value {
    let factors = DEFAULT_FACTORS.iter().map(|name| (*name).to_owned()).collect();
    let mut config = Config { factors, ..Config::default() };
    for plugin in linked() {
        let parameters =
            plugin.parameters().iter().map(|parameter| (parameter.name.to_owned(), parameter.default()));
        let settings = FactorConfig { parameters: parameters.collect(), ..config.of_factor(plugin.name()) };
        config.factor.insert(plugin.name().to_owned(), settings);
    }
    config.to_json()
}
