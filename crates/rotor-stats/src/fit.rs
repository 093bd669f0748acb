//! Least squares by Householder reflections, with a rank check that falls back to singular values.
//!
//! Made for thousands of small problems, some 60 rows by 11 columns. The columns are taken as they are: no
//! constant is added and nothing is centred; [`StandardisedRows`](crate::StandardisedRows) does both. The triangle R
//! comes from the columns themselves, never from their products, so that nearly collinear columns lose no more
//! digits than they must. Weighted and non-linear regression are left out.

use crate::covariance::Influence;
use crate::error::{all_finite, finite, not_finite, regressor_not_finite, same_length};
use crate::refine::refine;
use crate::triangle::Triangle;
use crate::workspace::check_cutoff;
use crate::{Columns, Covariance, StatsError, Workspace};

/// The share of the largest singular value below which one counts as zero, unless told otherwise.
pub const RANK_CUTOFF: f64 = 1e-10;

/// A least-squares fit of y on the columns of X; it borrows its numbers from the workspace.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    x: Columns<'a>,
    y: &'a [f64],
    coefficients: &'a [f64],
    triangle: Triangle<'a>,
    scales: &'a [f64],
    residual_sum_of_squares: f64,
    rank: usize,
}

/// Fits `y` by a linear combination of the columns of `x`, so that the sum of squared residuals is least.
///
/// Shapes: `x` is `(n_rows, n_columns)` with at least as many rows as columns, `y` has `n_rows` values. Any
/// units; columns may differ by hundreds of orders of magnitude.
///
/// `cutoff` is the share of the largest singular value of `x` below which a singular value counts as zero;
/// [`RANK_CUTOFF`] is the usual one. If one does, of all coefficients that fit equally well the shortest are
/// taken (minimum norm, in the units of `x`). Columns whose sizes differ by more than the cutoff count as dependent
/// for that alone: rescale them, or use [`StandardisedRows`](crate::StandardisedRows). With 0 the check is off: only columns
/// that are dependent to the last bit have a rank below their number, and nearly dependent ones get what digits
/// are left.
///
/// The relative error of the coefficients is of the order of the condition number times 1e-16, and of its square
/// times 1e-16 where the residuals are as large as the fitted values; [`refined_least_squares`] gets rid of both.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer rows than columns, [`StatsError::Lengths`] if `y` is not as long as the
/// columns, [`StatsError::RegressorNotFinite`] and [`StatsError::NotFinite`] for NaN or infinity in `x` and in
/// `y`, [`StatsError::Parameter`] for a cutoff outside 0 to 1, [`StatsError::Overflow`] if a coefficient or the
/// sum of squared residuals exceeds 1.8e308.
///
/// # Source
///
/// Golub and Van Loan, Matrix Computations, fourth edition (2013), sections 5.2–5.5.
///
/// # Examples
///
/// ```
/// use rotor_stats::{Columns, RANK_CUTOFF, Workspace, least_squares};
/// // A line through (0, 1), (1, 3) and (2, 5): one plus twice x.
/// let x = Columns::new(&[1.0, 1.0, 1.0, 0.0, 1.0, 2.0], 3, 2)?;
/// let mut workspace = Workspace::new();
/// let fit = least_squares(x, &[1.0, 3.0, 5.0], RANK_CUTOFF, &mut workspace)?;
/// assert!((fit.coefficients()[0] - 1.0).abs() < 1e-14);
/// assert!((fit.coefficients()[1] - 2.0).abs() < 1e-14);
/// assert_eq!(fit.rank(), 2);
///
/// // The same column twice: the shortest solution divides the slope equally.
/// let x = Columns::new(&[1.0, 2.0, 3.0, 1.0, 2.0, 3.0], 3, 2)?;
/// let fit = least_squares(x, &[2.0, 4.0, 6.0], RANK_CUTOFF, &mut workspace)?;
/// assert!(fit.coefficients().iter().all(|coefficient| (coefficient - 1.0).abs() < 1e-14));
/// assert_eq!(fit.rank(), 1);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn least_squares<'a>(
    x: Columns<'a>,
    y: &'a [f64],
    cutoff: f64,
    workspace: &'a mut Workspace,
) -> Result<Fit<'a>, StatsError> {
    fit(x, y, cutoff, false, workspace)
}

