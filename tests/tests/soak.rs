//! A short soak; the program `soak` of this package is the long one.

use std::path::PathBuf;

use rotor_tests::rotor;
use rotor_tests::soak::{kills, memory, random_runs};

fn program() -> PathBuf {
    PathBuf::from(rotor().get_program())
}

#[test]
fn random_runs_end_or_are_refused_and_verify() {
    let tally = random_runs(&program(), 20_150_105, 24, &|| ());
    assert!(tally.faults.is_empty(), "{:#?}", tally.faults);
    assert!(tally.n_runs >= 12 && tally.n_verified == tally.n_runs, "{tally:?}");
}

#[test]
fn killed_runs_leave_nothing_partial() {
    let faults = kills(&program(), 20_150_105, 12, &|| ());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn memory_does_not_grow_with_the_number_of_runs() {
    let Some((before, after)) = memory(30) else {
        eprintln!("skipped: the system does not tell how much memory is used");
        return;
    };
    assert!(after < before + before / 4, "{before} KiB after a third, {after} KiB at the end");
}
