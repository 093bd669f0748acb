//! What many trials do to the best of them.

use serde::{Deserialize, Serialize};

use super::Metric;

/// What many trials do to the best of them.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trials {
    /// How many strategies were tried on the dataset.
    pub n_trials: u64,
    /// The probability that the true Sharpe ratio of the run's excess return is above that of the luckiest of so many without skill.
    pub deflated_sharpe: DeflatedSharpe,
    /// How often the best of one half of the months fails in the other.
    pub overfitting: Overfitting,
    /// The p-value of the best excess return, were there none in any strategy.
    pub best_excess: Metric,
    /// That of Hansen; for comparison only.
    pub superior_predictive_ability: Metric,
    /// That of White; for comparison only.
    pub reality_check: Metric,
}

/// The deflated Sharpe ratio of the excess return (net) over equal weight.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeflatedSharpe {
    /// The probability that the true ratio is above the threshold.
    #[serde(flatten)]
    pub probability: Metric,
    /// The monthly ratio of mean to deviation.
    pub sharpe: Metric,
    /// What the largest of so many ratios would be without skill.
    pub threshold: Metric,
}

/// The probability of backtest overfitting, PBO (CSCV).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overfitting {
    /// The fraction of halves in which the best of one is at or below the median of the other.
    #[serde(flatten)]
    pub probability: Metric,
    /// How many strategies were compared.
    pub n_strategies: usize,
}
