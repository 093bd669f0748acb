//! Values by date.

use rotor_factor::Date;

use super::calendar::Calendar;
use super::legend::{Entry, Legend, Sign, dots, line_class, span_class};
use super::measure::{LETTER, width};
use super::scale::{Scale, drawable, widest};
use super::svg::{Anchor, Path, Svg, centred};
use super::{Caption, LineChart, Mark, Panel, Series, Size, nothing};

/// A panel with its place.
struct Laid<'c> {
    panel: &'c Panel,
    legend: Legend<'c>,
    scale: Scale,
    // Where the legend begins, and where the values end at the top and at the bottom.
    head: f64,
    top: f64,
    bottom: f64,
}

/// What all panels share.
struct Frame<'c> {
    chart: &'c LineChart,
    calendar: Calendar,
    // One a date.
    places: Vec<f64>,
    left: f64,
    right: f64,
}

/// Draws the chart.
pub(super) fn svg(chart: &LineChart, size: Size, caption: &Caption<'_>) -> String {
    let width_ = size.width();
    let (Some(first), Some(last)) = (chart.dates.first(), chart.dates.last()) else {
        return nothing(width_, caption);
    };
    let panels = lay_out(chart, size);
    if panels.is_empty() {
        return nothing(width_, caption);
    }
    let labels = panels.iter().map(|panel| widest(&panel.scale.ticks(panel.panel.unit, n_ticks(panel))));
    let left = labels.fold(0.0, f64::max) + 8.0;
    let ends: Vec<Vec<End>> = panels.iter().map(|panel| ends(chart, panel)).collect();
    let margin = ends.iter().flatten().map(|end| width(&end.label) + 8.0).fold(14.0, f64::max);
    let right = width_ - margin;
    // Bars have half their width to both sides.
    let has_bars =
        chart.panels.iter().flat_map(|panel| &panel.series).any(|series| series.mark == Mark::Bars);
    let indent = if has_bars { (right - left) / chart.dates.len() as f64 / 2.0 } else { 4.0 };
    let indent = indent.clamp(4.0, (right - left) / 4.0);
    let calendar = Calendar::new(*first, *last, left + indent, right - indent).seasonal(chart.is_seasonal);
    let places = chart.dates.iter().map(|date| calendar.place(*date)).collect();
    let frame = Frame { chart, calendar, places, left, right };
    let bottom = panels.last().map_or(0.0, |panel| panel.bottom);

    let mut svg = Svg::new();
    for panel in &panels {
        spans(&mut svg, &frame, panel);
    }
    grid(&mut svg, &frame, &panels);
    for panel in &panels {
        panel.legend.draw(&mut svg, panel.head);
        bands(&mut svg, &frame, panel);
        for (position, series) in panel.panel.series.iter().enumerate().rev() {
            draw_series(&mut svg, &frame, panel, series, position);
        }
    }
    for end in ends.iter().flatten() {
        svg.text((right + 5.0, centred(end.y)), Anchor::Start, "", &end.label);
    }
    hits(&mut svg, &frame, &panels, size);
    svg.finish(width_, bottom + LETTER * 1.9, "fluid", caption)
}

/// The last value of a series, beside its end.
struct End {
    y: f64,
    label: String,
}

/// The last values of a panel, moved apart where they would cover each other; none where they are not asked for.
fn ends(chart: &LineChart, panel: &Laid<'_>) -> Vec<End> {
    if !chart.has_last_values {
        return Vec::new();
    }
    let end = |series: &Series| {
        let value = series.values.last().copied().flatten()?;
        let y = panel.scale.place(drawable(value, panel.panel.is_log)?);
        Some(End { y, label: panel.panel.unit.write(value) })
    };
    let mut ends: Vec<End> = panel.panel.series.iter().filter_map(end).collect();
    ends.sort_by(|one, other| one.y.total_cmp(&other.y));
    let apart = LETTER * 1.15;
    for position in 1..ends.len() {
        ends[position].y = ends[position].y.max(ends[position - 1].y + apart);
    }
    // Those at the bottom push the others up again.
    let mut lowest = panel.bottom;
    for end in ends.iter_mut().rev() {
        end.y = end.y.min(lowest);
        lowest = end.y - apart;
    }
    ends
}

