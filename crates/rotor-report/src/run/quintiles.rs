//! Quintiles in time: what each has become, the spread between the best and the worst, and how long sectors stay.

use rotor_factor::Date;
use rotor_run::metrics::{FactorMetrics, MonthlyCoefficients, QuantileMetrics, QuintilePersistence};
use rotor_run::portfolio::{N_QUANTILES, QUANTILES};

use super::cells::{DIFFERENCE, interval_text};
use super::context::Context;
use super::factors::bar;
use super::risk::small;
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, Mark, Series, Tone, Unit};
use crate::page::Figure;
use crate::say;
use crate::sentences::reason_or_none;
use crate::terms::Term;

/// The returns of the quintiles in one month; `None` if there are none.
type Month = Option<[f64; N_QUANTILES]>;

/// The figures of the ranking by total.
pub(super) fn of_ranking(context: &Context<'_>) -> Vec<Figure> {
    let lang = context.lang;
    let kept = context.kept();
    let all: Vec<Vec<Option<f64>>> = QUANTILES.iter().map(|name| context.returns(name)).collect();
    let of_month = |month: usize| -> Month {
        let mut returns = [0.0; N_QUANTILES];
        for (of, values) in returns.iter_mut().zip(&all) {
            *of = values[month]?;
        }
        Some(returns)
    };
    let months: Vec<Month> = (0..kept.len()).map(of_month).collect();
    let dates = kept.iter().map(|(_, month)| month.exit).collect();
    let about = lang.of("Quintiles of the ranking by total, gross.", "按总分排名的五分位组，费前。");
    let mut figures = in_time(context, "ranking", dates, &months, about);
    let over = lang.of("of the ranking over equal weight", "（按排名）相对全行业等权");
    let spread = lang.of("Top less bottom", "首尾组合收益差");
    figures.extend(excess(context, "ranking", &context.portfolios().quantiles, Some(over), spread));
    figures
}

/// The figures of a factor's scores.
pub(super) fn of_factor(context: &Context<'_>, id: &str, months: &[MonthlyCoefficients]) -> Vec<Figure> {
    let lang = context.lang;
    // A month ends with the next execution; the last one with its exit.
    let executions = &context.facts.run.executions;
    let end = |month: usize| match executions.get(month + 1) {
        Some(next) => next.as_of,
        None => executions.get(month).map_or(months[month].execution, |last| last.exit.max(last.as_of)),
    };
    let dates = (0..months.len()).map(end).collect();
    let returns: Vec<Month> = months.iter().map(|month| month.quintiles).collect();
    let about = lang.of("Q1 has the best scores.", "Q1 得分最高。");
    in_time(context, id, dates, &returns, about)
}

/// What 1 in each quintile has become, and the sum of the spreads.
fn in_time(context: &Context<'_>, id: &str, dates: Vec<Date>, months: &[Month], about: &str) -> Vec<Figure> {
    let lang = context.lang;
    if months.iter().flatten().count() < 2 {
        return Vec::new();
    }
    let (values, spreads) = (cumulative(months), cumulative_spread(months));
    let tones = [Tone::First, Tone::Third, Tone::Muted, Tone::Fourth, Tone::Second];
    let series = values.into_iter().zip(tones).enumerate().map(|(quintile, (values, tone))| Series {
        name: format!("Q{}", quintile + 1),
        tone,
        mark: Mark::Line,
        values,
    });
    let spread = Series { name: String::new(), tone: Tone::First, mark: Mark::Line, values: spreads };
    vec![
        Figure {
            id: format!("quintile-values-{id}"),
            title: lang.of("Cumulative return by quintile", "各五分位组累计净值").into(),
            about: about.into(),
            chart: small(
                dates.clone(),
                lang.of("net value", "净值"),
                Unit::plain(1),
                Some(1.0),
                series.collect(),
            ),
        },
        Figure {
            id: format!("quintile-spread-{id}"),
            title: lang.of("Q1−Q5 spread in time", "多空收益差（累计）").into(),
            about: lang.of("Sum of the monthly spreads.", "逐月多空收益差之和。").into(),
            chart: small(
                dates,
                Term::QuintileSpread.of(lang),
                Unit::fraction(0).signed(),
                Some(0.0),
                vec![spread],
            ),
        },
    ]
}

/// Quintile by quintile what 1 has become; a month without quintiles is a gap and changes nothing.
fn cumulative(months: &[Month]) -> [Vec<Option<f64>>; N_QUANTILES] {
    std::array::from_fn(|quintile| {
        let mut value = 1.0;
        let of_month = |month: &Month| {
            value *= 1.0 + (*month)?[quintile];
            Some(value)
        };
        months.iter().map(of_month).collect()
    })
}

