//! Loses a mebibyte in every call.
//!
//! Expected: accepted; a host that reports memory shows it, and nothing of it is the host's.

support::factor!(|view| {
    // Ones, so that the pages are really there.
    std::mem::forget(std::hint::black_box(vec![1_u8; 1 << 20]));
    support::momentum(view)
});

rotor_factor::export_factor!(Plugin);
