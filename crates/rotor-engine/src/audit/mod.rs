//! Checks whether a dataset itself looks ahead: values that are public too early, and values that know returns.
//!
//! A factor that keeps every promise still depends on the release dates that it is given. Two things show wrong dates. A value
//! that was public within a tenth of the usual lag of its series, or a series whose values are all public on the day their
//! period ends, has a release date that nobody looked up ([`EarlySeries`], [`SameDaySeries`]). And a value of a past period
//! cannot know what prices do afterwards; if it does, it was made with hindsight, or its period or release date is wrong
//! ([`Foresight`]).
//!
//! The thresholds for a failure are constants here: a tenth of the usual lag, and a rank correlation of one half at five
//! standard errors. A series that is always public on the last day of its periods gives only a warning, because it may be
//! right, as for a purchasing managers' index.

mod early;
mod foresight;

use rotor_data::Dataset;
use rotor_factor::{Date, Frequency};

use crate::schedule::Execution;
pub use foresight::{Foresight, Form, When};

/// The findings of an audit of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// The number of series looked at.
    pub n_series: usize,
    /// Series with figures that were public implausibly early.
    pub early: Vec<EarlySeries>,
    /// Series whose figures are public on the last day of their month or quarter.
    pub same_day: Vec<SameDaySeries>,
    /// Series that know returns.
    pub foresight: Vec<Foresight>,
    /// The series that comes closest to knowing returns, whether it does or not.
    pub closest: Option<Foresight>,
}

/// A series with values that were public implausibly early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlySeries {
    /// Its name.
    pub series: String,
    /// How often it has a value.
    pub frequency: Frequency,
    /// First vintages.
    pub n: usize,
    /// Those that were early.
    pub n_early: usize,
    /// One of them, the earliest by its usual lag.
    pub example: EarlyFigure,
}

/// A value that was public implausibly early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyFigure {
    /// The row of `observations`, counted from 1.
    pub row: u32,
    /// The code of the entity.
    pub entity: String,
    /// The last day of the period.
    pub period_end: Date,
    /// The day of release.
    pub released: Date,
    /// Days from the one to the other.
    pub lag: i32,
    /// What three quarters of the figures of the same month, or quarter, of other years do not exceed.
    pub usual_lag: i32,
}

/// A series whose values are public on the last day of their month or quarter.
#[derive(Clone, Debug, PartialEq)]
pub struct SameDaySeries {
    /// Its name.
    pub series: String,
    /// How often it has a value.
    pub frequency: Frequency,
    /// First vintages.
    pub n: usize,
    /// Those released on the very last day.
    pub n_same_day: usize,
    /// The median over the other series of this frequency of their median lag, in days.
    pub usual_of_others: Option<i32>,
}

impl Audit {
    /// Tells whether nothing certain speaks against the dataset.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.early.is_empty() && self.foresight.is_empty()
    }
}

/// Checks the release dates of a dataset, and compares its values with the returns of its sectors between executions.
#[must_use]
pub fn audit(dataset: &Dataset, executions: &[Execution]) -> Audit {
    let (early, same_day) = early::find(dataset);
    let (foresight, closest) = foresight::find(dataset, executions);
    Audit { n_series: dataset.series().len(), early, same_day, foresight, closest }
}
