//! What looks wrong in closes and in the bridge.

use std::collections::BTreeMap;

use rotor_factor::{Date, EntityKind, Month};

use super::{Found, Place, WarningCode};
use crate::dataset::Dataset;
use crate::manifest::PriceFrequency;
use crate::model::Entity;

/// The longest closure of the exchanges is shorter; a close that is older is not fresh.
const FRESH_DAYS: i32 = 14;

/// Closes that are further apart may differ for any reason.
const NEAR_DAYS: i32 = 31;

/// Whole trading days that may be missing in a row before it is a gap.
const MOST_MISSING: usize = 5;

type Closes = Vec<(Date, f64)>;

pub(super) fn look(dataset: &Dataset, found: &mut Found) {
    let priced: Vec<(&Entity, Closes)> = dataset
        .entities()
        .iter()
        .enumerate()
        .filter(|(_, entity)| matches!(entity.kind, EntityKind::Sector | EntityKind::Benchmark))
        .map(|(position, entity)| (entity, dataset.closes().of(position).collect()))
        .collect();
    let manifest = dataset.manifest();
    let none = priced.iter().filter(|(_, closes)| closes.is_empty());
    let none =
        none.map(|(entity, _)| Place::of_entity(&entity.code, manifest.first, manifest.last)).collect();
    found.add(WarningCode::NoCloses, none);
    let sectors = || priced.iter().filter(|(entity, _)| entity.kind == EntityKind::Sector);
    let first = sectors().filter_map(|(_, closes)| closes.first()).map(|(date, _)| *date).min();
    let last = sectors().filter_map(|(_, closes)| closes.last()).map(|(date, _)| *date).max();
    let (Some(first), Some(last)) = (first, last) else { return };
    let is_daily = manifest.price_frequency == PriceFrequency::Daily;
    found.add(WarningCode::ClosesEnd, ends(&priced, last, is_daily));
    found.add(WarningCode::BeginsLate, begins(&priced, first, is_daily));
    let places = |of: &dyn Fn(&Closes) -> Option<Place>| -> Vec<Place> {
        let named = |(entity, closes): &(&Entity, Closes)| {
            Some(Place { entity: Some(entity.code.clone()), ..of(closes)? })
        };
        priced.iter().filter_map(named).collect()
    };
    let trading_days = dataset.calendar().days();
    found.add(WarningCode::Gap, places(&|closes| gap(closes, trading_days, is_daily)));
    found.add(WarningCode::JumpReverts, places(&|closes| jumps(closes, is_daily, true)));
    found.add(WarningCode::Jump, places(&|closes| jumps(closes, is_daily, false)));
    if is_daily {
        found.add(WarningCode::WeekendCloses, places(&weekend_closes));
        found.add(WarningCode::MonthlyCalledDaily, monthly_called_daily(&priced));
    } else {
        found.add(WarningCode::MixedStamps, mixed_stamps(&priced));
    }
    found.add(WarningCode::SharesBelowOne, shares_below_one(dataset));
}

/// Tells whether a later day is out of reach of an earlier one: a close of the one is not fresh on the other.
fn is_stale(earlier: Date, later: Date, is_daily: bool) -> bool {
    if is_daily { later.days() - earlier.days() > FRESH_DAYS } else { later.month() > earlier.month() }
}

fn ends(priced: &[(&Entity, Closes)], last: Date, is_daily: bool) -> Vec<Place> {
    let place = |(entity, closes): &(&Entity, Closes)| {
        let (own, _) = *closes.last()?;
        let expected = entity.valid_to.map_or(last, |valid_to| valid_to.min(last));
        let place = Place::of_entity(&entity.code, own, expected);
        is_stale(own, expected, is_daily).then_some(place)
    };
    priced.iter().filter_map(place).collect()
}

fn begins(priced: &[(&Entity, Closes)], first: Date, is_daily: bool) -> Vec<Place> {
    let place = |(entity, closes): &(&Entity, Closes)| {
        let (own, _) = *closes.first()?;
        let expected = entity.valid_from.map_or(first, |valid_from| valid_from.max(first));
        is_stale(expected, own, is_daily).then(|| Place::of_entity(&entity.code, expected, own))
    };
    priced.iter().filter_map(place).collect()
}

fn gap(closes: &Closes, trading_days: &[Date], is_daily: bool) -> Option<Place> {
    let is_gap = |pair: &&[(Date, f64)]| {
        let (before, after) = (pair[0].0, pair[1].0);
        if !is_daily {
            return after.month().index() - before.month().index() > 1;
        }
        let between = trading_days.partition_point(|day| *day < after)
            - trading_days.partition_point(|day| *day <= before);
        is_stale(before, after, true) && between > MOST_MISSING
    };
    let gaps: Vec<&[(Date, f64)]> = closes.windows(2).filter(is_gap).collect();
    let first = gaps.first()?;
    Some(Place { count: gaps.len() as u64, ..Place::of_entity("", first[0].0, first[1].0) })
}

