//! Prosperity: S of each sector with how its series stand, and the marks of the series.

use super::{Told, figures};
use crate::run::note::columns::Columns;
use crate::run::note::facts::{Answer, Teller, scored};
use crate::run::note::page::{Block, Column, Table};
use crate::run::note::words::{Lang, name, or_none, plain, say, signed};

pub(super) fn tell(teller: &Teller<'_>, answer: Answer<'_>) -> Option<Told> {
    let lang = teller.lang;
    let sectors =
        Columns::find(answer.signal, "sectors", &["sector", "series"], &[], &["polarity", "weight", "mark"])?;
    let marks = Columns::find(
        answer.signal,
        "marks",
        &["series", "unit"],
        &["month"],
        &["value", "mom", "yoy", "yoy_change", "mark"],
    )?;
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::number("S"),
        Column::number(lang.of("for it", "利好")),
        Column::number(lang.of("against it", "利空")),
        Column::number(lang.of("flat", "持平")),
        Column::number(lang.of("no value", "缺值")),
        Column::word(lang.of("series for it", "利好指标")).detail(),
        Column::word(lang.of("series against it", "利空指标")).detail(),
    ]);
    let mut whys = vec![String::new(); teller.names.len()];
    for sector in scored(answer.signal) {
        let (mut up, mut down) = (Vec::new(), Vec::new());
        let (mut n_flat, mut n_missing) = (0, 0);
        for row in sectors.rows_of("sector", teller.code(sector)) {
            let series = teller.series(sectors.text("series", row));
            let effect = sectors.number("polarity", row).zip(sectors.number("mark", row));
            match effect.map(|(polarity, mark)| polarity * mark) {
                Some(effect) if effect > 1e-9 => up.push(series),
                Some(effect) if effect < -1e-9 => down.push(series),
                Some(_) => n_flat += 1,
                None => n_missing += 1,
            }
        }
        let s = or_none(answer.signal.raw_of(sector), |it| signed(it, 2));
        whys[sector] = say!(
            lang,
            "S {s}: {n_up} series for it, {n_down} against, {n_flat} flat",
            "S {s}：{n_up}个指标利好、{n_down}个利空、{n_flat}个持平",
            n_up = up.len(),
            n_down = down.len(),
        );
        table.row([
            teller.names[sector].clone(),
            teller.score(answer.chosen, answer.signal.score_of(sector).ok()),
            s,
            up.len().to_string(),
            down.len().to_string(),
            n_flat.to_string(),
            n_missing.to_string(),
            listed(lang, &up),
            listed(lang, &down),
        ]);
    }
    let mut blocks: Vec<Block> = Vec::new();
    if !table.rows.is_empty() {
        blocks.push(
            lang.of(
                "S, from -1 to 1, is the weighted mean of the marks, turned round where more is worse (stocks, costs); from +0.25 on the score is 3, from -0.25 down 1.",
                "S（-1至1）为各指标标记的加权平均，负向指标（库存、成本等）取反；默认S≥0.25得3分，S≤-0.25得1分。",
            )
            .to_owned()
            .into(),
        );
        blocks.push(table.into());
    }
    blocks.extend(of_series(teller, marks));
    blocks.extend(figures::of_prosperity(teller, answer, &scored(answer.signal)));
    Some(Told { blocks, whys })
}

fn listed(lang: Lang, series: &[String]) -> String {
    if series.is_empty() { lang.of("none", "无").into() } else { series.join(lang.between()) }
}

/// The marks of the series.
fn of_series(teller: &Teller<'_>, marks: Columns<'_>) -> Option<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("series", "指标")),
        Column::word(lang.of("month", "月份")),
        Column::number(lang.of("value", "数值")),
        Column::word(lang.of("unit", "单位")).detail(),
        Column::number(lang.of("MoM %", "环比%")),
        Column::number(lang.of("YoY %", "同比%")),
        Column::number(lang.of("change pp", "同比变化pp")),
        Column::word(lang.of("mark", "标记")),
    ]);
    for row in 0..marks.n_rows() {
        let number = |column: &str| or_none(marks.number(column, row), |it| signed(it, 1));
        table.row([
            teller.series(marks.text("series", row)),
            marks.date("month", row).map_or(String::new(), |day| day.month().to_string()),
            or_none(marks.number("value", row), plain),
            name(marks.text("unit", row)),
            number("mom"),
            number("yoy"),
            number("yoy_change"),
            or_none(marks.number("mark", row), |mark| marked(lang, mark)),
        ]);
    }
    (!table.rows.is_empty()).then(|| table.into())
}

fn marked(lang: Lang, mark: f64) -> String {
    let word = match mark {
        _ if mark > 1e-9 => lang.of("up", "上行"),
        _ if mark < -1e-9 => lang.of("down", "下行"),
        _ => lang.of("flat", "持平"),
    };
    format!("{} {word}", signed(mark, 2))
}
