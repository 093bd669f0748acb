//! The mean of a series whose values hang together, with an interval that holds all the same.
//!
//! The equal-weighted-cosine estimator reads the variance of a mean from the slow movements of the series: the first few
//! cosines take up what neighbours share, and as there are few of them, Student's t with as many degrees of freedom says
//! how well they are known. Its intervals keep their promise where those of Newey and West are too narrow.

use std::f64::consts::PI;

use crate::error::finite;
use crate::lanes::scale;
use crate::moments::{ROUNDING, enough, scaled_mean};
use crate::{StatsError, mean, student_p_value, student_quantile};

/// The probability that an interval covers the mean.
pub const INTERVAL_COVERAGE: f64 = 0.95;

/// The probability with which a mean of the size [`Uncertainty::detectable`] is told from 0.
pub const DETECTION_POWER: f64 = 0.8;

/// The fewest values that [`mean_interval`] takes at a horizon of one month.
///
/// Two cosines need three values, and with three they are all the variation that is left: the interval is then the plain
/// one, blind to what neighbours share. At a true mean of 0 and an autocorrelation of 0.4, a nominal 5% of rejections is 11%
/// with 3 values, 8% with 6, 7% with 8 and 6% with 12. At longer horizons [`mean_interval`] asks for three times the horizon:
/// means of overlapping windows are rejected in 9% at twice the horizon and in 7% at three times.
pub const FEWEST_FOR_INTERVAL: usize = 8;

/// A mean and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanEstimate {
    /// The number of values.
    pub n: usize,
    /// The arithmetic mean, in the unit of the values.
    pub mean: f64,
    /// How well it is known; `None` if the series does not vary, or so fast that no cosine sees it.
    pub uncertainty: Option<Uncertainty>,
}

/// How well a mean is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty {
    /// The standard error of the mean, in the unit of the values, above zero.
    pub standard_error: f64,
    /// The degrees of freedom ν of Student's t, at least 2: the number of cosines, or n - 1 of the plain interval.
    pub degrees_of_freedom: usize,
    /// The lower and the upper end of the 95% interval.
    pub interval: (f64, f64),
    /// The two-sided p-value against a true mean of 0, from 0 to 1.
    pub p_value: f64,
    /// The least true mean that a test at 5% tells from 0 with a power of 80%: (`t_ν,0.975` + `t_ν,0.8`) times the standard error.
    pub detectable: f64,
}

impl Uncertainty {
    /// Returns what follows from a standard error above zero.
    pub(crate) fn new(mean: f64, standard_error: f64, degrees_of_freedom: usize) -> Result<Self, StatsError> {
        Quantiles::of(degrees_of_freedom)?.uncertainty(mean, standard_error)
    }
}

/// Returns the mean of a series with its equal-weighted-cosine interval.
///
/// The values are those of successive months, oldest first; a value at a horizon of several months is that of a window which
/// begins in its month and shares months with the next. With `c_j` = √(2/n) Σ cos(πj(t - ½)/n)(`x_t` - x̄) for t = 1…n, the squared
/// standard error is Σ `c_j`² / (νn) over j = 1…ν, and ν = max(2, min(⌊0.4 n^⅔⌋, ⌊n / 3h⌋)) for the horizon h.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than [`FEWEST_FOR_INTERVAL`] values or three times the horizon, [`StatsError::NotFinite`] for NaN or
/// infinity, [`StatsError::Parameter`] for a horizon of 0, [`StatsError::Overflow`] if a number exceeds 1.8e308.
///
/// # Source
///
/// Lazarus, Lewis, Stock and Watson (2018), Journal of Business & Economic Statistics 36(4), 541–559; the second bound of ν is
/// ours: it keeps the periods of the cosines above six horizons.
///
/// ```
/// use rotor_stats::mean_interval;
/// let estimate = mean_interval(&[0.1, 0.3, -0.2, 0.2, 0.0, 0.4, 0.1, -0.1], 1)?;
/// assert!((estimate.mean - 0.1).abs() < 1e-15);
/// let uncertainty = estimate.uncertainty.expect("the values differ");
/// assert_eq!(uncertainty.degrees_of_freedom, 2);
/// assert!(uncertainty.interval.0 < 0.1 && 0.1 < uncertainty.interval.1);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
pub fn mean_interval(values: &[f64], horizon: usize) -> Result<MeanEstimate, StatsError> {
    MeanIntervals::new(values.len(), horizon)?.of(values)
}

