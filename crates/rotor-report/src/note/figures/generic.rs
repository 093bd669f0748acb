//! The tables of any factor: matrices as heat maps, numbers by day as lines.
//!
//! Only the shape of a table is looked at, as its meaning is known to the factor alone. What is too large to be seen, or has neither shape, is
//! left to the JSON.

use crate::draw::{Chart, Columns, LineChart, Mark, Matrix, Panel, Series, Shades, Unit};
use rotor_factor::{ColumnValues, Date, Signal, Table};

use super::{decimals, figure, tone, under};
use crate::note::context::NoteContext;
use crate::page::{Block, Figure};
use crate::words::{name, say};

/// The most rows and columns of a matrix, days and columns of lines, and tables that are drawn.
const MOST_CELLS_A_SIDE: usize = 64;
const MOST_DAYS: usize = 5000;
const MOST_PANELS: usize = 6;
const MOST_TABLES: usize = 12;

/// Figures of the tables that have the shape of one.
pub(crate) fn tables(context: &NoteContext<'_>, factor: usize, signal: &Signal) -> Option<Block> {
    let figures = signal.tables().iter().enumerate().filter_map(|(position, table)| {
        let id = format!("factor-{factor}-table-{position}");
        let chart = if table.is_matrix() { matrix(table, &|text| context.named(text)) } else { lines(table) };
        Some(figure(id, name(table.name()), "", chart?))
    });
    let figures: Vec<Figure> = figures.take(MOST_TABLES).collect();
    let (n, n_all) = (figures.len(), signal.tables().len());
    let about = say!(
        context.lang,
        "{n} of the factor's {n_all} tables can be drawn; all of them are in the JSON.",
        "该因子的 {n_all} 张附表中有 {n} 张可绘图，全部数据见 JSON。"
    );
    under(context.lang.of("Tables of the factor", "因子附表"), about, figures)
}

/// A matrix as it is; codes of sectors become names.
pub(super) fn matrix(table: &Table, named: &dyn Fn(&str) -> String) -> Option<Chart> {
    let (labels, columns) = table.columns().split_first()?;
    let ColumnValues::Texts(labels) = &labels.values else { return None };
    let (n_rows, n_columns) = (labels.len(), columns.len());
    if n_rows == 0 || n_columns == 0 || n_rows.max(n_columns) > MOST_CELLS_A_SIDE {
        return None;
    }
    let numbers: Vec<&[f64]> =
        columns.iter().map(|column| column.values.as_numbers()).collect::<Option<_>>()?;
    if numbers.iter().any(|values| values.len() != n_rows) {
        return None;
    }
    let finite = |value: f64| value.is_finite().then_some(value);
    let cells: Vec<Vec<Option<f64>>> =
        (0..n_rows).map(|row| numbers.iter().map(|values| finite(values[row])).collect()).collect();
    let known = || cells.iter().flatten().flatten().copied();
    known().next()?;
    let has_both_signs = known().any(|value| value < 0.0) && known().any(|value| value > 0.0);
    let shades =
        if has_both_signs { Shades::Diverging { middle: 0.0, extent: None } } else { Shades::Sequential };
    Some(Chart::Matrix(Matrix {
        rows: labels.iter().map(|label| named(label)).collect(),
        row_axis: String::new(),
        columns: Columns::Names(columns.iter().map(|column| named(&column.name)).collect()),
        column_axis: String::new(),
        measure: String::new(),
        unit: Unit::plain(decimals(known())),
        cells,
        shades,
        has_numbers: n_rows.max(n_columns) <= 12,
        missing: String::new(),
    }))
}

