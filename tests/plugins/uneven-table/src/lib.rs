//! Shows a table whose columns are of different lengths.
//!
//! Expected: the signal is refused, or the table is; no memory behind the shorter column is read.

use rotor_factor::{AsOfView, FactorError, Signal, Table};

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    let long = Table::new("uneven").numbers("long", vec![Some(1.0); 10_000]);
    signal.table(long.numbers("short", vec![Some(2.0)]));
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
