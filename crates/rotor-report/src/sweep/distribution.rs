//! How the trials are distributed, and where luck alone would put the best.

use super::context::{Context, EFFECTIVE};
use crate::draw::{Chart, Guide, Histogram, Unit};
use crate::page::{Block, Figure, Section};
use crate::run::cells::RATIO;
use crate::say;
use crate::terms::Term;

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::Paragraph(luck(context))];
    if context.facts.statistics.distribution.counts.iter().any(|count| *count > 0) {
        blocks.push(figure(context).into());
    }
    Section {
        id: "distribution".into(),
        heading: lang.of("Distribution of the trials", "试验的分布").into(),
        blocks,
    }
}

/// The best against the luckiest of as many without skill.
fn luck(context: &Context<'_>) -> String {
    let (lang, distribution) = (context.lang, &context.facts.statistics.distribution);
    let ratio = |value: f64| RATIO.write(value);
    let n = context.n_tried();
    if distribution.luckiest.get().is_none() && distribution.luckiest_effective.get().is_none() {
        let reason = context.reason(&distribution.luckiest);
        return say!(
            lang,
            "What luck alone would give the best of {n} trials is not known: {reason}.",
            "{n}次试验中的最优者仅凭运气能达到多少无从得知：{reason}。"
        );
    }
    let luckiest = context.in_words(&distribution.luckiest, ratio);
    let effective =
        context.in_words(&context.facts.statistics.effective_trials, |value| EFFECTIVE.write(value));
    let of_effective = context.in_words(&distribution.luckiest_effective, ratio);
    let expected = say!(
        lang,
        "The luckiest of {n} independent trials without skill is expected at {luckiest}; of the {effective} effective trials, which the correlations leave, at {of_effective}.",
        "在{n}次相互独立、毫无能力的试验中，最幸运者的期望信息比率为{luckiest}；按相关性折算的{effective}次有效试验计，为{of_effective}。"
    );
    let best = context.best().and_then(|(.., metrics)| metrics.information_ratio);
    let Some(value) = best else { return expected };
    let best = ratio(value);
    let against = match (distribution.luckiest.get(), distribution.luckiest_effective.get()) {
        (Some(all), _) if value > all => lang.of("It lies above both.", "最优试验高于二者。"),
        (Some(_), Some(some)) if value > some => lang.of(
            "It lies above what the effective trials would give, and not above what all of them would.",
            "最优试验高于有效试验数下的运气，但不高于全部试验数下的运气。",
        ),
        (Some(_), Some(_)) => lang.of("Luck alone would give as much.", "仅凭运气即可达到这一水平。"),
        _ => "",
    };
    say!(
        lang,
        "The best trial has an information ratio of {best}. {expected} {against}",
        "最优试验的信息比率为{best}。{expected}{against}"
    )
    .trim_end()
    .to_owned()
}

fn figure(context: &Context<'_>) -> Figure {
    let (lang, distribution) = (context.lang, &context.facts.statistics.distribution);
    let mut marks = Vec::new();
    let mut mark = |name: String, value: Option<f64>| {
        marks.extend(value.map(|value| Guide { name, value }));
    };
    mark(
        lang.of("best trial", "最优试验").into(),
        context.best().and_then(|(.., metrics)| metrics.information_ratio),
    );
    let n = context.n_tried();
    mark(
        say!(lang, "luckiest of {n} without skill", "{n}次无能力试验中最幸运者"),
        distribution.luckiest.get(),
    );
    if let Some(effective) = context.facts.statistics.effective_trials.get() {
        let n = EFFECTIVE.write(effective);
        mark(
            say!(lang, "luckiest of {n} effective", "{n}次有效试验中最幸运者"),
            distribution.luckiest_effective.get(),
        );
    }
    let n: u64 = distribution.counts.iter().map(|n| u64::from(*n)).sum();
    Figure {
        id: "distribution-ratios".into(),
        title: say!(lang, "Information ratios of {n} trials", "{n}次试验的信息比率"),
        about: lang
            .of(
                "How many trials have which information ratio; lines mark the best one and what the best of so many would be without skill.",
                "各信息比率区间的试验次数；竖线为最优试验，以及毫无能力时最幸运者的期望值。",
            )
            .into(),
        chart: Chart::Histogram(Histogram {
            axis: Term::InformationRatio.of(lang).into(),
            unit: Unit::plain(2),
            count_axis: lang.of("trials", "试验次数").into(),
            range: distribution.range,
            counts: distribution.counts.clone(),
            marks,
        }),
    }
}
