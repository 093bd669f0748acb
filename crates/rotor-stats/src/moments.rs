//! Mean, deviation, shape and quantiles of a few numbers.

use crate::StatsError;
use crate::error::{finite, not_finite};
use crate::lanes::scale;

/// Returns the arithmetic mean, in the unit of the values; the sum runs from the first value on.
///
/// # Errors
///
/// [`StatsError::TooFew`] without values, [`StatsError::NotFinite`] for NaN or infinity.
///
/// ```
/// use rotor_stats::mean;
/// assert_eq!(mean(&[1.0, 2.0, 6.0])?, 3.0);
/// assert_eq!(mean(&[1e308, 1.5e308])?, 1.25e308); // no overflow on the way
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn mean(values: &[f64]) -> Result<f64, StatsError> {
    enough(values, 1)?;
    let factor = scale(values).ok_or_else(|| not_finite(values))?;
    finite(scaled_mean(values, factor) / factor)
}

/// Returns the standard deviation with n - 1, in the unit of the values; exactly 0 if all are equal.
///
/// Two passes: squares are taken of differences from the mean.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two values, [`StatsError::NotFinite`] for NaN or infinity,
/// [`StatsError::Overflow`] if the result exceeds 1.8e308.
///
/// ```
/// use rotor_stats::deviation;
/// assert_eq!(deviation(&[1.0, 2.0, 3.0])?, 1.0);
/// assert_eq!(deviation(&[0.1, 0.1, 0.1])?, 0.0);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn deviation(values: &[f64]) -> Result<f64, StatsError> {
    enough(values, 2)?;
    let factor = scale(values).ok_or_else(|| not_finite(values))?;
    if !varies(values) {
        return Ok(0.0);
    }
    let mean = scaled_mean(values, factor);
    let squares: f64 = values.iter().map(|value| (value * factor - mean) * (value * factor - mean)).sum();
    finite((squares / (values.len() - 1) as f64).sqrt() / factor)
}

/// Returns by how many standard deviations (with n - 1) the last value exceeds the mean of all of them, itself included; 0 if they
/// are all the same to nine decimals, see [`is_constant`](crate::is_constant).
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two values, [`StatsError::NotFinite`] for NaN or infinity, [`StatsError::Overflow`] if the
/// result exceeds 1.8e308.
///
/// ```
/// use rotor_stats::z_of_last;
/// assert_eq!(z_of_last(&[1.0, 2.0, 3.0])?, 1.0);
/// assert_eq!(z_of_last(&[0.3, 0.1 + 0.2])?, 0.0);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn z_of_last(values: &[f64]) -> Result<f64, StatsError> {
    enough(values, 2)?;
    if crate::is_constant(values) {
        return Ok(0.0);
    }
    finite((values[values.len() - 1] - mean(values)?) / deviation(values)?)
}

/// Returns the skewness m₃/m₂^1.5, of moments over n: 0 if symmetric, below 0 with a long tail to the left.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two values, [`StatsError::NotFinite`] for NaN or infinity,
/// [`StatsError::NoVariation`] if they are equal but for their last bits.
///
/// ```
/// use rotor_stats::skewness;
/// assert!((skewness(&[0.0, 0.0, 3.0])? - 0.5_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn skewness(values: &[f64]) -> Result<f64, StatsError> {
    let standardised = standardised(values)?;
    Ok(standardised.iter().map(|z| z * z * z).sum::<f64>() / values.len() as f64)
}

/// Returns the kurtosis m₄/m₂², of moments over n: 3 for a normal distribution, at least 1.
///
/// # Errors
///
/// As for [`skewness`].
///
/// ```
/// use rotor_stats::kurtosis;
/// assert!((kurtosis(&[0.0, 0.0, 3.0])? - 1.5).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn kurtosis(values: &[f64]) -> Result<f64, StatsError> {
    let standardised = standardised(values)?;
    Ok(standardised.iter().map(|z| (z * z) * (z * z)).sum::<f64>() / values.len() as f64)
}

/// Returns the quantile for a probability from 0 (the least value) to 1 (the largest), in the unit of the values.
///
/// Between two values in order it interpolates: the quantile is at position (n - 1)·p, counted from 0.
///
/// # Errors
///
/// [`StatsError::TooFew`] without values, [`StatsError::NotFinite`] for NaN or infinity,
/// [`StatsError::Parameter`] for a probability outside 0 to 1.
///
/// # Source
///
/// Hyndman and Fan (1996), The American Statistician 50(4), 361–365, definition 7.
///
/// ```
/// use rotor_stats::quantile;
/// assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5)?, 2.5);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn quantile(values: &[f64], probability: f64) -> Result<f64, StatsError> {
    enough(values, 1)?;
    crate::error::all_finite(values)?;
    if !(0.0..=1.0).contains(&probability) {
        let rule = "at least 0 and at most 1";
        return Err(StatsError::Parameter { name: "probability", value: probability, rule });
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let position = (sorted.len() - 1) as f64 * probability;
    let below = position.floor();
    let low = sorted[below as usize];
    let high = sorted[position.ceil() as usize];
    // Halved, so that the distance of the largest numbers does not overflow.
    Ok(2.0 * (0.5 * low + (position - below) * (0.5 * high - 0.5 * low)))
}

/// Returns the values less their mean, over the root of the mean of their squares.
fn standardised(values: &[f64]) -> Result<Vec<f64>, StatsError> {
    enough(values, 2)?;
    let Centred { mut gaps, .. } = Centred::new(values)?;
    let deviation = (product(&gaps, &gaps) / gaps.len() as f64).sqrt();
    if deviation <= ROUNDING {
        return Err(StatsError::NoVariation);
    }
    for gap in &mut gaps {
        *gap /= deviation;
    }
    Ok(gaps)
}

