//! Iterative refinement: the digits that a first solution lacks, from residuals of twice the precision.
//!
//! A solution by reflections is off by the condition number times the size of the residuals; where these are
//! large beside what is fitted, that may be most of its digits. Refinement corrects coefficients and residuals
//! together, so that the error of both shrinks by a constant factor each round. Source: Björck (1967), BIT 7(4),
//! 257–278.

use crate::Columns;
use crate::blocks::{Block, LANES, entries, entry_mut};
use crate::triangle::{Reflection, Triangle};
use crate::workspace::Workspace;

/// Rounds after which corrections that still shrink are left at that.
const MAX_ROUNDS: usize = 20;

/// Improves the coefficients of a fit of full rank that the workspace has just solved; returns the sum of squared
/// residuals in the units of the scaled target.
pub(crate) fn refine(x: Columns<'_>, y: &[f64], y_scale: f64, workspace: &mut Workspace) -> f64 {
    let size = x.n_columns();
    let n_blocks = workspace.n_blocks();
    let Workspace { columns, triangle, coefficients, scales, fitted: residuals, .. } = workspace;
    let triangle = Triangle { entries: triangle, size };
    let (reflectors, step) = columns.split_at_mut(size * n_blocks);

    residuals.clear();
    residuals.resize(y.len(), 0.0);
    // The residuals of the first solution, as a start that X'r = 0 can be asked of.
    gaps(x, y, y_scale, coefficients, scales, residuals, step);
    residuals.iter_mut().zip(entries(step)).for_each(|(residual, step)| *residual = step);
    let mut gradient = vec![0.0; size];
    let mut previous = f64::INFINITY;
    for _ in 0..MAX_ROUNDS {
        gaps(x, y, y_scale, coefficients, scales, residuals, step);
        // And of X'r = 0.
        for ((gradient, column), scale) in gradient.iter_mut().zip(x.each()).zip(&*scales) {
            let mut sum = Precise { high: 0.0, low: 0.0 };
            for (value, residual) in column.iter().zip(&*residuals) {
                sum.add_product(-(value * scale), *residual);
            }
            *gradient = sum.value();
        }
        triangle.solve_transposed(&mut gradient);
        for pivot in 0..size {
            reflect_one(reflectors, triangle, pivot, step);
        }
        let mut correction: Vec<f64> = entries(step).zip(&gradient).map(|(step, head)| step - head).collect();
        triangle.solve(&mut correction);
        let length = correction.iter().map(|value| value * value).sum::<f64>().sqrt();
        // NaN ends it too: nothing has been added yet.
        let is_shrinking = length < 0.5 * previous;
        if !is_shrinking {
            break;
        }
        previous = length;
        for (coefficient, correction) in coefficients.iter_mut().zip(&correction) {
            *coefficient += correction;
        }
        for (row, value) in gradient.iter().enumerate() {
            *entry_mut(step, row) = *value;
        }
        for pivot in (0..size).rev() {
            reflect_one(reflectors, triangle, pivot, step);
        }
        for (residual, step) in residuals.iter_mut().zip(entries(step)) {
            *residual += step;
        }
    }
    residuals.iter().map(|residual| residual * residual).sum()
}

/// Writes what the present solution lacks of y = r + X b.
fn gaps(
    x: Columns<'_>,
    y: &[f64],
    y_scale: f64,
    coefficients: &[f64],
    scales: &[f64],
    residuals: &[f64],
    gaps: &mut [Block],
) {
    gaps.fill(Block::default());
    for row in 0..y.len() {
        let mut sum = Precise { high: y[row] * y_scale, low: 0.0 };
        sum.add_product(-1.0, residuals[row]);
        for ((column, scale), coefficient) in x.each().zip(scales).zip(coefficients) {
            sum.add_product(-(column[row] * scale), *coefficient);
        }
        *entry_mut(gaps, row) = sum.value();
    }
}

/// Applies one of the reflections that made the triangle; each is its own inverse.
fn reflect_one(reflectors: &[Block], triangle: Triangle<'_>, pivot: usize, target: &mut [Block]) {
    let vector = &reflectors[pivot * target.len()..][..target.len()];
    Reflection::again(vector, pivot, triangle.column(pivot)[pivot]).apply(&mut target[pivot / LANES..]);
}

/// A sum in about twice the digits of `f64`.
///
/// Source: Ogita, Rump and Oishi (2005), SIAM Journal on Scientific Computing 26(6), 1955–1988, algorithm 5.3.
#[derive(Clone, Copy)]
struct Precise {
    high: f64,
    low: f64,
}

impl Precise {
    /// Adds a product of factors that are far from overflow.
    fn add_product(&mut self, left: f64, right: f64) {
        let product = left * right;
        let sum = self.high + product;
        let part = sum - self.high;
        let lost = (self.high - (sum - part)) + (product - part);
        self.high = sum;
        self.low += lost + product_error(left, right, product);
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

/// Returns what rounding took from a product: exact, by halves of the factors (Dekker), without fused operations.
fn product_error(left: f64, right: f64, product: f64) -> f64 {
    let halves = |value: f64| {
        let shifted = value * 134_217_729.0;
        let high = shifted - (shifted - value);
        (high, value - high)
    };
    let ((left_high, left_low), (right_high, right_low)) = (halves(left), halves(right));
    ((left_high * right_high - product) + left_high * right_low + left_low * right_high)
        + left_low * right_low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_keeps_what_rounding_takes() {
        let mut sum = Precise { high: 1e16, low: 0.0 };
        sum.add_product(1.0, 1.0);
        sum.add_product(-1e8, 1e8);
        assert_eq!(sum.value(), 1.0);
        let factor = 1.0 + f64::EPSILON;
        assert_eq!(product_error(factor, factor, factor * factor), f64::EPSILON * f64::EPSILON);
    }
}
