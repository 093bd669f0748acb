//! The command line: exit codes, what goes where, messages.

use std::fs;

use rotor_tests::{Folder, demo, run_rotor};
use serde_json::Value;

fn text_of(folder: &Folder) -> &str {
    folder.path().to_str().unwrap()
}

#[test]
fn a_sound_folder_passes_the_check() {
    let folder = Folder::small();
    let summary = "no faults; 5 entities, 9 closes, 4 series, 5 observations\n";
    assert_eq!(run_rotor(&["dataset", "check", text_of(&folder)]), (0, summary.into(), String::new()));
    let (code, json, _) = run_rotor(&["dataset", "check", "--json", text_of(&folder)]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &report["sound"], &report["n_faults"]), (0, &Value::from(true), &Value::from(0)));
}

#[test]
fn warnings_fail_the_check_only_when_asked_to() {
    let folder = Folder::small().replacing("bridge.csv", "0.956", "0.4");
    let expected = "no faults; 5 entities, 9 closes, 4 series, 5 observations\n\n\
        shares of 1 entity in the sector–industry mapping (`bridge`) sum to less than 1: those of `801040` to 0.4\n  \
          hint: nothing, if the rest of its assets is in no industry; else add the shares that are missing\n\
        1 warning\n";
    assert_eq!(run_rotor(&["dataset", "check", text_of(&folder)]), (0, expected.into(), String::new()));
    assert_eq!(run_rotor(&["dataset", "check", "--strict", text_of(&folder)]).0, 1);
    assert_eq!(run_rotor(&["dataset", "check", "--strict", text_of(&Folder::small())]).0, 0);
    let (code, json, _) = run_rotor(&["dataset", "check", "--json", text_of(&folder)]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let warning = &report["warnings"][0];
    assert_eq!((code, &report["sound"], &warning["code"]), (0, &true.into(), &"shares_below_one".into()));
    assert_eq!(warning["places"][0]["entity"], "801040");
    let (code, text, _) = run_rotor(&["dataset", "describe", text_of(&folder)]);
    assert_eq!((code, text.ends_with("1 warning\n")), (0, true));
}

#[test]
fn a_faulty_folder_fails_the_check_and_says_how_to_mend_it() {
    let folder = Folder::small()
        .replacing("prices.csv", "801040,2020-02-03,990", "801040,2020-02-03,\"1,990.5\"")
        .replacing("observations.csv", "2020-02-10,5.4", "2020-01-30,5.4");
    let expected = "\
        prices.csv row 3 (line 4), `close`: `1,990.5` is not a number\n  \
          hint: write it without thousands separators and with a decimal point\n\
        observations.csv row 1 (line 2), `released`: 2020-01-30 is before the end of the period, 2020-01-31\n  \
          hint: correct `released`: a value is public once its period is over\n\
        2 faults\n";
    assert_eq!(run_rotor(&["dataset", "check", text_of(&folder)]), (1, expected.into(), String::new()));
    let (code, json, _) = run_rotor(&["dataset", "check", "--json", text_of(&folder)]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &report["n_faults"]), (1, &Value::from(2)));
    let fault = &report["faults"][0];
    assert_eq!(
        (&fault["table"], &fault["row"], &fault["column"]),
        (&"prices".into(), &3.into(), &"close".into())
    );
    // Any other command needs sound data: that is bad input, not a failed check.
    let (code, output, errors) = run_rotor(&["dataset", "describe", text_of(&folder)]);
    assert_eq!((code, output.as_str()), (2, ""));
    assert!(errors.starts_with("error: the dataset in `") && errors.ends_with("2 faults\n"), "{errors}");
}

#[test]
fn what_cannot_be_read_is_bad_input() {
    let (code, output, errors) = run_rotor(&["dataset", "check", "/nowhere/at/all"]);
    assert_eq!((code, output.as_str()), (2, ""));
    assert_eq!(
        errors,
        "error: cannot read the dataset folder `/nowhere/at/all`: No such file or directory (os error 2)\n\
         hint: name a folder with a `dataset.toml`\n"
    );
    assert_eq!(run_rotor(&["dataset", "chekc", "x"]).0, 2);
    assert_eq!(run_rotor(&["dataset"]).0, 2);
}

#[test]
fn a_description_can_be_read_by_programs() {
    let (code, json, errors) = run_rotor(&["dataset", "describe", "--json", demo().to_str().unwrap()]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let description: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(description["name"], "demo");
    assert_eq!(description["synthetic"], true);
    let series = description["series"].as_array().unwrap();
    let profits = series.iter().find(|series| series["series"] == "profit_ytd").unwrap();
    assert_eq!((&profits["entities"], &profits["gaps_only_in_month"]), (&42.into(), &1.into()));
}

#[test]
fn converting_there_and_back_changes_nothing() {
    let folder = Folder::small();
    let target = tempfile::tempdir().unwrap();
    let place = |name: &str| target.path().join(name).to_str().unwrap().to_owned();
    let (parquet, csv) = (place("parquet"), place("csv"));
    assert_eq!(run_rotor(&["dataset", "convert", text_of(&folder), &parquet, "--to", "parquet"]).0, 0);
    assert_eq!(run_rotor(&["dataset", "convert", &parquet, &csv, "--to", "csv"]).0, 0);
    for table in ["entities", "prices", "series", "observations", "bridge", "links", "events"] {
        let (before, after) = (folder.path().join(table), target.path().join("csv").join(table));
        let text = |path: std::path::PathBuf| fs::read_to_string(path.with_extension("csv")).unwrap();
        let (before, after) = (text(before), text(after));
        // Numbers come back in their shortest form: `2000` as `2000.0`.
        let values = |text: &str| -> Vec<String> {
            let value = |cell: &str| cell.parse::<f64>().map_or(cell.to_owned(), |number| number.to_string());
            text.split([',', '\n']).map(value).collect()
        };
        assert_eq!(values(&before), values(&after), "{table}");
    }
    let (code, _, errors) = run_rotor(&["dataset", "convert", text_of(&folder), &csv, "--to", "csv"]);
    assert_eq!(code, 2);
    assert!(errors.contains("exists already") && errors.contains("hint: "), "{errors}");
}

#[test]
fn worlds_are_made_only_as_they_can_be() {
    let target = tempfile::tempdir().unwrap();
    let out = target.path().join("world");
    let out = out.to_str().unwrap();
    let generate = |more: &[&str]| run_rotor(&[&["dataset", "generate", "--out", out], more].concat());
    assert_eq!(generate(&["--world", "mars", "--seed", "1"]).0, 2);
    assert_eq!(generate(&["--world", "null"]).0, 2);
    assert_eq!(generate(&["--world", "null", "--seed", "1", "--months", "12"]).0, 2);
    let (code, _, errors) = generate(&["--world", "large", "--seed", "1", "--entities", "0"]);
    assert_eq!(code, 2);
    assert!(errors.starts_with("error: a large world has 1 to ") && errors.contains("hint: "), "{errors}");
    assert!(target.path().read_dir().unwrap().next().is_none(), "nothing is left behind");
    let (code, text, _) =
        generate(&["--world", "large", "--seed", "1", "--entities", "40", "--months", "40"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("wrote ") && text.contains("observations"), "{text}");
}
