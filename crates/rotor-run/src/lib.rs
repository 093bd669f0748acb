//! The run folder: what a replay gave, as a value and as files.
//!
//! [`Run`] is the value: facts row by row, in a fixed order, with months and sectors by position.
//!
//! The crate computes nothing and does not print.

mod rows;

pub use rows::{
    Diagnostic, Execution, FactorTable, Forecast, Place, Realized, Return, Run, Score, SectorReturn, TextId,
    Texts, Turnover,
};
