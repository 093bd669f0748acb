//! Starts a process that moves to a session of its own and sleeps for so many seconds; then it scores, or waits for ever.
//!
//! Expected: scores; where it is isolated, the process has ended when the factor has.

use std::process::{Command, Stdio};

use rotor_factor::{AsOfView, Factor, FactorError, Parameter, Parameters, Signal, Spec};

struct Plugin {
    seconds: String,
    waits: bool,
}

impl Factor for Plugin {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::text("seconds", "1", "how long its process sleeps"),
        Parameter::flag("waits", false, "whether it waits for ever"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self { seconds: parameters.text("seconds").into(), waits: parameters.flag("waits") })
    }

    fn spec(&self) -> Spec {
        support::spec("forks_child")
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let nothing = || Stdio::null();
        let mut command = Command::new("setsid");
        command.args(["--fork", "sleep", &self.seconds]).stdin(nothing()).stdout(nothing()).stderr(nothing());
        command.status().map_err(|error| FactorError::because(error.to_string()))?;
        while self.waits {
            std::thread::park();
        }
        support::momentum(view)
    }
}

rotor_factor::export_factor!(Plugin);
