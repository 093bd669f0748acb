//! What many trials do to the best of them.
//!
//! Who tries a hundred strategies and shows the best shows luck. Three answers: how good the best of so many skill-less ones would
//! look, how often the best of one half of the months fails in the other, and how likely the best excess is if none has any.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rotor_run::Config;
use rotor_run::metrics::{DeflatedSharpe, Metric, Overfitting, Reason, Trials};
use rotor_stats::{
    deviation, expected_maximum_sharpe, is_constant, kurtosis, mean, probabilistic_sharpe, round9, skewness,
};

use crate::many::{self, Excesses, FEWEST_MONTHS, Moments};
use crate::metric::{MetricOf, OrReason, at_least, mean_over_deviation};

/// The number of bootstrap samples.
const N_SAMPLES: u64 = 1000;

/// The mean length of a block of months that are drawn together, for the tests of others.
const MEAN_BLOCK: f64 = 6.0;

/// The same for our own: the excess of a month hardly depends on that before it, and longer blocks make samples too alike.
const SHORT_BLOCK: f64 = 3.0;

/// The excess of the run's own strategy, and of all that were tried, month by month.
pub(crate) struct Tried {
    /// That of the run.
    pub(crate) own: Vec<f64>,
    /// Strategy by strategy, over the months of the run; those that begin later are left out.
    pub(crate) all: Vec<Vec<f64>>,
}

pub(crate) fn evaluate(tried: &Tried, config: &Config) -> Trials {
    let (overfitting, ((superior_predictive_ability, reality_check), best_excess)) = rayon::join(
        || overfitting(&tried.all),
        || rayon::join(|| superior(&tried.all, config.seed), || best_excess(&tried.all, config.seed)),
    );
    let n_trials = config.trials.unwrap_or(1);
    Trials {
        n_trials,
        deflated_sharpe: deflated_sharpe(&tried.own, n_trials),
        overfitting: Overfitting { probability: overfitting, n_strategies: tried.all.len() },
        best_excess,
        superior_predictive_ability,
        reality_check,
    }
}

/// Returns about what the best monthly Sharpe ratio of so many strategies without skill is expected to be over so many months.
///
/// The ratios vary as those of such strategies do, 1/(n − 1), and not as those that were found: what all trials of one researcher have
/// in common is not in their spread, and with autocorrelated months the test would reject up to nine true nulls in a hundred.
///
/// # Errors
///
/// [`Reason::TooFew`] for fewer than two months; a reason also for no trial at all.
pub fn luckiest_sharpe(n_trials: u64, n_months: usize) -> Result<f64, Reason> {
    at_least(2, n_months)?;
    expected_maximum_sharpe(n_trials, 1.0 / (n_months as f64 - 1.0)).or_reason()
}

/// Returns how likely the true monthly Sharpe ratio behind the best of several trials is above that of the luckiest of so many without
/// skill, taken for a ratio of normal returns: for those who know the ratio and not the months.
///
/// # Errors
///
/// As for [`luckiest_sharpe`], or if the ratio is not finite.
pub fn beyond_luck(sharpe: f64, n_trials: u64, n_months: usize) -> Result<f64, Reason> {
    const NORMAL_KURTOSIS: f64 = 3.0;
    let threshold = luckiest_sharpe(n_trials, n_months)?;
    probabilistic_sharpe(sharpe, threshold, n_months, 0.0, NORMAL_KURTOSIS).or_reason()
}

fn deflated_sharpe(excess: &[f64], n_trials: u64) -> DeflatedSharpe {
    let n = excess.len();
    let sharpe = mean_over_deviation(excess);
    let threshold = luckiest_sharpe(n_trials, n);
    let probability = || {
        let (skewness, kurtosis) = (skewness(excess).or_reason()?, kurtosis(excess).or_reason()?);
        let (sharpe, threshold) = (sharpe.clone()?, threshold.clone()?);
        probabilistic_sharpe(sharpe, threshold, n, skewness, kurtosis).or_reason()
    };
    DeflatedSharpe {
        probability: Metric::new(n, sharpe.clone().and_then(|_| probability())),
        sharpe: Metric::new(n, sharpe),
        threshold: Metric::new(n, threshold),
    }
}

