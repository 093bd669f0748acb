//! Closes, of levels or of returns that are compounded.

use rotor_factor::{Date, Month};

use super::entities::Entities;
use super::sound::{grouped, sound};
use crate::fault::{FaultKind, Faults};
use crate::number::Changed;
use crate::plan::{PriceLetter, Returns, TablePlan};
use crate::read::{Raw, Table};

/// A close.
pub(super) struct Close {
    pub(super) entity: String,
    pub(super) date: Date,
    pub(super) value: f64,
    /// The table and the place in it; of a base of returns that of the first one.
    pub(super) table: usize,
    pub(super) at: crate::read::At,
}

/// The closes of a table.
pub(super) fn prices(
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
pub(super) fn one_a_day(mut closes: Vec<Close>, read: &[Table], faults: &mut Faults) -> Vec<Close> {
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

/// Monthly if no entity has two closes in a month.
pub(super) fn found_frequency(closes: &[Close]) -> PriceLetter {
    let is_daily = closes
        .windows(2)
        .any(|pair| pair[0].entity == pair[1].entity && pair[0].date.month() == pair[1].date.month());
    if is_daily { PriceLetter::D } else { PriceLetter::M }
}
