//! What each axis does, alone and with each other one.

use std::collections::BTreeMap;

use rotor_eval::annual_mean;
use rotor_run::sweep::{AxisEffect, Edge, Level, PairEffect, SweepPlan};

use super::judged::Judged;
use super::{Merged, median};

/// How many axes are shown in pairs, and how many values of each: beyond that nobody reads the cells.
const MOST_AXES: usize = 8;
const MOST_VALUES: usize = 40;
/// Of fewer values an end is no edge.
const FEWEST_FOR_EDGE: usize = 3;

/// The median of the values of each trial's neighbours: those that differ from it in one axis alone, by one step if the axis is ordered.
pub(crate) fn neighbours(plan: &SweepPlan, values: &[Option<f64>]) -> Vec<Option<f64>> {
    let places: BTreeMap<&[Option<u32>], usize> =
        plan.trials.iter().enumerate().map(|(place, trial)| (trial.values.as_slice(), place)).collect();
    let is_ordered: Vec<bool> = plan.axes.iter().map(rotor_run::sweep::Axis::is_ordered).collect();
    let of = |trial: usize| {
        let own = &plan.trials[trial].values;
        let mut found = Vec::new();
        let mut changed = own.clone();
        for (axis, value) in own.iter().enumerate() {
            let Some(value) = *value else { continue };
            for other in 0..plan.axes[axis].values.len() as u32 {
                let is_near = if is_ordered[axis] { other.abs_diff(value) == 1 } else { other != value };
                if is_near {
                    changed[axis] = Some(other);
                    found.extend(places.get(changed.as_slice()).and_then(|place| values[*place]));
                }
            }
            changed[axis] = Some(value);
        }
        median(found)
    };
    (0..plan.n_trials()).map(of).collect()
}

/// The trials of each value of an axis.
fn by_value(plan: &SweepPlan, axis: usize, trials: impl Iterator<Item = usize>) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new(); plan.axes[axis].values.len()];
    for trial in trials {
        if let Some(value) = plan.trials[trial].values[axis] {
            all[value as usize].push(trial);
        }
    }
    all
}

fn excess(merged: &Merged, trial: usize) -> Option<f64> {
    merged.results[trial][0].as_ref().ok()?.excess
}

pub(super) fn effects(
    plan: &SweepPlan,
    judged: &Judged<'_>,
    merged: &Merged,
    best: Option<usize>,
) -> Vec<AxisEffect> {
    let effect = |axis: usize| {
        let levels = by_value(plan, axis, 0..plan.n_trials());
        let of_value = |trials: &Vec<usize>| {
            // The mean over the trials of a value, month by month: their months hang together, so that the months are what is counted.
            let places: Vec<usize> =
                trials.iter().filter_map(|trial| judged.trials.binary_search(trial).ok()).collect();
            let mean = |month: usize| {
                let sum: f64 = places.iter().map(|place| judged.row(*place)[month]).sum();
                sum / places.len() as f64
            };
            let months: Vec<f64> =
                if places.is_empty() { Vec::new() } else { (0..judged.months.len()).map(mean).collect() };
            Level {
                n: trials.len(),
                excess: annual_mean(&months),
                median: median(trials.iter().filter_map(|trial| excess(merged, *trial)).collect()),
            }
        };
        AxisEffect {
            key: plan.axes[axis].key.clone(),
            share: share(merged, &levels),
            levels: levels.iter().map(of_value).collect(),
            edge: best.and_then(|best| edge(plan, axis, best)),
        }
    };
    (0..plan.axes.len()).map(effect).collect()
}

/// The fraction of the variance of the excess returns that lies between the values of an axis. `None` where nothing varies.
fn share(merged: &Merged, levels: &[Vec<usize>]) -> Option<f64> {
    let values: Vec<Vec<f64>> = levels
        .iter()
        .map(|trials| trials.iter().filter_map(|trial| excess(merged, *trial)).collect())
        .collect();
    let n = values.iter().map(Vec::len).sum::<usize>();
    if n < 2 {
        return None;
    }
    let mean = values.iter().flatten().sum::<f64>() / n as f64;
    let total: f64 = values.iter().flatten().map(|value| (value - mean) * (value - mean)).sum();
    let between: f64 = values
        .iter()
        .filter(|level| !level.is_empty())
        .map(|level| {
            let gap = level.iter().sum::<f64>() / level.len() as f64 - mean;
            level.len() as f64 * gap * gap
        })
        .sum();
    // Of equal returns the last bits say nothing.
    (total > 1e-18 * n as f64).then(|| (between / total).clamp(0.0, 1.0))
}

/// The end of an ordered axis at which a trial lies.
fn edge(plan: &SweepPlan, axis: usize, trial: usize) -> Option<Edge> {
    let value = plan.trials[trial].values[axis]? as usize;
    let n = plan.axes[axis].values.len();
    if n < FEWEST_FOR_EDGE || !plan.axes[axis].is_ordered() {
        return None;
    }
    match value {
        0 => Some(Edge::First),
        value if value == n - 1 => Some(Edge::Last),
        _ => None,
    }
}

pub(super) fn pairs(plan: &SweepPlan, merged: &Merged) -> Vec<PairEffect> {
    let shown: Vec<usize> = (0..plan.axes.len())
        .filter(|axis| (2..=MOST_VALUES).contains(&plan.axes[*axis].values.len()))
        .take(MOST_AXES)
        .collect();
    let mut pairs = Vec::new();
    for (place, x) in shown.iter().copied().enumerate() {
        for y in shown[place + 1..].iter().copied() {
            let mut cells = vec![vec![Vec::new(); plan.axes[x].values.len()]; plan.axes[y].values.len()];
            for (trial, planned) in plan.trials.iter().enumerate() {
                if let (Some(right), Some(down)) = (planned.values[x], planned.values[y]) {
                    cells[down as usize][right as usize].extend(excess(merged, trial));
                }
            }
            let cells = cells.into_iter().map(|row| row.into_iter().map(median).collect()).collect();
            pairs.push(PairEffect { x, y, cells });
        }
    }
    pairs
}
