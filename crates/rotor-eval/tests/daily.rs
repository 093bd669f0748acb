//! What follows from daily net values, from riskless rates, from what could have been selected and from other parameters, against slow
//! and obvious versions and laws.

mod support;

use rotor_eval::{evaluate, evaluate_with};
use rotor_factor::{Date, Value};
use rotor_run::metrics::{Basis, Caveat, Performance, PortfolioMetrics, Reason};
use rotor_run::{Config, NetValue, Run};
use rotor_strategy::{Alternative, CrossSections};
use support::{Numbers, empty, first_day, portfolio_return, score, sector_return};

const NAMES: [&str; 6] = ["top", "top_net", "equal_weight", "eligible", "b300", "b500"];

/// A run of 40 months with a net value on every weekday; `b500` begins in the sixth month.
fn daily(seed: u64) -> Run {
    let mut numbers = Numbers(seed);
    let mut run = empty(40, 4, &["one"], &["b300", "b500"]);
    run.portfolios.push("eligible".into());
    let place = |run: &Run, name: &str| run.portfolios.iter().position(|one| one == name).unwrap();
    let mut values = [1.0; NAMES.len()];
    let (mut day, last) = (first_day(0), first_day(40));
    let mut at_executions: Vec<[f64; NAMES.len()]> = Vec::new();
    while day <= last {
        let is_execution = at_executions.len() <= 40 && day == first_day(at_executions.len());
        if day.weekday() < 5 || is_execution {
            if day > first_day(0) {
                for value in &mut values {
                    *value *= 1.0 + 0.02 * numbers.next();
                }
            }
            let mut rows: Vec<NetValue> = NAMES
                .iter()
                .zip(values)
                .filter(|(name, _)| **name != "b500" || day >= first_day(5))
                .map(|(name, value)| NetValue { date: day, portfolio: place(&run, name) as u32, value })
                .collect();
            rows.sort_by_key(|row| row.portfolio);
            run.nav.extend(rows);
            if is_execution {
                at_executions.push(values);
            }
        }
        day = day.plus_days(1).unwrap();
    }
    for month in 0..40 {
        for sector in 2..6 {
            score(&mut run, month, 0, sector, (month % 7 != 4).then(|| numbers.next()));
            sector_return(&mut run, month, sector, 0.1 * numbers.next());
        }
        for (position, name) in NAMES.iter().enumerate().filter(|(_, name)| **name != "b500" || month >= 5) {
            let value = at_executions[month + 1][position] / at_executions[month][position] - 1.0;
            portfolio_return(&mut run, month, name, value);
        }
    }
    run
}

fn portfolio(run: &Run) -> PortfolioMetrics {
    evaluate(run, &Config::default()).portfolio.all
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found}, not {expected}");
}

fn rows(run: &Run, name: &str) -> Vec<(Date, f64)> {
    let of = |row: &&NetValue| run.portfolios[row.portfolio as usize] == name;
    run.nav.iter().filter(of).map(|row| (row.date, row.value)).collect()
}

/// The deepest fall of all pairs of an earlier and a later value.
fn deepest(values: &[(Date, f64)]) -> f64 {
    let mut worst: f64 = 0.0;
    for (position, (_, late)) in values.iter().enumerate() {
        worst = values[..position].iter().fold(worst, |worst, (_, early)| worst.min(late / early - 1.0));
    }
    worst
}

#[test]
fn calendar_returns_multiply_to_the_total() {
    let run = daily(3);
    let found = portfolio(&run);
    for name in ["top", "top_net", "equal_weight", "eligible", "b300"] {
        let of = found.performance.get(name).unwrap();
        assert_eq!((of.basis, of.n_missing), (Basis::Daily, 0));
        let total = 1.0 + of.total_return.get().unwrap();
        near(of.months.iter().map(|one| 1.0 + one.value.get().unwrap()).product(), total);
        near(of.years.iter().map(|one| 1.0 + one.span.value.get().unwrap()).product(), total);
        let days = rows(&run, name).len() - 1;
        assert_eq!(of.months.iter().map(|one| one.value.n).sum::<usize>(), days);
        assert_eq!(of.years.iter().map(|one| one.span.value.n).sum::<usize>(), days);
        // Twelve rolling months are twelve months.
        assert_eq!(of.rolling_years.len(), of.months.len() - 11);
        for (position, rolling) in of.rolling_years.iter().enumerate() {
            let twelve = &of.months[position..position + 12];
            assert_eq!(twelve[11].month, rolling.month);
            let product: f64 = twelve.iter().map(|one| 1.0 + one.value.get().unwrap()).product();
            near(1.0 + rolling.value.get().unwrap(), product);
        }
        assert_eq!(of.year_to_date, of.years.last().unwrap().span);
    }
}

