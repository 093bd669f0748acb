//! The note of a day: which sectors to select, with the numbers behind them.
//!
//! [`page`] makes the page of a [`Note`] in one language, a file a section; [`document()`] makes the same note as a document with
//! every number in full.

mod changes;
mod context;
mod document;
mod factors;
mod figures;
mod head;
mod indicators;
mod lead;
mod missing;
mod ranking;
mod returns;
mod track;

use rotor_run::Note;

pub use document::{NoteDocument, document};

use crate::page::{Block, Page, Section};
use crate::parts;
use crate::parts::calendar::{self, Calendar};
use crate::words::{Lang, say};
use context::{FactorResult, NoteContext};
use factors::FactorSection;

/// Makes the page of a note in a language.
#[must_use]
pub fn page(note: &Note, lang: Lang) -> Page {
    let context = NoteContext::new(note, lang);
    let factor_sections: Vec<FactorSection> = note
        .factors
        .iter()
        .zip(&note.day.outcomes)
        .enumerate()
        .map(|(position, (factor, outcome))| match outcome {
            Ok(signal) => factors::section(&context, FactorResult { position, factor, signal }),
            Err(_) => FactorSection::default(),
        })
        .collect();
    let mut sections = vec![
        lead::section(&context),
        ranking::selected(&context, &factor_sections),
        changes::section(&context),
        ranking::section(&context),
    ];
    for ((factor, outcome), section) in note.factors.iter().zip(&note.day.outcomes).zip(factor_sections) {
        let mut blocks: Vec<Block> = context.about(factor).map(Block::from).into_iter().collect();
        match outcome {
            Err(error) => {
                let error = context.failure(error);
                blocks.push(say!(lang, "No scores: {error}.", "未评分：{error}。").into());
            }
            Ok(_) if section.blocks.is_empty() => {
                blocks.push(
                    lang.of(
                        "No sector has a score; the reasons are listed under \"Not scored (—), and why\".",
                        "所有行业均未评分，原因见“未评分（—）的行业及原因”。",
                    )
                    .to_owned()
                    .into(),
                );
            }
            Ok(_) => blocks.extend(section.blocks),
        }
        let title = context.factor(factor);
        sections.push(Section {
            id: format!("factor-{}", factor.spec.name()),
            heading: say!(lang, "Factor: {title}", "因子：{title}"),
            blocks,
        });
    }
    sections.extend(indicators::section(&context));
    sections.extend(returns::section(&context));
    sections.extend(lead::issues_section(&context));
    sections.extend(lead::watch_list(&context));
    let calendar = Calendar { lang, as_of: note.day.as_of.0, releases: &note.releases, series: &note.series };
    sections.extend(calendar::section(calendar, "calendar"));
    sections.push(missing::section(&context));
    sections.extend(parts::data_section(lang, &note.warnings));
    sections.push(track::section(&context));
    sections.push(lead::risks(&context));
    parts::figures::number(lang, &note.dataset.name, &mut sections);
    Page {
        lang,
        title: head::title(&context),
        mark: head::mark(&context),
        facts: head::facts(&context),
        sections,
    }
}
