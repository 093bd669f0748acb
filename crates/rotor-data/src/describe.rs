//! What is in a dataset: coverage, gaps, vintages, publication lags.

use std::collections::BTreeSet;

use rotor_factor::{AsOf, Calendar, Date, EntityKind, Frequency, Measure, ReferencePeriod};
use serde::{Serialize, Serializer};

use crate::archive::Vintage;
use crate::closes::TradingCalendar;
use crate::dataset::Dataset;
use crate::model::{Accumulation, ReleaseDays};
use crate::overdue::{Late, late};

/// The description of a dataset, without any judgement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// The short name.
    pub name: String,
    /// One line for readers.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: Option<String>,
    /// Whether the data are made up.
    pub synthetic: bool,
    /// `D` or `M`.
    pub price_frequency: &'static str,
    /// The first trading day.
    #[serde(serialize_with = "as_text")]
    pub first_trading_day: Option<Date>,
    /// The last trading day.
    #[serde(serialize_with = "as_text")]
    pub last_trading_day: Option<Date>,
    /// The day of which the dataset is described; none is the whole dataset, held against its last trading day.
    #[serde(serialize_with = "as_text")]
    pub as_of: Option<Date>,
    /// Number of trading days.
    pub trading_days: usize,
    /// Number of closes.
    pub closes: usize,
    /// Number of observations, all vintages counted.
    pub observations: usize,
    /// The bridge from industries to sectors.
    pub bridge: BridgeDescription,
    /// Number of links of sectors to series.
    pub links: usize,
    /// Number of events.
    pub events: usize,
    /// Number of companies.
    pub companies: usize,
    /// Number of filings.
    pub filings: usize,
    /// Every entity, in code order.
    pub entities: Vec<EntityDescription>,
    /// Every series, in the order of the names.
    pub series: Vec<SeriesDescription>,
}

/// The bridge of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BridgeDescription {
    /// Number of weights, all vintages counted.
    pub weights: usize,
    /// Sectors that have a weight.
    pub sectors: usize,
    /// Days on which weights were released.
    pub vintages: usize,
    /// The first of them.
    #[serde(serialize_with = "as_text")]
    pub first_released: Option<Date>,
    /// The last of them.
    #[serde(serialize_with = "as_text")]
    pub last_released: Option<Date>,
}

/// One entity of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntityDescription {
    /// The code.
    pub entity: String,
    /// What it is.
    #[serde(serialize_with = "as_text_always")]
    pub kind: EntityKind,
    /// The English name.
    pub name: String,
    /// The Chinese name.
    pub name_zh: Option<String>,
    /// Where in the economy it stands.
    pub group: Option<&'static str>,
    /// First day on which it exists; none is unbounded.
    #[serde(serialize_with = "as_text")]
    pub valid_from: Option<Date>,
    /// Last day on which it exists; none is unbounded.
    #[serde(serialize_with = "as_text")]
    pub valid_to: Option<Date>,
    /// Number of closes.
    pub closes: usize,
    /// Day of the first close.
    #[serde(serialize_with = "as_text")]
    pub first_close: Option<Date>,
    /// Day of the last close.
    #[serde(serialize_with = "as_text")]
    pub last_close: Option<Date>,
    /// Trading days between the two without a close.
    pub missing_closes: usize,
    /// Number of series that say something of it.
    pub series: usize,
}

