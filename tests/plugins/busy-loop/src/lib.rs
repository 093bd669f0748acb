//! Does not come back and is busy.
//!
//! Expected: where it is isolated, its time ends and the run goes on.

support::factor!(|_view| loop {
    std::hint::black_box(0);
});

rotor_factor::export_factor!(Plugin);
