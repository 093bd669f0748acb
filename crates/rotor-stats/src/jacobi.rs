//! Singular values by one-sided Jacobi rotations, for triangles that are nearly singular.
//!
//! Columns are rotated in pairs until all are orthogonal; their lengths are then the singular values. It is
//! the slow path, taken when a cheap bound cannot rule out a rank below the number of columns. Source: Golub
//! and Van Loan, Matrix Computations, fourth edition (2013), section 8.6.3.

/// Rounds of rotations after which the columns count as orthogonal; six to ten are usual.
const MAX_SWEEPS: usize = 60;

/// A square matrix as U S V', without its small singular values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jacobi {
    // U S and V, `size` entries a column.
    scaled: Vec<f64>,
    rotation: Vec<f64>,
    squares: Vec<f64>,
}

/// The minimum-norm solution of least squares with a square matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Truncated {
    /// Singular values that count.
    pub(crate) rank: usize,
    /// The squared length of the part of the right-hand side that no solution reaches.
    pub(crate) unreached: f64,
}

impl Jacobi {
    /// Sets the matrix to be solved, column by column, each with its entries down to the diagonal.
    pub(crate) fn set<'a>(&mut self, size: usize, columns: impl Iterator<Item = (&'a [f64], f64)>) {
        self.scaled.clear();
        self.scaled.resize(size * size, 0.0);
        self.rotation.clear();
        self.rotation.resize(size * size, 0.0);
        for (idx, (column, weight)) in columns.enumerate() {
            let target = &mut self.scaled[idx * size..];
            for (target, entry) in target.iter_mut().zip(column) {
                *target = entry * weight;
            }
            self.rotation[idx * size + idx] = 1.0;
        }
        for _ in 0..MAX_SWEEPS {
            if !self.sweep(size) {
                break;
            }
        }
        self.squares.clear();
        self.squares.extend(self.scaled.chunks_exact(size).map(|column| product(column, column)));
    }

    /// Returns how many singular values are at least `cutoff` times the largest and not zero.
    pub(crate) fn rank(&self, cutoff: f64) -> usize {
        let least = self.least_square(cutoff);
        self.squares.iter().filter(|square| **square > 0.0 && **square >= least).count()
    }

    /// Writes the shortest vector that minimises the distance to `right`, treating singular values below
    /// `cutoff` times the largest as zero.
    pub(crate) fn solve(&self, cutoff: f64, right: &[f64], solution: &mut [f64]) -> Truncated {
        let size = right.len();
        let least = self.least_square(cutoff);
        let mut rest = right.to_vec();
        let mut rank = 0;
        solution.fill(0.0);
        let columns = self.scaled.chunks_exact(size).zip(self.rotation.chunks_exact(size));
        for ((scaled, rotation), square) in columns.zip(&self.squares) {
            if *square > 0.0 && *square >= least {
                rank += 1;
                let factor = product(scaled, right) / square;
                for (target, entry) in solution.iter_mut().zip(rotation) {
                    *target += factor * entry;
                }
                for (target, entry) in rest.iter_mut().zip(scaled) {
                    *target -= factor * entry;
                }
            }
        }
        Truncated { rank, unreached: product(&rest, &rest) }
    }

    /// Returns the square that those of the singular values that count reach.
    fn least_square(&self, cutoff: f64) -> f64 {
        cutoff * cutoff * self.squares.iter().copied().fold(0.0, f64::max)
    }

    /// Rotates every pair of columns once; says whether any pair needed it.
    fn sweep(&mut self, size: usize) -> bool {
        let mut has_rotated = false;
        for left in 0..size {
            for right in left + 1..size {
                let (a, b) = pair(&mut self.scaled, size, left, right);
                let (a_square, b_square, mixed) = (product(a, a), product(b, b), product(a, b));
                if mixed.abs() <= f64::EPSILON * a_square.sqrt() * b_square.sqrt() {
                    continue;
                }
                has_rotated = true;
                let ratio = (b_square - a_square) / (2.0 * mixed);
                let tangent = 1.0_f64.copysign(ratio) / (ratio.abs() + libm::hypot(1.0, ratio));
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                rotate(a, b, cosine, tangent * cosine);
                let (a, b) = pair(&mut self.rotation, size, left, right);
                rotate(a, b, cosine, tangent * cosine);
            }
        }
        has_rotated
    }
}

/// Returns the sum of products, from the first on.
fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Borrows two columns, the second to the right of the first.
fn pair(matrix: &mut [f64], size: usize, left: usize, right: usize) -> (&mut [f64], &mut [f64]) {
    let (head, tail) = matrix.split_at_mut(right * size);
    (&mut head[left * size..][..size], &mut tail[..size])
}

fn rotate(a: &mut [f64], b: &mut [f64], cosine: f64, sine: f64) {
    for (a, b) in a.iter_mut().zip(b) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_solution_of_a_singular_system() {
        // x + y = 2 twice: the shortest solution is (1, 1); of 2 and 4 the mean is reached.
        let mut jacobi = Jacobi::default();
        jacobi.set(2, [(&[1.0, 1.0][..], 1.0), (&[1.0, 1.0][..], 1.0)].into_iter());
        let mut solution = [0.0; 2];
        let found = jacobi.solve(1e-10, &[2.0, 4.0], &mut solution);
        assert_eq!((found.rank, jacobi.rank(1e-10)), (1, 1));
        assert!(solution.iter().all(|value| (value - 1.5).abs() < 1e-15));
        assert!((found.unreached - 2.0).abs() < 1e-15);
    }

    #[test]
    fn zeros_have_rank_zero() {
        let mut jacobi = Jacobi::default();
        jacobi.set(2, [(&[0.0][..], 1.0), (&[0.0, 0.0][..], 1.0)].into_iter());
        let mut solution = [9.0; 2];
        let found = jacobi.solve(0.0, &[3.0, 4.0], &mut solution);
        assert_eq!((found, solution), (Truncated { rank: 0, unreached: 25.0 }, [0.0; 2]));
    }
}
