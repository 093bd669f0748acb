//! `rotor note`: which sectors to select on a day, with the numbers behind them.

use clap::Args;
use rotor::{LedgerChoice, NOTE_FILE, NOTE_PAGE, Session};
use rotor_factor::Date;

use super::output::{Archived, Output};
use super::progress::with_progress;
use super::settings::Settings;
use crate::terminal::say;
use crate::{CliError, Outcome};

#[derive(Debug, Args)]
pub(crate) struct NoteCommand {
    /// The day of the note, such as 2021-12-10; it uses data published before this date [default: the day after the last
    /// trading day of the dataset]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

const ARCHIVED: Archived = Archived { word: "note", document: NOTE_FILE, page: NOTE_PAGE };

impl NoteCommand {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        self.settings.may_load()
    }
}

pub(crate) fn run(arguments: &NoteCommand) -> Result<Outcome, CliError> {
    let prepared = arguments.output.prepared()?;
    let session = session_of_day(&arguments.settings, arguments.as_of, "note")?;
    // Replays the day, and the days before it for its track record.
    let note = with_progress("replaying", |watch| session.note(arguments.as_of, watch))?;
    let page = note.page(prepared.lang());
    prepared.deliver(&page, &note.document(), note.facts.day.as_of.0, ARCHIVED)
}

/// The session behind the page of a day; says so where the data end long before the day.
pub(super) fn session_of_day(
    settings: &Settings,
    as_of: Option<Date>,
    page: &'static str,
) -> Result<Session, CliError> {
    let mut resolved = settings.resolve()?;
    // The ledger knows a dataset by all of its data, and a page of a day by nothing that came after it.
    resolved.config.trials.get_or_insert(1);
    let session = settings.session_of(resolved, &LedgerChoice::Off)?;
    if let Some((last, n_days)) = session.staleness(as_of) {
        let day = last.plus_days(n_days).unwrap_or(last);
        say(
            "warning",
            format_args!(
                "the dataset ends on {last}, {n_days} days before {day}: the {page} has no data of the time between"
            ),
        );
    }
    Ok(session)
}
