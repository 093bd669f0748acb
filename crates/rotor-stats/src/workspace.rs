//! Memory that fits reuse, and the steps all of them share.

use crate::StatsError;
use crate::blocks::{Block, load, n_blocks};
use crate::jacobi::Jacobi;
use crate::lanes::scale;
use crate::triangle::{Triangle, reflect};

/// Scratch memory of the regressions, used again by every fit.
///
/// It grows to the largest problem it has seen; after that a fit of full rank allocates nothing. A workspace
/// carries nothing from one fit to the next: results are the same bits with a fresh one.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    // Columns and target, `n_blocks` each; overwritten by the reflections.
    pub(crate) columns: Vec<Block>,
    n_blocks: usize,
    // R, and one value each per column that is solved for.
    pub(crate) triangle: Vec<f64>,
    pub(crate) coefficients: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    scratch: Vec<f64>,
    // One value each per column given: the power of two it was multiplied by, its deviation, the coefficients of the
    // standardised and of the given column.
    pub(crate) scales: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
    pub(crate) standardised: Vec<f64>,
    pub(crate) original: Vec<f64>,
    // One value per row.
    pub(crate) fitted: Vec<f64>,
    jacobi: Jacobi,
}

/// What came out of a fit beside the coefficients.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) rank: usize,
    /// The residual sum of squares, in the units of the scaled target.
    pub(crate) residual: f64,
}

impl Workspace {
    /// Returns an empty workspace.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for a target and `n_solved` columns of `n_rows` rows, yet to be loaded, and for results on
    /// `n_columns`.
    pub(crate) fn reserve(&mut self, n_rows: usize, n_solved: usize, n_columns: usize) {
        self.n_blocks = n_blocks(n_rows);
        self.columns.resize(self.n_blocks * (n_solved + 1), Block::default());
        resize(&mut self.triangle, n_solved * n_solved);
        for values in [&mut self.coefficients, &mut self.weights, &mut self.scratch] {
            resize(values, n_solved);
        }
        let per_column = [&mut self.scales, &mut self.standardised, &mut self.original];
        for values in per_column {
            resize(values, n_columns);
        }
        self.fitted.clear();
    }

    /// Returns the number of blocks of one column.
    pub(crate) fn n_blocks(&self) -> usize {
        self.n_blocks
    }

    /// Returns one column; the target comes after the last one.
    pub(crate) fn column_mut(&mut self, column: usize) -> &mut [Block] {
        &mut self.columns[column * self.n_blocks..][..self.n_blocks]
    }

    /// Writes one column or the target, times a power of two if its size asks for one; returns that power, or
    /// `None` if a value is NaN or infinite.
    pub(crate) fn load(&mut self, column: usize, values: &[f64]) -> Option<f64> {
        let target = self.column_mut(column);
        if is_tame(load(target, values, |value| value)) {
            return Some(1.0);
        }
        let factor = scale(values)?;
        load(target, values, |value| value * factor);
        Some(factor)
    }

    /// Solves the problem whose columns, target and weights are set: `coefficients` minimise the distance of
    /// the target from the columns as they stand here.
    ///
    /// The rank counts the singular values of columns times weights. Where it is less than the number of
    /// columns, the solution is the one that is shortest in the units of columns times weights.
    pub(crate) fn solve(&mut self, cutoff: f64) -> Outcome {
        let size = self.coefficients.len();
        let head = &mut self.coefficients;
        let residual = reflect(&mut self.columns, self.n_blocks, size, &mut self.triangle, head);
        self.solve_triangle(cutoff, residual)
    }

    /// Solves the problem whose triangle, weights and head of the target, in `coefficients`, are set.
    pub(crate) fn solve_triangle(&mut self, cutoff: f64, residual: f64) -> Outcome {
        let size = self.coefficients.len();
        let triangle = Triangle { entries: &self.triangle, size };
        if triangle.is_surely_regular(&self.weights, cutoff, &mut self.scratch) {
            triangle.solve(&mut self.coefficients);
            return Outcome { rank: size, residual };
        }
        let columns = (0..size).map(|column| triangle.column(column)).zip(self.weights.iter().copied());
        self.jacobi.set(size, columns);
        // Rounding leaves singular values of that order where there are none.
        let is_singular = triangle.is_singular();
        let cutoff = if is_singular { cutoff.max(4.0 * size as f64 * f64::EPSILON) } else { cutoff };
        if !is_singular && self.jacobi.rank(cutoff) == size {
            triangle.solve(&mut self.coefficients);
            return Outcome { rank: size, residual };
        }
        let truncated = self.jacobi.solve(cutoff, &self.coefficients, &mut self.scratch);
        for ((coefficient, solved), weight) in
            self.coefficients.iter_mut().zip(&self.scratch).zip(&self.weights)
        {
            *coefficient = solved * weight;
        }
        Outcome { rank: truncated.rank, residual: residual + truncated.unreached }
    }
}

/// Says whether a sum of squares is that of a column that can stay in its own units: squares of its products with
/// another such column neither overflow nor lose what counts. NaN and infinity are not.
pub(crate) fn is_tame(squares: f64) -> bool {
    (1e-60..1e60).contains(&squares)
}

/// Makes a vector of `n` zeros out of a used one.
fn resize(values: &mut Vec<f64>, n: usize) {
    values.clear();
    values.resize(n, 0.0);
}

/// Checks the share of the largest singular value below which one counts as zero.
pub(crate) fn check_cutoff(cutoff: f64) -> Result<(), StatsError> {
    if (0.0..1.0).contains(&cutoff) {
        return Ok(());
    }
    Err(StatsError::Parameter { name: "cutoff", value: cutoff, rule: "at least 0 and below 1" })
}
