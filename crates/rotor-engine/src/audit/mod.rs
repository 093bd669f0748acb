//! Whether a dataset itself looks ahead: figures that are public too early, and figures that know returns.
//!
//! A factor that keeps every promise is as honest as the days of release that it is given. Two things give a dataset away.
//! A figure that was public within a tenth of the time that its series usually takes, or of a series whose figures all are
//! public the day their period ends, carries a day of release that nobody has looked up ([`EarlySeries`], [`SameDaySeries`]).
//! And a figure of a period that is over cannot know what prices do afterwards: where it does, it was made with hindsight,
//! or its period or its release is stamped wrongly ([`Foresight`]).
//!
//! What is certain enough to fail is a matter of size, and the bounds are constants here: early is a tenth, foresight a rank
//! correlation of a half at five standard errors. A series that is always public on the last day of its periods is a
//! warning: a purchasing managers' index is.

mod early;
mod foresight;

use rotor_data::Dataset;
use rotor_factor::{Date, Frequency};

use crate::schedule::Execution;
pub use foresight::{Foresight, Form, When};

/// What speaks against a dataset.
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

/// A series with figures that were public implausibly early.
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

/// A figure that was public implausibly early.
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

/// A series whose figures are public on the last day of their month or quarter.
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

/// Looks at the releases of a dataset, and holds its figures against the returns of its sectors between executions.
#[must_use]
pub fn audit(dataset: &Dataset, executions: &[Execution]) -> Audit {
    let (early, same_day) = early::find(dataset);
    let (foresight, closest) = foresight::find(dataset, executions);
    Audit { n_series: dataset.series().len(), early, same_day, foresight, closest }
}
