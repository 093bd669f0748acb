//! How well a Sharpe ratio is known, and how large the best of many is by luck alone.
//!
//! All ratios are those of one period, that of the returns they were made of: nothing here is annual.

use std::f64::consts::{E, EULER_GAMMA};

use crate::error::finite;
use crate::{StatsError, normal_cdf, normal_quantile};

/// Returns the standard error of a Sharpe ratio of `n` independent returns, in the unit of the ratio.
///
/// It is √((1 - γ₃s + (γ₄ - 1)s²/4) / (n - 1)) for the ratio s of one period, and the skewness γ₃ and the
/// kurtosis γ₄ (normal: 3) of the returns.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two returns, [`StatsError::Parameter`] for NaN or infinity,
/// [`StatsError::VarianceNotPositive`] if the sum under the root is not above 0, as may be with returns of
/// two values only or with a kurtosis that no returns have, [`StatsError::Overflow`] if a number exceeds 1.8e308.
///
/// # Source
///
/// Mertens (2002), Comments on variance of the IID estimator in Lo (2002), University of Basel; Bailey and
/// López de Prado (2012), Journal of Risk 15(2), 3–44.
///
/// ```
/// use rotor_stats::sharpe_error;
/// assert!((sharpe_error(0.2, 51, 0.0, 3.0)? - (1.02_f64 / 50.0).sqrt()).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn sharpe_error(sharpe: f64, n: usize, skewness: f64, kurtosis: f64) -> Result<f64, StatsError> {
    if n < 2 {
        return Err(StatsError::TooFew { n, needed: 2 });
    }
    check("sharpe", sharpe)?;
    check("skewness", skewness)?;
    check("kurtosis", kurtosis)?;
    let square = finite(1.0 - skewness * sharpe + 0.25 * (kurtosis - 1.0) * (sharpe * sharpe))?;
    // The terms cancel where there is no variance, and leave what rounding makes of them.
    if square <= 8.0 * f64::EPSILON * (1.0 + (skewness * sharpe).abs()) {
        return Err(StatsError::VarianceNotPositive);
    }
    Ok((square / (n - 1) as f64).sqrt())
}

/// Returns the probability that the true Sharpe ratio exceeds a threshold, from 0 to 1.
///
/// It is Φ((s - s₀) / [`sharpe_error`]) for the ratio s and the threshold s₀, both of one period.
/// With [`expected_maximum_sharpe`] for a threshold it is the deflated Sharpe ratio.
///
/// # Errors
///
/// As for [`sharpe_error`].
///
/// # Source
///
/// Bailey and López de Prado (2012), Journal of Risk 15(2), 3–44; (2014), Journal of Portfolio Management
/// 40(5), 94–107.
///
/// ```
/// use rotor_stats::probabilistic_sharpe;
/// assert_eq!(probabilistic_sharpe(0.2, 0.2, 51, -1.0, 5.0)?, 0.5);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn probabilistic_sharpe(
    sharpe: f64,
    threshold: f64,
    n: usize,
    skewness: f64,
    kurtosis: f64,
) -> Result<f64, StatsError> {
    check("threshold", threshold)?;
    normal_cdf((sharpe - threshold) / sharpe_error(sharpe, n, skewness, kurtosis)?)
}

/// Returns about what the largest of `n_trials` Sharpe ratios is expected to be whose true value is 0.
///
/// It is √V ((1 - γ)Φ⁻¹(1 - 1/N) + γΦ⁻¹(1 - 1/(Ne))) for N independent trials whose ratios have the variance
/// V, with Euler's constant γ; 0 for one trial, and in the unit of the ratios.
///
/// # Errors
///
/// [`StatsError::Parameter`] without trials, or for a variance that is below 0 or not finite.
///
/// # Source
///
/// Bailey and López de Prado (2014), Journal of Portfolio Management 40(5), 94–107.
///
/// ```
/// use rotor_stats::expected_maximum_sharpe;
/// assert_eq!(expected_maximum_sharpe(1, 0.01)?, 0.0);
/// assert!((expected_maximum_sharpe(100, 0.01)? - 0.253).abs() < 5e-4);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn expected_maximum_sharpe(n_trials: u64, variance: f64) -> Result<f64, StatsError> {
    expected_maximum(n_trials as f64, variance)
}

/// Returns [`expected_maximum_sharpe`] for an effective number of trials, which need not be whole.
///
/// Between 1 and 2 the formula falls below 0, where no expected maximum can be; it is 0 there.
///
/// # Errors
///
/// [`StatsError::Parameter`] for a number below 1 or not finite, or for a variance that is below 0 or not finite.
///
/// ```
/// use rotor_stats::{expected_maximum_of_effective, expected_maximum_sharpe};
/// assert_eq!(expected_maximum_of_effective(100.0, 0.01)?, expected_maximum_sharpe(100, 0.01)?);
/// assert_eq!(expected_maximum_of_effective(1.1, 0.01)?, 0.0);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn expected_maximum_of_effective(n_trials: f64, variance: f64) -> Result<f64, StatsError> {
    check("n_trials", n_trials)?;
    Ok(expected_maximum(n_trials, variance)?.max(0.0))
}

