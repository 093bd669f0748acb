//! When data are published next, and which of them are late.
//!
//! A period is expected on its last day and the median lag of the periods before it. Only what was released before the day counts.

use std::collections::{BTreeMap, BTreeSet};

use rotor_data::Dataset;
use rotor_data::model::{Event, EventKind};
use rotor_factor::{AsOf, Calendar, Date, Frequency, Quarter, ReferencePeriod, Source, Spec};
use rotor_run::{AnnouncedRelease, Awaited, NextRelease, OverdueSeries, Releases, ReportDeadline};

/// The periods whose lags count.
const N_LAGS: usize = 12;
/// Days without anything new that holidays explain.
const HOLIDAYS: i32 = 14;
/// How far ahead announced releases are listed, in days.
const AHEAD: i32 = 45;
/// The last days of reports: of the year and the first quarter, of the half-year, of the third quarter.
const DEADLINES: [(u32, u32); 3] = [(4, 30), (8, 31), (10, 31)];

/// Finds the next releases of the series of these positions, as of a day.
pub(crate) fn releases(dataset: &Dataset, as_of: AsOf, read: &BTreeSet<usize>) -> Releases {
    let known = |event: &&Event| {
        event.kind == Some(EventKind::Release) && event.known_from() < as_of.0 && event.date >= as_of.0
    };
    let mut events: Vec<&Event> = dataset.events().iter().filter(known).collect();
    events.sort_by(|one, other| (one.date, &one.title).cmp(&(other.date, &other.title)));
    let mut found = Releases::default();
    for series in read {
        let Some(first_releases) = FirstReleases::of(dataset, *series, as_of) else { continue };
        let name = dataset.series()[*series].name.as_str();
        let announced = events.iter().find(|event| event.theme.as_deref() == Some(name));
        let is_monthly = dataset.series()[*series].frequency == Frequency::Monthly;
        let next = is_monthly.then(|| first_releases.next()).flatten();
        match (announced, first_releases.overdue(as_of), next) {
            (None, Some(awaited), _) => {
                let (last, released) = first_releases.last();
                found.overdue.push(OverdueSeries { series: *series, last, released, awaited });
            }
            (_, _, Some((period, expected))) => found.next.push(NextRelease {
                series: *series,
                period,
                expected: announced.map_or(expected, |event| event.date),
                is_announced: announced.is_some(),
            }),
            _ => {}
        }
    }
    found.next.sort_by_key(|release| (release.expected, release.series));
    let is_of_series = |event: &Event| {
        let theme = event.theme.as_deref().and_then(|theme| dataset.find_series(theme));
        theme.is_some_and(|series| read.contains(&series))
    };
    let soon = |event: &&&Event| event.date.days() - as_of.0.days() <= AHEAD && !is_of_series(event);
    let announced = events.iter().filter(soon).map(|event| AnnouncedRelease {
        date: event.date,
        title: event.title.clone(),
        title_zh: event.title_zh.clone(),
    });
    found.announced = announced.collect();
    let is_quarterly = |series: &usize| dataset.series()[*series].frequency == Frequency::Quarterly;
    found.reports = if read.iter().any(is_quarterly) { deadline(as_of.0) } else { None };
    found
}

/// The series that factors read, by position.
pub(crate) fn series_read<'s>(dataset: &Dataset, specs: impl Iterator<Item = &'s Spec>) -> BTreeSet<usize> {
    let mut read = BTreeSet::new();
    for input in specs.flat_map(Spec::inputs) {
        match input.source() {
            Source::Series { series, .. } | Source::SeriesOfAnyFrequency { series, .. } => {
                read.extend(dataset.find_series(series));
            }
            Source::Links { .. } => read.extend(dataset.links().iter().map(|link| link.series as usize)),
            _ => {}
        }
    }
    read
}

/// The next day by which companies must have reported.
pub(crate) fn deadline(day: Date) -> Option<ReportDeadline> {
    let (year, ..) = day.ymd();
    let of_year =
        |year: i32| DEADLINES.iter().filter_map(move |(month, day)| Date::new(year, *month, *day).ok());
    let date = of_year(year).chain(of_year(year + 1)).find(|date| *date >= day)?;
    let quarter = match date.ymd() {
        (year, 4, _) => Quarter::new(year - 1, 4),
        (year, 8, _) => Quarter::new(year, 2),
        (year, ..) => Quarter::new(year, 3),
    };
    Some(ReportDeadline { date, quarter: quarter? })
}

/// The day by which companies must have reported a quarter.
pub(crate) fn report_deadline(quarter: Quarter) -> Option<Date> {
    let [with_year, half, third] = DEADLINES;
    let (year, (month, day)) = match quarter.number() {
        1 => (quarter.year(), with_year),
        2 => (quarter.year(), half),
        3 => (quarter.year(), third),
        _ => (quarter.year() + 1, with_year),
    };
    Date::new(year, month, day).ok()
}

/// The day on which each period of a series became public first, for any entity, as of a day.
pub(crate) struct FirstReleases {
    frequency: Frequency,
    /// By period, ascending; never empty.
    released: BTreeMap<i32, Date>,
}

impl FirstReleases {
    /// `None` if nothing is public.
    pub(crate) fn of(dataset: &Dataset, series: usize, as_of: AsOf) -> Option<Self> {
        let mut released: BTreeMap<i32, Date> = BTreeMap::new();
        // The log is in the order of release.
        let public =
            dataset.archive().vintages(series).take_while(|vintage| vintage.released.is_public(as_of));
        for vintage in public {
            released.entry(vintage.period.index()).or_insert(vintage.released.0);
        }
        let frequency = dataset.series()[series].frequency;
        (!released.is_empty()).then_some(Self { frequency, released })
    }

