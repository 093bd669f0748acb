//! `rotor backtest`: history replayed, a run folder, a short table.

use std::path::{Path, PathBuf};

use clap::Args;
use rotor::{Destination, Lang, LedgerChoice, Notice, REPORT_FILE, Run, Session, Warning};
use rotor_eval::trial_metrics_of_run;
use rotor_fs::shown;
use rotor_report::sentences;
use rotor_run::sweep::read_sweep;
use rotor_sweep::{NamedTrial, SweepError};
use serde_json::json;

use super::language::Language;
use super::ledger::LedgerFlags;
use super::progress::with_progress;
use super::settings::Settings;
use super::summary;
use crate::sweep::dataset_of;
use crate::{CliError, Outcome, catalogue, terminal, to_json};

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// The run folder to write [default: runs/NAME of the dataset, numbered]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace an existing run folder
    #[arg(long)]
    force: bool,
    /// Run a trial of a sweep: its folder, and the number of the trial or the beginning of its identifier
    #[arg(long, value_name = "DIR#ID")]
    trial: Option<String>,
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// The language of the report
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Write no report
    #[arg(long, conflicts_with = "lang")]
    no_report: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ledger: LedgerFlags,
    #[command(flatten)]
    settings: Settings,
}

impl Backtest {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        self.trial.is_some() || self.settings.may_load()
    }
}

pub(crate) fn run(arguments: &Backtest) -> Result<Outcome, CliError> {
    let named = arguments.out.clone().map(|out| destination(out, arguments.force));
    if let Some(destination) = &named {
        // Said before the work, not after it.
        rotor_run::check_destination(destination)?;
    }
    let trial = arguments.trial.as_deref().map(SweepTrial::named).transpose()?;
    let session = match &trial {
        Some(trial) => trial.session(&arguments.settings, &arguments.ledger.choice())?,
        None => arguments.settings.session(&arguments.ledger.choice())?,
    };
    // Before the first month: who has chosen the wrong dataset need not wait for the end. A refusal names them itself.
    if !session.is_refused() {
        warn_of_missing_inputs(&session);
    }
    warn(session.notices());
    let destination = named.unwrap_or_else(|| {
        let place = default_place(&session.dataset().manifest().name);
        if arguments.force { Destination::Replace(place) } else { Destination::Numbered(place) }
    });
    let run = with_progress("replaying", |watch| session.backtest_for(Some(&destination.expected()), watch))?;
    warn(&run.notices);
    if let Some(trial) = &trial {
        trial.check(&run)?;
    }
    let lang = (!arguments.no_report).then(|| arguments.lang.into());
    let place = run.save_with(&destination, lang)?;
    let report = lang.map(|_| place.join(REPORT_FILE).display().to_string());
    let text = if arguments.json {
        let mut summary = summary::as_json(&session, &run, &place);
        summary["report"] = json!(report);
        to_json(&summary)?
    } else {
        let page = report.map_or(String::new(), |report| format!("report: {}\n", shown(&report)));
        summary::as_text(&session, &run, &place) + &page
    };
    Ok(Outcome::done(text))
}

/// A trial of a sweep that is run by itself.
struct SweepTrial {
    folder: PathBuf,
    trial: NamedTrial,
}

impl SweepTrial {
    fn named(name: &str) -> Result<Self, CliError> {
        let (folder, id) = name.rsplit_once('#').ok_or_else(|| CliError::NotATrial(name.into()))?;
        let folder = PathBuf::from(folder);
        Ok(Self { trial: NamedTrial::find(&folder, id)?, folder })
    }

    fn session(&self, settings: &Settings, ledger: &LedgerChoice) -> Result<Session, CliError> {
        let dataset = settings.only_dataset().map_err(CliError::TrialAndSettings)?;
        let dataset = dataset_of(&self.trial.plan, dataset.map(Path::new))?;
        let mut config = self.trial.config();
        let factors = catalogue()?.select(&mut config, &[])?;
        Ok(Session::new(dataset, config, factors, ledger)?)
    }

    /// Holds a run against the row of the sweep, if it is merged.
    fn check(&self, run: &Run) -> Result<(), CliError> {
        let Ok(sweep) = read_sweep(&self.folder) else { return Ok(()) };
        let row = &sweep.trials[self.trial.trial].result;
        let own = trial_metrics_of_run(&run.rows, &run.metrics);
        if row.as_ref().is_ok_and(|row| *row == own) {
            return Ok(());
        }
        let id = self.trial.plan.trials[self.trial.trial].id.clone();
        Err(SweepError::OtherResult { place: self.folder.clone(), id }.into())
    }
}

/// Says which factors of a session cannot have a score.
pub(super) fn warn_of_missing_inputs(session: &Session) {
    for missing in session.missing_inputs().iter().cloned() {
        terminal::say("warning", sentences::warning(Lang::En, &Warning::from(missing)));
    }
}

fn warn(notices: &[Notice]) {
    for notice in notices {
        terminal::say("warning", notice);
        terminal::say("hint", notice.hint());
    }
}

fn destination(out: PathBuf, is_forced: bool) -> Destination {
    if is_forced { Destination::Replace(out) } else { Destination::New(out) }
}

/// Where a run goes that is given no place.
fn default_place(dataset: &str) -> PathBuf {
    let harmless =
        |letter: char| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' };
    Path::new("runs").join(dataset.chars().map(harmless).collect::<String>())
}
