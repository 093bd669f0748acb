//! Every hostile plug-in and what becomes of it, in this process and in one of its own, as a user sees it.
//!
//! The table is a golden file, `tests/golden/plugins/hostile.md`; a reader of the documentation sees the same.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rayon::prelude::*;
use rotor_tests::plugins::{hostile_in_c, names_in_c, plugin};
use rotor_tests::{assert_golden, demo, rotor};

use crate::can_seal;

const HOSTILE: [&str; 44] = [
    "panics-in-new",
    "panics-in-spec",
    "panics-in-evaluate",
    "panics-with-bomb",
    "wrong-length",
    "nan-score",
    "nan-score-in-rust",
    "infinite-score",
    "infinite-raw",
    "out-of-range",
    "unknown-sector",
    "unknown-sector-reason",
    "bad-utf8",
    "reason-undeclared",
    "reason-values",
    "reason-value-utf8",
    "reason-value-long",
    "many-rows",
    "uneven-table",
    "bad-spec-json",
    "bad-spec-name",
    "huge-spec",
    "writes-stdout",
    "uses-rayon",
    "leaks",
    "keeps-state",
    "remembers",
    "endless-output",
    "allocates-10gb",
    "sleeps-for-ever",
    "busy-loop",
    "aborts",
    "segfaults",
    "exits",
    "exits_quietly",
    "calls_the_system",
    "leaves_at_load",
    "leaves_in_create",
    "kills_itself",
    "crashes_unseen",
    "overflows-stack",
    "panic-abort",
    "abi-older",
    "abi-newer",
];

/// Runs a command, keeps the end of what it says, and returns its exit code.
fn end_of(command: &mut Command) -> (i32, String) {
    const KEPT: usize = 64 << 10;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let drain = |mut pipe: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let (mut kept, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                kept.extend_from_slice(&buffer[..n]);
                let n_old = kept.len().saturating_sub(KEPT);
                kept.drain(..n_old);
            }
            String::from_utf8_lossy(&kept).into_owned()
        })
    };
    let stderr = drain(Box::new(child.stderr.take().unwrap()));
    let stdout = drain(Box::new(child.stdout.take().unwrap()));
    let status = child.wait().unwrap();
    let said = stdout.join().unwrap() + &stderr.join().unwrap();
    (status.code().unwrap_or(-1), said)
}

/// The library of a crate, or of a file in C.
fn library_of(name: &str) -> PathBuf {
    if names_in_c().any(|known| known == name) { hostile_in_c(name) } else { plugin(name) }
}

/// Checks a plug-in on two days, and says in a line what the user sees.
fn outcome(name: &str, level: &[&str]) -> String {
    let library = library_of(name);
    let rotor = rotor();
    // A limit on the memory of the whole process, where nothing else limits it.
    let mut command = Command::new("sh");
    let limit = if name == "allocates-10gb" && level.is_empty() { "ulimit -v 8000000; " } else { "" };
    command.args(["-c", &format!("{limit}exec \"$0\" \"$@\"")]).arg(rotor.get_program());
    command.args(["factor", "check"]).arg(&library).arg("--dataset").arg(demo());
    command.args(["--start", "2016-03", "--end", "2016-05", "--time-limit", "2"]);
    // One thread, so that the first day comes first.
    command.env("RAYON_NUM_THREADS", "1").env("RUST_BACKTRACE", "0");
    command.args(level);
    let (code, said) = end_of(&mut command);
    format!("{} (exit code {code})", summary(&said, &library))
}

fn summary(said: &str, library: &Path) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
    let mut found = Vec::new();
    for (idx, line) in lines.iter().enumerate() {
        if let Some(error) = line.strip_prefix("error: ") {
            let more = lines[idx + 1..].iter().take_while(|line| line.starts_with("  "));
            let words: Vec<&str> = std::iter::once(error).chain(more.map(|line| line.trim())).collect();
            found.push(words.join("; "));
        } else if let Some(promise) = line.trim_start().strip_prefix("BROKEN  ") {
            let what = lines[idx + 1].trim().split_once(": ").map_or("", |(_, what)| what);
            found.push(format!("broken: {promise}: {what}"));
        }
    }
    if found.is_empty() {
        let days = lines.iter().find(|line| line.contains(" scores on ")).unwrap_or(&"nothing was said");
        found.push(format!("kept, {days}"));
    }
    // A factor that remembers breaks several promises at once; the first says it.
    let found = found.swap_remove(0).replace(&library.display().to_string(), "LIB");
    // Which compiler it was is no part of the outcome.
    match found.split_once("; rotor-factor ") {
        Some((before, after)) => format!("{before}{}", &after[after.find('`').unwrap_or(0)..]),
        None => found,
    }
}

