//! The verdict: three sentences made by rule, which cannot boast.
//!
//! What the picks gained over all sectors alike, with the interval and what such a record could have shown; which factors order
//! sectors at all, and how many would seem to by chance; what choices and luck can do. Nothing is said of skill unless an interval
//! excludes zero, and then that chance does the same now and then.

use super::cells::{CORRELATION, DIFFERENCE, PERCENT, written};
use super::metrics::{Estimate, Figure, Side};
use super::teller::{EQUAL_WEIGHT, TOP_NET, Teller};
use super::told::{told, warning};
use crate::page::{Block, Section};
use crate::say;
use crate::words::{Lang, fixed};

/// What the verdict rests on.
#[derive(Debug)]
struct Evidence<'a> {
    is_synthetic: bool,
    /// First execution and last exit; empty without a month.
    days: String,
    /// Of the net picks over equal weight, a year.
    excess: Estimate<'a>,
    /// The mean RankIC of each factor, with its title.
    factors: Vec<(String, Estimate<'a>)>,
    /// The least and the largest excess among so many settings.
    range: Option<(f64, f64, usize)>,
    n_trials: u64,
    /// The probability of an excess beyond the luck of so many trials.
    deflated: Figure<'a>,
}

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let evidence = Evidence::of(teller);
    let mut blocks: Vec<Block> =
        [evidence.excess(lang), evidence.factors(lang), evidence.luck(lang)].map(Block::Paragraph).into();
    blocks.extend(live(teller).map(Block::Paragraph));
    let warnings = teller.facts.provenance.get("warnings").and_then(serde_json::Value::as_array);
    let warnings = warnings.into_iter().flatten().filter_map(serde_json::Value::as_str);
    blocks.extend(warnings.map(|text| warning(lang, text)));
    Section { id: "verdict".into(), heading: lang.of("Verdict", "结论").into(), blocks }
}

impl<'a> Evidence<'a> {
    fn of(teller: &Teller<'a>) -> Self {
        let all = teller.metrics.at(&["portfolio", "all"]);
        let kept = teller.kept();
        let days = kept.first().zip(kept.last()).map(|((_, first), (_, last))| {
            let (from, to) = (first.as_of, last.exit);
            say!(teller.lang, "{from} to {to}", "{from}至{to}")
        });
        let settings = all.at(&["sensitivity"]).items();
        let settings: Vec<f64> =
            settings.filter_map(|setting| setting.number(&["excess", "value"])).collect();
        let range = settings.iter().copied().reduce(f64::min).zip(settings.iter().copied().reduce(f64::max));
        let factors = teller.metrics.at(&["factor", "all"]).entries();
        Self {
            is_synthetic: teller.is_synthetic(),
            days: days.unwrap_or_default(),
            excess: all.estimate(&["excess", TOP_NET, EQUAL_WEIGHT, "arithmetic"]),
            factors: factors
                .map(|(name, factor)| (teller.factor(name), factor.estimate(&["rank_ic", "mean"])))
                .collect(),
            range: range.map(|(low, high)| (low, high, settings.len())),
            n_trials: all.count(&["trials", "n_trials"]),
            deflated: all.figure(&["trials", "deflated_sharpe"]),
        }
    }

    /// What the picks gained over all sectors alike.
    fn excess(&self, lang: Lang) -> String {
        let made_up = if self.is_synthetic {
            lang.of(
                "The data are made up, so this speaks of no market: ",
                "数据为模拟生成，不反映任何真实市场：",
            )
        } else {
            ""
        };
        let (figure, days) = (self.excess.figure, &self.days);
        let Some(value) = figure.value else {
            let reason = told(lang, figure.reason);
            return say!(
                lang,
                "{made_up}The excess of the picks over equal weight cannot be given: {reason}.",
                "{made_up}入选组合相对等权的超额收益无法计算：{reason}。"
            );
        };
        let (n, size) = (figure.n, PERCENT.write(value.abs()));
        let direction = if value < 0.0 { lang.of("less", "少") } else { lang.of("more", "多") };
        let gained = say!(
            lang,
            "{made_up}In {n} months ({days}) the picks, after costs, gained {size} a year {direction} than equal weight",
            "{made_up}{n}个月（{days}）内，入选组合扣除成本后较等权年化{direction}{size}"
        );
        let (Some(interval), Some(detectable)) = (self.excess.interval, self.excess.detectable) else {
            let reason = told(lang, figure.reason);
            return say!(
                lang,
                "{gained}; how sure that is cannot be said: {reason}.",
                "{gained}；其不确定性无法估计：{reason}。"
            );
        };
        let (interval, detectable) = (written(lang, interval, PERCENT), PERCENT.write(detectable));
        let reading = match self.excess.side() {
            Some(Side::Above) => lang.of(
                "the interval lies above zero, as that of one strategy without skill in forty does by luck",
                "区间高于零，但四十个无选择能力的策略中约有一个会因运气如此",
            ),
            Some(Side::Below) => lang.of(
                "the interval lies below zero: in these months the picks did worse than no choice at all",
                "区间低于零：这些月份中选择不如不选",
            ),
            _ => lang.of(
                "the interval holds zero, so the picks cannot be told from no skill",
                "区间包含零，与无选择能力无法区分",
            ),
        };
        say!(
            lang,
            "{gained}, 95% interval {interval}: {reading}; a true excess smaller than {detectable} a year would mostly go unnoticed in so short a record.",
            "{gained}，95%区间{interval}：{reading}；在如此长度的样本中，低于年化{detectable}的真实超额多半无法识别。"
        )
    }

