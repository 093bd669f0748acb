//! Regression on standardised regressors with a constant, over rows that come in parts.
//!
//! Standardising makes the rank check and the minimum norm independent of the units of the regressors, which
//! [`least_squares`](crate::least_squares) leaves as they are. Rows are reduced to a triangle as they come, so that a fit
//! of the first ones, a ridge on the same, and a fit of all cost little more together than the last alone.
//!
//! All is reckoned from the first row: its constant column then takes away what is left of the means, and a regressor
//! that never changes is exactly zero. Sizes between 1e-30 and 1e30 are safe; larger ones are refused.

use crate::blocks::{Block, LANES, entry_mut, load, n_blocks};
use crate::error::{all_finite, finite, not_finite, regressor_not_finite, same_length};
use crate::triangle::reflect;
use crate::workspace::check_cutoff;
use crate::{Columns, StatsError, Workspace};

/// Rows of regressors and a target, reduced to what regressions of them need.
///
/// ```
/// use rotor_stats::{Columns, RANK_CUTOFF, StandardisedRows, Workspace};
/// // y = 3 + 2 x; the second regressor never changes.
/// let mut rows = StandardisedRows::new(2);
/// rows.add(Columns::new(&[1.0, 2.0, 3.0, 4.0, 7.0, 7.0, 7.0, 7.0], 4, 2)?, &[5.0, 7.0, 9.0, 11.0])?;
/// let mut workspace = Workspace::new();
/// let fit = rows.fit(0.0, RANK_CUTOFF, 0.0, &mut workspace)?;
/// assert!((fit.intercept() - 3.0).abs() < 1e-13);
/// assert!((fit.coefficients()[0] - 2.0).abs() < 1e-14);
/// assert_eq!(fit.coefficients()[1], 0.0);
/// assert!((fit.predict(&[10.0, 7.0])? - 23.0).abs() < 1e-13);
///
/// // One regressor that varies: b = z'y / (z'z + ridge) with z'z = n - 1 = 3, so a ridge of 3 halves the slope.
/// let fit = rows.fit(3.0, RANK_CUTOFF, 0.0, &mut workspace)?;
/// assert!((fit.coefficients()[0] - 1.0).abs() < 1e-14);
///
/// // Two more rows.
/// rows.add(Columns::new(&[5.0, 6.0, 7.0, 7.0], 2, 2)?, &[13.0, 15.0])?;
/// assert!((rows.fit(0.0, RANK_CUTOFF, 0.0, &mut workspace)?.intercept() - 3.0).abs() < 1e-13);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StandardisedRows {
    n_columns: usize,
    n_rows: usize,
    /// The first row, the target last.
    origin: Vec<f64>,
    /// R of the constant and the regressors less the first row, `n_columns + 1` entries a column.
    triangle: Vec<f64>,
    /// Q'y, as long as R is wide, and the sum of squares of the rest.
    head: Vec<f64>,
    rest: f64,
    /// Scratch: the triangle and new rows.
    blocks: Vec<Block>,
}

/// A regression on standardised regressors with a constant; it borrows its numbers from the workspace.
#[derive(Clone, Copy, Debug)]
pub struct StandardisedFit<'a> {
    /// The value at the origin.
    base: f64,
    origin: &'a [f64],
    coefficients: &'a [f64],
    standardised: &'a [f64],
    rank: usize,
    residual_sum_of_squares: f64,
    total_sum_of_squares: f64,
}

/// Squares of anything larger, and products of them, come near the end of the numbers.
const LARGEST: f64 = 1e30;

impl StandardisedRows {
    /// Returns no rows yet, of `n_columns` regressors.
    #[must_use]
    pub fn new(n_columns: usize) -> Self {
        Self { n_columns, ..Self::default() }
    }

    /// Forgets all rows, to be used again without allocating.
    pub fn clear(&mut self) {
        self.n_rows = 0;
    }

