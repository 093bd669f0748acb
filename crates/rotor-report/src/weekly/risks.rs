//! What may not be relied on, with how far the factors of the configuration have been worth anything.

use rotor_run::metrics::Estimate;

use super::context::WeeklyContext;
use crate::declared::long_text;
use crate::page::{Block, Section};
use crate::parts::estimate::{CORRELATION, interval, no_track, number};
use crate::parts::factor_title;
use crate::sentences;
use crate::terms::Term;
use crate::words::{Lang, say};

pub(super) fn section(context: WeeklyContext<'_>) -> Section {
    let (lang, weekly) = (context.lang, context.weekly);
    let mut items: Vec<String> = vec![
        lang.of(
            "Figures to come may fall short of those shown, and published ones are revised.",
            "后续公布的数据可能不及已列示的水平，已公布的数据也可能修订。",
        )
        .into(),
        lang.of(
            "The companies that have reported so far are a selected sample; those to come may differ.",
            "已披露业绩的公司为经选择的样本，后续披露的公司可能不同。",
        )
        .into(),
    ];
    items.extend(weekly.track.as_ref().err().map(|missing| no_track(lang, missing)));
    for factor in &weekly.factors {
        let title = factor_title(lang, factor);
        let estimate = weekly.track.as_ref().ok().and_then(|metrics| {
            let of_factors = &metrics.factor.sections.all;
            of_factors.get(factor.spec.name()).map(|evaluated| &evaluated.rank_ic.mean)
        });
        let risk = factor.spec.presentation().text_of_risk().map(|risk| long_text(lang, risk));
        let parts: Vec<String> =
            estimate.map(|estimate| worth(lang, estimate)).into_iter().chain(risk).collect();
        if !parts.is_empty() {
            let parts = context.joined(&parts);
            items.push(say!(lang, "{title}: {parts}", "{title}：{parts}"));
        }
    }
    if weekly.dataset.synthetic {
        let text = lang.of(
            "The data are synthetic: these results say nothing about any market.",
            "以上为模拟数据，不反映任何真实市场。",
        );
        items.push(text.into());
    }
    items.push(
        lang.of(
            "The page follows from fixed rules and published data alone. It is no investment advice.",
            "本页仅由既定规则与已公布数据得出，不构成投资建议。",
        )
        .into(),
    );
    Section {
        id: "risks".into(),
        heading: lang.of("Risk notice", "风险提示").into(),
        blocks: vec![Block::List(items)],
    }
}

/// What the scores of a factor have been worth, and on which side of zero the interval lies.
fn worth(lang: Lang, estimate: &Estimate) -> String {
    let name = Term::MeanRankIc.of(lang);
    let n = estimate.value.n;
    let value = match &estimate.value.value {
        Ok(_) => number(&estimate.value, CORRELATION),
        Err(reason) => {
            let reason = sentences::reason(lang, reason);
            return say!(lang, "no {name}: {reason}.", "无{name}：{reason}。");
        }
    };
    let reading = match &estimate.uncertainty {
        Ok(found) => {
            let interval = interval(estimate, CORRELATION);
            let side = match found.interval {
                (low, _) if low > 0.0 => lang.of("significantly positive", "显著为正"),
                (_, high) if high < 0.0 => lang.of("significantly negative", "显著为负"),
                _ => Term::NotSignificant.of(lang),
            };
            let name = Term::ConfidenceInterval.of(lang);
            say!(lang, "{name} {interval}: {side}", "{name}{interval}：{side}")
        }
        Err(reason) => {
            let (name, reason) = (Term::ConfidenceInterval.of(lang), sentences::reason(lang, reason));
            say!(lang, "no {name}: {reason}", "无{name}：{reason}")
        }
    };
    say!(lang, "{name} {value} over {n} months, {reading}.", "{name}{value}（{n}个月），{reading}。")
}

#[cfg(test)]
mod tests {
    use rotor_run::metrics::{Method, Metric, Reason, Uncertainty};

    use super::*;

    fn estimate(value: f64, interval: (f64, f64)) -> Estimate {
        Estimate {
            value: Metric { n: 108, value: Ok(value) },
            method: Method::Cosines,
            horizon: 1,
            uncertainty: Ok(Uncertainty {
                standard_error: 0.03,
                degrees_of_freedom: 12,
                interval,
                p_value: 0.5,
                detectable: 0.1,
            }),
            classical: None,
        }
    }

    #[test]
    fn a_factor_says_whether_its_interval_contains_zero() {
        let worth = |lang, value, interval| worth(lang, &estimate(value, interval));
        assert_eq!(
            worth(Lang::En, 0.023, (-0.053, 0.099)),
            "mean RankIC +0.023 over 108 months, 95% CI [-0.053, +0.099]: not significant (95% CI includes zero)."
        );
        assert_eq!(
            worth(Lang::Zh, 0.023, (-0.053, 0.099)),
            "RankIC 均值+0.023（108个月），95% 置信区间[-0.053, +0.099]：不显著（95% 置信区间含零）。"
        );
        assert!(worth(Lang::En, 0.1, (0.01, 0.2)).ends_with(": significantly positive."));
        assert!(worth(Lang::Zh, -0.1, (-0.2, -0.01)).ends_with("：显著为负。"));
    }

    #[test]
    fn what_is_not_known_has_its_reason() {
        let short = Estimate {
            value: Metric { n: 1, value: Err(Reason::TooFew { n: 1, needed: 3 }) },
            uncertainty: Err(Reason::TooFew { n: 1, needed: 3 }),
            ..estimate(0.0, (0.0, 0.0))
        };
        assert_eq!(worth(Lang::En, &short), "no mean RankIC: 1 values where 3 are needed.");
    }
}