/// Panels with something to show, one below the other.
fn lay_out(chart: &LineChart, size: Size) -> Vec<Laid<'_>> {
    const BETWEEN: f64 = 14.0;
    let one = match (size, chart.panels.len()) {
        (Size::Wide, 1) => 250.0,
        (Size::Wide, _) => 200.0,
        (Size::Medium, 1) => 240.0,
        (Size::Medium, _) => 180.0,
        (Size::Narrow, 1) => 220.0,
        (Size::Narrow, _) => 160.0,
        (Size::Small, 1) => 118.0,
        (Size::Small, _) => 110.0,
    };
    let mut head = 0.0;
    let mut panels = Vec::new();
    for (position, panel) in chart.panels.iter().enumerate() {
        let Some(scale) = scale(panel) else { continue };
        let legend = Legend::new(&panel.axis, entries(chart, panel, position == 0), size.width());
        let top = head + legend.height() + 7.0;
        let share = if panel.height.is_finite() { panel.height.clamp(0.25, 4.0) } else { 1.0 };
        let bottom = top + one * share;
        panels.push(Laid { panel, legend, scale: scale.between(bottom, top), head, top, bottom });
        head = bottom + BETWEEN;
    }
    panels
}

fn scale(panel: &Panel) -> Option<Scale> {
    let values = panel.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let ranges = panel.bands.iter().flat_map(|band| band.ranges.iter().flatten());
    let ends = ranges.flat_map(|(low, high)| [*low, *high]);
    Scale::new(values.chain(ends), floor(panel), panel.is_log)
}

/// Where bars and areas begin: the baseline, else 0, which a log axis does not have.
fn floor(panel: &Panel) -> Option<f64> {
    let is_filled = |series: &Series| matches!(series.mark, Mark::Bars | Mark::Area);
    let zero = (!panel.is_log && panel.series.iter().any(is_filled)).then_some(0.0);
    panel.baseline.or(zero)
}

/// One series under its axis needs no name.
fn entries<'c>(chart: &'c LineChart, panel: &'c Panel, is_first: bool) -> Vec<Entry<'c>> {
    let series = panel
        .series
        .iter()
        .map(|series| Entry { sign: Sign::Series(series.mark, series.tone), name: &series.name });
    let bands = panel.bands.iter().map(|band| Entry { sign: Sign::Band(band.tone), name: &band.name });
    let mut entries: Vec<Entry<'_>> = series.chain(bands).collect();
    if entries.len() == 1 && panel.bands.is_empty() {
        entries.clear();
    }
    if is_first {
        let names = span_names(chart).into_iter().enumerate();
        entries.extend(names.map(|(shade, name)| Entry { sign: Sign::Span(shade), name }));
    }
    entries
}

/// The names of the spans, each once, as they come.
fn span_names(chart: &LineChart) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for span in &chart.spans {
        if !names.contains(&span.name.as_str()) {
            names.push(&span.name);
        }
    }
    names
}

fn n_ticks(panel: &Laid<'_>) -> usize {
    ((panel.bottom - panel.top) / 36.0) as usize
}

fn spans(svg: &mut Svg, frame: &Frame<'_>, panel: &Laid<'_>) {
    let (Some(first), Some(last)) = (frame.chart.dates.first(), frame.chart.dates.last()) else { return };
    for (shade, name) in span_names(frame.chart).into_iter().enumerate() {
        let mut path = Path::new();
        let spans = frame.chart.spans.iter().filter(|span| span.name == name);
        for span in spans.filter(|span| span.from <= *last && span.to >= *first && span.from <= span.to) {
            let from = frame.calendar.place(span.from);
            let to = span.to.plus_days(1).map_or(frame.right, |day| frame.calendar.place(day));
            path.add_rect(from, panel.top, (to - from).max(1.0), panel.bottom - panel.top);
        }
        svg.path(span_class(shade), &path);
    }
}

