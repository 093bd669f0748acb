//! `rotor factor` as a user meets it: the way of a new crate from nothing to a check, and what each verb says.

use std::fs;
use std::path::Path;
use std::process::Command;

use rotor_tests::plugins::{c_plugin, plugin};
use rotor_tests::{demo, rotor, run_rotor};
use tempfile::TempDir;

fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        // Not into the target folder of whoever runs this test.
        .env_remove("CARGO_TARGET_DIR")
        .env("CARGO_NET_OFFLINE", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {said}", arguments.join(" "));
    said.into_owned()
}

#[test]
fn a_new_crate_works_at_once_without_a_network() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("my-idea");
    let (code, stdout, stderr) = run_rotor(&["factor", "new", "my-idea", "--dir", place.to_str().unwrap()]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("rotor factor check target/release/libmy_idea."), "{stdout}");
    let tested = cargo(&place, &["test"]);
    assert_eq!(tested.matches("test result: ok").count(), 2, "{tested}");
    assert!(!tested.contains("warning"), "{tested}");
    cargo(&place, &["fmt", "--check"]);
    cargo(&place, &["build", "--release"]);
    let library = place.join(format!("target/release/libmy_idea.{}", std::env::consts::DLL_EXTENSION));
    for options in [&[][..], &["--isolate"]] {
        let output = rotor()
            .args(["factor", "check"])
            .arg(&library)
            .args(["--dataset"])
            .arg(demo())
            .args(options)
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!((stdout.matches("  kept ").count(), stdout.contains("BROKEN")), (8, false), "{stdout}");
        assert!(stdout.contains("3689 scores on 119 days"), "{stdout}");
    }
    // A second one of that name would overwrite it.
    let (code, _, stderr) = run_rotor(&["factor", "new", "my-idea", "--dir", place.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(stderr.ends_with("hint: give another name, or another folder by `--dir`\n"), "{stderr}");
}

#[test]
fn a_new_crate_inside_the_workspace_shares_its_settings() {
    let root = TempDir::new().unwrap();
    fs::create_dir_all(root.path().join("crates/rotor-factor")).unwrap();
    fs::write(root.path().join("crates/rotor-factor/Cargo.toml"), "").unwrap();
    let place = root.path().join("factors/carry");
    let (code, stdout, _) = run_rotor(&["factor", "new", "carry", "--dir", place.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(
        stdout.contains("cargo test -p factor-carry") && stdout.contains("crates/rotor/src/factors.rs"),
        "{stdout}"
    );
    let manifest = fs::read_to_string(place.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("rotor-factor.workspace = true") && !manifest.contains("[workspace]"));
    assert!(!place.join("kit").exists());
}

#[test]
fn names_that_cannot_be_are_refused() {
    for name in [
        "My-Idea",
        "1st",
        "a--b",
        "fn",
        "match",
        "rotor-factor",
        "signal",
        "cross-section",
        "option",
        "idea-",
        "",
    ] {
        let (code, _, stderr) = run_rotor(&["factor", "new", name]);
        assert_eq!(code, 2, "{name}");
        assert!(stderr.contains("expected") || stderr.contains("a meaning in Rust"), "{name}: {stderr}");
    }
}

#[test]
fn the_list_has_linked_and_given_factors() {
    let library = c_plugin();
    let (code, stdout, _) = run_rotor(&["factor", "list", library.to_str().unwrap()]);
    assert_eq!(code, 0);
    let names: Vec<&str> = stdout.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    let method = ["profit", "price", "prosperity", "heat"];
    let opt_in = ["breadth", "comparable", "flow", "insider", "momentum", "rolling_profit", "valuation"];
    assert_eq!(names, [&method[..], &opt_in, &["momentum_c"]].concat());
    let (_, stdout, _) = run_rotor(&["factor", "list", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&json[8]["name"], &json[8]["abi"]), (&"momentum".into(), &[1, 4].to_vec().into()));
    assert_eq!(json[8]["parameters"][0]["default"], 12);
}

#[test]
fn inspect_says_what_a_library_is() {
    let (code, stdout, _) = run_rotor(&["factor", "inspect", c_plugin().to_str().unwrap()]);
    assert_eq!(code, 0);
    for words in
        ["factor      momentum_c", "boundary    1.4 (this Rotor: 1.4)", "closes by sector, M, 13 months"]
    {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
    assert!(stdout.contains("lookback  integer  12  1 to 120"), "{stdout}");
}

#[test]
fn inspect_knows_linked_factors_by_name() {
    let (code, stdout, stderr) = run_rotor(&["factor", "inspect", "heat"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.starts_with("factor      heat ") && stdout.contains("\n  direction   text"), "{stdout}");
    let (code, _, stderr) = run_rotor(&["factor", "inspect", "heta"]);
    let expected = "error: there is no factor `heta` in this program\nhint: did you mean `heat`?\n";
    assert_eq!((code, stderr.as_str()), (2, expected));
    let (code, stdout, _) = run_rotor(&["factor", "inspect", "heat", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, json["factors"][0]["name"].as_str(), json["path"].as_str()), (0, Some("heat"), None));
}

/// Another future, another order, other threads: nothing changes a bit of what a factor said.
#[test]
fn every_linked_factor_keeps_its_promises_through_two_odd_years() {
    for factor in ["profit", "price", "prosperity", "heat"] {
        let years = ["--start", "2020-01", "--end", "2021-12", "--dataset", demo().to_str().unwrap()]
            .map(String::from);
        let arguments: Vec<&str> =
            ["factor", "check", factor].into_iter().chain(years.iter().map(String::as_str)).collect();
        let (code, stdout, stderr) = run_rotor(&arguments);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        assert_eq!(stdout.matches("  kept    ").count(), 8, "{stdout}");
    }
}

#[test]
fn inspect_says_why_a_library_is_refused() {
    let (code, stdout, _) = run_rotor(&["factor", "inspect", plugin("abi-newer").to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(stdout.contains("boundary    2."), "{stdout}");
    assert!(stdout.contains("hint: use a Rotor whose boundary is 2.x"), "{stdout}");
    let (code, stdout, _) =
        run_rotor(&["factor", "inspect", plugin("wrong-magic").to_str().unwrap(), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &json["accepted"]), (1, &false.into()));
    assert_eq!(json["refusals"].as_array().unwrap().len(), 1);
    assert_eq!(json["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn a_check_that_cannot_be_made_says_why() {
    let demo = demo();
    let check = |arguments: &[&str]| {
        let output =
            rotor().args(["factor", "check"]).args(arguments).arg("--dataset").arg(&demo).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(
        check(&["momentun"]),
        (2, "error: there is no factor `momentun` in this program\nhint: did you mean `momentum`?\n".into())
    );
    let (code, stderr) = check(&["momentum", "--set", "lokback=6"]);
    assert_eq!(code, 2);
    assert!(
        stderr.ends_with("there is no parameter `lokback`\nhint: did you mean `lookback`?\n"),
        "{stderr}"
    );
    let (code, stderr) = check(&["momentum", "--set", "skip=12"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("parameter `skip` is 12; it must be less than `lookback` (12)"), "{stderr}");
    let (code, stderr) = check(&["momentum", "--start", "2030-01"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no execution day from 2030-01 on"), "{stderr}");
    assert_eq!(check(&["momentum", "--sha256", "abc"]).0, 2);
    let (code, stderr) = check(&["momentum", "--isolate"]);
    assert!(code == 2 && stderr.contains("is part of this program"), "{stderr}");
    let two = plugin("two-factors");
    let (code, stderr) = check(&[two.to_str().unwrap()]);
    assert!(
        code == 2 && stderr.ends_with("hint: choose one by `--name`: `honest`, `old_edition`\n"),
        "{stderr}"
    );
    assert_eq!(check(&[two.to_str().unwrap(), "--name", "old_edition"]).0, 0);
}

#[test]
fn a_factor_whose_look_back_is_longer_than_the_data_breaks_the_check() {
    let (code, stdout, _) = run_rotor(&[
        "factor",
        "check",
        "momentum",
        "--set",
        "lookback=120",
        "--start",
        "2015-01",
        "--end",
        "2015-03",
        "--dataset",
        demo().to_str().unwrap(),
    ]);
    assert_eq!(code, 1);
    assert!(stdout.contains("0 scores on 0 days"), "{stdout}");
    assert!(stdout.contains("is too short: 60 months released, 121 needed"), "{stdout}");
}
