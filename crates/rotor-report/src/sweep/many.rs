//! What it does that the trials are many: step-down, deflated Sharpe ratio, overfitting.

use rotor_run::metrics::Metric;
use rotor_run::sweep::{AlikeTrials, OddMonths};

use super::context::{Context, EFFECTIVE, adjusted};
use crate::draw::{Chart, CountChart, StraightLine, Unit};
use crate::page::{Block, Cell, Column, Figure, Section, Table};
use crate::run::cells::{FRACTION, Footnotes};
use crate::say;
use crate::terms::Term;

/// Monthly ratios.
const MONTHLY: Unit = Unit::plain(3);

pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = Vec::new();
    blocks.push(
        lang.of(
            "Each number answers another question. The step-down says how many trials have an excess return above zero although so many were tried; DSR says whether the Sharpe ratio of the best is more than luck; PBO says whether choosing the best helps, not whether there is skill.",
            "每个数字回答不同的问题：逐步检验回答在试验如此之多时仍有多少试验的超额收益大于零；DSR 回答最优试验的夏普比率是否超过运气；PBO 回答挑选最优是否有用，而不是有无能力。",
        )
        .to_owned()
        .into(),
    );
    blocks.extend(table(context));
    blocks.push(Block::Warning(
        lang.of(
            "* For comparison only: these two reject a true null more often than their nominal level.",
            "* 仅供对照：这两项对真实零假设的误拒率高于其名义水平。",
        )
        .into(),
    ));
    blocks.extend(other_trial(context).map(Block::Paragraph));
    blocks.push(Block::Paragraph(degradation(context)));
    blocks.extend(figure(context).map(Block::from));
    blocks.extend(missed(context));
    Section { id: "many-trials".into(), heading: lang.of("Many trials", "多次试验").into(), blocks }
}

/// The table of the statistics while it is made.
struct Rows {
    table: Table,
    notes: Footnotes,
}

impl Rows {
    /// A number as `write` has it, and what it says.
    fn add(&mut self, title: String, metric: &Metric, write: impl Fn(f64) -> Cell, about: String) {
        let value = match metric.get() {
            Some(value) => write(value),
            None => self.notes.missing(metric.reason()).into(),
        };
        self.table.row([title.into(), value, about.into()]);
    }
}

fn unit(unit: Unit) -> impl Fn(f64) -> Cell {
    move |value| Cell::number(value, unit)
}

fn p_value(value: f64) -> Cell {
    Cell::of_number(adjusted(value), value, MONTHLY)
}

fn table(context: &Context<'_>) -> Vec<Block> {
    let (lang, statistics) = (context.lang, context.facts.statistics);
    let table = Table::new([
        Column::word(lang.of("statistic", "统计量")),
        Column::number(lang.of("value", "数值")),
        Column::word(lang.of("what it says", "含义")),
    ]);
    let mut rows = Rows { table, notes: Footnotes::of(lang) };
    step_down(context, &mut rows);
    deflated(context, &mut rows);
    overfitting(context, &mut rows);
    rows.add(
        lang.of("reality check (White), for comparison *", "Reality Check（White），仅供对照 *").into(),
        &statistics.reality_check,
        p_value,
        lang.of("p-value of the best", "最优试验的p值").into(),
    );
    rows.add(
        lang.of("SPA test (Hansen), for comparison *", "SPA 检验（Hansen），仅供对照 *").into(),
        &statistics.superior_predictive_ability,
        p_value,
        lang.of("p-value of the best", "最优试验的p值").into(),
    );
    rows.notes.under(rows.table)
}

fn step_down(context: &Context<'_>, rows: &mut Rows) {
    let (lang, statistics) = (context.lang, context.facts.statistics);
    let smallest = &statistics.step_down.smallest_p;
    let (n_judged, n_samples) = (statistics.months.n_judged, statistics.step_down.n_samples);
    rows.add(
        lang.of("smallest adjusted p, step-down (Romano and Wolf)", "最小校正后p值，逐步检验（Romano–Wolf）")
            .into(),
        smallest,
        p_value,
        say!(
            lang,
            "how likely so large a largest t-value of {n_judged} trials would be, were none of any worth; {n_samples} bootstrap samples",
            "若{n_judged}次试验均无价值，出现如此大的最大t值的概率；自助样本{n_samples}个"
        ),
    );
    let autocorrelation = statistics.step_down.autocorrelation;
    let taken =
        Metric { n: smallest.n, value: autocorrelation.ok_or(()).or_else(|()| smallest.value.clone()) };
    rows.add(
        lang.of("autocorrelation that the step-down takes out", "逐步检验中剔除的自相关").into(),
        &taken,
        unit(Unit::plain(2).signed()),
        lang.of(
            "from one month to the next, one number for all trials",
            "月度超额收益的一阶自相关，所有试验共用一个数值",
        )
        .into(),
    );
    let n_survivors = statistics.step_down.n_survivors as f64;
    let survivors = Metric { n: smallest.n, value: smallest.value.clone().map(|_| n_survivors) };
    rows.add(
        lang.of("trials that survive at 5%", "5%水平通过的试验数").into(),
        &survivors,
        unit(Unit::plain(0)),
        lang.of("adjusted p of at most 0.05", "校正后p值不高于0.05").into(),
    );
}

