//! What two axes do together.

use rotor_run::sweep::{Axis, PairEffect};

use super::context::{Context, value_label};
use crate::draw::{Chart, Columns, Matrix, Shades};
use crate::page::{Block, Figure, Section};
use crate::run::cells::DIFFERENCE;
use crate::say;
use crate::terms::Term;
use crate::words::name;

/// How many pairs are drawn.
const MOST_PAIRS: usize = 6;
/// How many values of an axis are drawn.
const MOST_VALUES: usize = 16;

/// Returns the section; `None` where there are no two axes.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let lang = context.lang;
    let all = pairs(context);
    if all.is_empty() {
        return None;
    }
    let shown = &all[..all.len().min(MOST_PAIRS)];
    let mut blocks: Vec<Block> = vec![
        lang.of(
            "Median annualised excess return (net) of the trials with both values, over all values of the other axes. The values of the best trial have a *; all maps have the same shades. A good cell among bad ones is more likely luck than a good region.",
            "同时取两值的试验的年化超额收益（费后）中位数（涵盖其他参数轴的全部取值）。最优试验的取值标有 *；各图色阶相同。孤立的好格子多半是运气，成片的好区域则不然。",
        )
        .to_owned()
        .into(),
    ];
    // One range of shades, so that maps can be compared.
    let values = || shown.iter().flat_map(|(pair, ..)| pair.cells.iter().flatten().flatten());
    let extent = values().map(|value| value.abs()).filter(|value| value.is_finite()).fold(0.0, f64::max);
    for (pair, x, y) in shown {
        blocks.push(figure(context, pair, x, y, extent).into());
    }
    if let Some(n) = all.len().checked_sub(MOST_PAIRS).filter(|n| *n > 0) {
        blocks.push(
            say!(
                lang,
                "{n} more pairs are left out here; shown are those whose axes explain most. `statistics.json` has all.",
                "另有{n}对未在此列出，所示为解释力最高的各对；全部见`statistics.json`。"
            )
            .into(),
        );
    }
    Some(Section {
        id: "pairs".into(), heading: lang.of("Pairs of axes", "参数轴两两组合").into(), blocks
    })
}

/// The pairs, those whose axes explain most first.
fn pairs<'a>(context: &Context<'a>) -> Vec<(&'a PairEffect, &'a Axis, &'a Axis)> {
    let (plan, statistics) = (context.facts.plan, context.facts.statistics);
    let known = statistics
        .pairs
        .iter()
        .filter_map(|pair| Some((pair, plan.axes.get(pair.x)?, plan.axes.get(pair.y)?)));
    let mut pairs: Vec<_> = known.collect();
    let share = |axis: usize| statistics.axes.get(axis).and_then(|effect| effect.share).unwrap_or(0.0);
    let of = |pair: &PairEffect| share(pair.x) + share(pair.y);
    pairs.sort_by(|(one, ..), (other, ..)| of(other).total_cmp(&of(one)));
    pairs
}

fn figure(context: &Context<'_>, pair: &PairEffect, x: &Axis, y: &Axis, extent: f64) -> Figure {
    let lang = context.lang;
    let names = |position: usize, axis: &Axis| -> Vec<String> {
        let best = context.value_of_best(position);
        let label = |value: usize| value_label(axis, value) + if best == Some(value) { " *" } else { "" };
        (0..axis.values.len().min(MOST_VALUES)).map(label).collect()
    };
    let (columns, rows) = (names(pair.x, x), names(pair.y, y));
    let cell = |row: usize, column: usize| pair.cells.get(row).and_then(|cells| *cells.get(column)?);
    let cells: Vec<Vec<Option<f64>>> =
        (0..rows.len()).map(|row| (0..columns.len()).map(|column| cell(row, column)).collect()).collect();
    let n_missing = cells.iter().flatten().filter(|cell| cell.is_none()).count();
    let (of_x, of_y) = (name(&x.key), name(&y.key));
    let mut about = match n_missing {
        0 => String::new(),
        1 => lang.of("1 hatched cell has no trial.", "1个斜线格没有试验。").into(),
        n => say!(lang, "{n} hatched cells have no trial.", "{n}个斜线格没有试验。"),
    };
    let n_left = (x.values.len() - columns.len()) + (y.values.len() - rows.len());
    if n_left > 0 {
        about += &say!(lang, " The last {n_left} values are left out.", "末尾{n_left}个取值未列。");
    }
    Figure {
        id: format!("pair-{}-{}", pair.y + 1, pair.x + 1),
        title: say!(lang, "{of_y} (rows) and {of_x} (columns)", "{of_y}（行）与 {of_x}（列）"),
        about: about.trim_start().to_owned(),
        chart: Chart::Matrix(Matrix {
            has_numbers: columns.len() <= 12,
            rows,
            row_axis: of_y,
            columns: Columns::Names(columns),
            // The title names both axes.
            column_axis: String::new(),
            measure: lang.of("median excess return", "超额收益中位数").into(),
            cells,
            unit: DIFFERENCE,
            shades: Shades::Diverging { middle: 0.0, extent: Some(extent).filter(|extent| *extent > 0.0) },
            missing: say!(lang, "no {trial}", "无{trial}", trial = Term::Trial.of(lang)),
        }),
    }
}
