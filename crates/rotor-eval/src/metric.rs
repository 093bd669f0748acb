//! How metrics are made of values: a number with its count, an estimate with its uncertainty, or the reason why there is none.

use rotor_run::metrics::{Classical, Estimate, Method, Metric, Reason, Uncertainty};
use rotor_stats::{
    MeanEstimate, MeanIntervals, StatsError, is_constant, mean, mean_interval, naive_t, newey_west_lag,
    newey_west_mean_t, plain_mean_interval,
};

/// Months in a year.
pub(crate) const YEAR: f64 = 12.0;

/// What says why a number cannot be given.
pub(crate) trait AsReason {
    /// Returns the reason.
    fn into_reason(self) -> Reason;
}

impl AsReason for Reason {
    fn into_reason(self) -> Reason {
        self
    }
}

impl AsReason for StatsError {
    fn into_reason(self) -> Reason {
        match self {
            Self::TooFew { n, needed } => Reason::TooFew { n, needed },
            Self::NoVariation => Reason::NoVariation,
            Self::VarianceNotPositive => Reason::NoVariance,
            _ => Reason::OutOfRange,
        }
    }
}

/// A result of the numerics whose error becomes a reason.
pub(crate) trait OrReason<T> {
    /// Returns the value, or why there is none.
    fn or_reason(self) -> Result<T, Reason>;
}

impl<T, E: AsReason> OrReason<T> for Result<T, E> {
    fn or_reason(self) -> Result<T, Reason> {
        self.map_err(AsReason::into_reason)
    }
}

/// Makes metrics of values.
pub(crate) trait MetricOf: Sized {
    /// Takes a number, which is refused if it is not finite, or why there is none.
    fn new<R: AsReason>(n: usize, value: Result<f64, R>) -> Self;

    /// Returns the fraction of the values for which something holds.
    fn share(n_true: usize, n: usize) -> Self {
        Self::new(n, at_least(1, n).map(|()| n_true as f64 / n as f64))
    }

    /// Returns the metric times a constant.
    fn times(self, factor: f64) -> Self;
}

impl MetricOf for Metric {
    fn new<R: AsReason>(n: usize, value: Result<f64, R>) -> Self {
        Self { n, value: value.or_reason().and_then(finite) }
    }

    fn times(self, factor: f64) -> Self {
        Self::new(self.n, self.value.map(|value| value * factor))
    }
}

/// Makes estimates of the values of successive months.
pub(crate) trait EstimateOf: Sized {
    /// Estimates the mean.
    fn of(values: &[f64], horizon: usize) -> Self;

    /// The same of months that do not overlap, by intervals that are prepared for series of this length.
    fn of_prepared(values: &[f64], intervals: &MeanIntervals) -> Self;

    /// The same, with what other tools print.
    fn with_classical(values: &[f64], horizon: usize) -> Self;

    /// Estimates the mean of values that do not overlap.
    fn plain(values: &[f64], horizon: usize) -> Self;

    /// Estimates a number that each month or period moves by so much; only how these differ from their mean counts.
    fn of_influences(value: Result<f64, Reason>, influences: &[f64], horizon: usize) -> Self;

    /// There is none.
    fn none(n: usize, reason: Reason) -> Self;

    /// There is a number without an uncertainty.
    fn unsure(n: usize, value: f64, reason: Reason) -> Self;

    /// Returns the estimate of a multiple, above zero.
    fn times(self, factor: f64) -> Self;

    /// Returns the estimate with the p-value of the alternative that the true value is above 0.
    fn one_sided(self) -> Self;
}

impl EstimateOf for Estimate {
    fn of(values: &[f64], horizon: usize) -> Self {
        let value = Metric::new(values.len(), mean(values));
        estimate(value, Method::Cosines, horizon, values, mean_interval(values, horizon))
    }

    fn of_prepared(values: &[f64], intervals: &MeanIntervals) -> Self {
        let value = Metric::new(values.len(), mean(values));
        estimate(value, Method::Cosines, 1, values, intervals.of(values))
    }

