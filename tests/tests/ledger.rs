//! The ledger of trials: nothing that was reported as written is lost, whoever is killed, and the number counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rotor_run::ledger::{Headline, History, Ledger, Trial, TrialData};
use rotor_tests::disks::{CHILD, told_on_disk};
use rotor_tests::{demo, rotor};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How many writers are killed, unless `ROTOR_KILLS` says more.
const N_KILLS: u64 = 60;

/// A trial that is told from others by a number.
fn trial(number: u64) -> Trial {
    let dataset = TrialData { name: "made up".into(), sha256: "d".repeat(64), lineage: None };
    let headline = Headline {
        excess: Some(0.031),
        interval: Some((-0.012, 0.074)),
        excess_eligible: Some(0.004),
        interval_eligible: Some((-0.021, 0.029)),
        sharpe: Some(0.05 + number as f64 / 100.0),
        n_months: 108,
    };
    Trial {
        factors: ["profit", "price", "prosperity", "heat"].map(String::from).to_vec(),
        engine: "0.1.0".into(),
        run: format!("runs/made-up-{number}"),
        ..Trial::new(SystemTime::UNIX_EPOCH, dataset, format!("{number:064x}"), headline)
    }
}

fn number_of(trial: &Trial) -> u64 {
    u64::from_str_radix(&trial.config, 16).unwrap()
}

