//! What benchmarks and sectors gained in the week.

use rotor_run::{Named, WeekReturn, WeekReturns};

use super::context::{FINE, PART, WeeklyContext, cell, ends, percent};
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, Tone, Unit};
use crate::page::{Block, Cell, Column, Section, Table};
use crate::parts::figures::figure;
use crate::terms::Term;
use crate::words::{counted, say};

/// The best and the worst sectors that are named.
const N_NAMED: usize = 5;

fn returns(context: WeeklyContext<'_>) -> Option<&WeekReturns> {
    let returns = context.weekly.returns.as_ref()?;
    (!returns.benchmarks.is_empty() || !returns.sectors.is_empty()).then_some(returns)
}

/// The section; nothing where nothing has a return.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let lang = context.lang;
    let returns = returns(context)?;
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(of_benchmarks(context, returns).map(Block::from));
    if !returns.benchmarks.is_empty() {
        blocks.push(table(context, Term::Benchmark.of(lang), &returns.benchmarks).into());
    }
    blocks.extend(of_sectors(context, returns).map(Block::from));
    blocks.extend(best_and_worst(context, returns).map(Block::from));
    if !returns.sectors.is_empty() {
        blocks.push(chart(context, &returns.sectors));
        blocks.push(table(context, Term::Sector.of(lang), &returns.sectors).into());
    }
    blocks.push(Block::Paragraph(
        lang.of(
            "The percentile is that of the return among the own weeks of the last five years, this one included; \"—\" with fewer than 104 weeks.",
            "分位为本周涨跌幅在自身近五年各周（含本周）中的位置；不足104周者记“—”。",
        )
        .into(),
    ));
    Some(Section { id: "week".into(), heading: lang.of("Week review", "一周市场回顾").into(), blocks })
}

/// The benchmarks in a sentence of the lead, or the sectors without them.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let lang = context.lang;
    let returns = returns(context)?;
    let mut clauses = Vec::new();
    if let Some(first) = returns.benchmarks.first() {
        let (name, value) = (context.name(&first.entity), percent(first.value, 2));
        clauses.push(say!(lang, "{name} returned {value} in the week", "本周{name}涨跌幅{value}"));
    }
    clauses.extend(counts(context, returns));
    let (best, worst) = (returns.sectors.first(), returns.sectors.last());
    if let (Some(best), Some(worst)) = (best, worst.filter(|_| returns.sectors.len() > 1)) {
        let [best, worst] = [best, worst].map(|one| context.listed([named(one)]));
        clauses.push(say!(lang, "best {best}, worst {worst}", "最好为{best}，最差为{worst}"));
    }
    let clauses = context.clauses(&clauses);
    Some(say!(lang, "{clauses}.", "{clauses}。"))
}

fn named(one: &WeekReturn) -> (&Named, String) {
    (&one.entity, percent(one.value, 2))
}

fn of_benchmarks(context: WeeklyContext<'_>, returns: &WeekReturns) -> Option<String> {
    let lang = context.lang;
    if returns.benchmarks.is_empty() {
        return None;
    }
    let all = context.listed(returns.benchmarks.iter().map(named));
    Some(match (context.weekly.week.before, context.last_day()) {
        (Some(before), Some(last)) => {
            say!(
                lang,
                "From the close of {before} to that of {last}: {all}.",
                "{before}收盘至{last}收盘：{all}。"
            )
        }
        _ => say!(lang, "In the week: {all}.", "本周：{all}。"),
    })
}

/// How many sectors rose, stayed and fell, with median and equal weight.
fn counts(context: WeeklyContext<'_>, returns: &WeekReturns) -> Option<String> {
    let lang = context.lang;
    let (median, equal) = (returns.median?, returns.equal_weight?);
    let (n_up, n_flat, n_down) = (returns.n_up, returns.n_flat, returns.n_down);
    let n = counted(lang, returns.sectors.len(), ["sector", "sectors"], "个行业");
    let (median, equal) = (percent(median, 2), percent(equal, 2));
    Some(say!(
        lang,
        "of {n} up {n_up}, flat {n_flat}, down {n_down} (median {median}, equal weight {equal})",
        "{n}中{n_up}个上涨、{n_flat}个持平、{n_down}个下跌（中位数{median}，等权{equal}）"
    ))
}

fn of_sectors(context: WeeklyContext<'_>, returns: &WeekReturns) -> Option<String> {
    let text = counts(context, returns)?;
    Some(say!(context.lang, "In the week, {text}.", "本周{text}。"))
}

/// The best and the worst, with room for the author's reason.
fn best_and_worst(context: WeeklyContext<'_>, returns: &WeekReturns) -> Option<String> {
    let lang = context.lang;
    let (best, worst) = ends(&returns.sectors, N_NAMED);
    if best.is_empty() {
        return None;
    }
    let best = context.listed(best.into_iter().map(named));
    let worst = if worst.is_empty() {
        String::new()
    } else {
        let worst = context.listed(worst.into_iter().map(named));
        say!(lang, " Worst: {worst}.", "表现最差：{worst}。")
    };
    Some(say!(lang, "Best: {best}.{worst} [reason]", "表现最好：{best}。{worst}【原因】"))
}

fn table(context: WeeklyContext<'_>, of: &str, rows: &[WeekReturn]) -> Table {
    let lang = context.lang;
    let first = context.weekly.returns.as_ref().and_then(|returns| returns.benchmarks.first());
    let mut columns = vec![Column::name(of), Column::number(lang.of("return %", "涨跌幅 %"))];
    if let Some(first) = first {
        let first = context.name(&first.entity);
        columns.push(Column::number(say!(lang, "over {first}, pp", "超额（对{first}）百分点")));
    }
    columns.push(Column::number(lang.of("percentile of 5 years, %", "近五年分位 %")));
    columns.push(Column::number(lang.of("weeks", "周数")).detail());
    let mut table = Table::new(columns);
    for one in rows {
        let mut row: Vec<Cell> = vec![context.name(&one.entity).into(), Cell::number(one.value, FINE)];
        row.extend(first.map(|_| cell(one.excess, FINE)));
        row.extend([cell(one.percentile, PART), Cell::count(one.n_weeks)]);
        table.row(row);
    }
    table
}

fn chart(context: WeeklyContext<'_>, sectors: &[WeekReturn]) -> Block {
    let lang = context.lang;
    let bar = |one: &WeekReturn| Some(Bar { value: one.value, interval: None });
    let axis = lang.of("return of the week, %", "本周涨跌幅，%");
    let chart = BarChart {
        axis: axis.into(),
        unit: Unit::plain(2).signed(),
        baseline: 0.0,
        categories: sectors.iter().map(|one| context.name(&one.entity)).collect(),
        is_horizontal: true,
        mark: BarMark::Bars,
        is_small: false,
        guides: Vec::new(),
        groups: vec![BarGroup {
            name: axis.into(),
            tone: Tone::First,
            values: sectors.iter().map(bar).collect(),
        }],
    };
    figure("week-sectors", lang.of("Sectors in the week", "本周行业涨跌幅"), "", Chart::Bars(chart)).into()
}
