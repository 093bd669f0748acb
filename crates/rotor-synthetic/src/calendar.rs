//! The trading days of the mainland exchanges and the months that a world lives in.
//!
//! Closures of 2010–2024 are written down; outside those years only the holidays with a fixed date are kept,
//! which is enough to know the first and the last trading day of a month.

use rotor_factor::{Date, Month};

/// The New Year closures, first and last day, in the order of the years from 2010.
const NEW_YEAR: [(i32, [u32; 2], [u32; 2]); 15] = [
    (2010, [2, 13], [2, 19]),
    (2011, [2, 2], [2, 8]),
    (2012, [1, 22], [1, 28]),
    (2013, [2, 9], [2, 15]),
    (2014, [1, 31], [2, 6]),
    (2015, [2, 18], [2, 24]),
    (2016, [2, 7], [2, 13]),
    (2017, [1, 27], [2, 2]),
    (2018, [2, 15], [2, 21]),
    (2019, [2, 4], [2, 10]),
    (2020, [1, 24], [2, 2]),
    (2021, [2, 11], [2, 17]),
    (2022, [1, 31], [2, 6]),
    (2023, [1, 21], [1, 27]),
    (2024, [2, 9], [2, 17]),
];

/// The other closures that fall on weekdays, month and day, besides 1 January, 1 May and 1–7 October of every year.
#[rustfmt::skip]
const CLOSURES: [(i32, &[[u32; 2]]); 15] = [
    (2010, &[[4, 5], [5, 3], [6, 14], [6, 15], [6, 16], [9, 22], [9, 23], [9, 24]]),
    (2011, &[[1, 3], [4, 4], [4, 5], [5, 2], [6, 6], [9, 12]]),
    (2012, &[[1, 2], [1, 3], [4, 2], [4, 3], [4, 4], [4, 30], [6, 22]]),
    (2013, &[[1, 2], [1, 3], [4, 4], [4, 5], [4, 29], [4, 30], [6, 10], [6, 11], [6, 12], [9, 19], [9, 20]]),
    (2014, &[[4, 7], [5, 2], [6, 2], [9, 8]]),
    (2015, &[[1, 2], [4, 6], [6, 22], [9, 3], [9, 4]]),
    (2016, &[[4, 4], [5, 2], [6, 9], [6, 10], [9, 15], [9, 16]]),
    (2017, &[[1, 2], [4, 3], [4, 4], [5, 29], [5, 30]]),
    (2018, &[[4, 5], [4, 6], [4, 30], [6, 18], [9, 24], [12, 31]]),
    (2019, &[[4, 5], [5, 2], [5, 3], [6, 7], [9, 13]]),
    (2020, &[[4, 6], [5, 4], [5, 5], [6, 25], [6, 26], [10, 8]]),
    (2021, &[[4, 5], [5, 3], [5, 4], [5, 5], [6, 14], [9, 20], [9, 21]]),
    (2022, &[[1, 3], [4, 4], [4, 5], [5, 2], [5, 3], [5, 4], [6, 3], [9, 12]]),
    (2023, &[[1, 2], [4, 5], [5, 2], [5, 3], [6, 22], [6, 23], [9, 29]]),
    (2024, &[[4, 4], [4, 5], [5, 2], [5, 3], [6, 10], [9, 16], [9, 17]]),
];

/// Returns a day that is written in the source; it exists.
pub(crate) fn day(year: i32, month: u32, number: u32) -> Date {
    Date::new(year, month, number).expect("the day is a constant of the world")
}

/// Returns a month that is written in the source; it exists.
pub(crate) fn month(year: i32, number: u32) -> Month {
    Month::new(year, number).expect("the month is a constant of the world")
}

/// Returns the day `days` later.
pub(crate) fn later(date: Date, days: i32) -> Date {
    date.plus_days(days).expect("worlds end long before 2199")
}

/// Returns the month `months` later.
pub(crate) fn month_later(month: Month, months: i32) -> Month {
    month.plus(months).expect("worlds begin after 1900 and end long before 2199")
}

/// Returns the day itself, or the Monday after a Saturday or Sunday.
pub(crate) fn next_weekday(date: Date) -> Date {
    match date.weekday() {
        6 => later(date, 2),
        7 => later(date, 1),
        _ => date,
    }
}

/// Tells whether the exchanges trade on a day.
pub(crate) fn is_trading_day(date: Date) -> bool {
    let (year, month, number) = date.ymd();
    if date.weekday() > 5 || matches!((month, number), (1 | 5, 1) | (10, 1..=7)) {
        return false;
    }
    let in_new_year = NEW_YEAR.iter().any(|(closed, first, last)| {
        *closed == year && *first <= [month, number] && [month, number] <= *last
    });
    let closed = CLOSURES.iter().any(|(closed, days)| *closed == year && days.contains(&[month, number]));
    !in_new_year && !closed
}

