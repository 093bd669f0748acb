//! The process that watches over the program: nobody notices it, unless a library ends the program.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rotor_tests::plugins::hostile_in_c;
use rotor_tests::{demo, rotor};
use tempfile::TempDir;

use crate::beside::{Place, Started, backtest, end_of, with_plugin};

/// A run in which a plug-in sleeps.
struct Asleep {
    folder: TempDir,
    run: Started,
}

impl Asleep {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let run = Started::new(&mut asleep(folder.path()));
        wait_until("the plug-in sleeps", || folder.path().join("asleep").exists());
        Self { folder, run }
    }

    fn parent(&self) -> u32 {
        self.run.child.id()
    }

    fn tell(&self, signal: &str) {
        let parent = self.parent().to_string();
        assert!(Command::new("kill").args(["-s", signal, &parent]).status().unwrap().success());
    }

    /// Ends the wait, and returns the exit code and what was said. Nothing is left, neither a file nor a process.
    fn end(self) -> (Option<i32>, String) {
        let (code, said, has_left_a_process) = self.run.end();
        assert!(!has_left_a_process, "the program has ended, and a process of it has not");
        let left = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["asleep"], "nothing half-made is left behind");
        (code, said)
    }
}

/// A run in a folder that sleeps in a plug-in, and then makes the file `asleep`.
fn asleep(folder: &Path) -> Command {
    let mut run = backtest(folder, 1);
    with_plugin(&mut run, "sleeps", &hostile_in_c("sleeps"), Place::Here);
    run.args(["--set", "factor.sleeps.time_limit=60"]).env("ROTOR_TEST_ASLEEP", folder.join("asleep"));
    run
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The children of a process; `None` where the system does not list them.
fn children(parent: u32) -> Option<Vec<u32>> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    Some(list.split_whitespace().map(|id| id.parse().unwrap()).collect())
}

/// The state of a process, as `/proc` writes it: a letter.
fn state(process: u32) -> String {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().unwrap_or_default().chars().take(1).collect()
}

const STOPPED: &str = "stopped; nothing half-made is left behind\n";

