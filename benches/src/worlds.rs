//! Worlds in which we know what is true: sectors that move together, scores that hardly change, forecasts that are worth nothing,
//! or exactly as much as is put in.
//!
//! A world goes straight into a [`Run`]: what is tried is the evaluation, not the replay.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rotor_data::model::Entity;
use rotor_factor::{EntityKind, Group, Month};
use rotor_run::portfolio::{N_QUANTILES, Portfolio};
use rotor_run::{
    Config, Execution, Forecast, History, RankingRow, Realized, Return, Run, Score, SectorReturn, TextId,
    Turnover,
};
use rotor_strategy::{CrossSections, eligible, net_of_cost, select};

/// The horizons of the forecasts, in months.
pub const HORIZONS: [usize; 4] = [1, 3, 6, 12];

/// The monthly Sharpe ratio of the benchmark.
pub const SHARPE: f64 = 0.1;

/// What a world is like.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// The number of months with an exit.
    pub n_months: usize,
    /// The number of sectors.
    pub n_sectors: usize,
    /// The autocorrelation of the scores.
    pub persistence: f64,
    /// What a score of one deviation adds to the next month's return.
    pub effect: f64,
    /// How many sectors no factor scores in a month, others from half-year to half-year: none of them can be selected.
    pub n_unscored: usize,
}

impl Default for World {
    fn default() -> Self {
        Self { n_months: 108, n_sectors: 31, persistence: 0.95, effect: 0.0, n_unscored: 0 }
    }
}

/// The sectors whose forecasts are made up; all rows of a period are one observation, so that more would not tell more.
const N_FORECAST: usize = 8;

/// The months before the first on which forecasts are fitted.
const HISTORY: usize = 72;

/// The months on which a forecast is fitted.
const WINDOW: usize = 60;

/// Random numbers.
pub(crate) struct Numbers {
    generator: ChaCha8Rng,
    spare: Option<f64>,
}

impl Numbers {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        Self { generator, spare: None }
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal, by the polar method.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * libm::log(square) / square).sqrt();
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }
}

impl World {
    /// Returns the configuration of the runs: without costs, so that random picks gain what all gain.
    #[must_use]
    pub fn config() -> Config {
        Config { min_factors: 1, cost_bp: 0.0, ..Config::default() }
    }

    /// Makes the world of a number.
    ///
    /// # Panics
    ///
    /// If there are more months than in the calendar.
    #[must_use]
    pub fn run(&self, seed: u64, number: u64) -> Run {
        let mut numbers = Numbers::new(seed, number);
        let mut run = self.empty();
        self.say_scores(&mut run, &mut numbers);
        Self::hold(&mut run);
        let mut targets = Targets::new(&mut run);
        for (position, horizon) in HORIZONS.into_iter().enumerate() {
            for sector in 0..N_FORECAST {
                self.say_forecasts(&mut run, &mut numbers, &mut targets, (position, horizon), sector as u32);
            }
        }
        run.forecasts.sort_by_key(|row| (row.execution, row.factor, row.target, row.entity));
        run
    }

    fn empty(&self) -> Run {
        let sector = |position: usize| Entity {
            code: format!("{:05}", 10_000 + position),
            kind: EntityKind::Sector,
            name: format!("sector {position}"),
            name_zh: None,
            group: Some([Group::Upstream, Group::Midstream, Group::Downstream][position % 3]),
            valid_from: None,
            valid_to: None,
        };
        let benchmark = Entity {
            code: "99999".into(),
            kind: EntityKind::Benchmark,
            name: "market".into(),
            group: None,
            ..sector(0)
        };
        let january = Month::new(2015, 1).expect("it exists");
        let month = |position: usize| january.plus(position as i32).expect("the calendar is long");
        let execution = |position: usize| Execution {
            as_of: month(position).first_day(),
            month: month(position).plus(-1).expect("it exists"),
            exit: month(position + 1).first_day(),
            is_kept: true,
        };
        let named = Portfolio::all().map(|portfolio| portfolio.name().to_owned());
        Run {
            entities: (0..self.n_sectors).map(sector).chain([benchmark]).collect(),
            factors: ["continuous", "points", "third", "fourth"].map(String::from).to_vec(),
            executions: (0..self.n_months).map(execution).collect(),
            portfolios: named.chain(["99999".into()]).collect(),
            ..Run::default()
        }
    }