    /// Adds rows: `x` is `(n_rows, n_columns)` without the constant, `y` has `n_rows` values. Any units.
    ///
    /// # Errors
    ///
    /// [`StatsError::Lengths`] if `x` has another number of columns or `y` of values, [`StatsError::RegressorNotFinite`]
    /// and [`StatsError::NotFinite`] for NaN or infinity, [`StatsError::Overflow`] for a value 1e30 away from the first
    /// row's. The rows are then as before.
    pub fn add(&mut self, x: Columns<'_>, y: &[f64]) -> Result<(), StatsError> {
        same_length(self.n_columns, x.n_columns())?;
        same_length(x.n_rows(), y.len())?;
        let size = self.n_columns + 1;
        let is_first = self.n_rows == 0;
        if is_first {
            self.origin.clear();
            self.origin.extend(x.each().chain([y]).map(|column| column[0]));
        }
        // What is known already stands above the new rows, a row for each column; with zeros, if need be, there are at
        // least as many rows as columns.
        let n_known = if is_first { 0 } else { n_blocks(size + 1) };
        let n_blocks = n_known + n_blocks(if is_first { y.len().max(size + 1) } else { y.len() });
        let Self { triangle, head, blocks, .. } = self;
        blocks.clear();
        blocks.resize(n_blocks * (size + 1), Block::default());
        let (constant, columns) = blocks.split_at_mut(n_blocks);
        (0..y.len()).for_each(|row| *entry_mut(&mut constant[n_known..], row) = 1.0);
        let columns = columns.chunks_exact_mut(n_blocks).zip(x.each().chain([y])).zip(&self.origin);
        for (position, ((column, values), origin)) in columns.enumerate() {
            let squares = load(&mut column[n_known..], values, |value| value - origin);
            // Neither NaN nor infinity is in the range.
            if !(0.0..=LARGEST * LARGEST).contains(&squares) {
                all_finite(y).map_err(|_| not_finite(y))?;
                let is_finite = x.each().flatten().all(|value| value.is_finite());
                return Err(if is_finite { StatsError::Overflow } else { regressor_not_finite(x) });
            }
            if !is_first {
                let is_target = position == self.n_columns;
                let known =
                    if is_target { &**head } else { &triangle[(position + 1) * size..][..position + 2] };
                load(&mut column[..n_known], known, |value| value);
            }
        }
        if !is_first {
            load(&mut constant[..n_known], &triangle[..1], |value| value);
            *entry_mut(&mut blocks[size * n_blocks..], size) = self.rest.sqrt();
        }
        self.triangle.resize(size * size, 0.0);
        self.head.resize(size, 0.0);
        self.rest = reflect(&mut self.blocks, n_blocks, size, &mut self.triangle, &mut self.head);
        self.n_rows += y.len();
        Ok(())
    }

    /// Fits the target by a constant and the regressors, each standardised with its mean and n - 1 deviation.
    ///
    /// With z the standardised regressors and ȳ the mean of y it minimises
    ///
    /// ```text
    /// Σ_i (y_i - ȳ - Σ_j b_j z_ij)² + ridge · Σ_j b_j²
    /// ```
    ///
    /// so `ridge` penalises the standardised coefficients b, not the constant; it has no unit, 0 is plain least
    /// squares, and it is *not* divided by the number of rows: halving b takes a ridge of about n - 1 where
    /// regressors are uncorrelated. It is at most 1e12.
    ///
    /// `cutoff` is the share of the largest singular value of z (with a ridge: of z with the penalty's rows) below
    /// which a singular value counts as zero; if one does, the b of minimum norm is taken. A regressor whose standard
    /// deviation is not above `least_deviation`, in its own units, has the coefficient 0 and takes no part.
    ///
    /// # Errors
    ///
    /// [`StatsError::TooFew`] unless there are more rows than columns, [`StatsError::Parameter`] for a ridge, a cutoff or
    /// a deviation out of range, [`StatsError::Overflow`] if a result exceeds 1.8e308.
    ///
    /// # Source
    ///
    /// Hoerl and Kennard (1970), Technometrics 12(1), 55–67, for the ridge; Lawson and Hanson, Solving Least Squares
    /// Problems (1995), chapter 27, for rows in parts.
    pub fn fit<'a>(
        &'a self,
        ridge: f64,
        cutoff: f64,
        least_deviation: f64,
        workspace: &'a mut Workspace,
    ) -> Result<StandardisedFit<'a>, StatsError> {
        check_cutoff(cutoff)?;
        check("ridge", ridge, 1e12, "at least 0 and at most 1e12")?;
        check("least_deviation", least_deviation, LARGEST, "at least 0 and at most 1e30")?;
        let n_columns = self.n_columns;
        if self.n_rows <= n_columns {
            return Err(StatsError::TooFew { n: self.n_rows, needed: n_columns + 1 });
        }
        let freedom = (self.n_rows - 1) as f64;
        let deviation = |centred: &[f64], rest: f64| ((squares(centred) + rest) / freedom).sqrt();
        workspace.deviations.clear();
        let deviations = (0..n_columns).map(|column| deviation(self.centred(column), 0.0));
        workspace.deviations.extend(deviations.map(|it| if it > least_deviation { it } else { 0.0 }));
        let y_varies = deviation(&self.head[1..], self.rest) > least_deviation;
        let n_varying = workspace.deviations.iter().filter(|deviation| **deviation > 0.0).count();
        let is_triangle = ridge == 0.0 && n_varying == n_columns;
        let n_penalties = if ridge > 0.0 { n_blocks(n_varying) } else { 0 };
        let n_rows = if is_triangle { 0 } else { n_penalties * LANES + n_columns };
        workspace.reserve(n_rows, n_varying, n_columns);
        let mut position = 0;
        for column in 0..n_columns {
            let (centred, deviation) = (self.centred(column), workspace.deviations[column]);
            if deviation == 0.0 {
                continue;
            }
            workspace.weights[position] = 1.0 / deviation;
            if is_triangle {
                workspace.triangle[position * n_columns..][..=column].copy_from_slice(centred);
            } else {
                // The penalty above the rest and on the diagonal: a row that is far larger than others keeps its
                // digits there only.
                let (penalties, rows) = workspace.column_mut(position).split_at_mut(n_penalties);
                penalties.fill(Block::default());
                if n_penalties > 0 {
                    *entry_mut(penalties, position) = ridge.sqrt() * deviation;
                }
                load(rows, centred, |value| value);
            }
            position += 1;
        }
        let rank = if is_triangle {
            workspace.coefficients.copy_from_slice(&self.head[1..]);
            workspace.solve_triangle(cutoff, 0.0).rank
        } else {
            let (penalties, rows) = workspace.column_mut(n_varying).split_at_mut(n_penalties);
            penalties.fill(Block::default());
            load(rows, &self.head[1..], |value| value);
            workspace.solve(cutoff).rank
        };
        self.finish(rank, y_varies, workspace)
    }

    /// Takes the coefficients out of a workspace and says how well they fit.
    fn finish<'a>(
        &'a self,
        rank: usize,
        y_varies: bool,
        workspace: &'a mut Workspace,
    ) -> Result<StandardisedFit<'a>, StatsError> {
        let Workspace { coefficients, standardised, original, deviations, fitted: gaps, .. } = workspace;
        gaps.extend_from_slice(&self.head[1..]);
        let mut base = self.head[0];
        let varying = (0..self.n_columns).filter(|column| deviations[*column] > 0.0);
        for (column, coefficient) in varying.zip(&*coefficients) {
            original[column] = finite(*coefficient)?;
            standardised[column] = finite(coefficient * deviations[column])?;
            base -= coefficient * self.column(column)[0];
            for (gap, value) in gaps.iter_mut().zip(self.centred(column)) {
                *gap -= coefficient * value;
            }
        }
        Ok(StandardisedFit {
            base: finite(self.origin[self.n_columns] + base / self.triangle[0])?,
            origin: &self.origin[..self.n_columns],
            coefficients: original,
            standardised,
            rank,
            residual_sum_of_squares: finite(squares(gaps) + self.rest)?,
            total_sum_of_squares: if y_varies { squares(&self.head[1..]) + self.rest } else { 0.0 },
        })
    }

    /// Returns a regressor's column of R with the row of the constant.
    fn column(&self, column: usize) -> &[f64] {
        let size = self.n_columns + 1;
        &self.triangle[(column + 1) * size..][..column + 2]
    }

    /// Returns a regressor's column of R without the row of the constant: that of the regressor less its mean.
    fn centred(&self, column: usize) -> &[f64] {
        &self.column(column)[1..]
    }
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

