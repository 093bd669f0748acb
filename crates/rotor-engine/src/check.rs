//! Trying the promises of a factor on the windows of a dataset.
//!
//! The types keep the future out of a view, and a view out of a factor's memory. What they cannot stop is a factor that
//! remembers: that shows when the same day is asked about twice, in another order, from another thread or by another
//! instance, or with another future before or after it: the answers differ. A factor that reads a file of its own, or has
//! the future compiled in by date, answers the same every time; no question put to it shows that.

use std::fmt;
use std::sync::Barrier;

use rotor_data::{Dataset, Future, SweepError};
use rotor_factor::{AsOf, EntityKind};
use rotor_plugin::{CallError, Instance};

use crate::plan::Plan;
use crate::replay::{Outcome, Replay, TableDays, replay};
use crate::views::Views;

/// What every factor promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Promise {
    /// Equal views give equal bits.
    Repetition,
    /// The order of the calls does not matter.
    Order,
    /// Another instance of the same parameters gives the same bits.
    Instance,
    /// Calls from many threads give the same bits.
    Threads,
    /// Dropping what was not public changes nothing.
    Truncation,
    /// Replacing what was not public by noise changes nothing.
    Poison,
    /// A missing input gives a reason.
    MissingInput,
    /// Every call keeps the contract.
    Contract,
}

/// A promise that was broken on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub promise: Promise,
    /// On which day.
    pub as_of: AsOf,
    /// How.
    pub what: String,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The days that were asked about.
    pub days: Vec<AsOf>,
    /// The days on which other futures were tried.
    pub n_futures: usize,
    /// The outcome of each day.
    pub replay: Replay,
    /// The promises that were tried: where the contract is broken or nothing is scored, the others mean nothing.
    pub tried: Vec<Promise>,
    /// The first finding of each promise.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// Tells whether every promise was tried and kept.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && self.tried.len() == Promise::ALL.len()
    }
}

impl Promise {
    /// Every promise, in the order in which they are tried.
    pub const ALL: [Self; 8] = [
        Self::Contract,
        Self::Repetition,
        Self::Order,
        Self::Instance,
        Self::Threads,
        Self::Truncation,
        Self::Poison,
        Self::MissingInput,
    ];
}

/// The days on which other futures are tried; each needs datasets of its own.
const MOST_FUTURES: usize = 24;

