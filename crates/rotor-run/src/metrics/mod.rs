//! What a run is worth, as `metrics.json` holds it.
//!
//! The same structures are written and read, so that whoever computes, stores, prints or compares a number names it by a field
//! and not by a path. Nothing here computes: the evaluator fills these values in. Keys in the file are the names of the fields;
//! floating-point numbers survive a round trip to the bit.

mod caveat;
mod factor;
mod forecast;
mod metric;
mod names;
mod portfolio;
mod reason;
mod trials;
mod variants;

use rotor_factor::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use caveat::Caveat;
pub use factor::{
    CoefficientSummary, Coefficients, FactorMetrics, FactorPart, HorizonMetrics, LagMetrics,
    MonthlyCoefficients, Persistence, QuantileMetrics, QuintilePersistence, RegimeRankIc, Slope, WithinGroup,
};
pub use forecast::{
    ClassicalComparison, DieboldMariano, EntityForecasts, FitSummary, ForecastComparison, ForecastErrors,
    ForecastMetrics, Gain, OneSided,
};
pub use metric::{Classical, Estimate, Method, Metric, MetricFault, Uncertainty};
pub use names::ByName;
pub(crate) use names::{day, day_or_null, days, text, texts};
pub use portfolio::{
    Basis, CalendarMonth, Contributions, Drawdown, Excess, FactorContribution, LastMonths, MonthValue,
    Performance, PortfolioMetrics, RegimeExcess, RollingYear, SectorContribution, SpanReturn, Trading,
    YearValue,
};
pub use reason::Reason;
pub use trials::{DeflatedSharpe, Overfitting, Trials};
pub use variants::{AlternativeVariant, Sensitivity, Variant, Variants};

/// What a run is worth: forecasts, scores, portfolios.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metrics {
    /// The execution days of the run, skipped ones included.
    pub n_months: usize,
    /// Those on which every factor scores at least one sector.
    pub n_live: usize,
    /// Those on which no sectors were selected.
    pub n_skipped: usize,
    /// The first execution day; null for a run without months.
    #[serde(with = "day_or_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<names::Day>"))]
    pub first_execution: Option<Date>,
    /// The last execution day; null for a run without months.
    #[serde(with = "day_or_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<names::Day>"))]
    pub last_execution: Option<Date>,
    /// Why there are no days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Forecasts by factor, then by target; those of skipped months are part of it.
    pub forecast: Sections<ByName<ByName<ForecastMetrics>>>,
    /// What the scores are worth; those of skipped months are part of it.
    pub factor: FactorPart,
    /// What the portfolios gained in the months that were not skipped.
    pub portfolio: Sections<PortfolioMetrics>,
}

impl Metrics {
    /// Returns the document that `metrics.json` holds.
    ///
    /// Keys are in a fixed order, days in ISO form. An object in which something is null says why under `reason`.
    ///
    /// # Panics
    ///
    /// Never: everything in it can stand in a document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("names are texts and numbers are finite")
    }
}

/// The same metrics over all months and over the live ones, in which every factor scores a sector.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "SectionsDocument<T>", into = "SectionsDocument<T>")]
#[serde(bound(deserialize = "T: Deserialize<'de>", serialize = "T: Clone + Serialize"))]
pub struct Sections<T> {
    /// Over all months.
    pub all: T,
    /// Over the live months, or why there are none.
    pub live: Result<T, Reason>,
}

/// The same metrics over all months and over the live ones, in which every factor scores a sector.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Sections_of_{T}"))]
struct SectionsDocument<T> {
    /// Over all months.
    all: T,
    /// Over the months in which every factor scores a sector; null if there is none.
    live: Option<T>,
    /// Why there is no live month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl<T> TryFrom<SectionsDocument<T>> for Sections<T> {
    type Error = MetricFault;

    fn try_from(document: SectionsDocument<T>) -> Result<Self, MetricFault> {
        let SectionsDocument { all, live, reason } = document;
        Ok(Self { all, live: metric::number_or_reason(live, reason.as_ref())? })
    }
}

impl<T> From<Sections<T>> for SectionsDocument<T> {
    fn from(sections: Sections<T>) -> Self {
        let (live, reason) = metric::split(sections.live);
        Self { all: sections.all, live, reason }
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Sections<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        SectionsDocument::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        SectionsDocument::<T>::json_schema(generator)
    }
}
