//! The series of production chains: a sentence each by chain, a table, and the years over each other.

use rotor_run::{SeasonalPosition, Tracked, TrackedKind, YearOnYear};

use super::context::{FINE, WeeklyContext, cell, percent};
use crate::draw::Unit;
use crate::growth::{Change, direction, points_above_last_year, year_on_year};
use crate::page::{Block, Cell, Column, Figure, Section, Table};
use crate::parts::dates;
use crate::parts::figures::under;
use crate::parts::seasons::{Seasons, seasons};
use crate::parts::units::{unit, with_unit};
use crate::terms::Term;
use crate::words::{Lang, NONE, capitalised, counted, plain, say};

/// More series than these are left to the table.
const MOST_DRAWN: usize = 80;

/// The section; nothing without series.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let (lang, all) = (context.lang, &context.weekly.tracking);
    if all.is_empty() {
        return None;
    }
    let mut blocks: Vec<Block> = vec![Block::Paragraph(
        lang.of(
            "By production chain. Months of daily and weekly series are averages; only what had been published before this date is used. Rates and surveys change in percentage points; a series that is itself a growth is shown as that growth.",
            "按产业链排列。日、周指标的月度值为均值，仅用此前已公布的数据；利率与调查类指标以百分点计变化，本身即为同比的指标直接列示。",
        )
        .into(),
    )];
    for chain in all.chunk_by(|one, other| one.chain == other.chain) {
        let title = chain[0].chain.as_ref().map(|chain| capitalised(&context.name(chain)));
        blocks.push(Block::Heading(title.unwrap_or_else(|| lang.of("Other series", "其他指标").into())));
        blocks.push(Block::List(chain.iter().map(|one| sentence(context, one)).collect()));
    }
    let about = lang.of("January to December, this year in bold.", "各年1—12月叠加，加粗为当年。");
    let figures: Vec<Figure> = all
        .iter()
        .enumerate()
        .take(MOST_DRAWN)
        .filter_map(|(place, one)| {
            let title = context.name(&one.series);
            let title = match &one.chain {
                Some(chain) => {
                    say!(
                        lang,
                        "{chain}: {title}",
                        "{chain}：{title}",
                        chain = capitalised(&context.name(chain))
                    )
                }
                None => title,
            };
            seasons(Seasons {
                id: format!("tracking-{place}"),
                title,
                about: String::new(),
                unit: &unit_of(lang, one),
                is_growth: one.kind == TrackedKind::Growth,
                history: &one.history,
            })
        })
        .collect();
    blocks.extend(under(lang.of("The years over each other", "历年同期对比"), about.into(), figures));
    blocks.push(Block::Folded {
        title: lang.of("All series in a table", "全部指标明细").into(),
        blocks: vec![table(context, all).into()],
    });
    Some(Section {
        id: "tracking".into(),
        heading: lang.of("Tracking of industries", "行业景气跟踪").into(),
        blocks,
    })
}

/// How many series grow, and the ends of their growth.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let lang = context.lang;
    let mut known: Vec<(&Tracked, f64)> = context
        .weekly
        .tracking
        .iter()
        .filter(|one| one.kind != TrackedKind::Points)
        .filter_map(|one| Some((one, one.year_on_year.now?)))
        .collect();
    // Equals stay in the order of the page.
    known.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let written = |(one, growth): &(&Tracked, f64)| context.listed([(&one.series, percent(*growth, 2))]);
    let (largest, least) = (written(known.first()?), written(known.last()?));
    let n_up = known.iter().filter(|(_, growth)| *growth > 0.0).count();
    let n = counted(lang, known.len(), ["series", "series"], "个有同比的指标");
    Some(say!(
        lang,
        "Of {n} with a YoY {n_up} are above the year before: the highest is {largest}, the lowest {least}.",
        "{n}中{n_up}个高于上年同期，最高为{largest}，最低为{least}。"
    ))
}

fn unit_of(lang: Lang, one: &Tracked) -> String {
    unit(lang, &one.unit, one.unit_zh.as_deref())
}

fn change(one: &Tracked, by: f64) -> Change {
    // Growth against an earlier growth is a difference as well.
    if one.kind == TrackedKind::Level { Change::Ratio(by) } else { Change::Points(by) }
}

