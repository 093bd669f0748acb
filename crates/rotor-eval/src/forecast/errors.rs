//! Errors and directions of a set of forecasts.

use rotor_run::Forecast;
use rotor_run::metrics::{ForecastErrors, Metric, Reason};
use rotor_stats::{equal, is_constant, less_than, mean};

use crate::metric::{MetricOf, at_least};

/// Counts of right directions.
#[derive(Default)]
struct Hits {
    n: usize,
    n_right: usize,
}

impl Hits {
    fn add(&mut self, said: f64, happened: f64) {
        self.n += 1;
        self.n_right += usize::from(sign(said) == sign(happened));
    }

    fn share(&self) -> Metric {
        Metric::share(self.n_right, self.n)
    }
}

/// Squared errors of the forecasts and of what they are held against, over the same rows.
#[derive(Default)]
struct Squares {
    n: usize,
    of_forecast: f64,
    of_rule: f64,
    has_error: bool,
}

impl Squares {
    fn add(&mut self, value: f64, forecast: f64, rule: f64) {
        self.n += 1;
        self.of_forecast += (value - forecast) * (value - forecast);
        self.of_rule += (value - rule) * (value - rule);
        self.has_error |= !equal(value, rule);
    }

    fn mean(&self, sum: f64) -> Metric {
        Metric::new(self.n, at_least(1, self.n).map(|()| sum / self.n as f64))
    }

    fn r2(&self, reason: Reason) -> Metric {
        let enough = at_least(1, self.n).and(if self.has_error { Ok(()) } else { Err(reason) });
        Metric::new(self.n, enough.map(|()| 1.0 - self.of_forecast / self.of_rule))
    }
}

/// Everything that is added up.
#[derive(Default)]
struct Sums {
    no_change: Squares,
    history: Squares,
    hits: Hits,
    last_change: Hits,
    to_mean: Hits,
}

impl Sums {
    fn add(&mut self, row: &Forecast, value: f64) {
        let change = value - row.naive;
        self.no_change.add(value, row.forecast, row.naive);
        self.hits.add(row.forecast - row.naive, change);
        let Some(history) = row.history else { return };
        self.history.add(value, row.forecast, history.mean);
        self.to_mean.add(history.mean - row.naive, change);
        if let Some(before_last) = history.before_last {
            self.last_change.add(row.naive - before_last, change);
        }
    }
}

/// Returns the errors of forecasts by entity.
pub(super) fn errors(by_entity: &[Vec<&Forecast>]) -> ForecastErrors {
    let mut sums = Sums::default();
    let mut n_rows = 0;
    let mut squares_within = 0.0;
    let mut realized = Vec::new();
    for rows in by_entity {
        realized.clear();
        n_rows += rows.len();
        for row in rows {
            if let Some(found) = row.realized {
                sums.add(row, found.value);
                realized.push(found.value);
            }
        }
        squares_within += squares_about_mean(&realized);
    }
    let Sums { no_change, history, .. } = &sums;
    let mse = no_change.mean(no_change.of_forecast);
    let within = Squares { of_rule: squares_within, has_error: squares_within > 0.0, ..*no_change };
    ForecastErrors {
        n_unrealized: n_rows - no_change.n,
        rmse: Metric::new(mse.n, mse.value.clone().map(f64::sqrt)),
        mse,
        mse_no_change: no_change.mean(no_change.of_rule),
        r2_no_change: no_change.r2(Reason::NoChangeIsExact),
        mse_history: history.mean(history.of_rule),
        r2_history: history.r2(Reason::MeanIsExact),
        r2_within: within.r2(Reason::NoVariation),
        hit_rate: sums.hits.share(),
        hit_rate_last_change: sums.last_change.share(),
        hit_rate_to_mean: sums.to_mean.share(),
    }
}

/// Returns the sum of squares about the mean; exactly 0 if the values are equal to nine decimals.
fn squares_about_mean(values: &[f64]) -> f64 {
    if is_constant(values) {
        return 0.0;
    }
    // A mean of values that are not finite poisons the sum, which ends as a reason.
    let mean = mean(values).unwrap_or(f64::NAN);
    values.iter().map(|value| (value - mean) * (value - mean)).sum()
}

/// Returns -1, 0 or 1; what differs from zero by no more than 1e-9 is zero.
fn sign(change: f64) -> i8 {
    i8::from(less_than(0.0, change)) - i8::from(less_than(change, 0.0))
}
