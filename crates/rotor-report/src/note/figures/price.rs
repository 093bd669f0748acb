//! Price: CPI, PPI and the gap with the episodes in which it narrows; coefficients and joint effects.

use crate::draw::{Bar, BarGroup, Chart, LineChart, Mark, Panel, Series, Span, Tone, Unit};
use rotor_factor::{Date, Signal};

use super::{GROWTH, dots, figure, under};
use crate::note::columns::Columns;
use crate::note::context::{FactorResult, NoteContext};
use crate::note::factors::alpha;
use crate::page::{Block, Figure};
use crate::words::{fixed, say};

/// Percentage points with their sign.
const POINTS: Unit = Unit::plain(2).signed();

/// Coefficients and joint effects of the given sectors.
pub(crate) fn figures(context: &NoteContext<'_>, result: FactorResult<'_>, sectors: &[usize]) -> Vec<Block> {
    effects(context, result, sectors).into_iter().collect()
}

fn effects(context: &NoteContext<'_>, result: FactorResult<'_>, sectors: &[usize]) -> Option<Block> {
    let lang = context.lang;
    let numbers = ["b_cpi", "b_ppi", "theta", "standard_error", "critical_t"];
    let table = Columns::find(result.signal, "regression", &["sector"], &[], &numbers)?;
    let mut rows: Vec<(usize, usize)> = sectors
        .iter()
        .filter_map(|sector| Some((*sector, *table.rows_of("sector", context.code(*sector)).first()?)))
        .collect();
    let theta = |row: usize| table.number("theta", row);
    rows.sort_by(|a, b| {
        let key = |row: usize| theta(row).unwrap_or(f64::NEG_INFINITY);
        key(b.1).total_cmp(&key(a.1))
    });
    let categories: Vec<String> = rows
        .iter()
        .map(|(sector, _)| {
            let score = context.score(result.factor, result.signal.score_of(*sector).ok());
            format!("{} · {score}", context.names[*sector])
        })
        .collect();
    let joint = |row: usize| {
        let value = theta(row)?;
        let reach = table.number("critical_t", row)? * table.number("standard_error", row)?;
        Some(Bar { value, interval: Some((value - reach, value + reach)) })
    };
    let of_joint = BarGroup {
        name: "θ".into(),
        tone: Tone::First,
        values: rows.iter().map(|(_, row)| joint(*row)).collect(),
    };
    let coefficients = |name: &str, column: &str, tone| BarGroup {
        name: name.into(),
        tone,
        values: rows
            .iter()
            .map(|(_, row)| Some(Bar { value: table.number(column, *row)?, interval: None }))
            .collect(),
    };
    let of_each =
        vec![coefficients("b CPI", "b_cpi", Tone::First), coefficients("b PPI", "b_ppi", Tone::Second)];
    let about = say!(
        lang,
        "θ plus and minus the critical t times its standard error (two-sided, {level}): the score is 3 where the whole range is above zero, 1 where it is below zero, else 2.",
        "θ ± 临界 t 值 × 标准误（双侧 {level}）：整段高于零得 3 分，整段低于零得 1 分，否则得 2 分。",
        level = level(context, result)
    );
    let axis = lang.of("pp of gross margin per pp", "毛利率变动，pp（价格每变动 1pp）");
    let figures: Vec<Figure> = vec![
        figure(
            "price-theta",
            lang.of("Joint effect θ and score", "联合效应 θ 与得分"),
            about,
            dots(axis, POINTS, categories.clone(), vec![of_joint]),
        ),
        figure(
            "price-coefficients",
            lang.of("Coefficients of CPI and PPI", "CPI 与 PPI 系数"),
            "",
            dots(axis, POINTS, categories, of_each),
        ),
    ];
    let figures = if rows.is_empty() { Vec::new() } else { figures };
    let heading = lang.of("Effect of prices on margins", "价格对毛利率的影响");
    let about = lang.of(
        "Sectors sorted by θ, with their scores. Both charts are in percentage points of gross margin.",
        "按 θ 由高到低排列，并注明得分；两图单位均为毛利率百分点。",
    );
    under(heading, about.into(), figures)
}

fn level(context: &NoteContext<'_>, result: FactorResult<'_>) -> String {
    alpha(context, result).map_or_else(|| "?".into(), |alpha| format!("{}%", fixed(100.0 * alpha, 0)))
}

/// CPI, PPI and the gap between them.
pub(crate) fn gap(context: &NoteContext<'_>, signal: &Signal) -> Option<Block> {
    let lang = context.lang;
    let gap = Columns::find(signal, "gap", &[], &["month"], &["cpi", "ppi", "gap"])?;
    let rows: Vec<(Date, usize)> =
        (0..gap.n_rows()).filter_map(|row| Some((gap.date("month", row)?, row))).collect();
    if rows.is_empty() || !rows.is_sorted_by(|a, b| a.0 < b.0) {
        return None;
    }
    let series = |name: &str, column: &str, tone, mark| Series {
        name: name.into(),
        tone,
        mark,
        values: rows.iter().map(|(_, row)| gap.number(column, *row)).collect(),
    };
    let panel = |axis: &str, series| Panel {
        axis: axis.into(),
        unit: GROWTH,
        is_log: false,
        baseline: Some(0.0),
        height: 1.0,
        series,
        bands: Vec::new(),
    };
    let pair =
        vec![series("PPI", "ppi", Tone::First, Mark::Line), series("CPI", "cpi", Tone::Second, Mark::Dashed)];
    let difference = Panel {
        unit: Unit::plain(1).signed(),
        ..panel("PPI - CPI, pp", vec![series("PPI - CPI", "gap", Tone::Third, Mark::Area)])
    };
    let chart = Chart::Lines(LineChart {
        dates: rows.iter().map(|(date, _)| *date).collect(),
        panels: vec![panel(lang.of("YoY, %", "同比，%"), pair), difference],
        spans: episodes(context, signal).unwrap_or_default(),
        is_small: false,
        ..LineChart::default()
    });
    let about = lang.of(
        "Shaded: the gap is narrowing by the rule of the factor, that is, PPI falls over three months and CPI does not.",
        "阴影为按因子规则剪刀差收窄的阶段，即 PPI 三个月下行而 CPI 不下行。",
    );
    let title = lang.of("CPI, PPI and the gap between them", "CPI、PPI 与剪刀差");
    Some(figure("price-gap", title, about, chart).into())
}

fn episodes(context: &NoteContext<'_>, signal: &Signal) -> Option<Vec<Span>> {
    let episodes = Columns::find(signal, "episodes", &[], &["first", "last"], &[])?;
    let span = |row: usize| {
        let (first, last) = (episodes.date("first", row)?, episodes.date("last", row)?);
        let name = context.lang.of("gap narrows", "剪刀差收窄").into();
        (first <= last).then(|| Span { from: first.month().first_day(), to: last, name })
    };
    Some((0..episodes.n_rows()).filter_map(span).collect())
}
