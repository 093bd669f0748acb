//! What the portfolios gained, with what risk, and by how much more than their benchmarks.
//!
//! Annual figures are those of twelve months of the months held; there are no days here.

use rayon::prelude::*;
use rotor_factor::{Date, EntityKind};
use rotor_run::{Execution, Run};
use rotor_stats::{deviation, mean};

use crate::evaluation::Sections;
use crate::figure::{Estimate, Figure, Reason, at_least, mean_over_deviation};
use crate::months::Months;

/// Months in a year.
const YEAR: f64 = 12.0;

/// The portfolio of the picks before costs.
const TOP: &str = "top";
/// The portfolio of the picks after costs.
const TOP_NET: &str = "top_net";
/// All sectors of the cross-section alike.
const EQUAL_WEIGHT: &str = "equal_weight";

/// What the portfolios gained.
#[derive(Clone, Debug, PartialEq)]
pub struct PortfolioEvaluation {
    /// The months looked at; a benchmark may lack some of them.
    pub n_months: usize,
    /// `top`, `top_net`, `equal_weight` and the benchmarks that the run has, in its order.
    pub performance: Vec<Performance>,
    /// `top_net` against `equal_weight` and each benchmark, in the order of the run.
    pub excess: Vec<Excess>,
    /// What it took to change the portfolio.
    pub trading: Trading,
}

/// What a portfolio or benchmark gained; n is the number of months in which it has a return.
#[derive(Clone, Debug, PartialEq)]
pub struct Performance {
    /// The name of the portfolio or the code of the benchmark.
    pub portfolio: String,
    /// Π(1 + r) - 1.
    pub total_return: Figure,
    /// Π(1 + r)^(12/n) - 1.
    pub annual_return: Figure,
    /// The n - 1 deviation of the monthly returns, times √12.
    pub volatility: Figure,
    /// 12 · mean over volatility, without a riskless rate.
    pub sharpe: Figure,
    /// The largest fall of the net value.
    pub max_drawdown: Drawdown,
    /// The share of months with a gain, 0 to 1.
    pub hit_rate: Figure,
}

/// The largest fall of a net value from its highest level so far; the level of 1 before the first month counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawdown {
    /// -1 (everything) to 0 (never below an earlier level).
    pub depth: Figure,
    /// The days of the highest level and of the lowest after it: the first execution for the starting value, the exit of a
    /// month otherwise. `None` if there is no fall. Of equal falls the first.
    pub days: Option<(Date, Date)>,
}

/// A portfolio against a benchmark; n is the number of months in which both have a return.
#[derive(Clone, Debug, PartialEq)]
pub struct Excess {
    /// The portfolio.
    pub portfolio: String,
    /// `equal_weight` or the code of a benchmark.
    pub benchmark: String,
    /// 12 · mean(p - b), a year, with its interval.
    pub arithmetic: Estimate,
    /// (ΠP / ΠB)^(12/n) - 1, a year, with the net values P and B.
    pub geometric: Figure,
    /// The n - 1 deviation of p - b, times √12.
    pub tracking_error: Figure,
    /// Arithmetic excess over tracking error.
    pub information_ratio: Figure,
    /// The share of months in which the portfolio gains more, 0 to 1.
    pub hit_rate: Figure,
    /// The largest fall of the portfolio's net value in units of the benchmark's.
    pub max_drawdown: Drawdown,
}

/// What it took to change the portfolio; n is the number of rebalances.
#[derive(Clone, Debug, PartialEq)]
pub struct Trading {
    /// Mean one-way turnover of a rebalance, 0 to 1; the first purchase is one half.
    pub turnover: Figure,
    /// Twelve times that.
    pub turnover_per_year: Figure,
    /// Twelve times the mean cost of a rebalance, as a fraction of the portfolio.
    pub cost_per_year: Figure,
    /// The annual return of `top` less that of `top_net`, over the months in which both exist.
    pub cost_drag: Figure,
}

/// The returns of one portfolio, month by month; `None` where it has none.
struct Series<'a> {
    name: &'a str,
    returns: Vec<Option<f64>>,
}

