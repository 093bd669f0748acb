//! Sweeps: thousands of settings on shared scores, judged as many tries.

mod rule;
mod spec;

pub use spec::{SpecError, SpecFault, SpecFaults, SweepSpec};
