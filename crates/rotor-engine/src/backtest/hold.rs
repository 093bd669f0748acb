//! Ranking, picking and holding, month by month.

use rotor_data::Dataset;
use rotor_factor::Date;
use rotor_run::{Place as RunPlace, Return, Run, SectorReturn, Turnover};

use super::Member;
use super::said::Said;
use crate::portfolio::{benchmark_return, pick, sector_return};
use crate::ranking::{Opinion, Place, rank};
use crate::replay::Outcome;
use crate::strategy::{Scored, cost, net_of_cost};
use rotor_run::{Config, Warning};

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
        for (day, execution) in self.executions.iter().enumerate() {
            let gain = |sector: &u32| {
                let gain = sector_return(self.dataset, *sector as usize, execution.entry, execution.exit);
                gain.expect("a sector of the cross-section has a close")
            };
            run.sector_returns.extend(self.sectors[day].iter().map(|sector| SectorReturn {
                execution: day as u32,
                sector: *sector,
                value: gain(sector),
            }));
        }
        let weights: Vec<f64> = self.members.iter().map(|member| member.weight).collect();
        let scored = Scored::new(run);
        let days = scored.rank(&weights, config);
        let held = scored.hold(days.iter().map(|places| pick(places, config)).collect());
        let gains: Vec<Vec<f64>> = scored.days.into_iter().map(|day| day.gains).collect();
        let portfolios = Portfolios::new(run, self.dataset, benchmarks);
        let mut n_fewer = 0;
        for (day, execution) in self.executions.iter().enumerate().skip(first_kept) {
            let (at, places, shares) = (day as u32, &days[day], &held.shares[day]);
            run.executions[day].is_kept = true;
            n_fewer += usize::from(shares.iter().filter(|share| **share > 0.0).count() < config.top);
            for ((sector, place), share) in self.sectors[day].iter().zip(places).zip(shares) {
                run.ranking.push(RunPlace {
                    execution: at,
                    sector: *sector,
                    total: place.total,
                    tie_break: place.tie_break,
                    rank: place.rank as u32,
                    weight: *share,
                });
            }
            let traded = held.traded[day];
            let cost = cost(traded, config.cost_bp);
            run.turnover.push(Turnover { execution: at, turnover: traded / 2.0, cost });
            if let Some(gross) = held.gross[day] {
                Portfolios::say_top(run, at, gross, net_of_cost(gross, traded, config.cost_bp));
            }
            Portfolios::say_parts(run, at, places, &gains[day], config.top);
            portfolios.say_benchmarks(run, at, execution.entry, execution.exit);
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
    let opinion = |outcome: &Outcome| match outcome {
        Ok(signal) => Opinion::of(signal),
        Err(_) => Opinion::none(sectors.len()),
    };
    let opinions: Vec<Opinion> = outcomes.map(opinion).collect();
    let weights: Vec<f64> = members.iter().map(|member| member.weight).collect();
    let places = rank(&codes, &opinions, &weights, config.missing);
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
    fn say_top(run: &mut Run, execution: u32, gross: f64, net: f64) {
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