/// Evaluates the portfolios over the months that were not skipped.
pub(crate) fn evaluate(run: &Run, months: &Months<'_>) -> Sections<PortfolioEvaluation> {
    let series = series(run);
    let of_months = |is_included: &(dyn Fn(usize) -> bool + Sync)| {
        let included: Vec<usize> = (0..run.executions.len())
            .filter(|month| run.executions[*month].is_kept && is_included(*month))
            .collect();
        of_months(run, &series, &included)
    };
    let is_live = |month: usize| months.is_live[month];
    let live = months.is_live.contains(&true).then(|| of_months(&is_live)).ok_or(Reason::NoLiveMonth);
    Sections { all: of_months(&|_| true), live }
}

/// Returns the series that are evaluated, in the order of the run.
fn series(run: &Run) -> Vec<Series<'_>> {
    let empty = |name: &'_ String| vec![None; if is_evaluated(run, name) { run.executions.len() } else { 0 }];
    let mut returns: Vec<Vec<Option<f64>>> = run.portfolios.iter().map(empty).collect();
    for row in &run.returns {
        if let Some(value) = returns[row.portfolio as usize].get_mut(row.execution as usize) {
            *value = Some(row.value);
        }
    }
    let named = run.portfolios.iter().zip(returns).filter(|(name, _)| is_evaluated(run, name));
    named.map(|(name, returns)| Series { name, returns }).collect()
}

fn is_evaluated(run: &Run, name: &str) -> bool {
    let is_benchmark =
        || run.entities.iter().any(|one| one.kind == EntityKind::Benchmark && one.code == name);
    [TOP, TOP_NET, EQUAL_WEIGHT].contains(&name) || is_benchmark()
}

fn of_months(run: &Run, series: &[Series<'_>], months: &[usize]) -> PortfolioEvaluation {
    let named = |name: &str| series.iter().find(|one| one.name == name);
    let against = |portfolio: &Series<'_>| {
        let benchmarks = series.par_iter().filter(|one| ![TOP, TOP_NET].contains(&one.name));
        benchmarks.map(|benchmark| Excess::of(run, portfolio, benchmark, months)).collect()
    };
    PortfolioEvaluation {
        n_months: months.len(),
        performance: series.par_iter().map(|one| Performance::of(run, one, months)).collect(),
        excess: named(TOP_NET).map(against).unwrap_or_default(),
        trading: Trading::of(run, named(TOP).zip(named(TOP_NET)), months),
    }
}

impl Performance {
    fn of(run: &Run, series: &Series<'_>, months: &[usize]) -> Self {
        let held = months.iter().filter_map(|month| Some((*month, series.returns[*month]?)));
        let (months, returns): (Vec<usize>, Vec<f64>) = held.unzip();
        let n = returns.len();
        let net_value = net_value(&returns);
        Self {
            portfolio: series.name.to_owned(),
            total_return: Figure::new(n, net_value.map(|value| value - 1.0)),
            annual_return: Figure::new(n, net_value.map(|value| annual(value, n))),
            volatility: annual_deviation(&returns),
            sharpe: annual_ratio(&returns),
            max_drawdown: Drawdown::of(&run.executions, &months, returns.iter().map(|value| 1.0 + value)),
            hit_rate: Figure::share(returns.iter().filter(|value| **value > 0.0).count(), n),
        }
    }
}

impl Excess {
    fn of(run: &Run, portfolio: &Series<'_>, benchmark: &Series<'_>, months: &[usize]) -> Self {
        let (months, ours, theirs) = both(portfolio, benchmark, months);
        let n = months.len();
        let excess: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours - theirs).collect();
        let relative = net_value(&ours).and_then(|ours| match net_value(&theirs)? {
            0.0 => Err(Reason::BenchmarkLostAll),
            theirs => Ok(annual(ours / theirs, n)),
        });
        let growths = ours.iter().zip(&theirs).map(|(ours, theirs)| (1.0 + ours) / (1.0 + theirs));
        let mut max_drawdown = Drawdown::of(&run.executions, &months, growths);
        if let Err(reason) = relative {
            max_drawdown = Drawdown { depth: Figure::new(n, Err(reason)), days: None };
        }
        Self {
            portfolio: portfolio.name.to_owned(),
            benchmark: benchmark.name.to_owned(),
            arithmetic: Estimate::of(&excess).times(YEAR),
            geometric: Figure::new(n, relative),
            tracking_error: annual_deviation(&excess),
            information_ratio: annual_ratio(&excess),
            hit_rate: Figure::share(excess.iter().filter(|value| **value > 0.0).count(), n),
            max_drawdown,
        }
    }
}

