//! `rotor leakcheck`: whether a factor of a run, or the dataset, knows what nobody knew.

mod json;
mod text;

use clap::Args;
use rotor::{LeakFindings, LedgerChoice, RunFactor, Session, leakcheck};
use rotor_engine::LeakReport;

use super::backtest::warn_of_missing_inputs;
use super::progress::with_progress;
use super::settings::Settings;
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct Leakcheck {
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// What is not known of series with assumed release days.
const ASSUMED: &str =
    "release days that are assumed cannot be checked: a value may have been public later than its rule says";

/// What was found, and in what.
struct Findings<'a> {
    session: &'a Session,
    found: LeakFindings,
}

impl Findings<'_> {
    /// The factors that were checked, with what was found.
    fn factors(&self) -> impl Iterator<Item = (&RunFactor, &LeakReport)> {
        let reports = self.session.factors().iter().zip(&self.found.factors);
        reports.filter_map(|(factor, report)| Some((factor, report.as_ref()?)))
    }
}

impl Leakcheck {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        self.settings.may_load()
    }
}

pub(crate) fn run(arguments: &Leakcheck) -> Result<Outcome, CliError> {
    let session = arguments.settings.session(&LedgerChoice::Off)?;
    if !session.is_refused() {
        warn_of_missing_inputs(&session);
    }
    let catalogue = catalogue()?;
    let found = with_progress("checking", |watch| leakcheck(&session, &catalogue, watch))?;
    let findings = Findings { session: &session, found };
    let text = if arguments.json { to_json(&json::of(&findings))? } else { text::of(&findings) };
    Ok(Outcome { text, passed: findings.found.passed() })
}
