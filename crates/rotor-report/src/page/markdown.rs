//! A page as Markdown, with tables as GitHub has them.

use std::fmt::Write as _;

use super::{Block, Cell, Figure, Look, Page, Table};
use crate::text::Align;

/// Returns the page as Markdown, without figures.
#[must_use]
pub fn markdown(page: &Page) -> String {
    written(page, None)
}

/// Returns the page as Markdown that shows figures and refers to tables as files; `place` says where each file is to be found: the
/// path of a picture for a figure, that of its numbers for a table. What has none is left as [`markdown`] has it.
#[must_use]
pub fn markdown_with_files(page: &Page, place: &dyn Fn(Piece<'_>) -> Option<String>) -> String {
    written(page, Some(place))
}

/// A piece of a page that may lie in a file of its own.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'p> {
    /// A figure, as a picture.
    Figure(&'p Figure),
    /// A table, as numbers.
    Table(&'p Table),
}

type Places<'a> = Option<&'a dyn Fn(Piece<'_>) -> Option<String>>;

fn written(page: &Page, places: Places<'_>) -> String {
    let mut text = format!("# {}\n", escaped(&page.title));
    if let Some(mark) = &page.mark {
        write!(text, "\n> **{}**\n", escaped(mark)).expect("writing to a string does not fail");
    }
    text.push_str("\n| | |\n|---|---|\n");
    for (label, fact) in &page.facts {
        writeln!(text, "| {} | {} |", escaped(label), escaped(fact))
            .expect("writing to a string does not fail");
    }
    for section in &page.sections {
        write!(text, "\n## {}\n", escaped(&section.heading)).expect("writing to a string does not fail");
        text += &blocks_text(&section.blocks, places);
    }
    text
}

fn blocks_text(blocks: &[Block], places: Places<'_>) -> String {
    let mut text = String::new();
    for block in blocks {
        let block = match block {
            Block::Heading(title) => format!("### {}\n", escaped(title)),
            Block::Paragraph(paragraph) => escaped(paragraph) + "\n",
            Block::Warning(warning) => format!("> {}\n", escaped(warning)),
            Block::List(items) => items.iter().map(|item| ["- ", &escaped(item), "\n"].concat()).collect(),
            Block::Table(table) => rows(table) + &numbers(table, places),
            Block::Figures(figures) if places.is_some() => {
                text.extend(figures.iter().filter_map(|figure| picture(figure, places)));
                continue;
            }
            Block::AroundFigures(blocks) if places.is_some() => {
                text += &blocks_text(blocks, places);
                continue;
            }
            Block::InsteadOfFigures(_) if places.is_some() => continue,
            Block::Figures(_) | Block::AroundFigures(_) => continue,
            Block::InsteadOfFigures(blocks) => {
                text += &blocks_text(blocks, places);
                continue;
            }
            Block::Folded { title, blocks } | Block::Appendix { title, blocks } => {
                text.extend(["\n### ", &escaped(title), "\n", &blocks_text(blocks, places)]);
                continue;
            }
            Block::Tiles(tiles) => {
                tiles.iter().map(|tile| ["- ", &escaped(&tile.sentence()), "\n"].concat()).collect()
            }
            Block::Columns(columns) => {
                text.extend(columns.iter().map(|blocks| blocks_text(blocks, places)));
                continue;
            }
        };
        text.extend(["\n", &block]);
    }
    text
}

/// Where the numbers of a table are, below it.
fn numbers(table: &Table, places: Places<'_>) -> String {
    let place = places.and_then(|place| place(Piece::Table(table)));
    place.map_or(String::new(), |place| format!("\n[CSV](<{}>)\n", link(&place)))
}

/// A figure as a picture, with its title above and how to read it below.
fn picture(figure: &Figure, places: Places<'_>) -> Option<String> {
    let place = link(&places?(Piece::Figure(figure))?);
    let title = escaped(&figure.title);
    let about =
        if figure.about.is_empty() { String::new() } else { format!("\n{}\n", escaped(&figure.about)) };
    Some(format!("\n**{title}**\n\n![{title}](<{place}>)\n{about}"))
}

/// A path as a link writes it: everything that could end it, or be read as a part of an address, by its bytes.
pub(super) fn link(path: &str) -> String {
    let mut link = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            write!(link, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
    link
}

fn rows(table: &Table) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(&mut table.columns.iter().map(|column| escaped(&column.title)));
    let rule = |align: Align| if align == Align::Right { "--:" } else { ":--" };
    text += &line(&mut table.columns.iter().map(|column| rule(column.align).to_owned()));
    for row in &table.rows {
        text += &line(&mut row.iter().map(cell));
    }
    text
}

/// A cell, as a link where it is one.
fn cell(cell: &Cell) -> String {
    match cell.look() {
        Some(Look::Link(to)) => format!("[{}](<{}>)", escaped(cell), link(to)),
        _ => escaped(cell),
    }
}

/// Makes every character stand for itself: also what begins a tag, an entity, a link, code or a list.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut is_in_word = false;
    for (position, letter) in text.char_indices() {
        let next_is_word = text[position + letter.len_utf8()..].starts_with(char::is_alphanumeric);
        match letter {
            '&' if next_is_word || text[position..].starts_with("&#") => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' => escaped.extend(['\\', letter]),
            // Inside a word it stands for itself.
            '_' if !(is_in_word && next_is_word) => escaped.extend(['\\', letter]),
            '#' | '+' | '-' if position == 0 && text.len() > 1 && !next_is_word => {
                escaped.extend(['\\', letter]);
            }
            _ => escaped.push(letter),
        }
        is_in_word = letter.is_alphanumeric();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_markdown_is_escaped() {
        assert_eq!(escaped("a|b <script>&amp;"), "a\\|b &lt;script&gt;&amp;amp;");
        assert_eq!(escaped("R & D &#60;"), "R & D &amp;#60;");
        assert_eq!(escaped("[x](y) `c` *d* _e_ min_months"), "\\[x\\](y) \\`c\\` \\*d\\* \\_e\\_ min_months");
        assert_eq!(
            [escaped("- item"), escaped("-"), escaped("-1.2"), escaped("# x")],
            ["\\- item", "-", "-1.2", "\\# x"]
        );
    }
}
