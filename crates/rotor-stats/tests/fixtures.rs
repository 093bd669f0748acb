//! Our numbers against those of scipy, statsmodels and arch, as `tests/fixtures/make.py` has written them
//! down.
//!
//! How far they agree is written to `tmp/agreement.txt` in cargo's target folder.

use std::fs;

use rotor_stats::{
    Columns, Fit, RANK_CUTOFF, Workspace, deviation, diebold_mariano, expected_maximum_sharpe, kurtosis,
    least_squares, mean, mean_interval, naive_t, newey_west_lag, newey_west_mean_t, pearson,
    plain_mean_interval, probabilistic_sharpe, sharpe_error, skewness, spearman, student_p_value,
    student_upper_tail,
};
use serde_json::Value;

/// The largest relative difference allowed.
const ALLOWED: f64 = 1e-9;

/// What `make.py` has written.
fn fixtures() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/statistics.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the numbers of a list, or of a list of lists one after the other.
fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().expect("a list");
    items.iter().flat_map(|item| item.as_f64().map_or_else(|| numbers(item), |number| vec![number])).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn count(value: &Value) -> usize {
    value.as_u64().expect("a count") as usize
}

/// The largest difference found of each quantity.
#[derive(Default)]
struct Agreement(Vec<(&'static str, &'static str, usize, f64)>);

impl Agreement {
    fn compare(&mut self, quantity: &'static str, source: &'static str, found: f64, expected: &Value) {
        let expected = number(expected);
        let difference = (found - expected).abs();
        let relative = if expected == 0.0 { difference } else { difference / expected.abs() };
        assert!(relative <= ALLOWED, "{quantity}: {found:e} is not the {expected:e} of {source}");
        match self.0.iter_mut().find(|row| (row.0, row.1) == (quantity, source)) {
            Some(row) => (row.2, row.3) = (row.2 + 1, row.3.max(relative)),
            None => self.0.push((quantity, source, 1, relative)),
        }
    }

    fn table(&self) -> String {
        let head =
            format!("{:44} {:28} {:>7}  largest relative difference\n", "quantity", "source", "numbers");
        let rows = self.0.iter().map(|(quantity, source, n, largest)| {
            format!("{quantity:44} {source:28} {n:>7}  {largest:.1e}\n")
        });
        head + &rows.collect::<String>()
    }
}

#[test]
fn our_numbers_are_those_of_others() {
    let fixtures = fixtures();
    let mut agreement = Agreement::default();
    let mut untouched = vec![];
    for (key, cases) in fixtures.as_object().unwrap() {
        let check = match key.as_str() {
            "t_test" => t_test,
            "student" => student,
            "correlation" => correlation,
            "shape" => shape,
            "newey_west" => newey_west,
            "ewc" => ewc,
            "diebold_mariano" => comparison,
            "clark_west" => clark_west,
            "alpha_beta" => alpha_beta,
            "fama_macbeth" => {
                fama_macbeth(cases, &mut agreement);
                continue;
            }
            "sharpe" => sharpe,
            "maximum_sharpe" => maximum_sharpe,
            "deflated_sharpe" => deflated_sharpe,
            _ => {
                untouched.push(key);
                continue;
            }
        };
        for case in cases.as_array().unwrap() {
            check(case, &mut agreement);
        }
    }
    // The bootstrap is the evaluator's.
    assert_eq!(untouched, ["versions", "spa"]);
    // A file, since nothing but the command line prints.
    fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/agreement.txt"), agreement.table()).unwrap();
}

fn t_test(case: &Value, agreement: &mut Agreement) {
    let mut compare = |quantity, found, key: &str| {
        agreement.compare(quantity, "scipy ttest_1samp", found, &case[key]);
    };
    let values = numbers(&case["values"]);
    let estimate = plain_mean_interval(&values).unwrap();
    let found = estimate.uncertainty.unwrap();
    let t = naive_t(&values).unwrap();
    compare("plain_mean_interval: mean", estimate.mean, "mean");
    compare("plain_mean_interval: standard error", found.standard_error, "standard_error");
    compare("plain_mean_interval: p-value", found.p_value, "p_value");
    compare("naive_t", t, "t");
    let tail = student_upper_tail(t, found.degrees_of_freedom as f64).unwrap();
    compare("student_upper_tail of naive_t", tail, "upper_tail");
    let quantity = "plain_mean_interval: ends";
    agreement.compare(quantity, "scipy ttest_1samp", found.interval.0, &case["interval"][0]);
    agreement.compare(quantity, "scipy ttest_1samp", found.interval.1, &case["interval"][1]);
}

