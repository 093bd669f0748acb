//! Ranking, selecting and holding, month by month.

use rotor_factor::Date;
use rotor_run::portfolio::{N_QUANTILES, Portfolio};
use rotor_run::{Config, RankingRow, Return, Run, Turnover, Warning};
use rotor_strategy::{CrossSections, RankedSector, cost, net_of_cost, target_weights};

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
        let holdings =
            cross_sections.hold(rankings.iter().map(|ranking| target_weights(ranking, config)).collect());
        run.portfolios.extend(Portfolio::all().map(|portfolio| portfolio.name().to_owned()));
        run.portfolios.extend(benchmarks.iter().map(|entity| self.dataset.entities()[*entity].code.clone()));
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
            record_parts(run, at, ranking, &cross_sections.days[day].returns, config.top);
            self.record_benchmarks(run, at, benchmarks, execution.entry, execution.exit);
        }
        if n_fewer > 0 {
            warnings.push(Warning::FewerPicks { n_days: n_fewer, top: config.top });
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

/// Writes down the returns of parts of the ranking, equally weighted.
fn record_parts(run: &mut Run, execution: u32, ranking: &[RankedSector], returns: &[f64], top: usize) {
    let n = ranking.len();
    let mut record_part = |portfolio: Portfolio, belongs: &dyn Fn(&RankedSector) -> bool| {
        let of = ranking.iter().zip(returns).filter(|(sector, _)| belongs(sector)).map(|(_, value)| *value);
        let of: Vec<f64> = of.collect();
        if !of.is_empty() {
            record(run, execution, portfolio, of.iter().sum::<f64>() / of.len() as f64);
        }
    };
    record_part(Portfolio::EqualWeight, &|_| true);
    record_part(Portfolio::Bottom, &|sector| sector.rank + top > n);
    for quantile in 0..N_QUANTILES {
        let belongs = |sector: &RankedSector| N_QUANTILES * (sector.rank - 1) / n == quantile;
        record_part(Portfolio::Quantile(quantile), &belongs);
    }
}
