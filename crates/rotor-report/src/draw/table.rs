//! The table behind a chart: the same numbers as text.

use super::{BarChart, BoxChart, Chart, Columns, CountChart, Histogram, LineChart, Matrix, PointChart, Unit};
use crate::page::{Cell, Column, Table};
use crate::terms::Term;
use crate::words::Lang;

impl Chart {
    /// Returns the numbers of the chart as a table; it has no rows where the chart has no values.
    #[must_use]
    pub fn table(&self, lang: Lang) -> Table {
        match self {
            Self::Lines(chart) => lines(chart, lang),
            Self::Bars(chart) => bars(chart, lang),
            Self::Matrix(chart) => matrix(chart),
            Self::Boxes(chart) => boxes(chart, lang),
            Self::Points(chart) => points(chart),
            Self::Histogram(chart) => histogram(chart),
            Self::Counts(chart) => counts(chart),
        }
    }
}

fn written(unit: Unit, value: Option<f64>) -> Cell {
    value.map_or(Cell::default(), |value| Cell::number(value, unit))
}

fn range(unit: Unit, range: Option<(f64, f64)>) -> Cell {
    range.map_or(Cell::default(), |(low, high)| format!("[{}, {}]", unit.write(low), unit.write(high)).into())
}

fn lines(chart: &LineChart, lang: Lang) -> Table {
    let dates = if chart.is_seasonal { lang.of("month", "月份") } else { lang.of("date", "日期") };
    let mut columns = vec![Column::word(dates)];
    for panel in &chart.panels {
        columns.extend(panel.series.iter().map(|series| Column::number(chart.label(panel, &series.name))));
        columns.extend(panel.bands.iter().map(|band| Column::number(chart.label(panel, &band.name))));
    }
    let mut table = Table::new(columns);
    for position in chart.listed() {
        let mut row = vec![chart.cell(position)];
        for panel in &chart.panels {
            let value = |values: &Vec<Option<f64>>| written(panel.unit, values[position]);
            row.extend(panel.series.iter().map(|series| value(&series.values)));
            row.extend(panel.bands.iter().map(|band| range(panel.unit, band.ranges[position])));
        }
        if row[1..].iter().any(|cell| !cell.is_empty()) {
            table.row(row);
        }
    }
    table
}

fn bars(chart: &BarChart, lang: Lang) -> Table {
    let mut columns = vec![Column::name("")];
    for group in &chart.groups {
        columns.push(Column::number(&group.name));
        if has_intervals(group) {
            columns.push(Column::number(Term::ConfidenceInterval.of(lang)));
        }
    }
    let mut table = Table::new(columns);
    for (position, category) in chart.categories.iter().enumerate() {
        let mut row = vec![Cell::from(category.as_str())];
        for group in &chart.groups {
            let bar = group.values[position];
            row.push(written(chart.unit, bar.map(|bar| bar.value)));
            if has_intervals(group) {
                row.push(range(chart.unit, bar.and_then(|bar| bar.interval)));
            }
        }
        table.row(row);
    }
    table
}

fn has_intervals(group: &super::BarGroup) -> bool {
    group.values.iter().flatten().any(|bar| bar.interval.is_some())
}

fn matrix(chart: &Matrix) -> Table {
    let names: Vec<String> = match &chart.columns {
        Columns::Names(names) => names.clone(),
        Columns::Dates(dates) => dates.iter().map(ToString::to_string).collect(),
    };
    let columns = std::iter::once(Column::name(&chart.row_axis)).chain(names.into_iter().map(Column::number));
    let mut table = Table::new(columns.collect::<Vec<_>>());
    for (name, cells) in chart.rows.iter().zip(&chart.cells) {
        let cells = cells.iter().map(|cell| written(chart.unit, *cell));
        table.row(std::iter::once(name.as_str().into()).chain(cells));
    }
    table
}

fn points(chart: &PointChart) -> Table {
    let mut table = Table::new([Column::number(&chart.x_axis), Column::number(&chart.y_axis)]);
    for (x, y) in &chart.points {
        table.row([chart.x_unit.write(*x), chart.y_unit.write(*y)]);
    }
    table
}

/// The bins that have values, and the values that are marked.
fn histogram(chart: &Histogram) -> Table {
    let mut table = Table::new([Column::word(&chart.axis), Column::number(&chart.count_axis)]);
    let n = chart.counts.len().max(1) as f64;
    let end = |position: usize| {
        let share = position as f64 / n;
        chart.range.0 * (1.0 - share) + chart.range.1 * share
    };
    for (position, count) in chart.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let ends = range(chart.unit, Some((end(position), end(position + 1))));
        table.row([ends, Cell::count(*count as usize)]);
    }
    for mark in chart.marks.iter().filter(|_| !table.rows.is_empty()).collect::<Vec<_>>() {
        table.row([Cell::from(format!("{}: {}", mark.name, chart.unit.write(mark.value))), Cell::default()]);
    }
    table
}

/// The cells that have values.
fn counts(chart: &CountChart) -> Table {
    let mut table =
        Table::new([Column::word(&chart.x_axis), Column::word(&chart.y_axis), Column::number(&chart.count)]);
    let ends = |(low, high): (f64, f64), position: usize, n: usize| {
        let end = |position: usize| {
            let share = position as f64 / n as f64;
            low * (1.0 - share) + high * share
        };
        Some((end(position), end(position + 1)))
    };
    for (row, counts) in chart.counts.iter().enumerate() {
        for (column, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            table.row([
                range(chart.x_unit, ends(chart.x, column, counts.len())),
                range(chart.y_unit, ends(chart.y, row, chart.counts.len())),
                Cell::count(*count as usize),
            ]);
        }
    }
    table
}

fn boxes(chart: &BoxChart, lang: Lang) -> Table {
    let mut table = Table::new([
        Column::name(""),
        Column::number(lang.of("current", "当前")),
        Column::number(lang.of("lower whisker", "下须")),
        Column::number(lang.of("lower quartile", "下四分位")),
        Column::number(lang.of("median", "中位数")),
        Column::number(lang.of("upper quartile", "上四分位")),
        Column::number(lang.of("upper whisker", "上须")),
        Column::number(lang.of("mean", "均值")),
        Column::number(lang.of("values", "个数")),
    ]);
    for row in &chart.rows {
        let spread = row.spread();
        let value = |value: Option<f64>| written(chart.unit, value);
        table.row([
            row.name.as_str().into(),
            value(row.current),
            value(spread.map(|spread| spread.whiskers.0)),
            value(spread.map(|spread| spread.quartiles.0)),
            value(spread.map(|spread| spread.median)),
            value(spread.map(|spread| spread.quartiles.1)),
            value(spread.map(|spread| spread.whiskers.1)),
            value(spread.map(|spread| spread.mean)),
            Cell::count(row.values.len()),
        ]);
    }
    table
}
