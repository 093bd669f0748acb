//! A number with the count of what it was made of, or the reason why there is none.

use serde::{Deserialize, Serialize};

use super::Reason;

/// A number and the count of months, sectors or rows that it was made of.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "MetricDocument", into = "MetricDocument")]
pub struct Metric {
    /// How many.
    pub n: usize,
    /// The number, which is finite, or why there is none.
    pub value: Result<f64, Reason>,
}

/// How the error of an estimate is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Method {
    /// Equal-weighted cosines, for autocorrelated values.
    #[serde(rename = "ewc")]
    Cosines,
    /// Student's t, for values that do not overlap.
    #[serde(rename = "t")]
    Plain,
}

/// A number that stands for a true one, with its 95% confidence interval.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "EstimateDocument", into = "EstimateDocument")]
pub struct Estimate {
    /// The number, and the count of the months or periods that it was made of.
    pub value: Metric,
    /// How its error is found.
    pub method: Method,
    /// The number of months that a value looks ahead.
    pub horizon: usize,
    /// How well it is known, in its unit, or why that cannot be said.
    ///
    /// *Invariant:* without a number it has the reason of the number.
    pub uncertainty: Result<Uncertainty, Reason>,
    /// What other tools print beside it.
    pub classical: Option<Classical>,
}

/// How well an estimate is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty {
    /// The standard error, in the unit of the number, above zero.
    pub standard_error: f64,
    /// The degrees of freedom of Student's t.
    pub degrees_of_freedom: usize,
    /// The lower and the upper end of the 95% confidence interval.
    pub interval: (f64, f64),
    /// The p-value against a true number of 0; two-sided unless the estimate says otherwise.
    pub p_value: f64,
    /// The minimum detectable effect: the least true number that a test at 5% finds with a power of 80%.
    pub detectable: f64,
}

/// Statistics of a mean that take overlapping months for independent ones; for comparison only, so that they have no p-values.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "ClassicalDocument", into = "ClassicalDocument")]
pub struct Classical {
    /// Mean over standard error, as if the values were not autocorrelated.
    pub naive_t: Result<f64, Reason>,
    /// The same with the variance of Newey and West.
    pub newey_west_t: Result<f64, Reason>,
    /// Its number of lags.
    pub newey_west_lag: usize,
}

impl Metric {
    /// Returns the number, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<f64> {
        self.value.as_ref().ok().copied()
    }

    /// Returns why there is no number.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.value.as_ref().err()
    }
}

impl Estimate {
    /// Returns the number, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<f64> {
        self.value.get()
    }

    /// Returns the ends of the 95% confidence interval, if there is one.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.uncertainty.as_ref().ok().map(|found| found.interval)
    }

    /// Returns the p-value, if there is one.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.uncertainty.as_ref().ok().map(|found| found.p_value)
    }

    /// Returns the minimum detectable effect, if there is one.
    #[must_use]
    pub fn detectable(&self) -> Option<f64> {
        self.uncertainty.as_ref().ok().map(|found| found.detectable)
    }

    /// Returns why the number, or else its uncertainty, is missing.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.value.reason().or(self.uncertainty.as_ref().err())
    }
}

impl Classical {
    /// Returns why one of the statistics is missing.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.naive_t.as_ref().err().or(self.newey_west_t.as_ref().err())
    }
}

/// Why a document holds no metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricFault {
    /// A number is null, and nothing says why.
    #[error("a value is null without a `reason`")]
    NoReason,
    /// Some of what belongs together is null.
    #[error("`{missing}` is null though values that belong to it are not")]
    Incomplete {
        /// The key.
        missing: &'static str,
    },
}

/// Returns a value, or the reason why it is missing.
pub(super) fn number_or_reason<T>(
    value: Option<T>,
    reason: Option<&Reason>,
) -> Result<Result<T, Reason>, MetricFault> {
    match (value, reason) {
        (Some(value), _) => Ok(Ok(value)),
        (None, Some(reason)) => Ok(Err(reason.clone())),
        (None, None) => Err(MetricFault::NoReason),
    }
}

