//! How many values lie in each of equal bins, with single values marked.

use super::legend::{Entry, Legend, Sign, line_class};
use super::measure::LETTER;
use super::scale::{Scale, widest};
use super::svg::{Anchor, Path, Svg, centred};
use super::{Caption, Guide, Histogram, Mark, Size, Tone, Unit, nothing};

/// The strokes of the marks, the first solid.
const TONES: [Tone; 4] = [Tone::Second, Tone::Third, Tone::Fourth, Tone::Fifth];

/// Draws the chart.
pub(super) fn svg(chart: &Histogram, size: Size, caption: &Caption<'_>) -> String {
    let width_ = size.width();
    let n_bins = chart.counts.len();
    let is_whole = chart.range.0.is_finite() && chart.range.1.is_finite() && chart.range.0 < chart.range.1;
    let marks: Vec<&Guide> = chart.marks.iter().filter(|mark| mark.value.is_finite()).collect();
    let ends = [chart.range.0, chart.range.1].into_iter().chain(marks.iter().map(|mark| mark.value));
    let across = Scale::new(ends, None, false);
    let up = Scale::new(chart.counts.iter().map(|count| f64::from(*count)), Some(0.0), false);
    let (Some(across), Some(up)) = (across, up) else { return nothing(width_, caption) };
    if !is_whole || chart.counts.iter().all(|count| *count == 0) {
        return nothing(width_, caption);
    }
    let tone = |position: usize| TONES[position % TONES.len()];
    let entries = marks.iter().enumerate();
    let entries = entries
        .map(|(position, mark)| Entry { sign: Sign::Series(Mark::Line, tone(position)), name: &mark.name });
    let legend = Legend::new(&chart.count_axis, entries.collect(), width_);
    let top = legend.height() + 8.0;
    let bottom = top + 220.0;
    let up = up.between(bottom, top);
    let counts = Unit::plain(0);
    let rows = up.ticks(counts, 5);
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
    svg.path("grid", &grid);
    let (mut bars, mut axis) = (Path::new(), Path::new());
    let bin = |position: usize| {
        let share = position as f64 / n_bins as f64;
        chart.range.0 * (1.0 - share) + chart.range.1 * share
    };
    let place = |position: usize| across.place(bin(position));
    for (position, count) in chart.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (from, to) = (place(position), place(position + 1));
        let gap = if to - from > 4.0 { 0.5 } else { 0.0 };
        // A single value among thousands is still seen.
        let y = up.place(f64::from(*count)).min(bottom - 1.0);
        bars.add_rect(from + gap, y, (to - from - 2.0 * gap).max(0.5), bottom - y);
    }
    svg.path("bar t0", &bars);
    axis.add_line((left, bottom), (right, bottom));
    for tick in across.ticks(chart.unit, ((right - left) / 70.0) as usize) {
        let x = across.place(tick.value);
        axis.add_line((x, bottom), (x, bottom + 4.0));
        svg.text((x, bottom + LETTER * 1.4), Anchor::Middle, "", &tick.label);
    }
    svg.path("axis", &axis);
    for (position, mark) in marks.iter().enumerate() {
        let mut line = Path::new();
        let x = across.place(mark.value);
        line.add_line((x, top), (x, bottom));
        svg.path(&line_class(Mark::Line, tone(position)), &line);
    }
    svg.text_in((right, bottom + LETTER * 2.9), Anchor::End, "", &chart.axis, right - left);
    svg.open("hits");
    for (position, count) in chart.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (from, to) = (place(position), place(position + 1));
        let title = format!(
            "{}: [{}, {}]\n{}: {count}",
            chart.axis,
            chart.unit.write(bin(position)),
            chart.unit.write(bin(position + 1)),
            chart.count_axis
        );
        svg.hit("", &Path::rect(from, top, to - from, bottom - top), &title);
    }
    svg.close();
    svg.finish(width_, bottom + LETTER * 3.4, "fluid", caption)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn drawn(range: (f64, f64), counts: &[u32], mark: f64) -> String {
        let chart = Histogram {
            axis: "x".into(),
            unit: Unit::plain(1),
            count_axis: "n".into(),
            range,
            counts: counts.into(),
            marks: vec![Guide { name: "best <b>".into(), value: mark }],
        };
        svg(&chart, Size::Wide, &Caption { title: "t", about: "", lang: Lang::En })
    }

    #[test]
    fn every_bin_says_its_ends_and_its_count() {
        let found = drawn((0.0, 3.0), &[2, 0, 5], 4.0);
        assert!(found.contains("<title>x: [0.0, 1.0]\nn: 2</title>"), "{found}");
        assert!(found.contains("<title>x: [2.0, 3.0]\nn: 5</title>"), "{found}");
        assert_eq!(found.matches("\nn: ").count(), 2);
        assert!(found.contains("class=\"line t2\"") && found.contains("best &lt;b&gt;"), "{found}");
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        for range in [(0.0, 0.0), (1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(drawn(range, &[1, 2], 0.5).contains("no values"));
        }
        assert!(drawn((0.0, 1.0), &[0, 0], 0.5).contains("no values"));
        assert!(drawn((0.0, 1.0), &[], 0.5).contains("no values"));
        let found = drawn((-1e308, 1e308), &[1, 2], f64::NAN);
        assert!(!found.contains("NaN") && !found.contains("inf"), "{found}");
    }
}
