//! `rotor factor bench`: what a call of a factor costs, and whether that is still what was accepted.
//!
//! Seconds are for people. Instructions are for a gate: they are counted by running this program under valgrind, once with one call a day and once
//! with more. The difference is calls on every day and nothing else, no loading and no windows.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use rayon::prelude::*;
use rotor::is_library;
use rotor_engine::{CheckError, Views};
use rotor_factor::Value;
use rotor_fs::{from_start, shown, shown_path};
use rotor_gate::{Baseline, Callgrind, GateError, Scope};
use rotor_plugin::Instance;
use serde_json::json;

use super::windows::{Question, Windows};
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(super) asked: Question,
    /// Check the instruction count against this file; fail if it has moved by more than 3%
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Accept the new count and write it into the baseline
    #[arg(long, requires_all = ["baseline", "reason", "by"])]
    accept: bool,
    /// Why the count may change
    #[arg(long, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
    /// Who accepts it
    #[arg(long, value_name = "NAME", requires = "accept")]
    by: Option<String>,
    /// Only ask so many times on each day, to be counted from outside
    #[arg(long, hide = true, value_name = "N")]
    pub(super) calls: Option<usize>,
}

/// What a call costs.
struct Cost {
    n_days: usize,
    /// The fastest of a few passes over the days, so that other programs on the machine count least.
    microseconds: f64,
    /// Of all days together; `None` without valgrind.
    instructions: Option<u64>,
}

pub(super) fn run(arguments: &Bench) -> Result<Outcome, CliError> {
    let asked = &arguments.asked;
    if asked.loading.isolate || asked.loading.sealed {
        return Err(CliError::CountIsolated);
    }
    let windows = asked.windows()?;
    let factor = asked.make(&windows.plugin)?;
    if let Some(n_calls) = arguments.calls {
        ask(&windows, &factor, n_calls)?;
        return Ok(Outcome::done(String::new()));
    }
    let instructions = match arguments.count(windows.folder.path()) {
        Err(GateError::NoValgrind) if arguments.baseline.is_none() => None,
        counted => Some(counted?),
    };
    let microseconds = time(&windows, &factor)?;
    let cost = Cost { n_days: windows.days.len(), microseconds, instructions };
    let Windows { plugin, dataset, .. } = &windows;
    let name = format!("{}: {} days of {}", plugin.name(), cost.n_days, dataset.manifest().name);
    let (mut text, mut passed) = (windows.heading() + &cost_text(&cost), true);
    if let (Some(path), Some(instructions)) = (&arguments.baseline, instructions) {
        let name = asked.set.iter().fold(name, |name, (key, value)| format!("{name}, {key} = {value:?}"));
        let judged = arguments.judge(path, &[(name, instructions)], compiler(&plugin.build().text))?;
        writeln!(text, "\n{}", judged.0.trim_end()).expect("writing to a string does not fail");
        passed = judged.1;
    }
    if asked.json {
        text = to_json(&json!({
            "factor": plugin.name(),
            "version": plugin.spec().version(),
            "dataset": dataset.manifest().name,
            "days": cost.n_days,
            "instructions": cost.instructions,
            "microseconds_a_call": cost.microseconds,
            "passed": passed,
        }))?;
    }
    Ok(Outcome { text, passed })
}

/// How many more calls a day the second count has. Two counts of a whole program differ by some ten thousand instructions without a
/// cause, which so many calls share.
const MORE_CALLS: u64 = 5;

