//! Whether the trials stand in the same order under every condition.

use rotor_run::metrics::{Metric, Reason};
use rotor_run::sweep::{ConditionSummary, SweepPlan};
use rotor_stats::spearman;

use super::{Merged, largest, median, ranks};

pub(super) fn summaries(plan: &SweepPlan, merged: &Merged, best: Option<usize>) -> Vec<ConditionSummary> {
    let ratio =
        |trial: usize, condition: usize| merged.results[trial][condition].as_ref().ok()?.information_ratio;
    let excess = |trial: usize, condition: usize| merged.results[trial][condition].as_ref().ok()?.excess;
    let summary = |condition: usize| {
        let ratios: Vec<Option<f64>> = (0..plan.n_trials()).map(|trial| ratio(trial, condition)).collect();
        let both = (0..plan.n_trials()).filter_map(|trial| Some((ratio(trial, 0)?, ratios[trial]?)));
        let (first, here): (Vec<f64>, Vec<f64>) = both.unzip();
        let correlation = spearman(&first, &here).map_err(|error| match error {
            rotor_stats::StatsError::TooFew { n, needed } => Reason::TooFew { n, needed },
            _ => Reason::NoVariation,
        });
        ConditionSummary {
            median: median((0..plan.n_trials()).filter_map(|trial| excess(trial, condition)).collect()),
            of_best: best.and_then(|best| excess(best, condition)),
            rank_of_best: best.and_then(|best| ranks(&ratios)[best]),
            rank_correlation: Metric { n: first.len(), value: correlation },
            best: largest(&ratios, |ratio| *ratio).map(|best| best as u32),
        }
    };
    (0..plan.conditions.len()).map(summary).collect()
}
