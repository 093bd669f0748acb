//! A portfolio against a benchmark.

use rotor_run::Run;
use rotor_run::metrics::{Estimate, Excess, Metric, Reason};
use rotor_stats::{is_constant, mean};

use super::drawdown::Drawdowns;
use super::path::{CalendarReturns, pair};
use super::series::{Series, annual, annual_deviation, annual_ratio, both, net_value, relative_value};
use super::worst::worst_months;
use crate::metric::{EstimateOf, MetricOf, YEAR, at_least, is_gain, is_loss, left_out};

/// Compares a portfolio with a benchmark over some months.
pub(super) fn excess(run: &Run, portfolio: &Series<'_>, benchmark: &Series<'_>, section: &[usize]) -> Excess {
    let (included, ours, theirs) = both(portfolio, benchmark, section);
    let n = included.len();
    let excess: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours - theirs).collect();
    let relative = relative_value(&ours, &theirs);
    let paths = pair(run, portfolio, benchmark, section);
    let falls = Drawdowns::of(&paths.relative);
    let calendar = CalendarReturns::of_difference(&paths.ours, &paths.theirs);
    let (beta, alpha) = line(&ours, &theirs);
    Excess {
        n_missing: section.len() - n,
        arithmetic: Estimate::with_classical(&excess, 1).times(YEAR),
        geometric: Metric::new(n, relative.map(|value| annual(value, n))),
        tracking_error: annual_deviation(&excess),
        information_ratio: annual_ratio(&excess),
        hit_rate: Metric::share(excess.iter().filter(|value| is_gain(**value)).count(), n),
        beta,
        alpha: alpha.times(YEAR),
        up_capture: capture(&ours, &theirs, is_gain),
        down_capture: capture(&ours, &theirs, is_loss),
        basis: paths.basis,
        max_drawdown: falls.deepest,
        drawdowns: falls.list,
        worst_months: worst_months(run, &included, &excess),
        years: calendar.years,
        months: calendar.months,
        year_to_date: calendar.year_to_date,
        last_months: calendar.last_months,
        since_start: calendar.since_start,
    }
}

/// Returns slope and constant of the regression of `ours` on `theirs`.
fn line(ours: &[f64], theirs: &[f64]) -> (Estimate, Estimate) {
    let n = ours.len();
    let none = |reason: Reason| (Estimate::none(n, reason.clone()), Estimate::none(n, reason));
    if let Err(reason) = at_least(3, n) {
        return none(reason);
    }
    if is_constant(theirs) {
        return none(Reason::NoVariation);
    }
    let (Ok(mean_ours), Ok(mean_theirs)) = (mean(ours), mean(theirs)) else {
        return none(Reason::OutOfRange);
    };
    let centred: Vec<f64> = theirs.iter().map(|value| value - mean_theirs).collect();
    let moment = centred.iter().map(|value| value * value).sum::<f64>() / n as f64;
    let products = ours.iter().zip(&centred).map(|(ours, value)| (ours - mean_ours) * value);
    let slope = products.sum::<f64>() / n as f64 / moment;
    let constant = mean_ours - slope * mean_theirs;
    let residual = |(ours, value): (&f64, &f64)| {
        let leverage = (1.0 + value * value / moment) / n as f64;
        Ok((ours - mean_ours - slope * value) * left_out(leverage)?)
    };
    let residuals: Result<Vec<f64>, Reason> = ours.iter().zip(&centred).map(residual).collect();
    match residuals {
        Ok(residuals) => {
            let of_slope: Vec<f64> =
                residuals.iter().zip(&centred).map(|(residual, value)| residual * value / moment).collect();
            let of_constant: Vec<f64> = residuals
                .iter()
                .zip(&of_slope)
                .map(|(residual, moved)| residual - mean_theirs * moved)
                .collect();
            (
                Estimate::of_influences(Ok(slope), &of_slope, 1),
                Estimate::of_influences(Ok(constant), &of_constant, 1),
            )
        }
        Err(reason) => (Estimate::unsure(n, slope, reason.clone()), Estimate::unsure(n, constant, reason)),
    }
}

/// Returns the ratio of the mean geometric returns over some months.
fn capture(ours: &[f64], theirs: &[f64], belongs: fn(f64) -> bool) -> Metric {
    let months = ours.iter().zip(theirs).filter(|(_, theirs)| belongs(**theirs));
    let (ours, theirs): (Vec<f64>, Vec<f64>) = months.map(|(ours, theirs)| (*ours, *theirs)).unzip();
    let n = ours.len();
    let mean_return =
        |returns: &[f64]| -> Result<f64, Reason> { Ok(libm::pow(net_value(returns)?, 1.0 / n as f64) - 1.0) };
    let ratio = || {
        let of_benchmark = mean_return(&theirs)?;
        if of_benchmark == 0.0 { Err(Reason::NoVariation) } else { Ok(mean_return(&ours)? / of_benchmark) }
    };
    Metric::new(n, ratio())
}
