//! The figures of the note. Each part makes blocks of what its tables and the history of the dataset hold; where a column is
//! missing there is no figure, and the page goes on without it.

mod declared;
mod generic;
mod ranking;
mod returns;
mod track;

use rotor_factor::Group;

pub(super) use declared::of_declared;
pub(super) use generic::tables as of_tables;
pub(super) use ranking::figures as of_ranking;
pub(super) use returns::figure_of as of_returns;
pub(super) use track::{figures as of_track, relative_values};

use super::context::NoteContext;
use crate::page::{Block, Figure};
use crate::parts::figures::{decimals, figure, tone, under};
use crate::words::{Lang, say};

/// The sectors of a part of the economy.
pub(super) struct Stream {
    /// The same in every language.
    id: &'static str,
    pub(super) title: &'static str,
    /// In the order in which they were given.
    pub(super) sectors: Vec<usize>,
}

/// Parts sectors by where they stand in the economy: upstream first, those of which it is not known last.
pub(super) fn by_stream(context: &NoteContext<'_>, sectors: &[usize]) -> Vec<Stream> {
    let groups = Group::ALL.iter().copied().map(Some).chain([None]);
    let streams = groups.map(|group| {
        let of_group = sectors.iter().copied().filter(|sector| group_of(context, *sector) == group);
        Stream {
            id: group.map_or("ungrouped", Group::word),
            title: title(context.lang, group),
            sectors: of_group.collect(),
        }
    });
    streams.filter(|stream| !stream.sectors.is_empty()).collect()
}

fn group_of(context: &NoteContext<'_>, sector: usize) -> Option<Group> {
    context.note.entities[context.day().sectors[sector] as usize].group
}

fn title(lang: Lang, group: Option<Group>) -> &'static str {
    match group {
        Some(Group::Upstream) => lang.of("Upstream", "上游"),
        Some(Group::Midstream) => lang.of("Midstream", "中游"),
        Some(Group::Downstream) => lang.of("Downstream", "下游"),
        Some(Group::Services) => lang.of("Services", "服务"),
        Some(Group::Financial) => lang.of("Financial", "金融"),
        Some(Group::Tmt) => lang.of("Technology, media, telecommunications", "科技传媒通信（TMT）"),
        Some(Group::Other) => lang.of("Other", "其他"),
        None => lang.of("Ungrouped", "未分组"),
    }
}

/// Figures by stream, each under a heading of its own; the first is followed by what says how to read them.
fn by_heading(lang: Lang, heading: &str, about: &str, streams: Vec<(&str, Vec<Figure>)>) -> Option<Block> {
    let mut blocks = Vec::new();
    for (stream, figures) in streams.into_iter().filter(|(_, figures)| !figures.is_empty()) {
        let is_first = blocks.is_empty();
        blocks.push(Block::Heading(say!(
            lang,
            "{heading}: {stream}",
            "{heading}：{stream}",
            stream = stream
        )));
        blocks.extend(is_first.then(|| Block::Paragraph(about.into())));
        blocks.push(Block::Figures(figures));
    }
    (!blocks.is_empty()).then_some(Block::AroundFigures(blocks))
}
