//! Runs of the four factors of the method beside a plug-in that counts in nothing: its weight is 0.
//!
//! A run is a process of its own, as a user starts it, and is looked at when it has ended. Each is made once per process of
//! the tests.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rotor_run::Run;
use rotor_tests::plugins::hostile_in_c;
use rotor_tests::{demo, rotor};
use tempfile::TempDir;

/// The factors that a plug-in stands beside.
pub(crate) const INNOCENT: [&str; 4] = ["profit", "price", "prosperity", "heat"];

/// After this a program is taken to hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a plug-in runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Here,
    Isolated,
}

/// What is left of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; `None` if a signal ended it, or it had to be killed.
    pub(crate) code: Option<i32>,
    /// What stood on standard output and standard error.
    pub(crate) said: String,
    /// What is in the run folder, if there is one.
    pub(crate) facts: Option<Facts>,
    /// Whether a process that it has started was there after it had ended.
    pub(crate) has_left_a_process: bool,
    /// What `rotor verify` said on one thread more, if the run ended well; asked once, of the run on two threads.
    pub(crate) verified: Option<(Option<i32>, String)>,
}

/// What a run folder says.
#[derive(Debug)]
pub(crate) struct Facts {
    /// What is not the plug-in's, a line each, every number by its bits.
    pub(crate) innocent: Vec<String>,
    /// The scores of the plug-in, or why there are none.
    pub(crate) own: Vec<Result<f64, String>>,
    /// The warnings in `run.json`, as text.
    pub(crate) warnings: String,
}

/// Returns the run of the four factors alone.
pub(crate) fn alone() -> &'static Facts {
    static ALONE: LazyLock<Facts> = LazyLock::new(|| {
        let folder = TempDir::new().unwrap();
        let (code, said) = end_of(backtest(folder.path(), 2).args(["--factors", &INNOCENT.join(",")]));
        assert_eq!(code, Some(0), "{said}");
        Facts::read(&folder.path().join("run"), "")
    });
    &ALONE
}

/// Returns the run of the four factors beside a plug-in in C, which is asked first on every day.
pub(crate) fn beside(name: &str, place: Place, n_threads: usize) -> Arc<Ended> {
    type Key = (String, Place, usize);
    static RUNS: Mutex<BTreeMap<Key, Arc<OnceLock<Arc<Ended>>>>> = Mutex::new(BTreeMap::new());
    let run = Arc::clone(RUNS.lock().unwrap().entry((name.to_owned(), place, n_threads)).or_default());
    let ended = run.get_or_init(|| Arc::new(Ended::of(name, &hostile_in_c(name), place, n_threads)));
    Arc::clone(ended)
}

impl Ended {
    /// Runs the four factors beside the plug-in of this name in a library.
    pub(crate) fn of(name: &str, library: &Path, place: Place, n_threads: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = backtest(folder.path(), n_threads);
        let started = Started::new(with_plugin(&mut command, name, library, place));
        let (code, said, has_left_a_process) = started.end();
        let run = folder.path().join("run");
        let facts = run.exists().then(|| Facts::read(&run, name));
        let verified = (code == Some(0) && n_threads == 2).then(|| {
            let mut verify = rotor();
            verify.current_dir(folder.path()).args(["verify", "run", "--factor"]).arg(library);
            end_of(verify.args(["--threads", &(n_threads + 1).to_string()]))
        });
        Self { code, said, facts, has_left_a_process, verified }
    }
}

/// A backtest of eight months that writes the folder `run` in a place, which is given relative to it.
pub(crate) fn backtest(place: &Path, n_threads: usize) -> Command {
    let mut command = rotor();
    command.current_dir(place).args(["backtest", "--no-report", "--out", "run", "--dataset"]).arg(demo());
    command.args(["--start", "2016-03", "--end", "2016-10", "--threads", &n_threads.to_string()]);
    command
}

/// Adds a plug-in with weight 0, before the four factors.
pub(crate) fn with_plugin<'c>(
    command: &'c mut Command,
    name: &str,
    library: &Path,
    place: Place,
) -> &'c mut Command {
    command.args(["--factors", &format!("{name},{}", INNOCENT.join(","))]);
    let library = library.display().to_string();
    let is_isolated = (place == Place::Isolated).to_string();
    let settings =
        [("library", library.as_str()), ("weight", "0"), ("time_limit", "2"), ("isolate", &is_isolated)];
    for (key, value) in settings {
        command.args(["--set", &format!("factor.{name}.{key}={value}")]);
    }
    command
}

/// Runs a command to its end and returns its exit code and what it said; one that hangs is killed.
pub(crate) fn end_of(command: &mut Command) -> (Option<i32>, String) {
    let (code, said, _) = Started::new(command).end();
    (code, said)
}

