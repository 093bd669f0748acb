//! A page as text for a terminal of 80 columns.
//!
//! A table that is too wide loses room in its names first, then the columns that are details, last ones first, then more of its
//! names. One that is still wider stays so: numbers are never cut.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Block, Page, Table};
use crate::say;
use crate::text::{TextTable, fit, one_line};

const WIDTH: usize = 80;

/// Names are shortened down to this before any column is left out, and after all details are.
const ENOUGH: usize = 20;
const LEAST: usize = 12;

/// Returns the page as text.
#[must_use]
pub fn terminal(page: &Page) -> String {
    let mut text = heading(&page.title, '=');
    if let Some(mark) = &page.mark {
        text.extend(["*** ", mark, " ***\n"]);
    }
    text.push('\n');
    let label_width = page.facts.iter().map(|(label, _)| label.width()).max().unwrap_or(0) + 2;
    for (label, fact) in &page.facts {
        let padded = format!("{label}{}", " ".repeat(label_width - label.width()));
        text += &wrapped(fact, &padded, label_width);
    }
    for section in &page.sections {
        text.push('\n');
        text += &heading(&section.heading, '-');
        text += &blocks_text(page, &section.blocks);
    }
    text
}

fn blocks_text(page: &Page, blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        let block = match block {
            Block::Heading(title) => heading(title, '.'),
            Block::Paragraph(paragraph) => wrapped(paragraph, "", 0),
            Block::Warning(warning) => wrapped(warning, "! ", 2),
            Block::List(items) => items.iter().map(|item| wrapped(item, "- ", 2)).collect(),
            Block::Table(table) => table_text(page, table),
            Block::Figures(_) | Block::AroundFigures(_) => continue,
            Block::InsteadOfFigures(blocks) => {
                text += &blocks_text(page, blocks);
                continue;
            }
            Block::Tiles(tiles) => tiles.iter().map(|tile| wrapped(&tile.sentence(), "- ", 2)).collect(),
            Block::Columns(columns) => {
                text.extend(columns.iter().map(|blocks| blocks_text(page, blocks)));
                continue;
            }
            Block::Folded { title, blocks } | Block::Appendix { title, blocks } => {
                text.extend(["\n", &heading(title, '.'), &blocks_text(page, blocks)]);
                continue;
            }
        };
        text.extend(["\n", &block]);
    }
    text
}

fn heading(title: &str, rule: char) -> String {
    let title = one_line(title);
    let width = title.width().min(WIDTH);
    format!("{title}\n{}\n", rule.to_string().repeat(width))
}

fn table_text(page: &Page, table: &Table) -> String {
    let mut shown: Vec<usize> = (0..table.columns.len()).collect();
    let mut left_out: Vec<&str> = Vec::new();
    let mut text = narrowed(table, &shown, ENOUGH);
    while width(&text) > WIDTH
        && let Some(position) = shown.iter().rposition(|column| table.columns[*column].is_detail)
    {
        left_out.insert(0, &table.columns[shown.remove(position)].title);
        text = narrowed(table, &shown, ENOUGH);
    }
    if width(&text) > WIDTH {
        text = narrowed(table, &shown, LEAST);
    }
    if !left_out.is_empty() {
        let columns = left_out.join(", ");
        let note = say!(page.lang, "(not shown here: {columns})", "（此处未显示：{columns}）");
        text += &wrapped(&note, "", 0);
    }
    text
}

fn width(text: &str) -> usize {
    text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// The shown columns, with names shortened together until the table fits, but not below `least`.
fn narrowed(table: &Table, shown: &[usize], least: usize) -> String {
    let can_shrink = shown.iter().filter(|column| table.columns[**column].can_shrink);
    let widths = can_shrink.flat_map(|column| table.rows.iter().map(move |row| row[*column].width()));
    let lengths: Vec<usize> = (least..=widths.max().unwrap_or(0).max(least)).collect();
    let fits = |length: &usize| width(&with_names_of(table, shown, *length)) <= WIDTH;
    let longest = lengths.partition_point(fits).checked_sub(1).map_or(least, |position| lengths[position]);
    with_names_of(table, shown, longest)
}

fn with_names_of(table: &Table, shown: &[usize], longest: usize) -> String {
    let columns: Vec<_> = shown
        .iter()
        .map(|column| (table.columns[*column].title.as_str(), table.columns[*column].align))
        .collect();
    let mut text = TextTable::new(&columns);
    for row in &table.rows {
        let cell = |column: &usize| {
            let cell = &row[*column];
            if table.columns[*column].can_shrink { fit(cell, longest) } else { cell.to_string() }
        };
        text.row(shown.iter().map(cell));
    }
    text.render()
}

/// Breaks a text into lines behind `first`; the other lines are indented.
///
/// Lines break at spaces, and beside Chinese characters, but not before what closes or divides.
#[must_use]
pub fn wrapped(text: &str, first: &str, indent: usize) -> String {
    const NOT_FIRST: &str = "，。；：、）》”％%,.;:)]";
    let mut lines = String::from(first);
    let mut used = first.width();
    let mut is_line_empty = true;
    let text = one_line(text);
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        // What must stay together: one wide character or a word, and what may not begin a line.
        let mut piece = String::new();
        while let Some(letter) = letters.next_if(|letter| *letter != ' ') {
            piece.push(letter);
            let next = letters.peek().copied().unwrap_or(' ');
            let can_break = letter.width() == Some(2) || next.width() == Some(2);
            if can_break && !NOT_FIRST.contains(next) && !"（《“".contains(letter) {
                break;
            }
        }
        if used + piece.width() > WIDTH && !is_line_empty {
            lines.truncate(lines.trim_end_matches(' ').len());
            lines.push('\n');
            lines += &" ".repeat(indent);
            used = indent;
            is_line_empty = true;
        }
        used += piece.width();
        is_line_empty &= piece.is_empty();
        lines += &piece;
        while letters.next_if_eq(&' ').is_some() {
            if !is_line_empty {
                lines.push(' ');
                used += 1;
            }
        }
    }
    lines.truncate(lines.trim_end_matches(' ').len());
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_beside_chinese_characters() {
        let text = wrapped(&"word ".repeat(20), "- ", 2);
        let widths: Vec<usize> = text.lines().map(UnicodeWidthStr::width).collect();
        assert_eq!(widths, [76, 26]);
        let text = wrapped(&"上行，".repeat(20), "", 0);
        assert!(text.lines().all(|line| line.width() <= 82 && !line.starts_with('，')), "{text}");
        assert_eq!(wrapped("a b", "", 0), "a b\n");
    }
}
