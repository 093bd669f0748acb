//! A factor of the edition 2018: what the macros write has to be understood there.
//!
//! Expected: accepted; it says what `honest` says.

support::factor!(|view| support::momentum(view));

rotor_factor::export_factor!(Plugin);