fn deflated(context: &Context<'_>, rows: &mut Rows) {
    let (lang, statistics) = (context.lang, context.facts.statistics);
    rows.add(
        lang.of("effective trials (Galwey)", "有效试验数（Galwey）").into(),
        &statistics.effective_trials,
        unit(EFFECTIVE),
        lang.of("as many independent trials as these correlated ones", "与这些相关试验等价的独立试验数")
            .into(),
    );
    let n_tried = context.n_tried();
    let of_effective = statistics.effective_trials.get().map_or_else(
        || lang.of("DSR (effective trials)", "DSR（有效试验数）").to_owned(),
        |effective| {
            let effective = EFFECTIVE.write(effective);
            say!(lang, "DSR ({effective} effective trials)", "DSR（{effective} 次有效试验）")
        },
    );
    for (title, deflated) in [
        (say!(lang, "DSR ({n_tried} trials)", "DSR（{n_tried} 次试验）"), &statistics.deflated_sharpe),
        (of_effective, &statistics.deflated_sharpe_effective),
    ] {
        let about = match (deflated.sharpe.get(), deflated.threshold.get()) {
            (Some(sharpe), Some(threshold)) => {
                let (sharpe, threshold) = (MONTHLY.write(sharpe), MONTHLY.write(threshold));
                say!(
                    lang,
                    "probability that the true monthly Sharpe ratio of the best ({sharpe}) is above the threshold {threshold}, expected of the best without skill",
                    "最优试验的真实月度夏普比率（样本值{sharpe}）高于阈值{threshold}（无能力时最优者的期望）的概率"
                )
            }
            _ => lang
                .of(
                    "probability that the true monthly Sharpe ratio of the best is above what the best without skill is expected to have",
                    "最优试验的真实月度夏普比率高于无能力时最优者期望的概率",
                )
                .into(),
        };
        rows.add(title, &deflated.probability, unit(FRACTION), about);
    }
}

fn overfitting(context: &Context<'_>, rows: &mut Rows) {
    let (lang, statistics) = (context.lang, context.facts.statistics);
    let (n_judged, overfitting) = (statistics.months.n_judged, &statistics.overfitting);
    rows.add(
        say!(lang, "PBO (CSCV, {n_judged} configurations)", "过拟合概率 PBO（CSCV，{n_judged} 种配置）"),
        &overfitting.probability,
        unit(FRACTION),
        lang.of(
            "how often the best in one half of the months is at or below the median in the other",
            "一半月份的最优者在另一半不高于中位数的频率",
        )
        .into(),
    );
    rows.add(
        Term::LossProbability.of(lang).into(),
        &overfitting.loss,
        unit(FRACTION),
        lang.of(
            "how often the best in one half loses against equal weight in the other",
            "一半月份的最优者在另一半跑输等权的频率",
        )
        .into(),
    );
    rows.add(
        lang.of("slope of degradation", "衰减斜率").into(),
        &overfitting.slope,
        unit(Unit::plain(2).signed()),
        lang.of(
            "out-of-sample on in-sample Sharpe ratio of the best; below 1 the choice flatters, below 0 it harms",
            "最优者样本外对样本内夏普比率的回归斜率；低于1说明挑选使数字偏高，低于0说明挑选有害",
        )
        .into(),
    );
    rows.add(
        lang.of("constant of degradation", "衰减截距").into(),
        &overfitting.constant,
        unit(MONTHLY),
        lang.of("where that line meets an in-sample ratio of 0", "该直线在样本内比率为0处的值").into(),
    );
}

