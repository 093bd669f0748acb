//! Columns in aligned blocks of four rows, and the loops in which a fit spends its time.
//!
//! The last block of a column is filled up with zeros, so that no loop has a remainder, and blocks are aligned, so that
//! a load can be an operand of the arithmetic. A sum is taken in four interleaved parts that are joined in one fixed
//! way, so its bits depend on the values alone, not on the width of the registers. Nothing here fuses a
//! multiplication with an addition, and there is one version of each loop, whatever the processor can do.
//!
//! All data of a fit are in the first-level cache; what limits it is the number of instructions. With registers of two
//! numbers, two vectors and two columns at a time take 6.5 instructions for four operations on a register; one and one,
//! unaligned, took nine.

/// The number of values in a block.
pub(crate) const LANES: usize = 4;

/// Some values of one column, in consecutive rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub(crate) struct Block(pub(crate) [f64; LANES]);

impl Block {
    /// Returns the sums of the values of two blocks.
    #[inline]
    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// Returns the products of the values of two blocks.
    #[inline]
    fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    /// Returns the values times a number.
    #[inline]
    fn scaled(self, factor: f64) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * factor))
    }

    /// Returns the sum of the four values.
    #[inline]
    fn sum(self) -> f64 {
        (self.0[0] + self.0[2]) + (self.0[1] + self.0[3])
    }
}

/// Returns the number of blocks that hold `n` values.
pub(crate) const fn n_blocks(n: usize) -> usize {
    n.div_ceil(LANES)
}

/// Returns the value in a row.
pub(crate) fn entry(blocks: &[Block], row: usize) -> f64 {
    blocks[row / LANES].0[row % LANES]
}

/// Returns the value in a row, to be set.
pub(crate) fn entry_mut(blocks: &mut [Block], row: usize) -> &mut f64 {
    &mut blocks[row / LANES].0[row % LANES]
}

/// Returns all values in the order of their rows, those of the filling last.
pub(crate) fn entries(blocks: &[Block]) -> impl Iterator<Item = f64> {
    blocks.iter().flat_map(|block| block.0)
}

/// Writes what each value maps to, with zeros after the last; returns the sum of the squares.
#[inline]
pub(crate) fn load(target: &mut [Block], values: &[f64], map: impl Fn(f64) -> f64) -> f64 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let (full, end) = target.split_at_mut(whole.len());
    let mut squares = Block::default();
    for (target, values) in full.iter_mut().zip(whole) {
        let mapped = Block(std::array::from_fn(|lane| map(values[lane])));
        squares = squares.plus(mapped.times(mapped));
        *target = mapped;
    }
    end.fill(Block::default());
    if let Some(target) = end.first_mut() {
        for (target, value) in target.0.iter_mut().zip(rest) {
            *target = map(*value);
        }
        squares = squares.plus(target.times(*target));
    }
    squares.sum()
}

/// Returns the sum of the products of two runs of the same length.
pub(crate) fn dot(left: &[Block], right: &[Block]) -> f64 {
    let [[product]] = dots([left], [right]);
    product
}

/// Adds `factor` times `values` to `target`.
pub(crate) fn add_multiple(target: &mut [Block], factor: f64, values: &[Block]) {
    add_multiples([target], [[factor]], [values]);
}

/// Returns for each column the sums of its products with some vectors; all have the same length.
#[inline]
pub(crate) fn dots<const M: usize, const N: usize>(
    vectors: [&[Block]; M],
    columns: [&[Block]; N],
) -> [[f64; M]; N] {
    let parts = dots_by_lane(vectors, columns);
    std::array::from_fn(|column| std::array::from_fn(|vector| parts[column][vector].sum()))
}

