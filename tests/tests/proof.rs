//! `rotor verify` and `rotor compare` as a reviewer meets them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rotor_fs::sha256;
use rotor_tests::plugins::{c_plugin, c_plugin_with_constructor};
use rotor_tests::{demo, run_rotor};
use serde_json::Value;
use tempfile::TempDir;

struct Runs(TempDir);

impl Runs {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Replays two years of the demo to a place of this name.
    fn backtest(&self, name: &str, flags: &[&str]) -> PathBuf {
        let (demo, place) = (demo(), self.0.path().join(name));
        let mut arguments = vec!["backtest", "--dataset", demo.to_str().unwrap()];
        arguments.extend(["--out", place.to_str().unwrap(), "--start", "2019-01", "--end", "2020-12"]);
        arguments.extend(flags);
        let (code, _, stderr) = run_rotor(&arguments);
        assert_eq!((code, stderr.as_str()), (0, ""));
        place
    }
}

fn verify(place: &Path, flags: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) = run_rotor(&[&["verify", place.to_str().unwrap()], flags].concat());
    assert_eq!(stderr, "");
    (code, stdout)
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "`{from}` is to stand in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_run_is_verified_or_what_differs_is_named() {
    let runs = Runs::new();
    let place = runs.backtest("run", &[]);
    let (code, said) = verify(&place, &[]);
    assert!(code == 0 && said.ends_with("files are the same, bit for bit\nverified\n"), "{said}");
    let (code, json) = verify(&place, &["--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, &json["verified"], json["replay"]["different"].as_array().unwrap().len()),
        (0, &true.into(), 0)
    );

    // Everything at once: a changed file, another version, a dataset that is another one.
    let ranking = fs::read(place.join("ranking.parquet")).unwrap();
    fs::write(place.join("ranking.parquet"), &ranking[1..]).unwrap();
    let run_json = fs::read_to_string(place.join("run.json")).unwrap();
    edit(&place.join("run.json"), "\"version\": \"0.", "\"version\": \"9.");
    let other = runs.0.path().join("null");
    let (code, _, stderr) = run_rotor(&[
        "dataset",
        "generate",
        "--world",
        "null",
        "--seed",
        "1",
        "--out",
        other.to_str().unwrap(),
    ]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let (code, said) = verify(&place, &["--dataset", other.to_str().unwrap()]);
    for part in [
        "`ranking.parquet` has ",
        "differ today:\n",
        "engine version: 9.",
        "data name: demo → ",
        "data prices.parquet: ",
        "scores.parquet differs\n",
        "not verified: files were changed after the run was written; results differ, and so do: data, engine\n",
    ] {
        assert!(said.contains(part), "`{part}` is missing:\n{said}");
    }
    assert_eq!(code, 1);

    // The file back, and another configuration in `run.json`, which no hash guards: the replay tells.
    fs::write(place.join("ranking.parquet"), ranking).unwrap();
    fs::write(place.join("run.json"), run_json).unwrap();
    edit(&place.join("run.json"), "\"top\": 5", "\"top\": 6");
    let (code, said) = verify(&place, &[]);
    assert!(code == 1 && said.contains("ranking.parquet row "), "{said}");
    assert!(said.contains("): weight\n") && said.contains("0.2 → 0.16666666666666666"), "{said}");
    assert!(said.ends_with("not verified: results differ although nothing else does\n"), "{said}");

    // Without the dataset nothing can be made again, and the hashes are still looked at.
    edit(&place.join("run.json"), demo().to_str().unwrap(), "/nowhere");
    let (code, said) = verify(&place, &[]);
    assert!(code == 1 && said.contains("the run cannot be reproduced: data\n"), "{said}");
    let (code, _, stderr) = run_rotor(&["verify", runs.0.path().to_str().unwrap()]);
    assert!(code == 2 && stderr.contains("is not a run folder: it has no `run.json`"), "{stderr}");
}

/// What `run.json` says beside files and inputs follows from the run as well, and what a file holds is not believed for its hash.
#[test]
fn a_forged_folder_is_judged_and_says_where() {
    let runs = Runs::new();
    let place = runs.backtest("run", &[]);
    let file = place.join("run.json");
    let sound = fs::read_to_string(&file).unwrap();
    let forged = "\"warnings\": [{ \"code\": \"shared_close\" }]";
    for (from, to, entry) in [
        ("\"n\": 24", "\"n\": 999", "executions"),
        ("\"warnings\": []", forged, "warnings"),
        ("\"isolated\": false", "\"isolated\": true", "factors"),
        ("\"trials\": {\n    \"n\": 1", "\"trials\": {\n    \"n\": 7", "trials"),
        ("\"format\": 3,", "\"format\": 2, \"colour\": \"red\",", "colour"),
    ] {
        edit(&file, from, to);
        let (code, said) = verify(&place, &[]);
        assert!(code == 1 && said.contains(&format!("run.json: {entry}\n")), "{entry}:\n{said}");
        fs::write(&file, &sound).unwrap();
    }
    // What no run can say is not the record of a run.
    for (from, to) in
        [("\"warnings\": []", "\"warnings\": [[1]]"), ("\"source\": \"none\"", "\"source\": \"everybody\"")]
    {
        edit(&file, from, to);
        let (code, _, stderr) = run_rotor(&["verify", place.to_str().unwrap()]);
        assert!(code == 2 && stderr.contains("it is not the record of a run: "), "{stderr}");
        fs::write(&file, &sound).unwrap();
    }
    assert_eq!(verify(&place, &[]).0, 0);

    // A damaged table with a hash to match.
    let table = place.join("scores.parquet");
    let whole = fs::read(&table).unwrap();
    let mut damaged = whole.clone();
    damaged.iter_mut().rev().take(20).for_each(|byte| *byte = 0);
    fs::write(&table, &damaged).unwrap();
    edit(&file, &sha256(&whole), &sha256(&damaged));
    let (code, said) = verify(&place, &[]);
    assert!(code == 1 && said.contains("scores.parquet differs\n"), "{said}");
    fs::write(&file, &sound).unwrap();

    // A link to nowhere is a file that is missing.
    fs::remove_file(&table).unwrap();
    std::os::unix::fs::symlink("nowhere", &table).unwrap();
    let (code, said) = verify(&place, &[]);
    assert!(code == 1 && said.contains("`scores.parquet` is missing\n"), "{said}");
    fs::remove_file(&table).unwrap();
    fs::write(&table, &whole).unwrap();

    // Names are shown, not obeyed.
    fs::write(place.join("a\u{1b}[31m\nverified"), "").unwrap();
    let (code, said) = verify(&place, &[]);
    assert!(code == 1 && !said.contains('\u{1b}') && !said.contains("\nverified"), "{said}");
}

#[test]
fn a_library_runs_because_the_caller_gives_it() {
    let runs = Runs::new();
    let library = runs.0.path().join("libmomentum_c.so");
    fs::copy(c_plugin(), &library).unwrap();
    let place = runs.backtest("run", &["--factor", library.to_str().unwrap()]);
    // It lies where the run names it, and that is no reason to load it.
    let (code, said) = verify(&place, &[]);
    assert!(code == 1 && said.contains("is not loaded because a run folder names it"), "{said}");
    assert!(said.contains("hint: give the library by `--factor LIB`"), "{said}");
    let moved = runs.0.path().join("elsewhere.so");
    fs::rename(&library, &moved).unwrap();
    let (code, said) = verify(&place, &["--factor", moved.to_str().unwrap()]);
    assert_eq!((code, said.lines().last()), (0, Some("verified")), "{said}");
    // Or a configuration that the caller names pins it.
    let config = runs.0.path().join("mine.toml");
    let with_pin = |pin: &str| {
        fs::write(&config, format!("[factor.momentum_c]\nlibrary = \"elsewhere.so\"\n{pin}")).unwrap();
        verify(&place, &["--config", config.to_str().unwrap()])
    };
    let hash = sha256(&fs::read(&moved).unwrap());
    let (code, said) = with_pin(&format!("sha256 = \"{hash}\"\n"));
    assert_eq!((code, said.lines().last()), (0, Some("verified")), "{said}");
    let (code, said) = with_pin("");
    assert!(code == 1 && said.contains("without its hash"), "{said}");
    let (code, said) = with_pin(&format!("sha256 = \"{}\"\n", "0".repeat(64)));
    assert!(code == 1 && said.contains("and the run loaded"), "{said}");
    // One that the run did not load is no help.
    let other = runs.backtest("other", &["--factors", "heat"]);
    let (code, said) = verify(&other, &["--factor", moved.to_str().unwrap()]);
    assert!(code == 1 && said.contains("has no factor that the run loaded"), "{said}");
}

#[test]
fn a_run_folder_from_elsewhere_runs_nothing() {
    let runs = Runs::new();
    let witness = runs.0.path().join("constructor-ran");
    let verified = |place: &Path, flags: &[&str]| {
        let command = &mut rotor_tests::rotor();
        command.arg("verify").arg(place).args(flags).env("ROTOR_TEST_CONSTRUCTOR", &witness);
        let output = command.current_dir(runs.0.path()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let hostile = c_plugin_with_constructor();
    let honest = runs.backtest("honest", &["--factor", hostile.to_str().unwrap()]);
    // What a run folder names: where it lies, in the folder itself by any name, by a link in the folder, world-writable or not.
    let inside = honest.join("libconstructs.so");
    fs::copy(&hostile, &inside).unwrap();
    symlink(&hostile, honest.join("link.so")).unwrap();
    let recorded = hostile.to_str().unwrap();
    for named in [recorded, inside.to_str().unwrap(), "honest/libconstructs.so", "honest/link.so"] {
        let place = runs.0.path().join("honest");
        let run_json = fs::read_to_string(place.join("run.json")).unwrap();
        fs::write(place.join("run.json"), run_json.replace(recorded, named)).unwrap();
        let (code, said) = verified(&place, &[]);
        assert!(code == 1 && said.contains("is not loaded because a run folder names it"), "{named}: {said}");
        assert!(!witness.exists(), "the library that the run folder names as {named} has run");
        fs::write(place.join("run.json"), run_json).unwrap();
    }
    // A library in the run folder is not even loaded if it is given.
    for given in ["honest/libconstructs.so", "honest/link.so", "honest/../honest/libconstructs.so"] {
        let (code, said) = verified(&honest, &["--factor", given]);
        assert!(code == 1 && said.contains("lies in the run folder and is not loaded"), "{given}: {said}");
        assert!(!witness.exists(), "{given} has run");
    }
    let config = runs.0.path().join("mine.toml");
    let hash = sha256(&fs::read(&hostile).unwrap());
    fs::write(&config, format!("[factor.constructs]\nlibrary = \"honest/link.so\"\nsha256 = \"{hash}\"\n"))
        .unwrap();
    let (code, said) = verified(&honest, &["--config", "mine.toml"]);
    assert!(code == 1 && said.contains("lies in the run folder and is not loaded"), "{said}");
    assert!(!witness.exists());
    // The witness works: what the caller gives does run.
    let (_, said) = verified(&honest, &["--factor", recorded]);
    assert!(witness.exists() && said.contains("files are the same, bit for bit"), "{said}");
}

#[test]
fn a_library_is_pinned_to_what_ran() {
    let runs = Runs::new();
    let library = runs.0.path().join("libmomentum_c.so");
    fs::copy(c_plugin(), &library).unwrap();
    let place = runs.backtest("run", &["--factor", library.to_str().unwrap()]);
    let given = ["--factor", library.to_str().unwrap()];
    assert_eq!(verify(&place, &given).0, 0);
    // The same factor, built otherwise: one byte behind the end changes nothing that runs.
    let mut bytes = fs::read(&library).unwrap();
    bytes.push(0);
    fs::write(&library, bytes).unwrap();
    let (code, said) = verify(&place, &given);
    assert!(code == 1 && said.contains("SHA-256"), "{said}");
    assert!(said.ends_with("not verified: the run cannot be reproduced: factor\n"), "{said}");
}

#[test]
fn two_runs_are_compared() {
    let runs = Runs::new();
    let (before, after) = (
        runs.backtest("before", &[]),
        runs.backtest("after", &["--top", "6", "--set", "heat.direction=momentum"]),
    );
    let compare = |one: &Path, other: &Path, flags: &[&str]| {
        run_rotor(&[&["compare", one.to_str().unwrap(), other.to_str().unwrap()], flags].concat())
    };
    let (code, said, _) = compare(&before, &before, &[]);
    assert!(code == 0 && said.contains("the runs are the same"), "{said}");
    let (code, said, _) = compare(&before, &after, &[]);
    for part in [
        "configuration  top ",
        "heat.parameters.direction",
        "selected sectors, net",
        "In the 24 months of both the annualised net return moved by ",
        "scores ",
        "Holdings changed in 24 of 24 months.",
        "performance.top_net.annual_return",
    ] {
        assert!(said.contains(part), "`{part}` is missing:\n{said}");
    }
    assert_eq!(code, 1);
    let too_wide = said.lines().find(|line| {
        unicode_width::UnicodeWidthStr::width(*line) > 80 && !line.contains(runs.0.path().to_str().unwrap())
    });
    assert_eq!(too_wide, None, "{said}");
    let (code, said, _) = compare(&before, &after, &["--format", "md"]);
    assert!(code == 1 && said.starts_with("# Comparison of two runs\n"), "{said}");
    let (code, said, _) = compare(&before, &after, &["--json"]);
    let json: Value = serde_json::from_str(&said).unwrap();
    let comparison = &json["comparison"];
    assert_eq!((code, &comparison["is_same"]), (1, &false.into()));

    // The difference against numbers that are not ours: twelve times the mean of the paired differences of the files.
    let returns = |place: &Path| {
        let run = rotor_run::read(place).unwrap().run;
        let top_net = run.portfolios.iter().position(|name| name == "top_net").unwrap() as u32;
        run.returns.iter().filter(|row| row.portfolio == top_net).map(|row| row.value).collect::<Vec<f64>>()
    };
    let (one, other) = (returns(&before), returns(&after));
    let mean = other.iter().zip(&one).map(|(after, before)| after - before).sum::<f64>() / 24.0;
    let difference = comparison["headline"]["difference"]["value"].as_f64().unwrap();
    assert!((difference - 12.0 * mean).abs() < 1e-14, "{difference}");
    // What only rounding tells apart is the same, ends of intervals among it.
    let exact = runs.backtest("exact", &["--cost-bp", "12"]);
    let rounded = runs.backtest("rounded", &["--cost-bp", "12.0000000001"]);
    assert_eq!(compare(&exact, &rounded, &[]).0, 1);
    let (code, said, _) = compare(&exact, &rounded, &["--tol", "1e-6"]);
    assert_eq!(code, 0, "{said}");
    // A tolerance that swallows everything numerical leaves what is no number: other sectors are held.
    assert_eq!(compare(&before, &after, &["--tol", "1e9"]).0, 1);
    assert_eq!(compare(&before, &after, &["--tol", "-1"]).0, 2);
    assert_eq!(compare(&before, &demo(), &[]).0, 2);
}
