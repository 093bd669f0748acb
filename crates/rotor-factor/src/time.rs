//! Dates and periods as types that cannot be mixed.
//!
//! Four concepts look alike as numbers but mean different things: the *period* a value describes
//! ([`ReferencePeriod`], [`Month`], [`Quarter`]), the *day it became public* ([`Released`]), the *as-of day* of
//! a decision ([`AsOf`]), and a plain day of the calendar ([`Date`]). Periods, releases and as-of days cannot be
//! compared with each other; only [`Released::is_public`] compares a release with an as-of day.
//!
//! All dates are of the proleptic Gregorian calendar, without time of day or time zone. Dates outside 1900–2199
//! are refused: in a dataset of sectors they are typing errors.

use std::fmt;
use std::str::FromStr;

use crate::entity::words;

/// A day of the calendar, 1900-01-01 to 2199-12-31.
///
/// ```
/// use rotor_factor::Date;
/// let date: Date = "2022-07-01".parse()?;
/// assert_eq!(date.weekday(), 5);
/// assert_eq!(date.plus_days(30).unwrap().to_string(), "2022-07-31");
/// # Ok::<(), rotor_factor::DateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    // Invariant: MIN.days <= days <= MAX.days, days since 1970-01-01.
    days: i32,
}

/// A month of the calendar, January 1900 to December 2199.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    // Invariant: months since January 1970, inside the range of `Date`.
    index: i32,
}

/// A quarter of the calendar year, 1900Q1 to 2199Q4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    // Invariant: quarters since 1970Q1, inside the range of `Date`.
    index: i32,
}

words! {
    /// How often a series has a value; part of a panel's type, so that nothing is annualised by a guess.
    Frequency {
        /// One value a day.
        Daily = "D",
        /// One value a week, stamped with a day of that week.
        Weekly = "W",
        /// One value a month, stamped with its last calendar day.
        Monthly = "M",
        /// One value a quarter, stamped with its last calendar day.
        Quarterly = "Q",
    }
}

/// The periods that are counted from 1970 on to place a value in time; [`Frequency::calendar`] says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Calendar {
    /// Positions are days since 1970-01-01.
    Days,
    /// Positions are months since January 1970.
    Months,
    /// Positions are quarters since 1970Q1.
    Quarters,
}

/// The period that a value describes.
///
/// Stored as a position on the [`Calendar`] of its frequency. Positions of neighbouring periods differ by one, those of weeks by the days between their stamps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReferencePeriod {
    frequency: Frequency,
    // Invariant: a position on the calendar of the frequency, inside the range of `Date`.
    index: i32,
}

/// The first day on which a value was public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Released(pub Date);

/// The as-of day: values released before it are known, values released on it are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AsOf(pub Date);

/// Why a text or a number is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateError {
    /// The text is not of the form `YYYY-MM-DD`.
    NotIso,
    /// The form is right but the calendar has no such day, such as 2021-02-29.
    NoSuchDay,
    /// The day is before 1900-01-01 or after 2199-12-31.
    OutOfRange,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotIso => "not a date of the form YYYY-MM-DD",
            Self::NoSuchDay => "no such day in the calendar",
            Self::OutOfRange => "a date outside 1900-01-01 to 2199-12-31",
        })
    }
}

impl std::error::Error for DateError {}

impl Date {
    /// The first day there is, 1900-01-01.
    pub const MIN: Self = Self { days: -25_567 };
    /// The last day there is, 2199-12-31.
    pub const MAX: Self = Self { days: 84_005 };