/// A program that runs.
pub(crate) struct Started {
    pub(crate) child: Child,
    pipes: Vec<JoinHandle<String>>,
}

impl Started {
    pub(crate) fn new(command: &mut Command) -> Self {
        // A group of its own: whoever is still in it afterwards was left behind.
        let command = command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let drain = |mut pipe: Box<dyn Read + Send>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = pipe.read_to_end(&mut bytes);
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let pipes = vec![
            drain(Box::new(child.stdout.take().unwrap())),
            drain(Box::new(child.stderr.take().unwrap())),
        ];
        Self { child, pipes }
    }

    /// Returns the exit code, what was said, and whether a process was left behind.
    pub(crate) fn end(mut self) -> (Option<i32>, String, bool) {
        let group = self.child.id();
        let code = wait(&mut self.child);
        // Children notice the end of their parent a moment later.
        let since = Instant::now();
        let mut is_left = is_group(group);
        while is_left && since.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
            is_left = is_group(group);
        }
        if is_left {
            let _ = Command::new("kill").args(["-s", "KILL", "--", &format!("-{group}")]).status();
        }
        (code, self.pipes.into_iter().map(|pipe| pipe.join().unwrap()).collect(), is_left)
    }
}

/// Tells whether a process of a group is there that has not ended.
fn is_group(group: u32) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    let stats = processes.filter_map(|process| fs::read_to_string(process.ok()?.path().join("stat")).ok());
    // After the name in parentheses: state, parent, group.
    stats.into_iter().any(|stat| {
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        fields.get(2) == Some(&group.to_string().as_str()) && fields[0] != "Z"
    })
}

/// Waits for a program, and kills it where it hangs.
pub(crate) fn wait(child: &mut Child) -> Option<i32> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap().code()
}

impl Facts {
    fn read(place: &Path, name: &str) -> Self {
        let folder = rotor_run::read(place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
        let run = &folder.run;
        let own = run.factors.iter().position(|factor| factor == name);
        let reason = |id| run.reasons.get(id).text.clone();
        let of_own = run.scores.iter().filter(|score| Some(score.factor as usize) == own);
        Self {
            innocent: innocent(run, own, place),
            own: of_own
                .map(|score| score.score.ok_or_else(|| score.reason.map_or_else(String::new, reason)))
                .collect(),
            warnings: serde_json::to_string(&folder.record.warnings).unwrap(),
        }
    }
}

/// Everything but what a plug-in says of itself.
fn innocent(run: &Run, own: Option<usize>, place: &Path) -> Vec<String> {
    let bits = |value: Option<f64>| value.map(f64::to_bits);
    let is_own = |factor: u32| Some(factor as usize) == own;
    let day = |execution: u32| run.executions[execution as usize].as_of;
    let named = |factor: u32, entity: u32| {
        format!("{} of {}", run.factors[factor as usize], run.entities[entity as usize].code)
    };
    let mut lines = Vec::new();
    for row in run.scores.iter().filter(|row| !is_own(row.factor)) {
        let (who, reason) = (named(row.factor, row.sector), row.reason.map(|id| run.reasons.get(id)));
        let numbers = (bits(row.score), bits(row.raw));
        lines.push(format!("score {} {who}: {numbers:x?} {reason:?}", day(row.execution)));
    }
    for row in run.forecasts.iter().filter(|row| !is_own(row.factor)) {
        let (who, target) = (named(row.factor, row.entity), run.texts.get(row.target));
        let realized = row.realized.map(|realized| (realized.value.to_bits(), realized.released));
        let numbers = (row.forecast.to_bits(), row.naive.to_bits(), realized);
        lines.push(format!("forecast {} {who}: {target} {} {numbers:x?}", day(row.execution), row.period));
    }
    for row in run.diagnostics.iter().filter(|row| !is_own(row.factor)) {
        let (who, name) = (named(row.factor, row.entity), run.texts.get(row.name));
        lines.push(format!("diagnostic {} {who}: {name} {:x}", day(row.execution), row.value.to_bits()));
    }
    for row in run.tables.iter().filter(|row| !is_own(row.factor)) {
        lines.push(format!(
            "table {} {}: {:?}",
            day(row.execution),
            run.factors[row.factor as usize],
            row.table
        ));
    }
    // A weight of 0 counts in nothing that follows: the same bytes, and files that others may read as before.
    for file in ["ranking.parquet", "returns.parquet", "turnover.parquet", "nav.parquet", "run.json"] {
        let path: PathBuf = place.join(file);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        let hash =
            if file == "run.json" { String::new() } else { rotor_fs::sha256(&fs::read(&path).unwrap()) };
        lines.push(format!("file {file}: {mode:o} {hash}"));
    }
    lines
}
