//! Householder reflections: from columns to a triangle.
//!
//! Two reflections are made and then applied together, which halves the passes over the columns right of them. Each
//! pair starts at a whole block of rows, with zeros above its diagonals. Column scaling by powers of two changes no bit
//! of the reflections, so callers scale to keep squares in range.
//!
//! Floor for 60 rows and 11 columns with the target: column k = 0 … 10 takes 2(n - k) + 4(n - k)(p - k) additions and
//! multiplications, 16 170 together or 8 085 on registers of two, which every 64-bit x86 has; at 6.5 instructions for
//! four of them 13 100 instructions. The data are 720 numbers.

use crate::blocks::{Block, LANES, add_multiple, add_multiples, dot, dots, entries, entry, entry_mut};

/// A column whose remainder is shorter than this is one that the columns before it span: their lengths are near 1, or
/// at least 1e-30 and at most 1e30, and squares of anything shorter would underflow.
const NEGLIGIBLE: f64 = 1e-140;

/// Reflects `n_columns + 1` columns in place so that the first ones become the triangle R and the last one,
/// the target y, becomes Q'y.
///
/// R goes to `triangle`, `n_columns` entries a column, and its lower part is left alone. The head of Q'y, as
/// long as R is wide, goes to `head`. Returns the sum of squares of the rest of Q'y, which is the residual
/// sum of squares when R is regular. Every column is finite and no longer than 1e30.
pub(crate) fn reflect(
    columns: &mut [Block],
    n_blocks: usize,
    n_columns: usize,
    triangle: &mut [f64],
    head: &mut [f64],
) -> f64 {
    // The first column, often a constant, goes alone: what it takes from the others may be most of them, and products
    // with the second vector have more digits after that than before.
    if let Some(diagonal) = triangle.first_mut() {
        let (first, right) = columns.split_at_mut(n_blocks);
        let squares = dot(first, first);
        let first = Reflection::new(first, 0, squares, diagonal);
        Reflections { each: [first], product: 0.0 }.apply_to_all(right, n_blocks, 0);
    }
    for pivot in (1..n_columns).step_by(2) {
        let start = pivot / LANES;
        let (first, right) = columns[pivot * n_blocks..].split_at_mut(n_blocks);
        let (second, right) = right.split_at_mut(n_blocks);
        let diagonal = &mut triangle[pivot * n_columns..][..=pivot];
        let vector = take_head(first, start, pivot, diagonal);
        let column = &mut second[start..];
        let [[squares, product]] = dots([vector, column], [vector]);
        let first = Reflection::new(vector, pivot % LANES, squares, &mut diagonal[pivot]);
        // The vector differs from its column in one row; so the product need not wait for the square root.
        let product = product - diagonal[pivot] * entry(column, pivot % LANES);
        add_multiple(column, product * first.factor, first.vector);
        if pivot + 1 == n_columns {
            // The second was the target.
            break;
        }
        let (pivot, row) = (pivot + 1, pivot % LANES + 1);
        let diagonal = &mut triangle[pivot * n_columns..][..=pivot];
        let vector = take_head(second, start, pivot, diagonal);
        let [[squares, product]] = dots([vector, first.vector], [vector]);
        let second = Reflection::new(vector, row, squares, &mut diagonal[pivot]);
        let product = product - diagonal[pivot] * entry(first.vector, row);
        Reflections { each: [first, second], product }.apply_to_all(right, n_blocks, start);
    }
    let target = &mut columns[n_columns * n_blocks..];
    for (head, value) in head.iter_mut().zip(entries(target)) {
        *head = value;
    }
    for row in n_columns / LANES * LANES..n_columns {
        *entry_mut(target, row) = 0.0;
    }
    let rest = &target[n_columns / LANES..];
    dot(rest, rest)
}

