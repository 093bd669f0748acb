//! A writer of SVG: escaped texts, coordinates of at most one decimal.
//!
//! Coordinates are counted in tenths, so that relative steps add up to exactly the place where they should end.

use std::fmt::Write as _;

use super::Caption;
use super::measure::{LETTER, cut};

/// The body of a drawing while it is being written.
#[derive(Debug, Default)]
pub(super) struct Svg {
    body: String,
}

/// Which point of a text its coordinates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    pub(super) fn new() -> Self {
        Self { body: String::with_capacity(1 << 14) }
    }

    /// Wraps what was written into a drawing of this size.
    ///
    /// `class` says how it takes its place on the page: `fluid` fills the width, `fixed` keeps its own.
    pub(super) fn finish(self, width: f64, height: f64, class: &str, caption: &Caption<'_>) -> String {
        // What keeps its size is shown as large as what fills the width of a wide page.
        let zoom = if class == "fixed" { 1.14 } else { 1.0 };
        let mut svg = String::with_capacity(self.body.len() + 512);
        svg.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"chart ");
        svg.push_str(class);
        svg.push_str("\" viewBox=\"0 0 ");
        number(&mut svg, tenths(width));
        svg.push(' ');
        number(&mut svg, tenths(height));
        svg.push_str("\" width=\"");
        number(&mut svg, tenths(width * zoom));
        svg.push_str("\" height=\"");
        number(&mut svg, tenths(height * zoom));
        svg.push_str("\"><title>");
        escape(&mut svg, caption.title);
        svg.push_str("</title>");
        if !caption.about.is_empty() {
            svg.push_str("<desc>");
            escape(&mut svg, caption.about);
            svg.push_str("</desc>");
        }
        svg.push('\n');
        svg.push_str(&self.body);
        svg.push_str("</svg>\n");
        svg
    }

    /// Opens a group of lines as thick as this; [`Self::close`] closes it.
    pub(super) fn open_thick(&mut self, class: &str, width: f64) {
        write!(self.body, "<g class=\"{class}\" stroke-width=\"").expect("writing to a string does not fail");
        number(&mut self.body, tenths(width));
        self.body.push_str("\">\n");
    }

    /// Opens a group; [`Self::close`] closes it.
    pub(super) fn open(&mut self, class: &str) {
        writeln!(self.body, "<g class=\"{class}\">").expect("writing to a string does not fail");
    }

    /// Closes a group.
    pub(super) fn close(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// Writes a text on the base line `y`.
    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, class: &str, text: &str) {
        self.text_in((x, y), anchor, class, text, f64::INFINITY);
    }

    /// As [`Self::text`], cut to `room`; the whole text is its title then.
    pub(super) fn text_in(&mut self, at: (f64, f64), anchor: Anchor, class: &str, text: &str, room: f64) {
        self.start_text(at, anchor, class);
        self.end_text(text, room);
    }

    /// As [`Self::text_in`], going up to the right.
    pub(super) fn text_up(&mut self, at: (f64, f64), anchor: Anchor, degrees: u32, text: &str, room: f64) {
        self.start_text(at, anchor, "");
        self.body.pop();
        write!(self.body, " transform=\"rotate(-{degrees} ").expect("writing to a string does not fail");
        number(&mut self.body, tenths(at.0));
        self.body.push(' ');
        number(&mut self.body, tenths(at.1));
        self.body.push_str(")\">");
        self.end_text(text, room);
    }

    fn start_text(&mut self, (x, y): (f64, f64), anchor: Anchor, class: &str) {
        self.body.push_str("<text x=\"");
        number(&mut self.body, tenths(x));
        self.body.push_str("\" y=\"");
        number(&mut self.body, tenths(y));
        self.body.push_str(match anchor {
            Anchor::Start => "\"",
            Anchor::Middle => "\" text-anchor=\"middle\"",
            Anchor::End => "\" text-anchor=\"end\"",
        });
        if !class.is_empty() {
            self.body.extend([" class=\"", class, "\""]);
        }
        self.body.push('>');
    }

    fn end_text(&mut self, text: &str, room: f64) {
        let shown = cut(text, room);
        escape(&mut self.body, &shown);
        if shown != text {
            self.title(text);
        }
        self.body.push_str("</text>\n");
    }

    fn title(&mut self, text: &str) {
        self.body.push_str("<title>");
        escape(&mut self.body, text);
        self.body.push_str("</title>");
    }

    /// Writes a path; nothing if it is empty.
    pub(super) fn path(&mut self, class: &str, path: &Path) {
        if path.d.is_empty() {
            return;
        }
        self.body.extend(["<path class=\"", class, "\" d=\"", &path.d, "\"/>\n"]);
    }

    /// Writes a shape that shows `title` when it is hovered or focused; an empty class is left out.
    pub(super) fn hit(&mut self, class: &str, path: &Path, title: &str) {
        self.body.push_str("<path");
        if !class.is_empty() {
            self.body.extend([" class=\"", class, "\""]);
        }
        self.body.extend([" d=\"", &path.d, "\">"]);
        self.title(title);
        self.body.push_str("</path>\n");
    }
}

