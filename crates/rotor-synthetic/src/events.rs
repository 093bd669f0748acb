//! The calendar of events: releases of figures, sessions and meetings, and what the market speaks of.
//!
//! A calendar tells what was expected. A release that slips is in it with the day on which it should have come.

use rotor_data::model::{Event, EventKind};
use rotor_factor::{Date, Month};

use crate::Plan;
use crate::calendar::{day, later, next_weekday, trading_day_from};
use crate::random::Stream;
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

/// Days before the day on which a release is expected that it is in the calendars.
const ANNOUNCED: i32 = 30;

/// What the market speaks of on a day.
struct Theme {
    names: [&'static str; 2],
    titles: [&'static str; 2],
    importance: u8,
    sectors: &'static [&'static str],
}

/// How often that happens a year.
const THEMES_A_YEAR: usize = 10;

const THEMES: [Theme; 7] = [
    Theme {
        names: ["new_energy_vehicles", "新能源汽车"],
        titles: ["Subsidies for new cars", "汽车购置补贴政策发布"],
        importance: 2,
        sectors: &["801730", "801880"],
    },
    Theme {
        names: ["photovoltaics", "光伏"],
        titles: ["Rules for the capacity of photovoltaics", "光伏行业产能规范发布"],
        importance: 2,
        sectors: &["801730"],
    },
    Theme {
        names: ["semiconductors", "半导体"],
        titles: ["A fund for semiconductors", "集成电路产业基金设立"],
        importance: 2,
        sectors: &["801080"],
    },
    Theme {
        names: ["digital_economy", "数字经济"],
        titles: ["A plan for the digital economy", "数字经济发展规划发布"],
        importance: 3,
        sectors: &["801750", "801760", "801770"],
    },
    Theme {
        names: ["consumption", "促消费"],
        titles: ["Measures for consumption", "促消费措施出台"],
        importance: 3,
        sectors: &["801110", "801120", "801200"],
    },
    Theme {
        names: ["property", "房地产"],
        titles: ["Cities ease rules for housing", "多地调整住房政策"],
        importance: 2,
        sectors: &["801180", "801710", "801720"],
    },
    Theme {
        names: ["medicine_prices", "药品集采"],
        titles: ["Central purchasing of medicines", "药品集中采购结果公布"],
        importance: 1,
        sectors: &["801150"],
    },
];

/// The months in which the quarterly reports are due, last day.
const REPORT_DEADLINES: [(u32, u32, [&str; 2]); 3] = [
    (4, 30, ["Deadline of annual and first-quarter reports", "年报与一季报披露截止"]),
    (8, 31, ["Deadline of half-year reports", "半年报披露截止"]),
    (10, 31, ["Deadline of third-quarter reports", "三季报披露截止"]),
];

/// Writes down `events` by date: meetings, deadlines and themes of every year, and releases on the days on which they were expected.
pub(crate) fn publish(plan: &Plan, recorder: &mut Recorder) {
    let first = plan.first_day();
    let mut events = Vec::new();
    let mut add = |(kind, date, known): (EventKind, Date, Date),
                   [title, title_zh]: [&str; 2],
                   importance: u8,
                   codes: &[&str],
                   theme: Option<[&str; 2]>| {
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
            theme: theme.map(|[theme, _]| theme.to_owned()),
            theme_zh: theme.map(|[_, theme_zh]| theme_zh.to_owned()),
        });
    };
    for (name, title, title_zh, importance) in [
        ("cpi_yoy", "Consumer and producer prices", "居民消费价格与工业生产者价格", 2),
        ("profit_ytd", "Profits of industrial enterprises", "工业企业利润", 1),
    ] {
        let released = release_days(recorder, name);
        for (place, (period, _)) in released.iter().enumerate() {
            let Some(expected) = expected_day(&released[..place], *period) else { continue };
            let titles = [format!("{title}, {period}"), format!("{title_zh}，{period}")];
            let known = later(expected, -ANNOUNCED);
            add(
                (EventKind::Release, expected, known),
                titles.each_ref().map(String::as_str),
                importance,
                &[],
                None,
            );
        }
    }
    for year in plan.first.year()..=plan.last.year() {
        for (month, number, titles, importance, codes) in MEETINGS {
            let date = next_weekday(day(year, month, number));
            add((EventKind::Meeting, date, later(date, -5)), titles, importance, codes, None);
        }
        for (month, number, titles) in REPORT_DEADLINES {
            add((EventKind::Deadline, day(year, month, number), day(year, 1, 1)), titles, 2, &[], None);
        }
        let mut stream = Stream::new(plan.seed, "themes", year as usize);
        for _ in 0..THEMES_A_YEAR {
            let theme = &THEMES[stream.whole(0, THEMES.len() as i32 - 1) as usize];
            let date = trading_day_from(later(day(year, 1, 1), stream.whole(0, 350)));
            let titles = theme.titles;
            add((EventKind::Theme, date, date), titles, theme.importance, theme.sectors, Some(theme.names));
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

/// Returns the day on which a month's figure is expected: its end and the median lag of the last twelve figures that are out when the
/// calendar is printed, of two middle ones the larger. Nothing before there are twelve.
fn expected_day(before: &[(Month, Date)], period: Month) -> Option<Date> {
    const FIGURES: usize = 12;
    let expected = |before: &[(Month, Date)]| {
        let latest = &before[before.len().checked_sub(FIGURES)?..];
        let mut lags: Vec<i32> =
            latest.iter().map(|(month, released)| released.days() - month.last_day().days()).collect();
        lags.sort_unstable();
        Some(later(period.last_day(), lags[FIGURES / 2]))
    };
    let (last, earlier) = before.split_last()?;
    let day = expected(before)?;
    if last.1 < later(day, -ANNOUNCED) { Some(day) } else { expected(earlier) }
}
