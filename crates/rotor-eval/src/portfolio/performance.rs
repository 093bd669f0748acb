//! What a portfolio or benchmark gained by itself.

use rotor_run::Run;
use rotor_stats::{StatsError, kurtosis, mean, sharpe_error, skewness};
use serde::Serialize;

use super::calendar::{MonthValue, YearValue, total_return, worst_months, years};
use super::drawdown::{Drawdown, Drawdowns};
use super::series::{Series, annual, annual_deviation, net_value};
use crate::figure::{Estimate, Figure, Reason, YEAR, mean_over_deviation, varies};
use crate::months::Months;

/// What a portfolio or benchmark gained; n is the number of months in which it has a return.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Performance {
    /// Π(1 + r) - 1.
    pub total_return: Figure,
    /// Π(1 + r)^(12/n) - 1.
    pub annual_return: Figure,
    /// The n - 1 deviation of the monthly returns, times √12.
    pub volatility: Figure,
    /// 12 · mean over volatility, without a riskless rate.
    pub sharpe: Estimate,
    /// The standard error of that if months did not hang together.
    pub sharpe_error_iid: Figure,
    /// The third standardised moment of the monthly returns.
    pub skewness: Figure,
    /// The fourth; 3 for normal returns.
    pub kurtosis: Figure,
    /// The share of months with a gain, 0 to 1.
    pub hit_rate: Figure,
    /// The largest fall of the net value.
    pub max_drawdown: Drawdown,
    /// The five largest falls.
    pub drawdowns: Vec<Drawdown>,
    /// The five worst months.
    pub worst_months: Vec<MonthValue>,
    /// The return of each calendar year.
    pub years: Vec<YearValue>,
}

impl Performance {
    pub(super) fn of(run: &Run, months: &Months<'_>, series: &Series<'_>, included: &[usize]) -> Self {
        let held = included.iter().filter_map(|month| Some((*month, series.returns[*month]?)));
        let (included, returns): (Vec<usize>, Vec<f64>) = held.unzip();
        let n = returns.len();
        let net_value = net_value(&returns);
        let falls = Drawdowns::of(&run.executions, &included, returns.iter().map(|value| 1.0 + value));
        Self {
            total_return: Figure::new(n, net_value.map(|value| value - 1.0)),
            annual_return: Figure::new(n, net_value.map(|value| annual(value, n))),
            volatility: annual_deviation(&returns),
            sharpe: sharpe(&returns),
            sharpe_error_iid: Figure::new(n, error_iid(&returns)).times(YEAR.sqrt()),
            skewness: shape(&returns, skewness),
            kurtosis: shape(&returns, kurtosis),
            hit_rate: Figure::share(returns.iter().filter(|value| **value > 0.0).count(), n),
            max_drawdown: falls.deepest,
            drawdowns: falls.list,
            worst_months: worst_months(run, &included, &returns),
            years: years(months, &included, |of| total_return(&returns[of])),
        }
    }
}

/// Returns the annual Sharpe ratio; its error is that of a mean of what each month moves it by.
fn sharpe(returns: &[f64]) -> Estimate {
    let ratio = mean_over_deviation(returns);
    let influences = ratio.and_then(|ratio| {
        let mean = mean(returns)?;
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
    Ok(sharpe_error(ratio, returns.len(), skewness(returns)?, kurtosis(returns)?)?)
}

fn shape(returns: &[f64], of: fn(&[f64]) -> Result<f64, StatsError>) -> Figure {
    // The last bits of equal returns have no shape.
    Figure::new(returns.len(), varies(returns).and_then(|()| Ok(of(returns)?)))
}
