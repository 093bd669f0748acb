//! Pages in the formats that offices use.
//!
//! A [`Page`](rotor_report::page::Page) becomes a [Word document](docx()), a [workbook](xlsx()), or a folder of [files](assets()): every
//! table as CSV, every figure as SVG and PNG, and the page as Markdown that refers to them. Nothing here knows what the numbers mean.
//!
//! Nothing is written to a disk and no clock is asked: equal pages, days and [fonts](Fonts) give equal bytes. Texts of the data stay
//! texts, whatever they hold: they become no element of a document, no formula and no link.

mod assets;
mod blocks;
mod content;
mod csv;
mod docx;
mod error;
mod font;
mod png;
mod svg;
#[cfg(test)]
mod tests;
mod xlsx;
mod xml;

pub use assets::{Assets, assets};
pub use docx::docx;
pub use error::ExportError;
pub use font::Fonts;
pub use png::png;
pub use svg::{svg, svg_with_heading};
pub use xlsx::xlsx;
