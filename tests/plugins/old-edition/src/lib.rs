//! A factor of the edition 2018, which has neither `2021`'s prelude nor `unsafe(…)` attributes of its own.
//!
//! Expected: accepted; it says what `honest` says.

support::factor!(|view| support::momentum(view));

rotor_factor::export_factor!(Plugin);
