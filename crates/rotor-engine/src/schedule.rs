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
/// The execution day is the first trading day of a month, or the last where the dataset has month-end closes only. A day
/// without an exit, in the last month of the dataset or before a month without trading, is none.
#[must_use]
pub fn executions(dataset: &Dataset, start: Month, end: Option<Month>) -> Vec<Execution> {
    let day_of = |month: Month| month_start(dataset, month);
    let in_months = months(dataset, start, end).filter_map(|month| {
        let (as_of, next) = (day_of(month)?, day_of(month.plus(1)?)?);
        Some(Execution { as_of: AsOf(as_of), entry: as_of, exit: next })
    });
    in_months.collect()
}

/// Returns the executions of a configuration, oldest first.
///
/// # Errors
///
/// If the dataset lacks what the rule of the configuration needs.
pub fn schedule(dataset: &Dataset, config: &Config) -> Result<Vec<Execution>, ScheduleError> {
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
    let mut executions = if is_monthly {
        executions(dataset, config.start, config.end)
    } else {
        after_prices(dataset, config.start, config.end)
            .ok_or_else(|| ScheduleError::NeedsPrices { dataset: name() })?
    };
    if config.execution == TradeDay::NextClose {
        let after = |day: Date| dataset.calendar().on_or_after(day.plus_days(1)?);
        executions.retain_mut(|execution| {
            let (Some(entry), Some(exit)) = (after(execution.entry), after(execution.exit)) else {
                return false;
            };
            (execution.entry, execution.exit) = (entry, exit);
            true
        });
    }
    Ok(executions)
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

fn month_start(dataset: &Dataset, month: Month) -> Option<Date> {
    match dataset.manifest().price_frequency {
        PriceFrequency::Daily => dataset.calendar().first_of(month),
        PriceFrequency::MonthEnd => dataset.calendar().last_of(month),
    }
}

/// The first trading day of each month after its consumer and producer prices, those of the month before, are out; a month in
/// which they come too late has none, and what is held stays. `None` without any such prices.
fn after_prices(dataset: &Dataset, start: Month, end: Option<Month>) -> Option<Vec<Execution>> {
    let market = market(dataset)?;
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
    let day_of = |month: Month| {
        let before = month.plus(-1)?;
        let of_both =
            releases.iter().map(|first| first.get(&before).copied()).collect::<Option<Vec<Date>>>()?;
        let released = of_both.into_iter().max()?;
        let day = dataset.calendar().on_or_after(released.plus_days(1)?)?;
        (day.month() == month).then_some(day)
    };
    // Also beyond the end, for the exit of the last one.
    let days: Vec<Date> = months(dataset, start, None).filter_map(day_of).collect();
    let pairs = days.windows(2).filter(|pair| end.is_none_or(|end| pair[0].month() <= end));
    let execution = |pair: &[Date]| Execution { as_of: AsOf(pair[0]), entry: pair[0], exit: pair[1] };
    Some(pairs.map(execution).collect())
}

/// The market that speaks for all: the only one, or `CN`.
fn market(dataset: &Dataset) -> Option<usize> {
    match dataset.of_kind(EntityKind::Market) {
        [only] => Some(*only),
        several => several.iter().copied().find(|market| dataset.entities()[*market].code == "CN"),
    }
}
