//! The track record of the same configuration up to the day, with how sure one may be of it.

use rotor_engine::{Backtest, BacktestError};
use rotor_report::sentences;
use rotor_run::Metrics;
use rotor_run::metrics::{Estimate, Excess, Metric, PortfolioMetrics};

use rotor_run::portfolio::{EQUAL_WEIGHT, TOP, TOP_NET};

use super::facts::Teller;
use super::figures;
use super::page::{Block, Column, Section, Table};
use rotor_report::text::sparkline;

use super::words::{Lang, NONE, fixed, name, say, sentence, signed};

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let blocks = match (&teller.facts.note.track, teller.facts.evaluation) {
        (Ok(track), Some(evaluation)) => told(teller, track, evaluation),
        (Err(error), _) => vec![refused(lang, error).into()],
        // The track is evaluated wherever there is one.
        (Ok(_), None) => vec![lang.of("It was not evaluated.", "未评估。").to_owned().into()],
    };
    let heading = lang.of("Track record", "历史表现（样本外逐月回放）").into();
    Section { id: "track".into(), heading, blocks }
}

fn refused(lang: Lang, error: &BacktestError) -> String {
    let why = sentence(&error.to_string());
    // The hint names the last day of the dataset, which was not known on the day.
    let hint = error.hint().filter(|_| !matches!(error, BacktestError::NoExecutions { .. }));
    let hint = hint.map_or(String::new(), |hint| {
        say!(lang, " To have one: {hint}.", "（提示：{hint}）", hint = sentence(&hint))
    });
    say!(lang, "There is none: {why}.{hint}", "无历史表现：{why}。{hint}")
}

fn told(teller: &Teller<'_>, track: &Backtest, evaluation: &Metrics) -> Vec<Block> {
    let lang = teller.lang;
    let all = &evaluation.portfolio.all;
    let mut blocks: Vec<Block> = vec![gained(teller, track, all).into()];
    if let Some(excess) = over_equal_weight(all) {
        blocks.push(verdict(lang, &excess.arithmetic).into());
    }
    blocks.extend(course(lang, track));
    blocks.extend(excess_table(teller, all));
    blocks.extend(rank_ic_table(teller, evaluation));
    blocks.extend(live(lang, evaluation).map(Block::from));
    blocks.extend(choices(lang, all).map(Block::from));
    blocks.push(Block::Warning(
        lang.of(
            "Intervals cover 95% (equal-weighted cosines, Student's t). They hold for one configuration that was fixed beforehand: whoever has tried several and kept the best must expect less, and of twenty intervals one misses by chance. The past is no promise.",
            "区间为95%置信区间（EWC估计，t分布），仅适用于事先确定的单一配置：若由多个配置中择优，实际把握更低。历史表现不代表未来。",
        )
        .into(),
    ));
    if teller.facts.dataset.manifest().synthetic {
        let text = lang.of(
            "The data are made up: nothing here says anything about a market.",
            "以上为模拟数据，不反映任何真实市场。",
        );
        blocks.push(text.to_owned().into());
    }
    if !track.warnings.is_empty() {
        let warnings = track.warnings.iter().map(|warning| sentences::warning(lang, warning));
        blocks.push(lang.of("To know about these months:", "关于这些月份的说明：").to_owned().into());
        blocks.push(Block::List(warnings.collect()));
    }
    blocks.extend(figures::of_track(teller, track, evaluation));
    blocks
}

/// The picks relative to equal weight in one line of blocks.
fn course(lang: Lang, track: &Backtest) -> Option<Block> {
    const WIDTH: usize = 30;
    let values = figures::relative_values(track)?;
    let known = || values.iter().flatten().copied();
    let last = known().last().filter(|_| known().count() > 2)?;
    let (low, high) = (known().fold(last, f64::min), known().fold(last, f64::max));
    let line = sparkline(&values, WIDTH);
    let [low, high, last] = [low, high, last].map(|value| fixed(value, 2));
    let text = say!(
        lang,
        "Against equal weight, net: {line} {last} ({low} to {high})",
        "相对等权净值（成本后）：{line} {last}（{low}至{high}）"
    );
    Some(Block::InsteadOfFigures(vec![text.into()]))
}

/// How far the result depends on choices that nobody can defend.
fn choices(lang: Lang, all: &PortfolioMetrics) -> Option<String> {
    let (low, high) = all.variants.excess_range()?;
    let n = all.variants.sensitivity.len();
    let [low, high] = [low, high].map(|value| bound(100.0 * value, 1));
    Some(say!(
        lang,
        "With other settings ({n} of `top`, `min_factors` and `cost_bp`) the excess over equal weight lies between {low} and {high}% a year.",
        "换用其他设定（`top`、`min_factors`、`cost_bp`共{n}种），相对等权年化超额介于{low}与{high}%之间。"
    ))
}

