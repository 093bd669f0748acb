//! What a reader needs first: the week, the day, the dataset.

use super::context::WeeklyContext;
use crate::parts::{dates, head};
use crate::words::{counted, say};

/// The days of the week; of one that is not over also how far it is known.
pub(super) fn title(context: WeeklyContext<'_>) -> String {
    let (lang, week) = (context.lang, &context.weekly.week);
    let days = dates::span(lang, week.monday, week.sunday);
    let until = context.last_day().filter(|_| week.is_partial).map_or(String::new(), |day| {
        let day = dates::weekday(lang, day);
        say!(lang, " (to {day})", "（截至{day}）")
    });
    say!(lang, "Strategy weekly, {days}{until}", "策略周报：{days}{until}")
}

pub(super) fn facts(context: WeeklyContext<'_>) -> Vec<(String, String)> {
    let (lang, weekly) = (context.lang, context.weekly);
    let default = weekly.is_default_day.then_some(lang.of(
        "; default date: the day after the last trading day of the dataset",
        "；未指定日期，取数据集最后交易日之次日",
    ));
    let last_close = context.last_day().or(weekly.week.before);
    vec![
        (lang.of("as of", "数据截至").into(), head::cutoff(lang, weekly.as_of, last_close, default)),
        (lang.of("week", "周").into(), week(context)),
        (lang.of("dataset", "数据集").into(), head::dataset(lang, &weekly.dataset)),
    ]
}

/// The days of the week, and how many of them are trading days that are known.
fn week(context: WeeklyContext<'_>) -> String {
    let (lang, week) = (context.lang, &context.weekly.week);
    let (monday, sunday) = (week.monday, week.sunday);
    let n = counted(lang, week.days.len(), ["trading day", "trading days"], "个交易日");
    let days = if week.is_partial { say!(lang, "{n} before this date", "截至该日前共{n}") } else { n };
    let from = week.before.map_or(String::new(), |before| {
        say!(lang, "; compared with the close of {before}", "；以{before}收盘为基准")
    });
    say!(lang, "{monday} to {sunday} ({days}{from})", "{monday}至{sunday}（{days}{from}）")
}
