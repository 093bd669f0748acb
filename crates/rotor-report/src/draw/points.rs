//! Pairs of values as points, with the line on which they would lie.

use super::legend::{Entry, Legend, Sign, dots};
use super::measure::{LETTER, width};
use super::scale::{Scale, drawable, widest};
use super::svg::{Anchor, Path, Svg, centred};
use super::{Caption, Mark, PointChart, Size, Tone, nothing};

/// Draws the chart.
pub(super) fn svg(chart: &PointChart, size: Size, caption: &Caption<'_>) -> String {
    let width_ = size.width();
    let pair = |(x, y): &(f64, f64)| Some((drawable(*x, false)?, drawable(*y, false)?));
    let points: Vec<(f64, f64)> = chart.points.iter().filter_map(pair).collect();
    let across = Scale::new(points.iter().map(|(x, _)| *x), None, false);
    let up = Scale::new(points.iter().map(|(_, y)| *y), None, false);
    let (Some(across), Some(up)) = (across, up) else { return nothing(width_, caption) };
    let entries =
        chart.line.iter().map(|(name, ..)| Entry { sign: Sign::Series(Mark::Dashed, Tone::Second), name });
    let legend = Legend::new(&chart.y_axis, entries.collect(), width_);
    let top = legend.height() + 7.0;
    let bottom = top + if size == Size::Small { 110.0 } else { 230.0 };
    let up = up.between(bottom, top);
    let rows = up.ticks(chart.y_unit, ((bottom - top) / 36.0) as usize);
    let (left, right) = (widest(&rows) + 8.0, width_ - 14.0);
    let across = across.between(left, right);

    let mut svg = Svg::new();
    legend.draw(&mut svg, 0.0);
    let mut grid = Path::new();
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
    let mut axis = Path::new();
    axis.add_line((left, bottom), (right, bottom));
    svg.path("axis", &axis);
    let room = (right - left).max(width(&chart.x_axis).min(width_));
    svg.text_in((right, bottom + LETTER * 2.9), Anchor::End, "", &chart.x_axis, room);
    if let Some((_, constant, slope)) = &chart.line {
        line(&mut svg, (*constant, *slope), &points, |x, y| (across.place(x), up.place(y)));
    }
    let places: Vec<(f64, f64)> = points.iter().map(|(x, y)| (across.place(*x), up.place(*y))).collect();
    dots(&mut svg, Tone::First, &places);
    svg.open("hits");
    for ((x, y), (of_x, of_y)) in places.iter().zip(&points) {
        let (of_x, of_y) = (chart.x_unit.write(*of_x), chart.y_unit.write(*of_y));
        let title = format!("{}: {of_x}\n{}: {of_y}", chart.x_axis, chart.y_axis);
        svg.hit("", &Path::rect(x - 4.0, y - 4.0, 8.0, 8.0), &title);
    }
    svg.close();
    svg.finish(width_, bottom + LETTER * 3.4, "fluid", caption)
}

/// The line over the values that there are, where it is among them.
fn line(
    svg: &mut Svg,
    (constant, slope): (f64, f64),
    points: &[(f64, f64)],
    place: impl Fn(f64, f64) -> (f64, f64),
) {
    let ends = |of: fn(&(f64, f64)) -> f64| {
        let values = || points.iter().map(of);
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    };
    let (xs, ys) = (ends(|point| point.0), ends(|point| point.1));
    let at = |x: f64| constant + slope * x;
    // Beyond the values it would leave the axes.
    let (from, to) = if slope > 0.0 {
        (xs.0.max((ys.0 - constant) / slope), xs.1.min((ys.1 - constant) / slope))
    } else {
        xs
    };
    if from < to && (at(to) - at(from)).is_finite() {
        let mut path = Path::new();
        path.add_line(place(from, at(from)), place(to, at(to)));
        svg.path("dash t2", &path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Unit;
    use crate::words::Lang;

    fn drawn(points: &[(f64, f64)], line: Option<(String, f64, f64)>) -> String {
        let chart = PointChart {
            x_axis: "x".into(),
            x_unit: Unit::plain(1),
            y_axis: "y".into(),
            y_unit: Unit::plain(1),
            points: points.into(),
            line,
            is_small: true,
        };
        svg(&chart, Size::Small, &Caption { title: "t", about: "", lang: Lang::En })
    }

    #[test]
    fn every_pair_is_a_point_that_says_its_values() {
        let found = drawn(&[(0.0, 1.0), (1.0, 3.0)], Some(("line".into(), 1.0, 2.0)));
        assert_eq!(found.matches("<title>x: ").count(), 2);
        assert!(found.contains("<title>x: 1.0\ny: 3.0</title>"), "{found}");
        assert!(found.contains("class=\"dash t2\" d=\"M"), "the line goes through both points: {found}");
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        assert!(drawn(&[], None).contains("no values"));
        let odd = [(f64::NAN, 1.0), (1.0, f64::INFINITY), (2.0, 2.0), (-1e308, 1e308)];
        for slope in [0.0, -1.0, f64::NAN, 1e308] {
            let found = drawn(&odd, Some(("line".into(), 0.0, slope)));
            assert_eq!(found.matches("<title>x: ").count(), 2);
            assert!(!found.contains("NaN") && !found.contains("inf"), "{found}");
        }
    }
}
