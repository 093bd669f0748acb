//! Panics when asked what it is.
//!
//! Expected: refused before the first month, with the text of the panic and its place in this file.

use rotor_factor::{AsOfView, Factor, FactorError, Parameters, Signal, Spec};

struct Plugin;

impl Factor for Plugin {
    fn from_parameters(_: &Parameters) -> Result<Self, FactorError> {
        Ok(Self)
    }

    fn spec(&self) -> Spec {
        panic!("no spec today")
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        support::momentum(view)
    }
}

rotor_factor::export_factor!(Plugin);
