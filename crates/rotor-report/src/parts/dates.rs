//! Months and weeks as titles and sentences write them.

use rotor_factor::{Date, Month};

use crate::words::Lang;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [[&str; 2]; 7] = [
    ["Monday", "周一"],
    ["Tuesday", "周二"],
    ["Wednesday", "周三"],
    ["Thursday", "周四"],
    ["Friday", "周五"],
    ["Saturday", "周六"],
    ["Sunday", "周日"],
];

fn month_name(month: Month) -> &'static str {
    MONTHS[month.number() as usize - 1]
}

/// A month as a title has it: "July 2022", "2022 年 7 月".
pub(crate) fn month_title(lang: Lang, month: Month) -> String {
    let (year, number) = (month.year(), month.number());
    match lang {
        Lang::En => format!("{} {year}", month_name(month)),
        Lang::Zh => format!("{year} 年 {number} 月"),
    }
}

/// A month in a sentence: "July 2022", "2022年7月".
pub(crate) fn month(lang: Lang, month: Month) -> String {
    match lang {
        Lang::En => month_title(lang, month),
        Lang::Zh => format!("{}年{}月", month.year(), month.number()),
    }
}

/// The months since January in a sentence: "January to June 2024", "2024年1—6月"; January itself is a month.
pub(crate) fn since_january(lang: Lang, last: Month) -> String {
    let (year, number) = (last.year(), last.number());
    match lang {
        _ if number == 1 => month(lang, last),
        Lang::En => format!("January to {} {year}", month_name(last)),
        Lang::Zh => format!("{year}年1—{number}月"),
    }
}

/// The days from one to another as a title has them, without repeating what they share.
pub(crate) fn span(lang: Lang, from: Date, to: Date) -> String {
    let ((year, month, day), (last_year, last_month, last_day)) = (from.ymd(), to.ymd());
    let (name, last_name) = (month_name(from.month()), month_name(to.month()));
    let is_same_month = from.month() == to.month();
    match lang {
        Lang::En if is_same_month => format!("{day}–{last_day} {name} {year}"),
        Lang::En if year == last_year => format!("{day} {name} – {last_day} {last_name} {year}"),
        Lang::En => format!("{day} {name} {year} – {last_day} {last_name} {last_year}"),
        Lang::Zh if is_same_month => format!("{year} 年 {month} 月 {day} 日—{last_day} 日"),
        Lang::Zh if year == last_year => {
            format!("{year} 年 {month} 月 {day} 日—{last_month} 月 {last_day} 日")
        }
        Lang::Zh => format!("{year} 年 {month} 月 {day} 日—{last_year} 年 {last_month} 月 {last_day} 日"),
    }
}

/// The day of the week.
pub(crate) fn weekday(lang: Lang, day: Date) -> &'static str {
    let [en, zh] = DAYS[day.weekday() as usize - 1];
    lang.of(en, zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_out() {
        let july = Month::new(2022, 7).unwrap();
        assert_eq!(month_title(Lang::En, july), "July 2022");
        assert_eq!(month_title(Lang::Zh, july), "2022 年 7 月");
        assert_eq!([month(Lang::En, july), month(Lang::Zh, july)], ["July 2022", "2022年7月"]);
        assert_eq!(since_january(Lang::En, july), "January to July 2022");
        assert_eq!(since_january(Lang::Zh, july), "2022年1—7月");
        assert_eq!(since_january(Lang::Zh, Month::new(2022, 1).unwrap()), "2022年1月");
    }

    #[test]
    fn weeks_do_not_repeat_what_their_ends_share() {
        let of = |lang: Lang, from: &str, to: &str| span(lang, from.parse().unwrap(), to.parse().unwrap());
        assert_eq!(of(Lang::En, "2024-07-22", "2024-07-28"), "22–28 July 2024");
        assert_eq!(of(Lang::En, "2024-07-29", "2024-08-04"), "29 July – 4 August 2024");
        assert_eq!(of(Lang::En, "2024-12-30", "2025-01-05"), "30 December 2024 – 5 January 2025");
        assert_eq!(of(Lang::Zh, "2024-07-22", "2024-07-28"), "2024 年 7 月 22 日—28 日");
        assert_eq!(of(Lang::Zh, "2024-07-29", "2024-08-04"), "2024 年 7 月 29 日—8 月 4 日");
        assert_eq!(of(Lang::Zh, "2024-12-30", "2025-01-05"), "2024 年 12 月 30 日—2025 年 1 月 5 日");
        assert_eq!(weekday(Lang::Zh, "2024-12-31".parse().unwrap()), "周二");
    }
}
