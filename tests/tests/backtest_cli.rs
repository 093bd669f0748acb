//! `rotor backtest` and `rotor init` as a user meets them: what is printed, what is refused, and that nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};

use rotor_tests::plugins::{c_plugin, factor, plugin};
use rotor_tests::{Folder, demo, files_of, rotor, run_rotor};
use serde_json::Value;
use tempfile::TempDir;

/// A folder for runs.
struct Runs(TempDir);

impl Runs {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn place(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Replays some months of the demo to a place of this name.
    fn backtest(&self, name: &str, flags: &[&str]) -> (i32, String, String) {
        let (demo, place) = (demo(), self.place(name));
        let mut arguments = vec!["backtest", "--dataset", demo.to_str().unwrap()];
        arguments.extend(["--out", place.to_str().unwrap(), "--start", "2020-01", "--end", "2020-06"]);
        arguments.extend(flags);
        run_rotor(&arguments)
    }

    /// As [`Runs::backtest`], and is refused; returns what it says.
    fn refused(&self, flags: &[&str]) -> String {
        let (code, stdout, stderr) = self.backtest("refused", flags);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(!self.place("refused").exists(), "nothing is left behind");
        assert_eq!(fs::read_dir(self.0.path()).unwrap().count(), 0, "nothing hidden is left behind");
        stderr
    }
}

/// Every file below a folder, by path, with its bytes.
fn all_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let inner = files_of(&entry.path()).into_iter();
            files.extend(inner.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            files.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    files.sort();
    files
}

fn json_of(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A text with the breaks of its lines taken out.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_run_ends_with_a_table_and_a_folder() {
    let runs = Runs::new();
    let (code, stdout, stderr) = runs.backtest("run", &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for words in [
        "SYNTHETIC DATA",
        "6 months, 2020-01-02 to 2020-06-01",
        "RankIC",
        "top 5 net",
        "equal weight",
        "selected sectors of 2020-06-01",
    ] {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
    assert!(stdout.lines().all(|line| line.chars().count() <= 100), "{stdout}");
    let place = runs.place("run");
    let ending = format!("run folder: {0}\nreport: {0}/report.html\n", place.display());
    assert!(stdout.ends_with(&ending), "{stdout}");
    let names: Vec<String> = all_files(&runs.place("run")).into_iter().map(|(name, _)| name).collect();
    for file in ["scores", "forecasts", "diagnostics", "ranking", "returns", "nav", "turnover", "entities"] {
        assert!(names.contains(&format!("{file}.parquet")), "{names:?}");
    }
    for file in [
        "metrics.json",
        "run.json",
        "report.html",
        "tables/heat.z.parquet",
        "tables/profit.forecasts.parquet",
    ] {
        assert!(names.contains(&file.to_owned()), "{names:?}");
    }
    let run = json_of(&runs.place("run/run.json"));
    assert_eq!(run["config"]["top"], 5);
    assert_eq!(run["config"]["factors"], serde_json::json!(["profit", "price", "prosperity", "heat"]));
    assert_eq!(run["executions"]["n"], 6);
    assert_eq!(run["factors"][3]["abi"], "1.4");
    let (code, stdout, _) = runs.backtest("json", &["--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, json["picks"].as_array().unwrap().len()), (0, 5));
    assert_eq!(json["metrics"], json_of(&runs.place("json/metrics.json")));
}

#[test]
fn the_same_run_gives_the_same_bytes_on_any_number_of_threads() {
    let runs = Runs::new();
    for (name, threads) in [("one", "1"), ("two", "2"), ("many", "16")] {
        assert_eq!(runs.backtest(name, &["--threads", threads, "--tables", "all"]).0, 0);
    }
    let expected = all_files(&runs.place("one"));
    assert!(expected.len() > 15);
    for name in ["two", "many"] {
        for ((file, bytes), (other, found)) in expected.iter().zip(all_files(&runs.place(name))) {
            assert!(*file == other && *bytes == found, "{file} differs");
        }
    }
}

#[test]
fn an_existing_folder_is_replaced_only_if_it_is_a_run_and_asked_for() {
    let runs = Runs::new();
    assert_eq!(runs.backtest("run", &[]).0, 0);
    let before = all_files(&runs.place("run"));
    let (code, stdout, stderr) = runs.backtest("run", &["--top", "3"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("exists already") && stderr.contains("hint: "), "{stderr}");
    assert_eq!(all_files(&runs.place("run")), before);
    assert_eq!(runs.backtest("run", &["--top", "3", "--force"]).0, 0);
    assert_eq!(json_of(&runs.place("run/run.json"))["config"]["top"], 3);
    // What somebody has put there is not lost, nor a folder of something else.
    fs::write(runs.place("run/tables/notes.txt"), "mine").unwrap();
    let (code, _, stderr) = runs.backtest("run", &["--force"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("holds `tables/notes.txt`, which no run wrote\nhint: move it"), "{stderr}");
    fs::create_dir(runs.place("other")).unwrap();
    fs::write(runs.place("other/run.json"), "{\"files\": {}}").unwrap();
    assert_eq!(runs.backtest("other", &["--force"]).0, 2);
    assert_eq!(files_of(&runs.place("other")).len(), 1);
    fs::create_dir(runs.place("thesis")).unwrap();
    fs::write(runs.place("thesis/chapter.txt"), "years of work").unwrap();
    let (code, _, stderr) = runs.backtest("thesis", &["--force"]);
    assert_eq!(code, 2, "{stderr}");
    assert_eq!(files_of(&runs.place("thesis")).len(), 1);
}

#[test]
fn without_a_place_runs_are_numbered() {
    let folder = TempDir::new().unwrap();
    for expected in ["runs/demo", "runs/demo-2", "runs/demo-3"] {
        let arguments =
            ["backtest", "--start", "2020-01", "--end", "2020-01", "--factors", "heat", "--dataset"];
        let output = rotor().args(arguments).arg(demo()).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let stdout = String::from_utf8(output.stdout).unwrap();
        let ending = format!("run folder: {expected}\nreport: {expected}/report.html\n");
        assert!(stdout.ends_with(&ending), "{stdout}");
        assert!(folder.path().join(expected).join("run.json").is_file());
    }
}

#[test]
fn two_runs_into_one_folder_leave_one_whole_run() {
    let runs = Runs::new();
    let place = runs.place("run");
    let start = || {
        let flags = ["--start", "2020-01", "--end", "2020-03", "--factors", "heat", "--out"];
        let mut command = rotor();
        command.args(["backtest", "--dataset"]).arg(demo()).args(flags).arg(&place);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let ended: Vec<_> = [start(), start(), start()].map(|child| child.wait_with_output().unwrap()).into();
    let mut codes: Vec<Option<i32>> = ended.iter().map(|output| output.status.code()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(2), Some(2)]);
    assert_eq!(json_of(&place.join("run.json"))["executions"]["n"], 3);
    assert_eq!(fs::read_dir(runs.0.path()).unwrap().count(), 1, "nothing hidden is left behind");
}

#[test]
fn what_cannot_be_run_is_refused_with_a_remedy() {
    let runs = Runs::new();
    let cases: &[(&[&str], &str)] = &[
        (
            &["--start", "2021-01", "--end", "2020-01"],
            "error: the run starts in 2021-01, after its end in 2020-01\nhint: set `start`, which is 2015-01 unless it is given, or `end`\n",
        ),
        (
            &["--start", "2030-01", "--end", "2030-12"],
            "error: dataset `demo` has no execution day with an exit from 2030-01 to 2030-12\n\
             hint: its trading days reach from 2010-01-04 to 2024-12-31, and the last month has no exit\n",
        ),
        (
            &["--start", "2020-13"],
            "error: the configuration in the flags has faults\n  `start`: a month as YYYY-MM is expected, not the text \"2020-13\"\n",
        ),
        (
            &["--top", "0"],
            "error: the configuration in the flags has faults\n  `top`: 0 is not from 1 to 1000000\n",
        ),
        (
            &["--top", "-3"],
            "error: the configuration in the flags has faults\n  `top`: -3 is not from 1 to 1000000\n",
        ),
        (
            &["--cost-bp", "nan"],
            "error: the configuration in the flags has faults\n  `cost_bp`: NaN is not from 0 to 5000\n",
        ),
        (
            &["--weights", "ranks"],
            "error: the configuration in the flags has faults\n  `weights`: `ranks` is not one of equal, rank\n    hint: did you mean `rank`?\n",
        ),
        (
            &["--benchmarks", "000310"],
            "error: `benchmarks`: dataset `demo` has no benchmark `000310`\nhint: did you mean `000300`?\n",
        ),
        (
            &["--exclude", "801011"],
            "error: `exclude`: dataset `demo` has no sector `801011`\nhint: did you mean `801010`?\n",
        ),
        (
            &["--factors", "profit,heta"],
            "error: there is no factor `heta` in this program\nhint: did you mean `heat`?\n",
        ),
        (
            &["--factors", "heat,heat"],
            "error: factor `heat` is in the run twice\nhint: name it once; two versions of one factor need two names\n",
        ),
        (
            &["--factors", "heat", "--set", "heat.weight=0"],
            "error: the run has no factor with a weight above 0\nhint: name factors in `factors`, and give one of them a weight above 0\n",
        ),
        (
            &["--set", "heta.weight=2"],
            "error: there is no factor `heta` in this program\nhint: did you mean `heat`?\n",
        ),
        (&["--set", "heat.windows=2"], "error: factor `heat` cannot be made: "),
        (
            &["--set", "tpo=2"],
            "error: the configuration in the flags has faults\n  `tpo`: there is no such key\n    hint: did you mean `top`?\n",
        ),
        (
            &["--factor", "nowhere/lib.so"],
            "error: the library nowhere/lib.so is refused\n  it cannot be read: ",
        ),
        (&["--config", "nowhere.toml"], "error: cannot read the configuration nowhere.toml: "),
        (
            &["--groups", "upsteram"],
            "error: the configuration in the flags has faults\n  `groups`: `upsteram` is not one of ",
        ),
    ];
    for (flags, expected) in cases {
        let said = runs.refused(flags);
        assert!(said.starts_with(expected), "{flags:?}\n{said}\n{expected}");
    }
}

#[test]
fn a_dataset_without_inputs_is_warned_of_or_refused() {
    let runs = Runs::new();
    let folder = Folder::small();
    let on_small = |flags: &[&str]| {
        let place = runs.place("small");
        let mut arguments = vec!["backtest", "--dataset", folder.path().to_str().unwrap()];
        arguments.extend(["--out", place.to_str().unwrap(), "--start", "2020-01"]);
        arguments.extend(flags);
        run_rotor(&arguments)
    };
    // One month, and no factor can say anything of it.
    let (code, _, stderr) = on_small(&[]);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("warning: factor `"), "{stderr}");
    assert!(stderr.contains("\nerror: no factor has a score in any month\n  `profit`: "), "{stderr}");
    assert!(stderr.contains("\n  `heat`: ") && stderr.contains("\nhint: "), "{stderr}");
    let (code, _, stderr) = on_small(&["--on-missing-input", "stop"]);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("error: dataset `test` lacks inputs\n  `profit`: input `"), "{stderr}");
    assert!(!runs.place("small").exists());
    // Without its series, one factor is silent and the run says so.
    let place = runs.place("partial");
    let without = without_margins(&runs);
    let arguments = [
        "backtest",
        "--dataset",
        without.to_str().unwrap(),
        "--start",
        "2020-01",
        "--end",
        "2020-03",
        "--out",
    ];
    let arguments: Vec<&str> = arguments.into_iter().chain([place.to_str().unwrap()]).collect();
    let (code, stdout, stderr) = run_rotor(&arguments);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.starts_with("warning: factor `price` has no scores: input `margin`"), "{stderr}");
    assert!(
        on_one_line(&stdout).contains(
            "warning: factor `price` has no scores: input `margin`: the dataset has no series `gross_margin`"
        ),
        "{stdout}"
    );
    assert!(stdout.contains("every factor has scores in 0 of them"), "{stdout}");
}

/// The demo without the series of margins.
fn without_margins(runs: &Runs) -> PathBuf {
    let place = runs.place("dataset");
    let (code, _, stderr) =
        run_rotor(&["dataset", "convert", demo().to_str().unwrap(), place.to_str().unwrap(), "--to", "csv"]);
    assert_eq!(code, 0, "{stderr}");
    for table in ["series.csv", "observations.csv"] {
        let text = fs::read_to_string(place.join(table)).unwrap();
        let kept = text.lines().filter(|line| !line.starts_with("gross_margin,"));
        fs::write(place.join(table), kept.fold(String::new(), |text, line| text + line + "\n")).unwrap();
    }
    let manifest = fs::read_to_string(place.join("dataset.toml")).unwrap();
    fs::write(place.join("dataset.toml"), manifest.split("\n[sha256]").next().unwrap()).unwrap();
    place
}

#[test]
fn a_factor_that_fails_costs_its_scores_or_ends_the_run() {
    let runs = Runs::new();
    let library = plugin("panics-in-evaluate");
    let flags = ["--factor", library.to_str().unwrap()];
    let (code, stdout, stderr) = runs.backtest("skip", &flags);
    assert_eq!(code, 0, "{stderr}");
    let text = on_one_line(&stdout);
    let (_, note) = text.split_once("warning: factor `").unwrap();
    assert!(note.contains("failed on ") && note.contains("it panicked: "), "{stdout}");
    let run = json_of(&runs.place("skip/run.json"));
    let warnings = run["warnings"].as_array().unwrap();
    assert_eq!(
        warnings.iter().filter(|warning| warning["code"] == "factor_failed").count(),
        1,
        "{warnings:?}"
    );
    assert_eq!(run["factors"][4]["sha256"].as_str().unwrap().len(), 64);
    let (code, _, stderr) = runs.backtest("stop", &[&flags[..], &["--on-error", "stop"]].concat());
    assert_eq!(code, 2);
    assert!(stderr.contains(" failed on 2020-") && stderr.contains("it panicked: "), "{stderr}");
    assert!(!runs.place("stop").exists());
}

#[test]
fn a_loaded_factor_stands_beside_a_linked_one_with_no_difference() {
    let runs = Runs::new();
    assert_eq!(runs.backtest("linked", &["--factors", "profit,heat"]).0, 0);
    let config = runs.place("rotor.toml");
    let toml = |isolate: bool| {
        format!(
            "factors = [\"profit\", \"heat\"]\n[factor.heat]\nlibrary = {:?}\nisolate = {isolate}\n",
            factor("heat").to_str().unwrap()
        )
    };
    for (name, isolate) in [("loaded", false), ("isolated", true)] {
        fs::write(&config, toml(isolate)).unwrap();
        let (code, _, stderr) = runs.backtest(name, &["--config", config.to_str().unwrap()]);
        assert_eq!(code, 0, "{stderr}");
        let compared = |place: &str| {
            let mut files = all_files(&runs.place(place));
            // Both say where a factor comes from.
            files.retain(|(file, _)| !["run.json", "report.html"].contains(&file.as_str()));
            files
        };
        assert!(compared("linked") == compared(name), "{name}");
        let run = json_of(&runs.place(name).join("run.json"));
        assert_eq!(
            (&run["factors"][1]["isolated"], run["factors"][1]["library"].is_string()),
            (&isolate.into(), true)
        );
    }
    // Settings of loading belong to libraries, and are heeded however the library is named.
    let said = |flags: &[&str]| {
        let (code, _, stderr) = runs.backtest("refused", flags);
        assert_eq!(code, 2, "{stderr}");
        stderr
    };
    assert!(said(&["--set", "heat.isolate=true"]).contains("is part of this program: it cannot be isolated"));
    let library = c_plugin();
    let pin = format!("momentum_c.sha256={}", "0".repeat(64));
    let pinned = said(&["--factor", library.to_str().unwrap(), "--set", &pin]);
    assert!(pinned.contains("is pinned"), "{pinned}");
    let twice = ["--factor", library.to_str().unwrap(), "--factor", library.to_str().unwrap()];
    assert!(said(&twice).contains("factor `momentum_c` is in the run twice"));
    // In another language, added by a flag and weighed by another.
    let library = c_plugin();
    let flags = [
        "--factor",
        library.to_str().unwrap(),
        "--set",
        "momentum_c.weight=0.5",
        "--set",
        "momentum_c.lookback=6",
    ];
    let (code, _, stderr) = runs.backtest("c", &flags);
    assert_eq!(code, 0, "{stderr}");
    let run = json_of(&runs.place("c/run.json"));
    assert_eq!(
        (&run["factors"][4]["name"], &run["factors"][4]["weight"]),
        (&"momentum_c".into(), &0.5.into())
    );
    assert_eq!(run["config"]["factor"]["momentum_c"]["parameters"]["lookback"], 6);
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let runs = Runs::new();
    let place = runs.place("run");
    let mut command = rotor();
    command.args(["backtest", "--dataset"]).arg(demo()).arg("--out").arg(&place);
    // A factor that never answers, so that there is time to change one's mind.
    command.arg("--factor").arg(plugin("sleeps-for-ever")).args(["--set", "sleeps_for_ever.time_limit=60"]);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(child.try_wait().unwrap().is_none(), "it is waiting for the factor");
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(runs.0.path()).unwrap().count(), 0);
}

#[test]
fn init_writes_what_a_run_without_it_does() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rotor.toml");
    let (code, stdout, stderr) = run_rotor(&["init", path.to_str().unwrap()]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("rotor backtest --config"), "{stdout}");
    let text = fs::read_to_string(&path).unwrap();
    for key in rotor_run::KEYS {
        assert!(text.contains(&format!("\n# {}\n{} = ", key.about, key.name)), "{text}");
    }
    let (code, _, stderr) = run_rotor(&["init", path.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("hint: give another name, or replace it by `--force`"), "{stderr}");
    // The file says what the defaults are, and where the dataset lies is meant from the file.
    fs::create_dir(folder.path().join("datasets")).unwrap();
    std::os::unix::fs::symlink(demo(), folder.path().join("datasets/demo")).unwrap();
    let runs = Runs::new();
    let (from_file, plain) = (runs.place("file"), runs.place("plain"));
    let months = ["--start", "2020-01", "--end", "2020-02"];
    let config = ["backtest", "--config", path.to_str().unwrap(), "--out", from_file.to_str().unwrap()];
    let (code, _, stderr) = run_rotor(&[&config[..], &months].concat());
    assert_eq!(code, 0, "{stderr}");
    let demo = demo();
    let flags = ["backtest", "--dataset", demo.to_str().unwrap(), "--out", plain.to_str().unwrap()];
    assert_eq!(run_rotor(&[&flags[..], &months].concat()).0, 0);
    let facts = |place: &Path| {
        let mut files = all_files(place);
        files.retain(|(file, _)| file != "run.json");
        files
    };
    assert!(facts(&from_file) == facts(&plain));
}

#[test]
fn faults_of_a_configuration_file_have_their_place() {
    let runs = Runs::new();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("my.toml");
    fs::write(&path, "top = 5\ntopp = 6\n\n[factor.heat]\nweigth = 2\n").unwrap();
    let said = runs.refused(&["--config", path.to_str().unwrap()]);
    let expected = format!(
        "error: the configuration in {} has faults\n  \
         line 2, column 1: `topp`: there is no such key\n    hint: did you mean `top`?\n  \
         line 5, column 1: `factor.heat.weigth`: there is no such key\n    hint: did you mean `weight`?\n",
        path.display()
    );
    assert_eq!(said, expected);
}

/// Too little of what the system gives is neither a fault of the data nor a crash: a sentence, exit code 3, and nothing left behind.
#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_or_too_few_open_files_are_said() {
    let runs = Runs::new();
    let limited = |limit: &str| {
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")]).arg(rotor().get_program());
        limited.args(["backtest", "--dataset"]).arg(demo()).arg("--out").arg(runs.place("run"));
        let output = limited.env("ROTOR_LEDGER", "off").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let (mut n_short, mut n_few) = (0, 0);
    let memory = (60..=260).step_by(20).map(|mebibytes| format!("-v {}", mebibytes << 10));
    for limit in memory.chain((4..=9).map(|n| format!("-n {n}"))) {
        let (code, said) = limited(&limit);
        if code == Some(0) {
            fs::remove_dir_all(runs.place("run")).unwrap();
        } else {
            assert_eq!(code, Some(3), "{limit}: {said}");
            let (is_short, is_few) =
                (said.contains("too little memory: "), said.contains("Too many open files"));
            assert!(
                (is_short || is_few || said.contains("threads")) && said.contains("hint: "),
                "{limit}: {said}"
            );
            (n_short, n_few) = (n_short + u32::from(is_short), n_few + u32::from(is_few));
        }
        let left: Vec<_> =
            fs::read_dir(runs.place("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{limit} left {left:?}");
    }
    assert!(n_short > 2 && n_few > 0, "{n_short} {n_few}");
}
