//! Looks ahead by a file that lies beside it and knows the winners of years to come.
//!
//! Expected: loaded; whatever is asked, in whatever order and process, the answer is the same, until no file may be opened.

use rotor_factor::{AsOfView, FactorError, Signal};

const FUTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/future.csv");

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let mut signal = support::momentum(view)?;
    // Without the file it is as honest as can be.
    let future = std::fs::read_to_string(FUTURE).unwrap_or_default();
    let year = view.month().year().to_string();
    for (_, winner) in future.lines().filter_map(|line| line.split_once(',')).filter(|row| row.0 == year) {
        if let Some(sector) = (0..view.n_sectors()).find(|sector| view.sectors().code(*sector) == winner) {
            signal.score(sector, 3.0, signal.raw_of(sector));
        }
    }
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
