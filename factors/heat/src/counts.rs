//! In how many pairs a sector is above its habit: by ranks where histories are complete, by pairs where not.

use rotor_factor::Panel;
use rotor_stats::{TOLERANCE, round9};

use crate::N_AVERAGED;

/// In how many pairs a sector's z is above and below zero; the pairs between are in neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) above: u32,
    pub(crate) below: u32,
    /// Pairs with enough months, those with z = 0 among them.
    n_pairs: u32,
}

impl Counts {
    /// Returns 100 N⁺ / (N⁺ + N⁻), 50 if every z is zero, or `None` without a pair.
    pub(crate) fn heat(&self) -> Option<f64> {
        match self.above + self.below {
            _ if self.n_pairs == 0 => None,
            0 => Some(50.0),
            n => Some(100.0 * f64::from(self.above) / f64::from(n)),
        }
    }
}

/// Month-end closes with the windows that are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Histories<'a> {
    closes: Panel<'a>,
    window: usize,
    min_months: usize,
}

impl<'a> Histories<'a> {
    /// Takes closes whose panel ends with month m, windows of `window` returns and the least number that a pair needs.
    pub(crate) fn new(closes: Panel<'a>, window: usize, min_months: usize) -> Self {
        Self { closes, window, min_months }
    }

    /// Returns a sector's return of month m.
    pub(crate) fn last_return(&self, sector: usize) -> Option<f64> {
        let value = self.closes.get(sector, 0)? / self.closes.get(sector, 1)? - 1.0;
        value.is_finite().then_some(value)
    }

    /// Returns the counts of every sector with the windows that end with m, one month and two months before.
    pub(crate) fn counts(&self) -> [Vec<Counts>; N_AVERAGED] {
        let n_sectors = self.closes.n_entities();
        let mut excesses: [Vec<f64>; N_AVERAGED] = std::array::from_fn(|_| Vec::with_capacity(n_sectors));
        for sector in 0..n_sectors {
            for (excesses, excess) in excesses.iter_mut().zip(self.excesses(sector)) {
                excesses.push(excess);
            }
        }
        std::array::from_fn(|lag| {
            let mut counts = vec![Counts::default(); n_sectors];
            count_by_rank(&excesses[lag], &mut counts);
            if excesses[lag].iter().any(|excess| excess.is_nan()) {
                self.count_by_pairs(lag, &excesses[lag], &mut counts);
            }
            counts
        })
    }

    /// Returns z of each pair with the window that ends with m: row A, column B, z of R(A) less R(B).
    pub(crate) fn matrix(&self) -> Vec<Vec<Option<f64>>> {
        let returns = self.all_returns(0);
        let n = returns.len();
        let cell =
            |a: usize, b: usize| if a == b { None } else { z(&returns[a], &returns[b], self.min_months) };
        (0..n).map(|a| (0..n).map(|b| cell(a, b)).collect()).collect()
    }

    /// Returns by how much a sector's last return of each window exceeds its mean there; NaN if a return is missing.
    ///
    /// The three windows share all months but their ends. A close that is missing makes a sum NaN, and so does an
    /// infinite return.
    fn excesses(&self, sector: usize) -> [f64; N_AVERAGED] {
        let closes = self.closes.row(sector);
        let n = closes.len() - 1;
        let ratio = |month: usize| closes[month + 1] / closes[month];
        let shared = sum_of_ratios(&closes[2..n - 1]);
        let (oldest, older, newer, newest) = (ratio(0), ratio(1), ratio(n - 2), ratio(n - 1));
        // A window has n - 2 months, and the mean of ratios is one more than that of returns.
        let mean = |ends: f64| (shared + ends) / (n - 2) as f64;
        [newest - mean(newer + newest), newer - mean(older + newer), ratio(n - 3) - mean(oldest + older)]
            .map(|excess| if excess.is_finite() { excess } else { f64::NAN })
    }

    /// Returns the returns of a window, oldest first.
    fn returns(&self, sector: usize, lag: usize) -> impl Iterator<Item = f64> + 'a {
        let row = self.closes.row(sector);
        let end = row.len() - lag;
        row[end - self.window - 1..end].windows(2).map(|pair| pair[1] / pair[0] - 1.0)
    }

    fn all_returns(&self, lag: usize) -> Vec<Vec<f64>> {
        (0..self.closes.n_entities()).map(|sector| self.returns(sector, lag).collect()).collect()
    }

    /// Adds the pairs of sectors whose window has a gap, with one another and with the others.
    fn count_by_pairs(&self, lag: usize, excesses: &[f64], counts: &mut [Counts]) {
        let returns = self.all_returns(lag);
        for a in 0..counts.len() {
            for b in a + 1..counts.len() {
                let is_counted = !excesses[a].is_nan() && !excesses[b].is_nan();
                let Some(z) = (!is_counted).then(|| z(&returns[a], &returns[b], self.min_months)).flatten()
                else {
                    continue;
                };
                counts[a].n_pairs += 1;
                counts[b].n_pairs += 1;
                if z.abs() > TOLERANCE {
                    let (upper, lower) = if z > 0.0 { (a, b) } else { (b, a) };
                    counts[upper].above += 1;
                    counts[lower].below += 1;
                }
            }
        }
    }
}