/// The picks, net, against all sectors alike.
fn over_equal_weight(all: &PortfolioMetrics) -> Option<&Excess> {
    all.excess.get(TOP_NET)?.get(EQUAL_WEIGHT)
}

/// What the picks and all sectors alike gained.
fn gained(teller: &Teller<'_>, track: &Backtest, all: &PortfolioMetrics) -> String {
    let (lang, config) = (teller.lang, teller.facts.config);
    let kept: Vec<_> = track.run.executions.iter().filter(|execution| execution.is_kept).collect();
    let (Some(first), Some(last)) = (kept.first(), kept.last()) else {
        return lang.of("No holding period has ended yet.", "尚无已结束的持有期。").into();
    };
    let annual = |portfolio: &str| {
        all.performance.get(portfolio).map_or(NONE.into(), |one| percent(&one.annual_return))
    };
    let (n, from, to, top, cost) = (kept.len(), first.as_of, last.exit, config.top, config.cost_bp);
    let (net, gross, equal) = (annual(TOP_NET), annual(TOP), annual(EQUAL_WEIGHT));
    say!(
        lang,
        "The same configuration, replayed month by month on what was public then: {n} months from {from} to {to}. Its top {top} gained {net} a year after costs of {cost} bp one way ({gross} before), all sectors alike {equal}.",
        "同一配置逐月回放（每月仅用当时已公布的数据）：{from}至{to}共{n}个月。前{top}名组合年化收益{net}（单边成本{cost}bp后；成本前{gross}），全行业等权{equal}。"
    )
}

fn percent(figure: &Metric) -> String {
    figure.get().map_or_else(|| NONE.into(), |value| format!("{}%", signed(100.0 * value, 1)))
}

/// The mean excess over all sectors alike in one sentence that cannot boast.
fn verdict(lang: Lang, estimate: &Estimate) -> String {
    let n = estimate.value.n;
    let (value, found) = match (&estimate.value.value, &estimate.uncertainty) {
        (Ok(value), Ok(found)) => (*value, found),
        (Ok(value), Err(reason)) => {
            let (value, reason) = (signed(100.0 * value, 1), sentences::reason(lang, reason));
            return say!(
                lang,
                "In {n} months the picks differ from equal weight by {value}% a year; how sure that is cannot be said: {reason}.",
                "{n}个月中组合相对等权的年化超额为{value}%；其不确定性无法估计：{reason}。"
            );
        }
        (Err(reason), _) => {
            let reason = sentences::reason(lang, reason);
            return say!(
                lang,
                "The excess over equal weight cannot be given: {reason}.",
                "相对等权的超额收益无法计算：{reason}。"
            );
        }
    };
    let (low, high) = found.interval;
    let reading = match (low, high) {
        (low, _) if low > 0.0 => lang.of(
            "above zero, as by luck alone one in forty strategies without skill would be",
            "区间高于零，但四十个无选择能力的策略中约有一个会因运气如此",
        ),
        (_, high) if high < 0.0 => lang.of("below zero: worse than no skill", "区间低于零：不如无选择能力"),
        _ => lang.of("not distinguishable from no skill", "与无选择能力无法区分"),
    };
    let verb = match (value < 0.0, lang) {
        (true, Lang::En) => "less",
        (false, Lang::En) => "more",
        (true, Lang::Zh) => "少",
        (false, Lang::Zh) => "多",
    };
    let (low, high) = (bound(100.0 * low, 1), bound(100.0 * high, 1));
    let detectable = fixed(100.0 * found.detectable, 1);
    let size = fixed(100.0 * value.abs(), 1);
    say!(
        lang,
        "In {n} months the picks gained {size}% a year {verb} than equal weight, 95% interval {low} to {high}: {reading}. A true excess below {detectable}% a year would mostly go unnoticed in so short a time.",
        "{n}个月中组合较等权年化{verb}{size}%，95%区间{low}至{high}：{reading}。此样本长度下，低于年化{detectable}%的真实超额多半无法识别。"
    )
}

fn excess_table(teller: &Teller<'_>, all: &PortfolioMetrics) -> Option<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("excess over", "超额收益（相对）")),
        Column::number(lang.of("% a year", "年化%")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number(lang.of("months", "月数")),
        Column::number(lang.of("months won %", "月胜率%")).detail(),
        Column::word(lang.of("reading", "判断")),
    ]);
    for (code, one) in all.excess.get(TOP_NET)?.iter() {
        table.row([
            portfolio(teller, code),
            number(&one.arithmetic.value, 100.0, 1),
            interval(&one.arithmetic, 100.0, 1),
            one.arithmetic.value.n.to_string(),
            one.hit_rate.get().map_or_else(|| NONE.into(), |rate| fixed(100.0 * rate, 0)),
            reading(lang, &one.arithmetic),
        ]);
    }
    (!table.rows.is_empty()).then(|| table.into())
}

