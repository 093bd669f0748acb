//! How much memory does it take to load ten million observations?
//!
//! A child process loads the dataset and reports its peak. The measure is the raw columns: two codes, two dates and
//! a value, 24 bytes a row. The child must stay below three times as much, or the benchmark fails.

use std::path::Path;
use std::process::Command;

use rotor_benches::{on_disk, tables};
use rotor_data::Dataset;

const BYTES_OF_A_ROW: usize = 24;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if let (Some(verb), Some(folder)) = (arguments.next(), arguments.next())
        && verb == "load"
    {
        return load(Path::new(&folder));
    }
    let table = tables(8, 5208, 240, 1);
    let (n_rows, (_guard, folder)) = (table.observations.len(), on_disk(&table));
    let this = std::env::current_exe().expect("a running program has a file");
    let child = Command::new(this).arg("load").arg(&folder).output().expect("it starts");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let peak: usize =
        String::from_utf8_lossy(&child.stdout).trim().parse().expect("the child prints a number");
    let raw = n_rows * BYTES_OF_A_ROW;
    let ratio = peak as f64 / raw as f64;
    println!("{n_rows} observations: peak {} MB, raw columns {} MB, ratio {ratio:.2}", peak >> 20, raw >> 20);
    assert!(ratio <= 3.0, "more than three times the raw columns");
}

/// Loads a dataset and prints the largest resident size of this process so far, in bytes.
fn load(folder: &Path) {
    let dataset = Dataset::open(folder).expect("the dataset is sound");
    assert!(!dataset.archive().is_empty());
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells");
    let kilobytes: usize = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    println!("{}", kilobytes * 1024);
}