/// Tries the promises of a factor on the given days, which ascend; `make` makes another instance of it.
///
/// # Errors
///
/// If an instance cannot be made, or a window does not fit.
pub fn check(
    dataset: &Dataset,
    plan: &Plan,
    make: impl Fn() -> Result<Instance, CallError>,
    days: &[AsOf],
) -> Result<CheckReport, CheckError> {
    let factor = make()?;
    // One call after the other, so that what follows can differ from it.
    let expected = in_order(|| replay(dataset, plan, &[&factor], days, TableDays::Last))?;
    let outcomes = &expected.outcomes[0];
    let report = |findings, tried, n_futures| CheckReport {
        days: days.to_vec(),
        n_futures,
        replay: expected.clone(),
        tried,
        findings,
    };
    let broken = days.iter().zip(outcomes).find_map(|(day, outcome)| match outcome {
        Err(CallError::Refused { .. }) | Ok(_) => None,
        Err(error) => Some(Finding { promise: Promise::Contract, as_of: *day, what: error.to_string() }),
    });
    let is_silent = outcomes.iter().all(Result::is_err);
    if broken.is_some() || is_silent {
        return Ok(report(broken.into_iter().collect(), vec![Promise::Contract], 0));
    }

    let mut findings = Vec::new();
    let compared = |promise: Promise, day: usize, given: &Outcome| {
        let code = |sector: usize| {
            let row = expected.sectors[day][sector] as usize;
            dataset.entities()[dataset.of_kind(EntityKind::Sector)[row]].code.as_str()
        };
        let what = difference(given, &outcomes[day], code)?;
        Some(Finding { promise, as_of: days[day], what })
    };
    let again = in_order(|| replay(dataset, plan, &[&factor], days, TableDays::Last))?;
    let mut repeated = again.outcomes[0].iter().enumerate();
    findings.extend(repeated.find_map(|(day, again)| compared(Promise::Repetition, day, again)));
    if let Some(finding) = findings.first() {
        // A factor that is not the same twice differs whatever is tried; it need not have seen the future.
        let tried = vec![Promise::Contract, Promise::Repetition];
        return Ok(report(vec![finding.clone()], tried, 0));
    }
    let mut compare = |promise: Promise, day: usize, given: &Outcome| {
        findings.extend(compared(promise, day, given));
    };
    for (day, given) in in_shuffled_order(dataset, plan, &factor, days)? {
        compare(Promise::Order, day, &given);
    }
    let other = make()?;
    if other.spec() == factor.spec() {
        for (day, given) in in_shuffled_order(dataset, plan, &other, days)? {
            compare(Promise::Instance, day, &given);
        }
    }
    for (day, given) in from_many_threads(dataset, plan, &factor, days)? {
        compare(Promise::Threads, day, &given);
    }
    let probes = spread(days.len(), MOST_FUTURES);
    for day in &probes {
        for (promise, future) in
            [(Promise::Truncation, Future::Dropped), (Promise::Poison, Future::Noise(0x5EED))]
        {
            let changed = dataset.with_future(days[*day], future);
            let (_, given) = alone(&changed, plan, &factor, days, *day)?;
            compare(promise, *day, &given);
        }
    }
    if other.spec() != factor.spec() {
        let what = "another instance of the same parameters has another spec".into();
        findings.push(Finding { promise: Promise::Instance, as_of: days[0], what });
    }
    findings.extend(without_inputs(dataset, plan, &factor, days)?);
    // The first of each promise says it; a hundred more of them hide the others.
    let mut seen = Vec::new();
    findings.retain(|finding| {
        let is_first = !seen.contains(&finding.promise);
        seen.push(finding.promise);
        is_first
    });
    Ok(report(findings, Promise::ALL.to_vec(), probes.len()))
}

/// Runs something on one thread.
fn in_order<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    match pool {
        Ok(pool) => pool.install(work),
        // Without threads of its own it runs on those that there are.
        Err(_) => work(),
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
}

/// Returns up to `most` positions below `n`, evenly spread, with the first and the last.
fn spread(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|k| k * (n - 1) / (most - 1)).collect() }
}

/// An order that is neither forward nor backward and the same every time.
fn shuffled(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|position| (position.wrapping_mul(0x9E37_79B9) ^ (position >> 3)) % 1_000_003);
    order
}

type Answers = Vec<(usize, Outcome)>;

fn alone(
    dataset: &Dataset,
    plan: &Plan,
    factor: &Instance,
    days: &[AsOf],
    position: usize,
) -> Result<(usize, Outcome), SweepError> {
    let mut replay = replay(dataset, plan, &[factor], &days[position..=position], TableDays::Last)?;
    Ok((position, replay.outcomes[0].remove(0)))
}

fn in_shuffled_order(
    dataset: &Dataset,
    plan: &Plan,
    factor: &Instance,
    days: &[AsOf],
) -> Result<Answers, SweepError> {
    let positions = shuffled(days.len()).into_iter();
    positions.map(|position| alone(dataset, plan, factor, days, position)).collect()
}

/// Asks about each day from four threads at once.
fn from_many_threads(
    dataset: &Dataset,
    plan: &Plan,
    factor: &Instance,
    days: &[AsOf],
) -> Result<Answers, SweepError> {
    const N_THREADS: usize = 4;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Answers::new()) };
    let together = Barrier::new(N_THREADS);
    let walk = || {
        let mut views = Views::new(dataset, plan, *first, *last);
        let mut answers = Answers::new();
        for (position, as_of) in days.iter().enumerate() {
            // Every thread waits as often as the others, whatever happens to it.
            let day = views.as_mut().map_err(|error| *error).and_then(|views| views.advance(*as_of));
            let view = day.as_ref().map(|day| day.view(0, false));
            together.wait();
            answers.push((position, factor.evaluate(view.as_ref().map_err(|error| **error)?)));
        }
        Ok(answers)
    };
    let threads = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..N_THREADS).map(|_| scope.spawn(walk)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a walk does not panic")).collect::<Vec<_>>()
    });
    let mut answers = Answers::new();
    for thread in threads {
        answers.extend(thread?);
    }
    Ok(answers)
}

