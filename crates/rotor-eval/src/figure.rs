//! A number with the count of what it was made of, or the reason why there is none.

use std::fmt;

use rotor_stats::{StatsError, Uncertainty, is_constant, mean, mean_interval};

/// Why a number cannot be given.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// Fewer months, sectors or rows than the number needs.
    TooFew {
        /// How many there are.
        n: usize,
        /// The least number that will do.
        needed: usize,
    },
    /// All values are equal, to nine decimals where they are decimal numbers.
    NoVariation,
    /// The series turns so fast that the error of its mean cannot be read from its slow movements.
    NoSlowVariation,
    /// The factor scores no sector in this month.
    Unscored,
    /// There is no month in which every factor scores a sector.
    NoLiveMonth,
    /// The run has no months.
    NoMonths,
    /// Each forecast of no change came true, so that none can do better.
    NoChangeIsExact,
    /// A return below -100%, of which no net value can be made.
    BeyondTotalLoss,
    /// The benchmark has lost everything, so that nothing can be divided by its net value.
    BenchmarkLostAll,
    /// The number exceeds the range of a 64-bit number, or one that it is made of is not finite.
    OutOfRange,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooFew { n, needed } => return write!(f, "{n} values where {needed} are needed"),
            Self::NoVariation => "all values are equal",
            Self::NoSlowVariation => "the series turns too fast for the error of its mean to be estimated",
            Self::Unscored => "the factor scores no sector",
            Self::NoLiveMonth => "no month in which every factor scores a sector",
            Self::NoMonths => "the run has no months",
            Self::NoChangeIsExact => "the rule of no change is never wrong",
            Self::BeyondTotalLoss => "a return is below -100%",
            Self::BenchmarkLostAll => "the benchmark has lost everything",
            Self::OutOfRange => "the result exceeds the range of a 64-bit number",
        })
    }
}

impl From<StatsError> for Reason {
    fn from(error: StatsError) -> Self {
        match error {
            StatsError::TooFew { n, needed } => Self::TooFew { n, needed },
            StatsError::NoVariation => Self::NoVariation,
            _ => Self::OutOfRange,
        }
    }
}

/// A number and the count of months, sectors or rows that it was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// How many.
    pub n: usize,
    /// The number, which is finite, or why there is none.
    pub value: Result<f64, Reason>,
}

impl Figure {
    /// Takes a number, which is refused if it is not finite, or why there is none.
    pub(crate) fn new<R: Into<Reason>>(n: usize, value: Result<f64, R>) -> Self {
        let value = value.map_err(Into::into);
        Self {
            n,
            value: value
                .and_then(|value| if value.is_finite() { Ok(value) } else { Err(Reason::OutOfRange) }),
        }
    }

    /// Returns the share of the values for which something holds.
    pub(crate) fn share(n_true: usize, n: usize) -> Self {
        Self::new(n, at_least(1, n).map(|()| n_true as f64 / n as f64))
    }

    /// Returns the figure times a constant.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self::new(self.n, self.value.map(|value| value * factor))
    }
}

/// The mean of a monthly series with its equal-weighted-cosine interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean and the number of months.
    pub mean: Figure,
    /// The number of months that a value looks ahead.
    pub horizon: usize,
    /// How well the mean is known, in its unit, or why that cannot be said; see [`mean_interval`].
    pub uncertainty: Result<Uncertainty, Reason>,
}

impl Estimate {
    /// Estimates the mean of the values of successive months at a horizon of one month.
    pub(crate) fn of(values: &[f64]) -> Self {
        const HORIZON: usize = 1;
        let uncertainty = match mean_interval(values, HORIZON) {
            Err(error) => Err(error.into()),
            // A portfolio that holds what its benchmark holds differs from it by the last bits, which say nothing.
            Ok(_) if is_constant(values) => Err(Reason::NoVariation),
            Ok(estimate) => estimate.uncertainty.ok_or(Reason::NoSlowVariation),
        };
        Self { mean: Figure::new(values.len(), mean(values)), horizon: HORIZON, uncertainty }
    }

    /// Returns the estimate of a multiple, above zero, of the mean.
    pub(crate) fn times(self, factor: f64) -> Self {
        let uncertainty = self.uncertainty.and_then(|found| {
            let (low, high) = found.interval;
            let scaled = Uncertainty {
                standard_error: found.standard_error * factor,
                interval: (low * factor, high * factor),
                detectable: found.detectable * factor,
                ..found
            };
            let ends = [scaled.interval.0, scaled.interval.1, scaled.detectable];
            if ends.into_iter().all(f64::is_finite) { Ok(scaled) } else { Err(Reason::OutOfRange) }
        });
        Self { mean: self.mean.times(factor), uncertainty, ..self }
    }
}

/// Refuses fewer than `needed`.
pub(crate) fn at_least(needed: usize, n: usize) -> Result<(), Reason> {
    if n >= needed { Ok(()) } else { Err(Reason::TooFew { n, needed }) }
}

/// Returns the mean over the deviation, which is no number if the values are equal.
pub(crate) fn mean_over_deviation(values: &[f64]) -> Result<f64, Reason> {
    let deviation = rotor_stats::deviation(values)?;
    if is_constant(values) { Err(Reason::NoVariation) } else { Ok(mean(values)? / deviation) }
}
