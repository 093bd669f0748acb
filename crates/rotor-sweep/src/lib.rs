//! Sweeps: thousands of settings on shared scores, judged as many tries.
//!
//! A [`SweepSpec`] says what is tried, [`plan`] makes a [`SweepPlan`](rotor_run::sweep::SweepPlan) of it. Nothing here prints.

mod compute;
mod error;
mod planner;
mod rule;
mod shared;
mod spec;
mod trials;

pub use error::SweepError;
pub use planner::{LIMIT, Planned, plan};
pub use spec::{SpecError, SpecFault, SpecFaults, SweepSpec};
pub use trials::config_of;