#[test]
fn a_year_of_a_benchmark_is_that_of_its_index() {
    let run = daily(4);
    let found = portfolio(&run);
    let of = found.performance.get("b300").unwrap();
    let closes = rows(&run, "b300");
    let last_of = |year: i32| {
        closes.iter().rfind(|(day, _)| day.month().year() == year).map(|(_, close)| *close).unwrap()
    };
    assert_eq!(of.years[1].year, 2016);
    near(of.years[1].span.value.get().unwrap(), last_of(2016) / last_of(2015) - 1.0);
    near(of.years[0].span.value.get().unwrap(), last_of(2015) / closes[0].1 - 1.0);
    // The run ends on 1 May 2018; 1 April is an execution day though a Sunday, and so are the others.
    let from: Vec<String> = of.last_months.iter().map(|one| one.span.from.unwrap().to_string()).collect();
    assert_eq!(from, ["2018-04-01", "2018-02-01", "2017-05-01", "2015-05-01"]);
}

#[test]
fn drawdowns_are_those_of_every_pair_of_days_and_deeper_than_at_period_ends() {
    let run = daily(5);
    let found = portfolio(&run);
    let monthly = portfolio(&Run { nav: Vec::new(), ..run.clone() });
    for name in NAMES {
        let of = found.performance.get(name).unwrap();
        let values = rows(&run, name);
        near(of.max_drawdown.depth.get().unwrap(), deepest(&values));
        assert_eq!(of.max_drawdown.depth.n, values.len() - 1);
        let at_ends: &Performance = monthly.performance.get(name).unwrap();
        assert_eq!(at_ends.basis, Basis::PeriodEnds);
        assert!(of.max_drawdown.depth.get() <= at_ends.max_drawdown.depth.get());
        // What has an interval stays on holding periods.
        assert_eq!((&of.sharpe, &of.volatility), (&at_ends.sharpe, &at_ends.volatility));
    }
    assert_eq!(found.performance.get("b500").unwrap().n_missing, 5);
    let fewer = Caveat::FewerMonths { portfolio: "b500".into(), n: 35, n_months: 40 };
    assert!(found.caveats.contains(&fewer), "{:?}", found.caveats);
    for name in ["equal_weight", "eligible", "b300", "b500"] {
        let of = found.excess.get("top_net").unwrap().get(name).unwrap();
        let theirs = rows(&run, name);
        let ours = rows(&run, "top_net");
        let ratio: Vec<(Date, f64)> = theirs
            .iter()
            .map(|(day, value)| (*day, ours.iter().find(|(other, _)| other == day).unwrap().1 / value))
            .collect();
        near(of.max_drawdown.depth.get().unwrap(), deepest(&ratio));
    }
}

#[test]
fn live_months_are_put_end_to_end() {
    let run = daily(6);
    let live = evaluate(&run, &Config::default()).portfolio.live.unwrap();
    assert!(live.n_months < 40);
    for name in ["top", "b300"] {
        let of = live.performance.get(name).unwrap();
        assert_eq!(of.basis, Basis::Daily);
        let total = 1.0 + of.total_return.get().unwrap();
        near(of.months.iter().map(|one| 1.0 + one.value.get().unwrap()).product(), total);
        near(of.years.iter().map(|one| 1.0 + one.span.value.get().unwrap()).product(), total);
    }
}

#[test]
fn a_riskless_rate_is_taken_off_each_month() {
    let mut run = daily(7);
    run.risk_free = (0..40).map(|month| Some(f64::from(month % 5))).collect();
    let found = portfolio(&run);
    let of = found.performance.get("top").unwrap();
    let top = run.portfolios.iter().position(|name| name == "top").unwrap() as u32;
    let over: Vec<f64> = run
        .returns
        .iter()
        .filter(|row| row.portfolio == top)
        .map(|row| row.value - f64::from(row.execution % 5) / 1200.0)
        .collect();
    let mean = over.iter().sum::<f64>() / 40.0;
    let deviation = (over.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 39.0).sqrt();
    let downside = (over.iter().map(|x| x.min(0.0).powi(2)).sum::<f64>() / 40.0).sqrt();
    near(of.sharpe.get().unwrap(), 12.0_f64.sqrt() * mean / deviation);
    near(of.sortino.get().unwrap(), 12.0_f64.sqrt() * mean / downside);
    // A constant rate moves a mean and no deviation; a missing one leaves no ratio.
    run.risk_free[9] = None;
    let found = portfolio(&run);
    let of = found.performance.get("top").unwrap();
    assert_eq!(of.sharpe.value.value, Err(Reason::NoRisklessRate));
    assert_eq!(of.sortino.value, Err(Reason::NoRisklessRate));
    assert!(of.volatility.value.is_ok() && of.skewness.value.is_ok());
}