fn student(case: &Value, agreement: &mut Agreement) {
    let found = student_upper_tail(number(&case["t"]), number(&case["degrees_of_freedom"])).unwrap();
    agreement.compare("student_upper_tail", "scipy t.sf", found, &case["upper_tail"]);
}

fn correlation(case: &Value, agreement: &mut Agreement) {
    let (left, right) = (numbers(&case["left"]), numbers(&case["right"]));
    agreement.compare("pearson", "scipy pearsonr", pearson(&left, &right).unwrap(), &case["pearson"]);
    agreement.compare("spearman", "scipy spearmanr", spearman(&left, &right).unwrap(), &case["spearman"]);
}

fn shape(case: &Value, agreement: &mut Agreement) {
    let values = numbers(&case["values"]);
    agreement.compare("skewness", "scipy skew", skewness(&values).unwrap(), &case["skewness"]);
    agreement.compare("kurtosis", "scipy kurtosis", kurtosis(&values).unwrap(), &case["kurtosis"]);
}

fn newey_west(case: &Value, agreement: &mut Agreement) {
    let values = numbers(&case["values"]);
    let ones = vec![1.0; values.len()];
    let columns = Columns::new(&ones, values.len(), 1).unwrap();
    let mut workspace = Workspace::new();
    let fit = least_squares(columns, &values, RANK_CUTOFF, &mut workspace).unwrap();
    for case in case["lags"].as_array().unwrap() {
        let lag = count(&case["lag"]);
        let found = newey_west_mean_t(&values, lag).unwrap();
        agreement.compare("newey_west_mean_t", "statsmodels OLS, HAC", found, &case["t"]);
        let of_fit = fit.coefficients()[0] / fit.newey_west(lag).unwrap().get(0, 0).sqrt();
        agreement.compare("Fit::newey_west of a constant: t", "statsmodels OLS, HAC", of_fit, &case["t"]);
    }
}

fn ewc(case: &Value, agreement: &mut Agreement) {
    let mut compare = |quantity, found, expected: &Value| {
        agreement.compare(quantity, "scipy dct, t", found, expected);
    };
    let estimate = mean_interval(&numbers(&case["values"]), count(&case["horizon"])).unwrap();
    let found = estimate.uncertainty.unwrap();
    assert_eq!(
        (estimate.n, found.degrees_of_freedom),
        (count(&case["n"]), count(&case["degrees_of_freedom"]))
    );
    compare("mean_interval: mean", estimate.mean, &case["mean"]);
    compare("mean_interval: standard error", found.standard_error, &case["standard_error"]);
    compare("mean_interval: ends", found.interval.0, &case["interval"][0]);
    compare("mean_interval: ends", found.interval.1, &case["interval"][1]);
    compare("mean_interval: p-value", found.p_value, &case["p_value"]);
    compare("mean_interval: detectable", found.detectable, &case["detectable"]);
}

fn comparison(case: &Value, agreement: &mut Agreement) {
    let source = "statsmodels acovf, scipy t";
    let found = diebold_mariano(&numbers(&case["differences"]), count(&case["horizon"])).unwrap();
    agreement.compare("diebold_mariano: statistic", source, found.statistic, &case["statistic"]);
    agreement.compare("diebold_mariano: p-value", source, found.p_value, &case["p_value"]);
}

