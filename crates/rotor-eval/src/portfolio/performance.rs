//! What a portfolio or benchmark gained by itself.

use rotor_run::Run;
use rotor_run::metrics::{Estimate, Metric, Performance, Reason};
use rotor_stats::{StatsError, kurtosis, mean, sharpe_error, skewness};

use super::drawdown::Drawdowns;
use super::path::{CalendarReturns, path};
use super::series::{Series, annual, annual_deviation, net_value, over_riskless};
use super::worst::worst_months;
use crate::metric::{EstimateOf, MetricOf, OrReason, YEAR, at_least, is_gain, mean_over_deviation, varies};

/// The kurtosis of a normal distribution.
const NORMAL_KURTOSIS: f64 = 3.0;

/// Evaluates a portfolio or benchmark over some months.
pub(super) fn performance(run: &Run, series: &Series<'_>, section: &[usize]) -> Performance {
    let held = section.iter().filter_map(|month| Some((*month, series.returns[*month]?)));
    let (included, returns): (Vec<usize>, Vec<f64>) = held.unzip();
    let n = returns.len();
    let net_value = net_value(&returns);
    let over = over_riskless(&run.risk_free, &included, &returns);
    let (basis, path) = path(run, series, section);
    let falls = Drawdowns::of(&path);
    let calendar = CalendarReturns::of(&path);
    let annual_return = Metric::new(n, net_value.clone().map(|value| annual(value, n)));
    let (value_at_risk, conditional_value_at_risk) = tail(&returns);
    Performance {
        n_missing: section.len() - n,
        total_return: Metric::new(n, net_value.map(|value| value - 1.0)),
        calmar: Metric::new(n, calmar(&annual_return, &falls.deepest.depth)),
        annual_return,
        value_at_risk,
        conditional_value_at_risk,
        volatility: annual_deviation(&returns),
        sharpe: match &over {
            Ok(over) => sharpe(over),
            Err(reason) => Estimate::none(n, reason.clone()),
        },
        sharpe_error_iid: Metric::new(n, over.clone().and_then(|over| error_iid(&over))).times(YEAR.sqrt()),
        sortino: Metric::new(n, over.and_then(|over| sortino(&over))),
        skewness: shape(&returns, skewness),
        kurtosis: shape(&returns, |returns| Ok(kurtosis(returns)? - NORMAL_KURTOSIS)),
        hit_rate: Metric::share(returns.iter().filter(|value| is_gain(**value)).count(), n),
        basis,
        max_drawdown: falls.deepest,
        drawdowns: falls.list,
        worst_months: worst_months(run, &included, &returns),
        years: calendar.years,
        months: calendar.months,
        rolling_years: calendar.rolling_years,
        year_to_date: calendar.year_to_date,
        last_months: calendar.last_months,
        since_start: calendar.since_start,
    }
}

/// Returns √12 · mean over the root of the mean square of what is below 0.
fn sortino(over: &[f64]) -> Result<f64, Reason> {
    let mean = mean(over).or_reason()?;
    let squares = over.iter().map(|value| value.min(0.0) * value.min(0.0)).sum::<f64>();
    let downside = (squares / over.len() as f64).sqrt();
    if downside > 0.0 { Ok(YEAR.sqrt() * (mean / downside)) } else { Err(Reason::NoLoss) }
}

/// Returns the annualised return over the size of the max drawdown.
fn calmar(annual_return: &Metric, depth: &Metric) -> Result<f64, Reason> {
    let (annual_return, depth) = (annual_return.value.clone()?, depth.value.clone()?);
    if depth < 0.0 { Ok(annual_return / -depth) } else { Err(Reason::NoDrawdown) }
}

/// Returns value at risk and conditional value at risk at 95%: the ⌈n/20⌉-th smallest return of a month, and the mean up to it.
fn tail(returns: &[f64]) -> (Metric, Metric) {
    const ONE_IN: usize = 20;
    let n = returns.len();
    if let Err(reason) = at_least(1, n) {
        return (Metric::new(n, Err::<f64, _>(reason.clone())), Metric::new(n, Err::<f64, _>(reason)));
    }
    let mut sorted = returns.to_vec();
    sorted.sort_by(f64::total_cmp);
    let worst = &sorted[..n.div_ceil(ONE_IN)];
    (Metric::new(n, Ok::<f64, Reason>(worst[worst.len() - 1])), Metric::new(n, mean(worst)))
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

/// Returns the error of the monthly ratio of independent months, of which the fourth moment itself is a part, not what exceeds 3.
fn error_iid(returns: &[f64]) -> Result<f64, Reason> {
    let ratio = mean_over_deviation(returns)?;
    let (skewness, kurtosis) = (skewness(returns).or_reason()?, kurtosis(returns).or_reason()?);
    sharpe_error(ratio, returns.len(), skewness, kurtosis).or_reason()
}

fn shape(returns: &[f64], of: fn(&[f64]) -> Result<f64, StatsError>) -> Metric {
    // The last bits of equal returns have no shape.
    Metric::new(returns.len(), varies(returns).and_then(|()| of(returns).or_reason()))
}