/// Fits like [`least_squares`] and then refines the coefficients with residuals of twice the precision.
///
/// For what is ill-conditioned by nature, such as polynomials, or has residuals far larger than the fitted values:
/// coefficients come out right to the last digits as long as the condition number is well below 1e16. The
/// price is some ten times the time. Where the rank is less than the number of columns nothing is refined. Shapes,
/// units and `cutoff` are those of [`least_squares`].
///
/// # Errors
///
/// As for [`least_squares`].
///
/// # Source
///
/// Björck (1967), BIT 7(4), 257–278.
///
/// # Examples
///
/// ```
/// use rotor_stats::{Columns, Workspace, refined_least_squares};
/// let x = Columns::new(&[1.0, 1.0, 1.0, 1e8, 1e8 + 1.0, 1e8 + 2.0], 3, 2)?;
/// let mut workspace = Workspace::new();
/// let fit = refined_least_squares(x, &[1.0, 3.0, 5.0], 0.0, &mut workspace)?;
/// assert!((fit.coefficients()[1] - 2.0).abs() < 1e-15);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn refined_least_squares<'a>(
    x: Columns<'a>,
    y: &'a [f64],
    cutoff: f64,
    workspace: &'a mut Workspace,
) -> Result<Fit<'a>, StatsError> {
    fit(x, y, cutoff, true, workspace)
}

fn fit<'a>(
    x: Columns<'a>,
    y: &'a [f64],
    cutoff: f64,
    is_refined: bool,
    workspace: &'a mut Workspace,
) -> Result<Fit<'a>, StatsError> {
    check_cutoff(cutoff)?;
    let (n_rows, n_columns) = (x.n_rows(), x.n_columns());
    same_length(n_rows, y.len())?;
    if n_rows < n_columns {
        return Err(StatsError::TooFew { n: n_rows, needed: n_columns });
    }
    workspace.reserve(n_rows, n_columns, n_columns);
    for (idx, column) in x.each().enumerate() {
        workspace.scales[idx] = workspace.load(idx, column).ok_or_else(|| regressor_not_finite(x))?;
    }
    let y_scale = workspace.load(n_columns, y).ok_or_else(|| not_finite(y))?;
    // Singular values are those of the columns in their own units, apart from a common factor.
    let least = workspace.scales.iter().copied().fold(f64::INFINITY, f64::min);
    for (weight, scale) in workspace.weights.iter_mut().zip(&workspace.scales) {
        *weight = least / scale;
    }
    let mut outcome = workspace.solve(cutoff);
    if is_refined && outcome.rank == n_columns {
        outcome.residual = refine(x, y, y_scale, workspace);
    }
    for (coefficient, scale) in workspace.coefficients.iter_mut().zip(&workspace.scales) {
        *coefficient = finite(*coefficient * (scale / y_scale))?;
    }
    Ok(Fit {
        x,
        y,
        coefficients: &workspace.coefficients,
        triangle: Triangle { entries: &workspace.triangle, size: n_columns },
        scales: &workspace.scales,
        residual_sum_of_squares: finite(outcome.residual / y_scale / y_scale)?,
        rank: outcome.rank,
    })
}