fn clark_west(case: &Value, agreement: &mut Agreement) {
    let [actual, forecast, history] = ["actual", "forecast", "history"].map(|key| numbers(&case[key]));
    let square = |left: f64, right: f64| (left - right) * (left - right);
    let adjusted: Vec<f64> = (0..actual.len())
        .map(|t| {
            square(actual[t], history[t]) - square(actual[t], forecast[t]) + square(history[t], forecast[t])
        })
        .collect();
    let mut compare = |quantity, source, found, key: &str| {
        agreement.compare(quantity, source, found, &case[key]);
    };
    let degrees = (adjusted.len() - 1) as f64;
    let (plain, lagged) = (naive_t(&adjusted).unwrap(), newey_west_mean_t(&adjusted, 0).unwrap());
    let (ols, hac) = ("statsmodels OLS", "statsmodels OLS, HAC");
    compare("Clark and West: mean", ols, mean(&adjusted).unwrap(), "mean");
    compare("Clark and West: t, p", ols, plain, "t_plain");
    compare("Clark and West: t, p", ols, student_upper_tail(plain, degrees).unwrap(), "p_plain");
    compare("Clark and West: t, p", hac, lagged, "t_hac");
    compare("Clark and West: t, p", hac, student_upper_tail(lagged, degrees).unwrap(), "p_hac");
    let found = mean_interval(&adjusted, 1).unwrap().uncertainty.unwrap();
    assert_eq!(found.degrees_of_freedom, count(&case["degrees_of_freedom"]));
    let t = mean(&adjusted).unwrap() / found.standard_error;
    let tail = student_upper_tail(t, found.degrees_of_freedom as f64).unwrap();
    compare(
        "Clark and West: error, p of mean_interval",
        "scipy dct, t",
        found.standard_error,
        "standard_error",
    );
    compare("Clark and West: error, p of mean_interval", "scipy dct, t", tail, "p_ewc");
}

