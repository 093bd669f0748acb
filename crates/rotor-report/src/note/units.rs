//! The units of series in the language of a page.

use crate::words::{Lang, name};

/// Chinese units by the words of datasets.
const UNITS_ZH: &[(&str, &str)] = &[
    ("percent", "%"),
    ("cny_100m", "亿元"),
    ("cny_per_tonne", "元/吨"),
    ("cny_per_kg", "元/公斤"),
    ("cny_per_bottle", "元/瓶"),
    ("usd", "美元"),
    ("usd_per_barrel", "美元/桶"),
    ("usd_100m", "亿美元"),
    ("jpy_bn", "十亿日元"),
    ("10k_tonnes", "万吨"),
    ("10k_dwt", "万载重吨"),
    ("100m_kwh", "亿千瓦时"),
    ("units", "辆（台）"),
    ("vehicles_per_day", "辆/日"),
    ("index", "点"),
    ("multiple", "倍"),
];

/// A unit in the language of a page, safe to show; one that is not known as it is.
pub(super) fn unit(lang: Lang, unit: &str) -> String {
    let zh = UNITS_ZH.iter().find(|(known, _)| *known == unit).filter(|_| lang == Lang::Zh);
    zh.map_or_else(|| name(unit), |(_, zh)| (*zh).to_owned())
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
