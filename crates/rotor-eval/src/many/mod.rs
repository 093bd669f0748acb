//! What a sweep over many trials says and does not say: statistics of thousands of series of monthly net excess returns at once.
//!
//! [`step_down()`] asks which trials have an excess above 0 although so many were tried; [`effective_trials`] how many independent ones
//! they amount to; [`deflated_sharpe`] how far the best is above the luckiest of so many; [`overfitting()`] whether choosing by the past
//! helps; [`across_factors`] which of several factors, each with a p-value of its own, remain.
//!
//! A statistic is a file. Nothing here knows what a trial is: [`Excesses`] are numbers in rows. Every sum has its order, and what
//! threads count are whole numbers, so that one thread gives the same bits as many.

mod across;
mod deflated;
mod effective;
mod overfitting;
mod step_down;

pub use across::{FactorEvidence, FactorVerdict, HURDLE_T, across_factors};
pub use deflated::{BestSharpe, Deflated, deflated_sharpe, luckiest_of_effective};
pub use effective::effective_trials;
pub(crate) use overfitting::Moments;
pub use overfitting::{Degradation, GRID, HalfPoints, N_HALVES, OverfittingOutcome, overfitting};
pub use step_down::{FAMILY_LEVEL, MISSED_DESIGNS, StepDown, Tested, step_down};

use rotor_run::metrics::Reason;
use rotor_stats::is_constant;

use crate::metric::at_least;

/// The fewest months of which samples are drawn or halves are made: two in each of sixteen blocks.
pub(crate) const FEWEST_MONTHS: usize = 32;

/// From here on squares of squares leave the range of a number.
const TOO_LARGE: f64 = 1e100;

/// The monthly net excess returns of many trials over the same months, as decimals: 0.01 is one percent.
///
/// ```
/// use rotor_eval::Excesses;
/// let two = Excesses::new(vec![0.01, -0.02, 0.0, 0.03, 0.01, 0.02], 3)?;
/// assert_eq!((two.n_trials(), two.n_months()), (2, 3));
/// assert_eq!(two.trial(1), Some(&[0.03, 0.01, 0.02][..]));
/// # Ok::<(), rotor_run::metrics::Reason>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Excesses {
    // Invariant: finite, below `TOO_LARGE` in size, trial by trial with `n_months` each.
    values: Vec<f64>,
    n_months: usize,
}

impl Excesses {
    /// Takes the returns trial by trial, each with `n_months`, oldest first.
    ///
    /// # Errors
    ///
    /// [`Reason::TooFew`] for months of which there are none, or if the last trial has fewer than the others; [`Reason::OutOfRange`] if
    /// a return is not finite or is 1e100 or more in size.
    pub fn new(values: Vec<f64>, n_months: usize) -> Result<Self, Reason> {
        at_least(1, n_months)?;
        match values.len() % n_months {
            0 => {}
            n => return Err(Reason::TooFew { n, needed: n_months }),
        }
        // NaN is not below anything.
        if !values.iter().all(|value| value.abs() < TOO_LARGE) {
            return Err(Reason::OutOfRange);
        }
        Ok(Self { values, n_months })
    }

    /// Returns the number of trials.
    #[must_use]
    pub fn n_trials(&self) -> usize {
        self.values.len() / self.n_months
    }

    /// Returns the number of months of each trial.
    #[must_use]
    pub fn n_months(&self) -> usize {
        self.n_months
    }

    /// Returns the returns of a trial, oldest first, if there are so many trials.
    #[must_use]
    pub fn trial(&self, trial: usize) -> Option<&[f64]> {
        self.trials().nth(trial)
    }

    /// Returns the trials one after the other.
    pub(crate) fn trials(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.n_months)
    }

    /// Returns those that vary, with their positions; what does not vary is the benchmark itself.
    fn varying(&self) -> Result<Vec<(usize, &[f64])>, Reason> {
        let varying: Vec<(usize, &[f64])> =
            self.trials().enumerate().filter(|(_, values)| !is_constant(values)).collect();
        if varying.is_empty() { Err(Reason::NoVariation) } else { Ok(varying) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_are_checked_once() {
        assert_eq!(Excesses::new(vec![], 0), Err(Reason::TooFew { n: 0, needed: 1 }));
        assert_eq!(Excesses::new(vec![0.1; 5], 2), Err(Reason::TooFew { n: 1, needed: 2 }));
        for bad in [f64::NAN, f64::INFINITY, 1e100] {
            assert_eq!(Excesses::new(vec![0.1, bad], 2), Err(Reason::OutOfRange));
        }
        let none = Excesses::new(vec![], 2).unwrap();
        assert_eq!((none.n_trials(), none.trial(0)), (0, None));
    }
}
