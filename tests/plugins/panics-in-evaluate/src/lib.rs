//! Panics while it scores.
//!
//! Expected: an error with the text, the factor, the day and the place in this file; nothing on standard error.

support::factor!(|view| panic!("no rule for sector `{}`", view.sectors().code(0)));

rotor_factor::export_factor!(Plugin);
