//! A table of numbers as shades.
//!
//! Cells of one shade are one path a row, unless every cell says its value when it is hovered. What is below the middle has a
//! stroke as well as another colour.

use rotor_factor::Date;

use super::calendar::Calendar;
use super::measure::{LETTER, cut, width};
use super::palette::{N_SHADES, STRONG};
use super::scale::drawable;
use super::svg::{Anchor, Path, Svg, centred};
use super::{Caption, Columns, Matrix, Shades, Size, nothing};
use crate::words::{Lang, say};

/// More cells than this have a title a column instead of one each.
const MANY: usize = 1500;

/// More columns than this cannot be told apart; the last of each stretch is shown.
const MOST_COLUMNS: usize = 600;

/// How many of a column's values its title names.
const N_NAMED: usize = 8;

/// The matrix with its places.
struct Frame<'c> {
    chart: &'c Matrix,
    // Which columns are shown.
    shown: Vec<usize>,
    left: f64,
    top: f64,
    cell: (f64, f64),
    // The middle and the distances with the full shade below and above it.
    middle: f64,
    extent: f64,
}

/// Draws the chart.
pub(super) fn svg(chart: &Matrix, caption: &Caption<'_>) -> String {
    let n_columns = match &chart.columns {
        Columns::Names(names) => names.len(),
        Columns::Dates(dates) => dates.len(),
    };
    let Some((middle, extent)) = range(chart).filter(|_| n_columns > 0) else {
        return nothing(Size::Narrow.width(), caption);
    };
    let stride = n_columns.div_ceil(MOST_COLUMNS);
    let shown: Vec<usize> = (stride - 1..n_columns).step_by(stride).collect();
    let labels = chart.rows.iter().map(|name| width(name)).fold(0.0, f64::max).min(180.0);
    let left = labels + 8.0;
    let cell = (cell_width(chart, shown.len(), left), if chart.rows.len() > 80 { 13.0 } else { 18.0 });
    let mut frame = Frame { chart, shown, left, top: 0.0, cell, middle, extent };
    let mut svg = Svg::new();
    frame.top = head(&mut svg, &frame);
    for (position, name) in chart.rows.iter().enumerate() {
        let y = frame.top + cell.1 * (position as f64 + 0.5);
        svg.text_in((labels, centred(y)), Anchor::End, "", name, labels);
    }
    let has_titles = frame.shown.len() * chart.rows.len() <= MANY;
    if has_titles {
        frame.cells_with_titles(&mut svg);
    } else {
        frame.cells(&mut svg);
    }
    if !chart.missing.is_empty() {
        frame.hatching(&mut svg);
    }
    frame.marks(&mut svg);
    if chart.has_numbers {
        frame.numbers(&mut svg);
    }
    let mut bottom = frame.top + cell.1 * chart.rows.len() as f64;
    if let Columns::Dates(dates) = &chart.columns {
        bottom = frame.dates(&mut svg, dates, bottom);
        if !has_titles {
            frame.column_titles(&mut svg, dates);
        }
    } else if !has_titles {
        frame.row_titles(&mut svg);
    }
    let mut right = frame.key(&mut svg, bottom + 12.0, caption.lang).max(frame.right() + 12.0);
    if frame.has_hatching() {
        bottom += 20.0;
        right = frame.hatching_key(&mut svg, bottom + 12.0).max(right);
    }
    svg.finish(right, bottom + 30.0, "fixed", caption)
}

/// Strokes that go up to the right, across a rectangle.
fn hatch(path: &mut Path, (x, y): (f64, f64), (wide, high): (f64, f64)) {
    const APART: f64 = 6.0;
    let n = ((wide + high) / APART).ceil().min(600.0) as usize;
    for stroke in 0..n {
        // Where it crosses the lower end, from the left.
        let start = APART * (stroke as f64 + 0.5) - high;
        let (from, to) = ((-start).max(0.0), (wide - start).min(high));
        if to > from {
            path.add_line((x + start + from, y + high - from), (x + start + to, y + high - to));
        }
    }
}

/// The middle and the extent of the shades; `None` without values.
fn range(chart: &Matrix) -> Option<(f64, f64)> {
    let values = || chart.cells.iter().flatten().flatten().filter_map(|value| drawable(*value, false));
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return None;
    }
    Some(match chart.shades {
        Shades::Diverging { middle, extent } => {
            let middle = drawable(middle, false).unwrap_or(0.0);
            let largest = (high - middle).max(middle - low);
            let extent = extent.filter(|extent| *extent > 0.0 && extent.is_finite()).unwrap_or(largest);
            (middle, if extent > 0.0 { extent } else { 1.0 })
        }
        Shades::Sequential => (low, if high > low { high - low } else { 1.0 }),
    })
}

