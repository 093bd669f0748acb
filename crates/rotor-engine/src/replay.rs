//! Asking every factor about every day.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use rotor_data::{Dataset, SweepError};
use rotor_factor::{AsOf, Signal};
use rotor_plugin::{CallError, Instance, ProcessPart, ProcessState};

use crate::plan::Plan;
use crate::views::Views;
use crate::watch::{Counter, Stopped, Unwatched};

/// What a factor said of a day.
pub type Outcome = Result<Signal, CallError>;

/// Of which days the tables of factors are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableDays {
    /// Of the last day.
    Last,
    /// Of this day.
    Only(AsOf),
    /// Of all days.
    All,
}

/// What every factor said of every day.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Day by day the positions of its sectors among the sectors of the dataset.
    pub sectors: Vec<Vec<u32>>,
    /// Factor by factor, day by day.
    pub outcomes: Vec<Vec<Outcome>>,
    /// What libraries in this process changed of the process as a whole; it was restored as far as it can be.
    pub changed: Vec<ProcessPart>,
}

/// Asks every factor about every day, in parallel; the result does not depend on the number of threads.
///
/// The days ascend. Factors that [cannot have a score](Plan::refusal) are not asked. `tables` says of which days tables are
/// wanted. Isolated factors are asked day after day, each in its process.
///
/// # Errors
///
/// [`ReplayError::Sweep`] if a window is longer than the calendar or larger than memory, or the days do not ascend;
/// [`ReplayError::WroteInputs`] if a factor has written to what others are shown.
///
/// # Panics
///
/// If there is not one factor for each spec of the plan.
pub fn replay(
    dataset: &Dataset,
    plan: &Plan,
    factors: &[&Instance],
    days: &[AsOf],
    tables: TableDays,
) -> Result<Replay, ReplayError> {
    replay_watched(dataset, plan, factors, days, tables, &Counter::new(&Unwatched, Some(days.len())))
}

/// As [`replay`]; `counter` hears of each day that is done, and may stop the work.
pub(crate) fn replay_watched(
    dataset: &Dataset,
    plan: &Plan,
    factors: &[&Instance],
    days: &[AsOf],
    tables: TableDays,
    counter: &Counter<'_>,
) -> Result<Replay, ReplayError> {
    assert_eq!(factors.len(), plan.bindings.len(), "one factor for each spec of the plan");
    let last = days.last().copied();
    let wants_tables = |as_of: AsOf| match tables {
        TableDays::Last => Some(as_of) == last,
        TableDays::Only(day) => as_of == day,
        TableDays::All => true,
    };
    // The process is looked after only where somebody is loaded into it.
    let state = factors.iter().any(|factor| factor.is_loaded_here()).then(ProcessState::now);
    let changed = Mutex::new(BTreeSet::new());
    let note = |parts: Vec<ProcessPart>| {
        if !parts.is_empty() {
            changed.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
        }
    };
    let walk = |days: &[AsOf], is_asked: &(dyn Fn(usize) -> bool + Sync), is_counted: bool| {
        let mut part = Part { sectors: Vec::new(), outcomes: factors.iter().map(|_| Vec::new()).collect() };
        let (Some(first), Some(end)) = (days.first(), days.last()) else { return Ok(part) };
        let mut views = Views::new(dataset, plan, *first, *end)?;
        for as_of in days {
            let day = views.advance(*as_of)?;
            part.sectors.push(day.sectors().to_vec());
            for (position, factor) in factors.iter().enumerate().filter(|(position, _)| is_asked(*position)) {
                part.outcomes[position]
                    .push(ask(plan, position, factor, || day.view(position, wants_tables(*as_of))));
                if factor.is_loaded_here() && !day.is_intact() {
                    let library = factor.library().map(Path::to_path_buf).unwrap_or_default();
                    let factor = factor.spec().name().into();
                    return Err(ReplayError::WroteInputs { factor, library, as_of: *as_of });
                }
            }
            if let Some(state) = &state {
                note(state.restore());
            }
            // Days of isolated factors are counted where the others are asked.
            if is_counted {
                counter.count(*as_of)?;
            } else {
                counter.check()?;
            }
        }
        Ok::<_, ReplayError>(part)
    };
    // One sweep a chunk, and one chunk a thread: a sweep reads the log from its beginning.
    let n_chunks = rayon::current_num_threads().clamp(1, days.len().max(1));
    let chunks: Vec<&[AsOf]> = days.chunks(days.len().div_ceil(n_chunks).max(1)).collect();
    let isolated: Vec<usize> =
        (0..factors.len()).filter(|position| factors[*position].is_isolated()).collect();
    let is_here = |position: usize| !isolated.contains(&position);
    let (here, apart) = rayon::join(
        || {
            chunks
                .par_iter()
                .map(|days| walk(days, &is_here, true))
                .collect::<Vec<Result<Part, ReplayError>>>()
        },
        || {
            let walks = isolated.par_iter().map(|factor| walk(days, &|position| position == *factor, false));
            walks.collect::<Vec<Result<Part, ReplayError>>>()
        },
    );
    if let Some(state) = &state {
        note(state.restore_all());
    }
    let mut changed = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
    changed.extend(factors.iter().flat_map(|factor| factor.changed_process()));
    let mut replay = Replay {
        sectors: Vec::new(),
        outcomes: factors.iter().map(|_| Vec::new()).collect(),
        changed: changed.into_iter().collect(),
    };
    // The first error in the order of the days, not the first that a thread has met.
    for part in here {
        let part = part?;
        replay.sectors.extend(part.sectors);
        for (all, some) in replay.outcomes.iter_mut().zip(part.outcomes) {
            all.extend(some);
        }
    }
    for (position, part) in isolated.iter().zip(apart) {
        let mut part = part?;
        replay.outcomes[*position] = std::mem::take(&mut part.outcomes[*position]);
    }
    // Whoever speaks outside of its calls may have spoken of another day in any of them.
    for (factor, outcomes) in factors.iter().zip(&mut replay.outcomes) {
        let unsettled = factor.settle();
        if let Some(error) = factor.condemned() {
            outcomes.fill(Err(error));
        } else if let (Some(error), Some(last)) = (unsettled, outcomes.last_mut()) {
            *last = Err(error);
        }
    }
    Ok(replay)
}

/// Why there is no replay.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The windows do not fit, or the days do not ascend.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// A factor in this process has written to what all factors are shown.
    #[error("`{factor}` of {} wrote to its inputs, which others read, on {}", library.display(), as_of.0)]
    WroteInputs {
        /// The factor.
        factor: String,
        /// The library that it comes from.
        library: PathBuf,
        /// The day that it was asked about.
        as_of: AsOf,
    },
    /// The watcher stopped it.
    #[error("stopped")]
    Stopped,
}

impl From<Stopped> for ReplayError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// What some of the days gave.
struct Part {
    sectors: Vec<Vec<u32>>,
    outcomes: Vec<Vec<Outcome>>,
}

/// Asks a factor, unless its inputs are not there.
fn ask<'v>(
    plan: &Plan,
    position: usize,
    factor: &Instance,
    view: impl FnOnce() -> rotor_factor::host::ViewData<'v>,
) -> Outcome {
    match plan.refusal(position) {
        Some(message) => Err(CallError::Refused {
            message,
            hint: None,
            code: Some("missing_input".into()),
            message_zh: plan.refusal_zh(position),
        }),
        None => factor.evaluate(&view()),
    }
}