#[test]
fn what_is_sent_to_the_parent_alone_is_passed_on() {
    for signal in ["TERM", "INT", "HUP"] {
        let run = Asleep::new();
        run.tell(signal);
        let (code, said) = run.end();
        assert_eq!((code, said.as_str()), (Some(130), STOPPED), "{signal}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_is_stopped_goes_on() {
    let run = Asleep::new();
    let Some(child) = children(run.parent()).map(|children| children[0]) else { return };
    run.tell("TSTP");
    for process in [run.parent(), child] {
        wait_until("it stops", || state(process) == "T");
    }
    run.tell("CONT");
    for process in [run.parent(), child] {
        wait_until("it goes on", || state(process) != "T");
    }
    run.tell("TERM");
    assert_eq!(run.end().0, Some(130));
}

#[test]
fn the_program_ends_with_the_parent() {
    let run = Asleep::new();
    run.tell("KILL");
    // What a killed program leaves half-made is another matter: it had no time.
    let (code, said, has_left_a_process) = run.run.end();
    assert_eq!((code, said.as_str(), has_left_a_process), (None, "", false));
}

#[test]
#[cfg(target_os = "linux")]
fn who_is_killed_from_outside_dies_of_it_and_says_so() {
    for (signal, is_said) in [("KILL", true), ("USR1", false)] {
        let run = Asleep::new();
        let Some(child) = children(run.parent()).map(|children| children[0]) else { return };
        assert!(Command::new("kill").args(["-s", signal, &child.to_string()]).status().unwrap().success());
        let (code, said, has_left_a_process) = run.run.end();
        assert_eq!((code, has_left_a_process), (None, false), "{signal}: {said}");
        assert_eq!(said.contains("was killed (SIGKILL)"), is_said, "{signal}: {said}");
    }
}

/// A reader of a pipe waits for everybody who holds its other end.
#[test]
#[cfg(target_os = "linux")]
fn the_parent_holds_nothing_but_standard_error() {
    let run = Asleep::new();
    let descriptors = fs::read_dir(format!("/proc/{}/fd", run.parent())).unwrap();
    let open: Vec<String> =
        descriptors.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(open, ["2"]);
    run.tell("TERM");
    assert_eq!(run.end().0, Some(130));
}

#[test]
#[cfg(target_os = "linux")]
fn linked_and_isolated_factors_are_not_watched_over() {
    let folder = TempDir::new().unwrap();
    let library = hostile_in_c("plain");
    let library = library.to_str().unwrap();
    let check = |factor: &str, more: &[&str]| {
        let mut command = rotor();
        command.args(["factor", "check", factor, "--start", "2016-03", "--end", "2016-04"]).args(more);
        command.arg("--dataset").arg(demo());
        command
    };
    for (mut command, is_watched) in [
        (backtest(folder.path(), 1), false),
        (check("heat", &[]), false),
        (check(library, &[]), true),
        (check("heat", &["--set", "bands=levels"]), false),
    ] {
        let mut run = Started::new(&mut command);
        // A child that watches nobody: a program that runs itself has threads.
        let (parent, mut has_child) = (run.child.id(), false);
        while run.child.try_wait().unwrap().is_none() {
            has_child |= children(parent).is_some_and(|children| {
                children.iter().any(|child| {
                    let name = |process| fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
                    name(*child) == name(parent) && !name(parent).is_empty()
                })
            });
            std::thread::sleep(Duration::from_millis(1));
        }
        let lists_children = Path::new("/proc/thread-self/children").exists();
        assert_eq!(has_child, is_watched && lists_children, "{command:?}");
        run.end();
    }
}

#[test]
fn exit_codes_pass_through() {
    let folder = TempDir::new().unwrap();
    let library = hostile_in_c("plain");
    let mut command = backtest(folder.path(), 1);
    let (code, said) = end_of(with_plugin(&mut command, "plain", &library, Place::Here));
    assert_eq!(code, Some(0), "{said}");
    let verify = || {
        let mut command = rotor();
        command.current_dir(folder.path()).args(["verify", "run", "--factor"]).arg(&library);
        end_of(&mut command)
    };
    let (code, said) = verify();
    assert_eq!(code, Some(0), "{said}");
    fs::write(folder.path().join("run/turnover.parquet"), "not what it was").unwrap();
    let (code, said) = verify();
    assert_eq!(code, Some(1), "{said}");
    // The place is taken.
    let mut command = backtest(folder.path(), 1);
    let (code, said) = end_of(with_plugin(&mut command, "plain", &library, Place::Here));
    assert_eq!(code, Some(2), "{said}");
}

/// In a terminal both processes get it.
#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_in_a_terminal_is_heard_once() {
    let folder = TempDir::new().unwrap();
    let run = asleep(folder.path());
    let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_str().unwrap());
    let line: Vec<String> = std::iter::once(run.get_program()).chain(run.get_args()).map(quoted).collect();
    // A program of every Linux that gives another a terminal.
    let terminal = Command::new("script")
        .args(["-qec", &line.join(" "), "/dev/null"])
        .current_dir(folder.path())
        .env("ROTOR_LEDGER", "off")
        .env("ROTOR_TEST_ASLEEP", folder.path().join("asleep"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut terminal) = terminal else {
        println!("this is skipped: there is no `script`, which gives a program a terminal");
        return;
    };
    wait_until("the plug-in sleeps", || folder.path().join("asleep").exists());
    // The end of its input would be another reason to end.
    let mut keyboard: std::process::ChildStdin = terminal.stdin.take().unwrap();
    keyboard.write_all(b"\x03").unwrap();
    let output = terminal.wait_with_output().unwrap();
    drop(keyboard);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!((output.status.code(), said.matches(STOPPED.trim_end()).count()), (Some(130), 1), "{said}");
    let left: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [folder.path().join("asleep")]);
}
