//! The verdict: a few sentences made by rule, which cannot boast.
//!
//! The excess return over all sectors and over those that could be selected, each with its confidence interval and the first with
//! what such a record could have shown; which factors order sectors at all, and how many would by chance; what settings and
//! multiple trials can do. A run that never told sectors apart has no excess return to speak of, and the verdict says so instead. Nothing is called significant unless a
//! confidence interval excludes zero, and then the verdict says how often chance does the same.

use rotor_run::metrics::{Estimate, Metric, PortfolioMetrics, Reason};

use super::cells::{CORRELATION, DIFFERENCE, PERCENT, Side, interval_text, side};
use super::context::{Context, ELIGIBLE, EQUAL_WEIGHT, TOP_NET};
use super::{net_value, tiles};
use crate::page::{Block, Section};
use crate::say;
use crate::sentences::{reason, reason_or_none, warning_block};
use crate::terms::Term;
use crate::words::{Lang, fixed};

/// What the verdict rests on.
#[derive(Debug)]
struct Evidence<'a> {
    is_synthetic: bool,
    /// First execution and last exit; empty without a month.
    days: String,
    /// Annualised, net, over the equal weight of all sectors; `None` if the run has no such portfolios.
    excess: Option<&'a Estimate>,
    /// The same over the sectors that could be selected; `None` as well for folders of formats without it.
    eligible: Option<&'a Estimate>,
    /// The mean RankIC of each factor, with its title.
    factors: Vec<(String, &'a Estimate)>,
    /// The least and the largest excess return among so many settings and alternatives.
    range: Option<(f64, f64, usize)>,
    /// Whether parameters of factors are among them.
    has_alternatives: bool,
    n_trials: u64,
    /// The deflated Sharpe ratio.
    deflated: &'a Metric,
}

/// What is read first: key figures, then the net value beside the sentences.
pub(super) fn section(context: &Context<'_>) -> Section {
    let lang = context.lang;
    let mut blocks = vec![Block::Tiles(tiles::tiles(context))];
    let sentences: Vec<Block> = sentences(context).into_iter().map(Block::Paragraph).collect();
    match net_value::levels(context) {
        Some(levels) => blocks.push(Block::Columns(vec![vec![levels.into()], sentences])),
        None => blocks.extend(sentences),
    }
    blocks.extend(context.facts.record.warnings.iter().map(|warning| warning_block(lang, warning)));
    Section { id: "verdict".into(), heading: lang.of("Verdict", "结论").into(), blocks }
}

/// The verdict, a sentence or two for each question.
pub(super) fn sentences(context: &Context<'_>) -> Vec<String> {
    let lang = context.lang;
    let evidence = Evidence::of(context);
    let mut texts = Vec::new();
    if context.chose_nothing() {
        texts.extend([nothing_chosen(context), evidence.factors(lang)]);
    } else {
        texts.push(evidence.excess(lang));
        texts.extend(evidence.eligible(lang));
        texts.extend([evidence.factors(lang), evidence.luck(lang)]);
        texts.extend(live(context));
    }
    texts
}

impl<'a> Evidence<'a> {
    fn of(context: &Context<'a>) -> Self {
        let all = context.portfolios();
        let kept = context.kept();
        let days = kept.first().zip(kept.last()).map(|((_, first), (_, last))| {
            let (from, to) = (first.as_of, last.exit);
            say!(context.lang, "{from} to {to}", "{from}至{to}")
        });
        let settings = all.variants.sensitivity.iter().map(|one| &one.variant);
        let alternatives = all.variants.alternatives.iter().map(|one| &one.variant);
        let n_settings = settings.chain(alternatives).filter(|one| one.excess.get().is_some()).count();
        let factors = context.metrics.factor.sections.all.iter();
        Self {
            is_synthetic: context.is_synthetic(),
            days: days.unwrap_or_default(),
            excess: over(all, EQUAL_WEIGHT),
            eligible: over(all, ELIGIBLE),
            factors: factors.map(|(name, factor)| (context.factor(name), &factor.rank_ic.mean)).collect(),
            range: all.variants.excess_range().map(|(low, high)| (low, high, n_settings)),
            has_alternatives: !all.variants.alternatives.is_empty(),
            n_trials: all.trials.n_trials,
            deflated: &all.trials.deflated_sharpe.probability,
        }
    }

