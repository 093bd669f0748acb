//! What the scores of factors are worth.

use rotor_factor::Date;
use serde::{Deserialize, Serialize};

use super::metric::{number_or_reason, schema_of_document, split};
use super::{ByName, Caveat, Estimate, Metric, MetricFault, Reason, Sections, day};
use crate::portfolio::N_QUANTILES;

/// What the scores are worth, factor by factor in the order of the run.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "FactorPartDocument", into = "FactorPartDocument")]
pub struct FactorPart {
    /// Over all months, and over the live ones.
    pub sections: Sections<ByName<FactorMetrics>>,
    /// Factor by factor one entry a month, oldest first.
    pub monthly: ByName<Vec<MonthlyCoefficients>>,
}

/// What the scores are worth, factor by factor in the order of the run.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "FactorPart"))]
struct FactorPartDocument {
    /// Over all months.
    all: ByName<FactorMetrics>,
    /// Over the months in which every factor scores a sector; null if there is none.
    live: Option<ByName<FactorMetrics>>,
    /// Why there is no live month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// Factor by factor one entry a month, oldest first.
    monthly: ByName<Vec<MonthlyCoefficients>>,
}

impl TryFrom<FactorPartDocument> for FactorPart {
    type Error = MetricFault;

    fn try_from(document: FactorPartDocument) -> Result<Self, MetricFault> {
        let FactorPartDocument { all, live, reason, monthly } = document;
        Ok(Self { sections: Sections { all, live: number_or_reason(live, reason.as_ref())? }, monthly })
    }
}

impl From<FactorPart> for FactorPartDocument {
    fn from(part: FactorPart) -> Self {
        let (live, reason) = split(part.sections.live);
        Self { all: part.sections.all, live, reason, monthly: part.monthly }
    }
}

/// What the scores of a factor are worth.
///
/// `n_months` = n of the means + `n_constant` + `n_unscored`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorMetrics {
    /// The months looked at.
    pub n_months: usize,
    /// Those in which the factor scores no sector at all.
    pub n_unscored: usize,
    /// Those without a coefficient although the factor scores sectors: fewer than three have a return, or all scores or all
    /// returns are equal. They are not counted as 0.
    pub n_constant: usize,
    /// The rank correlation of Spearman of scores (to nine decimals) and returns.
    pub rank_ic: CoefficientSummary,
    /// That of the raw values (to nine decimals), from which scores of few steps are made, over the sectors with a raw value.
    pub raw_rank_ic: CoefficientSummary,
    /// The mean of `raw_rank_ic` less `rank_ic` of a month, over the months that have both: what the steps of the scores lose.
    pub raw_gain: Estimate,
    /// The correlation of Pearson.
    pub ic: CoefficientSummary,
    /// Both at longer horizons.
    pub horizons: Vec<HorizonMetrics>,
    /// The rank correlation with the return of each later month alone.
    pub decay: Vec<LagMetrics>,
    /// The regression of returns on scores, month by month (Fama and `MacBeth` 1973).
    pub slope: Slope,
    /// How slowly scores change.
    pub persistence: Persistence,
    /// What the quintiles of the sectors return, by score; sectors of equal score share their places equally.
    pub quantiles: QuantileMetrics,
    /// Within groups of sectors.
    pub groups: ByName<WithinGroup>,
    /// In spans of three calendar years.
    pub spans: ByName<RegimeRankIc>,
    /// In the quarters of the year.
    pub quarters: ByName<RegimeRankIc>,
    /// What a reader of these numbers must know.
    pub caveats: Vec<Caveat>,
}

/// A monthly coefficient over the months that have one.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoefficientSummary {
    /// The mean, -1 to 1, with its interval.
    pub mean: Estimate,
    /// The n - 1 deviation of the monthly values.
    pub deviation: Metric,
    /// Mean over deviation, ICIR, of a month: it is not annualised.
    pub ratio: Metric,
    /// The fraction of months above zero, 0 to 1.
    pub share_positive: Metric,
}

/// How scores correlate with the return of several months.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HorizonMetrics {
    /// The number of months.
    pub horizon: usize,
    /// The mean rank correlation over all months.
    pub rank_ic: Estimate,
    /// The mean correlation of Pearson.
    pub ic: Estimate,
    /// The mean rank correlation over months so far apart that their returns do not overlap.
    pub non_overlapping: Estimate,
}

/// How scores correlate with the return of a single later month.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LagMetrics {
    /// 1 is the month after the score.
    pub lag: usize,
    /// The mean rank correlation.
    pub rank_ic: Estimate,
}

/// The regression of returns on scores, month by month.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Slope {
    /// The mean slope: return of a month per point of score.
    pub mean: Estimate,
    /// The mean R² of the months.
    pub r2: Metric,
    /// The mean over months of the mean squared residual.
    pub mse: Metric,
}

