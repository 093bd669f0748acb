//! Aborts when it is asked for the first time, and has another version from then on, which a file tells its next process.
//!
//! Expected: where it is isolated, not asked again in the run after its restart.

use std::fs;
use std::path::Path;

use rotor_factor::{AsOfView, Factor, FactorError, Parameter, Parameters, Signal, Spec};

struct Plugin {
    mark: String,
}

impl Factor for Plugin {
    const PARAMETERS: &'static [Parameter] = &[Parameter::text("mark", "", "the file that it writes")];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self { mark: parameters.text("mark").into() })
    }

    fn spec(&self) -> Spec {
        let name = if Path::new(&self.mark).exists() { "changed" } else { "spec_changes_after_restart" };
        support::spec(name)
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        if Path::new(&self.mark).exists() {
            return support::momentum(view);
        }
        let _ = fs::write(&self.mark, "it was asked\n");
        std::process::abort()
    }
}

rotor_factor::export_factor!(Plugin);
