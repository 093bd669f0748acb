//! `rotor note`: which sectors now, with the numbers behind them.
//!
//! The note of the engine becomes a page of plain texts in one language, which small renderers write; the JSON comes from
//! the note itself.

mod changes;
mod columns;
mod command;
mod factors;
mod facts;
mod figures;
mod head;
mod history;
mod json;
mod missing;
mod ranking;
mod track;

pub(crate) use command::{NoteCommand, run};

use factors::Told;
use facts::{Answer, Facts, Teller};
use page::{Page, Section};
use rotor_report::page;
use rotor_report::words;
use words::{Lang, say, sentence};

/// Makes the page of a note in a language.
fn told_page(facts: Facts<'_>, lang: Lang) -> Page {
    let teller = Teller::new(facts, lang);
    let told: Vec<Told> = facts
        .chosen
        .iter()
        .zip(&teller.day().outcomes)
        .enumerate()
        .map(|(position, (chosen, outcome))| match outcome {
            Ok(signal) => factors::tell(&teller, Answer { position, chosen, signal }),
            Err(_) => Told::default(),
        })
        .collect();
    let mut sections =
        vec![ranking::picks(&teller, &told), changes::section(&teller), ranking::section(&teller)];
    for ((chosen, outcome), told) in facts.chosen.iter().zip(&teller.day().outcomes).zip(told) {
        let mut blocks = vec![teller.about(chosen).into()];
        match outcome {
            Err(error) => {
                let error = sentence(&error.to_string());
                blocks.push(say!(lang, "No scores: {error}.", "无得分：{error}。").into());
            }
            Ok(_) if told.blocks.is_empty() => {
                blocks.push(
                    lang.of(
                        "No sector has a score: see what is missing.",
                        "所有行业均无得分，见“缺失”一节。",
                    )
                    .to_owned()
                    .into(),
                );
            }
            Ok(_) => blocks.extend(told.blocks),
        }
        let title = teller.factor(chosen);
        sections.push(Section {
            id: format!("factor-{}", chosen.plugin.name()),
            heading: say!(lang, "Factor: {title}", "因子：{title}"),
            blocks,
        });
    }
    sections.push(missing::section(&teller));
    sections.push(track::section(&teller));
    Page {
        lang,
        title: head::title(&teller),
        mark: head::mark(&teller),
        facts: head::facts(&teller),
        sections,
    }
}