/// Copies what is above the diagonal to the triangle; returns the column from block `start` on, zero above the
/// diagonal.
fn take_head<'a>(
    column: &'a mut [Block],
    start: usize,
    pivot: usize,
    triangle: &mut [f64],
) -> &'a mut [Block] {
    let (whole, part) = triangle[..pivot].as_chunks_mut::<LANES>();
    for (triangle, head) in whole.iter_mut().zip(&*column) {
        *triangle = head.0;
    }
    for (triangle, value) in part.iter_mut().zip(&column[pivot / LANES].0) {
        *triangle = *value;
    }
    let column = &mut column[start..];
    for row in 0..pivot - start * LANES {
        *entry_mut(column, row) = 0.0;
    }
    column
}

/// The reflection I + factor · v v' that leaves of one column nothing below the diagonal.
#[derive(Clone, Copy)]
pub(crate) struct Reflection<'a> {
    /// The vector v from the diagonal's block of rows on, zero above the diagonal.
    vector: &'a [Block],
    /// -2 / v'v, or 0 where nothing was left of the column.
    factor: f64,
}

impl<'a> Reflection<'a> {
    /// Makes the reflection of a column with this sum of squares, in the place of the column; what becomes of the
    /// column, all in this row, goes to `diagonal`.
    fn new(column: &'a mut [Block], row: usize, squares: f64, diagonal: &mut f64) -> Self {
        let length = squares.sqrt();
        if length < NEGLIGIBLE {
            *diagonal = 0.0;
            return Self { vector: column, factor: 0.0 };
        }
        // The sign that makes the reflection's vector longer, not shorter: no cancellation.
        let first = entry(column, row);
        let reflected = -length.copysign(first);
        *entry_mut(column, row) = first - reflected;
        *diagonal = reflected;
        // Half the squared length of the vector is -reflected * (first - reflected).
        Self { vector: column, factor: 1.0 / (reflected * (first - reflected)) }
    }

    /// Returns the reflection whose vector and diagonal entry are known.
    pub(crate) fn again(column: &'a [Block], pivot: usize, diagonal: f64) -> Self {
        let vector = &column[pivot / LANES..];
        Self { vector, factor: 1.0 / (diagonal * vector[0].0[pivot % LANES]) }
    }

    /// Reflects the end of a column that is as long as the vector.
    pub(crate) fn apply(&self, column: &mut [Block]) {
        add_multiple(column, dot(self.vector, column) * self.factor, self.vector);
    }
}

/// One reflection, or two of them one after the other, that start at the same block.
struct Reflections<'a, const M: usize> {
    each: [Reflection<'a>; M],
    /// The product of the vectors of two.
    product: f64,
}

impl<const M: usize> Reflections<'_, M> {
    /// Reflects columns of `n_blocks` blocks, of which the first `start` are left alone, two at a time.
    fn apply_to_all(&self, columns: &mut [Block], n_blocks: usize, start: usize) {
        let mut twos = columns.chunks_exact_mut(2 * n_blocks);
        for two in &mut twos {
            let (one, other) = two.split_at_mut(n_blocks);
            self.apply([&mut one[start..], &mut other[start..]]);
        }
        let one = twos.into_remainder();
        if !one.is_empty() {
            self.apply([&mut one[start..]]);
        }
    }

    fn apply<const N: usize>(&self, columns: [&mut [Block]; N]) {
        let vectors = self.each.map(|each| each.vector);
        let mut factors = dots(vectors, columns.each_ref().map(|column| &**column));
        for factors in &mut factors {
            let mut added = 0.0;
            for (factor, reflection) in factors.iter_mut().zip(&self.each) {
                // What the first reflection adds to the column has a product with the second vector, too.
                *factor = (*factor + added * self.product) * reflection.factor;
                added = *factor;
            }
        }
        add_multiples(columns, factors, vectors);
    }
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
        let mut columns = [Block([3.0, 4.0, 0.0, 0.0]), Block([1.0, 1.0, 2.0, 0.0])];
        let (mut triangle, mut head) = ([0.0], [0.0]);
        let rest = reflect(&mut columns, 1, 1, &mut triangle, &mut head);
        assert_eq!(triangle, [-5.0]);
        assert!((head[0] + 1.4).abs() < 1e-15 && (rest - 4.04).abs() < 1e-15);
    }
}
