//! Writes to an address that is not its own.
//!
//! Expected: where it is isolated, an error that names the signal, and the run goes on.

support::factor!(|view| {
    // SAFETY: there is none, that is the point.
    unsafe { std::ptr::without_provenance_mut::<u64>(8).write_volatile(1) };
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
