//! The tables that can have millions of rows: prices and observations.
//!
//! A sound row costs a few comparisons. Only a row that fails one of them is looked at again, slowly, to say what
//! is wrong with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};

use rotor_factor::{Calendar, Date, Frequency, Month, ReferencePeriod};

use super::{Codes, EntityCodes, SeriesCodes, date_out_of_range, unknown_entity, unknown_series};
use crate::archive::Publication;
use crate::fault::{Fault, FaultKind, FaultReport, shown, shown_number};
use crate::manifest::{Manifest, PriceFrequency};
use crate::read::{Batch, TableSource, Text};

/// A row of `prices`, with its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Close {
    pub(crate) entity: u32,
    /// Days since 1970.
    pub(crate) date: i32,
    pub(crate) row: u32,
    pub(crate) close: f64,
}

/// Stands for a code that is not known or a cell that is empty.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Looks every word of a column up once.
pub(super) fn positions<T: Copy>(text: &Text<'_>, codes: Option<&Codes<T>>) -> Vec<u32> {
    let position = |word: Option<&str>| {
        let known = codes.and_then(|codes| codes.get(word?));
        known.map_or(UNKNOWN, |(position, _)| position)
    };
    text.words().map(position).collect()
}

/// Returns for each row the position of its code; [`UNKNOWN`] where the cell is empty.
fn positions_of_rows<T: Copy>(text: &Text<'_>, codes: Option<&Codes<T>>) -> Vec<u32> {
    text.of_rows(&positions(text, codes), UNKNOWN)
}

/// Returns the values of a column, with `empty` where a cell is empty.
fn filled<T: ArrowPrimitiveType>(cells: &PrimitiveArray<T>, empty: T::Native) -> Cow<'_, [T::Native]> {
    match cells.null_count() {
        0 => Cow::Borrowed(cells.values()),
        _ => cells.iter().map(|cell| cell.unwrap_or(empty)).collect(),
    }
}

/// Says what is wrong with the code in a row, if anything is.
pub(super) fn explain_code<T: Copy>(
    batch: &Batch<'_>,
    row: usize,
    column: &str,
    codes: Option<&Codes<T>>,
    unknown: fn(&str, &Codes<T>) -> FaultKind,
    faults: &mut FaultReport,
) {
    let code = batch.text(column).and_then(|text| text.get(row));
    match (code, codes) {
        (None, _) => explain_empty(batch, row, column, faults),
        (Some(code), Some(codes)) if codes.is_derived(code) => {
            let kind = FaultKind::SeriesAndFilings { series: shown(code) };
            faults.push(batch.fault(row, Some(column), kind));
        }
        (Some(code), Some(codes)) if codes.get(code).is_none() && !faults.repeats_code(column, code) => {
            faults.push_new_with(|| batch.fault(row, Some(column), unknown(code, codes)));
        }
        _ => {}
    }
}

pub(super) fn explain_empty(batch: &Batch<'_>, row: usize, column: &str, faults: &mut FaultReport) {
    if !batch.is_damaged(row, column) {
        let is_value = matches!(column, "close" | "value");
        let kind = if is_value { FaultKind::NoValue } else { FaultKind::EmptyCell };
        faults.push(batch.fault(row, Some(column), kind));
    }
}

/// Says what is wrong with a date, and returns it if nothing is.
pub(super) fn explain_date(
    batch: &Batch<'_>,
    row: usize,
    column: &str,
    faults: &mut FaultReport,
) -> Option<Date> {
    let Some(days) = batch.dates(column).filter(|dates| dates.is_valid(row)).map(|dates| dates.value(row))
    else {
        explain_empty(batch, row, column, faults);
        return None;
    };
    if Date::from_days(days).is_none() {
        faults.push(batch.fault(row, Some(column), date_out_of_range(days)));
    }
    Date::from_days(days)
}

