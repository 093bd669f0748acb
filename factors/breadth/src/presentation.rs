//! How breadth is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, TableSpec};

pub(crate) fn presentation() -> Presentation {
    Presentation::titled(("Breadth", "利润增长面"))
        .score_words(("broad", "面广"), ("mixed", "分化"), ("narrow", "面窄"))
        .sentence(
            "breadth",
            (
                "{n_growing} of {n_classes} industries earn more than a year ago, {breadth} by weight",
                "{n_classes} 个工业行业中 {n_growing} 个三个月利润高于上年同期，按权重占 {breadth}",
            ),
        )
        .about_scores((
            "The weight of those industries of a sector whose profits of three months exceed the comparable ones a year before. At least two thirds score 3, at most one third scores 1, else 2. A sector for which one industry stands has no score.",
            "三个月利润高于上年可比同期的工业行业的权重占比。占比 ≥ 三分之二得 3 分，≤ 三分之一得 1 分，否则得 2 分；单一工业行业占比过高的行业不评分。",
        ))
        .risk((
            "Breadth counts how many industries grow, not by how much; with few industries it moves in large steps.",
            "增长面只计增长的行业多少，不计增幅；工业行业较少时会大幅跳动。",
        ))
        .tables([breadth(), industries()])
}

fn breadth() -> TableSpec {
    TableSpec::new("breadth", ("Breadth of profit growth by sector", "各行业利润增长面"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            ColumnSpec::month("month", ("up to", "截至")),
            ColumnSpec::number("breadth", ("breadth", "增长面"), 1).fraction(),
            ColumnSpec::number("n_growing", ("growing", "增长"), 0),
            ColumnSpec::number("n_classes", ("industries", "工业行业数"), 0),
            ColumnSpec::number("n_effective", ("effective number", "有效个数"), 2).detail(),
        ])
        .figure(
            FigureSpec::bars("sector", &["breadth"])
                .sorted_by("breadth")
                .axis(("share of the covered assets, %", "占覆盖资产，%")),
        )
}

fn industries() -> TableSpec {
    let money = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1);
    TableSpec::new("industries", ("Profits of three months by industry", "各工业行业三个月利润"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            ColumnSpec::code("industry", ("industry", "工业行业")),
            ColumnSpec::number("weight", ("weight", "权重"), 1).fraction(),
            money("profit", ("profit", "利润")),
            money("base", ("a year before, comparable", "上年同期（可比）")),
            ColumnSpec::number("mark", ("earns", "较上年同期"), 1)
                .word(1.0, ("more", "增加"))
                .word(0.5, ("the same", "持平"))
                .word(0.0, ("less", "减少")),
        ])
        .unlisted()
}
