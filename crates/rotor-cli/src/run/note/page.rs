//! The page of a note: what every rendering of it shows, as plain data in one language.
//!
//! Made once, then written as terminal text, Markdown or HTML by renderers that know nothing of factors. Texts are neither
//! wrapped nor escaped for any of them.
//!
//! *Invariant:* texts of the data and of factors have gone through [`crate::text::fit`]: no control characters, nothing that
//! turns the text around it, and an end.

use super::words::Lang;
use crate::text::Align;

/// A note for one day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NotePage {
    /// The language of all texts.
    pub(crate) lang: Lang,
    /// The heading of the page.
    pub(crate) title: String,
    /// What must be seen before any number, such as that the data are made up.
    pub(crate) mark: Option<String>,
    /// The rows that a reader needs first: label and text.
    pub(crate) facts: Vec<(String, String)>,
    /// The sections in reading order.
    pub(crate) sections: Vec<Section>,
}

/// A part of the page under a heading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    /// The same in every language: a place to link to. Factors have `factor-` and their name.
    pub(crate) id: String,
    /// The heading.
    pub(crate) heading: String,
    /// What stands under it.
    pub(crate) blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// A paragraph.
    Paragraph(String),
    /// Short texts of equal rank.
    List(Vec<String>),
    /// Rows under titled columns.
    Table(Table),
}

/// A table of texts. It has at least one row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// The columns; the first names the row.
    pub(crate) columns: Vec<Column>,
    /// One text a column, empty where there is nothing to say.
    pub(crate) rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// Its title, with the unit.
    pub(crate) title: String,
    /// On which side the texts stand.
    pub(crate) align: Align,
    /// Whether a narrow page may leave it out.
    pub(crate) is_detail: bool,
    /// Whether its texts may be shortened: names, not numbers.
    pub(crate) can_shrink: bool,
}

impl Column {
    /// A column of names, which a narrow page may shorten.
    pub(crate) fn name(title: impl Into<String>) -> Self {
        Self { can_shrink: true, ..Self::word(title) }
    }

    /// A column of words, on the left.
    pub(crate) fn word(title: impl Into<String>) -> Self {
        Self { title: title.into(), align: Align::Left, is_detail: false, can_shrink: false }
    }

    /// A column of numbers, on the right.
    pub(crate) fn number(title: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::word(title) }
    }

    /// The same column, which a narrow page may leave out.
    pub(crate) fn detail(self) -> Self {
        Self { is_detail: true, ..self }
    }
}

impl Table {
    /// A table without rows yet.
    pub(crate) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row, of one text a column.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<String>>) {
        let cells = cells.into();
        debug_assert_eq!(cells.len(), self.columns.len(), "one text a column");
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
