//! Price: CPI, PPI and the gap with the episodes in which it narrows; coefficients and joint effects.

use rotor_factor::{Date, Signal};
use rotor_report::draw::{Bar, BarGroup, Chart, LineChart, Mark, Panel, Series, Span, Tone, Unit};

use super::{GROWTH, dots, figure, under};
use crate::run::note::columns::Columns;
use crate::run::note::factors::alpha;
use crate::run::note::facts::{Answer, Teller};
use crate::run::note::page::{Block, Figure};
use crate::run::note::words::{fixed, say};

/// Percentage points with their sign.
const POINTS: Unit = Unit::plain(2).signed();

/// Coefficients and joint effects of the given sectors.
pub(crate) fn figures(teller: &Teller<'_>, answer: Answer<'_>, sectors: &[usize]) -> Vec<Block> {
    effects(teller, answer, sectors).into_iter().collect()
}

fn effects(teller: &Teller<'_>, answer: Answer<'_>, sectors: &[usize]) -> Option<Block> {
    let lang = teller.lang;
    let numbers = ["b_cpi", "b_ppi", "theta", "standard_error", "critical_t"];
    let table = Columns::find(answer.signal, "regression", &["sector"], &[], &numbers)?;
    let mut rows: Vec<(usize, usize)> = sectors
        .iter()
        .filter_map(|sector| Some((*sector, *table.rows_of("sector", teller.code(*sector)).first()?)))
        .collect();
    let theta = |row: usize| table.number("theta", row);
    rows.sort_by(|a, b| {
        let key = |row: usize| theta(row).unwrap_or(f64::NEG_INFINITY);
        key(b.1).total_cmp(&key(a.1))
    });
    let categories: Vec<String> = rows
        .iter()
        .map(|(sector, _)| {
            let score = teller.score(answer.chosen, answer.signal.score_of(*sector).ok());
            format!("{} · {score}", teller.names[*sector])
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
        "θ with the range of the critical t to both sides ({level} two-sided): where it lies wholly above zero the score is 3, wholly below it 1, else 2.",
        "θ及其临界t范围（双侧{level}）：整段高于零得3分，整段低于零得1分，否则2分。",
        level = level(teller, answer)
    );
    let axis = lang.of("pp of gross margin for 1 pp", "毛利率变动，pp（价格变动1pp）");
    let figures: Vec<Figure> = vec![
        figure(
            "price-theta",
            lang.of("Joint effect θ and score", "联合效应θ与得分"),
            about,
            dots(axis, POINTS, categories.clone(), vec![of_joint]),
        ),
        figure(
            "price-coefficients",
            lang.of("Coefficients of CPI and PPI", "CPI与PPI系数"),
            "",
            dots(axis, POINTS, categories, of_each),
        ),
    ];
    let figures = if rows.is_empty() { Vec::new() } else { figures };
    let heading = lang.of("What prices do to margins", "价格对毛利率的影响");
    let about = lang.of(
        "Sectors in the order of θ, with their scores. Both charts are in percentage points of gross margin.",
        "按θ由高到低排列，并注明得分；两图单位均为毛利率百分点。",
    );
    under(heading, about.into(), figures)
}

fn level(teller: &Teller<'_>, answer: Answer<'_>) -> String {
    alpha(teller, answer).map_or_else(|| "?".into(), |alpha| format!("{}%", fixed(100.0 * alpha, 0)))
}

/// CPI, PPI and the gap between them.
pub(crate) fn gap(teller: &Teller<'_>, signal: &Signal) -> Option<Block> {
    let lang = teller.lang;
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
        panels: vec![panel(lang.of("on the year, %", "同比，%"), pair), difference],
        spans: episodes(teller, signal).unwrap_or_default(),
        is_small: false,
    });
    let about = lang.of(
        "Shaded: the gap narrows by the factor's rule, PPI falls over three months while CPI does not.",
        "阴影：按因子规则剪刀差收窄，即PPI三个月下行而CPI不下行。",
    );
    let title = lang.of("CPI, PPI and the gap between them", "CPI、PPI与剪刀差");
    Some(figure("price-gap", title, about, chart).into())
}

fn episodes(teller: &Teller<'_>, signal: &Signal) -> Option<Vec<Span>> {
    let episodes = Columns::find(signal, "episodes", &[], &["first", "last"], &[])?;
    let span = |row: usize| {
        let (first, last) = (episodes.date("first", row)?, episodes.date("last", row)?);
        let name = teller.lang.of("gap narrows", "剪刀差收窄").into();
        (first <= last).then(|| Span { from: first.month().first_day(), to: last, name })
    };
    Some((0..episodes.n_rows()).filter_map(span).collect())
}
