//! The track record of the same configuration up to the day, with how sure one may be of it.

use rotor_run::metrics::{ByName, Caveat, Estimate, Excess, PortfolioMetrics, Variant};
use rotor_run::portfolio::{ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use rotor_run::{Metrics, Track};

use super::context::NoteContext;
use super::figures;
use crate::page::{Block, Column, Section, Table};
use crate::parts::estimate::{CORRELATION, PERCENT, bound, interval, no_track, number, significance};
use crate::sentences;
use crate::terms::Term;
use crate::text::sparkline;
use crate::words::{Lang, NONE, fixed, name, say};

pub(super) fn section(context: &NoteContext<'_>) -> Section {
    let lang = context.lang;
    let blocks = match &context.note.track {
        Ok(track) => blocks(context, track),
        Err(missing) => vec![no_track(lang, missing).into()],
    };
    let heading = lang.of("Track record", "历史回测表现").into();
    Section { id: "track".into(), heading, blocks }
}

fn blocks(context: &NoteContext<'_>, track: &Track) -> Vec<Block> {
    let (lang, metrics) = (context.lang, &track.metrics);
    let all = &metrics.portfolio.all;
    let mut blocks: Vec<Block> = vec![returns(context, track, all).into()];
    if chose_nothing(all) {
        let n = all.n_months;
        let text = say!(
            lang,
            "Nothing was chosen: in all {n} months every sector that could be selected was held, so there is no excess return that the scores could explain.",
            "未作任何选择：全部 {n} 个月均持有所有可选行业，因此不存在可由得分解释的超额收益。"
        );
        blocks.push(text.into());
        blocks.extend(rank_ic_table(context, metrics));
        blocks.extend(notes(context, track));
        return blocks;
    }
    if let Some(excess) = over(all, EQUAL_WEIGHT) {
        blocks.push(verdict(context, &excess.arithmetic).into());
    }
    if let Some(excess) = over(all, ELIGIBLE) {
        blocks.push(over_eligible(context, &excess.arithmetic).into());
    }
    blocks.extend(course(lang, track));
    blocks.extend(excess_table(context, all));
    blocks.extend(rank_ic_table(context, metrics));
    blocks.extend(live(context, metrics).map(Block::from));
    blocks.extend(sensitivity(lang, all).map(Block::from));
    blocks.push(Block::Warning(
        lang.of(
            "The 95% CIs allow for autocorrelation (equal-weighted cosine estimator, Student's t). They hold for one configuration that was fixed beforehand: the best of several tried configurations looks better than it is. Past performance does not guarantee future results.",
            "95% 置信区间已考虑自相关（EWC 估计，t 分布），仅适用于事先确定的单一配置；从多个配置中择优会使结果偏乐观。历史表现不代表未来。",
        )
        .into(),
    ));
    blocks.extend(notes(context, track));
    blocks.extend(figures::of_track(context, track));
    blocks
}

/// What a reader of the months must know.
fn notes(context: &NoteContext<'_>, track: &Track) -> Vec<Block> {
    let lang = context.lang;
    let mut blocks: Vec<Block> = Vec::new();
    if context.note.dataset.synthetic {
        let text = lang.of(
            "The data are synthetic: these results say nothing about any market.",
            "以上为模拟数据，不反映任何真实市场。",
        );
        blocks.push(text.to_owned().into());
    }
    if !track.warnings.is_empty() {
        let warnings = track.warnings.iter().map(|warning| sentences::warning(lang, warning));
        blocks.push(lang.of("Notes on these months:", "相关说明：").to_owned().into());
        blocks.push(Block::List(warnings.collect()));
    }
    blocks
}

/// Whether nothing was ever chosen: in every month all that could be selected was held.
fn chose_nothing(all: &PortfolioMetrics) -> bool {
    all.caveats.iter().any(|caveat| matches!(caveat, Caveat::NothingToldApart { .. }))
}

/// The net value relative to equal weight in one line of blocks.
fn course(lang: Lang, track: &Track) -> Option<Block> {
    const WIDTH: usize = 30;
    let values = figures::relative_values(track)?;
    let known = || values.iter().flatten().copied();
    let last = known().last().filter(|_| known().count() > 2)?;
    let (low, high) = (known().fold(last, f64::min), known().fold(last, f64::max));
    let line = sparkline(&values, WIDTH);
    let [low, high, last] = [low, high, last].map(|value| fixed(value, 2));
    let text = say!(
        lang,
        "Net value relative to equal weight: {line} {last} (low {low}, high {high})",
        "相对全行业等权的净值（费后）：{line} {last}（最低 {low}，最高 {high}）"
    );
    Some(Block::InsteadOfFigures(vec![text.into()]))
}

/// How far the result depends on settings that nobody can defend.
fn sensitivity(lang: Lang, all: &PortfolioMetrics) -> Option<String> {
    let (low, high) = all.variants.excess_range()?;
    let settings = all.variants.sensitivity.iter().map(|one| &one.variant);
    let variants = settings.chain(all.variants.alternatives.iter().map(|one| &one.variant));
    let n = variants.filter(|variant: &&Variant| variant.excess.get().is_some()).count();
    let [low, high] = [low, high].map(|value| bound(100.0 * value, 1));
    let other = if all.variants.alternatives.is_empty() {
        lang.of(" and `cost_bp`", "与 `cost_bp` ")
    } else {
        lang.of(", `cost_bp` and parameters of factors", "、`cost_bp` 与因子参数")
    };
    Some(say!(
        lang,
        "Sensitivity: over {n} settings of `top`, `min_factors`{other} the excess return over equal weight (net) ranges from {low}% to {high}% annualised.",
        "敏感性：`top`、`min_factors`{other}取 {n} 种设定时，相对全行业等权的年化超额收益（费后）介于 {low}% 与 {high}% 之间。"
    ))
}

/// The selected sectors, net, against a benchmark.
fn over<'a>(all: &'a PortfolioMetrics, benchmark: &str) -> Option<&'a Excess> {
    all.excess.get(TOP_NET)?.get(benchmark)
}

