//! Regression on standardised regressors with a constant, with an optional ridge penalty.
//!
//! Standardising makes the rank check and the minimum norm independent of the units of the regressors, which
//! [`least_squares`](crate::least_squares) leaves as they are.

use crate::blocks::{Block, LANES, entries, entry_mut, load, n_blocks};
use crate::error::{all_finite, finite, not_finite, regressor_not_finite, same_length};
use crate::lanes::{scale, sum, sum_of_terms};
use crate::moments::varies;
use crate::workspace::{check_cutoff, is_tame};
use crate::{Columns, StatsError, Workspace};

/// A regression on standardised regressors with a constant; it borrows its numbers from the workspace.
#[derive(Clone, Copy, Debug)]
pub struct StandardisedFit<'a> {
    intercept: f64,
    coefficients: &'a [f64],
    standardised: &'a [f64],
    fitted: &'a [f64],
    // What makes a regressor x standardised: (x * scale - mean) * unit.
    scales: &'a [f64],
    means: &'a [f64],
    units: &'a [f64],
    y_scale: f64,
    y_mean: f64,
    rank: usize,
    residual_sum_of_squares: f64,
    total_sum_of_squares: f64,
}

/// Fits `y` by a constant and the regressors `x`, each standardised with its mean and n - 1 deviation.
///
/// Shapes: `x` is `(n_rows, n_columns)` *without* the constant and with more rows than columns, `y` has `n_rows`
/// values. Any units.
///
/// With z the standardised regressors and ȳ the mean of y it minimises
///
/// ```text
/// Σ_i (y_i - ȳ - Σ_j b_j z_ij)² + ridge · Σ_j b_j²
/// ```
///
/// so `ridge` penalises the standardised coefficients b, not the constant; it has no unit, 0 is plain least
/// squares, and it is *not* divided by the number of rows: halving b takes a ridge of about n - 1 where
/// regressors are uncorrelated. It is at most 1e100.
///
/// `cutoff` is the share of the largest singular value of z (with a ridge: of z with the penalty's rows) below
/// which a singular value counts as zero; if one does, the b of minimum norm is taken. A regressor without
/// deviation (its largest value is its least) has the coefficient 0 and takes no part.
///
/// # Errors
///
/// [`StatsError::TooFew`] unless there are more rows than columns, [`StatsError::Lengths`] if `y` is not as long
/// as the columns, [`StatsError::RegressorNotFinite`] and [`StatsError::NotFinite`] for NaN or infinity,
/// [`StatsError::Parameter`] for a ridge or a cutoff out of range, [`StatsError::Overflow`] if a result exceeds
/// 1.8e308.
///
/// # Source
///
/// Hoerl and Kennard (1970), Technometrics 12(1), 55–67, for the ridge.
///
/// # Examples
///
/// ```
/// use rotor_stats::{Columns, RANK_CUTOFF, Workspace, standardised};
/// // y = 3 + 2 x; the second regressor never changes.
/// let x = Columns::new(&[1.0, 2.0, 3.0, 4.0, 7.0, 7.0, 7.0, 7.0], 4, 2)?;
/// let y = [5.0, 7.0, 9.0, 11.0];
/// let mut workspace = Workspace::new();
/// let fit = standardised(x, &y, 0.0, RANK_CUTOFF, &mut workspace)?;
/// assert!((fit.intercept() - 3.0).abs() < 1e-13);
/// assert!((fit.coefficients()[0] - 2.0).abs() < 1e-14);
/// assert_eq!(fit.coefficients()[1], 0.0);
/// assert!((fit.predict(&[10.0, 7.0])? - 23.0).abs() < 1e-13);
///
/// // One regressor: b = z'y / (z'z + ridge) with z'z = n - 1 = 3, so a ridge of 3 halves the slope.
/// let fit = standardised(x, &y, 3.0, RANK_CUTOFF, &mut workspace)?;
/// assert!((fit.coefficients()[0] - 1.0).abs() < 1e-14);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn standardised<'a>(
    x: Columns<'a>,
    y: &[f64],
    ridge: f64,
    cutoff: f64,
    workspace: &'a mut Workspace,
) -> Result<StandardisedFit<'a>, StatsError> {
    check_cutoff(cutoff)?;
    if !(0.0..=1e100).contains(&ridge) {
        let rule = "at least 0 and at most 1e100";
        return Err(StatsError::Parameter { name: "ridge", value: ridge, rule });
    }
    let (n_rows, n_columns) = (x.n_rows(), x.n_columns());
    same_length(n_rows, y.len())?;
    if n_rows <= n_columns {
        return Err(StatsError::TooFew { n: n_rows, needed: n_columns + 1 });
    }
    let n_varying = x.each().filter(|column| varies(column)).count();
    // The penalty is one more row for each regressor: √ridge in its column and a target of 0. Above the others and
    // on the diagonal, for a row that is far larger than the rest keeps its digits there only.
    let n_penalties = if ridge > 0.0 { n_blocks(n_varying) } else { 0 };
    workspace.reserve(n_penalties * LANES + n_rows, n_varying, n_columns);
    load_regressors(x, ridge, n_penalties, workspace)?;
    let (penalties, target) = workspace.column_mut(n_varying).split_at_mut(n_penalties);
    penalties.fill(Block::default());
    let y_moments = centre(target, y).ok_or_else(|| not_finite(y))?;
    let Moments { factor: y_scale, mean: y_mean, squares: total } = y_moments;
    let rank = workspace.solve(cutoff).rank;

    let intercept = restore(y_scale, y_mean, workspace)?;
    let residual = fit_rows(x, y, y_scale, y_mean, workspace)?;
    Ok(StandardisedFit {
        intercept,
        coefficients: &workspace.original,
        standardised: &workspace.standardised,
        fitted: &workspace.fitted,
        scales: &workspace.scales,
        means: &workspace.means,
        units: &workspace.units,
        y_scale,
        y_mean,
        rank,
        residual_sum_of_squares: finite(residual / y_scale / y_scale)?,
        total_sum_of_squares: finite(total / y_scale / y_scale)?,
    })
}