/// Says what is wrong with a number, and returns it if it is finite.
fn explain_number(batch: &Batch<'_>, row: usize, column: &str, faults: &mut FaultReport) -> Option<f64> {
    let Some(number) =
        batch.numbers(column).filter(|numbers| numbers.is_valid(row)).map(|cells| cells.value(row))
    else {
        explain_empty(batch, row, column, faults);
        return None;
    };
    if !number.is_finite() {
        let value = shown_number(number);
        faults.push(batch.fault(row, Some(column), FaultKind::NotFinite { value }));
    }
    number.is_finite().then_some(number)
}

/// Stands for a day in a cell that is empty; no rule lets it pass.
const NO_DAY: i32 = i32::MIN;

/// Returns the day in a row; [`NO_DAY`] if the cell is empty.
pub(super) fn day(dates: &PrimitiveArray<Date32Type>, row: usize) -> i32 {
    if dates.is_valid(row) { dates.value(row) } else { NO_DAY }
}

/// What a close can be: no index and no share was ever outside, and a number that is was never a close.
const CLOSES: std::ops::RangeInclusive<f64> = 1e-6..=1e9;

const EARLIEST: i32 = Date::MIN.days();
const LATEST: i32 = Date::MAX.days();

pub(crate) fn load_prices(
    source: &TableSource,
    entities: Option<&EntityCodes>,
    manifest: Option<&Manifest>,
    faults: &mut FaultReport,
) -> Option<Vec<Vec<Close>>> {
    let (first, last) = manifest.map_or((EARLIEST, LATEST), |said| (said.first.days(), said.last.days()));
    source.fold(faults, Vec::with_capacity, |closes: &mut Vec<Close>, batch, faults| {
        let (Some(codes), Some(dates), Some(values)) =
            (batch.text("entity"), batch.dates("date"), batch.numbers("close"))
        else {
            return;
        };
        let of_entities = positions_of_rows(&codes, entities);
        let (dates, values) = (filled(dates, NO_DAY), filled(values, f64::NAN));
        for (row, ((&entity, &date), &close)) in of_entities.iter().zip(&*dates).zip(&*values).enumerate() {
            if entity != UNKNOWN && (first..=last).contains(&date) && CLOSES.contains(&close) {
                closes.push(Close { entity, date, row: batch.row_number(row) as u32, close });
            } else {
                explain_price(batch, row, entities, manifest, faults);
            }
        }
    })
}

#[cold]
fn explain_price(
    batch: &Batch<'_>,
    row: usize,
    entities: Option<&EntityCodes>,
    manifest: Option<&Manifest>,
    faults: &mut FaultReport,
) {
    explain_code(batch, row, "entity", entities, unknown_entity, faults);
    if let (Some(date), Some(said)) = (explain_date(batch, row, "date", faults), manifest)
        && !(said.first..=said.last).contains(&date)
    {
        let kind = FaultKind::OutsideManifest { date, first: said.first, last: said.last };
        faults.push(batch.fault(row, Some("date"), kind));
    }
    if let Some(close) = explain_number(batch, row, "close", faults)
        && !CLOSES.contains(&close)
    {
        let kind = FaultKind::OutsideRange { value: shown_number(close), range: "[1e-6, 1e9]" };
        faults.push(batch.fault(row, Some("close"), kind));
    }
}

