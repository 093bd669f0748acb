//! Closes by entity, and the trading calendar that they define.

use std::collections::BTreeMap;
use std::ops::Range;

use rotor_factor::{Date, EntityKind, Month};

use crate::load::Close;
use crate::manifest::PriceFrequency;
use crate::model::Entity;

/// The closes of a dataset, those of one entity together, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Closes {
    dates: Vec<i32>,
    closes: Vec<f64>,
    /// For each entity its part of the two.
    parts: Vec<Range<usize>>,
}

/// For how many days a close of a daily series is fresh, its own day included. The longest closure of the exchanges since 2005 is 11
/// days.
pub(crate) const FRESH_DAYS: i32 = 15;

/// The trading days: those on which at least half of the sectors that are traded have a close. Of month-end closes one day a month,
/// that which most sectors carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TradingCalendar {
    // Invariant: ascending.
    days: Vec<Date>,
}

impl Closes {
    /// Takes runs of closes that, one after the other, are sorted by entity and date, each pair once.
    pub(crate) fn new(runs: &[&[Close]], n_entities: usize) -> Self {
        let closes = || runs.iter().copied().flatten();
        let mut n_closes = vec![0; n_entities];
        for run in runs {
            for of_entity in run.chunk_by(|a, b| a.entity == b.entity) {
                n_closes[of_entity[0].entity as usize] += of_entity.len();
            }
        }
        let mut end = 0;
        let part = |n_of_entity: usize| {
            let start = end;
            end += n_of_entity;
            start..end
        };
        Self {
            parts: n_closes.into_iter().map(part).collect(),
            dates: closes().map(|close| close.date).collect(),
            closes: closes().map(|close| close.close).collect(),
        }
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

    /// Returns the closes of an entity after a day, up to another one, oldest first.
    ///
    /// # Panics
    ///
    /// If the dataset has no entity at this position.
    pub fn after(&self, entity: usize, day: Date, last: Date) -> impl Iterator<Item = (Date, f64)> {
        let (dates, closes) = self.columns(entity);
        let from = dates.partition_point(|date| *date <= day.days());
        let date =
            |days: &i32| Date::from_days(*days).expect("the dates of closes are checked when they are read");
        let days = dates[from..].iter().take_while(move |date| **date <= last.days());
        days.map(date).zip(closes[from..].iter().copied())
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

/// A sector as the calendar sees it; all in days since 1970.
struct Sector<'a> {
    from: i32,
    to: i32,
    days: &'a [i32],
}

impl Sector<'_> {
    fn is_alive(&self, day: i32) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// The days on which at least half of the sectors have a close that are alive and have one in the [`FRESH_DAYS`] up to the day.
fn daily<'a>(first: i32, last: i32, sectors: impl Iterator<Item = Sector<'a>>) -> Vec<i32> {
    let n_days = (last - first + 1) as usize;
    let mut n_closes = vec![0_u32; n_days];
    // How many sectors begin to count on a day, less those that counted last on the day before.
    let mut changes = vec![0_i64; n_days + 1];
    for sector in sectors {
        for (position, day) in sector.days.iter().enumerate() {
            if sector.is_alive(*day) {
                n_closes[(day - first) as usize] += 1;
            }
            // Up to the next close, which counts for itself.
            let next = sector.days.get(position + 1).map_or(i32::MAX, |next| next - 1);
            let (from, to) =
                ((*day).max(sector.from), next.min(day + FRESH_DAYS - 1).min(sector.to).min(last));
            if from <= to {
                changes[(from - first) as usize] += 1;
                changes[(to + 1 - first) as usize] -= 1;
            }
        }
    }
    let mut n_counted = 0;
    let is_trading_day = |(n_closes, change): (&u32, &i64)| {
        n_counted += change;
        *n_closes > 0 && 2 * i64::from(*n_closes) >= n_counted
    };
    let flags: Vec<bool> = n_closes.iter().zip(&changes).map(is_trading_day).collect();
    (first..).zip(flags).filter(|(_, is_trading_day)| *is_trading_day).map(|(day, _)| day).collect()
}

/// For each month that counts the day that most sectors carry, of equal ones the latest.
///
/// A month counts if at least half of the sectors that are alive on that day, and have a close in the month or in the one before,
/// have one in it.
fn month_ends(first: i32, last: i32, sectors: &[Sector<'_>]) -> Vec<i32> {
    let month =
        |day: i32| Date::from_days(day).expect("the dates of closes are checked when they are read").month();
    let has_close_in = |sector: &Sector<'_>, month: Month| {
        let from = sector.days.partition_point(|day| *day < month.first_day().days());
        sector.days[from..].first().copied().filter(|day| *day <= month.last_day().days())
    };
    let day_of = |index: i32| {
        let (of, before) = (Month::from_index(index)?, Month::from_index(index - 1)?);
        let mut stamps: BTreeMap<i32, usize> = BTreeMap::new();
        for sector in sectors {
            if let Some(day) = has_close_in(sector, of).filter(|day| sector.is_alive(*day)) {
                *stamps.entry(day).or_default() += 1;
            }
        }
        let (execution, _) = stamps.into_iter().max_by_key(|(day, n)| (*n, *day))?;
        let alive = || sectors.iter().filter(|sector| sector.is_alive(execution));
        let n_closes = alive().filter(|sector| has_close_in(sector, of).is_some()).count();
        let is_counted = |sector: &&Sector<'_>| {
            has_close_in(sector, of).or_else(|| has_close_in(sector, before)).is_some()
        };
        (2 * n_closes >= alive().filter(is_counted).count()).then_some(execution)
    };
    (month(first).index()..=month(last).index()).filter_map(day_of).collect()
}

impl TradingCalendar {
    /// Finds the trading days; closes of other entities than sectors do not count.
    pub(crate) fn new(closes: &Closes, entities: &[Entity], frequency: PriceFrequency) -> Self {
        let (Some(&first), Some(&last)) = (closes.dates.iter().min(), closes.dates.iter().max()) else {
            return Self::default();
        };
        let is_sector = |(_, entity): &(usize, &Entity)| entity.kind == EntityKind::Sector;
        let sectors = entities.iter().enumerate().filter(is_sector);
        let sectors = sectors.map(|(idx, sector)| Sector {
            from: sector.valid_from.map_or(i32::MIN, Date::days),
            to: sector.valid_to.map_or(i32::MAX, Date::days),
            days: closes.columns(idx).0,
        });
        let days = match frequency {
            PriceFrequency::Daily => daily(first, last, sectors),
            PriceFrequency::MonthEnd => month_ends(first, last, &sectors.collect::<Vec<_>>()),
        };
        let date = |days| Date::from_days(days).expect("it lies between two closes");
        Self { days: days.into_iter().map(date).collect() }
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

    /// Whether a day is one of them.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.days.binary_search(&date).is_ok()
    }

    /// Returns the last trading day on or before a day.
    #[must_use]
    pub fn on_or_before(&self, date: Date) -> Option<Date> {
        self.days[..self.days.partition_point(|day| *day <= date)].last().copied()
    }

    /// Returns the first trading day on or after a day.
    #[must_use]
    pub fn on_or_after(&self, date: Date) -> Option<Date> {
        self.days.get(self.days.partition_point(|day| *day < date)).copied()
    }
}
