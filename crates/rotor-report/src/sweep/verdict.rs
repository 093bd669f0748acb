//! The first section: how many trials survive, in one sentence, and everything that speaks against the best.

use std::collections::BTreeMap;

use rotor_run::sweep::{Edge, TrialMetrics};

use super::context::{Context, EFFECTIVE, adjusted, value_label};
use super::walk_forward::rule_in_words;
use crate::page::{Block, Section, Tile};
use crate::run::cells::{DIFFERENCE, FRACTION, RATIO, interval_text};
use crate::say;
use crate::sentences::{SweepGap, sweep_gap};
use crate::terms::Term;
use crate::words::{NONE, counted, name, sentence};

/// Of the trials under a condition, the fraction that counts as the best ones.
const AMONG_THE_BEST: f64 = 0.05;
/// How many axes or conditions are named in one warning.
const MOST_NAMED: usize = 6;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::Paragraph(survivors(context)), Block::Paragraph(best(context))];
    blocks.extend(warnings(context).into_iter().map(Block::Warning));
    blocks.extend(holdout(context).map(Block::Paragraph));
    blocks.push(Block::Tiles(tiles(context)));
    Section { id: "verdict".into(), heading: lang.of("Verdict", "结论").into(), blocks }
}

/// How many trials survive being many.
fn survivors(context: &Context<'_>) -> String {
    let lang = context.lang;
    let step_down = &context.facts.statistics.step_down;
    let n_judged = context.facts.statistics.months.n_judged;
    let trials = counted(lang, context.n_trials(), ["trial", "trials"], "次试验");
    let Some(p) = step_down.smallest_p.get() else {
        let reason = context.reason(&step_down.smallest_p);
        return say!(
            lang,
            "Of {trials} it cannot be said how many survive the step-down at 5%: {reason}. There is no evidence of skill.",
            "{trials}中有多少能通过5%水平的逐步检验无从判断：{reason}。没有能力的证据。"
        );
    };
    let p = adjusted(p);
    let judged = if n_judged == context.n_trials() {
        String::new()
    } else {
        say!(lang, " ({n_judged} of them judged)", "（其中{n_judged}次参评）")
    };
    match step_down.n_survivors {
        0 => say!(
            lang,
            "No evidence of skill: of {trials}{judged}, none survives the step-down at 5% (smallest adjusted p {p}).",
            "没有能力的证据：{trials}{judged}中无一通过5%水平的逐步检验（最小校正后p值{p}）。"
        ),
        1 => say!(
            lang,
            "Of {trials}{judged}, 1 survives the step-down at 5% (smallest adjusted p {p}).",
            "{trials}{judged}中有1次通过5%水平的逐步检验（最小校正后p值{p}）。"
        ),
        n => say!(
            lang,
            "Of {trials}{judged}, {n} survive the step-down at 5% (smallest adjusted p {p}).",
            "{trials}{judged}中有{n}次通过5%水平的逐步检验（最小校正后p值{p}）。"
        ),
    }
}

/// The best trial, as one of many.
fn best(context: &Context<'_>) -> String {
    let lang = context.lang;
    let Some((position, trial, metrics)) = context.best() else {
        return lang
            .of(
                "No trial has an information ratio, so that there is no best one.",
                "没有任何试验具有信息比率，因此没有最优试验。",
            )
            .into();
    };
    let (settings, n) = (context.settings(position), context.n_done());
    let excess = excess(context, metrics);
    let p = trial.adjusted_p.map_or_else(
        || {
            let reason = sweep_gap(lang, SweepGap::NotJudged);
            say!(lang, "not known ({reason})", "未知（{reason}）")
        },
        adjusted,
    );
    say!(
        lang,
        "The best by information ratio: {settings}. Its annualised excess return (net) over equal weight is {excess}. It is the best one of {n}: being chosen flatters the number, and the interval is that of a single trial; adjusted p {p}.",
        "信息比率最高的试验：{settings}。其相对等权的年化超额收益（费后）为{excess}。这是{n}次试验中的最优者：经挑选的数字偏高，区间也只是单次试验的区间；校正后p值{p}。"
    )
}

/// An excess return with its interval.
fn excess(context: &Context<'_>, metrics: &TrialMetrics) -> String {
    let lang = context.lang;
    let Some(value) = metrics.excess else {
        let reason = sweep_gap(lang, SweepGap::NotGiven);
        return say!(lang, "not known ({reason})", "未知（{reason}）");
    };
    let value = DIFFERENCE.write(value);
    if let Some(interval) = interval(metrics) {
        return say!(lang, "{value}, 95% CI {interval}", "{value}，95% 置信区间{interval}");
    }
    let reason = sweep_gap(lang, SweepGap::NoError);
    say!(lang, "{value}, with no 95% CI ({reason})", "{value}，无95% 置信区间（{reason}）")
}

fn interval(metrics: &TrialMetrics) -> Option<String> {
    Some(interval_text((metrics.excess_low?, metrics.excess_high?), DIFFERENCE))
}

