//! Prosperity: S of each sector with how its series stand, and the marks of the series.

use super::{FactorSection, figures};
use crate::note::columns::Columns;
use crate::note::context::{FactorResult, NoteContext, scored};
use crate::note::units::unit;
use crate::page::{Block, Column, Table};
use crate::words::{Lang, or_none, plain, say, signed};

pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> Option<FactorSection> {
    let lang = context.lang;
    let sectors =
        Columns::find(result.signal, "sectors", &["sector", "series"], &[], &["polarity", "weight", "mark"])?;
    let marks = Columns::find(
        result.signal,
        "marks",
        &["series", "unit"],
        &["month"],
        &["value", "mom", "yoy", "yoy_change", "mark"],
    )?;
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::number("S"),
        Column::number(lang.of("positive", "利好")),
        Column::number(lang.of("negative", "利空")),
        Column::number(lang.of("flat", "持平")),
        Column::number(lang.of("missing", "缺值")),
        Column::word(lang.of("positive series", "利好指标")).detail(),
        Column::word(lang.of("negative series", "利空指标")).detail(),
    ]);
    let mut grounds = vec![String::new(); context.names.len()];
    for sector in scored(result.signal) {
        let (mut up, mut down) = (Vec::new(), Vec::new());
        let (mut n_flat, mut n_missing) = (0, 0);
        for row in sectors.rows_of("sector", context.code(sector)) {
            let series = context.series(sectors.text("series", row));
            let effect = sectors.number("polarity", row).zip(sectors.number("mark", row));
            match effect.map(|(polarity, mark)| polarity * mark) {
                Some(effect) if effect > 1e-9 => up.push(series),
                Some(effect) if effect < -1e-9 => down.push(series),
                Some(_) => n_flat += 1,
                None => n_missing += 1,
            }
        }
        let s = or_none(result.signal.raw_of(sector), |it| signed(it, 2));
        grounds[sector] = say!(
            lang,
            "S {s}: {n_up} series positive, {n_down} negative, {n_flat} flat",
            "S {s}：{n_up} 个指标利好、{n_down} 个利空、{n_flat} 个持平",
            n_up = up.len(),
            n_down = down.len(),
        );
        table.row([
            context.names[sector].clone(),
            context.score(result.factor, result.signal.score_of(sector).ok()),
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
                "S, from -1 to 1, is the weighted mean of the marks of a sector's series, with the sign reversed where more is worse (inventories, costs). By default the score is 3 if S is at least 0.25, 1 if S is at most -0.25, else 2.",
                "S（-1 至 1）为各指标标记的加权平均，负向指标（库存、成本等）取反。默认 S ≥ 0.25 得 3 分，S ≤ -0.25 得 1 分，否则得 2 分。",
            )
            .to_owned()
            .into(),
        );
        blocks.push(table.into());
    }
    blocks.extend(of_series(context, marks));
    blocks.extend(figures::of_prosperity(context, result, &scored(result.signal)));
    Some(FactorSection { blocks, grounds })
}

fn listed(lang: Lang, series: &[String]) -> String {
    if series.is_empty() { lang.of("none", "无").into() } else { series.join(lang.between()) }
}

/// The marks of the series.
fn of_series(context: &NoteContext<'_>, marks: Columns<'_>) -> Option<Block> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("series", "指标")),
        Column::word(lang.of("month", "月份")),
        Column::number(lang.of("value", "数值")),
        Column::word(lang.of("unit", "单位")).detail(),
        Column::number(lang.of("MoM %", "环比 %")),
        Column::number(lang.of("YoY %", "同比 %")),
        Column::number(lang.of("change of YoY, pp", "同比变化 pp")),
        Column::word(lang.of("mark", "标记")),
    ]);
    for row in 0..marks.n_rows() {
        let number = |column: &str| or_none(marks.number(column, row), |it| signed(it, 1));
        table.row([
            context.series(marks.text("series", row)),
            marks.date("month", row).map_or(String::new(), |day| day.month().to_string()),
            or_none(marks.number("value", row), plain),
            unit(context, marks.text("series", row), marks.text("unit", row)),
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
