//! Adds the number of earlier calls to its raw values.
//!
//! Expected: loaded; the check for determinism finds that equal views do not give equal bits.

use std::sync::atomic::{AtomicU32, Ordering};

use rotor_factor::{AsOfView, FactorError, Signal};

static N_CALLS: AtomicU32 = AtomicU32::new(0);

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let n_calls = f64::from(N_CALLS.fetch_add(1, Ordering::Relaxed));
    let mut signal = support::momentum(view)?;
    for sector in 0..view.n_sectors() {
        if let (Ok(score), Some(raw)) = (signal.score_of(sector), signal.raw_of(sector)) {
            signal.score(sector, score, raw + n_calls);
        }
    }
    Ok(signal)
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
