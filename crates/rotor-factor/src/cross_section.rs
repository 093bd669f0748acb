//! One value per sector on one day.

use std::fmt;

/// One value per sector on one day, in the order of the view's sectors.
///
/// A missing value is `None`; NaN counts as missing.
///
/// ```
/// use rotor_factor::CrossSection;
/// let (start, end) = (CrossSection::from_fn(2, |_| Some(100.0)), [Some(110.0), None].into_iter().collect());
/// let returns = CrossSection::zip_with(&end, &start, |end, start| end / start - 1.0);
/// assert_eq!(returns.to_string(), "0.1000, -");
/// ```
#[derive(Clone, Default)]
pub struct CrossSection {
    // Invariant: NaN stands for a missing value.
    values: Vec<f64>,
}

impl CrossSection {
    /// Returns the cross-section with the value that `value` gives for each of `n_sectors` positions.
    pub fn from_fn(n_sectors: usize, value: impl FnMut(usize) -> Option<f64>) -> Self {
        (0..n_sectors).map(value).collect()
    }

    /// Combines two cross-sections; the result has no value where one of them has none.
    ///
    /// # Panics
    ///
    /// If they are of different lengths.
    #[must_use]
    pub fn zip_with(a: &Self, b: &Self, mut combine: impl FnMut(f64, f64) -> f64) -> Self {
        assert_eq!(a.len(), b.len(), "cross-sections of one view are equally long");
        let value = |(a, b): (&f64, &f64)| if a.is_nan() || b.is_nan() { f64::NAN } else { combine(*a, *b) };
        Self { values: a.values.iter().zip(&b.values).map(value).collect() }
    }

    /// Applies a function to every value.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|x| if x.is_nan() { f64::NAN } else { change(*x) }).collect() }
    }

    /// Returns the number of sectors, with or without a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether there are no sectors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the value of a sector.
    ///
    /// # Panics
    ///
    /// If `sector` is not below [`CrossSection::len`].
    #[must_use]
    pub fn get(&self, sector: usize) -> Option<f64> {
        let value = self.values[sector];
        (!value.is_nan()).then_some(value)
    }

    /// Returns the values in the order of the sectors.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        self.values.iter().map(|value| (!value.is_nan()).then_some(*value))
    }

    /// Returns the values with NaN for a missing one, for inner loops.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.values
    }

    /// Returns the rank of each value in descending order, 1 for the largest; equal values share the mean of their
    /// ranks.
    ///
    /// Values are rounded to nine decimals first, because sums of decimal fractions that are equal on paper can differ in
    /// their last bits and would be ranked by them.
    #[must_use]
    pub fn descending_ranks(&self) -> Self {
        let rounded: Vec<f64> = self.values.iter().map(|value| round9(*value)).collect();
        let mut order: Vec<usize> = (0..rounded.len()).filter(|idx| !rounded[*idx].is_nan()).collect();
        order.sort_by(|a, b| rounded[*b].total_cmp(&rounded[*a]));
        let mut ranks = vec![f64::NAN; rounded.len()];
        let mut n_before = 0;
        for ties in order.chunk_by(|a, b| rounded[*a] == rounded[*b]) {
            let rank = n_before as f64 + f64::midpoint(ties.len() as f64, 1.0);
            for idx in ties {
                ranks[*idx] = rank;
            }
            n_before += ties.len();
        }
        Self { values: ranks }
    }
}

/// Rounds to nine decimals; numbers too large to have decimals are unchanged, and negative zero becomes zero.
fn round9(value: f64) -> f64 {
    let scaled = value * 1e9;
    if scaled.abs() < 9e15 { scaled.round() / 1e9 + 0.0 } else { value }
}

impl FromIterator<Option<f64>> for CrossSection {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        Self { values: values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect() }
    }
}

/// Equal values at equal places; two missing values are equal.
impl PartialEq for CrossSection {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// The values with four decimals, `-` for a missing one.
impl fmt::Display for CrossSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, value) in self.iter().enumerate() {
            f.write_str(if idx == 0 { "" } else { ", " })?;
            match value {
                Some(value) => write!(f, "{value:.4}")?,
                None => f.write_str("-")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for CrossSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CrossSection({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_share_places_and_leave_out_the_missing() {
        let values: CrossSection =
            [Some(0.1 + 0.2), Some(-1.0), None, Some(0.3), Some(7.0)].into_iter().collect();
        assert_eq!(values.descending_ranks().to_string(), "2.5000, 4.0000, -, 2.5000, 1.0000");
        let zeros: CrossSection = [Some(0.0), Some(-0.0), Some(-1e-12)].into_iter().collect();
        assert_eq!(zeros.descending_ranks().to_string(), "2.0000, 2.0000, 2.0000");
    }
}
