//! What the portfolios gained, with what risk, and by how much more than their benchmarks.
//!
//! Annual figures are those of twelve months of the months held; there are no days here.

mod calendar;
mod contributions;
mod drawdown;
mod excess;
mod performance;
mod series;
mod variants;

use rayon::prelude::*;
use rotor_factor::EntityKind;
use rotor_run::portfolio::{BOTTOM, EQUAL_WEIGHT, N_QUANTILES, QUANTILES, TOP, TOP_NET};
use rotor_run::{Config, Run};
use rotor_strategy::CrossSections;
use serde::Serialize;

use crate::evaluation::Sections;
use crate::figure::{Estimate, Figure, YEAR};
use crate::months::Months;
use crate::named::ByName;
use crate::quantiles::{QuantileFigures, QuantileMonth};
use crate::trials::{self, Trials};
pub use calendar::{MonthValue, YearValue};
pub use contributions::{Contributions, FactorContribution, SectorContribution};
pub use drawdown::Drawdown;
pub use excess::Excess;
pub use performance::Performance;
use series::{Series, both, differences, net_value};
pub use variants::{Sensitivity, Variant, Variants};
use variants::{Strategies, of_section as variants_of_section};

/// What the portfolios gained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PortfolioEvaluation {
    /// The months looked at; a benchmark may lack some of them.
    pub n_months: usize,
    /// `top`, `top_net`, `equal_weight` and the benchmarks that the run has, in its order.
    pub performance: ByName<Performance>,
    /// `top` and `top_net` against `equal_weight` and each benchmark, in the order of the run.
    pub excess: ByName<ByName<Excess>>,
    /// What the fifths of the ranking gain over `equal_weight`.
    pub quantiles: QuantileFigures,
    /// What it took to change the portfolio.
    pub trading: Trading,
    /// Where the return comes from.
    pub contributions: Contributions,
    /// Other strategies on the same scores.
    #[serde(flatten)]
    pub variants: Variants,
    /// The excess of `top_net` over `equal_weight` in spans of three calendar years.
    pub spans: ByName<InRegime>,
    /// The same in the quarters of the year.
    pub quarters: ByName<InRegime>,
    /// What many trials do to the best of them.
    pub trials: Trials,
    /// What a reader of these numbers must know.
    pub caveats: Vec<String>,
}

/// The excess in a part of the calendar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InRegime {
    /// Twelve times the mean monthly difference.
    pub excess: Estimate,
}

/// What it took to change the portfolio; n is the number of rebalances.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// Evaluates the portfolios over the months that were not skipped.
pub(crate) fn evaluate(
    run: &Run,
    cross_sections: &CrossSections,
    months: &Months<'_>,
    config: &Config,
) -> Sections<PortfolioEvaluation> {
    let all_series = series(run);
    let strategies = Strategies::new(run, cross_sections, config);
    let factor_parts = contributions::factor_parts(run, cross_sections);
    Sections::of(months, |is_live| {
        let is_included = |month: &usize| run.executions[*month].is_kept && months.is_in(*month, is_live);
        let included: Vec<usize> = (0..run.executions.len()).filter(is_included).collect();
        let ((performance, excess), ((variants, trials), contributions)) = rayon::join(
            || {
                (
                    performances(run, months, &all_series, &included),
                    excesses(run, months, &all_series, &included),
                )
            },
            || {
                rayon::join(
                    || {
                        rayon::join(
                            || variants_of_section(&strategies, &included),
                            || trials::evaluate(&strategies.tried(&included), config),
                        )
                    },
                    || Contributions::of(run, cross_sections, &factor_parts, &included),
                )
            },
        );
        let [spans, quarters] = months.regimes().map(|regimes| {
            let of = |of_regime: Vec<usize>| {
                let section: Vec<usize> =
                    of_regime.into_iter().filter(|month| included.binary_search(month).is_ok()).collect();
                InRegime { excess: net_excess(&all_series, &section) }
            };
            regimes.into_iter().map(|(name, of_regime)| (name, of(of_regime))).collect()
        });
        PortfolioEvaluation {
            n_months: included.len(),
            quantiles: quantiles(&all_series, &included),
            trading: Trading::of(run, &all_series, &included),
            caveats: caveats(&variants, &trials),
            performance,
            excess,
            contributions,
            variants,
            spans,
            quarters,
            trials,
        }
    })
}

/// Returns every portfolio of the run, in its order.
fn series(run: &Run) -> Vec<Series<'_>> {
    let mut returns = vec![vec![None; run.executions.len()]; run.portfolios.len()];
    for row in &run.returns {
        returns[row.portfolio as usize][row.execution as usize] = Some(row.value);
    }
    let is_benchmark =
        |name: &str| run.entities.iter().any(|one| one.kind == EntityKind::Benchmark && one.code == name);
    let named = run.portfolios.iter().zip(returns);
    named.map(|(name, returns)| Series { name, is_benchmark: is_benchmark(name), returns }).collect()
}

