//! What all trials of a sweep say together: `statistics.json`.

use rotor_factor::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::{AsText, PickRule};
use crate::metrics::{DeflatedSharpe, Estimate, Metric};

/// What all trials of a sweep say together.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepStatistics {
    /// The trials of the sweep.
    pub n_trials: usize,
    /// Those that have no result.
    pub n_failed: usize,
    /// How many strategies were tried on the dataset, those of this sweep included.
    pub n_tried: u64,
    /// The months on which trials are judged against each other.
    pub months: CommonMonths,
    /// The trial of the highest information ratio; null if there is none.
    pub best: Option<u32>,
    /// The step-down of Romano and Wolf.
    pub step_down: StepDownSummary,
    /// The worlds without skill in which step-down or deflated Sharpe ratio do not keep their level, as far as they are known.
    pub missed: Vec<MissedDesign>,
    /// The deflated Sharpe ratio of the best, with the number of trials as it is.
    pub deflated_sharpe: DeflatedSharpe,
    /// The same with the number of trials that the correlations leave.
    pub deflated_sharpe_effective: DeflatedSharpe,
    /// How many independent trials are as many as these, after Galwey.
    pub effective_trials: Metric,
    /// How often the choice of the best fails out of sample.
    pub overfitting: SweepOverfitting,
    /// The p-value of Hansen for the best; for comparison only.
    pub superior_predictive_ability: Metric,
    /// That of White; for comparison only.
    pub reality_check: Metric,
    /// The factors of the trials, one against the other.
    pub factors: FactorEvidence,
    /// How the trials are distributed by information ratio.
    pub distribution: Distribution,
    /// What each axis does.
    pub axes: Vec<AxisEffect>,
    /// What each pair of axes does together.
    pub pairs: Vec<PairEffect>,
    /// The cumulated excess return of the trials, execution by execution.
    pub fan: Vec<FanMonth>,
    /// The trials under each condition.
    pub conditions: Vec<ConditionSummary>,
    /// The choice of parameters on the past alone; absent if the plan has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_forward: Option<WalkForward>,
}

/// The months in which every judged trial holds something.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommonMonths {
    /// How many.
    pub n: usize,
    /// The first execution.
    pub first: Option<AsText<Date>>,
    /// The last one.
    pub last: Option<AsText<Date>>,
    /// The trials that are judged.
    pub n_judged: usize,
    /// Those that are left out, because they hold something in less than half of the months of the others.
    pub n_short: usize,
}

/// The step-down of Romano and Wolf (2005) on studentised net excess returns.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepDownSummary {
    /// The adjusted p-value of the trial of the largest t-value.
    #[serde(flatten)]
    pub smallest_p: Metric,
    /// The trial of the largest t-value.
    pub trial: Option<u32>,
    /// How many trials have an adjusted p-value of at most 5%.
    pub n_survivors: usize,
    /// The number of bootstrap samples.
    pub n_samples: u64,
    /// The autocorrelation from one month to the next, common to all trials, that was taken out; null without a test.
    pub autocorrelation: Option<f64>,
}

/// A kind of worlds without skill, each of 240 trials with 60 months, in which one of the three does not keep its 5%: the fraction of
/// such worlds, 0 to 1, in which it finds skill at 5%.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissedDesign {
    /// How alike the trials are.
    pub trials: AlikeTrials,
    /// How their months are.
    pub months: OddMonths,
    /// Of the step-down: 0.04 to 0.06 would be right.
    pub step_down: f64,
    /// Of the deflated Sharpe ratio with all trials: a bound, 0.06 or less would be right.
    pub deflated_sharpe: f64,
    /// The same with the effective number of trials.
    pub deflated_sharpe_effective: f64,
}

/// How alike trials are.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlikeTrials {
    /// Not at all.
    Independent,
    /// All with this correlation.
    Correlated(f64),
    /// Four families with this correlation within.
    Families(f64),
}

/// How months differ from normal and independent ones.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OddMonths {
    /// Every second trial has the first autocorrelation from one month to the next, the others the second.
    Autocorrelated(f64, f64),
    /// All have this skewness.
    Skewed(f64),
}

/// The probability of backtest overfitting (CSCV) and what the choice of the best does to its Sharpe ratio.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepOverfitting {
    /// The fraction of halves whose best is at or below the median of the other half.
    #[serde(flatten)]
    pub probability: Metric,
    /// The fraction of halves whose best loses against equal weight in the other half.
    pub loss: Metric,
    /// The slope of the out-of-sample on the in-sample monthly Sharpe ratio of the best; below 1 the choice flatters.
    pub slope: Metric,
    /// The constant of that line.
    pub constant: Metric,
    /// How many halves lie where: in-sample ratios to the right, out-of-sample ones upwards; absent without the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Counts>,
}

/// Counts of points in equal cells of a rectangle.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// The ends of the horizontal axis.
    pub x: (f64, f64),
    /// The ends of the vertical axis.
    pub y: (f64, f64),
    /// Row by row from below, the counts from the left.
    pub counts: Vec<Vec<u32>>,
}