    /// Which factors order what sectors gain next.
    fn factors(&self, lang: Lang) -> String {
        let n = self.factors.len();
        let on = |wanted: Side| -> Vec<String> {
            let found = self.factors.iter().filter(|(_, mean)| mean.side() == Some(wanted));
            found
                .map(|(name, mean)| match mean.figure.value {
                    Some(value) => format!("{name} ({})", CORRELATION.write(value)),
                    None => name.clone(),
                })
                .collect()
        };
        let (above, below) = (on(Side::Above), on(Side::Below));
        let n_known = self.factors.iter().filter(|(_, mean)| mean.side().is_some()).count();
        if n_known == 0 {
            let reason = self.factors.first().map_or("no reason given", |(_, mean)| mean.figure.reason);
            let reason = told(lang, reason);
            return say!(
                lang,
                "Whether any of the {n} factors orders what sectors gain next cannot be said: {reason}.",
                "{n}个因子能否排序行业后续收益无法判断：{reason}。"
            );
        }
        let unknown = match n - n_known {
            0 => String::new(),
            n => say!(lang, "; of {n} more there is no interval", "；另有{n}个因子无法给出区间"),
        };
        // At 95% one interval in twenty misses a true mean of zero.
        let by_chance = fixed(0.05 * n_known as f64, usize::from(n_known < 100));
        let chance = say!(
            lang,
            "of {n_known} looked at, about {by_chance} would by chance alone",
            "在考察的{n_known}个中，仅凭偶然约有{by_chance}个会如此"
        );
        let between = lang.between();
        let (up, down) = (above.join(between), below.join(between));
        match (above.is_empty(), below.is_empty()) {
            (true, true) => say!(
                lang,
                "No factor has a mean RankIC whose 95% interval excludes zero ({chance}){unknown}.",
                "没有因子的RankIC均值95%区间不含零（{chance}）{unknown}。"
            ),
            (false, true) => say!(
                lang,
                "The 95% interval of the mean RankIC lies above zero for {up} ({chance}){unknown}.",
                "RankIC均值95%区间高于零的因子：{up}（{chance}）{unknown}。"
            ),
            (true, false) => say!(
                lang,
                "The 95% interval of the mean RankIC lies below zero for {down}, whose high scores came before low returns ({chance}){unknown}.",
                "RankIC均值95%区间低于零的因子：{down}，得分高者其后收益反而低（{chance}）{unknown}。"
            ),
            (false, false) => say!(
                lang,
                "The 95% interval of the mean RankIC lies above zero for {up} and below zero for {down}, whose high scores came before low returns ({chance}){unknown}.",
                "RankIC均值95%区间高于零的因子：{up}；低于零的因子：{down}，得分高者其后收益反而低（{chance}）{unknown}。"
            ),
        }
    }

