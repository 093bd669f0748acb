//! Runs at the edge of what can be evaluated: every null has its reason, and nothing is NaN or infinite.

mod support;

use rotor_eval::evaluate;
use rotor_run::metrics::{Excess, Reason};
use rotor_run::{Config, Metrics, Run};
use serde_json::Value;
use support::{
    Numbers, empty, first_day, forecast, portfolio_return, random, score, sector_return, turnover,
};

/// Walks the document and refuses a null without a reason beside it.
///
/// A number that is not finite is null in JSON, so that this finds it too; `value` keeps its numbers finite besides.
fn walk(document: &Value, place: &str) {
    match document {
        Value::Object(entries) => {
            let has_null = entries.values().any(Value::is_null);
            assert_eq!(has_null, entries.contains_key("reason"), "{place}: {document}");
            assert!(
                entries.get("reason").is_none_or(|reason| !reason["code"].as_str().unwrap().is_empty()),
                "{place}"
            );
            assert!(!entries.contains_key("value") || entries.contains_key("n"), "{place} has no n");
            for (name, value) in entries {
                walk(value, &format!("{place}/{name}"));
            }
        }
        Value::Array(values) => {
            for (position, value) in values.iter().enumerate() {
                assert!(!value.is_null(), "{place}/{position}");
                walk(value, &format!("{place}/{position}"));
            }
        }
        Value::Number(number) => assert!(number.as_f64().is_some_and(f64::is_finite), "{place}"),
        _ => {}
    }
}

fn checked(run: &Run) -> (Metrics, Value) {
    let metrics = evaluate(run, &Config::default());
    let document = metrics.to_json();
    walk(&document, "");
    // What is read is what was written, to the bit.
    let text = serde_json::to_string(&metrics).unwrap();
    let read: Metrics = serde_json::from_str(&text).unwrap();
    assert!(read == metrics, "{text}");
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    (metrics, document)
}

fn equal_weight(metrics: &Metrics) -> &Excess {
    metrics.portfolio.all.excess.get("top_net").unwrap().get("equal_weight").unwrap()
}

fn b300(metrics: &Metrics) -> &Excess {
    metrics.portfolio.all.excess.get("top_net").unwrap().get("b300").unwrap()
}

fn reason(document: &Value, path: &str) -> Reason {
    let found = document.pointer(&format!("{path}/reason"));
    let found = found.unwrap_or_else(|| panic!("no reason at {path}"));
    serde_json::from_value(found.clone()).unwrap()
}

/// Returns a run in which one factor scores four sectors and the portfolios have the same return each month.
fn plain(n_months: usize, growth: f64) -> Run {
    let mut numbers = Numbers(7);
    let mut run = empty(n_months, 4, &["one"], &["b300"]);
    for month in 0..n_months {
        for sector in 1..5 {
            score(&mut run, month, 0, sector, Some(numbers.next()));
            sector_return(&mut run, month, sector, numbers.next());
        }
        for name in ["top", "top_net", "equal_weight", "b300"] {
            portfolio_return(&mut run, month, name, growth);
        }
        turnover(&mut run, month, 0.5, 0.0015);
    }
    run
}

#[test]
fn runs_of_any_length_are_evaluated() {
    for n_months in 0..=12 {
        checked(&plain(n_months, 0.01));
        checked(&random(5, n_months, 6, &["profit", "price"]));
        checked(&random(6, n_months, 2, &["profit"]));
        checked(&random(7, n_months, 0, &[]));
    }
}

#[test]
fn one_month_has_a_mean_and_no_spread() {
    let (metrics, document) = checked(&plain(1, 0.01));
    let performance = metrics.portfolio.all.performance.get("top").unwrap();
    assert!((performance.annual_return.get().unwrap() - (1.01_f64.powi(12) - 1.0)).abs() < 1e-14);
    assert_eq!(performance.volatility.value, Err(Reason::TooFew { n: 1, needed: 2 }));
    let rank_ic = &metrics.factor.sections.all.get("one").unwrap().rank_ic;
    assert_eq!(rank_ic.mean.value.n, 1);
    assert!(rank_ic.mean.value.value.is_ok() && rank_ic.ratio.value.is_err());
    assert_eq!(reason(&document, "/factor/all/one/rank_ic/mean"), Reason::TooFew { n: 1, needed: 8 });
}

#[test]
fn two_months_have_a_spread_and_no_interval() {
    let (metrics, _) = checked(&random(1, 4, 6, &["profit"]));
    let top = metrics.portfolio.all.performance.get("top").unwrap();
    assert_eq!(
        (top.volatility.n, top.volatility.value.is_ok(), top.sharpe.value.value.is_ok()),
        (2, true, true)
    );
    let excess = equal_weight(&metrics);
    assert_eq!(excess.arithmetic.uncertainty, Err(Reason::TooFew { n: 2, needed: 8 }));
}

