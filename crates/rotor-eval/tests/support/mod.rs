//! Small runs to evaluate.

use rotor_data::model::Entity;
use rotor_factor::{Date, EntityKind, Month};
use rotor_run::{Execution, Forecast, Realized, Return, Run, Score, SectorReturn, Turnover};

/// Returns a run of sectors `s0`, `s1`, … and benchmarks, with months from January 2015 on, without rows.
pub(crate) fn empty(n_months: usize, n_sectors: usize, factors: &[&str], benchmarks: &[&str]) -> Run {
    let entity = |code: String, kind: EntityKind| Entity {
        name: code.clone(),
        code,
        kind,
        name_zh: None,
        group: None,
        valid_from: None,
        valid_to: None,
    };
    // Entities are in the order of codes: the benchmarks of the tests begin with `b`.
    let mut entities: Vec<Entity> =
        benchmarks.iter().map(|code| entity((*code).to_owned(), EntityKind::Benchmark)).collect();
    entities.extend((0..n_sectors).map(|sector| entity(format!("s{sector:03}"), EntityKind::Sector)));
    let january = Month::new(2015, 1).unwrap();
    let month = |position: i32| january.plus(position).unwrap();
    let execution = |position: usize| Execution {
        as_of: month(position as i32).first_day(),
        month: month(position as i32 - 1),
        exit: month(position as i32 + 1).first_day(),
        is_kept: true,
    };
    let named = ["top", "top_net", "equal_weight"].iter().chain(benchmarks).chain(&["bottom"]);
    Run {
        entities,
        factors: factors.iter().map(|name| (*name).to_owned()).collect(),
        executions: (0..n_months).map(execution).collect(),
        portfolios: named.map(|name| (*name).to_owned()).collect(),
        ..Run::default()
    }
}

/// Adds a score; months and factors ascend.
pub(crate) fn score(run: &mut Run, execution: usize, factor: usize, sector: u32, score: Option<f64>) {
    let (execution, factor) = (execution as u32, factor as u32);
    run.scores.push(Score { execution, factor, sector, score, raw: None, reason: None });
}

/// Adds the return of a sector; months ascend.
pub(crate) fn sector_return(run: &mut Run, execution: usize, sector: u32, value: f64) {
    run.sector_returns.push(SectorReturn { execution: execution as u32, sector, value });
}

/// Adds the return of a portfolio by name.
pub(crate) fn portfolio_return(run: &mut Run, execution: usize, portfolio: &str, value: f64) {
    let portfolio = run.portfolios.iter().position(|name| name == portfolio).unwrap() as u32;
    run.returns.push(Return { execution: execution as u32, portfolio, value });
}

/// Adds what a rebalance took.
pub(crate) fn turnover(run: &mut Run, execution: usize, turnover: f64, cost: f64) {
    run.turnover.push(Turnover { execution: execution as u32, turnover, cost });
}

/// Adds a forecast of `margin` for a quarter, counted from the first of 2015.
pub(crate) fn forecast(
    run: &mut Run,
    execution: usize,
    factor: usize,
    entity: u32,
    quarter: usize,
    values: [f64; 2],
    realized: Option<f64>,
) {
    let end = |month: usize| Month::new(2015, 1).unwrap().plus(month as i32).unwrap().last_day();
    run.forecasts.push(Forecast {
        execution: execution as u32,
        factor: factor as u32,
        target: run.texts.id("margin"),
        entity,
        period: end(3 * quarter + 2),
        forecast: values[0],
        naive: values[1],
        history: None,
        realized: realized.map(|value| Realized { value, released: end(3 * quarter + 3) }),
    });
}

/// Returns the day on which a month of the test runs begins.
#[allow(dead_code, reason = "not every test looks at days")]
pub(crate) fn first_day(month: usize) -> Date {
    Month::new(2015, 1).unwrap().plus(month as i32).unwrap().first_day()
}

/// Numbers that are the same on every run: a linear congruential generator.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// Returns a number between -1 and 1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// Returns whether something that happens in this share of cases happens.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.next() < 2.0 * share - 1.0
    }
}

/// Returns a run with everything that happens to runs: late factors, sectors without score or return, constant months, skipped
/// months, a benchmark with gaps, quarters forecast three times.
#[allow(dead_code, reason = "not every test needs a large run")]
pub(crate) fn random(seed: u64, n_months: usize, n_sectors: usize, factors: &[&str]) -> Run {
    let mut numbers = Numbers(seed);
    let mut run = empty(n_months, n_sectors, factors, &["b300", "b500"]);
    let n_skipped = 3.min(n_months / 2);
    let sectors = || (0..n_sectors as u32).map(|sector| sector + 2);
    for month in 0..n_months {
        run.executions[month].is_kept = month >= n_skipped;
        for factor in 0..factors.len() {
            for sector in sectors() {
                let value = match factor % 3 {
                    0 => (2.0 + 1.5 * numbers.next()).round(),
                    1 if month % 7 == 4 => 0.1 + 1e-12 * numbers.next(),
                    _ => numbers.next(),
                };
                let is_live = month >= n_skipped + 2 * factor && !numbers.happens(0.1);
                score(&mut run, month, factor, sector, is_live.then_some(value));
            }
            for sector in sectors().filter(|_| factor == 1) {
                let level = f64::from(sector);
                let values = [level + numbers.next(), level + numbers.next()];
                let realized = (level + numbers.next(), numbers.happens(0.8));
                forecast(
                    &mut run,
                    month,
                    factor,
                    sector,
                    month / 3,
                    values,
                    realized.1.then_some(realized.0),
                );
            }
        }
        for sector in sectors() {
            if !numbers.happens(0.05) {
                sector_return(&mut run, month, sector, 0.1 * numbers.next());
            }
        }
        if month < n_skipped {
            continue;
        }
        let (gross, cost) = (0.1 * numbers.next(), 0.003 * numbers.next().abs());
        portfolio_return(&mut run, month, "top", gross);
        portfolio_return(&mut run, month, "top_net", (1.0 - cost) * (1.0 + gross) - 1.0);
        for name in ["equal_weight", "b300", "b500", "bottom"] {
            if name != "b500" || !numbers.happens(0.3) {
                portfolio_return(&mut run, month, name, 0.1 * numbers.next());
            }
        }
        turnover(&mut run, month, numbers.next().abs(), cost);
    }
    run
}
