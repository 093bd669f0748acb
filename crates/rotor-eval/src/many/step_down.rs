//! Which trials have an excess above 0, although so many were tried: a step-down test of all of them at once.
//!
//! The test is that of Romano and Wolf: the largest t-value is held against the largest of all trials in samples without skill, the
//! second against the largest of those that remain, and so on. Trials that are alike move together in the samples, so that a thousand
//! variants of one idea cost little more than the idea.
//!
//! Where samples come from decides whether 5% are 5%. The stationary bootstrap does not hold it for many trials and few months: with
//! heavy tails it leaves out the very months that make a deviation large, and rejects one true family in a hundred; with autocorrelated
//! months its blocks are too short, or too few. What holds it, in the designs of `docs/src/concepts/statistics.md`
//! but those of [`MISSED_DESIGNS`], is this:
//!
//! - The autocorrelation of a month with the next, one number for all trials because that of a single one is hardly known, is taken out
//!   of the months first (Cochrane and Orcutt 1949).
//! - A sample turns the signs of blocks of months, the same for all trials (the wild bootstrap: Liu 1988; Davidson and Flachaire 2008).
//!   Every month stays, with its size: for months that are independent and symmetric the test is exact, however heavy their tails, however
//!   alike the trials, however their volatility changes. Blocks of two months on average keep part of what autocorrelation is left.
//! - Samples with signs at random are symmetric and months need not be. The t-value is that of Hall (1992), which takes out what
//!   skewness does to it, in the months as in each sample. Without it one true family in four is rejected where months have a long
//!   tail to the left.
//!
//! The floor: a sample is a sum with signs. Of the running sums of a trial one needs only those at which the sign changes, a quarter of
//! the months: for 10 000 trials, 120 months and 1000 samples 30 × 2 × 1e7 = 6e8 loads of 8 bytes and as many additions, besides 1e7
//! roots and 4e7 divisions. Running sums of sixteen trials side by side are 31 kB and stay in the first cache for a whole batch of
//! samples; all of them are 20 MB, and nothing grows with trials times samples.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rotor_run::metrics::Reason;
use rotor_run::sweep::{AlikeTrials, MissedDesign, OddMonths};

use super::{Excesses, FEWEST_MONTHS};
use crate::metric::{OrReason, at_least};

/// The probability of one false survivor or more, among all trials.
pub const FAMILY_LEVEL: f64 = 0.05;

/// The fewest samples that can reject at [`FAMILY_LEVEL`].
const FEWEST_SAMPLES: usize = 19;

/// The mean number of months whose signs are drawn together.
const MEAN_BLOCK: f64 = 2.0;

/// The largest autocorrelation that is taken out, in size: of more nothing is left to test.
const LARGEST_AUTOCORRELATION: f64 = 0.9;

/// The number of trials whose running sums lie side by side.
const LANES: usize = 16;

/// The number of samples that one thread takes at a time.
const BATCH: usize = 32;

/// The designs in which the step-down does not reject between 4% and 6%, or a deflated Sharpe ratio more than 6%, as `calibrate_sweep`
/// measures them: all with 240 trials of 60 months.
pub const MISSED_DESIGNS: &[MissedDesign] = {
    use AlikeTrials::{Correlated, Families, Independent};
    use OddMonths::{Autocorrelated, Skewed};
    &[
        missed(Independent, Autocorrelated(0.3, 0.3), [0.050, 0.149, 0.408]),
        missed(Independent, Autocorrelated(0.2, 0.0), [0.076, 0.025, 0.096]),
        missed(Independent, Autocorrelated(0.3, -0.1), [0.145, 0.078, 0.223]),
        missed(Independent, Skewed(1.0), [0.021, 0.000, 0.006]),
        missed(Correlated(0.6), Autocorrelated(0.3, 0.3), [0.050, 0.043, 0.128]),
        missed(Correlated(0.6), Autocorrelated(0.3, -0.1), [0.062, 0.030, 0.097]),
        missed(Correlated(0.9), Skewed(-1.0), [0.036, 0.001, 0.007]),
        missed(Families(0.9), Autocorrelated(0.3, 0.3), [0.057, 0.029, 0.132]),
        missed(Families(0.9), Autocorrelated(0.2, 0.0), [0.055, 0.008, 0.064]),
        missed(Families(0.9), Autocorrelated(0.3, -0.1), [0.052, 0.022, 0.103]),
        missed(Families(0.9), Skewed(1.0), [0.032, 0.000, 0.006]),
    ]
};