/// The factors of the trials held against each other, with a correction for how many were tried.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorEvidence {
    /// How many factors, each with its parameters, were tried on the dataset, those of this sweep included.
    pub n_tried: u64,
    /// The factors of this sweep, by their p-values; at most a hundred are listed.
    pub factors: Vec<FactorTest>,
    /// How many there are.
    pub n_factors: usize,
    /// How many of them pass the hurdle of |t| > 3.
    pub n_above_hurdle: usize,
}

/// A factor with its parameters.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorTest {
    /// Its name.
    pub factor: String,
    /// Its parameters that trials change, by name.
    pub parameters: Vec<(String, Value)>,
    /// Its mean RankIC.
    pub rank_ic: Estimate,
    /// RankIC over its standard error; null without an error.
    pub t: Option<f64>,
    /// The p-value after Holm.
    pub holm: Option<f64>,
    /// That after Benjamini and Yekutieli.
    pub benjamini_yekutieli: Option<f64>,
}

/// A distribution in equal bins.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Distribution {
    /// The ends.
    pub range: (f64, f64),
    /// How many trials each bin has.
    pub counts: Vec<u32>,
    /// The largest information ratio expected of so many independent trials without skill.
    pub luckiest: Metric,
    /// The same of the effective number of trials.
    pub luckiest_effective: Metric,
}

/// What an axis does to the excess return, all others averaged.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AxisEffect {
    /// The key.
    pub key: String,
    /// The fraction of the variance of the trials' excess returns that the axis explains by itself; null where it cannot be told.
    pub share: Option<f64>,
    /// Value by value of the axis.
    pub levels: Vec<Level>,
    /// The value of the best trial lies at this end of an ordered axis, beyond which nobody has looked.
    pub edge: Option<Edge>,
}

/// The end of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// The first value.
    First,
    /// The last value.
    Last,
}

/// The trials of a value of an axis.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Level {
    /// How many.
    pub n: usize,
    /// Their mean excess return, with the interval of the mean of their monthly returns.
    pub excess: Estimate,
    /// Their median excess return; null without trials.
    pub median: Option<f64>,
}

/// What two axes do together: the median excess return over the other axes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairEffect {
    /// The position of the axis to the right.
    pub x: usize,
    /// The position of the axis downwards.
    pub y: usize,
    /// Value by value of `y`, then of `x`; null where there is no trial.
    pub cells: Vec<Vec<Option<f64>>>,
}

/// The cumulated excess returns of the trials at the exit of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FanMonth {
    /// The execution day.
    pub execution: AsText<Date>,
    /// The quantiles of the trials, of 5%, 25%, 50%, 75% and 95%.
    pub quantiles: [f64; 5],
    /// The best trial.
    pub best: f64,
}

/// The trials under a condition.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConditionSummary {
    /// The median excess return.
    pub median: Option<f64>,
    /// The excess return of the trial that is best under the first condition.
    pub of_best: Option<f64>,
    /// Its rank by information ratio under this condition, 1 for the best.
    pub rank_of_best: Option<u32>,
    /// The rank correlation of the information ratios with those under the first condition.
    pub rank_correlation: Metric,
    /// The trial that is best under this condition.
    pub best: Option<u32>,
}

/// Parameters chosen again and again on the past alone.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WalkForward {
    /// By which rule.
    pub rule: PickRule,
    /// The choices, oldest first.
    pub choices: Vec<WalkForwardChoice>,
    /// The execution days on which its choices were held.
    pub n_months: usize,
    /// Annualised excess return (net) over equal weight.
    pub excess: Estimate,
    /// Excess return over its deviation, a year.
    pub information_ratio: Metric,
    /// Annualised return (net).
    pub annual_return: Metric,
    /// Max drawdown of the net value.
    pub max_drawdown: Metric,
    /// One-way turnover per rebalance.
    pub turnover: Metric,
    /// The excess return of the best trial in hindsight over the same months.
    pub hindsight: Estimate,
    /// The mean excess return of all trials over the same months.
    pub mean_of_trials: Estimate,
    /// Month by month the cumulated excess return: of the choices, of the best in hindsight.
    pub months: Vec<WalkForwardMonth>,
}

/// A choice, and from when it is held.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WalkForwardChoice {
    /// The first execution on which it is held.
    pub from: AsText<Date>,
    /// The trial.
    pub trial: u32,
    /// Its information ratio in the months on which it was chosen.
    pub before: f64,
    /// That in the months in which it was held; null where there are too few.
    pub after: Option<f64>,
}

/// A month of a walk forward.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WalkForwardMonth {
    /// The execution day.
    pub execution: AsText<Date>,
    /// The net return of the month.
    pub net: f64,
    /// That of the equal weight of all sectors.
    pub equal_weight: f64,
    /// The net return of the best trial in hindsight.
    pub hindsight: f64,
}
