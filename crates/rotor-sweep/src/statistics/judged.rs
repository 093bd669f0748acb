//! The trials that are judged against each other, on the months that all of them share.

use rotor_eval::Excesses;
use rotor_run::metrics::Reason;
use rotor_run::sweep::MonthReturn;

use super::Merged;

/// The monthly excess returns of the trials on common months.
pub(super) struct Judged<'m> {
    merged: &'m Merged,
    /// The trials.
    pub(super) trials: Vec<usize>,
    /// The months by position among the executions of the sweep, ascending.
    pub(super) months: Vec<u32>,
    /// How many trials hold something in too few months to be judged with the others.
    pub(super) n_short: usize,
    /// Trial by trial, month by month.
    values: Vec<f64>,
}

impl<'m> Judged<'m> {
    pub(super) fn new(merged: &'m Merged) -> Self {
        let months_of = |trial: usize| &merged.returns.trials[trial];
        let with_months: Vec<usize> =
            (0..merged.returns.trials.len()).filter(|trial| !months_of(*trial).is_empty()).collect();
        let longest = with_months.iter().map(|trial| months_of(*trial).len()).max().unwrap_or(0);
        let trials: Vec<usize> =
            with_months.iter().copied().filter(|trial| 2 * months_of(*trial).len() >= longest).collect();
        let mut n_with = vec![0_usize; merged.returns.executions.len()];
        for month in trials.iter().flat_map(|trial| months_of(*trial)) {
            n_with[month.execution as usize] += 1;
        }
        let is_common = |execution: u32| n_with[execution as usize] == trials.len();
        let months: Vec<u32> = (0..n_with.len() as u32)
            .filter(|execution| !trials.is_empty() && is_common(*execution))
            .collect();
        let of_trial = |trial: &usize| {
            let common = months_of(*trial).iter().filter(|month| is_common(month.execution));
            common.map(MonthReturn::excess)
        };
        let values = trials.iter().flat_map(of_trial).collect();
        Self { merged, n_short: with_months.len() - trials.len(), trials, months, values }
    }

    /// The excess returns as the statistics take them.
    pub(super) fn excesses(&self) -> Result<Excesses, Reason> {
        if self.trials.is_empty() {
            return Err(Reason::NothingHeld);
        }
        Excesses::new(self.values.clone(), self.months.len())
    }

    /// The excess returns of a judged trial by its place.
    pub(super) fn row(&self, place: usize) -> &[f64] {
        let n = self.months.len();
        &self.values[place * n..(place + 1) * n]
    }

    /// What a judged trial did in the common months, by its place.
    pub(super) fn months_of(&self, place: usize) -> Vec<MonthReturn> {
        let own = &self.merged.returns.trials[self.trials[place]];
        let is_common = |month: &&MonthReturn| self.months.binary_search(&month.execution).is_ok();
        own.iter().filter(is_common).copied().collect()
    }
}