/// Fits values on a constant and one regressor.
fn on_line(x: &[f64], y: &[f64], check: impl FnOnce(Fit<'_>)) {
    let columns = [vec![1.0; x.len()], x.to_vec()].concat();
    let mut workspace = Workspace::new();
    let columns = Columns::new(&columns, x.len(), 2).unwrap();
    check(least_squares(columns, y, RANK_CUTOFF, &mut workspace).unwrap());
}

fn alpha_beta(case: &Value, agreement: &mut Agreement) {
    let (portfolio, benchmark) = (numbers(&case["portfolio"]), numbers(&case["benchmark"]));
    let lag = count(&case["lag"]);
    assert_eq!(lag, newey_west_lag(portfolio.len()));
    let mut compare = |quantity, source, found, key: &str| {
        agreement.compare(quantity, source, found, &case[key]);
    };
    on_line(&benchmark, &portfolio, |fit| {
        let (classic, robust) = (fit.covariance().unwrap(), fit.newey_west(lag).unwrap());
        for (idx, name) in ["alpha", "beta"].into_iter().enumerate() {
            compare("least_squares: alpha, beta", "statsmodels OLS", fit.coefficients()[idx], name);
            let error = classic.get(idx, idx).sqrt();
            compare("Fit::covariance: errors", "statsmodels OLS", error, &format!("{name}_error"));
            let error = robust.get(idx, idx).sqrt();
            compare("Fit::newey_west: errors", "statsmodels OLS, HAC", error, &format!("{name}_hac"));
        }
        // The influence values of the reference of metrics.
        let centre = mean(&benchmark).unwrap();
        let gaps: Vec<f64> = benchmark.iter().map(|value| value - centre).collect();
        let square = gaps.iter().map(|gap| gap * gap).sum::<f64>() / gaps.len() as f64;
        let residuals = fit.residuals().unwrap();
        let on_beta: Vec<f64> = residuals.iter().zip(&gaps).map(|(e, gap)| e * gap / square).collect();
        let on_alpha: Vec<f64> =
            residuals.iter().zip(&gaps).map(|(e, gap)| e * (1.0 - centre * gap / square)).collect();
        for (values, key) in [(on_alpha, "alpha_ewc"), (on_beta, "beta_ewc")] {
            let found = mean_interval(&values, 1).unwrap().uncertainty.unwrap();
            assert_eq!(found.degrees_of_freedom, count(&case["degrees_of_freedom"]));
            let quantity = "mean_interval of influences: errors";
            compare(quantity, "statsmodels OLS, scipy dct", found.standard_error, key);
        }
    });
}

fn fama_macbeth(case: &Value, agreement: &mut Agreement) {
    let source = "statsmodels OLS a month";
    let rows = |key: &str| -> Vec<Vec<f64>> { case[key].as_array().unwrap().iter().map(numbers).collect() };
    let (mut slopes, mut r2s, mut errors) = (vec![], vec![], vec![]);
    for (month, (scores, returns)) in rows("scores").iter().zip(&rows("returns")).enumerate() {
        on_line(scores, returns, |fit| {
            let spread = deviation(returns).unwrap();
            let total = spread * spread * (returns.len() - 1) as f64;
            let residual = fit.residual_sum_of_squares();
            let (slope, r2) = (fit.coefficients()[1], 1.0 - residual / total);
            let mse = residual / returns.len() as f64;
            agreement.compare("Fama and MacBeth: slope", source, slope, &case["slope"][month]);
            let intercept = fit.coefficients()[0];
            agreement.compare("Fama and MacBeth: intercept", source, intercept, &case["intercept"][month]);
            agreement.compare("Fama and MacBeth: R²", source, r2, &case["r2"][month]);
            agreement.compare("Fama and MacBeth: MSE", source, mse, &case["mse"][month]);
            slopes.push(slope);
            r2s.push(r2);
            errors.push(mse);
        });
    }
    for (values, key) in [(&slopes, "slope"), (&r2s, "r2"), (&errors, "mse")] {
        agreement.compare("Fama and MacBeth: means", source, mean(values).unwrap(), &case["mean"][key]);
    }
    let t = naive_t(&slopes).unwrap();
    agreement.compare("Fama and MacBeth: t of slope", "statsmodels OLS", t, &case["t_plain"]);
    let t = newey_west_mean_t(&slopes, count(&case["lag"])).unwrap();
    agreement.compare("Fama and MacBeth: t of slope", "statsmodels OLS, HAC", t, &case["t_hac"]);
}

fn sharpe(case: &Value, agreement: &mut Agreement) {
    let [sharpe, threshold, skewness, kurtosis] =
        ["sharpe", "threshold", "skewness", "kurtosis"].map(|key| number(&case[key]));
    let n = count(&case["n"]);
    let error = sharpe_error(sharpe, n, skewness, kurtosis).unwrap();
    agreement.compare("sharpe_error", "numpy", error, &case["error"]);
    let found = probabilistic_sharpe(sharpe, threshold, n, skewness, kurtosis).unwrap();
    agreement.compare("probabilistic_sharpe", "scipy norm", found, &case["probability"]);
}

fn maximum_sharpe(case: &Value, agreement: &mut Agreement) {
    let found =
        expected_maximum_sharpe(case["n_trials"].as_u64().unwrap(), number(&case["variance"])).unwrap();
    agreement.compare("expected_maximum_sharpe", "scipy norm", found, &case["value"]);
}

fn deflated_sharpe(case: &Value, agreement: &mut Agreement) {
    let source = "scipy norm, skew, kurtosis";
    let returns = numbers(&case["returns"]);
    let n = returns.len();
    let sharpe = mean(&returns).unwrap() / deviation(&returns).unwrap();
    let (skewness, kurtosis) = (skewness(&returns).unwrap(), kurtosis(&returns).unwrap());
    let threshold =
        expected_maximum_sharpe(case["n_trials"].as_u64().unwrap(), 1.0 / (n - 1) as f64).unwrap();
    let probability = probabilistic_sharpe(sharpe, threshold, n, skewness, kurtosis).unwrap();
    for (found, key) in [
        (sharpe, "sharpe"),
        (skewness, "skewness"),
        (kurtosis, "kurtosis"),
        (threshold, "threshold"),
        (probability, "probability"),
    ] {
        agreement.compare("deflated Sharpe ratio, step by step", source, found, &case[key]);
    }
}

#[test]
fn the_tails_of_student_are_complete() {
    for case in fixtures()["student"].as_array().unwrap() {
        let (t, degrees) = (number(&case["t"]), number(&case["degrees_of_freedom"]));
        let both = student_upper_tail(t, degrees).unwrap() + student_upper_tail(-t, degrees).unwrap();
        assert!((both - 1.0).abs() <= f64::EPSILON);
        let beyond = 2.0 * student_upper_tail(t.abs(), degrees).unwrap();
        assert_eq!(beyond, student_p_value(t, degrees).unwrap());
    }
}
