//! What was scored, what was not, and why.

use std::collections::BTreeMap;

use rotor_run::ReasonId;

use super::context::Context;
use crate::draw::{Chart, Columns, Matrix, Shades, Unit};
use crate::page::{Block, Column, Figure, Table};
use crate::say;
use crate::terms::Term;
use crate::words::{fixed, sentence};

/// Reasons of a factor; some have a number in them and are many.
const MOST_REASONS: usize = 12;

/// Sector-months with one reason.
struct Because {
    reason: Option<ReasonId>,
    n: usize,
    first: u32,
    last: u32,
    sectors: Vec<u32>,
}

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let run = context.facts.run;
    let mut blocks: Vec<Block> = by_year(context).map(Block::from).into_iter().collect();
    let mut reasons: BTreeMap<(u32, &str), Because> = BTreeMap::new();
    let mut n_asked = vec![0_usize; run.factors.len()];
    for score in &run.scores {
        n_asked[score.factor as usize] += 1;
        if score.score.is_some() {
            continue;
        }
        let reason = score.reason.map_or("", |reason| &run.reasons.get(reason).text);
        let first =
            Because { reason: score.reason, n: 0, first: score.execution, last: 0, sectors: Vec::new() };
        let found = reasons.entry((score.factor, reason)).or_insert(first);
        found.n += 1;
        found.last = score.execution;
        if let Err(place) = found.sectors.binary_search(&score.sector) {
            found.sectors.insert(place, score.sector);
        }
    }
    let mut rows: Vec<((u32, &str), Because)> = reasons.into_iter().collect();
    rows.sort_by(|((factor, _), because), ((other, _), others)| {
        factor.cmp(other).then(others.n.cmp(&because.n))
    });
    let mut table = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::word(lang.of("reason for no score", "未评分原因")),
        Column::number(lang.of("sector-months", "行业月数")),
        Column::number(lang.of("% of sector-months", "占比")),
        Column::number(lang.of("first", "首次")).detail(),
        Column::number(lang.of("last", "末次")).detail(),
        Column::name(lang.of("sectors", "行业")),
    ]);
    let (mut factor_before, mut n_of_factor, mut n_left_out) = (u32::MAX, 0, 0);
    for ((factor, _), because) in rows {
        n_of_factor = if factor == factor_before { n_of_factor + 1 } else { 0 };
        factor_before = factor;
        if n_of_factor >= MOST_REASONS {
            n_left_out += 1;
            continue;
        }
        let share = because.n as f64 / n_asked[factor as usize] as f64;
        table.row([
            context.factor_at(factor),
            context.reason(because.reason),
            because.n.to_string(),
            fixed(100.0 * share, 1) + "%",
            context.day(because.first).to_string(),
            context.day(because.last).to_string(),
            listed(context, &because.sectors),
        ]);
    }
    if table.rows.is_empty() {
        let text = lang
            .of("Every factor scores every sector in every month.", "各因子在所有月份对全部行业均有得分。");
        blocks.push(text.to_owned().into());
        return blocks;
    }
    let mut reasons: Vec<Block> = vec![table.into()];
    if n_left_out > 0 {
        let text = say!(
            lang,
            "{n_left_out} rarer reasons are in `scores.parquet`.",
            "另有{n_left_out}种较少见的原因见`scores.parquet`。"
        );
        reasons.push(text.into());
    }
    let title = lang.of("Reasons for missing scores", "未评分的原因").into();
    blocks.push(Block::Appendix { title, blocks: reasons });
    blocks
}

/// The names of the sectors, or how many they are.
fn listed(context: &Context<'_>, sectors: &[u32]) -> String {
    const MOST: usize = 5;
    let names: Vec<&str> = sectors.iter().take(MOST).map(|sector| context.entity(*sector)).collect();
    let names = sentence(&names.join(context.lang.between()));
    match sectors.len().saturating_sub(MOST) {
        0 => names,
        n => say!(context.lang, "{names} and {n} more", "{names}等另{n}个"),
    }
}

fn by_year(context: &Context<'_>) -> Option<Figure> {
    let (lang, run) = (context.lang, context.facts.run);
    let year = |execution: u32| context.day(execution).month().year();
    let first = year(run.scores.first()?.execution);
    let last = year(run.scores.last()?.execution);
    let n_years = (last - first + 1).max(0) as usize;
    let mut counts = vec![vec![(0_usize, 0_usize); n_years]; run.factors.len()];
    for score in &run.scores {
        let cell = &mut counts[score.factor as usize][(year(score.execution) - first) as usize];
        cell.0 += usize::from(score.score.is_some());
        cell.1 += 1;
    }
    let share = |(n, of): &(usize, usize)| (*of > 0).then(|| *n as f64 / *of as f64);
    Some(Figure {
        id: "coverage".into(),
        title: lang.of("Percentage of sector-months with a score", "有得分的行业月占比").into(),
        about: lang.of("By factor and year, skipped months included.", "按因子与年份，含未计入月份。").into(),
        chart: Chart::Matrix(Matrix {
            rows: (0..run.factors.len() as u32).map(|factor| context.factor_at(factor)).collect(),
            row_axis: lang.of("factor", "因子").into(),
            columns: Columns::Names((first..=last).map(|year| year.to_string()).collect()),
            column_axis: lang.of("year", "年份").into(),
            measure: lang.of("% of sectors", "行业占比").into(),
            cells: counts.iter().map(|years| years.iter().map(share).collect()).collect(),
            unit: Unit::fraction(0),
            shades: Shades::Sequential,
            has_numbers: true,
            missing: String::new(),
        }),
    })
}
