//! Ranks with ties, and percentiles made of them.

use crate::StatsError;
use crate::decimal::{equal, less_than};
use crate::error::all_finite;

/// Which value has rank 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least value.
    Ascending,
    /// The largest value.
    Descending,
}

/// Returns the rank of each value, 1 to n; equal values share the average of the ranks they take up.
///
/// Values are compared exactly; [`round9`](crate::round9) first, if ties are those of decimal numbers.
///
/// # Errors
///
/// [`StatsError::NotFinite`] for NaN or infinity. No values have no ranks, which is no error.
///
/// ```
/// use rotor_stats::{Order, ranks};
/// assert_eq!(ranks(&[0.3, 0.1, 0.3, 0.9], Order::Ascending)?, [2.5, 1.0, 2.5, 4.0]);
/// assert_eq!(ranks(&[0.3, 0.1, 0.3, 0.9], Order::Descending)?, [2.5, 4.0, 2.5, 1.0]);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn ranks(values: &[f64], order: Order) -> Result<Vec<f64>, StatsError> {
    all_finite(values)?;
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|left, right| values[*left].total_cmp(&values[*right]));
    let mut ranks = vec![0.0; values.len()];
    let mut n_below = 0;
    for tied in places.chunk_by(|left, right| values[*left] == values[*right]) {
        let average = n_below as f64 + 0.5 * (tied.len() as f64 + 1.0);
        for place in tied {
            ranks[*place] = match order {
                Order::Ascending => average,
                Order::Descending => values.len() as f64 + 1.0 - average,
            };
        }
        n_below += tied.len();
    }
    Ok(ranks)
}

/// Returns where a value stands among values that it belongs to, in percent: 100 (those below + half of those equal) / n, above 0 and
/// below 100. Values that differ by less than the [tolerance](crate::TOLERANCE) are equal; NaN is none. `None` without values.
///
/// ```
/// use rotor_stats::percentile_among;
/// assert_eq!(percentile_among(2.0, [1.0, 2.0, 3.0, 4.0]), Some(37.5));
/// ```
pub fn percentile_among(value: f64, among: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut n, mut n_below, mut n_equal) = (0_u32, 0_u32, 0_u32);
    for other in among {
        n += u32::from(!other.is_nan());
        n_below += u32::from(less_than(other, value));
        n_equal += u32::from(equal(other, value));
    }
    (n > 0).then(|| 100.0 * (f64::from(n_below) + 0.5 * f64::from(n_equal)) / f64::from(n))
}

/// Returns the percentile of each value among them, (average ascending rank - 1/2) / n, above 0 and below 1.
///
/// # Errors
///
/// [`StatsError::NotFinite`] for NaN or infinity.
///
/// ```
/// use rotor_stats::percentiles;
/// assert_eq!(percentiles(&[7.0, 5.0])?, [0.75, 0.25]);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn percentiles(values: &[f64]) -> Result<Vec<f64>, StatsError> {
    let mut ranks = ranks(values, Order::Ascending)?;
    for rank in &mut ranks {
        *rank = (*rank - 0.5) / values.len() as f64;
    }
    Ok(ranks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_ranks() {
        assert_eq!(ranks(&[5.0; 4], Order::Ascending), Ok(vec![2.5; 4]));
        assert_eq!(ranks(&[0.0, -0.0, -1.0], Order::Ascending), Ok(vec![2.5, 2.5, 1.0]));
        assert_eq!(percentiles(&[5.0; 3]), Ok(vec![0.5; 3]));
        assert_eq!(ranks(&[], Order::Descending), Ok(vec![]));
        assert_eq!(ranks(&[0.0, f64::NAN], Order::Ascending), Err(StatsError::NotFinite { position: 1 }));
    }
}
