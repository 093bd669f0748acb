//! How uncertain coefficients are: covariances, effects of linear combinations, tests of restrictions.

use crate::distributions::{f_p_value, student_p_value};
use crate::error::{all_finite, finite, same_length};
use crate::triangle::Triangle;
use crate::{Columns, StatsError};

/// The covariance matrix of the coefficients of a fit, with its degrees of freedom.
///
/// Made by [`Fit::covariance`](crate::Fit::covariance) and [`Fit::newey_west`](crate::Fit::newey_west).
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance {
    // Invariant: size * size finite values, symmetric to the bit.
    values: Vec<f64>,
    size: usize,
    degrees_of_freedom: usize,
}

/// A linear combination of coefficients with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The combination of the coefficients.
    pub estimate: f64,
    /// Its variance, never negative.
    pub variance: f64,
    /// The degrees of freedom of its t statistic.
    pub degrees_of_freedom: usize,
}

/// A test of several linear restrictions at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FTest {
    /// The F statistic: the Wald statistic divided by the number of restrictions.
    pub statistic: f64,
    /// The number of restrictions.
    pub n_restrictions: usize,
    /// The degrees of freedom of the covariance.
    pub degrees_of_freedom: usize,
    /// The probability of an F at least as large if the restrictions hold.
    pub p_value: f64,
}

/// A restriction on coefficients: the combination with these weights is expected to have this value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Restriction<'a> {
    /// One weight a coefficient.
    pub weights: &'a [f64],
    /// What the combination is under the hypothesis tested.
    pub value: f64,
}

impl Covariance {
    /// Returns the number of coefficients.
    #[must_use]
    pub fn n_coefficients(&self) -> usize {
        self.size
    }

    /// Returns the degrees of freedom of tests with it.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees_of_freedom
    }

    /// Returns the covariance of two coefficients.
    ///
    /// # Panics
    ///
    /// If one of them is not below [`Covariance::n_coefficients`].
    #[must_use]
    pub fn get(&self, left: usize, right: usize) -> f64 {
        assert!(left < self.size, "coefficient {left} of {}", self.size);
        self.values[right * self.size..][..self.size][left]
    }

    /// Returns the combination c'b of the coefficients with its variance c'Vc.
    ///
    /// # Errors
    ///
    /// [`StatsError::Lengths`] unless both slices have one entry a coefficient, [`StatsError::NotFinite`] for NaN
    /// or infinity in them, [`StatsError::Overflow`] if the result exceeds 1.8e308.
    ///
    /// # Examples
    ///
    /// ```
    /// use rotor_stats::{Columns, RANK_CUTOFF, Workspace, least_squares};
    /// let x = Columns::new(&[1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0], 4, 2)?;
    /// let mut workspace = Workspace::new();
    /// let fit = least_squares(x, &[1.0, 3.0, 6.0, 6.0], RANK_CUTOFF, &mut workspace)?;
    /// // Mean 4, slope 2, residuals -1, 1, 0, 0: s² = 1, each coefficient has the variance 1/4.
    /// let sum = fit.covariance()?.effect(fit.coefficients(), &[1.0, 1.0])?;
    /// assert!((sum.estimate - 6.0).abs() < 1e-14);
    /// assert!((sum.variance - 0.5).abs() < 1e-14);
    /// # Ok::<(), rotor_stats::StatsError>(())
    /// ```
    pub fn effect(&self, coefficients: &[f64], combination: &[f64]) -> Result<Effect, StatsError> {
        self.check(coefficients)?;
        self.check(combination)?;
        Ok(Effect {
            estimate: finite(product(coefficients, combination))?,
            // Rounding may make a variance that is zero slightly negative.
            variance: finite(self.mixed(combination, combination))?.max(0.0),
            degrees_of_freedom: self.degrees_of_freedom,
        })
    }

    /// Tests whether all restrictions hold: F = (Rb - r)'(RVR')⁻¹(Rb - r) / m for m of them.
    ///
    /// With the classic covariance this is the F test of the textbooks; with Newey and West's it is the
    /// Wald test in its F form, whose size is right in large samples only.
    ///
    /// # Errors
    ///
    /// [`StatsError::TooFew`] without restrictions, [`StatsError::Lengths`] and [`StatsError::NotFinite`] for
    /// weights or coefficients that do not fit or are not numbers, [`StatsError::DependentRestrictions`] if a
    /// restriction follows from the others or concerns what has no variance, [`StatsError::Overflow`].
    ///
    /// # Source
    ///
    /// Greene, Econometric Analysis, eighth edition (2018), section 5.3.
    pub fn f_test(
        &self,
        coefficients: &[f64],
        restrictions: &[Restriction<'_>],
    ) -> Result<FTest, StatsError> {
        self.check(coefficients)?;
        if restrictions.is_empty() {
            return Err(StatsError::TooFew { n: 0, needed: 1 });
        }
        let n_restrictions = restrictions.len();
        let mut gaps = Vec::with_capacity(n_restrictions);
        let mut factor = vec![0.0; n_restrictions * n_restrictions];
        for (row, restriction) in restrictions.iter().enumerate() {
            self.check(restriction.weights)?;
            gaps.push(finite(product(coefficients, restriction.weights) - restriction.value)?);
            for (column, other) in restrictions[..=row].iter().enumerate() {
                factor[column + row * n_restrictions] =
                    finite(self.mixed(restriction.weights, other.weights))?;
            }
        }
        let statistic = mahalanobis(&mut factor, &mut gaps)? / n_restrictions as f64;
        let p_value = f_p_value(statistic, n_restrictions as f64, self.degrees_of_freedom as f64)?;
        let degrees_of_freedom = self.degrees_of_freedom;
        Ok(FTest { statistic, n_restrictions, degrees_of_freedom, p_value })
    }

    /// Returns left' V right.
    fn mixed(&self, left: &[f64], right: &[f64]) -> f64 {
        self.values
            .chunks_exact(self.size)
            .zip(right)
            .map(|(column, right)| product(column, left) * right)
            .sum()
    }

    fn check(&self, values: &[f64]) -> Result<(), StatsError> {
        same_length(self.size, values.len())?;
        all_finite(values)
    }
}

