//! Heat: the matrix of z, and the months of a window with the current one.

use rotor_factor::{ColumnValues, Signal};
use rotor_report::draw::{BoxChart, BoxRow, Chart, Columns as MatrixColumns, Matrix, Shades, Unit};

use super::figure;
use crate::run::note::columns::Columns;
use crate::run::note::facts::Teller;
use crate::run::note::page::Block;
use crate::run::note::words::{Lang, say};

/// More sectors than these are no picture any more.
const MOST_SHOWN: usize = 64;

/// The figures.
pub(crate) fn figures(teller: &Teller<'_>, signal: &Signal) -> Vec<Block> {
    let blocks = [matrix(teller, signal), boxes(teller)];
    blocks.into_iter().flatten().collect()
}

/// The z of every pair, sectors in the order of heat.
fn matrix(teller: &Teller<'_>, signal: &Signal) -> Option<Block> {
    let lang = teller.lang;
    let z = signal.find_table("z").filter(|table| table.is_matrix())?;
    let ColumnValues::Texts(rows) = &z.columns().first()?.values else { return None };
    let heat = Columns::find(signal, "heat", &["sector"], &[], &["heat"])?;
    let heat_of = |sector: usize| {
        let row = *heat.rows_of("sector", teller.code(sector)).first()?;
        heat.number("heat", row)
    };
    let mut sectors: Vec<(usize, f64)> =
        (0..teller.names.len()).filter_map(|sector| Some((sector, heat_of(sector)?))).collect();
    if sectors.is_empty() || sectors.len() > MOST_SHOWN {
        return None;
    }
    sectors.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let cell = |row: usize, column: usize| {
        let at = rows.iter().position(|code| code == teller.code(row))?;
        let values = z.find(teller.code(column))?.as_numbers()?;
        values.get(at).copied().filter(|value| value.is_finite() && row != column)
    };
    let names = || sectors.iter().map(|(sector, _)| teller.names[*sector].clone());
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
    let month = teller.day().month;
    let about = say!(
        lang,
        "z of the return of A less that of B in {month}, against the habit of the pair. Row A, column B, hottest first; red is above 0, green with a mark below it; the full shade is ±2.",
        "{month} A与B收益差的z值（相对该对行业的历史）。行为A、列为B，按热度由高到低；红色高于0，绿色并带标记低于0，±2为最深。"
    );
    let title = lang.of("Relative heat by pairs", "两两相对热度");
    Some(figure("heat-z", title, about, chart).into())
}

/// The monthly returns of the window by sector, the current month marked.
fn boxes(teller: &Teller<'_>) -> Option<Block> {
    let lang = teller.lang;
    let history = teller.facts.history;
    let mut rows: Vec<BoxRow> = teller
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
    let about = told(lang, &rows, history.months.len(), &teller.day().month.to_string());
    let chart = Chart::Boxes(BoxChart {
        axis: lang.of("return of a month, %", "月收益，%").into(),
        unit: Unit::fraction(1).signed(),
        rows,
    });
    let title = lang.of("Monthly returns and the current month", "月收益分布与当月");
    Some(figure("heat-returns", title, about, chart).into())
}

/// How many sectors had an unusual month.
fn told(lang: Lang, rows: &[BoxRow], n_months: usize, month: &str) -> String {
    let count = |is_so: &dyn Fn(f64, rotor_report::draw::Spread) -> bool| {
        let judged = rows.iter().filter_map(|row| Some((row.current?, row.spread()?)));
        judged.filter(|(current, spread)| is_so(*current, *spread)).count()
    };
    let n = rows.iter().filter(|row| row.current.is_some()).count();
    let high = count(&|current, spread| current > spread.quartiles.1);
    let low = count(&|current, spread| current < spread.quartiles.0);
    let beyond = count(&|current, spread| current > spread.whiskers.1 || current < spread.whiskers.0);
    say!(
        lang,
        "The last {n_months} months to {month}, that month among them and marked. Of {n} sectors {high} lie above their upper quartile, {low} below the lower one, {beyond} beyond the whiskers (one and a half interquartile ranges).",
        "截至{month}的{n_months}个月（含当月，已标出）。{n}个行业中{high}个高于上四分位、{low}个低于下四分位、{beyond}个超出须线（1.5倍四分位距）。"
    )
}