const fn missed(trials: AlikeTrials, months: OddMonths, sizes: [f64; 3]) -> MissedDesign {
    let [step_down, deflated_sharpe, deflated_sharpe_effective] = sizes;
    MissedDesign { trials, months, step_down, deflated_sharpe, deflated_sharpe_effective }
}

/// The test of all trials.
#[derive(Clone, Debug, PartialEq)]
pub struct StepDown {
    /// Trial by trial in the order given: how it stands, or why it cannot be tested. What is constant is not, and counts against none.
    pub trials: Vec<Result<Tested, Reason>>,
    /// The number of trials whose adjusted p-value is at most [`FAMILY_LEVEL`].
    pub n_survivors: usize,
    /// The autocorrelation from one month to the next, common to all trials, that was taken out.
    pub autocorrelation: f64,
    /// The number of samples.
    pub n_samples: usize,
}

/// How a trial stands among all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// The t-value of the mean excess, autocorrelation and skewness taken out.
    pub t: f64,
    /// The adjusted p-value against a true mean of at most 0, above 0 and at most 1: a larger t never has a larger one.
    pub p_value: f64,
}

/// Tests for every trial whether its mean excess is above 0, with the probability that any is found without reason at most the level
/// at which the adjusted p-values are read.
///
/// The least p-value is 1/(`n_samples` + 1); 1000 samples are usual. The same seed gives the same samples.
///
/// # Errors
///
/// [`Reason::TooFew`] without trials, for fewer than 32 months or fewer than 19 samples; [`Reason::NoVariation`] if all trials are
/// constant.
///
/// # Source
///
/// Romano and Wolf (2005), Econometrica 73(4), 1237–1282; (2016), Statistics and Probability Letters 113, 38–40, for the adjusted
/// p-values. Hall (1992), Journal of the Royal Statistical Society B 54(1), 221–228. Marriott and Pope (1954), Biometrika 41, 390–402,
/// for what few months take from an autocorrelation. Where we differ from Romano and Wolf, the module says why.
///
/// ```
/// use rotor_eval::{Excesses, step_down};
/// // The second gains a percent a month more than the first, which swings about 0.
/// let swing = |month: i32| f64::from(month * 7 % 11 - 5) / 100.0;
/// let values = (0..66).map(swing).chain((0..66).map(|month| swing(month * 3) + 0.02)).collect();
/// let found = step_down(&Excesses::new(values, 66)?, 1, 999)?;
/// assert_eq!(found.n_survivors, 1);
/// assert!(found.trials[1].as_ref().is_ok_and(|tested| tested.p_value < 0.01));
/// # Ok::<(), rotor_run::metrics::Reason>(())
/// ```
pub fn step_down(excesses: &Excesses, seed: u64, n_samples: usize) -> Result<StepDown, Reason> {
    at_least(1, excesses.n_trials()).and(at_least(FEWEST_MONTHS, excesses.n_months()))?;
    at_least(FEWEST_SAMPLES, n_samples)?;
    let varying = excesses.varying()?;
    let autocorrelation = common_autocorrelation(&varying, excesses.n_months())?;
    let mut whitened: Vec<Whitened> =
        varying.par_iter().map(|(trial, values)| Whitened::new(*trial, values, autocorrelation)).collect();
    // Downwards; of equals the first comes first.
    whitened.sort_by(|left, right| right.t.total_cmp(&left.t).then(left.trial.cmp(&right.trial)));
    let n_at_least = count(&whitened, excesses.n_months() - 1, seed, n_samples);
    let mut trials = vec![Err(Reason::NoVariation); excesses.n_trials()];
    let (mut largest, mut n_survivors) = (0, 0);
    for (one, n_at_least) in whitened.iter().zip(n_at_least) {
        largest = largest.max(n_at_least);
        let p_value = f64::from(1 + largest) / (n_samples + 1) as f64;
        n_survivors += usize::from(p_value <= FAMILY_LEVEL);
        trials[one.trial] = Ok(Tested { t: one.t, p_value });
    }
    Ok(StepDown { trials, n_survivors, autocorrelation, n_samples })
}

