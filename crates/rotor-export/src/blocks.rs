//! The tables and figures of a page in the order in which they are read.

use rotor_report::page::{Block, Figure, Page, Section, Table};

/// A table, or figures that stand beside each other, and where on the page that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'p> {
    /// The section.
    pub(crate) section: &'p Section,
    /// The nearest heading above.
    pub(crate) heading: &'p str,
    /// What it is.
    pub(crate) item: Item<'p>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'p> {
    Table(&'p Table),
    Figures(&'p [Figure]),
}

/// Returns all tables and figures of a page. What stands for figures where none can be drawn is none of them.
pub(crate) fn found(page: &Page) -> Vec<Found<'_>> {
    let mut all = Vec::new();
    for section in &page.sections {
        add(&mut all, section, &section.heading, &section.blocks);
    }
    all
}

/// A title behind the mark of the page, for a piece that may be passed on alone.
pub(crate) fn marked(page: &Page, title: &str) -> String {
    let between = page.lang.of(": ", "：");
    page.mark.as_ref().map_or_else(|| title.to_owned(), |mark| format!("{mark}{between}{title}"))
}

fn add<'p>(all: &mut Vec<Found<'p>>, section: &'p Section, mut heading: &'p str, blocks: &'p [Block]) {
    for block in blocks {
        match block {
            Block::Heading(text) => heading = text,
            Block::Table(table) => all.push(Found { section, heading, item: Item::Table(table) }),
            Block::Figures(figures) => all.push(Found { section, heading, item: Item::Figures(figures) }),
            Block::AroundFigures(inner) => {
                // A heading above figures holds for those that follow.
                if let [.., Block::Heading(text)] = &inner[..] {
                    heading = text;
                }
                add(all, section, heading, inner);
            }
            Block::Folded { title, blocks } | Block::Appendix { title, blocks } => {
                add(all, section, title, blocks);
            }
            Block::Columns(columns) => {
                for blocks in columns {
                    add(all, section, heading, blocks);
                }
            }
            Block::Paragraph(_)
            | Block::Warning(_)
            | Block::List(_)
            | Block::Tiles(_)
            | Block::InsteadOfFigures(_) => {}
        }
    }
}
