//! A number with the count of what it was made of, or the reason why there is none.

use std::fmt;

use rotor_stats::{
    StatsError, Uncertainty, is_constant, mean, mean_interval, naive_t, newey_west_lag, newey_west_mean_t,
    plain_mean_interval,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Months in a year.
pub(crate) const YEAR: f64 = 12.0;

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
    /// Without one of the months there would be nothing to measure.
    OneDecides,
    /// Each forecast of no change came true, so that none can do better.
    NoChangeIsExact,
    /// The mean of the past came true each time.
    MeanIsExact,
    /// A return below -100%, of which no net value can be made.
    BeyondTotalLoss,
    /// The benchmark has lost everything, so that nothing can be divided by its net value.
    BenchmarkLostAll,
    /// There is nothing to compare: the strategy holds nothing in these months.
    NothingHeld,
    /// The sum of squares that the formula divides by is not above zero.
    NoVariance,
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
            Self::OneDecides => "a single month decides",
            Self::NoChangeIsExact => "the rule of no change is never wrong",
            Self::MeanIsExact => "the mean of the past is never wrong",
            Self::BeyondTotalLoss => "a return is below -100%",
            Self::BenchmarkLostAll => "the benchmark has lost everything",
            Self::NothingHeld => "nothing is held in these months",
            Self::NoVariance => "the estimate of the variance is not above zero",
            Self::OutOfRange => "the result exceeds the range of a 64-bit number",
        })
    }
}

impl From<StatsError> for Reason {
    fn from(error: StatsError) -> Self {
        match error {
            StatsError::TooFew { n, needed } => Self::TooFew { n, needed },
            StatsError::NoVariation => Self::NoVariation,
            StatsError::VarianceNotPositive => Self::NoVariance,
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

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_figure(self, &mut map)?;
        if let Err(reason) = self.value {
            map.serialize_entry("reason", &reason.to_string())?;
        }
        map.end()
    }
}

fn serialize_figure<M: SerializeMap>(figure: &Figure, map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry("value", &figure.value.ok())?;
    map.serialize_entry("n", &figure.n)
}

/// How the error of an estimate is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Equal-weighted cosines, for values that hang together.
    Cosines,
    /// Student's t for values that do not.
    Plain,
}

/// A number that stands for a true one, with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number, and the count of the months or periods that it was made of.
    pub value: Figure,
    /// How its error is found.
    pub method: Method,
    /// The number of months that a value looks ahead.
    pub horizon: usize,
    /// How well it is known, in its unit, or why that cannot be said; see [`mean_interval`].
    pub uncertainty: Result<Uncertainty, Reason>,
    /// What other tools print beside it.
    pub classical: Option<Classical>,
}

/// Statistics of a mean that treat overlapping months as too much news; for comparison only, so that they have no p-values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classical {
    /// Mean over standard error, as if the values did not hang together.
    pub naive_t: Result<f64, Reason>,
    /// The same with the variance of Newey and West.
    pub newey_west_t: Result<f64, Reason>,
    /// Its number of lags.
    pub newey_west_lag: usize,
}

impl Estimate {
    /// Estimates the mean of the values of successive months.
    pub(crate) fn of(values: &[f64], horizon: usize) -> Self {
        let value = Figure::new(values.len(), mean(values));
        Self::found(value, Method::Cosines, values, mean_interval(values, horizon)).at_horizon(horizon)
    }

    /// The same, with what other tools print.
    pub(crate) fn with_classical(values: &[f64], horizon: usize) -> Self {
        let lag = newey_west_lag(values.len()).max(horizon - 1);
        let classical = Classical {
            naive_t: varies(values).and_then(|()| finite(naive_t(values))),
            newey_west_t: varies(values).and_then(|()| finite(newey_west_mean_t(values, lag))),
            newey_west_lag: lag,
        };
        Self { classical: Some(classical), ..Self::of(values, horizon) }
    }

    /// Estimates the mean of values that do not overlap.
    pub(crate) fn plain(values: &[f64], horizon: usize) -> Self {
        let value = Figure::new(values.len(), mean(values));
        Self::found(value, Method::Plain, values, plain_mean_interval(values)).at_horizon(horizon)
    }