/// Returns the mean over the trials of the correlation of a month with the next, without what few months take from it.
fn common_autocorrelation(varying: &[(usize, &[f64])], n_months: usize) -> Result<f64, Reason> {
    let of_trial = |(_, values): &(usize, &[f64])| -> Result<f64, Reason> {
        let (mean, deviation) =
            (rotor_stats::mean(values).or_reason()?, rotor_stats::deviation(values).or_reason()?);
        let gap = |value: f64| (value - mean) / deviation;
        let products: f64 = values.windows(2).map(|pair| gap(pair[0]) * gap(pair[1])).sum();
        Ok(products / (n_months - 1) as f64)
    };
    let all: Vec<f64> = varying.par_iter().map(of_trial).collect::<Result<_, _>>()?;
    let (found, n) = (all.iter().sum::<f64>() / all.len() as f64, n_months as f64);
    // On average it is less than the truth by (1 + 4 times the truth)/n.
    let corrected = (n * found + 1.0) / (n - 4.0);
    Ok(corrected.clamp(-LARGEST_AUTOCORRELATION, LARGEST_AUTOCORRELATION))
}

/// A trial without its autocorrelation.
struct Whitened {
    trial: usize,
    t: f64,
    /// Its months, of mean square 1.
    months: Vec<f64>,
}

impl Whitened {
    fn new(trial: usize, values: &[f64], autocorrelation: f64) -> Self {
        let size = values.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
        let months: Vec<f64> =
            values.windows(2).map(|pair| pair[1] / size - autocorrelation * (pair[0] / size)).collect();
        let n = months.len() as f64;
        let square = months.iter().map(|month| month * month).sum::<f64>() / n;
        // Months that are nothing but autocorrelation leave nothing.
        let factor = if square > LEAST_VARIANCE { 1.0 / square.sqrt() } else { 0.0 };
        let months: Vec<f64> = months.into_iter().map(|month| month * factor).collect();
        let sums = months
            .iter()
            .fold((0.0, 0.0), |(sum, cubes), month| (sum + month, cubes + month * month * month));
        Self { trial, t: hall_t(sums.0, sums.1, n), months }
    }
}

/// What of a mean square of 1 must be variance.
const LEAST_VARIANCE: f64 = 1e-12;

/// Returns the t-value of Hall of `n` numbers with a mean square of 1, of their sum and that of their cubes.
///
/// With the t-value t, the skewness γ and a = γ/(3√n) it is t + at² + a²t³/3 + a/2, which grows with t.
#[inline]
fn hall_t(sum: f64, cubes: f64, n: f64) -> f64 {
    let mean = sum / n;
    let spread = (1.0 - mean * mean).max(LEAST_VARIANCE);
    let deviation = spread.sqrt();
    // With n - 1 below the root, as t-values are.
    let t = (n - 1.0).sqrt() * mean / deviation;
    let third = cubes / n - mean * (3.0 - 2.0 * mean * mean);
    let a = third / (spread * deviation) / (3.0 * n.sqrt());
    t + a * (t * t + 0.5) + a * a * t * t * t / 3.0
}

/// Running sums of so many trials side by side, before every month and after the last.
struct Chunk {
    sums: Vec<[f64; LANES]>,
    cubes: Vec<[f64; LANES]>,
    t: [f64; LANES],
    n: usize,
}

