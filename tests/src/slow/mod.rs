//! The factors once more, slow and obvious, for holding the fast ones against.
//!
//! Everything is plain rows: a question about a day filters them afresh, in the words of the method. There are no windows,
//! no caches and no tricks, and nothing is shared with the crates under test but the types of the calendar.

pub mod backtest;
pub mod breadth;
pub mod comparable;
pub mod flow;
pub mod heat;
pub mod insider;
pub mod momentum;
pub mod price;
pub mod profit;
pub mod prosperity;
mod regression;
pub mod rolling_profit;
mod three_months;
pub mod valuation;
pub mod weekly;

use std::collections::{BTreeMap, BTreeSet};

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::{Date, EntityKind, Frequency, Group, Measure, Month, Quarter};

/// Two decimals that differ by less are equal.
pub const EPSILON: f64 = 1e-9;

/// The targets that the method names; a factor may forecast more.
pub const TARGETS: [&str; 3] = ["net_profit_ytd_yoy", "gross_margin", "heat"];

/// The diagnostics that the method names; a factor may write more.
pub const DIAGNOSTICS: [&str; 32] = [
    "n",
    "r2_train",
    "r2_test",
    "mse_train",
    "mse_test",
    "correlation",
    "mse_test_quarter_ends",
    "r2_test_quarter_ends",
    "r2",
    "b_cpi",
    "b_ppi",
    "theta",
    "t",
    "n_above",
    "n_below",
    "heat",
    "multiple",
    "percentile",
    "percentile_all",
    "is_pb",
    "z_northbound",
    "z_margin",
    "z_etf",
    "n_parts",
    "r3",
    "r3_before",
    "n_classes",
    "n_effective",
    "growth",
    "growth_before",
    "coverage",
    "net",
];

/// A dataset as plain rows.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The entities, in the order of their codes.
    pub entities: Vec<EntityRow>,
    /// The series, in the order of their names.
    pub series: Vec<SeriesRow>,
    /// The closes of each entity, oldest first.
    pub closes: BTreeMap<String, Vec<(Date, f64)>>,
    /// What was said of each series and entity, in no particular order.
    pub observations: BTreeMap<(String, String), Vec<Observation>>,
    /// The weights of industries in sectors.
    pub bridge: Vec<BridgeRow>,
    /// Which series speak of which sector.
    pub links: Vec<LinkRow>,
    /// Whether there are month-end closes only.
    pub is_month_end: bool,
    /// The later of the last day that the manifest names and the last close.
    pub last: Date,
    /// The codes of sectors that nobody is shown and nobody holds. They still make trading days.
    pub excluded: Vec<String>,
}

/// An entity.
#[derive(Clone, Debug)]
pub struct EntityRow {
    /// The key.
    pub code: String,
    /// What it is.
    pub kind: EntityKind,
    /// Where in the economy it stands.
    pub group: Option<Group>,
    /// First day of its life, if bounded.
    pub valid_from: Option<Date>,
    /// Last day of its life, if bounded.
    pub valid_to: Option<Date>,
}

/// A series.
#[derive(Clone, Debug)]
pub struct SeriesRow {
    /// The key.
    pub name: String,
    /// How often it has a value.
    pub frequency: Frequency,
    /// The unit of its values.
    pub unit: String,
    /// Whether a value is itself a growth on the year.
    pub is_growth: bool,
}

/// One vintage of a value.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// The last day of the period.
    pub period: Date,
    /// The first day on which it was public.
    pub released: Date,
    /// The value.
    pub value: f64,
}

/// How much of a sector an industry is.
#[derive(Clone, Debug)]
pub struct BridgeRow {
    /// The code of the sector.
    pub sector: String,
    /// The code of the industry.
    pub industry: String,
    /// The share of the assets.
    pub weight: f64,
    /// The first day on which it was public.
    pub released: Date,
}

/// That a series speaks of a sector.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// The code of the sector.
    pub sector: String,
    /// The name of the series.
    pub series: String,
    /// +1 or −1.
    pub polarity: f64,
    /// The weight among the series of the sector.
    pub weight: f64,
}

/// What the scores of a factor are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// 1, 2 or 3, and 2 is neutral.
    #[default]
    Points,
    /// Any number: only the order of the sectors counts.
    Continuous,
}