fn expected_maximum(n_trials: f64, variance: f64) -> Result<f64, StatsError> {
    if n_trials < 1.0 {
        return Err(StatsError::Parameter { name: "n_trials", value: n_trials, rule: "at least 1" });
    }
    if !(variance >= 0.0 && variance.is_finite()) {
        let rule = "at least 0 and finite";
        return Err(StatsError::Parameter { name: "variance", value: variance, rule });
    }
    // The formula says minus infinity where there is nothing to be the largest of.
    if n_trials <= 1.0 {
        return Ok(0.0);
    }
    // The quantile of 1 - p is minus that of p, which keeps its digits when p is small.
    let largest = -normal_quantile(1.0 / n_trials)?;
    let beyond = -normal_quantile(1.0 / (n_trials * E))?;
    Ok(variance.sqrt() * ((1.0 - EULER_GAMMA) * largest + EULER_GAMMA * beyond))
}

fn check(name: &'static str, value: f64) -> Result<(), StatsError> {
    if value.is_finite() { Ok(()) } else { Err(StatsError::Parameter { name, value, rule: "finite" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    /// An annual ratio of 2.5 from five years of 250 days, the ratios of the trials having an annual variance
    /// of ½.
    fn deflated(n_trials: u64, skewness: f64, kurtosis: f64) -> f64 {
        let threshold = expected_maximum_sharpe(n_trials, 0.5 / 250.0).unwrap();
        probabilistic_sharpe(2.5 / 250.0_f64.sqrt(), threshold, 1250, skewness, kurtosis).unwrap()
    }

    #[test]
    fn the_example_of_the_deflated_ratio() {
        // Bailey and López de Prado (2014), to the digits printed there.
        near(expected_maximum_sharpe(100, 0.5 / 250.0).unwrap(), 0.1132, 5e-5);
        near(deflated(100, -3.0, 10.0), 0.9004, 5e-5);
        near(deflated(46, -3.0, 10.0), 0.9505, 5e-5);
        near(deflated(88, 0.0, 3.0), 0.9505, 5e-5);
    }

    #[test]
    fn the_example_of_the_probabilistic_ratio() {
        // Bailey and López de Prado (2012): two years of months.
        near(probabilistic_sharpe(0.458, 0.0, 24, -2.448, 10.164).unwrap(), 0.913, 5e-4);
        near(probabilistic_sharpe(0.458, 0.0, 24, 0.0, 3.0).unwrap(), 0.982, 5e-4);
    }

    #[test]
    fn the_largest_of_a_few_in_closed_form() {
        // Φ⁻¹(½) is 0, and for two the sum has one term.
        let expected = 3.0 * EULER_GAMMA * normal_quantile(1.0 - 0.5 / E).unwrap();
        near(expected_maximum_sharpe(2, 9.0).unwrap(), expected, 1e-14);
        let mut last = 0.0;
        for n_trials in (2..100).chain([1_000, 1_000_000, u64::MAX]) {
            let next = expected_maximum_sharpe(n_trials, 1.0).unwrap();
            assert!(next > last, "{n_trials}");
            last = next;
        }
        // A normal value of 9.2 is exceeded once in 2⁶⁴ trials.
        near(last, 9.2, 0.1);
        assert_eq!(expected_maximum_sharpe(50, 0.0), Ok(0.0));
    }

    #[test]
    fn moments_that_no_returns_have_are_refused() {
        // Two values, one in a fifth of the cases: the square of 1 - s γ₃/2 vanishes at s = 2/γ₃.
        assert_eq!(sharpe_error(4.0 / 3.0, 10, 1.5, 3.25), Err(StatsError::VarianceNotPositive));
        assert_eq!(sharpe_error(1.0, 10, 3.0, 3.0), Err(StatsError::VarianceNotPositive));
        assert_eq!(sharpe_error(0.1, 1, 0.0, 3.0), Err(StatsError::TooFew { n: 1, needed: 2 }));
        assert_eq!(sharpe_error(1e200, 10, 0.0, 3.0), Err(StatsError::Overflow));
        assert_eq!(sharpe_error(1e200, 10, 1e200, 3.0), Err(StatsError::Overflow));
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(sharpe_error(bad, 10, 0.0, 3.0).is_err() && sharpe_error(0.1, 10, bad, 3.0).is_err());
            assert!(sharpe_error(0.1, 10, 0.0, bad).is_err());
            assert!(probabilistic_sharpe(0.1, bad, 10, 0.0, 3.0).is_err());
            assert!(expected_maximum_sharpe(2, bad).is_err());
        }
        assert!(expected_maximum_sharpe(0, 1.0).is_err() && expected_maximum_sharpe(2, -1.0).is_err());
        assert_eq!(probabilistic_sharpe(0.1, f64::MAX, 10, 0.0, 3.0), Ok(0.0));
    }
}