    /// The excess return over equal weight.
    fn excess(&self, lang: Lang) -> String {
        let synthetic = if self.is_synthetic { synthetic(lang) } else { "" };
        let Some((estimate, value)) = self.excess.and_then(|excess| Some((excess, excess.get()?))) else {
            let reason = reason_or_none(lang, self.excess.and_then(Estimate::reason));
            return say!(
                lang,
                "{synthetic}The excess return (net) over the equal weight of all sectors cannot be given: {reason}.",
                "{synthetic}相对全行业等权的超额收益（费后）无法计算：{reason}。"
            );
        };
        let (n, value, days) = (estimate.value.n, DIFFERENCE.write(value), &self.days);
        let result = say!(
            lang,
            "{synthetic}Over {n} months ({days}) the annualised excess return (net) over the equal weight of all sectors is {value}",
            "{synthetic}{n}个月（{days}）内，相对全行业等权的年化超额收益（费后）为{value}"
        );
        let found = match &estimate.uncertainty {
            Ok(found) => found,
            Err(missing) => {
                let reason = reason(lang, missing);
                return say!(
                    lang,
                    "{result}; it has no confidence interval: {reason}.",
                    "{result}；其置信区间无法估计：{reason}。"
                );
            }
        };
        let (interval, detectable) =
            (interval_text(found.interval, PERCENT), PERCENT.write(found.detectable));
        let reading = match side(estimate) {
            Some(Side::Above) => lang.of(
                "the interval lies above zero, as it does by chance for one strategy without skill in forty",
                "区间高于零，但无选择能力的策略中约每四十个有一个会因偶然如此",
            ),
            Some(Side::Below) => lang.of(
                "the interval lies below zero: in these months the selection did worse than equal weight",
                "区间低于零：这些月份中所选行业不如等权",
            ),
            _ => Term::NotSignificant.of(lang),
        };
        say!(
            lang,
            "{result}, 95% CI {interval}: {reading}; the minimum detectable effect (80% power) of such a record is {detectable}.",
            "{result}，95% 置信区间{interval}：{reading}；如此长度的样本，最小可检测值（功效 80%）为{detectable}。"
        )
    }

    /// The excess return over the sectors that could be selected; nothing where the one over all sectors is missing as well.
    fn eligible(&self, lang: Lang) -> Option<String> {
        self.excess.and_then(Estimate::get)?;
        let Some((estimate, value)) = self.eligible.and_then(|excess| Some((excess, excess.get()?))) else {
            let missing = self.eligible.map_or(Some(&Reason::NotInFormat), Estimate::reason);
            let reason = reason_or_none(lang, missing);
            return Some(say!(
                lang,
                "The excess return (net) over the eligible sectors, those that could be selected each month, cannot be given: {reason}.",
                "相对可选行业等权（当月可入选的行业）的超额收益（费后）无法计算：{reason}。"
            ));
        };
        let value = DIFFERENCE.write(value);
        let result = say!(
            lang,
            "Over the equal weight of the eligible sectors, those that could be selected each month, it is {value}",
            "相对可选行业等权（当月可入选的行业）的年化超额收益（费后）为{value}"
        );
        let interval = match &estimate.uncertainty {
            Ok(found) => interval_text(found.interval, PERCENT),
            Err(missing) => {
                let reason = reason(lang, missing);
                return Some(say!(
                    lang,
                    "{result}; it has no confidence interval: {reason}.",
                    "{result}；其置信区间无法估计：{reason}。"
                ));
            }
        };
        let reading = match side(estimate) {
            Some(Side::Above) => lang.of("the interval lies above zero", "区间高于零"),
            Some(Side::Below) => lang.of("the interval lies below zero", "区间低于零"),
            _ => Term::NotSignificant.of(lang),
        };
        Some(say!(
            lang,
            "{result}, 95% CI {interval}: {reading}. This is what choosing among them added; the excess return over all sectors also contains which sectors had enough scores.",
            "{result}，95% 置信区间{interval}：{reading}。此为在可选行业中选择所增加的收益；相对全行业等权的超额收益还包含哪些行业有足够得分这一因素。"
        ))
    }

