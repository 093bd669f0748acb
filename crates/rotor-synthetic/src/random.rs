//! Randomness that repeats to the byte on every machine.
//!
//! One seed gives one independent stream per purpose, so adding a component to a world leaves all the others as
//! they were. Logarithms and roots come from `libm` and floats are made from integers here, because the standard
//! library promises neither the same bits on two machines nor the same algorithm in two versions.

use libm::{exp, log, sqrt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers that belongs to one purpose.
pub(crate) struct Stream {
    generator: ChaCha8Rng,
    // The polar method makes normals in pairs; the second waits here.
    spare_normal: Option<f64>,
}

impl Stream {
    /// Opens the stream of `purpose` and `index`: the same three arguments always give the same numbers.
    pub(crate) fn new(seed: u64, purpose: &str, index: usize) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(fnv1a(purpose.bytes().chain((index as u64).to_le_bytes())));
        Self { generator, spare_normal: None }
    }

    /// Returns a number in [0, 1), a multiple of 2⁻⁵³.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number between `low` and `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Returns a whole number from `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: i32, high: i32) -> i32 {
        let span = (high - low) as u64 + 1;
        low + (self.generator.next_u64() % span) as i32
    }

    /// Returns true with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Returns a standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                let factor = sqrt(-2.0 * log(square) / square);
                self.spare_normal = Some(v * factor);
                return u * factor;
            }
        }
    }

    /// Returns a number of Student's t distribution with five degrees of freedom, scaled to variance one.
    ///
    /// A χ² with five degrees of freedom is one squared normal and two exponentials.
    pub(crate) fn student5(&mut self) -> f64 {
        let numerator = self.normal();
        let normal = self.normal();
        // 1 − u lies in (0, 1], whose logarithm is finite.
        let product = (1.0 - self.uniform()) * (1.0 - self.uniform());
        let chi_square = normal * normal - 2.0 * log(product);
        // The variance of t₅ is 5/3, and a vanishing χ² has probability zero; the floor makes that certain.
        numerator * sqrt(3.0 / chi_square.max(1e-9))
    }

    /// Returns `n` values of a stationary first-order autoregression with mean zero and variance one.
    pub(crate) fn autoregression(&mut self, n: usize, persistence: f64) -> Vec<f64> {
        let innovation = sqrt(1.0 - persistence * persistence);
        let mut state = self.normal();
        (0..n)
            .map(|_| {
                let now = state;
                state = persistence * state + innovation * self.normal();
                now
            })
            .collect()
    }
}

/// Volatility that comes in clusters: a GARCH(1,1) with long-run variance one.
#[derive(Clone, Copy)]
pub(crate) struct Clusters {
    /// Weight of the last squared shock.
    pub(crate) news: f64,
    /// Weight of the last variance.
    pub(crate) memory: f64,
}

impl Clusters {
    /// What is usual for daily index returns; the fourth moment still exists with Student-t shocks.
    pub(crate) const DAILY: Self = Self { news: 0.08, memory: 0.905 };
    /// Constant volatility.
    pub(crate) const NONE: Self = Self { news: 0.0, memory: 0.0 };

    /// Returns `n` shocks with Student-t tails, cut at eight deviations.
    pub(crate) fn shocks(self, stream: &mut Stream, n: usize) -> Vec<f64> {
        let mut variance = 1.0;
        (0..n)
            .map(|_| {
                let shock = (sqrt(variance) * stream.student5()).clamp(-8.0, 8.0);
                variance = 1.0 - self.news - self.memory + self.news * shock * shock + self.memory * variance;
                shock
            })
            .collect()
    }
}

/// Rescales values to variance one about their mean, and to mean zero if `centre` is set.
///
/// A planted moment then holds in the sample and not only in expectation. The constants are taken from the whole
/// sample, which tells no factor anything: they are the same on every day.
pub(crate) fn standardize(values: &mut [f64], centre: bool) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
    if values.len() < 2 || variance <= 0.0 {
        return;
    }
    let (shift, scale) = (if centre { mean } else { 0.0 }, 1.0 / sqrt(variance));
    for value in values {
        *value = (*value - shift) * scale;
    }
}

/// Rounds to a number of decimals the way official figures are.
pub(crate) fn rounded(value: f64, decimals: u8) -> f64 {
    let factor = [1.0, 10.0, 100.0, 1_000.0, 10_000.0][usize::from(decimals)];
    // Adding zero turns −0 into 0, which prints alike everywhere.
    (value * factor).round() / factor + 0.0
}

/// Maps the whole line to (0, 1).
pub(crate) fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + exp(-value))
}

/// Returns the 64-bit FNV-1a hash of some bytes.
pub(crate) fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, purpose, index| Stream::new(seed, purpose, index).uniform();
        assert_eq!(draw(1, "market", 0), draw(1, "market", 0));
        assert_ne!(draw(1, "market", 0), draw(2, "market", 0));
        assert_ne!(draw(1, "market", 0), draw(1, "market", 1));
        assert_ne!(draw(1, "market", 0), draw(1, "groups", 0));
    }

    #[test]
    fn shocks_have_unit_variance_and_heavy_tails() {
        let mut stream = Stream::new(7, "shocks", 0);
        let shocks = Clusters::NONE.shocks(&mut stream, 100_000);
        let moment = |power| shocks.iter().map(|x| (0..power).fold(1.0, |p, _| p * x)).sum::<f64>() / 1e5;
        assert!(moment(1).abs() < 0.02, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.05, "{}", moment(2));
        assert!(moment(4) > 4.0, "{}", moment(4));
    }

    #[test]
    fn rounding_is_that_of_the_yearbook() {
        assert_eq!(rounded(12.34, 1), 12.3);
        assert_eq!(rounded(-0.04, 1).to_bits(), 0.0_f64.to_bits());
        assert_eq!(rounded(0.956, 3), 0.956);
    }
}
