//! A long soak: `cargo build --release -p rotor-cli && cargo run --release -p rotor-tests --bin soak -- [RUNS [KILLS [SEED]]]`.

use std::process::ExitCode;

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
    let tally = random_runs(&rotor, seed, n_runs as usize);
    println!("{} runs, {} refused, {} verified", tally.n_runs, tally.n_refused, tally.n_verified);
    let mut faults = tally.faults;
    faults.extend(kills(&rotor, seed, n_kills as usize));
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
