//! Forecasts beside what came: errors by period, sectors as small multiples, and a table with the days of release.

use std::collections::BTreeMap;

use rotor_factor::Date;
use rotor_run::Forecast;

use super::accuracy::cut;
use super::context::{Context, id_part};
use super::forecasts::Target;
use crate::draw::{Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use crate::page::{Block, Column, Figure, Table};
use crate::say;
use crate::words::{NONE, period, plain};

/// Small panels of all targets together.
const MOST_PANELS: usize = 24;
/// Those of a target that are open; the others are folded.
const MOST_OPEN: usize = 2;
/// Periods of a small panel; more cannot be told apart in it.
const MOST_PERIODS: usize = 40;
/// Rows of the table of values.
const MOST_ROWS: usize = 250;

pub(super) fn blocks(
    context: &Context<'_>,
    position: usize,
    target: &Target<'_>,
    n_targets: usize,
) -> Vec<Block> {
    let lang = context.lang;
    let id = id_part(position, target.name);
    let most = (MOST_PANELS / n_targets.max(1)).max(4);
    let mut figures = entities(context, &id, target, most);
    let (n, n_drawn) = (target.entities.len(), figures.len());
    let more = figures.split_off(n_drawn.min(MOST_OPEN));
    let shown: Vec<Figure> = errors(context, &id, target).into_iter().chain(figures).collect();
    let mut blocks: Vec<Block> = Vec::new();
    if !shown.is_empty() {
        blocks.push(Block::Figures(shown));
    }
    if n_drawn > 0 {
        // How to read them is said once.
        let text = match position {
            0 => say!(
                lang,
                "Realised values (line) and the last forecast of each period (dots), the {n_drawn} of {n} entities with most realised values, up to {MOST_PERIODS} periods; the table below has the days of release.",
                "实际值（线）与各期最后一次预测（点）：共{n}个对象，取实际值最多的{n_drawn}个，最多{MOST_PERIODS}期；公布日见下表。"
            ),
            _ => say!(lang, "{n_drawn} of {n} entities, as above.", "共{n}个对象中的{n_drawn}个，说明同上。"),
        };
        blocks.push(text.into());
    }
    if !more.is_empty() {
        let n = more.len();
        let title = say!(lang, "{n} more", "另外{n}个");
        blocks.push(Block::Appendix { title, blocks: vec![Block::Figures(more)] });
    }
    blocks.extend(values(context, target));
    blocks
}

/// The root mean squared error over entities, by period, beside that of no change.
fn errors(context: &Context<'_>, id: &str, target: &Target<'_>) -> Option<Figure> {
    let lang = context.lang;
    let mut periods: BTreeMap<i32, (Date, Vec<&Forecast>)> = BTreeMap::new();
    for row in target.entities.iter().flat_map(|(_, rows)| rows).filter(|row| row.realized.is_some()) {
        periods.entry(row.period.days()).or_insert((row.period, Vec::new())).1.push(row);
    }
    if periods.is_empty() {
        return None;
    }
    let root = |rows: &[&Forecast], of: fn(&Forecast) -> f64| {
        let squares: f64 = rows.iter().filter_map(|row| Some((row.realized?.value - of(row)).powi(2))).sum();
        Some((squares / rows.len() as f64).sqrt()).filter(|root| root.is_finite())
    };
    let series = |name: &str, tone, mark, of: fn(&Forecast) -> f64| Series {
        name: name.into(),
        tone,
        mark,
        values: periods.values().map(|(_, rows)| root(rows, of)).collect(),
    };
    let largest = series("", Tone::First, Mark::Line, |row| row.forecast).values;
    let unit = Unit::plain(decimals(largest.iter().flatten().copied()));
    Some(Figure {
        id: format!("errors-{id}"),
        title: lang.of("Errors by period", "逐期误差").into(),
        about: lang
            .of(
                "Root mean squared error over sectors, of the forecasts and of the naive forecast of no change; where the lines cross, neither is better.",
                "各行业均方根误差：预测与“无变化”预测；两线交错处二者不分优劣。",
            )
            .into(),
        chart: Chart::Lines(LineChart {
            dates: periods.values().map(|(date, _)| *date).collect(),
            panels: vec![Panel {
                axis: lang.of("root mean squared error", "均方根误差").into(),
                unit,
                is_log: false,
                baseline: Some(0.0),
                height: 1.0,
                series: vec![
                    series(lang.of("forecast", "预测"), Tone::First, Mark::Line, |row| row.forecast),
                    series(lang.of("no change", "无变化"), Tone::Second, Mark::Dashed, |row| row.naive),
                ],
                bands: Vec::new(),
            }],
            is_small: true,
            ..LineChart::default()
        }),
    })
}

fn entities(context: &Context<'_>, id: &str, target: &Target<'_>, most: usize) -> Vec<Figure> {
    let lang = context.lang;
    let n_realized = |rows: &[&Forecast]| rows.iter().filter(|row| row.realized.is_some()).count();
    let mut chosen: Vec<&(u32, Vec<&Forecast>)> =
        target.entities.iter().filter(|(_, rows)| n_realized(rows) > 0).collect();
    chosen.sort_by(|left, right| n_realized(&right.1).cmp(&n_realized(&left.1)).then(left.0.cmp(&right.0)));
    chosen.truncate(most);
    chosen.sort_by_key(|(entity, _)| *entity);
    let unit = Unit::plain(decimals(
        chosen.iter().flat_map(|(_, rows)| rows).filter_map(|row| Some(row.realized?.value)),
    ));
    chosen
        .into_iter()
        .map(|(entity, rows)| {
            let rows = compared(rows);
            let last = rows.iter().rposition(|row| row.realized.is_some()).unwrap_or(0);
            let rows = &rows[(last + 1).saturating_sub(MOST_PERIODS)..rows.len().min(last + 4)];
            let series = |name: &str, tone, mark, of: fn(&Forecast) -> Option<f64>| Series {
                name: name.into(),
                tone,
                mark,
                values: rows.iter().map(|row| of(row)).collect(),
            };
            let series = vec![
                series(lang.of("realised", "实际"), Tone::Second, Mark::Line, |row| {
                    row.realized.map(|realized| realized.value)
                }),
                series(lang.of("forecast", "预测"), Tone::First, Mark::Dots, |row| Some(row.forecast)),
            ];
            Figure {
                id: format!("forecast-{id}-{entity}"),
                title: context.entity(*entity).to_owned(),
                about: String::new(),
                chart: Chart::Lines(LineChart {
                    dates: rows.iter().map(|row| row.period).collect(),
                    panels: vec![Panel {
                        axis: String::new(),
                        unit,
                        is_log: false,
                        baseline: None,
                        height: 1.0,
                        series,
                        bands: Vec::new(),
                    }],
                    spans: Vec::new(),
                    is_small: true,
                    ..LineChart::default()
                }),
            }
        })
        .collect()
}

/// The realized forecasts, and those for later periods; what lies between realized periods is realized never, as the months of a
/// quarterly figure.
fn compared<'a>(rows: &[&'a Forecast]) -> Vec<&'a Forecast> {
    let last = rows.iter().rposition(|row| row.realized.is_some());
    let later = |at: usize| last.is_none_or(|last| at > last);
    let kept = rows.iter().enumerate().filter(|(at, row)| row.realized.is_some() || later(*at));
    kept.map(|(_, row)| *row).collect()
}

