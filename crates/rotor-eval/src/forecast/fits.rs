//! What factors say of their own fits.

use std::collections::BTreeMap;

use rotor_run::metrics::{ByName, FitSummary, Metric};
use rotor_run::{Run, TextId};
use rotor_stats::{mean, quantile};

use crate::metric::MetricOf;

/// How the names of diagnostics begin that are taken.
const TAKEN: [&str; 3] = ["r2", "mse", "correlation"];

/// Returns the fits of each factor, by the name of the diagnostic.
pub(super) fn of_run(run: &Run, is_included: &dyn Fn(u32) -> bool) -> Vec<ByName<FitSummary>> {
    let mut by_factor: Vec<BTreeMap<TextId, Vec<f64>>> = vec![BTreeMap::new(); run.factors.len()];
    for row in run.diagnostics.iter().filter(|row| is_included(row.execution)) {
        by_factor[row.factor as usize].entry(row.name).or_default().push(row.value);
    }
    let of_factor = |values: BTreeMap<TextId, Vec<f64>>| {
        let named = values.into_iter().map(|(name, values)| (run.texts.get(name), values));
        let taken = named.filter(|(name, _)| TAKEN.iter().any(|begin| name.starts_with(begin)));
        let mut taken: Vec<(&str, Vec<f64>)> = taken.collect();
        taken.sort_by_key(|(name, _)| *name);
        let fit = |values: &[f64]| FitSummary {
            median: Metric::new(values.len(), quantile(values, 0.5)),
            mean: Metric::new(values.len(), mean(values)),
        };
        taken.into_iter().map(|(name, values)| (name.to_owned(), fit(&values))).collect()
    };
    by_factor.into_iter().map(of_factor).collect()
}
