//! What many trials do to the best of them.
//!
//! Who tries a hundred strategies and shows the best shows luck. Three answers: how good the best of so many skill-less ones would
//! look, how often the best of one half of the months fails in the other, and how likely the best excess is if none has any.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rotor_engine::Config;
use rotor_stats::{
    deviation, expected_maximum_sharpe, is_constant, kurtosis, mean, probabilistic_sharpe, skewness,
};
use serde::Serialize;

use crate::figure::{Figure, Reason, at_least, mean_over_deviation};

/// The number of blocks into which months are cut.
const N_BLOCKS: usize = 16;

/// The fewest months in a block that have a deviation together with others.
const FEWEST_IN_BLOCK: usize = 2;

/// The number of bootstrap samples.
const N_SAMPLES: u64 = 1000;

/// The mean length of a block of months that are drawn together.
const MEAN_BLOCK: f64 = 6.0;

/// What many trials do to the best of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trials {
    /// How many strategies were tried on the dataset.
    pub n_trials: u64,
    /// How likely the run's own excess is above that of the luckiest of so many without skill.
    pub deflated_sharpe: DeflatedSharpe,
    /// How often the best of one half of the months fails in the other.
    pub overfitting: Overfitting,
    /// The p-value of the best excess, were there none in any strategy.
    pub superior_predictive_ability: Figure,
    /// The same without studentising.
    pub reality_check: Figure,
}

/// The deflated Sharpe ratio of the net excess over equal weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeflatedSharpe {
    /// The probability that the true ratio is above the threshold.
    #[serde(flatten)]
    pub probability: Figure,
    /// The monthly ratio of mean to deviation.
    pub sharpe: Figure,
    /// What the largest of so many ratios would be without skill.
    pub threshold: Figure,
}

/// The probability of backtest overfitting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overfitting {
    /// The share of halves in which the best of one is at or below the median of the other.
    #[serde(flatten)]
    pub probability: Figure,
    /// How many strategies were compared.
    pub n_strategies: usize,
}

/// The excess of the run's own strategy, and of all that were tried, month by month.
pub(crate) struct Tried {
    /// That of the run.
    pub(crate) own: Vec<f64>,
    /// Strategy by strategy, over the same months.
    pub(crate) all: Vec<Vec<f64>>,
}

pub(crate) fn evaluate(tried: &Tried, config: &Config) -> Trials {
    let (overfitting, (superior_predictive_ability, reality_check)) =
        rayon::join(|| overfitting(&tried.all), || superior(&tried.all, config.seed));
    Trials {
        n_trials: config.trials,
        deflated_sharpe: DeflatedSharpe::of(&tried.own, config.trials),
        overfitting: Overfitting { probability: overfitting, n_strategies: tried.all.len() },
        superior_predictive_ability,
        reality_check,
    }
}

impl DeflatedSharpe {
    fn of(excess: &[f64], n_trials: u64) -> Self {
        let n = excess.len();
        let sharpe = mean_over_deviation(excess);
        let threshold =
            at_least(2, n).and_then(|()| Ok(expected_maximum_sharpe(n_trials, 1.0 / (n as f64 - 1.0))?));
        let probability = || {
            let (skewness, kurtosis) = (skewness(excess)?, kurtosis(excess)?);
            Ok::<f64, Reason>(probabilistic_sharpe(sharpe?, threshold?, n, skewness, kurtosis)?)
        };
        Self {
            probability: Figure::new(n, sharpe.and_then(|_| probability())),
            sharpe: Figure::new(n, sharpe),
            threshold: Figure::new(n, threshold),
        }
    }
}

/// Sums of a block or a half.
#[derive(Clone, Copy, Default)]
struct Moments {
    sum: f64,
    squares: f64,
}

