//! What benchmarks and sectors gained in the week.

use rotor_factor::{Date, EntityKind};
use rotor_run::{Config, Week, WeekReturn, WeekReturns};
use rotor_stats::{equal, less_than, percentile_among, quantile};

use super::known::{Known, mean};
use super::{named, of_kind};

/// The weeks among which a return stands, and the fewest.
const N_WEEKS: i32 = 260;
const LEAST_WEEKS: usize = 104;

/// The returns of the week; `None` if it has no trading day or there is none before it.
pub(super) fn returns(known: &Known<'_>, week: &Week, config: &Config) -> Option<WeekReturns> {
    let (last, _) = (*week.days.last()?, week.before?);
    let dataset = known.dataset;
    let weeks = weeks(known, week);
    let of = |entity: usize| {
        let values: Vec<f64> = weeks.iter().filter_map(|span| gain(known, entity, *span)).collect();
        let value = gain(known, entity, *weeks.last()?)?;
        let is_long = values.len() >= LEAST_WEEKS;
        let percentile = is_long.then(|| percentile_among(value, values.iter().copied())).flatten();
        let entity = named(&dataset.entities()[entity]);
        Some(WeekReturn { entity, value, excess: None, percentile, n_weeks: values.len() })
    };
    let codes = || config.benchmarks.iter().filter_map(|code| dataset.find_entity(code));
    let all = || of_kind(dataset, EntityKind::Benchmark).map(|(position, _)| position);
    let mut benchmarks: Vec<usize> =
        if config.benchmarks.is_empty() { all().collect() } else { codes().collect() };
    benchmarks.retain(|benchmark| dataset.entities()[*benchmark].is_valid_on(last));
    let first = benchmarks.first().and_then(|first| gain(known, *first, *weeks.last()?));
    let mut benchmarks: Vec<WeekReturn> = benchmarks.into_iter().filter_map(of).collect();
    let alive = of_kind(dataset, EntityKind::Sector).filter(|(_, sector)| sector.is_valid_on(last));
    let mut sectors: Vec<WeekReturn> = alive.filter_map(|(position, _)| of(position)).collect();
    for row in benchmarks.iter_mut().chain(&mut sectors) {
        row.excess = first.map(|first| row.value - first);
    }
    // Codes are in order, and the sort keeps it.
    sectors.sort_by(|one, other| other.value.total_cmp(&one.value));
    let values: Vec<f64> = sectors.iter().map(|row| row.value).collect();
    let count = |is_it: fn(f64) -> bool| values.iter().filter(|value| is_it(**value)).count();
    Some(WeekReturns {
        n_up: count(|value| less_than(0.0, value)),
        n_flat: count(|value| equal(value, 0.0)),
        n_down: count(|value| less_than(value, 0.0)),
        median: quantile(&values, 0.5).ok(),
        equal_weight: mean(values.iter().copied()),
        benchmarks,
        sectors,
    })
}

/// A week of the past: the last trading day before it, and its own last one.
type Span = (Date, Date);

/// The weeks up to that of the page, the oldest first; weeks without a trading day are none.
fn weeks(known: &Known<'_>, week: &Week) -> Vec<Span> {
    let days = known.dataset.calendar().days();
    let days = &days[..days.partition_point(|day| *day < known.as_of.0)];
    let span = |n_before: i32| {
        let monday = week.monday.plus_days(-7 * n_before)?;
        let sunday = monday.plus_days(6)?;
        let before = days.partition_point(|day| *day < monday).checked_sub(1)?;
        let last = days.partition_point(|day| *day <= sunday) - 1;
        (last > before).then(|| (days[before], days[last]))
    };
    (0..N_WEEKS).rev().filter_map(span).collect()
}

/// What an entity gained over a week, in percent; `None` without a close before it or one in it.
fn gain(known: &Known<'_>, entity: usize, (before, last): Span) -> Option<f64> {
    let closes = known.dataset.closes();
    let (_, base) = closes.on_or_before(entity, before)?;
    let (day, close) = closes.on_or_before(entity, last)?;
    (day > before).then(|| 100.0 * (close / base - 1.0))
}
