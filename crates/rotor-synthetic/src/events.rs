//! The calendar of events: releases of figures, sessions and meetings.

use rotor_data::model::{Event, EventKind};
use rotor_factor::{Date, Month};

use crate::Plan;
use crate::calendar::{day, later, next_weekday};
use crate::releases::Recorder;

/// A meeting that comes every year: month, day, titles, importance, sectors it concerns.
type Meeting = (u32, u32, [&'static str; 2], u8, &'static [&'static str]);

/// Meetings that come every year.
#[rustfmt::skip]
const MEETINGS: [Meeting; 7] = [
    (2, 5, ["No. 1 central document on agriculture", "中央一号文件"], 1, &["801010"]),
    (3, 5, ["Opening of the two sessions", "全国两会开幕"], 3, &[]),
    (4, 28, ["Politburo meeting on the economy, first quarter", "政治局会议分析一季度经济"], 2, &[]),
    (7, 28, ["Politburo meeting on the economy, first half", "政治局会议分析上半年经济"], 3, &[]),
    (10, 24, ["Plenary session", "中央全会"], 2, &[]),
    (12, 10, ["Central economic work conference", "中央经济工作会议"], 3, &[]),
    (12, 22, ["National energy work conference", "全国能源工作会议"], 1, &["801160", "801730", "801950"]),
];

/// The months in which the quarterly reports are due, last day.
const REPORT_DEADLINES: [(u32, u32, [&str; 2]); 3] = [
    (4, 30, ["Deadline of annual and first-quarter reports", "年报与一季报披露截止"]),
    (8, 31, ["Deadline of half-year reports", "半年报披露截止"]),
    (10, 31, ["Deadline of third-quarter reports", "三季报披露截止"]),
];

/// Writes down `events` by date: meetings and deadlines of every year, releases as the tables have them.
pub(crate) fn publish(plan: &Plan, recorder: &mut Recorder) {
    let first = plan.first_day();
    let mut events = Vec::new();
    let mut add = |(kind, date, known): (EventKind, Date, Date),
                   [title, title_zh]: [&str; 2],
                   importance: u8,
                   codes: &[&str]| {
        if date < first {
            return;
        }
        let concerned = |template: &usize| codes.contains(&super::catalogue::SECTORS[*template].code);
        let all = (0..plan.n_sectors()).zip(&plan.templates);
        let sectors = all.filter(|(_, template)| concerned(template)).map(|(s, _)| plan.sector(s)).collect();
        events.push(Event {
            date,
            title: title.to_owned(),
            importance,
            sectors,
            title_zh: Some(title_zh.to_owned()),
            known: Some(known),
            kind: Some(kind),
            theme: None,
            theme_zh: None,
        });
    };
    for (name, title, title_zh, importance) in [
        ("cpi_yoy", "Consumer and producer prices", "居民消费价格与工业生产者价格", 2),
        ("profit_ytd", "Profits of industrial enterprises", "工业企业利润", 1),
    ] {
        for (period, released) in release_days(recorder, name) {
            // The day is that of the release itself, slips included, and so nobody knew it before.
            let titles = [format!("{title}, {period}"), format!("{title_zh}，{period}")];
            add(
                (EventKind::Release, released, released),
                titles.each_ref().map(String::as_str),
                importance,
                &[],
            );
        }
    }
    for year in plan.first.year()..=plan.last.year() {
        for (month, number, titles, importance, codes) in MEETINGS {
            let date = next_weekday(day(year, month, number));
            add((EventKind::Meeting, date, later(date, -5)), titles, importance, codes);
        }
        for (month, number, titles) in REPORT_DEADLINES {
            add((EventKind::Deadline, day(year, month, number), day(year, 1, 1)), titles, 2, &[]);
        }
    }
    events.sort_by_key(|event| event.date);
    recorder.tables.events = events;
}

/// Returns the months of a series with the days of their first release, by the first entity that has it.
fn release_days(recorder: &Recorder, name: &str) -> Vec<(Month, Date)> {
    let tables = &recorder.tables;
    let series = tables.series.iter().position(|series| series.name == name).map(|position| position as u32);
    let rows = || tables.observations.iter().filter(|row| Some(row.series) == series);
    let Some(entity) = rows().next().map(|row| row.entity) else { return Vec::new() };
    let mut days: Vec<(Month, Date)> =
        rows().filter(|row| row.entity == entity).map(|row| (row.period.month(), row.released.0)).collect();
    // Vintages of one month follow each other; the first is the release.
    days.dedup_by_key(|(month, _)| *month);
    days
}
