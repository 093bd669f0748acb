//! Heat: the month's return, the pairs above and below, three months of heat and what follows from them.

use super::{Told, figures};
use crate::run::note::columns::Columns;
use crate::run::note::facts::{Answer, Teller, scored};
use crate::run::note::page::{Block, Column, Table};
use crate::run::note::words::{fixed, or_none, say, signed};

pub(super) fn tell(teller: &Teller<'_>, answer: Answer<'_>) -> Option<Told> {
    let lang = teller.lang;
    let numbers =
        ["month_return", "n_above", "n_below", "heat", "heat_1_month_ago", "heat_2_months_ago", "forecast"];
    let heat = Columns::find(answer.signal, "heat", &["sector"], &[], &numbers)?;
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::number(lang.of("month %", "当月涨跌%")),
        Column::number("N+"),
        Column::number("N-"),
        Column::number("H"),
        Column::number(lang.of("H 1 before", "H(前1月)")),
        Column::number(lang.of("H 2 before", "H(前2月)")),
        Column::number(lang.of("forecast", "预测")),
    ]);
    let mut whys = vec![String::new(); teller.names.len()];
    for sector in scored(answer.signal) {
        let row = *heat.rows_of("sector", teller.code(sector)).first()?;
        let number =
            |column: &str, decimals: usize| or_none(heat.number(column, row), |it| fixed(it, decimals));
        let month = or_none(heat.number("month_return", row), |it| signed(100.0 * it, 2));
        whys[sector] = say!(
            lang,
            "H forecast {heat}, month {month}%",
            "H预测{heat}，当月{month}%",
            heat = number("forecast", 0)
        );
        table.row([
            teller.names[sector].clone(),
            teller.score(answer.chosen, answer.signal.score_of(sector).ok()),
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
        return Some(Told::default());
    }
    let month = teller.day().month;
    let mut blocks: Vec<Block> = vec![
        say!(
            lang,
            "H is the share of sectors, in percent, against which a sector's return of {month} lies above its own five-year habit (N+ above, N- below); 50 is the mean. The forecast is the mean of three months. A high one warns of a pull-back (risk), a low one is a chance, unless `heat.direction` is turned round.",
            "H：{month}收益相对其余行业的收益差高于自身历史均值的行业占比（%；N+为高于，N-为低于），均值为50。预测值为最近三个月热度的等权平均；偏高提示回调风险，偏低提示机会（`heat.direction`可反转）。"
        )
        .into(),
        table.into(),
        Block::Warning(
            lang.of(
                "The heat of one month says next to nothing of the next: a mean of three beats \"no change\" by about a third in R² also where there is nothing to foresee.",
                "当月热度对下月几乎没有信息：即使毫无可预测性，三个月均值的R²也会比“不变”高约三分之一。",
            )
            .into(),
        ),
    ];
    blocks.extend(figures::of_heat(teller, answer.signal));
    Some(Told { blocks, whys })
}