/// Tells in which month the New Year of a year falls, January or February; nothing outside 2010–2024.
pub(crate) fn new_year_month(year: i32) -> Option<u32> {
    // The holiday that begins at the end of January belongs to February when most of it lies there.
    NEW_YEAR.iter().find(|(listed, ..)| *listed == year).map(|(_, first, last)| {
        let days_in_january = if first[0] == 1 { 31 - first[1] + 1 } else { 0 };
        if last[0] == 1 || days_in_january > 4 { 1 } else { 2 }
    })
}

/// Returns the trading days from `first` to `last`, both included.
pub(crate) fn trading_days(first: Date, last: Date) -> Vec<Date> {
    (first.days()..=last.days()).filter_map(Date::from_days).filter(|date| is_trading_day(*date)).collect()
}

/// Returns the first trading day on or after a date.
pub(crate) fn trading_day_from(date: Date) -> Date {
    (0..30).map(|days| later(date, days)).find(|day| is_trading_day(*day)).expect("no closure lasts a month")
}

/// Returns the execution day of a month: its first trading day.
pub(crate) fn execution_day(month: Month) -> Date {
    trading_day_from(month.first_day())
}

/// Returns the last trading day of a month.
pub(crate) fn last_trading_day(month: Month) -> Date {
    (0..30)
        .map(|days| later(month.last_day(), -days))
        .find(|day| is_trading_day(*day))
        .expect("every month has a trading day")
}

/// Returns the month at whose execution day the holding period began that a date lies in.
///
/// The execution day itself opens the new period: what is released on it was not known when the trade was made.
pub(crate) fn holding_month(date: Date) -> Month {
    if date >= execution_day(date.month()) { date.month() } else { month_later(date.month(), -1) }
}

/// The months that a world lives in; positions on it index every monthly vector.
#[derive(Clone, Copy)]
pub(crate) struct MonthAxis {
    first: Month,
    n_months: usize,
}

impl MonthAxis {
    /// Takes the first and the last month.
    pub(crate) fn new(first: Month, last: Month) -> Self {
        Self { first, n_months: (last.index() - first.index() + 1) as usize }
    }

    /// Returns the number of months.
    pub(crate) fn len(self) -> usize {
        self.n_months
    }

    /// Returns the month at a position.
    pub(crate) fn month(self, position: usize) -> Month {
        month_later(self.first, position as i32)
    }

    /// Returns the position of a month, the nearest end for a month outside.
    pub(crate) fn position(self, month: Month) -> usize {
        ((month.index() - self.first.index()).max(0) as usize).min(self.n_months - 1)
    }

    /// Returns the positions of the months from `first` to the end.
    pub(crate) fn from(self, first: Month) -> std::ops::Range<usize> {
        self.position(first)..self.n_months
    }

    /// Returns the months of the axis, oldest first.
    pub(crate) fn months(self) -> impl Iterator<Item = Month> {
        (0..self.n_months).map(move |position| self.month(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_execution_days() {
        for (year, number, expected) in [
            (2010, 1, "2010-01-04"),
            (2014, 2, "2014-02-07"),
            (2018, 10, "2018-10-08"),
            (2020, 2, "2020-02-03"),
            (2020, 10, "2020-10-09"),
            (2022, 7, "2022-07-01"),
            (2024, 10, "2024-10-08"),
        ] {
            assert_eq!(execution_day(month(year, number)).to_string(), expected);
        }
        assert_eq!(last_trading_day(month(2024, 12)).to_string(), "2024-12-31");
        assert_eq!(last_trading_day(month(2018, 12)).to_string(), "2018-12-28");
    }

    #[test]
    fn a_year_has_about_243_trading_days() {
        for year in 2010..=2024 {
            let n = trading_days(day(year, 1, 1), day(year, 12, 31)).len();
            assert!((238..=246).contains(&n), "{year}: {n}");
        }
    }

    #[test]
    fn the_execution_day_opens_its_period() {
        assert_eq!(holding_month(day(2022, 10, 9)), month(2022, 9));
        assert_eq!(holding_month(day(2022, 10, 10)), month(2022, 10));
    }

    #[test]
    fn the_new_year_is_in_january_or_february() {
        assert_eq!(new_year_month(2023), Some(1));
        assert_eq!(new_year_month(2022), Some(2));
        assert_eq!(new_year_month(2020), Some(1));
    }
}