    /// Scores that hang together over time and within groups, and returns that share a market, their group and a changing volatility.
    fn say_scores(&self, run: &mut Run, numbers: &mut Numbers) {
        const VOLATILITY_OF_VOLATILITY: f64 = 0.3;
        let n = self.n_sectors;
        let n_factors = run.factors.len();
        let keep = (1.0 - self.persistence * self.persistence).sqrt();
        let fresh = |numbers: &mut Numbers| -> Vec<f64> {
            let groups: Vec<f64> = (0..3).map(|_| numbers.normal()).collect();
            (0..n).map(|sector| 0.5 * groups[sector % 3] + 0.75_f64.sqrt() * numbers.normal()).collect()
        };
        let mut states: Vec<Vec<f64>> = (0..n_factors).map(|_| fresh(numbers)).collect();
        let mut volatility = numbers.normal();
        // The deviation of the product of a volatility exp(s v) and a normal number is exp(s²).
        let market_size = 0.05;
        let market_mean =
            SHARPE * market_size * libm::exp(VOLATILITY_OF_VOLATILITY * VOLATILITY_OF_VOLATILITY);
        for month in 0..self.n_months as u32 {
            for (factor, state) in states.iter_mut().enumerate() {
                let new = fresh(numbers);
                for (value, new) in state.iter_mut().zip(new) {
                    *value = self.persistence * *value + keep * new;
                }
                for (sector, value) in state.iter().enumerate() {
                    let score = match factor {
                        0 => *value,
                        _ if *value > 0.43 => 3.0,
                        _ if *value < -0.43 => 1.0,
                        _ => 2.0,
                    };
                    let is_scored = (sector + month as usize / 6) % n >= self.n_unscored;
                    run.scores.push(Score {
                        execution: month,
                        factor: factor as u32,
                        sector: sector as u32,
                        score: is_scored.then_some(score),
                        raw: is_scored.then_some(*value),
                        reason: None,
                    });
                }
            }
            volatility = 0.8 * volatility + 0.6 * numbers.normal();
            let size = libm::exp(VOLATILITY_OF_VOLATILITY * volatility);
            let market = market_mean + market_size * size * numbers.normal();
            let groups: Vec<f64> = (0..3).map(|_| 0.02 * size * numbers.normal()).collect();
            for sector in 0..n {
                let noise = 0.04 * size * numbers.normal();
                let value = market + groups[sector % 3] + noise + self.effect * states[0][sector];
                run.sector_returns.push(SectorReturn { execution: month, sector: sector as u32, value });
            }
            let portfolio = Portfolio::COUNT as u32;
            run.returns.push(Return { execution: month, portfolio, value: market });
        }
    }

    /// Ranks, picks and holds as a backtest does.
    fn hold(run: &mut Run) {
        let config = Self::config();
        let (n, top) = (run.entities.len() - 1, config.top);
        let cross_sections = CrossSections::new(run);
        let rankings = cross_sections.rank(&vec![1.0; run.factors.len()], config.missing);
        let holdings =
            cross_sections.hold(rankings.iter().map(|ranking| select(ranking, &config).weights).collect());
        for (month, ranking) in rankings.iter().enumerate() {
            let execution = month as u32;
            let returns = &cross_sections.days[month].returns;
            let gross = holdings.gross[month].expect("something is held");
            let mean_of = |belongs: &dyn Fn(usize) -> bool| {
                let rows = ranking.iter().zip(returns).filter(|(sector, _)| belongs(sector.rank));
                let of: Vec<f64> = rows.map(|(_, value)| *value).collect();
                of.iter().sum::<f64>() / of.len() as f64
            };
            let of_quantile = |quantile: usize| mean_of(&|rank| N_QUANTILES * (rank - 1) / n == quantile);
            let can_be_selected = eligible(ranking, &config);
            let of_eligible = returns.iter().zip(&can_be_selected).filter(|(_, can)| **can);
            let of_eligible: Vec<f64> = of_eligible.map(|(value, _)| *value).collect();
            let values = [
                gross,
                net_of_cost(gross, holdings.traded[month], config.cost_bp),
                mean_of(&|_| true),
                of_eligible.iter().sum::<f64>() / of_eligible.len() as f64,
                mean_of(&|rank| rank + top > n),
            ];
            let values = values.into_iter().chain((0..N_QUANTILES).map(of_quantile));
            run.returns.extend((0..).zip(values).map(|(portfolio, value)| Return {
                execution,
                portfolio,
                value,
            }));
            run.turnover.push(Turnover { execution, turnover: 0.5 * holdings.traded[month], cost: 0.0 });
            for (sector, (ranked, weight)) in ranking.iter().zip(&holdings.weights[month]).enumerate() {
                run.ranking.push(RankingRow {
                    execution,
                    sector: sector as u32,
                    total: ranked.total,
                    tie_break: ranked.tie_break,
                    rank: ranked.rank as u32,
                    weight: *weight,
                });
            }
        }
    }