/// The sum of the monthly spreads so far.
fn cumulative_spread(months: &[Month]) -> Vec<Option<f64>> {
    let mut sum = 0.0;
    let of_month = |month: &Month| {
        let returns = (*month)?;
        sum += returns[0] - returns[N_QUANTILES - 1];
        Some(sum)
    };
    months.iter().map(of_month).collect()
}

/// What each quintile returns over all sectors. `over` says over which, and how to read it; `spread` is the name of the difference
/// between the best and the worst.
pub(super) fn excess(
    context: &Context<'_>,
    id: &str,
    of: &QuantileMetrics,
    over: Option<&str>,
    spread: &str,
) -> Option<Figure> {
    let lang = context.lang;
    let values: Vec<Option<Bar>> = of.excess.iter().map(bar).collect();
    values.iter().flatten().next()?;
    let about = over.map_or(String::new(), |over| {
        say!(
            lang,
            "Annualised excess return of each quintile {over}, Q1 with the best scores, with 95% CIs. ",
            "各五分位组（Q1 得分最高）{over}的年化超额收益，附 95% 置信区间。"
        )
    });
    let (name, spread) = (spread, &of.top_minus_bottom);
    let spread = if let (Some(value), Some(interval)) = (spread.get(), spread.interval()) {
        let (value, interval) = (DIFFERENCE.write(value), interval_text(interval, DIFFERENCE));
        say!(lang, "{name}: {value}, {interval}.", "{name}：{value}，{interval}。")
    } else {
        let reason = reason_or_none(lang, spread.reason());
        say!(lang, "No CI of the {name}: {reason}.", "{name}无置信区间：{reason}。")
    };
    Some(Figure {
        id: format!("quintiles-{id}"),
        title: Term::Quintiles.heading(lang),
        about: about + &spread,
        chart: Chart::Bars(BarChart {
            axis: lang.of("annualised excess return", "年化超额收益").into(),
            unit: DIFFERENCE,
            baseline: 0.0,
            categories: (1..=values.len()).map(|quintile| format!("Q{quintile}")).collect(),
            is_horizontal: false,
            mark: BarMark::Bars,
            is_small: true,
            guides: Vec::new(),
            groups: vec![BarGroup { name: Term::ExcessReturn.of(lang).into(), tone: Tone::First, values }],
        }),
    })
}

/// Turnover and autocorrelation of each quintile.
pub(super) fn persistence(context: &Context<'_>, id: &str, of: &FactorMetrics) -> Option<Figure> {
    let lang = context.lang;
    let quintiles = &of.persistence.quintiles;
    let bars = |of: fn(&QuintilePersistence) -> Option<f64>| -> Vec<Option<Bar>> {
        quintiles.iter().map(|one| Some(Bar { value: of(one)?, interval: None })).collect()
    };
    let turnover = bars(|one| one.turnover.get());
    turnover.iter().flatten().next()?;
    Some(Figure {
        id: format!("persistence-{id}"),
        title: lang.of("Turnover and autocorrelation by quintile", "各五分位组换手率与自相关").into(),
        about: lang
            .of(
                "One-way turnover of each quintile from month to month, and the correlation of who belongs to it with the month before.",
                "各组逐月单边换手率，以及成员归属与上月的相关系数。",
            )
            .into(),
        chart: Chart::Bars(BarChart {
            axis: String::new(),
            unit: Unit::plain(2),
            baseline: 0.0,
            categories: (1..=quintiles.len()).map(|quintile| format!("Q{quintile}")).collect(),
            is_horizontal: false,
            mark: BarMark::Bars,
            is_small: true,
            guides: Vec::new(),
            groups: vec![
                BarGroup { name: Term::Turnover.of(lang).into(), tone: Tone::First, values: turnover },
                BarGroup {
                    name: lang.of("autocorrelation", "自相关").into(),
                    tone: Tone::Second,
                    values: bars(|one| one.autocorrelation.get()),
                },
            ],
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quintiles_grow_and_spreads_add_up() {
        let months = [Some([0.5, 0.0, 0.0, 0.0, -0.5]), None, Some([1.0, 0.0, 0.0, 0.0, 1.0])];
        let found = cumulative(&months);
        assert_eq!(found[0], [Some(1.5), None, Some(3.0)]);
        assert_eq!(found[4], [Some(0.5), None, Some(1.0)]);
        assert_eq!(cumulative_spread(&months), [Some(1.0), None, Some(1.0)]);
    }
}
