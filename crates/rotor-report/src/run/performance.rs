//! Tables of what the picks and the benchmarks gained, and of what it cost.

use super::cells::{DIFFERENCE, Notes, PERCENT, RATIO, SHARE};
use super::metrics::Node;
use super::teller::{EQUAL_WEIGHT, TOP, TOP_NET, Teller};
use super::told::warning;
use crate::page::{Block, Column, Table};
use crate::say;
use crate::words::{NONE, name};

pub(super) fn blocks(teller: &Teller<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let all = teller.metrics.at(&["portfolio", "all"]);
    let mut blocks = vec![Block::Heading(lang.of("Performance", "业绩").into())];
    blocks.extend(performance(teller, all));
    blocks.push(Block::Heading(lang.of("Excess returns", "超额收益").into()));
    blocks.extend(excess(teller, all));
    blocks.extend(all.texts(&["caveats"]).into_iter().map(|caveat| warning(lang, caveat)));
    blocks.push(Block::Heading(lang.of("Calendar years", "分年度").into()));
    blocks.extend(years(teller, all));
    blocks.push(Block::Heading(lang.of("Turnover and cost", "换手与成本").into()));
    blocks.extend(trading(teller, all));
    let parts = contributions(teller, all);
    if !parts.is_empty() {
        let title = lang.of("Where the gross excess came from", "成本前超额的来源");
        blocks.push(Block::Folded { title: title.into(), blocks: parts });
    }
    let extremes = extremes(teller, all);
    if !extremes.is_empty() {
        let title = lang.of("Deepest falls and worst months", "最深回撤与最差月份");
        blocks.push(Block::Folded { title: title.into(), blocks: extremes });
    }
    blocks
}