fn grid(svg: &mut Svg, frame: &Frame<'_>, panels: &[Laid<'_>]) {
    let mut lines = Path::new();
    for panel in panels {
        for tick in panel.scale.ticks(panel.panel.unit, n_ticks(panel)) {
            let y = panel.scale.place(tick.value);
            lines.add_line((frame.left, y), (frame.right, y));
            svg.text((frame.left - 6.0, centred(y)), Anchor::End, "", &tick.label);
        }
    }
    let mut axis = Path::new();
    let bottom = panels.last().map_or(0.0, |panel| panel.bottom);
    for tick in frame.calendar.ticks() {
        for panel in panels {
            lines.add_line((tick.x, panel.top), (tick.x, panel.bottom));
        }
        axis.add_line((tick.x, bottom), (tick.x, bottom + 4.0));
        let half = width(&tick.label) / 2.0;
        let x = tick.x.clamp(half, (frame.right + 14.0 - half).max(half));
        svg.text((x, bottom + LETTER * 1.4), Anchor::Middle, "", &tick.label);
    }
    svg.path("grid", &lines);
    axis.add_line((frame.left, bottom), (frame.right, bottom));
    let baselines = panels.iter().filter_map(|panel| {
        let base = drawable(panel.panel.baseline?, panel.panel.is_log)?;
        Some(panel.scale.place(base))
    });
    for y in baselines {
        axis.add_line((frame.left, y), (frame.right, y));
    }
    svg.path("axis", &axis);
}

fn bands(svg: &mut Svg, frame: &Frame<'_>, panel: &Laid<'_>) {
    let is_log = panel.panel.is_log;
    for band in &panel.panel.bands {
        let end = |pick: fn(&(f64, f64)) -> f64| {
            let ends = band.ranges.iter().map(move |range| range.as_ref().map(pick));
            ends.map(|value| value.and_then(|value| drawable(value, is_log))).collect::<Vec<_>>()
        };
        let (mut low, mut high) = (end(|range| range.0), end(|range| range.1));
        for (low, high) in low.iter_mut().zip(&mut high) {
            if low.is_none() || high.is_none() {
                (*low, *high) = (None, None);
            }
        }
        // Both ends have gaps at the same dates, hence as many pieces.
        let (low, high) =
            (frame.pieces(panel, &low, Keep::Lowest), frame.pieces(panel, &high, Keep::Highest));
        let mut path = Path::new();
        for (low, high) in low.into_iter().zip(high) {
            path.lines(high.into_iter().chain(low.into_iter().rev()));
            path.end();
        }
        svg.path(&format!("band {}", band.tone.class()), &path);
    }
}