fn cell_width(chart: &Matrix, n_shown: usize, left: f64) -> f64 {
    let room = (Size::Wide.width() - left - 12.0) / n_shown as f64;
    if !chart.has_numbers {
        return room.clamp(2.0, 22.0);
    }
    let values = chart.cells.iter().flatten().flatten();
    let widest = values.map(|value| width(&chart.unit.write(*value))).fold(20.0, f64::max);
    // Names stand level where that does not make the table wide.
    let names = match &chart.columns {
        Columns::Names(names) => names.iter().map(|name| width(name)).fold(0.0, f64::max),
        Columns::Dates(_) => 0.0,
    };
    let names = if names + 8.0 <= room.min(110.0) { names } else { 0.0 };
    // Many columns stand closer together, so that they fit the page.
    let padding = if n_shown > 20 { 3.0 } else { 8.0 };
    (widest.max(names) + padding).max(room.min(64.0))
}

/// Writes the names of the columns and returns where the cells begin.
fn head(svg: &mut Svg, frame: &Frame<'_>) -> f64 {
    const LONGEST: f64 = 130.0;
    let Columns::Names(names) = &frame.chart.columns else { return 4.0 };
    let names = || frame.shown.iter().map(|column| names[*column].as_str());
    let longest = names().map(width).fold(0.0, f64::max);
    if longest + 4.0 <= frame.cell.0 {
        for (place, name) in names().enumerate() {
            svg.text((frame.x(place) + frame.cell.0 / 2.0, LETTER), Anchor::Middle, "", name);
        }
        return LETTER * 1.6;
    }
    let top = longest.min(LONGEST) + 8.0;
    let stride = (LETTER * 1.1 / frame.cell.0).ceil().max(1.0) as usize;
    for (place, name) in names().enumerate().step_by(stride) {
        let x = frame.x(place) + frame.cell.0 / 2.0 + LETTER * 0.35;
        svg.text_up((x, top - 5.0), Anchor::Start, 90, name, LONGEST);
    }
    top
}

