//! The scores of all sectors at a glance.

use crate::draw::{Chart, Columns, Matrix, Shades, Unit};

use super::figure;
use crate::note::context::{NoteContext, score_number};
use crate::note::ranking::score;
use crate::page::Block;

/// More sectors than these stand in the table alone.
const MOST_SHOWN: usize = 64;

/// Sectors by factors, in the order of the ranking.
pub(crate) fn figures(context: &NoteContext<'_>) -> Option<Block> {
    let (lang, day, factors) = (context.lang, context.day(), &context.note.factors);
    let range = factors.first()?.spec.score_range();
    let is_alike = factors.iter().all(|one| one.spec.score_range() == range);
    if !is_alike || !day.has_score || day.ranking.len() > MOST_SHOWN {
        return None;
    }
    let ranked = day.ranked();
    let rows = ranked.iter().map(|sector| {
        let row = &day.ranking[*sector];
        let mark = if day.ranking[*sector].weight > 0.0 { "*" } else { "" };
        format!("{}{mark} {} · {}", row.rank, context.names[*sector], score_number(row.total))
    });
    let cells =
        ranked.iter().map(|sector| day.outcomes.iter().map(|outcome| score(outcome, *sector)).collect());
    let middle = f64::midpoint(*range.start(), *range.end());
    let extent = (range.end() - range.start()) / 2.0;
    let chart = Chart::Matrix(Matrix {
        rows: rows.collect(),
        row_axis: lang.of("sector", "行业").into(),
        columns: Columns::Names(factors.iter().map(|one| context.factor(one)).collect()),
        column_axis: lang.of("factor", "因子").into(),
        measure: lang.of("score", "得分").into(),
        cells: cells.collect(),
        unit: Unit::plain(if extent >= 1.0 { 0 } else { 2 }),
        shades: Shades::Diverging { middle, extent: (extent > 0.0).then_some(extent) },
        has_numbers: true,
        missing: String::new(),
    });
    let about = lang.of(
        "Rank, sector and total; * marks selected sectors. Red is favourable, green unfavourable; an empty cell is not scored.",
        "排名、行业与总分，* 为入选。红色为利好，绿色为利空；空格为未评分。",
    );
    let title = lang.of("Scores of all sectors", "全部行业得分");
    Some(figure("ranking-scores", title, about, chart).into())
}
