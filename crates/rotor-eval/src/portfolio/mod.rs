//! What the portfolios gained, with what risk, and by how much more than their benchmarks.
//!
//! Annual figures are those of twelve months of the months held, and so is everything with an interval; drawdowns and returns by the
//! calendar follow net values from day to day where a run has them.

mod contributions;
pub(crate) mod drawdown;
mod excess;
mod path;
mod performance;
mod rolling;
pub(crate) mod series;
mod variants;
mod worst;

use rayon::prelude::*;
use rotor_factor::EntityKind;
use rotor_run::metrics::{
    ByName, Caveat, Estimate, Excess, Metric, Performance, PortfolioMetrics, QuantileMetrics, RegimeExcess,
    Sections, Trading, Trials, Variants,
};
use rotor_run::portfolio::{BOTTOM, ELIGIBLE, EQUAL_WEIGHT, N_QUANTILES, QUANTILES, TOP, TOP_NET};
use rotor_run::{Config, Run};
use rotor_strategy::{Alternative, CrossSections};

use crate::evaluation::sections;
use crate::metric::{EstimateOf, MetricOf, YEAR, at_least};
use crate::months::Months;
use crate::quantiles::QuantileMonth;
use crate::trials;
use contributions::{contributions, factor_parts};
use excess::excess;
use performance::performance;
use rolling::rolling;
use series::{Series, both, differences, net_value};
use variants::{Strategies, of_section as variants_of_section};

/// Evaluates the portfolios over the months that were not skipped.
pub(crate) fn evaluate(
    run: &Run,
    cross_sections: &CrossSections,
    alternatives: &[Alternative],
    months: &Months<'_>,
    config: &Config,
) -> Sections<PortfolioMetrics> {
    let all_series = series(run);
    let strategies = Strategies::new(run, cross_sections, alternatives, config);
    let parts = factor_parts(run, cross_sections);
    sections(months, |is_live| {
        let is_included = |month: &usize| run.executions[*month].is_kept && months.is_in(*month, is_live);
        let included: Vec<usize> = (0..run.executions.len()).filter(is_included).collect();
        let ((performance, excess), ((variants, trials), contributions)) = rayon::join(
            || (performances(run, &all_series, &included), excesses(run, &all_series, &included)),
            || {
                rayon::join(
                    || {
                        rayon::join(
                            || variants_of_section(&strategies, &included),
                            || trials::evaluate(&strategies.tried(&included), config),
                        )
                    },
                    || contributions(run, cross_sections, &parts, &included),
                )
            },
        );
        let [spans, quarters] = months.regimes().map(|regimes| {
            let of = |of_regime: Vec<usize>| {
                let section: Vec<usize> =
                    of_regime.into_iter().filter(|month| included.binary_search(month).is_ok()).collect();
                RegimeExcess { excess: net_excess(&all_series, &section) }
            };
            regimes.into_iter().map(|(name, of_regime)| (name, of(of_regime))).collect()
        });
        PortfolioMetrics {
            n_months: included.len(),
            quantiles: quantiles(&all_series, &included),
            rolling: rolling(run, &all_series, &included),
            trading: trading(run, &all_series, &strategies, &included),
            caveats: caveats(&strategies, &performance, &variants, &trials, &included),
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
    let mut navs = vec![Vec::new(); run.portfolios.len()];
    for row in &run.nav {
        navs[row.portfolio as usize].push((row.date, row.value));
    }
    let is_benchmark =
        |name: &str| run.entities.iter().any(|one| one.kind == EntityKind::Benchmark && one.code == name);
    let named = run.portfolios.iter().zip(returns).zip(navs);
    named
        .map(|((name, returns), nav)| Series { name, is_benchmark: is_benchmark(name), returns, nav })
        .collect()
}

fn find<'s, 'r>(series: &'s [Series<'r>], name: &str) -> Option<&'s Series<'r>> {
    series.iter().find(|one| one.name == name)
}

fn performances(run: &Run, all: &[Series<'_>], included: &[usize]) -> ByName<Performance> {
    let is_shown =
        |one: &&Series<'_>| one.is_benchmark || [TOP, TOP_NET, EQUAL_WEIGHT, ELIGIBLE].contains(&one.name);
    let shown: Vec<&Series<'_>> = all.iter().filter(is_shown).collect();
    let evaluated: Vec<_> =
        shown.par_iter().map(|one| (one.name.to_owned(), performance(run, one, included))).collect();
    evaluated.into_iter().collect()
}

fn excesses(run: &Run, all: &[Series<'_>], included: &[usize]) -> ByName<ByName<Excess>> {
    let is_compared = |one: &&Series<'_>| one.is_benchmark || [EQUAL_WEIGHT, ELIGIBLE].contains(&one.name);
    let benchmarks: Vec<&Series<'_>> = all.iter().filter(is_compared).collect();
    let against_all = |portfolio: &Series<'_>| -> ByName<Excess> {
        let compared: Vec<_> = benchmarks
            .par_iter()
            .map(|one| (one.name.to_owned(), excess(run, portfolio, one, included)))
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

fn quantiles(all: &[Series<'_>], included: &[usize]) -> QuantileMetrics {
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
    QuantileMonth::summary(&months, Some(&spread))
}

fn trading(run: &Run, all: &[Series<'_>], strategies: &Strategies<'_>, months: &[usize]) -> Trading {
    let (n_shared, n_held) = (strategies.shared_months(months), strategies.held_months(months));
    let is_included = |execution: u32| months.binary_search(&(execution as usize)).is_ok();
    let rows = run.turnover.iter().filter(|row| is_included(row.execution));
    let (turnovers, costs): (Vec<f64>, Vec<f64>) = rows.map(|row| (row.turnover, row.cost)).unzip();
    let turnover = Metric::new(turnovers.len(), rotor_stats::mean(&turnovers));
    let pair = find(all, TOP).zip(find(all, TOP_NET));
    let (months, gross, net) = pair.map(|(gross, net)| both(gross, net, months)).unwrap_or_default();
    let n = months.len();
    let drag = net_value(&gross)
        .and_then(|gross| Ok(series::annual(gross, n) - series::annual(net_value(&net)?, n)));
    Trading {
        turnover_per_year: turnover.clone().times(YEAR),
        turnover,
        cost_per_year: Metric::new(costs.len(), rotor_stats::mean(&costs)).times(YEAR),
        cost_drag: Metric::new(n, drag),
        n_shared_months: Metric::new(n_held, at_least(1, n_held).map(|()| n_shared as f64)),
    }
}

/// Returns what a reader must know: whether anything was chosen at all, and how far the excess depends on choices that could have been
/// others.
fn caveats(
    strategies: &Strategies<'_>,
    performance: &ByName<Performance>,
    variants: &Variants,
    trials: &Trials,
    included: &[usize],
) -> Vec<Caveat> {
    let n_months = included.len();
    let nothing = strategies.tells_nothing_apart(included).then_some(Caveat::NothingToldApart { n_months });
    let range = variants.excess_range().map(|(low, high)| Caveat::DependsOnSettings { low, high });
    let n_shared = strategies.shared_months(included);
    let shared = (n_shared > 0).then_some(Caveat::SharedPlaces { n_shared, n_months });
    let fewer = performance.iter().filter(|(_, one)| one.n_missing > 0).map(|(name, one)| {
        Caveat::FewerMonths { portfolio: name.to_owned(), n: n_months - one.n_missing, n_months }
    });
    let single =
        (trials.n_trials == 1).then(|| Caveat::SingleTrial { n_strategies: variants.n_strategies() });
    nothing.into_iter().chain(range).chain(shared).chain(fewer).chain(single).collect()
}
