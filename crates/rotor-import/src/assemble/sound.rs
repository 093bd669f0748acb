//! What is done to the values of one series and entity before they count: several for one period, zeros that are none, jumps of the unit.

use std::collections::BTreeMap;

use rotor_factor::Measure;

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
    let mut n_incomplete = 0;
    for group in groups.values_mut() {
        group.sort_by_key(|raw| (raw.period, raw.vintage, raw.written_release));
        if plan.combine == Some(Combine::Sum) {
            let (sums, n) = summed(std::mem::take(group));
            *group = sums;
            n_incomplete += n;
        }
    }
    table.report.leave_out("periods that lack a part of the sum", n_incomplete);
    groups
}

/// Adds the values of each period and vintage, in the order of the files; periods that have fewer of them than one before are left out
/// and counted.
fn summed(group: Vec<Raw>) -> (Vec<Raw>, usize) {
    let mut sums: Vec<(Raw, usize)> = Vec::new();
    for raw in group {
        match sums.last_mut().filter(|(sum, _)| (sum.period, sum.vintage) == (raw.period, raw.vintage)) {
            Some((sum, n)) => {
                sum.value += raw.value;
                *n += 1;
            }
            None => sums.push((raw, 1)),
        }
    }
    let (mut kept, mut most, mut n_left_out) = (Vec::with_capacity(sums.len()), 0, 0);
    for (sum, n) in sums {
        most = most.max(n);
        if n < most { n_left_out += 1 } else { kept.push(sum) }
    }
    (kept, n_left_out)
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
        Some(series) => {
            matches!(series.measure, None | Some(Measure::Price | Measure::Stock | Measure::Volume))
                && series.unit != "percent"
        }
    }
}

/// The position of the first value that is a hundredfold of the one before, or a hundredth, and stays there.
fn jump(levels: &[f64]) -> Option<usize> {
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
