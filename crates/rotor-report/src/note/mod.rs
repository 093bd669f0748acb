//! The note of a day: which sectors to select, with the numbers behind them.
//!
//! [`page`] makes the page of a [`Note`] in one language, a file a section; [`document()`] makes the same note as a document with
//! every number in full.

mod calendar;
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
mod units;

use rotor_run::Note;

pub use document::{NoteDocument, document};

use crate::page::{Block, Page, Section};
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
    sections.extend(calendar::section(&context));
    sections.push(missing::section(&context));
    sections.extend(missing::data(&context));
    sections.push(track::section(&context));
    sections.push(lead::risks(&context));
    number_figures(&context, &mut sections);
    Page {
        lang,
        title: head::title(&context),
        mark: head::mark(&context),
        facts: head::facts(&context),
        sections,
    }
}

/// Numbers the figures of the page in reading order, each with its source.
fn number_figures(context: &NoteContext<'_>, sections: &mut [Section]) {
    let mut ids = Vec::new();
    for section in sections {
        for block in &mut section.blocks {
            number_block(context, block, &mut ids);
        }
    }
}

/// `ids` are those of the figures before.
fn number_block(context: &NoteContext<'_>, block: &mut Block, ids: &mut Vec<String>) {
    let lang = context.lang;
    match block {
        Block::Figures(figures) => {
            for figure in figures {
                let n = ids.len() + 1;
                // Names of factors and tables may make the same identifier.
                if ids.contains(&figure.id) {
                    figure.id = format!("{}-figure-{n}", figure.id);
                }
                ids.push(figure.id.clone());
                let (title, dataset) = (&figure.title, crate::words::name(&context.note.dataset.name));
                figure.title = say!(lang, "Figure {n}: {title}", "图 {n}：{title}");
                let source =
                    say!(lang, "Source: dataset {dataset}, Rotor.", "资料来源：数据集 {dataset}，Rotor。");
                let between = if figure.about.is_empty() { "" } else { lang.of(" ", "") };
                figure.about = format!("{}{between}{source}", figure.about);
            }
        }
        Block::AroundFigures(blocks) | Block::Folded { blocks, .. } | Block::Appendix { blocks, .. } => {
            for block in blocks {
                number_block(context, block, ids);
            }
        }
        Block::Columns(columns) => {
            for block in columns.iter_mut().flatten() {
                number_block(context, block, ids);
            }
        }
        Block::Heading(_)
        | Block::Paragraph(_)
        | Block::Warning(_)
        | Block::List(_)
        | Block::Table(_)
        | Block::Tiles(_)
        | Block::InsteadOfFigures(_) => {}
    }
}
