//! What two runs hold, month by month.

use rotor_factor::Month;
use rotor_run::Run;

use super::{HoldingsChange, Named, has_month};
use crate::is_close;

pub(super) fn changed_holdings(before: &Run, after: &Run, tolerance: f64) -> Vec<HoldingsChange> {
    let mut changes = Vec::new();
    let held = |run: &Run, month: Month| -> Vec<(Named, f64)> {
        let of = run.ranking.iter().filter(|row| row.weight != 0.0);
        let of = of.filter(|row| run.executions[row.execution as usize].month == month);
        of.map(|row| (named(run, row.sector), row.weight)).collect()
    };
    for row in before.executions.iter().filter(|row| has_month(after, row.month)) {
        let (first, second) = (held(before, row.month), held(after, row.month));
        let find = |list: &[(Named, f64)], code: &str| {
            list.iter().find(|(named, _)| named.code == code).map(|(_, weight)| *weight)
        };
        let without = |list: &[(Named, f64)], other: &[(Named, f64)]| -> Vec<Named> {
            list.iter()
                .filter(|(named, _)| find(other, &named.code).is_none())
                .map(|(named, _)| named.clone())
                .collect()
        };
        let has_other_share = |(named, weight): &&(Named, f64)| {
            find(&second, &named.code).is_some_and(|other| !is_close(*weight, other, tolerance))
        };
        let change = HoldingsChange {
            month: row.month,
            came: without(&second, &first),
            went: without(&first, &second),
            n_other_shares: first.iter().filter(has_other_share).count(),
        };
        if !change.came.is_empty() || !change.went.is_empty() || change.n_other_shares > 0 {
            changes.push(change);
        }
    }
    changes
}

fn named(run: &Run, sector: u32) -> Named {
    let entity = &run.entities[sector as usize];
    Named { code: entity.code.clone(), name: entity.name.clone(), name_zh: entity.name_zh.clone() }
}
