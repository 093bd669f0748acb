//! The promises of every factor, tested on a fixture.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fixture::Fixture;
use crate::{AsOf, Date, EntityKind, Factor, FactorError, Parameters, ReferencePeriod, Signal, Spec};

/// Tests the promises of every factor on the data of a fixture.
///
/// - The spec is valid, always the same, and the default parameters give it without an error.
/// - Equal views give equal bits, whatever was called before.
/// - Later releases change nothing.
/// - The order of the sectors changes nothing but the last bits.
/// - Without one of its inputs, or without any of its values, it gives a reason and does not panic.
/// - Scores lie in the declared range and nothing is infinite; a sector without a score has a reason.
///
/// # Panics
///
/// If one is broken, with the promise in words; and if the fixture cannot be read.
#[track_caller]
pub fn check_contract<F: Factor>(factor: &F, as_of: &str, fixture: &str) {
    let as_of = super::day(as_of);
    let spec = factor.spec();
    assert_eq!(spec.fault(), None, "the spec is sound");
    assert_eq!(spec, factor.spec(), "the spec is always the same");
    check_parameters::<F>();
    let fixture = Fixture::parse(fixture, &spec);
    let trial = Trial { factor, spec, as_of };
    let signal = trial.run(&fixture);
    let scored = signal.as_ref().map_or(0, |signal| signal.scores().iter().filter(|s| !s.is_nan()).count());
    check_values(&signal, &trial.spec);
    if let Err(error) = &signal {
        let hint = error.hint().map_or(String::new(), |hint| format!(" ({hint})"));
        panic!("no sector has a score on {}; the factor says: {error}{hint}", as_of.0);
    }
    assert!(scored > 0, "no sector has a score on {}: the contract cannot be tried there", as_of.0);

    trial.check_repetition(&fixture, &signal);
    trial.check_later_releases(&fixture, &signal);
    trial.check_permutation(&fixture, &signal);
    trial.check_missing_inputs(&fixture);
}

type Outcome = Result<Signal, FactorError>;

fn check_parameters<F: Factor>() {
    let names: BTreeSet<_> = F::PARAMETERS.iter().map(|parameter| parameter.name).collect();
    assert_eq!(names.len(), F::PARAMETERS.len(), "the names of parameters differ");
    for parameter in F::PARAMETERS {
        let given = [(parameter.name.to_owned(), parameter.default())];
        let resolved = Parameters::resolve(F::PARAMETERS, given);
        assert!(resolved.is_ok(), "the default of `{}` is allowed: {resolved:?}", parameter.name);
        assert!(!parameter.about.is_empty(), "`{}` says what it means", parameter.name);
    }
    let defaults = Parameters::resolve(F::PARAMETERS, []).expect("nothing was given");
    let made = F::from_parameters(&defaults).map(|factor| factor.spec().fault());
    assert_eq!(made, Ok(None), "the defaults make a factor");
}

/// Finds what a host would refuse.
fn check_values(outcome: &Outcome, spec: &Spec) {
    let Ok(signal) = outcome else { return };
    for (sector, score) in signal.scores().iter().enumerate() {
        if score.is_nan() {
            let reason = signal.score_of(sector).expect_err("it has no score");
            assert!(!reason.text().is_empty(), "sector {sector} has a score that is a number, or a reason");
            if let Some((declared, values)) = reason.declared() {
                let id = declared.id();
                assert!(spec.reasons().contains(&declared), "the reason `{id}` is declared");
                assert_eq!(values.len(), declared.places().len(), "the reason `{id}` has a value a place");
            }
        } else {
            let range = spec.score_range();
            assert!(range.contains(score), "the score of sector {sector}, {score}, lies in {range:?}");
        }
        assert!(!signal.raws()[sector].is_infinite(), "the raw value of sector {sector} is finite");
    }
    for forecast in &signal.forecasts {
        assert!(forecast.value.is_finite() && forecast.naive.is_finite(), "{forecast:?} is finite");
    }
    for realized in &signal.realized {
        assert!(realized.value.is_finite(), "{realized:?} is finite");
    }
    for column in signal.tables.iter().flat_map(crate::Table::columns) {
        let numbers = column.values.as_numbers().unwrap_or_default();
        assert!(!numbers.iter().any(|value| value.is_infinite()), "column `{}` is finite", column.name);
    }
    for diagnostic in &signal.diagnostics {
        let name = &diagnostic.name;
        assert!(diagnostic.values.iter().flatten().all(f64::is_finite), "diagnostic `{name}` is finite");
    }
}

struct Trial<'f, F> {
    factor: &'f F,
    spec: Spec,
    as_of: AsOf,
}

