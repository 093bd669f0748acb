//! How price is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, Shade, TableSpec};

/// The declarations; `alpha` is the level of the test.
pub(crate) fn presentation(alpha: f64) -> Presentation {
    let level = 100.0 * alpha;
    Presentation::titled(("Price", "价格"))
        .score_words(("benefits", "受益"), ("neutral", "中性"), ("hurt", "受损"))
        .sentence(
            "regression",
            ("θ {theta}, t {t}, critical {critical_t}", "θ {theta}，t 值 {t}，临界值 {critical_t}"),
        )
        .about_scores((
            "θ is the effect on the gross margin of one percentage point of CPI and of PPI in the direction of the scenario. The score is 3 (benefits) or 1 (hurt) if |t| exceeds the critical t, else 2 (neutral).",
            "θ 为 CPI、PPI 按情景方向各变动 1 个百分点对毛利率的联合效应。|t| 超过临界值时得 3 分（受益）或 1 分（受损），否则得 2 分（中性）。",
        ))
        .risk((
            &*format!("Sectors are tested one by one at {level:.0}%: even if prices had no effect on any margin, about {level:.0} in 100 would score 3 or 1 by luck, and more because margins and prices both have trends."),
            &*format!("各行业逐一按 {level:.0}% 水平检验：即使价格对毛利率毫无影响，每百个行业仍约有 {level:.0} 个会偶然得 3 分或 1 分；毛利率与价格均有趋势，误判只会更多。"),
        ))
        .tables([stand(), regression(), gap(), episodes()])
}

fn rate(name: &str, title: (&str, &str), unit: &str) -> ColumnSpec {
    ColumnSpec::number(name, title, 1).signed().unit(unit)
}

fn direction(name: &str) -> ColumnSpec {
    ColumnSpec::number(name, ("direction", "方向"), 0)
        .word(1.0, ("up", "上行"))
        .word(0.0, ("flat", "持平"))
        .word(-1.0, ("down", "下行"))
}

/// Where CPI, PPI and the gap stand, in one row.
fn stand() -> TableSpec {
    TableSpec::new("stand", ("CPI, PPI and the gap now", "CPI、PPI 与剪刀差现状"))
        .columns([
            ColumnSpec::month("month", ("month", "月份")),
            rate("cpi", ("CPI", "CPI"), "%"),
            rate("ppi", ("PPI", "PPI"), "%"),
            rate("gap", ("gap", "剪刀差"), "pp"),
            rate("gap_before", ("gap before", "前值"), "pp"),
            direction("direction_cpi"),
            direction("direction_ppi"),
            ColumnSpec::number("kind", ("state of the gap", "剪刀差状态"), 0),
            ColumnSpec::month("since", ("since", "始于")),
            ColumnSpec::month("until", ("until", "止于")),
            rate("gap_then", ("gap then", "当时剪刀差"), "pp"),
            rate("gap_end", ("gap at its end", "结束时剪刀差"), "pp"),
        ])
        .unlisted()
        .row_text_when(
            "kind",
            1.0,
            (
                "In {month} CPI stood at {cpi} year on year and PPI at {ppi}; the PPI - CPI gap was {gap}, after {gap_before} in the month before. It has been narrowing since {since}, from {gap_then}: PPI is falling and CPI is not. Scenario: CPI {direction_cpi}, PPI {direction_ppi}.",
                "{month} CPI 同比 {cpi}，PPI 同比 {ppi}，PPI-CPI 剪刀差 {gap}（前值 {gap_before}）。剪刀差自 {since} 的 {gap_then} 起收窄（PPI 下行而 CPI 不下行）。情景：CPI {direction_cpi}，PPI {direction_ppi}。",
            ),
        )
        .row_text_when(
            "kind",
            0.0,
            (
                "In {month} CPI stood at {cpi} year on year and PPI at {ppi}; the PPI - CPI gap was {gap}, after {gap_before} in the month before. By the rule of the factor it is not narrowing; it last did from {since} to {until}, from {gap_then} to {gap_end}. Scenario: CPI {direction_cpi}, PPI {direction_ppi}.",
                "{month} CPI 同比 {cpi}，PPI 同比 {ppi}，PPI-CPI 剪刀差 {gap}（前值 {gap_before}）。按因子规则剪刀差未收窄，最近一次收窄为 {since} 至 {until}，由 {gap_then} 至 {gap_end}。情景：CPI {direction_cpi}，PPI {direction_ppi}。",
            ),
        )
        .row_text_when(
            "kind",
            3.0,
            (
                "In {month} CPI stood at {cpi} year on year and PPI at {ppi}; the PPI - CPI gap was {gap}, after {gap_before} in the month before. Whether it is narrowing cannot be said, as earlier months are missing. Scenario: CPI {direction_cpi}, PPI {direction_ppi}.",
                "{month} CPI 同比 {cpi}，PPI 同比 {ppi}，PPI-CPI 剪刀差 {gap}（前值 {gap_before}）。前期月份数据缺失，无法判断剪刀差是否收窄。情景：CPI {direction_cpi}，PPI {direction_ppi}。",
            ),
        )
        .row_text((
            "In {month} CPI stood at {cpi} year on year and PPI at {ppi}; the PPI - CPI gap was {gap}, after {gap_before} in the month before. The data have no month before in which it narrowed by the rule of the factor. Scenario: CPI {direction_cpi}, PPI {direction_ppi}.",
            "{month} CPI 同比 {cpi}，PPI 同比 {ppi}，PPI-CPI 剪刀差 {gap}（前值 {gap_before}）。此前数据中尚无按因子规则收窄的月份。情景：CPI {direction_cpi}，PPI {direction_ppi}。",
        ))
}

