//! Choosing one of many trials by a rule, on some of their months.

use rayon::prelude::*;
use rotor_eval::{information_ratio, monthly_mean};
use rotor_run::sweep::{MonthReturn, PickRule, SweepPlan};

/// The trials among which is chosen, each with what it did in the months that count.
pub(crate) struct Choice<'p> {
    pub(crate) plan: &'p SweepPlan,
    /// The trials, ascending.
    pub(crate) trials: &'p [usize],
}

impl Choice<'_> {
    /// Chooses a trial; `None` if none has a ratio. `months_of` gives the months of a trial by its place.
    pub(crate) fn by(
        &self,
        rule: PickRule,
        months_of: &(dyn Fn(usize) -> Vec<MonthReturn> + Sync),
    ) -> Option<usize> {
        let excess =
            |place: usize| -> Vec<f64> { months_of(place).iter().map(MonthReturn::excess).collect() };
        let ratios: Vec<Option<f64>> = (0..self.trials.len())
            .into_par_iter()
            .map(|place| information_ratio(&excess(place)).get())
            .collect();
        let best = super::statistics::largest(&ratios, |ratio| *ratio)?;
        let place = match rule {
            PickRule::Best => best,
            PickRule::OneSe => {
                let of_best = monthly_mean(&excess(best));
                let error = of_best.uncertainty.as_ref().map_or(0.0, |found| found.standard_error);
                let least = of_best.get()? - error;
                // Of those that are as good as the best, the one that trades least; of equals the first.
                let near: Vec<Option<f64>> = (0..self.trials.len())
                    .into_par_iter()
                    .map(|place| {
                        let mean = monthly_mean(&excess(place)).get()?;
                        let months = months_of(place);
                        let turnover =
                            months.iter().map(|month| month.turnover).sum::<f64>() / months.len() as f64;
                        (mean >= least && ratios[place].is_some()).then_some(-turnover)
                    })
                    .collect();
                super::statistics::largest(&near, |value| *value)?
            }
            PickRule::Plateau => {
                let mut all = vec![None; self.plan.n_trials()];
                for (trial, ratio) in self.trials.iter().zip(&ratios) {
                    all[*trial] = *ratio;
                }
                let neighbours = super::statistics::neighbours(self.plan, &all);
                let of_place: Vec<Option<f64>> = self
                    .trials
                    .iter()
                    .zip(&ratios)
                    .map(|(trial, ratio)| ratio.and(neighbours[*trial]))
                    .collect();
                // Without neighbours there is no plateau.
                super::statistics::largest(&of_place, |value| *value).unwrap_or(best)
            }
        };
        Some(self.trials[place])
    }
}
