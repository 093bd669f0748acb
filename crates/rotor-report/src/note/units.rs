//! The units of series in the language of a page.

use rotor_data::unit_zh;

use crate::words::{Lang, name};

/// A unit in the language of a page, safe to show; one that is not known as it is.
pub(super) fn unit(lang: Lang, unit: &str) -> String {
    let zh = unit_zh(unit).filter(|_| lang == Lang::Zh);
    zh.map_or_else(|| name(unit), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_units_are_chinese_in_a_chinese_page() {
        assert_eq!(unit(Lang::Zh, "cny_per_tonne"), "元/吨");
        assert_eq!(unit(Lang::Zh, "usd_per_tonne"), "usd_per_tonne");
        assert_eq!(unit(Lang::En, "cny_per_tonne"), "cny_per_tonne");
    }
}
