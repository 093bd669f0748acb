//! Testing the promises of a factor on the windows of a dataset.
//!
//! The types keep the future out of a view, and a view out of a factor's memory. They cannot stop a factor that remembers. Such
//! a factor gives different answers when the same day is evaluated twice, in another order, from another thread, by another
//! instance, in another process, or with another future. A factor that reads a file of its own changes its answer where no
//! file may be opened. A factor that has the future compiled in by date always gives the same answer, and no test from
//! outside finds it.
//!
//! [`check()`] runs the tests that need one process; [`leakcheck`] runs all of them and finds the cause of a difference.

mod asking;
mod cause;
mod lag;
mod leak;
mod promise;

use rayon::prelude::*;
use std::path::PathBuf;

use rotor_data::{Dataset, Future, SweepError};
use rotor_factor::{AsOf, EntityKind};
use rotor_plugin::{CallError, Instance};

use crate::plan::Plan;
use crate::replay::{Replay, ReplayError, TableDays, replay_watched};
use crate::watch::{Counter, Stopped, Unwatched};
use asking::{Answers, Days, Difference, difference, in_order, shuffled, spread};
pub use cause::Cause;
pub use lag::{LagProfile, LagRow};
pub use leak::{LeakReport, leakcheck};
pub use promise::Promise;

/// A promise that was broken on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub promise: Promise,
    /// On which day.
    pub as_of: AsOf,
    /// The code of the first sector of which something else was said, if the difference is one of a sector.
    pub sector: Option<String>,
    /// How.
    pub what: String,
    /// What made the difference, where it was looked for and found.
    pub cause: Option<Cause>,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The days that were asked about.
    pub days: Vec<AsOf>,
    /// The days on which other futures, and other processes, were tried.
    pub n_futures: usize,
    /// The outcome of each day.
    pub replay: Replay,
    /// What was to be tried.
    pub wanted: Vec<Promise>,
    /// The promises that were tried: where the contract is broken or nothing is scored, the others mean nothing.
    pub tried: Vec<Promise>,
    /// The first finding of each promise.
    pub findings: Vec<Finding>,
}

/// Makes a factor.
pub(crate) type Make<'a> = &'a (dyn Fn() -> Result<Instance, CallError> + Sync);

/// How a factor is made, here and elsewhere.
#[derive(Clone, Copy)]
pub struct Makers<'a> {
    /// In this process.
    pub here: Make<'a>,
    /// In a process of its own, each time another one.
    pub apart: Make<'a>,
    /// In a process of its own that may not open files.
    pub without_files: Make<'a>,
}

/// What is tried, and how thoroughly.
struct Trial<'a> {
    promises: &'a [Promise],
    make: Make<'a>,
    makers: Option<Makers<'a>>,
    /// The days on which other futures are tried; each needs datasets of its own.
    most_futures: usize,
    counter: &'a Counter<'a>,
}

impl CheckReport {
    /// Tells whether every promise was tried and kept.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && self.tried.len() == self.wanted.len()
    }

    /// Returns the number of scores over all days.
    #[must_use]
    pub fn n_scored(&self) -> usize {
        let signals = self.replay.outcomes[0].iter().flatten();
        signals
            .map(|signal| (0..signal.n_sectors()).filter(|sector| signal.score_of(*sector).is_ok()).count())
            .sum()
    }
}

impl Finding {
    fn new(promise: Promise, as_of: AsOf, what: String) -> Self {
        Self { promise, as_of, sector: None, what, cause: None }
    }
}

/// Tries the promises of a factor on the given days, which ascend; `make` makes another instance of it.
///
/// # Errors
///
/// If an instance cannot be made, or a window does not fit.
pub fn check(
    dataset: &Dataset,
    plan: &Plan,
    make: impl Fn() -> Result<Instance, CallError> + Sync,
    days: &[AsOf],
) -> Result<CheckReport, CheckError> {
    let counter = Counter::new(&Unwatched, None);
    let trial =
        Trial { promises: &Promise::HERE, make: &make, makers: None, most_futures: 24, counter: &counter };
    let factor = make()?;
    trial.run(Days { dataset, plan, days }, &factor)
}

