//! Tables of performance and excess returns, and of costs.

use rotor_factor::Date;
use rotor_run::metrics::{ByName, Drawdown, MonthValue, PortfolioMetrics, YearValue};

use super::cells::{DIFFERENCE, FRACTION, Footnotes, PERCENT, RATIO};
use super::context::{Context, EQUAL_WEIGHT, TOP, TOP_NET};
use crate::page::{Block, Column, Table};
use crate::say;
use crate::sentences::caveat_block;
use crate::terms::Term;
use crate::words::{NONE, name};

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let all = context.portfolios();
    let mut blocks = vec![Block::Heading(lang.of("Performance", "业绩").into())];
    blocks.extend(performance(context, all));
    blocks.push(Block::Heading(lang.of("Excess returns", "超额收益").into()));
    blocks.extend(excess(context, all));
    blocks.extend(all.caveats.iter().map(|caveat| caveat_block(lang, caveat)));
    blocks.push(Block::Heading(lang.of("Calendar years", "分年度").into()));
    blocks.extend(years(context, all));
    blocks.push(Block::Heading(lang.of("Turnover and cost", "换手与费用").into()));
    blocks.extend(trading(context, all));
    let parts = contributions(context, all);
    if !parts.is_empty() {
        blocks.push(Block::Folded { title: Term::Contribution.heading(lang), blocks: parts });
    }
    let extremes = extremes(context, all);
    if !extremes.is_empty() {
        let title = lang.of("Largest drawdowns and worst months", "最大回撤与最差月份");
        blocks.push(Block::Folded { title: title.into(), blocks: extremes });
    }
    blocks
}