    /// Returns the day with this year, month (1–12) and day of the month (1–31).
    ///
    /// # Errors
    ///
    /// [`DateError::OutOfRange`] for a year outside 1900–2199, [`DateError::NoSuchDay`] for a day that the month
    /// does not have.
    pub const fn new(year: i32, month: u32, day: u32) -> Result<Self, DateError> {
        if year < 1900 || year > 2199 {
            return Err(DateError::OutOfRange);
        }
        if month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) {
            return Err(DateError::NoSuchDay);
        }
        Ok(Self { days: days_from_civil(year, month, day) })
    }

    /// Returns the day that lies `days` after 1970-01-01, or `None` outside 1900–2199.
    #[must_use]
    pub const fn from_days(days: i32) -> Option<Self> {
        if days < Self::MIN.days || days > Self::MAX.days { None } else { Some(Self { days }) }
    }

    /// Returns the number of days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.days
    }

    /// Returns the day `days` later (earlier, if negative), or `None` outside 1900–2199.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Option<Self> {
        match self.days.checked_add(days) {
            Some(sum) => Self::from_days(sum),
            None => None,
        }
    }

    /// Returns year, month (1–12) and day of the month (1–31).
    #[must_use]
    pub const fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.days)
    }

    /// Returns the month that contains the day.
    #[must_use]
    pub const fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month { index: (year - 1970) * 12 + month as i32 - 1 }
    }

    /// Returns the quarter that contains the day.
    #[must_use]
    pub const fn quarter(self) -> Quarter {
        self.month().quarter()
    }

    /// Returns the day of the week, 1 for Monday to 7 for Sunday.
    #[must_use]
    pub const fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        ((self.days + 3).rem_euclid(7) + 1) as u32
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        let iso = [
            b'0' + (year / 1000) as u8,
            b'0' + (year / 100 % 10) as u8,
            b'0' + (year / 10 % 10) as u8,
            b'0' + (year % 10) as u8,
            b'-',
            b'0' + (month / 10) as u8,
            b'0' + (month % 10) as u8,
            b'-',
            b'0' + (day / 10) as u8,
            b'0' + (day % 10) as u8,
        ];
        f.pad(std::str::from_utf8(&iso).expect("digits and hyphens are ASCII"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `YYYY-MM-DD` and nothing else: no spaces, no signs, no time of day.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| DateError::NotIso)?;
        if bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DateError::NotIso);
        }
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |sum, digit| match digit {
                b'0'..=b'9' => Ok(sum * 10 + u32::from(digit - b'0')),
                _ => Err(DateError::NotIso),
            })
        };
        let (year, month, day) = (number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..])?);
        Self::new(year as i32, month, day)
    }
}

impl Month {
    /// The first month there is, January 1900.
    pub const MIN: Self = Date::MIN.month();
    /// The last month there is, December 2199.
    pub const MAX: Self = Date::MAX.month();

    /// Returns the month of this year and number (1–12), or `None` outside 1900–2199.
    #[must_use]
    pub const fn new(year: i32, month: u32) -> Option<Self> {
        if year < 1900 || year > 2199 || month < 1 || month > 12 {
            return None;
        }
        Some(Self { index: (year - 1970) * 12 + month as i32 - 1 })
    }

    /// Returns the month that lies `index` after January 1970, or `None` outside 1900–2199.
    #[must_use]
    pub const fn from_index(index: i32) -> Option<Self> {
        if index < Self::MIN.index || index > Self::MAX.index { None } else { Some(Self { index }) }
    }

    /// Returns the number of months since January 1970.
    #[must_use]
    pub const fn index(self) -> i32 {
        self.index
    }

    /// Returns the month `months` later (earlier, if negative), or `None` outside 1900–2199.
    #[must_use]
    pub const fn plus(self, months: i32) -> Option<Self> {
        match self.index.checked_add(months) {
            Some(sum) => Self::from_index(sum),
            None => None,
        }
    }

    /// Returns the year.
    #[must_use]
    pub const fn year(self) -> i32 {
        1970 + self.index.div_euclid(12)
    }

    /// Returns the number of the month in its year, 1–12.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.index.rem_euclid(12) as u32 + 1
    }

    /// Returns the first day of the month.
    #[must_use]
    pub const fn first_day(self) -> Date {
        Date { days: days_from_civil(self.year(), self.number(), 1) }
    }

    /// Returns the last calendar day of the month.
    #[must_use]
    pub const fn last_day(self) -> Date {
        let (year, number) = (self.year(), self.number());
        Date { days: days_from_civil(year, number, days_in_month(year, number)) }
    }

    /// Returns the quarter that contains the month.
    #[must_use]
    pub const fn quarter(self) -> Quarter {
        Quarter { index: self.index.div_euclid(3) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.number()))
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Month {
    type Err = DateError;

    /// Reads `YYYY-MM` and nothing else.
    fn from_str(text: &str) -> Result<Self, DateError> {
        if text.len() != 7 {
            return Err(DateError::NotIso);
        }
        Ok(format!("{text}-01").parse::<Date>()?.month())
    }
}