/// The shape of a path.
#[derive(Debug, Default)]
pub(super) struct Path {
    d: String,
    // Where the pen is, and where the shape began, in tenths.
    at: (i64, i64),
    start: (i64, i64),
}

impl Path {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A rectangle.
    pub(super) fn rect(x: f64, y: f64, width: f64, height: f64) -> Self {
        let mut path = Self::new();
        path.add_rect(x, y, width, height);
        path
    }

    /// Lifts the pen.
    pub(super) fn to(&mut self, x: f64, y: f64) {
        let to = (tenths(x), tenths(y));
        let (command, from) = if self.d.is_empty() { ('M', (0, 0)) } else { ('m', self.at) };
        self.d.push(command);
        number(&mut self.d, to.0 - from.0);
        follow(&mut self.d, to.1 - from.1);
        (self.at, self.start) = (to, to);
    }

    /// Draws a line.
    pub(super) fn line(&mut self, x: f64, y: f64) {
        let to = (tenths(x), tenths(y));
        match (to.0 - self.at.0, to.1 - self.at.1) {
            (dx, 0) => {
                self.d.push('h');
                number(&mut self.d, dx);
            }
            (0, dy) => {
                self.d.push('v');
                number(&mut self.d, dy);
            }
            (dx, dy) => {
                self.d.push('l');
                number(&mut self.d, dx);
                follow(&mut self.d, dy);
            }
        }
        self.at = to;
    }

    /// Draws a line through points.
    pub(super) fn lines(&mut self, points: impl IntoIterator<Item = (f64, f64)>) {
        for (position, (x, y)) in points.into_iter().enumerate() {
            if position == 0 { self.to(x, y) } else { self.line(x, y) }
        }
    }

    /// Closes the shape.
    pub(super) fn end(&mut self) {
        self.d.push('z');
        self.at = self.start;
    }

    /// Adds a line from one point to another.
    pub(super) fn add_line(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.lines([from, to]);
    }

    /// Adds a rectangle.
    pub(super) fn add_rect(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.lines([(x, y), (x + width, y), (x + width, y + height), (x, y + height)]);
        self.end();
    }

    /// Adds a dot; how it looks is for the class to say.
    pub(super) fn add_dot(&mut self, x: f64, y: f64) {
        self.to(x, y);
        self.d.push_str("h0");
    }

    /// Adds a diamond.
    pub(super) fn add_diamond(&mut self, x: f64, y: f64, half: f64) {
        self.lines([(x - half, y), (x, y - half), (x + half, y), (x, y + half)]);
        self.end();
    }

    /// Adds a triangle that points up.
    pub(super) fn add_triangle(&mut self, x: f64, y: f64, half: f64) {
        self.lines([(x - half, y + half * 0.8), (x, y - half), (x + half, y + half * 0.8)]);
        self.end();
    }
}

/// Where the base line of a text lies that is centred on a height.
pub(super) fn centred(y: f64) -> f64 {
    y + LETTER * 0.35
}

/// A coordinate in tenths. Drawings are far smaller than the limit.
fn tenths(coordinate: f64) -> i64 {
    (coordinate * 10.0).round().clamp(-1e7, 1e7) as i64
}

fn number(out: &mut String, tenths: i64) {
    if tenths < 0 {
        out.push('-');
    }
    let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if whole > 0 || rest == 0 {
        write!(out, "{whole}").expect("writing to a string does not fail");
    }
    if rest > 0 {
        write!(out, ".{rest}").expect("writing to a string does not fail");
    }
}

/// A number behind another one: a minus divides as well as a space.
fn follow(out: &mut String, tenths: i64) {
    if tenths >= 0 {
        out.push(' ');
    }
    number(out, tenths);
}

/// Writes a text so that it stands for itself, in an element or an attribute.
pub(crate) fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What XML has no way to write.
            '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_one_decimal_and_add_up() {
        let mut path = Path::new();
        path.to(0.04, -0.04);
        path.line(0.25, 10.0);
        path.line(-0.96, 10.0);
        path.line(1.0, 9.5);
        path.end();
        path.to(1.0, 1.0);
        assert_eq!(path.d, "M0 0l.3 10h-1.3l2-.5zm1 1");
        let mut path = Path::new();
        path.to(f64::NAN, f64::INFINITY);
        assert_eq!(path.d, "M0 1000000");
    }

    #[test]
    fn texts_stand_for_themselves() {
        let mut text = String::new();
        escape(&mut text, "<script>\"&\u{0}\u{1b}'");
        assert_eq!(text, "&lt;script&gt;&quot;&amp;\u{fffd}\u{fffd}'");
    }
}
