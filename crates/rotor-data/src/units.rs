//! Units of series in both languages, by the words that datasets have for them.
//!
//! One table for every writer and reader: the worlds write `unit_zh` from it, and pages fall back on it where a series gives none.

const UNITS: &[(&str, &str, &str)] = &[
    ("percent", "%", "%"),
    ("cny_100m", "CNY 100m", "亿元"),
    ("cny_per_tonne", "CNY/tonne", "元/吨"),
    ("cny_per_kg", "CNY/kg", "元/公斤"),
    ("cny_per_bottle", "CNY/bottle", "元/瓶"),
    ("usd", "USD", "美元"),
    ("usd_per_barrel", "USD/barrel", "美元/桶"),
    ("usd_100m", "USD 100m", "亿美元"),
    ("jpy_bn", "JPY bn", "十亿日元"),
    ("10k_tonnes", "10k tonnes", "万吨"),
    ("10k_dwt", "10k dwt", "万载重吨"),
    ("100m_kwh", "100m kWh", "亿千瓦时"),
    ("units", "units", "辆（台）"),
    ("vehicles_per_day", "vehicles/day", "辆/日"),
    ("index", "index", "点"),
    ("multiple", "times", "倍"),
    ("100m_units", "100m units", "亿份"),
    ("companies", "companies", "家"),
    ("fraction", "fraction", "比例"),
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
    UNITS.iter().find(|(known, ..)| *known == unit).map(|(.., unit_zh)| *unit_zh)
}

/// Returns a unit as it is printed in English; `None` for a word that is not in the table.
///
/// ```
/// assert_eq!(rotor_data::unit_en("cny_per_tonne"), Some("CNY/tonne"));
/// ```
#[must_use]
pub fn unit_en(unit: &str) -> Option<&'static str> {
    UNITS.iter().find(|(known, ..)| *known == unit).map(|(_, unit_en, _)| *unit_en)
}
