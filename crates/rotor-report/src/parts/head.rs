//! What stands above every page of a day: the mark of data that are made up, the day, the dataset.

use rotor_factor::Date;
use rotor_run::NoteDataset;

use crate::words::{Lang, NONE, name, say, sentence};

/// The mark of data that are made up.
pub(crate) fn mark(lang: Lang, dataset: &NoteDataset) -> Option<String> {
    dataset.synthetic.then(|| synthetic(lang).to_owned())
}

fn synthetic(lang: Lang) -> &'static str {
    lang.of("SYNTHETIC DATA", "模拟数据")
}

/// The day, and which data are used on it. `default` says how the day was found, if none was given.
pub(crate) fn cutoff(lang: Lang, as_of: Date, last_close: Option<Date>, default: Option<&str>) -> String {
    let last = last_close.map_or(NONE.into(), |day: Date| day.to_string());
    let mut text = say!(
        lang,
        "{as_of} (data published before this date; closes up to {last}",
        "{as_of}（仅用此前已公布的数据，收盘价截至 {last}"
    );
    text.extend(default);
    text + lang.of(")", "）")
}

/// The short name and the title of the dataset.
pub(crate) fn dataset(lang: Lang, dataset: &NoteDataset) -> String {
    let (short, title) = (name(&dataset.name), sentence(&dataset.title));
    let mark = match (dataset.synthetic, lang) {
        (false, _) => String::new(),
        (true, Lang::En) => format!(" ({})", synthetic(lang)),
        (true, Lang::Zh) => format!("（{}）", synthetic(lang)),
    };
    say!(lang, "{short}: {title}{mark}", "{short}：{title}{mark}")
}
