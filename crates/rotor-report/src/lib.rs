//! Pages for people: the report of a run, the note of a day, the page of a week and that of a sweep.
//!
//! A [`page::Page`] is plain data in one language: sections of paragraphs, tables and figures. Renderers that know nothing of
//! factors write it as [one self-contained HTML file](page::html), [Markdown](page::markdown) or [text for a terminal](page::terminal).
//! A figure is a [`draw::Chart`], numbers with a unit, which becomes SVG and the table behind it.
//!
//! Nothing here reads files, asks the clock or prints; equal values give equal bytes. Texts of the data are shown as text, whatever
//! they hold.

pub mod dataset;
mod declared;
pub mod draw;
mod growth;
pub mod index;
pub mod note;
pub mod page;
mod parts;
pub mod run;
pub mod sentences;
pub mod sweep;
pub mod terms;
pub mod text;
pub mod weekly;
pub mod words;
