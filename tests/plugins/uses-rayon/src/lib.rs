//! Computes with threads of its own and keeps a value with a destructor on each of them.
//!
//! Expected: accepted, with the scores of `honest`; a host that closed the library would crash at the end of a thread.

use std::cell::RefCell;

use rayon::prelude::*;
use rotor_factor::{AsOfView, CrossSection, FactorError, Signal};

struct Scratch(Vec<f64>);

impl Drop for Scratch {
    fn drop(&mut self) {
        std::hint::black_box(&mut self.0).clear();
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = const { RefCell::new(Scratch(Vec::new())) };
}

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let closes = view.window("close", 13)?;
    // A view stays on its thread, a panel of it does not have to.
    let value = |sector: usize| {
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.0.clear();
            scratch.0.extend(closes.row(sector));
            Some(scratch.0[12] / scratch.0[0] - 1.0)
        })
    };
    let here = (0..view.n_sectors()).map(value).collect::<CrossSection>();
    let there = (0..view.n_sectors()).into_par_iter().map(value).collect::<Vec<_>>();
    assert_eq!(here, there.into_iter().collect());
    Ok(Signal::thirds(view, &here, "a close is missing"))
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