/// Writes the regressors less their means, those without deviation left out, with `n_penalties` blocks of the
/// penalty's rows above.
///
/// What makes their deviations 1 is left to the weights.
fn load_regressors(
    x: Columns<'_>,
    ridge: f64,
    n_penalties: usize,
    workspace: &mut Workspace,
) -> Result<(), StatsError> {
    let n_rows = x.n_rows();
    let mut position = 0;
    for (idx, column) in x.each().enumerate() {
        if !varies(column) {
            let factor = scale(column).ok_or_else(|| regressor_not_finite(x))?;
            workspace.scales[idx] = factor;
            workspace.means[idx] = column[0] * factor;
            continue;
        }
        let (penalties, target) = workspace.column_mut(position).split_at_mut(n_penalties);
        let moments = centre(target, column).ok_or_else(|| regressor_not_finite(x))?;
        let deviation = (moments.squares / (n_rows - 1) as f64).sqrt();
        if n_penalties > 0 {
            penalties.fill(Block::default());
            *entry_mut(penalties, position) = ridge.sqrt() * deviation;
        }
        workspace.scales[idx] = moments.factor;
        workspace.means[idx] = moments.mean;
        workspace.units[idx] = 1.0 / deviation;
        workspace.weights[position] = 1.0 / deviation;
        position += 1;
    }
    Ok(())
}

/// Writes the coefficients of all regressors, in the units of the scaled target and in given ones; returns the
/// intercept.
fn restore(y_scale: f64, y_mean: f64, workspace: &mut Workspace) -> Result<f64, StatsError> {
    let mut intercept = y_mean / y_scale;
    let Workspace { coefficients, standardised, original, units, scales, means, .. } = workspace;
    let varying = (0..units.len()).filter(|idx| units[*idx] > 0.0);
    for (idx, coefficient) in varying.zip(coefficients) {
        standardised[idx] = *coefficient / units[idx];
        original[idx] = finite(*coefficient * (scales[idx] / y_scale))?;
        intercept -= original[idx] * (means[idx] / scales[idx]);
    }
    finite(intercept)
}

/// What a series was multiplied by, then the mean of the products and the sum of their squared distances from it.
struct Moments {
    factor: f64,
    mean: f64,
    squares: f64,
}

