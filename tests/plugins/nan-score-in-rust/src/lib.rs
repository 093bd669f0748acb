//! Gives the first sector a score that is not a number.
//!
//! Expected: accepted; the sector has no score, for the reason that it is not a number.

use rotor_factor::{AsOfView, FactorError, Signal};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    signal.score(0, f64::NAN, 1.0);
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
