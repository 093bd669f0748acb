//! Least squares by the singular value decomposition.

use nalgebra::{DMatrix, DVector};

use super::{is_constant, mean};

/// Singular values below this part of the largest count as zero.
const CUTOFF: f64 = 1e-10;

/// Least squares on standardised regressors with a constant.
#[derive(Clone, Debug)]
pub(super) struct Standardised {
    constant: f64,
    /// For each regressor its mean, its deviation and its coefficient; `None` if it does not vary.
    regressors: Vec<Option<(f64, f64, f64)>>,
}

impl Standardised {
    /// Fits rows of regressors to values; `ridge` punishes the sum of the squared coefficients.
    pub(super) fn fit(rows: &[Vec<f64>], values: &[f64], ridge: f64) -> Self {
        let constant = mean(values);
        let n_regressors = rows[0].len();
        let column = |j: usize| rows.iter().map(|row| row[j]).collect::<Vec<f64>>();
        let mut regressors = vec![None; n_regressors];
        let varying: Vec<usize> = (0..n_regressors).filter(|j| !is_constant(&column(*j))).collect();
        if varying.is_empty() {
            return Self { constant, regressors };
        }
        let scales: Vec<(f64, f64)> = varying.iter().map(|j| mean_and_deviation(&column(*j))).collect();
        let z = DMatrix::from_fn(rows.len(), varying.len(), |i, k| {
            (rows[i][varying[k]] - scales[k].0) / scales[k].1
        });
        let y = DVector::from_iterator(values.len(), values.iter().map(|value| value - constant));
        let Decomposed { u, s, v } = decompose(&z);
        let largest = s.iter().copied().fold(0.0, f64::max);
        let mut coefficients = DVector::zeros(varying.len());
        for i in 0..s.len() {
            if s[i] >= CUTOFF * largest {
                coefficients += v.column(i) * (u.column(i).dot(&y) * s[i] / (s[i] * s[i] + ridge));
            }
        }
        for (k, j) in varying.iter().enumerate() {
            regressors[*j] = Some((scales[k].0, scales[k].1, coefficients[k]));
        }
        Self { constant, regressors }
    }

    /// Returns what the fit says of one row of regressors.
    pub(super) fn at(&self, row: &[f64]) -> f64 {
        let mut value = self.constant;
        for (x, regressor) in row.iter().zip(&self.regressors) {
            if let Some((mean, deviation, coefficient)) = regressor {
                value += coefficient * (x - mean) / deviation;
            }
        }
        value
    }
}

/// Ordinary least squares with what it takes to test a combination of coefficients.
#[derive(Clone, Debug)]
pub(super) struct Ordinary {
    /// One a column.
    pub(super) coefficients: DVector<f64>,
    /// What the values differ from the fit.
    residuals: DVector<f64>,
    u: DMatrix<f64>,
    s: DVector<f64>,
    v: DMatrix<f64>,
}

impl Ordinary {
    /// Fits rows to values; `None` if the columns depend on each other.
    pub(super) fn fit(rows: &[Vec<f64>], values: &[f64]) -> Option<Self> {
        let x = DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j]);
        let y = DVector::from_column_slice(values);
        let Decomposed { u, s, v } = decompose(&x);
        let largest = s.iter().copied().fold(0.0, f64::max);
        if x.nrows() < x.ncols() || s.iter().any(|s| *s <= CUTOFF * largest) {
            return None;
        }
        let coefficients = &v * (u.transpose() * &y).component_div(&s);
        let residuals = &y - &u * (u.transpose() * &y);
        Some(Self { coefficients, residuals, u, s, v })
    }

    /// Returns the residual sum of squares.
    pub(super) fn rss(&self) -> f64 {
        self.residuals.iter().map(|e| e * e).sum()
    }

    /// Returns the number of rows less the number of columns.
    pub(super) fn degrees_of_freedom(&self) -> f64 {
        self.u.nrows() as f64 - self.u.ncols() as f64
    }

    /// Returns the variance of Σ c b by the covariance s²(X'X)⁻¹.
    pub(super) fn classic_variance(&self, c: &[f64]) -> f64 {
        self.influence(c).norm_squared() * self.rss() / self.degrees_of_freedom()
    }

    /// Returns the variance of Σ c b by the covariance of Newey and West with the weights of Bartlett.
    pub(super) fn newey_west_variance(&self, c: &[f64], lag: usize) -> f64 {
        let moved = self.influence(c).component_mul(&self.residuals);
        let mut variance = 0.0;
        for t in 0..moved.len() {
            variance += moved[t] * moved[t];
            for l in 1..=lag.min(t) {
                variance += 2.0 * (1.0 - l as f64 / (lag as f64 + 1.0)) * moved[t] * moved[t - l];
            }
        }
        variance
    }

    /// How much each value moves Σ c b: X(X'X)⁻¹c. The product of the whole matrices would lose half of the digits where
    /// the columns nearly depend on each other.
    fn influence(&self, c: &[f64]) -> DVector<f64> {
        let c = DVector::from_column_slice(c);
        &self.u * (self.v.transpose() * c).component_div(&self.s)
    }
}

