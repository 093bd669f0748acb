//! A long soak: `cargo build --release -p rotor-cli && cargo run --release -p rotor-tests --bin soak -- [RUNS [KILLS [SEED]]]`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use rotor_tests::soak::{kills, memory, random_runs};

fn main() -> ExitCode {
    let number = |position: usize, default: u64| {
        let argument = std::env::args().nth(position);
        argument.map_or(default, |text| text.parse().expect("RUNS, KILLS and SEED are whole numbers"))
    };
    let (n_runs, n_kills, seed) = (number(1, 2000), number(2, 500), number(3, 1));
    let this = std::env::current_exe().expect("a running program has a file");
    let rotor = this.with_file_name("rotor");
    assert!(rotor.is_file(), "build the command first: cargo build --release -p rotor-cli");
    let tally = random_runs(&rotor, seed, n_runs as usize, &watched("runs", n_runs));
    println!("{} runs, {} refused, {} verified", tally.n_runs, tally.n_refused, tally.n_verified);
    let mut faults = tally.faults;
    faults.extend(kills(&rotor, seed, n_kills as usize, &watched("kills", n_kills)));
    println!("{n_kills} kills");
    if let Some((before, after)) = memory((n_runs / 5) as usize + 3) {
        println!("memory {before} KiB after a third, {after} KiB at the end");
        if after > before + before / 10 {
            faults.push("memory grows".into());
        }
    }
    for fault in &faults {
        println!("FAULT {fault}");
    }
    println!("{} faults", faults.len());
    ExitCode::from(u8::from(!faults.is_empty()))
}

/// Says on standard error how far it is, a hundred at a time.
fn watched(what: &str, all: u64) -> impl Fn() + Sync {
    let done = AtomicU64::new(0);
    move || {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(100) {
            eprintln!("{done} of {all} {what}");
        }
    }
}
