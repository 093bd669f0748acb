//! How many pairs of values lie in each of equal cells of a rectangle, with lines through it.

use super::legend::{Entry, Legend, Sign, line_class};
use super::measure::{LETTER, width};
use super::palette::N_SHADES;
use super::scale::{Scale, widest};
use super::svg::{Anchor, Path, Svg, centred};
use super::{Caption, CountChart, Mark, Size, Tone, nothing};

/// The strokes of the lines.
const STROKES: [(Mark, Tone); 2] = [(Mark::Line, Tone::Second), (Mark::Dashed, Tone::Muted)];

/// Draws the chart.
pub(super) fn svg(chart: &CountChart, size: Size, caption: &Caption<'_>) -> String {
    let width_ = size.width();
    let is_whole = |(low, high): (f64, f64)| low.is_finite() && high.is_finite() && low < high;
    let largest = chart.counts.iter().flatten().copied().max().unwrap_or(0);
    if largest == 0 || !is_whole(chart.x) || !is_whole(chart.y) {
        return nothing(width_, caption);
    }
    // Cells end at the axes, so nothing is left free beside them.
    let scale = |(low, high)| Scale::new([low, high].into_iter(), None, false);
    let (Some(across), Some(up)) = (scale(chart.x), scale(chart.y)) else { return nothing(width_, caption) };
    let entries = chart.lines.iter().zip(STROKES.iter().cycle());
    let entries =
        entries.map(|(line, (mark, tone))| Entry { sign: Sign::Series(*mark, *tone), name: &line.name });
    let legend = Legend::new(&chart.y_axis, entries.collect(), width_);
    let top = legend.height() + 8.0;
    let bottom = top + if size == Size::Narrow { 250.0 } else { 320.0 };
    let up = up.between(bottom, top);
    let rows = up.ticks(chart.y_unit, 7);
    let (left, right) = (widest(&rows) + 8.0, width_ - 14.0);
    let across = across.between(left, right);

    let mut svg = Svg::new();
    legend.draw(&mut svg, 0.0);
    let (mut grid, mut axis) = (Path::new(), Path::new());
    for tick in rows {
        let y = up.place(tick.value);
        grid.add_line((left, y), (right, y));
        svg.text((left - 6.0, centred(y)), Anchor::End, "", &tick.label);
    }
    for tick in across.ticks(chart.x_unit, ((right - left) / 70.0) as usize) {
        let x = across.place(tick.value);
        grid.add_line((x, top), (x, bottom));
        svg.text((x, bottom + LETTER * 1.4), Anchor::Middle, "", &tick.label);
    }
    svg.path("grid", &grid);
    axis.add_line((left, bottom), (right, bottom));
    svg.path("axis", &axis);
    let at = |(low, high): (f64, f64), position: usize, n: usize| {
        let share = position as f64 / n as f64;
        low * (1.0 - share) + high * share
    };
    svg.open("hits cells");
    let n_rows = chart.counts.len();
    for (row, counts) in chart.counts.iter().enumerate() {
        let [from, to] = [row, row + 1].map(|row| at(chart.y, row, n_rows));
        for (column, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let [start, end] = [column, column + 1].map(|column| at(chart.x, column, counts.len()));
            let (x, y) = (across.place(start), up.place(to));
            let shape = Path::rect(x, y, across.place(end) - x - 0.5, up.place(from) - y - 0.5);
            let title = format!(
                "{}: [{}, {}]\n{}: [{}, {}]\n{}: {count}",
                chart.x_axis,
                chart.x_unit.write(start),
                chart.x_unit.write(end),
                chart.y_axis,
                chart.y_unit.write(from),
                chart.y_unit.write(to),
                chart.count
            );
            svg.hit(&format!("q{}", shade(*count, largest)), &shape, &title);
        }
    }
    svg.close();
    for (line, (mark, tone)) in chart.lines.iter().zip(STROKES.iter().cycle()) {
        if let Some([from, to]) = clipped((line.constant, line.slope), chart.x, chart.y) {
            let mut path = Path::new();
            let place = |(x, y): (f64, f64)| (across.place(x), up.place(y));
            path.add_line(place(from), place(to));
            svg.path(&line_class(*mark, *tone), &path);
        }
    }
    let end = bottom + LETTER * 2.9;
    svg.text_in((right, end), Anchor::End, "", &chart.x_axis, right - left);
    key(&mut svg, chart, largest, end + 10.0);
    svg.finish(width_, end + 30.0, "fluid", caption)
}