fn draw_series(svg: &mut Svg, frame: &Frame<'_>, panel: &Laid<'_>, series: &Series, position: usize) {
    let is_log = panel.panel.is_log;
    let values: Vec<Option<f64>> =
        series.values.iter().map(|value| value.and_then(|value| drawable(value, is_log))).collect();
    let floor = floor(panel.panel).and_then(|floor| drawable(floor, is_log));
    let floor = floor.map_or(panel.bottom, |floor| panel.scale.place(floor));
    match series.mark {
        Mark::Bars => {
            let bars = panel.panel.series.iter().filter(|series| series.mark == Mark::Bars).count();
            let before = panel.panel.series[..position].iter().filter(|other| other.mark == Mark::Bars);
            let path = bars_path(frame, panel, &values, floor, (before.count(), bars));
            svg.path(&format!("bar {}", series.tone.class()), &path);
        }
        Mark::Dots => {
            let pieces = frame.pieces(panel, &values, Keep::Pixel);
            dots(svg, series.tone, &pieces.concat());
        }
        Mark::Line | Mark::Dashed | Mark::Area => {
            let pieces = frame.pieces(panel, &values, Keep::Shape);
            if series.mark == Mark::Area {
                let mut area = Path::new();
                for piece in &pieces {
                    let ends = (piece[0].0, piece[piece.len() - 1].0);
                    area.lines(piece.iter().copied().chain([(ends.1, floor), (ends.0, floor)]));
                    area.end();
                }
                svg.path(&format!("area {}", series.tone.class()), &area);
            }
            let (mut line, mut specks) = (Path::new(), Path::new());
            for piece in pieces {
                // A value between two gaps would be no line.
                if let [(x, y)] = piece[..] { specks.add_dot(x, y) } else { line.lines(piece) }
            }
            let fine = if frame.is_dense(Keep::Shape) { " fine" } else { "" };
            svg.path(&(line_class(series.mark, series.tone) + fine), &line);
            svg.path(&format!("speck {}", series.tone.class()), &specks);
        }
    }
}

/// Bars beside each other where several series have them; `of` is which one this is, of how many.
fn bars_path(
    frame: &Frame<'_>,
    panel: &Laid<'_>,
    values: &[Option<f64>],
    floor: f64,
    of: (usize, usize),
) -> Path {
    let mut path = Path::new();
    let mut bar = |left: f64, width: f64, y: f64| {
        // A value at the floor is still seen.
        let (top, height) = if y < floor { (y, floor - y) } else { (floor, y - floor) };
        path.add_rect(left, top, width, height.max(0.5));
    };
    if frame.is_dense(Keep::Pixel) {
        for (x, y) in frame.pieces(panel, values, Keep::Pixel).concat() {
            bar(x - 0.5, 1.0, y);
        }
        return path;
    }
    let gaps = frame.places.windows(2).map(|pair| pair[1] - pair[0]);
    let closest = gaps.fold(f64::INFINITY, f64::min);
    let closest = if closest.is_finite() { closest } else { (frame.right - frame.left) / 4.0 };
    let all = (closest * 0.8).clamp(0.6, 40.0);
    let width = all / of.1 as f64;
    for (x, value) in frame.places.iter().zip(values) {
        if let Some(value) = value {
            bar(x - all / 2.0 + width * of.0 as f64, width, panel.scale.place(*value));
        }
    }
    path
}

/// What is kept of the values that fall on one column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Both extremes, which is what a line shows: no peak and no trough is lost.
    Shape,
    /// The first, the last and both extremes.
    Pixel,
    Lowest,
    Highest,
}

impl Keep {
    /// How wide a column is. A line through the extremes of a few pixels looks as it does through every value.
    const fn width(self) -> f64 {
        match self {
            Self::Shape => 3.0,
            Self::Pixel | Self::Lowest | Self::Highest => 1.0,
        }
    }
}

impl Frame<'_> {
    /// Whether there are more dates than can be seen.
    fn is_dense(&self, keep: Keep) -> bool {
        self.places.len() as f64 > 2.0 * (self.right - self.left) / keep.width()
    }

    /// Stretches of values without a gap, as points; of more dates than can be seen, what the eye would make of them.
    fn pieces(&self, panel: &Laid<'_>, values: &[Option<f64>], keep: Keep) -> Vec<Vec<(f64, f64)>> {
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut is_gap = true;
        let mut add = |points: &[(f64, f64)]| {
            if points.is_empty() {
                is_gap = true;
                return;
            }
            if std::mem::take(&mut is_gap) {
                pieces.push(Vec::new());
            }
            pieces.last_mut().expect("a piece was begun").extend(points);
        };
        let point = |position: usize| Some((self.places[position], panel.scale.place(values[position]?)));
        let n_dates = self.places.len().min(values.len());
        if !self.is_dense(keep) {
            (0..n_dates).for_each(|position| add(point(position).as_slice()));
            return pieces;
        }
        let mut start = 0;
        while start < n_dates {
            let column = |x: f64| (x / keep.width()).floor();
            let own = column(self.places[start]);
            let end = start + self.places[start..n_dates].partition_point(|x| column(*x) <= own);
            let within: Vec<(f64, f64)> = (start..end).filter_map(point).collect();
            // A line begins and ends where its values do.
            let is_end = start == 0 || end == n_dates;
            add(&thinned(&within, if keep == Keep::Shape && is_end { Keep::Pixel } else { keep }));
            start = end;
        }
        pieces
    }
}