impl<F: Factor> Trial<'_, F> {
    fn run(&self, fixture: &Fixture) -> Outcome {
        self.run_at(fixture, self.as_of)
    }

    fn run_at(&self, fixture: &Fixture, as_of: AsOf) -> Outcome {
        fixture.with_view(&self.spec, as_of, |view| self.factor.evaluate(view))
    }

    /// Runs on data that lack something; whatever comes, it must not be a panic.
    fn run_calmly(&self, fixture: &Fixture, what: &str) -> Outcome {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run(fixture)));
        let outcome = outcome.unwrap_or_else(|_| panic!("the factor panics {what}"));
        check_values(&outcome, &self.spec);
        outcome
    }

    fn check_repetition(&self, fixture: &Fixture, expected: &Outcome) {
        assert_same(&self.run(fixture), expected, "the same view gives the same bits");
        let days: BTreeSet<AsOf> = releases(fixture).filter_map(|day| day.plus_days(1)).map(AsOf).collect();
        let forward: Vec<Outcome> = days.iter().map(|day| self.run_at(fixture, *day)).collect();
        assert_same(&self.run(fixture), expected, "calls for other days change nothing");
        for (day, before) in days.iter().zip(&forward).rev() {
            let again = self.run_at(fixture, *day);
            assert_same(&again, before, "the order of calls changes nothing");
            check_values(&again, &self.spec);
        }
    }

    fn check_later_releases(&self, fixture: &Fixture, expected: &Outcome) {
        let mut later = fixture.clone();
        for block in &mut later.blocks {
            let mut noise = block.rows.clone();
            for (idx, row) in noise.iter_mut().enumerate() {
                // Vintages of what is known, and periods that are not over.
                let days = idx as i32 % 90 + 1;
                row.released = row.released.max(self.as_of.0).plus_days(days).unwrap_or(Date::MAX);
                row.value = -1e9 - row.value;
                if idx % 2 == 1 {
                    let next = ReferencePeriod::from_index(row.period.frequency(), row.period.index() + 1);
                    row.period = next.filter(|next| next.end() <= row.released).unwrap_or(row.period);
                }
            }
            block.rows.extend(noise);
        }
        assert_same(&self.run(&later), expected, "what is released later changes nothing");
    }

    fn check_permutation(&self, fixture: &Fixture, expected: &Outcome) {
        let reversed = fixture.reversed_sectors();
        let n_sectors = fixture.sectors().len();
        let (Ok(permuted), Ok(expected)) = (&self.run(&reversed), expected) else {
            panic!("the order of the sectors decides whether there is a signal");
        };
        for sector in 0..n_sectors {
            let other = n_sectors - 1 - sector;
            for (a, b) in [
                (expected.scores()[sector], permuted.scores()[other]),
                (expected.raws()[sector], permuted.raws()[other]),
            ] {
                let is_same = (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * (1.0 + a.abs());
                let code = &fixture.sectors()[sector];
                assert!(is_same, "the order of the sectors changes nothing: `{code}` has {a}, reversed {b}");
            }
        }
    }

    fn check_missing_inputs(&self, fixture: &Fixture) {
        for input in self.spec.inputs() {
            let name = input.name();
            let without = fixture.without(name, input.source());
            let outcome = self.run_calmly(&without, &format!("without input `{name}`"));
            let n_scored = outcome.map_or(0, |signal| signal.scores().iter().filter(|s| !s.is_nan()).count());
            assert!(
                input.is_optional() || n_scored == 0,
                "without input `{name}`, which is not optional, there are no scores"
            );
            let empty = fixture.emptied(name);
            let _ = self.run_calmly(&empty, &format!("when input `{name}` has no values"));
        }
        for kind in EntityKind::ALL {
            for entity in 0..fixture.entities[*kind as usize].len() {
                let code = &fixture.entities[*kind as usize][entity];
                let without = fixture.without_entity(*kind, entity);
                let _ = self.run_calmly(&without, &format!("when {kind} `{code}` has no values"));
            }
        }
    }
}

fn releases(fixture: &Fixture) -> impl Iterator<Item = Date> + '_ {
    fixture.blocks.iter().flat_map(|block| block.rows.iter().map(|row| row.released))
}

/// Compares to the bit: `Debug` writes each number in the shortest form that reads back as the same.
fn assert_same(given: &Outcome, expected: &Outcome, promise: &str) {
    let (given, expected) = (format!("{given:?}"), format!("{expected:?}"));
    assert!(given == expected, "broken promise: {promise}\n   first: {expected}\n  second: {given}");
}
