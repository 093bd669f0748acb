//! Whether forecasts beat a rule by more than chance.
//!
//! Sectors move together, and a value is forecast several times from one base: rows are fewer facts than rows. All rows of one
//! period are therefore one observation, and the periods are a series like any other.

use std::collections::BTreeMap;

use rotor_factor::Date;
use rotor_run::{Forecast, Run};
use rotor_stats::{diebold_mariano, is_constant, mean};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::figure::{Estimate, Figure, Reason, at_least};

/// The latest forecasts of each entity and period, held against rules; n of each estimate is a number of periods.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastComparison {
    /// How many periods of an entity were under way at once, at most: so far do errors overlap.
    pub horizon: usize,
    /// By how much the squared error is less than that of no change.
    pub gain_no_change: Gain,
    /// By how much it is less than that of the mean of the past.
    pub gain_history: Gain,
    /// The same with what a needless coefficient costs added back, as the mean is nested in a regression.
    pub clark_west: OneSided,
    /// The slope of y - naive on ŷ - naive over all rows; 1 is right. Regressors that hardly change leave no interval that holds, so
    /// that none is given.
    pub slope: Figure,
}

/// A mean difference of squared errors.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// The mean over the periods.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// What other tools print.
    pub diebold_mariano: ClassicalComparison,
}

/// An estimate whose p-value is that of the alternative that the true value is above 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneSided(pub Estimate);

/// The test of Diebold and Mariano in the form of Harvey, Leybourne and Newbold, for comparison only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassicalComparison(pub Result<rotor_stats::DieboldMariano, Reason>);

impl Serialize for ClassicalComparison {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("statistic", &self.0.ok().map(|found| found.statistic))?;
        map.serialize_entry("p_value", &self.0.ok().map(|found| found.p_value))?;
        if let Err(reason) = self.0 {
            map.serialize_entry("reason", &reason.to_string())?;
        }
        map.end()
    }
}

impl Gain {
    fn of(differences: &[f64], horizon: usize) -> Self {
        let classical = if is_constant(differences) {
            Err(Reason::NoVariation)
        } else {
            diebold_mariano(differences, horizon).map_err(Reason::from)
        };
        Self { estimate: Estimate::of(differences, horizon), diebold_mariano: ClassicalComparison(classical) }
    }
}

impl ForecastComparison {
    pub(super) fn of(run: &Run, by_entity: &[Vec<&Forecast>]) -> Self {
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
        Self {
            horizon,
            gain_no_change: Gain::of(&over_no_change, horizon),
            gain_history: Gain::of(&over_history, horizon),
            clark_west: OneSided(Estimate::of(&adjusted, horizon).one_sided()),
            slope: slope(by_entity),
        }
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

/// Returns the slope of what happened on what was said, both as changes.
fn slope(by_entity: &[Vec<&Forecast>]) -> Figure {
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
        let (mean_said, mean_happened) = (mean(&said)?, mean(&happened)?);
        let squares: f64 = said.iter().map(|said| (said - mean_said) * (said - mean_said)).sum();
        let products = said.iter().zip(&happened);
        let products = products.map(|(said, happened)| (said - mean_said) * (happened - mean_happened));
        Ok(products.sum::<f64>() / squares)
    };
    Figure::new(said.len(), slope())
}
