//! The rows of the nine tables as plain values.
//!
//! Codes are text once, in [`Entity`] and [`Series`]; everything else refers to them by position. What a reader
//! of files produces and what the generator of synthetic worlds produces are the same types.

use rotor_factor::{Date, EntityKind, Frequency, Group, Measure, Released};

rotor_factor::words! {
    /// Over which time a value of a series runs.
    Accumulation {
        /// Over its own period, or at its end.
        Single = "single",
        /// From the first of January to the end of its period.
        YearToDate = "ytd",
    }
}

rotor_factor::words! {
    /// How the release days of a series are known.
    ReleaseDays {
        /// They are the days on which the values were published.
        Published = "published",
        /// They come from a calendar of releases.
        Calendar = "calendar",
        /// They follow a rule.
        Assumed = "assumed",
    }
}

rotor_factor::words! {
    /// What an event is.
    EventKind {
        /// Figures are published.
        Release = "release",
        /// A term ends.
        Deadline = "deadline",
        /// People meet.
        Meeting = "meeting",
        /// A subject that the market speaks of.
        Theme = "theme",
    }
}

rotor_factor::words! {
    /// What kind of document a filing is; the first of these that a company has counts.
    FilingKind {
        /// The report of the quarter, with its accounts.
        Report = "report",
        /// The figures in brief, ahead of the report.
        Express = "express",
        /// What the company expects, often as a range.
        Forecast = "forecast",
    }
}

/// One row of `entities`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The key, such as `801880`.
    pub code: String,
    /// What it is.
    pub kind: EntityKind,
    /// The English name.
    pub name: String,
    /// The Chinese name.
    pub name_zh: Option<String>,
    /// Where in the economy it stands.
    pub group: Option<Group>,
    /// First day on which it exists; `None` is unbounded.
    pub valid_from: Option<Date>,
    /// Last day on which it exists; `None` is unbounded.
    pub valid_to: Option<Date>,
}

impl Entity {
    /// Tells whether the entity exists on `date`; both bounds belong to it.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|first| first <= date) && self.valid_to.is_none_or(|last| date <= last)
    }
}

/// One row of `series`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The key, such as `profit_ytd`.
    pub name: String,
    /// How often it has a value.
    pub frequency: Frequency,
    /// The unit of its values, such as `percent`.
    pub unit: String,
    /// The English title.
    pub title: String,
    /// The Chinese title.
    pub title_zh: Option<String>,
    /// Who publishes it.
    pub source: Option<String>,
    /// What it measures.
    pub measure: Option<Measure>,
    /// The unit in Chinese, as it is printed.
    pub unit_zh: Option<String>,
    /// Over which time a value runs; `None` is not said, and taken as [`Accumulation::Single`].
    pub accumulation: Option<Accumulation>,
    /// The step of the production chain that it belongs to, such as `steel`.
    pub chain: Option<String>,
    /// The Chinese name of that step.
    pub chain_zh: Option<String>,
    /// How its release days are known; `None` is not said.
    pub release: Option<ReleaseDays>,
}

/// One row of `prices`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Position in `entities`.
    pub entity: u32,
    /// The day of the close.
    pub date: Date,
    /// The close, in index points, above zero.
    pub close: f64,
}

/// One row of `observations`: what a series said of an entity and a period, and since when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Position in `series`.
    pub series: u32,
    /// Position in `entities`.
    pub entity: u32,
    /// The day that stamps the reference period.
    pub period: Date,
    /// The first day on which the value was public.
    pub released: Released,
    /// The value, in the unit of the series.
    pub value: f64,
}

/// One row of `bridge`: how much of a sector's assets an industry is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BridgeWeight {
    /// Position of the sector in `entities`.
    pub sector: u32,
    /// Position of the industry in `entities`.
    pub industry: u32,
    /// Share of the sector's total assets, above 0, at most 1.
    pub weight: f64,
    /// The first day on which the weight was public.
    pub released: Released,
}

/// One row of `links`: a series that speaks of a sector's prosperity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Position of the sector in `entities`.
    pub sector: u32,
    /// Position in `series`.
    pub series: u32,
    /// +1 if more is better, −1 if more is worse.
    pub polarity: i8,
    /// Weight among the sector's series, above zero.
    pub weight: f64,
}