/// A table of one column of ascending days and otherwise numbers, a panel a column.
fn lines(table: &Table) -> Option<Chart> {
    let mut dates: Option<&[Date]> = None;
    let mut numbers: Vec<(&str, &[f64])> = Vec::new();
    for column in table.columns() {
        match &column.values {
            ColumnValues::Dates(values) if dates.is_none() => dates = Some(values),
            ColumnValues::Numbers(values) => numbers.push((&column.name, values)),
            _ => return None,
        }
    }
    let dates =
        dates.filter(|dates| (2..=MOST_DAYS).contains(&dates.len()) && dates.is_sorted_by(|a, b| a < b))?;
    let is_whole = numbers.iter().all(|(_, values)| values.len() == dates.len());
    if !is_whole || numbers.is_empty() || numbers.len() > MOST_PANELS {
        return None;
    }
    let panel = |(position, (title, values)): (usize, &(&str, &[f64]))| {
        let values: Vec<Option<f64>> =
            values.iter().map(|value| value.is_finite().then_some(*value)).collect();
        Panel {
            axis: name(title),
            unit: Unit::plain(decimals(values.iter().flatten().copied())),
            is_log: false,
            baseline: None,
            height: 1.0,
            series: vec![Series { name: name(title), tone: tone(position), mark: Mark::Line, values }],
            bands: Vec::new(),
        }
    };
    let panels: Vec<Panel> = numbers.iter().enumerate().map(panel).collect();
    panels.iter().flat_map(|panel| &panel.series[0].values).flatten().next()?;
    Some(Chart::Lines(LineChart { dates: dates.to_vec(), panels, ..LineChart::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(n: i32) -> Vec<Date> {
        (0..n).filter_map(Date::from_days).collect()
    }

    #[test]
    fn days_with_numbers_are_lines() {
        let table = Table::new("t").dates("day", days(3)).numbers("a", vec![Some(1.0), None, Some(3.0)]);
        let Some(Chart::Lines(chart)) = lines(&table) else { panic!("no lines") };
        assert_eq!(chart.panels[0].series[0].values, [Some(1.0), None, Some(3.0)]);
    }

    #[test]
    fn what_has_no_shape_is_left_out() {
        let numbers = |n: usize| vec![Some(1.0); n];
        let mut late_first = days(3);
        late_first.reverse();
        for table in [
            Table::new("no days").numbers("a", numbers(3)),
            Table::new("texts").dates("day", days(1)).text("a", vec!["x".into()]),
            Table::new("disorder").dates("day", late_first).numbers("a", numbers(3)),
            Table::new("uneven").dates("day", days(3)).numbers("a", numbers(2)),
            Table::new("empty").dates("day", days(3)).numbers("a", vec![None; 3]),
            Table::new("long").dates("day", days(MOST_DAYS as i32 + 1)).numbers("a", numbers(MOST_DAYS + 1)),
        ] {
            assert_eq!(lines(&table), None, "{}", table.name());
        }
    }

    #[test]
    fn matrices_have_shades_by_what_is_in_them() {
        let table = |values: [f64; 2]| {
            let rows: Vec<Vec<Option<f64>>> = values.map(|value| vec![Some(value), Some(f64::NAN)]).to_vec();
            Table::matrix("m", &["a", "b"], &["c", "<d>"], &rows)
        };
        let drawn = |values| match matrix(&table(values), &|text| format!("[{text}]")) {
            Some(Chart::Matrix(matrix)) => matrix,
            _ => panic!("no matrix"),
        };
        assert_eq!(drawn([1.0, 2.0]).shades, Shades::Sequential);
        let signed = drawn([-1.0, 2.0]);
        assert_eq!(signed.shades, Shades::Diverging { middle: 0.0, extent: None });
        assert_eq!(signed.cells, [[Some(-1.0), None], [Some(2.0), None]]);
        assert_eq!(signed.columns, Columns::Names(vec!["[c]".into(), "[<d>]".into()]));
        let wide = vec![vec![Some(1.0); MOST_CELLS_A_SIDE + 1]];
        let names: Vec<String> = (0..wide[0].len()).map(|column| column.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(matrix(&Table::matrix("m", &["a"], &names, &wide), &|text: &str| text.to_owned()), None);
    }
}
