//! The sectors without a score, and why.

use rotor_factor::Explanation;

use super::context::NoteContext;
use crate::page::{Block, Section};
use crate::words::say;

pub(super) fn section(context: &NoteContext<'_>) -> Section {
    let lang = context.lang;
    let mut items = Vec::new();
    for (factor, outcome) in context.note.factors.iter().zip(&context.day().outcomes) {
        let factor = context.factor(factor);
        let signal = match outcome {
            Ok(signal) => signal,
            Err(error) => {
                let error = context.failure(error);
                items.push(say!(lang, "{factor}, all sectors: {error}", "{factor}（全部行业）：{error}"));
                continue;
            }
        };
        // Reasons in the order in which they first occur.
        let mut by_reason: Vec<(&Explanation, Vec<usize>)> = Vec::new();
        for sector in 0..signal.n_sectors() {
            if let Err(reason) = signal.score_of(sector) {
                match by_reason.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, sectors)) => sectors.push(sector),
                    None => by_reason.push((reason, vec![sector])),
                }
            }
        }
        for (reason, sectors) in by_reason {
            let names: Vec<&str> = sectors.iter().map(|sector| context.names[*sector].as_str()).collect();
            let (names, reason) = (names.join(lang.between()), context.explanation(reason));
            let n = sectors.len();
            items.push(say!(
                lang,
                "{factor}: {reason} ({n}): {names}",
                "{factor}：{reason}（{n} 个行业）：{names}"
            ));
        }
    }
    let block = if items.is_empty() {
        Block::Paragraph(lang.of("Every factor scores every sector.", "各因子对全部行业均有评分。").into())
    } else {
        Block::List(items)
    };
    Section {
        id: "missing".into(),
        heading: lang.of("Not scored (—), and why", "未评分（—）的行业及原因").into(),
        blocks: vec![block],
    }
}
