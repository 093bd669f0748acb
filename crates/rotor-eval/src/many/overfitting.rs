//! Whether choosing the best by one half of the months helps in the other: combinatorially symmetric cross-validation.
//!
//! There are 12 870 halves, and memory must not hold a number for each half of each trial. Trials come in chunks, twice: once for the
//! best inside each half, once for its rank outside. A chunk keeps the sums of all sets of the first eight blocks and of the last, so
//! that a half is two loads. The floor for 10 000 trials are 2.6e8 ratios, each with two divisions and a root.

use rayon::prelude::*;
use rotor_run::metrics::Reason;
use rotor_stats::round9;

use super::{Excesses, FEWEST_MONTHS};
use crate::metric::at_least;

/// The number of blocks into which months are cut.
const N_BLOCKS: usize = 16;

/// The number of halves of sixteen blocks, each with its other half among them.
pub const N_HALVES: usize = 12_870;

/// The number of cells of [`HalfPoints`] along either axis.
pub const GRID: usize = 40;

/// The number of sets that half of the blocks have.
const SUBSETS: usize = 1 << (N_BLOCKS / 2);

/// The number of trials whose sums lie side by side.
const LANES: usize = 16;

/// Up to this distance two ratios may be equal to nine decimals.
const NEAR: f64 = 1e-9;

/// What choosing the best of one half of the months is worth in the other.
#[derive(Clone, Debug, PartialEq)]
pub struct OverfittingOutcome {
    /// The number of months in whole blocks; the oldest beyond them are left out.
    pub n_months: usize,
    /// The share of halves whose best trial is at or below the median of the other half (PBO). It does not say whether any trial has
    /// skill, only whether choosing by the past helps.
    pub probability: f64,
    /// The share of halves whose best trial has a ratio below 0 in the other half.
    pub loss: f64,
    /// The line of the ratio outside on the ratio inside, or why there is none.
    pub degradation: Result<Degradation, Reason>,
    /// The points of that line, counted.
    pub points: HalfPoints,
}

/// The line of the best trial's monthly Sharpe ratio out of sample on that in sample, by least squares over all halves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degradation {
    /// What a ratio of 1 more inside adds outside; below 0 the better a trial looks, the worse it does.
    pub slope: f64,
    /// The ratio outside for one of 0 inside.
    pub intercept: f64,
}

/// Halves counted in a grid of [`GRID`] by [`GRID`] cells, whatever the number of trials.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfPoints {
    /// The ratios of the best inside: the least and the largest.
    pub inside: (f64, f64),
    /// Its ratios outside.
    pub outside: (f64, f64),
    /// The number of halves by cell, the lowest `outside` first, and within it the lowest `inside`. A cell holds its lower end; the last
    /// of an axis holds both.
    pub counts: Vec<u32>,
}

/// The least and the largest.
type Range = (f64, f64);

/// Sums of a block or a half.
#[derive(Clone, Copy, Default)]
pub(crate) struct Moments {
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

impl Moments {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    /// Returns mean over deviation to nine decimals, so that equal strategies are equal; what does not vary is worth nothing.
    pub(crate) fn sharpe(self, n: f64) -> f64 {
        round9(self.ratio(n))
    }