    fn period(&self, index: i32) -> Option<ReferencePeriod> {
        ReferencePeriod::from_index(self.frequency, index)
    }

    /// The last period and the day of its release.
    pub(crate) fn last(&self) -> (ReferencePeriod, Date) {
        let (index, released) = self.released.last_key_value().expect("never empty");
        (self.period(*index).expect("a period of the dataset"), *released)
    }

    /// The lags of the last periods in days, ascending.
    fn lags(&self) -> Vec<i32> {
        let of = |(index, released): (&i32, &Date)| Some(released.days() - self.period(*index)?.end().days());
        let mut lags: Vec<i32> = self.released.iter().rev().take(N_LAGS).filter_map(of).collect();
        lags.sort_unstable();
        lags
    }

    /// The first period that is not public, months that never come left out, such as January of figures for the year to date.
    fn next_period(&self) -> Option<ReferencePeriod> {
        let (first, last) = (*self.released.first_key_value()?.0, *self.released.last_key_value()?.0);
        let a_year = match self.frequency.calendar() {
            Calendar::Months => 12,
            Calendar::Days | Calendar::Quarters => 0,
        };
        let comes = |index: &i32| {
            let before = [index - a_year, index - 2 * a_year];
            let mut known = before.into_iter().filter(|index| (first..=last).contains(index)).peekable();
            a_year == 0 || known.peek().is_none() || known.any(|index| self.released.contains_key(&index))
        };
        (last + 1..=last + 12).find(comes).and_then(|index| self.period(index))
    }

    /// The next period with the day on which it is expected.
    fn next(&self) -> Option<(ReferencePeriod, Date)> {
        let (period, lags) = (self.next_period()?, self.lags());
        // Of an even number the larger of the two in the middle.
        let expected = period.end().plus_days(*lags.get(lags.len() / 2)?)?;
        Some((period, expected))
    }

    /// What is later than it ever was of late.
    pub(crate) fn overdue(&self, as_of: AsOf) -> Option<Awaited> {
        if self.frequency.calendar() != Calendar::Days {
            let (period, lags) = (self.next_period()?, self.lags());
            let latest = period.end().plus_days(*lags.last()?)?;
            return (latest < as_of.0).then_some(Awaited::Period { period, latest });
        }
        // Of days and weeks something new is what is later than all before it.
        let days: Vec<i32> = self.released.values().rev().take(N_LAGS + 1).map(|day| day.days()).collect();
        let gaps = days.windows(2).map(|pair| pair[0] - pair[1]);
        let longest = gaps.max().unwrap_or(0).max(HOLIDAYS);
        let n_days = as_of.0.days() - days.first()?;
        (n_days > longest).then_some(Awaited::Days { n_days, longest })
    }
}

#[cfg(test)]
mod tests {
    use rotor_factor::Month;

    use super::*;

    fn month(year: i32, number: u32) -> i32 {
        Month::new(year, number).unwrap().index()
    }

    /// A monthly series whose months became public so many days after their ends.
    fn monthly(lags: &[(i32, u32, i32)]) -> FirstReleases {
        let of = |(year, number, lag): &(i32, u32, i32)| {
            let month = Month::new(*year, *number).unwrap();
            (month.index(), month.last_day().plus_days(*lag).unwrap())
        };
        FirstReleases { frequency: Frequency::Monthly, released: lags.iter().map(of).collect() }
    }

    #[test]
    fn a_month_is_expected_after_the_larger_of_the_two_middle_lags() {
        let series = monthly(&[(2022, 2, 9), (2022, 3, 11), (2022, 4, 10), (2022, 5, 16)]);
        let (period, expected) = series.next().unwrap();
        assert_eq!((period.to_string(), expected.to_string()), ("2022-06".into(), "2022-07-11".into()));
        // Sixteen days were the most: only after 16 July is it late.
        let late = |day: &str| series.overdue(AsOf(day.parse().unwrap()));
        assert_eq!(late("2022-07-16"), None);
        let latest = "2022-07-16".parse().unwrap();
        assert_eq!(late("2022-07-17"), Some(Awaited::Period { period, latest }));
    }

    #[test]
    fn a_month_that_never_comes_is_not_awaited() {
        let mut months: Vec<(i32, u32, i32)> = Vec::new();
        for year in [2020, 2021] {
            months.extend((2..=12).map(|number| (year, number, 27)));
        }
        let series = monthly(&months);
        assert_eq!(series.next_period().unwrap().index(), month(2022, 2));
        // With less than a year nobody knows.
        let short = monthly(&[(2021, 11, 9), (2021, 12, 9)]);
        assert_eq!(short.next_period().unwrap().index(), month(2022, 1));
    }

    #[test]
    fn days_are_late_after_the_longest_gap_and_holidays() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let weekly = FirstReleases {
            frequency: Frequency::Weekly,
            released: ["2024-08-02", "2024-08-09", "2024-08-16"]
                .map(|end| (day(end).days(), day(end)))
                .into(),
        };
        assert_eq!(weekly.overdue(AsOf(day("2024-08-30"))), None);
        let awaited = Awaited::Days { n_days: 15, longest: 14 };
        assert_eq!(weekly.overdue(AsOf(day("2024-08-31"))), Some(awaited));
    }

    #[test]
    fn the_next_deadline_is_the_rule_of_the_exchange() {
        let next = |day: &str| {
            let found = deadline(day.parse().unwrap()).unwrap();
            format!("{} {}", found.date, found.quarter)
        };
        assert_eq!(next("2022-04-30"), "2022-04-30 2021Q4");
        assert_eq!(next("2022-05-01"), "2022-08-31 2022Q2");
        assert_eq!(next("2022-09-01"), "2022-10-31 2022Q3");
        assert_eq!(next("2022-11-01"), "2023-04-30 2022Q4");
    }
}
