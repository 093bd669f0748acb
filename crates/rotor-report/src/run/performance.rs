//! Tables of performance, risk and excess returns, and of costs.

use rotor_factor::Date;
use rotor_run::RiskFree;
use rotor_run::metrics::{Basis, ByName, PortfolioMetrics};

use super::cells::{DIFFERENCE, FRACTION, Footnotes, PERCENT, RATIO};
use super::context::{Context, TOP, TOP_NET};
use crate::page::{Block, Column, Table};
use crate::say;
use crate::sentences::caveat_block;
use crate::terms::Term;
use crate::words::{Lang, NONE, name, plain};

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let all = context.portfolios();
    let mut blocks = vec![Block::Heading(lang.of("Performance", "业绩").into())];
    blocks.extend(performance(context, all));
    blocks.push(Block::Heading(lang.of("Excess returns", "超额收益").into()));
    blocks.extend(excess(context, all));
    blocks.extend(all.caveats.iter().map(|caveat| caveat_block(lang, caveat)));
    blocks
}

/// What trading took, and what sectors and factors contributed.
pub(super) fn costs(context: &Context<'_>) -> Vec<Block> {
    let all = context.portfolios();
    let (lang, heading) = (context.lang, Block::Heading);
    let mut left = vec![heading(lang.of("Turnover and cost", "换手与费用").into())];
    left.extend(trading(context, all));
    let mut right = vec![heading(Term::Contribution.heading(lang))];
    let (factors, sectors) = contributions(context, all);
    right.extend(factors);
    let mut blocks = vec![Block::Columns(vec![right, left])];
    blocks.extend(sectors);
    blocks
}

/// From which values drawdowns and calendar returns of the run come; without a portfolio from period ends.
pub(super) fn basis(all: &PortfolioMetrics) -> Basis {
    all.performance.iter().next().map_or(Basis::PeriodEnds, |(_, first)| first.basis)
}

/// That, as the label of a column.
pub(super) fn basis_label(lang: Lang, basis: Basis) -> &'static str {
    match basis {
        Basis::Daily => lang.of("daily", "按日"),
        Basis::PeriodEnds => lang.of("period ends", "按期末"),
    }
}

/// The title of a column of max drawdowns, which says where they come from.
pub(super) fn max_drawdown(lang: Lang, basis: Basis) -> String {
    let (drawdown, label) = (Term::MaxDrawdown.of(lang), basis_label(lang, basis));
    say!(lang, "{drawdown} ({label})", "{drawdown}（{label}）")
}

/// The riskless rate of the run, as a part of a sentence.
fn riskless(context: &Context<'_>) -> String {
    let lang = context.lang;
    match context.config().map(|config| &config.risk_free) {
        Some(RiskFree::Rate(rate)) if *rate == 0.0 => Term::ZeroRiskFree.of(lang).into(),
        Some(RiskFree::Rate(rate)) => {
            let rate = plain(*rate);
            say!(lang, "an annual rf of {rate}%", "年化无风险利率取 {rate}%")
        }
        Some(RiskFree::Series(series)) => {
            let series = name(series);
            say!(lang, "rf = series `{series}`", "无风险利率取`{series}`")
        }
        None => lang.of("the rf of the configuration", "无风险利率见配置").into(),
    }
}

