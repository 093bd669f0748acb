//! The figure that a factor declares for one of its tables.

use crate::draw::{
    Bar, BarChart, BarGroup, BarMark, BoxChart, BoxRow, Chart, LineChart, Mark, Matrix, Panel, Series,
    Shades, Span, Unit,
};
use rotor_factor::{ColumnFormat, Date, FigureKind, FigureSpec, Month, Shade, TableSpec};

use super::generic::matrix;
use super::{by_heading, by_stream, decimals, figure, tone};
use crate::declared::{long_text, text, titled};
use crate::note::context::FactorResult;
use crate::note::factors::DeclaredTable;
use crate::page::{Block, Figure};
use crate::words::name;

/// The most categories of one figure, small figures of one table, and days of a line.
const MOST_CATEGORIES: usize = 64;
const MOST_SMALL: usize = 80;
/// Larger heat maps have no room for their numbers.
const MOST_PRINTED: usize = 36;
const MOST_DAYS: usize = 5000;

/// Draws the figure of a table under its title; nothing if its columns are not there or hold nothing that can be drawn.
pub(crate) fn of_declared(table: &DeclaredTable<'_>, result: FactorResult<'_>) -> Vec<Block> {
    let Some(spec) = table.spec.declared_figure() else { return Vec::new() };
    let lang = table.context().lang;
    let id = format!("{}-{}", slug(result.factor.spec.name()), slug(table.spec.name()));
    let title = text(lang, spec.title().unwrap_or(table.spec.title()));
    let about = spec.text_about().map_or(String::new(), |about| long_text(lang, about));
    let drawing = Drawing { table, spec, result, id, title, about };
    drawing.blocks().unwrap_or_default()
}

struct Drawing<'a> {
    table: &'a DeclaredTable<'a>,
    spec: &'a FigureSpec,
    result: FactorResult<'a>,
    id: String,
    title: String,
    about: String,
}

/// The rows of a category, in their order.
struct Category<'a> {
    code: &'a str,
    name: String,
    rows: Vec<usize>,
}

