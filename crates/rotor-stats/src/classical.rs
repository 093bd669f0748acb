//! The classical statistics of a mean: right for independent values, and otherwise printed for comparison with
//! other tools.
//!
//! For overlapping months they reject a true mean of 0 too often;
//! [`mean_interval`](crate::mean_interval) does not.

use crate::error::finite;
use crate::moments::{Centred, ROUNDING, enough, product};
use crate::{MeanEstimate, StatsError, Uncertainty, mean, student_p_value};

/// The fewest values that [`plain_mean_interval`] takes: two degrees of freedom, as few as any of our
/// intervals has.
pub const FEWEST_FOR_PLAIN_INTERVAL: usize = 3;

/// The fewest values that [`diebold_mariano`] takes, and it asks for twice the horizon, so that the factor of
/// Harvey, Leybourne and Newbold is above zero.
pub const FEWEST_FOR_COMPARISON: usize = 8;

/// Returns the mean of values that are independent of each other, with Student's interval.
///
/// The standard error is s / √n with n - 1 degrees of freedom; there is none, and the uncertainty `None`, if
/// the values are equal but for their last bits.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than [`FEWEST_FOR_PLAIN_INTERVAL`] values, [`StatsError::NotFinite`] for
/// NaN or infinity, [`StatsError::Overflow`] if a number exceeds 1.8e308.
///
/// # Source
///
/// Student (1908), Biometrika 6(1), 1–25.
///
/// ```
/// use rotor_stats::plain_mean_interval;
/// let uncertainty = plain_mean_interval(&[1.0, 2.0, 3.0])?.uncertainty.expect("the values differ");
/// assert!((uncertainty.standard_error - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
/// assert_eq!(uncertainty.degrees_of_freedom, 2);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn plain_mean_interval(values: &[f64]) -> Result<MeanEstimate, StatsError> {
    enough(values, FEWEST_FOR_PLAIN_INTERVAL)?;
    let mean = mean(values)?;
    let standard_error = match scaled_error(values) {
        Ok((centred, error)) => finite(error / centred.factor)?,
        Err(StatsError::NoVariation) => 0.0,
        Err(error) => return Err(error),
    };
    // An error below the range of numbers is as good as none.
    let uncertainty = if standard_error > 0.0 {
        Some(Uncertainty::new(mean, standard_error, values.len() - 1)?)
    } else {
        None
    };
    Ok(MeanEstimate { n: values.len(), mean, uncertainty })
}

/// Returns the t statistic of a mean against 0 as if the values were independent, x̄ / (s / √n).
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two values, [`StatsError::NotFinite`] for NaN or infinity,
/// [`StatsError::NoVariation`] if they are equal but for their last bits.
///
/// ```
/// use rotor_stats::naive_t;
/// assert!((naive_t(&[1.0, 2.0, 3.0])? - 2.0 * 3.0_f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn naive_t(values: &[f64]) -> Result<f64, StatsError> {
    enough(values, 2)?;
    let (centred, error) = scaled_error(values)?;
    Ok(centred.mean / error)
}

/// Returns the t statistic of a mean against 0 with the standard error of Newey and West.
///
/// The squared standard error is (γ₀ + 2 Σ (1 - j/(L + 1)) `γ_j`) / n over j = 1…L for the lag L, with the
/// autocovariances `γ_j` about the mean, over n. There is no small-sample factor, and with a lag of 0 the
/// deviation has n, not n - 1. [`newey_west_lag`](crate::newey_west_lag) is the usual lag.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two values, [`StatsError::NotFinite`] for NaN or infinity,
/// [`StatsError::Parameter`] for a lag of n or more, [`StatsError::NoVariation`] if the values are equal but
/// for their last bits.
///
/// # Source
///
/// Newey and West (1987), Econometrica 55(3), 703–708.
///
/// ```
/// use rotor_stats::newey_west_mean_t;
/// // γ₀ is 2/3 and γ₁ is 0.
/// assert!((newey_west_mean_t(&[1.0, 2.0, 3.0], 1)? - 18.0_f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn newey_west_mean_t(values: &[f64], lag: usize) -> Result<f64, StatsError> {
    enough(values, 2)?;
    if lag >= values.len() {
        let rule = "below the number of values";
        return Err(StatsError::Parameter { name: "lag", value: lag as f64, rule });
    }
    let (centred, _) = scaled_error(values)?;
    let variance = variance_of_mean(&centred, lag, |j| 1.0 - j as f64 / (lag + 1) as f64);
    // The kernel allows no negative variance; what is left is one that rounding has made of 0.
    Ok(centred.mean / variance.ok_or(StatsError::NoVariation)?.sqrt())
}

