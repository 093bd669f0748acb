//! How heat is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, TableSpec};

/// The declarations; `likes_hot` turns the words of the scores round.
pub(crate) fn presentation(likes_hot: bool) -> Presentation {
    let opportunity = ("opportunity", "机会");
    let risk =
        if likes_hot { ("little interest", "关注度低") } else { ("pull-back risk", "回撤风险") };
    Presentation::titled(("Heat", "相对热度"))
        .score_words(opportunity, ("neutral", "中性"), risk)
        .sentence(
            "heat",
            (
                "H forecast {forecast}, month's return {month_return}",
                "H 预测 {forecast}，当月涨跌幅 {month_return}",
            ),
        )
        .about_scores((
            "H is the percentage of the other sectors against which a sector's relative return exceeds its own historical mean (N+ above, N- below); the average over sectors is 50. The forecast is the mean of the last three months. A high forecast means pull-back risk, a low one an opportunity; `heat.direction` reverses this.",
            "H 为某行业相对其余行业的收益差高于历史均值的行业占比（%；N+ 为高于，N- 为低于），各行业均值为 50。预测值为最近三个月 H 的等权平均：偏高提示回撤风险，偏低提示机会（可用 `heat.direction` 反转）。",
        ))
        .risk((
            "The heat of one month says almost nothing about the next: even where nothing can be predicted, the three-month mean has an R² of about one third against a forecast of no change.",
            "当月热度对下月几乎没有预测力：即使毫无可预测性，三个月均值相对“不变”预测的 R² 也约为三分之一。",
        ))
        .tables([summary(), sectors(), pairs()])
}

fn heat(name: &str, title: (&str, &str)) -> ColumnSpec {
    ColumnSpec::number(name, title, 0)
}

/// Which sectors turn: hot and cooling, cold and warming.
fn summary() -> TableSpec {
    TableSpec::new("turning", ("Turning sectors", "热度拐点"))
        .columns([
            ColumnSpec::number("kind", ("kind", "类别"), 0),
            ColumnSpec::code("sectors", ("sectors", "行业")),
        ])
        .unlisted()
        .row_text_when("kind", 1.0, ("Hot and cooling off: {sectors}.", "高热回落：{sectors}。"))
        .row_text_when("kind", 2.0, ("Cold and picking up: {sectors}.", "低热回升：{sectors}。"))
        .row_text_when("kind", 3.0, ("Hot and still rising: {sectors}.", "高热仍升：{sectors}。"))
}

fn sectors() -> TableSpec {
    TableSpec::new("heat", ("Heat by sector", "各行业热度")).columns([
        ColumnSpec::code("sector", ("sector", "行业")),
        ColumnSpec::number("month_return", ("month's return", "当月涨跌幅"), 2).fraction().signed(),
        heat("n_above", ("N+", "N+")),
        heat("n_below", ("N-", "N-")),
        heat("heat", ("H", "H")),
        heat("heat_1_month_ago", ("H, 1 month before", "H（前 1 月）")),
        heat("heat_2_months_ago", ("H, 2 months before", "H（前 2 月）")),
        ColumnSpec::number("forecast", ("H forecast", "H 预测"), 1),
    ])
}

fn pairs() -> TableSpec {
    TableSpec::new("z", ("Relative heat by pair of sectors", "行业两两相对热度")).unlisted().figure(
        FigureSpec::heat_map().extent(2.0).printed(1).row_sums().about((
            "z-score of the month's return of the sector in the row less that of the sector in the column, relative to the history of the pair; red is above 0, green below 0; the full shade is ±2; the sum of a row stands behind its name.",
            "当月行行业与列行业收益差相对该对行业历史的 z 值；红色高于 0，绿色低于 0，±2 为最深；名称后为行合计。",
        )),
    )
}