#[test]
fn equal_returns_have_no_risk_and_no_ratio() {
    // 0.1 has no exact sum: what differs by its last bits is the same to nine decimals.
    let (metrics, document) = checked(&plain(24, 0.1));
    let top = metrics.portfolio.all.performance.get("top").unwrap();
    assert_eq!((&top.volatility.value, &top.sharpe.value.value), (&Ok(0.0), &Err(Reason::NoVariation)));
    assert_eq!((top.max_drawdown.depth.get(), top.max_drawdown.days), (Some(0.0), None));
    let excess = equal_weight(&metrics);
    assert_eq!((excess.arithmetic.get(), excess.geometric.get()), (Some(0.0), Some(0.0)));
    assert_eq!(excess.hit_rate.value, Ok(0.0));
    assert_eq!(reason(&document, "/portfolio/all/excess/top_net/b300/arithmetic"), Reason::NoVariation);
}

#[test]
fn equal_sector_returns_and_equal_scores_are_counted_and_not_averaged() {
    let mut run = plain(10, 0.01);
    for row in &mut run.sector_returns {
        row.value = if row.execution < 4 { 0.02 } else { row.value };
    }
    for row in &mut run.scores {
        row.score = match row.execution {
            8 => Some(2.0 + 1e-12 * f64::from(row.sector)),
            9 => (row.sector < 3).then_some(f64::from(row.sector)),
            _ => row.score,
        };
    }
    let (metrics, _) = checked(&run);
    let factor = metrics.factor.sections.all.get("one").unwrap();
    assert_eq!((factor.n_months, factor.n_constant, factor.rank_ic.mean.value.n), (10, 6, 4));
    let reasons: Vec<_> = [0, 8, 9]
        .map(|month: usize| metrics.factor.monthly.get("one").unwrap()[month].value.clone().unwrap_err())
        .to_vec();
    assert_eq!(reasons, [Reason::NoVariation, Reason::NoVariation, Reason::TooFew { n: 2, needed: 3 }]);
}

#[test]
fn a_benchmark_with_gaps_is_compared_where_it_exists() {
    let mut run = plain(12, 0.01);
    run.returns.retain(|row| row.portfolio != 3 || !(3..6).contains(&row.execution));
    for row in &mut run.returns {
        row.value = if row.portfolio == 3 { -0.5 } else { row.value };
    }
    let (metrics, _) = checked(&run);
    let excess = b300(&metrics);
    assert_eq!((excess.arithmetic.value.n, excess.hit_rate.get()), (9, Some(1.0)));
    assert!((excess.geometric.get().unwrap() - (2.02_f64.powi(12) - 1.0)).abs() < 1e-9);
    let benchmark = metrics.portfolio.all.performance.get("b300").unwrap();
    assert_eq!(benchmark.max_drawdown.days, Some((first_day(0), first_day(12))));
    run.returns.retain(|row| row.portfolio != 3);
    let (_, document) = checked(&run);
    assert_eq!(
        reason(&document, "/portfolio/all/excess/top_net/b300/geometric"),
        Reason::TooFew { n: 0, needed: 1 }
    );
}

#[test]
fn a_factor_that_is_live_for_five_months_has_a_mean_of_five() {
    let mut run = empty(12, 4, &["early", "late"], &[]);
    let mut numbers = Numbers(3);
    for month in 0..12 {
        for factor in 0..2 {
            for sector in 0..4 {
                let value = numbers.next();
                score(&mut run, month, factor, sector, (factor == 0 || month >= 7).then_some(value));
            }
        }
        (0..4).for_each(|sector| sector_return(&mut run, month, sector, numbers.next()));
    }
    let (metrics, _) = checked(&run);
    assert_eq!((metrics.n_months, metrics.n_live), (12, 5));
    let late = metrics.factor.sections.all.get("late").unwrap();
    assert_eq!((late.n_months, late.n_unscored, late.n_constant, late.rank_ic.mean.value.n), (12, 7, 0, 5));
    assert_eq!(late.rank_ic.mean.uncertainty, Err(Reason::TooFew { n: 5, needed: 8 }));
    let early = metrics.factor.sections.live.as_ref().unwrap();
    assert_eq!(
        (early.get("early").unwrap().n_months, early.get("early").unwrap().rank_ic.mean.value.n),
        (5, 5)
    );
}

