//! The choice of parameters month by month, on the past alone.

use rotor_run::metrics::Metric;
use rotor_run::sweep::{PickRule, WalkForward};

use super::context::Context;
use crate::draw::{Chart, LineChart, Mark, Panel, Series, Tone, Unit};
use crate::page::{Block, Cell, Column, Figure, Section, Table};
use crate::run::cells::{DIFFERENCE, FRACTION, Footnotes, PERCENT, RATIO};
use crate::say;
use crate::sentences::{SweepGap, sweep_gap};
use crate::terms::Term;
use crate::words::{Lang, counted};

/// How many choices stand open on the page.
const MOST_CHOICES: usize = 60;

/// Returns the section; `None` where the sweep has no such choice.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let lang = context.lang;
    let found = context.facts.statistics.walk_forward.as_ref()?;
    let mut blocks = vec![Block::Paragraph(meaning(context, found)), Block::Paragraph(rule(context, found))];
    blocks.extend(figures(context, found));
    blocks.extend(figure(context, found).map(Block::from));
    blocks.extend(choices(context, found));
    Some(Section { id: "walk-forward".into(), heading: Term::WalkForward.heading(lang), blocks })
}

/// A rule of choice in words.
pub(super) fn rule_in_words(lang: Lang, rule: PickRule) -> &'static str {
    match rule {
        PickRule::Best => lang.of("the highest information ratio", "信息比率最高者"),
        PickRule::OneSe => lang.of(
            "the lowest turnover within one standard error of the best excess return",
            "超额收益在最优者一个标准误之内、换手率最低者",
        ),
        PickRule::Plateau => lang.of("the one whose neighbours have the best median", "相邻试验中位数最高者"),
    }
}

/// What the numbers mean.
fn meaning(context: &Context<'_>, found: &WalkForward) -> String {
    let lang = context.lang;
    let (own, hindsight, mean) = (
        context.with_interval(&found.excess),
        context.with_interval(&found.hindsight),
        context.with_interval(&found.mean_of_trials),
    );
    let verdict = match (found.excess.get(), found.hindsight.get(), found.mean_of_trials.get()) {
        (Some(own), Some(best), Some(mean)) if own <= mean => {
            let lost = DIFFERENCE.write(best - own);
            say!(
                lang,
                "Choosing on the past did no better than a trial taken at random: of what hindsight has more, {lost} annualised, nobody could have had anything.",
                "依据过去挑选并不优于随机取一次试验：事后最优多出的年化{lost}，当时无从获得。"
            )
        }
        (Some(own), Some(best), Some(_)) if own < best => {
            let lost = DIFFERENCE.write(best - own);
            say!(
                lang,
                "Of what the best in hindsight shows, {lost} annualised is hindsight.",
                "事后最优的数字中，年化{lost}属于事后之明。"
            )
        }
        (Some(_), Some(_), Some(_)) => lang
            .of("Choosing on the past did as well as hindsight.", "依据过去挑选的结果不逊于事后最优。")
            .into(),
        _ => String::new(),
    };
    let evidence = match found.excess.interval() {
        Some((low, _)) if low > 0.0 => {
            lang.of("The 95% CI of the choices lies above zero.", "所作选择的95% 置信区间高于零。")
        }
        Some((_, high)) if high < 0.0 => {
            lang.of("The 95% CI of the choices lies below zero.", "所作选择的95% 置信区间低于零。")
        }
        Some(_) => lang.of(
            "The choices are not significant (95% CI includes zero).",
            "所作选择不显著（95% 置信区间含零）。",
        ),
        None => "",
    };
    let text = say!(
        lang,
        "What somebody who chose among these trials on the past alone would have had: annualised excess return (net) {own}; the best in hindsight over the same months {hindsight}, the mean of all trials {mean}. {evidence} {verdict}",
        "若仅依据当时已有的过去在这些试验中挑选：年化超额收益（费后）{own}；同期事后最优为{hindsight}，全部试验均值为{mean}。{evidence}{verdict}"
    );
    text.replace("  ", " ").trim_end().to_owned()
}

fn rule(context: &Context<'_>, found: &WalkForward) -> String {
    let lang = context.lang;
    let how = rule_in_words(lang, found.rule);
    let rule = context.facts.plan.walk_forward.as_ref();
    let months = |n: usize| counted(lang, n, ["month", "months"], "个月");
    let window = rule.map_or(String::new(), |rule| {
        let (first, every) = (months(rule.first), months(rule.every));
        match rule.window.map(months) {
            Some(window) => say!(
                lang,
                ", on the {window} before; first after {first}, held for {every}",
                "，依据此前{window}；首次选择前须有{first}，每次持有{every}"
            ),
            None => say!(
                lang,
                ", on all months before; first after {first}, held for {every}",
                "，依据此前全部月份；首次选择前须有{first}，每次持有{every}"
            ),
        }
    });
    say!(lang, "Rule: {how}{window}.", "规则：{how}{window}。")
}