/// Returns the sum of each close over the one before, in four interleaved parts, for one alone would wait for each
/// addition.
fn sum_of_ratios(closes: &[f64]) -> f64 {
    let (before, rest_before) = closes[..closes.len() - 1].as_chunks::<4>();
    let (after, rest_after) = closes[1..].as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (after, before) in after.iter().zip(before) {
        for part in 0..4 {
            sums[part] += after[part] / before[part];
        }
    }
    let rest: f64 = rest_after.iter().zip(rest_before).map(|(after, before)| after / before).sum();
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

/// Counts the pairs of sectors with complete windows.
///
/// There z > 0 if and only if the excess of one is greater than that of the other: sd does not change a sign. Excesses
/// that are equal to nine decimals are z = 0.
fn count_by_rank(excesses: &[f64], counts: &mut [Counts]) {
    let complete = excesses.iter().enumerate().filter(|(_, excess)| !excess.is_nan());
    let mut order: Vec<(i64, u32)> =
        complete.map(|(sector, excess)| (order_of(round9(*excess)), sector as u32)).collect();
    order.sort_unstable_by_key(|(order, _)| *order);
    let n = order.len();
    let mut n_lower = 0;
    for equals in order.chunk_by(|(a, _), (b, _)| a == b) {
        for (_, sector) in equals {
            let (above, below) = (n_lower as u32, (n - n_lower - equals.len()) as u32);
            counts[*sector as usize] = Counts { above, below, n_pairs: n as u32 - 1 };
        }
        n_lower += equals.len();
    }
}

/// Returns a whole number that is smaller for a smaller number, which is neither NaN nor a negative zero.
fn order_of(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    // Negative numbers grow with their bits the other way.
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// Returns (d(m) - mean) / sd of the differences d of two windows of returns, with n - 1; 0 if they do not vary.
///
/// Over the months in which both have a return; `None` if these are too few or the last month is not among them.
fn z(a: &[f64], b: &[f64], min_months: usize) -> Option<f64> {
    let differences = || a.iter().zip(b).map(|(a, b)| a - b).filter(|difference| difference.is_finite());
    let n = differences().count();
    let last = a.last()? - b.last()?;
    if n < min_months || !last.is_finite() {
        return None;
    }
    let mean = differences().sum::<f64>() / n as f64;
    let squares: f64 = differences().map(|difference| (difference - mean) * (difference - mean)).sum();
    let sd = (squares / (n - 1) as f64).sqrt();
    // Differences that are equal on paper differ in their last bits.
    let z = if sd <= TOLERANCE { 0.0 } else { (last - mean) / sd };
    z.is_finite().then_some(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three sectors over five months, worked by hand, in percent.
    const A: [f64; 5] = [2.0, -1.0, 3.0, 0.5, 4.0];
    const B: [f64; 5] = [1.0, 0.0, -2.0, 1.5, 1.0];
    const C: [f64; 5] = [-0.5, 0.5, 1.0, -1.0, -2.0];

    #[test]
    fn z_values_of_the_golden_example() {
        for (a, b, expected) in [(A, B, 0.613_571_991_1), (A, C, 1.455_974_116_2), (B, C, 0.933_156_949_8)] {
            assert!((z(&a, &b, 5).unwrap() - expected).abs() < 1e-10);
            assert_eq!(z(&b, &a, 5).unwrap(), -z(&a, &b, 5).unwrap());
        }
    }

    #[test]
    fn ranks_count_what_pairs_count() {
        let returns = [A, B, C];
        let excesses = returns.map(|r| r[4] - r.iter().sum::<f64>() / 5.0);
        let mut counts = [Counts::default(); 3];
        count_by_rank(&excesses, &mut counts);
        assert_eq!(counts.map(|counts| (counts.above, counts.below)), [(2, 0), (1, 1), (0, 2)]);
        assert_eq!(counts.map(|counts| counts.heat()), [Some(100.0), Some(50.0), Some(0.0)]);
    }

    #[test]
    fn equal_excesses_are_in_neither_count() {
        let mut counts = [Counts::default(); 4];
        count_by_rank(&[0.1 + 0.2, 0.3, f64::NAN, -1.0], &mut counts);
        assert_eq!(counts.map(|counts| counts.heat()), [Some(100.0), Some(100.0), None, Some(0.0)]);
        let mut counts = [Counts::default(); 2];
        count_by_rank(&[0.3, 0.3], &mut counts);
        assert_eq!(counts[0].heat(), Some(50.0));
    }

    #[test]
    fn a_pair_needs_its_months_and_the_last_one() {
        let mut gap = B;
        gap[1] = f64::NAN;
        assert!(z(&A, &gap, 5).is_none() && z(&A, &gap, 4).is_some());
        gap = B;
        gap[4] = f64::NAN;
        assert_eq!(z(&A, &gap, 2), None);
        assert_eq!(z(&A, &A.map(|r| r + 0.1), 2), Some(0.0));
    }
}
