//! Charts: numbers with a unit, drawn as SVG, with the same numbers as a table.
//!
//! A chart is plain data. [`Chart::svg`] is a function from it to a drawing: the same bytes on every machine, coordinates of at most
//! one decimal, axes with round ticks and dates as dates, colours from the page's variables so that light, dark and print need no
//! second drawing. Meaning is never carried by colour alone: series differ in stroke or mark, cells of a heat map in sign.
//! What cannot be seen is thinned out; the table has every number, up to a length that a page can bear.
//!
//! No chart knows what its numbers mean.

mod bar;
mod boxes;
mod calendar;
mod counts;
mod histogram;
mod legend;
mod line;
mod matrix;
mod measure;
pub(crate) mod palette;
mod points;
mod scale;
mod spread;
mod standalone;
mod svg;
mod table;
mod unit;

use std::borrow::Cow;

use rotor_factor::Date;

pub use spread::Spread;
pub use standalone::light_rules;
pub(crate) use svg::escape;
pub use unit::Unit;

use crate::page::Cell;
use crate::words::Lang;
use svg::{Anchor, Svg};

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Chart {
    /// Values by date.
    Lines(LineChart),
    /// Values of categories, with intervals.
    Bars(BarChart),
    /// Cells of a table as shades.
    Matrix(Matrix),
    /// How values are spread.
    Boxes(BoxChart),
    /// Pairs of values.
    Points(PointChart),
    /// How many values lie in each of equal bins.
    Histogram(Histogram),
    /// How many pairs of values lie in each of equal cells.
    Counts(CountChart),
}

/// What a drawing says of itself to those who do not see it, and the language of the few words in it.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'t> {
    /// The title of the figure.
    pub title: &'t str,
    /// How to read it; may be empty.
    pub about: &'t str,
    /// The language of the words that the drawing adds, such as "median".
    pub lang: Lang,
}

impl Chart {
    /// Draws the chart as an `svg` element, for the width of a page or, if it is small, for a third of it.
    ///
    /// Colours are classes of the page's style sheet. Parts that stand for a value have a `title` and lie in a group of the class
    /// `hits`.
    #[must_use]
    pub fn svg(&self, caption: &Caption<'_>) -> String {
        self.sized(if self.is_small() { Size::Small } else { Size::Wide }, caption)
    }

    /// Draws the chart for a column that is wider than half a page, with letters as large as those beside it; `None` where
    /// [`Self::svg`] serves there as well.
    #[must_use]
    pub fn medium_svg(&self, caption: &Caption<'_>) -> Option<String> {
        self.is_fluid().then(|| self.sized(Size::Medium, caption))
    }

    /// Draws the chart for a telephone; `None` where [`Self::svg`] serves there as well, if need be with a scroll bar.
    #[must_use]
    pub fn narrow_svg(&self, caption: &Caption<'_>) -> Option<String> {
        self.is_fluid().then(|| self.sized(Size::Narrow, caption))
    }

    /// Whether it fills the width that it has.
    fn is_fluid(&self) -> bool {
        !self.is_small() && !matches!(self, Self::Matrix(_))
    }

    /// Whether it is one of several beside each other.
    #[must_use]
    pub fn is_small(&self) -> bool {
        match self {
            Self::Lines(chart) => chart.is_small,
            Self::Bars(chart) => chart.is_small,
            Self::Points(chart) => chart.is_small,
            Self::Matrix(_) | Self::Boxes(_) | Self::Histogram(_) | Self::Counts(_) => false,
        }
    }

    fn sized(&self, size: Size, caption: &Caption<'_>) -> String {
        match self {
            Self::Lines(chart) => line::svg(chart, size, caption),
            Self::Bars(chart) => bar::svg(chart, size, caption),
            Self::Matrix(chart) => matrix::svg(chart, caption),
            Self::Boxes(chart) => boxes::svg(chart, size, caption),
            Self::Points(chart) => points::svg(chart, size, caption),
            Self::Histogram(chart) => histogram::svg(chart, size, caption),
            Self::Counts(chart) => counts::svg(chart, size, caption),
        }
    }
}

impl LineChart {
    /// The positions of the dates whose values are written out.
    fn listed(&self) -> Vec<usize> {
        let n = self.dates.len();
        let is_last = |position: usize| {
            let next = self.dates.get(position + 1);
            next.is_none_or(|next| next.month() != self.dates[position].month())
        };
        (0..n).filter(|position| !self.is_listed_by_month || *position == 0 || is_last(*position)).collect()
    }

    /// A date as titles and tables have it.
    fn date(&self, position: usize) -> String {
        let date = self.dates[position];
        if self.is_seasonal { format!("{:02}", date.month().number()) } else { date.to_string() }
    }

    /// The same as a cell of a table.
    fn cell(&self, position: usize) -> Cell {
        if self.is_seasonal { self.date(position).into() } else { self.dates[position].into() }
    }