    /// What choices and luck can do.
    fn luck(&self, lang: Lang) -> String {
        let range = match self.range {
            Some((low, high, n)) => {
                let signs = if low < 0.0 && high > 0.0 {
                    lang.of("gains and losses alike", "有正有负")
                } else if high <= 0.0 {
                    lang.of("none of them a gain", "均不为正")
                } else {
                    lang.of("none of them a loss", "均不为负")
                };
                let (low, high) = (DIFFERENCE.write(low), DIFFERENCE.write(high));
                say!(
                    lang,
                    "Other numbers of picks, costs and live factors make {low} to {high} a year of the same scores ({n} settings, {signs})",
                    "同样的得分，改变入选数、成本与最少因子数，年化超额为{low}至{high}（{n}种设定，{signs}）"
                )
            }
            None => lang.of("No other settings were tried", "未尝试其他设定").into(),
        };
        let (n, tried) = (self.n_trials, self.n_trials > 1);
        let Some(probability) = self.deflated.value else {
            let reason = told(lang, self.deflated.reason);
            return say!(
                lang,
                "{range}; how the excess compares with luck cannot be said: {reason}.",
                "{range}；超额与运气相比如何无法判断：{reason}。"
            );
        };
        let probability = fixed(100.0 * probability, 0);
        if tried {
            say!(
                lang,
                "{range}; the deflated Sharpe ratio gives {probability}% for an excess beyond that of the luckiest of {n} trials without skill.",
                "{range}；按{n}次尝试中的最佳计，超额好于最走运的无能力策略的概率（折减夏普比率）为{probability}%。"
            )
        } else {
            say!(
                lang,
                "{range}; the deflated Sharpe ratio gives {probability}% for an excess beyond luck if this was the only strategy ever tried on these data, and less if it was not.",
                "{range}；若本策略是在这些数据上唯一尝试过的策略，超额好于运气的概率（折减夏普比率）为{probability}%，否则更低。"
            )
        }
    }
}

