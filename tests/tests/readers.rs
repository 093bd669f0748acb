//! The run folder in the tools that researchers open it with: pyarrow, pandas, polars, DuckDB.
//!
//! Whatever Python has of them is tried: that of `ROTOR_PYTHON`, of `target/python` (which the gate makes) or the system's. With
//! `scipy`, the evaluation is reckoned once more from the files: `tests/readers/evaluate.py`.

use std::path::PathBuf;
use std::process::Command;

use rotor_tests::{demo, run_rotor, workspace};
use serde_json::Value;

/// Finds a Python that has some packages, or says on standard error that there is none.
fn python(packages: &str) -> Option<PathBuf> {
    let named = std::env::var_os("ROTOR_PYTHON").map(PathBuf::from);
    let known = [workspace().join("target/python/bin/python"), PathBuf::from("python3")];
    let has_packages = |python: &PathBuf| {
        let output = Command::new(python).args(["-c", &format!("import {packages}")]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = named.into_iter().chain(known).find(has_packages);
    if found.is_none() {
        eprintln!("skipped: no Python with {packages}; set ROTOR_PYTHON to one");
    }
    found
}

#[test]
fn the_run_folder_opens_in_the_tools_of_researchers() {
    let Some(python) = python("pyarrow.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("run");
    let demo = demo();
    let flags = ["backtest", "--dataset", demo.to_str().unwrap(), "--out", place.to_str().unwrap()];
    let (code, _, stderr) = run_rotor(&[&flags[..], &["--start", "2015-01", "--end", "2015-12"]].concat());
    assert_eq!(code, 0, "{stderr}");
    let script = workspace().join("tests/readers/read_run.py");
    let output = Command::new(&python).arg(script).arg(&place).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let readers = seen.as_object().unwrap();
    let expected = &readers["pyarrow"];
    assert!(expected.as_object().unwrap().len() >= 15, "{expected}");
    let scores = &expected["scores.parquet"];
    assert_eq!(scores["rows"], 12 * 4 * 31);
    assert!(scores["missing"]["score"].as_u64() > Some(0), "some scores are missing");
    assert_eq!(
        scores["columns"],
        serde_json::json!({
            "execution": "date32[day]", "month": "date32[day]", "factor": "string", "sector": "string",
            "score": "double", "raw": "double", "note": "string", "reason_code": "string", "reason_zh": "string",
        })
    );
    for (reader, files) in readers {
        println!("{reader} has read {} files", files.as_object().unwrap().len());
        for (file, of_pyarrow) in expected.as_object().unwrap() {
            let found = &files[file];
            assert_eq!(
                (&found["rows"], &found["missing"]),
                (&of_pyarrow["rows"], &of_pyarrow["missing"]),
                "{reader}: {file}"
            );
            assert!(
                found["columns"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .eq(of_pyarrow["columns"].as_object().unwrap().keys())
            );
            // Texts are texts, not categories.
            let kinds = found["columns"].as_object().unwrap().values().map(Value::to_string);
            let is_category = |kind: &String| {
                ["categor", "enum", "dictionary"].iter().any(|word| kind.to_lowercase().contains(word))
            };
            assert!(!kinds.into_iter().any(|kind| is_category(&kind)), "{reader}: {file}: {found}");
        }
    }
}

#[test]
fn the_evaluation_is_what_a_second_reading_of_its_documentation_says() {
    let Some(python) = python("pyarrow.parquet, pandas, scipy.stats") else { return };
    let folder = tempfile::tempdir().unwrap();
    let demo = demo();
    let flags: [&[&str]; 3] = [
        &["--start", "2013-01", "--end", "2018-06", "--execution", "next_close"],
        &["--start", "2015-01", "--end", "2019-06"],
        &[
            "--start",
            "2019-03",
            "--end",
            "2022-02",
            "--top",
            "4",
            "--ties",
            "fractional",
            "--set",
            "heat.weight=2",
        ],
    ];
    for (number, flags) in flags.into_iter().enumerate() {
        let place = folder.path().join(number.to_string());
        let fixed = ["backtest", "--dataset", demo.to_str().unwrap(), "--out", place.to_str().unwrap()];
        let (code, _, stderr) = run_rotor(&[&fixed[..], flags].concat());
        assert_eq!(code, 0, "{stderr}");
        let script = workspace().join("tests/readers/evaluate.py");
        let output = Command::new(&python).arg(script).args([&place, &demo]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{flags:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
}