/// The mean excess over the sectors that could be selected.
fn over_eligible(context: &NoteContext<'_>, estimate: &Estimate) -> String {
    let lang = context.lang;
    let (value, interval) = (number(&estimate.value, PERCENT), interval(estimate, PERCENT));
    let reading = significance(lang, estimate);
    say!(
        lang,
        "Excess return over the eligible sectors, those that could be selected each month (net): {value} annualised, 95% CI {interval}: {reading}. This is what choosing among them added.",
        "相对可选行业等权（当月可入选的行业）的年化超额收益（费后）为 {value}，95% 置信区间 {interval}：{reading}。此为在可选行业中选择所增加的收益。"
    )
}

/// The annualised returns of the strategy and of equal weight.
fn returns(context: &NoteContext<'_>, track: &Track, all: &PortfolioMetrics) -> String {
    let (lang, config) = (context.lang, &context.note.config);
    let kept: Vec<_> = track.run.executions.iter().filter(|execution| execution.is_kept).collect();
    let (Some(first), Some(last)) = (kept.first(), kept.last()) else {
        return lang.of("No holding period has ended yet.", "尚无已结束的持有期。").into();
    };
    let annual = |portfolio: &str| {
        all.performance.get(portfolio).map_or(NONE.into(), |one| number(&one.annual_return, PERCENT))
    };
    let (n, from, to, top, cost) = (kept.len(), first.as_of, last.exit, config.top, config.cost_bp);
    let (net, gross) = (annual(TOP_NET), annual(TOP));
    let (equal, eligible) = (annual(EQUAL_WEIGHT), annual(ELIGIBLE));
    say!(
        lang,
        "The same configuration, backtested month by month on data published before each date: {n} months, {from} to {to}. Annualised return of the top {top}: {net} net of a one-way cost of {cost} bp, {gross} gross; of equal weight: {equal}; of the eligible sectors: {eligible}.",
        "同一配置逐月回测（每月仅用当时已公布的数据）：{from} 至 {to}，共 {n} 个月。前 {top} 名组合年化收益率：费后 {net}（单边费用 {cost}bp），费前 {gross}；全行业等权 {equal}；可选行业等权 {eligible}。"
    )
}

/// The mean excess over equal weight in one sentence that cannot boast.
fn verdict(context: &NoteContext<'_>, estimate: &Estimate) -> String {
    let lang = context.lang;
    let n = estimate.value.n;
    let found = match (&estimate.value.value, &estimate.uncertainty) {
        (Ok(_), Ok(found)) => found,
        (Ok(_), Err(reason)) => {
            let (value, reason) = (number(&estimate.value, PERCENT), context.missing_number(reason));
            return say!(
                lang,
                "Excess return over equal weight (net): {value} annualised over {n} months, without a 95% CI: {reason}.",
                "相对全行业等权的年化超额收益（费后）为 {value}（{n} 个月）；无法给出 95% 置信区间：{reason}。"
            );
        }
        (Err(reason), _) => {
            let reason = context.missing_number(reason);
            return say!(
                lang,
                "No excess return over equal weight: {reason}.",
                "无法计算相对全行业等权的超额收益：{reason}。"
            );
        }
    };
    let reading = match found.interval {
        (low, _) if low > 0.0 => lang.of(
            "significantly positive, though by luck alone one in forty strategies without skill would look like this",
            "显著为正，但每四十个无选择能力的策略中约有一个会因运气如此",
        ),
        (_, high) if high < 0.0 => lang.of("significantly negative", "显著为负"),
        _ => Term::NotSignificant.of(lang),
    };
    let (value, interval) = (number(&estimate.value, PERCENT), interval(estimate, PERCENT));
    let detectable = fixed(100.0 * found.detectable, 1);
    say!(
        lang,
        "Excess return over equal weight (net): {value} annualised over {n} months, 95% CI {interval}: {reading}. {term}: {detectable}% annualised.",
        "相对全行业等权的年化超额收益（费后）为 {value}（{n} 个月），95% 置信区间 {interval}：{reading}。{term}：年化 {detectable}%。",
        term = Term::MinimumDetectable.heading(lang)
    )
}

