//! What is shipped with the program: classifications, a sector–industry mapping, calendars of releases, statutory deadlines.
//!
//! Each is a small table with its source beside it. Nothing here is data of a vendor.

use std::collections::BTreeMap;

use rotor_data::model::Entity;
use rotor_factor::{Date, Month, Quarter};

use crate::fault::FaultKind;
use crate::plan::LinkPlan;

/// What a plan may ask for by `with`.
pub const SHIPPED: &[&str] = &["sw2021", "sw2014", "nbs", "cn_benchmarks"];
/// The calendars of releases.
pub const CALENDARS: &[&str] = &["cn_cpi", "cn_ppi", "cn_profits"];
/// The sector–industry mappings.
pub const BRIDGES: &[&str] = &["cn_2021"];
/// The links of sectors to series.
pub const LINKS: &[&str] = &["cn_default"];
/// The statutory deadlines.
pub const DEADLINES: &[&str] = &["cn.report"];

/// Level 1 of the Shenwan classification of 2021, with the names of 2014 where they differ. Source: SWS Research, names and codes of the
/// indices; the parts of the economy are this project's.
const SW2021: &str = include_str!("../shipped/sw2021.csv");
/// The same of 2014: 28 sectors, of which mining ends with the change of December 2021.
const SW2014: &str = include_str!("../shipped/sw2014.csv");
/// The 41 industrial classes of GB/T 4754-2017, with the names of the classification for listed companies of 2012 where they differ.
/// Source: National Bureau of Statistics of China.
const NBS: &str = include_str!("../shipped/nbs.csv");
/// Indices of the whole market, or of large, small, growth and value companies. Source: China Securities Index, Shenzhen Securities
/// Information, SWS Research and Wind, names and codes of the indices.
const CN_BENCHMARKS: &str = include_str!("../shipped/cn_benchmarks.csv");
/// Shares of industries in the total assets of the sectors of 2021, public with the annual reports. Of six sectors they are those of a
/// broker's report of 2022 (`report`), of the others this project's assumption from the assets of large companies, good to about
/// ten points (`assumption`).
const CN_2021: &str = include_str!("../shipped/bridge.csv");
/// Series of the prosperity of a sector: which of them a broker's report of 2022 follows, and more of the same kind (this project's choice).
const CN_LINKS: &str = include_str!("../shipped/links.csv");
/// Release days of consumer prices that were announced or reported: 2023, and two of 2022.
const CN_CPI: &str = include_str!("../shipped/releases/cn_cpi.csv");
/// The same of producer prices, which come out with them.
const CN_PPI: &str = include_str!("../shipped/releases/cn_ppi.csv");
/// Some release days of industrial profits.
const CN_PROFITS: &str = include_str!("../shipped/releases/cn_profits.csv");

/// The rows of a table that is shipped, by column.
fn rows(table: &'static str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headers = reader.headers().expect("a table that is shipped has a header").clone();
    let row = |record: csv::StringRecord| {
        headers.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| row(record.expect("a table that is shipped is sound"))).collect()
}

fn classification(name: &str) -> Result<Vec<BTreeMap<String, String>>, FaultKind> {
    let table = match name {
        "sw2021" => SW2021,
        "sw2014" => SW2014,
        "nbs" => NBS,
        "cn_benchmarks" => CN_BENCHMARKS,
        _ => return Err(FaultKind::NotShipped { name: name.into(), known: SHIPPED }),
    };
    Ok(rows(table))
}

/// The entities of a classification.
pub(crate) fn entities(name: &str) -> Result<Vec<Entity>, FaultKind> {
    let entity = |row: &BTreeMap<String, String>| {
        let text = |key: &str| row.get(key).filter(|text| !text.is_empty()).cloned();
        Entity {
            code: row["code"].clone(),
            kind: row["kind"].parse().expect("a kind that is shipped is one"),
            name: row["name"].clone(),
            name_zh: text("name_zh"),
            group: text("group").map(|word| word.parse().expect("a group that is shipped is one")),
            valid_from: text("valid_from").and_then(|day| day.parse().ok()),
            valid_to: text("valid_to").and_then(|day| day.parse().ok()),
        }
    };
    Ok(classification(name)?.iter().map(entity).collect())
}

/// The codes of a classification by everything that names them: the code itself, the names in both languages, names of other editions.
pub(crate) fn names(name: &str) -> Result<BTreeMap<String, String>, FaultKind> {
    let mut names = BTreeMap::new();
    for row in classification(name)? {
        let code = &row["code"];
        let also = row["also"].split(';');
        for known in [code.as_str(), &row["name"], &row["name_zh"]].into_iter().chain(also) {
            if !known.is_empty() {
                names.insert(known.to_owned(), code.clone());
            }
        }
    }
    Ok(names)
}