impl Moments {
    fn plus(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    /// Returns mean over deviation; what does not vary is worth nothing.
    fn sharpe(self, n: f64) -> f64 {
        let mean = self.sum / n;
        let variance = (self.squares - self.sum * mean) / (n - 1.0);
        if variance > 0.0 { mean / variance.sqrt() } else { 0.0 }
    }
}

/// Returns the share of halves of the months whose best strategy is at or below the median of the other half.
fn overfitting(all: &[Vec<f64>]) -> Figure {
    let n = all.first().map_or(0, Vec::len);
    let length = n / N_BLOCKS;
    if let Err(reason) = at_least(2, all.len()).and(at_least(N_BLOCKS * FEWEST_IN_BLOCK, n)) {
        return Figure::new(n, Err::<f64, _>(reason));
    }
    if !all.iter().flatten().all(|value| value.is_finite() && value.abs() < 1e100) {
        return Figure::new(n, Err::<f64, _>(Reason::OutOfRange));
    }
    // Strategy by strategy the moments of each block; the oldest months beyond whole blocks are left out.
    let blocks: Vec<Vec<Moments>> = all
        .iter()
        .map(|values| {
            let moments = |block: &[f64]| Moments {
                sum: block.iter().sum(),
                squares: block.iter().map(|value| value * value).sum(),
            };
            values[n - N_BLOCKS * length..].chunks_exact(length).map(moments).collect()
        })
        .collect();
    let halves: Vec<u32> =
        (0..1_u32 << N_BLOCKS).filter(|half| half.count_ones() as usize == N_BLOCKS / 2).collect();
    let half_length = (N_BLOCKS / 2 * length) as f64;
    let sharpes = |half: u32| -> Vec<f64> {
        let of_half = |blocks: &Vec<Moments>| {
            let chosen = blocks.iter().enumerate().filter(|(block, _)| half >> block & 1 == 1);
            chosen.fold(Moments::default(), |sum, (_, block)| sum.plus(*block)).sharpe(half_length)
        };
        blocks.iter().map(of_half).collect()
    };
    let fails = |half: &&u32| {
        let (inside, outside) = (sharpes(**half), sharpes(!**half));
        let best = inside
            .iter()
            .enumerate()
            .fold(0, |best, (one, value)| if *value > inside[best] { one } else { best });
        // The average rank from below, doubled; at most the median if it is at most n + 1.
        let below = outside.iter().filter(|value| **value < outside[best]).count();
        let equal = outside.iter().filter(|value| **value == outside[best]).count();
        2 * below + equal + 1 <= outside.len() + 1
    };
    let n_failed = halves.par_iter().filter(fails).count();
    Figure::new(n, Ok::<f64, Reason>(n_failed as f64 / halves.len() as f64))
}

/// Returns the p-values of Hansen, consistent, and of White.
fn superior(all: &[Vec<f64>], seed: u64) -> (Figure, Figure) {
    let n = all.first().map_or(0, Vec::len);
    let refused =
        |reason: Reason| (Figure::new(n, Err::<f64, _>(reason)), Figure::new(n, Err::<f64, _>(reason)));
    if let Err(reason) = at_least(1, all.len()).and(at_least(N_BLOCKS * FEWEST_IN_BLOCK, n)) {
        return refused(reason);
    }
    // What does not vary is the benchmark itself.
    let varying: Vec<&Vec<f64>> = all.iter().filter(|values| !is_constant(values)).collect();
    if varying.is_empty() {
        return refused(Reason::NoVariation);
    }
    let root = (n as f64).sqrt();
    let known: Option<Vec<Model<'_>>> = varying.iter().map(|values| Model::new(values)).collect();
    let Some(models) = known else { return refused(Reason::OutOfRange) };
    let studentised = models.iter().fold(0.0, |best: f64, one| best.max(root * one.mean / one.deviation));
    let plain = models.iter().fold(f64::MIN, |best, one| best.max(root * one.mean));
    let of_sample = |sample: u64| {
        let months = draw(n, seed, sample);
        let (mut largest, mut largest_plain) = (0.0_f64, f64::MIN);
        for one in &models {
            let drawn = months.iter().map(|month| one.values[*month]).sum::<f64>() / n as f64;
            largest = largest.max(root * (drawn - one.centre) / one.deviation);
            largest_plain = largest_plain.max(root * (drawn - one.mean));
        }
        (largest > studentised, largest_plain > plain)
    };
    let above: Vec<(bool, bool)> = (0..N_SAMPLES).into_par_iter().map(of_sample).collect();
    let share = |n_above: usize| Figure::new(n, Ok::<f64, Reason>(n_above as f64 / N_SAMPLES as f64));
    let n_above = above.iter().filter(|(studentised, _)| *studentised).count();
    (share(n_above), share(above.iter().filter(|(_, plain)| *plain).count()))
}

/// A strategy's excess, ready to be drawn from.
struct Model<'a> {
    values: &'a [f64],
    mean: f64,
    /// The root of the long-run variance.
    deviation: f64,
    /// The mean of which samples are centred: that of a strategy far below zero is left where it is, for it cannot be the best.
    centre: f64,
}

impl<'a> Model<'a> {
    fn new(values: &'a [f64]) -> Option<Self> {
        let n = values.len() as f64;
        let mean = mean(values).ok()?;
        deviation(values).ok().filter(|deviation| deviation.is_finite())?;
        let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let covariance = |lag: usize| {
            centred[lag..].iter().zip(&centred).map(|(late, early)| late * early).sum::<f64>() / n
        };
        // The variance that the stationary bootstrap gives to a mean (Politis and Romano 1994).
        let stay = 1.0 - 1.0 / MEAN_BLOCK;
        let variance: f64 = covariance(0)
            + (1..values.len())
                .map(|lag| {
                    let share = lag as f64 / n;
                    let (near, far) = (lag as f64, n - lag as f64);
                    let weight = (1.0 - share) * libm::pow(stay, near) + share * libm::pow(stay, far);
                    2.0 * weight * covariance(lag)
                })
                .sum::<f64>();
        let deviation = variance.sqrt();
        if !(deviation > 0.0 && deviation.is_finite()) {
            return None;
        }
        let poor = -deviation * (2.0 * libm::log(libm::log(n)) / n).sqrt();
        Some(Self { values, mean, deviation, centre: if mean >= poor { mean } else { 0.0 } })
    }
}

/// Draws the months of a sample in blocks of random length.
fn draw(n: usize, seed: u64, sample: u64) -> Vec<usize> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(sample);
    let mut uniform = move || (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut month = (uniform() * n as f64) as usize;
    let mut months = Vec::with_capacity(n);
    for _ in 0..n {
        months.push(month);
        let begins = uniform() < 1.0 / MEAN_BLOCK;
        month = if begins { (uniform() * n as f64) as usize } else { (month + 1) % n };
    }
    months
}
