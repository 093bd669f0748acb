//! What the portfolios gained, with what risk, and by how much more than their benchmarks.

use rotor_factor::{Date, Month};
use serde::{Deserialize, Serialize};

use super::metric::{number_or_reason, schema_of_document, split};
use super::{
    ByName, Caveat, Estimate, Metric, MetricFault, QuantileMetrics, Reason, Trials, Variants, day,
    day_or_null, text,
};

/// What the portfolios gained.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortfolioMetrics {
    /// The months looked at; a benchmark may lack some of them.
    pub n_months: usize,
    /// `top`, `top_net`, `equal_weight`, `eligible` and the benchmarks that the run has, in its order.
    pub performance: ByName<Performance>,
    /// `top` and `top_net` against `equal_weight`, `eligible` and each benchmark, in the order of the run.
    pub excess: ByName<ByName<Excess>>,
    /// What the quintiles of the ranking return over `equal_weight`.
    pub quantiles: QuantileMetrics,
    /// Twelve holding periods at a time of `top_net`, by the exit of the last of them.
    pub rolling: Vec<RollingYear>,
    /// What it took to change the portfolio.
    pub trading: Trading,
    /// Contributions to return and excess return.
    pub contributions: Contributions,
    /// Other strategies on the same scores.
    #[serde(flatten)]
    pub variants: Variants,
    /// The excess return (net) over `equal_weight` in spans of three calendar years.
    pub spans: ByName<RegimeExcess>,
    /// The same in the quarters of the year.
    pub quarters: ByName<RegimeExcess>,
    /// What many trials do to the best of them.
    pub trials: Trials,
    /// What a reader of these numbers must know.
    pub caveats: Vec<Caveat>,
}

/// Twelve holding periods that follow each other; n is 12 where there is a number.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RollingYear {
    /// The exit of the last of them.
    #[serde(with = "day")]
    #[cfg_attr(feature = "schema", schemars(with = "super::names::Day"))]
    pub exit: Date,
    /// Twelve times the mean monthly difference to `equal_weight`.
    pub excess: Metric,
    /// The same to `eligible`.
    pub excess_eligible: Metric,
    /// The n - 1 deviation of the twelve returns, times √12.
    pub volatility: Metric,
    /// √12 · mean(r - f) over the n - 1 deviation of r - f, with the riskless return f of the month.
    pub sharpe: Metric,
}

/// The excess return in a part of the calendar.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegimeExcess {
    /// Twelve times the mean monthly difference.
    pub excess: Estimate,
}

/// What it took to change the portfolio; n is the number of rebalances.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trading {
    /// Mean one-way turnover of a rebalance, 0 to 1; the first purchase is one half.
    pub turnover: Metric,
    /// Twelve times that.
    pub turnover_per_year: Metric,
    /// Twelve times the mean cost of a rebalance, as a fraction of the portfolio.
    pub cost_per_year: Metric,
    /// Annualised cost drag: the annualised return of `top` less that of `top_net`, over the months in which both exist.
    pub cost_drag: Metric,
    /// In how many months sectors equal to the last place held, in total and in what settles ties, shared the weights of their
    /// places: a count.
    pub n_shared_months: Metric,
}

/// From which values a net value is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// From day to day, by the closes of trading days.
    Daily,
    /// From execution to exit alone: nothing is known of the days between them.
    PeriodEnds,
}