    /// Which factors order the later returns of sectors.
    fn factors(&self, lang: Lang) -> String {
        let n = self.factors.len();
        let on = |wanted: Side| -> Vec<String> {
            let found = self.factors.iter().filter(|(_, mean)| side(mean) == Some(wanted));
            found
                .map(|(name, mean)| match mean.get() {
                    Some(value) => {
                        let value = CORRELATION.write(value);
                        say!(lang, "{name} ({value})", "{name}（{value}）")
                    }
                    None => name.clone(),
                })
                .collect()
        };
        let (above, below) = (on(Side::Above), on(Side::Below));
        let n_known = self.factors.iter().filter(|(_, mean)| side(mean).is_some()).count();
        if n_known == 0 {
            let reason = reason_or_none(lang, self.factors.first().and_then(|(_, mean)| mean.reason()));
            return say!(
                lang,
                "None of the {n} factors has a mean RankIC with a confidence interval: {reason}.",
                "{n}个因子的 RankIC 均值均无置信区间：{reason}。"
            );
        }
        let unknown = match n - n_known {
            0 => String::new(),
            n => say!(lang, "; {n} more have no interval", "；另有{n}个因子无法给出区间"),
        };
        // At 95% one interval in twenty misses a true mean of zero.
        let by_chance = fixed(0.05 * n_known as f64, usize::from(n_known < 100));
        let chance = say!(
            lang,
            "of {n_known} tested, about {by_chance} would by chance",
            "在检验的{n_known}个中，仅凭偶然约有{by_chance}个会如此"
        );
        let between = lang.between();
        let (up, down) = (above.join(between), below.join(between));
        match (above.is_empty(), below.is_empty()) {
            (true, true) => say!(
                lang,
                "No factor has a mean RankIC whose 95% CI excludes zero ({chance}){unknown}.",
                "没有因子的 RankIC 均值的 95% 置信区间不含零（{chance}）{unknown}。"
            ),
            (false, true) => say!(
                lang,
                "The 95% CI of the mean RankIC lies above zero for {up} ({chance}){unknown}.",
                "RankIC 均值的 95% 置信区间高于零的因子：{up}（{chance}）{unknown}。"
            ),
            (true, false) => say!(
                lang,
                "The 95% CI of the mean RankIC lies below zero for {down}, whose high scores came before low returns ({chance}){unknown}.",
                "RankIC 均值的 95% 置信区间低于零的因子：{down}，得分高者其后收益反而低（{chance}）{unknown}。"
            ),
            (false, false) => say!(
                lang,
                "The 95% CI of the mean RankIC lies above zero for {up} and below zero for {down}, whose high scores came before low returns ({chance}){unknown}.",
                "RankIC 均值的 95% 置信区间高于零的因子：{up}；低于零的因子：{down}，得分高者其后收益反而低（{chance}）{unknown}。"
            ),
        }
    }

    /// What settings and multiple trials can do.
    fn luck(&self, lang: Lang) -> String {
        let range = match self.range {
            Some((low, high, n)) => {
                let signs = if low < 0.0 && high > 0.0 {
                    lang.of("positive and negative", "有正有负")
                } else if high <= 0.0 {
                    lang.of("none of them positive", "均不为正")
                } else {
                    lang.of("none of them negative", "均不为负")
                };
                let (low, high) = (DIFFERENCE.write(low), DIFFERENCE.write(high));
                let other = if self.has_alternatives {
                    lang.of(
                        "costs, least numbers of factors and parameters of factors",
                        "费用、最少因子数与因子参数",
                    )
                } else {
                    lang.of("costs and least numbers of factors", "费用与最少因子数")
                };
                say!(
                    lang,
                    "With other numbers of holdings, {other}, the annualised excess return (net) over all sectors is {low} to {high} ({n} settings, {signs})",
                    "改变持有数、{other}，相对全行业等权的年化超额收益（费后）为{low}至{high}（{n}种设定，{signs}）"
                )
            }
            None => lang.of("No other settings were tried", "未尝试其他设定").into(),
        };
        let n = self.n_trials;
        let probability = match &self.deflated.value {
            Ok(probability) => fixed(100.0 * probability, 0),
            Err(missing) => {
                let reason = reason(lang, missing);
                return say!(
                    lang,
                    "{range}; there is no DSR: {reason}.",
                    "{range}；DSR 无法计算：{reason}。"
                );
            }
        };
        if n > 1 {
            say!(
                lang,
                "{range}; DSR ({n} trials): {probability}%, the probability that the true Sharpe ratio of the excess return is above that of the best of {n} trials without skill.",
                "{range}；DSR（经 {n} 次试验校正的夏普比率）：{probability}%，即超额收益的真实夏普比率高于{n}次无能力试验中最佳者的概率。"
            )
        } else {
            say!(
                lang,
                "{range}; DSR (1 trial): {probability}%, if no other strategy was tried on these data, and lower if any was.",
                "{range}；DSR（1 次试验）：{probability}%，前提是在这些数据上未尝试其他策略，否则更低。"
            )
        }
    }
}

