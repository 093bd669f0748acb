//! The page of a week: what became public, what moved, and where things stand.
//!
//! [`page`] makes the page of a [`Weekly`] in one language, a file a section; [`document()`] makes the same week as a document with
//! every number in full. Nothing is computed here: numbers are picked, sorted and rounded. A section without data is left out, and the
//! section of what is missing says why.

mod context;
mod document;
mod events;
mod head;
mod lead;
mod missing;
mod money;
mod profits;
mod risks;
mod sample;
mod tracking;
mod valuation;
mod week;

#[cfg(test)]
mod tests;

use rotor_run::Weekly;

pub use document::{WeeklyDocument, document};

use crate::page::Page;
use crate::parts::{calendar, data_section, figures};
use crate::words::Lang;
use context::WeeklyContext;

/// Makes the page of a week in a language.
#[must_use]
pub fn page(weekly: &Weekly, lang: Lang) -> Page {
    let context = WeeklyContext { weekly, lang };
    let sections = [
        lead::section(context),
        week::section(context),
        tracking::section(context),
        profits::section(context),
        sample::section(context),
        money::section(context),
        events::section(context),
        calendar::section(context.calendar(), "releases"),
        valuation::section(context),
        Some(missing::section(context)),
        data_section(lang, &weekly.warnings),
        Some(risks::section(context)),
    ];
    let mut sections: Vec<_> = sections.into_iter().flatten().collect();
    figures::number(lang, &weekly.dataset.name, &mut sections);
    Page {
        lang,
        title: head::title(context),
        mark: crate::parts::head::mark(lang, &weekly.dataset),
        facts: head::facts(context),
        sections,
    }
}
