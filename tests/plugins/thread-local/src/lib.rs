//! Honest, with 16 bytes of its own for every thread.
//!
//! Expected: accepted; it scores as any other.

use std::cell::Cell;

thread_local! {
    static LAST: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

support::factor!(|view| {
    let (n_calls, n_sectors) = LAST.get();
    assert_eq!(n_calls == 0, n_sectors == 0);
    LAST.set((n_calls + 1, view.n_sectors() as u64));
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
