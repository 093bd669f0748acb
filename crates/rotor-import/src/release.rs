//! Since when values were known, by the rules of a plan.

use std::collections::BTreeMap;
use std::path::Path;

use rotor_data::model::ReleaseDays;
use rotor_factor::Date;

use crate::date::{formatted, usual};
use crate::fault::FaultKind;
use crate::key::of_file_name;
use crate::plan::{ReleasePlan, VintageOf};
use crate::shipped;

/// A rule of a plan, ready to be used.
pub(crate) struct Rule {
    plan: ReleasePlan,
    calendar: BTreeMap<Date, Date>,
    /// Which column has the pattern of the vintage, if headers have the day.
    header: Option<regex::Regex>,
}

/// A day of release and how well it is known.
pub(crate) type Known = (Date, ReleaseDays);

/// Who says the day of release of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatedBy {
    /// The file, value by value.
    File,
    /// The exchange: the day itself or the next one.
    Exchange,
    /// A rule or a calendar, whatever the day on which the file was fetched.
    Rule,
}

/// The trading days that a rule may ask about.
pub(crate) struct TradingDays<'d>(pub(crate) &'d [Date]);

impl TradingDays<'_> {
    /// The trading day after a day; the next weekday where the data end.
    fn after(&self, day: Date) -> Option<Date> {
        let next = self.0[self.0.partition_point(|known| *known <= day)..].first().copied();
        next.or_else(|| (1..=3).filter_map(|n| day.plus_days(n)).find(|day| day.weekday() <= 5))
    }

    /// The n-th trading day of the month after a day; the n-th weekday where the data end.
    fn of_next_month(&self, day: Date, n: u8) -> Option<Date> {
        let month = day.month().plus(1)?;
        let position = usize::from(n.max(1)) - 1;
        let known = self.0.iter().filter(|known| known.month() == month);
        let last = self.0.last().is_some_and(|last| last.month() > month);
        known.clone().nth(position).copied().or_else(|| {
            let first = month.first_day();
            let mut weekdays = (0..31).filter_map(|n| first.plus_days(n)).filter(|day| day.weekday() <= 5);
            (!last).then(|| weekdays.nth(position)).flatten()
        })
    }
}

impl Rule {
    /// `folder` is that of the plan, where a calendar may lie.
    pub(crate) fn new(plan: &ReleasePlan, folder: &Path) -> Result<Self, FaultKind> {
        match plan.n_rules() {
            0 => return Err(FaultKind::NoRelease),
            1 => {}
            n => return Err(FaultKind::ManyReleases { n }),
        }
        if let Some(deadline) = &plan.deadline
            && !shipped::DEADLINES.contains(&deadline.as_str())
        {
            return Err(FaultKind::NotShipped { name: deadline.clone(), known: shipped::DEADLINES });
        }
        let calendar = plan.calendar.as_deref().map(|name| calendar(name, folder)).transpose()?;
        let header = match &plan.vintage {
            Some(VintageOf::Pattern { header: Some(pattern), .. }) => Some(crate::key::one_group(pattern)?),
            _ => None,
        };
        Ok(Self { plan: plan.clone(), calendar: calendar.unwrap_or_default(), header })
    }

    pub(crate) fn plan(&self) -> &ReleasePlan {
        &self.plan
    }

    /// Who says the day.
    pub(crate) fn dated(&self) -> DatedBy {
        let plan = &self.plan;
        let in_file = plan.column.is_some() || matches!(plan.vintage, Some(VintageOf::Pattern { .. }));
        let has_rule = plan.calendar.is_some()
            || plan.days.is_some()
            || plan.trading_day.is_some()
            || plan.deadline.is_some();
        match (in_file, plan.same_day || plan.next_trading_day, has_rule) {
            (true, ..) => DatedBy::File,
            (_, true, _) => DatedBy::Exchange,
            (.., true) => DatedBy::Rule,
            // A vintage alone, which the plan gives for all of the file.
            _ => DatedBy::File,
        }
    }