pub(crate) fn load_observations(
    source: &TableSource,
    series: Option<&SeriesCodes>,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) -> Option<Vec<Vec<Publication>>> {
    let frequencies = series.map_or(Vec::new(), SeriesCodes::frequencies);
    let bounds: Vec<Bounds> = series.map_or(Vec::new(), |codes| codes.names().map(bounds_of).collect());
    let n_entities = entities.map_or(0, Codes::len) as u32;
    source.fold(faults, Vec::with_capacity, |publications: &mut Vec<Publication>, batch, faults| {
        let (Some(series_column), Some(entity_column)) = (batch.text("series"), batch.text("entity")) else {
            return;
        };
        let (Some(periods), Some(releases), Some(values)) =
            (batch.dates("period"), batch.dates("released"), batch.numbers("value"))
        else {
            return;
        };
        let of_series = positions_of_rows(&series_column, series);
        let of_entities = positions_of_rows(&entity_column, entities);
        let (periods, releases) = (filled(periods, NO_DAY), filled(releases, NO_DAY));
        let values = filled(values, f64::NAN);
        let (periods, releases, values) = (&*periods, &*releases, &*values);
        let mut rows = 0..0;
        // Rows of one series usually stand together, and what its rules are is looked up once.
        for same_series in of_series.chunk_by(|a, b| a == b) {
            rows = rows.end..rows.end + same_series.len();
            let series_idx = same_series[0];
            let (frequency, bounds) = match series_idx {
                UNKNOWN => (Frequency::Daily, Bounds::NONE),
                series => (frequencies[series as usize], bounds[series as usize]),
            };
            let is_sound = |row: usize| {
                let (period, released, value) = (periods[row], releases[row], values[row]);
                of_entities[row] != UNKNOWN
                    && EARLIEST <= period
                    && period <= released
                    && released <= LATEST
                    && value.is_finite()
                    && bounds.contain(value)
            };
            let publication = |row: usize, index| Publication {
                key: series_idx * n_entities + of_entities[row],
                index,
                released: releases[row],
                row: batch.row_number(row) as u32,
                value: values[row],
            };
            // A day is its own position, so that sound rows can be taken all at once.
            if frequency.calendar() == Calendar::Days && rows.clone().all(is_sound) {
                publications.extend(rows.clone().map(|row| publication(row, periods[row])));
                continue;
            }
            for row in rows.clone() {
                let index = if is_sound(row) { period_index(frequency, periods[row]) } else { None };
                match index {
                    Some(index) => publications.push(publication(row, index)),
                    None => explain_observation(batch, row, series, entities, faults),
                }
            }
        }
    })
}

/// Returns the position of the period that ends on a day (days since 1970, known to be in range) on the calendar
/// of its frequency, or `None` if no such period ends there.
pub(super) fn period_index(frequency: Frequency, day: i32) -> Option<i32> {
    if frequency.calendar() == Calendar::Days {
        return Some(day);
    }
    ReferencePeriod::ending(frequency, Date::from_days(day)?).map(ReferencePeriod::index)
}

#[cold]
fn explain_observation(
    batch: &Batch<'_>,
    row: usize,
    series: Option<&SeriesCodes>,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) {
    explain_code(batch, row, "series", series, unknown_series, faults);
    explain_code(batch, row, "entity", entities, unknown_entity, faults);
    let period = explain_date(batch, row, "period", faults);
    let frequency = batch.text("series").and_then(|text| text.get(row)).and_then(|code| series?.get(code)?.1);
    if let (Some(period), Some(frequency)) = (period, frequency)
        && ReferencePeriod::ending(frequency, period).is_none()
    {
        faults.push(batch.fault(row, Some("period"), FaultKind::NotPeriodEnd { period, frequency }));
    }
    if let (Some(released), Some(period)) = (explain_date(batch, row, "released", faults), period)
        && released < period
    {
        faults.push(batch.fault(row, Some("released"), FaultKind::ReleasedEarly { released, period }));
    }
    if let Some(value) = explain_number(batch, row, "value", faults)
        && let Some(name) = batch.text("series").and_then(|text| text.get(row))
    {
        let bounds = bounds_of(name);
        if !bounds.contain(value) {
            let kind = FaultKind::OutsideRange { value: shown_number(value), range: bounds.range };
            faults.push(batch.fault(row, Some("value"), kind));
        }
    }
}

/// Between which numbers the values of a series lie.
#[derive(Clone, Copy)]
struct Bounds {
    least: f64,
    most: f64,
    /// The same in words.
    range: &'static str,
}

impl Bounds {
    /// Those of a series that is not known: no value lies between them.
    const NONE: Self = Self { least: f64::INFINITY, most: f64::NEG_INFINITY, range: "" };

