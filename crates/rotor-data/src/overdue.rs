//! Whether a series should have a newer value by a day, judged by its own history.
//!
//! A value is expected by the largest lag of the last three years: the slowest release in that time, so that a habit is no alarm.
//! Percentiles would call one in so many releases late that were merely slow.

use std::collections::BTreeSet;

use rotor_factor::{Calendar, Date, Frequency, ReferencePeriod};

use crate::archive::Vintage;

/// The days before the last value from which lags and gaps count: three years.
const RECENT: i32 = 3 * 365 + 1;
/// The fewest recent values that make a habit.
const FEWEST: usize = 6;

/// A series of one entity that should have had a newer value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Late {
    /// The end of the last period with a value.
    pub(crate) last: Date,
    /// The end of the first period that is missing; of days and weeks the end of the longest gap.
    pub(crate) next: Date,
    /// The day by which that should have been public.
    pub(crate) expected: Date,
    /// The largest lag, in days.
    pub(crate) lag: i32,
    /// How many periods are missing; 1 for days and weeks.
    pub(crate) n_periods: u64,
}

/// Finds what should have been public before `day`.
///
/// `firsts` are the first vintages of one entity, oldest period first; nothing is expected of it after `valid_to`. `None` where
/// nothing is late, or where there are too few values for a habit.
pub(crate) fn late(
    frequency: Frequency,
    firsts: &[Vintage],
    valid_to: Option<Date>,
    day: Date,
) -> Option<Late> {
    let last = firsts.last()?.period;
    let is_old = |vintage: &Vintage| last.end().days() - vintage.period.end().days() >= RECENT;
    let recent = &firsts[firsts.partition_point(is_old)..];
    if recent.len() < FEWEST {
        return None;
    }
    let lag = recent.iter().map(|vintage| vintage.released.0.days() - vintage.period.end().days()).max()?;
    let is_due = |period: Date| {
        let expected = period.plus_days(lag).filter(|expected| *expected < day)?;
        valid_to.is_none_or(|valid_to| period <= valid_to).then_some(expected)
    };
    let found = |next: Date, expected: Date, n_periods: u64| Late {
        last: last.end(),
        next,
        expected,
        lag,
        n_periods,
    };
    if frequency.calendar() == Calendar::Days {
        // Holidays are in the longest gap.
        let gap = |pair: &[Vintage]| pair[1].period.end().days() - pair[0].period.end().days();
        let next = last.end().plus_days(recent.windows(2).map(gap).max()?)?;
        return is_due(next).map(|expected| found(next, expected, 1));
    }
    // Figures since January have no value of their own for January, which comes with February.
    let months: BTreeSet<u32> = recent.iter().map(|vintage| month_of(vintage.period)).collect();
    let a_year = if frequency == Frequency::Monthly { 12 } else { 4 };
    let spans_a_year = last.index() - recent[0].period.index() + 1 >= a_year;
    let (mut first, mut n_periods) = (None, 0);
    for index in last.index() + 1.. {
        let Some(period) = ReferencePeriod::from_index(frequency, index) else { break };
        if spans_a_year && !months.contains(&month_of(period)) {
            continue;
        }
        let Some(expected) = is_due(period.end()) else { break };
        first = first.or(Some((period.end(), expected)));
        n_periods += 1;
    }
    first.map(|(next, expected)| found(next, expected, n_periods))
}

fn month_of(period: ReferencePeriod) -> u32 {
    period.end().month().number()
}

#[cfg(test)]
mod tests {
    use rotor_factor::{Month, Released};

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn vintage(frequency: Frequency, end: Date, lag: i32) -> Vintage {
        Vintage {
            row: 0,
            series: 0,
            entity: 0,
            period: ReferencePeriod::ending(frequency, end).unwrap(),
            released: Released(end.plus_days(lag).unwrap()),
            value: 1.0,
        }
    }

