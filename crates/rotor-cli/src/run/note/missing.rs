//! What is `na`, and why.

use rotor_factor::Explanation;
use rotor_report::words::reason;

use super::facts::Teller;
use super::page::{Block, Section};
use super::words::say;

pub(super) fn section(teller: &Teller<'_>) -> Section {
    let lang = teller.lang;
    let mut items = Vec::new();
    for (chosen, outcome) in teller.facts.chosen.iter().zip(&teller.day().outcomes) {
        let factor = teller.factor(chosen);
        let signal = match outcome {
            Ok(signal) => signal,
            Err(error) => {
                let error = reason(lang, &error.to_string(), error.text_zh().as_deref());
                items.push(say!(lang, "{factor}, every sector: {error}", "{factor}（全部行业）：{error}"));
                continue;
            }
        };
        // Reasons in the order in which they first occur.
        let mut by_reason: Vec<(&Explanation, Vec<usize>)> = Vec::new();
        for sector in 0..signal.n_sectors() {
            if let Err(said) = signal.score_of(sector) {
                match by_reason.iter_mut().find(|(known, _)| *known == said) {
                    Some((_, sectors)) => sectors.push(sector),
                    None => by_reason.push((said, vec![sector])),
                }
            }
        }
        for (said, sectors) in by_reason {
            let names: Vec<&str> = sectors.iter().map(|sector| teller.names[*sector].as_str()).collect();
            let names = names.join(lang.between());
            let reason = reason(lang, &said.text(), said.text_zh().as_deref());
            let n = sectors.len();
            items.push(say!(
                lang,
                "{factor}: {reason} ({n}): {names}",
                "{factor}：{reason}（{n}个）：{names}"
            ));
        }
    }
    let block = if items.is_empty() {
        Block::Paragraph(
            lang.of("Nothing: every factor scores every sector.", "无：各因子对全部行业均有得分。").into(),
        )
    } else {
        Block::List(items)
    };
    Section {
        id: "missing".into(),
        heading: lang.of("Missing (na), and why", "缺失（na）及原因").into(),
        blocks: vec![block],
    }
}
