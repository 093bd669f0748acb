//! Libraries that speak where they are not asked, leave something behind, or reach beyond their process: what an isolated one may
//! cost, and what a sealed one cannot do.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rotor_data::Dataset;
use rotor_engine::{Plan, TableDays, replay};
use rotor_factor::Value;
use rotor_plugin::{Instance, Isolation, LoadOptions, Plugin};
use rotor_tests::plugins::{c_plugin, factor, plugin};
use rotor_tests::{demo, rotor, run_rotor, workspace};
use tempfile::TempDir;

use crate::{can_seal, days, isolate, load, make, over_the_demo, try_to_seal};

fn seal(path: &Path) -> Plugin {
    try_to_seal(path).unwrap_or_else(|refused| panic!("{refused}"))
}

/// What a factor says on the first days of the demo, a line each: `scores`, or why there are none.
fn outcomes(factor: &Instance, n_days: usize) -> Vec<String> {
    let dataset = Dataset::open(&demo()).unwrap();
    let plan = Plan::new(&dataset, &[factor.spec()]).unwrap();
    let said = replay(&dataset, &plan, &[factor], &days(&dataset)[..n_days], TableDays::Last).unwrap();
    let line = |outcome: &Result<_, rotor_plugin::CallError>| {
        outcome.as_ref().map_or_else(ToString::to_string, |_| "scores".into())
    };
    said.outcomes[0].iter().map(line).collect()
}

#[test]
fn an_answer_that_is_none_ends_the_factor_and_shifts_no_day() {
    let forged = "an answer came without the token of its request: something else in its process wrote it; it is not \
                  asked again in this run";
    assert_eq!(outcomes(&make(&isolate(&plugin("forges-answer")), &[]), 3), [forged; 3]);
    // The first day has the answer that the library wrote by itself: it may say what it likes about the day it is asked about.
    let earlier =
        "its process answered request 3 when request 4 was asked; it is not asked again in this run";
    let twice = make(&isolate(&plugin("answers-twice")), &[]);
    assert_eq!(outcomes(&twice, 3), ["scores", earlier, earlier]);
    // It is not asked again, however often a run begins.
    assert_eq!(outcomes(&twice, 1), [earlier]);
    // After the last day there is no next request that shows it.
    assert_eq!(outcomes(&make(&isolate(&plugin("answers-twice")), &[]), 1), [earlier]);
}

#[test]
fn what_is_written_when_nothing_is_asked_is_no_answer() {
    let factor = make(&isolate(&plugin("answers-later")), &[]);
    assert_eq!(outcomes(&factor, 1), ["scores"]);
    std::thread::sleep(Duration::from_millis(500));
    // The third was about the day, the fourth whether that was all.
    let second = "its process wrote more than the answer to request 4; it is not asked again in this run";
    assert_eq!(outcomes(&factor, 2), [second, second]);
}

#[test]
fn a_factor_that_describes_itself_anew_is_not_asked_again() {
    let folder = TempDir::new().unwrap();
    let mark = folder.path().join("mark").to_str().unwrap().to_owned();
    let factor = isolate(&plugin("spec-changes-after-restart"));
    let factor = factor.create([("mark".to_owned(), Value::Text(mark))]).unwrap();
    let said = outcomes(&factor, 3);
    assert!(said[0].starts_with("its process ended: signal 6"), "{said:?}");
    let other = "its spec is another since its process was started again; it is not asked again in this run";
    assert_eq!(said[1..], [other, other]);
}

#[test]
fn a_run_takes_so_much_of_a_factor_and_no_more() {
    let factor = make(&isolate(&plugin("many-tables")), &[]);
    let enough = "it broke the contract: 27000000 rows and values of tables are more than the 20000000 of one run; it is \
                  not asked again in this run";
    assert_eq!(outcomes(&factor, 4), ["scores", "scores", enough, enough]);
}

/// A process that is not a zombie.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, PartialEq)]
struct Process {
    id: u32,
    parent: u32,
    line: String,
}

#[cfg(target_os = "linux")]
fn processes() -> Vec<Process> {
    let ids = fs::read_dir("/proc").unwrap().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let process = |id: u32| {
        let line = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let mut words = stat.rsplit_once(')')?.1.split_whitespace();
        let is_zombie = words.next()? == "Z";
        let parent = words.next()?.parse().ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ").trim_end().to_owned();
        (!is_zombie).then_some(Process { id, parent, line })
    };
    ids.filter_map(process).collect()
}

