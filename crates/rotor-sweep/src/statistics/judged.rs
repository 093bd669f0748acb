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
    /// The months, each by its first execution day among those of the sweep, ascending: trials of another schedule may trade later in it.
    pub(super) months: Vec<u32>,
    /// Execution by execution of the sweep: the month, by place among all.
    month_of: Vec<usize>,
    /// Whether a month is common, month by month.
    is_common: Vec<bool>,
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
        let executions = &merged.returns.executions;
        let mut month_of = Vec::with_capacity(executions.len());
        let mut first_of = Vec::new();
        for (place, day) in executions.iter().enumerate() {
            if place == 0 || executions[place - 1].month() != day.month() {
                first_of.push(place as u32);
            }
            month_of.push(first_of.len() - 1);
        }
        let mut n_with = vec![0_usize; first_of.len()];
        for trial in &trials {
            let of = |month: &MonthReturn| month_of[month.execution as usize];
            // Two executions in one month are none that another trial could share.
            for own in
                months_of(*trial).chunk_by(|one, next| of(one) == of(next)).filter(|own| own.len() == 1)
            {
                n_with[of(&own[0])] += 1;
            }
        }
        let is_common: Vec<bool> = n_with.iter().map(|n| !trials.is_empty() && *n == trials.len()).collect();
        let months =
            first_of.iter().zip(&is_common).filter(|(_, is)| **is).map(|(first, _)| *first).collect();
        let of_trial = |trial: &usize| {
            let common =
                months_of(*trial).iter().filter(|month| is_common[month_of[month.execution as usize]]);
            common.map(MonthReturn::excess)
        };
        let values = trials.iter().flat_map(of_trial).collect();
        let n_short = with_months.len() - trials.len();
        Self { merged, trials, months, month_of, is_common, n_short, values }
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
        let is_common = |month: &&MonthReturn| self.is_common[self.month_of[month.execution as usize]];
        own.iter().filter(is_common).copied().collect()
    }
}