/// Returns the share of halves of the months whose best strategy is at or below the median of the other half.
fn overfitting(all: &[Vec<f64>]) -> Metric {
    let n = all.first().map_or(0, Vec::len);
    // Too few are refused before values are looked at.
    let found = at_least(2, all.len())
        .and(at_least(FEWEST_MONTHS, n))
        .and_then(|()| Excesses::new(all.concat(), n))
        .and_then(|excesses| many::overfitting(&excesses));
    match found {
        Ok(found) => Metric::new(found.n_months, Ok::<f64, Reason>(found.probability)),
        Err(reason) => Metric::new(n, Err::<f64, _>(reason)),
    }
}

/// Returns the strategies of which samples are drawn, if there are months enough; what does not vary is the benchmark itself.
fn varying(all: &[Vec<f64>], n: usize) -> Result<Vec<&Vec<f64>>, Reason> {
    at_least(1, all.len()).and(at_least(FEWEST_MONTHS, n))?;
    let varying: Vec<&Vec<f64>> = all.iter().filter(|values| !is_constant(values)).collect();
    if varying.is_empty() { Err(Reason::NoVariation) } else { Ok(varying) }
}

/// Returns the p-value of the largest t-value among the strategies.
///
/// In each sample the t-values are those of its own deviations: what is drawn varies as what is held against it. With the deviations of
/// the whole, as Hansen has it, one true null in ten is rejected where it should be one in twenty. Samples in blocks vary too little,
/// even of numbers that do not hang together; by how much is known, and made up for.
fn best_excess(all: &[Vec<f64>], seed: u64) -> Metric {
    let n = all.first().map_or(0, Vec::len);
    let varying = match varying(all, n) {
        Ok(varying) => varying,
        Err(reason) => return Metric::new(n, Err::<f64, _>(reason)),
    };
    let ratio = |values: &&Vec<f64>| mean_over_deviation(values).ok().map(round9);
    let largest = varying.iter().filter_map(ratio).reduce(f64::max);
    let means: Result<Vec<f64>, _> = varying.iter().map(|values| mean(values)).collect();
    let (Some(largest), Ok(means)) = (largest, means) else {
        return Metric::new(n, Err::<f64, _>(Reason::NoVariation));
    };
    let wider = 1.0 / bootstrap_variance(n, SHORT_BLOCK, |lag| white_noise(n, lag)).sqrt();
    let is_above = |sample: u64| {
        let months = draw(n, SHORT_BLOCK, seed, sample);
        varying.iter().zip(&means).any(|(values, mean)| {
            let moments = months.iter().fold(Moments::default(), |moments, month| {
                let value = values[*month] - mean;
                moments.plus(Moments { sum: value, squares: value * value })
            });
            wider * moments.sharpe(n as f64) > largest
        })
    };
    let n_above = (0..N_SAMPLES).into_par_iter().filter(|sample| is_above(*sample)).count();
    Metric::new(n, Ok::<f64, Reason>(n_above as f64 / N_SAMPLES as f64))
}

/// Returns the variance that the stationary bootstrap gives to √n times a mean, of the autocovariances by lag (Politis and Romano 1994).
fn bootstrap_variance(n: usize, mean_block: f64, covariance: impl Fn(usize) -> f64) -> f64 {
    let stay = 1.0 - 1.0 / mean_block;
    let of_lag = |lag: usize| {
        let share = lag as f64 / n as f64;
        let (near, far) = (lag as f64, (n - lag) as f64);
        let weight = (1.0 - share) * libm::pow(stay, near) + share * libm::pow(stay, far);
        2.0 * weight * covariance(lag)
    };
    covariance(0) + (1..n).map(of_lag).sum::<f64>()
}

/// Returns the expected autocovariance about the mean of numbers that do not hang together, of variance 1.
fn white_noise(n: usize, lag: usize) -> f64 {
    let n = n as f64;
    if lag == 0 { 1.0 - 1.0 / n } else { -(n - lag as f64) / (n * n) }
}

/// Returns the p-values of Hansen, consistent, and of White for the best of many trials; for comparison only.
#[must_use]
pub fn comparison_tests(excesses: &Excesses, seed: u64) -> (Metric, Metric) {
    let all: Vec<Vec<f64>> = excesses.trials().map(<[f64]>::to_vec).collect();
    superior(&all, seed)
}