/// Six sectors with scores by month and sector.
fn scored(n_months: usize, of: impl Fn(usize, u32) -> Option<f64>) -> Run {
    let mut numbers = Numbers(8);
    let mut run = empty(n_months, 6, &["one", "two"], &[]);
    for month in 0..n_months {
        for (factor, sector) in (0..2).flat_map(|factor| (0..6).map(move |sector| (factor, sector))) {
            let value = if factor == 0 { of(month, sector) } else { Some(2.0) };
            score(&mut run, month, factor, sector, value);
        }
        for sector in 0..6 {
            sector_return(&mut run, month, sector, 0.1 * numbers.next());
        }
        portfolio_return(&mut run, month, "top_net", 0.01);
    }
    run
}

fn config(top: usize) -> Config {
    Config { top, cost_bp: 0.0, ..Config::default() }
}

#[test]
fn a_run_that_tells_nothing_apart_says_so() {
    let nothing = Caveat::NothingToldApart { n_months: 12 };
    let shared = Caveat::SharedPlaces { n_shared: 12, n_months: 12 };
    let equal = evaluate(&scored(12, |_, _| Some(2.0)), &config(2)).portfolio.all;
    assert_eq!(equal.caveats[0], nothing);
    assert!(equal.caveats.contains(&shared));
    assert_eq!((equal.trading.n_shared_months.get(), equal.trading.n_shared_months.n), (Some(12.0), 12));
    // One month in which a sector is better than the others.
    let once = |month: usize, sector: u32| Some(if (month, sector) == (7, 3) { 3.0 } else { 2.0 });
    let told = evaluate(&scored(12, once), &config(2)).portfolio.all;
    assert!(!told.caveats.contains(&nothing) && told.caveats.contains(&shared), "{:?}", told.caveats);
    // With places for all nothing is left out, whatever the scores say.
    let places = evaluate(&scored(12, |_, sector| Some(f64::from(sector))), &config(6)).portfolio.all;
    assert_eq!(places.caveats[0], nothing);
    assert_eq!(places.trading.n_shared_months.get(), Some(0.0));
}

#[test]
fn choosing_is_measured_against_what_could_be_chosen() {
    // Both factors score the last four sectors alone, and these four are held: there was nothing to choose.
    let run = scored(24, |_, sector| (sector >= 2).then_some(f64::from(sector)));
    let found = evaluate(&run, &config(4)).portfolio.all;
    let own = found.variants.sensitivity.iter().find(|cell| cell.is_run).unwrap();
    near(own.variant.excess_eligible.get().unwrap(), 0.0);
    assert!(own.variant.excess.get().unwrap().abs() > 1e-6);
    let equal_weight = |first: u32| -> f64 {
        let rows: Vec<f64> =
            run.sector_returns.iter().filter(|row| row.sector >= first).map(|row| row.value).collect();
        12.0 * rows.iter().sum::<f64>() / rows.len() as f64
    };
    near(own.variant.excess.get().unwrap(), equal_weight(2) - equal_weight(0));
}

#[test]
fn an_alternative_is_the_run_with_its_scores() {
    let run = scored(24, |month, sector| Some(((month as u32 + 5 * sector) % 7).into()));
    let other = scored(24, |month, sector| Some(((month as u32 + 3 * sector) % 5).into()));
    let cross_sections = CrossSections::new(&run);
    let changed = CrossSections::new(&other);
    let alternative = |of: &CrossSections, value: Value| Alternative {
        factor: 0,
        parameter: "direction".into(),
        value,
        scores: of.days.iter().map(|day| day.factors[0].clone()).collect(),
    };
    let alternatives = [
        alternative(&cross_sections, Value::Flag(true)),
        alternative(&changed, Value::Text("momentum".into())),
    ];
    let found = evaluate_with(&run, &cross_sections, &alternatives, &config(2)).portfolio.all;
    let [same, changed] = &found.variants.alternatives[..] else { panic!("two alternatives") };
    assert_eq!((same.factor.as_str(), same.parameter.as_str()), ("one", "direction"));
    assert_eq!(changed.setting, Value::Text("momentum".into()));
    assert_eq!(same.variant.difference.as_ref().unwrap().get(), Some(0.0));
    let of_run = |run: &Run| {
        let cells = evaluate(run, &config(2)).portfolio.all.variants.sensitivity;
        cells.into_iter().find(|cell| cell.is_run).unwrap().variant
    };
    assert_eq!(same.variant, of_run(&run));
    let (found_changed, expected) = (&changed.variant, of_run(&other));
    // The other run draws the same returns.
    assert_eq!(found_changed.excess, expected.excess);
    assert_eq!(found_changed.excess_eligible, expected.excess_eligible);
    // They count among what was tried, but not in what can be computed again from a run folder.
    let without = evaluate(&run, &config(2)).portfolio.all;
    assert_eq!(found.trials, without.trials);
    assert_eq!(found.variants.n_strategies(), without.variants.n_strategies() + 2);
}