#[test]
fn without_a_live_month_the_live_section_is_null() {
    let mut run = plain(9, 0.01);
    run.factors.push("never".to_owned());
    let (metrics, document) = checked(&run);
    assert_eq!(metrics.forecast.live, Err(Reason::NoLiveMonth));
    for part in ["/forecast", "/factor", "/portfolio"] {
        assert_eq!(reason(&document, part), Reason::NoLiveMonth);
    }
}

#[test]
fn forecasts_that_nothing_came_of_have_no_errors() {
    let mut run = plain(3, 0.01);
    forecast(&mut run, 0, 0, 1, 0, [1.0, 2.0], None);
    forecast(&mut run, 1, 0, 1, 0, [1.5, 2.0], None);
    let (_, document) = checked(&run);
    let place = "/forecast/all/one/margin";
    assert_eq!(document.pointer(&format!("{place}/every/n_unrealized")), Some(&Value::from(2)));
    assert_eq!(document.pointer(&format!("{place}/latest/n_unrealized")), Some(&Value::from(1)));
    assert_eq!(reason(&document, &format!("{place}/every/mse")), Reason::TooFew { n: 0, needed: 1 });
}

#[test]
fn forecasts_of_what_does_not_change_cannot_beat_no_change() {
    let mut run = plain(6, 0.01);
    for month in 0..6 {
        forecast(&mut run, month, 0, 1, month / 3, [1.0, 0.1 + 0.2], Some(0.3));
    }
    let (metrics, _) = checked(&run);
    let errors = &metrics.forecast.all.get("one").unwrap().get("margin").unwrap().every;
    assert_eq!(errors.r2_no_change.value, Err(Reason::NoChangeIsExact));
    assert_eq!(errors.r2_within.value, Err(Reason::NoVariation));
    assert_eq!(errors.hit_rate.value, Ok(0.0));
}

#[test]
fn a_total_loss_is_a_return_of_minus_one() {
    let mut run = plain(10, 0.01);
    let lose = |run: &mut Run, portfolio: u32, value: f64| {
        let row = run.returns.iter_mut().find(|row| row.execution == 4 && row.portfolio == portfolio);
        row.unwrap().value = value;
    };
    lose(&mut run, 1, -1.0);
    let (metrics, _) = checked(&run);
    let net = metrics.portfolio.all.performance.get("top_net").unwrap();
    assert_eq!((net.annual_return.get(), net.max_drawdown.depth.get()), (Some(-1.0), Some(-1.0)));
    assert_eq!(net.max_drawdown.days, Some((first_day(4), first_day(5))));
    assert_eq!(b300(&metrics).geometric.value, Ok(-1.0));
    // Of a benchmark that has lost everything, there is no multiple.
    lose(&mut run, 3, -1.0);
    let (metrics, _) = checked(&run);
    let excess = b300(&metrics);
    assert_eq!(excess.geometric.value, Err(Reason::BenchmarkLostAll));
    assert_eq!(excess.max_drawdown.depth.value, Err(Reason::BenchmarkLostAll));
    assert_eq!(excess.arithmetic.value.value, Ok(0.0));
    // Below -100% there is no net value.
    lose(&mut run, 0, -1.5);
    let (metrics, _) = checked(&run);
    let top = metrics.portfolio.all.performance.get("top").unwrap();
    assert_eq!(top.annual_return.value, Err(Reason::BeyondTotalLoss));
    assert_eq!(top.max_drawdown.depth.value, Err(Reason::BeyondTotalLoss));
}

#[test]
fn numbers_of_any_size_end_as_figures_or_reasons() {
    for size in [f64::MAX, 1e200, 1e-200, 5e-324, f64::NAN, f64::INFINITY] {
        let mut run = random(2, 30, 5, &["profit", "price"]);
        // A score is finite: a signal with another one is refused.
        let scaled = |score: f64| if (score * size).is_finite() { score * size } else { score };
        run.scores.iter_mut().for_each(|row| row.score = row.score.map(scaled));
        run.sector_returns.iter_mut().for_each(|row| row.value *= size);
        run.returns.iter_mut().for_each(|row| row.value *= size);
        run.forecasts.iter_mut().for_each(|row| row.forecast *= size);
        run.turnover.iter_mut().for_each(|row| row.turnover *= size);
        checked(&run);
    }
}

#[test]
fn one_thread_gives_the_bits_of_many() {
    let run = random(9, 60, 31, &["profit", "price", "prosperity", "heat"]);
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        serde_json::to_string(&pool.install(|| evaluate(&run, &Config::default())).to_json()).unwrap()
    };
    let one = on(1);
    assert!(one.len() > 10_000);
    assert_eq!([2, 3, 8].map(on), [one.clone(), one.clone(), one]);
}
