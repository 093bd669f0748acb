//! The factors that are part of this program. Adding one is a dependency in `Cargo.toml` and a line here.

use rotor_factor::ExportedFactor;
use rotor_plugin::Plugin;

pub(crate) const LINKED: &[&ExportedFactor] = &[
    &factor_profit::FACTOR,
    &factor_price::FACTOR,
    &factor_prosperity::FACTOR,
    &factor_heat::FACTOR,
    &factor_momentum::FACTOR,
];

/// The factors of a run that names none, in their order: those of the method.
pub(crate) const DEFAULT_FACTORS: [&str; 4] = ["profit", "price", "prosperity", "heat"];

/// Takes every linked factor.
pub(crate) fn linked() -> Vec<Plugin> {
    let take = |factor: &&'static ExportedFactor| Plugin::linked(factor).expect("our factors start");
    LINKED.iter().map(take).collect()
}