fn find<'s, 'r>(series: &'s [Series<'r>], name: &str) -> Option<&'s Series<'r>> {
    series.iter().find(|one| one.name == name)
}

fn performances(
    run: &Run,
    months: &Months<'_>,
    all: &[Series<'_>],
    included: &[usize],
) -> ByName<Performance> {
    let is_shown = |one: &&Series<'_>| one.is_benchmark || [TOP, TOP_NET, EQUAL_WEIGHT].contains(&one.name);
    let shown: Vec<&Series<'_>> = all.iter().filter(is_shown).collect();
    let evaluated: Vec<_> = shown
        .par_iter()
        .map(|one| (one.name.to_owned(), Performance::of(run, months, one, included)))
        .collect();
    evaluated.into_iter().collect()
}

fn excesses(
    run: &Run,
    months: &Months<'_>,
    all: &[Series<'_>],
    included: &[usize],
) -> ByName<ByName<Excess>> {
    let is_compared = |one: &&Series<'_>| one.is_benchmark || one.name == EQUAL_WEIGHT;
    let benchmarks: Vec<&Series<'_>> = all.iter().filter(is_compared).collect();
    let against_all = |portfolio: &Series<'_>| -> ByName<Excess> {
        let compared: Vec<_> = benchmarks
            .par_iter()
            .map(|one| (one.name.to_owned(), Excess::of(run, months, portfolio, one, included)))
            .collect();
        compared.into_iter().collect()
    };
    let portfolios = [TOP, TOP_NET].iter().filter_map(|name| find(all, name));
    portfolios.map(|portfolio| (portfolio.name.to_owned(), against_all(portfolio))).collect()
}

fn net_excess(all: &[Series<'_>], included: &[usize]) -> Estimate {
    let pair = find(all, TOP_NET).zip(find(all, EQUAL_WEIGHT));
    let excess = pair.map(|(ours, theirs)| differences(ours, theirs, included)).unwrap_or_default();
    Estimate::of(&excess, 1).times(YEAR)
}

fn quantiles(all: &[Series<'_>], included: &[usize]) -> QuantileFigures {
    let of_month = |month: &usize| {
        let value = |name: &str| find(all, name)?.returns[*month];
        let mut returns = [0.0; N_QUANTILES];
        for (quantile, name) in QUANTILES.iter().enumerate() {
            returns[quantile] = value(name)?;
        }
        Some(QuantileMonth { returns, all: value(EQUAL_WEIGHT)? })
    };
    let months: Vec<QuantileMonth> = included.iter().filter_map(of_month).collect();
    let pair = find(all, TOP).zip(find(all, BOTTOM));
    let spread = pair.map(|(top, bottom)| differences(top, bottom, included)).unwrap_or_default();
    QuantileFigures::of(&months, Some(&spread))
}

impl Trading {
    fn of(run: &Run, all: &[Series<'_>], months: &[usize]) -> Self {
        let is_included = |execution: u32| months.binary_search(&(execution as usize)).is_ok();
        let rows = run.turnover.iter().filter(|row| is_included(row.execution));
        let (turnovers, costs): (Vec<f64>, Vec<f64>) = rows.map(|row| (row.turnover, row.cost)).unzip();
        let turnover = Figure::new(turnovers.len(), rotor_stats::mean(&turnovers));
        let pair = find(all, TOP).zip(find(all, TOP_NET));
        let (months, gross, net) = pair.map(|(gross, net)| both(gross, net, months)).unwrap_or_default();
        let n = months.len();
        let drag = net_value(&gross)
            .and_then(|gross| Ok(series::annual(gross, n) - series::annual(net_value(&net)?, n)));
        Self {
            turnover,
            turnover_per_year: turnover.times(YEAR),
            cost_per_year: Figure::new(costs.len(), rotor_stats::mean(&costs)).times(YEAR),
            cost_drag: Figure::new(n, drag),
        }
    }
}

/// Says how far the excess depends on choices that could have been others.
fn caveats(variants: &Variants, trials: &Trials) -> Vec<String> {
    let mut caveats: Vec<String> = range(variants).into_iter().collect();
    if trials.n_trials == 1 {
        caveats.push(format!(
            "`trials` is 1: whoever has tried several strategies and shows one of them must say how many; {} stand in `metrics.json` alone",
            variants.alone.len() + variants.without.len() + variants.sensitivity.len()
        ));
    }
    caveats
}

fn range(variants: &Variants) -> Option<String> {
    let (low, high) = variants.excess_range()?;
    Some(format!(
        "one rule can be the result: with other numbers of picks, costs and `min_factors` the net excess over equal weight is {:+.1}% to {:+.1}% a year; see `sensitivity`, and count each in the trials",
        100.0 * low,
        100.0 * high
    ))
}
