//! What a reader wants to know first: a sentence a section, by rule from the numbers below it.

use super::context::WeeklyContext;
use super::{events, money, profits, sample, tracking, valuation, week};
use crate::page::{Block, Section};
use crate::parts::{calendar, notices};

/// The lead; nothing where no section has data.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let sentences = [
        week::lead(context),
        tracking::lead(context),
        profits::lead(context),
        sample::lead(context),
        money::lead(context),
        events::lead(context),
        calendar::lead(context.calendar()),
        valuation::lead(context),
    ];
    let sentences: Vec<String> = sentences.into_iter().flatten().collect();
    let mut blocks = Vec::new();
    if !sentences.is_empty() {
        blocks.push(Block::List(sentences));
    }
    blocks.extend(notices(context.lang, &context.weekly.warnings));
    (!blocks.is_empty()).then(|| Section {
        id: "summary".into(),
        heading: context.lang.of("In brief", "核心结论").into(),
        blocks,
    })
}
