//! The replay: which days there are, what was known on each, and what factors said.
//!
//! [`backtest()`] replays a strategy as a [`Config`](rotor_run::Config) describes it and gives a run; [`note()`] answers for one day. Below them, a
//! [`Plan`] holds the inputs of a set of factors against a dataset, [`schedule()`] gives the days, [`replay()`] asks every factor about
//! every day, in parallel and in a fixed order. Ranking and holding what they say is the work of `rotor-strategy`. [`check()`] and
//! [`leakcheck`] try the promises of one factor on real windows, [`audit()`] looks at the dataset itself.
//!
//! The crate names no factor and does not print.

mod audit;
mod backtest;
mod check;
mod ground;
mod note;
mod plan;
mod realized;
mod replay;
mod returns;
mod schedule;
mod views;
mod watch;

pub use audit::{Audit, EarlyFigure, EarlySeries, Foresight, Form, SameDaySeries, When, audit};
pub use backtest::{
    AlternativeMember, Backtest, BacktestError, Member, MissingInput, backtest, missing_inputs, plan_of,
    universe,
};
pub use check::{
    Cause, CheckError, CheckReport, Finding, LagProfile, LagRow, LeakReport, Makers, Promise, check,
    leakcheck,
};
pub use ground::{Answers, DayAnswer, FailedCall, Ground, SectorAnswers, answers};
pub use note::{Note, NoteDay, note, track};
pub use plan::{Missing, MissingCause, Plan, PlanError};
pub use replay::{Outcome, Replay, ReplayError, TableDays, replay};
pub use schedule::{Execution, Schedule, ScheduleError, executions, schedule};
pub use views::{Day, Views};
pub use watch::{Progress, Unwatched, Watch};
