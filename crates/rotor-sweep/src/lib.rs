//! Sweeps: thousands of settings on shared scores, judged as many tries.
//!
//! A [`SweepSpec`] says what is tried, [`plan`] makes a [`SweepPlan`](rotor_run::sweep::SweepPlan) of it. Nothing here prints.

mod choose;
mod compute;
mod error;
mod estimate;
mod merge;
mod page;
mod pick;
mod planner;
mod rule;
mod run;
mod shared;
mod spec;
mod statistics;
mod trials;

pub use error::SweepError;
pub use estimate::SweepEstimate;
pub use merge::MergedSweep;
pub use page::page_of;
pub use pick::{NamedTrial, PickedTrial, open, opened_config, pick};
pub use planner::{LIMIT, Planned, plan};
pub use run::{Runner, Shard, SweepProgress, SweepStatus, SweepWatch};
pub use spec::{SpecError, SpecFault, SpecFaults, SweepSpec};
pub use trials::config_of;
