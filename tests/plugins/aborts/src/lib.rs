//! Ends its process by `abort`.
//!
//! Expected: where it is isolated, an error that names the signal, and the run goes on.

support::factor!(|_view| std::process::abort());

rotor_factor::export_factor!(Plugin);
