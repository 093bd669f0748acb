//! Correlations of two series.

use crate::error::same_length;
use crate::moments::{Centred, enough, product};
use crate::{Order, StatsError, ranks};

/// Returns the correlation of Pearson, -1 to 1.
///
/// # Errors
///
/// [`StatsError::Lengths`] if the two differ in length, [`StatsError::TooFew`] for fewer than two values,
/// [`StatsError::NotFinite`] for NaN or infinity in either, [`StatsError::NoVariation`] if all values of either
/// are equal.
///
/// ```
/// use rotor_stats::pearson;
/// assert!((pearson(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0])? - 0.8).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn pearson(left: &[f64], right: &[f64]) -> Result<f64, StatsError> {
    same_length(left.len(), right.len())?;
    enough(left, 2)?;
    let left = Centred::new(left)?.gaps;
    let right = Centred::new(right)?.gaps;
    // One root of the product, not two roots: a series then has the correlation 1 with itself, to the bit.
    let correlation = product(&left, &right) / (product(&left, &left) * product(&right, &right)).sqrt();
    Ok(correlation.clamp(-1.0, 1.0))
}

/// Returns the rank correlation of Spearman, -1 to 1: that of Pearson of the average ranks.
///
/// # Errors
///
/// As for [`pearson`].
///
/// ```
/// use rotor_stats::spearman;
/// assert_eq!(spearman(&[1.0, 2.0, 10.0], &[-5.0, 0.0, 0.1])?, 1.0);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn spearman(left: &[f64], right: &[f64]) -> Result<f64, StatsError> {
    same_length(left.len(), right.len())?;
    pearson(&ranks(left, Order::Ascending)?, &ranks(right, Order::Ascending)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spearman_with_ties_by_hand() {
        // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: covariance 4.5, variances 4.5 and 5.
        let found = spearman(&[1.0, 5.0, 5.0, 9.0], &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((found - (4.5_f64 / 5.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn sizes_cancel() {
        for size in [1e-300, 1e12, 1e300] {
            let left = [size, 2.0 * size, 3.0 * size];
            assert!((pearson(&left, &[3.0, 2.0, 1.0]).unwrap() + 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let two = [1.0, 2.0];
        assert_eq!(pearson(&two, &[3.0, 3.0]), Err(StatsError::NoVariation));
        assert_eq!(pearson(&two, &[3.0]), Err(StatsError::Lengths { expected: 2, found: 1 }));
        assert_eq!(pearson(&[], &[]), Err(StatsError::TooFew { n: 0, needed: 2 }));
        assert_eq!(spearman(&two, &[f64::NAN, 1.0]), Err(StatsError::NotFinite { position: 0 }));
    }
}
