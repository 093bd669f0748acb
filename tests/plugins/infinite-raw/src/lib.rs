//! Gives the first sector an infinite raw value.
//!
//! Expected: the signal is refused with the sector.

use rotor_factor::{AsOfView, FactorError, Signal};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    signal.score(0, 2.0, f64::NEG_INFINITY);
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