/// Returns the jumps that come back, or those that do not.
fn jumps(closes: &Closes, is_daily: bool, reverting: bool) -> Option<Place> {
    // A close that comes back after so many others was no slip of the pen.
    const MOST_STRANGE: usize = 5;
    let is_jump = |before: f64, after: f64| {
        let ratio = after / before;
        let (low, high) = if is_daily { (0.5, 1.5) } else { (0.2, 5.0) };
        !(low..=high).contains(&ratio)
    };
    let comes_back = |before: f64, after: f64| {
        let ratio = after / before;
        if is_daily { (0.8..=1.25).contains(&ratio) } else { (0.6..=1.67).contains(&ratio) }
    };
    let (mut first, mut count, mut i) = (None, 0, 1);
    while i < closes.len() {
        let ((day_before, before), (day, close)) = (closes[i - 1], closes[i]);
        let is_near = !is_daily || day.days() - day_before.days() <= NEAR_DAYS;
        if !is_near || !is_jump(before, close) {
            i += 1;
            continue;
        }
        let later = (i + 1..closes.len().min(i + 1 + MOST_STRANGE)).find(|later| {
            comes_back(before, closes[*later].1) && is_jump(closes[*later - 1].1, closes[*later].1)
        });
        if later.is_some() == reverting {
            count += 1;
            let (to, values) = match later {
                Some(later) => (closes[later - 1].0, vec![before, close, closes[later].1]),
                None => (day, vec![before, close]),
            };
            let from = if reverting { day } else { day_before };
            first.get_or_insert(Place { values, ..Place::of_entity("", from, to) });
        }
        i = later.map_or(i + 1, |later| later + 1);
    }
    first.map(|place| Place { count, ..place })
}

fn weekend_closes(closes: &Closes) -> Option<Place> {
    const SATURDAY: u32 = 6;
    let on_weekends: Vec<Date> =
        closes.iter().map(|(date, _)| *date).filter(|date| date.weekday() >= SATURDAY).collect();
    let (from, to) = (*on_weekends.first()?, *on_weekends.last()?);
    let values = vec![closes.len() as f64];
    Some(Place { count: on_weekends.len() as u64, values, ..Place::of_entity("", from, to) })
}

fn monthly_called_daily(priced: &[(&Entity, Closes)]) -> Vec<Place> {
    const FEWEST: usize = 3;
    let is_monthly = |closes: &Closes| closes.windows(2).all(|pair| pair[0].0.month() < pair[1].0.month());
    let filled = || priced.iter().filter(|(_, closes)| closes.len() >= FEWEST);
    if filled().next().is_none() || !filled().all(|(_, closes)| is_monthly(closes)) {
        return Vec::new();
    }
    let place = |(entity, closes): &(&Entity, Closes)| {
        let ((from, _), (to, _)) = (*closes.first()?, *closes.last()?);
        Some(Place { count: closes.len() as u64, ..Place::of_entity(&entity.code, from, to) })
    };
    filled().filter_map(place).collect()
}

fn mixed_stamps(priced: &[(&Entity, Closes)]) -> Vec<Place> {
    let mut by_month: BTreeMap<Month, BTreeMap<Date, usize>> = BTreeMap::new();
    for (date, _) in priced.iter().flat_map(|(_, closes)| closes) {
        *by_month.entry(date.month()).or_default().entry(*date).or_default() += 1;
    }
    let usual: BTreeMap<Month, Date> = by_month
        .into_iter()
        .filter_map(|(month, days)| Some((month, days.into_iter().max_by_key(|(date, n)| (*n, *date))?.0)))
        .collect();
    let place = |(entity, closes): &(&Entity, Closes)| {
        let other: Vec<Date> =
            closes.iter().map(|(date, _)| *date).filter(|date| usual[&date.month()] != *date).collect();
        let first = *other.first()?;
        let to = usual[&first.month()];
        Some(Place { count: other.len() as u64, ..Place::of_entity(&entity.code, first, to) })
    };
    priced.iter().filter_map(place).collect()
}

fn shares_below_one(dataset: &Dataset) -> Vec<Place> {
    // Shares are rounded, and a few percent of a sector's assets are often in no industry.
    const ENOUGH: f64 = 0.95;
    let mut latest: BTreeMap<u32, (Date, f64)> = BTreeMap::new();
    for weight in dataset.bridge() {
        let (released, sum) = latest.entry(weight.sector).or_insert((weight.released.0, 0.0));
        if weight.released.0 > *released {
            (*released, *sum) = (weight.released.0, 0.0);
        }
        if weight.released.0 == *released {
            *sum += weight.weight;
        }
    }
    let place = |(sector, (released, sum)): (u32, (Date, f64))| {
        let code = &dataset.entities()[sector as usize].code;
        let values = vec![(sum * 1e6).round() / 1e6];
        (sum < ENOUGH).then(|| Place { values, ..Place::of_entity(code, released, released) })
    };
    latest.into_iter().filter_map(place).collect()
}