fn without_inputs(
    dataset: &Dataset,
    plan: &Plan,
    factor: &Instance,
    days: &[AsOf],
) -> Result<Vec<Finding>, SweepError> {
    let mut findings = Vec::new();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(findings) };
    let mut views = Views::new(dataset, plan, *first, *last)?;
    for position in spread(days.len(), 6) {
        let day = views.advance(days[position])?;
        for (idx, input) in factor.spec().inputs().iter().enumerate() {
            let mut view = day.view(0, false);
            view.inputs[idx] = None;
            match input.source() {
                rotor_factor::Source::Bridge => view.bridge = None,
                rotor_factor::Source::Links { .. } => view.links = None,
                _ => {}
            }
            let outcome = factor.evaluate(&view);
            let what = match &outcome {
                Err(CallError::Refused { .. }) => continue,
                Err(error) => format!("without input `{}` {error}", input.name()),
                Ok(signal) => {
                    let n = (0..signal.n_sectors()).filter(|sector| signal.score_of(*sector).is_ok()).count();
                    if n == 0 || input.is_optional() {
                        continue;
                    }
                    format!("without input `{}`, which is not optional, {n} sectors are scored", input.name())
                }
            };
            findings.push(Finding { promise: Promise::MissingInput, as_of: days[position], what });
        }
    }
    Ok(findings)
}

/// Says in what two answers differ, to the bit; `None` if in nothing. Tables are left out: they are for show, and made
/// when asked for.
fn difference<'c>(given: &Outcome, expected: &Outcome, code: impl Fn(usize) -> &'c str) -> Option<String> {
    // What it gave up on it has not been asked.
    if matches!(given, Err(CallError::GivenUp { .. })) {
        return None;
    }
    let (given, expected) = match (given, expected) {
        (Ok(given), Ok(expected)) => (given, expected),
        (Err(given), Err(expected)) if given == expected => return None,
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => {
            return Some(format!("once there is a signal, once {error}"));
        }
        (Err(given), Err(expected)) => return Some(format!("once it says: {expected}; once: {given}")),
    };
    if given.n_sectors() != expected.n_sectors() {
        return Some(format!("once {} sectors, once {}", expected.n_sectors(), given.n_sectors()));
    }
    for sector in 0..expected.n_sectors() {
        let (a, b) = (expected.score_of(sector), given.score_of(sector));
        if a.map(f64::to_bits) != b.map(f64::to_bits) {
            let show = |score: Result<f64, &str>| score.map_or_else(str::to_owned, |score| score.to_string());
            return Some(format!("sector `{}` scores {}, then {}", code(sector), show(a), show(b)));
        }
        let (a, b) = (expected.raw_of(sector), given.raw_of(sector));
        if a.map(f64::to_bits) != b.map(f64::to_bits) {
            let show = |raw: Option<f64>| raw.map_or("none".into(), |raw| raw.to_string());
            return Some(format!(
                "sector `{}` has the raw value {}, then {}",
                code(sector),
                show(a),
                show(b)
            ));
        }
    }
    // Debug writes each number in the shortest form that reads back as the same.
    let rest = |signal: &rotor_factor::Signal| {
        format!("{:?}{:?}{:?}", signal.forecasts(), signal.realized_values(), signal.diagnostics())
    };
    (rest(given) != rest(expected)).then(|| "forecasts, realized values or diagnostics differ".into())
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repetition => "equal views give equal bits",
            Self::Order => "the order of the calls does not matter",
            Self::Instance => "another instance gives the same bits",
            Self::Threads => "calls from many threads give the same bits",
            Self::Truncation => "dropping the future changes nothing",
            Self::Poison => "replacing the future by noise changes nothing",
            Self::MissingInput => "a missing input gives a reason",
            Self::Contract => "every call keeps the contract",
        })
    }
}
