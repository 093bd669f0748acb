//! The units of series in the language of a page.

use rotor_data::{unit_en, unit_zh};

use super::context::NoteContext;
use crate::words::{Lang, name};

/// The unit of a series in the language of a page, safe to show: in Chinese that of the dataset; else that of the table, else the
/// word.
pub(super) fn unit(context: &NoteContext<'_>, series: &str, unit: &str) -> String {
    let known = context.note.find_series(series).map(|at| &context.note.series[at]);
    in_language(context.lang, unit, known.and_then(|series| series.unit_zh.as_deref()))
}

fn in_language(lang: Lang, unit: &str, own_zh: Option<&str>) -> String {
    let known = match lang {
        Lang::En => unit_en(unit),
        Lang::Zh => own_zh.or_else(|| unit_zh(unit)),
    };
    name(known.unwrap_or(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_the_language_where_they_are_known() {
        assert_eq!(in_language(Lang::Zh, "cny_per_tonne", None), "元/吨");
        assert_eq!(in_language(Lang::Zh, "usd_per_tonne", None), "usd_per_tonne");
        assert_eq!(in_language(Lang::Zh, "usd_per_tonne", Some("美元/吨")), "美元/吨");
        assert_eq!(in_language(Lang::Zh, "units", Some("台")), "台");
        assert_eq!(in_language(Lang::En, "cny_per_tonne", Some("元/吨")), "CNY/tonne");
        assert_eq!(in_language(Lang::En, "furlongs", None), "furlongs");
    }
}
