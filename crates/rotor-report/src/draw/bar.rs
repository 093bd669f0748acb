//! Values of categories, upright or lying, with their intervals.

use super::legend::{Entry, Legend, Sign, dots};
use super::measure::{LETTER, width};
use super::scale::{Scale, Tick, drawable, widest};
use super::svg::{Anchor, Path, Svg, centred};
use super::{Bar, BarChart, BarGroup, BarMark, Caption, Guide, Mark, Size, Tone, nothing};

/// Where things lie. Along the categories and along the values are x and y, or y and x.
struct Frame<'c> {
    chart: &'c BarChart,
    scale: Scale,
    is_lying: bool,
    // Where the categories begin, and the room of each.
    start: f64,
    slot: f64,
    // Where the values begin and end, in coordinates.
    values: (f64, f64),
}

/// Labels of upright bars that do not fit beside each other go up to the right.
const SLOPE: u32 = 40;
const LONGEST_SLOPED: f64 = 120.0;

/// Draws the chart.
pub(super) fn svg(chart: &BarChart, size: Size, caption: &Caption<'_>) -> String {
    let width_ = size.width();
    let n = chart.categories.len();
    let bars = || chart.groups.iter().flat_map(|group| group.values.iter().flatten());
    let ends = bars().flat_map(|bar| {
        let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
        [bar.value, low, high]
    });
    let ends = ends.chain(chart.guides.iter().map(|guide| guide.value).filter(|_| bars().next().is_some()));
    let Some(scale) = Scale::new(ends, Some(chart.baseline), false).filter(|_| n > 0) else {
        return nothing(width_, caption);
    };
    let legend = Legend::new(&chart.axis, entries(chart), width_);
    let top = legend.height() + 8.0;
    let mut svg = Svg::new();
    legend.draw(&mut svg, 0.0);
    // A telephone has no room for many upright bars.
    let is_lying = chart.is_horizontal || (size == Size::Narrow && n > 10);
    let height = if is_lying {
        lying(&mut svg, chart, scale, (width_, top))
    } else {
        let plot = if size == Size::Small { 118.0 } else { 230.0 };
        upright(&mut svg, chart, scale, (width_, top), plot)
    };
    svg.finish(width_, height, "fluid", caption)
}

/// A single group needs no name.
fn entries(chart: &BarChart) -> Vec<Entry<'_>> {
    let sign = |group: &BarGroup| Sign::Group(group.tone, chart.mark != BarMark::Bars);
    let groups = chart.groups.iter().filter(|_| chart.groups.len() > 1);
    let mut entries: Vec<Entry<'_>> =
        groups.map(|group| Entry { sign: sign(group), name: &group.name }).collect();
    let is_first = |position: usize, guide: &Guide| {
        !chart.guides[..position].iter().any(|before| before.name == guide.name)
    };
    for (_, guide) in chart.guides.iter().enumerate().filter(|(position, guide)| is_first(*position, guide)) {
        entries.push(Entry { sign: Sign::Series(Mark::Dashed, Tone::Second), name: &guide.name });
    }
    entries
}

fn lying(svg: &mut Svg, chart: &BarChart, scale: Scale, (width_, top): (f64, f64)) -> f64 {
    let labels = chart.categories.iter().map(|name| width(name)).fold(0.0, f64::max);
    let labels = labels.min(width_ * 0.36);
    let n = chart.categories.len();
    let room = if n > 60 { 8.0 } else { 11.0 };
    let n_lanes = if chart.mark == BarMark::Joined { 1 } else { chart.groups.len() };
    let slot = (n_lanes as f64 * room + 6.0).max(LETTER * 1.35);
    let bottom = top + slot * n as f64;
    let values = (labels + 10.0, width_ - 16.0);
    let scale = scale.between(values.0, values.1);
    let frame = Frame { chart, scale, is_lying: true, start: top, slot, values };
    for (position, name) in chart.categories.iter().enumerate() {
        let y = centred(frame.middle(position));
        svg.text_in((labels, y), Anchor::End, "", name, labels);
    }
    let ticks = scale.ticks(chart.unit, ((values.1 - values.0) / 80.0) as usize);
    // Labels that would touch their neighbour are left out.
    let mut free = f64::NEG_INFINITY;
    for tick in &ticks {
        let (x, half) = (scale.place(tick.value), width(&tick.label) / 2.0);
        if x - half > free && x + half <= width_ {
            svg.text((x, bottom + LETTER * 1.4), Anchor::Middle, "", &tick.label);
            free = x + half + 6.0;
        }
    }
    frame.draw(svg, &ticks);
    bottom + LETTER * 1.9
}