    /// So many months up to one, those left out whose number is `without`; each released after as many days.
    fn months(last: (i32, u32), n: i32, without: u32, lag: impl Fn(Month) -> i32) -> Vec<Vintage> {
        let last = Month::new(last.0, last.1).unwrap();
        (0..n)
            .rev()
            .map(|back| last.plus(-back).unwrap())
            .filter(|month| month.number() != without)
            .map(|month| vintage(Frequency::Monthly, month.last_day(), lag(month)))
            .collect()
    }

    /// In a line what is late on a day.
    fn found(frequency: Frequency, firsts: &[Vintage], on: &str) -> String {
        late(frequency, firsts, None, day(on)).map_or("-".into(), |late| {
            let Late { last, next, expected, lag, n_periods } = late;
            format!("after {last}: {next} by {expected}, lag {lag}, {n_periods}")
        })
    }

    #[test]
    fn a_month_is_late_the_day_after_the_largest_lag_of_three_years() {
        let slow = Month::new(2022, 2).unwrap();
        let series = months((2024, 3), 60, 0, |month| if month == slow { 18 } else { 10 });
        assert_eq!(found(Frequency::Monthly, &series, "2024-05-18"), "-");
        let late = "after 2024-03-31: 2024-04-30 by 2024-05-18, lag 18, 1";
        assert_eq!(found(Frequency::Monthly, &series, "2024-05-19"), late);
        // What was slow longer ago does not count.
        let long_ago = Month::new(2020, 2).unwrap();
        let series = months((2024, 3), 60, 0, |month| if month == long_ago { 18 } else { 10 });
        let late = "after 2024-03-31: 2024-04-30 by 2024-05-10, lag 10, 1";
        assert_eq!(found(Frequency::Monthly, &series, "2024-05-11"), late);
    }

    #[test]
    fn a_month_that_never_comes_is_not_waited_for() {
        let series = months((2023, 12), 36, 1, |_| 27);
        assert_eq!(found(Frequency::Monthly, &series, "2024-03-20"), "-");
        let late = "after 2023-12-31: 2024-02-29 by 2024-03-27, lag 27, 1";
        assert_eq!(found(Frequency::Monthly, &series, "2024-03-28"), late);
        // Of less than a year nothing is known of January.
        let short = months((2023, 12), 8, 1, |_| 27);
        let late = "after 2023-12-31: 2024-01-31 by 2024-02-27, lag 27, 1";
        assert_eq!(found(Frequency::Monthly, &short, "2024-02-28"), late);
    }

    #[test]
    fn quarters_that_are_missing_are_counted() {
        let ends = ["2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31", "2023-03-31", "2023-06-30"];
        let series: Vec<Vintage> =
            ends.iter().map(|end| vintage(Frequency::Quarterly, day(end), 60)).collect();
        let late = "after 2023-06-30: 2023-09-30 by 2023-11-29, lag 60, 2";
        assert_eq!(found(Frequency::Quarterly, &series, "2024-03-01"), late);
        assert_eq!(found(Frequency::Quarterly, &series[1..], "2024-03-01"), "-");
    }

    #[test]
    fn days_are_late_after_the_longest_gap() {
        let ends = ["2024-01-31", "2024-02-01", "2024-02-08", "2024-02-19", "2024-02-20", "2024-02-21"];
        let series: Vec<Vintage> = ends.iter().map(|end| vintage(Frequency::Daily, day(end), 1)).collect();
        assert_eq!(found(Frequency::Daily, &series, "2024-03-04"), "-");
        let late = "after 2024-02-21: 2024-03-03 by 2024-03-04, lag 1, 1";
        assert_eq!(found(Frequency::Daily, &series, "2024-03-05"), late);
    }

    #[test]
    fn nothing_is_expected_of_an_entity_that_has_ended() {
        let series = months((2024, 3), 36, 0, |_| 10);
        let until = |end: &str| late(Frequency::Monthly, &series, Some(day(end)), day("2024-12-31"));
        assert_eq!(until("2024-04-15"), None);
        assert_eq!(until("2024-05-15").map(|late| late.n_periods), Some(1));
    }
}
