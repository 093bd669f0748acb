//! The calendar of events: releases of figures, sessions and meetings.

use rotor_data::model::Event;
use rotor_factor::{Date, Month};

use crate::Plan;
use crate::calendar::{day, next_weekday};
use crate::releases::Recorder;

/// Meetings that come every year: month, day, title, importance, sectors they concern.
const MEETINGS: [(u32, u32, &str, u8, &[&str]); 7] = [
    (2, 5, "No. 1 central document on agriculture", 1, &["801010"]),
    (3, 5, "Opening of the two sessions", 3, &[]),
    (4, 28, "Politburo meeting on the economy, first quarter", 2, &[]),
    (7, 28, "Politburo meeting on the economy, first half", 3, &[]),
    (10, 24, "Plenary session", 2, &[]),
    (12, 10, "Central economic work conference", 3, &[]),
    (12, 22, "National energy work conference", 1, &["801160", "801730", "801950"]),
];

/// The months in which the quarterly reports are due, last day.
const REPORT_DEADLINES: [(u32, u32, &str); 3] = [
    (4, 30, "Deadline of annual and first-quarter reports"),
    (8, 31, "Deadline of half-year reports"),
    (10, 31, "Deadline of third-quarter reports"),
];

/// Writes down `events` by date: meetings and deadlines of every year, releases as the tables have them.
pub(crate) fn publish(plan: &Plan, recorder: &mut Recorder) {
    let first = plan.first_day();
    let mut events = Vec::new();
    let mut add = |date: Date, title: &str, importance: u8, codes: &[&str]| {
        if date < first {
            return;
        }
        let concerned = |template: &usize| codes.contains(&super::catalogue::SECTORS[*template].code);
        let all = (0..plan.n_sectors()).zip(&plan.templates);
        let sectors = all.filter(|(_, template)| concerned(template)).map(|(s, _)| plan.sector(s)).collect();
        events.push(Event { date, title: title.to_owned(), importance, sectors });
    };
    for (name, title, importance) in [
        ("cpi_yoy", "Consumer and producer prices", 2),
        ("profit_ytd", "Profits of industrial enterprises", 1),
    ] {
        for (period, released) in release_days(recorder, name) {
            add(released, &format!("{title}, {period}"), importance, &[]);
        }
    }
    for year in plan.first.year()..=plan.last.year() {
        for (month, number, title, importance, codes) in MEETINGS {
            add(next_weekday(day(year, month, number)), title, importance, codes);
        }
        for (month, number, title) in REPORT_DEADLINES {
            add(day(year, month, number), title, 2, &[]);
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
