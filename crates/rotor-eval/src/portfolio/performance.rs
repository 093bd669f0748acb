//! What a portfolio or benchmark gained by itself.

use rotor_run::Run;
use rotor_run::metrics::{Estimate, Metric, Performance, Reason};
use rotor_stats::{StatsError, kurtosis, mean, sharpe_error, skewness};

use super::calendar::{total_return, worst_months, years};
use super::drawdown::Drawdowns;
use super::series::{Series, annual, annual_deviation, net_value};
use crate::metric::{EstimateOf, MetricOf, OrReason, YEAR, mean_over_deviation, varies};
use crate::months::Months;

/// Evaluates a portfolio or benchmark over some months.
pub(super) fn performance(
    run: &Run,
    months: &Months<'_>,
    series: &Series<'_>,
    included: &[usize],
) -> Performance {
    let held = included.iter().filter_map(|month| Some((*month, series.returns[*month]?)));
    let (included, returns): (Vec<usize>, Vec<f64>) = held.unzip();
    let n = returns.len();
    let net_value = net_value(&returns);
    let falls = Drawdowns::of(&run.executions, &included, returns.iter().map(|value| 1.0 + value));
    Performance {
        total_return: Metric::new(n, net_value.clone().map(|value| value - 1.0)),
        annual_return: Metric::new(n, net_value.map(|value| annual(value, n))),
        volatility: annual_deviation(&returns),
        sharpe: sharpe(&returns),
        sharpe_error_iid: Metric::new(n, error_iid(&returns)).times(YEAR.sqrt()),
        skewness: shape(&returns, skewness),
        kurtosis: shape(&returns, kurtosis),
        hit_rate: Metric::share(returns.iter().filter(|value| **value > 0.0).count(), n),
        max_drawdown: falls.deepest,
        drawdowns: falls.list,
        worst_months: worst_months(run, &included, &returns),
        years: years(months, &included, |of| total_return(&returns[of])),
    }
}

/// Returns the annual Sharpe ratio; its error is that of a mean of what each month moves it by.
fn sharpe(returns: &[f64]) -> Estimate {
    let ratio = mean_over_deviation(returns);
    let influences = ratio.clone().and_then(|ratio| {
        let mean = mean(returns).or_reason()?;
        let variance =
            returns.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / returns.len() as f64;
        let of_month = |value: &f64| {
            let z = (value - mean) / variance.sqrt();
            z - 0.5 * ratio * (z * z - 1.0)
        };
        Ok(returns.iter().map(of_month).collect::<Vec<f64>>())
    });
    match influences {
        Ok(influences) => Estimate::of_influences(ratio, &influences, 1).times(YEAR.sqrt()),
        Err(reason) => Estimate::none(returns.len(), reason),
    }
}

fn error_iid(returns: &[f64]) -> Result<f64, Reason> {
    let ratio = mean_over_deviation(returns)?;
    let (skewness, kurtosis) = (skewness(returns).or_reason()?, kurtosis(returns).or_reason()?);
    sharpe_error(ratio, returns.len(), skewness, kurtosis).or_reason()
}

fn shape(returns: &[f64], of: fn(&[f64]) -> Result<f64, StatsError>) -> Metric {
    // The last bits of equal returns have no shape.
    Metric::new(returns.len(), varies(returns).and_then(|()| of(returns).or_reason()))
}
