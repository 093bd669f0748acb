//! The values of all tables as a dataset: entities, closes, series with their vintages.

mod closes;
mod companies;
mod entities;
mod series;
mod sound;

use std::collections::BTreeMap;
use std::path::Path;

use rotor_data::model::{BridgeWeight, Entity, Link, Observation, Price, Series, Tables};
use rotor_data::{Dataset, Manifest, PriceFrequency};
use rotor_factor::{Date, Released};

use closes::{Close, found_frequency, one_a_day, prices};
use companies::{Filed, Member, companies, filings, numbered};
use entities::Entities;
use series::{Found, SeriesTable, observations};
pub(crate) use sound::jump;

use crate::expand::expanded;
use crate::fault::{FaultKind, Faults, Place};
use crate::plan::{LinkPlan, Plan, PriceLetter, TablePlan, Target};
use crate::read::{At, Headers, Reader, Table};
use crate::release::{DatedBy, TradingDays};
use crate::report::TableReport;
use crate::shipped;

/// A dataset that files gave.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) manifest: Manifest,
    pub(crate) tables: Tables,
    pub(crate) reports: Vec<TableReport>,
    pub(crate) places: Places,
    /// Who says the day of release of each observation.
    pub(crate) dated: Vec<DatedBy>,
}

/// Where each close and each observation stands in the files, in the order of the tables.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The files of each table of the plan.
    files: Vec<Vec<Headers>>,
    prices: Vec<(usize, At)>,
    observations: Vec<(usize, At)>,
}

impl Places {
    fn place(&self, (table, at): (usize, At)) -> Option<Place> {
        Some(self.files.get(table)?.get(at.file)?.place(at, None))
    }

    /// Of a close, by its position in the table.
    pub(crate) fn of_price(&self, row: usize) -> Option<Place> {
        self.place(*self.prices.get(row)?)
    }

    /// Of an observation.
    pub(crate) fn of_observation(&self, row: usize) -> Option<Place> {
        self.place(*self.observations.get(row)?)
    }
}

