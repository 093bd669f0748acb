//! The note of one day: which sectors to select, on what grounds, and what the same strategy has been worth so far.
//!
//! [`Note`] holds everything that a page or a document of the note shows, as plain values: no dataset, no factor and no engine is
//! needed to show it. Whoever has these composes it.

use rotor_data::PriceFrequency;
use rotor_data::model::{Entity, Series};
use rotor_factor::{AsOf, Date, EntityKind, EntityRef, Month, Quarter, ReferencePeriod, Signal, Spec};

use crate::{Config, Metrics, Run, Warning};

/// A note of one day.
#[derive(Clone, Debug)]
pub struct Note {
    /// The day.
    pub day: NoteDay,
    /// The same day of the month before; `None` if there was no sector yet.
    pub before: Option<NoteDay>,
    /// Whether the day is the default, as none was given.
    pub is_default_day: bool,
    /// The last trading day of which the closes are known; `None` if there is none.
    pub last_close: Option<Date>,
    /// The dataset.
    pub dataset: NoteDataset,
    /// Which release days are assumed, and what looks wrong in the data that the day and its track record read.
    pub warnings: Vec<Warning>,
    /// The configuration of the strategy.
    pub config: Config,
    /// The entities of the dataset, in the order of their codes' bytes.
    pub entities: Vec<Entity>,
    /// The series of the dataset, in the order of their names' bytes.
    pub series: Vec<Series>,
    /// The factors, in the order of the run.
    pub factors: Vec<NoteFactor>,
    /// The months before the day, for figures.
    pub history: NoteHistory,
    /// When the data behind the day are published next.
    pub releases: Releases,
    /// The same configuration over every holding period that had ended by the day, on what was public then.
    pub track: Result<Track, NoTrack>,
}

/// What a note says of its dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDataset {
    /// A short name, such as `demo`.
    pub name: String,
    /// One line for readers.
    pub title: String,
    /// Whether the data are made up.
    pub synthetic: bool,
    /// How often there are closes.
    pub price_frequency: PriceFrequency,
}

/// A factor of the note.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteFactor {
    /// What the factor declares.
    pub spec: Spec,
    /// Its weight in the total, 0 or more.
    pub weight: f64,
    /// The SHA-256 of the library that it was loaded from, in lower-case hexadecimal digits; `None` for a linked factor.
    pub sha256: Option<String>,
}

/// Scores of all factors on a day, and the ranking that follows.
#[derive(Clone, Debug)]
pub struct NoteDay {
    /// The day; what was released before it is known.
    pub as_of: AsOf,
    /// The last complete month.
    pub month: Month,
    /// The sectors that can be selected, by position among the entities, ascending.
    pub sectors: Vec<u32>,
    /// The signal of each factor, in the order of the run, or why it has none.
    pub outcomes: Vec<Result<Signal, NoSignal>>,
    /// Whether a factor that counts scores any sector.
    pub has_score: bool,
    /// How many factors must score a sector that is to be selected.
    pub required_factors: usize,
    /// A row for each of the sectors, in their order.
    pub ranking: Vec<NoteSector>,
}

/// Why a factor has no signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSignal {
    /// The error.
    pub text: String,
    /// The same in Chinese, where the factor has it.
    pub text_zh: Option<String>,
}

/// The place of a sector in the ranking of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteSector {
    /// The weighted sum of the factors' scores.
    pub total: f64,
    /// The weighted mean over the factors of the percentile of the raw value, 0 to 1; decides between equal totals.
    pub tie_break: f64,
    /// 1 for the best; there are no equal ranks.
    pub rank: usize,
    /// How many factors gave the sector a score.
    pub n_live: usize,
    /// Its weight in the portfolio, 0 if it is not selected.
    pub weight: f64,
}

/// The months before the day of a note.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoteHistory {
    /// The months of the returns, ascending; the last is the last complete one.
    pub months: Vec<Month>,
    /// For each sector of the day a return a month; 0.05 is five percent.
    pub returns: Vec<Vec<Option<f64>>>,
    /// The series that are linked to sectors, one entry for each market, in the order of the dataset.
    pub series: Vec<SeriesHistory>,
}

/// A linked series of a market by month.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesHistory {
    /// The position of the series among those of the note.
    pub series: usize,
    /// The position of the market among the entities.
    pub market: usize,
    /// The months, ascending.
    pub months: Vec<Month>,
    /// What is public of a month; of a daily or weekly series the mean of the values dated in it.
    pub values: Vec<Option<f64>>,
    /// The sectors that it is linked to, by position among those of the day, each with +1 if more is better, -1 if more is worse.
    pub sectors: Vec<(usize, i8)>,
}