/// A share of an industry in a sector.
pub(crate) struct Share {
    pub(crate) sector: String,
    pub(crate) industry: String,
    pub(crate) weight: f64,
    pub(crate) released: Date,
}

/// A sector–industry mapping.
pub(crate) fn bridge(name: &str) -> Result<Vec<Share>, FaultKind> {
    if name != "cn_2021" {
        return Err(FaultKind::NotShipped { name: name.into(), known: BRIDGES });
    }
    let share = |row: &BTreeMap<String, String>| Share {
        sector: row["sector"].clone(),
        industry: row["industry"].clone(),
        weight: row["weight"].parse().expect("a weight that is shipped is a number"),
        released: row["released"].parse().expect("a day that is shipped is one"),
    };
    Ok(rows(CN_2021).iter().map(share).collect())
}

/// Links of sectors to the series of their prosperity.
pub(crate) fn links(name: &str) -> Result<Vec<LinkPlan>, FaultKind> {
    if name != "cn_default" {
        return Err(FaultKind::NotShipped { name: name.into(), known: LINKS });
    }
    let link = |row: &BTreeMap<String, String>| LinkPlan {
        sector: row["sector"].clone(),
        series: row["series"].clone(),
        polarity: row["polarity"].parse().expect("a polarity that is shipped is a number"),
        weight: 1.0,
    };
    Ok(rows(CN_LINKS).iter().map(link).collect())
}

/// A calendar of releases by the last day of the period; `None` if nothing shipped has the name.
pub(crate) fn calendar(name: &str) -> Option<BTreeMap<Date, Date>> {
    let table = match name {
        "cn_cpi" => CN_CPI,
        "cn_ppi" => CN_PPI,
        "cn_profits" => CN_PROFITS,
        _ => return None,
    };
    let day = |text: &String| text.parse().expect("a day that is shipped is one");
    Some(rows(table).iter().map(|row| (day(&row["period"]), day(&row["released"]))).collect())
}

/// The day by which companies must have reported a quarter: 30 April of the year and of the first quarter, 31 August, 31 October.
pub(crate) fn report_deadline(quarter: Quarter) -> Option<Date> {
    let (year, month) = match quarter.number() {
        1 => (quarter.year(), 4),
        2 => (quarter.year(), 8),
        3 => (quarter.year(), 10),
        _ => (quarter.year() + 1, 4),
    };
    Month::new(year, month).map(Month::last_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_whole() {
        assert_eq!(entities("sw2021").unwrap().len(), 31);
        assert_eq!(entities("sw2014").unwrap().len(), 28);
        assert_eq!(entities("nbs").unwrap().len(), 41);
        assert_eq!(entities("cn_benchmarks").unwrap().len(), 13);
        assert!(entities("sw2031").is_err());
        let (sectors, industries) = (names("sw2021").unwrap(), names("nbs").unwrap());
        let bridge = bridge("cn_2021").unwrap();
        assert!(
            bridge
                .iter()
                .all(|row| sectors.contains_key(&row.sector) && industries.contains_key(&row.industry))
        );
        for sector in sectors.values() {
            let shares = bridge.iter().filter(|row| row.sector == *sector).map(|row| row.weight);
            assert!(shares.sum::<f64>() <= 1.0 + 1e-9, "{sector}");
        }
        let links = links("cn_default").unwrap();
        assert!(links.iter().all(|link| sectors.contains_key(&link.sector) && link.polarity.abs() == 1));
        let names = names("sw2021").unwrap();
        assert_eq!((names["化工"].as_str(), names["Steel"].as_str()), ("801030", "801040"));
        for name in CALENDARS {
            let calendar = calendar(name).unwrap();
            assert!(calendar.iter().all(|(period, released)| period < released), "{name}");
            assert!(calendar.keys().all(|period| period.month().last_day() == *period), "{name}");
        }
    }

    #[test]
    fn deadlines_are_those_of_the_exchange() {
        let of = |year, number| report_deadline(Quarter::new(year, number).unwrap()).unwrap().to_string();
        let found: Vec<String> = (1..=4).map(|number| of(2022, number)).collect();
        assert_eq!(found, ["2022-04-30", "2022-08-31", "2022-10-31", "2023-04-30"]);
    }
}
