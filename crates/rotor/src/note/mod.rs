//! The note of a day: which sectors to select, and what the same strategy has been worth so far.

mod compose;
mod history;

use rotor_data::{Dataset, PriceFrequency};
use rotor_engine::{BacktestError, Watch, note};
use rotor_factor::{AsOf, Date};
use rotor_report::note::{self as pages, NoteDocument};
use rotor_report::page::Page;
use rotor_report::words::Lang;

use crate::session::Session;
use compose::compose;
pub(crate) use compose::{no_track, note_factor};

/// The note of a day, ready to be shown.
#[derive(Clone, Debug)]
pub struct Note {
    /// Everything that the note says, as plain values.
    pub facts: rotor_run::Note,
}

impl Note {
    /// Returns the page of the note in a language, for [HTML, Markdown or a terminal](rotor_report::page).
    #[must_use]
    pub fn page(&self, lang: Lang) -> Page {
        pages::page(&self.facts, lang)
    }

    /// Returns the note as a document with every number in full.
    #[must_use]
    pub fn document(&self) -> NoteDocument<'_> {
        pages::document(&self.facts)
    }
}

impl Session {
    /// Answers which sectors to select on a day, on data published before it; without a day on the first one on which all closes of
    /// the dataset are known.
    ///
    /// `watch` hears of each day of the track record and can stop the work. No ledger hears of a note.
    ///
    /// # Errors
    ///
    /// If no sector is alive on the day, a factor fails and the configuration says to stop then, or the watcher stops it.
    pub fn note(&self, as_of: Option<Date>, watch: &dyn Watch) -> Result<Note, BacktestError> {
        let day = AsOf(as_of.unwrap_or_else(|| default_day(&self.dataset)));
        let found = note(&self.dataset, &self.config, &self.factors.members(), day, watch)?;
        Ok(Note { facts: compose(&self.dataset, &self.config, &self.factors, found, as_of.is_none()) })
    }

    /// Returns the last day of the data and how many days a day lies after it, if that is longer than a dataset that is kept up
    /// would be behind: the note has no data of the time between.
    #[must_use]
    pub fn staleness(&self, as_of: Option<Date>) -> Option<(Date, i32)> {
        let as_of = as_of.unwrap_or_else(|| default_day(&self.dataset));
        let last = last_day(&self.dataset);
        let n_days = as_of.days() - last.days();
        let patience = match self.dataset.manifest().price_frequency {
            // The longest holidays of an exchange.
            PriceFrequency::Daily => 14,
            PriceFrequency::MonthEnd => 45,
        };
        (n_days > patience).then_some((last, n_days))
    }
}

/// The first weekday after the last trading day: all closes are known on it, and a month that ends with the data is complete.
fn default_day(dataset: &Dataset) -> Date {
    let last = last_day(dataset);
    (1..=3).filter_map(|n_days| last.plus_days(n_days)).find(|day| day.weekday() <= 5).unwrap_or(last)
}

/// The last trading day; where there is none, the last day of which the manifest speaks.
pub(crate) fn last_day(dataset: &Dataset) -> Date {
    dataset.calendar().days().last().copied().unwrap_or(dataset.manifest().last)
}
