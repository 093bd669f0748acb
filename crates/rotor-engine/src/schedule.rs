//! The schedule: execution days, and the days of the trades.

use std::collections::BTreeMap;

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::{AsOf, Date, EntityKind, Month};

use rotor_run::{Config, Rebalance, TradeDay};

/// A day on which sectors are selected, with the days on which they are bought and sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The execution day: what was released before it is known.
    pub as_of: AsOf,
    /// The day at whose close is bought; the execution day itself, or the trading day after it.
    pub entry: Date,
    /// The day at whose close is sold, which is that on which the next execution buys.
    pub exit: Date,
}

/// The executions of a configuration, and what a reader must know of those that there are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Oldest first.
    pub executions: Vec<Execution>,
    /// Execution days at the end of a month in which consumer or producer prices were not released in time.
    pub without_release: Vec<Date>,
    /// Months without an execution, or whose execution has no exit, for closes are missing.
    pub without_closes: Vec<Month>,
    /// Days that would have been executions, had not most of the sectors ended.
    pub not_replayed: Vec<Date>,
}

/// Why there is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// Both need days on which there is trading inside a month.
    #[error(
        "`{key} = \"{value}\"` needs closes of every trading day, and dataset `{dataset}` has month-end closes only"
    )]
    NeedsDays {
        /// The key of the configuration.
        key: &'static str,
        /// Its value.
        value: &'static str,
        /// The name of the dataset.
        dataset: String,
    },
    /// Nothing says when consumer and producer prices were published.
    #[error(
        "`rebalance = \"after_cpi\"` needs `cpi_yoy` or `ppi_yoy` of the market, and dataset `{dataset}` has neither"
    )]
    NeedsPrices {
        /// The name of the dataset.
        dataset: String,
    },
}

/// Returns the execution days at the start of each month from `start` to `end`, both included, oldest first.
///
/// The execution day is the first trading day of a month, or the only one where the dataset has month-end closes only. A day
/// without an exit, in the last month of the dataset or before a month without trading, is none.
#[must_use]
pub fn executions(dataset: &Dataset, start: Month, end: Option<Month>) -> Vec<Execution> {
    let day_of = |month: Month| dataset.calendar().first_of(month);
    let in_months = months(dataset, start, end).filter_map(|month| {
        let (as_of, next) = (day_of(month)?, day_of(month.plus(1)?)?);
        Some(Execution { as_of: AsOf(as_of), entry: as_of, exit: next })
    });
    in_months.collect()
}

/// Returns the executions of a configuration.
///
/// `takes_part` says of each sector of the dataset, in its order, whether it belongs to the universe; empty, all do.
///
/// # Errors
///
/// If the dataset lacks what the rule of the configuration needs.
pub fn schedule(dataset: &Dataset, config: &Config, takes_part: &[bool]) -> Result<Schedule, ScheduleError> {
    let name = || dataset.manifest().name.clone();
    let is_daily = dataset.manifest().price_frequency == PriceFrequency::Daily;
    let is_monthly = config.rebalance == Rebalance::MonthStart;
    let needs_days = |key, value| Err(ScheduleError::NeedsDays { key, value, dataset: name() });
    if !is_daily && !is_monthly {
        return needs_days("rebalance", config.rebalance.word());
    }
    if !is_daily && config.execution == TradeDay::NextClose {
        return needs_days("execution", config.execution.word());
    }
    // Whether data have ended does not depend on where a run starts.
    let mut schedule = if is_monthly {
        let executions = executions(dataset, Month::MIN, config.end);
        Schedule { executions, ..Schedule::default() }
    } else {
        after_prices(dataset, config.end).ok_or_else(|| ScheduleError::NeedsPrices { dataset: name() })?
    };
    schedule.leave_out_ends(dataset, takes_part);
    let is_in = |day: Date| day.month() >= config.start;
    schedule.executions.retain(|execution| is_in(execution.as_of.0));
    schedule.not_replayed.retain(|day| is_in(*day));
    let has_closes = |month: &Month| schedule.not_replayed.iter().any(|day| day.month() == *month);
    schedule.without_closes = gaps(dataset, &schedule.executions);
    schedule.without_closes.retain(|month| !has_closes(month));
    if config.execution == TradeDay::NextClose {
        let after = |day: Date| dataset.calendar().on_or_after(day.plus_days(1)?);
        schedule.executions.retain_mut(|execution| {
            let (Some(entry), Some(exit)) = (after(execution.entry), after(execution.exit)) else {
                return false;
            };
            (execution.entry, execution.exit) = (entry, exit);
            true
        });
    }
    let is_execution = |day: &Date| schedule.executions.iter().any(|execution| execution.as_of.0 == *day);
    schedule.without_release.retain(is_execution);
    Ok(schedule)
}