fn check(name: &'static str, value: f64, most: f64, rule: &'static str) -> Result<(), StatsError> {
    if (0.0..=most).contains(&value) { Ok(()) } else { Err(StatsError::Parameter { name, value, rule }) }
}

impl StandardisedFit<'_> {
    /// Returns the constant that goes with [`StandardisedFit::coefficients`], in units of `y`.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.coefficients.iter().zip(self.origin).fold(self.base, |sum, (b, x)| sum - b * x)
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

    /// Returns the number of singular values that count; regressors without deviation have none.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Returns the sum of squared residuals, without any penalty, in squared units of `y`.
    #[must_use]
    pub fn residual_sum_of_squares(&self) -> f64 {
        self.residual_sum_of_squares
    }

    /// Returns the sum of squared differences of `y` from its mean, in squared units of `y`; 0 if it does not vary.
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

    /// Returns what a row of regressors foretells, in units of `y`: the fitted value of a row that was fitted, the
    /// forecast of another.
    ///
    /// Reckoned from the first row, which keeps digits that the intercept would lose where levels are large beside
    /// deviations.
    ///
    /// # Errors
    ///
    /// [`StatsError::Lengths`] for a row that is not as long as there are columns, [`StatsError::NotFinite`] for
    /// NaN or infinity in it, [`StatsError::Overflow`] if the forecast or a part of it exceeds 1.8e308.
    pub fn predict(&self, row: &[f64]) -> Result<f64, StatsError> {
        same_length(self.coefficients.len(), row.len())?;
        let terms = self.coefficients.iter().zip(row).zip(self.origin);
        let sum =
            terms.fold(self.base, |sum, ((coefficient, value), origin)| sum + coefficient * (value - origin));
        // What is not finite makes the sum so, even where the coefficient is zero.
        finite(sum).or_else(|overflow| all_finite(row).and(Err(overflow)))
    }
}