/// What the [intervals](mean_interval) of all series of one length share: cosines and quantiles, which cost more than the rest.
///
/// ```
/// use rotor_stats::{MeanIntervals, mean_interval};
/// let values = [0.1, 0.3, -0.2, 0.2, 0.0, 0.4, 0.1, -0.1];
/// assert_eq!(MeanIntervals::new(8, 1)?.of(&values), mean_interval(&values, 1));
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MeanIntervals {
    n: usize,
    fewest: usize,
    n_cosines: usize,
    circle: Vec<f64>,
    quantiles: Quantiles,
}

impl MeanIntervals {
    /// Prepares intervals of series of `n` values at a horizon.
    ///
    /// # Errors
    ///
    /// [`StatsError::Parameter`] for a horizon of 0.
    pub fn new(n: usize, horizon: usize) -> Result<Self, StatsError> {
        if horizon == 0 {
            return Err(StatsError::Parameter { name: "horizon", value: 0.0, rule: "at least 1" });
        }
        let fewest = FEWEST_FOR_INTERVAL.max(horizon.saturating_mul(3));
        let n_cosines = cosines(n, horizon);
        // Of too few values there are no intervals, and nothing is prepared.
        let circle = if n < fewest { Vec::new() } else { circle_of_cosines(n) };
        Ok(Self { n, fewest, n_cosines, circle, quantiles: Quantiles::of(n_cosines)? })
    }

    /// Returns the mean of a series with its interval.
    ///
    /// # Errors
    ///
    /// As [`mean_interval`].
    ///
    /// # Panics
    ///
    /// If the series has another length.
    pub fn of(&self, values: &[f64]) -> Result<MeanEstimate, StatsError> {
        assert_eq!(values.len(), self.n, "intervals are prepared for series of one length");
        enough(values, self.fewest)?;
        let mean = mean(values)?;
        let Some(standard_error) = standard_error(values, self.n_cosines, &self.circle)? else {
            return Ok(MeanEstimate { n: values.len(), mean, uncertainty: None });
        };
        let uncertainty = Some(self.quantiles.uncertainty(mean, standard_error)?);
        Ok(MeanEstimate { n: values.len(), mean, uncertainty })
    }
}

/// The quantiles of Student's t that an interval takes.
#[derive(Clone, Copy, Debug)]
struct Quantiles {
    degrees_of_freedom: usize,
    critical: f64,
    power: f64,
}

impl Quantiles {
    fn of(degrees_of_freedom: usize) -> Result<Self, StatsError> {
        let degrees = degrees_of_freedom as f64;
        let critical = student_quantile(0.5 + 0.5 * INTERVAL_COVERAGE, degrees)?;
        Ok(Self { degrees_of_freedom, critical, power: student_quantile(DETECTION_POWER, degrees)? })
    }

    /// What follows from a standard error above zero.
    fn uncertainty(self, mean: f64, standard_error: f64) -> Result<Uncertainty, StatsError> {
        let half_width = self.critical * standard_error;
        let detectable = (self.critical + self.power) * standard_error;
        Ok(Uncertainty {
            standard_error,
            degrees_of_freedom: self.degrees_of_freedom,
            interval: (finite(mean - half_width)?, finite(mean + half_width)?),
            p_value: student_p_value(mean / standard_error, self.degrees_of_freedom as f64)?,
            detectable: finite(detectable)?,
        })
    }
}

/// Returns the number of cosines, ν.
fn cosines(n: usize, horizon: usize) -> usize {
    // k is at most 0.4 n^⅔ as long as 125 k³ is at most 8 n²: whole numbers, so that no root decides at n = 125.
    let square = 8 * (n as u128) * (n as u128);
    let by_length = (1..=n as u128).take_while(|k| 125 * k * k * k <= square).count();
    by_length.min(n / horizon.saturating_mul(3)).max(2)
}

