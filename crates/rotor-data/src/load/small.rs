//! The tables of a few hundred rows: entities, series, bridge, links, events.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rotor_factor::{EntityKind, Frequency, Released};

use super::{Codes, EntityCodes, Row, SeriesCodes};
use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::model::{BridgeWeight, Entity, Event, Link, Series};
use crate::read::TableSource;

/// Reads every row of a small table with `read`, in their order; `None` if not all of it can be read.
pub(super) fn rows<T: Send>(
    source: &TableSource,
    faults: &mut FaultReport,
    read: impl Fn(&mut Row<'_>) -> Option<T> + Sync,
) -> Option<Vec<Option<T>>> {
    let parts = source.fold(
        faults,
        |_| Vec::new(),
        |rows, batch, faults| Row::each(batch, faults, |row| rows.push(read(row))),
    );
    Some(parts?.into_iter().flatten().collect())
}

/// A row as read: its number, its key, and its content if nothing is wrong with it.
pub(super) type Keyed<K, T> = (u64, K, Option<T>);

/// Reports rows whose key stands in an earlier row, and returns the content of the others.
pub(super) fn unique<K: Ord, T>(
    source: &TableSource,
    rows: Option<Vec<Option<Keyed<K, T>>>>,
    faults: &mut FaultReport,
    shown_key: impl Fn(&K) -> String,
) -> Vec<T> {
    let mut first_rows = BTreeMap::new();
    let mut repeated = FaultReport::default();
    let mut kept = Vec::new();
    for (row, key, content) in rows.into_iter().flatten().flatten() {
        match first_rows.entry(key) {
            Entry::Occupied(first) => repeated.push_with(|| {
                let kind = FaultKind::DuplicateKey { key: shown_key(first.key()), first_row: *first.get() };
                Fault { row: Some(row), ..source.fault(kind) }
            }),
            Entry::Vacant(place) => {
                place.insert(row);
                kept.extend(content);
            }
        }
    }
    faults.merge(repeated);
    kept
}

/// A row with a code: what is known of the code, and the row itself if nothing is wrong with it.
type Coded<M, T> = Keyed<String, (Option<M>, Option<T>)>;

/// Settles the codes of a table, and returns its sound rows in code order.
///
/// No codes if some could not be read: whoever refers to one of those must not be accused.
fn coded<M: Copy, T>(
    source: &TableSource,
    rows: Option<Vec<Option<Coded<M, T>>>>,
    faults: &mut FaultReport,
) -> (Vec<T>, Option<Codes<M>>) {
    let is_complete = rows.as_ref().is_some_and(|rows| rows.iter().all(Option::is_some));
    let with_code =
        |(number, code, content): Coded<M, T>| (number, code.clone(), content.map(|content| (code, content)));
    let rows = rows.map(|rows| rows.into_iter().map(|row| row.map(with_code)).collect());
    let mut rows = unique(source, rows, faults, |code| format!("`{}`", shown(code)));
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    let codes = Codes::new(rows.iter().map(|(code, (meaning, _))| (code.clone(), *meaning)));
    (rows.into_iter().filter_map(|(_, (_, row))| row).collect(), is_complete.then_some(codes))
}

pub(crate) fn load_entities(
    source: &TableSource,
    faults: &mut FaultReport,
) -> (Vec<Entity>, Option<EntityCodes>) {
    let rows = rows(source, faults, |row| {
        let before = row.faults.total();
        let code = row.code("entity");
        let kind = row.word::<EntityKind>("kind");
        let name = row.name("name");
        let name_zh = row.optional_name("name_zh");
        let group = row.optional_word("group");
        let (valid_from, valid_to) = row.validity();
        let is_sound = row.faults.total() == before;
        let code = code?;
        let entity = match (is_sound, kind, name) {
            (true, Some(kind), Some(name)) => {
                Some(Entity { code: code.clone(), kind, name, name_zh, group, valid_from, valid_to })
            }
            _ => None,
        };
        Some((row.number(), code, Some((kind, entity))))
    });
    coded(source, rows, faults)
}

/// Reads `series`; those in `derived` are made by the reader and must not be given.
pub(crate) fn load_series(
    source: &TableSource,
    derived: &[&str],
    faults: &mut FaultReport,
) -> (Vec<Series>, Option<SeriesCodes>) {
    let rows = rows(source, faults, |row| {
        let name = row.code("series");
        if let Some(name) = name.as_deref().filter(|name| derived.contains(name)) {
            row.fault("series", FaultKind::SeriesAndFilings { series: shown(name) });
        }
        let frequency = row.word::<Frequency>("frequency");
        let unit = row.exact_text("unit");
        let title = row.text("title");
        let (title_zh, source) = (row.optional_prose("title_zh"), row.optional_prose("source"));
        let measure = row.optional_word("measure");
        let unit_zh = row.optional_prose("unit_zh");
        let accumulation = row.optional_word("accumulation");
        let (chain, chain_zh) = (row.optional_prose("chain"), row.optional_prose("chain_zh"));
        let release = row.optional_word("release");
        let name = name?;
        let series = match (frequency, unit, title) {
            (Some(frequency), Some(unit), Some(title)) => {
                let name = name.clone();
                Some(Series {
                    name,
                    frequency,
                    unit,
                    title,
                    title_zh,
                    source,
                    measure,
                    unit_zh,
                    accumulation,
                    chain,
                    chain_zh,
                    release,
                })
            }
            _ => None,
        };
        Some((row.number(), name, Some((frequency, series))))
    });
    coded(source, rows, faults)
}

pub(crate) fn load_bridge(
    source: &TableSource,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) -> Vec<BridgeWeight> {
    let rows = rows(source, faults, |row| {
        let codes = (row.optional_text("sector"), row.optional_text("industry"));
        let sector = row.entity("sector", EntityKind::Sector, entities);
        let industry = row.entity("industry", EntityKind::Industry, entities);
        let weight = row.decimal("weight", "(0, 1]", |weight| weight > 0.0 && weight <= 1.0);
        let released = row.date("released").map(Released)?;
        let content =
            || Some(BridgeWeight { sector: sector?, industry: industry?, weight: weight?, released });
        Some((row.number(), (codes.0?, codes.1?, released), content()))
    });
    let weights = unique(source, rows, faults, |(sector, industry, Released(released))| {
        format!("`{}`, `{}`, {released}", shown(sector), shown(industry))
    });
    check_shares(source, &weights, entities, faults);
    weights
}

/// Reports sectors whose shares of one release are more than the whole. Shares are rounded, so that a hundredth is allowed for.
fn check_shares(
    source: &TableSource,
    weights: &[BridgeWeight],
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) {
    const MOST: f64 = 1.01;
    let mut sums: BTreeMap<(u32, Released), f64> = BTreeMap::new();
    for weight in weights {
        *sums.entry((weight.sector, weight.released)).or_default() += weight.weight;
    }
    for ((sector, released), sum) in sums {
        // A sum of decimals that are 1.01 exactly may come out a little above.
        if sum > MOST + 1e-9 {
            let sector = shown(entities.map_or("", |codes| codes.code(sector as usize)));
            let sum = format!("{}", (sum * 1e6).round() / 1e6);
            faults.push(source.fault(FaultKind::SharesAboveOne { sector, released: released.0, sum }));
        }
    }
}

pub(crate) fn load_links(
    source: &TableSource,
    entities: Option<&EntityCodes>,
    series: Option<&SeriesCodes>,
    faults: &mut FaultReport,
) -> Vec<Link> {
    let rows = rows(source, faults, |row| {
        let codes = (row.optional_text("sector"), row.optional_text("series"));
        let sector = row.entity("sector", EntityKind::Sector, entities);
        let linked = row.series("series", series);
        let polarity = row.whole("polarity", "{-1, +1}", |polarity| matches!(polarity, -1 | 1));
        let weight = row.decimal("weight", "(0, ∞)", |weight| weight > 0.0);
        let link =
            || Some(Link { sector: sector?, series: linked?, polarity: polarity? as i8, weight: weight? });
        Some((row.number(), (codes.0?, codes.1?), link()))
    });
    unique(source, rows, faults, |(sector, series)| format!("`{}`, `{}`", shown(sector), shown(series)))
}

pub(crate) fn load_events(
    source: &TableSource,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) -> Vec<Event> {
    let rows = rows(source, faults, |row| {
        let date = row.date("date");
        let title = row.text("title");
        let importance = row.whole("importance", "{1, 2, 3}", |importance| (1..=3).contains(&importance));
        let named = row.optional_prose("sectors").unwrap_or_default();
        let mut sectors = Vec::new();
        for code in named.split(';').filter(|_| !named.is_empty()) {
            sectors.extend(row.entity_code("sectors", code, EntityKind::Sector, entities));
        }
        let title_zh = row.optional_prose("title_zh");
        let known = row.optional_date("known");
        let kind = row.optional_word("kind");
        let (theme, theme_zh) = (row.optional_prose("theme"), row.optional_prose("theme_zh"));
        Some(Event {
            date: date?,
            title: title?,
            importance: importance? as u8,
            sectors,
            title_zh,
            known,
            kind,
            theme,
            theme_zh,
        })
    });
    rows.into_iter().flatten().flatten().collect()
}
