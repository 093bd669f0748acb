//! Libraries that speak where they are not asked, leave something behind, or reach beyond their process: what an isolated one may
//! cost, and what a sealed one cannot do.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rotor_data::Dataset;
use rotor_engine::{Plan, TableDays, replay};
use rotor_factor::Value;
use rotor_plugin::Instance;
use rotor_tests::demo;
use rotor_tests::plugins::plugin;
use tempfile::TempDir;

use crate::{days, isolate, make};

/// What a factor says on the first days of the demo, a line each: `scores`, or why there are none.
fn outcomes(factor: &Instance, n_days: usize) -> Vec<String> {
    let dataset = Dataset::open(&demo()).unwrap();
    let plan = Plan::new(&dataset, &[factor.spec()]).unwrap();
    let said = replay(&dataset, &plan, &[factor], &days(&dataset)[..n_days], TableDays::Last).unwrap();
    let line = |outcome: &Result<_, rotor_plugin::CallError>| {
        outcome.as_ref().map_or_else(ToString::to_string, |_| "scores".into())
    };
    said.outcomes[0].iter().map(line).collect()
}

#[test]
fn an_answer_that_is_none_ends_the_factor_and_shifts_no_day() {
    let forged = "an answer came without the token of its request: something else in its process wrote it; it is not \
                  asked again in this run";
    assert_eq!(outcomes(&make(&isolate(&plugin("forges-answer")), &[]), 3), [forged; 3]);
    // The first day has the answer that the library wrote by itself: it may say what it likes about the day it is asked about.
    let earlier =
        "its process answered request 3 when request 4 was asked; it is not asked again in this run";
    let twice = make(&isolate(&plugin("answers-twice")), &[]);
    assert_eq!(outcomes(&twice, 3), ["scores", earlier, earlier]);
    // It is not asked again, however often a run begins.
    assert_eq!(outcomes(&twice, 1), [earlier]);
}

#[test]
fn what_is_written_when_nothing_is_asked_is_no_answer() {
    let factor = make(&isolate(&plugin("answers-later")), &[]);
    assert_eq!(outcomes(&factor, 1), ["scores"]);
    std::thread::sleep(Duration::from_millis(500));
    let second = "its process wrote more than the answer to request 3; it is not asked again in this run";
    assert_eq!(outcomes(&factor, 2), [second, second]);
}

#[test]
fn a_factor_that_describes_itself_anew_is_not_asked_again() {
    let folder = TempDir::new().unwrap();
    let mark = folder.path().join("mark").to_str().unwrap().to_owned();
    let factor = isolate(&plugin("spec-changes-after-restart"));
    let factor = factor.create([("mark".to_owned(), Value::Text(mark))]).unwrap();
    let said = outcomes(&factor, 3);
    assert!(said[0].starts_with("its process ended: signal 6"), "{said:?}");
    let other = "its spec is another since its process was started again; it is not asked again in this run";
    assert_eq!(said[1..], [other, other]);
}

#[test]
fn a_run_takes_so_much_of_a_factor_and_no_more() {
    let factor = make(&isolate(&plugin("many-tables")), &[]);
    let enough = "it broke the contract: 27000000 rows and values of tables are more than the 20000000 of one run; it is \
                  not asked again in this run";
    assert_eq!(outcomes(&factor, 4), ["scores", "scores", enough, enough]);
}

/// The processes whose command line holds a text.
#[cfg(target_os = "linux")]
fn processes_with(text: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let lines = entries.filter_map(|process| fs::read(process.join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(text)).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_factor_has_started_ends_with_it() {
    assert!(Path::new("/proc/self/cmdline").exists());
    let seconds = format!("8640{}.5", std::process::id());
    let factor = isolate(&plugin("forks-child"));
    let factor = factor.create([("seconds".to_owned(), Value::Text(seconds.clone()))]).unwrap();
    assert_eq!(outcomes(&factor, 1), ["scores"]);
    let asleep = format!("sleep {seconds}");
    let mut n = 0;
    for _ in 0..200 {
        n = processes_with(&asleep).len();
        if n == 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(n, 1, "it has a process in a session of its own");
    let start = Instant::now();
    drop(factor);
    assert_eq!(processes_with(&asleep), Vec::<String>::new());
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}