    /// Forecasts of a sum over several months, whose errors overlap: two rules equally good, and a regression on noise against the mean
    /// of the past.
    fn say_forecasts(
        &self,
        run: &mut Run,
        numbers: &mut Numbers,
        targets: &mut Targets,
        (position, horizon): (usize, usize),
        sector: u32,
    ) {
        let n = HISTORY + self.n_months;
        // Shocks that sectors share come from the numbers of the target; each sector adds its own.
        let shared = targets.shared(numbers, position, n + horizon);
        let shocks: Vec<f64> =
            shared.shocks.iter().map(|shock| 0.6 * shock + 0.8 * numbers.normal()).collect();
        let value = |month: usize| shocks[month..month + horizon].iter().sum::<f64>();
        let mut regressor = Vec::with_capacity(n);
        let mut state = numbers.normal();
        for month in 0..n {
            let new = 0.6 * shared.regressor[month] + 0.8 * numbers.normal();
            state = 0.9 * state + (1.0 - 0.81_f64).sqrt() * new;
            regressor.push(state);
        }
        // Two rules whose errors are as large and overlap as much.
        let mut errors = || -> Vec<f64> {
            let own: Vec<f64> = (0..n + horizon).map(|_| numbers.normal()).collect();
            (0..n).map(|month| own[month..month + horizon].iter().sum::<f64>()).collect()
        };
        let (one, other) = (errors(), errors());
        for month in 0..self.n_months {
            let at = HISTORY + month;
            // What is out: values that ended before this month.
            let known: Vec<usize> = (0..=at - horizon).collect();
            let mean = known.iter().map(|month| value(*month)).sum::<f64>() / known.len() as f64;
            let recent = &known[known.len() - WINDOW.min(known.len())..];
            let fitted = line(recent.iter().map(|month| (regressor[*month], value(*month))), regressor[at]);
            let realized = value(at);
            let execution = &run.executions[month];
            let period = execution.month.plus(horizon as i32).expect("the calendar is long").last_day();
            let released =
                execution.month.plus(horizon as i32 + 1).expect("the calendar is long").first_day();
            let mut say = |target: TextId, forecast: f64, naive: f64, mean: f64| {
                run.forecasts.push(Forecast {
                    execution: month as u32,
                    factor: 0,
                    target,
                    entity: sector,
                    period,
                    forecast,
                    naive,
                    realized: Some(Realized { value: realized, released }),
                    history: Some(History { mean, before_last: None }),
                });
            };
            say(targets.equal[position], realized + one[at], realized + other[at], realized + other[at]);
            say(targets.nested[position], fitted, mean, mean);
        }
    }
}

/// Fits a line with a constant and follows it.
fn line(rows: impl Iterator<Item = (f64, f64)> + Clone, at: f64) -> f64 {
    let n = rows.clone().count() as f64;
    let (sum_x, sum_y) = rows.clone().fold((0.0, 0.0), |(x, y), row| (x + row.0, y + row.1));
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let (products, squares) = rows.fold((0.0, 0.0), |(products, squares), (x, y)| {
        (products + (x - mean_x) * (y - mean_y), squares + (x - mean_x) * (x - mean_x))
    });
    mean_y + products / squares * (at - mean_x)
}

/// The targets of the forecasts, by horizon, and what their sectors share.
struct Targets {
    equal: [TextId; 4],
    nested: [TextId; 4],
    shared: Vec<Shared>,
}

#[derive(Clone)]
struct Shared {
    shocks: Vec<f64>,
    regressor: Vec<f64>,
}

impl Targets {
    fn new(run: &mut Run) -> Self {
        let mut named = |name: &str| HORIZONS.map(|horizon| run.texts.id(&format!("{name}_{horizon}")));
        Self { equal: named("equal"), nested: named("nested"), shared: Vec::new() }
    }

    fn shared(&mut self, numbers: &mut Numbers, position: usize, n: usize) -> Shared {
        if self.shared.len() == position {
            let mut draw = || (0..n).map(|_| numbers.normal()).collect();
            self.shared.push(Shared { shocks: draw(), regressor: draw() });
        }
        self.shared[position].clone()
    }
}
