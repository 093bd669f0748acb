//! `rotor weekly`: what became public in a week, what moved, and where things stand.

use clap::Args;
use rotor::{WEEKLY_FILE, WEEKLY_PAGE};
use rotor_factor::Date;

use super::note::session_of_day;
use super::output::{Archived, Output};
use super::progress::with_progress;
use super::settings::Settings;
use crate::{CliError, Outcome};

#[derive(Debug, Args)]
pub(crate) struct WeeklyCommand {
    /// The day of the page, such as 2024-07-29; it shows the week of the last trading day before it and uses data published before
    /// this date [default: the day after the last trading day of the dataset]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    settings: Settings,
}

const ARCHIVED: Archived = Archived { word: "weekly", document: WEEKLY_FILE, page: WEEKLY_PAGE };

impl WeeklyCommand {
    /// Whether a library may be loaded into this process.
    pub(crate) fn may_load(&self) -> bool {
        self.settings.may_load()
    }
}

pub(crate) fn run(arguments: &WeeklyCommand) -> Result<Outcome, CliError> {
    let prepared = arguments.output.prepared()?;
    let session = session_of_day(&arguments.settings, arguments.as_of, "weekly")?;
    let weekly = with_progress("replaying", |watch| session.weekly(arguments.as_of, watch))?;
    let page = weekly.page(prepared.lang());
    prepared.deliver(&page, &weekly.document(), weekly.facts.as_of, ARCHIVED)
}