fn upright(svg: &mut Svg, chart: &BarChart, scale: Scale, (width_, top): (f64, f64), plot: f64) -> f64 {
    let bottom = top + plot;
    let scale = scale.between(bottom, top);
    let ticks = scale.ticks(chart.unit, (plot / 36.0) as usize);
    let start = widest(&ticks) + 8.0;
    let slot = (width_ - 10.0 - start) / chart.categories.len() as f64;
    let frame = Frame { chart, scale, is_lying: false, start, slot, values: (bottom, top) };
    for tick in &ticks {
        svg.text((start - 6.0, centred(scale.place(tick.value))), Anchor::End, "", &tick.label);
    }
    let longest = chart.categories.iter().map(|name| width(name)).fold(0.0, f64::max);
    // Of numbers some are enough, of names none may be missing.
    let are_numbers = chart
        .categories
        .iter()
        .all(|name| name.starts_with(|letter: char| letter.is_ascii_digit() || "+-".contains(letter)));
    let is_level = longest + 4.0 <= slot || are_numbers;
    let room = if is_level { longest + 6.0 } else { LETTER * 1.5 };
    let stride = if longest + 4.0 <= slot { 1 } else { (room / slot).ceil().max(1.0) as usize };
    let mut deepest: f64 = LETTER * 1.9;
    for (position, name) in chart.categories.iter().enumerate().step_by(stride) {
        let x = frame.middle(position);
        if is_level {
            svg.text((x, bottom + LETTER * 1.4), Anchor::Middle, "", name);
            continue;
        }
        let angle = f64::from(SLOPE) * std::f64::consts::PI / 180.0;
        let room = (x / libm::cos(angle)).min(LONGEST_SLOPED);
        svg.text_up((x + 4.0, bottom + LETTER), Anchor::End, SLOPE, name, room);
        deepest = deepest.max(width(name).min(room) * libm::sin(angle) + LETTER * 1.6);
    }
    frame.draw(svg, &ticks);
    bottom + deepest
}

