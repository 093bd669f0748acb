//! Looks ahead by memory: it keeps the latest close that it has ever seen and uses it for earlier days.
//!
//! Expected: loaded; asked about the months in order it says what `honest` says, and the check for leaks finds it when
//! the months are asked about in another order.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rotor_factor::{AsOfView, CrossSection, FactorError, Month, Signal};

static LATEST: Mutex<BTreeMap<String, (Month, f64)>> = Mutex::new(BTreeMap::new());

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let closes = view.window("close", 13)?;
    let mut latest = LATEST.lock().unwrap();
    let returns = CrossSection::from_fn(view.n_sectors(), |sector| {
        let (end, start) = (closes.get(sector, 0)?, closes.get(sector, 12)?);
        let seen = latest.entry(view.sectors().code(sector).into()).or_insert((view.month(), end));
        if seen.0 <= view.month() {
            *seen = (view.month(), end);
        }
        Some(seen.1 / start - 1.0)
    });
    Ok(Signal::thirds(view, &returns, "a close is missing"))
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