/// A test of whether two forecasts are equally good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DieboldMariano {
    /// The statistic, without a unit; above 0 if the mean difference is.
    pub statistic: f64,
    /// The two-sided p-value against equal accuracy, from 0 to 1.
    pub p_value: f64,
}

/// Returns the test of Diebold and Mariano of equal accuracy, with the correction of Harvey, Leybourne and
/// Newbold.
///
/// The differences are those of the losses of two forecasts, in the order of their dates, and the horizon h
/// that of the forecasts in steps of the series. The statistic is d̄ / √V × √((n + 1 - 2h + h(h - 1)/n) / n)
/// with V = (γ₀ + 2 Σ `γ_j`) / n over j = 1…h - 1 and the autocovariances `γ_j` about the mean, over n; it is
/// compared with Student's t of n - 1 degrees of freedom.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than [`FEWEST_FOR_COMPARISON`] values or twice the horizon,
/// [`StatsError::NotFinite`] for NaN or infinity, [`StatsError::Parameter`] for a horizon of 0,
/// [`StatsError::NoVariation`] if the differences are equal but for their last bits,
/// [`StatsError::VarianceNotPositive`] if V is not above 0, which equal weights on the autocovariances allow.
///
/// # Source
///
/// Diebold and Mariano (1995), Journal of Business & Economic Statistics 13(3), 253–263; Harvey, Leybourne
/// and Newbold (1997), International Journal of Forecasting 13(2), 281–291.
///
/// ```
/// use rotor_stats::diebold_mariano;
/// let differences = [0.1, 0.3, -0.2, 0.2, 0.0, 0.4, 0.1, -0.1];
/// // At a horizon of 1 the correction makes of n the n - 1 of the plain t statistic.
/// let plain = rotor_stats::naive_t(&differences)?;
/// assert!((diebold_mariano(&differences, 1)?.statistic - plain).abs() < 1e-14);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn diebold_mariano(differences: &[f64], horizon: usize) -> Result<DieboldMariano, StatsError> {
    if horizon == 0 {
        return Err(StatsError::Parameter { name: "horizon", value: 0.0, rule: "at least 1" });
    }
    enough(differences, FEWEST_FOR_COMPARISON.max(horizon.saturating_mul(2)))?;
    let (centred, _) = scaled_error(differences)?;
    let variance = variance_of_mean(&centred, horizon - 1, |_| 1.0).ok_or(StatsError::VarianceNotPositive)?;
    let (n, h) = (differences.len() as f64, horizon as f64);
    let correction = (n + 1.0 - 2.0 * h + h * (h - 1.0) / n) / n;
    let statistic = centred.mean / variance.sqrt() * correction.sqrt();
    Ok(DieboldMariano { statistic, p_value: student_p_value(statistic, n - 1.0)? })
}

/// Returns the centred values and s / √n in their unit.
fn scaled_error(values: &[f64]) -> Result<(Centred, f64), StatsError> {
    let centred = Centred::new(values)?;
    let n = values.len() as f64;
    let error = (product(&centred.gaps, &centred.gaps) / (n - 1.0) / n).sqrt();
    if error <= ROUNDING { Err(StatsError::NoVariation) } else { Ok((centred, error)) }
}