/// What a portfolio or benchmark gained; n is the number of months in which it has a return, unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Performance {
    /// The months of the section in which it has no return: above 0, its numbers are those of fewer months than the run's.
    pub n_missing: usize,
    /// Π(1 + r) - 1.
    pub total_return: Metric,
    /// Π(1 + r)^(12/n) - 1.
    pub annual_return: Metric,
    /// The n - 1 deviation of the monthly returns, times √12.
    pub volatility: Metric,
    /// √12 · mean(r - f) over the n - 1 deviation of r - f, with the riskless return f of the month.
    pub sharpe: Estimate,
    /// The standard error of that if months were not autocorrelated.
    pub sharpe_error_iid: Metric,
    /// √12 · mean(r - f) over the root of the mean of min(r - f, 0)².
    pub sortino: Metric,
    /// The annualised return over the size of the max drawdown.
    pub calmar: Metric,
    /// Monthly value at risk at 95%: the ⌈0.05 n⌉-th smallest return of a month, itself and not its size.
    pub value_at_risk: Metric,
    /// Monthly conditional value at risk at 95%: the mean of the returns up to that one.
    pub conditional_value_at_risk: Metric,
    /// The third standardised moment of the monthly returns.
    pub skewness: Metric,
    /// The excess kurtosis: the fourth standardised moment less 3, so that normal returns have 0.
    pub kurtosis: Metric,
    /// The fraction of months above zero, 0 to 1; a return of at most 1e-12 is none.
    pub hit_rate: Metric,
    /// From which values drawdowns and calendar returns come; their n is the number of those values after the first.
    pub basis: Basis,
    /// The max drawdown of the net value.
    pub max_drawdown: Drawdown,
    /// The five largest drawdowns.
    pub drawdowns: Vec<Drawdown>,
    /// The five worst months.
    pub worst_months: Vec<MonthValue>,
    /// The return of each calendar year.
    pub years: Vec<YearValue>,
    /// The return of each calendar month.
    pub months: Vec<CalendarMonth>,
    /// The return of twelve calendar months, by the last of them.
    pub rolling_years: Vec<CalendarMonth>,
    /// The return since the last value of the calendar year before that of the last value.
    pub year_to_date: SpanReturn,
    /// The return of the last 1, 3, 12 and 36 months.
    pub last_months: Vec<LastMonths>,
    /// The return from the first value to the last.
    pub since_start: SpanReturn,
}

/// A portfolio against a benchmark; n is the number of months in which both have a return.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Excess {
    /// The months of the section in which one of them has no return: above 0, the numbers are those of fewer months than the run's.
    pub n_missing: usize,
    /// The annualised excess return 12 · mean(p - b).
    pub arithmetic: Estimate,
    /// The annualised geometric excess return (ΠP / ΠB)^(12/n) - 1, with the net values P and B.
    pub geometric: Metric,
    /// The n - 1 deviation of p - b, times √12.
    pub tracking_error: Metric,
    /// Arithmetic excess return over tracking error.
    pub information_ratio: Metric,
    /// The fraction of months in which p is above b by more than 1e-12, 0 to 1.
    pub hit_rate: Metric,
    /// The slope of p on b.
    pub beta: Estimate,
    /// Twelve times the constant of that regression.
    pub alpha: Estimate,
    /// The mean geometric return in the months in which the benchmark rises, as a multiple of the benchmark's.
    pub up_capture: Metric,
    /// The same in the months in which it falls: less than 1 is a smaller loss.
    pub down_capture: Metric,
    /// From which values drawdowns and calendar returns come; their n is the number of those values after the first.
    pub basis: Basis,
    /// The max drawdown of the portfolio's net value in units of the benchmark's.
    pub max_drawdown: Drawdown,
    /// The five largest such drawdowns.
    pub drawdowns: Vec<Drawdown>,
    /// The five months with the lowest p - b.
    pub worst_months: Vec<MonthValue>,
    /// The return of p less that of b in each calendar year.
    pub years: Vec<YearValue>,
    /// The same in each calendar month.
    pub months: Vec<CalendarMonth>,
    /// The same since the last value of the calendar year before that of the last value.
    pub year_to_date: SpanReturn,
    /// The same of the last 1, 3, 12 and 36 months.
    pub last_months: Vec<LastMonths>,
    /// The same from the first common value to the last.
    pub since_start: SpanReturn,
}

/// A number of one month.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MonthValue {
    /// The day of the purchase.
    #[serde(with = "day")]
    #[cfg_attr(feature = "schema", schemars(with = "super::names::Day"))]
    pub execution: Date,
    /// The day of the sale.
    #[serde(with = "day")]
    #[cfg_attr(feature = "schema", schemars(with = "super::names::Day"))]
    pub exit: Date,
    /// A return, or a difference of two.
    #[serde(flatten)]
    pub value: Metric,
}

/// A number of one calendar year.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct YearValue {
    /// The year.
    pub year: i32,
    /// From when to when, and a return, or a difference of two.
    #[serde(flatten)]
    pub span: SpanReturn,
}