/// One series of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeriesDescription {
    /// The name.
    pub series: String,
    /// How often it has a value.
    #[serde(serialize_with = "as_text_always")]
    pub frequency: Frequency,
    /// The unit of its values.
    pub unit: String,
    /// The English title.
    pub title: String,
    /// The Chinese title.
    pub title_zh: Option<String>,
    /// Who publishes it.
    pub source: Option<String>,
    /// What it measures.
    pub measure: Option<&'static str>,
    /// The unit in Chinese.
    pub unit_zh: Option<String>,
    /// Over which time a value runs.
    pub accumulation: Option<&'static str>,
    /// The step of the production chain that it belongs to.
    pub chain: Option<String>,
    /// The Chinese name of that step.
    pub chain_zh: Option<String>,
    /// How its release days are known.
    pub release: Option<&'static str>,
    /// Whether the reader made it of filings.
    #[serde(skip)]
    pub is_derived: bool,
    /// Number of entities that it says something of.
    pub entities: usize,
    /// Of which kinds these are, in the order of [`EntityKind::ALL`].
    #[serde(serialize_with = "as_words")]
    pub kinds: Vec<EntityKind>,
    /// Number of values, all vintages counted.
    pub observations: usize,
    /// Number of periods with a value, summed over the entities.
    pub periods: usize,
    /// Last day of the first period.
    #[serde(serialize_with = "as_text")]
    pub first_period: Option<Date>,
    /// Last day of the last period.
    #[serde(serialize_with = "as_text")]
    pub last_period: Option<Date>,
    /// Periods without a value between the first and the last one of an entity, summed over the entities: months,
    /// quarters, calendar weeks (`W`) or trading days (`D`).
    pub gaps: usize,
    /// The month (1–12) in which every gap of a monthly or quarterly series lies, if there are several and it is one.
    pub gaps_only_in_month: Option<u32>,
    /// Mean number of vintages of a period.
    pub vintages_mean: Option<f64>,
    /// Largest number of vintages of a period.
    pub vintages_max: usize,
    /// Median days from the end of a period to the release of its first vintage; of two middle ones the mean.
    pub lag_days_median: Option<f64>,
    /// Most days from the end of a period to the release of its first vintage.
    pub lag_days_max: Option<i32>,
    /// What should have come by now; none if nothing is late.
    pub overdue: Option<OverdueDescription>,
}

/// What of a series should have been public, judged by its own lags of the last three years.
///
/// Where entities differ, those that are late by at most a year speak, and else those that have ended; of several that which waits
/// longest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverdueDescription {
    /// `overdue`, or `ended` if a newer value was expected more than a year ago.
    pub state: &'static str,
    /// Of how many entities.
    pub entities: usize,
    /// The code of the one that waits longest.
    pub entity: String,
    /// The end of its last period with a value.
    #[serde(serialize_with = "as_text_always")]
    pub last_period: Date,
    /// The end of the period that is missing; none for days and weeks.
    #[serde(serialize_with = "as_text")]
    pub next_period: Option<Date>,
    /// The day by which that was expected: the end of the period and the largest lag of the last three years; for days and weeks the
    /// longest gap and the largest lag after the last value.
    #[serde(serialize_with = "as_text_always")]
    pub expected: Date,
    /// The days from then to the last trading day, or to the day of the description.
    pub days: i32,
}

#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn as_text<S: Serializer>(value: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

fn as_text_always<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn as_words<S: Serializer>(kinds: &[EntityKind], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(kinds.iter().map(|kind| kind.word()))
}

/// Describes a dataset. What is overdue is held against its last trading day.
#[must_use]
pub fn describe(dataset: &Dataset) -> Description {
    describe_until(dataset, None)
}

/// Describes what was public of a dataset as of a day. What is overdue is held against that day.
#[must_use]
pub fn describe_as_of(dataset: &Dataset, day: AsOf) -> Description {
    describe_until(&dataset.known_on(day), Some(day.0))
}

