//! No plug-in changes a number of another factor: the four factors give the same bits beside every one of them, or the run has
//! ended with the name of the culprit.

use std::sync::Arc;

use rayon::prelude::*;
use rotor_tests::plugins::{hostile_in_c, names_in_c};

use crate::beside::{Ended, Place, alone, beside};

/// Numbers of threads on which those are tried that do not end the run.
const N_THREADS: [usize; 4] = [2, 1, 3, 8];

/// What a thread of a plug-in does when nobody can time it may come too late to be seen, or end its process on this day or that: such a run cannot be repeated to the bit. The numbers of others can, which the runs on other threads show.
fn can_be_repeated(name: &str) -> bool {
    ![
        "late_",
        "next_",
        "thread_",
        "leaves_in_a_thread",
        "calls_the_system_in_a_thread",
        "sigalrm_later",
        "forks",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// What kills the program ends it as a signal does; the others by an error.
const KILLS: [&str; 1] = ["kills_itself"];

/// Says what is wrong with a run.
fn faults(name: &str, place: Place, n_threads: usize, ended: &Ended) -> Vec<String> {
    let run = format!("{name}, {place:?}, {n_threads} threads");
    let library = hostile_in_c(name).display().to_string();
    if ended.has_left_a_process {
        return vec![format!("{run}: a process is still there after the program has ended")];
    }
    let Some(0) = ended.code else {
        let mut faults = Vec::new();
        let is_killed = place == Place::Here && KILLS.contains(&name);
        if ended.code != if is_killed { None } else { Some(2) } || !ended.said.contains("error: ") {
            faults.push(format!("{run}: it did not end by an error: {:?} {}", ended.code, ended.said));
        } else if ![library.as_str(), &format!("factor `{name}`"), "not known"]
            .iter()
            .any(|who| ended.said.contains(*who))
        {
            faults.push(format!("{run}: the culprit is not named: {}", ended.said));
        }
        if ended.facts.is_some() {
            faults.push(format!("{run}: there is a run folder"));
        }
        return faults;
    };
    let Some(facts) = &ended.facts else {
        return vec![format!("{run}: it ended well, and there is no run folder: {}", ended.said)];
    };
    let expected = &alone().innocent;
    let pairs = facts.innocent.iter().zip(expected);
    let changed: Vec<String> = pairs
        .filter(|(found, expected)| found != expected)
        .map(|(found, expected)| format!("{found}\n    alone: {expected}"))
        .collect();
    let mut faults = Vec::new();
    if let Some(first) = changed.first() {
        faults.push(format!(
            "{run}: {} numbers of others are others, the first is\n           {first}",
            changed.len()
        ));
    }
    if facts.innocent.len() != expected.len() {
        let (n, n_expected) = (facts.innocent.len(), expected.len());
        faults.push(format!("{run}: there are {n} numbers of others, {n_expected} without it"));
    }
    match &ended.verified {
        None | Some((Some(0), _)) => {}
        Some(_) if !can_be_repeated(name) => {}
        verified => faults.push(format!("{run}: it is not verified: {verified:?}")),
    }
    faults
}

fn faults_of_all(
    names: &[&str],
    runs: impl Fn(&str) -> Vec<(Place, usize, Arc<Ended>)> + Sync,
) -> Vec<String> {
    let faults = names.par_iter().flat_map_iter(|name| {
        let runs = runs(name).into_iter();
        runs.flat_map(|(place, n_threads, ended)| faults(name, place, n_threads, &ended)).collect::<Vec<_>>()
    });
    // More at a time than there are processors: some wait for a time limit.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    pool.install(|| faults.collect())
}

fn say(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_four_factors_give_the_same_bits_beside_every_plugin() {
    let names: Vec<&str> = names_in_c().collect();
    say(&faults_of_all(&names, |name| {
        let mut runs = Vec::new();
        for n_threads in N_THREADS {
            let ended = beside(name, Place::Here, n_threads);
            let goes_on = ended.code == Some(0);
            runs.push((Place::Here, n_threads, ended));
            if !goes_on {
                break;
            }
        }
        runs
    }));
}

#[test]
fn the_four_factors_give_the_same_bits_beside_every_isolated_plugin() {
    let names: Vec<&str> = names_in_c().collect();
    say(&faults_of_all(&names, |name| vec![(Place::Isolated, 2, beside(name, Place::Isolated, 2))]));
}