impl Trial<'_> {
    fn run(&self, asked: Days<'_>, factor: &Instance) -> Result<CheckReport, CheckError> {
        let Days { dataset, plan, days } = asked;
        let once =
            || in_order(|| replay_watched(dataset, plan, &[factor], days, TableDays::Last, self.counter));
        // One call after the other, so that what follows can differ from it.
        let expected = once()?;
        let outcomes = &expected.outcomes[0];
        let report = |findings, tried, n_futures| CheckReport {
            days: days.to_vec(),
            n_futures,
            replay: expected.clone(),
            wanted: self.promises.to_vec(),
            tried,
            findings,
        };
        let broken = days.iter().zip(outcomes).find_map(|(day, outcome)| match outcome {
            Err(CallError::Refused { .. }) | Ok(_) => None,
            Err(error) => Some(Finding::new(Promise::Contract, *day, error.to_string())),
        });
        if broken.is_some() || outcomes.iter().all(Result::is_err) {
            return Ok(report(broken.into_iter().collect(), vec![Promise::Contract], 0));
        }
        let mut found = Found { asked, expected: &expected, findings: Vec::new() };
        let again = once()?;
        found.compare(Promise::Repetition, again.outcomes[0].iter().cloned().enumerate().collect());
        if !found.findings.is_empty() {
            // A factor that is not the same twice differs whatever is tried; it need not have seen the future.
            self.explain(&mut found)?;
            return Ok(report(found.firsts(), vec![Promise::Contract, Promise::Repetition], 0));
        }
        let all: Vec<usize> = (0..days.len()).collect();
        found.compare(Promise::Order, asked.one_by_one(factor, shuffled(all.clone()))?);
        let other = (self.make)()?;
        if other.spec() == factor.spec() {
            found.compare(Promise::Instance, asked.one_by_one(&other, shuffled(all))?);
        }
        found.compare(Promise::Threads, asked.on_many_threads(factor)?);
        let probes = spread(days.len(), self.most_futures);
        let mut tried = self.promises.to_vec();
        if let Some(makers) = &self.makers {
            self.try_elsewhere(makers, &mut found, &mut tried, &probes)?;
        }
        self.try_futures(&mut found, factor, &probes)?;
        if other.spec() != factor.spec() {
            let what = "another instance of the same parameters has another spec".into();
            found.findings.push(Finding::new(Promise::Instance, days[0], what));
        }
        found.findings.extend(asked.without_inputs(factor)?);
        self.explain(&mut found)?;
        Ok(report(found.firsts(), tried, probes.len()))
    }

    /// Asks in other processes: one like this one, and one that may not open files.
    fn try_elsewhere(
        &self,
        makers: &Makers<'_>,
        found: &mut Found<'_>,
        tried: &mut Vec<Promise>,
        probes: &[usize],
    ) -> Result<(), CheckError> {
        let asked = found.asked;
        let fresh = (makers.apart)()?;
        found.compare(Promise::Process, asked.one_by_one(&fresh, shuffled(probes.to_vec()))?);
        self.counter.count(asked.days[asked.days.len() - 1])?;
        if found.has(Promise::Process) {
            // It would differ where files are forbidden as well, whether it opens any or not.
            tried.retain(|promise| *promise != Promise::Files);
            return Ok(());
        }
        match (makers.without_files)() {
            Ok(fresh) => {
                found.compare(Promise::Files, asked.one_by_one(&fresh, shuffled(probes.to_vec()))?);
            }
            Err(error @ CallError::NotStarted { .. }) => return Err(error.into()),
            Err(error) => {
                let what = format!("where no file may be opened it cannot be made: {error}");
                found.findings.push(Finding::new(Promise::Files, asked.days[0], what));
            }
        }
        for finding in found.findings.iter_mut().filter(|finding| finding.promise == Promise::Files) {
            finding.cause = Some(Cause::Files);
        }
        self.counter.count(asked.days[asked.days.len() - 1])?;
        Ok(())
    }

    /// Changes what was not public.
    fn try_futures(
        &self,
        found: &mut Found<'_>,
        factor: &Instance,
        probes: &[usize],
    ) -> Result<(), CheckError> {
        let asked = found.asked;
        let futures: Vec<(Promise, Future)> =
            self.promises.iter().filter_map(|promise| Some((*promise, promise.future()?))).collect();
        for position in probes {
            let day = asked.days[*position];
            // Making them takes longer than asking, which stays in order.
            let changed: Vec<Dataset> =
                futures.par_iter().map(|(_, future)| asked.dataset.with_future(day, *future)).collect();
            for ((promise, future), changed) in futures.iter().zip(&changed) {
                let given = asked.of(changed).alone(factor, *position)?;
                let is_first = !found.has(*promise);
                found.compare(*promise, vec![(*position, given)]);
                if is_first && found.has(*promise) {
                    let expected = &found.expected.outcomes[0][*position];
                    let cause = cause::of_future(asked, factor, *position, (day, *future), expected)?;
                    found.findings.last_mut().expect("it has just been found").cause = cause;
                }
            }
            self.counter.count(day)?;
        }
        Ok(())
    }

    /// Looks for the cause of the first difference that has none yet.
    fn explain(&self, found: &mut Found<'_>) -> Result<(), CheckError> {
        use Promise::{Instance, Order, Process, Repetition, Threads};
        let Some(makers) = &self.makers else { return Ok(()) };
        let asked = found.asked;
        let of_memory = [Repetition, Order, Instance, Threads, Process];
        let first = found.findings.iter_mut().find(|finding| of_memory.contains(&finding.promise));
        let Some(finding) = first else { return Ok(()) };
        if let Ok(position) = asked.days.binary_search(&finding.as_of) {
            finding.cause = cause::of_memory(asked, makers.apart, position)?;
        }
        Ok(())
    }
}

