//! Tables of text, aligned by what a terminal shows: a Chinese character is two columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// On the left, as words.
    Left,
    /// On the right, as numbers.
    Right,
}

/// Rows of cells under a header.
#[derive(Debug)]
pub struct TextTable {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Makes a table without rows.
    #[must_use]
    pub fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|(title, align)| ((*title).to_owned(), *align));
        Self { columns: columns.collect(), rows: Vec::new() }
    }

    /// Adds a row, of one cell a column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// Returns the table as lines, each ending with a line feed.
    #[must_use]
    pub fn render(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(|(title, _)| title.clone()).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                let cells = std::iter::once(&header).chain(&self.rows).map(|row| row[column].width());
                cells.max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in std::iter::once(&header).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, width), (_, align)) in row.iter().zip(&widths).zip(&self.columns) {
                let padding = " ".repeat(width - cell.width());
                match align {
                    Align::Left => line.extend([cell.as_str(), &padding, "  "]),
                    Align::Right => line.extend([padding.as_str(), cell, "  "]),
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Writes the line feeds and other control characters of a text of the data as `\n` and the like: it makes no line of its own.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// Makes a text of the data safe to show: no control characters, at most `width` columns.
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    let visible = text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
    let visible: String = visible.filter(|letter| !is_direction_mark(*letter)).collect();
    if visible.width() <= width {
        return visible;
    }
    let mut cut = String::new();
    let mut used = 1; // for the ellipsis
    for letter in visible.chars() {
        used += letter.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(letter);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Draws values as a line of blocks, the least as the lowest; at most `width` of them, of more values the last of each stretch.
/// What is missing is a space.
#[must_use]
pub fn sparkline(values: &[Option<f64>], width: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let n_shown = width.min(values.len());
    let shown: Vec<Option<f64>> =
        (1..=n_shown).map(|block| values[block * values.len() / n_shown - 1]).collect();
    let known = || shown.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let block = |value: f64| {
        let place = if high > low { (value - low) / (high - low) * 8.0 } else { 3.0 };
        BLOCKS[(place as usize).min(7)]
    };
    shown.iter().map(|value| value.map_or(' ', block)).collect()
}

/// As [`fit`], but cuts the beginning: of a path the end tells more.
#[must_use]
pub fn fit_end(text: &str, width: usize) -> String {
    let visible = fit(text, usize::MAX);
    if visible.width() <= width {
        return visible;
    }
    let mut used = 1; // for the ellipsis
    let kept = visible.char_indices().rev().take_while(|(_, letter)| {
        used += letter.width().unwrap_or(0);
        used <= width
    });
    let start = kept.last().map_or(visible.len(), |(start, _)| start);
    format!("…{}", &visible[start..])
}

/// Tells whether a character turns the text around it, which would scramble a line.
fn is_direction_mark(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_width_on_the_screen() {
        let mut table = TextTable::new(&[("name", Align::Left), ("n", Align::Right)]);
        table.row(["电子".into(), "7".into()]);
        table.row(["Steel".into(), "123".into()]);
        assert_eq!(table.render(), "name     n\n电子     7\nSteel  123\n");
    }

    #[test]
    fn sparklines_go_from_the_least_to_the_largest() {
        let values: Vec<Option<f64>> = (0..8).map(|value| Some(f64::from(value))).collect();
        assert_eq!(sparkline(&values, 20), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&values, 4), "▁▃▆█");
        assert_eq!(sparkline(&[Some(1.0), None, Some(1.0)], 9), "▄ ▄");
        assert_eq!(sparkline(&[], 9), "");
    }

    #[test]
    fn texts_of_the_data_are_cut_and_cleaned() {
        assert_eq!(fit("Basic Chemicals", 9), "Basic Ch…");
        assert_eq!(fit("电力设备", 5), "电力…");
        assert_eq!(fit_end("runs/demo-12", 8), "…demo-12");
        assert_eq!(fit_end("跑/电力设备", 6), "…设备");
        assert_eq!(fit_end("runs", 4), "runs");
        assert_eq!(fit("a\u{1b}[31mb\u{202e}c", 20), "a\u{fffd}[31mbc");
    }
}
