//! When the data behind a page come next, and which of them are late.

use rotor_data::model::Series;
use rotor_factor::Date;
use rotor_run::{AnnouncedRelease, Awaited, NextRelease, OverdueSeries, Releases, ReportDeadline};

use super::series_title;
use crate::page::{Block, Column, Section, Table};
use crate::words::{Lang, name, say};

/// The releases of a page with what is needed to name them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar<'a> {
    pub(crate) lang: Lang,
    /// The day of the page.
    pub(crate) as_of: Date,
    pub(crate) releases: &'a Releases,
    /// The series that the releases refer to by position.
    pub(crate) series: &'a [Series],
}

impl Calendar<'_> {
    fn title(self, series: usize) -> String {
        series_title(self.lang, &self.series[series])
    }
}

/// The section; nothing where the dataset has no series to wait for. `id` is that of the section on its page.
pub(crate) fn section(calendar: Calendar<'_>, id: &str) -> Option<Section> {
    let Calendar { lang, releases, .. } = calendar;
    let mut blocks = Vec::new();
    if !releases.overdue.is_empty() {
        blocks.push(Block::Heading(lang.of("Overdue", "逾期未公布").into()));
        blocks.push(Block::List(releases.overdue.iter().map(|series| overdue(calendar, series)).collect()));
    }
    let rows = rows(calendar);
    if !rows.is_empty() {
        if !blocks.is_empty() {
            blocks.push(Block::Heading(lang.of("Next releases", "后续公布日程").into()));
        }
        let about = lang.of(
            "\"About\": the last day of the period and the median lag of the last twelve; other days are announced or set by rule. What comes out on a day is used from the next day on.",
            "标“约”者按期末加近十二期公布时滞的中位数推算，其余为已公告或规则规定的日期。数据自公布次日起可用。",
        );
        blocks.push(Block::Paragraph(about.into()));
        let mut table = Table::new(vec![
            Column::word(lang.of("day", "日期")),
            Column::word(lang.of("period", "报告期")),
            Column::name(lang.of("what", "内容")),
        ]);
        for row in rows {
            table.row(vec![row.shown, row.period, row.what]);
        }
        blocks.push(table.into());
    }
    (!blocks.is_empty()).then(|| Section {
        id: id.into(),
        heading: lang.of("Data calendar", "数据日历").into(),
        blocks,
    })
}

/// The next release in a sentence.
pub(crate) fn lead(calendar: Calendar<'_>) -> Option<String> {
    let Row { shown, period, what, .. } = rows(calendar).into_iter().next()?;
    Some(match (calendar.lang, period.is_empty()) {
        (Lang::En, true) => format!("Next release: {what}, {shown}."),
        (Lang::En, false) => format!("Next release: {what} for {period}, {shown}."),
        (Lang::Zh, true) => format!("下一项公布：{what}（{shown}）。"),
        (Lang::Zh, false) => format!("下一项公布：{what}（{period}，{shown}）。"),
    })
}

/// What comes next, by day.
fn rows(calendar: Calendar<'_>) -> Vec<Row> {
    let releases = calendar.releases;
    let mut rows: Vec<Row> = same_day(&releases.next).map(|releases| expected(calendar, releases)).collect();
    rows.extend(releases.announced.iter().map(|release| announced(calendar, release)));
    rows.extend(releases.reports.iter().map(|deadline| reports(calendar, *deadline)));
    // Days in ISO form are in order as texts.
    rows.sort_by(|one, other| one.day.cmp(&other.day));
    rows
}

/// A row of the table.
struct Row {
    /// The day in ISO form.
    day: String,
    shown: String,
    period: String,
    what: String,
}

/// Releases of the same period that are expected on the same day, one after the other.
fn same_day(releases: &[NextRelease]) -> impl Iterator<Item = &[NextRelease]> {
    let key = |release: &NextRelease| (release.expected, release.period.index(), release.is_announced);
    releases.chunk_by(move |one, other| key(one) == key(other))
}

fn expected(calendar: Calendar<'_>, releases: &[NextRelease]) -> Row {
    let (lang, first) = (calendar.lang, &releases[0]);
    let titles: Vec<String> = releases.iter().map(|release| calendar.title(release.series)).collect();
    let day = first.expected;
    let is_past = day < calendar.as_of;
    let shown = match (first.is_announced, is_past) {
        (true, _) => day.to_string(),
        (false, false) => say!(lang, "about {day}", "约 {day}"),
        (false, true) => say!(lang, "any day (about {day})", "随时（约 {day}）"),
    };
    Row {
        day: day.to_string(),
        shown,
        period: first.period.to_string(),
        what: titles.join(lang.of("; ", "；")),
    }
}

fn announced(calendar: Calendar<'_>, release: &AnnouncedRelease) -> Row {
    let title_zh = release.title_zh.as_deref().filter(|_| calendar.lang == Lang::Zh);
    Row {
        day: release.date.to_string(),
        shown: release.date.to_string(),
        period: String::new(),
        what: name(title_zh.unwrap_or(&release.title)),
    }
}

fn reports(calendar: Calendar<'_>, deadline: ReportDeadline) -> Row {
    let lang = calendar.lang;
    let what = match deadline.quarter.number() {
        4 => lang.of(
            "last day for annual and first-quarter reports of listed companies",
            "上市公司年报及次年一季报披露截止日",
        ),
        2 => lang.of("last day for half-year reports of listed companies", "上市公司半年报披露截止日"),
        _ => lang.of("last day for third-quarter reports of listed companies", "上市公司三季报披露截止日"),
    };
    Row {
        day: deadline.date.to_string(),
        shown: deadline.date.to_string(),
        period: deadline.quarter.to_string(),
        what: what.into(),
    }
}

fn overdue(calendar: Calendar<'_>, series: &OverdueSeries) -> String {
    let lang = calendar.lang;
    let title = calendar.title(series.series);
    let (last, released) = (series.last, series.released);
    match series.awaited {
        Awaited::Period { period, latest } => say!(
            lang,
            "{title}: {period} is not published; even the slowest of the last twelve periods would have been by {latest}. The last is {last}, published on {released}.",
            "{title}：{period} 尚未公布，按近十二期最长时滞应不晚于 {latest}；最新一期为 {last}，公布于 {released}。"
        ),
        Awaited::Days { n_days, longest } => say!(
            lang,
            "{title}: nothing new for {n_days} days, against {longest} at most of late or over holidays. The last value is of {last}.",
            "{title}：已 {n_days} 天无新数据（近期及节假日最长 {longest} 天），最新数据为 {last}。"
        ),
    }
}