/// What has been found so far.
struct Found<'a> {
    asked: Days<'a>,
    expected: &'a Replay,
    findings: Vec<Finding>,
}

impl Found<'_> {
    fn has(&self, promise: Promise) -> bool {
        self.findings.iter().any(|finding| finding.promise == promise)
    }

    /// Holds answers against those of the first time; the first that differs, in the order of the days, is a finding.
    fn compare(&mut self, promise: Promise, mut answers: Answers) {
        answers.sort_by_key(|(position, _)| *position);
        let (dataset, outcomes) = (self.asked.dataset, &self.expected.outcomes[0]);
        for (day, given) in &answers {
            let code = |sector: usize| {
                let row = self.expected.sectors[*day][sector] as usize;
                dataset.entities()[dataset.of_kind(EntityKind::Sector)[row]].code.as_str()
            };
            if let Some(Difference { sector, what }) = difference(given, &outcomes[*day], code) {
                let sector = sector.map(|sector| code(sector).to_owned());
                let as_of = self.asked.days[*day];
                self.findings.push(Finding { promise, as_of, sector, what, cause: None });
                return;
            }
        }
    }

    /// The first finding of each promise says it; a hundred more of them hide the others.
    fn firsts(self) -> Vec<Finding> {
        let mut seen = Vec::new();
        let mut findings = self.findings;
        findings.retain(|finding| {
            let is_first = !seen.contains(&finding.promise);
            seen.push(finding.promise);
            is_first
        });
        findings
    }
}

/// Why a check cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The factor cannot be made.
    #[error(transparent)]
    Make(#[from] CallError),
    /// A window does not fit.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The factor has written to what it was shown.
    #[error("`{factor}` wrote to its inputs while it was asked about {}: {}", as_of.0, library.display())]
    WroteInputs {
        /// The factor.
        factor: String,
        /// The library that it comes from.
        library: PathBuf,
        /// The day.
        as_of: AsOf,
    },
    /// The watcher stopped it.
    #[error("stopped")]
    Stopped,
}

impl From<ReplayError> for CheckError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Sweep(error) => Self::Sweep(error),
            ReplayError::Stopped => Self::Stopped,
            ReplayError::WroteInputs { factor, library, as_of } => {
                Self::WroteInputs { factor, library, as_of }
            }
        }
    }
}

impl From<Stopped> for CheckError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}