/// The worlds without skill in which a statistic of this page does not keep its level.
fn missed(context: &Context<'_>) -> Vec<Block> {
    let (lang, missed) = (context.lang, &context.facts.statistics.missed);
    if missed.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new([
        Column::word(lang.of("trials", "试验")),
        Column::word(lang.of("months", "月度收益")),
        Column::number(lang.of("step-down", "逐步检验")),
        Column::number("DSR"),
        Column::number(lang.of("DSR, effective trials", "DSR（有效试验数）")),
    ]);
    let number = |value: f64| Unit::plain(1).write(value);
    for design in missed {
        let trials = match design.trials {
            AlikeTrials::Independent => lang.of("independent", "相互独立").to_owned(),
            AlikeTrials::Correlated(correlation) => {
                let correlation = number(correlation);
                say!(lang, "all with a correlation of {correlation}", "两两相关系数{correlation}")
            }
            AlikeTrials::Families(correlation) => {
                let correlation = number(correlation);
                say!(
                    lang,
                    "four families with a correlation of {correlation} within",
                    "四组，组内相关系数{correlation}"
                )
            }
        };
        let months = match design.months {
            OddMonths::Autocorrelated(one, other) => {
                let (one, other) = (number(one), number(other));
                if one == other {
                    say!(lang, "autocorrelation {one}", "自相关{one}")
                } else {
                    say!(lang, "autocorrelation {one} and {other}, in turn", "自相关{one}与{other}相间")
                }
            }
            OddMonths::Skewed(skewness) => {
                let skewness = Unit::plain(0).signed().write(skewness);
                say!(lang, "skewness {skewness}", "偏度{skewness}")
            }
        };
        let rate = |value: f64| Cell::number(value, Unit::fraction(1));
        table.row([
            trials.into(),
            months.into(),
            rate(design.step_down),
            rate(design.deflated_sharpe),
            rate(design.deflated_sharpe_effective),
        ]);
    }
    vec![
        Block::Heading(lang.of("Where 5% is not 5%", "名义水平5%不成立之处").into()),
        lang.of(
            "How often each finds skill at 5% in worlds without any (240 trials of 60 months). The step-down should be between 4% and 6%, DSR at most 6%. With independent months, normal or with heavy tails, they are. With an autocorrelation of 0.2 the step-down is; DSR takes months as independent and finds skill in up to 7% of such worlds, with the effective number in up to 20% for 240 and 83% for 2400 trials that are not alike.",
            "无能力模拟样本（240次试验、60个月）中，各统计量在5%水平判为有能力的频率。逐步检验应在4%至6%之间，DSR应不高于6%。各月独立（正态或厚尾）时均满足。自相关为0.2时逐步检验仍满足；DSR 假定各月独立，误判可达7%，按有效试验数计算时，240次互不相似的试验可达20%，2400次可达83%。",
        )
        .to_owned()
        .into(),
        table.into(),
    ]
}

/// The trial of the largest t-value, where it is not the best one.
fn other_trial(context: &Context<'_>) -> Option<String> {
    let statistics = context.facts.statistics;
    let position = statistics.step_down.trial.filter(|trial| Some(*trial) != statistics.best)?;
    let settings = context.settings(position);
    Some(say!(
        context.lang,
        "The smallest adjusted p is that of another trial than the best: {settings}.",
        "最小校正后p值并非最优试验，而是：{settings}。"
    ))
}

/// What the degradation line says, in words.
fn degradation(context: &Context<'_>) -> String {
    let (lang, overfitting) = (context.lang, &context.facts.statistics.overfitting);
    let Some(slope) = overfitting.slope.get() else {
        let reason = context.reason(&overfitting.slope);
        return say!(
            lang,
            "What the choice does out of sample cannot be said: {reason}.",
            "挑选在样本外的效果无从判断：{reason}。"
        );
    };
    let of = Unit::plain(2).signed().write(slope);
    let text = if slope < 0.0 {
        lang.of(
            "the better the best of one half looks there, the worse it does in the other",
            "一半月份的最优者在该半表现越好，在另一半反而越差",
        )
    } else if slope < 1.0 {
        lang.of(
            "of what the best of one half has more there, only a part is left in the other",
            "一半月份的最优者在该半的优势，在另一半只剩一部分",
        )
    } else {
        lang.of(
            "what the best of one half has there is not lost in the other",
            "一半月份的最优者在该半的优势，在另一半没有丧失",
        )
    };
    say!(lang, "Degradation line, slope {of}: {text}.", "衰减直线斜率{of}：{text}。")
}

fn figure(context: &Context<'_>) -> Option<Figure> {
    let (lang, overfitting) = (context.lang, &context.facts.statistics.overfitting);
    let points = overfitting.points.as_ref()?;
    let mut lines = Vec::new();
    if let (Some(constant), Some(slope)) = (overfitting.constant.get(), overfitting.slope.get()) {
        lines
            .push(StraightLine { name: lang.of("degradation line", "衰减直线").into(), constant, slope });
        lines.push(StraightLine {
            name: lang.of("as good as in sample", "与样本内相同").into(),
            constant: 0.0,
            slope: 1.0,
        });
    }
    let n: u64 = points.counts.iter().flatten().map(|n| u64::from(*n)).sum();
    Some(Figure {
        id: "degradation".into(),
        title: lang
            .of("The best of one half of the months in the other half", "一半月份的最优者在另一半的表现")
            .into(),
        about: say!(
            lang,
            "Each of {n} ways to halve the months: monthly Sharpe ratio of the best in the half that chose it, and in the other. Below 0 the choice lost against equal weight.",
            "{n}种对半划分：最优者在据以挑选的一半与另一半的月度夏普比率；低于0表示跑输等权。"
        ),
        chart: Chart::Counts(CountChart {
            x_axis: lang.of("in-sample monthly Sharpe ratio", "样本内月度夏普比率").into(),
            x_unit: Unit::plain(2),
            y_axis: lang.of("out-of-sample monthly Sharpe ratio", "样本外月度夏普比率").into(),
            y_unit: Unit::plain(2),
            x: points.x,
            y: points.y,
            counts: points.counts.clone(),
            count: lang.of("halves", "种划分").into(),
            lines,
        }),
    })
}
