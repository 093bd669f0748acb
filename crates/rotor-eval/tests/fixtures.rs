//! The evaluator against numbers of statsmodels, scipy and numpy: `tests/fixtures/statistics.json`, which `make.py` beside it makes.

mod support;

use rotor_eval::evaluate;
use rotor_run::Config;
use rotor_run::Metrics;
use rotor_run::{History, Realized, Run};
use serde_json::Value;
use support::{empty, first_day, forecast, portfolio_return, score, sector_return};

fn cases(key: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/statistics.json");
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    document[key].clone()
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn same(what: &str, found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    let difference = (found - expected).abs() / expected.abs().max(1e-6);
    assert!(difference <= 1e-9, "{what}: {found}, not {expected}");
}

fn evaluated(run: &Run) -> Metrics {
    evaluate(run, &Config::default())
}

#[test]
fn alpha_and_beta_are_those_of_statsmodels() {
    for case in cases("alpha_beta").as_array().unwrap() {
        let (ours, theirs) = (numbers(&case["portfolio"]), numbers(&case["benchmark"]));
        let mut run = empty(ours.len(), 4, &["one"], &["b300"]);
        for month in 0..ours.len() {
            portfolio_return(&mut run, month, "top_net", ours[month]);
            portfolio_return(&mut run, month, "b300", theirs[month]);
        }
        let evaluation = evaluated(&run);
        let excess = evaluation.portfolio.all.excess.get("top_net").unwrap().get("b300").unwrap();
        same("beta", excess.beta.get().unwrap(), &case["beta"]);
        same(
            "error of beta",
            excess.beta.uncertainty.as_ref().unwrap().standard_error,
            &case["beta_left_out"],
        );
        same("alpha", excess.alpha.get().unwrap() / 12.0, &case["alpha"]);
        same(
            "error of alpha",
            excess.alpha.uncertainty.as_ref().unwrap().standard_error / 12.0,
            &case["alpha_left_out"],
        );
        let degrees = excess.alpha.uncertainty.as_ref().unwrap().degrees_of_freedom as f64;
        same("degrees of freedom", degrees, &case["degrees_of_freedom"]);
    }
}

#[test]
fn slopes_of_fama_and_macbeth_are_those_of_statsmodels() {
    let case = cases("fama_macbeth");
    let rows = |key: &str| case[key].as_array().unwrap().iter().map(numbers).collect::<Vec<_>>();
    let (scores, returns) = (rows("scores"), rows("returns"));
    let slope_of = |months: std::ops::Range<usize>| {
        let mut run = empty(months.len(), scores[0].len(), &["one"], &[]);
        for (month, from) in months.enumerate() {
            for sector in 0..scores[from].len() {
                score(&mut run, month, 0, sector as u32, Some(scores[from][sector]));
                sector_return(&mut run, month, sector as u32, returns[from][sector]);
            }
        }
        evaluated(&run).factor.sections.all.get("one").unwrap().slope.clone()
    };
    for (month, slope) in numbers(&case["slope"]).into_iter().enumerate() {
        same("slope", slope_of(month..month + 1).mean.get().unwrap(), &slope.into());
    }
    let found = slope_of(0..scores.len());
    same("mean slope", found.mean.get().unwrap(), &case["mean"]["slope"]);
    same("mean R²", found.r2.get().unwrap(), &case["mean"]["r2"]);
    same("mean MSE", found.mse.get().unwrap(), &case["mean"]["mse"]);
}

#[test]
fn the_test_of_clark_and_west_is_that_of_statsmodels() {
    for case in cases("clark_west").as_array().unwrap() {
        let [actual, forecasts, history] = ["actual", "forecast", "history"].map(|key| numbers(&case[key]));
        let mut run = empty(actual.len(), 4, &["one"], &[]);
        for month in 0..actual.len() {
            forecast(&mut run, month, 0, 1, month, [forecasts[month], 0.0], None);
            let row = run.forecasts.last_mut().unwrap();
            // Out before the next forecast, so that errors do not overlap.
            row.realized = Some(Realized { value: actual[month], released: first_day(month + 1) });
            row.history = Some(History { mean: history[month], before_last: None });
        }
        let evaluation = evaluated(&run);
        let of_target = evaluation.forecast.all.get("one").unwrap().get("margin").unwrap();
        assert_eq!(of_target.tests.horizon, 1);
        let found = &of_target.tests.clark_west.0;
        same("mean", found.get().unwrap(), &case["mean"]);
        let uncertainty = found.uncertainty.as_ref().unwrap();
        same("error", uncertainty.standard_error, &case["standard_error"]);
        same("p", uncertainty.p_value, &case["p_ewc"]);
    }
}
