//! What factors say of their own fits.

use std::collections::BTreeMap;

use rotor_run::{Run, TextId};
use rotor_stats::{mean, quantile};
use serde::Serialize;

use crate::figure::Figure;
use crate::named::ByName;

/// How the names of diagnostics begin that are taken.
const TAKEN: [&str; 3] = ["r2", "mse", "correlation"];

/// A diagnostic over the months and entities that have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// Its median, which a single failed fit does not move.
    pub median: Figure,
    /// Its mean.
    pub mean: Figure,
}

/// Returns the fits of each factor, by the name of the diagnostic.
pub(super) fn of_run(run: &Run, is_included: &dyn Fn(u32) -> bool) -> Vec<ByName<Fit>> {
    let mut by_factor: Vec<BTreeMap<TextId, Vec<f64>>> = vec![BTreeMap::new(); run.factors.len()];
    for row in run.diagnostics.iter().filter(|row| is_included(row.execution)) {
        by_factor[row.factor as usize].entry(row.name).or_default().push(row.value);
    }
    let of_factor = |values: BTreeMap<TextId, Vec<f64>>| {
        let named = values.into_iter().map(|(name, values)| (run.texts.get(name), values));
        let taken = named.filter(|(name, _)| TAKEN.iter().any(|begin| name.starts_with(begin)));
        let mut taken: Vec<(&str, Vec<f64>)> = taken.collect();
        taken.sort_by_key(|(name, _)| *name);
        let fit = |values: &[f64]| Fit {
            median: Figure::new(values.len(), quantile(values, 0.5)),
            mean: Figure::new(values.len(), mean(values)),
        };
        taken.into_iter().map(|(name, values)| (name.to_owned(), fit(&values))).collect()
    };
    by_factor.into_iter().map(of_factor).collect()
}