/// Returns a value and the reason why it is missing, one of them.
pub(super) fn split<T>(value: Result<T, Reason>) -> (Option<T>, Option<Reason>) {
    match value {
        Ok(value) => (Some(value), None),
        Err(reason) => (None, Some(reason)),
    }
}

/// A number with the count of what it was made of; null with the reason where it cannot be given.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Metric"))]
pub(super) struct MetricDocument {
    /// The number; never NaN or infinite.
    pub(super) value: Option<f64>,
    /// The months, sectors or rows that it was made of.
    pub(super) n: usize,
    /// Why the number is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Reason>,
}

impl TryFrom<MetricDocument> for Metric {
    type Error = MetricFault;

    fn try_from(document: MetricDocument) -> Result<Self, MetricFault> {
        let MetricDocument { value, n, reason } = document;
        Ok(Self { n, value: number_or_reason(value, reason.as_ref())? })
    }
}

impl From<Metric> for MetricDocument {
    fn from(metric: Metric) -> Self {
        let (value, reason) = split(metric.value);
        Self { value, n: metric.n, reason }
    }
}

/// A number that stands for a true one, with its 95% confidence interval; null with the reason where it cannot be given.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Estimate"))]
struct EstimateDocument {
    /// The number.
    value: Option<f64>,
    /// The months or periods that it was made of.
    n: usize,
    /// How its error is found: `ewc`, equal-weighted cosines, or `t`.
    method: Method,
    /// The number of months that a value looks ahead.
    horizon: usize,
    /// The standard error, in the unit of the number.
    standard_error: Option<f64>,
    /// The degrees of freedom of Student's t.
    degrees_of_freedom: Option<usize>,
    /// The ends of the 95% confidence interval.
    interval: Option<(f64, f64)>,
    /// The p-value against a true number of 0.
    p_value: Option<f64>,
    /// The minimum detectable effect (80% power).
    minimum_detectable: Option<f64>,
    /// What other tools print beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    classical: Option<Classical>,
    /// Why the number, or else its uncertainty, is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl TryFrom<EstimateDocument> for Estimate {
    type Error = MetricFault;

    fn try_from(document: EstimateDocument) -> Result<Self, MetricFault> {
        let uncertainty = document.standard_error.map(|standard_error| {
            let missing = |missing| MetricFault::Incomplete { missing };
            Ok(Uncertainty {
                standard_error,
                degrees_of_freedom: document.degrees_of_freedom.ok_or(missing("degrees_of_freedom"))?,
                interval: document.interval.ok_or(missing("interval"))?,
                p_value: document.p_value.ok_or(missing("p_value"))?,
                detectable: document.minimum_detectable.ok_or(missing("minimum_detectable"))?,
            })
        });
        let value = number_or_reason(document.value, document.reason.as_ref())?;
        Ok(Self {
            value: Metric { n: document.n, value },
            method: document.method,
            horizon: document.horizon,
            uncertainty: number_or_reason(uncertainty.transpose()?, document.reason.as_ref())?,
            classical: document.classical,
        })
    }
}

impl From<Estimate> for EstimateDocument {
    fn from(estimate: Estimate) -> Self {
        let reason = estimate.reason().cloned();
        let found = estimate.uncertainty.ok();
        Self {
            value: estimate.value.get(),
            n: estimate.value.n,
            method: estimate.method,
            horizon: estimate.horizon,
            standard_error: found.map(|found| found.standard_error),
            degrees_of_freedom: found.map(|found| found.degrees_of_freedom),
            interval: found.map(|found| found.interval),
            p_value: found.map(|found| found.p_value),
            minimum_detectable: found.map(|found| found.detectable),
            classical: estimate.classical,
            reason,
        }
    }
}

/// Statistics of a mean that take overlapping months for independent ones; for comparison with other tools only.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Classical"))]
struct ClassicalDocument {
    /// Mean over standard error.
    naive_t: Option<f64>,
    /// The same with the variance of Newey and West.
    newey_west_t: Option<f64>,
    /// Its number of lags.
    newey_west_lag: usize,
    /// Why one of them is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

impl TryFrom<ClassicalDocument> for Classical {
    type Error = MetricFault;