/// The process that sleeps for so many seconds, once it does and the program that started it has ended.
#[cfg(target_os = "linux")]
fn asleep(seconds: &str) -> Process {
    let words = format!("sleep {seconds}");
    for _ in 0..1000 {
        let all = processes();
        if let Some(sleeping) = all.iter().find(|process| process.line == words) {
            // The program that started it has the same words at the end of its line.
            let is_adopted =
                |parent: &Process| parent.id == sleeping.parent && !parent.line.ends_with(&words);
            if all.iter().any(is_adopted) {
                return sleeping.clone();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nobody sleeps for {seconds} seconds")
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_factor_has_started_ends_with_it() {
    let seconds = format!("8640{}.5", std::process::id());
    let factor = isolate(&plugin("forks-child"));
    let factor = factor.create([("seconds".to_owned(), Value::Text(seconds.clone()))]).unwrap();
    assert_eq!(outcomes(&factor, 1), ["scores"]);
    let asleep = asleep(&seconds);
    let start = Instant::now();
    drop(factor);
    assert!(!processes().contains(&asleep));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_factor_has_started_ends_with_the_run() {
    for (signal, decimals) in [("-INT", "25"), ("-KILL", "75")] {
        let seconds = format!("8641{}.{decimals}", std::process::id());
        let mut parent = rotor();
        parent.args(["factor", "check", "--isolate", "--time-limit", "600", "--set", "waits=true", "--set"]);
        parent.arg(format!("seconds=\"{seconds}\"")).arg("--dataset").arg(demo()).arg(plugin("forks-child"));
        let mut parent = parent.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let asleep = asleep(&seconds);
        // It has become a child of the process that watches over the factor.
        let mut started = processes();
        started.retain(|process| process.id == asleep.parent || process.parent == asleep.parent);
        let lines: Vec<&str> = started.iter().map(|process| process.line.as_str()).collect();
        assert_eq!(lines.iter().filter(|line| line.contains("isolated-factor")).count(), 2, "{lines:?}");
        assert!(started.contains(&asleep), "{lines:?}");
        let id = parent.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        parent.wait().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while processes().iter().any(|process| started.contains(process)) {
            assert!(Instant::now() < end, "{signal}: {started:?} are still there");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn sealed_factors_say_the_same_to_the_bit() {
    if !can_seal("sealed_factors_say_the_same_to_the_bit") {
        return;
    }
    let said = |plugin: &Plugin| format!("{:?}", over_the_demo(&make(plugin, &[])).outcomes);
    // With threads, without, in C, and one of the method.
    for path in [plugin("honest"), plugin("uses-rayon"), plugin("arrow-reader"), c_plugin(), factor("profit")]
    {
        assert!(said(&seal(&path)) == said(&load(&path)), "{}", path.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_an_isolated_factor_can_do_a_sealed_one_cannot() {
    if !can_seal("what_an_isolated_factor_can_do_a_sealed_one_cannot") {
        return;
    }
    for (name, found) in [
        (
            "opens-file-in-constructor",
            "it found a file, the size of a file, a folder, its program, a place to write",
        ),
        ("opens-socket", "it opened a TCP socket, a UDP socket, a local socket, a pair of sockets"),
    ] {
        assert_eq!(outcomes(&make(&isolate(&plugin(name)), &[]), 1), [found]);
        assert_eq!(outcomes(&make(&seal(&plugin(name)), &[]), 2), ["scores", "scores"], "{name}");
    }
    // What the kernel does for others depends on who asks; some of it anybody can have.
    let done = outcomes(&make(&isolate(&plugin("breaks-out")), &[]), 1).remove(0);
    for done_by_all in
        ["open a file", "look at a file", "read a link", "make a pipe", "fork", "run a program"]
    {
        assert!(done.contains(done_by_all), "{done}");
    }
    assert_eq!(outcomes(&make(&seal(&plugin("breaks-out")), &[]), 2), ["scores", "scores"]);
    let forks = outcomes(&make(&seal(&plugin("forks-child")), &[]), 1).remove(0);
    assert!(forks.contains("Permission denied"), "{forks}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_sealed_factor_is_lost_and_forges_as_an_isolated_one() {
    if !can_seal("a_sealed_factor_is_lost_and_forges_as_an_isolated_one") {
        return;
    }
    for name in ["aborts", "segfaults", "exits", "forges-answer", "answers-twice"] {
        let isolated = outcomes(&make(&isolate(&plugin(name)), &[]), 3);
        assert_eq!(outcomes(&make(&seal(&plugin(name)), &[]), 3), isolated, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_sealed_library_needs_comes_from_the_system() {
    if !can_seal("what_a_sealed_library_needs_comes_from_the_system") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    let compile = |arguments: &[&str], output: &Path| {
        let mut compile = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
        compile.args(["-std=c11", "-O1", "-ffp-contract=off", "-shared", "-fPIC"]).args(arguments);
        compile.arg("-I").arg(workspace().join("crates/rotor-factor/include"));
        assert!(compile.arg("-o").arg(output).status().unwrap().success());
    };
    fs::write(place("own.c"), "int own_of_a_factor(void) { return 1; }\n").unwrap();
    compile(&[place("own.c").to_str().unwrap()], &place("libown_of_a_factor.so"));
    let source = workspace().join("tests/plugins/c/momentum.c");
    let rpath = format!("-Wl,--no-as-needed,-rpath,{}", folder.path().display());
    let library = place("libneeds_own.so");
    let search = format!("-L{}", folder.path().display());
    compile(&[source.to_str().unwrap(), &search, &rpath, "-lown_of_a_factor"], &library);
    assert_eq!(outcomes(&make(&isolate(&library), &[]), 1), ["scores"]);
    let refused = try_to_seal(&library).unwrap_err().to_string();
    assert!(refused.contains("libown_of_a_factor.so"), "{refused}");
    // A library of the system that nobody has opened yet is no hindrance.
    let library = place("libneeds_system.so");
    compile(&[source.to_str().unwrap(), "-Wl,--no-as-needed", "-lutil", "-lresolv", "-lm"], &library);
    assert_eq!(outcomes(&make(&seal(&library), &[]), 1), ["scores"]);
}

/// A kernel without Landlock or seccomp, as far as a process can tell.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[test]
fn what_cannot_be_sealed_is_refused() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
    if !can_seal("what_cannot_be_sealed_is_refused") {
        return;
    }
    let library = plugin("honest");
    // By then the program is built, which the thread below may not.
    let program = rotor().get_program().to_owned();
    // The numbers are the same on every machine, or those of this one.
    let seccomp = if cfg!(target_arch = "x86_64") { 317 } else { 277 };
    for (call, reason) in
        [(444, "it cannot be sealed: Landlock: "), (seccomp, "it cannot be sealed: seccomp: ")]
    {
        let (library, program) = (library.clone(), program.clone());
        let refused = std::thread::spawn(move || {
            let rules = [(call, Vec::new())].into();
            let architecture = std::env::consts::ARCH.try_into().unwrap();
            let unknown = SeccompAction::Errno(38);
            let filter = SeccompFilter::new(rules, SeccompAction::Allow, unknown, architecture).unwrap();
            apply_filter(&BpfProgram::try_from(filter).unwrap()).unwrap();
            let isolation = Isolation { is_sealed: true, ..Isolation::new(program.into()) };
            Plugin::isolated(&library, &LoadOptions::default(), &isolation).unwrap_err()
        });
        let refused = refused.join().unwrap();
        assert!(refused.to_string().contains(reason), "{refused}");
        assert!(refused.reasons[0].hint().unwrap().contains("5.13"), "{refused}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_says_which_factors_were_sealed() {
    if !can_seal("a_run_says_which_factors_were_sealed") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let (config, run) = (folder.path().join("rotor.toml"), folder.path().join("run"));
    let text = |isolate: &str| {
        let library = plugin("reads-file");
        format!(
            "factors = [\"heat\", \"reads_file\"]\n[factor.reads_file]\nlibrary = {library:?}\nisolate = {isolate}\n"
        )
    };
    fs::write(&config, text("\"sealed\"")).unwrap();
    let demo = demo();
    let settings = ["--dataset", demo.to_str().unwrap(), "--config", config.to_str().unwrap()];
    let dates = ["--start", "2020-01", "--end", "2021-12"];
    let (code, _, stderr) =
        run_rotor(&[&["backtest", "--out", run.to_str().unwrap()], &settings[..], &dates].concat());
    assert_eq!(code, 0, "{stderr}");
    let record: serde_json::Value = serde_json::from_slice(&fs::read(run.join("run.json")).unwrap()).unwrap();
    let factor = &record["factors"][1];
    assert!(factor["isolated"] == true && factor["sealed"] == true, "{factor}");
    assert_eq!(record["factors"][0].get("sealed"), None);
    assert_eq!(record["config"]["factor"]["reads_file"]["isolate"], "sealed");
    // A leak that no test from outside shows is impossible here, and that is said with what is left.
    let (code, stdout, stderr) = run_rotor(&[&["leakcheck"], &settings[..], &dates].concat());
    assert_eq!(code, 0, "{stdout}{stderr}");
    let words = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = "note: factor `reads_file` is sealed: it cannot read a file, not even one that never changes; data may still \
                be compiled into its library";
    assert!(words.contains(note), "{stdout}");
    fs::write(&config, text("\"tightly\"")).unwrap();
    let (code, _, stderr) = run_rotor(&[&["leakcheck"], &settings[..]].concat());
    assert!(code == 2 && stderr.contains("sealed"), "{stderr}");
}
