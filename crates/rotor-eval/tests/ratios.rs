//! Ratios, tails, rolling months and quintiles of small runs, each worked by hand.

mod support;

use rotor_eval::evaluate;
use rotor_factor::Date;
use rotor_run::metrics::{Metric, PortfolioMetrics, Reason};
use rotor_run::{Config, NetValue, Run};
use support::{empty, portfolio_return, score, sector_return};

fn near(found: &Metric, expected: f64) {
    let value = found.get().unwrap_or_else(|| panic!("{found:?}"));
    assert!((value - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{value}, not {expected}");
}

/// A run in which all portfolios but `equal_weight`, which stays at 1, have these returns.
fn with_returns(returns: &[f64]) -> Run {
    let mut run = empty(returns.len(), 3, &["one"], &[]);
    run.portfolios.push("eligible".into());
    for (month, value) in returns.iter().enumerate() {
        for name in ["top", "top_net"] {
            portfolio_return(&mut run, month, name, *value);
        }
        portfolio_return(&mut run, month, "equal_weight", 0.0);
        portfolio_return(&mut run, month, "eligible", 0.001);
    }
    run
}

fn portfolio(run: &Run) -> PortfolioMetrics {
    evaluate(run, &Config::default()).portfolio.all
}

#[test]
fn value_at_risk_is_one_month_in_twenty() {
    // From the worst: -20%, -10%, then half a percent more each month.
    let falling = |n: usize| -> Vec<f64> {
        let rest = (2..n).map(|position| 0.005 * position as f64);
        [-0.1, -0.2].into_iter().chain(rest).take(n).collect()
    };
    // Of twenty months the worst, of twenty-one the worst but one, and the mean of the two.
    for (n, at_risk, beyond) in [(2, -0.2, -0.2), (20, -0.2, -0.2), (21, -0.1, -0.15), (40, -0.1, -0.15)] {
        let found = portfolio(&with_returns(&falling(n)));
        let top = found.performance.get("top").unwrap();
        near(&top.value_at_risk, at_risk);
        near(&top.conditional_value_at_risk, beyond);
        assert_eq!((top.value_at_risk.n, top.conditional_value_at_risk.n), (n, n));
    }
    let none = portfolio(&Run { returns: Vec::new(), ..with_returns(&[0.1]) });
    let top = none.performance.get("top").unwrap();
    assert_eq!(top.value_at_risk.value, Err(Reason::TooFew { n: 0, needed: 1 }));
    assert_eq!(top.conditional_value_at_risk.value, Err(Reason::TooFew { n: 0, needed: 1 }));
}

#[test]
fn calmar_is_the_annual_return_over_the_drawdown() {
    // 1, 1.1, 0.88, 0.968 in three months: 0.968^4 - 1 a year, and a fall of a fifth.
    let run = with_returns(&[0.1, -0.2, 0.1]);
    let found = portfolio(&run);
    let top = found.performance.get("top").unwrap();
    near(&top.calmar, (0.968_f64.powi(4) - 1.0) / 0.2);
    assert_eq!(top.calmar.n, 3);
    near(&top.since_start.value, -0.032);
    assert_eq!(found.performance.get("eligible").unwrap().calmar.value, Err(Reason::NoDrawdown));
    // From day to day the fall is deeper: 1.1 to 0.55.
    let days = [("2015-01-01", 1.0), ("2015-02-01", 1.1), ("2015-02-10", 0.55), ("2015-03-01", 0.88)];
    let place = run.portfolios.iter().position(|name| name == "top").unwrap() as u32;
    let row = |(day, value): (&str, f64)| NetValue { date: day.parse().unwrap(), portfolio: place, value };
    let nav = days.into_iter().chain([("2015-04-01", 0.968)]).map(row).collect();
    near(
        &portfolio(&Run { nav, ..run }).performance.get("top").unwrap().calmar,
        (0.968_f64.powi(4) - 1.0) / 0.5,
    );
}

#[test]
fn twelve_holding_periods_at_a_time() {
    // 1% to 12% and again 1%: mean 6.5%, deviation √13%.
    let returns: Vec<f64> = (0..13).map(|month| f64::from(month % 12 + 1) / 100.0).collect();
    let found = portfolio(&with_returns(&returns));
    let date = |text: &str| text.parse::<Date>().unwrap();
    let exits: Vec<Date> = found.rolling.iter().map(|one| one.exit).collect();
    assert_eq!(exits, [date("2016-01-01"), date("2016-02-01")]);
    for of in &found.rolling {
        near(&of.excess, 0.78);
        near(&of.excess_eligible, 0.768);
        near(&of.volatility, 156.0_f64.sqrt() / 100.0);
        near(&of.sharpe, 6.5 * (12.0_f64 / 13.0).sqrt());
        assert_eq!([of.excess.n, of.volatility.n, of.sharpe.n], [12; 3]);
    }
    // A month that is not known leaves no twelve that follow each other; one of the benchmark's leaves no excess.
    let mut gap = with_returns(&returns);
    gap.returns.retain(|row| row.execution != 6 || gap.portfolios[row.portfolio as usize] != "top_net");
    assert!(portfolio(&gap).rolling.is_empty());
    let mut gap = with_returns(&returns);
    gap.returns.retain(|row| row.execution != 6 || gap.portfolios[row.portfolio as usize] != "eligible");
    let found = portfolio(&gap);
    assert_eq!(found.rolling[0].excess_eligible.value, Err(Reason::TooFew { n: 11, needed: 12 }));
    near(&found.rolling[0].excess, 0.78);
    // Equal returns have no Sharpe ratio, and a riskless rate is taken off.
    let equal = portfolio(&with_returns(&[0.01; 12]));
    assert_eq!(equal.rolling[0].sharpe.value, Err(Reason::NoVariation));
    let mut run = with_returns(&returns);
    run.risk_free = vec![Some(12.0); 13];
    near(&portfolio(&run).rolling[0].sharpe, 5.5 * (12.0_f64 / 13.0).sqrt());
}

#[test]
fn excess_returns_have_months_and_a_whole() {
    let found = portfolio(&with_returns(&[0.1, -0.2, 0.1]));
    let excess = found.excess.get("top_net").unwrap().get("equal_weight").unwrap();
    let months: Vec<String> = excess.months.iter().map(|one| one.month.to_string()).collect();
    assert_eq!(months, ["2015-02", "2015-03", "2015-04"]);
    for (found, expected) in excess.months.iter().zip([0.1, -0.2, 0.1]) {
        near(&found.value, expected);
    }
    near(&excess.since_start.value, -0.032);
    assert_eq!(excess.since_start.from.unwrap().to_string(), "2015-01-01");
    // Three years are longer than the run.
    let periods: Vec<usize> = excess.last_months.iter().map(|one| one.n_months).collect();
    assert_eq!(periods, [1, 3, 12, 36]);
    assert_eq!(excess.last_months[3].span.value.value, Err(Reason::BeginsLater));
}

#[test]
fn quintiles_stay_or_change_places() {
    // Five sectors of a quintile each; in the third month the best and the worst change places.
    let mut run = empty(3, 5, &["one"], &[]);
    for month in 0..3 {
        for sector in 0..5_u32 {
            let place = match (month, sector) {
                (2, 0) => 4,
                (2, 4) => 0,
                _ => sector,
            };
            score(&mut run, month, 0, sector, Some(5.0 - f64::from(place)));
            sector_return(&mut run, month, sector, 0.01 * f64::from(sector));
        }
    }
    // Raw values in the opposite order of the scores.
    run.scores.iter_mut().for_each(|row| row.raw = row.score.map(|score| -score));
    let found = evaluate(&run, &Config::default()).factor;
    let months = found.monthly.get("one").unwrap();
    assert_eq!(months[0].quintiles, Some([0.0, 0.01, 0.02, 0.03, 0.04]));
    assert_eq!(months[2].quintiles, Some([0.04, 0.01, 0.02, 0.03, 0.0]));
    let rank_ics: Vec<f64> = months.iter().map(|month| month.value.as_ref().unwrap().rank_ic).collect();
    for (month, rank_ic) in months.iter().zip(rank_ics) {
        assert!((month.raw_rank_ic.unwrap() + rank_ic).abs() < 1e-15);
    }
    // Members of one of five: correlation 1 with themselves, and -1/4 with those of another quintile.
    let persistence = &found.sections.all.get("one").unwrap().persistence;
    assert_eq!(persistence.turnover, persistence.quintiles[0].turnover);
    for (quintile, (turnover, autocorrelation)) in
        [(0.5, 0.375), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.5, 0.375)].into_iter().enumerate()
    {
        near(&persistence.quintiles[quintile].turnover, turnover);
        near(&persistence.quintiles[quintile].autocorrelation, autocorrelation);
    }
    // Four sectors have no quintiles.
    let mut run = empty(2, 4, &["one"], &[]);
    for (month, sector) in (0..2).flat_map(|month| (0..4).map(move |sector| (month, sector))) {
        score(&mut run, month, 0, sector, Some(f64::from(sector)));
        sector_return(&mut run, month, sector, 0.01 * f64::from(sector));
    }
    let found = evaluate(&run, &Config::default()).factor;
    assert_eq!(found.monthly.get("one").unwrap()[1].quintiles, None);
    let quintiles = &found.sections.all.get("one").unwrap().persistence.quintiles;
    assert_eq!(quintiles[4].turnover.value, Err(Reason::TooFew { n: 0, needed: 1 }));
}