impl Chunk {
    fn new(trials: &[Whitened], n_months: usize) -> Self {
        let empty = vec![[0.0; LANES]; n_months + 1];
        let mut chunk = Self { sums: empty.clone(), cubes: empty, t: [0.0; LANES], n: trials.len() };
        for (lane, one) in trials.iter().enumerate() {
            chunk.t[lane] = one.t;
            for (month, value) in one.months.iter().enumerate() {
                chunk.sums[month + 1][lane] = chunk.sums[month][lane] + value;
                chunk.cubes[month + 1][lane] = chunk.cubes[month][lane] + value * value * value;
            }
        }
        chunk
    }

    /// Returns the t-values in a sample.
    #[inline]
    fn sample(&self, signs: &Signs, n: f64) -> [f64; LANES] {
        // Each turn adds twice the sum before it with the sign before it, for it is taken away with the other one.
        let (mut sum, mut cubes) = ([0.0; LANES], [0.0; LANES]);
        let mut sign = signs.first;
        for turn in &signs.turns {
            let (sums_here, cubes_here) = (&self.sums[*turn as usize], &self.cubes[*turn as usize]);
            for lane in 0..LANES {
                sum[lane] += sign * sums_here[lane];
                cubes[lane] += sign * cubes_here[lane];
            }
            sign = -sign;
        }
        let (last, last_cubes) = (&self.sums[self.sums.len() - 1], &self.cubes[self.cubes.len() - 1]);
        let mut t = [0.0; LANES];
        for lane in 0..LANES {
            let (sum, cubes) =
                (2.0 * sum[lane] + sign * last[lane], 2.0 * cubes[lane] + sign * last_cubes[lane]);
            t[lane] = hall_t(sum, cubes, n);
        }
        t
    }
}

/// The signs of the months of a sample.
struct Signs {
    /// That of the first month.
    first: f64,
    /// The months, upwards, whose sign is not that of the month before.
    turns: Vec<u32>,
}

impl Signs {
    fn draw(n_months: usize, seed: u64, sample: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(sample);
        let mut uniform = move || (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let first = if uniform() < 0.5 { 1.0 } else { -1.0 };
        // A new block begins with either sign, so that half of them turn it.
        let turns = (1..n_months as u32).filter(|_| uniform() < 0.5 / MEAN_BLOCK).collect();
        Self { first, turns }
    }
}

/// Returns for each trial, the largest t-value first, in how many samples the largest t-value of it and those after it reaches its own.
fn count(whitened: &[Whitened], n_months: usize, seed: u64, n_samples: usize) -> Vec<u32> {
    let chunks: Vec<Chunk> = whitened.par_chunks(LANES).map(|trials| Chunk::new(trials, n_months)).collect();
    let none = || vec![0_u32; chunks.len() * LANES];
    let of_batch = |mut counts: Vec<u32>, first: usize| {
        let samples: Vec<Signs> = (first..n_samples.min(first + BATCH))
            .map(|sample| Signs::draw(n_months, seed, sample as u64))
            .collect();
        let mut largest = vec![f64::NEG_INFINITY; samples.len()];
        for (chunk, counts) in chunks.iter().zip(counts.chunks_exact_mut(LANES)).rev() {
            for (signs, largest) in samples.iter().zip(&mut largest) {
                let t = chunk.sample(signs, n_months as f64);
                for lane in (0..chunk.n).rev() {
                    *largest = largest.max(t[lane]);
                    counts[lane] += u32::from(*largest >= chunk.t[lane]);
                }
            }
        }
        counts
    };
    let add = |mut left: Vec<u32>, right: Vec<u32>| {
        left.iter_mut().zip(right).for_each(|(left, right)| *left += right);
        left
    };
    let batches = (0..n_samples.div_ceil(BATCH)).into_par_iter().map(|batch| batch * BATCH);
    batches.fold(none, of_batch).reduce(none, add)
}
