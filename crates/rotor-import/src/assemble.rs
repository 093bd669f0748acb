//! The values of all tables as a dataset: entities, closes, series with their vintages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rotor_data::model::{BridgeWeight, Entity, Observation, Price, ReleaseDays, Series, Tables};
use rotor_data::{Manifest, PriceFrequency};
use rotor_factor::{Date, Measure, Month, Released};

use crate::fault::{FaultKind, Faults, Place};
use crate::number::{Changed, zeros};
use crate::plan::{Plan, PriceLetter, Returns, SeriesPlan, TablePlan, Target};
use crate::read::{Raw, Reader, Table};
use crate::release::TradingDays;
use crate::report::TableReport;
use crate::shipped;

/// A dataset that files gave.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) manifest: Manifest,
    pub(crate) tables: Tables,
    pub(crate) reports: Vec<TableReport>,
    /// Where each close and each observation stands in the files, in the order of the tables.
    pub(crate) prices: Vec<Place>,
    pub(crate) observations: Vec<Place>,
}

/// Reads every table of a plan and puts them together.
pub(crate) fn assemble(plan: &Plan, folder: &Path) -> Result<Assembled, Faults> {
    let mut faults = Faults::default();
    let readers: Vec<Option<Reader<'_>>> = plan
        .tables
        .iter()
        .enumerate()
        .map(|(position, table)| Reader::new(table, position, folder, &mut faults))
        .collect();
    let mut entities = Entities::new(plan, &mut faults);
    let bridge = plan.bridge.as_deref().map_or(Ok(Vec::new()), shipped::bridge).unwrap_or_else(|kind| {
        faults.add(None, None, kind);
        Vec::new()
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    let readers: Vec<Reader<'_>> = readers.into_iter().flatten().collect();
    let mut read: Vec<Table> = readers.iter().map(|reader| reader.read(folder, &mut faults)).collect();
    let mut closes: Vec<Close> = Vec::new();
    for (position, (reader, table)) in readers.iter().zip(&mut read).enumerate() {
        if reader.plan().to == Target::Prices {
            closes.extend(prices(reader.plan(), position, table, &mut entities, &mut faults));
        }
    }
    let closes = one_a_day(closes, &read, &mut faults);
    let mut days: Vec<Date> = closes.iter().map(|close| close.date).collect();
    days.sort_unstable();
    days.dedup();
    let trading = TradingDays(&days);
    let mut series = SeriesTable::default();
    let mut found: Vec<Found> = Vec::new();
    for (position, (reader, table)) in readers.iter().zip(&mut read).enumerate() {
        if reader.plan().to == Target::Observations {
            let of_table =
                observations(reader, position, table, &mut entities, &mut series, &trading, &mut faults);
            found.extend(of_table);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(put_together(plan, read, entities, &closes, series, found, &bridge))
}

/// The entities of a dataset by code.
struct Entities {
    known: BTreeMap<String, Entity>,
    /// Those that a value or the plan itself speaks of.
    used: BTreeSet<String>,
}

impl Entities {
    fn new(plan: &Plan, faults: &mut Faults) -> Self {
        let mut entities = Self { known: BTreeMap::new(), used: BTreeSet::new() };
        for name in &plan.with {
            match shipped::entities(name) {
                Ok(shipped) => {
                    entities.known.extend(shipped.into_iter().map(|entity| (entity.code.clone(), entity)));
                }
                Err(kind) => faults.add(None, None, kind),
            }
        }
        for own in &plan.entities {
            let entity = Entity {
                code: own.code.clone(),
                kind: own.kind,
                name: own.name.clone(),
                name_zh: own.name_zh.clone(),
                group: own.group,
                valid_from: own.valid_from,
                valid_to: own.valid_to,
            };
            entities.used.insert(own.code.clone());
            entities.known.insert(own.code.clone(), entity);
        }
        entities
    }

    /// Notes that a value speaks of an entity; adds one that the plan declares by its kind alone.
    fn note(&mut self, raw: &Raw, plan: &TablePlan) -> bool {
        if !self.known.contains_key(&raw.entity) {
            let Some(kind) = plan.entity.kind else { return false };
            let name = raw.written_entity.clone().unwrap_or_else(|| raw.entity.clone());
            let entity = Entity {
                code: raw.entity.clone(),
                kind,
                name,
                name_zh: None,
                group: None,
                valid_from: None,
                valid_to: None,
            };
            self.known.insert(raw.entity.clone(), entity);
        }
        if !self.used.contains(&raw.entity) {
            self.used.insert(raw.entity.clone());
        }
        true
    }
}

/// A close.
struct Close {
    entity: String,
    date: Date,
    value: f64,
    /// The table and the place in it; of a base of returns that of the first one.
    table: usize,
    at: crate::read::At,
}

/// The values of a table by series and entity, each in time order. Values of entities that nobody declares are faults.
fn grouped(
    plan: &TablePlan,
    position: usize,
    table: &mut Table,
    entities: &mut Entities,
    faults: &mut Faults,
) -> BTreeMap<(usize, String), Vec<Raw>> {
    let mut groups: BTreeMap<(usize, String), Vec<Raw>> = BTreeMap::new();
    for raw in std::mem::take(&mut table.values) {
        if entities.note(&raw, plan) {
            groups.entry((raw.series, raw.entity.clone())).or_default().push(raw);
        } else {
            let place = table.files[raw.at.file].place(raw.at, raw.written_entity.clone());
            faults.add(Some(position + 1), Some(place), FaultKind::UnknownEntity { code: raw.entity });
        }
    }
    for group in groups.values_mut() {
        group.sort_by_key(|raw| (raw.period, raw.vintage, raw.written_release));
    }
    groups
}

/// Takes out zeros that are none, and looks for jumps of the unit.
fn sound(
    plan: &TablePlan,
    position: usize,
    series: Option<&SeriesPlan>,
    what: &str,
    group: Vec<Raw>,
    table: &mut Table,
    faults: &mut Faults,
) -> Vec<Raw> {
    let values: Vec<f64> = group.iter().map(|raw| raw.value).collect();
    let rule = series.and_then(|series| series.zero).or(plan.zero);
    // A return of nothing is a return.
    let rule = rule.or(plan.value.returns.map(|_| crate::plan::Zero::Data));
    let place = |raw: &Raw| table.files[raw.at.file].place(raw.at, Some(raw.value.to_string()));
    let is_none = match zeros(&values, rule) {
        Ok(is_none) => is_none,
        Err(share) => {
            let first = group.iter().find(|raw| raw.value == 0.0).map(place);
            let kind = FaultKind::Zeros { what: what.into(), share: 100.0 * share };
            faults.add(Some(position + 1), first, kind);
            return group;
        }
    };
    let kept: Vec<Raw> =
        group.into_iter().zip(is_none).filter(|(_, is_none)| !is_none).map(|(raw, _)| raw).collect();
    if !plan.allow_jumps && has_level(series, plan) {
        let levels: Vec<f64> = kept.iter().map(|raw| raw.value).collect();
        if let Some(at) = jump(&levels) {
            let (before, after) = (levels[at - 1], levels[at]);
            let kind = FaultKind::Jump { what: what.into(), before, after };
            faults.add(Some(position + 1), Some(place(&kept[at])), kind);
        }
    }
    let n_zeros = values.len() - kept.len();
    table.report.leave_out("zeros that stand for no value", n_zeros);
    kept
}

/// Whether the values have a level that cannot change a hundredfold from one period to the next.
fn has_level(series: Option<&SeriesPlan>, plan: &TablePlan) -> bool {
    match series {
        None => plan.value.returns.is_none(),
        Some(series) => {
            matches!(series.measure, None | Some(Measure::Price | Measure::Stock | Measure::Volume))
                && series.unit != "percent"
        }
    }
}

/// The position of the first value that is a hundredfold of the one before, or a hundredth, and stays there.
pub(crate) fn jump(levels: &[f64]) -> Option<usize> {
    const FOLD: f64 = 100.0;
    const STAYS: f64 = 10.0;
    let ratio = |one: f64, other: f64| if one > 0.0 && other > 0.0 { other / one } else { 1.0 };
    (1..levels.len()).find(|at| {
        let here = ratio(levels[at - 1], levels[*at]);
        let stays = levels.get(at + 1).is_none_or(|next| {
            let next = ratio(levels[*at], *next);
            (1.0 / STAYS..=STAYS).contains(&next)
        });
        // Back to the level before a slip is no change of the unit.
        let is_back = *at >= 2 && (1.0 / STAYS..=STAYS).contains(&ratio(levels[at - 2], levels[*at]));
        !(1.0 / FOLD..FOLD).contains(&here) && stays && !is_back
    })
}

/// The closes of a table.
fn prices(
    plan: &TablePlan,
    position: usize,
    table: &mut Table,
    entities: &mut Entities,
    faults: &mut Faults,
) -> Vec<Close> {
    let changed = Changed::new(&plan.value, None, None);
    let mut closes = Vec::new();
    for ((_, entity), group) in grouped(plan, position, table, entities, faults) {
        let what = format!("`{entity}`");
        let mut kept = sound(plan, position, None, &what, group, table, faults);
        for raw in &mut kept {
            raw.value = changed.of(raw.value);
        }
        if changed.is_any() {
            table.report.n_changed += kept.len();
        }
        let close = |raw: &Raw, date: Date, value: f64| Close {
            entity: entity.clone(),
            date,
            value,
            table: position,
            at: raw.at,
        };
        match plan.value.returns {
            None => closes.extend(kept.iter().map(|raw| close(raw, raw.period, raw.value))),
            Some(unit) => match levels(plan, unit, &kept) {
                Ok(levels) => {
                    table.report.n_changed += kept.len();
                    // The base stands at the end of the month before the first return.
                    closes.extend(levels.into_iter().map(|(at, date, value)| close(&kept[at], date, value)));
                }
                Err((at, kind)) => {
                    let raw = &kept[at];
                    let place = table.files[raw.at.file].place(raw.at, Some(raw.value.to_string()));
                    faults.add(Some(position + 1), Some(place), kind);
                }
            },
        }
    }
    closes
}

/// A level: the position of the return that it comes from, its day and its value.
type Level = (usize, Date, f64);

/// Compounds returns to levels; an error has the position of the return that is to blame.
fn levels(plan: &TablePlan, unit: Returns, returns: &[Raw]) -> Result<Vec<Level>, (usize, FaultKind)> {
    const BASE: f64 = 100.0;
    let Some(first) = returns.first() else { return Ok(Vec::new()) };
    let what = || format!("`{}`", first.entity);
    let is_monthly = returns.windows(2).all(|pair| pair[0].period.month() != pair[1].period.month());
    let mut level = plan.value.base.unwrap_or(BASE);
    let before = if is_monthly {
        first.period.month().plus(-1).map(Month::last_day)
    } else {
        // The weekday before.
        (1..=3).filter_map(|n| first.period.plus_days(-n)).find(|day| day.weekday() <= 5)
    };
    let mut levels: Vec<Level> = before.map(|day| (0, day, level)).into_iter().collect();
    for (at, raw) in returns.iter().enumerate() {
        let is_gap =
            is_monthly && at > 0 && raw.period.month().index() != returns[at - 1].period.month().index() + 1;
        if is_gap {
            let period = raw.period.month().plus(-1).map(|month| month.to_string()).unwrap_or_default();
            return Err((at, FaultKind::MissingReturn { what: what(), period }));
        }
        let gain = match unit {
            Returns::Percent => raw.value / 100.0,
            Returns::Decimal => raw.value,
        };
        if gain <= -1.0 {
            return Err((at, FaultKind::RuinousReturn { what: what(), value: raw.value }));
        }
        level *= 1.0 + gain;
        levels.push((at, raw.period, level));
    }
    Ok(levels)
}

/// One close an entity and day: equal ones once, and a fault where two differ.
fn one_a_day(mut closes: Vec<Close>, read: &[Table], faults: &mut Faults) -> Vec<Close> {
    closes.sort_by(|one, other| (&one.entity, one.date).cmp(&(&other.entity, other.date)));
    let mut kept: Vec<Close> = Vec::with_capacity(closes.len());
    for close in closes {
        let before = kept.last().filter(|last| (&last.entity, last.date) == (&close.entity, close.date));
        match before {
            None => kept.push(close),
            Some(before) if before.value.to_bits() == close.value.to_bits() => {}
            Some(before) => {
                let place =
                    read[close.table].files[close.at.file].place(close.at, Some(close.value.to_string()));
                let kind = FaultKind::TwoValues {
                    what: format!("`{}`", close.entity),
                    period: close.date.to_string(),
                    one: before.value,
                    other: close.value,
                };
                faults.add(Some(close.table + 1), Some(place), kind);
            }
        }
    }
    kept
}

/// The series of a dataset by name.
#[derive(Default)]
struct SeriesTable(BTreeMap<String, Series>);

impl SeriesTable {
    /// Notes a series of a table; `false` if another table says something else of it.
    fn note(&mut self, plan: &SeriesPlan) -> bool {
        let series = Series {
            name: plan.series.clone(),
            frequency: plan.frequency,
            unit: plan.unit.clone(),
            title: plan.title.clone(),
            title_zh: plan.title_zh.clone(),
            source: None,
            measure: plan.measure,
            unit_zh: plan.unit_zh.clone(),
            accumulation: plan.accumulation,
            chain: plan.chain.clone(),
            chain_zh: plan.chain_zh.clone(),
            release: None,
        };
        match self.0.get_mut(&plan.series) {
            None => {
                self.0.insert(plan.series.clone(), series);
                true
            }
            Some(known) => Series { release: None, ..known.clone() } == series,
        }
    }

    /// Notes how well a day of release is known: the weakest of its rows speaks for a series.
    fn weaken(&mut self, name: &str, release: ReleaseDays) {
        if let Some(series) = self.0.get_mut(name) {
            series.release = series.release.max(Some(release));
        }
    }
}

/// An observation.
struct Found {
    series: String,
    entity: String,
    period: Date,
    released: Date,
    value: f64,
    table: usize,
    at: crate::read::At,
}

/// The observations of a table.
fn observations(
    reader: &Reader<'_>,
    position: usize,
    table: &mut Table,
    entities: &mut Entities,
    series_table: &mut SeriesTable,
    trading: &TradingDays<'_>,
    faults: &mut Faults,
) -> Vec<Found> {
    let plan = reader.plan();
    for series in &plan.series {
        if !series_table.note(series) {
            faults.add(Some(position + 1), None, FaultKind::TwoSeries { series: series.series.clone() });
        }
    }
    let mut found = Vec::new();
    for ((series_at, entity), group) in grouped(plan, position, table, entities, faults) {
        let series = &plan.series[series_at];
        let changed = Changed::new(&plan.value, series.minus, series.scale);
        let what = format!("`{}` of `{entity}`", series.series);
        let kept = sound(plan, position, Some(series), &what, group, table, faults);
        if changed.is_any() {
            table.report.n_changed += kept.len();
        }
        // The value of each period as it was known last, to leave out vintages that change nothing.
        let mut last: Option<(Date, Date, f64)> = None;
        for raw in kept {
            let rule = &reader.rules()[series_at];
            let place = || table.files[raw.at.file].place(raw.at, Some(raw.value.to_string()));
            let (released, known) = match rule.released(raw.period, raw.written_release, raw.vintage, trading)
            {
                Ok(known) => known,
                Err(kind) => {
                    faults.add(Some(position + 1), Some(place()), kind);
                    continue;
                }
            };
            if released < raw.period {
                let kind = FaultKind::ReleasedEarly {
                    released: released.to_string(),
                    period: raw.period.to_string(),
                };
                faults.add(Some(position + 1), Some(place()), kind);
                continue;
            }
            let value = changed.of(raw.value);
            match last.filter(|(period, ..)| *period == raw.period) {
                Some((_, _, before)) if before.to_bits() == value.to_bits() => {
                    table.report.leave_out("vintages that change nothing", 1);
                    continue;
                }
                Some((_, day, before)) if day == released => {
                    let kind = FaultKind::TwoValues {
                        what: what.clone(),
                        period: raw.period.to_string(),
                        one: before,
                        other: value,
                    };
                    faults.add(Some(position + 1), Some(place()), kind);
                    continue;
                }
                _ => {}
            }
            last = Some((raw.period, released, value));
            series_table.weaken(&series.series, known);
            table.report.n_assumed += usize::from(known == ReleaseDays::Assumed);
            table.report.n_kept += 1;
            found.push(Found {
                series: series.series.clone(),
                entity: entity.clone(),
                period: raw.period,
                released,
                value,
                table: position,
                at: raw.at,
            });
        }
    }
    found
}

/// Numbers everything and orders the rows.
fn put_together(
    plan: &Plan,
    mut read: Vec<Table>,
    entities: Entities,
    closes: &[Close],
    series: SeriesTable,
    mut found: Vec<Found>,
    bridge: &[shipped::Share],
) -> Assembled {
    let Entities { known, used } = entities;
    let kept: Vec<Entity> =
        known.into_iter().filter(|(code, _)| used.contains(code)).map(|(_, entity)| entity).collect();
    let entity =
        |code: &str| kept.binary_search_by(|entity| entity.code.as_str().cmp(code)).unwrap_or(0) as u32;
    let series: Vec<Series> = series.0.into_values().collect();
    let of_series =
        |name: &str| series.binary_search_by(|series| series.name.as_str().cmp(name)).unwrap_or(0) as u32;
    found.sort_by(|one, other| {
        let key = |it: &Found| (it.period, it.released);
        (&one.series, &one.entity, key(one)).cmp(&(&other.series, &other.entity, key(other)))
    });
    for close in closes {
        read[close.table].report.n_kept += 1;
    }
    let place = |table: usize, at: crate::read::At| read[table].files[at.file].place(at, None);
    let prices = closes.iter().map(|close| place(close.table, close.at)).collect();
    let observations = found.iter().map(|it| place(it.table, it.at)).collect();
    let letter = plan.dataset.price_frequency.unwrap_or_else(|| found_frequency(closes));
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
        sha256: BTreeMap::new(),
    };
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
                let at = |code: &str| kept.binary_search_by(|entity| entity.code.as_str().cmp(code)).ok();
                Some(BridgeWeight {
                    sector: at(&row.sector)? as u32,
                    industry: at(&row.industry)? as u32,
                    weight: row.weight,
                    released: Released(row.released),
                })
            })
            .collect(),
        series,
        entities: kept,
        ..Tables::default()
    };
    let reports = read.into_iter().map(|table| table.report).collect();
    Assembled { manifest, tables, reports, prices, observations }
}

/// Monthly if no entity has two closes in a month.
fn found_frequency(closes: &[Close]) -> PriceLetter {
    let is_daily = closes
        .windows(2)
        .any(|pair| pair[0].entity == pair[1].entity && pair[0].date.month() == pair[1].date.month());
    if is_daily { PriceLetter::D } else { PriceLetter::M }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_changes_is_seen_and_a_slip_is_not() {
        assert_eq!(jump(&[1.0, 1.1, 10_900.0, 11_000.0]), Some(2));
        assert_eq!(jump(&[11_000.0, 1.1, 1.2]), Some(1));
        assert_eq!(jump(&[1.0, 150.0, 1.0]), None);
        assert_eq!(jump(&[1.0, -5.0, 300.0]), None);
    }
}