fn synthetic(lang: Lang) -> &'static str {
    lang.of("The data are synthetic and describe no real market: ", "数据为模拟生成，不反映任何真实市场：")
}

/// The excess return (net) over a benchmark.
fn over<'a>(all: &'a PortfolioMetrics, benchmark: &str) -> Option<&'a Estimate> {
    Some(&all.excess.get(TOP_NET)?.get(benchmark)?.arithmetic)
}

/// What a run says that held all it could select in every month.
fn nothing_chosen(context: &Context<'_>) -> String {
    let (lang, n) = (context.lang, context.portfolios().n_months);
    let synthetic = if context.is_synthetic() { synthetic(lang) } else { "" };
    say!(
        lang,
        "{synthetic}Nothing was chosen: in all {n} months every sector that could be selected was held, so there is no excess return that the scores could explain.",
        "{synthetic}未作任何选择：全部{n}个月均持有所有可选行业，因此不存在可由得分解释的超额收益。"
    )
}

/// The same over the months in which every factor scores, if those are fewer.
fn live(context: &Context<'_>) -> Option<String> {
    let lang = context.lang;
    let portfolios = &context.metrics.portfolio;
    let live = match &portfolios.live {
        Ok(live) => live,
        Err(missing) => {
            let reason = reason(lang, missing);
            return Some(say!(
                lang,
                "Months in which every factor scores a sector: none ({reason}).",
                "全部因子均有得分的月份：无（{reason}）。"
            ));
        }
    };
    let n = live.n_months;
    if n == portfolios.all.n_months {
        return None;
    }
    let written = |excess: Option<&Estimate>| {
        let missing = || reason_or_none(lang, excess.and_then(Estimate::reason));
        let value = excess.and_then(Estimate::get).map_or_else(missing, |value| DIFFERENCE.write(value));
        let interval = excess.and_then(Estimate::interval);
        (value, interval.map_or_else(missing, |interval| interval_text(interval, PERCENT)))
    };
    let (value, interval) = written(over(live, EQUAL_WEIGHT));
    let eligible = over(live, ELIGIBLE).map_or(String::new(), |excess| {
        let (value, interval) = written(Some(excess));
        say!(
            lang,
            "; over the eligible sectors {value}, 95% CI {interval}",
            "；相对可选行业等权{value}，95% 置信区间{interval}"
        )
    });
    Some(say!(
        lang,
        "In the {n} months in which every factor scores, the annualised excess return (net) over all sectors is {value}, 95% CI {interval}{eligible}.",
        "仅计全部因子均有得分的{n}个月：相对全行业等权的年化超额收益（费后）{value}，95% 置信区间{interval}{eligible}。"
    ))
}

#[cfg(test)]
mod tests {
    use rotor_run::metrics::{Method, Reason, Uncertainty};

    use super::*;