fn excess_table(context: &NoteContext<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("excess return over (net)", "超额收益（费后），相对")),
        Column::number(lang.of("annualised", "年化")),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number(lang.of("months", "月数")),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::word(lang.of("significance", "显著性")),
    ]);
    let mut has_fewer = false;
    for (code, one) in all.excess.get(TOP_NET).into_iter().flat_map(ByName::iter) {
        let is_fewer = one.arithmetic.value.n != all.n_months;
        has_fewer |= is_fewer;
        let mark = if is_fewer { " *" } else { "" };
        table.row([
            portfolio(context, code) + mark,
            number(&one.arithmetic.value, PERCENT),
            interval(&one.arithmetic, PERCENT),
            one.arithmetic.value.n.to_string(),
            one.hit_rate
                .value
                .as_ref()
                .map_or_else(|_| NONE.into(), |rate| format!("{}%", fixed(100.0 * rate, 0))),
            significance(lang, &one.arithmetic),
        ]);
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    let mut blocks: Vec<Block> = vec![table.into()];
    if has_fewer {
        let n = all.n_months;
        let text = say!(
            lang,
            "* Fewer months than the {n} of the track record: not to be set beside the other rows.",
            "* 月数少于回测的 {n} 个月，不可与其他各行直接比较。"
        );
        blocks.push(text.into());
    }
    blocks
}

/// The name of equal weight, or of a benchmark.
pub(crate) fn portfolio(context: &NoteContext<'_>, code: &str) -> String {
    if code == EQUAL_WEIGHT {
        return Term::EqualWeight.of(context.lang).into();
    }
    if code == ELIGIBLE {
        return Term::EligibleSectors.of(context.lang).into();
    }
    let entity = context.note.find_entity(code).filter(|_| context.is_benchmark(code));
    entity.map_or_else(|| name(code), |entity| context.entity(entity as u32))
}

fn rank_ic_table(context: &NoteContext<'_>, metrics: &Metrics) -> Option<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::number(Term::MeanRankIc.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number(lang.of("months", "月数")),
        Column::number(Term::MinimumDetectable.of(lang)).detail(),
        Column::word(lang.of("significance", "显著性")),
        Column::number(lang.of("RankIC of raw values", "原始值 RankIC")).detail(),
    ]);
    for (factor, (_, evaluated)) in context.note.factors.iter().zip(metrics.factor.sections.all.iter()) {
        let mean = &evaluated.rank_ic.mean;
        table.row([
            context.factor(factor),
            number(&mean.value, CORRELATION),
            interval(mean, CORRELATION),
            mean.value.n.to_string(),
            mean.uncertainty.as_ref().map_or_else(|_| NONE.into(), |found| fixed(found.detectable, 3)),
            significance(lang, mean),
            number(&evaluated.raw_rank_ic.mean.value, CORRELATION),
        ]);
    }
    (!table.rows.is_empty()).then(|| table.into())
}

/// The same over the months in which every factor scores, if those are fewer.
fn live(context: &NoteContext<'_>, metrics: &Metrics) -> Option<String> {
    let lang = context.lang;
    let live = match &metrics.portfolio.live {
        Ok(live) => live,
        Err(reason) => {
            let reason = context.missing_number(reason);
            return Some(say!(
                lang,
                "No results over the months in which every factor scores: {reason}.",
                "无法单列全部因子均有评分的月份：{reason}。"
            ));
        }
    };
    if live.n_months == metrics.portfolio.all.n_months {
        return None;
    }
    let excess = &over(live, EQUAL_WEIGHT)?.arithmetic;
    let written = |excess: &Estimate| (number(&excess.value, PERCENT), interval(excess, PERCENT));
    let (n, (value, interval)) = (live.n_months, written(excess));
    let eligible = over(live, ELIGIBLE).map_or(String::new(), |excess| {
        let (value, interval) = written(&excess.arithmetic);
        say!(
            lang,
            "; over the eligible sectors it is {value}, 95% CI {interval}",
            "；相对可选行业等权为 {value}，95% 置信区间 {interval}"
        )
    });
    Some(say!(
        lang,
        "Over the {n} months in which every factor scores, the excess return over equal weight (net) is {value} annualised, 95% CI {interval}{eligible}.",
        "仅计全部因子均有评分的 {n} 个月：相对全行业等权的年化超额收益（费后）为 {value}，95% 置信区间 {interval}{eligible}。"
    ))
}