/// Returns the sums before their four parts are joined.
///
/// Not inlined, for then the compiler sees what the sums are needed for and puts numbers of different sums, instead of
/// the parts of one, into one register, at half the speed.
#[inline(never)]
fn dots_by_lane<const M: usize, const N: usize>(
    vectors: [&[Block]; M],
    columns: [&[Block]; N],
) -> [[Block; M]; N] {
    let n_blocks = vectors[0].len();
    let vectors = vectors.map(|vector| &vector[..n_blocks]);
    let columns = columns.map(|column| &column[..n_blocks]);
    let mut parts = [[Block::default(); M]; N];
    for idx in 0..n_blocks {
        for (parts, column) in parts.iter_mut().zip(&columns) {
            for (part, vector) in parts.iter_mut().zip(&vectors) {
                *part = part.plus(column[idx].times(vector[idx]));
            }
        }
    }
    parts
}

/// Adds to each column some vectors times its factors, one vector after the other; all have the same length.
///
/// Two blocks at a time: of one the compiler makes a loop that gathers every fourth number.
#[inline]
pub(crate) fn add_multiples<const M: usize, const N: usize>(
    columns: [&mut [Block]; N],
    factors: [[f64; M]; N],
    vectors: [&[Block]; M],
) {
    let n_twos = vectors[0].len() / 2;
    let mut columns = columns.map(|column| column.as_chunks_mut::<2>());
    let vectors = vectors.map(|vector| vector.as_chunks::<2>());
    let twos = vectors.map(|(twos, _)| &twos[..n_twos]);
    for idx in 0..n_twos {
        for ((column, _), factors) in columns.iter_mut().zip(factors) {
            let mut sums = column[idx];
            for (vector, factor) in twos.iter().zip(factors) {
                sums[0] = sums[0].plus(vector[idx][0].scaled(factor));
                sums[1] = sums[1].plus(vector[idx][1].scaled(factor));
            }
            column[idx] = sums;
        }
    }
    for ((_, column), factors) in columns.iter_mut().zip(factors) {
        for ((_, vector), factor) in vectors.iter().zip(factors) {
            if let ([column], [vector]) = (&mut **column, vector) {
                *column = column.plus(vector.scaled(factor));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values in blocks.
    fn blocks(values: &[f64]) -> Vec<Block> {
        let mut blocks = vec![Block([f64::NAN; LANES]); n_blocks(values.len()) + 1];
        load(&mut blocks, values, |value| value);
        blocks
    }

    #[test]
    fn blocks_are_filled_up_with_zeros() {
        assert_eq!([n_blocks(0), n_blocks(1), n_blocks(4), n_blocks(5)], [0, 1, 1, 2]);
        let mut found = blocks(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(entries(&found).collect::<Vec<_>>(), [1., 2., 3., 4., 5., 0., 0., 0., 0., 0., 0., 0.]);
        assert_eq!(load(&mut found, &[1.0, 2.0, 3.0], |value| value - 4.0), 14.0);
        assert_eq!((entry(&found, 2), entry(&found, 4)), (-1.0, 0.0));
        *entry_mut(&mut found, 6) = 2.0;
        assert_eq!(found[1], Block([0.0, 0.0, 2.0, 0.0]));
    }

    #[test]
    fn two_at_a_time_are_as_one_at_a_time() {
        let count: Vec<f64> = (0..18).map(f64::from).collect();
        let squares: Vec<f64> = count.iter().map(|value| value * value).collect();
        let (count, squares) = (blocks(&count), blocks(&squares));
        assert_eq!((dot(&count, &count), dot(&count, &squares)), (1785.0, 23_409.0));
        assert_eq!(dots([&count, &squares], [&count]), [[1785.0, 23_409.0]]);
        let (mut one, mut other) = (squares.clone(), squares.clone());
        add_multiple(&mut one, -2.0, &count);
        add_multiple(&mut one, 3.0, &squares);
        add_multiples([&mut other], [[-2.0, 3.0]], [&count, &squares]);
        assert_eq!(one, other);
        assert_eq!(entry(&one, 17), 4.0 * 289.0 - 34.0);
    }
}
