//! The tables of a few hundred rows: entities, series, bridge, links, events.

use rotor_factor::{EntityKind, Frequency, Released};

use super::{Codes, EntityCodes, Row, SeriesCodes, unique};
use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::model::{BridgeWeight, Entity, Event, Link, Series};
use crate::read::TableFile;

/// Reads every row of a small table with `read`, in the order of the file.
fn rows<T: Send>(
    file: &TableFile,
    faults: &mut FaultReport,
    read: impl Fn(&mut Row<'_>) -> Option<T> + Sync,
) -> Vec<T> {
    let parts = file.fold(
        faults,
        |_| Vec::new(),
        |rows, batch, faults| Row::each(batch, faults, |row| rows.extend(read(row))),
    );
    parts.into_iter().flatten().collect()
}

fn duplicate(file: &TableFile, row: u64, key: String, first_row: u64) -> Fault {
    Fault { row: Some(row), ..file.fault(FaultKind::DuplicateKey { key, first_row }) }
}

/// A coded row as read: its number, its code, what the code means, and the row if nothing is wrong with it.
type Coded<M, T> = (u64, String, Option<M>, Option<T>);

/// Settles the codes of a table, and returns its sound rows in code order.
fn coded<M: Copy, T>(
    file: &TableFile,
    rows: Vec<Coded<M, T>>,
    faults: &mut FaultReport,
) -> (Vec<T>, Codes<M>) {
    let rows =
        rows.into_iter().map(|(row, code, meaning, value)| (row, code.clone(), (code, meaning, value)));
    let mut rows = unique(rows.collect(), faults, |row, code, first| {
        duplicate(file, row, format!("`{}`", shown(code)), first)
    });
    rows.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    let codes = Codes::new(rows.iter().map(|(code, meaning, _)| (code.clone(), *meaning)));
    (rows.into_iter().filter_map(|(_, _, value)| value).collect(), codes)
}

pub(crate) fn load_entities(file: &TableFile, faults: &mut FaultReport) -> (Vec<Entity>, EntityCodes) {
    let rows = rows(file, faults, |row| {
        let before = row.faults.total();
        let code = row.text("entity");
        let kind = row.word::<EntityKind>("kind");
        let name = row.text("name");
        let name_zh = row.optional_text("name_zh");
        let group = row.optional_word("group");
        let valid_from = row.optional_date("valid_from");
        let valid_to = row.optional_date("valid_to");
        if let (Some(valid_from), Some(valid_to)) = (valid_from, valid_to)
            && valid_to < valid_from
        {
            row.fault("valid_to", FaultKind::ValidityReversed { valid_from, valid_to });
        }
        let is_sound = row.faults.total() == before;
        let code = code?;
        let entity = match (is_sound, kind, name) {
            (true, Some(kind), Some(name)) => {
                Some(Entity { code: code.clone(), kind, name, name_zh, group, valid_from, valid_to })
            }
            _ => None,
        };
        Some((row.number(), code, kind, entity))
    });
    coded(file, rows, faults)
}

pub(crate) fn load_series(file: &TableFile, faults: &mut FaultReport) -> (Vec<Series>, SeriesCodes) {
    let rows = rows(file, faults, |row| {
        let name = row.text("series");
        let frequency = row.word::<Frequency>("frequency");
        let unit = row.text("unit");
        let title = row.text("title");
        let (title_zh, source) = (row.optional_text("title_zh"), row.optional_text("source"));
        let name = name?;
        let series = match (frequency, unit, title) {
            (Some(frequency), Some(unit), Some(title)) => {
                Some(Series { name: name.clone(), frequency, unit, title, title_zh, source })
            }
            _ => None,
        };
        Some((row.number(), name, frequency, series))
    });
    coded(file, rows, faults)
}

pub(crate) fn load_bridge(
    file: &TableFile,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) -> Vec<BridgeWeight> {
    let rows = rows(file, faults, |row| {
        let codes = (row.optional_text("sector"), row.optional_text("industry"));
        let sector = row.entity("sector", EntityKind::Sector, entities);
        let industry = row.entity("industry", EntityKind::Industry, entities);
        let weight = row.decimal("weight", "(0, 1]", |weight| weight > 0.0 && weight <= 1.0);
        let released = row.date("released").map(Released);
        let weight =
            BridgeWeight { sector: sector?, industry: industry?, weight: weight?, released: released? };
        Some((row.number(), (codes.0?, codes.1?, weight.released), weight))
    });
    unique(rows, faults, |row, (sector, industry, Released(released)), first| {
        duplicate(file, row, format!("`{}`, `{}`, {released}", shown(sector), shown(industry)), first)
    })
}

pub(crate) fn load_links(
    file: &TableFile,
    entities: Option<&EntityCodes>,
    series: Option<&SeriesCodes>,
    faults: &mut FaultReport,
) -> Vec<Link> {
    let rows = rows(file, faults, |row| {
        let codes = (row.optional_text("sector"), row.optional_text("series"));
        let sector = row.entity("sector", EntityKind::Sector, entities);
        let linked = row.series("series", series);
        let polarity = row.whole("polarity", "-1 or +1", |polarity| polarity.abs() == 1);
        let weight = row.decimal("weight", "(0, ∞)", |weight| weight > 0.0);
        let link = Link { sector: sector?, series: linked?, polarity: polarity? as i8, weight: weight? };
        Some((row.number(), (codes.0?, codes.1?), link))
    });
    unique(rows, faults, |row, (sector, series), first| {
        duplicate(file, row, format!("`{}`, `{}`", shown(sector), shown(series)), first)
    })
}

pub(crate) fn load_events(
    file: &TableFile,
    entities: Option<&EntityCodes>,
    faults: &mut FaultReport,
) -> Vec<Event> {
    rows(file, faults, |row| {
        let date = row.date("date");
        let title = row.text("title");
        let importance = row.whole("importance", "1 to 3", |importance| (1..=3).contains(&importance));
        let named = row.optional_text("sectors").unwrap_or_default();
        let mut sectors = Vec::new();
        for code in named.split(';').filter(|_| !named.is_empty()) {
            sectors.extend(row.entity_code("sectors", code, EntityKind::Sector, entities));
        }
        Some(Event { date: date?, title: title?, importance: importance? as u8, sectors })
    })
}