#[test]
fn every_hostile_plugin_has_its_outcome() {
    let levels: [&[&str]; 3] = [&[], &["--isolate"], &["--sealed"]];
    // Where nothing can be sealed, what is known of that level is left as it stands.
    let can_seal = can_seal("the column `sealed`");
    let of_levels = |name: &&str| {
        let [here, isolated, sealed] = levels;
        let isolated = outcome(name, isolated);
        let sealed = if can_seal { outcome(name, sealed) } else { isolated.clone() };
        [outcome(name, here), isolated, sealed]
    };
    let rows: Vec<[String; 3]> = HOSTILE.par_iter().map(of_levels).collect();
    let mut table = String::from("| plug-in | in this process | isolated | sealed |\n|---|---|---|---|\n");
    for (name, [here, isolated, sealed]) in HOSTILE.iter().zip(&rows) {
        let sealed = if sealed == isolated { "the same" } else { sealed };
        writeln!(table, "| {name} | {here} | {isolated} | {sealed} |").unwrap();
    }
    assert_golden("plugins/hostile.md", &table);
}

#[test]
fn what_a_plugin_prints_is_not_part_of_the_result() {
    let output = rotor()
        .args(["factor", "check", "--json", "--start", "2016-03", "--end", "2016-03", "--dataset"])
        .arg(demo())
        .arg(plugin("writes-stdout"))
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("only JSON");
    assert_eq!(json["kept"], true);
    assert!(!output.stderr.is_empty(), "the lines go to standard error");
}

#[test]
fn a_lost_process_costs_its_day_and_three_in_a_row_the_rest() {
    use rotor_data::Dataset;
    use rotor_engine::{Plan, TableDays, replay};

    let factor = crate::make(&crate::isolate(&plugin("aborts")), &[]);
    let dataset = Dataset::open(&demo()).unwrap();
    let plan = Plan::new(&dataset, &[factor.spec()]).unwrap();
    let days = &crate::days(&dataset)[..6];
    let replay = replay(&dataset, &plan, &[&factor], days, TableDays::Last).unwrap();
    let said: Vec<String> =
        replay.outcomes[0].iter().map(|outcome| outcome.as_ref().unwrap_err().to_string()).collect();
    assert!(said[0].starts_with("its process ended: signal 6"), "{said:?}");
    assert_eq!(said[0], said[2]);
    assert!(said[3].starts_with("it is no longer asked after 3 failures in a row"), "{said:?}");
    assert_eq!(said[3], said[5]);
}

#[test]
fn no_process_is_left_behind() {
    // The parent is killed while its child is in a loop without end.
    let mut parent = rotor()
        .args(["factor", "check", "--isolate", "--time-limit", "600", "--dataset"])
        .arg(demo())
        .arg(plugin("busy-loop"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let children = |parent: u32| {
        let path = format!("/proc/{parent}/task/{parent}/children");
        fs::read_to_string(path)
            .unwrap_or_default()
            .split_whitespace()
            .filter_map(|id| id.parse().ok())
            .collect()
    };
    let mut born: Vec<u32> = Vec::new();
    for _ in 0..500 {
        born = children(parent.id());
        if !born.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // Where the system does not list the children of a thread there is nothing to look at.
    let lists_children = Path::new("/proc/thread-self/children").exists();
    assert!(!lists_children || !born.is_empty(), "a child was started");
    std::thread::sleep(std::time::Duration::from_millis(300));
    parent.kill().unwrap();
    parent.wait().unwrap();
    let is_alive =
        |id: &u32| fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    for _ in 0..500 {
        if !born.iter().any(is_alive) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("processes {born:?} are still there");
}