    /// Estimates a number that each month or period moves by so much; only how these differ from their mean counts.
    pub(crate) fn of_influences(value: Result<f64, Reason>, influences: &[f64], horizon: usize) -> Self {
        let figure = Figure::new(influences.len(), value);
        let values: Result<Vec<f64>, Reason> = figure.value.and_then(|value| {
            let centre = mean(influences)?;
            Ok(influences.iter().map(|moved| value + (moved - centre)).collect())
        });
        let interval =
            values.as_ref().map_err(|reason| *reason).and_then(|values| Ok(mean_interval(values, horizon)?));
        let values = values.as_deref().unwrap_or_default();
        Self::found(figure, Method::Cosines, values, interval).at_horizon(horizon)
    }

    /// There is none.
    pub(crate) fn none(n: usize, reason: Reason) -> Self {
        let value = Figure { n, value: Err(reason) };
        Self { value, method: Method::Cosines, horizon: 1, uncertainty: Err(reason), classical: None }
    }

    /// There is a number, and no telling how good it is.
    pub(crate) fn unsure(n: usize, value: f64, reason: Reason) -> Self {
        Self { value: Figure::new(n, Ok::<f64, Reason>(value)), ..Self::none(n, reason) }
    }

    fn found<R: Into<Reason>>(
        value: Figure,
        method: Method,
        values: &[f64],
        interval: Result<rotor_stats::MeanEstimate, R>,
    ) -> Self {
        let uncertainty = match interval {
            Err(error) => Err(error.into()),
            // A portfolio that holds what its benchmark holds differs from it by the last bits, which say nothing.
            Ok(_) if is_constant(values) => Err(Reason::NoVariation),
            Ok(estimate) => estimate.uncertainty.ok_or(Reason::NoSlowVariation),
        };
        Self { value, method, horizon: 1, uncertainty, classical: None }
    }

    fn at_horizon(self, horizon: usize) -> Self {
        Self { horizon, ..self }
    }

    /// Returns the estimate of a multiple, above zero.
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
        Self { value: self.value.times(factor), uncertainty, ..self }
    }

    /// Returns the estimate with the p-value of the alternative that the true value is above 0.
    pub(crate) fn one_sided(self) -> Self {
        let uncertainty = self.uncertainty.map(|found| {
            let is_above = self.value.value.is_ok_and(|value| value > 0.0);
            let half = 0.5 * found.p_value;
            Uncertainty { p_value: if is_above { half } else { 1.0 - half }, ..found }
        });
        Self { uncertainty, ..self }
    }
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_figure(&self.value, &mut map)?;
        map.serialize_entry("method", if self.method == Method::Cosines { "ewc" } else { "t" })?;
        map.serialize_entry("horizon", &self.horizon)?;
        let found = self.uncertainty.ok();
        map.serialize_entry("standard_error", &found.map(|found| found.standard_error))?;
        map.serialize_entry("degrees_of_freedom", &found.map(|found| found.degrees_of_freedom))?;
        map.serialize_entry("interval", &found.map(|found| found.interval))?;
        map.serialize_entry("p_value", &found.map(|found| found.p_value))?;
        map.serialize_entry("minimum_detectable", &found.map(|found| found.detectable))?;
        if let Some(classical) = &self.classical {
            map.serialize_entry("classical", classical)?;
        }
        if let Err(reason) = self.value.value.err().map_or(self.uncertainty.map(|_| ()), Err) {
            map.serialize_entry("reason", &reason.to_string())?;
        }
        map.end()
    }
}

impl Serialize for Classical {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("naive_t", &self.naive_t.ok())?;
        map.serialize_entry("newey_west_t", &self.newey_west_t.ok())?;
        map.serialize_entry("newey_west_lag", &self.newey_west_lag)?;
        if let Some(reason) = self.naive_t.err().or(self.newey_west_t.err()) {
            map.serialize_entry("reason", &reason.to_string())?;
        }
        map.end()
    }
}

fn finite(value: Result<f64, StatsError>) -> Result<f64, Reason> {
    Figure::new(0, value).value
}

/// Returns by how much more a residual would be if its own month had not been fitted: 1 over 1 less its leverage.
///
/// Residuals are small where a month pulls the line towards itself; without this, intervals of slopes are too narrow.
pub(crate) fn left_out(leverage: f64) -> Result<f64, Reason> {
    let rest = 1.0 - leverage;
    if rest > rotor_stats::TOLERANCE { Ok(1.0 / rest) } else { Err(Reason::OneDecides) }
}

/// Refuses values that differ by their last bits at most; of a single one nothing is said.
pub(crate) fn varies(values: &[f64]) -> Result<(), Reason> {
    if values.len() > 1 && is_constant(values) { Err(Reason::NoVariation) } else { Ok(()) }
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