    /// Returns the same with all digits.
    fn ratio(self, n: f64) -> f64 {
        let mean = self.sum / n;
        let variance = (self.squares - self.sum * mean) / (n - 1.0);
        if variance > 0.0 { mean / variance.sqrt() } else { 0.0 }
    }
}

/// Returns what choosing the best trial of one half of the months is worth in the other, over all halves of sixteen blocks.
///
/// Trials are compared by the monthly Sharpe ratio of their excess to nine decimals; of equal ones the first is best.
///
/// # Errors
///
/// [`Reason::TooFew`] for fewer than two trials or 32 months.
///
/// # Source
///
/// Bailey, Borwein, López de Prado and Zhu (2017), Journal of Computational Finance 20(4), 39–69.
pub fn overfitting(excesses: &Excesses) -> Result<OverfittingOutcome, Reason> {
    let (n_trials, n) = (excesses.n_trials(), excesses.n_months());
    at_least(2, n_trials).and(at_least(FEWEST_MONTHS, n))?;
    let length = n / N_BLOCKS;
    let n_half = (N_BLOCKS / 2 * length) as f64;
    // Ascending, so that the other half of the first is the last.
    let halves: Vec<usize> =
        (0..1_usize << N_BLOCKS).filter(|half| half.count_ones() as usize == N_BLOCKS / 2).collect();
    let best = best_inside(excesses, &halves, length, n_half);
    // Of each half the ratio of its best in the other half; the sums of a trial are made again, once for all halves that it is best in.
    let mut by_trial: Vec<usize> = (0..halves.len()).collect();
    by_trial.sort_by_key(|half| best[*half].trial);
    let of_trial = |places: &[usize]| -> Vec<f64> {
        let [low, high] = subset_sums(&excesses.values[best[places[0]].trial * n..][..n], length);
        let ratio = |place: &usize| {
            let other = !halves[*place] & (SUBSETS * SUBSETS - 1);
            low[other % SUBSETS].plus(high[other / SUBSETS]).sharpe(n_half)
        };
        places.iter().map(ratio).collect()
    };
    let groups: Vec<&[usize]> =
        by_trial.chunk_by(|one, other| best[*one].trial == best[*other].trial).collect();
    let ratios: Vec<Vec<f64>> = groups.par_iter().map(|places| of_trial(places)).collect();
    let mut outside = vec![0.0; halves.len()];
    for (place, ratio) in by_trial.iter().zip(ratios.into_iter().flatten()) {
        outside[*place] = ratio;
    }
    let ranks = ranks_outside(excesses, &halves, &outside, length, n_half);
    // Twice the average rank from below; at most the median if it is at most their number and one.
    let fails = |rank: &&Rank| 2 * rank.below as usize + (rank.equal as usize) < n_trials + 1;
    let share = |n_true: usize| n_true as f64 / N_HALVES as f64;
    let inside: Vec<f64> = best.iter().map(|best| best.ratio).collect();
    Ok(OverfittingOutcome {
        n_months: N_BLOCKS * length,
        probability: share(ranks.iter().filter(fails).count()),
        loss: share(outside.iter().filter(|ratio| **ratio < 0.0).count()),
        degradation: line(&inside, &outside),
        points: points(&inside, &outside),
    })
}

/// The best trial inside a half.
#[derive(Clone, Copy)]
struct Best {
    trial: usize,
    ratio: f64,
}

impl Best {
    fn none() -> Self {
        Self { trial: usize::MAX, ratio: f64::NEG_INFINITY }
    }

    fn or(self, other: Self) -> Self {
        let is_better = other.ratio > self.ratio || other.ratio == self.ratio && other.trial < self.trial;
        if is_better { other } else { self }
    }
}

/// How many trials are below the best outside, and how many equal it, itself among them.
#[derive(Clone, Copy, Default)]
struct Rank {
    below: u32,
    equal: u32,
}

/// The sums of all sets of blocks, of so many trials side by side.
struct Lanes {
    low: Vec<[[f64; LANES]; 2]>,
    high: Vec<[[f64; LANES]; 2]>,
    n: usize,
}

impl Lanes {
    fn new(trials: &[f64], n_months: usize, length: usize) -> Self {
        let none = vec![[[0.0; LANES]; 2]; SUBSETS];
        let mut lanes = Self { low: none.clone(), high: none, n: trials.len() / n_months };
        for (lane, values) in trials.chunks_exact(n_months).enumerate() {
            let [low, high] = subset_sums(values, length);
            for (target, sums) in [(&mut lanes.low, low), (&mut lanes.high, high)] {
                for (target, sums) in target.iter_mut().zip(sums) {
                    target[0][lane] = sums.sum;
                    target[1][lane] = sums.squares;
                }
            }
        }
        lanes
    }

