//! A page: what every rendering of it shows, as plain data in one language.
//!
//! Made once, then written as terminal text, Markdown or HTML by renderers that know nothing of factors. Texts are neither
//! wrapped nor escaped for any of them.
//!
//! *Invariant:* texts of the data and of factors have gone through [`crate::text::fit`]: no control characters, nothing that
//! turns the text around it, and an end.

mod cell;
mod html;
mod markdown;
mod terminal;

pub use cell::{Cell, Look, Value};
pub use html::html;
pub use markdown::{Piece, markdown, markdown_with_files};
pub use terminal::{terminal, wrapped};

use crate::draw::Chart;
use crate::text::Align;
use crate::words::Lang;

/// A page of sections.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The language of all texts.
    pub lang: Lang,
    /// The heading of the page.
    pub title: String,
    /// What must be seen before any number, such as that the data are made up.
    pub mark: Option<String>,
    /// The rows that a reader needs first: label and text.
    pub facts: Vec<(String, String)>,
    /// The sections in reading order.
    pub sections: Vec<Section>,
}

/// A part of the page under a heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The same in every language: a place to link to. Factors have `factor-` and their name.
    pub id: String,
    /// The heading.
    pub heading: String,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading below that of the section.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A sentence that a reader of the numbers beside it must know.
    Warning(String),
    /// Short texts of equal rank.
    List(Vec<String>),
    /// Rows under titled columns.
    Table(Table),
    /// Figures: one over the whole width, several beside each other where there is room. Left out where nothing can be drawn.
    Figures(Vec<Figure>),
    /// What belongs to figures, such as a heading above several of them: left out where nothing can be drawn.
    AroundFigures(Vec<Block>),
    /// What stands for a figure where none can be drawn, such as a line of blocks; left out where one can.
    InsteadOfFigures(Vec<Block>),
    /// What only some readers want, behind its title; where nothing can be folded, as on paper, it stands open.
    Folded {
        /// What is in it.
        title: String,
        /// The pieces.
        blocks: Vec<Block>,
    },
    /// As [`Block::Folded`], but paper leaves it out: a listing that a file holds as well.
    Appendix {
        /// What is in it.
        title: String,
        /// The pieces.
        blocks: Vec<Block>,
    },
    /// Key figures, each large under its label.
    Tiles(Vec<Tile>),
    /// Pieces in columns beside each other where there is room, else one below the other. The first column is the widest.
    Columns(Vec<Vec<Block>>),
}

/// A key figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The number with its unit.
    pub value: String,
    /// What belongs to it, such as its interval; may be empty.
    pub detail: String,
}

/// A chart under a title, with a sentence that says how to read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The same in every language and unlike any other on the page: letters, digits and hyphens.
    pub id: String,
    /// The title.
    pub title: String,
    /// How to read it; empty if the title says enough.
    pub about: String,
    /// The numbers and how they are drawn.
    pub chart: Chart,
}

/// A table. It has at least one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The columns; the first names the row.
    pub columns: Vec<Column>,
    /// One cell a column, empty where there is nothing to say.
    pub rows: Vec<Vec<Cell>>,
    /// Whether a reader may sort the rows by any column; such a table is never continued below.
    pub is_sortable: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its title, with the unit.
    pub title: String,
    /// On which side the texts stand.
    pub align: Align,
    /// Whether a narrow page may leave it out.
    pub is_detail: bool,
    /// Whether its texts may be shortened: names, not numbers.
    pub can_shrink: bool,
}

impl Column {
    /// A column of names, which a narrow page may shorten.
    pub fn name(title: impl Into<String>) -> Self {
        Self { can_shrink: true, ..Self::word(title) }
    }

    /// A column of words, on the left.
    pub fn word(title: impl Into<String>) -> Self {
        Self { title: title.into(), align: Align::Left, is_detail: false, can_shrink: false }
    }

    /// A column of numbers, on the right.
    pub fn number(title: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::word(title) }
    }

    /// The same column, which a narrow page may leave out.
    #[must_use]
    pub fn detail(self) -> Self {
        Self { is_detail: true, ..self }
    }
}

impl Tile {
    /// Returns the figure on one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { label, value, detail } = self;
        let between = if detail.is_empty() { "" } else { " " };
        format!("{label}: {value}{between}{detail}")
    }
}

impl Table {
    /// A table without rows yet.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new(), is_sortable: false }
    }

    /// The same table, which a reader may sort.
    #[must_use]
    pub fn sortable(self) -> Self {
        Self { is_sortable: true, ..self }
    }

    /// Adds a row, of one cell a column.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells: Vec<Cell> = cells.into_iter().map(Into::into).collect();
        debug_assert_eq!(cells.len(), self.columns.len(), "one cell a column");
        self.rows.push(cells);
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl From<String> for Block {
    fn from(text: String) -> Self {
        Self::Paragraph(text)
    }
}

impl From<Figure> for Block {
    fn from(figure: Figure) -> Self {
        Self::Figures(vec![figure])
    }
}