/// The name of all sectors alike, or of a benchmark.
pub(crate) fn portfolio(teller: &Teller<'_>, code: &str) -> String {
    if code == EQUAL_WEIGHT {
        return teller.lang.of("equal weight", "全行业等权").into();
    }
    let entity = teller.facts.dataset.find_entity(code).filter(|_| teller.is_benchmark(code));
    entity.map_or_else(|| name(code), |entity| teller.entity(entity as u32))
}

fn rank_ic_table(teller: &Teller<'_>, evaluation: &Metrics) -> Option<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("RankIC of", "RankIC")),
        Column::number(lang.of("mean", "均值")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number(lang.of("months", "月数")),
        Column::number(lang.of("detectable", "可识别下限")).detail(),
        Column::word(lang.of("reading", "判断")),
    ]);
    for (chosen, (_, factor)) in teller.facts.chosen.iter().zip(evaluation.factor.sections.all.iter()) {
        let mean = &factor.rank_ic.mean;
        table.row([
            teller.factor(chosen),
            number(&mean.value, 1.0, 3),
            interval(mean, 1.0, 3),
            mean.value.n.to_string(),
            mean.detectable().map_or_else(|| NONE.into(), |effect| fixed(effect, 3)),
            reading(lang, mean),
        ]);
    }
    (!table.rows.is_empty()).then(|| table.into())
}

/// The same over the months in which every factor scores, if those are fewer.
fn live(lang: Lang, evaluation: &Metrics) -> Option<String> {
    let live = match &evaluation.portfolio.live {
        Ok(live) => live,
        Err(reason) => {
            let reason = sentences::reason(lang, reason);
            return Some(say!(
                lang,
                "Months in which every factor scores: none ({reason}).",
                "全部因子均有得分的月份：无（{reason}）。"
            ));
        }
    };
    if live.n_months == evaluation.portfolio.all.n_months {
        return None;
    }
    let excess = &over_equal_weight(live)?.arithmetic;
    let (n, value, interval) = (live.n_months, number(&excess.value, 100.0, 1), interval(excess, 100.0, 1));
    Some(say!(
        lang,
        "In the {n} months in which every factor scores, the excess over equal weight is {value}% a year, 95% interval {interval}.",
        "仅计全部因子均有得分的{n}个月：相对等权年化超额{value}%，95%区间{interval}。"
    ))
}

fn number(figure: &Metric, scale: f64, decimals: usize) -> String {
    figure.get().map_or_else(|| NONE.into(), |value| signed(scale * value, decimals))
}

fn interval(estimate: &Estimate, scale: f64, decimals: usize) -> String {
    estimate.interval().map_or_else(
        || NONE.into(),
        |(low, high)| format!("{}..{}", bound(scale * low, decimals), bound(scale * high, decimals)),
    )
}

/// The end of an interval; one that would round to zero has two more decimals, for on which side of zero it lies matters.
fn bound(value: f64, decimals: usize) -> String {
    let rounds_to_zero = fixed(value, decimals).bytes().all(|byte| b"0.".contains(&byte));
    signed(value, if rounds_to_zero { decimals + 2 } else { decimals })
}

/// What an interval says of zero.
fn reading(lang: Lang, estimate: &Estimate) -> String {
    match (&estimate.value.value, &estimate.uncertainty) {
        (Ok(_), Ok(found)) if found.interval.0 > 0.0 => lang.of("above zero", "显著为正").into(),
        (Ok(_), Ok(found)) if found.interval.1 < 0.0 => lang.of("below zero", "显著为负").into(),
        (Ok(_), Ok(_)) => lang.of("undecided", "不显著").into(),
        (Err(reason), _) | (_, Err(reason)) => sentences::reason(lang, reason),
    }
}

#[cfg(test)]
mod tests {
    use rotor_run::Warning;

    use super::*;

    #[test]
    fn every_warning_of_a_run_is_told_in_chinese() {
        let day = "2020-01-02".parse().unwrap();
        let (factor, reason) = (String::from("x"), String::from("它没有数据"));
        let warnings = [
            Warning::MissingInput { factor: factor.clone(), reason: reason.clone() },
            Warning::FactorFailed { factor: factor.clone(), n_days: 1, first: day, reason: reason.clone() },
            Warning::FactorFailed { factor, n_days: 2, first: day, reason },
            Warning::Skipped { n_days: 1, first_kept: day },
            Warning::NothingLive { days: vec![day] },
            Warning::FewerPicks { n_days: 3, top: 5 },
            Warning::SharedClose,
            Warning::EarlyMapping { n_days: 3 },
        ];
        for warning in warnings {
            let text = sentences::warning(Lang::Zh, &warning);
            let is_latin = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
            assert!(!text.split(' ').any(is_latin), "{text}");
        }
    }
}