/// Returns the p-value of Hansen's test of superior predictive ability, consistent, that any trial has an excess above 0.
///
/// For comparison: it takes a deviation from all months, and rejects up to one true null in ten; [`step_down`](crate::step_down) does not.
///
/// # Errors
///
/// [`Reason::TooFew`] without trials or for fewer than 32 months, [`Reason::NoVariation`] if all are constant,
/// [`Reason::OutOfRange`] if one has no long-run variance.
///
/// # Source
///
/// Hansen (2005), Journal of Business and Economic Statistics 23(4), 365–380.
pub fn superior_predictive_ability(excesses: &Excesses, seed: u64) -> Result<f64, Reason> {
    let all: Vec<Vec<f64>> = excesses.trials().map(<[f64]>::to_vec).collect();
    superior(&all, seed).0.value
}

/// Returns the p-values of Hansen, consistent, and of White.
fn superior(all: &[Vec<f64>], seed: u64) -> (Metric, Metric) {
    let n = all.first().map_or(0, Vec::len);
    let refused = |reason: Reason| {
        (Metric::new(n, Err::<f64, _>(reason.clone())), Metric::new(n, Err::<f64, _>(reason)))
    };
    let varying = match varying(all, n) {
        Ok(varying) => varying,
        Err(reason) => return refused(reason),
    };
    let root = (n as f64).sqrt();
    let known: Option<Vec<Model<'_>>> = varying.iter().map(|values| Model::new(values)).collect();
    let Some(models) = known else { return refused(Reason::OutOfRange) };
    let studentised = models.iter().fold(0.0, |best: f64, one| best.max(root * one.mean / one.deviation));
    let plain = models.iter().fold(f64::MIN, |best, one| best.max(root * one.mean));
    let of_sample = |sample: u64| {
        let months = draw(n, MEAN_BLOCK, seed, sample);
        let (mut largest, mut largest_plain) = (0.0_f64, f64::MIN);
        for one in &models {
            let drawn = months.iter().map(|month| one.values[*month]).sum::<f64>() / n as f64;
            largest = largest.max(root * (drawn - one.centre) / one.deviation);
            largest_plain = largest_plain.max(root * (drawn - one.mean));
        }
        (largest > studentised, largest_plain > plain)
    };
    let above: Vec<(bool, bool)> = (0..N_SAMPLES).into_par_iter().map(of_sample).collect();
    let share = |n_above: usize| Metric::new(n, Ok::<f64, Reason>(n_above as f64 / N_SAMPLES as f64));
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
        let variance = bootstrap_variance(values.len(), MEAN_BLOCK, covariance);
        let deviation = variance.sqrt();
        if !(deviation > 0.0 && deviation.is_finite()) {
            return None;
        }
        let poor = -deviation * (2.0 * libm::log(libm::log(n)) / n).sqrt();
        Some(Self { values, mean, deviation, centre: if mean >= poor { mean } else { 0.0 } })
    }
}

