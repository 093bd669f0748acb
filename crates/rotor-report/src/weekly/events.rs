//! What is to happen and what happened, with the stars that the dataset gives.

use rotor_run::WeeklyEvent;

use super::context::WeeklyContext;
use crate::page::{Block, Cell, Column, Section, Table};
use crate::parts;
use crate::words::{counted, say};

/// More stars than these are not drawn.
const MOST_STARS: u8 = 5;

/// The section; nothing without events.
pub(super) fn section(context: WeeklyContext<'_>) -> Option<Section> {
    let (lang, events) = (context.lang, &context.weekly.events);
    if events.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::word(lang.of("importance", "重要性")),
        Column::word(lang.of("day", "日期")),
        Column::name(lang.of("event", "事件")),
        Column::word(lang.of("sectors", "相关行业")).detail(),
    ]);
    for event in events {
        let sectors: Vec<String> = event.sectors.iter().map(|sector| context.name(sector)).collect();
        table.row([
            Cell::from(stars(event)),
            Cell::from(event.date),
            title(context, event).into(),
            sectors.join(lang.between()).into(),
        ]);
    }
    let about = lang.of(
        "This week and the next, as known on the day, the most important first. Stars are those of whoever keeps the dataset; no score reads them.",
        "本周与下周，均为截至该日已知的事件，按重要性排列。星级由数据集维护者给出，不参与任何评分。",
    );
    Some(Section {
        id: "events".into(),
        heading: lang.of("Events", "事件与催化").into(),
        blocks: vec![Block::Paragraph(about.into()), table.into()],
    })
}

/// How many events there are, and the first of them.
pub(super) fn lead(context: WeeklyContext<'_>) -> Option<String> {
    let lang = context.lang;
    let first = context.weekly.events.first()?;
    let n = counted(lang, context.weekly.events.len(), ["event", "events"], "个事件");
    let (title, stars, day) = (title(context, first), stars(first), first.date);
    Some(say!(
        lang,
        "This week and the next have {n}, first {title} ({stars}, {day}).",
        "本周与下周共{n}，首要为{title}（{stars}，{day}）。"
    ))
}

fn stars(event: &WeeklyEvent) -> String {
    "☆".repeat(event.importance.min(MOST_STARS).into())
}

fn title(context: WeeklyContext<'_>, event: &WeeklyEvent) -> String {
    parts::named(context.lang, [event.title_zh.as_deref(), Some(&event.title), None])
}