/// When the data that the factors read are published next, as far as the day could know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    /// The next period of each series that has months or quarters, by expected day, then series.
    pub next: Vec<NextRelease>,
    /// The series of which nothing new came for longer than they ever took of late.
    pub overdue: Vec<OverdueSeries>,
    /// Releases of the calendar of the dataset that speak of no series of the note, by day.
    pub announced: Vec<AnnouncedRelease>,
    /// The next deadline for the reports of listed companies; `None` if no factor reads quarters.
    pub reports: Option<ReportDeadline>,
}

/// The next period of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextRelease {
    /// The position of the series among those of the note.
    pub series: usize,
    /// The period that is not public yet.
    pub period: ReferencePeriod,
    /// The day on which it is expected.
    pub expected: Date,
    /// Whether the calendar of the dataset gives that day; else it follows from the lags of the last periods.
    pub is_announced: bool,
}

/// A series of which nothing new has come for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverdueSeries {
    /// The position of the series among those of the note.
    pub series: usize,
    /// The last period that is public.
    pub last: ReferencePeriod,
    /// The day on which that became public first.
    pub released: Date,
    /// What did not come.
    pub awaited: Awaited,
}

/// What of a series has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A month or a quarter.
    Period {
        /// The period.
        period: ReferencePeriod,
        /// The day by which even the slowest of the last periods would have been public.
        latest: Date,
    },
    /// Any new day or week.
    Days {
        /// The days without one.
        n_days: i32,
        /// The longest time between two of late, in days.
        longest: i32,
    },
}

/// A release that the calendar of the dataset announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnouncedRelease {
    /// The day.
    pub date: Date,
    /// What is released.
    pub title: String,
    /// The same in Chinese, where the dataset has it.
    pub title_zh: Option<String>,
}

/// A day by which listed companies must have reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportDeadline {
    /// The day.
    pub date: Date,
    /// The first quarter that is due: on 30 April the fourth, and the first of the next year with it.
    pub quarter: Quarter,
}

/// The track record of the configuration up to the day.
#[derive(Clone, Debug)]
pub struct Track {
    /// The run.
    pub run: Run,
    /// What it is worth.
    pub metrics: Metrics,
    /// What a reader of the run must know.
    pub warnings: Vec<Warning>,
}

/// Why there is no track record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTrack {
    /// The reason.
    pub text: String,
    /// The same in Chinese, where there is one.
    pub text_zh: Option<String>,
    /// How to get one, where something can be done.
    pub hint: Option<String>,
    /// The same in Chinese, where there is one.
    pub hint_zh: Option<String>,
}

impl Note {
    /// Returns the position of an entity by its code.
    #[must_use]
    pub fn find_entity(&self, code: &str) -> Option<usize> {
        self.entities.binary_search_by(|entity| entity.code.as_str().cmp(code)).ok()
    }

    /// Returns the position of a series by its name.
    #[must_use]
    pub fn find_series(&self, name: &str) -> Option<usize> {
        self.series.binary_search_by(|series| series.name.as_str().cmp(name)).ok()
    }

    /// Returns the entity that a factor refers to by its position in the view of a day; `None` if there is none.
    #[must_use]
    pub fn entity(&self, day: &NoteDay, entity: EntityRef) -> Option<&Entity> {
        match entity.kind {
            EntityKind::Sector => self.entities.get(*day.sectors.get(entity.position)? as usize),
            kind => self.entities.iter().filter(|known| known.kind == kind).nth(entity.position),
        }
    }
}

impl NoteDay {
    /// Returns the sectors of the day from the first rank to the last, by position among [`Self::sectors`].
    #[must_use]
    pub fn ranked(&self) -> Vec<usize> {
        let mut sectors: Vec<usize> = (0..self.ranking.len()).collect();
        sectors.sort_by_key(|sector| self.ranking[*sector].rank);
        sectors
    }

    /// Returns the selected sectors, best first, by position among [`Self::sectors`].
    #[must_use]
    pub fn selected(&self) -> Vec<usize> {
        self.ranked().into_iter().filter(|sector| self.ranking[*sector].weight > 0.0).collect()
    }
}

impl SeriesHistory {
    /// Returns the growth over the same month of the year before, in percent of its absolute value, so that a rise of a negative
    /// value is a rise.
    ///
    /// `None` if either value is missing or the growth is not finite.
    #[must_use]
    pub fn yoy(&self, position: usize) -> Option<f64> {
        let (now, then) = (self.values[position]?, self.values[position.checked_sub(12)?]?);
        let growth = 100.0 * (now - then) / then.abs();
        growth.is_finite().then_some(growth)
    }
}
