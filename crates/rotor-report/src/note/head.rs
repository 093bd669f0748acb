//! What a reader needs first: the day, the month, the dataset and the selected sectors.

use super::context::{NoteContext, score_number};
use crate::parts::dates::month_title;
use crate::parts::head;
use crate::terms::Term;
use crate::words::say;

/// The month for which sectors are selected is that of the day.
pub(super) fn title(context: &NoteContext<'_>) -> String {
    let month = month_title(context.lang, context.day().as_of.0.month());
    say!(context.lang, "Sector selection, {month}", "{month}行业配置：关注哪些板块")
}

/// The mark of data that are made up.
pub(super) fn mark(context: &NoteContext<'_>) -> Option<String> {
    head::mark(context.lang, &context.note.dataset)
}

pub(super) fn facts(context: &NoteContext<'_>) -> Vec<(String, String)> {
    let (lang, note) = (context.lang, context.note);
    vec![
        (lang.of("as of", "数据截至").into(), cutoff(context)),
        (lang.of("last complete month", "最近完整月份").into(), note.day.month.to_string()),
        (lang.of("dataset", "数据集").into(), head::dataset(lang, &note.dataset)),
        (
            say!(
                lang,
                "{selected} (total score)",
                "{selected}（总分）",
                selected = Term::SelectedSectors.of(lang)
            ),
            selected(context),
        ),
    ]
}

fn cutoff(context: &NoteContext<'_>) -> String {
    let (lang, note) = (context.lang, context.note);
    let default = note.is_default_day.then_some(lang.of(
        "; default date: the first weekday after the last trading day of the dataset",
        "；未指定日期，取数据集最后交易日之后的首个工作日",
    ));
    head::cutoff(lang, note.day.as_of.0, note.last_close, default)
}

fn selected(context: &NoteContext<'_>) -> String {
    let (lang, day) = (context.lang, context.day());
    let selected: Vec<String> = day
        .selected()
        .into_iter()
        .map(|sector| {
            let (name, total) = (&context.names[sector], score_number(day.ranking[sector].total));
            say!(lang, "{name} ({total})", "{name}（{total}）")
        })
        .collect();
    if selected.is_empty() { lang.of("none", "无").to_owned() } else { selected.join(lang.between()) }
}
