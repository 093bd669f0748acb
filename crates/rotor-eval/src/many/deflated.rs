//! How far the best of many trials is above the luckiest of so many without skill.

use rotor_run::metrics::Reason;
use rotor_stats::{expected_maximum_of_effective, is_constant, kurtosis, probabilistic_sharpe, skewness};

use super::{Excesses, FEWEST_MONTHS, effective_trials};
use crate::metric::{OrReason, at_least, mean_over_deviation};

/// The best of many trials by the monthly Sharpe ratio of its excess, and how likely its true ratio is above that of the luckiest.
#[derive(Clone, Debug, PartialEq)]
pub struct BestSharpe {
    /// The position of the trial, the first of equals.
    pub trial: usize,
    /// Its ratio of mean to deviation, of a month.
    pub sharpe: f64,
    /// Against as many skill-less trials as there were: the strictest reading, for trials that are not alike.
    pub of_all: Deflated,
    /// Against the effective number of Galwey, for trials that are alike. So many months show at most so many directions: where the
    /// effective number comes near that of the months it is too small, and this reading flatters.
    pub of_effective: Deflated,
}

/// A deflated Sharpe ratio against so many trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deflated {
    /// The number of trials, 1 or more; an effective number need not be whole.
    pub n_trials: f64,
    /// About the largest monthly ratio of so many without skill.
    pub threshold: f64,
    /// The probability that the true ratio of the best exceeds the threshold, from 0 to 1.
    pub probability: f64,
}

/// Returns about what the best monthly Sharpe ratio of an effective number of skill-less strategies is expected to be over so many
/// months: [`luckiest_sharpe`](crate::luckiest_sharpe) for a number that need not be whole.
///
/// # Errors
///
/// [`Reason::TooFew`] for fewer than two months; [`Reason::OutOfRange`] for a number below 1 or not finite.
///
/// ```
/// use rotor_eval::{luckiest_of_effective, luckiest_sharpe};
/// assert_eq!(luckiest_of_effective(24.0, 108)?, luckiest_sharpe(24, 108)?);
/// assert!(luckiest_of_effective(3.5, 108)? < luckiest_sharpe(4, 108)?);
/// # Ok::<(), rotor_run::metrics::Reason>(())
/// ```
pub fn luckiest_of_effective(n_trials: f64, n_months: usize) -> Result<f64, Reason> {
    at_least(2, n_months)?;
    expected_maximum_of_effective(n_trials, 1.0 / (n_months as f64 - 1.0)).or_reason()
}

/// Returns the deflated Sharpe ratio of the best trial, against all trials and against the effective number of them.
///
/// All trials count, constant ones too: they were tried. So do others that are not among them: `n_tried` is how many there were in
/// all. Months count as independent, as in the paper. The variance of the ratios across
/// the trials, which the paper takes in place of 1/(n − 1), is no third reading: with autocorrelated months and trials that are alike it
/// rejects up to 9% of true nulls.
///
/// # Errors
///
/// [`Reason::TooFew`] without trials or for fewer than 32 months, [`Reason::NoVariation`] if all are constant,
/// [`Reason::NoVariance`] if the variance of the ratio cannot be above 0.
///
/// # Source
///
/// Bailey and López de Prado (2014), Journal of Portfolio Management 40(5), 94–107, with 1/(n − 1) for the variance of the ratios of
/// trials without skill over n months; the effective number by Galwey (2009).
pub fn deflated_sharpe(excesses: &Excesses, n_tried: u64) -> Result<BestSharpe, Reason> {
    let n = excesses.n_months();
    at_least(1, excesses.n_trials()).and(at_least(FEWEST_MONTHS, n))?;
    let mut best: Option<(usize, f64)> = None;
    for (trial, values) in excesses.trials().enumerate().filter(|(_, values)| !is_constant(values)) {
        let sharpe = mean_over_deviation(values)?;
        if best.is_none_or(|(_, largest)| sharpe > largest) {
            best = Some((trial, sharpe));
        }
    }
    let (trial, sharpe) = best.ok_or(Reason::NoVariation)?;
    let values = excesses.trial(trial).ok_or(Reason::NoVariation)?;
    let (skewness, kurtosis) = (skewness(values).or_reason()?, kurtosis(values).or_reason()?);
    let against = |n_trials: f64| {
        let threshold = luckiest_of_effective(n_trials, n)?;
        let probability = probabilistic_sharpe(sharpe, threshold, n, skewness, kurtosis).or_reason()?;
        Ok(Deflated { n_trials, threshold, probability })
    };
    // One trial may come out below 1 by the last bits.
    let effective = effective_trials(excesses)?.max(1.0);
    Ok(BestSharpe {
        trial,
        sharpe,
        of_all: against(n_tried.max(excesses.n_trials() as u64) as f64)?,
        of_effective: against(effective)?,
    })
}