impl Frame<'_> {
    /// The middle of a category.
    fn middle(&self, position: usize) -> f64 {
        self.start + self.slot * (position as f64 + 0.5)
    }

    fn end(&self) -> f64 {
        self.start + self.slot * self.chart.categories.len() as f64
    }

    /// A point from where it is along the categories and along the values.
    fn at(&self, along: f64, value: f64) -> (f64, f64) {
        if self.is_lying { (value, along) } else { (along, value) }
    }

    fn rect(&self, (from, to): (f64, f64), (low, high): (f64, f64)) -> Path {
        let ((x, y), (right, bottom)) = (self.at(from, low), self.at(to, high));
        Path::rect(x.min(right), y.min(bottom), (right - x).abs(), (bottom - y).abs())
    }

    fn draw(&self, svg: &mut Svg, ticks: &[Tick]) {
        let mut grid = Path::new();
        for tick in ticks {
            let value = self.scale.place(tick.value);
            grid.add_line(self.at(self.start, value), self.at(self.end(), value));
        }
        svg.path("grid", &grid);
        if self.chart.mark == BarMark::Joined {
            svg.path("whisker t0", &self.joins());
        }
        for (position, group) in self.chart.groups.iter().enumerate() {
            self.draw_group(svg, group, position);
        }
        let mut axis = Path::new();
        let base = self.scale.place(self.chart.baseline);
        axis.add_line(self.at(self.start, base), self.at(self.end(), base));
        svg.path("axis", &axis);
        let mut guides = Path::new();
        for value in self.chart.guides.iter().filter_map(|guide| drawable(guide.value, false)) {
            let value = self.scale.place(value);
            guides.add_line(self.at(self.start, value), self.at(self.end(), value));
        }
        svg.path("dash t2", &guides);
        svg.open("hits");
        for (position, name) in self.chart.categories.iter().enumerate() {
            let along = (self.start + self.slot * position as f64, self.slot);
            let shape = self.rect((along.0, along.0 + along.1), self.values);
            svg.hit("", &shape, &self.title(position, name));
        }
        svg.close();
    }

    fn draw_group(&self, svg: &mut Svg, group: &BarGroup, position: usize) {
        let (n_lanes, lane) = if self.chart.mark == BarMark::Joined {
            (1.0, 0.0)
        } else {
            (self.chart.groups.len() as f64, position as f64)
        };
        let breadth = (self.slot * 0.76).min(40.0 * n_lanes);
        let width = breadth / n_lanes;
        let base = self.scale.place(self.chart.baseline);
        let (mut bars, mut points, mut whiskers) = (Path::new(), Vec::new(), Path::new());
        for (category, bar) in group.values.iter().enumerate().take(self.chart.categories.len()) {
            let Some((bar, value)) = bar.and_then(|bar| Some((bar, drawable(bar.value, false)?))) else {
                continue;
            };
            let from = self.middle(category) - breadth / 2.0 + width * lane;
            let along = from + width / 2.0;
            let value = self.scale.place(value);
            if self.chart.mark == BarMark::Bars {
                let gap = if width > 4.0 { 0.5 } else { 0.0 };
                // A value at the baseline is still seen.
                let to = if (value - base).abs() < 0.5 { base + 0.5 } else { value };
                let (a, b) = (self.at(from + gap, base), self.at(from + width - gap, to));
                bars.add_rect(a.0.min(b.0), a.1.min(b.1), (b.0 - a.0).abs(), (b.1 - a.1).abs());
            } else {
                points.push(self.at(along, value));
            }
            self.whisker(&mut whiskers, bar, along, width);
        }
        svg.path(&format!("bar {}", group.tone.class()), &bars);
        let tone = if self.chart.mark == BarMark::Bars { "over" } else { group.tone.class() };
        svg.path(&format!("whisker {tone}"), &whiskers);
        dots(svg, group.tone, &points);
    }

    /// A line a category, from its first value to its last.
    fn joins(&self) -> Path {
        let mut joins = Path::new();
        for category in 0..self.chart.categories.len() {
            let value = |group: &BarGroup| {
                let value = group.values.get(category).copied().flatten()?.value;
                Some(self.scale.place(drawable(value, false)?))
            };
            let mut values = self.chart.groups.iter().filter_map(value);
            if let (Some(first), Some(last)) = (values.next(), values.next_back()) {
                let along = self.middle(category);
                joins.add_line(self.at(along, first), self.at(along, last));
            }
        }
        joins
    }

    fn whisker(&self, path: &mut Path, bar: Bar, along: f64, width: f64) {
        let ends = bar.interval.and_then(|(low, high)| Some((drawable(low, false)?, drawable(high, false)?)));
        let Some((low, high)) = ends else { return };
        let (low, high) = (self.scale.place(low), self.scale.place(high));
        let cap = (width * 0.3).clamp(0.5, 4.0);
        path.add_line(self.at(along, low), self.at(along, high));
        for end in [low, high] {
            path.add_line(self.at(along - cap, end), self.at(along + cap, end));
        }
    }

    fn title(&self, position: usize, name: &str) -> String {
        let mut title = name.to_owned();
        let unit = self.chart.unit;
        for group in &self.chart.groups {
            let Some(bar) = group.values.get(position).copied().flatten() else { continue };
            let name = if self.chart.groups.len() == 1 { &self.chart.axis } else { &group.name };
            title.extend(["\n", name, if name.is_empty() { "" } else { ": " }, &unit.write(bar.value)]);
            if let Some((low, high)) = bar.interval {
                title.extend([" [", &unit.write(low), ", ", &unit.write(high), "]"]);
            }
        }
        title
    }
}
