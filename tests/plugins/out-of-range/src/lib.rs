//! Gives the first sector the score 9 on a scale that ends at 3.
//!
//! Expected: the signal is refused with sector, score and range.

use rotor_factor::{AsOfView, FactorError, Signal};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    signal.score(0, 9.0, 1.0);
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
