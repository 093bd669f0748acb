//! The scores of all sectors at a glance.

use rotor_report::draw::{Chart, Columns, Matrix, Shades, Unit};
use rotor_strategy::has_score;

use super::figure;
use crate::run::note::facts::{Teller, score_number};
use crate::run::note::page::Block;
use crate::run::note::ranking::score;

/// More sectors than these stand in the table alone.
const MOST_SHOWN: usize = 64;

/// Sectors by factors, in the order of the ranking.
pub(crate) fn figures(teller: &Teller<'_>) -> Option<Block> {
    let (lang, day, chosen) = (teller.lang, teller.day(), teller.facts.chosen);
    let range = chosen.first()?.plugin.spec().score_range();
    let is_alike = chosen.iter().all(|one| one.plugin.spec().score_range() == range);
    if !is_alike || !has_score(&day.ranking) || day.ranking.len() > MOST_SHOWN {
        return None;
    }
    let ranked = teller.ranked();
    let rows = ranked.iter().map(|sector| {
        let place = &day.ranking[*sector];
        let picked = if day.weights[*sector] > 0.0 { "*" } else { "" };
        format!("{}{picked} {} · {}", place.rank, teller.names[*sector], score_number(place.total))
    });
    let cells =
        ranked.iter().map(|sector| day.outcomes.iter().map(|outcome| score(outcome, *sector)).collect());
    let middle = f64::midpoint(*range.start(), *range.end());
    let extent = (range.end() - range.start()) / 2.0;
    let chart = Chart::Matrix(Matrix {
        rows: rows.collect(),
        row_axis: lang.of("sector", "行业").into(),
        columns: Columns::Names(chosen.iter().map(|one| teller.factor(one)).collect()),
        column_axis: lang.of("factor", "因子").into(),
        measure: lang.of("score", "得分").into(),
        cells: cells.collect(),
        unit: Unit::plain(if extent >= 1.0 { 0 } else { 2 }),
        shades: Shades::Diverging { middle, extent: (extent > 0.0).then_some(extent) },
        has_numbers: true,
    });
    let about = lang.of(
        "Rank, sector and total; * is picked. Red speaks for a sector, green against it; an empty cell has no score.",
        "排名、行业与总分，*为入选。红色为利好，绿色为利空；空格为缺失。",
    );
    let title = lang.of("Scores of all sectors", "全部行业得分");
    Some(figure("ranking-scores", title, about, chart).into())
}
