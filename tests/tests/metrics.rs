//! `metrics.json` of real commands: its schema, its agreement with the run it stands beside, and the same bits on any number of threads.

use std::fs;
use std::path::Path;

use rotor_tests::{demo, run_rotor, workspace};
use serde_json::Value;

fn metrics(out: &Path, flags: &[&str]) -> Value {
    let demo = demo();
    let fixed = ["backtest", "--dataset", demo.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let (code, _, stderr) = run_rotor(&[&fixed[..], flags].concat());
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_slice(&fs::read(out.join("metrics.json")).unwrap()).unwrap()
}

fn schema() -> (boon::Schemas, boon::SchemaIndex) {
    let place = workspace().join("docs/src/reference/metrics.schema.json");
    let mut schemas = boon::Schemas::new();
    let index = boon::Compiler::new().compile(place.to_str().unwrap(), &mut schemas).unwrap();
    (schemas, index)
}

#[test]
fn every_run_keeps_the_schema() {
    let (schemas, index) = schema();
    let folder = tempfile::tempdir().unwrap();
    let runs: [&[&str]; 5] = [
        &[],
        &["--start", "2024-11"],
        &["--start", "2024-06", "--factor", "heat", "--cost-bp", "7.5"],
        &["--end", "2016-12", "--top", "31", "--min-factors", "4", "--trials", "250"],
        &["--start", "2020-01", "--groups", "upstream", "--ties", "fractional"],
    ];
    for (number, flags) in runs.iter().enumerate() {
        let found = metrics(&folder.path().join(number.to_string()), flags);
        if let Err(error) = schemas.validate(&found, index) {
            panic!("{flags:?}: {error:#}");
        }
    }
    let mut found = metrics(&folder.path().join("last"), &["--start", "2024-01"]);
    found["portfolio"]["all"]["trials"]["best_excess"]["value"] = "0.5".into();
    assert!(schemas.validate(&found, index).is_err(), "a text is no number");
    found["portfolio"]["all"]["trials"]["best_excess"] = serde_json::json!({ "value": null, "n": 3 });
    assert!(schemas.validate(&found, index).is_err(), "a null has a reason");
}

/// The variants are held by the code that held the run, so that the run stands among them to the bit.
#[test]
fn the_run_is_one_of_its_variants() {
    let folder = tempfile::tempdir().unwrap();
    for (number, flags) in
        [&["--top", "4", "--cost-bp", "12"][..], &["--weights", "rank", "--missing", "average"]]
            .into_iter()
            .enumerate()
    {
        let found = metrics(&folder.path().join(number.to_string()), flags);
        for section in ["all", "live"] {
            let portfolio = &found["portfolio"][section];
            let cells = portfolio["sensitivity"].as_array().unwrap();
            let own: Vec<&Value> = cells.iter().filter(|cell| cell["is_run"] == true).collect();
            assert_eq!(own.len(), 1);
            let excess = &portfolio["excess"]["top_net"]["equal_weight"];
            for key in ["value", "n", "standard_error", "interval", "p_value"] {
                assert_eq!(own[0]["excess"][key], excess["arithmetic"][key], "{key}");
            }
            assert_eq!(own[0]["information_ratio"], excess["information_ratio"]);
            let performance = &portfolio["performance"]["top_net"];
            assert_eq!(own[0]["annual_return"], performance["annual_return"]);
            // A variant is followed at period ends, the run from day to day, which may be deeper.
            let depth = |of: &Value| of["max_drawdown"]["value"].as_f64().unwrap();
            assert_eq!(performance["basis"], "daily");
            assert!(depth(performance) <= depth(own[0]));
            let over_eligible = &portfolio["excess"]["top_net"]["eligible"]["arithmetic"];
            assert_eq!(own[0]["excess_eligible"]["value"], over_eligible["value"]);
            assert_eq!(own[0]["turnover"], portfolio["trading"]["turnover"]);
            assert_eq!(own[0]["difference"]["value"], 0.0);
        }
    }
}

#[test]
fn parts_add_up_to_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let found = metrics(&folder.path().join("run"), &[]);
    let portfolio = &found["portfolio"]["all"];
    let value = |of: &Value| of["value"].as_f64().unwrap();
    let sectors = portfolio["contributions"]["sectors"].as_object().unwrap();
    let sum = |key: &str| sectors.values().map(|sector| value(&sector[key])).sum::<f64>();
    let excess = value(&portfolio["excess"]["top"]["equal_weight"]["arithmetic"]);
    assert!((sum("active") - excess).abs() < 1e-12);
    assert!((sum("mean_weight") - 1.0).abs() < 1e-12);
    let factors = portfolio["contributions"]["factors"].as_object().unwrap();
    let explained: f64 = factors.values().map(|factor| value(&factor["active"])).sum();
    let specific = value(&portfolio["contributions"]["specific"]["active"]);
    assert!((explained + specific - excess).abs() < 1e-12);
    // Years and months have the days of the net value and multiply to its total; spans and quarters have the months of the run.
    let net = &portfolio["performance"]["top_net"];
    for parts in ["years", "months"] {
        let parts = net[parts].as_array().unwrap();
        let days = parts.iter().map(|part| part["n"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(Some(days), net["max_drawdown"]["n"].as_u64());
        let total: f64 = parts.iter().map(|part| 1.0 + value(part)).product();
        assert!((total / (1.0 + value(&net["total_return"])) - 1.0).abs() < 1e-9);
    }
    for regimes in ["spans", "quarters"] {
        let all = portfolio[regimes].as_object().unwrap().values();
        assert_eq!(all.map(|one| one["excess"]["n"].as_u64().unwrap()).sum::<u64>(), 119, "{regimes}");
    }
}

#[test]
fn the_number_of_threads_changes_no_byte_and_the_seed_only_what_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let one = metrics(&folder.path().join("1"), &["--threads", "1"]);
    let many = metrics(&folder.path().join("8"), &["--threads", "8"]);
    assert_eq!(one, many);
    let mut other = metrics(&folder.path().join("seed"), &["--seed", "2"]);
    assert_ne!(one, other, "other samples are drawn");
    for section in ["all", "live"] {
        for drawn in ["best_excess", "superior_predictive_ability", "reality_check"] {
            other["portfolio"][section]["trials"][drawn] = one["portfolio"][section]["trials"][drawn].clone();
        }
    }
    assert_eq!(one, other);
}
