//! Errors and directions of a set of forecasts.

use rotor_run::Forecast;
use rotor_stats::{equal, is_constant, less_than, mean};
use serde::Serialize;

use crate::figure::{Figure, Reason, at_least};

/// Figures of a set of forecasts, pooled over entities; n is the number of rows with a realized value, and with what else the figure
/// needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastFigures {
    /// Forecasts of what is not known yet, or never will be.
    pub n_unrealized: usize,
    /// Mean squared error, in the squared unit of the target.
    pub mse: Figure,
    /// Its square root, in the unit of the target.
    pub rmse: Figure,
    /// Mean squared error of the rule of no change.
    pub mse_no_change: Figure,
    /// 1 - Σ(y - ŷ)² / Σ(y - naive)²: above zero is better than no change.
    pub r2_no_change: Figure,
    /// Mean squared error of the mean of what was known on the execution day.
    pub mse_history: Figure,
    /// 1 - Σ(y - ŷ)² / Σ(y - ȳ)² with that mean: the out-of-sample R² of Campbell and Thompson.
    pub r2_history: Figure,
    /// 1 - Σ(y - ŷ)² / Σ(y - ȳ)² with ȳ the mean of an entity's own realized values among these rows.
    pub r2_within: Figure,
    /// The share of forecasts for which sign(ŷ - naive) = sign(y - naive), each to nine decimals; 0 is a sign of its own.
    pub hit_rate: Figure,
    /// The same of the rule that the last change goes on.
    pub hit_rate_last_change: Figure,
    /// The same of the rule that values return to the mean of the past.
    pub hit_rate_to_mean: Figure,
}

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

    fn share(&self) -> Figure {
        Figure::share(self.n_right, self.n)
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

    fn mean(&self, sum: f64) -> Figure {
        Figure::new(self.n, at_least(1, self.n).map(|()| sum / self.n as f64))
    }

    fn r2(&self, reason: Reason) -> Figure {
        let enough = at_least(1, self.n).and(if self.has_error { Ok(()) } else { Err(reason) });
        Figure::new(self.n, enough.map(|()| 1.0 - self.of_forecast / self.of_rule))
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

impl ForecastFigures {
    pub(super) fn of(by_entity: &[Vec<&Forecast>]) -> Self {
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
        Self {
            n_unrealized: n_rows - no_change.n,
            rmse: Figure::new(mse.n, mse.value.map(f64::sqrt)),
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