/// Writes the values less their mean, times a power of two if their size asks for one; `None` if one is NaN or
/// infinite.
fn centre(target: &mut [Block], values: &[f64]) -> Option<Moments> {
    if !varies(values) {
        target.fill(Block::default());
        let factor = scale(values)?;
        return Some(Moments { factor, mean: values[0] * factor, squares: 0.0 });
    }
    let n = values.len() as f64;
    let mean = sum(values) / n;
    let squares = load(target, values, |value| value - mean);
    if is_tame(squares) {
        return Some(Moments { factor: 1.0, mean, squares });
    }
    let factor = scale(values)?;
    load(target, values, |value| value * factor);
    let mean = entries(target).sum::<f64>() / n;
    let squares = load(target, values, |value| value * factor - mean);
    Some(Moments { factor, mean, squares })
}

/// Writes the fitted values; returns the sum of squared residuals in the units of the scaled target.
fn fit_rows(
    x: Columns<'_>,
    y: &[f64],
    y_scale: f64,
    y_mean: f64,
    workspace: &mut Workspace,
) -> Result<f64, StatsError> {
    let Workspace { fitted, standardised, scales, means, units, .. } = workspace;
    fitted.resize(y.len(), 0.0);
    for (idx, column) in x.each().enumerate().filter(|(idx, _)| units[*idx] > 0.0) {
        let (coefficient, factor, mean) = (standardised[idx] * units[idx], scales[idx], means[idx]);
        for (target, value) in fitted.iter_mut().zip(column) {
            *target += coefficient * (value * factor - mean);
        }
    }
    // Both are powers of two, so that multiplying is as good as dividing.
    let y_unit = 1.0 / y_scale;
    let residual = sum_of_terms(fitted, y, |fitted, y| {
        let gap = (y * y_scale - y_mean) - *fitted;
        *fitted = (y_mean + *fitted) * y_unit;
        gap * gap
    });
    all_finite(fitted).map_err(|_| StatsError::Overflow)?;
    for coefficient in standardised {
        *coefficient = finite(*coefficient / y_scale)?;
    }
    Ok(residual)
}

impl StandardisedFit<'_> {
    /// Returns the constant that goes with [`StandardisedFit::coefficients`], in units of `y`.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// Returns the coefficients on the regressors as given, in units of `y` per unit of the regressor.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        self.coefficients
    }

    /// Returns the coefficients on the standardised regressors, in units of `y` per standard deviation.
    #[must_use]
    pub fn standardised_coefficients(&self) -> &[f64] {
        self.standardised
    }

    /// Returns the fitted values, one a row, in units of `y`.
    #[must_use]
    pub fn fitted(&self) -> &[f64] {
        self.fitted
    }

    /// Returns the number of singular values that count; regressors without deviation have none.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Returns the sum of squared residuals, without any penalty, in squared units of `y`; 0 below 1e-308.
    #[must_use]
    pub fn residual_sum_of_squares(&self) -> f64 {
        self.residual_sum_of_squares
    }

    /// Returns the sum of squared differences of `y` from its mean, in squared units of `y`; 0 below 1e-308.
    #[must_use]
    pub fn total_sum_of_squares(&self) -> f64 {
        self.total_sum_of_squares
    }

    /// Returns R², 1 - RSS / TSS; `None` where `y` does not vary.
    #[must_use]
    pub fn r_squared(&self) -> Option<f64> {
        (self.total_sum_of_squares > 0.0)
            .then(|| 1.0 - self.residual_sum_of_squares / self.total_sum_of_squares)
    }

    /// Returns the forecast for one further row of regressors, in units of `y`.
    ///
    /// Taken as the mean of `y` plus what the regressors' distances from their means add, which keeps digits
    /// that the intercept would lose where means are large beside deviations.
    ///
    /// # Errors
    ///
    /// [`StatsError::Lengths`] for a row that is not as long as there are columns, [`StatsError::NotFinite`] for
    /// NaN or infinity in it, [`StatsError::Overflow`] if the forecast or a part of it exceeds 1.8e308.
    pub fn predict(&self, row: &[f64]) -> Result<f64, StatsError> {
        same_length(self.coefficients.len(), row.len())?;
        let mut sum = 0.0;
        let scaling = self.scales.iter().zip(self.means).zip(self.units);
        for ((value, standardised), ((scale, mean), unit)) in row.iter().zip(self.standardised).zip(scaling) {
            sum += standardised * self.y_scale * unit * (value * scale - mean);
        }
        // Nothing that is not finite leaves a sum that is, not even a coefficient of zero.
        finite((self.y_mean + sum) / self.y_scale).or_else(|overflow| all_finite(row).and(Err(overflow)))
    }
}
