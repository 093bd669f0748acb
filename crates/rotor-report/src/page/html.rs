//! A page as one self-contained HTML file.

use maud::{DOCTYPE, Markup, html as markup};

use super::{Block, Figure, Page, Table};
use crate::text::Align;

/// Returns the page as one file: no network, no other file, legible without scripts.
#[must_use]
pub fn html(page: &Page) -> String {
    let body = markup! {
        (DOCTYPE)
        html lang=(page.lang.of("en", "zh-CN")) {
            head { meta charset="utf-8"; title { (page.title) } }
            body {
                h1 { (page.title) }
                @if let Some(mark) = &page.mark { p { strong { (mark) } } }
                dl { @for (label, fact) in &page.facts { dt { (label) } dd { (fact) } } }
                @for section in &page.sections {
                    section id=(section.id) { h2 { (section.heading) } (blocks(page, &section.blocks)) }
                }
            }
        }
    };
    body.into_string()
}

fn blocks(page: &Page, blocks: &[Block]) -> Markup {
    markup! { @for block in blocks { (one(page, block)) } }
}

fn one(page: &Page, block: &Block) -> Markup {
    match block {
        Block::Heading(text) => markup! { h3 { (text) } },
        Block::Paragraph(text) => markup! { p { (text) } },
        Block::Warning(text) => markup! { p class="warning" { (text) } },
        Block::List(items) => markup! { ul { @for item in items { li { (item) } } } },
        Block::Table(shown) => table(shown),
        Block::Figures(figures) => markup! { @for shown in figures { (figure(page, shown)) } },
        Block::Folded { title, blocks: inner } => {
            markup! { details { summary { (title) } (blocks(page, inner)) } }
        }
    }
}

fn figure(page: &Page, shown: &Figure) -> Markup {
    markup! {
        figure id=(shown.id) {
            figcaption { (shown.title) " " (shown.about) }
            (table(&shown.chart.table(page.lang)))
        }
    }
}

fn table(shown: &Table) -> Markup {
    markup! {
        table {
            thead { tr { @for column in &shown.columns { th scope="col" { (column.title) } } } }
            tbody {
                @for row in &shown.rows {
                    tr {
                        @for (cell, column) in row.iter().zip(&shown.columns) {
                            td class=(if column.align == Align::Right { "n" } else { "t" }) { (cell) }
                        }
                    }
                }
            }
        }
    }
}
