//! Ends its process with code 7, without a word.
//!
//! Expected: where it is isolated, an error that names the code, and the run goes on.

support::factor!(|_view| std::process::exit(7));

rotor_factor::export_factor!(Plugin);