    fn try_from(document: ClassicalDocument) -> Result<Self, MetricFault> {
        let ClassicalDocument { naive_t, newey_west_t, newey_west_lag, reason } = document;
        Ok(Self {
            naive_t: number_or_reason(naive_t, reason.as_ref())?,
            newey_west_t: number_or_reason(newey_west_t, reason.as_ref())?,
            newey_west_lag,
        })
    }
}

impl From<Classical> for ClassicalDocument {
    fn from(classical: Classical) -> Self {
        let reason = classical.reason().cloned();
        Self {
            naive_t: classical.naive_t.ok(),
            newey_west_t: classical.newey_west_t.ok(),
            newey_west_lag: classical.newey_west_lag,
            reason,
        }
    }
}

/// Gives types the schema of their documents.
macro_rules! schema_of_document {
    ($($name:ty = $document:ty),+ $(,)?) => {$(
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$document>::schema_name()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$document>::json_schema(generator)
            }
        }
    )+};
}
pub(super) use schema_of_document;

schema_of_document! {
    Metric = MetricDocument,
    Estimate = EstimateDocument,
    Classical = ClassicalDocument,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_to_the_bit() {
        let hard =
            [0.1 + 0.2, -0.0, 5e-324, 2.2e-308, 1e308, -1.797_693_134_862_315_7e308, 1.0 / 3.0, 4.0, 1e22];
        for value in hard {
            let metric = Metric { n: 3, value: Ok(value) };
            let text = serde_json::to_string(&metric).unwrap();
            let read: Metric = serde_json::from_str(&text).unwrap();
            assert_eq!(read.get().unwrap().to_bits(), value.to_bits(), "{text}");
            let through: Metric = serde_json::from_value(serde_json::to_value(&metric).unwrap()).unwrap();
            assert_eq!(through.get().unwrap().to_bits(), value.to_bits(), "{text}");
        }
    }

    #[test]
    fn what_is_missing_keeps_its_reason() {
        let none = Metric { n: 3, value: Err(Reason::TooFew { n: 3, needed: 8 }) };
        let text = serde_json::to_string(&none).unwrap();
        assert_eq!(text, r#"{"value":null,"n":3,"reason":{"code":"too_few","n":3,"needed":8}}"#);
        assert_eq!(serde_json::from_str::<Metric>(&text).unwrap(), none);
        let error = serde_json::from_str::<Metric>(r#"{"value":null,"n":3}"#).unwrap_err();
        assert!(error.to_string().starts_with("a value is null without a `reason`"), "{error}");
    }

    #[test]
    fn an_estimate_has_all_of_its_uncertainty_or_none() {
        let found = Uncertainty {
            standard_error: 0.25,
            degrees_of_freedom: 7,
            interval: (-0.5, 0.75),
            p_value: 0.5,
            detectable: 0.875,
        };
        let estimate = Estimate {
            value: Metric { n: 30, value: Ok(0.125) },
            method: Method::Cosines,
            horizon: 1,
            uncertainty: Ok(found),
            classical: Some(Classical {
                naive_t: Ok(0.5),
                newey_west_t: Err(Reason::OutOfRange),
                newey_west_lag: 3,
            }),
        };
        let text = serde_json::to_string(&estimate).unwrap();
        assert_eq!(
            text,
            r#"{"value":0.125,"n":30,"method":"ewc","horizon":1,"standard_error":0.25,"degrees_of_freedom":7,"interval":[-0.5,0.75],"p_value":0.5,"minimum_detectable":0.875,"classical":{"naive_t":0.5,"newey_west_t":null,"newey_west_lag":3,"reason":{"code":"out_of_range"}}}"#
        );
        assert_eq!(serde_json::from_str::<Estimate>(&text).unwrap(), estimate);
        let cut = text.replace("[-0.5,0.75]", "null");
        let error = serde_json::from_str::<Estimate>(&cut).unwrap_err().to_string();
        assert!(error.starts_with("`interval` is null though"), "{error}");
        let unsure = Estimate { uncertainty: Err(Reason::NoSlowVariation), ..estimate };
        let text = serde_json::to_string(&unsure).unwrap();
        assert!(text.ends_with(r#""reason":{"code":"no_slow_variation"}}"#), "{text}");
        assert_eq!(serde_json::from_str::<Estimate>(&text).unwrap(), unsure);
    }
}