fn performance(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(Term::AnnualisedReturn.of(lang)),
        Column::number(Term::Volatility.of(lang)),
        Column::number(Term::SharpeRatio.of(lang)),
        Column::number(Term::ConfidenceInterval.of(lang)),
        Column::number(Term::MaxDrawdown.of(lang)),
        Column::number(lang.of("from", "回撤起")).detail(),
        Column::number(lang.of("to", "回撤止")).detail(),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::number(lang.of("skewness", "偏度")).detail(),
        Column::number(lang.of("kurtosis", "峰度")).detail(),
        Column::number(lang.of("total return", "累计收益率")).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    for (portfolio, of) in all.performance.iter() {
        let (peak, trough) = of.max_drawdown.days.unzip();
        table.row([
            context.portfolio(portfolio),
            notes.metric(&of.annual_return, PERCENT),
            notes.metric(&of.volatility, PERCENT),
            notes.metric(&of.sharpe.value, RATIO),
            notes.interval(&of.sharpe, RATIO),
            notes.metric(&of.max_drawdown.depth, PERCENT),
            day(peak, NONE),
            day(trough, NONE),
            notes.metric(&of.hit_rate, FRACTION),
            notes.metric(&of.skewness, RATIO),
            notes.metric(&of.kurtosis, RATIO),
            notes.metric(&of.total_return, PERCENT),
            of.annual_return.n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Returns are compounded; Sharpe ratio with rf = 0; drawdowns are those of the net value at the ends of holding periods and miss what happened within a month. Hit rate: months above zero.",
        "收益为复利年化；夏普比率的无风险利率取 0；回撤按各持有期末净值计算，未计入月内波动；月胜率为收益大于零的月份占比。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn day(day: Option<Date>, missing: &str) -> String {
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
        Column::number(lang.of("geometric", "几何")).detail(),
        Column::number(Term::TrackingError.of(lang)).detail(),
        Column::number(Term::InformationRatio.of(lang)).detail(),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::number(lang.of("relative max drawdown", "最大相对回撤")).detail(),
        Column::number("beta").detail(),
        Column::number(lang.of("alpha, annualised", "alpha（年化）")).detail(),
        Column::number(lang.of("95% CI of alpha", "alpha的95% 置信区间")).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    let gross = all.excess.get(TOP);
    let net = all.excess.get(TOP_NET);
    for (benchmark, of) in net.into_iter().flat_map(ByName::iter) {
        let (mean, alpha) = (&of.arithmetic, &of.alpha);
        let gross = gross.and_then(|benchmarks| benchmarks.get(benchmark));
        table.row([
            context.portfolio(benchmark),
            notes.metric(&mean.value, DIFFERENCE),
            notes.interval(mean, DIFFERENCE),
            notes.p_value(mean),
            notes.detectable(mean, PERCENT),
            notes.significance(mean),
            gross.map_or_else(|| NONE.into(), |gross| notes.metric(&gross.arithmetic.value, DIFFERENCE)),
            notes.metric(&of.geometric, DIFFERENCE),
            notes.metric(&of.tracking_error, PERCENT),
            notes.metric(&of.information_ratio, RATIO),
            notes.metric(&of.hit_rate, FRACTION),
            notes.metric(&of.max_drawdown.depth, PERCENT),
            notes.metric(&of.beta.value, RATIO),
            notes.metric(&alpha.value, DIFFERENCE),
            notes.interval(alpha, DIFFERENCE),
            mean.value.n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Annualised: twelve times the mean monthly difference; CIs and p-values by equal-weighted cosines (EWC) with Student's t. MDE: minimum detectable effect, the true excess return that a test at 5% finds with 80% power.",
        "年化超额为月均差额乘以12；置信区间与p值采用EWC与t分布。最小可检测值：5%水平下检验功效达80%所需的真实超额收益。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn years(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let Some((_, first)) = all.performance.iter().next() else { return Vec::new() };
    let mut columns = vec![
        Column::word(lang.of("year", "年份")),
        Column::number(Term::Months.of(lang)),
        Column::number(lang.of("excess return (net) over equal weight", "相对等权超额（费后）")),
    ];
    columns.extend(all.performance.iter().map(|(portfolio, _)| Column::number(context.portfolio(portfolio))));
    let mut table = Table::new(columns);
    let mut notes = Footnotes::new(context);
    let excess = all.excess.get(TOP_NET).and_then(|benchmarks| benchmarks.get(EQUAL_WEIGHT));
    let mut cell = |years: Option<&[YearValue]>, wanted: i32, unit| match years
        .and_then(|years| years.iter().find(|year| year.year == wanted))
    {
        Some(found) => notes.metric(&found.span.value, unit),
        None => NONE.to_owned(),
    };
    for year in &first.years {
        let excess = excess.map(|excess| excess.years.as_slice());
        let mut row =
            vec![year.year.to_string(), year.span.value.n.to_string(), cell(excess, year.year, DIFFERENCE)];
        row.extend(all.performance.iter().map(|(_, of)| cell(Some(&of.years), year.year, PERCENT)));
        table.row(row);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "By the year of the execution; the excess return of a year is the difference of the returns. A year is twelve months: no single year is significant.",
        "按调仓日所在年份；年度超额为收益之差。一年仅十二个月，单独一年的数字不具统计显著性。",
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
    notes.under(table)
}

fn contributions(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
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
    blocks.extend(notes.under(table));
    if n_sectors > MOST {
        blocks.push(
            say!(
                lang,
                "The {MOST} at the ends of {n_sectors}; `metrics.json` has all.",
                "仅列{n_sectors}个行业中两端的{MOST}个，全部见`metrics.json`。"
            )
            .into(),
        );
    }
    let legend = lang.of(
        "Annualised, gross: twelve times the mean month. Contributions to the excess return are those of the weights less equal weights.",
        "年化、费前：月均值乘以12。超额收益贡献按权重减等权计算。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn extremes(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let mut drawdowns = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(Term::Drawdown.of(lang)),
        Column::number(lang.of("peak", "高点")),
        Column::number(lang.of("trough", "低点")),
        Column::number(lang.of("recovery", "收复")),
    ]);
    let mut months = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(lang.of("return of the month", "当月收益")),
        Column::number(lang.of("execution", "调仓日")),
        Column::number(lang.of("exit", "卖出日")),
    ]);
    let mut rows = |title: &str, deepest: &[Drawdown], worst: &[MonthValue]| {
        for drawdown in deepest {
            let (peak, trough) = drawdown.days.unzip();
            drawdowns.row([
                title.to_owned(),
                drawdown.depth.get().map_or(NONE.into(), |value| PERCENT.write(value)),
                day(peak, NONE),
                day(trough, NONE),
                day(drawdown.recovery, lang.of("not yet", "尚未")),
            ]);
        }
        for month in worst {
            months.row([
                title.to_owned(),
                month.value.get().map_or(NONE.into(), |value| DIFFERENCE.write(value)),
                month.execution.to_string(),
                month.exit.to_string(),
            ]);
        }
    };
    if let Some(net) = all.performance.get(TOP_NET) {
        rows(&context.portfolio(TOP_NET), &net.drawdowns, &net.worst_months);
    }
    if let Some(excess) = all.excess.get(TOP_NET).and_then(|benchmarks| benchmarks.get(EQUAL_WEIGHT)) {
        let title = lang.of("excess return over equal weight (net)", "相对等权超额收益（费后）");
        rows(title, &excess.drawdowns, &excess.worst_months);
    }
    [drawdowns, months].into_iter().filter(|table| !table.rows.is_empty()).map(Block::from).collect()
}
