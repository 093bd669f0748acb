//! How near forecasts came to what was published later, and whether they beat the rule of no change.
//!
//! The plain R² of pooled forecasts is left out on purpose: where entities differ in level, as gross margins do, it is 0.997 on
//! noise. What is given instead is held against no change, or against each entity's own mean.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rotor_run::{Forecast, Run, TextId};
use rotor_stats::{equal, is_constant, less_than, mean};

use crate::evaluation::Sections;
use crate::figure::{Figure, Reason, at_least};
use crate::months::Months;

/// What the forecasts of a target by a factor are worth.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastEvaluation {
    /// Position of the factor in the run.
    pub factor: usize,
    /// What is forecast.
    pub target: String,
    /// Over every forecast. A period is forecast in several months, up to three times from the same base for a quarterly target, so
    /// that these rows are fewer facts than rows.
    pub every: ForecastFigures,
    /// Over the latest forecast for each entity and period.
    pub latest: ForecastFigures,
}

/// Figures of a set of forecasts, pooled over entities; n is the number of rows with a realized value.
#[derive(Clone, Debug, PartialEq)]
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
    /// 1 - Σ(y - ŷ)² / Σ(y - ȳ)² with ȳ the mean of an entity's own realized values among these rows.
    pub r2_within: Figure,
    /// The share of forecasts for which sign(ŷ - naive) = sign(y - naive), each to nine decimals; 0 is a sign of its own.
    pub hit_rate: Figure,
}

/// Forecasts entity by entity, each in the order of executions.
type ByEntity<'a> = Vec<Vec<&'a Forecast>>;

/// Evaluates the forecasts of each factor, ordered by factor, then by the name of the target.
pub(crate) fn evaluate(run: &Run, months: &Months<'_>) -> Sections<Vec<ForecastEvaluation>> {
    let mut groups: BTreeMap<(u32, TextId), Vec<&Forecast>> = BTreeMap::new();
    for row in &run.forecasts {
        groups.entry((row.factor, row.target)).or_default().push(row);
    }
    let mut groups: Vec<((u32, TextId), Vec<&Forecast>)> = groups.into_iter().collect();
    groups.sort_by_key(|((factor, target), _)| (*factor, run.texts.get(*target)));
    let of_months = |is_included: &(dyn Fn(&Forecast) -> bool + Sync)| {
        let of_group = |((factor, target), rows): &((u32, TextId), Vec<&Forecast>)| {
            let mut by_entity: ByEntity<'_> = vec![Vec::new(); run.entities.len()];
            for row in rows.iter().filter(|row| is_included(row)) {
                by_entity[row.entity as usize].push(*row);
            }
            ForecastEvaluation {
                factor: *factor as usize,
                target: run.texts.get(*target).to_owned(),
                every: ForecastFigures::of(&by_entity),
                latest: ForecastFigures::of(&latest(by_entity)),
            }
        };
        groups.par_iter().map(of_group).collect()
    };
    let has_live = months.is_live.contains(&true);
    Sections {
        all: of_months(&|_| true),
        live: if has_live {
            Ok(of_months(&|row| months.is_live[row.execution as usize]))
        } else {
            Err(Reason::NoLiveMonth)
        },
    }
}

/// Keeps the latest forecast for each entity and period.
fn latest(mut by_entity: ByEntity<'_>) -> ByEntity<'_> {
    for rows in &mut by_entity {
        // Stable, so that executions stay in order within a period; periods mostly are in order already.
        rows.sort_by_key(|row| row.period);
        *rows = rows
            .chunk_by(|left, right| left.period == right.period)
            .filter_map(|same| same.last().copied())
            .collect();
    }
    by_entity
}

/// Sums over forecasts that have a realized value.
#[derive(Default)]
struct Sums {
    n: usize,
    n_hits: usize,
    squared_errors: f64,
    squared_changes: f64,
    squares_within: f64,
    has_change: bool,
}

impl Sums {
    fn add(&mut self, row: &Forecast, value: f64) {
        self.n += 1;
        self.n_hits += usize::from(sign(row.forecast - row.naive) == sign(value - row.naive));
        self.squared_errors += (value - row.forecast) * (value - row.forecast);
        self.squared_changes += (value - row.naive) * (value - row.naive);
        self.has_change |= !equal(value, row.naive);
    }
}

impl ForecastFigures {
    fn of(by_entity: &ByEntity<'_>) -> Self {
        let mut sums = Sums::default();
        let mut n_rows = 0;
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
            sums.squares_within += squares_about_mean(&realized);
        }
        let n = sums.n;
        let figure = |value: f64| Figure::new(n, at_least(1, n).map(|()| value));
        let r2 = |squares: f64, has_some: bool, reason: Reason| {
            let enough = at_least(1, n).and(if has_some { Ok(()) } else { Err(reason) });
            Figure::new(n, enough.map(|()| 1.0 - sums.squared_errors / squares))
        };
        let mse = sums.squared_errors / n as f64;
        Self {
            n_unrealized: n_rows - n,
            mse: figure(mse),
            rmse: figure(mse.sqrt()),
            mse_no_change: figure(sums.squared_changes / n as f64),
            r2_no_change: r2(sums.squared_changes, sums.has_change, Reason::NoChangeIsExact),
            r2_within: r2(sums.squares_within, sums.squares_within > 0.0, Reason::NoVariation),
            hit_rate: Figure::share(sums.n_hits, n),
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