    /// The name of a series or band outside its panel: with the axis, if another panel has the same name.
    fn label<'t>(&'t self, panel: &'t Panel, name: &'t str) -> Cow<'t, str> {
        if name.is_empty() {
            return Cow::Borrowed(&panel.axis);
        }
        let is_in = |panel: &&Panel| {
            let mut names = panel.series.iter().map(|series| &series.name);
            names.any(|other| other == name) || panel.bands.iter().any(|band| band.name == name)
        };
        if self.panels.iter().filter(is_in).count() < 2 || panel.axis.is_empty() {
            return Cow::Borrowed(name);
        }
        Cow::Owned(format!("{}, {name}", panel.axis))
    }
}

/// For which room a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    /// The width of a page.
    Wide,
    /// A column of more than half a page.
    Medium,
    /// That of a telephone.
    Narrow,
    /// One of several beside each other.
    Small,
}

impl Size {
    /// The width of the drawing in its own units, about pixels.
    const fn width(self) -> f64 {
        match self {
            Self::Wide => 860.0,
            Self::Medium => 640.0,
            Self::Narrow => 370.0,
            Self::Small => 340.0,
        }
    }
}

impl Tone {
    /// The class that sets the colour.
    const fn class(self) -> &'static str {
        match self {
            Self::First => "t1",
            Self::Second => "t2",
            Self::Third => "t3",
            Self::Fourth => "t4",
            Self::Fifth => "t5",
            Self::Sixth => "t6",
            Self::Muted => "t0",
        }
    }
}

/// A drawing that says that there is nothing to draw.
fn nothing(width: f64, caption: &Caption<'_>) -> String {
    let mut svg = Svg::new();
    let text = caption.lang.of("no values", "无数值");
    svg.text((width / 2.0, 34.0), Anchor::Middle, "", text);
    svg.finish(width, 60.0, "fluid", caption)
}

/// Values by date, in panels one above the other that share the dates.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself, and any of them may be so")]
pub struct LineChart {
    /// The dates of the values, ascending.
    pub dates: Vec<Date>,
    /// The panels, the first on top.
    pub panels: Vec<Panel>,
    /// Stretches of time to shade behind all panels.
    pub spans: Vec<Span>,
    /// Whether it is one of several beside each other.
    pub is_small: bool,
    /// Whether titles and the table have the first date and the last of each month alone, which suits daily values of many years;
    /// lines have them all.
    pub is_listed_by_month: bool,
    /// Whether the dates stand for the months of any year: years lie over each other, and the axis has months alone.
    pub is_seasonal: bool,
    /// Whether the last value of each series stands beside its end.
    pub has_last_values: bool,
}

/// A value axis with what is drawn along it.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What the values are, with the unit, at the top of the axis.
    pub axis: String,
    /// How values are written.
    pub unit: Unit,
    /// Whether equal ratios have equal lengths; the values are above 0 then.
    pub is_log: bool,
    /// A value that the axis includes and marks by a line, such as 0.
    pub baseline: Option<f64>,
    /// Its share of the height against other panels; 1 is usual.
    pub height: f64,
    /// The series, the most important first.
    pub series: Vec<Series>,
    /// Ranges, drawn behind the series.
    pub bands: Vec<Band>,
}

/// A value a date.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub tone: Tone,
    /// How it is drawn.
    pub mark: Mark,
    /// One a date; where one is missing the line has a gap.
    pub values: Vec<Option<f64>>,
}

/// A range a date.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub tone: Tone,
    /// Lower and upper end, one pair a date.
    pub ranges: Vec<Option<(f64, f64)>>,
}

/// A stretch of time, both ends included.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What it is; spans of one name have one shade.
    pub name: String,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// A line that is filled down (or up) to the baseline.
    Area,
    /// A bar a date, from the baseline.
    Bars,
    /// A dot a value, for values far between.
    Dots,
}

/// A colour by what it is for. The colours of the first four are told apart by every common kind of colour vision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What the figure is about.
    First,
    /// What it is held against.
    Second,
    /// A third thing.
    Third,
    /// A fourth thing.
    Fourth,
    /// A fifth thing; from here on tones are told apart by their strokes rather than by their colours alone.
    Fifth,
    /// A sixth thing.
    Sixth,
    /// What stands in the background.
    Muted,
}

/// Values of categories beside each other, each with its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    /// What the values are, with the unit.
    pub axis: String,
    /// How values are written.
    pub unit: Unit,
    /// Where bars begin and a line is drawn.
    pub baseline: f64,
    /// The names of the categories.
    pub categories: Vec<String>,
    /// Whether categories lie one below the other, which suits long names.
    pub is_horizontal: bool,
    /// How values are drawn.
    pub mark: BarMark,
    /// Whether it is one of several beside each other.
    pub is_small: bool,
    /// Values at which a line is drawn across all categories; those of one name have one entry in the legend.
    pub guides: Vec<Guide>,
    /// The groups, each with a value a category.
    pub groups: Vec<BarGroup>,
}