/// Starts this test once more, with a ledger to write into.
fn writer(test: &str, ledger: &Path, first: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, ledger)
        .env("ROTOR_TEST_FIRST", first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The writer in the child: adds trials from its first number on and says of each that it is written.
fn write_trials(ledger: &Path, n: u64) {
    let first: u64 = std::env::var("ROTOR_TEST_FIRST").unwrap().parse().unwrap();
    let ledger = Ledger::at(ledger);
    let mut stdout = std::io::stdout();
    for number in first..first + n {
        ledger.append(&trial(number)).unwrap();
        stdout.write_all(format!("written {number}\n").as_bytes()).unwrap();
        stdout.flush().unwrap();
    }
}

/// The numbers that a writer said were written.
fn reported(stdout: impl Read) -> Vec<u64> {
    let lines = BufReader::new(stdout).lines().map(Result::unwrap);
    lines.filter_map(|line| line.split_once("written ")?.1.parse().ok()).collect()
}

fn numbers(history: &History) -> Vec<u64> {
    let mut numbers: Vec<u64> = history.trials.iter().map(number_of).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn eight_writers_at_once_all_get_in() {
    const TEST: &str = "eight_writers_at_once_all_get_in";
    const N_EACH: u64 = 12;
    if let Some(ledger) = std::env::var_os(CHILD) {
        return write_trials(Path::new(&ledger), N_EACH);
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("new/trials.jsonl");
    let writers: Vec<Child> = (0..8).map(|idx| writer(TEST, &path, idx * N_EACH)).collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(reported(&output.stdout[..]).len() as u64, N_EACH);
    }
    let history = Ledger::at(path).read().unwrap();
    assert_eq!(numbers(&history), (0..8 * N_EACH).collect::<Vec<u64>>());
    assert_eq!(history.damaged, []);
}

#[test]
fn killed_writers_lose_and_damage_nothing() {
    const TEST: &str = "killed_writers_lose_and_damage_nothing";
    if let Some(ledger) = std::env::var_os(CHILD) {
        return write_trials(Path::new(&ledger), 1000);
    }
    let n_kills = std::env::var("ROTOR_KILLS").map_or(N_KILLS, |n| n.parse().unwrap());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trials.jsonl");
    let start = Instant::now();
    let mut first = writer(TEST, &path, 0);
    while fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
        assert!(start.elapsed() < Duration::from_mins(1), "the writer writes nothing");
        thread::sleep(Duration::from_micros(200));
    }
    let until_the_first = start.elapsed();
    first.kill().unwrap();
    let mut promised = reported(first.wait_with_output().unwrap().stdout.as_slice());
    for kill in 1..=n_kills {
        // Two at once, of whom one is killed while it waits for the other as often as while it writes.
        let mut pair = [writer(TEST, &path, 2000 * kill), writer(TEST, &path, 2000 * kill + 1000)];
        thread::sleep(until_the_first.mul_f64(0.5 + (kill * 7919 % n_kills) as f64 / n_kills as f64));
        for writer in &mut pair {
            writer.kill().unwrap();
        }
        for writer in pair {
            promised.extend(reported(&writer.wait_with_output().unwrap().stdout[..]));
        }
    }
    let history = Ledger::at(&path).read().unwrap();
    let found = numbers(&history);
    assert_eq!(history.damaged, []);
    for number in &promised {
        assert!(found.binary_search(number).is_ok(), "trial {number} was written and is lost");
    }
    assert!(found.windows(2).all(|pair| pair[0] != pair[1]), "a trial stands there twice");
    assert!(promised.len() as u64 > n_kills / 4, "the kills came too early: {}", promised.len());
    println!("{n_kills} pairs killed: {} trials promised, {} there", promised.len(), found.len());
}

#[test]
fn a_full_disk_is_an_error_and_the_ledger_is_as_it_was() {
    const TEST: &str = "a_full_disk_is_an_error_and_the_ledger_is_as_it_was";
    if let Some(folder) = std::env::var_os(CHILD) {
        let path = Path::new(&folder).join("trials.jsonl");
        let ballast = Path::new(&folder).join("ballast");
        fs::write(&ballast, [0_u8; 8192]).unwrap();
        let ledger = Ledger::at(&path);
        let (n, error) = (0..1000)
            .find_map(|number| Some((number, ledger.append(&trial(number)).err()?)))
            .expect("the disk has an end");
        let whole = fs::read(&path).unwrap();
        assert!(whole.ends_with(b"\n") && ledger.read().unwrap().trials.len() as u64 == n && n > 0);
        fs::remove_file(ballast).unwrap();
        ledger.append(&trial(n)).unwrap();
        assert_eq!(numbers(&ledger.read().unwrap()), (0..=n).collect::<Vec<u64>>());
        return println!("said: {error}\nhint: {}", error.hint());
    }
    let parent = TempDir::new().unwrap();
    let Some(said) = told_on_disk(TEST, parent.path(), "size=24k") else {
        return println!("no disk can be mounted here: skipped");
    };
    assert!(said.contains("said: the ledger of trials cannot be used: cannot write `"), "{said}");
    assert!(
        said.contains("/trials.jsonl`: No space left on device (os error 28)\nhint: free some"),
        "{said}"
    );
}

#[test]
fn a_read_only_disk_is_an_error() {
    const TEST: &str = "a_read_only_disk_is_an_error";
    if let Some(folder) = std::env::var_os(CHILD) {
        let ledger = Ledger::at(Path::new(&folder).join("rotor/trials.jsonl"));
        assert_eq!(ledger.read().unwrap(), History::default());
        let error = ledger.append(&trial(1)).unwrap_err();
        return println!("said: {error}\nhint: {}", error.hint());
    }
    let parent = TempDir::new().unwrap();
    let Some(said) = told_on_disk(TEST, parent.path(), "ro") else {
        return println!("no disk can be mounted here: skipped");
    };
    assert!(said.contains("/rotor/trials.jsonl`: Read-only file system (os error 30)\n"), "{said}");
    assert!(
        said.contains("hint: name a file in a place that you may write to by `--ledger FILE`\n"),
        "{said}"
    );
}

/// A folder with runs and a ledger.
struct Runs(TempDir);

impl Runs {
    fn place(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The command that replays two years of the demo to a place of this name.
    fn command(&self, name: &str, flags: &[&str]) -> Command {
        let mut command = rotor();
        command.args(["backtest", "--factors", "heat,momentum", "--min-factors", "1"]);
        command.args(["--start", "2018-01", "--end", "2019-12", "--dataset"]).arg(demo());
        command
            .arg("--out")
            .arg(self.place(name))
            .args(flags)
            .env("ROTOR_LEDGER", self.place("trials.jsonl"));
        command
    }

    /// Replays, and returns what `run.json` says of the trials, the metrics and what stands on standard error.
    fn backtest(&self, name: &str, flags: &[&str]) -> (Value, Value, String) {
        let output = self.command(name, flags).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        let document = |file: &str| -> Value {
            serde_json::from_slice(&fs::read(self.place(name).join(file)).unwrap()).unwrap()
        };
        let run = document("run.json");
        assert_eq!(run["trials"]["n"], run["config"]["trials"]);
        (run["trials"].clone(), document("metrics.json"), stderr)
    }

    fn n_lines(&self) -> usize {
        fs::read_to_string(self.place("trials.jsonl")).map_or(0, |text| text.lines().count())
    }

    fn trials(&self, flags: &[&str]) -> String {
        let mut command = rotor();
        command.arg("trials").arg("--ledger").arg(self.place("trials.jsonl")).args(flags);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn deflated(metrics: &Value) -> f64 {
    metrics["portfolio"]["all"]["trials"]["deflated_sharpe"]["value"].as_f64().unwrap()
}

#[test]
fn each_strategy_counts_once_and_moves_the_deflated_sharpe_ratio() {
    let runs = Runs(TempDir::new().unwrap());
    let counted = |n: u64| json!({ "n": n, "source": "ledger" });
    let (trials, first, stderr) = runs.backtest("first", &[]);
    assert_eq!((trials, stderr.as_str()), (counted(1), ""));
    assert_eq!(runs.backtest("six", &["--top", "6"]).0, counted(2));
    // What changes no pick is no trial of its own.
    let again = ["--seed", "7", "--tables", "all", "--factors", "momentum,heat"];
    assert_eq!(runs.backtest("again", &again).0, counted(2));
    let (trials, third, _) = runs.backtest("third", &["--cost-bp", "15.5"]);
    assert_eq!((trials, runs.n_lines()), (counted(3), 4));
    assert_eq!(third["portfolio"]["all"]["trials"]["n_trials"], 3);
    // Without the ledger, and as the run says of itself.
    let (trials, alone, stderr) = runs.backtest("off", &["--cost-bp", "15.5", "--no-ledger"]);
    assert_eq!(trials, json!({ "n": 1, "source": "none", "ledger": "off" }));
    assert_eq!((stderr.as_str(), runs.n_lines()), ("", 4));
    assert!(deflated(&third) < deflated(&alone), "{} {}", deflated(&third), deflated(&alone));
    let (trials, repeated, _) =
        runs.backtest("given", &["--cost-bp", "15.5", "--no-ledger", "--trials", "3"]);
    assert_eq!(trials, json!({ "n": 3, "source": "given", "ledger": "off" }));
    assert_eq!(repeated, third);
    // A number that is given counts, and is contradicted.
    let (trials, given, stderr) = runs.backtest("told", &["--trials", "1"]);
    assert_eq!((trials, runs.n_lines()), (json!({ "n": 1, "source": "given" }), 5));
    assert_eq!(given, first);
    assert!(
        stderr.contains("warning: `trials` is 1, and the ledger has 3 on this dataset\nhint: "),
        "{stderr}"
    );
    // `trials = "ledger"` is what `rotor init` writes.
    assert_eq!(runs.backtest("open", &["--trials", "ledger"]).0, counted(3));

    let listed: Value =
        serde_json::from_str(&runs.trials(&["--json", "--dataset", demo().to_str().unwrap()])).unwrap();
    let of_demo = &listed["datasets"][0];
    assert_eq!((&of_demo["n_trials"], &of_demo["n_runs"]), (&3.into(), &6.into()));
    let headline = &of_demo["trials"][0]["headline"];
    let of_run = &first["portfolio"]["all"];
    assert_eq!(headline["excess"], of_run["excess"]["top_net"]["equal_weight"]["arithmetic"]["value"]);
    assert_eq!(headline["sharpe"], of_run["trials"]["deflated_sharpe"]["sharpe"]["value"]);
    assert_eq!(headline["n_months"], first["n_months"]);
    assert_eq!(
        of_demo["best"]["threshold"],
        third["portfolio"]["all"]["trials"]["deflated_sharpe"]["threshold"]["value"]
    );
    assert_eq!(of_demo["trials"][0]["run"], runs.place("first").to_str().unwrap());
}

#[test]
fn runs_at_once_all_get_in() {
    let runs = Runs(TempDir::new().unwrap());
    let start = |top: &str| {
        let mut command = runs.command(&format!("top-{top}"), &["--top", top]);
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    for mut child in ["2", "3", "4"].map(start) {
        assert!(child.wait().unwrap().success());
    }
    let history = Ledger::at(runs.place("trials.jsonl")).read().unwrap();
    assert_eq!((history.trials.len(), history.damaged.len()), (3, 0));
}

#[test]
fn a_ledger_that_cannot_be_used_is_said_and_written_down() {
    let runs = Runs(TempDir::new().unwrap());
    let without = json!({ "n": 1, "source": "none", "ledger": "unavailable" });
    fs::write(runs.place("thesis.txt"), "years of work\n").unwrap();
    let thesis = runs.place("thesis.txt");
    let (trials, _, stderr) = runs.backtest("foreign", &["--ledger", thesis.to_str().unwrap()]);
    assert_eq!(trials, without);
    let said = format!(
        "warning: this run is not counted: `{}` is not a ledger of trials\nhint: name another file by `--ledger FILE`\n",
        thesis.display()
    );
    assert_eq!(stderr, said);
    assert_eq!(fs::read_to_string(&thesis).unwrap(), "years of work\n");
    let below = thesis.join("trials.jsonl");
    let (trials, _, stderr) = runs.backtest("below", &["--ledger", below.to_str().unwrap()]);
    assert_eq!(trials, without);
    assert!(
        stderr.contains("the ledger of trials cannot be used: cannot read `") && stderr.contains("\nhint: "),
        "{stderr}"
    );
    // No place at all.
    let mut command = runs.command("homeless", &[]);
    command.env_remove("ROTOR_LEDGER").env_remove("XDG_DATA_HOME").env_remove("HOME");
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.contains("there is no home folder for the ledger"), "{stderr}");
    // A line that somebody has damaged is named, not counted, and stays.
    runs.backtest("first", &[]);
    let path = runs.place("trials.jsonl");
    let damaged = fs::read_to_string(&path).unwrap().replacen("\"config\"", "\"c\"", 1);
    fs::write(&path, &damaged).unwrap();
    let (trials, _, stderr) = runs.backtest("six", &["--top", "6"]);
    assert_eq!(trials, json!({ "n": 1, "source": "ledger" }));
    assert!(stderr.contains("warning: 1 line of the ledger of trials `"), "{stderr}");
    assert!(stderr.contains("cannot be read, line 1: missing field `config`"), "{stderr}");
    assert!(fs::read_to_string(&path).unwrap().starts_with(&damaged));
    assert!(runs.trials(&["--all"]).contains("\nline 1 cannot be read: missing field `config`"));
}

#[test]
fn trials_are_listed_in_eighty_columns() {
    let runs = Runs(TempDir::new().unwrap());
    let ledger = Ledger::at(runs.place("trials.jsonl"));
    assert!(runs.trials(&["--all"]).starts_with("no trials\n\nledger: "));
    // Lines of earlier releases have no settings.
    let settings = [("top", "8"), ("heat.weight", "0.5")].map(|(key, value)| (key.into(), value.into()));
    for (number, settings) in [(1, None), (2, Some(settings.into())), (1, None)] {
        ledger.append(&Trial { settings, ..trial(number) }).unwrap();
    }
    let other = TrialData { name: "made up".into(), sha256: "e".repeat(64), lineage: None };
    let none = Headline {
        excess: None,
        interval: None,
        excess_eligible: None,
        interval_eligible: None,
        sharpe: None,
        n_months: 1,
    };
    let factors = vec!["电力\u{202e}".to_owned()];
    ledger.append(&Trial { dataset: other, headline: none, factors, ..trial(9) }).unwrap();
    let said = runs.trials(&["--all"]);
    let expected = "\
made up (data dddddddd): 2 trials in 3 runs
settings of all trials that record them: heat.weight = 0.5; top = 8

when (UTC)           trial  excess          95% CI  Sharpe  run
factors: profit, price, prosperity, heat; other settings are not recorded
1970-01-01 00:00         1   +3.1%  [-1.2%, +7.4%]    0.06  runs/made-up-1
108 months        eligible   +0.4%  [-2.1%, +2.9%]          the last of 2
1970-01-01 00:00         2   +3.1%  [-1.2%, +7.4%]    0.07  runs/made-up-2
108 months        eligible   +0.4%  [-2.1%, +2.9%]
runs of equal settings are one trial, with the numbers of the last; excess:
annualised excess return (net) over equal weight; in the line `eligible` over
that of the eligible sectors; Sharpe: monthly, over equal weight

best: trial 2, Sharpe 0.07 over 108 months
";
    assert!(said.starts_with(expected), "{said}");
    assert_narrow(&said);
}

/// Asserts that no line is wider than eighty columns, but for the place of the ledger.
fn assert_narrow(said: &str) {
    let lines = said.lines().filter(|line| !line.starts_with("ledger: "));
    assert!(lines.map(|line| line.chars().count()).all(|width| width <= 80), "{said}");
}

/// Settings of a trial.
fn settings(settings: &[(&str, &str)]) -> BTreeMap<String, String> {
    settings.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
}

#[test]
fn what_trials_share_is_said_once() {
    let runs = Runs(TempDir::new().unwrap());
    let ledger = Ledger::at(runs.place("trials.jsonl"));
    let long = "power.plant.".repeat(12);
    let tried = [
        settings(&[("cost_bp", "15"), ("start", "2012-01")]),
        settings(&[("cost_bp", "15"), ("start", "2012-01"), ("top", "8"), ("heat.weight", "0.5")]),
        settings(&[("cost_bp", "15"), ("start", "2014-01"), ("z\u{1b}[2J\u{202e}", &long)]),
    ];
    for (number, settings) in tried.into_iter().enumerate() {
        let run = "跑".repeat(60);
        ledger.append(&Trial { settings: Some(settings), run, ..trial(number as u64) }).unwrap();
    }
    let said = runs.trials(&["--all"]);
    let beginning = "\
made up (data dddddddd): 3 trials in 3 runs
settings of all trials: cost_bp = 15

when (UTC)           trial  excess          95% CI  Sharpe  run
start = 2012-01
1970-01-01 00:00         1   +3.1%  [-1.2%, +7.4%]    0.05  …跑跑跑跑跑跑跑跑跑
108 months        eligible   +0.4%  [-2.1%, +2.9%]
heat.weight = 0.5; start = 2012-01; top = 8
";
    assert!(said.starts_with(beginning), "{said}");
    assert!(said.contains("\nstart = 2014-01; z\\u{1b}[2J\\u{202e} =\n  power.plant.power"), "{said}");
    assert_narrow(&said);
    // One alone has nothing beside it.
    let runs = Runs(TempDir::new().unwrap());
    let ledger = Ledger::at(runs.place("trials.jsonl"));
    for (settings, expected) in [
        (
            settings(&[]),
            "(data dddddddd): 1 trial in 1 run\n\nwhen (UTC)           trial  excess          95% CI  Sharpe  run\ndefaults\n1970",
        ),
        (
            settings(&[("top", "8")]),
            "1 trial in 2 runs\nsettings of all trials: top = 8\n\nwhen (UTC)           trial  excess          95% CI  Sharpe  run\n1970",
        ),
    ] {
        ledger.append(&Trial { settings: Some(settings), ..trial(1) }).unwrap();
        let said = runs.trials(&["--all"]);
        assert!(said.contains(expected), "{said}");
    }
}

/// Sharpe ratio of a trial among many, all different, in an order of their own.
fn sharpe_of(number: u64) -> f64 {
    (number * 7919 % 100_003) as f64 / 1e6
}

/// The numbers of the trials in the rows of a listing.
fn listed(said: &str) -> Vec<u64> {
    let rows = said.lines().filter(|line| line.starts_with("1970-01-01 00:00"));
    rows.map(|row| row.split_whitespace().nth(2).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_hundred_thousand_trials_are_counted_and_listed() {
    const N: u64 = 100_000;
    const N_ALONE: u64 = 60;
    let runs = Runs(TempDir::new().unwrap());
    let ledger = Ledger::at(runs.place("trials.jsonl"));
    let sweep = "5".repeat(64);
    let of = |number: u64| {
        let mut trial = trial(number);
        trial.headline.sharpe = Some(sharpe_of(number));
        trial.settings = Some(settings(&[
            ("start", "2012-01"),
            ("top", &(number % 9).to_string()),
            ("n", &number.to_string()),
        ]));
        if number >= N_ALONE {
            trial.returns = Some(format!("{number:064x}"));
            trial.sweep = Some(sweep.clone());
        }
        trial
    };
    // Sixty one after the other, the rest as a sweep, three of them once more, and some on other data of this name.
    let tried: Vec<Trial> = (0..N).map(of).collect();
    for trial in &tried[..N_ALONE as usize] {
        ledger.append(trial).unwrap();
    }
    ledger.append_all(&tried[N_ALONE as usize..]).unwrap();
    ledger.append_all(&tried[..3]).unwrap();
    let other = TrialData { sha256: "e".repeat(64), ..tried[0].dataset.clone() };
    let others: Vec<Trial> =
        (0..40).map(|number| Trial { dataset: other.clone(), ..of(number % 20) }).collect();
    ledger.append_all(&others).unwrap();

    let line = tried[0].dataset.line();
    let history = ledger.read().unwrap();
    assert_eq!((history.trials.len() as u64, history.damaged.len()), (N + 43, 0));
    assert_eq!(history.trials[..N as usize], tried);
    for (line, config, expected) in
        [(line, 7, N), (line, N + 7, N + 1), (other.line(), 7, 20), (other.line(), 77, 21), ("new", 7, 1)]
    {
        let config = format!("{config:064x}");
        let tally = ledger.count(line, [config.as_str()]).unwrap();
        assert_eq!((tally.n_trials, tally.damaged.len()), (expected, 0), "{line}");
        assert_eq!(history.n_trials(line, &config), expected, "{line}");
    }

    // The best, found slowly.
    let best_of = |numbers: std::ops::Range<u64>, n: usize| {
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_by(|one, other| sharpe_of(*other).partial_cmp(&sharpe_of(*one)).unwrap());
        numbers.truncate(n);
        numbers.iter().map(|number| number + 1).collect::<Vec<u64>>()
    };
    let (best, alone) = (best_of(0..N, 1)[0], best_of(0..N_ALONE, 20));
    let said = runs.trials(&["--all"]);
    assert!(said.starts_with(
        "made up (data dddddddd): 100 000 trials in 100 003 runs\nsettings of all trials: start = 2012-01\n"
    ));
    assert!(said.contains(&format!("\nsweep 55555555: 99 940 trials, best: trial {best}, Sharpe 0.10 over 108 months\nwith n = {}; top = {}\n", best - 1, (best - 1) % 9)), "{said}");
    assert!(
        said.contains(&format!(
            "\nbest: trial {best}, Sharpe 0.10 over 108 months\nluck: the best of 100 000 strategies"
        )),
        "{said}"
    );
    assert!(said.contains("\n20 trials more on other data of this name"), "{said}");
    assert!(said.contains("\n100 000 trials more on other data of this name"), "{said}");
    assert_narrow(&said);
    // Three were run once more, and are the latest unless they are among the best.
    let mut order: Vec<u64> = (4..=N_ALONE).chain(1..=3).filter(|number| !alone.contains(number)).collect();
    let latest = order.split_off(order.len() - 5);
    let of_other: Vec<u64> = (1..=20).collect();
    assert_eq!(listed(&said), [alone, latest.clone(), of_other.clone()].concat());
    assert!(said.contains("-- 35 trials left out: "), "{said}");
    // Asked for, those of sweeps have rows as well.
    let said = runs.trials(&["--all", "--limit", "3"]);
    let shown = listed(&said);
    assert_eq!(shown[..3], best_of(0..N, 3));
    assert_eq!(shown[5..8], [1, 2, 3]);
    assert!(!said.contains("sweep") && said.contains("-- 99 992 trials left out: "), "{said}");
    let said = runs.trials(&["--all", "--limit", "0"]);
    assert_eq!(listed(&said), (1..=N).chain(of_other).collect::<Vec<u64>>());

    let document: Value = serde_json::from_str(&runs.trials(&["--all", "--json"])).unwrap();
    let entry = &document["datasets"][0];
    assert_eq!((&entry["n_trials"], &entry["n_runs"]), (&N.into(), &(N + 3).into()));
    assert_eq!(entry["n_trials_on_other_data_of_this_name"], 20);
    assert_eq!(document["datasets"][1]["n_trials_on_other_data_of_this_name"], N);
    assert_eq!(entry["best"]["config"], format!("{:064x}", best - 1));
    let trials = entry["trials"].as_array().unwrap();
    assert_eq!(trials.len() as u64, N + 3);
    assert_eq!(
        (&trials[99]["sweep"], &trials[99]["returns"]),
        (&sweep.into(), &format!("{:064x}", 99).into())
    );
    assert_eq!(trials[0].get("sweep"), None);
}

/// A line as the releases up to 0.2 read it, which refuse no key that they do not know.
#[test]
fn earlier_releases_read_lines_of_sweeps() {
    let folder = TempDir::new().unwrap();
    let ledger = Ledger::at(folder.path().join("trials.jsonl"));
    let of =
        |number: u64| Trial { sweep: Some("5".repeat(64)), settings: Some(settings(&[])), ..trial(number) };
    ledger.append_all(&[of(1), of(2)]).unwrap();
    for (line, number) in fs::read_to_string(ledger.path()).unwrap().lines().zip(1..) {
        assert!(
            line.ends_with(&format!(",\"run\":\"runs/made-up-{number}\",\"batch\":[{number},2]}}")),
            "{line}"
        );
        // Nothing that they ask for has moved or changed.
        let mut read: Value = serde_json::from_str(line).unwrap();
        let new: Vec<(String, Value)> = ["sweep", "batch"]
            .into_iter()
            .filter_map(|key| read.as_object_mut()?.remove_entry(key))
            .collect();
        assert_eq!(new.len(), 2, "{line}");
        let before = Trial { sweep: None, ..of(number) };
        assert_eq!(read, serde_json::to_value(before).unwrap());
    }
}

#[test]
fn trials_are_grouped_as_one_by_one() {
    // Names, data and configurations that cross each other in every way.
    let of = |number: u64| {
        let mixed = number * 7919 % 1009;
        let dataset = TrialData {
            name: format!("name {}", mixed % 3),
            sha256: format!("{:064x}", mixed % 7),
            lineage: mixed.is_multiple_of(5).then(|| format!("{:064x}", mixed % 2)),
        };
        let mut trial = Trial { dataset, ..trial(mixed % 23) };
        trial.headline.sharpe = (!mixed.is_multiple_of(11)).then(|| (mixed % 13) as f64 / 10.0);
        trial.headline.n_months = mixed % 4 * 30;
        trial
    };
    for n in [1, 2, 9, 60, 400] {
        let history = History { trials: (0..n).map(of).collect(), damaged: Vec::new() };
        for dataset in rotor::trials_by_dataset(&history) {
            let line = dataset.data.line();
            let alone = rotor::trials_of(&history, dataset.data.clone());
            let others = history.trials.iter().filter(|trial| {
                trial.dataset.name == dataset.data.name && trial.dataset.line() != dataset.data.line()
            });
            let n_others = others.map(|trial| &trial.config).collect::<BTreeSet<_>>().len() as u64;
            assert_eq!((dataset.n_on_other_data, alone.n_on_other_data), (n_others, n_others));
            let runs: Vec<&Trial> = history.of_dataset(line).collect();
            assert_eq!((&dataset.runs, &alone.runs), (&runs, &runs));
            assert_eq!(dataset.n_trials(), history.n_trials(line, &runs[0].config));
            for strategy in &dataset.strategies {
                let same = || runs.iter().filter(|run| run.config == strategy.latest.config);
                assert_eq!(
                    (strategy.n_runs, *same().next_back().unwrap()),
                    (same().count(), strategy.latest)
                );
                assert_eq!(runs[strategy.latest_idx], strategy.latest);
            }
            // The best is as good as any last run of two months and more.
            let evidence =
                |trial: &Trial| trial.headline.sharpe.unwrap() * (trial.headline.n_months as f64).sqrt();
            let judged = dataset.strategies.iter().map(|strategy| strategy.latest);
            let judged = judged.filter(|run| run.headline.sharpe.is_some() && run.headline.n_months >= 2);
            let most = judged.map(evidence).max_by(f64::total_cmp);
            assert_eq!(dataset.best().map(|best| evidence(best.trial)), most);
        }
    }
}

#[test]
fn a_dataset_that_has_grown_keeps_its_trials() {
    let folder = TempDir::new().unwrap();
    let ledger = Ledger::at(folder.path().join("trials.jsonl"));
    ledger.append(&trial(1)).unwrap();
    let first = trial(1).dataset;
    let grown =
        TrialData { sha256: "f".repeat(64), lineage: Some(first.sha256.clone()), name: first.name.clone() };
    // The same strategy on the grown data is the same trial.
    ledger.append(&Trial { dataset: grown.clone(), ..trial(1) }).unwrap();
    ledger.append(&Trial { dataset: grown.clone(), ..trial(2) }).unwrap();
    let history = ledger.read().unwrap();
    for data in [&first, &grown] {
        assert_eq!(history.n_trials(data.line(), &trial(3).config), 3);
        assert_eq!(rotor::trials_of(&history, data.clone()).n_trials(), 2);
    }
    let datasets = rotor::trials_by_dataset(&history);
    assert_eq!((datasets.len(), datasets[0].n_on_other_data), (1, 0));
    // A line of a dataset that has not grown is written as ever.
    let lines = fs::read_to_string(ledger.path()).unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("lineage")).count(), 2);
}
