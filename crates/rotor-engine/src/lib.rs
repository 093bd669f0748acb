//! The replay: which days there are, what was known on each, and what factors said.
//!
//! A [`Plan`] holds the inputs of a set of factors against a dataset, [`executions`] gives the days, [`replay()`] asks every factor
//! about every day, in parallel and in a fixed order. [`check()`] tries the promises of one factor on real windows.
//!
//! The crate names no factor and does not print.

mod check;
mod plan;
mod ranking;
mod replay;
mod schedule;
mod views;

pub use check::{CheckError, CheckReport, Finding, Promise, check};
pub use plan::{Missing, Plan, PlanError};
pub use ranking::{NEUTRAL, Opinion, Place, rank};
pub use replay::{Outcome, Replay, replay};
pub use schedule::{Execution, executions};
pub use views::{Day, Views};
