//! The returns of portfolios as series, and what is taken of them.

use rotor_factor::Date;
use rotor_run::metrics::{Metric, Reason};
use rotor_stats::deviation;

use crate::metric::{MetricOf, YEAR, at_least, mean_over_deviation};

/// The returns of one portfolio, month by month; `None` where it has none.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) is_benchmark: bool,
    pub(super) returns: Vec<Option<f64>>,
    /// The daily net values; empty where there are none.
    pub(super) nav: Vec<(Date, f64)>,
}

/// Returns the returns of some months less the riskless ones, which are those of a rate in percent a year, known for each execution;
/// of no rates the returns themselves.
pub(crate) fn over_riskless(
    rates: &[Option<f64>],
    months: &[usize],
    returns: &[f64],
) -> Result<Vec<f64>, Reason> {
    const PERCENT_A_YEAR: f64 = 1200.0;
    if rates.is_empty() {
        return Ok(returns.to_vec());
    }
    let over = |(month, value): (&usize, &f64)| {
        let rate = rates[*month].ok_or(Reason::NoRisklessRate)?;
        Ok(value - rate / PERCENT_A_YEAR)
    };
    months.iter().zip(returns).map(over).collect()
}

/// Returns the months in which both series have a return, and the returns.
pub(super) fn both(
    left: &Series<'_>,
    right: &Series<'_>,
    months: &[usize],
) -> (Vec<usize>, Vec<f64>, Vec<f64>) {
    let both = |month: &usize| Some((*month, (left.returns[*month]?, right.returns[*month]?)));
    let (months, (left, right)) = months.iter().filter_map(both).unzip();
    (months, left, right)
}

/// Returns the first less the second, in the months in which both have a return.
pub(super) fn differences(left: &Series<'_>, right: &Series<'_>, months: &[usize]) -> Vec<f64> {
    let (_, left, right) = both(left, right, months);
    left.iter().zip(&right).map(|(left, right)| left - right).collect()
}

/// Returns what 1 has become, at least 0.
pub(crate) fn net_value(returns: &[f64]) -> Result<f64, Reason> {
    at_least(1, returns.len())?;
    if returns.iter().any(|value| *value < -1.0) {
        return Err(Reason::BeyondTotalLoss);
    }
    Ok(returns.iter().map(|value| 1.0 + value).product())
}

/// Returns what P becomes in units of B.
pub(super) fn relative_value(ours: &[f64], theirs: &[f64]) -> Result<f64, Reason> {
    let ours = net_value(ours)?;
    match net_value(theirs)? {
        0.0 => Err(Reason::BenchmarkLostAll),
        theirs => Ok(ours / theirs),
    }
}

/// Returns the annual rate at which 1 becomes the net value in n months.
pub(crate) fn annual(net_value: f64, n: usize) -> f64 {
    libm::pow(net_value, YEAR / n as f64) - 1.0
}

pub(super) fn annual_deviation(values: &[f64]) -> Metric {
    Metric::new(values.len(), deviation(values)).times(YEAR.sqrt())
}

/// Returns 12 · mean over deviation · √12.
pub(crate) fn annual_ratio(values: &[f64]) -> Metric {
    Metric::new(values.len(), mean_over_deviation(values)).times(YEAR.sqrt())
}