/// A value on the axis of values at which a line is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Guide {
    /// What it is.
    pub name: String,
    /// The value.
    pub value: f64,
}

/// How the values of categories are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarMark {
    /// Bars from the baseline.
    Bars,
    /// Dots beside each other.
    Dots,
    /// Dots on one line, which joins the first to the last: from and to.
    Joined,
}

/// One kind of value of each category.
#[derive(Clone, Debug, PartialEq)]
pub struct BarGroup {
    /// Its name; with a single group it stands in the table alone.
    pub name: String,
    /// Its colour.
    pub tone: Tone,
    /// One a category.
    pub values: Vec<Option<Bar>>,
}

/// A value and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The value.
    pub value: f64,
    /// The ends of the interval; `None` if there is none.
    pub interval: Option<(f64, f64)>,
}

/// A table of numbers as shades.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The names of the rows, from the top.
    pub rows: Vec<String>,
    /// What the rows are.
    pub row_axis: String,
    /// The columns.
    pub columns: Columns,
    /// What the columns are.
    pub column_axis: String,
    /// What a cell says, such as "rank"; may be empty.
    pub measure: String,
    /// Row by row one a column.
    pub cells: Vec<Vec<Option<f64>>>,
    /// How values are written.
    pub unit: Unit,
    /// How values become shades.
    pub shades: Shades,
    /// Whether the number is written into the cell, for small tables.
    pub has_numbers: bool,
    /// What a cell without a value is: it is hatched, and the key has the words. If empty, such a cell is drawn as nothing.
    pub missing: String,
}

/// The columns of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// Named.
    Names(Vec<String>),
    /// Dates, ascending; the axis has years.
    Dates(Vec<Date>),
}

/// How values become shades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shades {
    /// Red above a middle, green below it, as Chinese exchanges colour gains and losses; cells below it have a mark as well.
    Diverging {
        /// The value without a shade.
        middle: f64,
        /// The distance from it with the full shade; `None` takes the largest that there is.
        extent: Option<f64>,
    },
    /// The more, the darker, between the least and the largest value.
    Sequential,
}

/// Pairs of values as points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointChart {
    /// What the values from left to right are, with the unit.
    pub x_axis: String,
    /// How they are written.
    pub x_unit: Unit,
    /// What the values from the bottom up are, with the unit.
    pub y_axis: String,
    /// How they are written.
    pub y_unit: Unit,
    /// The pairs, x first.
    pub points: Vec<(f64, f64)>,
    /// The name of the line and its constant and slope: where the points would lie.
    pub line: Option<(String, f64, f64)>,
    /// Whether it is one of several beside each other.
    pub is_small: bool,
}

/// How many values lie in each of equal bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// What the values are, with the unit.
    pub axis: String,
    /// How they are written.
    pub unit: Unit,
    /// What is counted.
    pub count_axis: String,
    /// The lower end of the first bin and the upper end of the last.
    pub range: (f64, f64),
    /// How many values each bin has.
    pub counts: Vec<u32>,
    /// Values to mark; they may lie outside the bins.
    pub marks: Vec<Guide>,
}

/// How many pairs of values lie in each of equal cells of a rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct CountChart {
    /// What the values from left to right are, with the unit.
    pub x_axis: String,
    /// How they are written.
    pub x_unit: Unit,
    /// What the values from the bottom up are, with the unit.
    pub y_axis: String,
    /// How they are written.
    pub y_unit: Unit,
    /// The ends from left to right.
    pub x: (f64, f64),
    /// The ends from the bottom up.
    pub y: (f64, f64),
    /// Row by row from below, the counts from the left.
    pub counts: Vec<Vec<u32>>,
    /// What is counted.
    pub count: String,
    /// Lines through the rectangle: the first solid, the second dashed.
    pub lines: Vec<StraightLine>,
}

/// A line through pairs of values.
#[derive(Clone, Debug, PartialEq)]
pub struct StraightLine {
    /// What it is.
    pub name: String,
    /// Its value at 0.
    pub constant: f64,
    /// How much it rises by 1 to the right.
    pub slope: f64,
}

/// How values are spread, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxChart {
    /// What the values are, with the unit.
    pub axis: String,
    /// How values are written.
    pub unit: Unit,
    /// The rows, from the top.
    pub rows: Vec<BoxRow>,
}

/// The values of a row: quartiles, whiskers to the furthest value within one and a half of their distance, and what lies beyond.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxRow {
    /// The name.
    pub name: String,
    /// The values, in any order.
    pub values: Vec<f64>,
    /// A value to mark; it need not be among the values.
    pub current: Option<f64>,
}
