//! How flow is shown.

use rotor_factor::{ColumnFormat, ColumnSpec, FigureSpec, Presentation, TableSpec};

pub(crate) fn presentation() -> Presentation {
    Presentation::titled(("Flow", "资金流向"))
        .score_words(("favourable", "有利"), ("neutral", "中性"), ("unfavourable", "不利"))
        .sentence(
            "flow",
            (
                "Z {z}: northbound {z_northbound}, margin {z_margin}, ETF {z_etf}",
                "Z {z}：北向 {z_northbound}、融资 {z_margin}、ETF {z_etf}",
            ),
        )
        .about_scores((
            "Z is the weighted mean of the z-scores of the parts: net purchases of the last complete month, averaged over their observations and divided by the float, against the months of the window (24 by default). By default Z above 0.5 scores 3, below -0.5 scores 1, else 2.",
            "Z 为各渠道 z 值的加权平均：上一完整月份的净买入（按观测值取均值、除以流通市值）相对窗口（默认 24 个月）的标准化值。默认 Z > 0.5 得 3 分，Z < -0.5 得 1 分，否则得 2 分。",
        ))
        .risk((
            "Money follows prices as often as it leads them. A z-score compares a sector with itself: it does not say that more money came than into other sectors.",
            "资金既可能领先价格，也常常跟随价格。z 值只与行业自身历史相比，不代表流入多于其他行业。",
        ))
        .tables([flow(), parts(), months()])
}

fn flow() -> TableSpec {
    let z = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 2).signed();
    let points = |name: &str, title: (&str, &str)| {
        ColumnSpec::number(name, title, 2).signed().unit(("bp of the float", "bp（占流通市值）")).detail()
    };
    TableSpec::new("flow", ("Flows by sector", "各行业资金流向"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            z("z", ("Z", "Z")),
            z("z_northbound", ("northbound", "北向")),
            z("z_margin", ("margin", "融资")),
            z("z_etf", ("ETF", "ETF")),
            points("northbound", ("northbound", "北向")),
            points("margin", ("margin", "融资")),
            points("etf", ("ETF", "ETF")),
        ])
        .figure(
            FigureSpec::bars("sector", &["z_northbound", "z_margin", "z_etf"])
                .sorted_by("z")
                .titled(("z-scores of flows", "资金流 z 值"))
                .axis(("standard deviations", "标准差"))
                .about((
                    "By part, sorted by their mean. A part without a bar has too few months or has ended.",
                    "按渠道列示，按均值排序；缺少条形者为月份不足或已停止公布。",
                )),
        )
}

fn parts() -> TableSpec {
    TableSpec::new("parts", ("Parts of the flow", "资金渠道"))
        .row_text_when(
            "n_sectors",
            0.0,
            (
                "{series} takes no part: its last value is that of {last}.",
                "{series}不参与评分：最新数据日期为{last}。",
            ),
        )
        .columns([
            ColumnSpec::code("series", ("series", "指标")),
            ColumnSpec::new("last", ("last value", "最新数据"), ColumnFormat::Day),
            ColumnSpec::number("n_sectors", ("sectors that have a z-score", "有 z 值的行业数"), 0),
        ])
}

fn months() -> TableSpec {
    let points = |name: &str, title: (&str, &str)| {
        ColumnSpec::number(name, title, 2).signed().unit(("bp of the float", "bp（占流通市值）"))
    };
    TableSpec::new("months", ("Flows of the window", "窗口内资金流"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            ColumnSpec::month("month", ("month", "月份")),
            points("northbound", ("northbound", "北向")),
            points("margin", ("margin", "融资")),
            points("etf", ("ETF", "ETF")),
        ])
        .unlisted()
        .figure(
            FigureSpec::small_multiples("sector", "month", &["northbound", "margin", "etf"])
                .by_group()
                .axis(("bp of the float", "bp（占流通市值）"))
                .about((
                    "The mean of the observations of each month, in basis points of the float.",
                    "每月观测值均值，占流通市值的基点数。",
                )),
        )
}
