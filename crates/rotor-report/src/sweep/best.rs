//! The twenty best trials.

use rotor_run::sweep::TrialMetrics;
use unicode_width::UnicodeWidthStr;

use super::context::{Context, adjusted, value_label};
use crate::draw::Unit;
use crate::page::{Block, Cell, Column, Section, Table};
use crate::run::cells::{DIFFERENCE, FRACTION, Footnotes, PERCENT, RATIO, interval_text};
use crate::say;
use crate::sentences::{SweepGap, sweep_gap};
use crate::terms::Term;
use crate::words::name;

/// How many trials are listed.
const MOST: usize = 20;
/// Axes on which they differ share a column where columns of their own would be wider than so many letters.
const WIDEST: usize = 40;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let best = listed(context);
    let mut blocks = Vec::new();
    if best.is_empty() {
        blocks.push(lang.of("No trial has a rank.", "没有任何试验具有排名。").to_owned().into());
    } else {
        let (n, n_all) = (best.len(), context.n_done());
        blocks.push(
            say!(
                lang,
                "The first {n} of {n_all} by information ratio. Intervals are those of single trials; adjusted p takes account of all. `trials.parquet` has every trial; the beginning of its hash names it.",
                "按信息比率排列的前{n}次（共{n_all}次）。区间为单次试验的区间；校正后p值已计入全部试验。全部试验见`trials.parquet`，以其哈希值的开头为名。"
            )
            .into(),
        );
        let differs = differing(context, &best);
        blocks.extend(common(context, best[0], &differs).map(Block::from));
        blocks.extend(table(context, &best, &differs));
    }
    Section { id: "best-trials".into(), heading: lang.of("The best trials", "最优试验").into(), blocks }
}

/// The positions of the best trials, by rank.
fn listed(context: &Context<'_>) -> Vec<u32> {
    let ranked = (0_u32..).zip(context.facts.trials);
    let mut ranked: Vec<(u32, u32)> = ranked
        .filter(|(_, trial)| trial.result.is_ok())
        .filter_map(|(position, trial)| Some((trial.rank?, position)))
        .filter(|(rank, _)| *rank as usize <= MOST)
        .collect();
    ranked.sort_unstable();
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, position)| position).collect()
}

/// For each axis whether some of the trials differ on it.
fn differing(context: &Context<'_>, trials: &[u32]) -> Vec<bool> {
    let plan = context.facts.plan;
    let value = |trial: u32, axis: usize| {
        plan.trials.get(trial as usize).and_then(|trial| trial.values.get(axis).copied().flatten())
    };
    (0..plan.axes.len())
        .map(|axis| trials.iter().any(|trial| value(*trial, axis) != value(trials[0], axis)))
        .collect()
}

/// What all of them have in common.
fn common(context: &Context<'_>, first: u32, differs: &[bool]) -> Option<String> {
    if differs.iter().all(|differs| *differs) || differs.is_empty() {
        return None;
    }
    let settings = context.settings_where(first, &|axis| !differs[axis]);
    Some(say!(context.lang, "All of them have in common: {settings}.", "它们的共同设置：{settings}。"))
}

fn table(context: &Context<'_>, trials: &[u32], differs: &[bool]) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let shown = axes_with_columns(context, differs);
    let mut columns = vec![Column::number("#"), Column::word(Term::Trial.of(lang))];
    match &shown {
        Some(axes) => {
            let keys = axes.iter().map(|axis| Column::word(name(&context.facts.plan.axes[*axis].key)));
            columns.extend(keys);
        }
        None => columns.push(Column::word(lang.of("settings", "设置"))),
    }
    columns.extend([
        Column::number(lang.of("excess (net)", "超额（费后）")),
        Column::word(Term::ConfidenceInterval.of(lang)),
        Column::number("IR"),
        Column::number(Term::AdjustedPValue.of(lang)),
        Column::number(Term::NeighboursMedian.of(lang)),
        Column::number(lang.of("turnover", "换手率")),
        Column::number(Term::MaxDrawdown.of(lang)),
    ]);
    let mut table = Table::new(columns).sortable();
    for position in trials {
        let Some(trial) = context.trial(*position) else { continue };
        let Ok(metrics) = &trial.result else { continue };
        let mut number = |value: Option<f64>, write: &dyn Fn(f64) -> Cell, gap: SweepGap| match value {
            Some(value) => write(value),
            None => notes.missing_as(sweep_gap(lang, gap)).into(),
        };
        let unit = |unit: Unit| move |value: f64| Cell::number(value, unit);
        let p = |p: f64| Cell::of_number(adjusted(p), p, Unit::plain(3));
        let given = SweepGap::NotGiven;
        let excess = number(metrics.excess, &unit(DIFFERENCE), given);
        let cells = [
            number(metrics.information_ratio, &unit(RATIO), given),
            number(trial.adjusted_p, &p, SweepGap::NotJudged),
            number(trial.neighbours, &unit(RATIO), SweepGap::NoNeighbour),
            number(metrics.turnover, &unit(FRACTION), given),
            number(metrics.max_drawdown, &unit(PERCENT), given),
        ];
        let interval =
            interval(metrics).unwrap_or_else(|| notes.missing_as(sweep_gap(lang, SweepGap::NoError)));
        let mut row = vec![Cell::count(trial.rank.unwrap_or(0) as usize), Cell::from(context.id(*position))];
        match &shown {
            Some(axes) => row.extend(axes.iter().map(|axis| value(context, *position, *axis))),
            None => row.push(settings(context, *position, differs).into()),
        }
        row.extend([excess, interval.into()]);
        row.extend(cells);
        table.row(row);
    }
    notes.under(table)
}

/// The axes that have a column each; `None` where they are too wide, or none.
fn axes_with_columns(context: &Context<'_>, differs: &[bool]) -> Option<Vec<usize>> {
    const BETWEEN: usize = 2;
    let axes: Vec<usize> = (0..differs.len()).filter(|axis| differs[*axis]).collect();
    let width = |axis: &usize| {
        let axis = &context.facts.plan.axes[*axis];
        let values = (0..axis.values.len()).map(|value| value_label(axis, value).width());
        values.fold(name(&axis.key).width(), usize::max) + BETWEEN
    };
    (!axes.is_empty() && axes.iter().map(width).sum::<usize>() <= WIDEST).then_some(axes)
}

/// The settings of a trial on the axes on which they differ.
fn settings(context: &Context<'_>, trial: u32, differs: &[bool]) -> String {
    if differs.contains(&true) {
        context.settings_where(trial, &|axis| differs[axis])
    } else {
        context.settings(trial)
    }
}

/// The value that a trial has on an axis; empty where the axis makes no difference to it.
fn value(context: &Context<'_>, trial: u32, axis: usize) -> Cell {
    let plan = context.facts.plan;
    let planned = plan.trials.get(trial as usize).and_then(|trial| trial.values.get(axis).copied().flatten());
    let Some(value) = planned else { return Cell::default() };
    let (axis, value) = (&plan.axes[axis], value as usize);
    let text = value_label(axis, value);
    match axis.values.get(value).and_then(serde_json::Value::as_f64) {
        Some(number) => {
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            Cell::of_number(text, number, Unit::plain(decimals))
        }
        None => text.into(),
    }
}

fn interval(metrics: &TrialMetrics) -> Option<String> {
    Some(interval_text((metrics.excess_low?, metrics.excess_high?), DIFFERENCE))
}