fn describe_until(dataset: &Dataset, as_of: Option<Date>) -> Description {
    let mut n_series = vec![0; dataset.entities().len()];
    let last = dataset.calendar().days().last().copied().unwrap_or(dataset.manifest().last);
    let until = as_of.unwrap_or(last);
    let series = (0..dataset.series().len())
        .map(|series| describe_series(dataset, series, until, &mut n_series))
        .collect();
    let entities =
        (0..dataset.entities().len()).map(|entity| describe_entity(dataset, entity, n_series[entity]));
    let manifest = dataset.manifest();
    let days = dataset.calendar().days();
    Description {
        name: manifest.name.clone(),
        title: manifest.title.clone(),
        title_zh: manifest.title_zh.clone(),
        synthetic: manifest.synthetic,
        price_frequency: manifest.price_frequency.letter(),
        first_trading_day: days.first().copied(),
        last_trading_day: days.last().copied(),
        as_of,
        trading_days: days.len(),
        closes: dataset.closes().len(),
        observations: dataset.archive().len(),
        bridge: describe_bridge(dataset),
        links: dataset.links().len(),
        events: dataset.events().len(),
        companies: dataset.companies().chunk_by(|a, b| a.code == b.code).count(),
        filings: dataset.filings().len(),
        entities: entities.collect(),
        series,
    }
}

