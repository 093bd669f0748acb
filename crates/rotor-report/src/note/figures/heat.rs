//! Heat: the matrix of z, and the months of a window with the current one.

use crate::draw::{BoxChart, BoxRow, Chart, Columns as MatrixColumns, Matrix, Shades, Unit};
use rotor_factor::{ColumnValues, Signal};

use super::figure;
use crate::note::columns::Columns;
use crate::note::context::NoteContext;
use crate::page::Block;
use crate::words::{Lang, say};

/// More sectors than these are no picture any more.
const MOST_SHOWN: usize = 64;

/// The figures.
pub(crate) fn figures(context: &NoteContext<'_>, signal: &Signal) -> Vec<Block> {
    let blocks = [matrix(context, signal), boxes(context)];
    blocks.into_iter().flatten().collect()
}

/// The z of every pair, sectors in the order of heat.
fn matrix(context: &NoteContext<'_>, signal: &Signal) -> Option<Block> {
    let lang = context.lang;
    let z = signal.find_table("z").filter(|table| table.is_matrix())?;
    let ColumnValues::Texts(rows) = &z.columns().first()?.values else { return None };
    let heat = Columns::find(signal, "heat", &["sector"], &[], &["heat"])?;
    let heat_of = |sector: usize| {
        let row = *heat.rows_of("sector", context.code(sector)).first()?;
        heat.number("heat", row)
    };
    let mut sectors: Vec<(usize, f64)> =
        (0..context.names.len()).filter_map(|sector| Some((sector, heat_of(sector)?))).collect();
    if sectors.is_empty() || sectors.len() > MOST_SHOWN {
        return None;
    }
    sectors.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let cell = |row: usize, column: usize| {
        let at = rows.iter().position(|code| code == context.code(row))?;
        let values = z.find(context.code(column))?.as_numbers()?;
        values.get(at).copied().filter(|value| value.is_finite() && row != column)
    };
    let names = || sectors.iter().map(|(sector, _)| context.names[*sector].clone());
    let cells =
        sectors.iter().map(|(row, _)| sectors.iter().map(|(column, _)| cell(*row, *column)).collect());
    let chart = Chart::Matrix(Matrix {
        rows: names().collect(),
        row_axis: lang.of("A", "A").into(),
        columns: MatrixColumns::Names(names().collect()),
        column_axis: lang.of("B", "B").into(),
        measure: "z".into(),
        cells: cells.collect(),
        unit: Unit::plain(1).signed(),
        shades: Shades::Diverging { middle: 0.0, extent: Some(2.0) },
        has_numbers: false,
    });
    let month = context.day().month;
    let about = say!(
        lang,
        "z-score of the return of sector A less that of sector B in {month}, relative to the history of the pair. Rows are A, columns B, sorted by heat; red is above 0, green with a mark below 0; the full shade is ±2.",
        "{month} 行业 A 与 B 收益差相对该对行业历史的 z 值。行为 A、列为 B，按热度由高到低排列；红色高于 0，绿色（带标记）低于 0，±2 为最深。"
    );
    let title = lang.of("Relative heat by pair of sectors", "行业两两相对热度");
    Some(figure("heat-z", title, about, chart).into())
}

/// The monthly returns of the window by sector, the current month marked.
fn boxes(context: &NoteContext<'_>) -> Option<Block> {
    let lang = context.lang;
    let history = &context.note.history;
    let mut rows: Vec<BoxRow> = context
        .names
        .iter()
        .zip(&history.returns)
        .map(|(name, returns)| BoxRow {
            name: name.clone(),
            values: returns.iter().flatten().copied().collect(),
            current: returns.last().copied().flatten(),
        })
        .filter(|row| !row.values.is_empty())
        .collect();
    if rows.is_empty() || rows.len() > MOST_SHOWN {
        return None;
    }
    rows.sort_by(|a, b| {
        let key = |row: &BoxRow| row.current.unwrap_or(f64::NEG_INFINITY);
        key(b).total_cmp(&key(a))
    });
    let about = unusual_months(lang, &rows, history.months.len(), &context.day().month.to_string());
    let chart = Chart::Boxes(BoxChart {
        axis: lang.of("monthly return, %", "月收益率，%").into(),
        unit: Unit::fraction(1).signed(),
        rows,
    });
    let title = lang.of("Monthly returns and the current month", "月收益率分布与当月");
    Some(figure("heat-returns", title, about, chart).into())
}

/// How many sectors had an unusual month.
fn unusual_months(lang: Lang, rows: &[BoxRow], n_months: usize, month: &str) -> String {
    let count = |is_so: &dyn Fn(f64, crate::draw::Spread) -> bool| {
        let judged = rows.iter().filter_map(|row| Some((row.current?, row.spread()?)));
        judged.filter(|(current, spread)| is_so(*current, *spread)).count()
    };
    let n = rows.iter().filter(|row| row.current.is_some()).count();
    let high = count(&|current, spread| current > spread.quartiles.1);
    let low = count(&|current, spread| current < spread.quartiles.0);
    let beyond = count(&|current, spread| current > spread.whiskers.1 || current < spread.whiskers.0);
    say!(
        lang,
        "The {n_months} months to {month}; the last one is marked. In {month}, {high} of {n} sectors lie above their upper quartile, {low} below their lower quartile, and {beyond} are outliers beyond the whiskers (1.5 interquartile ranges).",
        "截至 {month} 的 {n_months} 个月，当月已标出。{n} 个行业中，当月 {high} 个高于上四分位数，{low} 个低于下四分位数，{beyond} 个为超出上下边缘（1.5 倍四分位距）的异常值。"
    )
}
