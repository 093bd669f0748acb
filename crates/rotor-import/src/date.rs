//! Days in all the forms in which files have them.

use rotor_factor::{Date, Month};

use crate::plan::Roll;

/// What a cell says of time: a day, or a month or quarter as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Day(Date),
    Month(Month),
}

impl Moment {
    /// The day it stands for: of a month the last.
    pub(crate) fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(month) => month.last_day(),
        }
    }

    /// The same so many months later, at the end of the month, and rolled.
    pub(crate) fn rolled(self, shift: i32, roll: Option<Roll>) -> Option<Date> {
        let day = if shift == 0 { self.day() } else { self.day().month().plus(shift)?.last_day() };
        Some(match roll {
            None => day,
            Some(Roll::MonthEnd) => day.month().last_day(),
            Some(Roll::QuarterEnd) => day.quarter().last_day(),
            Some(Roll::Friday) => day.plus_days(5 - day.weekday() as i32)?,
        })
    }
}

/// Reads a day or month in one of the usual forms: ISO, with slashes or dots, without any, with 年 and 月, with a time or a zone behind it.
/// Forms in which day and month could be exchanged are not among them.
pub(crate) fn usual(text: &str) -> Option<Moment> {
    let text = text.trim();
    let text = text.split_once(['T', ' ']).map_or(text, |(day, time)| {
        if time.trim_start().starts_with(|letter: char| letter.is_ascii_digit()) { day } else { text }
    });
    if text.contains('年') {
        return chinese(text);
    }
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    if !parts.iter().all(|part| is_digits(part)) {
        return None;
    }
    let number = |part: &str| part.parse::<u32>().ok();
    match parts[..] {
        [all] if all.len() == 8 => day(all[..4].parse().ok()?, number(&all[4..6])?, number(&all[6..])?),
        [all] if all.len() == 6 => month(all[..4].parse().ok()?, number(&all[4..])?),
        [year, m] if year.len() == 4 && m.len() <= 2 => month(year.parse().ok()?, number(m)?),
        [year, m, d] if year.len() == 4 && m.len() <= 2 && d.len() <= 2 => {
            day(year.parse().ok()?, number(m)?, number(d)?)
        }
        _ => None,
    }
}

/// `2022年10月份`, `2023年6月`, `2022年10月11日`, `2022年第3季度`.
fn chinese(text: &str) -> Option<Moment> {
    let (year, rest) = text.split_once('年')?;
    let year: i32 = year.trim().parse().ok()?;
    if let Some(quarter) = rest.strip_prefix('第').and_then(|rest| rest.split_once('季')) {
        let quarter: u32 = quarter.0.trim().parse().ok()?;
        return month(year, 3 * quarter);
    }
    let (number, rest) = rest.split_once('月')?;
    // Of a span such as 1-2月 the last month counts.
    let number = number.rsplit(['-', '—', '至']).next()?.trim().parse().ok()?;
    match rest.trim().trim_start_matches('份').strip_suffix('日') {
        Some(of_month) => day(year, number, of_month.trim().parse().ok()?),
        None if rest.trim().is_empty() || rest.trim() == "份" => month(year, number),
        None => None,
    }
}

fn day(year: i32, month: u32, day: u32) -> Option<Moment> {
    Date::new(year, month, day).ok().map(Moment::Day)
}

fn month(year: i32, number: u32) -> Option<Moment> {
    Month::new(year, number).map(Moment::Month)
}

/// The form of days that are numbers, as workbooks keep them.
const SERIAL: &str = "serial";

/// Reads a text in a form such as `%Y%m` or `%d.%m.%Y`; other letters stand for themselves. Without `%d` it is a month.
pub(crate) fn formatted(text: &str, format: &str) -> Option<Moment> {
    if format == SERIAL {
        return text.trim().parse().ok().and_then(serial).map(Moment::Day);
    }
    let (mut rest, mut form) = (text.trim(), format.chars());
    let (mut year, mut number, mut of_month) = (None, None, None);
    while let Some(letter) = form.next() {
        if letter != '%' {
            rest = rest.strip_prefix(letter)?;
            continue;
        }
        let field = form.next()?;
        let most = if field == 'Y' { 4 } else { 2 };
        let n = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let value: i32 = rest[..n].parse().ok()?;
        rest = &rest[n..];
        match field {
            'Y' if n == 4 => year = Some(value),
            'y' => year = Some(if value < 70 { 2000 + value } else { 1900 + value }),
            'm' => number = u32::try_from(value).ok(),
            'd' => of_month = u32::try_from(value).ok(),
            _ => return None,
        }
    }
    if !rest.is_empty() {
        return None;
    }
    match of_month {
        Some(of_month) => day(year?, number?, of_month),
        None => month(year?, number?),
    }
}