fn describe_bridge(dataset: &Dataset) -> BridgeDescription {
    let weights = dataset.bridge();
    let count_distinct = |mut values: Vec<i64>| {
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    let released = || weights.iter().map(|weight| weight.released.0);
    BridgeDescription {
        weights: weights.len(),
        sectors: count_distinct(weights.iter().map(|weight| i64::from(weight.sector)).collect()),
        vintages: count_distinct(released().map(|date| i64::from(date.days())).collect()),
        first_released: released().min(),
        last_released: released().max(),
    }
}

fn describe_entity(dataset: &Dataset, position: usize, n_series: usize) -> EntityDescription {
    let entity = &dataset.entities()[position];
    let dates: Vec<Date> = dataset.closes().of(position).map(|(date, _)| date).collect();
    EntityDescription {
        entity: entity.code.clone(),
        kind: entity.kind,
        name: entity.name.clone(),
        name_zh: entity.name_zh.clone(),
        group: entity.group.map(rotor_factor::Group::word),
        valid_from: entity.valid_from,
        valid_to: entity.valid_to,
        closes: dates.len(),
        first_close: dates.first().copied(),
        last_close: dates.last().copied(),
        missing_closes: missing_days(dataset.calendar(), &dates).count(),
        series: n_series,
    }
}

fn describe_series(
    dataset: &Dataset,
    position: usize,
    until: Date,
    n_series: &mut [usize],
) -> SeriesDescription {
    let series = &dataset.series()[position];
    let mut vintages: Vec<Vintage> = dataset.archive().vintages(position).collect();
    vintages.sort_by_key(|vintage| (vintage.entity, vintage.period.index(), vintage.released));
    let (mut lags, mut vintages_max) = (Vec::new(), 0);
    let (mut n_entities, mut kinds, mut gap_ends) = (0, BTreeSet::new(), Vec::new());
    let mut all_late = Vec::new();
    for of_entity in vintages.chunk_by(|a, b| a.entity == b.entity) {
        n_entities += 1;
        kinds.insert(dataset.entities()[of_entity[0].entity].kind);
        n_series[of_entity[0].entity] += 1;
        let (mut ends, mut firsts) = (Vec::new(), Vec::new());
        for of_period in of_entity.chunk_by(|a, b| a.period == b.period) {
            let end = of_period[0].period.end();
            ends.push(end);
            firsts.push(of_period[0]);
            lags.push(of_period[0].released.0.days() - end.days());
            vintages_max = vintages_max.max(of_period.len());
        }
        gap_ends.extend(gaps(dataset.calendar(), series.frequency, &ends));
        let entity = &dataset.entities()[of_entity[0].entity];
        let found = late(series.frequency, &firsts, entity.valid_to, until);
        all_late.extend(found.map(|late| (entity.code.as_str(), late)));
    }
    lags.sort_unstable();
    let month_of = |end: &Date| end.month().number();
    let first_gap = gap_ends.first().map(month_of);
    let ends = || vintages.iter().map(|vintage| vintage.period.end());
    SeriesDescription {
        series: series.name.clone(),
        frequency: series.frequency,
        unit: series.unit.clone(),
        title: series.title.clone(),
        title_zh: series.title_zh.clone(),
        source: series.source.clone(),
        measure: series.measure.map(Measure::word),
        unit_zh: series.unit_zh.clone(),
        accumulation: series.accumulation.map(Accumulation::word),
        chain: series.chain.clone(),
        chain_zh: series.chain_zh.clone(),
        release: series.release.map(ReleaseDays::word),
        is_derived: dataset.is_derived(position),
        entities: n_entities,
        kinds: kinds.into_iter().collect(),
        observations: vintages.len(),
        periods: lags.len(),
        first_period: ends().min(),
        last_period: ends().max(),
        gaps_only_in_month: first_gap
            .filter(|_| series.frequency.calendar() != Calendar::Days && gap_ends.len() > 1)
            .filter(|month| gap_ends.iter().all(|end| month_of(end) == *month)),
        gaps: gap_ends.len(),
        vintages_mean: (!lags.is_empty()).then(|| vintages.len() as f64 / lags.len() as f64),
        vintages_max,
        lag_days_median: median(&lags),
        lag_days_max: lags.last().copied(),
        // What the reader makes of filings waits for filings.
        overdue: describe_late(series.frequency, &all_late, until).filter(|_| !dataset.is_derived(position)),
    }
}

/// Sums up which entities a series is late for.
fn describe_late(frequency: Frequency, all_late: &[(&str, Late)], until: Date) -> Option<OverdueDescription> {
    const A_YEAR: i32 = 365;
    let n_days = |late: &Late| until.days() - late.expected.days();
    let (ended, overdue): (Vec<_>, Vec<_>) = all_late.iter().partition(|(_, late)| n_days(late) > A_YEAR);
    let (state, those) = if overdue.is_empty() { ("ended", ended) } else { ("overdue", overdue) };
    let (entity, longest) = those.iter().min_by_key(|(_, late)| late.expected)?;
    Some(OverdueDescription {
        state,
        entities: those.len(),
        entity: (*entity).into(),
        last_period: longest.last,
        next_period: (frequency.calendar() != Calendar::Days).then_some(longest.next),
        expected: longest.expected,
        days: n_days(longest),
    })
}

/// Returns the median of ascending numbers.
fn median(ascending: &[i32]) -> Option<f64> {
    let (low, high) = (ascending.len().checked_sub(1)? / 2, ascending.len() / 2);
    Some(f64::from(ascending[low] + ascending[high]) / 2.0)
}

/// Returns the ends of the periods that are missing among those of one entity, which are ascending.
fn gaps(calendar: &TradingCalendar, frequency: Frequency, ends: &[Date]) -> Vec<Date> {
    if frequency == Frequency::Daily {
        return missing_days(calendar, ends).collect();
    }
    // Weeks are counted from a Monday; 1970-01-05 was one.
    let position = |end: &Date| match frequency {
        Frequency::Weekly => (end.days() - 4).div_euclid(7),
        _ => {
            ReferencePeriod::ending(frequency, *end).expect("periods are checked when they are read").index()
        }
    };
    let end_of = |position: i32| match frequency {
        Frequency::Weekly => Date::from_days(position * 7 + 4 + 6),
        _ => ReferencePeriod::from_index(frequency, position).map(ReferencePeriod::end),
    };
    let between = |pair: &[Date]| position(&pair[0]) + 1..position(&pair[1]);
    ends.windows(2).flat_map(between).filter_map(end_of).collect()
}

/// Returns the trading days between the first and the last of some ascending days that are not among them.
fn missing_days(calendar: &TradingCalendar, days: &[Date]) -> impl Iterator<Item = Date> {
    let (first, last) = (days.first().copied(), days.last().copied());
    let inside = move |day: &Date| Some(*day) >= first && last.is_some_and(|last| *day <= last);
    calendar.days().iter().copied().filter(inside).filter(|day| days.binary_search(day).is_err())
}
