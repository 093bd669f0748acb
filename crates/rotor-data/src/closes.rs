//! Closes by entity, and the trading calendar that they define.

use std::ops::Range;

use rotor_factor::{Date, EntityKind, Month};

use crate::load::Close;
use crate::model::Entity;

/// The closes of a dataset, those of one entity together, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Closes {
    dates: Vec<i32>,
    closes: Vec<f64>,
    /// For each entity its part of the two.
    parts: Vec<Range<usize>>,
}

/// The days on which at least half of the sectors that exist have a close.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TradingCalendar {
    // Invariant: ascending.
    days: Vec<Date>,
}

impl Closes {
    /// Takes closes that are sorted by entity and date, each pair once.
    pub(crate) fn new(sorted: &[Close], n_entities: usize) -> Self {
        let mut parts = Vec::with_capacity(n_entities);
        let mut end = 0;
        for entity in 0..n_entities as u32 {
            let start = end;
            end += sorted[start..].partition_point(|close| close.entity <= entity);
            parts.push(start..end);
        }
        let dates = sorted.iter().map(|close| close.date).collect();
        Self { dates, closes: sorted.iter().map(|close| close.close).collect(), parts }
    }

    /// Returns the number of closes of all entities.
    #[must_use]
    pub fn len(&self) -> usize {
        self.closes.len()
    }

    /// Tells whether there are no closes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.closes.is_empty()
    }

    /// Returns the closes of one entity with their days, oldest first.
    ///
    /// # Panics
    ///
    /// If the dataset has no entity at this position.
    #[must_use]
    pub fn of(&self, entity: usize) -> impl ExactSizeIterator<Item = (Date, f64)> + DoubleEndedIterator {
        let (dates, closes) = self.columns(entity);
        let date =
            |days: &i32| Date::from_days(*days).expect("the dates of closes are checked when they are read");
        dates.iter().map(date).zip(closes.iter().copied())
    }

    /// Returns the day of an entity's first close.
    ///
    /// # Panics
    ///
    /// If the dataset has no entity at this position.
    #[must_use]
    pub fn first_day(&self, entity: usize) -> Option<Date> {
        Date::from_days(*self.columns(entity).0.first()?)
    }

    /// Returns the last close of an entity on or before a day, with its day, however old.
    ///
    /// # Panics
    ///
    /// If the dataset has no entity at this position.
    #[must_use]
    pub fn on_or_before(&self, entity: usize, date: Date) -> Option<(Date, f64)> {
        let (dates, closes) = self.columns(entity);
        let position = dates.partition_point(|day| *day <= date.days()).checked_sub(1)?;
        Some((Date::from_days(dates[position])?, closes[position]))
    }

    /// Returns the closes that `change` gives, which is asked for each day and close.
    pub(crate) fn changed(&self, change: impl Fn(i32, f64) -> Option<f64>) -> Self {
        let mut changed = Self::default();
        for part in &self.parts {
            let start = changed.dates.len();
            for (date, close) in self.dates[part.clone()].iter().zip(&self.closes[part.clone()]) {
                if let Some(close) = change(*date, *close) {
                    changed.dates.push(*date);
                    changed.closes.push(close);
                }
            }
            changed.parts.push(start..changed.dates.len());
        }
        changed
    }

    /// Returns the days (since 1970) and the closes of one entity.
    pub(crate) fn columns(&self, entity: usize) -> (&[i32], &[f64]) {
        let part = self.parts[entity].clone();
        (&self.dates[part.clone()], &self.closes[part])
    }
}

impl TradingCalendar {
    /// Finds the trading days. A sector exists inside its validity, with or without closes so far; closes outside
    /// it do not count, nor do those of other entities.
    pub(crate) fn new(closes: &Closes, entities: &[Entity]) -> Self {
        let (Some(&first), Some(&last)) = (closes.dates.iter().min(), closes.dates.iter().max()) else {
            return Self::default();
        };
        let n_days = (last - first + 1) as usize;
        let mut n_closes = vec![0_u32; n_days];
        // How many sectors begin to exist on a day, less those that ended the day before.
        let mut changes = vec![0_i64; n_days + 1];
        let sectors = entities.iter().enumerate().filter(|(_, entity)| entity.kind == EntityKind::Sector);
        for (idx, sector) in sectors {
            let from = sector.valid_from.map_or(first, Date::days).clamp(first, last + 1);
            let to = sector.valid_to.map_or(last, Date::days).clamp(first - 1, last);
            if from > to {
                continue;
            }
            changes[(from - first) as usize] += 1;
            changes[(to + 1 - first) as usize] -= 1;
            for day in closes.columns(idx).0.iter().filter(|day| (from..=to).contains(day)) {
                n_closes[(day - first) as usize] += 1;
            }
        }
        let mut n_alive = 0;
        let is_trading_day = |(n_closes, change): (&u32, &i64)| {
            n_alive += change;
            *n_closes > 0 && 2 * i64::from(*n_closes) >= n_alive
        };
        let flags: Vec<bool> = n_closes.iter().zip(&changes).map(is_trading_day).collect();
        let days = (first..).zip(flags).filter(|(_, is_trading_day)| *is_trading_day);
        Self {
            days: days.map(|(day, _)| Date::from_days(day).expect("it lies between two closes")).collect(),
        }
    }

    /// Returns the trading days, oldest first.
    #[must_use]
    pub fn days(&self) -> &[Date] {
        &self.days
    }

    /// Returns the first trading day of a month.
    #[must_use]
    pub fn first_of(&self, month: Month) -> Option<Date> {
        self.on_or_after(month.first_day()).filter(|day| day.month() == month)
    }

    /// Returns the last trading day of a month.
    #[must_use]
    pub fn last_of(&self, month: Month) -> Option<Date> {
        let position = self.days.partition_point(|day| *day <= month.last_day());
        self.days[..position].last().copied().filter(|day| day.month() == month)
    }

    /// Returns the first trading day on or after a day.
    #[must_use]
    pub fn on_or_after(&self, date: Date) -> Option<Date> {
        self.days.get(self.days.partition_point(|day| *day < date)).copied()
    }
}
