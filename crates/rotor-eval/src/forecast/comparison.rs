//! Whether forecasts beat a rule by more than chance.
//!
//! Sectors move together, and a value is forecast several times from one base: rows are fewer facts than rows. All rows of one
//! period are therefore one observation, and the periods are a series like any other.

use std::collections::BTreeMap;

use rotor_factor::Date;
use rotor_run::metrics::{
    ClassicalComparison, DieboldMariano, Estimate, ForecastComparison, Gain, Metric, OneSided, Reason,
};
use rotor_run::{Forecast, Run};
use rotor_stats::{diebold_mariano, is_constant, mean};

use crate::metric::{EstimateOf, MetricOf, OrReason, at_least};

fn gain(differences: &[f64], horizon: usize) -> Gain {
    let classical = if is_constant(differences) {
        Err(Reason::NoVariation)
    } else {
        let found = diebold_mariano(differences, horizon).or_reason();
        found.map(|found| DieboldMariano { statistic: found.statistic, p_value: found.p_value })
    };
    Gain { estimate: Estimate::of(differences, horizon), diebold_mariano: ClassicalComparison(classical) }
}

/// Compares forecasts by entity with simple rules.
pub(super) fn comparison(run: &Run, by_entity: &[Vec<&Forecast>]) -> ForecastComparison {
    let horizon = horizon(run, by_entity);
    let square = |value: f64| value * value;
    let over_no_change =
        by_period(by_entity, |row, value| Some(square(value - row.naive) - square(value - row.forecast)));
    let over_history = by_period(by_entity, |row, value| {
        Some(square(value - row.history?.mean) - square(value - row.forecast))
    });
    let adjusted = by_period(by_entity, |row, value| {
        let mean = row.history?.mean;
        Some(square(value - mean) - square(value - row.forecast) + square(mean - row.forecast))
    });
    ForecastComparison {
        horizon,
        gain_no_change: gain(&over_no_change, horizon),
        gain_history: gain(&over_history, horizon),
        clark_west: OneSided(Estimate::of(&adjusted, horizon).one_sided()),
        slope: slope(by_entity),
    }
}

/// Returns the mean over entities of each period, oldest first.
fn by_period(by_entity: &[Vec<&Forecast>], term: impl Fn(&Forecast, f64) -> Option<f64>) -> Vec<f64> {
    let mut sums: BTreeMap<Date, (f64, usize)> = BTreeMap::new();
    for row in by_entity.iter().flatten() {
        if let Some(value) = row.realized.and_then(|realized| term(row, realized.value)) {
            let (sum, n) = sums.entry(row.period).or_default();
            (*sum, *n) = (*sum + value, *n + 1);
        }
    }
    sums.into_values().map(|(sum, n)| sum / n as f64).collect()
}

/// Returns how many of an entity's periods, up to the one that is forecast, were not out when it was forecast.
fn horizon(run: &Run, by_entity: &[Vec<&Forecast>]) -> usize {
    let under_way = |rows: &[&Forecast], position: usize| {
        let execution = run.executions[rows[position].execution as usize].as_of;
        let is_out = |row: &&&Forecast| row.realized.is_some_and(|realized| realized.released > execution);
        rows[..=position].iter().filter(is_out).count()
    };
    let longest = |rows: &Vec<&Forecast>| (0..rows.len()).map(|position| under_way(rows, position)).max();
    by_entity.iter().filter_map(longest).max().unwrap_or(0).max(1)
}

/// Returns the slope of realised changes on forecast ones.
fn slope(by_entity: &[Vec<&Forecast>]) -> Metric {
    let changes = by_entity.iter().flatten().filter_map(|row| {
        let realized = row.realized?.value;
        Some((row.forecast - row.naive, realized - row.naive))
    });
    let (said, happened): (Vec<f64>, Vec<f64>) = changes.unzip();
    let slope = || {
        at_least(3, said.len())?;
        if is_constant(&said) {
            return Err(Reason::NoVariation);
        }
        let (mean_said, mean_happened) = (mean(&said).or_reason()?, mean(&happened).or_reason()?);
        let squares: f64 = said.iter().map(|said| (said - mean_said) * (said - mean_said)).sum();
        let products = said.iter().zip(&happened);
        let products = products.map(|(said, happened)| (said - mean_said) * (happened - mean_happened));
        Ok(products.sum::<f64>() / squares)
    };
    Metric::new(said.len(), slope())
}
