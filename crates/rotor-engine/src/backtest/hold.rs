//! Ranking, picking and holding, month by month.

use rotor_data::Dataset;
use rotor_factor::Date;
use rotor_run::{Place as RunPlace, Return, Run, SectorReturn, Turnover};

use super::said::Said;
use super::{Member, Warning};
use crate::config::Config;
use crate::portfolio::{Portfolio, benchmark_return, pick, sector_return};
use crate::ranking::{Opinion, Place, rank};
use crate::replay::Outcome;

impl Said<'_> {
    /// Ranks, picks and holds from the first kept day on.
    pub(super) fn hold(
        &self,
        run: &mut Run,
        config: &Config,
        benchmarks: &[usize],
        first_kept: usize,
        warnings: &mut Vec<Warning>,
    ) {
        let portfolios = Portfolios::new(run, self.dataset, benchmarks);
        let mut top = Portfolio::default();
        let mut n_fewer = 0;
        for (day, execution) in self.executions.iter().enumerate() {
            let (sectors, at) = (&self.sectors[day], day as u32);
            let (entry, exit) = (execution.entry, execution.exit);
            let gain = |sector: &u32| {
                let gain = sector_return(self.dataset, *sector as usize, entry, exit);
                gain.expect("a sector of the cross-section has a close")
            };
            let gains: Vec<f64> = sectors.iter().map(gain).collect();
            let rows = sectors.iter().zip(&gains);
            run.sector_returns.extend(rows.map(|(sector, value)| SectorReturn {
                execution: at,
                sector: *sector,
                value: *value,
            }));
            if day < first_kept {
                continue;
            }
            run.executions[day].is_kept = true;
            let outcomes = self.outcomes.iter().map(|outcomes| &outcomes[day]);
            let (places, shares) = rank_and_pick(self.dataset, config, self.members, sectors, outcomes);
            let held: Vec<(u32, f64)> = sectors
                .iter()
                .zip(&shares)
                .filter(|(_, share)| **share > 0.0)
                .map(|(sector, share)| (*sector, *share))
                .collect();
            n_fewer += usize::from(held.len() < config.top);
            for ((sector, place), share) in sectors.iter().zip(&places).zip(&shares) {
                run.ranking.push(RunPlace {
                    execution: at,
                    sector: *sector,
                    total: place.total,
                    tie_break: place.tie_break,
                    rank: place.rank as u32,
                    weight: *share,
                });
            }
            // Everything is sold and bought at most; the last bits of a sum could say more.
            let traded = top.rebalance(held).min(2.0);
            let cost = config.cost_bp / 10_000.0 * traded;
            run.turnover.push(Turnover { execution: at, turnover: traded / 2.0, cost });
            let of_sector = |sector: u32| {
                gains[sectors.binary_search(&sector).expect("what is held is in the cross-section")]
            };
            if let Some(gross) = top.hold(of_sector) {
                Portfolios::say_top(run, at, gross, cost);
            }
            Portfolios::say_parts(run, at, &places, &gains, config.top);
            portfolios.say_benchmarks(run, at, entry, exit);
        }
        if n_fewer > 0 {
            warnings.push(Warning::FewerPicks { n_days: n_fewer, top: config.top });
        }
    }
}

/// Makes a ranking of what factors said of a day's sectors, and shares of the ranking.
pub(crate) fn rank_and_pick<'o>(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
    sectors: &[u32],
    outcomes: impl Iterator<Item = &'o Outcome>,
) -> (Vec<Place>, Vec<f64>) {
    let code = |sector: &u32| dataset.entities()[*sector as usize].code.as_str();
    let codes: Vec<&str> = sectors.iter().map(code).collect();
    let opinion = |(member, outcome): (&Member<'_>, &Outcome)| match outcome {
        Ok(signal) => Opinion::of(signal, member.weight),
        Err(_) => Opinion::none(sectors.len(), member.weight),
    };
    let opinions: Vec<Opinion> = members.iter().zip(outcomes).map(opinion).collect();
    let places = rank(&codes, &opinions, config.missing);
    let shares = pick(&places, config);
    (places, shares)
}

/// The number of quantiles.
const N_QUANTILES: usize = 5;

/// The names of the portfolios that every run has.
pub(super) fn portfolio_names() -> Vec<String> {
    let fixed = ["top", "top_net", "equal_weight", "bottom"].map(String::from);
    fixed.into_iter().chain((1..=N_QUANTILES).map(|quantile| format!("quantile_{quantile}"))).collect()
}

/// The portfolios of a run, by their place among its names.
struct Portfolios<'a> {
    dataset: &'a Dataset,
    benchmarks: &'a [usize],
    first_benchmark: u32,
}

impl<'a> Portfolios<'a> {
    const TOP: u32 = 0;
    const TOP_NET: u32 = 1;
    const EQUAL_WEIGHT: u32 = 2;
    const BOTTOM: u32 = 3;
    const FIRST_QUANTILE: u32 = 4;

    fn new(run: &mut Run, dataset: &'a Dataset, benchmarks: &'a [usize]) -> Self {
        run.portfolios.extend(portfolio_names());
        let first_benchmark = run.portfolios.len() as u32;
        run.portfolios.extend(benchmarks.iter().map(|entity| dataset.entities()[*entity].code.clone()));
        Self { dataset, benchmarks, first_benchmark }
    }

    /// Writes down what the picks gained, before and after the cost.
    fn say_top(run: &mut Run, execution: u32, gross: f64, cost: f64) {
        let net = (1.0 - cost) * (1.0 + gross) - 1.0;
        run.returns.push(Return { execution, portfolio: Self::TOP, value: gross });
        run.returns.push(Return { execution, portfolio: Self::TOP_NET, value: net });
    }

    /// Writes down what parts of the ranking gained, each sector weighing the same.
    fn say_parts(run: &mut Run, execution: u32, places: &[Place], gains: &[f64], top: usize) {
        let n = places.len();
        let mut say = |portfolio: u32, belongs: &dyn Fn(&Place) -> bool| {
            let of = places.iter().zip(gains).filter(|(place, _)| belongs(place)).map(|(_, gain)| *gain);
            let of: Vec<f64> = of.collect();
            if !of.is_empty() {
                let value = of.iter().sum::<f64>() / of.len() as f64;
                run.returns.push(Return { execution, portfolio, value });
            }
        };
        say(Self::EQUAL_WEIGHT, &|_| true);
        say(Self::BOTTOM, &|place| place.rank + top > n);
        for quantile in 0..N_QUANTILES {
            let belongs = |place: &Place| N_QUANTILES * (place.rank - 1) / n == quantile;
            say(Self::FIRST_QUANTILE + quantile as u32, &belongs);
        }
    }

    fn say_benchmarks(&self, run: &mut Run, execution: u32, entry: Date, exit: Date) {
        for (portfolio, benchmark) in (self.first_benchmark..).zip(self.benchmarks) {
            let value = benchmark_return(self.dataset, *benchmark, entry, exit);
            run.returns.extend(value.map(|value| Return { execution, portfolio, value }));
        }
    }
}