fn regression() -> TableSpec {
    let number = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 2);
    let effect = |name: &str, title: (&str, &str)| number(name, title).signed().unit("pp");
    TableSpec::new("regression", ("Effect of prices on margins", "价格对毛利率的影响"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            effect("theta", ("θ", "联合效应 θ")),
            number("t", ("t", "t 值")).signed(),
            number("critical_t", ("critical t", "临界 t 值")),
            number("b_cpi", ("b CPI", "b CPI")).signed(),
            number("b_ppi", ("b PPI", "b PPI")).signed(),
            number("r2", ("R²", "R²")),
            effect("lower", ("θ - critical t × SE", "θ − 临界值 × 标准误")).detail(),
            effect("upper", ("θ + critical t × SE", "θ + 临界值 × 标准误")).detail(),
            ColumnSpec::number("n", ("quarters", "季度数"), 0).detail(),
            ColumnSpec::number("margin", ("gross margin", "毛利率"), 1).unit("%").detail(),
            ColumnSpec::number("forecast", ("next quarter", "下季预测"), 1).unit("%").detail(),
        ])
        .figure(
            FigureSpec::dots("sector", &["lower", "theta", "upper"])
                .sorted_by("theta")
                .titled(("Joint effect θ by sector", "各行业联合效应 θ"))
                .axis(("pp of gross margin per pp", "毛利率变动，pp（价格每变动 1pp）"))
                .about((
                    "θ with the range of the critical t times its standard error to both sides: the score is 3 where the whole range is above zero, 1 where it is below zero, else 2.",
                    "θ 及其 ± 临界 t 值 × 标准误的区间：整段高于零得 3 分，整段低于零得 1 分，否则得 2 分。",
                )),
        )
}

fn gap() -> TableSpec {
    TableSpec::new("gap", ("CPI, PPI and the gap between them", "CPI、PPI 与剪刀差"))
        .columns([
            ColumnSpec::month("month", ("month", "月份")),
            rate("ppi", ("PPI", "PPI"), "%"),
            rate("cpi", ("CPI", "CPI"), "%"),
            rate("gap", ("PPI - CPI", "PPI-CPI 剪刀差"), "pp"),
            ColumnSpec::number("narrows", ("narrowing", "是否收窄"), 0)
                .word(1.0, ("yes", "是"))
                .word(0.0, ("no", "否")),
        ])
        .last_rows(7)
        .figure(
            FigureSpec::line("month", &["ppi", "cpi"])
                .below(&["gap"])
                .titled(("CPI, PPI and the gap over time", "CPI、PPI 与剪刀差走势"))
                .axis(("YoY, %", "同比，%"))
                .shaded(
                    Shade::rows_of("episodes", "first", "last", ("gap narrows", "剪刀差收窄"))
                        .at_least_months(3),
                )
                .about((
                    "Shaded: three months or more in which the gap narrows by the rule of the factor, that is, PPI falls over three months and CPI does not.",
                    "阴影为按因子规则剪刀差收窄且不少于三个月的阶段，即 PPI 三个月下行而 CPI 不下行。",
                )),
        )
}

fn episodes() -> TableSpec {
    TableSpec::new("episodes", ("Episodes of narrowing", "收窄阶段"))
        .columns([
            ColumnSpec::month("first", ("first month", "首月")),
            ColumnSpec::month("last", ("last month", "末月")),
            rate("gap_first", ("gap at first", "首月剪刀差"), "pp"),
            rate("gap_last", ("gap at last", "末月剪刀差"), "pp"),
        ])
        .unlisted()
}
