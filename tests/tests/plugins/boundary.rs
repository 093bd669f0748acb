//! What becomes of a plug-in that tries a hole of the boundary, in this process and in one of its own: the culprit is named, and
//! nobody else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rotor_tests::plugins::{cpp_plugin, hostile_in_c, names_in_c, plugin};
use rotor_tests::{rotor, run_rotor};
use tempfile::TempDir;

use crate::beside::{Ended, Facts, INNOCENT, Place, backtest, beside, end_of, wait, with_plugin};

/// What becomes of a run with a plug-in, or of the plug-in in a run.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It has scores.
    Scores,
    /// It has scores or not, and the warnings of the run name it and say this.
    Warned(&'static str),
    /// It has no score on any day, with a reason that says this.
    None(&'static str),
    /// It has no score on some day, with a reason that says this.
    Misses(&'static str),
    /// It has no score on any day, for the same reason everywhere, and a person is told how many deliveries were refused.
    Counted,
    /// The run ends with exit code 2 and a message that names its library and says this.
    Ends(&'static str),
    /// The run ends with exit code 2 and a message that says this and names nobody else.
    EndsAtLeast(&'static str),
    /// The run is killed, and a message says this and names its library.
    Killed(&'static str),
}

use Fate::{Counted, Ends, EndsAtLeast, Killed, Misses, None as NoScore, Scores, Warned};

/// A plug-in with what may become of it in this process, and in one of its own.
type Row = (&'static str, &'static [Fate], &'static [Fate]);

const WROTE: &str = "wrote to its inputs";
const FLOATS: &str = "floating-point";
const LONGER: &str = "longer than 2";
const RENAMED: &str = "it was `renames` when it was opened, and is `renamed` now";
const INSIDE: &str = "ended from inside, with exit code 0";

const OUTCOMES: &[Row] = &[
    ("plain", &[Scores], &[Scores]),
    ("tls_16", &[Scores], &[Scores]),
    ("tls_16_set", &[Scores], &[Scores]),
    ("tls_4k", &[Scores], &[Scores]),
    ("tls_4k_set", &[Scores], &[Scores]),
    ("tls_1m", &[Scores], &[Scores]),
    ("tls_1m_set", &[Scores], &[Scores]),
    ("inplace", &[Ends(WROTE)], &[NoScore(WROTE)]),
    ("inplace_codes", &[Ends(WROTE)], &[NoScore(WROTE)]),
    ("inplace_code_table", &[Ends(WROTE)], &[NoScore(WROTE)]),
    ("inplace_groups", &[Ends(WROTE)], &[NoScore(WROTE)]),
    ("inplace_bridge", &[Ends(WROTE)], &[NoScore(WROTE)]),
    ("inplace_links", &[Ends(WROTE)], &[NoScore(WROTE)]),
    ("inplace_series", &[Ends(WROTE)], &[NoScore(WROTE)]),
    // These structures are made for one call, and may lie where they can be written to.
    ("inplace_view", &[Scores, Ends(WROTE)], &[Scores, NoScore(WROTE)]),
    ("flushes", &[NoScore(FLOATS)], &[NoScore(FLOATS)]),
    ("rounds_up", &[NoScore(FLOATS)], &[NoScore(FLOATS)]),
    ("x87", &[NoScore(FLOATS)], &[NoScore(FLOATS)]),
    ("traps", &[NoScore(FLOATS)], &[NoScore(FLOATS)]),
    ("flushes_at_create", &[Ends(FLOATS)], &[Ends(FLOATS)]),
    ("rounds_up_at_create", &[Ends(FLOATS)], &[Ends(FLOATS)]),
    // A compiler adds such a constructor to honest libraries as well: it may be put right.
    ("fast_math", &[Scores, Ends(FLOATS)], &[Scores, Ends(FLOATS)]),
    ("flushes_at_load", &[Scores, Ends(FLOATS)], &[Scores, Ends(FLOATS)]),
    ("rounds_up_at_load", &[Scores, Ends(FLOATS)], &[Scores, Ends(FLOATS)]),
    ("moves_away", &[Warned("working directory")], &[Scores]),
    ("masks_files", &[Warned("umask")], &[Scores]),
    ("speaks_otherwise", &[Warned("locale")], &[Scores]),
    ("takes_sigsegv", &[Warned("signal")], &[Scores]),
    ("takes_sigint", &[Warned("signal")], &[Scores]),
    ("blocks_signals", &[Scores, Warned("signal")], &[Scores]),
    ("takes_the_stack", &[Scores, Warned("signal")], &[Scores]),
    ("limits_files", &[Warned("limit")], &[Scores, Misses("")]),
    ("limits_handles", &[Warned("limit")], &[Scores, Misses("")]),
    ("closes_descriptors", &[Scores, Ends("descriptor")], &[Scores, Misses("")]),
    ("late_scores", &[Counted], &[NoScore("")]),
    ("late_reason", &[Counted], &[NoScore("")]),
    ("late_table", &[Counted], &[NoScore("")]),
    ("late_diagnostic", &[Counted], &[NoScore("")]),
    ("late_message", &[Counted], &[NoScore("")]),
    ("next_scores", &[Counted], &[NoScore("")]),
    ("next_reason", &[Counted], &[NoScore("")]),
    ("next_forecasts", &[Counted], &[NoScore("")]),
    ("next_table", &[Counted], &[NoScore("")]),
    ("next_message", &[Counted], &[NoScore("")]),
    ("foreign_scores", &[Counted], &[NoScore("")]),
    ("foreign_realized", &[Counted], &[NoScore("")]),
    ("foreign_message", &[Counted], &[NoScore("")]),
    ("made_up_scores", &[Counted], &[NoScore("")]),
    ("made_up_diagnostic", &[Counted], &[NoScore("")]),
    ("made_up_message", &[Counted], &[NoScore("")]),
    ("load_hangs", &[Ends(LONGER)], &[Ends("")]),
    ("load_exits", &[Ends("exit")], &[Ends("")]),
    ("load_aborts", &[Ends("SIGABRT")], &[Ends("")]),
    ("load_crashes", &[Ends("SIGSEGV")], &[Ends("")]),
    ("load_allocates", &[Scores], &[Scores]),
    ("hangs_in_init", &[Ends(LONGER)], &[Ends("")]),
    ("hangs_in_parameters", &[Ends(LONGER)], &[Ends("")]),
    ("hangs_in_create", &[Ends(LONGER)], &[Ends("")]),
    ("hangs_in_spec", &[Ends(LONGER)], &[Ends("")]),
    ("hangs_in_evaluate", &[Ends(LONGER)], &[NoScore(LONGER)]),
    ("hangs_in_destroy", &[Ends(LONGER)], &[Scores, Ends("")]),
    ("atexit_hangs", &[Scores], &[Scores]),
    ("atexit_exits", &[Scores], &[Scores]),
    ("destructor_hangs", &[Scores], &[Scores]),
    ("destructor_exits", &[Scores], &[Scores]),
    ("exits_quietly", &[Ends(INSIDE)], &[NoScore("")]),
    ("leaves_at_load", &[Ends(INSIDE)], &[Ends("exit code 0")]),
    ("leaves_in_create", &[Ends(INSIDE)], &[Ends("exit code 0")]),
    ("leaves_in_evaluate", &[Ends("was being asked about 2016-")], &[NoScore("exit code 0")]),
    ("leaves_in_a_thread", &[Ends(INSIDE)], &[Misses("exit code 0")]),
    ("leaves_at_exit", &[Ends(INSIDE)], &[NoScore("exit code 0")]),
    ("calls_the_system", &[Ends(INSIDE)], &[NoScore("exit code 0")]),
    ("calls_the_system_in_a_thread", &[Ends(INSIDE)], &[Misses("exit code 0")]),
    ("kills_itself", &[Killed("SIGKILL")], &[NoScore("signal 9")]),
    ("becomes_another", &[Ends(INSIDE)], &[NoScore("exit code 0")]),
    ("crashes_unseen", &[Ends("SIGSEGV")], &[NoScore("signal 11")]),
    ("renames", &[EndsAtLeast(RENAMED)], &[EndsAtLeast(RENAMED)]),
    ("leaves_its_thread", &[Ends("")], &[Misses("")]),
    ("forks", &[Scores, NoScore(""), Ends("")], &[Scores, Misses("")]),
    ("thread_crashes", &[Ends("SIGSEGV")], &[Misses("signal 11")]),
    ("thread_overflows", &[Ends("SIGSEGV")], &[Misses("signal 11")]),
    ("thread_aborts", &[Ends("SIGABRT")], &[Misses("signal 6")]),
    ("raises_sigalrm", &[Ends("SIGALRM")], &[Misses("signal 14")]),
    // Programs that write to pipes pass over SIGPIPE.
    ("raises_sigpipe", &[Scores, Ends("SIGPIPE")], &[Scores, Misses("signal 13")]),
    ("raises_sigxfsz", &[Scores, Ends("SIGXFSZ")], &[Scores, Misses("signal 25")]),
    ("sigalrm_later", &[EndsAtLeast("SIGALRM")], &[Misses("signal 14")]),
    ("sleeps", &[Scores], &[Scores]),
    ("sleeps_deaf", &[Warned("signal")], &[Scores]),
];

impl Fate {
    /// Tells whether this is what became of it.
    fn is(self, name: &str, ended: &Ended, library: &str) -> bool {
        let good = ended.facts.as_ref().filter(|_| ended.code == Some(0));
        let blames_another = ended.said.contains("the linked factor")
            || INNOCENT.iter().any(|other| {
                let errors = ended.said.lines().filter(|line| line.starts_with("error: "));
                errors.into_iter().any(|error| {
                    error.contains(&format!("`{other}")) || error.contains(&format!("factor-{other}"))
                })
            });
        let has_ended = |text: &str| {
            ended.code == Some(2) && ended.facts.is_none() && ended.said.contains(text) && !blames_another
        };
        match self {
            Scores => good.is_some_and(|facts| facts.own.iter().any(Result::is_ok)),
            Warned(text) => good.is_some_and(|facts| is_warned(name, text, facts, &ended.said)),
            NoScore(text) => good.is_some_and(|facts| {
                !facts.own.is_empty()
                    && facts.own.iter().all(Result::is_err)
                    && facts
                        .own
                        .iter()
                        .any(|reason| reason.as_ref().is_err_and(|reason| reason.contains(text)))
            }),
            Misses(text) => good.is_some_and(|facts| {
                facts.own.iter().any(|reason| reason.as_ref().is_err_and(|reason| reason.contains(text)))
            }),
            Counted => good.is_some_and(|facts| {
                let Some(Err(first)) = facts.own.first() else { return false };
                let is_told =
                    |line: &str| line.contains(name) && line.contains("deliver") && line.contains("refused");
                ended.said.lines().any(is_told)
                    && facts.own.iter().all(|reason| reason.as_ref() == Err(first))
            }),
            Killed(text) => {
                ended.code.is_none()
                    && ended.facts.is_none()
                    && ended.said.contains(text)
                    && ended.said.contains(library)
                    && !blames_another
            }
            Ends(text) => has_ended(text) && ended.said.contains(library),
            EndsAtLeast(text) => has_ended(text),
        }
    }
}

/// Tells whether the record of the run names the factor among its warnings, and whether a person is told.
fn is_warned(name: &str, text: &str, facts: &Facts, said: &str) -> bool {
    // What is said is broken into lines.
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    facts.warnings.contains(name) && words.contains(text)
}

/// Says what became of a plug-in, in a line.
fn described(ended: &Ended) -> String {
    let own = ended.facts.as_ref().map(|facts| {
        let n_scores = facts.own.iter().filter(|score| score.is_ok()).count();
        let reason = facts.own.iter().find_map(|score| score.as_ref().err());
        format!("{n_scores} scores of {}, reason {reason:?}, warnings {}", facts.own.len(), facts.warnings)
    });
    let error: Vec<&str> = ended.said.lines().filter(|line| line.contains("error: ")).collect();
    format!("exit code {:?}, {}, {error:?}", ended.code, own.unwrap_or_default())
}

#[test]
fn every_plugin_has_its_fate() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    let faults: Vec<String> = pool.install(|| {
        let rows = OUTCOMES.par_iter().flat_map_iter(|(name, here, isolated)| {
            let library = hostile_in_c(name).display().to_string();
            let places = [(Place::Here, *here), (Place::Isolated, *isolated)];
            places.into_iter().filter_map(move |(place, fates)| {
                let ended = beside(name, place, 2);
                let is_right = fates.iter().any(|fate| fate.is(name, &ended, &library));
                (!is_right)
                    .then(|| format!("{name}, {place:?}: expected {fates:?}, found {}", described(&ended)))
            })
        });
        rows.collect()
    });
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_table_has_every_plugin() {
    let mut expected: Vec<&str> = names_in_c().collect();
    let mut found: Vec<&str> = OUTCOMES.iter().map(|(name, ..)| *name).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// In Rust and in C++: what is thread-local lies beside what the host looks for.
#[test]
fn honest_libraries_with_memory_for_every_thread_score() {
    let mut libraries = vec![
        ("thread_local", plugin("thread-local")),
        ("thread_local_large", plugin("thread-local-large")),
        ("my_idea", new_crate_with_a_thread_local()),
    ];
    libraries.extend(cpp_plugin().map(|library| ("runtime", library)));
    for (name, library) in libraries {
        for place in [Place::Here, Place::Isolated] {
            let ended = Ended::of(name, &library, place, 2);
            let is_right = Scores.is(name, &ended, "");
            assert!(is_right, "{name}, {place:?}: {} {}", described(&ended), ended.said);
        }
    }
}

/// The crate that `rotor factor new` makes, with one line more.
fn new_crate_with_a_thread_local() -> PathBuf {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("my-idea");
    let (code, _, stderr) = run_rotor(&["factor", "new", "my-idea", "--dir", place.to_str().unwrap()]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let source = place.join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    let line =
        "thread_local! { static LAST: std::cell::Cell<[u64; 2]> = const { std::cell::Cell::new([0; 2]) }; }";
    let evaluate = text.find("fn evaluate(").unwrap();
    let body = evaluate + text[evaluate..].find("{\n").unwrap() + 2;
    let text = format!("{}        LAST.set([LAST.get()[1], 1]);\n{}\n{line}\n", &text[..body], &text[body..]);
    fs::write(&source, text).unwrap();
    // Kept for the next time.
    let target = rotor_tests::workspace().join("target/plugins/new");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--release", "--target-dir"]).arg(&target).current_dir(&place);
    let output = build.env("CARGO_NET_OFFLINE", "true").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    target.join(format!("release/libmy_idea.{}", std::env::consts::DLL_EXTENSION))
}

/// Where standard error goes.
#[derive(Clone, Copy, Debug)]
enum Complaints {
    Heard,
    Closed,
    Full,
    Gone,
}

/// Starts a run that sleeps in a plug-in, sends it a signal, and returns its exit code and how long it took to end.
fn told_to_stop(name: &str, signal: &str, complaints: Complaints) -> (Option<i32>, Duration) {
    let folder = TempDir::new().unwrap();
    let asleep = folder.path().join("asleep");
    let mut run = backtest(folder.path(), 1);
    with_plugin(&mut run, name, &hostile_in_c(name), Place::Here);
    // Long enough for the limit to have no part in it.
    run.args(["--set", &format!("factor.{name}.time_limit=60")]);
    let redirection = match complaints {
        Complaints::Heard | Complaints::Gone => "",
        Complaints::Closed => "2>&-",
        Complaints::Full => "2>/dev/full",
    };
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}")]).arg(run.get_program());
    command.args(run.get_args()).current_dir(folder.path());
    command.env("ROTOR_LEDGER", "off").env("ROTOR_TEST_ASLEEP", &asleep);
    let mut child = match complaints {
        Complaints::Gone => {
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stderr.take());
            child
        }
        _ => command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(),
    };
    let since = Instant::now();
    while !asleep.exists() && since.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(asleep.exists(), "{name} was asked");
    let since = Instant::now();
    let told = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    // A hung one is killed sooner than the others: it sleeps for half a minute.
    while since.elapsed() < Duration::from_secs(5) && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let took = since.elapsed();
    if child.try_wait().unwrap().is_none() {
        child.kill().unwrap();
    }
    let code = wait(&mut child);
    assert!(!folder.path().join("run").exists(), "nothing half-made is left behind");
    (code, took)
}

#[test]
fn a_run_stops_when_it_is_told_to() {
    let mut tries = Vec::new();
    for name in ["sleeps", "sleeps_deaf", "load_hangs"] {
        for signal in ["INT", "TERM", "HUP"] {
            tries.push((name, signal, Complaints::Heard));
        }
    }
    for complaints in [Complaints::Closed, Complaints::Full, Complaints::Gone] {
        tries.push(("sleeps", "INT", complaints));
        tries.push(("sleeps", "TERM", complaints));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    let faults: Vec<String> = pool.install(|| {
        let faults = tries.par_iter().filter_map(|(name, signal, complaints)| {
            let (code, took) = told_to_stop(name, signal, *complaints);
            let is_right = code == Some(130) && took < Duration::from_secs(3);
            (!is_right)
                .then(|| format!("{name}, {signal}, {complaints:?}: exit code {code:?} after {took:?}"))
        });
        faults.collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Runs `plain` in this process or another with one setting more, and returns exit code and what was said.
fn with_setting(name: &str, library: &Path, place: Place, setting: &str) -> (Option<i32>, String) {
    let folder = TempDir::new().unwrap();
    let mut command = backtest(folder.path(), 2);
    with_plugin(&mut command, name, library, place).args(["--set", setting]);
    end_of(&mut command)
}

#[test]
fn limits_hold_before_a_library_is_asked_anything() {
    let library = hostile_in_c("load_allocates");
    let setting = "factor.load_allocates.memory_limit=256";
    let (code, said) = with_setting("load_allocates", &library, Place::Isolated, setting);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(&library.display().to_string()), "{said}");
    // `factor inspect` and `factor list` ask for the name alone.
    let library = hostile_in_c("load_hangs");
    for verb in ["inspect", "check"] {
        let since = Instant::now();
        let mut command = rotor();
        command.args(["factor", verb]).arg(&library).args(["--time-limit", "1"]);
        if verb == "check" {
            command.arg("--dataset").arg(rotor_tests::demo());
        }
        let (code, said) = end_of(&mut command);
        assert!(
            matches!(code, Some(1 | 2)) && since.elapsed() < Duration::from_secs(8),
            "{verb}: {code:?} {said}"
        );
        assert!(said.contains(&library.display().to_string()), "{verb}: {said}");
    }
}

#[test]
fn limits_are_refused_where_they_mean_nothing() {
    let library = hostile_in_c("plain");
    let (code, said) = with_setting("plain", &library, Place::Here, "factor.plain.memory_limit=256");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("memory_limit"), "{said}");
    let (code, said) = with_setting("plain", &library, Place::Here, "factor.heat.time_limit=5");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("time_limit"), "{said}");
}
