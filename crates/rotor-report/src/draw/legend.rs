//! What stands above a panel: what its axis measures, and which mark is which name.

use super::measure::{LETTER, cut, width};
use super::svg::{Anchor, Path, Svg, centred};
use super::{Mark, Tone};

/// The height of a row of the legend.
pub(super) const ROW: f64 = LETTER * 1.5;

/// How much wider the heading is for being bold.
const BOLD: f64 = 1.15;

/// The length of a mark, and the room behind it and behind a name.
const MARK: f64 = 20.0;
const BEHIND_MARK: f64 = 5.0;
const BEHIND_NAME: f64 = 16.0;

/// A mark with its name.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) sign: Sign,
    pub(super) name: &'t str,
}

/// What a mark looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// As a series.
    Series(Mark, Tone),
    /// As the bars or dots of a group.
    Group(Tone, bool),
    /// As a band.
    Band(Tone),
    /// As a span of this shade.
    Span(usize),
    /// As one of the glyphs of a box.
    Glyph(Glyph),
}

/// The glyphs of a box chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    Current,
    Median,
    Mean,
    Outlier,
}

/// A heading with its legend, laid out for a width.
#[derive(Debug)]
pub(super) struct Legend<'t> {
    title: &'t str,
    entries: Vec<Entry<'t>>,
    // One a entry: where it begins and in which row.
    places: Vec<(f64, usize)>,
    width: f64,
}

impl<'t> Legend<'t> {
    /// Lays out entries behind the title, in as many rows as they need.
    pub(super) fn new(title: &'t str, entries: Vec<Entry<'t>>, width_: f64) -> Self {
        let mut x = if title.is_empty() { 0.0 } else { width(&cut(title, width_)) * BOLD + BEHIND_NAME };
        let mut row = 0;
        let places = entries
            .iter()
            .map(|entry| {
                let length = MARK + BEHIND_MARK + width(&cut(entry.name, name_room(width_)));
                if x > 0.0 && x + length > width_ {
                    (x, row) = (0.0, row + 1);
                }
                let place = (x, row);
                x += length + BEHIND_NAME;
                place
            })
            .collect();
        Self { title, entries, places, width: width_ }
    }

    /// How high it is; nothing if it is empty.
    pub(super) fn height(&self) -> f64 {
        let n_rows = match self.places.last() {
            Some((_, row)) => row + 1,
            None => usize::from(!self.title.is_empty()),
        };
        n_rows as f64 * ROW
    }

    /// Draws it below `top`.
    pub(super) fn draw(&self, svg: &mut Svg, top: f64) {
        if !self.title.is_empty() {
            svg.text_in(
                (0.0, centred(top + ROW / 2.0)),
                Anchor::Start,
                "head",
                self.title,
                self.width / BOLD,
            );
        }
        for (entry, (x, row)) in self.entries.iter().zip(&self.places) {
            let middle = top + (*row as f64 + 0.5) * ROW;
            draw_sign(svg, entry.sign, *x, middle);
            let at = (x + MARK + BEHIND_MARK, centred(middle));
            svg.text_in(at, Anchor::Start, "", entry.name, name_room(self.width));
        }
    }
}

fn name_room(width: f64) -> f64 {
    (width - MARK - BEHIND_MARK).max(0.0)
}

fn draw_sign(svg: &mut Svg, sign: Sign, x: f64, y: f64) {
    let block = Path::rect(x + 2.0, y - 5.0, MARK - 4.0, 10.0);
    match sign {
        Sign::Series(mark, tone) => draw_series_sign(svg, mark, tone, x, y),
        Sign::Group(tone, false) => svg.path(&format!("bar {}", tone.class()), &block),
        Sign::Group(tone, true) => dots(svg, tone, &[(x + MARK / 2.0, y)]),
        Sign::Band(tone) => svg.path(&format!("band {}", tone.class()), &block),
        Sign::Span(shade) => svg.path(span_class(shade), &block),
        Sign::Glyph(glyph) => {
            if matches!(glyph, Glyph::Median) {
                let mut line = Path::new();
                line.add_line((x + MARK / 2.0, y - 6.0), (x + MARK / 2.0, y + 6.0));
                svg.path("median", &line);
            } else {
                glyphs(svg, glyph, &[(x + MARK / 2.0, y)]);
            }
        }
    }
}

