//! Has a name that no configuration could write.
//!
//! Expected: refused with the rule for names.

use rotor_factor::{AsOfView, Factor, FactorError, Parameters, Signal, Spec};

struct Plugin;

impl Factor for Plugin {
    fn from_parameters(_: &Parameters) -> Result<Self, FactorError> {
        Ok(Self)
    }

    fn spec(&self) -> Spec {
        support::spec("Not A Name!")
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        support::momentum(view)
    }
}

rotor_factor::export_factor!(Plugin);
