//! The configuration of each trial: what its backtest would be run with.

use rotor_run::Config;
use rotor_run::sweep::{Condition, SweepPlan};
use serde_json::Value as Json;
use toml::Value as Toml;

/// What a key of an axis belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner<'k> {
    /// The whole configuration.
    Run,
    /// A factor, by its name, with the name of its setting or parameter.
    Factor(&'k str, &'k str),
}

/// Tells to what a key belongs; the long form of a parameter's key is understood as well.
pub(crate) fn owner(key: &str) -> Owner<'_> {
    if rotor_run::KEYS.iter().any(|known| known.name == key) {
        return Owner::Run;
    }
    let path = key.strip_prefix("factor.").unwrap_or(key);
    let parts = path.rsplit_once(".parameters.").or_else(|| path.rsplit_once('.'));
    parts.map_or(Owner::Run, |(factor, setting)| Owner::Factor(factor, setting))
}

/// The keys of a configuration that decide what factors are asked, and about which days.
pub(crate) const OF_SCORES: &[&str] =
    &["start", "end", "rebalance", "execution", "exclude", "groups", "factors"];

/// Tells whether a key decides what factors are asked: those of selection, weights and costs do not.
pub(crate) fn decides_scores(key: &str) -> bool {
    match owner(key) {
        Owner::Run => OF_SCORES.contains(&key),
        Owner::Factor(_, setting) => setting != "weight",
    }
}

/// Sets a key of a configuration to a value of a document.
///
/// # Errors
///
/// If there is no such key, or the value is not one of its values.
pub(crate) fn set(config: &mut Config, key: &str, value: &Json) -> Result<(), rotor_run::ConfigFault> {
    config.set(key, &toml(value))
}

fn toml(value: &Json) -> Toml {
    Toml::try_from(value).unwrap_or_else(|_| value.to_string().into())
}

/// Sets the values of a trial and a condition on top of the base of a plan, in which every factor has all its parameters.
///
/// # Panics
///
/// If a value does not fit its key, of which a plan is free.
pub(crate) fn with_values<'v>(
    base: &Config,
    condition: &'v Condition,
    values: impl Iterator<Item = (&'v str, &'v Json)>,
) -> Config {
    let mut config = base.clone();
    let condition = condition.settings.iter().map(|(key, value)| (key.as_str(), value));
    for (key, value) in condition.chain(values) {
        set(&mut config, key, value).expect("values of a plan fit their keys");
    }
    config.factor.retain(|name, _| config.factors.contains(name));
    config
}

/// Returns the configuration of a trial under a condition, as resolved: it names every parameter of its factors.
///
/// # Panics
///
/// If the plan has no such trial or condition, or its base is of another version.
#[must_use]
pub fn config_of(plan: &SweepPlan, trial: usize, condition: usize) -> Config {
    let base = plan.base.known().expect("the base of a plan of this version can be read");
    with_values(base, &plan.conditions[condition], plan.settings_of(trial))
}
