//! What was public on the day, by series, entity and period.

use rotor_data::Dataset;
use rotor_factor::{AsOf, Date, Frequency, Month, ReferencePeriod};

/// The dataset of the day.
pub(super) struct Known<'d> {
    pub(super) dataset: &'d Dataset,
    pub(super) as_of: AsOf,
    /// The last day that is over.
    pub(super) yesterday: Date,
    /// The last complete month.
    pub(super) month: Month,
}

impl<'d> Known<'d> {
    pub(super) fn new(dataset: &'d Dataset, as_of: AsOf) -> Self {
        let yesterday = as_of.0.plus_days(-1).unwrap_or(as_of.0);
        let month = dataset.last_complete_month(as_of).unwrap_or(Month::MIN);
        Self { dataset, as_of, yesterday, month }
    }

    /// The latest vintages of a series; `None` if the dataset does not have it.
    pub(super) fn values(&self, series: &str) -> Option<Values> {
        self.dataset.find_series(series).map(|series| self.values_of(series))
    }

    pub(super) fn values_of(&self, series: usize) -> Values {
        let public = self.dataset.archive().vintages(series);
        let public = public.take_while(|vintage| vintage.released.is_public(self.as_of));
        let mut rows: Vec<(usize, i32, f64)> =
            public.map(|vintage| (vintage.entity, vintage.period.index(), vintage.value)).collect();
        // The log is in the order of release, and the sort keeps it: of a period the last one counts.
        rows.sort_by_key(|(entity, period, _)| (*entity, *period));
        rows.dedup_by(|later, kept| {
            let is_same = (later.0, later.1) == (kept.0, kept.1);
            if is_same {
                kept.2 = later.2;
            }
            is_same
        });
        Values { frequency: self.dataset.series()[series].frequency, rows }
    }
}

/// The values of a series, by entity, then by period.
pub(super) struct Values {
    pub(super) frequency: Frequency,
    rows: Vec<(usize, i32, f64)>,
}

impl Values {
    /// The values of an entity by period, ascending.
    pub(super) fn of(
        &self,
        entity: usize,
    ) -> impl DoubleEndedIterator<Item = (i32, f64)> + ExactSizeIterator {
        let first = self.rows.partition_point(|row| row.0 < entity);
        let n = self.rows[first..].partition_point(|row| row.0 == entity);
        self.rows[first..first + n].iter().map(|row| (row.1, row.2))
    }

    /// The value of a period.
    pub(super) fn at(&self, entity: usize, period: i32) -> Option<f64> {
        let found = self.rows.binary_search_by_key(&(entity, period), |row| (row.0, row.1));
        found.ok().map(|row| self.rows[row].2)
    }

    /// The last day of a period.
    pub(super) fn end(&self, period: i32) -> Option<Date> {
        ReferencePeriod::from_index(self.frequency, period).map(ReferencePeriod::end)
    }

    /// The value of a month: that of the period, of days and weeks the mean of the values dated in it.
    pub(super) fn of_month(&self, entity: usize, month: Month) -> Option<f64> {
        if self.frequency == Frequency::Monthly {
            return self.at(entity, month.index());
        }
        mean(self.between(entity, month.first_day(), month.last_day()).map(|(_, value)| value))
    }

    /// The values of the periods that end in a span of days, both included, in time order.
    pub(super) fn between(
        &self,
        entity: usize,
        first: Date,
        last: Date,
    ) -> impl Iterator<Item = (Date, f64)> {
        let days = self.of(entity).filter_map(|(period, value)| Some((self.end(period)?, value)));
        days.filter(move |(day, _)| (first..=last).contains(day))
    }

    /// The last value of an entity with its day.
    pub(super) fn last(&self, entity: usize) -> Option<(Date, f64)> {
        let (period, value) = self.of(entity).next_back()?;
        Some((self.end(period)?, value))
    }

    /// The last value of an entity dated on or before a day.
    pub(super) fn on_or_before(&self, entity: usize, day: Date) -> Option<f64> {
        let mut days = self.of(entity).rev().filter_map(|(period, value)| Some((self.end(period)?, value)));
        days.find(|(end, _)| *end <= day).map(|(_, value)| value)
    }
}

/// The mean of values in their order; `None` without any.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    (n > 0.0).then_some(sum / n)
}