/// Tells whether a form can be read at all.
pub(crate) fn is_format(format: &str) -> bool {
    if format == SERIAL {
        return true;
    }
    let mut letters = format.chars();
    let mut fields = Vec::new();
    while let Some(letter) = letters.next() {
        if letter == '%' {
            fields.push(letters.next());
        }
    }
    let has = |wanted: &[char]| fields.iter().any(|field| field.is_some_and(|it| wanted.contains(&it)));
    fields.iter().all(|field| field.is_some_and(|it| "Yymd".contains(it))) && has(&['Y', 'y']) && has(&['m'])
}

/// The day of a number as workbooks keep days: 1 is the first of January 1900, and 1900 has a 29th of February.
fn serial(number: f64) -> Option<Date> {
    const FIRST: f64 = 61.0;
    const LAST: f64 = 2_958_465.0;
    /// Serial 25569 is the first of January 1970.
    const EPOCH: i32 = 25_569;
    (FIRST..=LAST).contains(&number).then(|| Date::from_days(number.floor() as i32 - EPOCH)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_read() {
        let read = |text: &str| usual(text).map(|moment| moment.day().to_string());
        for (text, expected) in [
            ("2022-07-01", "2022-07-01"),
            ("2022/7/1", "2022-07-01"),
            ("20220701", "2022-07-01"),
            ("202207", "2022-07-31"),
            ("2022-07", "2022-07-31"),
            ("2022.07.01", "2022-07-01"),
            ("2022年10月份", "2022-10-31"),
            ("2023年6月", "2023-06-30"),
            ("2022年1-2月", "2022-02-28"),
            ("2022年10月11日", "2022-10-11"),
            ("2022年第3季度", "2022-09-30"),
            ("2024-01-02 00:00:00-05:00", "2024-01-02"),
            ("2024-01-02T15:00:00Z", "2024-01-02"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["1/2/2022", "2022-13-01", "2022-02-30", "22-07-01", "", "—", "2022年", "数据来源：Wind", "0"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn forms_are_read_to_the_letter() {
        let read = |text: &str, form: &str| formatted(text, form).map(|moment| moment.day().to_string());
        assert_eq!(read("1/1/1959", "%m/%d/%Y").as_deref(), Some("1959-01-01"));
        assert_eq!(read("192607", "%Y%m").as_deref(), Some("1926-07-31"));
        assert_eq!(read("01.02.24", "%d.%m.%y").as_deref(), Some("2024-02-01"));
        assert_eq!(read("1/1/1959 x", "%m/%d/%Y"), None);
        assert_eq!(read("1959", "%Y%m"), None);
        assert_eq!(read("44743", "serial").as_deref(), Some("2022-07-01"));
        assert_eq!(read("2022", "serial").as_deref(), Some("1905-07-14"));
        assert_eq!(read("x", "serial"), None);
        assert!(is_format("serial") && is_format("%Y%m") && !is_format("%Y") && !is_format("%H%m%Y"));
    }

    #[test]
    fn days_are_shifted_by_months_and_rolled() {
        let moment = usual("2022-02-01").unwrap();
        let rolled = |shift, roll| moment.rolled(shift, roll).unwrap().to_string();
        assert_eq!(rolled(0, Some(Roll::MonthEnd)), "2022-02-28");
        assert_eq!(rolled(-1, Some(Roll::MonthEnd)), "2022-01-31");
        assert_eq!(rolled(0, Some(Roll::QuarterEnd)), "2022-03-31");
        assert_eq!(rolled(0, Some(Roll::Friday)), "2022-02-04");
        assert_eq!(serial(44_743.0).unwrap().to_string(), "2022-07-01");
    }
}