impl Trading {
    fn of(run: &Run, gross_and_net: Option<(&Series<'_>, &Series<'_>)>, months: &[usize]) -> Self {
        let is_included = |execution: u32| months.binary_search(&(execution as usize)).is_ok();
        let rows = run.turnover.iter().filter(|row| is_included(row.execution));
        let (turnovers, costs): (Vec<f64>, Vec<f64>) = rows.map(|row| (row.turnover, row.cost)).unzip();
        let turnover = Figure::new(turnovers.len(), mean(&turnovers));
        let (months, gross, net) =
            gross_and_net.map(|(gross, net)| both(gross, net, months)).unwrap_or_default();
        let n = months.len();
        let drag = net_value(&gross).and_then(|gross| Ok(annual(gross, n) - annual(net_value(&net)?, n)));
        Self {
            turnover,
            turnover_per_year: turnover.times(YEAR),
            cost_per_year: Figure::new(costs.len(), mean(&costs)).times(YEAR),
            cost_drag: Figure::new(n, drag),
        }
    }
}

impl Drawdown {
    /// Follows a net value from 1 on; a growth is 1 plus the return of a month.
    fn of(executions: &[Execution], months: &[usize], growths: impl Iterator<Item = f64>) -> Self {
        let n = months.len();
        let Some(first) = months.first() else {
            return Self { depth: Figure::new(n, at_least(1, n).map(|()| 0.0)), days: None };
        };
        let mut value = 1.0;
        let mut peak = (1.0, executions[*first].as_of);
        let mut depth = 0.0;
        let mut days = None;
        for (month, growth) in months.iter().zip(growths) {
            if growth < 0.0 {
                return Self { depth: Figure::new(n, Err(Reason::BeyondTotalLoss)), days: None };
            }
            value *= growth;
            let exit = executions[*month].exit;
            if value > peak.0 {
                peak = (value, exit);
            }
            let fall = value / peak.0 - 1.0;
            if fall < depth {
                depth = fall;
                days = Some((peak.1, exit));
            }
        }
        Self { depth: Figure::new(n, Ok::<f64, Reason>(depth)), days }
    }
}

/// Returns the months in which both series have a return, and the returns.
fn both(left: &Series<'_>, right: &Series<'_>, months: &[usize]) -> (Vec<usize>, Vec<f64>, Vec<f64>) {
    let both = |month: &usize| Some((*month, (left.returns[*month]?, right.returns[*month]?)));
    let (months, (left, right)) = months.iter().filter_map(both).unzip();
    (months, left, right)
}

/// Returns what 1 has become, at least 0.
fn net_value(returns: &[f64]) -> Result<f64, Reason> {
    at_least(1, returns.len())?;
    if returns.iter().any(|value| *value < -1.0) {
        return Err(Reason::BeyondTotalLoss);
    }
    Ok(returns.iter().map(|value| 1.0 + value).product())
}

/// Returns the annual rate at which 1 becomes the net value in n months.
fn annual(net_value: f64, n: usize) -> f64 {
    libm::pow(net_value, YEAR / n as f64) - 1.0
}

fn annual_deviation(values: &[f64]) -> Figure {
    Figure::new(values.len(), deviation(values)).times(YEAR.sqrt())
}

/// Returns 12 · mean over deviation · √12.
fn annual_ratio(values: &[f64]) -> Figure {
    Figure::new(values.len(), mean_over_deviation(values)).times(YEAR.sqrt())
}
