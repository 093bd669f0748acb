//! The four factors of the method once more, slow and obvious, for holding the fast ones against.
//!
//! Everything is plain rows: a question about a day filters them afresh, in the words of the method. There are no windows,
//! no caches and no tricks, and nothing is shared with the crates under test but the types of the calendar.

pub mod backtest;
pub mod heat;
pub mod price;
pub mod profit;
pub mod prosperity;
mod regression;

use std::collections::BTreeMap;

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::{Date, EntityKind, Frequency, Group, Month, Quarter};

/// Two decimals that differ by less are equal.
pub const EPSILON: f64 = 1e-9;

/// The targets that the method names; a factor may forecast more.
pub const TARGETS: [&str; 3] = ["net_profit_ytd_yoy", "gross_margin", "heat"];

/// The diagnostics that the method names; a factor may write more.
pub const DIAGNOSTICS: [&str; 16] = [
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

/// What a factor says on one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
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
    /// 1, 2 or 3; `None` is `na`.
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
        });
        let closes = (0..dataset.entities().len())
            .map(|position| (code(position), dataset.closes().of(position).collect()));
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
            closes: closes.collect(),
            observations,
            bridge: bridge.collect(),
            links: links.collect(),
            is_month_end: dataset.manifest().price_frequency == PriceFrequency::MonthEnd,
        }
    }

    /// Returns the facts as if some sectors had never been.
    #[must_use]
    pub fn without(&self, sectors: &[String]) -> Self {
        let mut facts = self.clone();
        facts.entities.retain(|entity| entity.kind != EntityKind::Sector || !sectors.contains(&entity.code));
        facts
    }

    /// Returns m, the last complete month at E.
    ///
    /// # Panics
    ///
    /// In January 1900.
    #[must_use]
    pub fn month(&self, e: Date) -> Month {
        if self.is_month_end { e.month() } else { before(e.month(), 1) }
    }

    /// Returns the cross-section at E: the sectors that are valid then and have had a close, in the order of their codes.
    #[must_use]
    pub fn cross_section(&self, e: Date) -> Vec<&EntityRow> {
        let is_in = |entity: &&EntityRow| {
            entity.kind == EntityKind::Sector
                && entity.valid_from.is_none_or(|from| from <= e)
                && entity.valid_to.is_none_or(|to| e <= to)
                && self.closes[&entity.code].iter().any(|(date, _)| *date <= e)
        };
        self.entities.iter().filter(is_in).collect()
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

    /// Returns the last close of each month that could be seen at E.
    #[must_use]
    pub fn month_end_closes(&self, entity: &str, e: Date) -> BTreeMap<Month, f64> {
        let is_visible = |date: Date| date < e || (self.is_month_end && date == e);
        let closes = self.closes[entity].iter().filter(|(date, _)| is_visible(*date));
        // Oldest first: a later close of a month takes the place of an earlier one.
        closes.map(|(date, close)| (date.month(), *close)).collect()
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

/// Tells whether all values are one, to nine decimals.
fn is_constant(values: &[f64]) -> bool {
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    max - min <= EPSILON
}
