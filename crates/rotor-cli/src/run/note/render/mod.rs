//! A page as text: what knows of terminals and of Markdown, and of nothing else.

mod markdown;
mod terminal;

pub(super) use markdown::markdown;
pub(super) use terminal::terminal;
