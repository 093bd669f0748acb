//! Eigenvalues of symmetric matrices, such as correlation matrices: to a tridiagonal matrix by reflections, then by implicit QL steps.
//!
//! Eigenvectors are left out; without them a matrix of 120 columns takes two milliseconds. Source: Golub and Van Loan, Matrix
//! Computations, fourth edition (2013), sections 8.3.1 and 8.3.3; Martin, Reinsch and Wilkinson (1968), Numerische Mathematik 11,
//! 181–195; Dubrulle, Martin and Wilkinson (1968), Numerische Mathematik 12, 377–383.

use crate::StatsError;
use crate::error::all_finite;
use crate::lanes::scale;

/// Steps for one eigenvalue; two are usual.
const MAX_STEPS: usize = 60;

/// What rounding may leave of an eigenvalue of 0, in units of size times the largest times 2.2e-16.
const ROUNDING: f64 = 16.0;

/// Returns the eigenvalues of a symmetric matrix, the largest first; of the matrix the lower triangle is read, row by row.
///
/// Their errors are some units of 2.2e-16 times the largest in size. What is within such an error of 0 is exactly 0, so that the roots
/// of the eigenvalues of a correlation matrix exist and do not add up rounding.
///
/// # Errors
///
/// [`StatsError::Shape`] unless the values fill a matrix of `size` by `size` that is not empty, [`StatsError::NotFinite`] for NaN or
/// infinity.
///
/// ```
/// use rotor_stats::symmetric_eigenvalues;
/// let found = symmetric_eigenvalues(&[2.0, 1.0, 1.0, 2.0], 2)?;
/// assert!((found[0] - 3.0).abs() < 1e-15 && (found[1] - 1.0).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn symmetric_eigenvalues(matrix: &[f64], size: usize) -> Result<Vec<f64>, StatsError> {
    if size == 0 || size.checked_mul(size) != Some(matrix.len()) {
        return Err(StatsError::Shape { n_values: matrix.len(), n_rows: size, n_columns: size });
    }
    all_finite(matrix)?;
    let factor = scale(matrix).unwrap_or(1.0);
    let mut rows: Vec<Vec<f64>> =
        matrix.chunks_exact(size).map(|row| row.iter().map(|value| value * factor).collect()).collect();
    let (mut diagonal, mut beside) = tridiagonal(&mut rows);
    reduce(&mut diagonal, &mut beside);
    diagonal.sort_unstable_by(|left, right| right.total_cmp(left));
    let largest = diagonal[0].abs().max(diagonal[size - 1].abs());
    let least = ROUNDING * size as f64 * f64::EPSILON * largest;
    Ok(diagonal.into_iter().map(|value| if value.abs() > least { value / factor } else { 0.0 }).collect())
}

