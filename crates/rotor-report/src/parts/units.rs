//! The units of series in the language of a page.

use rotor_data::{unit_en, unit_zh};

use crate::words::{Lang, name};

/// A unit in the language of a page, safe to show: in Chinese that of the dataset; else that of the table, else the word.
pub(crate) fn unit(lang: Lang, unit: &str, own_zh: Option<&str>) -> String {
    let known = match lang {
        Lang::En => unit_en(unit),
        Lang::Zh => own_zh.or_else(|| unit_zh(unit)),
    };
    name(known.unwrap_or(unit))
}

/// A number with the unit behind it; English units have numbers of their own, such as "CNY 100m", and stand in brackets.
pub(crate) fn with_unit(lang: Lang, number: &str, unit: &str) -> String {
    let is_word = unit.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    match lang {
        _ if unit == "%" => format!("{number}%"),
        Lang::En => format!("{number} ({unit})"),
        Lang::Zh if is_word => format!("{number} {unit}"),
        Lang::Zh => format!("{number}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_the_language_where_they_are_known() {
        assert_eq!(unit(Lang::Zh, "cny_per_tonne", None), "元/吨");
        assert_eq!(unit(Lang::Zh, "usd_per_tonne", None), "usd_per_tonne");
        assert_eq!(unit(Lang::Zh, "usd_per_tonne", Some("美元/吨")), "美元/吨");
        assert_eq!(unit(Lang::Zh, "units", Some("台")), "台");
        assert_eq!(unit(Lang::En, "cny_per_tonne", Some("元/吨")), "CNY/tonne");
        assert_eq!(unit(Lang::En, "furlongs", None), "furlongs");
    }

    #[test]
    fn units_stand_behind_their_numbers() {
        assert_eq!(with_unit(Lang::En, "344", "CNY/tonne"), "344 (CNY/tonne)");
        assert_eq!(with_unit(Lang::En, "5.4", "%"), "5.4%");
        assert_eq!(with_unit(Lang::Zh, "344", "元/吨"), "344元/吨");
        assert_eq!(with_unit(Lang::Zh, "344", "furlongs"), "344 furlongs");
    }
}
