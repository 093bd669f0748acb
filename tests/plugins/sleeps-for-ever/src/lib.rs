//! Does not come back and does nothing.
//!
//! Expected: where it is isolated, its time ends and the run goes on.

support::factor!(|_view| loop {
    std::thread::sleep(std::time::Duration::from_secs(3600));
});

rotor_factor::export_factor!(Plugin);
