//! Mean, deviation and quantiles of a few numbers.

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
    fn bad_input_is_refused() {
        assert_eq!(mean(&[]), Err(StatsError::TooFew { n: 0, needed: 1 }));
        assert_eq!(deviation(&[1.0]), Err(StatsError::TooFew { n: 1, needed: 2 }));
        assert_eq!(mean(&[1.0, f64::NAN]), Err(StatsError::NotFinite { position: 1 }));
        assert_eq!(deviation(&[f64::INFINITY, 1.0]), Err(StatsError::NotFinite { position: 0 }));
        assert!(quantile(&[1.0], f64::NAN).is_err() && quantile(&[f64::NAN], 0.5).is_err());
    }
}