impl Effect {
    /// Returns the square root of the variance.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Returns the estimate in standard errors; `None` where the variance is zero.
    #[must_use]
    pub fn t(&self) -> Option<f64> {
        let t = self.estimate / self.standard_error();
        t.is_finite().then_some(t)
    }

    /// Returns the two-sided p-value of "the effect is zero"; `None` where the variance is zero.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        student_p_value(self.t()?, self.degrees_of_freedom as f64).ok()
    }
}

/// Returns the usual lag of Newey and West for a series of `n` values, ⌊4 (n / 100)^(2/9)⌋.
///
/// # Source
///
/// Newey and West (1994), Review of Economic Studies 61(4), 631–653, with their constant 4.
///
/// ```
/// use rotor_stats::newey_west_lag;
/// assert_eq!([newey_west_lag(60), newey_west_lag(100), newey_west_lag(300)], [3, 4, 5]);
/// ```
#[must_use]
pub fn newey_west_lag(n: usize) -> usize {
    (4.0 * libm::pow(n as f64 / 100.0, 2.0 / 9.0)) as usize
}

/// The inverse of R, from which all covariances of coefficients come.
pub(crate) struct Influence<'a> {
    // The rows of the inverse, `size` entries each, of which those left of the diagonal are zero.
    inverse: Vec<f64>,
    triangle: Triangle<'a>,
    // What each column was multiplied by before R was taken.
    scales: &'a [f64],
}

impl<'a> Influence<'a> {
    /// Inverts a triangle without zeros on its diagonal.
    pub(crate) fn new(triangle: Triangle<'a>, scales: &'a [f64]) -> Self {
        let size = triangle.size;
        let mut inverse = vec![0.0; size * size];
        let mut column = vec![0.0; size];
        for idx in 0..size {
            column.fill(0.0);
            column[idx] = 1.0;
            // Below the diagonal the inverse is zero, as R is.
            triangle.solve(&mut column[..=idx]);
            for (row, value) in column[..=idx].iter().enumerate() {
                inverse[row * size + idx] = *value;
            }
        }
        Self { inverse, triangle, scales }
    }