impl Drawing<'_> {
    fn blocks(&self) -> Option<Vec<Block>> {
        let one = |chart: Chart| vec![figure(&*self.id, &*self.title, &*self.about, chart).into()];
        match self.spec.kind() {
            FigureKind::Line => {
                let rows: Vec<usize> = (0..self.table.n_rows()).collect();
                Some(one(self.lines(&rows, None, false)?))
            }
            FigureKind::HeatMap => {
                let named = |code: &str| self.table.context().named(code);
                let mut chart = matrix(self.table.table, &named)?;
                if let Chart::Matrix(matrix) = &mut chart {
                    self.adjust(matrix);
                }
                Some(one(chart))
            }
            FigureKind::SmallMultiples => self.small_multiples(),
            FigureKind::Bars | FigureKind::Dots | FigureKind::Box if self.spec.is_by_group() => {
                self.by_group()
            }
            FigureKind::Bars | FigureKind::Dots | FigureKind::Box => {
                Some(one(self.of_categories(&self.categories()?, false)?))
            }
        }
    }

    /// Shades, numbers and sums as declared.
    fn adjust(&self, matrix: &mut Matrix) {
        if let Some(full) = self.spec.full_shade() {
            matrix.shades = Shades::Diverging { middle: 0.0, extent: Some(full) };
        }
        if let Some(decimals) = self.spec.printed_decimals() {
            matrix.has_numbers = matrix.cells.len() <= MOST_PRINTED;
            matrix.unit = Unit::plain(decimals);
        }
        if self.spec.has_row_sums() {
            let unit = matrix.unit.signed();
            for (name, cells) in matrix.rows.iter_mut().zip(&matrix.cells) {
                let sum: f64 = cells.iter().flatten().sum();
                *name = format!("{name} {}", unit.write(sum));
            }
        }
    }

    /// The categories in the order of their first rows, or by the column that sorts them.
    fn categories(&self) -> Option<Vec<Category<'_>>> {
        let column = self.table.spec.find(self.spec.category()?)?;
        let mut categories: Vec<Category<'_>> = Vec::new();
        for row in 0..self.table.n_rows() {
            let code = self.table.given(column.name(), row)?;
            if let Some(category) = categories.iter_mut().find(|category| category.code == code) {
                category.rows.push(row);
                continue;
            }
            if categories.len() > MOST_SMALL {
                return None;
            }
            let is_code = column.format() == ColumnFormat::Code;
            let name = if is_code { self.table.context().named(code) } else { name(code) };
            categories.push(Category { code, name, rows: vec![row] });
        }
        if let Some(order) = self.spec.order() {
            let key = |category: &Category<'_>| {
                let value = category.rows.last().and_then(|row| self.table.number(order, *row));
                value.unwrap_or(f64::NEG_INFINITY)
            };
            categories.sort_by(|a, b| key(b).total_cmp(&key(a)));
        }
        Some(categories)
    }

    /// A figure for each part of the economy, beside each other.
    fn by_group(&self) -> Option<Vec<Block>> {
        let categories = self.categories()?;
        let context = self.table.context();
        let all: Vec<usize> = (0..context.names.len()).collect();
        let figures = by_stream(context, &all).into_iter().filter_map(|stream| {
            let is_in = |category: &&Category<'_>| {
                stream.sectors.iter().any(|sector| context.code(*sector) == category.code)
            };
            let of_stream: Vec<&Category<'_>> = categories.iter().filter(is_in).collect();
            let chart = self.of(&of_stream, false)?;
            Some(figure(format!("{}-{}", self.id, stream.id), stream.title, "", chart))
        });
        let figures: Vec<Figure> = figures.collect();
        super::under(&self.title, self.about.clone(), figures).map(|block| vec![block])
    }

    fn of_categories(&self, categories: &[Category<'_>], is_small: bool) -> Option<Chart> {
        self.of(&categories.iter().collect::<Vec<_>>(), is_small)
    }

    fn of(&self, categories: &[&Category<'_>], is_small: bool) -> Option<Chart> {
        if categories.is_empty() || categories.len() > MOST_CATEGORIES {
            return None;
        }
        match self.spec.kind() {
            FigureKind::Box => self.boxes(categories),
            _ => self.bars(categories, is_small),
        }
    }

    fn bars(&self, categories: &[&Category<'_>], is_small: bool) -> Option<Chart> {
        let rows: Vec<(String, usize)> = categories
            .iter()
            .filter_map(|category| Some((category.name.clone(), *category.rows.last()?)))
            .collect();
        let positions: Vec<usize> = rows.iter().map(|(_, row)| *row).collect();
        let column_of = |name: &str| self.table.spec.find(name);
        let value = |column: &str, row: usize| {
            self.table.number(column, row).map(|value| Bar { value, interval: None })
        };
        let groups: Vec<BarGroup> = self
            .spec
            .values()
            .iter()
            .enumerate()
            .map(|(position, column)| BarGroup {
                name: column_of(column).map_or_else(|| name(column), |it| self.table.dated(it, &positions)),
                tone: tone(position),
                values: rows.iter().map(|(_, row)| value(column, *row)).collect(),
            })
            .filter(|group| group.values.iter().any(Option::is_some))
            .collect();
        if groups.is_empty() {
            return None;
        }
        let mark = match (self.spec.kind(), groups.len()) {
            (FigureKind::Bars, _) => BarMark::Bars,
            (_, 1) => BarMark::Dots,
            _ => BarMark::Joined,
        };
        Some(Chart::Bars(BarChart {
            axis: self.axis(),
            unit: self.unit(),
            baseline: 0.0,
            categories: rows.into_iter().map(|(name, _)| name).collect(),
            is_horizontal: true,
            mark,
            is_small,
            guides: Vec::new(),
            groups,
        }))
    }

    fn boxes(&self, categories: &[&Category<'_>]) -> Option<Chart> {
        let column = self.spec.values().first()?;
        let rows: Vec<BoxRow> = categories
            .iter()
            .map(|category| BoxRow {
                name: category.name.clone(),
                values: category.rows.iter().filter_map(|row| self.table.number(column, *row)).collect(),
                current: category.rows.last().and_then(|row| self.table.number(column, *row)),
            })
            .filter(|row| !row.values.is_empty())
            .collect();
        (!rows.is_empty()).then(|| Chart::Boxes(BoxChart { axis: self.axis(), unit: self.unit(), rows }))
    }

    fn small_multiples(&self) -> Option<Vec<Block>> {
        let context = self.table.context();
        let categories = self.categories()?;
        let one = |(position, category): (usize, &Category<'_>)| {
            let chart = self.lines(&category.rows, Some(category.code), true)?;
            Some((position, figure(format!("{}-{position}", self.id), &*category.name, "", chart)))
        };
        let figures: Vec<(usize, Figure)> =
            categories.iter().enumerate().filter_map(one).take(MOST_SMALL).collect();
        if !self.spec.is_by_group() {
            let figures = figures.into_iter().map(|(_, figure)| figure).collect();
            return super::under(&self.title, self.about.clone(), figures).map(|block| vec![block]);
        }
        let all: Vec<usize> = (0..context.names.len()).collect();
        let streams = by_stream(context, &all).into_iter().map(|stream| {
            let is_in = |code: &str| stream.sectors.iter().any(|sector| context.code(*sector) == code);
            let of_stream = figures.iter().filter(|(position, _)| is_in(categories[*position].code));
            (stream.title, of_stream.map(|(_, figure)| figure.clone()).collect())
        });
        by_heading(context.lang, &self.title, &self.about, streams.collect()).map(|block| vec![block])
    }

    /// Numbers over days; `None` if the days are not ascending.
    fn lines(&self, rows: &[usize], category: Option<&str>, is_small: bool) -> Option<Chart> {
        let time = self.spec.time()?;
        let dates: Vec<Date> = rows.iter().map(|row| self.table.date(time, *row)).collect::<Option<_>>()?;
        if !dates.is_sorted_by(|a, b| a < b) || !(1..=MOST_DAYS).contains(&dates.len()) {
            return None;
        }
        let panels: Vec<Panel> = [self.spec.values(), self.spec.values_below()]
            .into_iter()
            .scan(0, |n_before, columns| {
                let first = *n_before;
                *n_before += columns.len();
                Some(self.panel(rows, columns, first))
            })
            .flatten()
            .collect();
        if panels.is_empty() {
            return None;
        }
        let spans = self.spec.shade().map_or(Vec::new(), |shade| self.spans(shade, category));
        Some(Chart::Lines(LineChart {
            dates,
            panels,
            spans,
            is_small,
            has_last_values: !is_small,
            ..LineChart::default()
        }))
    }

    fn panel(&self, rows: &[usize], columns: &[String], n_before: usize) -> Option<Panel> {
        let lang = self.table.context().lang;
        let series: Vec<Series> = columns
            .iter()
            .enumerate()
            .map(|(position, column)| {
                let spec = self.table.spec.find(column);
                let values: Vec<Option<f64>> =
                    rows.iter().map(|row| self.table.number(column, *row)).collect();
                // Values far between make no line.
                let has_line = values.windows(2).any(|pair| pair[0].is_some() && pair[1].is_some());
                let mark = match position {
                    _ if !has_line => Mark::Dots,
                    0 if n_before > 0 && columns.len() == 1 => Mark::Area,
                    0 => Mark::Line,
                    1 => Mark::Dashed,
                    _ => Mark::Dots,
                };
                let name = spec.map_or_else(|| name(column), |spec| text(lang, spec.title()));
                Series { name, tone: tone(n_before + position), mark, values }
            })
            .filter(|series| series.values.iter().any(Option::is_some))
            .collect();
        let first = columns.iter().find_map(|column| self.table.spec.find(column))?;
        let is_lower = n_before > 0;
        let axis = if is_lower { titled(lang, first) } else { self.axis() };
        (!series.is_empty()).then(|| Panel {
            axis,
            unit: self.unit_of(first.name()),
            is_log: false,
            baseline: first.is_signed().then_some(0.0),
            height: 1.0,
            series,
            bands: Vec::new(),
        })
    }

    /// What is shaded: of a category its own stretches, and those that are nobody's.
    fn spans(&self, shade: &Shade, category: Option<&str>) -> Vec<Span> {
        let context = self.table.context();
        let presentation = self.result.factor.spec.presentation();
        let of = presentation.declared_tables().iter().find(|table| table.name() == shade.table());
        let Some(table) = of.and_then(|of: &TableSpec| DeclaredTable::find(context, self.result, of)) else {
            return Vec::new();
        };
        let [first, last] = shade.days();
        let span = |row: usize| {
            let (first, last) = (table.date(first, row)?, table.date(last, row)?);
            let is_of = |column: &str| table.given(column, row) == category;
            let is_long = months_between(first.month(), last.month()) >= shade.fewest_months();
            if first > last || !is_long || !shade.category().is_none_or(is_of) {
                return None;
            }
            let kind = shade.kind().and_then(|kind| table.cell(table.spec.find(kind)?, row));
            let name = kind.unwrap_or_else(|| text(context.lang, shade.title()));
            Some(Span { from: first.month().first_day(), to: last, name })
        };
        (0..table.n_rows()).filter_map(span).collect()
    }

    /// What the values are: as declared, or the title of the first column.
    fn axis(&self) -> String {
        let lang = self.table.context().lang;
        let first = self.spec.values().first().and_then(|column| self.table.spec.find(column));
        match self.spec.text_of_axis() {
            Some(axis) => text(lang, axis),
            None => first.map_or(String::new(), |column| titled(lang, column)),
        }
    }

    fn unit(&self) -> Unit {
        self.spec.values().first().map_or(Unit::plain(2), |column| self.unit_of(column))
    }

    fn unit_of(&self, column: &str) -> Unit {
        let values = || (0..self.table.n_rows()).filter_map(|row| self.table.number(column, row));
        let Some(spec) = self.table.spec.find(column) else { return Unit::plain(decimals(values())) };
        let is_percent = spec.declared_unit().is_some_and(|unit| unit.en() == "%");
        let unit = match (spec.is_fraction(), is_percent) {
            (true, _) => Unit::fraction(spec.decimals()),
            (false, true) => Unit::percent(spec.decimals()),
            (false, false) => Unit::plain(spec.decimals()),
        };
        if spec.is_signed() { unit.signed() } else { unit }
    }
}

/// A name as a part of an identifier.
fn slug(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// How many months lie between two, both counted.
fn months_between(first: Month, last: Month) -> u32 {
    u32::try_from(last.index() - first.index() + 1).unwrap_or(0)
}
