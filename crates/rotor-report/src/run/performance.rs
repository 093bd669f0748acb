//! Tables of performance and excess returns, by year and by month, and of costs.

use rotor_factor::Date;
use rotor_run::RiskFree;
use rotor_run::metrics::{
    Basis, ByName, Drawdown, LastMonths, MonthValue, PortfolioMetrics, SpanReturn, YearValue,
};

use super::cells::{DIFFERENCE, FRACTION, Footnotes, PERCENT, RATIO};
use super::context::{Context, ELIGIBLE, EQUAL_WEIGHT, TOP, TOP_NET};
use crate::draw::{Chart, Columns, LineChart, Mark, Matrix, Panel, Series, Shades, Tone, Unit};
use crate::page::{Block, Column, Figure, Table};
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
    blocks.push(Block::Heading(lang.of("Calendar years and recent months", "分年度与近期").into()));
    blocks.extend(years(context, all));
    blocks.extend(recent(context, all));
    blocks.extend(months(context).map(Block::from));
    blocks.extend(rolling_years(context).map(Block::from));
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

/// From which values drawdowns and calendar returns of the run come; without a portfolio from period ends.
fn basis(all: &PortfolioMetrics) -> Basis {
    all.performance.iter().next().map_or(Basis::PeriodEnds, |(_, first)| first.basis)
}

