//! The series of production chains: where they stand, and against what.

use rotor_data::Dataset;
use rotor_data::model::{Accumulation, Series};
use rotor_factor::{Frequency, Measure, Month};
use rotor_run::{Named, SeasonalPosition, SeriesHistory, Tracked, TrackedKind, YearOnYear};
use rotor_stats::{equal, less_than};

use super::known::{Known, Values};

/// The years before whose same month a month is held against, and the fewest.
const N_YEARS: i32 = 5;
const LEAST_YEARS: usize = 3;

/// The series of days, weeks and months that are linked to a sector or belong to a chain, by position.
pub(super) fn tracked(dataset: &Dataset) -> impl Iterator<Item = (usize, &Series)> {
    let is_linked = |position: usize| dataset.links().iter().any(|link| link.series as usize == position);
    dataset.series().iter().enumerate().filter(move |(position, series)| {
        let has_months = series.frequency != Frequency::Quarterly;
        has_months && (series.chain.is_some() || is_linked(*position))
    })
}

/// The series of the market of which anything is public, by chain, then by name; those without a chain last.
pub(super) fn tracking(known: &Known<'_>) -> Vec<Tracked> {
    let dataset = known.dataset;
    let Some(market) = dataset.market() else { return Vec::new() };
    let mut all: Vec<Tracked> = tracked(dataset)
        .filter_map(|(position, series)| Indicator::new(known, position, series, market)?.tracked(known))
        .collect();
    // Series are in the order of their names, and the sort keeps it.
    let chain = |tracked: &Tracked| tracked.chain.as_ref().map(|chain| chain.code.clone());
    all.sort_by_cached_key(|tracked| (tracked.chain.is_none(), chain(tracked)));
    all
}

/// A series of the market.
struct Indicator<'d> {
    position: usize,
    series: &'d Series,
    market: usize,
    values: Values,
    kind: TrackedKind,
    /// The last complete month that is public.
    month: Option<Month>,
}

impl<'d> Indicator<'d> {
    fn new(known: &Known<'_>, position: usize, series: &'d Series, market: usize) -> Option<Self> {
        let values = known.values_of(position);
        let (last, _) = values.last(market)?;
        // A month is public as a whole, whenever that is; days and weeks make one when it is over.
        let last = match series.frequency {
            Frequency::Monthly => last.month(),
            _ => last.month().min(known.month),
        };
        let months = (0..12 * N_YEARS).filter_map(|before| last.plus(-before));
        let month = months.into_iter().find(|month| values.of_month(market, *month).is_some());
        let kind = match series.measure {
            Some(Measure::Rate | Measure::Survey) => TrackedKind::Points,
            Some(Measure::Growth) => TrackedKind::Growth,
            _ => TrackedKind::Level,
        };
        Some(Self { position, series, market, values, kind, month })
    }

    fn tracked(&self, known: &Known<'_>) -> Option<Tracked> {
        let (series, market) = (self.series, self.market);
        let (last_day, last) = self.values.last(market)?;
        let is_frequent = matches!(series.frequency, Frequency::Daily | Frequency::Weekly);
        let week_ago = last_day.plus_days(-7).and_then(|day| self.values.on_or_before(market, day));
        let value = |before: i32| self.month.and_then(|month| self.at(month, before));
        let is_sum = self.is_sum();
        let chain = series.chain.as_ref().map(|chain| Named {
            code: chain.clone(),
            name: chain.replace('_', " "),
            name_zh: series.chain_zh.clone(),
        });
        Some(Tracked {
            series: Named {
                code: series.name.clone(),
                name: series.title.clone(),
                name_zh: series.title_zh.clone(),
            },
            unit: series.unit.clone(),
            unit_zh: series.unit_zh.clone(),
            chain,
            kind: self.kind,
            last,
            last_day,
            week_on_week: week_ago.filter(|_| is_frequent).and_then(|then| self.change(last, then)),
            month_to_date: self.month_to_date(known, is_frequent),
            month: self.month,
            value: value(0),
            month_on_month: if is_sum || self.kind == TrackedKind::Growth {
                None
            } else {
                value(0).zip(value(1)).and_then(|(now, then)| self.change(now, then))
            },
            year_on_year: if is_sum {
                YearOnYear::default()
            } else {
                YearOnYear::new(self.year_on_year(0), self.year_on_year(1))
            },
            since_january: self.since_january(),
            position: self.seasonal_position(),
            history: self.history(known),
        })
    }