/// One row of `events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day of the event.
    pub date: Date,
    /// What happened.
    pub title: String,
    /// 1 (minor) to 3 (major).
    pub importance: u8,
    /// Positions in `entities` of the sectors it concerns; empty means all.
    pub sectors: Vec<u32>,
    /// What happened, in Chinese.
    pub title_zh: Option<String>,
    /// The first day on which the event was known; `None` is its own day.
    pub known: Option<Date>,
    /// What it is.
    pub kind: Option<EventKind>,
    /// The subject it belongs to.
    pub theme: Option<String>,
    /// The Chinese name of that subject.
    pub theme_zh: Option<String>,
}

impl Event {
    /// Returns the first day on which the event was known; as of that day it is not yet visible, as of the next it is.
    #[must_use]
    pub fn known_from(&self) -> Date {
        self.known.unwrap_or(self.date)
    }
}

/// One row of `companies`: a listed company, and the sector it belongs to for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// The code of the company, such as `600000`. A company that changes its sector has several rows.
    pub code: String,
    /// The English name.
    pub name: String,
    /// The Chinese name.
    pub name_zh: Option<String>,
    /// Position of the sector in `entities`.
    pub sector: u32,
    /// First day on which it belongs to the sector; `None` is unbounded.
    pub valid_from: Option<Date>,
    /// Last day on which it belongs to the sector; `None` is unbounded.
    pub valid_to: Option<Date>,
}

/// One row of `filings`: what a company said of its profit from January to the end of a quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filing {
    /// Position of the company among the distinct codes of `companies`, in the order of their bytes.
    pub company: u32,
    /// The last day of the quarter.
    pub period: Date,
    /// The first day on which it was public; it may lie before the end of the period.
    pub released: Released,
    /// What document it is.
    pub kind: FilingKind,
    /// Attributable net profit, year to date, in the money of the dataset.
    pub net_profit_ytd: Option<f64>,
    /// The least that is expected.
    pub low: Option<f64>,
    /// The most that is expected.
    pub high: Option<f64>,
    /// The profit of the same months a year before, as the document itself compares.
    pub net_profit_ytd_prior: Option<f64>,
    /// Total assets at the end of the period.
    pub total_assets: Option<f64>,
}

impl Filing {
    /// Returns the profit that the filing stands for: the figure, the middle of the range, or the one bound there is.
    ///
    /// ```
    /// # use rotor_data::model::{Filing, FilingKind};
    /// # use rotor_factor::{Date, Released};
    /// let period = Date::new(2024, 6, 30)?;
    /// let forecast = Filing {
    ///     company: 0,
    ///     period,
    ///     released: Released(period),
    ///     kind: FilingKind::Forecast,
    ///     net_profit_ytd: None,
    ///     low: Some(16.0),
    ///     high: Some(20.0),
    ///     net_profit_ytd_prior: Some(15.0),
    ///     total_assets: None,
    /// };
    /// assert_eq!(forecast.profit(), Some(18.0));
    /// # Ok::<(), rotor_factor::DateError>(())
    /// ```
    #[must_use]
    pub fn profit(&self) -> Option<f64> {
        match (self.net_profit_ytd, self.low, self.high) {
            (Some(profit), ..) => Some(profit),
            (None, Some(low), Some(high)) => Some(f64::midpoint(low, high)),
            (None, low, high) => low.or(high),
        }
    }
}

/// The nine tables of a dataset in memory, in the order of their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// `entities`.
    pub entities: Vec<Entity>,
    /// `prices`.
    pub prices: Vec<Price>,
    /// `series`.
    pub series: Vec<Series>,
    /// `observations`.
    pub observations: Vec<Observation>,
    /// `bridge`.
    pub bridge: Vec<BridgeWeight>,
    /// `links`.
    pub links: Vec<Link>,
    /// `events`.
    pub events: Vec<Event>,
    /// `companies`.
    pub companies: Vec<Company>,
    /// `filings`.
    pub filings: Vec<Filing>,
}