    /// The day of the vintage of a column, if headers have it.
    pub(crate) fn vintage_of_header(&self, header: &str) -> Option<Date> {
        let found = self.header.as_ref()?.captures(header)?.get(1)?.as_str().to_owned();
        self.day(&found)
    }

    /// Whether headers have the day of the vintage.
    pub(crate) fn reads_headers(&self) -> bool {
        self.header.is_some()
    }

    /// The day of the vintage of a whole file, if the plan or the name of the file has it.
    pub(crate) fn vintage_of_file(&self, path: &Path) -> Result<Option<Date>, FaultKind> {
        match &self.plan.vintage {
            Some(VintageOf::Day(day)) => Ok(Some(*day)),
            Some(VintageOf::Pattern { file: Some(pattern), .. }) => {
                let text = of_file_name(path, pattern)?;
                self.day(&text).map(Some).ok_or(FaultKind::NotADate)
            }
            _ => Ok(None),
        }
    }

    fn day(&self, text: &str) -> Option<Date> {
        let format = match &self.plan.vintage {
            Some(VintageOf::Pattern { format, .. }) => format.as_deref(),
            _ => None,
        };
        let moment = format.map_or_else(|| usual(text), |format| formatted(text, format));
        // A vintage of a month is complete with its end.
        moment.map(crate::date::Moment::day)
    }

    /// The day on which a period became public. `written` is what its column says, `vintage` the day of its file or column.
    pub(crate) fn released(
        &self,
        period: Date,
        written: Option<Date>,
        vintage: Option<Date>,
        trading: &TradingDays<'_>,
    ) -> Result<Known, FaultKind> {
        let plan = &self.plan;
        let after = |days: u16| period.plus_days(i32::from(days));
        let assumed = |day: Option<Date>| day.map(|day| (day, ReleaseDays::Assumed));
        let or_else = || assumed(plan.else_days.and_then(after));
        let by_rule = if plan.column.is_some() {
            written.map(|day| (day, ReleaseDays::Published)).or_else(or_else)
        } else if let Some(name) = &plan.calendar {
            let known = self.calendar.get(&period).map(|day| (*day, ReleaseDays::Calendar));
            return known.or_else(or_else).ok_or_else(|| FaultKind::NotInCalendar {
                calendar: name.clone(),
                period: period.to_string(),
            });
        } else if let Some(days) = plan.days {
            assumed(after(days))
        } else if let Some(n) = plan.trading_day {
            assumed(trading.of_next_month(period, n))
        } else if plan.deadline.is_some() {
            assumed(shipped::report_deadline(period.quarter()))
        } else if plan.same_day {
            Some((period, ReleaseDays::Published))
        } else if plan.next_trading_day {
            trading.after(period).map(|day| (day, ReleaseDays::Published))
        } else {
            return vintage.map(|day| (day, ReleaseDays::Published)).ok_or(FaultKind::NoRelease);
        };
        let (day, known) = by_rule.ok_or(FaultKind::NoRelease)?;
        // What stands in the file of a day was public by then.
        Ok((vintage.map_or(day, |vintage| day.min(vintage.max(period))), known))
    }
}

