//! The benchmark gate: counts instructions and holds them against the committed baseline.
//!
//! Seconds say nothing on a shared machine; the number of instructions of a fixed piece of work on one thread is the same every time.
//! `gate` counts each workload of `rotor_benches::workloads` under valgrind's callgrind and fails if one moves by more than three percent from
//! `benches/instructions.toml`. `gate --accept --reason TEXT --by NAME` writes down that a move is meant.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

use rayon::prelude::*;
use rotor_benches::workloads::{MEASURED, WORKLOADS, Workload};
use rotor_gate::{Baseline, Callgrind, GateError, Scope};

/// What an allocation of the system's allocator costs depends on what lies beside it on the heap, hence on the length of a path
/// or a name that was allocated before; a tenth of a workload can hang on that. This one takes a piece of the size that is asked for.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml");

/// How a move is accepted.
const HOW: &str = "cargo run --release -p rotor-benches --bin gate -- --accept --reason TEXT --by NAME";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => judge(),
        ["--accept", "--reason", reason, "--by", by] | ["--accept", "--by", by, "--reason", reason] => {
            accept(reason, by)
        }
        ["--do", name] => {
            let workload = WORKLOADS.iter().find(|workload| workload.name == name);
            workload.expect("the gate names its workloads").run();
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("usage: gate, or gate --accept --reason TEXT --by NAME");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(passed) => ExitCode::from(u8::from(!passed)),
        // Whoever accepts wants something written down.
        Err(GateError::NoValgrind) if arguments.is_empty() => {
            println!("benchmark gate skipped: valgrind is not installed");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::from(2)
        }
    }
}

fn judge() -> Result<bool, GateError> {
    let baseline = Baseline::read(Path::new(BASELINE))?;
    let verdict = baseline.judge(&count()?, Scope::All, &compiler(), HOW);
    print!("{}", verdict.text);
    Ok(verdict.passed)
}

fn accept(reason: &str, by: &str) -> Result<bool, GateError> {
    let mut baseline = Baseline::read(Path::new(BASELINE))?;
    let counts = count()?;
    print!("{}", baseline.judge(&counts, Scope::All, &compiler(), HOW).text);
    match baseline.accept(&counts, Scope::All, &compiler(), reason, by)? {
        None => println!("nothing to accept"),
        Some(acceptance) => {
            println!("accepted {} by {}: {}", acceptance.changes.len(), acceptance.by, acceptance.reason);
            baseline.write(Path::new(BASELINE))?;
        }
    }
    Ok(true)
}

/// Counts every workload, less those beyond which it counts. Two at a time disturb each other in seconds, not in instructions.
fn count() -> Result<Vec<(String, u64)>, GateError> {
    let this = std::env::current_exe().expect("a running program has a file");
    let count = |workload: &Workload| {
        let run = Callgrind::new(&this).argument("--do").argument(workload.name).inside(MEASURED);
        Ok((workload.name, run.count()?))
    };
    let gross: BTreeMap<&str, u64> = WORKLOADS.par_iter().map(count).collect::<Result<_, GateError>>()?;
    let net = |workload: &Workload| {
        let others: u64 = workload.beyond.iter().map(|name| gross[name]).sum();
        (workload.name.to_owned(), gross[workload.name].saturating_sub(others))
    };
    Ok(WORKLOADS.iter().map(net).collect())
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc has built this program");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without valgrind at hand, this much can be said of the committed file.
    #[test]
    fn the_baseline_is_as_accepted_and_has_every_workload() {
        let baseline = Baseline::read(Path::new(BASELINE)).unwrap();
        let mut names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
        names.sort_unstable();
        assert_eq!(baseline.counts.keys().collect::<Vec<_>>(), names);
        for name in WORKLOADS.iter().flat_map(|workload| workload.beyond) {
            assert!(names.contains(name), "`{name}` is no workload");
        }
    }
}