/// How slowly scores change.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Persistence {
    /// The mean rank correlation of the scores of successive months.
    pub autocorrelation: Metric,
    /// The mean one-way turnover, 0 to 1, of the best quintile.
    pub turnover: Metric,
    /// Quintile by quintile, Q1 (the best scores) first; none of folders of formats 1 and 2.
    pub quintiles: Vec<QuintilePersistence>,
}

/// How long sectors stay in a quintile.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuintilePersistence {
    /// The mean one-way turnover, 0 to 1, of the quintile held with equal weights.
    pub turnover: Metric,
    /// The mean correlation, across the sectors scored in both of two successive months, of the parts of them that belong to the
    /// quintile: 1 if it stays as it is, 0 if members are as good as drawn anew.
    pub autocorrelation: Metric,
}

/// What quintiles return; annual numbers are twelve times those of a month.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuantileMetrics {
    /// The mean return of each quintile, Q1 (the best scores) first, less that of all sectors.
    pub excess: Vec<Estimate>,
    /// The Q1−Q5 spread; of the ranking the portfolio `top` less `bottom`.
    pub top_minus_bottom: Estimate,
    /// The slope of the return per quintile: above zero when better scores return more.
    pub trend: Estimate,
    /// Whether the means descend from each quintile to the next; absent without a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_monotone: Option<bool>,
}

/// The coefficient among the sectors of a group.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WithinGroup {
    /// The mean rank correlation.
    pub rank_ic: Estimate,
}

/// The coefficient in a part of the calendar.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegimeRankIc {
    /// The mean rank correlation.
    pub rank_ic: Estimate,
}

/// How scores and returns of one month correlate.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "MonthlyDocument", into = "MonthlyDocument")]
pub struct MonthlyCoefficients {
    /// The execution day.
    pub execution: Date,
    /// Whether every factor of the run scores a sector in this month.
    pub is_live: bool,
    /// The sectors with a score and a return.
    pub n_sectors: usize,
    /// The coefficients, or why there are none.
    pub value: Result<Coefficients, Reason>,
    /// The rank correlation of the raw values with the returns; `None` with fewer than three raw values, or equal ones.
    pub raw_rank_ic: Option<f64>,
    /// The mean return of each quintile, Q1 (the best scores) first; `None` without a coefficient or with fewer than five sectors.
    pub quintiles: Option<[f64; N_QUANTILES]>,
}

/// Two correlations, -1 to 1, of the scores and the returns of the sectors in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Spearman's.
    pub rank_ic: f64,
    /// Pearson's.
    pub ic: f64,
}

/// How scores and returns of one month correlate.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "MonthlyCoefficients"))]
struct MonthlyDocument {
    /// The execution day.
    #[serde(with = "day")]
    #[cfg_attr(feature = "schema", schemars(with = "super::names::Day"))]
    execution: Date,
    /// Whether every factor of the run scores a sector in this month.
    is_live: bool,
    /// The sectors with a score and a return.
    n: usize,
    /// The correlation of Spearman.
    rank_ic: Option<f64>,
    /// The correlation of Pearson.
    ic: Option<f64>,
    /// The correlation of Spearman of the raw values; absent with fewer than three of them, or equal ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw_rank_ic: Option<f64>,
    /// The mean return of each quintile, Q1 (the best scores) first; absent without a correlation or with fewer than five sectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quintiles: Option<[f64; N_QUANTILES]>,
    /// Why there is no correlation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl TryFrom<MonthlyDocument> for MonthlyCoefficients {
    type Error = MetricFault;

    fn try_from(document: MonthlyDocument) -> Result<Self, MetricFault> {
        let MonthlyDocument { execution, is_live, n, rank_ic, ic, raw_rank_ic, quintiles, reason } = document;
        let value = rank_ic.map(|rank_ic| {
            let ic = ic.ok_or(MetricFault::Incomplete { missing: "ic" })?;
            Ok(Coefficients { rank_ic, ic })
        });
        let value = number_or_reason(value.transpose()?, reason.as_ref())?;
        Ok(Self { execution, is_live, n_sectors: n, value, raw_rank_ic, quintiles })
    }
}

impl From<MonthlyCoefficients> for MonthlyDocument {
    fn from(month: MonthlyCoefficients) -> Self {
        let (value, reason) = split(month.value);
        Self {
            execution: month.execution,
            is_live: month.is_live,
            n: month.n_sectors,
            rank_ic: value.map(|value| value.rank_ic),
            ic: value.map(|value| value.ic),
            raw_rank_ic: month.raw_rank_ic,
            quintiles: month.quintiles,
            reason,
        }
    }
}

schema_of_document! {
    FactorPart = FactorPartDocument,
    MonthlyCoefficients = MonthlyDocument,
}