/// What a factor says on one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What its scores are.
    pub scale: Scale,
    /// For each sector of the cross-section, by its code, what it gets.
    pub sectors: BTreeMap<String, Marks>,
    /// The forecasts.
    pub forecasts: Vec<Forecast>,
    /// What targets of the factor's own turned out to be.
    pub realized: Vec<Realized>,
    /// Numbers by name and code of the sector.
    pub diagnostics: BTreeMap<(String, String), f64>,
}

/// What a sector gets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marks {
    /// 1, 2 or 3, or any number on a continuous scale; `None` is `na`.
    pub score: Option<f64>,
    /// What the score was made of.
    pub raw: Option<f64>,
}

/// A forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// What is forecast.
    pub target: String,
    /// The code of the sector.
    pub sector: String,
    /// The last day of the period.
    pub period: Date,
    /// The forecast.
    pub value: f64,
    /// What the rule of no change says.
    pub naive: f64,
}

/// What a target turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Realized {
    /// Which target.
    pub target: String,
    /// The code of the sector.
    pub sector: String,
    /// The last day of the period.
    pub period: Date,
    /// The value.
    pub value: f64,
}

impl Facts {
    /// Copies the rows of a dataset.
    ///
    /// # Panics
    ///
    /// Never: the rows of a dataset refer to each other.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let code = |position: usize| dataset.entities()[position].code.clone();
        let entities = dataset.entities().iter().map(|entity| EntityRow {
            code: entity.code.clone(),
            kind: entity.kind,
            group: entity.group,
            valid_from: entity.valid_from,
            valid_to: entity.valid_to,
        });
        let series = dataset.series().iter().map(|series| SeriesRow {
            name: series.name.clone(),
            frequency: series.frequency,
            unit: series.unit.clone(),
            is_growth: series.measure == Some(Measure::Growth),
        });
        let closes: BTreeMap<String, Vec<(Date, f64)>> = (0..dataset.entities().len())
            .map(|position| (code(position), dataset.closes().of(position).collect()))
            .collect();
        let last_close = closes.values().filter_map(|closes| Some(closes.last()?.0)).max();
        let mut observations: BTreeMap<(String, String), Vec<Observation>> = BTreeMap::new();
        for (position, series) in dataset.series().iter().enumerate() {
            for vintage in dataset.archive().vintages(position) {
                observations.entry((series.name.clone(), code(vintage.entity))).or_default().push(
                    Observation {
                        period: vintage.period.end(),
                        released: vintage.released.0,
                        value: vintage.value,
                    },
                );
            }
        }
        let bridge = dataset.bridge().iter().map(|row| BridgeRow {
            sector: code(row.sector as usize),
            industry: code(row.industry as usize),
            weight: row.weight,
            released: row.released.0,
        });
        let links = dataset.links().iter().map(|row| LinkRow {
            sector: code(row.sector as usize),
            series: dataset.series()[row.series as usize].name.clone(),
            polarity: f64::from(row.polarity),
            weight: row.weight,
        });
        Self {
            entities: entities.collect(),
            series: series.collect(),
            closes,
            observations,
            bridge: bridge.collect(),
            links: links.collect(),
            is_month_end: dataset.manifest().price_frequency == PriceFrequency::MonthEnd,
            last: last_close.map_or(dataset.manifest().last, |close| close.max(dataset.manifest().last)),
            excluded: Vec::new(),
        }
    }

    /// Returns the facts of which some sectors are not shown.
    #[must_use]
    pub fn without(&self, sectors: &[String]) -> Self {
        let mut facts = self.clone();
        facts.excluded.extend(sectors.iter().cloned());
        facts
    }

    /// Returns what a note for a day may see: closes before it, or by it if they are month-end closes. What was released
    /// later is left out by the day itself.
    #[must_use]
    pub fn for_note(&self, day: Date) -> Self {
        let mut facts = self.clone();
        for closes in facts.closes.values_mut() {
            closes.retain(|(date, _)| *date < day || (self.is_month_end && *date == day));
        }
        facts
    }

    /// Returns the sectors, whether alive or not, excluded or not, in the order of their codes.
    fn sectors(&self) -> impl Iterator<Item = &EntityRow> {
        self.entities.iter().filter(|entity| entity.kind == EntityKind::Sector)
    }

    /// Returns the days on which at least half of the sectors trade, of those that are alive and had a close in the fifteen days up
    /// to it, oldest first. Of month-end closes it is one day a month.
    #[must_use]
    pub fn trading_days(&self) -> Vec<Date> {
        let dates: BTreeSet<Date> =
            self.sectors().flat_map(|sector| &self.closes[&sector.code]).map(|(date, _)| *date).collect();
        if self.is_month_end {
            let months: BTreeSet<Month> = dates.iter().map(|date| date.month()).collect();
            return months.into_iter().filter_map(|month| self.month_end_day(month)).collect();
        }
        let is_trading_day = |date: &Date| {
            let alive = self.sectors().filter(|sector| sector.is_alive(*date));
            let last: Vec<Date> = alive
                .filter_map(|sector| Some(self.last_close(&sector.code, *date)?.0))
                .filter(|last| self.is_fresh(*last, *date))
                .collect();
            let n_closing = last.iter().filter(|last| *last == date).count();
            n_closing > 0 && 2 * n_closing >= last.len()
        };
        dates.into_iter().filter(is_trading_day).collect()
    }

    /// Returns the day that stands for a month of month-end closes: the one that most living sectors carry, of several the latest.
    /// There is none if fewer than half of the sectors have a close in the month, of those that have one in it or in the month
    /// before.
    fn month_end_day(&self, month: Month) -> Option<Date> {
        let has_close = |sector: &EntityRow, is_meant: &dyn Fn(Date) -> bool| {
            self.closes[&sector.code].iter().any(|(date, _)| is_meant(*date))
        };
        let (mut most, mut chosen) = (0, None);
        for days in month.first_day().days()..=month.last_day().days() {
            let day = Date::from_days(days)?;
            let alive = self.sectors().filter(|sector| sector.is_alive(day));
            let n_closing = alive.filter(|sector| has_close(sector, &|date| date == day)).count();
            if n_closing > 0 && n_closing >= most {
                (most, chosen) = (n_closing, Some(day));
            }
        }
        let day = chosen?;
        let alive = || self.sectors().filter(|sector| sector.is_alive(day));
        let n_now = alive().filter(|sector| has_close(sector, &|date| date.month() == month)).count();
        let is_recent = |date: Date| date.month() == month || date.month() == before(month, 1);
        let n_recent = alive().filter(|sector| has_close(sector, &is_recent)).count();
        (2 * n_now >= n_recent).then_some(day)
    }

    /// Returns m, the last complete month at E.
    ///
    /// # Panics
    ///
    /// In January 1900.
    #[must_use]
    pub fn month(&self, e: Date) -> Month {
        if !self.is_month_end {
            return before(e.month(), 1);
        }
        let mut month = e.month();
        while self.month_end_day(month).is_none_or(|day| day > e) {
            month = before(month, 1);
        }
        month
    }

    /// Returns the last close that is traded at on a day, however old: the last one dated by then, or of month-end closes the
    /// last one of the months up to its own.
    #[must_use]
    pub fn last_close(&self, code: &str, day: Date) -> Option<(Date, f64)> {
        let closes = self.closes[code].iter().copied();
        if self.is_month_end {
            let month = self.month(day);
            return closes.rev().find(|(date, _)| date.month() <= month);
        }
        closes.rev().find(|(date, _)| *date <= day)
    }

    /// Tells whether a close may still be traded at on a day.
    #[must_use]
    pub fn is_fresh(&self, close: Date, day: Date) -> bool {
        if self.is_month_end {
            return close.month() == self.month(day);
        }
        close.days() <= day.days() && day.days() - close.days() <= 14
    }

    /// Returns the last close that is traded at on a day, if it is fresh.
    #[must_use]
    pub fn fresh_close(&self, code: &str, day: Date) -> Option<f64> {
        let (date, close) = self.last_close(code, day)?;
        self.is_fresh(date, day).then_some(close)
    }

    /// Returns the cross-section at E: the sectors that are shown, are alive and have a fresh close, in the order of their codes.
    #[must_use]
    pub fn cross_section(&self, e: Date) -> Vec<&EntityRow> {
        let is_in = |sector: &&EntityRow| {
            !self.excluded.contains(&sector.code)
                && sector.is_alive(e)
                && self.fresh_close(&sector.code, e).is_some()
        };
        self.sectors().filter(is_in).collect()
    }

    /// Tells whether a sector of the cross-section has a bridge, and none of it was public before E.
    #[must_use]
    pub fn looks_ahead_by_bridge(&self, e: Date) -> bool {
        self.cross_section(e).iter().any(|sector| {
            let mut of_sector = self.bridge.iter().filter(|row| row.sector == sector.code).peekable();
            of_sector.peek().is_some() && of_sector.all(|row| row.released >= e)
        })
    }

    /// Returns the weights of a sector that were released last before E; if none was, the earliest, unless only public ones count.
    #[must_use]
    pub fn bridge_in_force(&self, e: Date, code: &str, is_public: bool) -> Vec<&BridgeRow> {
        let of_sector = || self.bridge.iter().filter(|row| row.sector == code);
        let public = of_sector().map(|row| row.released).filter(|released| *released < e).max();
        let earliest = of_sector().map(|row| row.released).min().filter(|_| !is_public);
        let in_force = public.or(earliest);
        let mut rows: Vec<&BridgeRow> = of_sector().filter(|row| Some(row.released) == in_force).collect();
        rows.sort_by(|a, b| a.industry.cmp(&b.industry));
        rows
    }

    /// Returns the market that speaks for all: the only one, or `CN`.
    #[must_use]
    pub fn market(&self) -> Option<&str> {
        let markets: Vec<&str> = self
            .entities
            .iter()
            .filter(|entity| entity.kind == EntityKind::Market)
            .map(|entity| entity.code.as_str())
            .collect();
        match markets[..] {
            [only] => Some(only),
            _ => markets.into_iter().find(|code| *code == "CN"),
        }
    }

    /// Returns what was known at E of a series and an entity: by the last day of each period the value of its latest
    /// vintage.
    #[must_use]
    pub fn known(&self, series: &str, entity: &str, e: Date) -> BTreeMap<Date, f64> {
        let mut latest: BTreeMap<Date, (Date, f64)> = BTreeMap::new();
        let key = (series.to_owned(), entity.to_owned());
        for row in self.observations.get(&key).into_iter().flatten() {
            if row.released >= e || row.period >= e {
                continue;
            }
            let is_later = latest.get(&row.period).is_none_or(|(released, _)| *released < row.released);
            if is_later {
                latest.insert(row.period, (row.released, row.value));
            }
        }
        latest.into_iter().map(|(period, (_, value))| (period, value)).collect()
    }

    /// Returns what was known at E of a monthly series, by month.
    #[must_use]
    pub fn known_months(&self, series: &str, entity: &str, e: Date) -> BTreeMap<Month, f64> {
        self.known(series, entity, e).into_iter().map(|(period, value)| (period.month(), value)).collect()
    }

    /// Returns what was known at E of a quarterly series, by quarter.
    #[must_use]
    pub fn known_quarters(&self, series: &str, entity: &str, e: Date) -> BTreeMap<Quarter, f64> {
        self.known(series, entity, e).into_iter().map(|(period, value)| (period.quarter(), value)).collect()
    }

    /// Returns the last close of each month that could be seen at E: those before it, or of month-end closes all of the months up
    /// to its own.
    #[must_use]
    pub fn month_end_closes(&self, entity: &str, e: Date) -> BTreeMap<Month, f64> {
        let month = self.month(e);
        let is_visible = |date: Date| if self.is_month_end { date.month() <= month } else { date < e };
        let closes = self.closes[entity].iter().filter(|(date, _)| is_visible(*date));
        // Oldest first: a later close of a month takes the place of an earlier one.
        closes.map(|(date, close)| (date.month(), *close)).collect()
    }
}

impl EntityRow {
    /// Tells whether a day is in its life, both its bounds included.
    fn is_alive(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

impl Answer {
    /// Adds a number about a sector, if there is one.
    fn diagnose(&mut self, name: &str, sector: &str, value: impl Into<Option<f64>>) {
        if let Some(value) = value.into() {
            self.diagnostics.insert((name.to_owned(), sector.to_owned()), value);
        }
    }
}

/// Tells whether two numbers are one to nine digits, or to nine decimals if they are small.
#[must_use]
pub fn are_near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (None, None) => true,
        _ => false,
    }
}

/// Returns the month `n` months earlier.
fn before(month: Month, n: i32) -> Month {
    month.plus(-n).expect("no dataset reaches back to 1900")
}

/// Returns the mean, summed in order.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// By how many standard deviations the last value exceeds the mean; 0 if they are all one.
fn z_of_last(values: &[f64]) -> f64 {
    if is_constant(values) {
        return 0.0;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values[values.len() - 1] - mean) / (squares / (values.len() as f64 - 1.0)).sqrt()
}

/// Tells whether all values are one, to nine decimals.
fn is_constant(values: &[f64]) -> bool {
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    max - min <= EPSILON
}
