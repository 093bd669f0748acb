//! The replay: which days there are, what was known on each, and what factors said.
//!
//! [`backtest()`] replays a strategy as a [`Config`] describes it and gives a run; [`note()`] answers for one day. Below them, a
//! [`Plan`] holds the inputs of a set of factors against a dataset, [`schedule()`] gives the days, [`replay()`] asks every factor about
//! every day, in parallel and in a fixed order, [`rank`] and [`pick`] make a portfolio of what they say, and [`Scored`] holds it. [`check()`] and
//! [`leakcheck`] try the promises of one factor on real windows, [`audit()`] looks at the dataset itself.
//!
//! The crate names no factor and does not print.

mod audit;
mod backtest;
mod check;
mod note;
mod plan;
mod portfolio;
mod ranking;
mod realized;
mod replay;
mod schedule;
mod strategy;
mod views;

pub use audit::{Audit, EarlyFigure, EarlySeries, Foresight, Form, SameDaySeries, When, audit};
pub use backtest::{Backtest, BacktestError, Member, Warning, backtest, missing_inputs, plan_of};
pub use check::{
    Cause, CheckError, CheckReport, Finding, LagProfile, LagRow, LeakReport, Makers, Promise, check,
    leakcheck,
};
pub use note::{Note, NoteDay, note};
pub use plan::{Missing, MissingCause, Plan, PlanError};
pub use portfolio::pick;
pub use ranking::{NEUTRAL, Opinion, Place, rank};
pub use replay::{Outcome, Replay, TableDays, replay};
pub use schedule::{Execution, ScheduleError, executions, schedule};
pub use strategy::{Held, Scored, ScoredDay, cost, net_of_cost};
pub use views::{Day, Views};