/// The latest realized values and open forecasts, with the days on which they became public.
fn values(context: &Context<'_>, target: &Target<'_>) -> Vec<Block> {
    let lang = context.lang;
    let mut rows: Vec<&Forecast> =
        target.entities.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    // The newest periods first; realized ones before those that nobody knows yet.
    rows.sort_by_key(|row| (row.realized.is_none(), std::cmp::Reverse(row.period.days()), row.entity));
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::number(lang.of("period", "报告期")),
        Column::number(lang.of("forecast on", "预测日")),
        Column::number(lang.of("forecast", "预测")),
        Column::number(lang.of("no change", "无变化")),
        Column::number(lang.of("realised", "实际")),
        Column::number(lang.of("published", "公布日")),
    ]);
    // September is a quarter only of what is published by the quarter.
    let mut realized = rows.iter().filter(|row| row.realized.is_some());
    let is_quarterly = realized.all(|row| row.period.quarter().last_day() == row.period);
    let period = |end: Date| if is_quarterly { period(end) } else { end.month().to_string() };
    for row in rows.iter().take(MOST_ROWS) {
        table.row([
            context.both_names(row.entity),
            period(row.period),
            context.day(row.execution).to_string(),
            plain(row.forecast),
            plain(row.naive),
            row.realized.map_or(NONE.into(), |realized| plain(realized.value)),
            row.realized.map_or_else(
                || lang.of("not yet published", "尚无实际值").into(),
                |realized| realized.released.to_string(),
            ),
        ]);
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![table.into()];
    blocks.extend(cut(lang, rows.len(), MOST_ROWS, "forecasts.parquet"));
    let title =
        lang.of("Forecasts and realised values with their days of publication", "预测与实际值及其公布日");
    vec![Block::Appendix { title: title.into(), blocks }]
}

/// Decimals that suit values of this size.
fn decimals(values: impl Iterator<Item = f64>) -> usize {
    let largest = values.map(f64::abs).filter(|size| size.is_finite()).fold(0.0, f64::max);
    match largest {
        _ if largest >= 20.0 => 0,
        _ if largest >= 2.0 => 1,
        _ => 3,
    }
}