    fn contain(self, value: f64) -> bool {
        self.least <= value && value <= self.most
    }
}

/// Returns the bounds of a series that has them by its meaning.
fn bounds_of(series: &str) -> Bounds {
    let (least, most, range) = match series {
        "insider_buy" | "insider_sell" | "comparable_n" => (0.0, f64::INFINITY, "[0, ∞)"),
        "comparable_coverage" => (0.0, 1.0, "[0, 1]"),
        _ => (f64::NEG_INFINITY, f64::INFINITY, "(-∞, ∞)"),
    };
    Bounds { least, most, range }
}

/// A month-end close that is dated earlier leaves open which month it closes.
const FIRST_DAY_OF_MONTH_END: u32 = 20;

/// Reports closes that repeat an entity and a date, and in a month-end dataset those that share a month or are dated too early in it. The
/// closes are sorted by entity, date and row.
pub(crate) fn check_closes(
    source: &TableSource,
    closes: &[Close],
    entities: Option<&EntityCodes>,
    frequency: Option<PriceFrequency>,
    faults: &mut FaultReport,
) {
    let date = |close: &Close| Date::from_days(close.date).expect("the dates of closes have been checked");
    let month = |close: &Close| -> Month { date(close).month() };
    let mut repeated = Repetitions::default();
    for same_day in closes.chunk_by(|a, b| (a.entity, a.date) == (b.entity, b.date)) {
        for again in &same_day[1..] {
            repeated.add(again.row, (same_day[0], *again));
        }
    }
    let (mut second, mut early) = (Repetitions::default(), Repetitions::default());
    if frequency == Some(PriceFrequency::MonthEnd) {
        for close in closes {
            if date(close).ymd().2 < FIRST_DAY_OF_MONTH_END {
                early.add(close.row, *close);
            }
        }
        for pair in closes.windows(2) {
            let (first, again) = (&pair[0], &pair[1]);
            if first.entity == again.entity && first.date != again.date && month(first) == month(again) {
                second.add(again.row, (*first, *again));
            }
        }
    }
    early.report(source, faults, |close| FaultKind::EarlyInMonth { date: date(close) });
    second.report(source, faults, |(first, again)| FaultKind::SecondCloseInMonth {
        date: date(again),
        other: date(first),
    });
    repeated.report(source, faults, |(first, _)| {
        let code = shown(entities.map_or("", |codes| codes.code(first.entity as usize)));
        FaultKind::DuplicateKey { key: format!("`{code}`, {}", date(first)), first_row: u64::from(first.row) }
    });
}

/// Rows found out of order to repeat something: how many, and those that a report has room for.
#[derive(Debug)]
pub(crate) struct Repetitions<T> {
    n_found: u64,
    by_row: BTreeMap<u32, T>,
}

impl<T> Default for Repetitions<T> {
    fn default() -> Self {
        Self { n_found: 0, by_row: BTreeMap::new() }
    }
}

impl<T> Repetitions<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.n_found == 0
    }

    pub(crate) fn add(&mut self, row: u32, what: T) {
        self.n_found += 1;
        self.by_row.insert(row, what);
        if self.by_row.len() > FaultReport::KEPT {
            self.by_row.pop_last();
        }
    }

    /// Takes up what another look found in other rows.
    pub(crate) fn merged(mut self, other: Self) -> Self {
        self.n_found += other.n_found;
        self.by_row.extend(other.by_row);
        while self.by_row.len() > FaultReport::KEPT {
            self.by_row.pop_last();
        }
        self
    }

    /// Reports the rows in their order, among the faults that their table already has.
    pub(crate) fn report(
        self,
        source: &TableSource,
        faults: &mut FaultReport,
        describe: impl Fn(&T) -> FaultKind,
    ) {
        let fault =
            |(row, what): (&u32, &T)| Fault { row: Some(u64::from(*row)), ..source.fault(describe(what)) };
        faults.merge(FaultReport::of(self.by_row.iter().map(fault), self.n_found));
    }
}
