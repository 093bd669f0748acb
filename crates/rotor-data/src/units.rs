//! Units of series in Chinese, by the words that datasets have for them.
//!
//! One table for every writer and reader: the worlds write `unit_zh` from it, and pages fall back on it where a series gives none.

const UNITS: &[(&str, &str)] = &[
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

/// Returns a unit as it is printed in Chinese; `None` for a word that is not in the table.
///
/// ```
/// use rotor_data::unit_zh;
///
/// assert_eq!(unit_zh("cny_per_tonne"), Some("元/吨"));
/// assert_eq!(unit_zh("furlongs"), None);
/// ```
#[must_use]
pub fn unit_zh(unit: &str) -> Option<&'static str> {
    UNITS.iter().find(|(known, _)| *known == unit).map(|(_, unit_zh)| *unit_zh)
}
