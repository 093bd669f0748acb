//! The whole command on whatever may come: random configurations on random messy datasets, and writers killed at random moments.
//!
//! A run ends with a folder or is refused with a reason; a folder verifies on another number of threads; a killed run leaves
//! a whole folder or none, and a ledger that holds every run that was reported. The numbers themselves are for other tests.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use rayon::prelude::*;
use rotor_data::{Dataset, PriceFrequency};
use rotor_engine::{Member, backtest};
use rotor_factor::EntityKind;
use rotor_plugin::{Instance, Plugin};
use rotor_run::Config;

use crate::messy::{self, Dice};
use crate::{FOUR_FACTORS, Folder, demo};

/// What came of a soak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs that ended with a folder.
    pub n_runs: usize,
    /// Runs that were refused with a reason.
    pub n_refused: usize,
    /// Runs that verified.
    pub n_verified: usize,
    /// What went wrong.
    pub faults: Vec<String>,
}

/// Runs `n` random configurations, each on a messy dataset of its own, and verifies every folder on 1 to 16 threads. `watch`
/// is called after each.
///
/// # Panics
///
/// If the command cannot be started or the disk refuses.
#[must_use]
pub fn random_runs(rotor: &Path, seed: u64, n: usize, watch: &(dyn Fn() + Sync)) -> Tally {
    let one = |run: usize| {
        let tally = one_run(rotor, seed.wrapping_mul(1_000_003).wrapping_add(run as u64));
        watch();
        tally
    };
    let add = |mut sum: Tally, one: Tally| {
        sum.n_runs += one.n_runs;
        sum.n_refused += one.n_refused;
        sum.n_verified += one.n_verified;
        sum.faults.extend(one.faults);
        sum
    };
    let tallies: Vec<Tally> = (0..n).into_par_iter().map(one).collect();
    tallies.into_iter().fold(Tally::default(), add)
}

fn one_run(rotor: &Path, seed: u64) -> Tally {
    let mut tally = Tally::default();
    let mut dice = Dice::new(seed ^ 0x50AC);
    let folder = messy::folder(seed);
    let line = any_line(&folder, &mut dice);
    let parent = tempfile::tempdir().expect("a temporary folder");
    let place = parent.path().join("run");
    let threads = [1 + dice.below(16), 1 + dice.below(16)].map(|n| n.to_string());
    let mut backtest = Command::new(rotor);
    backtest.arg("backtest").args(line.split_whitespace());
    backtest.arg("--dataset").arg(folder.path()).arg("--out").arg(&place);
    backtest.args(["--threads", &threads[0], "--no-ledger"]);
    let fault = |what: &str, said: &str| format!("seed {seed}, `{line}`: {what}: {}", said.trim_end());
    match ended(&mut backtest) {
        (Some(0), _) => tally.n_runs = 1,
        (Some(2), said) if said.starts_with("error: ") || said.contains("\nerror: ") => {
            tally.n_refused = 1;
            if parent.path().read_dir().expect("it is there").next().is_some() {
                tally.faults.push(fault("something is left of a refused run", &said));
            }
            return tally;
        }
        (code, said) => {
            tally.faults.push(fault(&format!("ended with {code:?}"), &said));
            return tally;
        }
    }
    let mut verify = Command::new(rotor);
    verify.args(["verify", "--threads", &threads[1]]).arg(&place);
    match ended(&mut verify) {
        (Some(0), _) => tally.n_verified = 1,
        (code, said) => tally.faults.push(fault(&format!("verify ended with {code:?}"), &said)),
    }
    tally
}

/// Random months and options for a dataset.
fn any_line(folder: &Folder, dice: &mut Dice) -> String {
    let dataset = Dataset::open(folder.path()).expect("a messy dataset is valid");
    let codes = dataset.of_kind(EntityKind::Sector).iter();
    let codes: Vec<&str> = codes.map(|sector| dataset.entities()[*sector].code.as_str()).collect();
    let is_month_end = dataset.manifest().price_frequency == PriceFrequency::MonthEnd;
    messy::any_months(dice) + &messy::any_options(dice, &codes, is_month_end)
}

