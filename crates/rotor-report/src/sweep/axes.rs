//! What each axis does to the excess return.

use rotor_run::sweep::{Axis, AxisEffect, Edge};

use super::context::{Context, value_label};
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, Tone};
use crate::page::{Block, Cell, Column, Figure, Section, Table};
use crate::run::cells::{DIFFERENCE, Footnotes, PERCENT};
use crate::say;
use crate::sentences::{SweepGap, sweep_gap};
use crate::terms::Term;
use crate::words::name;

/// How many axes have a figure.
const MOST_FIGURES: usize = 12;
/// How many axes the table has.
const MOST_ROWS: usize = 40;
/// How many values of an axis are drawn.
const MOST_VALUES: usize = 24;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = Vec::new();
    let all: Vec<(usize, &Axis, &AxisEffect)> = axes(context);
    if all.is_empty() {
        blocks.push(lang.of("The sweep has no axis.", "本次扫描没有参数轴。").to_owned().into());
    } else {
        blocks.push(
            lang.of(
                "Mean annualised excess return (net) of the trials of each value, over all values of the other axes, with the 95% CI of their mean month. The share of variance is what an axis explains by itself; what is left belongs to axes together.",
                "各取值下试验的平均年化超额收益（费后，对其他参数轴的全部取值平均），附其月度均值的95% 置信区间。方差占比为该参数轴单独解释的部分，其余由各轴共同作用。",
            )
            .to_owned()
            .into(),
        );
        blocks.extend(table(context, &all));
        let figures: Vec<Figure> = all
            .iter()
            .take(MOST_FIGURES)
            .filter_map(|(at, axis, effect)| figure(context, *at, axis, effect))
            .collect();
        if !figures.is_empty() {
            blocks.push(Block::Figures(figures));
        }
        if let Some(n) = all.len().checked_sub(MOST_FIGURES).filter(|n| *n > 0) {
            blocks.push(
                say!(
                    lang,
                    "{n} axes that explain less have no figure.",
                    "另有{n}个解释力较低的参数轴未作图。"
                )
                .into(),
            );
        }
    }
    Section { id: "axes".into(), heading: lang.of("Axes", "参数轴").into(), blocks }
}

/// The axes, those that explain most first.
pub(super) fn axes<'a>(context: &Context<'a>) -> Vec<(usize, &'a Axis, &'a AxisEffect)> {
    let effects = context.facts.plan.axes.iter().zip(&context.facts.statistics.axes).enumerate();
    let mut axes: Vec<_> = effects.map(|(at, (axis, effect))| (at, axis, effect)).collect();
    let share = |effect: &AxisEffect| effect.share.unwrap_or(f64::NEG_INFINITY);
    axes.sort_by(|(_, _, one), (_, _, other)| share(other).total_cmp(&share(one)));
    axes
}

fn table(context: &Context<'_>, all: &[(usize, &Axis, &AxisEffect)]) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let mut table = Table::new([
        Column::name(Term::SweepAxis.of(lang)),
        Column::number(lang.of("values", "取值数")),
        Column::number(lang.of("% of variance", "方差占比")),
        Column::word(lang.of("value of the best trial", "最优试验的取值")),
        Column::word(lang.of("value of the highest mean", "均值最高的取值")),
        Column::number(lang.of("its mean excess", "其平均超额")),
        Column::word(Term::ConfidenceInterval.of(lang)),
        Column::word(lang.of("edge", "边缘")),
    ]);
    for (at, axis, effect) in all.iter().take(MOST_ROWS) {
        let share = match effect.share {
            Some(share) => Cell::number(share, PERCENT),
            None => notes.missing_as(sweep_gap(lang, SweepGap::NoVariance)).into(),
        };
        let of_best = context.value_of_best(*at).map_or_else(
            || {
                let reason = if context.best().is_none() {
                    sweep_gap(lang, SweepGap::NoTrial)
                } else {
                    lang.of("the axis makes no difference to the trial", "该参数轴对该试验没有影响").into()
                };
                notes.missing_as(reason)
            },
            |value| value_label(axis, value),
        );
        let levels = effect.levels.iter().enumerate();
        let highest = levels
            .filter_map(|(value, level)| Some((value, level, level.excess.get()?)))
            .reduce(|one, other| if other.2 > one.2 { other } else { one });
        let (value, mean, interval) = if let Some((value, level, mean)) = highest {
            let interval = notes.interval(&level.excess, DIFFERENCE);
            (value_label(axis, value), Cell::number(mean, DIFFERENCE), interval)
        } else {
            let missing = notes.missing_as(sweep_gap(lang, SweepGap::NoTrial));
            (missing.clone(), missing.clone().into(), missing)
        };
        let edge = match effect.edge {
            Some(Edge::First) => lang.of("at the first value", "位于第一个取值"),
            Some(Edge::Last) => lang.of("at the last value", "位于最后一个取值"),
            None => "",
        };
        table.row([
            Cell::from(name(&axis.key)),
            Cell::count(axis.values.len()),
            share,
            of_best.into(),
            value.into(),
            mean,
            interval.into(),
            edge.into(),
        ]);
    }
    let mut blocks = notes.under(table);
    if let Some(n) = all.len().checked_sub(MOST_ROWS).filter(|n| *n > 0) {
        blocks.push(
            say!(lang, "{n} more axes are in `statistics.json`.", "另有{n}个参数轴见`statistics.json`。")
                .into(),
        );
    }
    blocks
}

fn figure(context: &Context<'_>, at: usize, axis: &Axis, effect: &AxisEffect) -> Option<Figure> {
    let lang = context.lang;
    let n_shown = axis.values.len().min(effect.levels.len()).min(MOST_VALUES);
    let levels = &effect.levels[..n_shown];
    levels.iter().find_map(|level| level.excess.get())?;
    let n_left = axis.values.len() - n_shown;
    let best = context.value_of_best(at);
    let mut about = match best {
        Some(_) => lang.of("The value of the best trial has a *.", "最优试验的取值标有 *。").to_owned(),
        None => String::new(),
    };
    let counts = || levels.iter().map(|level| level.n);
    let (least, most) = (counts().min()?, counts().max()?);
    let trials = if least == most {
        say!(lang, "{most} trials a value.", "每个取值{most}次试验。")
    } else {
        say!(lang, "{least} to {most} trials a value.", "每个取值{least}至{most}次试验。")
    };
    about = format!(
        "{about}{}{trials}",
        if about.is_empty() || lang == crate::words::Lang::Zh { "" } else { " " }
    );
    if n_left > 0 {
        about += &say!(lang, " {n_left} more values are left out.", "另有{n_left}个取值未列。");
    }
    let label = |value: usize| {
        let mark = if best == Some(value) { " *" } else { "" };
        value_label(axis, value) + mark
    };
    Some(Figure {
        id: format!("axis-{}", at + 1),
        title: name(&axis.key),
        about,
        chart: Chart::Bars(BarChart {
            axis: lang.of("mean excess return", "平均超额收益").into(),
            unit: DIFFERENCE,
            baseline: 0.0,
            categories: (0..n_shown).map(label).collect(),
            is_horizontal: n_shown > 8 || (0..n_shown).any(|value| value_label(axis, value).len() > 12),
            mark: BarMark::Dots,
            is_small: true,
            guides: Vec::new(),
            groups: vec![BarGroup {
                name: lang.of("mean excess return", "平均超额收益").into(),
                tone: Tone::First,
                values: levels
                    .iter()
                    .map(|level| Some(Bar { value: level.excess.get()?, interval: level.excess.interval() }))
                    .collect(),
            }],
        }),
    })
}