    const LANGS: [Lang; 2] = [Lang::En, Lang::Zh];
    const DEFLATED: Metric = Metric { value: Ok(0.23), n: 60 };

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        let found = Uncertainty {
            standard_error: 0.01,
            degrees_of_freedom: 8,
            interval: (low, high),
            p_value: 0.5,
            detectable: 0.05,
        };
        Estimate {
            value: Metric { value: Ok(value), n: 60 },
            method: Method::Cosines,
            horizon: 1,
            uncertainty: Ok(found),
            classical: None,
        }
    }

    fn without(value: Option<f64>) -> Estimate {
        let missing = Reason::TooFew { n: 5, needed: 8 };
        Estimate {
            value: Metric { value: value.ok_or(missing.clone()), n: 5 },
            uncertainty: Err(missing),
            ..estimate(0.0, 0.0, 0.0)
        }
    }

    fn evidence(excess: &Estimate) -> Evidence<'_> {
        Evidence {
            is_synthetic: false,
            days: "A to B".into(),
            excess: Some(excess),
            eligible: None,
            factors: Vec::new(),
            range: Some((-0.02, 0.03, 60)),
            has_alternatives: true,
            n_trials: 1,
            deflated: &DEFLATED,
        }
    }

    fn of_excess(excess: &Estimate) -> [String; 2] {
        LANGS.map(|lang| evidence(excess).excess(lang))
    }

    fn of_factors(means: &[Estimate]) -> [String; 2] {
        let none = without(None);
        let factors = ["a", "b", "c"].into_iter().zip(means).map(|(name, mean)| (name.into(), mean));
        let evidence = Evidence { factors: factors.collect(), ..evidence(&none) };
        LANGS.map(|lang| evidence.factors(lang))
    }

    /// Holds a text against parts of it, and against words that no sentence of a report may say.
    #[track_caller]
    fn says(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "`{part}` is missing: {text}");
        }
        for boast in ["outperform", "beat", "success", "strong", "战胜", "跑赢", "优异", "强劲", "NaN", "{"]
        {
            assert!(!text.contains(boast), "`{boast}`: {text}");
        }
        assert!(text.matches([';', '；']).count() <= 3, "{text}");
        assert!(text.ends_with(['.', '。']), "{text}");
    }

    #[test]
    fn an_excess_return_is_read_by_its_interval() {
        let [en, zh] = of_excess(&estimate(0.04, 0.01, 0.07));
        says(
            &en,
            &[
                "Over 60 months (A to B)",
                "is +4.0%",
                "[+1.0%, +7.0%]",
                "above zero, as it does by chance for one strategy without skill in forty",
                "is 5.0%.",
            ],
        );
        says(&zh, &["60个月", "为+4.0%", "[+1.0%, +7.0%]", "区间高于零", "为5.0%"]);
        let [en, zh] = of_excess(&estimate(-0.04, -0.07, -0.01));
        says(&en, &["is -4.0%", "[-7.0%, -1.0%]", "below zero"]);
        says(&zh, &["为-4.0%", "区间低于零"]);
        let [en, zh] = of_excess(&estimate(0.01, -0.03, 0.05));
        says(&en, &["is +1.0%", "not significant (95% CI includes zero)"]);
        says(&zh, &["为+1.0%", "不显著（95% 置信区间含零）"]);
    }

    #[test]
    fn an_excess_return_without_number_or_interval_says_why() {
        let [en, zh] = of_excess(&without(Some(0.04)));
        says(&en, &["Over 5 months", "+4.0%", "no confidence interval: 5 values where 8 are needed"]);
        says(&zh, &["5个月", "无法估计：仅有5个值，至少需要8个"]);
        let [en, zh] = of_excess(&without(None));
        says(&en, &["cannot be given: 5 values where 8 are needed"]);
        says(&zh, &["无法计算：仅有5个值"]);
    }

    #[test]
    fn synthetic_data_are_named_first() {
        for excess in [estimate(0.04, 0.01, 0.07), without(Some(0.04)), without(None)] {
            let synthetic = Evidence { is_synthetic: true, ..evidence(&excess) };
            assert!(synthetic.excess(Lang::En).starts_with("The data are synthetic"));
            assert!(synthetic.excess(Lang::Zh).starts_with("数据为模拟生成"));
        }
    }

    #[test]
    fn factors_are_read_by_their_intervals_beside_what_chance_does() {
        let above = || estimate(0.05, 0.01, 0.09);
        let below = || estimate(-0.05, -0.09, -0.01);
        let includes = || estimate(0.0, -0.1, 0.1);
        let [en, zh] = of_factors(&[includes(), includes()]);
        says(&en, &["No factor", "excludes zero (of 2 tested, about 0.1 would by chance)."]);
        says(&zh, &["没有因子", "检验的2个中，仅凭偶然约有0.1个"]);
        let [en, zh] = of_factors(&[above(), includes(), without(None)]);
        says(&en, &["above zero for a (+0.050) (of 2", "1 more have no interval"]);
        says(&zh, &["高于零的因子：a（+0.050）", "另有1个因子无法给出区间"]);
        let [en, zh] = of_factors(&[includes(), below()]);
        says(&en, &["below zero for b (-0.050), whose high scores came before low returns"]);
        says(&zh, &["低于零的因子：b（-0.050）"]);
        let [en, zh] = of_factors(&[above(), below()]);
        says(&en, &["above zero for a (+0.050) and below zero for b (-0.050)"]);
        says(&zh, &["高于零的因子：a（+0.050）；低于零的因子：b（-0.050）"]);
        let [en, zh] = of_factors(&[without(Some(0.1)), without(None)]);
        says(&en, &["None of the 2 factors", "interval: 5 values"]);
        says(&zh, &["2个因子", "无置信区间：仅有5个值"]);
        says(&of_factors(&[])[0], &["None of the 0 factors"]);
    }

    #[test]
    fn the_excess_return_over_what_could_be_selected_stands_beside_it() {
        let all = estimate(0.04, 0.01, 0.07);
        let of = |eligible: Option<&Estimate>| {
            let evidence = Evidence { eligible, ..evidence(&all) };
            LANGS.map(|lang| evidence.eligible(lang).unwrap())
        };
        let [en, zh] = of(Some(&estimate(0.01, -0.03, 0.05)));
        says(&en, &["is +1.0%", "[-3.0%, +5.0%]", "not significant", "what choosing among them added"]);
        says(&zh, &["可选行业等权", "为+1.0%", "[-3.0%, +5.0%]", "不显著"]);
        let [en, zh] = of(Some(&estimate(-0.04, -0.07, -0.01)));
        says(&en, &["[-7.0%, -1.0%]", "below zero"]);
        says(&zh, &["区间低于零"]);
        let [en, zh] = of(Some(&without(None)));
        says(&en, &["cannot be given: 5 values where 8 are needed"]);
        says(&zh, &["无法计算：仅有5个值"]);
        says(&of(None)[0], &["earlier format"]);
        assert_eq!(evidence(&without(None)).eligible(Lang::En), None);
    }

    #[test]
    fn settings_and_trials_are_weighed() {
        let none = without(None);
        let of = |range, n_trials, deflated: Result<f64, Reason>| {
            let deflated = Metric { value: deflated, n: 5 };
            let evidence = Evidence { range, n_trials, deflated: &deflated, ..evidence(&none) };
            LANGS.map(|lang| evidence.luck(lang))
        };
        let [en, zh] = of(Some((-0.02, 0.03, 60)), 1, Ok(0.23));
        says(
            &en,
            &[
                "-2.0% to +3.0%",
                "60 settings, positive and negative",
                "DSR (1 trial): 23%",
                "no other strategy",
            ],
        );
        says(&zh, &["-2.0%至+3.0%", "有正有负", "：23%", "1 次试验"]);
        let [en, zh] = of(Some((0.02, 0.03, 60)), 40, Ok(0.97));
        says(&en, &["none of them negative", "the best of 40 trials"]);
        says(&zh, &["均不为负", "40 次试验"]);
        let [en, zh] = of(Some((-0.02, -0.01, 60)), 1, Err(Reason::NoVariation));
        says(&en, &["none of them positive", "no DSR: all values are equal"]);
        says(&zh, &["均不为正", "无法计算：各值相等"]);
        let [en, zh] = of(None, 1, Ok(0.5));
        says(&en, &["No other settings"]);
        says(&zh, &["未尝试其他设定"]);
    }
}