/// What speaks against the best, each a sentence.
fn warnings(context: &Context<'_>) -> Vec<String> {
    [edges(context), failures(context), short(context), lost(context)].into_iter().flatten().collect()
}

/// The axes on whose edge the best lies.
fn edges(context: &Context<'_>) -> Option<String> {
    let lang = context.lang;
    let axes = context.facts.plan.axes.iter().zip(&context.facts.statistics.axes);
    let edges: Vec<String> = axes
        .filter_map(|(axis, effect)| {
            let (value, end) = match effect.edge? {
                Edge::First => (0, lang.of("first", "第一个")),
                Edge::Last => (axis.values.len().saturating_sub(1), lang.of("last", "最后一个")),
            };
            let (key, value) = (name(&axis.key), value_label(axis, value));
            Some(say!(lang, "`{key}` ({value} is the {end} value)", "`{key}`（{value}为{end}取值）"))
        })
        .collect();
    if edges.is_empty() {
        return None;
    }
    let edges = named(context, edges);
    Some(say!(
        lang,
        "The best lies on the edge of {edges}: nothing beyond was tried.",
        "最优试验位于参数轴边缘：{edges}，其外未曾试验。"
    ))
}

/// The first of several, and how many more there are.
fn named(context: &Context<'_>, all: Vec<String>) -> String {
    let lang = context.lang;
    let n_more = all.len().saturating_sub(MOST_NAMED);
    let named = all.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(lang.between());
    if n_more == 0 {
        return named;
    }
    named + &say!(lang, "; {n_more} more", "；另有{n_more}个")
}