fn draw_series_sign(svg: &mut Svg, mark: Mark, tone: Tone, x: f64, y: f64) {
    match mark {
        Mark::Line | Mark::Dashed => {
            let mut line = Path::new();
            line.add_line((x, y), (x + MARK, y));
            svg.path(&line_class(mark, tone), &line);
        }
        Mark::Area => {
            svg.path(&format!("area {}", tone.class()), &Path::rect(x, y - 4.0, MARK, 9.0));
            let mut line = Path::new();
            line.add_line((x, y - 4.0), (x + MARK, y - 4.0));
            svg.path(&line_class(mark, tone), &line);
        }
        Mark::Bars => {
            let mut bars = Path::new();
            for (left, height) in [(3.0, 6.0), (8.0, 11.0), (13.0, 8.0)] {
                bars.add_rect(x + left, y + 5.0 - height, 3.5, height);
            }
            svg.path(&format!("bar {}", tone.class()), &bars);
        }
        Mark::Dots => dots(svg, tone, &[(x + 4.0, y + 1.0), (x + 15.0, y - 1.0)]),
    }
}

/// Lines differ in stroke as well as in colour.
pub(super) fn line_class(mark: Mark, tone: Tone) -> String {
    let stroke = if mark == Mark::Dashed { "dash" } else { "line" };
    format!("{stroke} {}", tone.class())
}

/// Spans of another name have another shade.
pub(super) fn span_class(shade: usize) -> &'static str {
    ["span", "span span2", "span span3"][shade.min(2)]
}

/// Draws dots, of another shape for every tone.
pub(super) fn dots(svg: &mut Svg, tone: Tone, places: &[(f64, f64)]) {
    let mut path = Path::new();
    for (x, y) in places {
        match tone {
            Tone::First | Tone::Muted => path.add_dot(*x, *y),
            Tone::Second | Tone::Fifth => path.add_rect(x - 3.0, y - 3.0, 6.0, 6.0),
            Tone::Third => path.add_triangle(*x, *y, 4.2),
            Tone::Fourth | Tone::Sixth => path.add_diamond(*x, *y, 4.2),
        }
    }
    let is_round = matches!(tone, Tone::First | Tone::Muted);
    let class = format!("{} {}", if is_round { "dots" } else { "fill" }, tone.class());
    svg.path(&class, &path);
}

/// Draws the glyphs of a box chart.
pub(super) fn glyphs(svg: &mut Svg, glyph: Glyph, places: &[(f64, f64)]) {
    let mut path = Path::new();
    for (x, y) in places {
        match glyph {
            Glyph::Current => path.add_triangle(*x, *y, 5.5),
            Glyph::Mean => path.add_diamond(*x, *y, 3.5),
            Glyph::Median | Glyph::Outlier => path.add_dot(*x, *y),
        }
    }
    svg.path(
        match glyph {
            Glyph::Current => "current",
            Glyph::Mean => "mean",
            Glyph::Median | Glyph::Outlier => "outlier",
        },
        &path,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_take_as_many_rows_as_they_need() {
        let entry = |name| Entry { sign: Sign::Band(Tone::First), name };
        let legend = Legend::new("axis", vec![entry("one"), entry("two"), entry("three")], 130.0);
        assert_eq!(legend.places.iter().map(|(_, row)| *row).collect::<Vec<_>>(), [0, 1, 1]);
        assert_eq!(legend.height(), 2.0 * ROW);
        assert_eq!(Legend::new("", Vec::new(), 130.0).height(), 0.0);
    }
}