/// Where a series stands.
fn sentence(context: WeeklyContext<'_>, one: &Tracked) -> String {
    let lang = context.lang;
    let title = context.name(&one.series);
    let mut clauses: Vec<String> = Vec::new();
    let is_growth = one.kind == TrackedKind::Growth;
    let amount = |value: f64| with_unit(lang, &plain(value), &unit_of(lang, one));
    // Of a monthly series the last value is that of the month.
    let is_month =
        one.month.is_some_and(|month| month == one.last_day.month() && one.value == Some(one.last));
    if !is_month {
        let (last, day) = (amount(one.last), one.last_day);
        let week = one.week_on_week.map_or(String::new(), |by| {
            let direction = direction(lang, change(one, by));
            say!(lang, ", WoW {direction}", "，周环比{direction}")
        });
        clauses.push(say!(lang, "{last} on {day}{week}", "{day}为{last}{week}"));
        clauses.extend(one.month_to_date.map(|by| {
            let direction = direction(lang, change(one, by));
            say!(
                lang,
                "the mean of the month so far against that of the month before {direction}",
                "本月以来均值较上月均值{direction}"
            )
        }));
    }
    if let Some(month) = one.month {
        let month = dates::month(lang, month);
        let mut parts: Vec<String> = Vec::new();
        let value = |value: f64| {
            let value = amount(value);
            say!(lang, "{value}", "为{value}")
        };
        parts.extend(one.value.filter(|_| !is_growth).map(value));
        parts.extend(one.month_on_month.filter(|_| !is_growth).map(|by| {
            let direction = direction(lang, change(one, by));
            say!(lang, "MoM {direction}", "环比{direction}")
        }));
        parts.extend(on_year(lang, one, one.year_on_year));
        if parts.is_empty() {
            parts.extend(one.value.map(value));
        }
        if !parts.is_empty() {
            let parts = parts.join(lang.of(", ", "，"));
            clauses.push(say!(lang, "{month}: {parts}", "{month}{parts}"));
        }
        let since = one.since_january.and_then(|since| on_year(lang, one, since));
        clauses.extend(since.zip(one.month).map(|(since, month)| {
            let months = dates::since_january(lang, month);
            say!(lang, "{months}: {since}", "{months}累计{since}")
        }));
    }
    clauses.extend(one.position.map(|position| seasonal(lang, position).to_owned()));
    let clauses = context.clauses(&clauses);
    say!(lang, "{title}: {clauses}.", "{title}：{clauses}。")
}

/// A value against the year before; nothing where that is not known.
fn on_year(lang: Lang, one: &Tracked, growth: YearOnYear) -> Option<String> {
    let now = growth.now?;
    Some(if one.kind == TrackedKind::Points {
        points_above_last_year(lang, now)
    } else {
        year_on_year(lang, now, growth.before)
    })
}

fn seasonal(lang: Lang, position: SeasonalPosition) -> &'static str {
    match position {
        SeasonalPosition::Above => {
            lang.of("above the range of the same month of the five years before", "高于历史同期")
        }
        SeasonalPosition::Within => {
            lang.of("within the range of the same month of the five years before", "处于历史同期区间")
        }
        SeasonalPosition::Below => {
            lang.of("below the range of the same month of the five years before", "低于历史同期")
        }
    }
}

fn table(context: WeeklyContext<'_>, all: &[Tracked]) -> Table {
    let lang = context.lang;
    let on_year = Term::YearOnYear.of(lang);
    let mut table = Table::new([
        Column::name(lang.of("series", "指标")),
        Column::number(lang.of("last", "最新值")),
        Column::word(lang.of("unit", "单位")).detail(),
        Column::word(lang.of("day", "日期")),
        Column::number(Term::WeekOnWeek.of(lang)),
        Column::number(lang.of("month to date", "本月以来")).detail(),
        Column::word(lang.of("month", "月份")).detail(),
        Column::number(lang.of("value of the month", "当月值")).detail(),
        Column::number(Term::MonthOnMonth.of(lang)),
        Column::number(on_year),
        Column::number(say!(lang, "{on_year} before", "上月{on_year}")).detail(),
        Column::number(say!(lang, "{on_year} change, pp", "{on_year}变化（百分点）")),
        Column::number(say!(lang, "{on_year} since January", "累计{on_year}")).detail(),
        Column::word(lang.of("against five years", "历史同期")).detail(),
    ]);
    for one in all {
        let is_growth = one.kind == TrackedKind::Growth;
        let ratio = Unit::percent(2).signed();
        let points = Unit { suffix: lang.of(" pp", "个百分点"), ..FINE };
        let unit = if one.kind == TrackedKind::Level { ratio } else { points };
        let unit_on_year = if one.kind == TrackedKind::Points { points } else { ratio };
        let value = |value: Option<f64>| {
            value.map_or_else(|| NONE.into(), |value| Cell::of_number(plain(value), value, Unit::plain(2)))
        };
        table.row([
            context.name(&one.series).into(),
            value(Some(one.last)),
            unit_of(lang, one).into(),
            Cell::from(one.last_day),
            cell(one.week_on_week, unit),
            cell(one.month_to_date, unit),
            or_none_month(one).into(),
            value(one.value),
            cell(one.month_on_month.filter(|_| !is_growth), unit),
            cell(one.year_on_year.now, unit_on_year),
            cell(one.year_on_year.before, unit_on_year),
            cell(one.year_on_year.change, FINE),
            cell(one.since_january.and_then(|since| since.now), unit_on_year),
            one.position.map_or(NONE, |position| short_position(lang, position)).into(),
        ]);
    }
    table
}

fn or_none_month(one: &Tracked) -> String {
    one.month.map_or_else(|| NONE.into(), |month| month.to_string())
}

fn short_position(lang: Lang, position: SeasonalPosition) -> &'static str {
    match position {
        SeasonalPosition::Above => lang.of("above", "高于"),
        SeasonalPosition::Within => lang.of("within", "区间内"),
        SeasonalPosition::Below => lang.of("below", "低于"),
    }
}