/// The same over the months in which every factor scores, if those are fewer.
fn live(teller: &Teller<'_>) -> Option<String> {
    let (lang, metrics) = (teller.lang, teller.metrics);
    let (all, live) = (metrics.at(&["portfolio", "all"]), metrics.at(&["portfolio", "live"]));
    if !live.is_there() {
        let reason = told(lang, metrics.text(&["portfolio", "reason"])?);
        return Some(say!(
            lang,
            "Months in which every factor scores a sector: none ({reason}).",
            "全部因子均有得分的月份：无（{reason}）。"
        ));
    }
    let n = live.count(&["n_months"]);
    if n == all.count(&["n_months"]) {
        return None;
    }
    let excess = live.estimate(&["excess", TOP_NET, EQUAL_WEIGHT, "arithmetic"]);
    let missing = || told(lang, excess.figure.reason);
    let value = excess.figure.value.map_or_else(missing, |value| DIFFERENCE.write(value));
    let interval = excess.interval.map_or_else(missing, |interval| written(lang, interval, PERCENT));
    Some(say!(
        lang,
        "In the {n} months in which every factor scores, the excess over equal weight is {value} a year, 95% interval {interval}.",
        "仅计全部因子均有得分的{n}个月：相对等权年化超额{value}，95%区间{interval}。"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGS: [Lang; 2] = [Lang::En, Lang::Zh];

    fn estimate(value: f64, low: f64, high: f64) -> Estimate<'static> {
        Estimate {
            figure: Figure { value: Some(value), n: 60, reason: "" },
            interval: Some((low, high)),
            p_value: Some(0.5),
            detectable: Some(0.05),
        }
    }

    fn without(value: Option<f64>) -> Estimate<'static> {
        let figure = Figure { value, n: 5, reason: "5 values where 8 are needed" };
        Estimate { figure, interval: None, p_value: None, detectable: None }
    }

    fn evidence(excess: Estimate<'static>) -> Evidence<'static> {
        Evidence {
            is_synthetic: false,
            days: "A to B".into(),
            excess,
            factors: Vec::new(),
            range: Some((-0.02, 0.03, 60)),
            n_trials: 1,
            deflated: Figure { value: Some(0.23), n: 60, reason: "" },
        }
    }

    fn of_factors(means: &[Estimate<'static>]) -> [String; 2] {
        let factors = ["a", "b", "c"].into_iter().zip(means).map(|(name, mean)| (name.into(), *mean));
        let evidence = Evidence { factors: factors.collect(), ..evidence(without(None)) };
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
        assert_eq!(text.matches([';', '；']).count().min(3), text.matches([';', '；']).count(), "{text}");
        assert!(text.ends_with(['.', '。']), "{text}");
    }

    #[test]
    fn an_excess_is_told_by_its_interval() {
        let [en, zh] = LANGS.map(|lang| evidence(estimate(0.04, 0.01, 0.07)).excess(lang));
        says(
            &en,
            &[
                "In 60 months (A to B)",
                "4.0% a year more",
                "+1.0% to +7.0%",
                "above zero, as that of one strategy without skill in forty",
                "smaller than 5.0% a year",
            ],
        );
        says(&zh, &["60个月", "年化多4.0%", "+1.0% 至 +7.0%", "区间高于零，但四十个", "低于年化5.0%"]);
        let [en, zh] = LANGS.map(|lang| evidence(estimate(-0.04, -0.07, -0.01)).excess(lang));
        says(&en, &["4.0% a year less", "-7.0% to -1.0%", "below zero"]);
        says(&zh, &["年化少4.0%", "区间低于零"]);
        let [en, zh] = LANGS.map(|lang| evidence(estimate(0.01, -0.03, 0.05)).excess(lang));
        says(&en, &["1.0% a year more", "holds zero", "cannot be told from no skill"]);
        says(&zh, &["年化多1.0%", "与无选择能力无法区分"]);
    }

    #[test]
    fn an_excess_without_number_or_interval_says_why() {
        let [en, zh] = LANGS.map(|lang| evidence(without(Some(0.04))).excess(lang));
        says(
            &en,
            &[
                "In 5 months",
                "4.0% a year more",
                "how sure that is cannot be said: 5 values where 8 are needed",
            ],
        );
        says(&zh, &["5个月", "无法估计：仅有5个值，至少需要8个"]);
        let [en, zh] = LANGS.map(|lang| evidence(without(None)).excess(lang));
        says(&en, &["cannot be given: 5 values where 8 are needed"]);
        says(&zh, &["无法计算：仅有5个值"]);
    }

    #[test]
    fn made_up_data_are_said_first() {
        for excess in [estimate(0.04, 0.01, 0.07), without(Some(0.04)), without(None)] {
            let made_up = Evidence { is_synthetic: true, ..evidence(excess) };
            assert!(made_up.excess(Lang::En).starts_with("The data are made up"));
            assert!(made_up.excess(Lang::Zh).starts_with("数据为模拟生成"));
        }
    }

    #[test]
    fn factors_are_told_by_their_intervals_beside_what_chance_does() {
        let (above, below, holds) =
            (estimate(0.05, 0.01, 0.09), estimate(-0.05, -0.09, -0.01), estimate(0.0, -0.1, 0.1));
        let [en, zh] = of_factors(&[holds, holds]);
        says(&en, &["No factor", "excludes zero (of 2 looked at, about 0.1 would by chance alone)."]);
        says(&zh, &["没有因子", "考察的2个中，仅凭偶然约有0.1个"]);
        let [en, zh] = of_factors(&[above, holds, without(None)]);
        says(&en, &["above zero for a (+0.050) (of 2", "of 1 more there is no interval"]);
        says(&zh, &["高于零的因子：a (+0.050)", "另有1个因子无法给出区间"]);
        let [en, zh] = of_factors(&[holds, below]);
        says(&en, &["below zero for b (-0.050), whose high scores came before low returns"]);
        says(&zh, &["低于零的因子：b (-0.050)"]);
        let [en, zh] = of_factors(&[above, below]);
        says(&en, &["above zero for a (+0.050) and below zero for b (-0.050)"]);
        says(&zh, &["高于零的因子：a (+0.050)；低于零的因子：b (-0.050)"]);
        let [en, zh] = of_factors(&[without(Some(0.1)), without(None)]);
        says(&en, &["any of the 2 factors", "cannot be said: 5 values"]);
        says(&zh, &["2个因子", "无法判断：仅有5个值"]);
        says(&of_factors(&[])[0], &["any of the 0 factors"]);
    }

    #[test]
    fn luck_and_choices_are_told() {
        let of = |range, n_trials, deflated: Option<f64>| {
            let deflated = Figure { value: deflated, n: 5, reason: "all values are equal" };
            let evidence = Evidence { range, n_trials, deflated, ..evidence(without(None)) };
            LANGS.map(|lang| evidence.luck(lang))
        };
        let [en, zh] = of(Some((-0.02, 0.03, 60)), 1, Some(0.23));
        says(
            &en,
            &[
                "-2.0% to +3.0% a year",
                "60 settings, gains and losses alike",
                "gives 23%",
                "only strategy ever tried",
            ],
        );
        says(&zh, &["-2.0%至+3.0%", "有正有负", "为23%", "唯一"]);
        let [en, zh] = of(Some((0.02, 0.03, 60)), 40, Some(0.97));
        says(&en, &["none of them a loss", "the luckiest of 40 trials"]);
        says(&zh, &["均不为负", "40次尝试"]);
        let [en, zh] = of(Some((-0.02, -0.01, 60)), 1, None);
        says(&en, &["none of them a gain", "cannot be said: all values are equal"]);
        says(&zh, &["均不为正", "无法判断：各值相等"]);
        let [en, zh] = of(None, 1, None);
        says(&en, &["No other settings"]);
        says(&zh, &["未尝试其他设定"]);
    }
}