impl Frame<'_> {
    fn x(&self, place: usize) -> f64 {
        self.left + self.cell.0 * place as f64
    }

    fn y(&self, row: usize) -> f64 {
        self.top + self.cell.1 * row as f64
    }

    fn right(&self) -> f64 {
        self.x(self.shown.len())
    }

    fn value(&self, row: usize, place: usize) -> Option<f64> {
        drawable((*self.chart.cells.get(row)?.get(self.shown[place])?)?, false)
    }

    /// The shade of a value, from 0; below the middle it is negative.
    fn shade(&self, value: f64) -> i32 {
        let share = (value / 2.0 - self.middle / 2.0) / (self.extent / 2.0);
        let n_shades = N_SHADES as f64;
        match self.chart.shades {
            Shades::Sequential => (share * n_shades).floor().clamp(0.0, n_shades - 1.0) as i32 + 1,
            Shades::Diverging { .. } if share == 0.0 => 0,
            Shades::Diverging { .. } => {
                let size = (share.abs() * n_shades).ceil().clamp(1.0, n_shades) as i32;
                if share < 0.0 { -size } else { size }
            }
        }
    }

    fn class(&self, shade: i32) -> String {
        match (self.chart.shades, shade) {
            (Shades::Sequential, shade) => format!("q{shade}"),
            (_, 0) => "z0".into(),
            (_, shade) => format!("{}{}", if shade < 0 { 'd' } else { 'u' }, shade.abs()),
        }
    }

    /// A cell, with a thin gap to its neighbours where there is room for one.
    fn rect(&self, path: &mut Path, row: usize, (from, to): (usize, usize)) {
        let gap = if self.cell.0 >= 6.0 { 1.0 } else { 0.0 };
        path.add_rect(self.x(from), self.y(row), self.x(to) - self.x(from) - gap, self.cell.1 - 1.0);
    }

    fn cells_with_titles(&self, svg: &mut Svg) {
        svg.open("hits cells");
        for (row, name) in self.chart.rows.iter().enumerate() {
            for place in 0..self.shown.len() {
                let Some(value) = self.value(row, place) else { continue };
                let mut path = Path::new();
                self.rect(&mut path, row, (place, place + 1));
                let column = match &self.chart.columns {
                    Columns::Names(names) => names[self.shown[place]].clone(),
                    Columns::Dates(dates) => dates[self.shown[place]].to_string(),
                };
                let title = format!("{name}\n{column}: {}", self.chart.unit.write(value));
                svg.hit(&self.class(self.shade(value)), &path, &title);
            }
        }
        svg.close();
    }

    /// Cells as thick lines, which are half as long to write as rectangles.
    fn cells(&self, svg: &mut Svg) {
        let gap = if self.cell.0 >= 6.0 { 1.0 } else { 0.0 };
        svg.open_thick("strip", self.cell.1 - 1.0);
        for row in 0..self.chart.rows.len() {
            let shade = |place: usize| self.value(row, place).map(|value| self.shade(value));
            let n = N_SHADES as i32;
            let mut paths: Vec<Path> = (-n..=n).map(|_| Path::new()).collect();
            let mut from = 0;
            for place in 1..=self.shown.len() {
                // Neighbours of one shade are one rectangle.
                let is_same = place < self.shown.len() && self.cell.0 < 6.0 && shade(place) == shade(from);
                if is_same {
                    continue;
                }
                if let Some(shade) = shade(from) {
                    let y = self.y(row) + (self.cell.1 - 1.0) / 2.0;
                    paths[(shade + n) as usize].add_line((self.x(from), y), (self.x(place) - gap, y));
                }
                from = place;
            }
            for (position, path) in paths.iter().enumerate() {
                svg.path(&self.class(position as i32 - n), path);
            }
        }
        svg.close();
    }

    /// Whether a cell without a value is drawn as one.
    fn has_hatching(&self) -> bool {
        let is_missing = |row| (0..self.shown.len()).any(|place| self.value(row, place).is_none());
        !self.chart.missing.is_empty() && (0..self.chart.rows.len()).any(is_missing)
    }

    /// Strokes across the cells without a value.
    fn hatching(&self, svg: &mut Svg) {
        let mut strokes = Path::new();
        for row in 0..self.chart.rows.len() {
            for place in (0..self.shown.len()).filter(|place| self.value(row, *place).is_none()) {
                let size = (self.cell.0 - 1.0, self.cell.1 - 1.0);
                hatch(&mut strokes, (self.x(place), self.y(row)), size);
            }
        }
        svg.path("hatch", &strokes);
    }

    /// Says what hatched cells are and returns where the words end.
    fn hatching_key(&self, svg: &mut Svg, top: f64) -> f64 {
        let mut strokes = Path::new();
        hatch(&mut strokes, (self.left, top), (17.0, 12.0));
        svg.path("hatch", &strokes);
        let x = self.left + 23.0;
        svg.text((x, centred(top + 6.0)), Anchor::Start, "", &self.chart.missing);
        x + width(&self.chart.missing) + 8.0
    }

    /// A stroke through what is below the middle.
    fn marks(&self, svg: &mut Svg) {
        if self.chart.shades == Shades::Sequential || self.chart.has_numbers {
            return;
        }
        let is_below = |row, place| self.value(row, place).is_some_and(|value| self.shade(value) < 0);
        let is_strong = |row, place| self.value(row, place).is_some_and(|value| self.shade(value) < -STRONG);
        let (mut weak, mut strong) = (Path::new(), Path::new());
        let length = if self.cell.0 >= 6.0 { (self.cell.0 * 0.4).min(7.0) } else { self.cell.0 };
        for row in 0..self.chart.rows.len() {
            let y = self.y(row) + (self.cell.1 - 1.0) / 2.0;
            let mut place = 0;
            while place < self.shown.len() {
                if !is_below(row, place) {
                    place += 1;
                    continue;
                }
                let strength = is_strong(row, place);
                let alike = |place: usize| is_below(row, place) && is_strong(row, place) == strength;
                let n_alike = if self.cell.0 >= 6.0 {
                    1
                } else {
                    (place..self.shown.len()).take_while(|place| alike(*place)).count()
                };
                let indent = if self.cell.0 >= 6.0 { (self.cell.0 - 1.0 - length) / 2.0 } else { 0.0 };
                let from = self.x(place) + indent;
                let to = if self.cell.0 >= 6.0 { from + length } else { self.x(place + n_alike) };
                let path = if strength { &mut strong } else { &mut weak };
                path.add_line((from, y), (to, y));
                place += n_alike;
            }
        }
        svg.path("minus", &weak);
        svg.path("minus strong", &strong);
    }

    fn numbers(&self, svg: &mut Svg) {
        for row in 0..self.chart.rows.len() {
            for place in 0..self.shown.len() {
                let Some(value) = self.value(row, place) else { continue };
                let at = (self.x(place) + (self.cell.0 - 1.0) / 2.0, centred(self.y(row) + 8.5));
                let is_strong = self.shade(value).abs() > STRONG;
                let text = self.chart.unit.write(value);
                svg.text(at, Anchor::Middle, if is_strong { "in strong" } else { "in" }, &text);
            }
        }
    }

    /// Writes the axis of dates and returns where it ends.
    fn dates(&self, svg: &mut Svg, dates: &[Date], bottom: f64) -> f64 {
        let (Some(first), Some(last)) = (self.shown.first(), self.shown.last()) else { return bottom };
        // The columns have equal widths; a tick stands before the first date of its period.
        let calendar = Calendar::new(dates[*first], dates[*last], self.left, self.right());
        let mut ticks = Path::new();
        let mut free = f64::NEG_INFINITY;
        for tick in calendar.ticks() {
            let place = self.shown.partition_point(|column| dates[*column] < tick.date);
            let (x, half) = (self.x(place), width(&tick.label) / 2.0);
            ticks.add_line((x, bottom), (x, bottom + 4.0));
            let middle = x.clamp(half, (self.right() + 12.0 - half).max(half));
            if middle - half > free {
                svg.text((middle, bottom + LETTER * 1.5), Anchor::Middle, "", &tick.label);
                free = middle + half + 4.0;
            }
        }
        svg.path("axis", &ticks);
        bottom + LETTER * 1.7
    }

    /// A title a column, with its largest values.
    fn column_titles(&self, svg: &mut Svg, dates: &[Date]) {
        // Where every column of the table is one of the drawing, a script can look up the cell below a pointer.
        let is_whole = self.shown.len() == dates.len();
        svg.open(if is_whole { "hits columns" } else { "hits" });
        for (place, column) in self.shown.iter().enumerate() {
            let values = (0..self.chart.rows.len()).filter_map(|row| Some((row, self.value(row, place)?)));
            let lines = values.map(|(row, value)| (self.chart.rows[row].as_str(), value)).collect();
            let title = self.titled(&dates[*column].to_string(), lines);
            let height = self.cell.1 * self.chart.rows.len() as f64;
            svg.hit("", &Path::rect(self.x(place), self.top, self.cell.0, height), &title);
        }
        svg.close();
    }

    /// A title a row, with its largest values.
    fn row_titles(&self, svg: &mut Svg) {
        let Columns::Names(names) = &self.chart.columns else { return };
        svg.open("hits");
        for (row, name) in self.chart.rows.iter().enumerate() {
            let values = self.shown.iter().enumerate();
            let values = values.filter_map(|(place, column)| Some((*column, self.value(row, place)?)));
            let lines = values.map(|(column, value)| (names[column].as_str(), value)).collect();
            let shape = Path::rect(self.left, self.y(row), self.right() - self.left, self.cell.1);
            svg.hit("", &shape, &self.titled(name, lines));
        }
        svg.close();
    }

    fn titled(&self, name: &str, mut values: Vec<(&str, f64)>) -> String {
        values.sort_by(|a, b| b.1.total_cmp(&a.1));
        let n_more = values.len().saturating_sub(N_NAMED);
        let mut title = name.to_owned();
        for (name, value) in values.into_iter().take(N_NAMED) {
            title.extend(["\n", &cut(name, 150.0), ": ", &self.chart.unit.write(value)]);
        }
        if n_more > 0 {
            title.push_str("\n…");
        }
        title
    }

    /// Writes which shade is which value and returns where it ends.
    fn key(&self, svg: &mut Svg, top: f64, lang: Lang) -> f64 {
        const SWATCH: f64 = 18.0;
        // A narrow table has its key beside it as well.
        const ROOM: f64 = 300.0;
        let n = N_SHADES as i32;
        let is_diverging = self.chart.shades != Shades::Sequential;
        let shades: Vec<i32> = if is_diverging { (-n..=n).collect() } else { (1..=n).collect() };
        let ends = if is_diverging {
            [self.middle - self.extent, self.middle + self.extent]
        } else {
            [self.middle, self.middle + self.extent]
        };
        let [low, high] = ends.map(|value| self.chart.unit.write(value));
        let y = centred(top + 6.0);
        let mut x = self.left.max(width(&low) + 6.0);
        svg.text((x - 6.0, y), Anchor::End, "", &low);
        for shade in shades {
            svg.path(&self.class(shade), &Path::rect(x, top, SWATCH - 1.0, 12.0));
            if shade < 0 && !self.chart.has_numbers {
                let mut mark = Path::new();
                mark.add_line((x + 5.0, top + 6.0), (x + 12.0, top + 6.0));
                svg.path(if shade < -STRONG { "minus strong" } else { "minus" }, &mark);
            }
            x += SWATCH;
        }
        x += 5.0;
        svg.text((x, y), Anchor::Start, "", &high);
        x += width(&high) + 18.0;
        let (row, column, measure) = (&self.chart.row_axis, &self.chart.column_axis, &self.chart.measure);
        // Two axes of the same need no name.
        let has_axes = !row.is_empty() && !column.is_empty() && row != column;
        let text = match (has_axes, measure.is_empty()) {
            (true, true) => format!("{row} × {column}"),
            (true, false) => say!(lang, "{measure}: {row} × {column}", "{measure}：{row} × {column}"),
            (false, _) => measure.clone(),
        };
        if !text.is_empty() {
            let room = (self.right() - x).max(ROOM);
            svg.text_in((x, y), Anchor::Start, "", &text, room);
            x += width(&text).min(room);
        }
        x + 8.0
    }
}