/// Returns the standard error of the mean, `None` if the cosines see no variation but that of rounding.
fn standard_error(values: &[f64], n_cosines: usize, circle: &[f64]) -> Result<Option<f64>, StatsError> {
    // The squares below are taken of values near 1, whatever their unit.
    let factor = scale(values).expect("the mean is finite, and so are the values");
    let n = values.len();
    let mean = scaled_mean(values, factor);
    let mut squares = 0.0;
    for j in 1..=n_cosines {
        // The angle πj(t - ½)/n in units of π/2n; the next value is 2j units further.
        let mut angle = j;
        let mut sum = 0.0;
        for value in values {
            sum += circle[angle] * (value * factor - mean);
            angle += 2 * j;
            if angle >= circle.len() {
                angle -= circle.len();
            }
        }
        squares += sum * sum * 2.0 / n as f64;
    }
    let standard_error = (squares / (n_cosines * n) as f64).sqrt();
    if standard_error <= ROUNDING {
        return Ok(None);
    }
    finite(standard_error / factor).map(|error| (error > 0.0).then_some(error))
}

/// Returns the cosines of πk/2n for k = 0…4n - 1: one quarter of the circle, and by symmetry, to the bit, the others.
fn circle_of_cosines(n: usize) -> Vec<f64> {
    let mut circle = vec![0.0; 4 * n];
    for k in 0..n {
        let cosine = libm::cos(PI * k as f64 / (2 * n) as f64);
        circle[k] = cosine;
        circle[2 * n - k] = -cosine;
        circle[2 * n + k] = -cosine;
        circle[(4 * n - k) % (4 * n)] = cosine;
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uncertainty(values: &[f64], horizon: usize) -> Uncertainty {
        mean_interval(values, horizon).unwrap().uncertainty.unwrap()
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn the_number_of_cosines_is_that_of_the_formula() {
        let of_horizon_1: Vec<usize> =
            [8, 12, 20, 21, 60, 119, 124, 125, 126].map(|n| cosines(n, 1)).to_vec();
        assert_eq!(of_horizon_1, [2, 2, 2, 3, 6, 9, 9, 10, 10]);
        assert_eq!([3, 6, 12, 24].map(|horizon| cosines(119, horizon)), [9, 6, 3, 2]);
    }

    #[test]
    fn a_cosine_has_one_coefficient() {
        // x = mean + a cos(πj(t - ½)/n) has c_j = a √(n/2) and no other: se² = a²/(2ν) if j is among the ν, here 4.
        let n = 40;
        let wave = |j: usize| -> Vec<f64> {
            let angle = |t: usize| PI * j as f64 * (t as f64 + 0.5) / n as f64;
            (0..n).map(|t| 0.5 + 0.3 * angle(t).cos()).collect()
        };
        for j in 1..=4 {
            let found = uncertainty(&wave(j), 1);
            assert_eq!(found.degrees_of_freedom, 4);
            near(found.standard_error, 0.3 / 8.0_f64.sqrt());
        }
        // The fifth is too fast to be seen: there is a mean, but no saying how well it is known.
        let estimate = mean_interval(&wave(5), 1).unwrap();
        near(estimate.mean, 0.5);
        assert_eq!(estimate.uncertainty, None);
    }

    #[test]
    fn numbers_of_scipy() {
        // x[t] = ((7 t² + 3 t) mod 11 - 4) / 10 for t = 0…23, and with numpy and scipy.stats
        //   C = [sqrt(2/n) * cos(pi*j*(t + .5)/n) for j in 1..nu], c = C @ (x - x.mean()), se = sqrt((c @ c) / (nu*n)),
        //   q = t.ppf(.975, nu), x.mean() ± q*se, 2*t.sf(abs(x.mean()/se), nu), (q + t.ppf(.8, nu)) * se
        let values: Vec<f64> = (0..24).map(|t: i32| f64::from((7 * t * t + 3 * t) % 11 - 4) / 10.0).collect();
        let estimate = mean_interval(&values, 1).unwrap();
        near(estimate.mean, 0.008_333_333_333_333_325);
        let found = estimate.uncertainty.unwrap();
        assert_eq!(found.degrees_of_freedom, 3);
        near(found.standard_error, 0.010_521_390_764_255_782);
        near(found.interval.0, -0.025_150_427_830_818_62);
        near(found.interval.1, 0.041_817_094_497_485_27);
        near(found.p_value, 0.486_188_928_613_878_36);
        near(found.detectable, 0.043_778_650_714_531_214);
        // The same at a horizon of four months, which leaves two cosines.
        let found = uncertainty(&values, 4);
        assert_eq!(found.degrees_of_freedom, 2);
        near(found.standard_error, 0.011_561_413_790_624_309);
        near(found.interval.0, -0.041_411_415_272_659_43);
        near(found.interval.1, 0.058_078_081_939_326_08);
        near(found.p_value, 0.545_904_155_399_327_7);
        near(found.detectable, 0.062_007_479_743_173_936);
    }

    #[test]
    fn white_noise_has_the_plain_standard_error_on_average() {
        // E c_j² = σ² for every j, so that the mean of se² is σ²/n.
        let mut noise = Noise(1);
        let squares: f64 = (0..4000)
            .map(|_| {
                let values: Vec<f64> = (0..30).map(|_| noise.next()).collect();
                uncertainty(&values, 1).standard_error.powi(2)
            })
            .sum();
        let relative = squares / 4000.0 * 30.0;
        assert!((relative - 1.0).abs() < 0.05, "{relative}");
    }

    #[test]
    fn intervals_cover_the_mean_of_a_series_with_memory() {
        // x_t = 0.4 x_{t-1} + e_t, 120 months; numpy finds 94.4% in 40 000 runs, and the plain interval covers in 80%.
        let mut noise = Noise(2);
        let n_runs = 2000;
        let covered = (0..n_runs)
            .filter(|_| {
                let mut last = noise.next() / (1.0_f64 - 0.16).sqrt();
                let values: Vec<f64> = (0..120)
                    .map(|_| {
                        last = 0.4 * last + noise.next();
                        last
                    })
                    .collect();
                uncertainty(&values, 1).p_value > 0.05
            })
            .count();
        let share = covered as f64 / f64::from(n_runs);
        assert!((0.93..0.965).contains(&share), "{share}");
    }

    #[test]
    fn the_parts_agree_with_each_other() {
        let values: Vec<f64> = (0..50).map(|t| f64::from(t * t % 17) - 3.0).collect();
        let estimate = mean_interval(&values, 1).unwrap();
        let found = estimate.uncertainty.unwrap();
        // A mean at the end of its own interval has the p-value 5%.
        let (low, _) = found.interval;
        let moved: Vec<f64> = values.iter().map(|value| value - low).collect();
        assert!((uncertainty(&moved, 1).p_value - 0.05).abs() < 1e-12);
        // The unit cancels.
        for unit in [1e-300, 1e-3, 1e300] {
            let scaled: Vec<f64> = values.iter().map(|value| value * unit).collect();
            let scaled = uncertainty(&scaled, 1);
            assert!((scaled.p_value - found.p_value).abs() < 1e-12);
            near(scaled.detectable / unit, found.detectable);
        }
    }

    #[test]
    fn what_cannot_be_estimated_says_so() {
        let seven = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert_eq!(mean_interval(&seven, 1), Err(StatsError::TooFew { n: 7, needed: 8 }));
        assert_eq!(mean_interval(&[1.0; 20], 12), Err(StatsError::TooFew { n: 20, needed: 36 }));
        let constant = Ok(MeanEstimate { n: 9, mean: 0.25, uncertainty: None });
        assert_eq!(mean_interval(&[0.25; 9], 1), constant);
        assert_eq!(mean_interval(&[0.1; 9], 1).unwrap().uncertainty, None);
        assert_eq!(mean_interval(&[0.0; 8], 1).unwrap().uncertainty, None);
        let mut bad = [1.0; 9];
        bad[4] = f64::NAN;
        assert_eq!(mean_interval(&bad, 1), Err(StatsError::NotFinite { position: 4 }));
        assert!(matches!(mean_interval(&seven, 0), Err(StatsError::Parameter { name: "horizon", .. })));
        let large: Vec<f64> = (0..8).map(|t| if t < 4 { -f64::MAX } else { f64::MAX }).collect();
        assert_eq!(mean_interval(&large, 1), Err(StatsError::Overflow));
    }

    /// Normal noise that is the same on every run: a linear congruential generator, twelve numbers a value.
    struct Noise(u64);

    impl Noise {
        fn next(&mut self) -> f64 {
            (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
        }

        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }
}
