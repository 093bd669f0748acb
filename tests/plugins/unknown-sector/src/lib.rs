//! Forecasts the close of a sector that does not exist.
//!
//! Expected: the signal is refused with the position and the number of sectors.

use rotor_factor::{AsOfView, EntityRef, FactorError, Signal};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    let next = view.panel("close")?.last();
    signal.forecast("close", EntityRef::sector(999), next, 1.0, 1.0);
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