fn thinned(points: &[(f64, f64)], keep: Keep) -> Vec<(f64, f64)> {
    if points.is_empty() {
        return Vec::new();
    }
    let extreme = |is_better: fn(f64, f64) -> bool| {
        (1..points.len())
            .fold(0, |best, next| if is_better(points[next].1, points[best].1) { next } else { best })
    };
    // Coordinates grow downwards.
    let (highest, lowest) = (extreme(|a, b| a < b), extreme(|a, b| a > b));
    let mut kept = match keep {
        Keep::Shape => vec![highest, lowest],
        Keep::Pixel => vec![0, highest, lowest, points.len() - 1],
        Keep::Lowest => vec![lowest],
        Keep::Highest => vec![highest],
    };
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|position| points[position]).collect()
}

/// A column a date that says what its values are, thinned to what a pointer can choose.
fn hits(svg: &mut Svg, frame: &Frame<'_>, panels: &[Laid<'_>], size: Size) {
    let listed = frame.chart.listed();
    let n_most = if size == Size::Wide { 250 } else { 80 };
    let stride = listed.len().div_ceil(n_most).max(1);
    let (Some(first), Some(last)) = (panels.first(), panels.last()) else { return };
    let shown: Vec<(usize, String)> = listed
        .into_iter()
        .step_by(stride)
        .filter_map(|position| Some((position, title(frame, position)?)))
        .collect();
    svg.open("hits");
    for (place, (position, title)) in shown.iter().enumerate() {
        let x = frame.places[*position];
        let between = |other: usize| f64::midpoint(x, frame.places[shown[other].0]);
        let from = if place == 0 { frame.left } else { between(place - 1) };
        let to = if place + 1 == shown.len() { frame.right } else { between(place + 1) };
        svg.hit("", &Path::rect(from, first.top, to - from, last.bottom - first.top), title);
    }
    svg.close();
}

/// The date and what is known of it; `None` if nothing is.
fn title(frame: &Frame<'_>, position: usize) -> Option<String> {
    let date: Date = frame.chart.dates[position];
    let mut title = frame.chart.date(position);
    let mut is_known = false;
    for panel in &frame.chart.panels {
        let mut add = |name: &str, value: String| {
            is_known = true;
            title.extend(["\n", &frame.chart.label(panel, name), ": ", &value]);
        };
        for series in &panel.series {
            if let Some(value) = series.values.get(position).copied().flatten() {
                add(&series.name, panel.unit.write(value));
            }
        }
        for band in &panel.bands {
            if let Some((low, high)) = band.ranges.get(position).copied().flatten() {
                add(&band.name, format!("[{}, {}]", panel.unit.write(low), panel.unit.write(high)));
            }
        }
    }
    for span in frame.chart.spans.iter().filter(|span| (span.from..=span.to).contains(&date)) {
        title.extend(["\n", &span.name]);
    }
    is_known.then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_many_days_keeps_its_ends_and_every_extreme() {
        let points: Vec<(f64, f64)> =
            (0..20).map(|day| (f64::from(day), f64::from((day * 7 + 3) % 20))).collect();
        assert_eq!(thinned(&points, Keep::Shape), [(8.0, 19.0), (11.0, 0.0)]);
        assert_eq!(thinned(&points, Keep::Pixel).first(), Some(&(0.0, 3.0)));
    }
}