    fn with_classical(values: &[f64], horizon: usize) -> Self {
        let lag = newey_west_lag(values.len()).max(horizon - 1);
        let of = |t: Result<f64, StatsError>| varies(values).and_then(|()| t.or_reason()).and_then(finite);
        let (naive_t, newey_west_t) = (of(naive_t(values)), of(newey_west_mean_t(values, lag)));
        let newey_west_t = match (&naive_t, newey_west_t) {
            // One reason stands for both.
            (Err(reason), Err(_)) => Err(reason.clone()),
            (_, newey_west_t) => newey_west_t,
        };
        let classical = Classical { naive_t, newey_west_t, newey_west_lag: lag };
        Self { classical: Some(classical), ..Self::of(values, horizon) }
    }

    fn plain(values: &[f64], horizon: usize) -> Self {
        let value = Metric::new(values.len(), mean(values));
        estimate(value, Method::Plain, horizon, values, plain_mean_interval(values))
    }

    fn of_influences(value: Result<f64, Reason>, influences: &[f64], horizon: usize) -> Self {
        let metric = Metric::new(influences.len(), value);
        let values: Result<Vec<f64>, Reason> = metric.value.clone().and_then(|value| {
            let centre = mean(influences).or_reason()?;
            Ok(influences.iter().map(|moved| value + (moved - centre)).collect())
        });
        let interval = values.clone().and_then(|values| mean_interval(&values, horizon).or_reason());
        estimate(metric, Method::Cosines, horizon, &values.unwrap_or_default(), interval)
    }

    fn none(n: usize, reason: Reason) -> Self {
        Self {
            value: Metric { n, value: Err(reason.clone()) },
            method: Method::Cosines,
            horizon: 1,
            uncertainty: Err(reason),
            classical: None,
        }
    }

    fn unsure(n: usize, value: f64, reason: Reason) -> Self {
        let value = Metric::new(n, Ok::<f64, Reason>(value));
        // Without a number its reason is that of the uncertainty as well.
        let reason = value.reason().cloned().unwrap_or(reason);
        Self { value, ..Self::none(n, reason) }
    }

    fn times(self, factor: f64) -> Self {
        let value = MetricOf::times(self.value, factor);
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
        Self { uncertainty: of_number(&value, uncertainty), value, ..self }
    }

    fn one_sided(self) -> Self {
        let is_above = self.get().is_some_and(|value| value > 0.0);
        let uncertainty = self.uncertainty.map(|found| {
            let half = 0.5 * found.p_value;
            Uncertainty { p_value: if is_above { half } else { 1.0 - half }, ..found }
        });
        Self { uncertainty, ..self }
    }
}

fn estimate<R: AsReason>(
    value: Metric,
    method: Method,
    horizon: usize,
    values: &[f64],
    interval: Result<MeanEstimate, R>,
) -> Estimate {
    let uncertainty = match interval {
        Err(error) => Err(error.into_reason()),
        // A portfolio that holds what its benchmark holds differs from it by the last bits, which mean nothing.
        Ok(_) if is_constant(values) => Err(Reason::NoVariation),
        Ok(estimate) => match estimate.uncertainty {
            None => Err(Reason::NoSlowVariation),
            Some(found) => Ok(Uncertainty {
                standard_error: found.standard_error,
                degrees_of_freedom: found.degrees_of_freedom,
                interval: found.interval,
                p_value: found.p_value,
                detectable: found.detectable,
            }),
        },
    };
    let uncertainty = of_number(&value, uncertainty);
    Estimate { value, method, horizon, uncertainty, classical: None }
}

/// Returns the uncertainty of a number; where there is no number, the reason for that.
fn of_number(value: &Metric, uncertainty: Result<Uncertainty, Reason>) -> Result<Uncertainty, Reason> {
    match value.reason() {
        Some(reason) => Err(reason.clone()),
        None => uncertainty,
    }
}

/// What a return or a difference of returns must exceed to count as above 0: less is what rounding leaves.
const ABOVE_ZERO: f64 = 1e-12;

/// Whether a return, or a difference of two, is above 0.
pub(crate) fn is_gain(value: f64) -> bool {
    value > ABOVE_ZERO
}

/// Whether it is below 0.
pub(crate) fn is_loss(value: f64) -> bool {
    value < -ABOVE_ZERO
}

/// Refuses a number that is not finite.
pub(crate) fn finite(value: f64) -> Result<f64, Reason> {
    if value.is_finite() { Ok(value) } else { Err(Reason::OutOfRange) }
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
    let deviation = rotor_stats::deviation(values).or_reason()?;
    if is_constant(values) { Err(Reason::NoVariation) } else { Ok(mean(values).or_reason()? / deviation) }
}
