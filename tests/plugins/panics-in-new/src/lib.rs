//! Panics while the factor is made.
//!
//! Expected: refused before the first month, with the text of the panic and its place in this file.

use rotor_factor::{AsOfView, Factor, FactorError, Parameters, Signal, Spec};

struct Plugin;

impl Factor for Plugin {
    fn from_parameters(_: &Parameters) -> Result<Self, FactorError> {
        panic!("no factor today")
    }

    fn spec(&self) -> Spec {
        support::spec(env!("CARGO_CRATE_NAME"))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        support::momentum(view)
    }
}

rotor_factor::export_factor!(Plugin);
