//! Whether the best stands alone: it and the trials that differ by one step.

use super::context::Context;
use crate::page::{Block, Cell, Column, Section, Table};
use crate::run::cells::{DIFFERENCE, Footnotes, RATIO};
use crate::say;
use crate::sentences::{SweepGap, sweep_gap};
use crate::terms::Term;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::Paragraph(sentence(context))];
    blocks.extend(table(context));
    Section { id: "plateau".into(), heading: lang.of("Plateau", "参数高原").into(), blocks }
}

/// The trial whose neighbours have the best median; the first of equal ones.
pub(super) fn best_neighbourhood(context: &Context<'_>) -> Option<u32> {
    let trials = (0_u32..).zip(context.facts.trials);
    let known = trials.filter(|(_, trial)| trial.result.is_ok());
    let known = known.filter_map(|(position, trial)| Some((position, trial.neighbours?)));
    known.reduce(|one, other| if other.1 > one.1 { other } else { one }).map(|(position, _)| position)
}

fn sentence(context: &Context<'_>) -> String {
    let lang = context.lang;
    let Some((_, trial, metrics)) = context.best() else {
        return lang.of("There is no best trial.", "没有最优试验。").into();
    };
    let (Some(best), Some(median)) = (metrics.information_ratio, trial.neighbours) else {
        let reason = sweep_gap(lang, SweepGap::NoNeighbour);
        return say!(
            lang,
            "Whether the best stands alone cannot be said: {reason}.",
            "最优试验是否孤立无从判断：{reason}。"
        );
    };
    let (of, ratio) = (RATIO.write(median), RATIO.write(best));
    let verdict = if median <= 0.0 || median < best / 2.0 {
        lang.of(
            "it is a peak, which a small change of the settings undoes",
            "属于孤峰，设定稍有变化便不复存在",
        )
    } else if median < 0.8 * best {
        lang.of("its neighbours keep most of it", "相邻试验保留了大部分")
    } else {
        lang.of("it lies on a plateau", "位于参数高原之上")
    };
    say!(
        lang,
        "The trials that differ from the best by one step of one axis have a median information ratio of {of}, against its {ratio}: {verdict}.",
        "与最优试验仅差一个参数轴一步的试验，信息比率中位数为{of}，最优试验为{ratio}：{verdict}。"
    )
}

fn table(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let mut table = Table::new([
        Column::word(Term::Trial.of(lang)),
        Column::word(lang.of("settings", "设置")),
        Column::number(Term::InformationRatio.of(lang)),
        Column::number(Term::NeighboursMedian.of(lang)),
        Column::number(Term::NetExcess.of(lang)),
    ]);
    let best = context.best().map(|(position, ..)| position);
    let widest = best_neighbourhood(context);
    let rows = [
        (lang.of("the best", "最优试验"), best),
        (lang.of("the best neighbourhood", "邻域最优的试验"), widest),
    ];
    for (title, position) in rows {
        let Some(position) = position else { continue };
        let Some(trial) = context.trial(position) else { continue };
        let Ok(metrics) = &trial.result else { continue };
        let mut number = |value: Option<f64>, unit, gap| match value {
            Some(value) => Cell::number(value, unit),
            None => notes.missing_as(sweep_gap(lang, gap)).into(),
        };
        table.row([
            title.into(),
            context.settings(position).into(),
            number(metrics.information_ratio, RATIO, SweepGap::NotGiven),
            number(trial.neighbours, RATIO, SweepGap::NoNeighbour),
            number(metrics.excess, DIFFERENCE, SweepGap::NotGiven),
        ]);
    }
    let mut blocks = notes.under(table);
    if best.is_some() && best == widest {
        blocks.push(lang.of("Both are the same trial.", "两者为同一试验。").to_owned().into());
    }
    blocks
}
