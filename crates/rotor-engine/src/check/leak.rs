//! All tests of whether a factor looks ahead.

use rotor_data::{Dataset, Future};
use rotor_factor::{AsOf, Date};
use rotor_plugin::Instance;

use super::asking::{Days, is_same, spread};
use super::lag::profile;
use super::{CheckError, CheckReport, LagProfile, Makers, Promise, Trial};
use crate::plan::Plan;
use crate::schedule::Execution;
use crate::watch::{Counter, Watch};

/// What was found out about a factor.
#[derive(Clone, Debug)]
pub struct LeakReport {
    /// The promises, kept or broken.
    pub check: CheckReport,
    /// What it says when everything is published later; `None` where a broken promise makes that meaningless.
    pub lags: Option<LagProfile>,
    /// Whether it says the same, to the bit, when everything it is shown is replaced by noise: its scores come from
    /// elsewhere, or are no scores.
    pub is_blind: bool,
}

impl LeakReport {
    /// Tells whether every promise was tried and kept, and something was scored.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.check.passed() && self.check.n_scored() > 0
    }
}

/// Tries every promise of a factor on the days of some executions, which ascend, and takes its lag profile.
///
/// The plan is that of the factor alone. `watch` hears of what is done, day by day, and may stop it.
///
/// # Errors
///
/// If the factor cannot be made, here or in a process of its own, or a window does not fit. [`CheckError::Stopped`] if the watcher stops it.
pub fn leakcheck(
    dataset: &Dataset,
    plan: &Plan,
    makers: Makers<'_>,
    executions: &[Execution],
    watch: &dyn Watch,
) -> Result<LeakReport, CheckError> {
    let days: Vec<AsOf> = executions.iter().map(|execution| execution.as_of).collect();
    let asked = Days { dataset, plan, days: &days };
    // Twelve days with five futures each find what more would find, and real data take their time.
    let counter = Counter::new(watch, None);
    let trial = Trial {
        promises: &Promise::ALL,
        make: makers.here,
        makers: Some(makers),
        most_futures: 12,
        counter: &counter,
    };
    let factor = (makers.here)()?;
    let check = trial.run(asked, &factor)?;
    if !check.findings.is_empty() || check.n_scored() == 0 {
        return Ok(LeakReport { check, lags: None, is_blind: false });
    }
    let lags = profile(dataset, plan, &factor, executions, &check.replay, &counter)?;
    let is_blind = is_blind(asked, &factor, &check)?;
    Ok(LeakReport { check, lags: Some(lags), is_blind })
}

/// Tells whether nothing of what a factor says depends on what it is shown.
fn is_blind(asked: Days<'_>, factor: &Instance, check: &CheckReport) -> Result<bool, CheckError> {
    let noise = asked.dataset.with_future(AsOf(Date::MIN), Future::Noise(0x0B11D));
    let outcomes = &check.replay.outcomes[0];
    let said: Vec<usize> = (0..outcomes.len()).filter(|day| outcomes[*day].is_ok()).collect();
    for day in spread(said.len(), 3).into_iter().map(|position| said[position]) {
        if !is_same(&asked.of(&noise).alone(factor, day)?, &outcomes[day]) {
            return Ok(false);
        }
    }
    Ok(true)
}
