//! Looks ahead by a cache: it keeps every close that it was ever shown, and takes the one a month ahead if it has it.
//!
//! Expected: loaded; the first time through the months it says what `honest` says, and the check for leaks finds that later
//! closes change what it says of an earlier day.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rotor_factor::{AsOfView, CrossSection, FactorError, Month, Signal};

static PANEL: Mutex<BTreeMap<(String, Month), f64>> = Mutex::new(BTreeMap::new());

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let closes = view.window("close", 13)?;
    let mut panel = PANEL.lock().unwrap();
    let returns = CrossSection::from_fn(view.n_sectors(), |sector| {
        let (end, start) = (closes.get(sector, 0)?, closes.get(sector, 12)?);
        let code = view.sectors().code(sector);
        panel.insert((code.into(), view.month()), end);
        let ahead = panel.get(&(code.into(), view.month().plus(1)?)).copied();
        Some(ahead.unwrap_or(end) / start - 1.0)
    });
    Ok(Signal::thirds(view, &returns, "a close is missing"))
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