/// Reflects a matrix until it has entries on the diagonal and beside it only; returns those, the latter below the diagonal with a 0 at
/// the end.
fn tridiagonal(rows: &mut [Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let size = rows.len();
    let mut beside = vec![0.0; size];
    for row in (1..size).rev() {
        let (above, below) = rows.split_at_mut(row);
        let reflected = &mut below[0][..row];
        let sum: f64 = reflected.iter().map(|value| value.abs()).sum();
        if row == 1 || sum == 0.0 {
            beside[row] = reflected[row - 1];
            continue;
        }
        for value in reflected.iter_mut() {
            *value /= sum;
        }
        let square: f64 = reflected.iter().map(|value| value * value).sum();
        let last = reflected[row - 1];
        let length = -square.sqrt().copysign(last);
        let half = square - last * length;
        reflected[row - 1] = last - length;
        // The matrix times the vector, of which only the lower triangle is there.
        let mut product = vec![0.0; row];
        for (position, line) in above.iter().enumerate() {
            let mut sum = 0.0;
            for (column, value) in line[..position].iter().enumerate() {
                sum += value * reflected[column];
                product[column] += value * reflected[position];
            }
            product[position] += sum + line[position] * reflected[position];
        }
        let mut along = 0.0;
        for (value, entry) in product.iter_mut().zip(&*reflected) {
            *value /= half;
            along += *value * entry;
        }
        let along = along / (2.0 * half);
        for (value, entry) in product.iter_mut().zip(&*reflected) {
            *value -= along * entry;
        }
        for (position, line) in above.iter_mut().enumerate() {
            let (left, right) = (reflected[position], product[position]);
            for (column, value) in line[..=position].iter_mut().enumerate() {
                *value -= left * product[column] + right * reflected[column];
            }
        }
        beside[row] = sum * length;
    }
    beside.rotate_left(1);
    (rows.iter().enumerate().map(|(position, row)| row[position]).collect(), beside)
}

/// Turns the diagonal of a tridiagonal matrix into its eigenvalues.
fn reduce(diagonal: &mut [f64], beside: &mut [f64]) {
    let size = diagonal.len();
    for first in 0..size {
        for _ in 0..MAX_STEPS {
            let is_split = |at: &usize| {
                beside[*at].abs() <= f64::EPSILON * (diagonal[*at].abs() + diagonal[*at + 1].abs())
            };
            let last = (first..size - 1).find(is_split).unwrap_or(size - 1);
            if last == first {
                break;
            }
            step(diagonal, beside, first, last);
        }
    }
}

/// One implicit QL step, with the shift of Wilkinson.
fn step(diagonal: &mut [f64], beside: &mut [f64], first: usize, last: usize) {
    let ratio = (diagonal[first + 1] - diagonal[first]) / (2.0 * beside[first]);
    let length = libm::hypot(ratio, 1.0).copysign(ratio);
    let mut bulge = diagonal[last] - diagonal[first] + beside[first] / (ratio + length);
    let (mut sine, mut cosine, mut shift) = (1.0, 1.0, 0.0);
    for at in (first..last).rev() {
        let (turned, kept) = (sine * beside[at], cosine * beside[at]);
        let length = libm::hypot(turned, bulge);
        beside[at + 1] = length;
        if length == 0.0 {
            // The matrix falls apart here.
            diagonal[at + 1] -= shift;
            beside[last] = 0.0;
            return;
        }
        (sine, cosine) = (turned / length, bulge / length);
        let rest = diagonal[at + 1] - shift;
        let mixed = (diagonal[at] - rest) * sine + 2.0 * cosine * kept;
        shift = sine * mixed;
        diagonal[at + 1] = rest + shift;
        bulge = cosine * mixed - kept;
    }
    diagonal[first] -= shift;
    beside[first] = bulge;
    beside[last] = 0.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix with 2 on the diagonal and -1 beside it has the eigenvalues 2 - 2cos(kπ/(n + 1)).
    #[test]
    fn a_chain_of_springs() {
        let n = 40;
        let entry = |row: usize, column: usize| match row.abs_diff(column) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let matrix: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
        let found = symmetric_eigenvalues(&matrix, n).unwrap();
        for (k, value) in found.iter().rev().enumerate() {
            let expected = 2.0 - 2.0 * libm::cos((k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64);
            assert!((value - expected).abs() < 1e-13, "{value} is not {expected}");
        }
    }

    /// All correlations ρ: once 1 + (n - 1)ρ, and n - 1 times 1 - ρ.
    #[test]
    fn equal_correlations() {
        for (n, rho) in [(1, 0.0), (2, 1.0), (7, 0.6), (50, 0.9), (50, 1.0)] {
            let matrix: Vec<f64> = (0..n * n).map(|at| if at / n == at % n { 1.0 } else { rho }).collect();
            let found = symmetric_eigenvalues(&matrix, n).unwrap();
            assert!((found[0] - (1.0 + (n - 1) as f64 * rho)).abs() < 1e-12);
            assert!(found[1..].iter().all(|value| (value - (1.0 - rho)).abs() < 1e-13), "{found:?}");
        }
    }

    #[test]
    fn what_is_no_matrix_is_refused() {
        assert_eq!(
            symmetric_eigenvalues(&[1.0; 3], 2),
            Err(StatsError::Shape { n_values: 3, n_rows: 2, n_columns: 2 })
        );
        assert!(symmetric_eigenvalues(&[], 0).is_err());
        assert_eq!(symmetric_eigenvalues(&[f64::NAN], 1), Err(StatsError::NotFinite { position: 0 }));
        assert_eq!(symmetric_eigenvalues(&[0.0; 9], 3), Ok(vec![0.0; 3]));
    }
}