/// Reads every table of a plan and puts them together; `base` is the dataset that they are to be added to.
pub(crate) fn assemble(plan: &Plan, folder: &Path, base: Option<&Dataset>) -> Result<Assembled, Faults> {
    let mut faults = Faults::default();
    let tables: Vec<TablePlan> = plan
        .tables
        .iter()
        .enumerate()
        .map(|(position, table)| expanded(table, position, folder, &mut faults))
        .collect();
    let readers: Vec<Option<Reader<'_>>> = tables
        .iter()
        .enumerate()
        .map(|(position, table)| Reader::new(table, position, folder, &mut faults))
        .collect();
    let mut parts = Parts {
        entities: Entities::new(plan, base, &mut faults),
        bridge: or_fault(plan.bridge.as_deref().map(shipped::bridge), &mut faults),
        links: or_fault(plan.links.as_deref().map(shipped::links), &mut faults),
        ..Parts::default()
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let readers: Vec<Reader<'_>> = readers.into_iter().flatten().collect();
    let of =
        |wanted: Target| readers.iter().enumerate().filter(move |(_, reader)| reader.plan().to == wanted);
    let mut read: Vec<Table> = readers
        .iter()
        .map(|reader| match reader.plan().to {
            Target::Prices | Target::Observations => reader.read(folder, &mut faults),
            Target::Companies | Target::Filings => Table::default(),
        })
        .collect();
    for (position, reader) in of(Target::Prices) {
        let table = &mut read[position];
        parts.closes.extend(prices(reader.plan(), position, table, &mut parts.entities, &mut faults));
    }
    parts.closes = one_a_day(parts.closes, &read, &mut faults);
    let mut days: Vec<Date> = parts.closes.iter().map(|close| close.date).collect();
    days.extend(base.iter().flat_map(|base| base.calendar().days()));
    days.sort_unstable();
    days.dedup();
    let trading = TradingDays(&days);
    for (position, reader) in of(Target::Observations) {
        let table = &mut read[position];
        let found = observations(
            reader,
            position,
            table,
            &mut parts.entities,
            &mut parts.series,
            &trading,
            &mut faults,
        );
        parts.found.extend(found);
    }
    for (position, reader) in of(Target::Companies) {
        parts.members.extend(companies(reader, folder, &mut read[position], &mut faults));
    }
    for (position, reader) in of(Target::Filings) {
        parts.filed.extend(filings(reader, folder, &trading, &mut read[position], &mut faults));
    }
    parts.check_links(plan, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(put_together(plan, read, parts))
}

fn or_fault<T>(shipped: Option<Result<Vec<T>, FaultKind>>, faults: &mut Faults) -> Vec<T> {
    shipped.unwrap_or_else(|| Ok(Vec::new())).unwrap_or_else(|kind| {
        faults.add(None, None, kind);
        Vec::new()
    })
}

/// What the tables gave, by codes and names.
#[derive(Default)]
struct Parts {
    entities: Entities,
    closes: Vec<Close>,
    series: SeriesTable,
    found: Vec<Found>,
    bridge: Vec<shipped::Share>,
    links: Vec<LinkPlan>,
    members: Vec<Member>,
    filed: Vec<Filed>,
}

impl Parts {
    /// Of links that are shipped those count that the dataset has; a link of the plan itself must be of a sector and a series of it.
    fn check_links(&mut self, plan: &Plan, faults: &mut Faults) {
        let has = |parts: &Self, link: &LinkPlan| {
            parts.entities.used.contains(&link.sector) && parts.series.0.contains_key(&link.series)
        };
        let shipped = std::mem::take(&mut self.links);
        let own = |link: &LinkPlan| {
            plan.own_links.iter().any(|own| (&own.sector, &own.series) == (&link.sector, &link.series))
        };
        self.links = shipped.into_iter().filter(|link| has(self, link) && !own(link)).collect();
        for link in &plan.own_links {
            if !has(self, link) {
                let (sector, series) = (link.sector.clone(), link.series.clone());
                faults.add(None, None, FaultKind::NoLink { sector, series });
            }
        }
        self.links.extend(plan.own_links.iter().cloned());
        self.links.sort_by(|one, other| (&one.sector, &one.series).cmp(&(&other.sector, &other.series)));
    }
}

/// Numbers everything and orders the rows.
fn put_together(plan: &Plan, mut read: Vec<Table>, parts: Parts) -> Assembled {
    let Parts { entities, closes, series, mut found, bridge, links, members, filed } = parts;
    let Entities { known, used } = entities;
    let kept: Vec<Entity> =
        known.into_iter().filter(|(code, _)| used.contains(code)).map(|(_, entity)| entity).collect();
    let find = |code: &str| {
        kept.binary_search_by(|entity| entity.code.as_str().cmp(code)).ok().map(|position| position as u32)
    };
    let entity = |code: &str| find(code).unwrap_or(0);
    let series: Vec<Series> = series.0.into_values().collect();
    let of_series =
        |name: &str| series.binary_search_by(|series| series.name.as_str().cmp(name)).unwrap_or(0) as u32;
    found.sort_by(|one, other| {
        let key = |it: &Found| (it.period, it.released);
        (&one.series, &one.entity, key(one)).cmp(&(&other.series, &other.entity, key(other)))
    });
    for close in &closes {
        read[close.table].report.n_kept += 1;
    }
    let mut places = Places {
        files: Vec::new(),
        prices: closes.iter().map(|close| (close.table, close.at)).collect(),
        observations: found.iter().map(|it| (it.table, it.at)).collect(),
    };
    let dated = found.iter().map(|it| it.dated).collect();
    let letter = plan.dataset.price_frequency.unwrap_or_else(|| found_frequency(&closes));
    let days = closes.iter().map(|close| close.date);
    let manifest = Manifest {
        name: plan.dataset.name.clone(),
        title: plan.dataset.title.clone(),
        title_zh: plan.dataset.title_zh.clone(),
        synthetic: false,
        taxonomy: plan.dataset.taxonomy.clone(),
        currency: plan.dataset.currency.clone(),
        price_frequency: match letter {
            PriceLetter::D => PriceFrequency::Daily,
            PriceLetter::M => PriceFrequency::MonthEnd,
        },
        first: days.clone().min().unwrap_or(Date::MIN),
        last: days.max().unwrap_or(Date::MAX),
        licence: plan.dataset.licence.clone(),
        source: plan.dataset.source.clone(),
        lineage: None,
        sha256: BTreeMap::new(),
    };
    let (companies, filings) = numbered(members, &filed, find, &mut read);
    let tables = Tables {
        prices: closes
            .iter()
            .map(|close| Price { entity: entity(&close.entity), date: close.date, close: close.value })
            .collect(),
        observations: found
            .iter()
            .map(|it| Observation {
                series: of_series(&it.series),
                entity: entity(&it.entity),
                period: it.period,
                released: Released(it.released),
                value: it.value,
            })
            .collect(),
        bridge: bridge
            .iter()
            .filter_map(|row| {
                Some(BridgeWeight {
                    sector: find(&row.sector)?,
                    industry: find(&row.industry)?,
                    weight: row.weight,
                    released: Released(row.released),
                })
            })
            .collect(),
        links: links
            .iter()
            .map(|link| Link {
                sector: entity(&link.sector),
                series: of_series(&link.series),
                polarity: link.polarity,
                weight: link.weight,
            })
            .collect(),
        companies,
        filings,
        events: Vec::new(),
        series,
        entities: kept,
    };
    let mut reports = Vec::with_capacity(read.len());
    for table in read {
        reports.push(table.report);
        places.files.push(table.files);
    }
    Assembled { manifest, tables, reports, places, dated }
}