/// Which shade is how many.
fn key(svg: &mut Svg, chart: &CountChart, largest: u32, top: f64) {
    const SWATCH: f64 = 18.0;
    let low = "1".to_owned();
    svg.text((0.0, centred(top + 6.0)), Anchor::Start, "", &low);
    let mut x = width(&low) + 5.0;
    for shade in 1..=N_SHADES {
        svg.path(&format!("q{shade}"), &Path::rect(x, top, SWATCH - 1.0, 12.0));
        x += SWATCH;
    }
    svg.text((x + 5.0, centred(top + 6.0)), Anchor::Start, "", &format!("{largest} {}", chart.count));
}

/// The shade of a count: equal ratios are equal steps, so that few among many are still seen.
fn shade(count: u32, largest: u32) -> usize {
    if largest <= 1 {
        return N_SHADES;
    }
    let share = libm::log(f64::from(count)) / libm::log(f64::from(largest));
    ((share * N_SHADES as f64) as usize).min(N_SHADES - 1) + 1
}

/// The part of a line that lies in a rectangle.
fn clipped((constant, slope): (f64, f64), x: (f64, f64), y: (f64, f64)) -> Option<[(f64, f64); 2]> {
    let at = |x: f64| constant + slope * x;
    let (mut from, mut to) = x;
    if slope == 0.0 {
        return (y.0..=y.1).contains(&constant).then_some([(from, constant), (to, constant)]);
    }
    let crossings = [(y.0 - constant) / slope, (y.1 - constant) / slope];
    from = from.max(crossings[0].min(crossings[1]));
    to = to.min(crossings[0].max(crossings[1]));
    (from < to && at(from).is_finite() && at(to).is_finite()).then(|| [(from, at(from)), (to, at(to))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{StraightLine, Unit};
    use crate::words::Lang;

    fn drawn(counts: Vec<Vec<u32>>, slope: f64) -> String {
        let chart = CountChart {
            x_axis: "in".into(),
            x_unit: Unit::plain(1),
            y_axis: "out".into(),
            y_unit: Unit::plain(1),
            x: (0.0, 2.0),
            y: (-1.0, 1.0),
            counts,
            count: "halves".into(),
            lines: vec![StraightLine { name: "line".into(), constant: 0.5, slope }],
        };
        svg(&chart, Size::Wide, &Caption { title: "t", about: "", lang: Lang::En })
    }

    #[test]
    fn every_cell_says_where_it_is_and_how_many_lie_there() {
        let found = drawn(vec![vec![1, 0], vec![0, 9]], -0.5);
        assert!(found.contains("<title>in: [0.0, 1.0]\nout: [-1.0, 0.0]\nhalves: 1</title>"), "{found}");
        assert!(found.contains("<title>in: [1.0, 2.0]\nout: [0.0, 1.0]\nhalves: 9</title>"), "{found}");
        assert!(found.contains("class=\"line t2\""), "{found}");
        assert!(drawn(vec![vec![0, 0]], 1.0).contains("no values"));
        assert!(drawn(Vec::new(), 1.0).contains("no values"));
        assert!(!drawn(vec![vec![3]], f64::NAN).contains("NaN"));
    }

    #[test]
    fn a_line_ends_where_the_rectangle_ends() {
        let square = (0.0, 1.0);
        assert_eq!(clipped((0.5, 1.0), square, square), Some([(0.0, 0.5), (0.5, 1.0)]));
        assert_eq!(clipped((0.5, -1.0), square, square), Some([(0.0, 0.5), (0.5, 0.0)]));
        assert_eq!(clipped((2.0, 1.0), square, square), None);
        assert_eq!(clipped((0.5, 0.0), square, square), Some([(0.0, 0.5), (1.0, 0.5)]));
        assert_eq!([1, 2, 10, 100].map(|count| shade(count, 100)), [1, 1, 4, 6]);
    }
}
