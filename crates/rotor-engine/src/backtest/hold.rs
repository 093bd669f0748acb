//! Ranking, selecting and holding, month by month.

use rotor_factor::Date;
use rotor_run::portfolio::Portfolio;
use rotor_run::{Config, RankingRow, Return, Run, Turnover, Warning};
use rotor_strategy::{CrossSections, Part, RankedSector, Selection, cost, eligible, net_of_cost, select};

use super::nav::NetValues;
use super::signals::Signals;
use crate::returns::benchmark_return;

impl Signals<'_> {
    /// Ranks, selects and holds from the first kept day on, and writes down what follows.
    pub(super) fn record_holdings(
        &self,
        run: &mut Run,
        cross_sections: &CrossSections,
        config: &Config,
        benchmarks: &[usize],
        first_kept: usize,
        warnings: &mut Vec<Warning>,
    ) {
        let rankings = cross_sections.rank(&self.weights(), config.missing);
        let selections: Vec<Selection> = rankings.iter().map(|ranking| select(ranking, config)).collect();
        let holdings =
            cross_sections.hold(selections.iter().map(|selection| selection.weights.clone()).collect());
        run.portfolios.extend(Portfolio::all().map(|portfolio| portfolio.name().to_owned()));
        run.portfolios.extend(benchmarks.iter().map(|entity| self.dataset.entities()[*entity].code.clone()));
        let mut nav = NetValues::new(self.dataset, benchmarks);
        let mut n_fewer = 0;
        for (day, execution) in self.executions.iter().enumerate().skip(first_kept) {
            let (at, ranking, weights) = (day as u32, &rankings[day], &holdings.weights[day]);
            run.executions[day].is_kept = true;
            n_fewer += usize::from(weights.iter().filter(|weight| **weight > 0.0).count() < config.top);
            for ((sector, ranked), weight) in self.sectors[day].iter().zip(ranking).zip(weights) {
                run.ranking.push(RankingRow {
                    execution: at,
                    sector: *sector,
                    total: ranked.total,
                    tie_break: ranked.tie_break,
                    rank: ranked.rank as u32,
                    weight: *weight,
                });
            }
            let traded = holdings.traded[day];
            let cost = cost(traded, config.cost_bp);
            run.turnover.push(Turnover { execution: at, turnover: traded / 2.0, cost });
            if let Some(gross) = holdings.gross[day] {
                let net = net_of_cost(gross, traded, config.cost_bp);
                record(run, at, Portfolio::Top, gross);
                record(run, at, Portfolio::TopNet, net);
            }
            let parts = parts(ranking, config);
            for (portfolio, part) in &parts {
                if let Some(value) = part.mean(&cross_sections.days[day].returns) {
                    record(run, at, *portfolio, value);
                }
            }
            self.record_benchmarks(run, at, benchmarks, execution.entry, execution.exit);
            nav.hold(execution, &self.sectors[day], weights, cost, &parts);
        }
        run.nav = nav.finish();
        if n_fewer > 0 {
            warnings.push(Warning::FewerPicks { n_days: n_fewer, top: config.top });
        }
        let n_shared = selections.iter().filter(|selection| selection.shares_places).count();
        if n_shared > 0 {
            warnings.push(Warning::SharedPlaces { n_days: n_shared, n_of: selections.len() - first_kept });
        }
    }

    /// Writes down the returns of the benchmarks.
    fn record_benchmarks(
        &self,
        run: &mut Run,
        execution: u32,
        benchmarks: &[usize],
        entry: Date,
        exit: Date,
    ) {
        for (portfolio, benchmark) in (Portfolio::COUNT as u32..).zip(benchmarks) {
            let value = benchmark_return(self.dataset, *benchmark, entry, exit);
            run.returns.extend(value.map(|value| Return { execution, portfolio, value }));
        }
    }
}

/// Writes down the return of a portfolio.
fn record(run: &mut Run, execution: u32, portfolio: Portfolio, value: f64) {
    run.returns.push(Return { execution, portfolio: portfolio.position(), value });
}

/// The parts of a ranking that are portfolios of every run, in their order.
fn parts(ranking: &[RankedSector], config: &Config) -> Vec<(Portfolio, Part)> {
    let all = Part::of(&vec![true; ranking.len()]);
    let mut parts = vec![
        (Portfolio::EqualWeight, all),
        (Portfolio::Eligible, Part::of(&eligible(ranking, config))),
        (Portfolio::Bottom, Part::bottom(ranking, config)),
    ];
    let quantiles = Part::quantiles(ranking, config).into_iter().enumerate();
    parts.extend(quantiles.map(|(quantile, part)| (Portfolio::Quantile(quantile), part)));
    parts
}