fn figures(context: &Context<'_>, found: &WalkForward) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let mut table = Table::new([
        Column::word(""),
        Column::number(Term::NetExcess.of(lang)),
        Column::word(Term::ConfidenceInterval.of(lang)),
        Column::number(lang.of("months", "月数")),
    ]);
    for (title, estimate) in [
        (lang.of("choices", "所作选择"), &found.excess),
        (lang.of("best in hindsight", "事后最优"), &found.hindsight),
        (lang.of("mean of all trials", "全部试验均值"), &found.mean_of_trials),
    ] {
        let value = match estimate.get() {
            Some(value) => Cell::number(value, DIFFERENCE),
            None => notes.missing(estimate.reason()).into(),
        };
        let interval = notes.interval(estimate, DIFFERENCE);
        table.row([title.into(), value, interval.into(), Cell::count(estimate.value.n)]);
    }
    let mut blocks = notes.under(table);
    let number = |label: String, metric: &Metric, unit: Unit| {
        let value = context.in_words(metric, |value| unit.write(value));
        say!(lang, "{label}: {value}", "{label}：{value}")
    };
    blocks.push(Block::List(vec![
        number(Term::InformationRatio.of(lang).into(), &found.information_ratio, RATIO),
        number(
            lang.of("annualised return (net)", "年化收益率（费后）").into(),
            &found.annual_return,
            PERCENT,
        ),
        number(Term::MaxDrawdown.of(lang).into(), &found.max_drawdown, PERCENT),
        number(lang.of("one-way turnover per rebalance", "每次单边换手率").into(), &found.turnover, FRACTION),
    ]));
    blocks
}

fn figure(context: &Context<'_>, found: &WalkForward) -> Option<Figure> {
    let lang = context.lang;
    if found.months.is_empty() {
        return None;
    }
    let cumulated = |of: &dyn Fn(&rotor_run::sweep::WalkForwardMonth) -> f64| {
        let mut sum = 0.0;
        let mut values = Vec::with_capacity(found.months.len());
        for month in &found.months {
            sum += of(month) - month.equal_weight;
            values.push(Some(sum));
        }
        values
    };
    let series = |name: &str, tone, mark, values| Series { name: name.into(), tone, mark, values };
    Some(Figure {
        id: "walk-forward-months".into(),
        title: lang.of("Cumulated excess return (net) over equal weight", "相对等权的累计超额收益（费后）").into(),
        about: lang
            .of(
                "Sums of monthly excess returns: of the choices, which nobody needed hindsight for, and of the trial that is best in hindsight.",
                "月度超额收益之和：无需事后之明的所作选择，以及事后最优的试验。",
            )
            .into(),
        chart: Chart::Lines(LineChart {
            dates: found.months.iter().map(|month| month.execution.0).collect(),
            panels: vec![Panel {
                axis: lang.of("cumulated excess return", "累计超额收益").into(),
                unit: FRACTION.signed(),
                is_log: false,
                baseline: Some(0.0),
                height: 1.0,
                series: vec![
                    series(lang.of("choices", "所作选择"), Tone::First, Mark::Line, cumulated(&|month| month.net)),
                    series(
                        lang.of("best in hindsight", "事后最优"),
                        Tone::Second,
                        Mark::Dashed,
                        cumulated(&|month| month.hindsight),
                    ),
                ],
                bands: Vec::new(),
            }],
            has_last_values: true,
            ..LineChart::default()
        }),
    })
}

/// The latest choices; of very many the first are left out.
fn choices(context: &Context<'_>, found: &WalkForward) -> Vec<Block> {
    let lang = context.lang;
    let mut notes = Footnotes::of(lang);
    let mut table = Table::new([
        Column::word(lang.of("held from", "持有起")),
        Column::word(lang.of("settings", "设置")),
        Column::number(lang.of("IR before", "选择前IR")),
        Column::number(lang.of("IR while held", "持有期IR")),
    ]);
    let n_left = found.choices.len().saturating_sub(MOST_CHOICES);
    for choice in &found.choices[n_left..] {
        let after = match choice.after {
            Some(value) => Cell::number(value, RATIO),
            None => notes.missing_as(sweep_gap(lang, SweepGap::TooFewMonths)).into(),
        };
        table.row([
            Cell::from(choice.from.0),
            context.settings(choice.trial).into(),
            Cell::number(choice.before, RATIO),
            after,
        ]);
    }
    let mut blocks = notes.under(table);
    if blocks.is_empty() {
        return vec![lang.of("There was no choice.", "未作选择。").to_owned().into()];
    }
    let n = found.choices.len();
    let n_changes = found.choices.windows(2).filter(|pair| pair[0].trial != pair[1].trial).count();
    let mut text = say!(
        lang,
        "{n} choices, {n_changes} of them another trial than the one before.",
        "共{n}次选择，其中{n_changes}次更换了试验。"
    );
    if n_left > 0 {
        text += &say!(lang, " The first {n_left} are left out.", "最早的{n_left}次未列。");
    }
    blocks.insert(0, text.into());
    blocks
}