/// That, as the label of a column.
fn basis_label(lang: Lang, basis: Basis) -> &'static str {
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
        Column::number(max_drawdown(lang, basis(all))),
        Column::number(Term::SortinoRatio.of(lang)).detail(),
        Column::number(lang.of("from", "回撤起")).detail(),
        Column::number(lang.of("to", "回撤止")).detail(),
        Column::number(Term::HitRate.of(lang)).detail(),
        Column::number(lang.of("skewness", "偏度")).detail(),
        Column::number(Term::ExcessKurtosis.of(lang)).detail(),
        Column::number(lang.of("total return", "累计收益率")).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    for (portfolio, of) in all.performance.iter() {
        let (peak, trough) = of.max_drawdown.days.unzip();
        let n = of.annual_return.n;
        table.row([
            notes.of_months(context.portfolio(portfolio), n, all.n_months),
            notes.metric(&of.annual_return, PERCENT),
            notes.metric(&of.volatility, PERCENT),
            notes.metric(&of.sharpe.value, RATIO),
            notes.interval(&of.sharpe, RATIO),
            notes.metric(&of.max_drawdown.depth, PERCENT),
            notes.metric(&of.sortino, RATIO),
            day(peak, NONE),
            day(trough, NONE),
            notes.metric(&of.hit_rate, FRACTION),
            notes.metric(&of.skewness, RATIO),
            notes.metric(&of.kurtosis, RATIO),
            notes.metric(&of.total_return, PERCENT),
            n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
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
            "{equal} holds all sectors; {eligible} holds those that could be selected each month, without costs, so that the excess return over it is what choosing added. Returns are compounded; Sharpe and Sortino ratio with {riskless}; {drawdowns}. Hit rate: months above zero.",
            "{equal}持有全部行业；{eligible}持有当月可入选的行业（不计费用），相对其超额即选择所增加的收益。收益为复利年化；夏普比率与索提诺比率：{riskless}；{drawdowns}；月胜率为收益大于零的月份占比。"
        )
        .into(),
    );
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
        Column::number(lang.of("95% CI of alpha", "alpha的 95% 置信区间")).detail(),
        Column::number(Term::Months.of(lang)),
    ]);
    let mut notes = Footnotes::new(context);
    let gross = all.excess.get(TOP);
    let net = all.excess.get(TOP_NET);
    for (benchmark, of) in net.into_iter().flat_map(ByName::iter) {
        let (mean, alpha) = (&of.arithmetic, &of.alpha);
        let gross = gross.and_then(|benchmarks| benchmarks.get(benchmark));
        table.row([
            notes.of_months(context.portfolio(benchmark), mean.value.n, all.n_months),
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
    let mut notes = Footnotes::new(context);
    let mut columns = vec![
        Column::word(lang.of("year", "年份")),
        Column::number(match basis(all) {
            Basis::Daily => lang.of("trading days", "交易日数"),
            Basis::PeriodEnds => Term::Months.of(lang),
        }),
        Column::number(lang.of("excess return (net) over equal weight", "相对全行业等权超额（费后）")),
        Column::number(lang.of("over eligible sectors", "相对可选行业等权超额")),
    ];
    columns.extend(all.performance.iter().map(|(portfolio, of)| {
        let title = context.portfolio(portfolio);
        Column::number(notes.of_months(title, of.annual_return.n, all.n_months))
    }));
    let mut table = Table::new(columns);
    let excess = [EQUAL_WEIGHT, ELIGIBLE].map(|benchmark| context.net_excess(benchmark));
    for year in &first.years {
        let mut row = vec![year.year.to_string(), year.span.value.n.to_string()];
        let mut cell = |years: Option<&[YearValue]>, unit| {
            let found = years.and_then(|years| years.iter().find(|one| one.year == year.year));
            row.push(found.map_or_else(|| NONE.to_owned(), |found| notes.metric(&found.span.value, unit)));
        };
        for excess in excess {
            cell(excess.map(|excess| excess.years.as_slice()), DIFFERENCE);
        }
        for (_, of) in all.performance.iter() {
            cell(Some(&of.years), PERCENT);
        }
        table.row(row);
    }
    let mut blocks = notes.under(table);
    let values = match basis(all) {
        Basis::Daily => lang.of(
            "Daily: from the last close of the year before, or the first execution, to the last close of the year",
            "按日：自上年最后收盘（首年自首个调仓日）至当年最后收盘",
        ),
        Basis::PeriodEnds => lang.of(
            "At period ends: from the last exit in the year before, or the first execution, to the last exit in the year",
            "按期末：自上年最后一个期末（首年自首个调仓日）至当年最后一个期末",
        ),
    };
    blocks.push(
        say!(
            lang,
            "{values}; the excess return is the difference of the returns. No single year is significant.",
            "{values}；年度超额为收益之差。单独一年的数字不具统计显著性。"
        )
        .into(),
    );
    blocks
}

/// Year to date and the last months, up to the last value.
fn recent(context: &Context<'_>, all: &PortfolioMetrics) -> Vec<Block> {
    let lang = context.lang;
    let Some((_, first)) = all.performance.iter().next() else { return Vec::new() };
    let mut columns =
        vec![Column::name(Term::Portfolio.of(lang)), Column::number(lang.of("year to date", "今年以来"))];
    columns.extend(first.last_months.iter().map(|last| {
        let n = last.n_months;
        Column::number(match n {
            1 => lang.of("last month", "近1月").to_owned(),
            _ => say!(lang, "last {n} months", "近{n}月"),
        })
    }));
    columns.push(Column::word(lang.of("to", "截至")).detail());
    let mut table = Table::new(columns);
    let mut notes = Footnotes::new(context);
    let mut row = |title: String, to_date: &SpanReturn, last: &[LastMonths], unit| {
        let spans = std::iter::once(to_date).chain(last.iter().map(|last| &last.span));
        let mut row = vec![title];
        row.extend(spans.map(|span| notes.metric(&span.value, unit)));
        row.push(day(to_date.to, NONE));
        // Folders of earlier formats have none of these.
        if row.len() == first.last_months.len() + 3 && to_date.to.is_some() {
            table.row(row);
        }
    };
    for (portfolio, of) in all.performance.iter() {
        row(context.portfolio(portfolio), &of.year_to_date, &of.last_months, PERCENT);
    }
    for benchmark in [EQUAL_WEIGHT, ELIGIBLE] {
        let Some(of) = context.net_excess(benchmark) else { continue };
        let over = context.portfolio(benchmark);
        let title = say!(lang, "excess return (net) over {over}", "相对{over}超额（费后）");
        row(title, &of.year_to_date, &of.last_months, DIFFERENCE);
    }
    let label = basis_label(lang, basis(all));
    let mut blocks = notes.under(table);
    if !blocks.is_empty() {
        blocks.push(
            say!(
                lang,
                "Up to the last value of each ({label}), not annualised; so few months are not significant.",
                "截至各自最后一个净值（{label}），未年化；如此短的区间不具统计显著性。"
            )
            .into(),
        );
    }
    blocks
}

/// The return of the portfolio in each calendar month.
fn months(context: &Context<'_>) -> Option<Figure> {
    let lang = context.lang;
    let of = context.portfolios().performance.get(TOP_NET)?;
    let years = || of.months.iter().map(|one| one.month.year());
    let (first, last) = (years().min()?, years().max()?);
    let mut cells = vec![vec![None; 12]; (last - first + 1) as usize];
    for one in &of.months {
        cells[(one.month.year() - first) as usize][one.month.number() as usize - 1] = one.value.get();
    }
    let (portfolio, label) = (context.portfolio(TOP_NET), basis_label(lang, of.basis));
    let to = day(of.year_to_date.to, NONE);
    Some(Figure {
        id: "calendar-months".into(),
        title: say!(lang, "Return by calendar month: {portfolio}", "月度收益：{portfolio}"),
        about: say!(
            lang,
            "In percent ({label}); the first month begins with the first execution, the last ends on {to}.",
            "单位：%（{label}）；首月自首个调仓日起，末月截至{to}。"
        ),
        chart: Chart::Matrix(Matrix {
            rows: (first..=last).map(|year| year.to_string()).collect(),
            row_axis: lang.of("year", "年份").into(),
            columns: Columns::Names((1..=12).map(|month| month.to_string()).collect()),
            column_axis: lang.of("month", "月份").into(),
            measure: lang.of("return, %", "收益，%").into(),
            cells,
            unit: Unit { suffix: "", ..DIFFERENCE },
            shades: Shades::Diverging { middle: 0.0, extent: None },
            has_numbers: true,
        }),
    })
}

/// The return of twelve months, by the last of them.
fn rolling_years(context: &Context<'_>) -> Option<Figure> {
    let lang = context.lang;
    let all = context.portfolios();
    let net = all.performance.get(TOP_NET).filter(|net| net.rolling_years.len() > 1)?;
    let looks = [
        (TOP_NET, Tone::First, Mark::Line),
        (EQUAL_WEIGHT, Tone::Second, Mark::Line),
        (ELIGIBLE, Tone::Second, Mark::Dashed),
    ];
    let series = looks.into_iter().filter_map(|(portfolio, tone, mark)| {
        let of = all.performance.get(portfolio)?;
        let value = |month| of.rolling_years.iter().find(|one| one.month == month)?.value.get();
        let values: Vec<Option<f64>> = net.rolling_years.iter().map(|one| value(one.month)).collect();
        values.iter().any(Option::is_some).then(|| Series {
            name: context.portfolio(portfolio),
            tone,
            mark,
            values,
        })
    });
    let series: Vec<Series> = series.collect();
    if series.is_empty() {
        return None;
    }
    let label = basis_label(lang, net.basis);
    Some(Figure {
        id: "rolling-years".into(),
        title: lang.of("Rolling twelve months", "滚动12个月收益").into(),
        about: say!(
            lang,
            "Return of the twelve calendar months that end with each ({label}); neighbouring values share eleven months.",
            "截至各月的12个自然月收益（{label}）；相邻数值有11个月重叠。"
        ),
        chart: Chart::Lines(LineChart {
            dates: net.rolling_years.iter().map(|one| one.month.last_day()).collect(),
            panels: vec![Panel {
                axis: lang.of("return of twelve months", "12个月收益").into(),
                unit: Unit::fraction(1),
                is_log: false,
                baseline: Some(0.0),
                height: 1.0,
                series,
                bands: Vec::new(),
            }],
            ..LineChart::default()
        }),
    })
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
    let (drawdown, label) = (Term::Drawdown.of(lang), basis_label(lang, basis(all)));
    let mut drawdowns = Table::new([
        Column::name(Term::Portfolio.of(lang)),
        Column::number(say!(lang, "{drawdown} ({label})", "{drawdown}（{label}）")),
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
    if let Some(excess) = context.net_excess(EQUAL_WEIGHT) {
        let title = lang.of("excess return over equal weight (net)", "相对等权超额收益（费后）");
        rows(title, &excess.drawdowns, &excess.worst_months);
    }
    [drawdowns, months].into_iter().filter(|table| !table.rows.is_empty()).map(Block::from).collect()
}
