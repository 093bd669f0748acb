//! What a reader needs first: the day, the month, the dataset and the selected sectors.

use rotor_factor::Date;

use super::context::{NoteContext, month_title, score_number};
use crate::terms::Term;
use crate::words::{Lang, NONE, name, say, sentence};

/// The month for which sectors are selected is that of the day.
pub(super) fn title(context: &NoteContext<'_>) -> String {
    let month = month_title(context.lang, context.day().as_of.0.month());
    say!(context.lang, "Sector selection, {month}", "{month}行业配置：关注哪些板块")
}

/// The mark of data that are made up.
pub(super) fn mark(context: &NoteContext<'_>) -> Option<String> {
    context.note.dataset.synthetic.then(|| synthetic(context.lang).to_owned())
}

fn synthetic(lang: Lang) -> &'static str {
    lang.of("SYNTHETIC DATA", "模拟数据")
}

pub(super) fn facts(context: &NoteContext<'_>) -> Vec<(String, String)> {
    let (lang, note) = (context.lang, context.note);
    vec![
        (lang.of("as of", "数据截至").into(), cutoff(context)),
        (lang.of("last complete month", "最近完整月份").into(), note.day.month.to_string()),
        (lang.of("dataset", "数据集").into(), dataset(context)),
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

/// The day, and which data are used on it.
fn cutoff(context: &NoteContext<'_>) -> String {
    let (lang, note) = (context.lang, context.note);
    let as_of = note.day.as_of.0;
    let last = note.last_close.map_or(NONE.into(), |day: Date| day.to_string());
    let mut text = say!(
        lang,
        "{as_of} (data published before this date; closes up to {last}",
        "{as_of}（仅用此前已公布的数据，收盘价截至 {last}"
    );
    if note.is_default_day {
        text += lang.of(
            "; default date: the first weekday after the last trading day of the dataset",
            "；未指定日期，取数据集最后交易日之后的首个工作日",
        );
    }
    text + lang.of(")", "）")
}

fn dataset(context: &NoteContext<'_>) -> String {
    let (lang, dataset) = (context.lang, &context.note.dataset);
    let (short, title) = (name(&dataset.name), sentence(&dataset.title));
    let mark = match (dataset.synthetic, lang) {
        (false, _) => String::new(),
        (true, Lang::En) => format!(" ({})", synthetic(lang)),
        (true, Lang::Zh) => format!("（{}）", synthetic(lang)),
    };
    say!(lang, "{short}: {title}{mark}", "{short}：{title}{mark}")
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
