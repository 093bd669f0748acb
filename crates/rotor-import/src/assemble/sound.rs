//! What is done to the values of one series and entity before they count: several for one period, zeros that are none, jumps of the unit.

use std::collections::BTreeMap;

use rotor_factor::{Date, Measure};

use super::entities::Entities;
use crate::fault::{FaultKind, Faults};
use crate::number::zeros;
use crate::plan::{Combine, SeriesPlan, TablePlan};
use crate::read::{Raw, Table};

/// The values of a table by series and entity, each in time order. Values of entities that nobody declares are faults.
pub(super) fn grouped(
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
    let (mut n_again, mut n_incomplete) = (0, 0);
    for group in groups.values_mut() {
        group.sort_by_key(|raw| (raw.period, raw.vintage, raw.written_release));
        if plan.combine == Some(Combine::Sum) {
            let (parts, n) = one_a_part(std::mem::take(group), position, table, faults);
            let (sums, n_left_out) = summed(parts);
            *group = sums;
            n_again += n;
            n_incomplete += n_left_out;
        }
    }
    table.report.leave_out("rows that say the same again", n_again);
    table.report.leave_out("periods that lack a part of the sum", n_incomplete);
    groups
}

/// One value a period, vintage and part, which is what is written where the code stands: equal ones once and counted, as where the rows of
/// two files overlap, and a fault where two differ.
fn one_a_part(group: Vec<Raw>, position: usize, table: &Table, faults: &mut Faults) -> (Vec<Raw>, usize) {
    let n = group.len();
    let mut seen: BTreeMap<(Date, Option<Date>, String), f64> = BTreeMap::new();
    let is_new = |raw: &Raw| {
        // Without a text for each part nothing tells two parts from one that stands there twice.
        let Some(part) = raw.written_entity.clone() else { return true };
        match seen.insert((raw.period, raw.vintage, part.clone()), raw.value) {
            None => true,
            Some(before) => {
                if before.to_bits() != raw.value.to_bits() {
                    let place = table.files[raw.at.file].place(raw.at, Some(raw.value.to_string()));
                    let kind = FaultKind::TwoValues {
                        what: format!("`{part}`"),
                        period: raw.period.to_string(),
                        one: before,
                        other: raw.value,
                    };
                    faults.add(Some(position + 1), Some(place), kind);
                }
                false
            }
        }
    };
    let mut is_new = is_new;
    let kept: Vec<Raw> = group.into_iter().filter(|raw| is_new(raw)).collect();
    let n_again = n - kept.len();
    (kept, n_again)
}

/// Adds the values of each period and vintage, in the order of the files; periods that have fewer of them than one before are left out
/// and counted.
fn summed(group: Vec<Raw>) -> (Vec<Raw>, usize) {
    let mut sums: Vec<Raw> = Vec::new();
    for raw in group {
        match sums.last_mut().filter(|sum| (sum.period, sum.vintage) == (raw.period, raw.vintage)) {
            Some(sum) => {
                sum.value += raw.value;
                sum.n_parts += 1;
            }
            None => sums.push(raw),
        }
    }
    let (mut kept, mut most, mut n_left_out) = (Vec::with_capacity(sums.len()), 0, 0);
    for sum in sums {
        most = most.max(sum.n_parts);
        if sum.n_parts < most { n_left_out += 1 } else { kept.push(sum) }
    }
    (kept, n_left_out)
}

/// The change of each value from that of the period before, in time order. The first period has none, nor has one whose sum has other
/// parts than the one before.
pub(super) fn changes(values: Vec<Raw>) -> Vec<Raw> {
    // The last value of the period before, and of the one that is being read.
    let mut before: Option<(f64, usize)> = None;
    let mut here: Option<(Date, f64, usize)> = None;
    let mut changes = Vec::with_capacity(values.len());
    for raw in values {
        if here.is_none_or(|(period, ..)| period != raw.period) {
            before = here.map(|(_, value, n_parts)| (value, n_parts));
        }
        here = Some((raw.period, raw.value, raw.n_parts));
        if let Some((value, _)) = before.filter(|(_, n_parts)| *n_parts == raw.n_parts) {
            changes.push(Raw { value: raw.value - value, ..raw });
        }
    }
    changes
}

/// Takes out zeros that are none, and looks for jumps of the unit.
pub(super) fn sound(
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
        Some(series) if series.change => true,
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
