//! Adds noise to its raw values, drawn from the time at which it was first asked.
//!
//! Expected: loaded; nothing in one process shows it, and a fresh process gives other bits.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use rotor_factor::{AsOfView, FactorError, Signal};

static SEED: OnceLock<f64> = OnceLock::new();

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = SEED.get_or_init(|| f64::from(now().subsec_nanos()) * 1e-9);
    let mut signal = support::momentum(view)?;
    for sector in 0..view.n_sectors() {
        if let (Ok(score), Some(raw)) = (signal.score_of(sector), signal.raw_of(sector)) {
            signal.score(sector, score, raw + seed);
        }
    }
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
