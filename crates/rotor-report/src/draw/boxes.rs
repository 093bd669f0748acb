//! How values are spread: a box a row.

use crate::terms::Term;

use super::legend::{Entry, Glyph, Legend, Sign, glyphs};
use super::measure::{LETTER, width};
use super::scale::{Scale, drawable};
use super::svg::{Anchor, Path, Svg, centred};
use super::{BoxChart, BoxRow, Caption, Size, Spread, nothing};

/// The height of a row, and of its box.
const ROW: f64 = 20.0;
const BOX: f64 = 11.0;

/// Of more outliers than this, those that fall on one pixel are one.
const MANY: usize = 200;

/// Draws the chart.
pub(super) fn svg(chart: &BoxChart, size: Size, caption: &Caption<'_>) -> String {
    let width_ = size.width();
    // Values that cannot be drawn are no values.
    let rows: Vec<BoxRow> = chart.rows.iter().map(drawn).collect();
    let values = rows.iter().flat_map(|row| row.values.iter().copied().chain(row.current));
    let Some(scale) = Scale::new(values, None, false) else { return nothing(width_, caption) };
    let entry = |glyph, name| Entry { sign: Sign::Glyph(glyph), name };
    let lang = caption.lang;
    let entries = vec![
        entry(Glyph::Current, lang.of("current", "当前")),
        entry(Glyph::Median, lang.of("median", "中位数")),
        entry(Glyph::Mean, lang.of("mean", "均值")),
        entry(Glyph::Outlier, Term::Outlier.of(lang)),
    ];
    let legend = Legend::new(&chart.axis, entries, width_);
    let labels = chart.rows.iter().map(|row| width(&row.name)).fold(0.0, f64::max).min(width_ * 0.36);
    let (left, right) = (labels + 10.0, width_ - 16.0);
    let scale = scale.between(left, right);
    let top = legend.height() + 8.0;
    let bottom = top + ROW * rows.len() as f64;

    let mut svg = Svg::new();
    legend.draw(&mut svg, 0.0);
    let mut grid = Path::new();
    let mut free = f64::NEG_INFINITY;
    for tick in scale.ticks(chart.unit, ((right - left) / 80.0) as usize) {
        let (x, half) = (scale.place(tick.value), width(&tick.label) / 2.0);
        grid.add_line((x, top), (x, bottom));
        if x - half > free && x + half <= width_ {
            svg.text((x, bottom + LETTER * 1.4), Anchor::Middle, "", &tick.label);
            free = x + half + 6.0;
        }
    }
    svg.path("grid", &grid);
    draw(&mut svg, chart, &rows, scale, (labels, top));
    svg.open("hits");
    for (position, row) in rows.iter().enumerate() {
        let shape = Path::rect(0.0, top + ROW * position as f64, width_, ROW);
        svg.hit("", &shape, &title(chart, row, caption));
    }
    svg.close();
    svg.finish(width_, bottom + LETTER * 1.9, "fluid", caption)
}

fn drawn(row: &BoxRow) -> BoxRow {
    BoxRow {
        name: row.name.clone(),
        values: row.values.iter().filter_map(|value| drawable(*value, false)).collect(),
        current: row.current.and_then(|value| drawable(value, false)),
    }
}

fn draw(svg: &mut Svg, chart: &BoxChart, rows: &[BoxRow], scale: Scale, (labels, top): (f64, f64)) {
    let (mut boxes, mut whiskers, mut medians) = (Path::new(), Path::new(), Path::new());
    let (mut outliers, mut means, mut currents) = (Vec::new(), Vec::new(), Vec::new());
    for (position, row) in rows.iter().enumerate() {
        let y = top + ROW * (position as f64 + 0.5);
        svg.text_in((labels, centred(y)), Anchor::End, "", &chart.rows[position].name, labels);
        currents.extend(row.current.map(|value| (scale.place(value), y)));
        let Some(spread) = row.spread() else { continue };
        let x = |value: f64| scale.place(value);
        let (from, to) = (x(spread.quartiles.0), x(spread.quartiles.1));
        boxes.add_rect(from, y - BOX / 2.0, (to - from).max(1.0), BOX);
        for (end, side) in [(spread.whiskers.0, from), (spread.whiskers.1, to)] {
            whiskers.add_line((side, y), (x(end), y));
            whiskers.add_line((x(end), y - BOX / 4.0), (x(end), y + BOX / 4.0));
        }
        medians.add_line((x(spread.median), y - BOX / 2.0), (x(spread.median), y + BOX / 2.0));
        means.push((x(spread.mean), y));
        outliers.extend(beyond(row, spread).into_iter().map(|value| (x(value), y)));
    }
    if outliers.len() > MANY {
        outliers.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
        outliers.dedup_by(|a, b| a.1 == b.1 && a.0.floor() == b.0.floor());
    }
    svg.path("whisker over", &whiskers);
    glyphs(svg, Glyph::Outlier, &outliers);
    svg.path("box", &boxes);
    svg.path("median", &medians);
    glyphs(svg, Glyph::Mean, &means);
    glyphs(svg, Glyph::Current, &currents);
}

fn beyond(row: &BoxRow, spread: Spread) -> Vec<f64> {
    let (low, high) = spread.whiskers;
    row.values.iter().copied().filter(|value| *value < low || *value > high).collect()
}

fn title(chart: &BoxChart, row: &BoxRow, caption: &Caption<'_>) -> String {
    let (unit, lang) = (chart.unit, caption.lang);
    let mut title = row.name.clone();
    let mut add = |name: &str, value: String| title.extend(["\n", name, ": ", &value]);
    if let Some(current) = row.current {
        add(lang.of("current", "当前"), unit.write(current));
    }
    if let Some(spread) = row.spread() {
        let range = |(low, high): (f64, f64)| format!("{} … {}", unit.write(low), unit.write(high));
        add(lang.of("median", "中位数"), unit.write(spread.median));
        add(lang.of("mean", "均值"), unit.write(spread.mean));
        add(lang.of("quartiles", "四分位"), range(spread.quartiles));
        add(lang.of("whiskers", "须"), range(spread.whiskers));
        add(lang.of("values", "个数"), row.values.len().to_string());
    }
    title
}