fn performance(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(Term::AnnualisedReturn.of(lang)),
        Column::number(Term::Volatility.of(lang)),
        Column::number(Term::SharpeRatio.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number(Term::SortinoRatio.of(lang)).detail(),
        Column::number(Term::CalmarRatio.of(lang)).detail(),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::number(lang.of("total return", "累计收益率")).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut risk = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(max_drawdown(lang, basis(all))),
        Column::number(lang.of("from", "回撤起")),
        Column::number(lang.of("to", "回撤止")),
        Column::number(lang.of("monthly VaR (95%)", "月度 VaR（95%）")),
        Column::number(lang.of("monthly CVaR (95%)", "月度 CVaR（95%）")),
        Column::number(lang.of("worst month", "最差月份收益")),
        Column::number(lang.of("skewness", "偏度")),
        Column::number(Term::ExcessKurtosis.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    for (portfolio, of) in all.performance.iter() {
        let (peak, trough) = of.max_drawdown.days.unzip();
        let n = of.annual_return.n;
        let title = notes.of_months(context.portfolio(portfolio), n, all.n_months);
        let worst = of.worst_months.first().and_then(|month| month.value.get());
        risk.row([
            title.clone(),
            notes.metric(&of.max_drawdown.depth, PERCENT),
            day(peak, NONE),
            day(trough, NONE),
            notes.metric(&of.value_at_risk, PERCENT),
            notes.metric(&of.conditional_value_at_risk, PERCENT),
            worst.map_or(NONE.into(), |value| PERCENT.write(value)),
            notes.metric(&of.skewness, RATIO),
            notes.metric(&of.kurtosis, RATIO),
        ]);
        table.row([
            title,
            notes.metric(&of.annual_return, PERCENT),
            notes.metric(&of.volatility, PERCENT),
            notes.metric(&of.sharpe.value, RATIO),
            notes.interval(&of.sharpe, RATIO),
            notes.metric(&of.sortino, RATIO),
            notes.metric(&of.calmar, RATIO),
            notes.metric(&of.hit_rate, FRACTION),
            notes.metric(&of.total_return, PERCENT),
            n.to_string(),
        ]);
    }
    let mut blocks = notes.under_both(table, risk);
    let drawdowns = match basis(all) {
        Basis::Daily => lang.of("drawdowns are those of the daily net value", "回撤按每日净值计算"),
        Basis::PeriodEnds => lang.of(
            "drawdowns are those of the net value at the ends of holding periods and miss what happened within a month",
            "回撤按各持有期末净值计算，未计入月内波动",
        ),
    };
    let (equal, eligible) = (Term::EqualWeight.heading(lang), Term::EligibleSectors.heading(lang));
    let riskless = riskless(context);
    blocks.push(
        say!(
            lang,
            "{equal} holds all sectors; {eligible} holds those that could be selected each month, without costs, so that the excess return over it is what choosing added. Returns are compounded; Sharpe and Sortino ratio with {riskless}; Calmar ratio: annualised return over the size of the max drawdown; {drawdowns}. Hit rate: months above zero. VaR: the return of the ⌈0.05 n⌉-th worst month; CVaR: the mean up to it.",
            "{equal}持有全部行业；{eligible}持有当月可入选的行业（不计费用），相对其超额即选择所增加的收益。收益为复利年化；夏普比率与索提诺比率：{riskless}；卡玛比率为年化收益率除以最大回撤幅度；{drawdowns}；月胜率为收益大于零的月份占比。VaR 为第⌈0.05 n⌉差月份的收益，CVaR 为不高于它的各月均值。"
        )
        .into(),
    );
    blocks
}

pub(super) fn day(day: Option<Date>, missing: &str) -> String {
    day.map_or_else(|| missing.to_owned(), |day| day.to_string())
}

fn excess(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("over", "相对")),
        Column::number(Term::NetExcess.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number("p"),
        Column::number(Term::MinimumDetectableShort.of(lang)),
        Column::word(Term::Significance.of(lang)),
        Column::number(Term::GrossExcess.of(lang)).detail(),
        Column::number(Term::TrackingError.of(lang)).detail(),
        Column::number(Term::InformationRatio.of(lang)).detail(),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut more = Table::new([
        Column::name(lang.of("over", "相对")),
        Column::number(lang.of("geometric excess return (net)", "几何超额收益（费后）")),
        Column::number(lang.of("relative max drawdown", "最大相对回撤")),
        Column::number(lang.of("from", "回撤起")),
        Column::number(lang.of("to", "回撤止")),
        Column::number("beta"),
        Column::number(lang.of("alpha, annualised", "alpha（年化）")),
        Column::number(lang.of("95% CI of alpha", "alpha的 95% 置信区间")),
        Column::number(lang.of("up capture", "上行捕获")),
        Column::number(lang.of("down capture", "下行捕获")),
    ]);
    let mut notes = Footnotes::new(context);
    let gross = all.excess.get(TOP);
    let net = all.excess.get(TOP_NET);
    for (benchmark, of) in net.into_iter().flat_map(ByName::iter) {
        let (mean, alpha) = (&of.arithmetic, &of.alpha);
        let gross = gross.and_then(|benchmarks| benchmarks.get(benchmark));
        let title = notes.of_months(context.portfolio(benchmark), mean.value.n, all.n_months);
        let (peak, trough) = of.max_drawdown.days.unzip();
        more.row([
            title.clone(),
            notes.metric(&of.geometric, DIFFERENCE),
            notes.metric(&of.max_drawdown.depth, PERCENT),
            day(peak, NONE),
            day(trough, NONE),
            notes.metric(&of.beta.value, RATIO),
            notes.metric(&alpha.value, DIFFERENCE),
            notes.interval(alpha, DIFFERENCE),
            notes.metric(&of.up_capture, RATIO),
            notes.metric(&of.down_capture, RATIO),
        ]);
        table.row([
            title,
            notes.metric(&mean.value, DIFFERENCE),
            notes.interval(mean, DIFFERENCE),
            notes.p_value(mean),
            notes.detectable(mean, PERCENT),
            notes.significance(mean),
            gross.map_or_else(|| NONE.into(), |gross| notes.metric(&gross.arithmetic.value, DIFFERENCE)),
            notes.metric(&of.tracking_error, PERCENT),
            notes.metric(&of.information_ratio, RATIO),
            notes.metric(&of.hit_rate, FRACTION),
            mean.value.n.to_string(),
        ]);
    }
    let mut blocks = notes.under_both(table, more);
    let legend = lang.of(
        "Annualised: twelve times the mean monthly difference; CIs and p-values by equal-weighted cosines (EWC) with Student's t. MDE: minimum detectable effect, the true excess return that a test at 5% finds with 80% power.",
        "年化超额为月均差额乘以12；置信区间与p值采用EWC与t分布。最小可检测值：5%水平下检验功效达80%所需的真实超额收益。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn trading(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let trading = &all.trading;
    let mut table = Table::new([
        Column::word(lang.of("item", "项目")),
        Column::number(lang.of("mean", "均值")),
        Column::number(lang.of("rebalances", "调仓次数")),
    ]);
    let mut notes = Footnotes::new(context);
    let rows = [
        (&trading.turnover, lang.of("one-way turnover per rebalance", "每次单边换手率"), FRACTION),
        (&trading.turnover_per_year, lang.of("one-way turnover per year", "年单边换手率"), FRACTION),
        (&trading.cost_per_year, lang.of("cost per year", "年费用"), PERCENT),
        (&trading.cost_drag, Term::CostDrag.of(lang), PERCENT),
    ];
    for (metric, title, unit) in rows {
        table.row([title.to_owned(), notes.metric(metric, unit), metric.n.to_string()]);
    }
    let mut blocks = notes.under(table);
    let shared = &trading.n_shared_months;
    if let Some(n_shared) = shared.get() {
        let (n_shared, n) = (plain(n_shared), shared.n);
        blocks.push(
            say!(
                lang,
                "In {n_shared} of {n} months sectors that nothing told apart shared the last places held, in equal parts.",
                "{n}个月中有{n_shared}个月，无法区分的行业平分最后的持仓名额。"
            )
            .into(),
        );
    }
    blocks
}

/// The contributions of factors, and those of sectors.
fn contributions(context: &Context<'_>, all: &PortfolioMetrics) -> (Vec<Block>, Option<Block>) {
    /// More rows say nothing; the file has them.
    const MOST: usize = 60;
    let lang = context.lang;
    let mut blocks = Vec::new();
    let mut notes = Footnotes::new(context);
    let mut factors = Table::new([
        Column::name(Term::Factor.of(lang)),
        Column::number(Term::Contribution.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number("p"),
    ]);
    let parts = &all.contributions;
    let of_factors = parts.factors.iter().map(|(factor, of)| (context.factor(factor), &of.active));
    let rest = (lang.of("not explained by any factor", "因子未解释部分").to_owned(), &parts.specific.active);
    for (title, active) in of_factors.chain([rest]) {
        let value = notes.metric(&active.value, DIFFERENCE);
        factors.row([title, value, notes.interval(active, DIFFERENCE), notes.p_value(active)]);
    }
    blocks.extend(notes.under(factors));
    let mut sectors: Vec<_> = parts.sectors.iter().collect();
    sectors.sort_by(|(_, left), (_, right)| {
        right.active.get().unwrap_or(0.0).total_cmp(&left.active.get().unwrap_or(0.0))
    });
    let n_sectors = sectors.len();
    if n_sectors > MOST {
        sectors.drain(MOST / 2..n_sectors - MOST / 2);
    }
    let legend = lang.of(
        "Annualised, gross: twelve times the mean month. Contributions to the excess return are those of the weights less equal weights.",
        "年化、费前：月均值乘以12。超额收益贡献按权重减等权计算。",
    );
    blocks.push(legend.to_owned().into());
    let mut notes = Footnotes::new(context);
    let mut table = Table::new([
        Column::name(Term::Sector.of(lang)),
        Column::number(lang.of("months held", "持有月数")),
        Column::number(lang.of("mean weight", "平均权重")),
        Column::number(Term::Contribution.of(lang)),
        Column::number(lang.of("contribution to return (gross)", "收益贡献（费前）")),
    ]);
    for (code, of) in sectors {
        table.row([
            context.find(code).map_or_else(|| name(code), |at| context.both_names(at)),
            of.n_held.to_string(),
            notes.metric(&of.mean_weight, PERCENT),
            notes.metric(&of.active, DIFFERENCE),
            notes.metric(&of.gross, DIFFERENCE),
        ]);
    }
    let mut by_sector = notes.under(table);
    if n_sectors > MOST {
        by_sector.push(
            say!(
                lang,
                "The {MOST} at the ends of {n_sectors}; `metrics.json` has all.",
                "仅列{n_sectors}个行业中两端的{MOST}个，全部见`metrics.json`。"
            )
            .into(),
        );
    }
    let title = lang.of("Contribution to excess return by sector", "分行业超额收益贡献").into();
    let by_sector = (!by_sector.is_empty()).then_some(Block::Appendix { title, blocks: by_sector });
    (blocks, by_sector)
}
