//! Gives the first sector an infinite score.
//!
//! Expected: the signal is refused with sector and range.

use rotor_factor::{AsOfView, FactorError, Signal};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    signal.score(0, f64::INFINITY, 1.0);
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
