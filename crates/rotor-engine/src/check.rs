//! Trying the promises of a factor on the windows of a dataset.
//!
//! The types keep the future out of a view, and a view out of a factor's memory. What they cannot stop is a factor that
//! remembers, reads files of its own or has the future built in. That shows when the same day is asked about twice, in
//! another order, from another thread or by another instance, or when the future is another one: the answers differ.

use std::fmt;

use rayon::prelude::*;
use rotor_data::{Dataset, Future, SweepError};
use rotor_factor::{AsOf, EntityKind};
use rotor_plugin::{CallError, Instance};

use crate::plan::Plan;
use crate::replay::{Outcome, Replay, replay};
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
    /// The first finding of each promise, in the order of the promises.
    pub findings: Vec<Finding>,
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
    let expected = replay(dataset, plan, &[&factor], days, false)?;
    let outcomes = &expected.outcomes[0];
    let mut findings = Vec::new();
    let mut compare = |promise: Promise, day: usize, given: &Outcome| {
        let code = |sector: usize| {
            let row = expected.sectors[day][sector] as usize;
            dataset.entities()[dataset.of_kind(EntityKind::Sector)[row]].code.as_str()
        };
        if let Some(what) = difference(given, &outcomes[day], code) {
            findings.push(Finding { promise, as_of: days[day], what });
        }
    };

    let again = replay(dataset, plan, &[&factor], days, false)?;
    for (day, again) in again.outcomes[0].iter().enumerate() {
        compare(Promise::Repetition, day, again);
    }
    for (position, given) in in_shuffled_order(dataset, plan, &factor, days)? {
        compare(Promise::Order, position, &given);
    }
    let other = make()?;
    for (position, given) in in_shuffled_order(dataset, plan, &other, days)? {
        compare(Promise::Instance, position, &given);
    }
    for (position, given) in from_many_threads(dataset, plan, &factor, days)? {
        compare(Promise::Threads, position, &given);
    }
    let probes = spread(days.len(), MOST_FUTURES);
    for position in &probes {
        let day = days[*position];
        for (promise, future) in
            [(Promise::Truncation, Future::Dropped), (Promise::Poison, Future::Noise(0x5EED))]
        {
            let other = dataset.with_future(day, future);
            let (_, given) = alone(&other, plan, &factor, days, *position)?;
            compare(promise, *position, &given);
        }
    }
    let broken = days.iter().zip(outcomes).find_map(|(day, outcome)| match outcome {
        Err(CallError::Refused { .. }) | Ok(_) => None,
        Err(error) => Some(Finding { promise: Promise::Contract, as_of: *day, what: error.to_string() }),
    });
    if broken.is_none() {
        findings.extend(without_inputs(dataset, plan, &factor, days)?);
    }
    findings.extend(broken);
    // The first of each promise says it; a hundred more of them hide the others.
    let mut seen = Vec::new();
    findings.retain(|finding| {
        !seen.contains(&finding.promise) && {
            seen.push(finding.promise);
            true
        }
    });
    Ok(CheckReport { days: days.to_vec(), n_futures: probes.len(), replay: expected, findings })
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
    let mut replay = replay(dataset, plan, &[factor], &days[position..=position], false)?;
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

fn from_many_threads(
    dataset: &Dataset,
    plan: &Plan,
    factor: &Instance,
    days: &[AsOf],
) -> Result<Answers, SweepError> {
    let positions = shuffled(days.len()).into_par_iter();
    positions.map(|position| alone(dataset, plan, factor, days, position)).collect()
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
    let is_broken =
        |outcome: &Outcome| outcome.as_ref().is_err_and(|error| !matches!(error, CallError::Refused { .. }));
    // That is a finding of its own, and what it says may differ.
    if is_broken(given) && is_broken(expected) {
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
