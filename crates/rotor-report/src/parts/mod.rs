//! What the note and the weekly share: names, heads, dates, units, the calendar of the data, estimates, figures.

pub(crate) mod calendar;
pub(crate) mod dates;
pub(crate) mod document;
pub(crate) mod estimate;
pub(crate) mod figures;
pub(crate) mod head;
pub(crate) mod seasons;
pub(crate) mod units;

use rotor_data::model::Series;
use rotor_run::{NoteFactor, Warning};

use crate::declared::text;
use crate::page::{Block, Section};
use crate::sentences;
use crate::words::{Lang, NONE, name};

/// The first text that says something of the Chinese name, which is for Chinese pages alone, the English name and the code; safe to
/// show.
pub(crate) fn named(lang: Lang, [name_zh, name_en, code]: [Option<&str>; 3]) -> String {
    let in_order = [name_zh.filter(|_| lang == Lang::Zh), name_en, code];
    let found = in_order.into_iter().flatten().find(|text| !text.trim().is_empty());
    name(found.unwrap_or(NONE))
}

/// The title of a series; its name if it has none.
pub(crate) fn series_title(lang: Lang, series: &Series) -> String {
    named(lang, [series.title_zh.as_deref(), Some(&series.title), Some(&series.name)])
}

/// The title of a factor; its name if it has none.
pub(crate) fn factor_title(lang: Lang, factor: &NoteFactor) -> String {
    let title = factor.spec.presentation().title();
    title.map_or_else(|| name(factor.spec.name()), |title| text(lang, title))
}

/// What a reader of the page must know from the start: which release days are assumed.
pub(crate) fn notices(lang: Lang, warnings: &[Warning]) -> impl Iterator<Item = Block> {
    warnings
        .iter()
        .filter(|warning| is_notice(warning))
        .map(move |warning| sentences::warning_block(lang, warning))
}

fn is_notice(warning: &Warning) -> bool {
    matches!(warning, Warning::AssumedReleases { .. })
}

/// The section of what looks wrong in the data, without the [`notices`]; nothing if nothing does.
pub(crate) fn data_section(lang: Lang, warnings: &[Warning]) -> Option<Section> {
    let wrong = warnings.iter().filter(|warning| !is_notice(warning));
    let sentences: Vec<String> = wrong.map(|warning| sentences::warning(lang, warning)).collect();
    (!sentences.is_empty()).then(|| Section {
        id: "data".into(),
        heading: lang.of("What looks wrong in the data", "数据疑点").into(),
        blocks: vec![Block::List(sentences)],
    })
}