/// Draws the months of a sample in blocks of random length.
fn draw(n: usize, mean_block: f64, seed: u64, sample: u64) -> Vec<usize> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(sample);
    let mut uniform = move || (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut month = (uniform() * n as f64) as usize;
    let mut months = Vec::with_capacity(n);
    for _ in 0..n {
        months.push(month);
        let begins = uniform() < 1.0 / mean_block;
        month = if begins { (uniform() * n as f64) as usize } else { (month + 1) % n };
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn fixtures(key: &str) -> Vec<Value> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/statistics.json");
        let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        document[key].as_array().unwrap().clone()
    }

    fn numbers(values: &Value) -> Vec<f64> {
        values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    }

    #[test]
    fn the_deflated_sharpe_ratio_is_that_of_scipy() {
        for case in fixtures("deflated_sharpe") {
            let n_trials = case["n_trials"].as_u64().unwrap();
            let found = deflated_sharpe(&numbers(&case["returns"]), n_trials);
            for (figure, key) in
                [(found.sharpe, "sharpe"), (found.threshold, "threshold"), (found.probability, "probability")]
            {
                let expected = case[key].as_f64().unwrap();
                let difference = (figure.get().unwrap() - expected).abs();
                assert!(difference <= 1e-9 * expected.abs().max(1e-6), "{key}");
            }
        }
    }

    #[test]
    fn the_best_excess_is_as_likely_as_the_package_arch_says() {
        for case in fixtures("spa") {
            let benchmark = numbers(&case["benchmark"]);
            let models: Vec<Vec<f64>> = case["models"].as_array().unwrap().iter().map(numbers).collect();
            // Losses, month by month: the excess is what a model loses less than the benchmark.
            let excess = |model: usize| {
                benchmark.iter().zip(&models).map(|(loss, of_models)| loss - of_models[model]).collect()
            };
            let all: Vec<Vec<f64>> = (0..models[0].len()).map(excess).collect();
            let (superior, reality) = superior(&all, 1);
            let near = |figure: Metric, expected: &Value| {
                // Ten thousand samples there, a thousand here.
                let difference = (figure.get().unwrap() - expected.as_f64().unwrap()).abs();
                assert!(difference < 0.05, "{case}: {figure:?}, not {expected}");
            };
            near(superior, &case["studentised"]["consistent"]);
            near(reality, &case["plain"]["upper"]);
        }
    }

    /// Numbers between -1 and 1 that are the same on every run.
    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn a_strategy_that_is_always_best_is_no_overfitting() {
        let mut all: Vec<Vec<f64>> = (0..7).map(|seed| noise(100, seed)).collect();
        all[3].iter_mut().for_each(|value| *value += 3.0);
        let found = overfitting(&all);
        assert_eq!((found.get(), found.n), (Some(0.0), 96));
        // What is best in one half of these months is worst in the other, whichever half it is.
        let mirrored: Vec<Vec<f64>> = (0..16)
            .map(|one| {
                (0..32)
                    .map(|month| if month / 2 == one { 1.0 + 0.1 * f64::from(month % 2) } else { 0.0 })
                    .collect()
            })
            .collect();
        assert_eq!(overfitting(&mirrored).value, Ok(1.0));
    }

    /// Every half, both ratios, and ranks by counting.
    #[test]
    fn halves_are_those_of_the_obvious_version() {
        let all: Vec<Vec<f64>> = (0..6).map(|seed| noise(50, seed + 10)).collect();
        let ratio = |values: &[f64]| mean(values).unwrap() / deviation(values).unwrap();
        let (mut n_failed, mut n_halves) = (0_u32, 0);
        for half in 0..1_u32 << 16 {
            if half.count_ones() != 8 {
                continue;
            }
            let part = |values: &Vec<f64>, inside: bool| -> Vec<f64> {
                let chosen = |(month, _): &(usize, &f64)| (half >> (month / 3) & 1 == 1) == inside;
                values[2..].iter().enumerate().filter(chosen).map(|(_, value)| *value).collect()
            };
            let of =
                |inside: bool| all.iter().map(|values| ratio(&part(values, inside))).collect::<Vec<f64>>();
            let (inside, outside) = (of(true), of(false));
            let best = (0..6).max_by(|a, b| inside[*a].total_cmp(&inside[*b])).unwrap();
            let rank = 1 + outside.iter().filter(|value| **value < outside[best]).count();
            n_halves += 1;
            n_failed += u32::from(rank as f64 / 7.0 <= 0.5);
        }
        assert_eq!(n_halves, 12_870);
        assert_eq!(overfitting(&all).value, Ok(f64::from(n_failed) / 12_870.0));
    }

    #[test]
    fn what_cannot_be_compared_has_a_reason() {
        let few = vec![noise(20, 1), noise(20, 2)];
        assert_eq!(overfitting(&few).value, Err(Reason::TooFew { n: 20, needed: 32 }));
        assert_eq!(superior(&few, 1).0.value, Err(Reason::TooFew { n: 20, needed: 32 }));
        assert_eq!(overfitting(&[noise(40, 1)]).value, Err(Reason::TooFew { n: 1, needed: 2 }));
        let same = vec![vec![0.5; 40]; 3];
        assert_eq!(superior(&same, 1).1.value, Err(Reason::NoVariation));
        assert_eq!(deflated_sharpe(&same[0], 5).probability.value, Err(Reason::NoVariation));
        assert_eq!(deflated_sharpe(&[], 5).threshold.value, Err(Reason::TooFew { n: 0, needed: 2 }));
    }
}