/// Runs a command to its end; returns its exit code and what it said on standard output and error.
fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output = command.stdin(Stdio::null()).output().expect("the command starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// Kills `n` backtests at random moments; all write to one place and one ledger. `watch` is called after each.
///
/// # Panics
///
/// If the command cannot be started or the disk refuses.
#[must_use]
pub fn kills(rotor: &Path, seed: u64, n: usize, watch: &(dyn Fn() + Sync)) -> Vec<String> {
    let mut dice = Dice::new(seed ^ 0xDEAD);
    let parent = tempfile::tempdir().expect("a temporary folder");
    let (place, ledger) = (parent.path().join("run"), parent.path().join("trials.jsonl"));
    let start = |top: usize| {
        let mut command = Command::new(rotor);
        command.args(["backtest", "--start", "2019-01", "--end", "2020-12", "--force", "--out"]);
        command.arg(&place).arg("--dataset").arg(demo()).arg("--ledger").arg(&ledger);
        command.args(["--top", &top.to_string()]).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::null()).spawn().expect("the command starts")
    };
    let began = Instant::now();
    assert!(start(1).wait().expect("it was started").success(), "a run of its own ends well");
    let usual = began.elapsed();
    let mut faults = Vec::new();
    let mut n_reported = 1;
    for kill in 0..n {
        let mut child = start(1 + kill % 31);
        thread::sleep(usual.mul_f64(1.3 * dice.below(1000) as f64 / 1000.0));
        child.kill().ok();
        let output = child.wait_with_output().expect("it was started");
        n_reported += usize::from(output.status.success());
        if let Err(error) = rotor_run::read(&place) {
            faults.push(format!("kill {kill}: the run folder is not whole: {error}"));
        }
        let text = std::fs::read_to_string(&ledger).unwrap_or_default();
        let whole =
            text.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count();
        // A line that was being written is completed or cut off by the next writer.
        let torn = text.lines().count() - whole;
        if torn > usize::from(!text.ends_with('\n')) || whole < n_reported {
            faults.push(format!("kill {kill}: {whole} whole lines of {n_reported} reported, {torn} damaged"));
        }
        watch();
    }
    assert!(start(5).wait().expect("it was started").success(), "the last run ends well");
    let text = std::fs::read_to_string(&ledger).unwrap_or_default();
    if !text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()) {
        faults.push("the ledger is damaged at the end".into());
    }
    for entry in parent.path().read_dir().expect("it is there") {
        let name = entry.expect("it can be read").file_name();
        if name.to_string_lossy().starts_with('.') {
            faults.push(format!("left behind: {}", name.to_string_lossy()));
        }
    }
    faults
}

/// Repeats whole runs in this process; returns the memory in use, in KiB, after a third of them and at the end.
///
/// # Panics
///
/// If a run fails.
#[must_use]
pub fn memory(n: usize) -> Option<(u64, u64)> {
    let dataset = Dataset::open(&demo()).expect("the demo is sound");
    let factors: Vec<Instance> = FOUR_FACTORS
        .iter()
        .map(|factor| Plugin::linked(factor).expect("it starts").create([]).expect("defaults"))
        .collect();
    let members: Vec<Member<'_>> = factors.iter().map(|instance| Member { instance, weight: 1.0 }).collect();
    let mut after_a_third = None;
    for run in 0..n {
        let result = backtest(&dataset, &Config::default(), &members, &[], &rotor_engine::Unwatched)
            .expect("the demo can be run");
        let evaluation = rotor_eval::evaluate(&result.run, &Config::default());
        assert_eq!(evaluation.n_months, 119);
        if run == n / 3 {
            after_a_third = resident();
        }
    }
    Some((after_a_third?, resident()?))
}

/// The resident memory of this process in KiB, where the system tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
