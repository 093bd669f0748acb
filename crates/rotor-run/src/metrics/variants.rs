//! Other strategies on the same scores.

use rotor_factor::Value;
use serde::{Deserialize, Serialize};

use super::names::setting;
use super::{ByName, Estimate, Metric};

/// Other strategies on the same scores.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variants {
    /// Single-factor strategies.
    pub alone: ByName<Variant>,
    /// Leave-one-out strategies: all factors but one.
    pub without: ByName<Variant>,
    /// The sectors of each group alone, against all of them.
    pub groups: ByName<Variant>,
    /// Other numbers of holdings and factors, and other costs.
    pub sensitivity: Vec<Sensitivity>,
    /// The run with one parameter of a factor changed, as the factor declares.
    pub alternatives: Vec<AlternativeVariant>,
}

impl Variants {
    /// How many strategies these are, groups apart.
    #[must_use]
    pub fn n_strategies(&self) -> usize {
        self.alone.len() + self.without.len() + self.sensitivity.len() + self.alternatives.len()
    }

    /// Returns the lowest and the highest excess return among the settings and alternatives; `None` if none has one.
    #[must_use]
    pub fn excess_range(&self) -> Option<(f64, f64)> {
        let settings = self.sensitivity.iter().map(|one| &one.variant);
        let all = settings.chain(self.alternatives.iter().map(|one| &one.variant));
        let known = all.filter_map(|variant| variant.excess.get());
        known.fold(None, |range, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((value.min(low), value.max(high)))
        })
    }
}

/// What a strategy gained; n is the number of months in which it holds something.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variant {
    /// The annualised net return.
    pub annual_return: Metric,
    /// The annualised excess return (net), twelve times the monthly mean, over the equal weight of all sectors; of a group over that
    /// of the group.
    pub excess: Estimate,
    /// The same over the equal weight of the sectors that the strategy could have selected: what choosing among them added.
    pub excess_eligible: Estimate,
    /// That over its annual deviation.
    pub information_ratio: Metric,
    /// The max drawdown of the net value, -1 to 0.
    pub max_drawdown: Metric,
    /// Mean one-way turnover of a rebalance, 0 to 1.
    pub turnover: Metric,
    /// Twelve times the mean monthly difference to the strategy of the run, net; not of groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
}

/// A strategy with other settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sensitivity {
    /// How many sectors are held.
    pub top: usize,
    /// How many factors must score a sector for it to be selected.
    pub min_factors: usize,
    /// Cost of trading one way, in basis points.
    pub cost_bp: f64,
    /// Whether this is the run itself.
    pub is_run: bool,
    /// What it gained.
    #[serde(flatten)]
    pub variant: Variant,
}

/// The run with one parameter of a factor changed.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlternativeVariant {
    /// The factor.
    pub factor: String,
    /// Its parameter.
    pub parameter: String,
    /// Its other value: true or false, a number, or a text.
    #[serde(with = "setting")]
    #[cfg_attr(feature = "schema", schemars(with = "super::names::Setting"))]
    pub setting: Value,
    /// What it gained.
    #[serde(flatten)]
    pub variant: Variant,
}