fn performance(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("portfolio", "组合")),
        Column::number(lang.of("a year", "年化收益")),
        Column::number(lang.of("volatility", "波动率")),
        Column::number(lang.of("Sharpe", "夏普比率")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number(lang.of("worst fall", "最大回撤")),
        Column::number(lang.of("from", "回撤起")).detail(),
        Column::number(lang.of("to", "回撤止")).detail(),
        Column::number(lang.of("months above 0", "上涨月份占比")).detail(),
        Column::number(lang.of("skewness", "偏度")).detail(),
        Column::number(lang.of("kurtosis", "峰度")).detail(),
        Column::number(lang.of("total", "累计收益")).detail(),
        Column::number(lang.of("months", "月数")),
    ]);
    let mut notes = Notes::new(teller);
    for (portfolio, of) in all.at(&["performance"]).entries() {
        let sharpe = of.estimate(&["sharpe"]);
        let fall = of.at(&["max_drawdown"]);
        let day = |key: &str| fall.text(&[key]).map_or(NONE.into(), name);
        table.row([
            teller.portfolio(portfolio),
            notes.figure(of.figure(&["annual_return"]), PERCENT),
            notes.figure(of.figure(&["volatility"]), PERCENT),
            notes.figure(sharpe.figure, RATIO),
            notes.interval(sharpe, RATIO),
            notes.figure(of.figure(&["max_drawdown"]), PERCENT),
            day("peak"),
            day("trough"),
            notes.figure(of.figure(&["hit_rate"]), SHARE),
            notes.figure(of.figure(&["skewness"]), RATIO),
            notes.figure(of.figure(&["kurtosis"]), RATIO),
            notes.figure(of.figure(&["total_return"]), PERCENT),
            of.figure(&["annual_return"]).n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Compound returns a year; Sharpe ratio without a riskless rate; falls are those of the net value at the ends of holding periods, so that what happened within a month is not seen.",
        "收益为复利年化；夏普比率不减无风险利率；回撤按各持有期末净值计算，月内波动未计入。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn excess(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("over", "相对")),
        Column::number(lang.of("net, a year", "成本后年化")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number("p"),
        Column::number(lang.of("detectable", "可识别下限")),
        Column::word(lang.of("reading", "判断")),
        Column::number(lang.of("before costs", "成本前")).detail(),
        Column::number(lang.of("geometric", "几何")).detail(),
        Column::number(lang.of("tracking error", "跟踪误差")).detail(),
        Column::number(lang.of("information ratio", "信息比率")).detail(),
        Column::number(lang.of("months won", "月胜率")).detail(),
        Column::number(lang.of("worst relative fall", "最大相对回撤")).detail(),
        Column::number("beta").detail(),
        Column::number(lang.of("alpha, a year", "alpha（年化）")).detail(),
        Column::number(lang.of("95% interval of alpha", "alpha的95%区间")).detail(),
        Column::number(lang.of("months", "月数")),
    ]);
    let mut notes = Notes::new(teller);
    let gross = all.at(&["excess", TOP]);
    for (benchmark, of) in all.at(&["excess", TOP_NET]).entries() {
        let (mean, alpha) = (of.estimate(&["arithmetic"]), of.estimate(&["alpha"]));
        table.row([
            teller.portfolio(benchmark),
            notes.figure(mean.figure, DIFFERENCE),
            notes.interval(mean, DIFFERENCE),
            notes.p_value(mean),
            notes.detectable(mean, PERCENT),
            notes.reading(mean),
            notes.figure(gross.figure(&[benchmark, "arithmetic"]), DIFFERENCE),
            notes.figure(of.figure(&["geometric"]), DIFFERENCE),
            notes.figure(of.figure(&["tracking_error"]), PERCENT),
            notes.figure(of.figure(&["information_ratio"]), RATIO),
            notes.figure(of.figure(&["hit_rate"]), SHARE),
            notes.figure(of.figure(&["max_drawdown"]), PERCENT),
            notes.figure(of.figure(&["beta"]), RATIO),
            notes.figure(alpha.figure, DIFFERENCE),
            notes.interval(alpha, DIFFERENCE),
            mean.figure.n.to_string(),
        ]);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "Twelve times the mean monthly difference; intervals and p-values by equal-weighted cosines (EWC) with Student's t. Detectable: the true excess that so many months find in four cases of five.",
        "月均差额乘以12；区间与p值采用EWC与t分布。可识别下限：此样本长度下五次中有四次能识别的真实超额。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn years(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let shown: Vec<(&str, Node<'_>)> = all.at(&["performance"]).entries().collect();
    let Some((_, first)) = shown.first() else { return Vec::new() };
    let years: Vec<u64> = first.at(&["years"]).items().map(|year| year.count(&["year"])).collect();
    let mut columns = vec![
        Column::word(lang.of("year", "年份")),
        Column::number(lang.of("months", "月数")),
        Column::number(lang.of("net excess over equal weight", "成本后相对等权")),
    ];
    columns.extend(shown.iter().map(|(portfolio, _)| Column::number(teller.portfolio(portfolio))));
    let mut table = Table::new(columns);
    let mut notes = Notes::new(teller);
    let of_year = |node: Node<'_>, wanted: u64| {
        node.at(&["years"])
            .items()
            .find(|year| year.count(&["year"]) == wanted)
            .map(|year| year.figure(&[]).value)
    };
    let excess = all.at(&["excess", TOP_NET, EQUAL_WEIGHT]);
    for year in years {
        let n = first.at(&["years"]).items().find(|of| of.count(&["year"]) == year);
        let mut cell = |node, unit: crate::draw::Unit| match of_year(node, year).flatten() {
            Some(value) => unit.write(value),
            None => notes.missing("`metrics.json` does not have it"),
        };
        let mut row =
            vec![year.to_string(), n.map_or(0, |of| of.count(&["n"])).to_string(), cell(excess, DIFFERENCE)];
        row.extend(shown.iter().map(|(_, node)| cell(*node, PERCENT)));
        table.row(row);
    }
    let mut blocks = notes.under(table);
    let legend = lang.of(
        "By the year of the execution; the excess of a year is the difference of its returns. A year is twelve months: none of these numbers alone can be told from luck.",
        "按调仓日所在年份；年度超额为收益之差。一年仅十二个月，单独一年的数字无法与运气区分。",
    );
    blocks.push(legend.to_owned().into());
    blocks
}

fn trading(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let trading = all.at(&["trading"]);
    let mut table = Table::new([
        Column::word(lang.of("of the portfolio", "项目")),
        Column::number(lang.of("mean", "均值")),
        Column::number(lang.of("rebalances", "调仓次数")),
    ]);
    let mut notes = Notes::new(teller);
    let rows = [
        ("turnover", lang.of("turnover of a rebalance, one way", "每次换手（单边）"), SHARE),
        ("turnover_per_year", lang.of("turnover a year, one way", "年换手（单边）"), SHARE),
        ("cost_per_year", lang.of("cost a year", "年成本"), PERCENT),
        ("cost_drag", lang.of("return a year that costs took", "成本拖累（年化收益）"), PERCENT),
    ];
    for (key, title, unit) in rows {
        let figure = trading.figure(&[key]);
        table.row([title.to_owned(), notes.figure(figure, unit), figure.n.to_string()]);
    }
    notes.under(table)
}

fn contributions(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    /// More rows say nothing; the file has them.
    const MOST: usize = 60;
    let lang = teller.lang;
    let mut blocks = Vec::new();
    let mut notes = Notes::new(teller);
    let mut factors = Table::new([
        Column::name(lang.of("factor", "因子")),
        Column::number(lang.of("of the gross excess a year", "成本前年化超额贡献")),
        Column::number(lang.of("95% interval", "95%区间")),
        Column::number("p"),
    ]);
    let parts = all.at(&["contributions", "factors"]);
    let of_factors = parts.entries().map(|(factor, of)| (teller.factor(factor), of.estimate(&["active"])));
    let specific = all.at(&["contributions", "specific"]);
    let rest = specific.is_there().then(|| {
        let rest = lang.of("what no factor explains", "因子未解释部分");
        (rest.to_owned(), specific.estimate(&["active"]))
    });
    for (title, active) in of_factors.chain(rest) {
        let (value, interval) = (notes.figure(active.figure, DIFFERENCE), notes.interval(active, DIFFERENCE));
        factors.row([title, value, interval, notes.p_value(active)]);
    }
    blocks.extend(notes.under(factors));
    let mut sectors: Vec<(&str, Node<'_>)> = all.at(&["contributions", "sectors"]).entries().collect();
    let active = |of: Node<'_>| of.number(&["active", "value"]).unwrap_or(0.0);
    sectors.sort_by(|(_, left), (_, right)| active(*right).total_cmp(&active(*left)));
    let n_sectors = sectors.len();
    if n_sectors > MOST {
        sectors.drain(MOST / 2..n_sectors - MOST / 2);
    }
    let mut notes = Notes::new(teller);
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::number(lang.of("months held", "持有月数")),
        Column::number(lang.of("mean share", "平均权重")),
        Column::number(lang.of("of the gross excess a year", "成本前年化超额贡献")),
        Column::number(lang.of("of the gross return a year", "成本前年化收益贡献")),
    ]);
    for (code, of) in sectors {
        table.row([
            teller.find(code).map_or_else(|| name(code), |at| teller.both_names(at)),
            of.count(&["n_held"]).to_string(),
            notes.figure(of.figure(&["mean_weight"]), PERCENT),
            notes.figure(of.figure(&["active"]), DIFFERENCE),
            notes.figure(of.figure(&["gross"]), DIFFERENCE),
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
    blocks
}

fn extremes(teller: &Teller<'_>, all: Node<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let mut falls = Table::new([
        Column::name(lang.of("of", "对象")),
        Column::number(lang.of("fall", "跌幅")),
        Column::number(lang.of("peak", "高点")),
        Column::number(lang.of("trough", "低点")),
        Column::number(lang.of("recovery", "收复")),
    ]);
    let mut months = Table::new([
        Column::name(lang.of("of", "对象")),
        Column::number(lang.of("month", "当月")),
        Column::number(lang.of("execution", "调仓日")),
        Column::number(lang.of("exit", "卖出日")),
    ]);
    let net = (teller.portfolio(TOP_NET), all.at(&["performance", TOP_NET]));
    let relative = (
        lang.of("net picks over equal weight", "相对等权").to_owned(),
        all.at(&["excess", TOP_NET, EQUAL_WEIGHT]),
    );
    for (title, node) in [net, relative] {
        let day = |of: Node<'_>, key: &str, missing: &str| of.text(&[key]).map_or(missing.to_owned(), name);
        for fall in node.at(&["drawdowns"]).items() {
            let value = fall.number(&["value"]).map_or(NONE.into(), |value| PERCENT.write(value));
            let not_yet = lang.of("not yet", "尚未");
            falls.row([
                title.clone(),
                value,
                day(fall, "peak", NONE),
                day(fall, "trough", NONE),
                day(fall, "recovery", not_yet),
            ]);
        }
        for month in node.at(&["worst_months"]).items() {
            let value = month.number(&["value"]).map_or(NONE.into(), |value| DIFFERENCE.write(value));
            months.row([title.clone(), value, day(month, "execution", NONE), day(month, "exit", NONE)]);
        }
    }
    [falls, months].into_iter().filter(|table| !table.rows.is_empty()).map(Block::from).collect()
}