impl Quarter {
    /// Returns the quarter of this year and number (1–4), or `None` outside 1900–2199.
    #[must_use]
    pub const fn new(year: i32, quarter: u32) -> Option<Self> {
        if year < 1900 || year > 2199 || quarter < 1 || quarter > 4 {
            return None;
        }
        Some(Self { index: (year - 1970) * 4 + quarter as i32 - 1 })
    }

    /// Returns the quarter that lies `index` after 1970Q1, or `None` outside 1900–2199.
    #[must_use]
    pub const fn from_index(index: i32) -> Option<Self> {
        if index < Month::MIN.quarter().index || index > Month::MAX.quarter().index {
            None
        } else {
            Some(Self { index })
        }
    }

    /// Returns the number of quarters since 1970Q1.
    #[must_use]
    pub const fn index(self) -> i32 {
        self.index
    }

    /// Returns the quarter `quarters` later (earlier, if negative), or `None` outside 1900–2199.
    #[must_use]
    pub const fn plus(self, quarters: i32) -> Option<Self> {
        match self.index.checked_add(quarters) {
            Some(sum) => Self::from_index(sum),
            None => None,
        }
    }

    /// Returns the year.
    #[must_use]
    pub const fn year(self) -> i32 {
        1970 + self.index.div_euclid(4)
    }

    /// Returns the number of the quarter in its year, 1–4.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.index.rem_euclid(4) as u32 + 1
    }

    /// Returns the last month of the quarter.
    #[must_use]
    pub const fn last_month(self) -> Month {
        Month { index: self.index * 3 + 2 }
    }

    /// Returns the last calendar day of the quarter.
    #[must_use]
    pub const fn last_day(self) -> Date {
        self.last_month().last_day()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}Q{}", self.year(), self.number()))
    }
}

impl fmt::Debug for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Frequency {
    /// Returns the calendar on which its periods lie. A week lies on the day of its stamp.
    ///
    /// ```
    /// use rotor_factor::{Calendar, Frequency};
    /// assert_eq!(Frequency::Weekly.calendar(), Calendar::Days);
    /// assert_eq!(Frequency::Quarterly.calendar(), Calendar::Quarters);
    /// ```
    #[must_use]
    pub const fn calendar(self) -> Calendar {
        match self {
            Self::Daily | Self::Weekly => Calendar::Days,
            Self::Monthly => Calendar::Months,
            Self::Quarterly => Calendar::Quarters,
        }
    }
}

impl Calendar {
    /// Returns the word for one of its periods: `day`, `month` or `quarter`.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Days => "day",
            Self::Months => "month",
            Self::Quarters => "quarter",
        }
    }

    /// Returns the number of periods of a window that is `n_days` long where days are counted and `n_months` elsewhere.
    ///
    /// A quarter that is begun counts: five months are two quarters.
    #[must_use]
    pub const fn n_periods(self, n_days: usize, n_months: usize) -> usize {
        match self {
            Self::Days => n_days,
            Self::Months => n_months,
            Self::Quarters => n_months.div_ceil(3),
        }
    }

    /// Returns the position of the period that contains a day.
    #[must_use]
    pub const fn position(self, day: Date) -> i32 {
        match self {
            Self::Days => day.days,
            Self::Months => day.month().index,
            Self::Quarters => day.quarter().index,
        }
    }

    /// Tells whether a period is at a position: none lies outside 1900–2199.
    #[must_use]
    pub const fn contains(self, position: i32) -> bool {
        match self {
            Self::Days => Date::from_days(position).is_some(),
            Self::Months => Month::from_index(position).is_some(),
            Self::Quarters => Quarter::from_index(position).is_some(),
        }
    }

    /// Returns the last day of the period at a position, or `None` outside 1900–2199.
    ///
    /// ```
    /// use rotor_factor::{Calendar, Date};
    /// let february = Calendar::Months.position(Date::new(2024, 2, 10)?);
    /// assert_eq!(Calendar::Months.last_day(february), Some(Date::new(2024, 2, 29)?));
    /// # Ok::<(), rotor_factor::DateError>(())
    /// ```
    #[must_use]
    pub const fn last_day(self, position: i32) -> Option<Date> {
        match self {
            Self::Days => Date::from_days(position),
            Self::Months => match Month::from_index(position) {
                Some(month) => Some(month.last_day()),
                None => None,
            },
            Self::Quarters => match Quarter::from_index(position) {
                Some(quarter) => Some(quarter.last_day()),
                None => None,
            },
        }
    }
}