    /// Returns the covariance for independent residuals of this variance.
    pub(crate) fn classic(&self, variance: f64, degrees_of_freedom: usize) -> Result<Covariance, StatsError> {
        let size = self.triangle.size;
        let mut values = Vec::with_capacity(size * size);
        for (right, right_scale) in self.inverse.chunks_exact(size).zip(self.scales) {
            for (left, left_scale) in self.inverse.chunks_exact(size).zip(self.scales) {
                values.push(finite(product(left, right) * variance * (left_scale * right_scale))?);
            }
        }
        Ok(Covariance { values, size, degrees_of_freedom })
    }

    /// Returns the covariance for residuals that are correlated over up to `lag` rows.
    ///
    /// A residual e of row x moves the coefficients by (X'X)⁻¹x e; the covariance of the sum of these moves is
    /// the sum of their products at all lags, weighted.
    pub(crate) fn newey_west(
        &self,
        x: Columns<'_>,
        residuals: &[f64],
        lag: usize,
        degrees_of_freedom: usize,
    ) -> Result<Covariance, StatsError> {
        let size = self.triangle.size;
        let mut moves = vec![0.0; size * residuals.len()];
        for (row, (target, residual)) in moves.chunks_exact_mut(size).zip(residuals).enumerate() {
            for ((target, column), scale) in target.iter_mut().zip(x.each()).zip(self.scales) {
                *target = column[row] * scale;
            }
            self.triangle.solve_transposed(target);
            self.triangle.solve(target);
            for (target, scale) in target.iter_mut().zip(self.scales) {
                *target *= scale * residual;
            }
        }
        // Σ_l w_l Σ_t (m_t m'_(t-l) + m_(t-l) m'_t) is Σ_t (m_t s'_t + s_t m'_t) with s_t the weighted sum of the
        // moves up to t, the one of t itself by half.
        let mut values = vec![0.0; size * size];
        let mut sums = vec![0.0; size];
        for (row, current) in moves.chunks_exact(size).enumerate() {
            for (sum, entry) in sums.iter_mut().zip(current) {
                *sum = 0.5 * entry;
            }
            for shift in 1..=lag.min(row) {
                let weight = 1.0 - shift as f64 / (lag as f64 + 1.0);
                for (sum, entry) in sums.iter_mut().zip(&moves[(row - shift) * size..]) {
                    *sum += weight * entry;
                }
            }
            for (column, target) in values.chunks_exact_mut(size).enumerate() {
                for ((target, sum), entry) in target.iter_mut().zip(&sums).zip(current) {
                    *target += entry * sums[column] + sum * current[column];
                }
            }
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(StatsError::Overflow);
        }
        Ok(Covariance { values, size, degrees_of_freedom })
    }
}

/// Returns g'A⁻¹g for a symmetric matrix of which the rows are given up to the diagonal, by Cholesky.
fn mahalanobis(matrix: &mut [f64], gaps: &mut [f64]) -> Result<f64, StatsError> {
    // What rounding leaves of a pivot that ought to be zero is of this share of the entry it came from.
    const NEGLIGIBLE: f64 = 1e-13;
    let size = gaps.len();
    let mut sum = 0.0;
    for row in 0..size {
        let (above, rest) = matrix.split_at_mut(row * size);
        let current = &mut rest[..=row];
        for column in 0..row {
            let known = product(&current[..column], &above[column * size..]);
            current[column] = (current[column] - known) / above[column * size + column];
        }
        let pivot = current[row] - product(&current[..row], &current[..row]);
        let is_independent = pivot > NEGLIGIBLE * current[row];
        if !is_independent {
            return Err(StatsError::DependentRestrictions);
        }
        current[row] = pivot.sqrt();
        gaps[row] = (gaps[row] - product(&current[..row], &gaps[..row])) / current[row];
        sum += gaps[row] * gaps[row];
    }
    finite(sum)
}

/// Returns the sum of products, as long as the shorter of the two.
fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