/// How many trials failed, and why most of them.
fn failures(context: &Context<'_>) -> Option<String> {
    let lang = context.lang;
    let (n, n_all) = (context.facts.statistics.n_failed, context.n_trials());
    if n == 0 {
        return None;
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for trial in context.facts.trials {
        if let Err(reason) = &trial.result {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    // Of equally frequent ones the first in the order of letters.
    let most = reasons.iter().rev().max_by_key(|(_, n)| **n);
    let Some((reason, n_of)) = most else {
        return Some(say!(lang, "{n} of {n_all} trials have no result.", "{n_all}次试验中有{n}次无结果。"));
    };
    let reason = sentence(reason);
    let reason =
        if reason.is_empty() { lang.of("no reason given", "未说明原因").to_owned() } else { reason };
    Some(if reasons.len() == 1 {
        say!(
            lang,
            "{n} of {n_all} trials have no result: {reason}.",
            "{n_all}次试验中有{n}次无结果：{reason}。"
        )
    } else {
        say!(
            lang,
            "{n} of {n_all} trials have no result; the most frequent reason, of {n_of}: {reason}.",
            "{n_all}次试验中有{n}次无结果；最常见的原因（{n_of}次）：{reason}。"
        )
    })
}

/// The trials that are not judged, for they hold something too rarely.
fn short(context: &Context<'_>) -> Option<String> {
    let n = context.facts.statistics.months.n_short;
    let trials = counted(context.lang, n, ["trial is", "trials are"], "次试验");
    (n > 0).then(|| {
        say!(
            context.lang,
            "{trials} not judged against the others: less than half of the months of the others have something held.",
            "{trials}未参与相互比较：其持仓月份不足其他试验的一半。"
        )
    })
}

/// The conditions under which the best is no longer among the best.
fn lost(context: &Context<'_>) -> Option<String> {
    let lang = context.lang;
    let (_, _, _) = context.best()?;
    let most = libm::ceil(AMONG_THE_BEST * context.n_done() as f64).max(1.0) as u32;
    let conditions = context.facts.plan.conditions.iter().zip(&context.facts.statistics.conditions).skip(1);
    let lost: Vec<String> = conditions
        .filter(|(_, summary)| summary.rank_of_best.is_none_or(|rank| rank > most))
        .map(|(condition, summary)| {
            let label = sentence(&condition.label());
            match summary.rank_of_best {
                Some(rank) => say!(lang, "`{label}` (rank {rank})", "`{label}`（第{rank}名）"),
                None => say!(lang, "`{label}` (no result)", "`{label}`（无结果）"),
            }
        })
        .collect();
    if lost.is_empty() {
        return None;
    }
    let named = named(context, lost);
    Some(say!(
        lang,
        "The best is not among the best 5% of the trials under: {named}.",
        "在下列情景下，最优试验不在前5%之列：{named}。"
    ))
}

/// Whether there are months that nobody has seen.
fn holdout(context: &Context<'_>) -> Option<String> {
    let lang = context.lang;
    let holdout = context.facts.plan.holdout.as_ref()?;
    let (n, first) = (holdout.months, holdout.first.0);
    let Some((picked, result)) =
        context.facts.picked.and_then(|picked| Some((picked, picked.holdout.as_ref()?)))
    else {
        return Some(say!(
            lang,
            "The hold-out ({n} months from {first}) was sealed when this page was made: no trial and no number here has seen it. It can be opened once, for one trial, and the ledger of trials says when.",
            "生成本页时，封存期（自{first}起{n}个月）尚未启封：本页任何试验与数字均未使用。封存期只能为一次试验启封一次，启封时间记入试验账本。"
        ));
    };
    let (settings, when) = (context.settings(picked.trial), sentence(&picked.when));
    let rule = rule_in_words(lang, picked.rule);
    let excess = context.with_interval(&result.excess);
    let ratio = |metric| context.in_words(metric, |value| RATIO.write(value));
    let (ratio, before) = (ratio(&result.information_ratio), ratio(&result.before));
    Some(say!(
        lang,
        "The hold-out ({n} months from {first}), which no trial has seen, was opened on {when} for one trial ({rule}): {settings}. In these months its annualised excess return (net) over equal weight is {excess}, and its information ratio {ratio}, after {before} in the months on which it was chosen.",
        "封存期（自{first}起{n}个月）未被任何试验使用，已于{when}为一次试验启封（{rule}）：{settings}。该期间其相对等权的年化超额收益（费后）为{excess}，信息比率{ratio}（挑选所用月份为{before}）。"
    ))
}

fn tiles(context: &Context<'_>) -> Vec<Tile> {
    let (lang, statistics) = (context.lang, context.facts.statistics);
    let tile = |label: &str, value: String, detail: String| Tile { label: label.into(), value, detail };
    let number =
        |label: &str, metric: &rotor_run::metrics::Metric, write: &dyn Fn(f64) -> String, detail: String| {
            match metric.get() {
                Some(value) => tile(label, write(value), detail),
                None => tile(label, NONE.into(), context.reason(metric)),
            }
        };
    let best = context.best();
    let (n, n_failed) = (context.n_trials(), statistics.n_failed);
    let failed = if n_failed == 0 {
        String::new()
    } else {
        say!(lang, "{n_failed} without a result", "其中{n_failed}次无结果")
    };
    let excess = match best.map(|(.., metrics)| metrics) {
        Some(metrics) if let Some(value) = metrics.excess => tile(
            lang.of("excess of the best (net)", "最优试验超额（费后）"),
            DIFFERENCE.write(value),
            interval(metrics).unwrap_or_else(|| sweep_gap(lang, SweepGap::NoError)),
        ),
        found => {
            let gap = if found.is_some() { SweepGap::NotGiven } else { SweepGap::NoTrial };
            tile(
                lang.of("excess of the best (net)", "最优试验超额（费后）"),
                NONE.into(),
                sweep_gap(lang, gap),
            )
        }
    };
    let ratio = match best.and_then(|(.., metrics)| metrics.information_ratio) {
        Some(value) => {
            let luckiest =
                context.in_words(&statistics.distribution.luckiest_effective, |value| RATIO.write(value));
            tile(
                lang.of("information ratio of the best", "最优试验信息比率"),
                RATIO.write(value),
                say!(lang, "luck alone: {luckiest}", "仅凭运气：{luckiest}"),
            )
        }
        None => tile(
            lang.of("information ratio of the best", "最优试验信息比率"),
            NONE.into(),
            sweep_gap(lang, SweepGap::NoTrial),
        ),
    };
    let effective = context.in_words(&statistics.effective_trials, |value| EFFECTIVE.write(value));
    let n_tried = context.n_tried();
    let loss_name = Term::LossProbability.of(lang);
    let loss = context.in_words(&statistics.overfitting.loss, |value| FRACTION.write(value));
    let months = counted(lang, statistics.months.n, ["month", "months"], "个月");
    vec![
        tile(lang.of("trials", "试验次数"), n.to_string(), failed),
        match statistics.step_down.smallest_p.get() {
            Some(_) => tile(
                lang.of("survivors at 5%", "5%水平通过数"),
                statistics.step_down.n_survivors.to_string(),
                months,
            ),
            None => tile(
                lang.of("survivors at 5%", "5%水平通过数"),
                NONE.into(),
                context.reason(&statistics.step_down.smallest_p),
            ),
        },
        number(
            lang.of("smallest adjusted p", "最小校正后p值"),
            &statistics.step_down.smallest_p,
            &adjusted,
            lang.of("step-down (Romano and Wolf)", "逐步检验（Romano–Wolf）").into(),
        ),
        excess,
        ratio,
        number(
            "DSR",
            &statistics.deflated_sharpe.probability,
            &|value| FRACTION.write(value),
            say!(lang, "{n_tried} trials", "{n_tried} 次试验"),
        ),
        number(
            lang.of("DSR, effective trials", "DSR（有效试验数）"),
            &statistics.deflated_sharpe_effective.probability,
            &|value| FRACTION.write(value),
            say!(lang, "{effective} trials", "{effective} 次试验"),
        ),
        number(
            "PBO",
            &statistics.overfitting.probability,
            &|value| FRACTION.write(value),
            say!(lang, "{loss_name} {loss}", "{loss_name}{loss}"),
        ),
    ]
}
