//! Whether the ranking survives other conditions, such as higher costs.

use rotor_run::sweep::Condition;

use super::context::Context;
use crate::draw::Unit;
use crate::page::{Block, Cell, Column, Section, Table};
use crate::run::cells::{DIFFERENCE, Footnotes};
use crate::say;
use crate::sentences::{SweepGap, sweep_gap};
use crate::terms::Term;
use crate::words::sentence;

/// How many conditions the table has.
const MOST_ROWS: usize = 40;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let n = context.facts.plan.conditions.len();
    let mut blocks = Vec::new();
    if n < 2 {
        blocks.push(Block::Paragraph(
            lang.of(
                "Trials were judged under one condition alone; others, such as higher costs or a later start, would show whether the ranking survives.",
                "全部试验仅在一种情景下评判；其他情景（如更高费用或更晚起点）可显示排序是否稳健。",
            )
            .into(),
        ));
    } else {
        blocks.push(Block::Paragraph(
            lang.of(
                "Every trial is judged under each condition. Conditions are not chosen, so that they add no trial. The rank correlation is that of the information ratios with those of the first condition.",
                "每次试验均在各情景下评判。情景并非挑选对象，因此不增加试验次数。秩相关系数为信息比率与第一种情景下信息比率之间的秩相关。",
            )
            .into(),
        ));
    }
    blocks.extend(table(context));
    if let Some(n) = n.checked_sub(MOST_ROWS).filter(|n| *n > 0) {
        blocks.push(
            say!(lang, "{n} more conditions are in `statistics.json`.", "另有{n}种情景见`statistics.json`。")
                .into(),
        );
    }
    Section { id: "conditions".into(), heading: lang.of("Conditions", "情景").into(), blocks }
}

/// The settings of a condition.
pub(super) fn label(context: &Context<'_>, condition: &Condition) -> String {
    let label = sentence(&condition.label());
    if label.is_empty() { context.lang.of("the base configuration", "基准配置").into() } else { label }
}

fn table(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let mut table = Table::new([
        Column::word(Term::Condition.of(lang)),
        Column::number(lang.of("failed", "无结果")),
        Column::number(lang.of("median excess", "超额中位数")),
        Column::number(lang.of("excess of the best", "最优试验超额")),
        Column::number(lang.of("its rank", "其排名")),
        Column::number(lang.of("rank correlation", "秩相关系数")),
        Column::word(lang.of("best trial under it", "该情景下的最优试验")),
    ]);
    let (plan, statistics) = (context.facts.plan, context.facts.statistics);
    let all = plan.conditions.iter().zip(&statistics.conditions).take(MOST_ROWS).enumerate();
    for (position, (condition, summary)) in all {
        let mut missing = |gap| Cell::from(notes.missing_as(sweep_gap(lang, gap)));
        let gap = if context.best().is_some() { SweepGap::Failed } else { SweepGap::NoTrial };
        let median = summary.median.map(|value| Cell::number(value, DIFFERENCE));
        let of_best = summary.of_best.map(|value| Cell::number(value, DIFFERENCE));
        let rank = summary.rank_of_best.map(|rank| Cell::count(rank as usize));
        let median = median.unwrap_or_else(|| missing(SweepGap::NoTrial));
        let of_best = of_best.unwrap_or_else(|| missing(gap));
        let rank = rank.unwrap_or_else(|| missing(gap));
        let best = match summary.best {
            Some(best) if Some(best) == statistics.best => lang.of("the same", "同一试验").into(),
            Some(best) => context.settings(best).into(),
            None => missing(SweepGap::NoTrial),
        };
        let correlation = match summary.rank_correlation.get() {
            Some(value) => Cell::number(value, Unit::plain(2).signed()),
            None => notes.missing(summary.rank_correlation.reason()).into(),
        };
        table.row([
            label(context, condition).into(),
            Cell::count(n_failed(context, position)),
            median,
            of_best,
            rank,
            correlation,
            best,
        ]);
    }
    notes.under(table)
}

/// How many trials have no result under a condition.
fn n_failed(context: &Context<'_>, condition: usize) -> usize {
    match condition.checked_sub(1) {
        None => context.facts.statistics.n_failed,
        Some(at) => {
            let results = context.facts.conditions.iter().filter_map(|results| results.get(at));
            results.filter(|result| result.is_err()).count()
        }
    }
}
