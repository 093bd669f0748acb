//! How good forecasts are.

use serde::{Deserialize, Serialize};

use super::metric::{number_or_reason, schema_of_document, split};
use super::{ByName, Caveat, Estimate, Metric, MetricFault, Reason};

/// What the forecasts of a target by a factor are worth.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastMetrics {
    /// Over every forecast. A period is forecast in several months, up to three times from the same base for a quarterly target, so
    /// that these rows are not independent.
    pub every: ForecastErrors,
    /// Over the latest forecast for each entity and period.
    pub latest: ForecastErrors,
    /// The latest forecasts against simple rules, with confidence intervals.
    pub tests: ForecastComparison,
    /// The factor's own diagnostics of its fits.
    pub fits: ByName<FitSummary>,
    /// The latest forecasts entity by entity.
    pub entities: ByName<EntityForecasts>,
    /// What a reader of these numbers must know.
    pub caveats: Vec<Caveat>,
}

/// Errors of a set of forecasts, pooled over entities; n is the number of rows with a realised value, and with what else the
/// number needs.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastErrors {
    /// Forecasts without a realised value, not yet or never.
    pub n_unrealized: usize,
    /// Mean squared error, in the squared unit of the target.
    pub mse: Metric,
    /// Its square root, in the unit of the target.
    pub rmse: Metric,
    /// Mean squared error of the naive forecast of no change.
    pub mse_no_change: Metric,
    /// OOS R² vs naive, 1 - Σ(y - ŷ)² / Σ(y - naive)²: above zero is better than no change.
    pub r2_no_change: Metric,
    /// Mean squared error of the historical mean known on the execution day.
    pub mse_history: Metric,
    /// OOS R² vs historical mean, 1 - Σ(y - ŷ)² / Σ(y - ȳ)²: that of Campbell and Thompson.
    pub r2_history: Metric,
    /// 1 - Σ(y - ŷ)² / Σ(y - ȳ)² with ȳ the mean of an entity's own realised values among these rows.
    pub r2_within: Metric,
    /// The fraction of forecasts for which sign(ŷ - naive) = sign(y - naive), each to nine decimals; 0 is a sign of its own.
    pub hit_rate: Metric,
    /// The same of the rule that the last change goes on.
    pub hit_rate_last_change: Metric,
    /// The same of the rule that values return to the historical mean.
    pub hit_rate_to_mean: Metric,
}

/// The latest forecasts of each entity and period against rules; n of each estimate is a number of periods.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastComparison {
    /// How many periods of an entity were under way at once, at most: so far do errors overlap.
    pub horizon: usize,
    /// By how much the squared error is less than that of no change.
    pub gain_no_change: Gain,
    /// By how much it is less than that of the historical mean.
    pub gain_history: Gain,
    /// The same with what a needless coefficient costs added back, as the mean is nested in a regression.
    pub clark_west: OneSided,
    /// The slope of y - naive on ŷ - naive over all rows; 1 is right. Regressors that hardly change leave no interval that holds, so
    /// that none is given.
    pub slope: Metric,
}

/// A mean difference of squared errors.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gain {
    /// The mean over the periods.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// What other tools print.
    pub diebold_mariano: ClassicalComparison,
}

/// An estimate whose p-value is that of the alternative that the true value is above 0.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OneSided(pub Estimate);

/// The test of Diebold and Mariano in the form of Harvey, Leybourne and Newbold, for comparison only.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "ClassicalComparisonDocument", into = "ClassicalComparisonDocument")]
pub struct ClassicalComparison(pub Result<DieboldMariano, Reason>);

/// A test of equal accuracy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DieboldMariano {
    /// The statistic, without a unit; above 0 if the mean difference is.
    pub statistic: f64,
    /// The two-sided p-value against equal accuracy, from 0 to 1.
    pub p_value: f64,
}

/// The test of Diebold and Mariano in the form of Harvey, Leybourne and Newbold, for comparison only.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ClassicalComparison"))]
struct ClassicalComparisonDocument {
    /// The statistic; above 0 if the mean difference is.
    statistic: Option<f64>,
    /// The two-sided p-value against equal accuracy.
    p_value: Option<f64>,
    /// Why there is no test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl TryFrom<ClassicalComparisonDocument> for ClassicalComparison {
    type Error = MetricFault;

    fn try_from(document: ClassicalComparisonDocument) -> Result<Self, MetricFault> {
        let ClassicalComparisonDocument { statistic, p_value, reason } = document;
        let test = statistic.map(|statistic| {
            let p_value = p_value.ok_or(MetricFault::Incomplete { missing: "p_value" })?;
            Ok(DieboldMariano { statistic, p_value })
        });
        Ok(Self(number_or_reason(test.transpose()?, reason.as_ref())?))
    }
}

impl From<ClassicalComparison> for ClassicalComparisonDocument {
    fn from(comparison: ClassicalComparison) -> Self {
        let (test, reason) = split(comparison.0);
        Self { statistic: test.map(|test| test.statistic), p_value: test.map(|test| test.p_value), reason }
    }
}

/// A diagnostic over the months and entities that have it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FitSummary {
    /// Its median, which a single failed fit does not move.
    pub median: Metric,
    /// Its mean.
    pub mean: Metric,
}

/// The latest forecasts of one entity.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityForecasts {
    /// Mean squared error.
    pub mse: Metric,
    /// OOS R² vs naive.
    pub r2_no_change: Metric,
    /// OOS R² vs historical mean.
    pub r2_history: Metric,
    /// The fraction of forecasts in the right direction.
    pub hit_rate: Metric,
}

schema_of_document! {
    ClassicalComparison = ClassicalComparisonDocument,
}
