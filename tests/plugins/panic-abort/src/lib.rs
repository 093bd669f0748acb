//! A factor as good as `honest`, to be built with the profile `abort`, in which no panic can be caught.
//!
//! Expected: refused by the flag in its header.

support::factor!(|view| support::momentum(view));

rotor_factor::export_factor!(Plugin);
