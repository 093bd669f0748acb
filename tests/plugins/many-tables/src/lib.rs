//! Gives nine million numbers a day: fewer than one signal may hold, and more than a run can keep.
//!
//! Expected: where it is isolated, not asked again when the run has enough.

use rotor_factor::{AsOfView, FactorError, Signal, Table};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    signal.table(Table::new("numbers").numbers("number", vec![Some(1.0); 9_000_000]));
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