/// What the last bits amount to of values the largest of which is near 1.
pub(crate) const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// The distances of values from their mean, all times a power of two that keeps products in range.
pub(crate) struct Centred {
    /// The power of two.
    pub(crate) factor: f64,
    /// The mean times the power of two.
    pub(crate) mean: f64,
    /// The values less their mean, times the power of two.
    pub(crate) gaps: Vec<f64>,
}

impl Centred {
    /// Centres values that are not all equal.
    pub(crate) fn new(values: &[f64]) -> Result<Self, StatsError> {
        let factor = scale(values).ok_or_else(|| not_finite(values))?;
        if !varies(values) {
            return Err(StatsError::NoVariation);
        }
        let mean = scaled_mean(values, factor);
        Ok(Self { factor, mean, gaps: values.iter().map(|value| value * factor - mean).collect() })
    }
}

/// Returns the sum of products, as far as the shorter reaches.
pub(crate) fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Says whether the values are not all the same number; NaN differs from itself.
pub(crate) fn varies(values: &[f64]) -> bool {
    values.iter().any(|value| *value != values[0])
}

/// Returns the mean of the values times a power of two that keeps their sum in range.
pub(crate) fn scaled_mean(values: &[f64], factor: f64) -> f64 {
    values.iter().map(|value| value * factor).sum::<f64>() / values.len() as f64
}

pub(crate) fn enough(values: &[f64], needed: usize) -> Result<(), StatsError> {
    if values.len() >= needed { Ok(()) } else { Err(StatsError::TooFew { n: values.len(), needed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_forms() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(mean(&values), Ok(50.5));
        assert!((deviation(&values).unwrap() - (100.0_f64 * 101.0 / 12.0).sqrt()).abs() < 1e-13);
        assert_eq!(quantile(&values, 0.25), Ok(25.75));
        assert_eq!((quantile(&values, 0.0), quantile(&values, 1.0)), (Ok(1.0), Ok(100.0)));
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let values = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert_eq!(deviation(&values), Ok(30.0_f64.sqrt()));
    }

    #[test]
    fn no_size_overflows_on_the_way() {
        for size in [1e-320, 1e-300, 1e-9, 1.0, 1e12, 1e300, 1e308] {
            let values = [size, -size, size, -size];
            assert_eq!(mean(&values), Ok(0.0));
            let relative = deviation(&values).unwrap() / size;
            assert!((relative - (4.0_f64 / 3.0).sqrt()).abs() < if size < 1e-310 { 1e-3 } else { 1e-14 });
            assert!(quantile(&values, 0.4).unwrap().abs() <= size);
        }
        assert_eq!(deviation(&[f64::MAX, -f64::MAX]), Err(StatsError::Overflow));
    }

    #[test]
    fn shapes_in_closed_form() {
        // The numbers 1 to n have the kurtosis 9/5 - 12/(5(n² - 1)).
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        assert!(skewness(&values).unwrap().abs() < 1e-15);
        assert!((kurtosis(&values).unwrap() - (1.8 - 2.4 / 99.0)).abs() < 1e-14);
        // Success with probability p: (1 - 2p)/√(p(1 - p)) and 1/(p(1 - p)) - 3.
        let rare = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        assert!((skewness(&rare).unwrap() - 0.8 / 0.3).abs() < 1e-14);
        assert!((kurtosis(&rare).unwrap() - (1.0 / 0.09 - 3.0)).abs() < 1e-13);
        let mirrored = rare.map(|value| 7.0 - value);
        assert!((skewness(&mirrored).unwrap() + 0.8 / 0.3).abs() < 1e-13);
    }

    #[test]
    fn a_shape_has_no_unit() {
        let values = [0.3, -0.1, 0.2, 0.9, -0.4];
        let shapes = (skewness(&values).unwrap(), kurtosis(&values).unwrap());
        for unit in [1e-300, 1e-200, 1e-9, 1e12, 1e200, 1e308] {
            let scaled = values.map(|value| value * unit);
            assert!((skewness(&scaled).unwrap() - shapes.0).abs() < 1e-13);
            assert!((kurtosis(&scaled).unwrap() - shapes.1).abs() < 1e-13);
        }
        let extremes = [f64::MAX, -f64::MAX, f64::MAX, 5e-324];
        assert!(
            skewness(&extremes).is_ok_and(f64::is_finite) && kurtosis(&extremes).is_ok_and(f64::is_finite)
        );
    }

    #[test]
    fn what_does_not_vary_has_no_shape() {
        for values in [[0.1; 7], [0.0; 7], [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1_f64.next_up()]] {
            assert_eq!(skewness(&values), Err(StatsError::NoVariation));
            assert_eq!(kurtosis(&values), Err(StatsError::NoVariation));
        }
        assert_eq!(skewness(&[1.0]), Err(StatsError::TooFew { n: 1, needed: 2 }));
        assert_eq!(kurtosis(&[1.0, f64::NAN]), Err(StatsError::NotFinite { position: 1 }));
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(mean(&[]), Err(StatsError::TooFew { n: 0, needed: 1 }));
        assert_eq!(deviation(&[1.0]), Err(StatsError::TooFew { n: 1, needed: 2 }));
        assert_eq!(mean(&[1.0, f64::NAN]), Err(StatsError::NotFinite { position: 1 }));
        assert_eq!(deviation(&[f64::INFINITY, 1.0]), Err(StatsError::NotFinite { position: 0 }));
        assert!(quantile(&[1.0], f64::NAN).is_err() && quantile(&[f64::NAN], 0.5).is_err());
    }
}