/// A calendar of releases: one that is shipped, or a CSV file with `period` and `released`.
fn calendar(name: &str, folder: &Path) -> Result<BTreeMap<Date, Date>, FaultKind> {
    const LONGEST: u64 = 1 << 24;
    if let Some(known) = shipped::calendar(name) {
        return Ok(known);
    }
    if Path::new(name).extension().is_none_or(|extension| extension != "csv") {
        return Err(FaultKind::NotShipped { name: name.into(), known: shipped::CALENDARS });
    }
    let unreadable =
        |reason: String| FaultKind::Unreadable { reason: format!("calendar `{name}`: {reason}") };
    let text =
        rotor_fs::read_text(&folder.join(name), LONGEST).map_err(|error| unreadable(error.to_string()))?;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let headers = reader.headers().map_err(|error| unreadable(error.to_string()))?.clone();
    let column = |name: &str| {
        let found = headers.iter().position(|header| header == name);
        found.ok_or_else(|| unreadable(format!("it has no column `{name}`")))
    };
    let (period, released) = (column("period")?, column("released")?);
    let mut calendar = BTreeMap::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|error| unreadable(error.to_string()))?;
        let day = |column: usize| {
            let found = record.get(column).and_then(usual).map(crate::date::Moment::day);
            found.ok_or_else(|| unreadable(format!("row {}: it is not a date", row + 1)))
        };
        calendar.insert(day(period)?, day(released)?);
    }
    Ok(calendar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::new(&toml::from_str(text).unwrap(), Path::new("")).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn each_rule_gives_its_day() {
        let days: Vec<Date> = ["2022-06-30", "2022-07-01", "2022-07-04", "2022-08-01"].map(day).into();
        let trading = TradingDays(&days);
        let released = |text: &str, period: &str| {
            let (day, known) = rule(text).released(day(period), None, None, &trading).unwrap();
            format!("{day} {known}")
        };
        assert_eq!(released("days = 16", "2022-06-30"), "2022-07-16 assumed");
        assert_eq!(released("calendar = \"cn_ppi\"\nelse_days = 16", "2022-06-30"), "2022-07-09 calendar");
        assert_eq!(released("calendar = \"cn_ppi\"\nelse_days = 16", "2022-05-31"), "2022-06-16 assumed");
        assert_eq!(released("trading_day = 2", "2022-06-30"), "2022-07-04 assumed");
        assert_eq!(released("deadline = \"cn.report\"", "2022-06-30"), "2022-08-31 assumed");
        assert_eq!(released("same_day = true", "2022-06-30"), "2022-06-30 published");
        assert_eq!(released("next_trading_day = true", "2022-07-01"), "2022-07-04 published");
        // Behind the data the next weekday.
        assert_eq!(released("next_trading_day = true", "2022-08-05"), "2022-08-08 published");
    }

    #[test]
    fn the_file_the_exchange_or_a_rule_says_the_day() {
        for (text, expected) in [
            ("column = 3\nelse_days = 5", DatedBy::File),
            ("vintage = { header = '_(\\d{8})$' }", DatedBy::File),
            ("vintage = { file = '(\\d{8})' }\ndays = 31", DatedBy::File),
            ("vintage = \"2024-08-28\"", DatedBy::File),
            ("vintage = \"2024-08-28\"\ndays = 31", DatedBy::Rule),
            ("vintage = \"2024-08-28\"\ndeadline = \"cn.report\"", DatedBy::Rule),
            ("vintage = \"2024-08-28\"\ntrading_day = 2", DatedBy::Rule),
            ("calendar = \"cn_ppi\"\nelse_days = 16", DatedBy::Rule),
            ("same_day = true", DatedBy::Exchange),
            ("next_trading_day = true", DatedBy::Exchange),
        ] {
            assert_eq!(rule(text).dated(), expected, "{text}");
        }
    }

    #[test]
    fn a_plan_without_a_rule_or_with_two_is_refused() {
        let of = |text: &str| Rule::new(&toml::from_str(text).unwrap(), Path::new("")).err();
        assert_eq!(of(""), Some(FaultKind::NoRelease));
        assert_eq!(of("else_days = 3"), Some(FaultKind::NoRelease));
        assert_eq!(of("days = 3\nsame_day = true"), Some(FaultKind::ManyReleases { n: 2 }));
        assert_eq!(of("days = 31\nvintage = \"2024-08-28\""), None);
    }

    #[test]
    fn a_vintage_is_the_day_by_which_its_values_were_known() {
        let trading = TradingDays(&[]);
        let of = |text: &str, vintage: &str| {
            rule(text).released(day("2024-07-31"), None, Some(day(vintage)), &trading).unwrap().0.to_string()
        };
        assert_eq!(of("days = 31\nvintage = \"2024-08-28\"", "2024-08-28"), "2024-08-28");
        assert_eq!(of("days = 10\nvintage = \"2024-08-28\"", "2024-08-28"), "2024-08-10");
        let header = rule("vintage = { header = '_(\\d{8})$' }");
        assert_eq!(header.vintage_of_header("CPIAUCSL_20200102"), Some(day("2020-01-02")));
        assert_eq!(header.vintage_of_header("observation_date"), None);
    }
}