impl ReferencePeriod {
    /// Returns the period that is stamped with the day `end`, or `None` if a month or a quarter does not end
    /// on that day.
    ///
    /// ```
    /// use rotor_factor::{Date, Frequency, ReferencePeriod};
    /// let march = ReferencePeriod::ending(Frequency::Quarterly, Date::new(2022, 3, 31)?).unwrap();
    /// assert_eq!(march.to_string(), "2022Q1");
    /// assert!(ReferencePeriod::ending(Frequency::Monthly, Date::new(2024, 2, 28)?).is_none());
    /// # Ok::<(), rotor_factor::DateError>(())
    /// ```
    #[must_use]
    pub const fn ending(frequency: Frequency, end: Date) -> Option<Self> {
        let calendar = frequency.calendar();
        let index = calendar.position(end);
        match calendar.last_day(index) {
            Some(last) if last.days == end.days => Some(Self { frequency, index }),
            _ => None,
        }
    }

    /// Returns the period at position `index` of the calendar of `frequency`, or `None` outside 1900–2199.
    #[must_use]
    pub const fn from_index(frequency: Frequency, index: i32) -> Option<Self> {
        if frequency.calendar().contains(index) { Some(Self { frequency, index }) } else { None }
    }

    /// Returns how often such periods come.
    #[must_use]
    pub const fn frequency(self) -> Frequency {
        self.frequency
    }

    /// Returns the position on the [`Calendar`] of the frequency.
    #[must_use]
    pub const fn index(self) -> i32 {
        self.index
    }

    /// Returns the last day of the period (the day itself for `D`, the day of the stamp for `W`).
    #[must_use]
    pub const fn end(self) -> Date {
        match self.frequency.calendar() {
            Calendar::Days => Date { days: self.index },
            Calendar::Months => Month { index: self.index }.last_day(),
            Calendar::Quarters => Quarter { index: self.index }.last_day(),
        }
    }
}

impl fmt::Display for ReferencePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.frequency.calendar() {
            Calendar::Days => self.end().fmt(f),
            Calendar::Months => Month { index: self.index }.fmt(f),
            Calendar::Quarters => Quarter { index: self.index }.fmt(f),
        }
    }
}

impl fmt::Debug for ReferencePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Released {
    /// Tells whether a value released on this day is known to one who stands at `as_of`.
    ///
    /// Strictly before: what comes out on the day itself may come out after the trade.
    ///
    /// ```
    /// use rotor_factor::{AsOf, Date, Released};
    /// let ninth = Date::new(2022, 7, 9)?;
    /// assert!(!Released(ninth).is_public(AsOf(ninth)));
    /// assert!(Released(ninth).is_public(AsOf(ninth.plus_days(1).unwrap())));
    /// # Ok::<(), rotor_factor::DateError>(())
    /// ```
    #[must_use]
    pub const fn is_public(self, as_of: AsOf) -> bool {
        self.0.days < as_of.0.days
    }
}

const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 => 28 + is_leap(year) as u32,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years begin in March, so that the leap day is their last (Fliegel and van Flandern's
/// idea, in the form of an integer-only formula valid for every year used here).
const fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let (y, m) = if month > 2 { (year, month as i32 - 3) } else { (year - 1, month as i32 + 9) };
    365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day as i32 - 1 - 719_468
}