/// X = U diag(s) V'; the columns of U that belong to singular values of zero are zero.
struct Decomposed {
    u: DMatrix<f64>,
    s: DVector<f64>,
    v: DMatrix<f64>,
}

/// Decomposes a matrix by the rotations of Jacobi: columns are turned against each other until all are at right angles.
///
/// The decomposition of `nalgebra` 0.35 is wrong in the third digit where two singular values are nearly equal.
fn decompose(x: &DMatrix<f64>) -> Decomposed {
    const MOST_SWEEPS: usize = 100;
    let n_columns = x.ncols();
    let identity = DMatrix::identity(n_columns, n_columns);
    let (mut turned, mut v) = (x.clone(), identity.clone());
    for _ in 0..MOST_SWEEPS {
        let mut n_turns = 0;
        for first in 0..n_columns {
            for second in first + 1..n_columns {
                let Some((cosine, sine)) = rotation(&turned, first, second) else { continue };
                for matrix in [&mut turned, &mut v] {
                    let (p, q) = (matrix.column(first).clone_owned(), matrix.column(second).clone_owned());
                    matrix.set_column(first, &(&p * cosine - &q * sine));
                    matrix.set_column(second, &(&p * sine + &q * cosine));
                }
                n_turns += 1;
            }
        }
        if n_turns == 0 {
            break;
        }
    }
    let s = DVector::from_iterator(n_columns, turned.column_iter().map(|column| column.norm()));
    let mut u = turned;
    for (mut column, size) in u.column_iter_mut().zip(&s) {
        if *size > 0.0 {
            column /= *size;
        }
    }
    let again = &u * DMatrix::from_diagonal(&s) * v.transpose();
    assert!((again - x).norm() <= 1e-12 * x.norm(), "the product is the matrix");
    assert!((v.transpose() * &v - identity).norm() <= 1e-12, "the rotations are rotations");
    Decomposed { u, s, v }
}

/// The cosine and the sine that bring two columns to right angles; `None` if they are there already.
fn rotation(columns: &DMatrix<f64>, first: usize, second: usize) -> Option<(f64, f64)> {
    let (p, q) = (columns.column(first), columns.column(second));
    let (size_p, size_q, product) = (p.norm_squared(), q.norm_squared(), p.dot(&q));
    if product.abs() <= 1e-15 * (size_p * size_q).sqrt() {
        return None;
    }
    let zeta = (size_q - size_p) / (2.0 * product);
    let tangent = 1.0_f64.copysign(zeta) / (zeta.abs() + zeta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    Some((cosine, cosine * tangent))
}

/// The mean and the standard deviation with n − 1.
fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    let sum_of_squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (sum_of_squares / (values.len() as f64 - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_numbers_of_the_method_come_out() {
        // Section 6.2-5.
        let cpi = [1.0, 1.4, 1.6, 1.8, 2.2, 2.1, 1.8, 2.3, 2.2, 1.8];
        let ppi = [7.4, 5.8, 6.2, 5.9, 3.7, 4.1, 4.1, 2.3, 0.2, 0.5];
        let margins = [24.1, 24.9, 25.0, 25.3, 26.2, 25.7, 25.6, 26.9, 27.3, 26.6];
        let rows: Vec<Vec<f64>> = cpi.iter().zip(ppi).map(|(cpi, ppi)| vec![1.0, *cpi, ppi]).collect();
        let fit = Ordinary::fit(&rows, &margins).unwrap();
        let found = [
            fit.coefficients[0],
            fit.coefficients[1],
            fit.coefficients[2],
            fit.classic_variance(&[0.0, 1.0, 0.0]),
            fit.classic_variance(&[0.0, 0.0, 1.0]),
            fit.classic_variance(&[0.0, 1.0, -1.0]).sqrt(),
        ];
        let expected = [25.146_660_4, 0.946_832_9, -0.276_093_6, 0.037_054_349_7, 0.001_047_176, 0.170_939_0];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 5.1e-8, "{found} is not {expected}");
        }
    }

    #[test]
    fn nearly_equal_singular_values_are_told_apart() {
        let x = DMatrix::from_row_slice(3, 2, &[3.0, 1e-9, 0.0, 3.0, 0.0, 0.0]);
        let Decomposed { u, s, .. } = decompose(&x);
        assert!((s[0] * s[1] - 9.0).abs() < 1e-14);
        assert!(u.column(0).dot(&u.column(1)).abs() < 1e-14);
    }

    #[test]
    fn equal_regressors_share_the_coefficient() {
        let rows: Vec<Vec<f64>> = (0..5).map(|i| vec![f64::from(i), f64::from(i), 7.0]).collect();
        let fit = Standardised::fit(&rows, &[1.0, 3.0, 5.0, 7.0, 9.0], 0.0);
        assert!((fit.at(&[10.0, 10.0, -3.0]) - 21.0).abs() < 1e-12);
        assert!((fit.at(&[10.0, 0.0, 7.0]) - 11.0).abs() < 1e-12);
    }
}
