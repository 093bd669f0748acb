//! Figures under headings, with numbers, tones and decimals.

use crate::draw::{Chart, Tone};
use crate::page::{Block, Figure, Section};
use crate::words::{Lang, name, say};

/// A figure under a title.
pub(crate) fn figure(
    id: impl Into<String>,
    title: impl Into<String>,
    about: impl Into<String>,
    chart: Chart,
) -> Figure {
    Figure { id: id.into(), title: title.into(), about: about.into(), chart }
}

/// Figures under a heading, with a paragraph that says how to read them; nothing where there is none to show.
pub(crate) fn under(heading: &str, about: String, figures: Vec<Figure>) -> Option<Block> {
    let is_empty = figures.is_empty();
    let blocks = vec![Block::Heading(heading.into()), about.into(), Block::Figures(figures)];
    (!is_empty).then_some(Block::AroundFigures(blocks))
}

/// The first tones for so many series.
pub(crate) fn tone(position: usize) -> Tone {
    [Tone::First, Tone::Second, Tone::Third, Tone::Fourth].get(position).copied().unwrap_or(Tone::Muted)
}

/// As many decimals as about four digits of the largest value need.
pub(crate) fn decimals(values: impl Iterator<Item = f64>) -> usize {
    let largest = values.map(f64::abs).filter(|value| value.is_finite()).fold(0.0, f64::max);
    match largest {
        _ if largest >= 1000.0 => 0,
        _ if largest >= 100.0 => 1,
        _ if largest >= 1.0 => 2,
        _ => 4,
    }
}

/// Numbers the figures of the page in reading order, each with its source.
pub(crate) fn number(lang: Lang, dataset: &str, sections: &mut [Section]) {
    let dataset = name(dataset);
    let mut ids = Vec::new();
    for section in sections {
        for block in &mut section.blocks {
            number_block((lang, &dataset), block, &mut ids);
        }
    }
}

/// `page` is its language and its dataset, `ids` are those of the figures before.
fn number_block(page: (Lang, &str), block: &mut Block, ids: &mut Vec<String>) {
    let (lang, dataset) = page;
    match block {
        Block::Figures(figures) => {
            for figure in figures {
                let n = ids.len() + 1;
                // Names of factors and tables may make the same identifier.
                if ids.contains(&figure.id) {
                    figure.id = format!("{}-figure-{n}", figure.id);
                }
                ids.push(figure.id.clone());
                let title = &figure.title;
                figure.title = say!(lang, "Figure {n}: {title}", "图 {n}：{title}");
                let source =
                    say!(lang, "Source: dataset {dataset}, Rotor.", "资料来源：数据集 {dataset}，Rotor。");
                let between = if figure.about.is_empty() { "" } else { lang.of(" ", "") };
                figure.about = format!("{}{between}{source}", figure.about);
            }
        }
        Block::AroundFigures(blocks) | Block::Folded { blocks, .. } | Block::Appendix { blocks, .. } => {
            for block in blocks {
                number_block(page, block, ids);
            }
        }
        Block::Columns(columns) => {
            for block in columns.iter_mut().flatten() {
                number_block(page, block, ids);
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