    /// Whether the values are sums since January.
    fn is_sum(&self) -> bool {
        self.series.accumulation == Some(Accumulation::YearToDate) && self.kind == TrackedKind::Level
    }

    /// The value of the month so many months before another.
    fn at(&self, month: Month, before: i32) -> Option<f64> {
        self.values.of_month(self.market, month.plus(-before)?)
    }

    /// A value against an earlier one.
    fn change(&self, now: f64, then: f64) -> Option<f64> {
        let change = match self.kind {
            // A mean that cancels out is nothing but for its last digits.
            TrackedKind::Level if equal(then, 0.0) => return None,
            TrackedKind::Level => 100.0 * (now - then) / then.abs(),
            TrackedKind::Points | TrackedKind::Growth => now - then,
        };
        change.is_finite().then_some(change)
    }

    /// The month that has begun against the one before.
    fn month_to_date(&self, known: &Known<'_>, is_frequent: bool) -> Option<f64> {
        let (last_day, _) = self.values.last(self.market)?;
        let month = last_day.month();
        if !is_frequent || self.kind == TrackedKind::Growth || month <= known.month {
            return None;
        }
        self.change(self.at(month, 0)?, self.at(month, 1)?)
    }

    /// The month so many months before the last one against the year before.
    fn year_on_year(&self, before: i32) -> Option<f64> {
        let now = self.at(self.month?, before)?;
        if self.kind == TrackedKind::Growth {
            // An index of growth has 100 where nothing changes.
            return Some(if self.series.unit == "index" { now - 100.0 } else { now });
        }
        self.change(now, self.at(self.month?, before + 12)?)
    }

    /// The sum since January against the year before, of sums and of volumes by month.
    fn since_january(&self) -> Option<YearOnYear> {
        if self.is_sum() {
            return Some(YearOnYear::new(self.year_on_year(0), self.year_on_year(1)));
        }
        let is_volume = self.series.measure == Some(Measure::Volume);
        if !is_volume || self.series.frequency != Frequency::Monthly {
            return None;
        }
        let total = |last: Month| {
            let months = (0..last.number() as i32).rev();
            months.map(|before| self.at(last, before)).sum::<Option<f64>>()
        };
        let growth = |last: Month| self.change(total(last)?, total(last.plus(-12)?)?);
        let month = self.month?;
        let sums = YearOnYear::new(growth(month), month.plus(-1).and_then(growth));
        sums.now.map(|_| sums)
    }

    /// Where the month stands among the same month of the years before.
    fn seasonal_position(&self) -> Option<SeasonalPosition> {
        let now = self.at(self.month?, 0)?;
        let others: Vec<f64> = (1..=N_YEARS).filter_map(|years| self.at(self.month?, 12 * years)).collect();
        if others.len() < LEAST_YEARS {
            return None;
        }
        let is_all = |is_it: &dyn Fn(f64) -> bool| others.iter().all(|other| is_it(*other));
        Some(if is_all(&|other| less_than(other, now)) {
            SeasonalPosition::Above
        } else if is_all(&|other| less_than(now, other)) {
            SeasonalPosition::Below
        } else {
            SeasonalPosition::Within
        })
    }

    /// The months of the figure: this year and the five before it.
    fn history(&self, known: &Known<'_>) -> SeriesHistory {
        let last = self.month.unwrap_or(known.month);
        let n_before = 12 * N_YEARS + last.number() as i32 - 1;
        let months: Vec<Month> = (0..=n_before).rev().filter_map(|before| last.plus(-before)).collect();
        let values = months.iter().map(|month| self.values.of_month(self.market, *month)).collect();
        SeriesHistory { series: self.position, market: self.market, months, values, sectors: Vec::new() }
    }
}