/// The return of one calendar month, a difference of two, or the return of twelve months that end with it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalendarMonth {
    /// The month.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "super::names::CalendarMonthText"))]
    pub month: Month,
    /// The return.
    #[serde(flatten)]
    pub value: Metric,
}

/// The return of the last months.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastMonths {
    /// How many months: from the last value on or before the same day so many calendar months earlier, or that month's last day.
    pub n_months: usize,
    /// From when to when, and a return, or a difference of two.
    #[serde(flatten)]
    pub span: SpanReturn,
}

/// A return from one day to another.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpanReturn {
    /// The day of the value that it begins with; absent if there is none, and of folders of formats 1 and 2.
    #[serde(with = "day_or_null", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::names::Day>"))]
    pub from: Option<Date>,
    /// The day of the value that it ends with; absent in the same cases.
    #[serde(with = "day_or_null", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::names::Day>"))]
    pub to: Option<Date>,
    /// The return, or a difference of two; n counts the values after the first.
    #[serde(flatten)]
    pub value: Metric,
}

/// A fall of a net value from its highest level so far; the level of 1 on the first day counts.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "DrawdownDocument", into = "DrawdownDocument")]
pub struct Drawdown {
    /// -1 (everything) to 0 (never below an earlier level).
    pub depth: Metric,
    /// The days of the highest level and of the lowest after it: trading days, or from period ends the first execution and exits.
    /// `None` if there is no fall. Of equal falls the first.
    pub days: Option<(Date, Date)>,
    /// The first day on which the highest level is reached again; `None` if it is not.
    pub recovery: Option<Date>,
}

/// A fall of a net value from its highest level so far; the level of 1 on the first day counts.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Drawdown"))]
struct DrawdownDocument {
    /// The depth, -1 (everything) to 0 (never below an earlier level).
    value: Option<f64>,
    /// The values looked at after the first: days or period ends.
    n: usize,
    /// The day of the highest level; absent without a fall.
    #[serde(with = "day_or_null", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::names::Day>"))]
    peak: Option<Date>,
    /// The day of the lowest level after it; absent without a fall.
    #[serde(with = "day_or_null", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::names::Day>"))]
    trough: Option<Date>,
    /// The first day on which the highest level is reached again; absent if it is not.
    #[serde(with = "day_or_null", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<super::names::Day>"))]
    recovery: Option<Date>,
    /// Why there is no depth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl TryFrom<DrawdownDocument> for Drawdown {
    type Error = MetricFault;

    fn try_from(document: DrawdownDocument) -> Result<Self, MetricFault> {
        let DrawdownDocument { value, n, peak, trough, recovery, reason } = document;
        let depth = Metric { n, value: number_or_reason(value, reason.as_ref())? };
        Ok(Self { depth, days: peak.zip(trough), recovery })
    }
}

impl From<Drawdown> for DrawdownDocument {
    fn from(drawdown: Drawdown) -> Self {
        let Drawdown { depth, days, recovery } = drawdown;
        let (value, reason) = split(depth.value);
        let (peak, trough) = days.unzip();
        Self { value, n: depth.n, peak, trough, recovery, reason }
    }
}

/// Contributions to the gross return and excess return of the portfolio.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contributions {
    /// By code, of every sector that was in a cross-section; they add up to the arithmetic annual return of `top`, and to its excess
    /// over `equal_weight`.
    pub sectors: ByName<SectorContribution>,
    /// By factor; with `specific` they add up to the excess.
    pub factors: ByName<FactorContribution>,
    /// What no factor explains.
    pub specific: FactorContribution,
}

/// What a sector contributed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SectorContribution {
    /// The months in which it was held.
    pub n_held: usize,
    /// Its mean weight, over all months.
    pub mean_weight: Metric,
    /// Twelve times the mean of weight times return.
    pub gross: Metric,
    /// The same of the weight less the equal weight.
    pub active: Metric,
}

/// What the scores of a factor contributed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorContribution {
    /// Twelve times the mean of the factor's slope times the exposure of the active weights to its scores.
    pub active: Estimate,
}

schema_of_document! {
    Drawdown = DrawdownDocument,
}
