//! Ways of asking a factor that must not matter: alone, in another order, from many threads, without an input; and in
//! what two answers differ.

use std::sync::Barrier;

use rotor_data::Dataset;
use rotor_factor::{AsOf, Explanation, Signal, Source};
use rotor_plugin::{CallError, Instance};

use super::{Finding, Promise};
use crate::plan::Plan;
use crate::replay::{Outcome, ReplayError, TableDays, replay};
use crate::views::Views;

/// What was said of some days, by their positions.
pub(super) type Answers = Vec<(usize, Outcome)>;

/// The days of a check and what they are shown of.
#[derive(Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) plan: &'a Plan,
    pub(super) days: &'a [AsOf],
}

impl<'a> Days<'a> {
    /// Returns the same days of another dataset.
    pub(super) fn of(self, dataset: &'a Dataset) -> Self {
        Self { dataset, ..self }
    }

    /// Asks about one day.
    pub(super) fn alone(self, factor: &Instance, position: usize) -> Result<Outcome, ReplayError> {
        let days = &self.days[position..=position];
        let mut replay = replay(self.dataset, self.plan, &[factor], days, TableDays::Last)?;
        Ok(replay.outcomes[0].remove(0))
    }

    /// Asks about each of some days by itself.
    pub(super) fn one_by_one(
        self,
        factor: &Instance,
        positions: impl IntoIterator<Item = usize>,
    ) -> Result<Answers, ReplayError> {
        positions.into_iter().map(|position| Ok((position, self.alone(factor, position)?))).collect()
    }

    /// Asks about each day from four threads at once.
    pub(super) fn on_many_threads(self, factor: &Instance) -> Result<Answers, ReplayError> {
        const N_THREADS: usize = 4;
        let (Some(first), Some(last)) = (self.days.first(), self.days.last()) else {
            return Ok(Answers::new());
        };
        let together = Barrier::new(N_THREADS);
        let walk = || {
            let mut views = Views::new(self.dataset, self.plan, *first, *last);
            let mut answers = Answers::new();
            for (position, as_of) in self.days.iter().enumerate() {
                // Every thread waits as often as the others, whatever happens to it.
                let day = views.as_mut().map_err(|error| *error).and_then(|views| views.advance(*as_of));
                let view = day.as_ref().map(|day| day.view(0, false));
                together.wait();
                answers.push((position, factor.evaluate(view.as_ref().map_err(|error| **error)?)));
            }
            Ok::<_, ReplayError>(answers)
        };
        let threads = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..N_THREADS).map(|_| scope.spawn(walk)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a walk does not panic"))
                .collect::<Vec<_>>()
        });
        let mut answers = Answers::new();
        for thread in threads {
            answers.extend(thread?);
        }
        Ok(answers)
    }

    /// Takes one input away after the other, on a few days.
    pub(super) fn without_inputs(self, factor: &Instance) -> Result<Vec<Finding>, ReplayError> {
        let mut findings = Vec::new();
        let (Some(first), Some(last)) = (self.days.first(), self.days.last()) else { return Ok(findings) };
        let mut views = Views::new(self.dataset, self.plan, *first, *last)?;
        for position in spread(self.days.len(), 6) {
            let day = views.advance(self.days[position])?;
            for (idx, input) in factor.spec().inputs().iter().enumerate() {
                let mut view = day.view(0, false);
                view.inputs[idx] = None;
                match input.source() {
                    Source::Bridge => view.bridge = None,
                    Source::Links { .. } => view.links = None,
                    _ => {}
                }
                let outcome = factor.evaluate(&view);
                let what = match &outcome {
                    Err(CallError::Refused { .. }) => continue,
                    Err(error) => format!("without input `{}` {error}", input.name()),
                    Ok(signal) => {
                        let n =
                            (0..signal.n_sectors()).filter(|sector| signal.score_of(*sector).is_ok()).count();
                        if n == 0 || input.is_optional() {
                            continue;
                        }
                        format!(
                            "without input `{}`, which is not optional, {n} sectors are scored",
                            input.name()
                        )
                    }
                };
                findings.push(Finding::new(Promise::MissingInput, self.days[position], what));
            }
        }
        Ok(findings)
    }
}

/// Runs something on one thread.
pub(super) fn in_order<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    match pool {
        Ok(pool) => pool.install(work),
        // Without threads of its own it runs on those that there are.
        Err(_) => work(),
    }
}

/// Returns up to `most` positions below `n`, evenly spread, with the first and the last.
pub(super) fn spread(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|k| k * (n - 1) / (most - 1)).collect() }
}

/// An order that is neither forward nor backward and the same every time.
pub(super) fn shuffled(mut positions: Vec<usize>) -> Vec<usize> {
    positions.sort_by_key(|position| (position.wrapping_mul(0x9E37_79B9) ^ (position >> 3)) % 1_000_003);
    positions
}

/// In what two answers differ.
pub(super) struct Difference {
    /// The position of the first sector that differs, if it is one.
    pub(super) sector: Option<usize>,
    pub(super) what: String,
}

/// Says in what two answers differ, to the bit; `None` if in nothing. Tables are left out: they are for show, and made
/// when asked for.
pub(super) fn difference<'c>(
    given: &Outcome,
    expected: &Outcome,
    code: impl Fn(usize) -> &'c str,
) -> Option<Difference> {
    let of_all = |what| Some(Difference { sector: None, what });
    // What it gave up on it has not been asked.
    if matches!(given, Err(CallError::GivenUp { .. })) {
        return None;
    }
    let (given, expected) = match (given, expected) {
        (Ok(given), Ok(expected)) => (given, expected),
        (Err(given), Err(expected)) if given == expected => return None,
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => {
            return of_all(format!("once there is a signal, once {error}"));
        }
        (Err(given), Err(expected)) => {
            return of_all(format!("once it says: {expected}; once: {given}"));
        }
    };
    if given.n_sectors() != expected.n_sectors() {
        return of_all(format!("once {} sectors, once {}", expected.n_sectors(), given.n_sectors()));
    }
    for sector in 0..expected.n_sectors() {
        let (a, b) = (expected.score_of(sector), given.score_of(sector));
        if a.map(f64::to_bits) != b.map(f64::to_bits) {
            let show = |score: Result<f64, &Explanation>| {
                score.map_or_else(ToString::to_string, |score| score.to_string())
            };
            let what = format!("sector `{}` scores {}, then {}", code(sector), show(a), show(b));
            return Some(Difference { sector: Some(sector), what });
        }
        let (a, b) = (expected.raw_of(sector), given.raw_of(sector));
        if a.map(f64::to_bits) != b.map(f64::to_bits) {
            let show = |raw: Option<f64>| raw.map_or("none".into(), |raw| raw.to_string());
            let what = format!("sector `{}` has the raw value {}, then {}", code(sector), show(a), show(b));
            return Some(Difference { sector: Some(sector), what });
        }
    }
    // Debug writes each number in the shortest form that reads back as the same.
    let rest = |signal: &Signal| {
        format!("{:?}{:?}{:?}", signal.forecasts(), signal.realized_values(), signal.diagnostics())
    };
    if rest(given) == rest(expected) {
        None
    } else {
        of_all("forecasts, realized values or diagnostics differ".into())
    }
}

/// Tells whether two answers are the same to the bit.
pub(super) fn is_same(given: &Outcome, expected: &Outcome) -> bool {
    difference(given, expected, |_| "").is_none()
}
