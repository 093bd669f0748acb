//! How prosperity is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, TableSpec};

pub(crate) fn presentation() -> Presentation {
    Presentation::titled(("Prosperity", "景气度"))
        .score_words(("up", "上行"), ("flat", "持平"), ("down", "下行"))
        .sentence(
            "balance",
            (
                "S {s}: {n_up} series positive, {n_down} negative, {n_flat} flat",
                "S {s}：{n_up} 个指标利好、{n_down} 个利空、{n_flat} 个持平",
            ),
        )
        .about_scores((
            "S, from -1 to 1, is the weighted mean of the marks of a sector's series, with the sign reversed where more is worse (inventories, costs). By default the score is 3 if S is at least 0.25, 1 if S is at most -0.25, else 2.",
            "S（-1 至 1）为各指标标记的加权平均，负向指标（库存、成本等）取反。默认 S ≥ 0.25 得 3 分，S ≤ -0.25 得 1 分，否则得 2 分。",
        ))
        .risk((
            "Series are followed for their direction alone: a mark says that a series rises or falls, not that profits follow.",
            "指标仅看方向：标记只说明指标上行或下行，并不意味着利润随之变化。",
        ))
        .tables([balance(), marks()])
}

fn balance() -> TableSpec {
    let number = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 0);
    TableSpec::new("balance", ("Balance of the series by sector", "各行业指标多空"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            ColumnSpec::number("s", ("S", "S"), 2).signed(),
            number("n_up", ("positive", "利好")),
            number("n_down", ("negative", "利空")),
            number("n_flat", ("flat", "持平")),
            number("n_missing", ("missing", "缺值")),
            ColumnSpec::code("up", ("positive series", "利好指标")).detail(),
            ColumnSpec::code("down", ("negative series", "利空指标")).detail(),
        ])
        .figure(
            FigureSpec::bars("sector", &["s"])
                .sorted_by("s")
                .titled(("S by sector", "各行业 S 值"))
                .axis(("S, from -1 to 1", "S（-1 至 1）")),
        )
}

fn marks() -> TableSpec {
    let change = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1).signed();
    let marks = ColumnSpec::number("mark", ("mark", "标记"), 2).signed();
    TableSpec::new("marks", ("Marks of the series", "指标标记")).columns([
        ColumnSpec::code("series", ("series", "指标")),
        ColumnSpec::month("month", ("month", "月份")),
        change("mom", ("MoM", "环比")).unit("%"),
        change("yoy", ("YoY", "同比")).unit("%"),
        change("yoy_change", ("change of YoY", "同比变化")).unit("pp"),
        marks,
    ])
}