impl Fit<'_> {
    /// Returns the coefficients, one a column, in units of `y` per unit of the column.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        self.coefficients
    }

    /// Returns the number of singular values that count; the number of columns unless some are dependent.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Returns the sum of squared residuals, in squared units of `y`; 0 where it is below 1e-308.
    #[must_use]
    pub fn residual_sum_of_squares(&self) -> f64 {
        self.residual_sum_of_squares
    }

    /// Returns the number of rows less the rank.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.x.n_rows() - self.rank
    }

    /// Returns X b, one value a row.
    ///
    /// # Errors
    ///
    /// [`StatsError::Overflow`] if a value or a part of it exceeds 1.8e308.
    pub fn fitted(&self) -> Result<Vec<f64>, StatsError> {
        let mut fitted = vec![0.0; self.x.n_rows()];
        for (column, coefficient) in self.x.each().zip(self.coefficients) {
            for (value, entry) in fitted.iter_mut().zip(column) {
                *value += coefficient * entry;
            }
        }
        if fitted.iter().all(|value| value.is_finite()) { Ok(fitted) } else { Err(StatsError::Overflow) }
    }

    /// Returns y - X b, one value a row.
    ///
    /// # Errors
    ///
    /// [`StatsError::Overflow`] if a value or a part of it exceeds 1.8e308.
    pub fn residuals(&self) -> Result<Vec<f64>, StatsError> {
        let mut values = self.fitted()?;
        for (value, y) in values.iter_mut().zip(self.y) {
            *value = finite(y - *value)?;
        }
        Ok(values)
    }

    /// Returns the forecast for one further row of regressors, in units of `y`.
    ///
    /// # Errors
    ///
    /// [`StatsError::Lengths`] for a row that is not as long as there are columns, [`StatsError::NotFinite`] for
    /// NaN or infinity in it, [`StatsError::Overflow`] if the forecast or a part of it exceeds 1.8e308.
    pub fn predict(&self, row: &[f64]) -> Result<f64, StatsError> {
        same_length(self.coefficients.len(), row.len())?;
        all_finite(row)?;
        finite(self.coefficients.iter().zip(row).map(|(coefficient, value)| coefficient * value).sum())
    }

    /// Returns the classic covariance of the coefficients, s²(X'X)⁻¹ with s² = RSS / (n - p).
    ///
    /// Right where the residuals are independent of each other and of the same variance; (X'X)⁻¹ comes from
    /// the triangle R, X'X itself is never formed. Units: those of the two coefficients multiplied.
    ///
    /// # Errors
    ///
    /// [`StatsError::RankDeficient`] where coefficients are not determined one by one, [`StatsError::TooFew`]
    /// without a row more than columns, [`StatsError::Overflow`] if an entry exceeds 1.8e308.
    pub fn covariance(&self) -> Result<Covariance, StatsError> {
        let freedom = self.residual_freedom()?;
        let variance = self.residual_sum_of_squares / freedom as f64;
        Influence::new(self.triangle, self.scales).classic(variance, freedom)
    }

    /// Returns the covariance of the coefficients by Newey and West: right also where residuals are
    /// heteroskedastic and correlated over up to `lag` rows.
    ///
    /// Bartlett weights 1 - l / (lag + 1), no prewhitening and no small-sample factor; the degrees of freedom
    /// are n - p. Rows must be in time order, with none missing in between. With lag 0 it is White's.
    ///
    /// # Errors
    ///
    /// As for [`Fit::covariance`], and [`StatsError::Parameter`] for a lag that is not below the number of rows.
    ///
    /// # Source
    ///
    /// Newey and West (1987), Econometrica 55(3), 703–708, equation 5.
    pub fn newey_west(&self, lag: usize) -> Result<Covariance, StatsError> {
        let freedom = self.residual_freedom()?;
        if lag >= self.x.n_rows() {
            let rule = "below the number of rows";
            return Err(StatsError::Parameter { name: "lag", value: lag as f64, rule });
        }
        let residuals = self.residuals()?;
        Influence::new(self.triangle, self.scales).newey_west(self.x, &residuals, lag, freedom)
    }

    /// Returns n - p where coefficients have variances at all.
    fn residual_freedom(&self) -> Result<usize, StatsError> {
        let n_columns = self.coefficients.len();
        if self.rank < n_columns {
            return Err(StatsError::RankDeficient { rank: self.rank, n_columns });
        }
        match self.x.n_rows() - n_columns {
            0 => Err(StatsError::TooFew { n: n_columns, needed: n_columns + 1 }),
            freedom => Ok(freedom),
        }
    }
}