impl Schedule {
    /// Leaves out the executions at which most of the data have ended: of the sectors that are alive and had a fresh close at any of
    /// the three executions before, fewer than half still have one.
    fn leave_out_ends(&mut self, dataset: &Dataset, takes_part: &[bool]) {
        let sectors = dataset.of_kind(EntityKind::Sector);
        let is_alive = |sector: usize, day: Date| dataset.entities()[sector].is_valid_on(day);
        // Of the executions before, newest last: which sectors had a fresh close.
        let mut before: Vec<Vec<bool>> = Vec::new();
        let not_replayed = &mut self.not_replayed;
        self.executions.retain(|execution| {
            let AsOf(day) = execution.as_of;
            let in_universe = |row: usize| takes_part.get(row).is_none_or(|takes_part| *takes_part);
            let has_close = |(row, sector): (usize, &usize)| {
                in_universe(row) && dataset.fresh_close(*sector, day).is_some()
            };
            let fresh: Vec<bool> = sectors.iter().enumerate().map(has_close).collect();
            let alive = || (0..sectors.len()).filter(|row| is_alive(sectors[*row], day));
            let were_fresh = |row: &usize| before.iter().rev().take(3).any(|fresh| fresh[*row]);
            let n_before = alive().filter(were_fresh).count();
            if 2 * alive().filter(were_fresh).filter(|row| fresh[*row]).count() < n_before {
                not_replayed.push(day);
                return false;
            }
            before.push(fresh);
            true
        });
    }
}

/// The months between the first and the last execution that have none.
fn gaps(dataset: &Dataset, executions: &[Execution]) -> Vec<Month> {
    let (Some(first), Some(last)) = (executions.first(), executions.last()) else { return Vec::new() };
    let has_execution =
        |month: &Month| executions.iter().any(|execution| execution.as_of.0.month() == *month);
    months(dataset, first.as_of.0.month(), Some(last.as_of.0.month()))
        .filter(|month| !has_execution(month))
        .collect()
}

/// The months from `start` to `end` in which the dataset has trading days.
fn months(dataset: &Dataset, start: Month, end: Option<Month>) -> impl Iterator<Item = Month> {
    let days = dataset.calendar().days();
    let range = match (days.first(), days.last()) {
        (Some(first), Some(last)) => {
            let last = end.unwrap_or(Month::MAX).min(last.month());
            start.max(first.month()).index()..last.index() + 1
        }
        _ => 0..0,
    };
    range.filter_map(Month::from_index)
}

/// The first trading day of each month after its consumer and producer prices, those of the month before, are out; the last one of
/// the month if they come too late. `None` without any such prices.
fn after_prices(dataset: &Dataset, end: Option<Month>) -> Option<Schedule> {
    let market = dataset.market()?;
    let series: Vec<usize> =
        ["cpi_yoy", "ppi_yoy"].iter().filter_map(|name| dataset.find_series(name)).collect();
    // Of each series the first release of each month's value; one without values of the market says nothing.
    let first_releases = series.into_iter().map(|series| {
        let mut first: BTreeMap<Month, Date> = BTreeMap::new();
        for vintage in dataset.archive().vintages(series).filter(|vintage| vintage.entity == market) {
            let released = vintage.released.0;
            let known = first.entry(vintage.period.end().month()).or_insert(released);
            *known = released.min(*known);
        }
        first
    });
    let releases: Vec<BTreeMap<Month, Date>> = first_releases.filter(|first| !first.is_empty()).collect();
    if releases.is_empty() {
        return None;
    }
    let after_release = |month: Month| {
        let before = month.plus(-1)?;
        let of_both =
            releases.iter().map(|first| first.get(&before).copied()).collect::<Option<Vec<Date>>>()?;
        let released = of_both.into_iter().max()?;
        let day = dataset.calendar().on_or_after(released.plus_days(1)?)?;
        (day.month() == month).then_some(day)
    };
    let mut without_release = Vec::new();
    let mut day_of = |month: Month| {
        after_release(month).or_else(|| {
            let last = dataset.calendar().last_of(month).filter(|_| is_over(dataset, month))?;
            without_release.push(last);
            Some(last)
        })
    };
    // Also beyond the end, for the exit of the last one.
    let days: Vec<Date> = months(dataset, Month::MIN, None).filter_map(&mut day_of).collect();
    let pairs = days.windows(2).filter(|pair| end.is_none_or(|end| pair[0].month() <= end));
    let execution = |pair: &[Date]| Execution { as_of: AsOf(pair[0]), entry: pair[0], exit: pair[1] };
    Some(Schedule { executions: pairs.map(execution).collect(), without_release, ..Schedule::default() })
}

/// Whether no weekday of a month lies after the data.
fn is_over(dataset: &Dataset, month: Month) -> bool {
    let last_close =
        (0..dataset.entities().len()).filter_map(|entity| dataset.closes().of(entity).next_back());
    let last = last_close.map(|(day, _)| day).max().unwrap_or(Date::MIN).max(dataset.manifest().last);
    let days_left = (last.days() + 1).max(month.first_day().days())..=month.last_day().days();
    last.month() > month || !days_left.filter_map(Date::from_days).any(|day| day.weekday() <= 5)
}