    /// Returns the ratios of a half, with all digits: operation by operation those of [`Moments::ratio`].
    #[inline]
    fn ratios(&self, half: usize, n: f64) -> [f64; LANES] {
        let (low, high) = (&self.low[half % SUBSETS], &self.high[half / SUBSETS]);
        let mut ratios = [0.0; LANES];
        for lane in 0..LANES {
            let (sum, squares) = (low[0][lane] + high[0][lane], low[1][lane] + high[1][lane]);
            let mean = sum / n;
            let variance = (squares - sum * mean) / (n - 1.0);
            let ratio = mean / variance.sqrt();
            ratios[lane] = if variance > 0.0 { ratio } else { 0.0 };
        }
        ratios
    }
}

/// Goes through the trials in chunks, and joins what threads have found of each half.
fn by_half<T: Copy + Send + Sync>(
    excesses: &Excesses,
    length: usize,
    none: T,
    add: impl Fn(&mut [T], usize, &Lanes) + Sync,
    join: impl Fn(T, T) -> T + Sync,
) -> Vec<T> {
    let n = excesses.n_months();
    let empty = || vec![none; N_HALVES];
    let of_chunk = |mut found: Vec<T>, (chunk, trials): (usize, &[f64])| {
        add(&mut found, chunk * LANES, &Lanes::new(trials, n, length));
        found
    };
    let join = |mut left: Vec<T>, right: Vec<T>| {
        for (left, right) in left.iter_mut().zip(right) {
            *left = join(*left, right);
        }
        left
    };
    excesses.values.par_chunks(LANES * n).enumerate().fold(empty, of_chunk).reduce(empty, join)
}

fn best_inside(excesses: &Excesses, halves: &[usize], length: usize, n: f64) -> Vec<Best> {
    let add = |found: &mut [Best], first: usize, lanes: &Lanes| {
        for (best, half) in found.iter_mut().zip(halves) {
            let ratios = lanes.ratios(*half, n);
            for (lane, ratio) in ratios[..lanes.n].iter().enumerate() {
                // Rounding keeps the order, so that few need it.
                if *ratio > best.ratio - NEAR {
                    *best = best.or(Best { trial: first + lane, ratio: round9(*ratio) });
                }
            }
        }
    };
    by_half(excesses, length, Best::none(), add, Best::or)
}

fn ranks_outside(excesses: &Excesses, halves: &[usize], outside: &[f64], length: usize, n: f64) -> Vec<Rank> {
    let add = |found: &mut [Rank], _: usize, lanes: &Lanes| {
        // What is outside a half is inside its other half.
        for ((rank, half), best) in found.iter_mut().zip(halves.iter().rev()).zip(outside) {
            let ratios = lanes.ratios(*half, n);
            let (low, high) = (best - NEAR, best + NEAR);
            let (mut n_below, mut n_near) = (0, 0);
            for ratio in &ratios[..lanes.n] {
                n_below += u32::from(*ratio < low);
                n_near += u32::from(*ratio >= low && *ratio <= high);
            }
            if n_near > 0 {
                // Rounding decides of those.
                let near = ratios[..lanes.n].iter().filter(|ratio| (low..=high).contains(*ratio));
                for ratio in near.map(|ratio| round9(*ratio)) {
                    n_below += u32::from(ratio < *best);
                    rank.equal += u32::from(ratio == *best);
                }
            }
            rank.below += n_below;
        }
    };
    let join =
        |left: Rank, right: Rank| Rank { below: left.below + right.below, equal: left.equal + right.equal };
    by_half(excesses, length, Rank::default(), add, join)
}

/// Returns the moments of every set of the first eight blocks, and of the last; the oldest months beyond whole blocks are left out.
fn subset_sums(values: &[f64], length: usize) -> [[Moments; SUBSETS]; 2] {
    let moments = |block: &[f64]| Moments {
        sum: block.iter().sum(),
        squares: block.iter().map(|value| value * value).sum(),
    };
    let blocks: Vec<Moments> =
        values[values.len() - N_BLOCKS * length..].chunks_exact(length).map(moments).collect();
    let of = |blocks: &[Moments]| {
        let mut sums = [Moments::default(); SUBSETS];
        for set in 1..SUBSETS {
            let first = set.trailing_zeros() as usize;
            sums[set] = sums[set & (set - 1)].plus(blocks[first]);
        }
        sums
    };
    [of(&blocks[..N_BLOCKS / 2]), of(&blocks[N_BLOCKS / 2..])]
}

/// Fits a line by least squares.
fn line(x: &[f64], y: &[f64]) -> Result<Degradation, Reason> {
    let n = x.len() as f64;
    let (x_mean, y_mean) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    if rotor_stats::is_constant(x) {
        return Err(Reason::NoVariation);
    }
    let squares: f64 = x.iter().map(|x| (x - x_mean) * (x - x_mean)).sum();
    let products: f64 = x.iter().zip(y).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    let slope = crate::metric::finite(products / squares)?;
    Ok(Degradation { slope, intercept: y_mean - slope * x_mean })
}

fn points(inside: &[f64], outside: &[f64]) -> HalfPoints {
    let range = |values: &[f64]| {
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        })
    };
    let cell = |(low, high): Range, value: f64| {
        let width = (high - low) / GRID as f64;
        if width > 0.0 { (((value - low) / width) as usize).min(GRID - 1) } else { 0 }
    };
    let (x, y) = (range(inside), range(outside));
    let mut counts = vec![0; GRID * GRID];
    for (inside, outside) in inside.iter().zip(outside) {
        counts[cell(y, *outside) * GRID + cell(x, *inside)] += 1;
    }
    HalfPoints { inside: x, outside: y, counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every ratio of every half at once, as a single run once had it: the same bits, with trials that are equal and some that are 0.
    #[test]
    fn chunks_change_nothing() {
        let n = 53;
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        };
        let mut trials: Vec<Vec<f64>> = (0..37).map(|_| (0..n).map(|_| next()).collect()).collect();
        trials[20] = trials[4].clone();
        trials[31] = vec![0.0; n];
        trials[8] = (0..n).map(|month| if month < 40 { 0.0 } else { 0.1 }).collect();
        let excesses = Excesses::new(trials.concat(), n).unwrap();
        let halves: Vec<usize> = (0..1_usize << N_BLOCKS).filter(|half| half.count_ones() == 8).collect();
        let sums: Vec<[[Moments; SUBSETS]; 2]> =
            trials.iter().map(|values| subset_sums(values, n / N_BLOCKS)).collect();
        let of_half = |half: &usize| -> Vec<f64> {
            let (low, high) = (half % SUBSETS, half / SUBSETS);
            sums.iter().map(|[of_low, of_high]| of_low[low].plus(of_high[high]).sharpe(24.0)).collect()
        };
        let ratios: Vec<Vec<f64>> = halves.iter().map(of_half).collect();
        let (mut n_failed, mut n_lost, mut points) = (0, 0, Vec::new());
        for (inside, outside) in ratios.iter().zip(ratios.iter().rev()) {
            let best = (1..37).fold(0, |best, one| if inside[one] > inside[best] { one } else { best });
            let below = outside.iter().filter(|value| **value < outside[best]).count();
            let equal = outside.iter().filter(|value| **value == outside[best]).count();
            n_failed += usize::from(2 * below + equal < 38);
            n_lost += usize::from(outside[best] < 0.0);
            points.push((inside[best], outside[best]));
        }
        let found = overfitting(&excesses).unwrap();
        assert_eq!(found.probability, n_failed as f64 / N_HALVES as f64);
        assert_eq!(found.loss, n_lost as f64 / N_HALVES as f64);
        let (inside, outside): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        assert_eq!(found.degradation, line(&inside, &outside));
        assert_eq!(found.points, super::points(&inside, &outside));
    }

    #[test]
    fn a_cell_holds_its_lower_end_and_the_last_both() {
        let found = points(&[0.0, 1.0, 0.5, 0.0], &[-1.0, 1.0, 0.0, -1.0]);
        assert_eq!((found.inside, found.outside), ((0.0, 1.0), (-1.0, 1.0)));
        let full: Vec<(usize, u32)> =
            found.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        assert_eq!(full, [(0, 2), (20 * GRID + 20, 1), (GRID * GRID - 1, 1)]);
    }
}
