//! Heat: the month's return, the pairs above and below, three months of heat and what follows from them.

use super::{FactorSection, figures};
use crate::note::columns::Columns;
use crate::note::context::{FactorResult, NoteContext, scored};
use crate::page::{Block, Column, Table};
use crate::words::{fixed, or_none, say, signed};

pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> Option<FactorSection> {
    let lang = context.lang;
    let numbers =
        ["month_return", "n_above", "n_below", "heat", "heat_1_month_ago", "heat_2_months_ago", "forecast"];
    let heat = Columns::find(result.signal, "heat", &["sector"], &[], &numbers)?;
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::number(lang.of("month's return %", "当月涨跌幅 %")),
        Column::number("N+"),
        Column::number("N-"),
        Column::number("H"),
        Column::number(lang.of("H, 1 month before", "H（前 1 月）")),
        Column::number(lang.of("H, 2 months before", "H（前 2 月）")),
        Column::number(lang.of("H forecast", "H 预测")),
    ]);
    let mut grounds = vec![String::new(); context.names.len()];
    for sector in scored(result.signal) {
        let row = *heat.rows_of("sector", context.code(sector)).first()?;
        let number =
            |column: &str, decimals: usize| or_none(heat.number(column, row), |it| fixed(it, decimals));
        let month = or_none(heat.number("month_return", row), |it| signed(100.0 * it, 2));
        grounds[sector] = say!(
            lang,
            "H forecast {heat}, month's return {month}%",
            "H 预测 {heat}，当月涨跌幅 {month}%",
            heat = number("forecast", 0)
        );
        table.row([
            context.names[sector].clone(),
            context.score(result.factor, result.signal.score_of(sector).ok()),
            month,
            number("n_above", 0),
            number("n_below", 0),
            number("heat", 0),
            number("heat_1_month_ago", 0),
            number("heat_2_months_ago", 0),
            number("forecast", 1),
        ]);
    }
    if table.rows.is_empty() {
        return Some(FactorSection::default());
    }
    let month = context.day().month;
    let mut blocks: Vec<Block> = vec![
        say!(
            lang,
            "H is the percentage of the other sectors against which a sector's relative return in {month} exceeds its own historical mean (N+ above, N- below); the average over sectors is 50. The forecast is the mean of the last three months. A high forecast means pull-back risk, a low one an opportunity; `heat.direction` reverses this.",
            "H 为某行业 {month} 相对其余行业的收益差高于历史均值的行业占比（%；N+ 为高于，N- 为低于），各行业均值为 50。预测值为最近三个月 H 的等权平均：偏高提示回撤风险，偏低提示机会（可用 `heat.direction` 反转）。"
        )
        .into(),
        table.into(),
        Block::Warning(
            lang.of(
                "The heat of one month says almost nothing about the next: even where nothing can be predicted, the three-month mean has an R² of about one third against a forecast of no change.",
                "当月热度对下月几乎没有预测力：即使毫无可预测性，三个月均值相对“不变”预测的 R² 也约为三分之一。",
            )
            .into(),
        ),
    ];
    blocks.extend(figures::of_heat(context, result.signal));
    Some(FactorSection { blocks, grounds })
}
