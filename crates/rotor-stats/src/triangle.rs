//! Householder reflections: from columns to a triangle.
//!
//! The columns lie one after the other, padded with rows of zeros to a multiple of eight. Reflections start
//! at a multiple of eight too, with zeros above the diagonal, so that no inner loop has a remainder. Column
//! scaling by powers of two changes no bit of the reflections, so callers scale to keep squares in range.

use crate::lanes::{LANES, dot, subtract};

/// A column whose remainder is shorter than this, with entries near 1, is one that the columns before it
/// span; squares of anything shorter would underflow.
const NEGLIGIBLE: f64 = 1e-140;

/// Reflects `n_columns + 1` columns in place so that the first ones become the triangle R and the last one,
/// the target y, becomes Q'y.
///
/// R goes to `triangle`, `n_columns` entries a column, and its lower part is left alone. The head of Q'y, as
/// long as R is wide, goes to `head`. Returns the sum of squares of the rest of Q'y, which is the residual
/// sum of squares when R is regular. Every input is finite and no larger than 4.
pub(crate) fn reflect(
    columns: &mut [f64],
    n_padded: usize,
    n_columns: usize,
    triangle: &mut [f64],
    head: &mut [f64],
) -> f64 {
    for pivot in 0..n_columns {
        let (left, right) = columns.split_at_mut((pivot + 1) * n_padded);
        let column = &mut left[pivot * n_padded..];
        let diagonal = &mut triangle[pivot * n_columns..][..=pivot];
        diagonal[..pivot].copy_from_slice(&column[..pivot]);

        let start = pivot / LANES * LANES;
        column[start..pivot].fill(0.0);
        let column = &mut column[start..];
        let length = dot(column, column).sqrt();
        if length < NEGLIGIBLE {
            diagonal[pivot] = 0.0;
            continue;
        }
        // The sign that makes the reflection's vector longer, not shorter: no cancellation.
        let first = column[pivot - start];
        let reflected = -length.copysign(first);
        column[pivot - start] = first - reflected;
        diagonal[pivot] = reflected;
        // Half the squared length of the vector is -reflected * (first - reflected).
        let inverse = -1.0 / (reflected * (first - reflected));
        for other in right.chunks_exact_mut(n_padded) {
            let other = &mut other[start..];
            let factor = dot(column, other) * inverse;
            subtract(other, factor, column);
        }
    }
    let target = &mut columns[n_columns * n_padded..];
    head.copy_from_slice(&target[..n_columns]);
    let start = n_columns / LANES * LANES;
    target[start..n_columns].fill(0.0);
    dot(&target[start..], &target[start..])
}

/// An upper triangle, borrowed: `size` entries a column, of which those below the diagonal are not read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Triangle<'a> {
    pub(crate) entries: &'a [f64],
    pub(crate) size: usize,
}

impl<'a> Triangle<'a> {
    /// Returns a column down to its diagonal.
    pub(crate) fn column(&self, column: usize) -> &'a [f64] {
        &self.entries[column * self.size..][..=column]
    }

    fn diagonal(&self, column: usize) -> f64 {
        self.entries[column * self.size + column]
    }

    /// Replaces the right-hand side of R x = b by x. The diagonal has no zero.
    pub(crate) fn solve(&self, values: &mut [f64]) {
        for pivot in (0..values.len()).rev() {
            let solved = values[pivot] / self.diagonal(pivot);
            values[pivot] = solved;
            for (value, entry) in values[..pivot].iter_mut().zip(self.column(pivot)) {
                *value -= solved * entry;
            }
        }
    }

    /// Replaces the right-hand side of R'x = b by x. The diagonal has no zero.
    pub(crate) fn solve_transposed(&self, values: &mut [f64]) {
        for pivot in 0..values.len() {
            let known: f64 =
                values[..pivot].iter().zip(self.column(pivot)).map(|(value, entry)| value * entry).sum();
            values[pivot] = (values[pivot] - known) / self.diagonal(pivot);
        }
    }

    /// Says whether some diagonal entry is exactly zero.
    pub(crate) fn is_singular(&self) -> bool {
        (0..self.size).any(|column| self.diagonal(column) == 0.0)
    }

    /// Says whether every singular value of R·diag(weights) is certain to be at least `cutoff` times the
    /// largest: a bound that costs a back substitution and may say no where the answer is yes.
    ///
    /// The weights are positive. The largest singular value is at most the Frobenius norm, and the least at
    /// least 1 / (√p ‖R⁻¹‖∞), where ‖R⁻¹‖∞ is bounded by the solution of M w = (1, …, 1) with M the comparison
    /// matrix of R: |diagonal| and -|rest|. Source: Higham, Accuracy and Stability of Numerical Algorithms,
    /// second edition (2002), section 8.3.
    pub(crate) fn is_surely_regular(&self, weights: &[f64], cutoff: f64, scratch: &mut [f64]) -> bool {
        if cutoff == 0.0 {
            return !self.is_singular();
        }
        let mut squares = 0.0;
        let mut bound = 0.0_f64;
        scratch.fill(1.0);
        for pivot in (0..self.size).rev() {
            let solved = scratch[pivot] / self.diagonal(pivot).abs();
            let column = self.column(pivot);
            for (value, entry) in scratch[..pivot].iter_mut().zip(column) {
                *value += solved * entry.abs();
            }
            bound = bound.max(solved / weights[pivot]);
            let length: f64 = column.iter().map(|entry| entry * entry).sum();
            squares += weights[pivot] * weights[pivot] * length;
        }
        // An infinite bound makes this infinite or NaN, neither of which is below 1.
        (self.size as f64 * squares).sqrt() * bound * cutoff < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_solves_both_ways() {
        let triangle = Triangle { entries: &[2.0, f64::NAN, 1.0, 4.0], size: 2 };
        let mut values = [4.0, 8.0];
        triangle.solve(&mut values);
        assert_eq!(values, [1.0, 2.0]);
        let mut values = [4.0, 10.0];
        triangle.solve_transposed(&mut values);
        assert_eq!(values, [2.0, 2.0]);
    }

    #[test]
    fn the_bound_is_never_too_good() {
        // Singular values of diag(1, s) are known; the bound may be off by √p and the Frobenius norm.
        for exponent in 1..15 {
            let small = 10.0_f64.powi(-exponent);
            let triangle = Triangle { entries: &[1.0, 0.0, 0.0, small], size: 2 };
            let says = |cutoff| triangle.is_surely_regular(&[1.0, 1.0], cutoff, &mut [0.0; 2]);
            assert!(!says(1.01 * small) && says(small / 3.0));
        }
        let singular = Triangle { entries: &[1.0, 0.0, 1.0, 0.0], size: 2 };
        assert!(singular.is_singular());
        assert!(!singular.is_surely_regular(&[1.0, 1.0], 0.0, &mut [0.0; 2]));
    }

    #[test]
    fn three_four_five() {
        let mut columns = vec![0.0; 16];
        columns[..2].copy_from_slice(&[3.0, 4.0]);
        columns[8..11].copy_from_slice(&[1.0, 1.0, 2.0]);
        let (mut triangle, mut head) = ([0.0], [0.0]);
        let rest = reflect(&mut columns, 8, 1, &mut triangle, &mut head);
        assert_eq!(triangle, [-5.0]);
        assert!((head[0] + 1.4).abs() < 1e-15 && (rest - 4.04).abs() < 1e-15);
    }
}