/// Returns the variance of the mean from weighted autocovariances up to a lag; `None` unless above zero.
fn variance_of_mean(centred: &Centred, lag: usize, weight: impl Fn(usize) -> f64) -> Option<f64> {
    let gaps = &centred.gaps;
    let n = gaps.len() as f64;
    let covariance = |j: usize| product(&gaps[j..], gaps) / n;
    let variance = covariance(0);
    let long_run = variance + 2.0 * (1..=lag).map(|j| weight(j) * covariance(j)).sum::<f64>();
    // Each sum is known to n last bits of γ₀.
    (long_run > n * f64::EPSILON * variance).then_some(long_run / n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deviation, mean_interval};

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} is not {expected}");
    }

    /// Values whose mean is not 0 and whose neighbours are related.
    fn series(n: i32) -> Vec<f64> {
        (0..n).map(|t| f64::from((7 * t * t + 3 * t) % 11 - 4) / 10.0 + f64::from(t % 6) / 20.0).collect()
    }

    #[test]
    fn the_sleep_of_student() {
        // Ten patients, hours of sleep with one drug more than with the other, Student (1908); the results are
        // those that are often printed.
        let hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        let estimate = plain_mean_interval(&hours).unwrap();
        let found = estimate.uncertainty.unwrap();
        near(estimate.mean, 1.58);
        assert!((naive_t(&hours).unwrap() - 4.0621).abs() < 5e-5);
        assert!((found.p_value - 0.002_833).abs() < 5e-7);
        assert!((found.interval.0 - 0.700_114).abs() < 5e-7 && (found.interval.1 - 2.459_886).abs() < 5e-7);
        assert_eq!((estimate.n, found.degrees_of_freedom), (10, 9));
        near(found.standard_error, deviation(&hours).unwrap() / 10.0_f64.sqrt());
    }

    #[test]
    fn the_interval_and_the_statistic_agree() {
        let values = series(30);
        let found = plain_mean_interval(&values).unwrap().uncertainty.unwrap();
        let t = naive_t(&values).unwrap();
        near(t, mean(&values).unwrap() / found.standard_error);
        near(found.p_value, student_p_value(t, 29.0).unwrap());
        // Beside the cosines the number of degrees of freedom is the only difference.
        let cosines = mean_interval(&values, 1).unwrap();
        assert_eq!(cosines.mean, plain_mean_interval(&values).unwrap().mean);
        assert!(found.detectable / found.standard_error < 3.0);
    }

    #[test]
    fn without_lags_newey_and_west_have_n_for_n_minus_1() {
        let values = series(25);
        near(newey_west_mean_t(&values, 0).unwrap(), naive_t(&values).unwrap() * (25.0_f64 / 24.0).sqrt());
        near(diebold_mariano(&values, 1).unwrap().statistic, naive_t(&values).unwrap());
    }

    #[test]
    fn lags_by_hand() {
        // 1, 3, 2, 5, 4, 7, with sixfold gaps -16, -4, -10, 8, 2, 20: γ₀ to γ₂ are 840, 80 and 268 over 36 n.
        let values = [1.0, 3.0, 2.0, 5.0, 4.0, 7.0];
        let squared = (840.0 + 2.0 * (2.0 / 3.0 * 80.0 + 268.0 / 3.0)) / 36.0 / 36.0;
        near(newey_west_mean_t(&values, 2).unwrap(), 22.0 / 6.0 / f64::sqrt(squared));
        // Twice in a row, at a horizon of 2: γ₁ loses nothing but gains -16 × 20 where the two meet.
        let twice = [values, values].concat();
        let squared = (1680.0 + 2.0 * (160.0 - 320.0)) / 36.0 / 144.0;
        let found = diebold_mariano(&twice, 2).unwrap();
        let correction = (12.0 + 1.0 - 4.0 + 2.0 / 12.0) / 12.0;
        near(found.statistic, 22.0 / 6.0 / f64::sqrt(squared) * f64::sqrt(correction));
        near(found.p_value, student_p_value(found.statistic, 11.0).unwrap());
    }

    #[test]
    fn units_cancel_and_signs_turn() {
        let values = series(40);
        let all = |values: &[f64]| {
            let comparison = diebold_mariano(values, 3).unwrap();
            let plain = plain_mean_interval(values).unwrap().uncertainty.unwrap();
            let lagged = newey_west_mean_t(values, 4).unwrap();
            ([naive_t(values).unwrap(), lagged, comparison.statistic], [plain.p_value, comparison.p_value])
        };
        let (statistics, p_values) = all(&values);
        for unit in [1e-300, 1e-200, -1.0, 1e-3, 1e200, -1e300] {
            let scaled: Vec<f64> = values.iter().map(|value| value * unit).collect();
            let found = all(&scaled);
            for (found, expected) in found.0.iter().zip(statistics) {
                assert!((found - expected * f64::signum(unit)).abs() < 1e-12, "{found} in units of {unit}");
            }
            for (found, expected) in found.1.iter().zip(p_values) {
                assert!((found - expected).abs() < 1e-12, "{found} in units of {unit}");
            }
        }
    }

    #[test]
    fn what_does_not_vary_has_no_error() {
        for value in [0.0, 0.1, -1e300, 1e-300] {
            let constant = vec![value; 1000];
            assert_eq!(plain_mean_interval(&constant).unwrap().uncertainty, None);
            assert_eq!(naive_t(&constant), Err(StatsError::NoVariation));
            assert_eq!(newey_west_mean_t(&constant, 3), Err(StatsError::NoVariation));
            assert_eq!(diebold_mariano(&constant, 3), Err(StatsError::NoVariation));
        }
        let mut last_bits = [0.1; 9];
        last_bits[4] = 0.1_f64.next_up();
        assert_eq!(plain_mean_interval(&last_bits).unwrap().uncertainty, None);
        assert_eq!(naive_t(&last_bits), Err(StatsError::NoVariation));
    }

    #[test]
    fn equal_weights_may_find_no_variance() {
        // With signs that alternate γ₁ is nearly -γ₀; Bartlett's weights never take that much.
        let alternating: Vec<f64> = (0..20).map(|t| if t % 2 == 0 { 1.0 } else { -0.9 }).collect();
        assert_eq!(diebold_mariano(&alternating, 2), Err(StatsError::VarianceNotPositive));
        assert!(newey_west_mean_t(&alternating, 1).unwrap() > naive_t(&alternating).unwrap());
        assert!(newey_west_mean_t(&alternating, 19).unwrap() > 0.0);
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(plain_mean_interval(&[1.0, 2.0]), Err(StatsError::TooFew { n: 2, needed: 3 }));
        assert_eq!(naive_t(&[1.0]), Err(StatsError::TooFew { n: 1, needed: 2 }));
        assert_eq!(newey_west_mean_t(&[], 0), Err(StatsError::TooFew { n: 0, needed: 2 }));
        let lag = newey_west_mean_t(&[1.0, 2.0], 2);
        assert!(matches!(lag, Err(StatsError::Parameter { name: "lag", .. })));
        assert_eq!(diebold_mariano(&[1.0; 7], 1), Err(StatsError::TooFew { n: 7, needed: 8 }));
        assert_eq!(diebold_mariano(&series(23), 12), Err(StatsError::TooFew { n: 23, needed: 24 }));
        assert!(matches!(diebold_mariano(&series(9), 0), Err(StatsError::Parameter { name: "horizon", .. })));
        assert!(diebold_mariano(&series(9), usize::MAX).is_err());
        let mut bad = series(9);
        bad[4] = f64::NAN;
        let refused = StatsError::NotFinite { position: 4 };
        assert_eq!(plain_mean_interval(&bad), Err(refused));
        assert_eq!(naive_t(&bad), Err(refused));
        assert_eq!(newey_west_mean_t(&bad, 1), Err(refused));
        assert_eq!(diebold_mariano(&bad, 1), Err(refused));
        let large = [f64::MAX, -f64::MAX, f64::MAX, -f64::MAX];
        assert_eq!(plain_mean_interval(&large), Err(StatsError::Overflow));
        assert!(naive_t(&large).unwrap().abs() < 1e-15);
    }
}