impl Bench {
    /// Counts the instructions of one call on every day.
    fn count(&self, folder: &Path) -> Result<u64, GateError> {
        let this = std::env::current_exe()
            .map_err(|error| GateError::Start { program: PathBuf::from("rotor"), error })?;
        // The other process begins in the working folder of this one, which the library may have changed.
        let factor = match &self.asked.factor {
            library if is_library(library) => from_start(Path::new(library)).display().to_string(),
            name => name.clone(),
        };
        let counted = [1, 1 + MORE_CALLS].par_iter().map(|n_calls| {
            // Each with an empty cache of its own: whether a copy of the library is there already is not to count.
            let cache = tempfile::tempdir()
                .map_err(|error| GateError::Start { program: PathBuf::from("valgrind"), error })?;
            let mut run = Callgrind::new(&this)
                .argument("factor")
                .argument("bench")
                .argument(&factor)
                .argument("--dataset")
                .argument(folder.display().to_string())
                .argument("--start")
                .argument(self.asked.start.to_string())
                .argument(format!("--calls={n_calls}"))
                .variable("ROTOR_CACHE_DIR", cache.path().display().to_string());
            for (key, value) in &self.asked.set {
                run = run.argument(format!("--set={key}={}", as_typed(value)));
            }
            let more =
                [("end", self.asked.end.map(|end| end.to_string())), ("name", self.asked.name.clone())];
            for (flag, value) in more.into_iter().filter_map(|(flag, value)| Some((flag, value?))) {
                run = run.argument(format!("--{flag}={value}"));
            }
            if self.asked.loading.allow_world_writable {
                run = run.argument("--allow-world-writable");
            }
            run.count()
        });
        let counted = counted.collect::<Result<Vec<u64>, GateError>>()?;
        Ok(counted[1].saturating_sub(counted[0]) / MORE_CALLS)
    }

    /// Holds counts against the baseline, or accepts them; returns what is to be said, and whether the gate is open.
    fn judge(
        &self,
        path: &Path,
        counts: &[(String, u64)],
        compiler: &str,
    ) -> Result<(String, bool), CliError> {
        let mut baseline = Baseline::read(path)?;
        let how = format!(
            "rotor factor bench {} --baseline {} --accept --reason TEXT --by NAME",
            shown(&self.asked.factor),
            shown_path(path)
        );
        let verdict = baseline.judge(counts, Scope::Some, compiler, &how);
        let (Some(reason), Some(by), true) = (&self.reason, &self.by, self.accept) else {
            return Ok((verdict.text, verdict.passed));
        };
        let said = match baseline.accept(counts, Scope::Some, compiler, reason, by)? {
            None => "nothing to accept: the count stands as it is".into(),
            Some(acceptance) => format!("accepted by {}: {}", acceptance.by, acceptance.reason),
        };
        baseline.write(path)?;
        Ok((said, true))
    }
}

/// Asks a factor on every day, so many times.
fn ask(windows: &Windows, factor: &Instance, n_calls: usize) -> Result<(), CheckError> {
    let days = &windows.days;
    let mut views = Views::new(&windows.dataset, &windows.plan, days[0], days[days.len() - 1])?;
    for as_of in days {
        let day = views.advance(*as_of)?;
        let view = day.view(0, false);
        for _ in 0..n_calls {
            // A day without a signal is a call as well.
            let _ = black_box(factor.evaluate(black_box(&view)));
        }
    }
    Ok(())
}

/// Returns the microseconds of one call, of the fastest of several passes.
fn time(windows: &Windows, factor: &Instance) -> Result<f64, CheckError> {
    const N_PASSES: usize = 5;
    let days = &windows.days;
    let mut best = f64::INFINITY;
    for _ in 0..N_PASSES {
        let mut views = Views::new(&windows.dataset, &windows.plan, days[0], days[days.len() - 1])?;
        let mut pass = 0.0;
        for as_of in days {
            let day = views.advance(*as_of)?;
            let view = day.view(0, false);
            let start = Instant::now();
            let _ = black_box(factor.evaluate(black_box(&view)));
            pass += start.elapsed().as_secs_f64();
        }
        best = best.min(pass);
    }
    Ok(best / days.len() as f64 * 1e6)
}

fn cost_text(cost: &Cost) -> String {
    let instructions = cost.instructions.map_or("not counted: valgrind is not installed".into(), |all| {
        format!("{} instructions", all / cost.n_days as u64)
    });
    format!("\na call takes {instructions}, {:.1} µs\n", cost.microseconds)
}

/// The compiler and the target in what a library says of its build; what says neither is compared as a whole.
fn compiler(build: &str) -> &str {
    build.find("rustc ").map_or(build, |start| &build[start..])
}

/// A value as `--set` reads it.
fn as_typed(value: &Value) -> String {
    match value {
        Value::Flag(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Number(value) => format!("{value:?}"),
        Value::Text(value) => format!("{value:?}"),
    }
}