/// The inverse of [`days_from_civil`].
const fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let day = days + 719_468; // since 0000-03-01; positive for every date there is
    let (century_cycle, in_cycle) = (day / 146_097, day % 146_097);
    let year_of_cycle = (in_cycle - in_cycle / 1_460 + in_cycle / 36_524 - in_cycle / 146_096) / 365;
    let day_of_year = in_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = century_cycle * 400 + year_of_cycle + (month <= 2) as i32;
    (year, month as u32, (day_of_year - (153 * shifted + 2) / 5 + 1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_agrees_with_jiff() {
        let mut theirs = jiff::civil::date(1900, 1, 1);
        for days in Date::MIN.days()..=Date::MAX.days() {
            let ours = Date::from_days(days).unwrap();
            let (year, month, day) = ours.ymd();
            assert_eq!(
                (year, month as i8, day as i8),
                (i32::from(theirs.year()), theirs.month(), theirs.day())
            );
            assert_eq!(Date::new(year, month, day), Ok(ours));
            assert_eq!(ours.weekday() as i8, theirs.weekday().to_monday_one_offset());
            assert_eq!(ours.month().last_day() == ours, theirs.last_of_month() == theirs);
            assert_eq!(ours.to_string(), theirs.to_string());
            assert_eq!(ours.to_string().parse(), Ok(ours));
            theirs = theirs.tomorrow().unwrap();
        }
        assert_eq!(theirs, jiff::civil::date(2200, 1, 1));
        assert!(
            Date::from_days(Date::MIN.days() - 1).is_none()
                && Date::from_days(Date::MAX.days() + 1).is_none()
        );
    }

    #[test]
    fn only_iso_dates_are_dates() {
        for (text, error) in [
            ("2021-02-29", DateError::NoSuchDay),
            ("2021-00-10", DateError::NoSuchDay),
            ("2021-13-01", DateError::NoSuchDay),
            ("2021-01-32", DateError::NoSuchDay),
            ("1899-12-31", DateError::OutOfRange),
            ("2200-01-01", DateError::OutOfRange),
            ("2021-1-1", DateError::NotIso),
            ("2021/01/01", DateError::NotIso),
            ("+021-01-01", DateError::NotIso),
            (" 2021-01-01", DateError::NotIso),
            ("2021-01-01 ", DateError::NotIso),
            ("20210101", DateError::NotIso),
            ("２０２１", DateError::NotIso),
            ("", DateError::NotIso),
        ] {
            assert_eq!(text.parse::<Date>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn months_and_quarters_know_their_last_days() {
        let february = Month::new(2024, 2).unwrap();
        assert_eq!(february.last_day().to_string(), "2024-02-29");
        assert_eq!(february.quarter().to_string(), "2024Q1");
        assert_eq!(february.quarter().last_day().to_string(), "2024-03-31");
        assert_eq!(february.plus(-2).unwrap().to_string(), "2023-12");
        assert_eq!(Month::new(1969, 12).unwrap().index(), -1);
        assert_eq!(Quarter::new(1969, 4).unwrap().index(), -1);
        assert_eq!("2015-01".parse::<Month>().unwrap(), Month::new(2015, 1).unwrap());
        assert!("2015-1".parse::<Month>().is_err());
        assert!(Month::MAX.plus(1).is_none() && Month::MIN.plus(-1).is_none());
        for index in Month::MIN.index()..=Month::MAX.index() {
            let month = Month::from_index(index).unwrap();
            assert_eq!(month.first_day().month(), month);
            assert_eq!(month.last_day().month(), month);
            assert_eq!(ReferencePeriod::ending(Frequency::Monthly, month.last_day()).unwrap().index(), index);
        }
    }

    #[test]
    fn a_calendar_places_every_day_in_the_period_that_ends_next() {
        for days in Date::MIN.days()..=Date::MAX.days() {
            let day = Date::from_days(days).unwrap();
            let ends = [Calendar::Days, Calendar::Months, Calendar::Quarters]
                .map(|calendar| calendar.last_day(calendar.position(day)).unwrap());
            assert_eq!(ends, [day, day.month().last_day(), day.quarter().last_day()]);
        }
        for (calendar, n_periods) in [(Calendar::Days, 90), (Calendar::Months, 4), (Calendar::Quarters, 2)] {
            assert_eq!(calendar.n_periods(90, 4), n_periods);
            for (edge, step) in [(Date::MIN, -1), (Date::MAX, 1)] {
                assert_eq!(calendar.last_day(calendar.position(edge) + step), None);
            }
        }
    }
}
