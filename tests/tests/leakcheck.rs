//! `rotor leakcheck` as a user meets it: factors that look ahead in every way there is, and datasets that know too much.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use rotor_data::Dataset;
use rotor_data::{Format, write_dataset};
use rotor_engine::{Promise, audit, executions};
use rotor_plugin::Plugin;
use rotor_synthetic::{Synthetic, World};
use rotor_tests::plugins::plugin;
use rotor_tests::{Folder, OPT_IN_FACTORS, demo, messy, real_data, run_rotor};
use serde_json::Value;
use tempfile::TempDir;

/// Runs `rotor leakcheck --json` and returns the exit code with what it printed.
fn leakcheck(dataset: &Path, arguments: &[&str]) -> (i32, Value) {
    let dataset = ["leakcheck", "--json", "--dataset", dataset.to_str().unwrap()];
    let (code, stdout, stderr) = run_rotor(&[&dataset, arguments].concat());
    let json = serde_json::from_str(&stdout);
    (code, json.unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}")))
}

/// The promises that a factor broke, with the word for the cause and the inputs that it names.
fn broken(report: &Value, factor: &str) -> Vec<(String, String, Vec<String>)> {
    let factors = report["factors"].as_array().unwrap();
    let of_factor = factors.iter().find(|row| row["factor"] == factor).unwrap();
    let promises = of_factor["promises"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    promises
        .filter(|promise| promise["tried"] == true && promise["kept"] == false)
        .map(|promise| {
            let inputs = promise["inputs"].as_array().unwrap().iter().map(text).collect();
            (text(&promise["promise"]), text(&promise["cause"]), inputs)
        })
        .collect()
}

/// Writes a made-up world and opens it.
fn world(folder: &TempDir, world: World) -> Dataset {
    let place = folder.path().join("world");
    let Synthetic { manifest, tables, .. } = rotor_synthetic::generate(world, 1).unwrap();
    write_dataset(&place, &manifest, &tables, Format::Parquet, &[]).unwrap();
    Dataset::open(&place).unwrap()
}

#[test]
fn every_leak_is_caught_with_its_reason() {
    // Name, promise, cause, inputs.
    let leaky: [(&str, &str, &str, &[&str]); 5] = [
        ("keeps-state", "repetition", "calls", &[]),
        ("remembers", "repetition", "memory", &["closes"]),
        ("keeps-panel", "repetition", "memory", &["closes"]),
        ("clock-seeded", "process", "start", &[]),
        ("reads-file", "files", "files", &[]),
    ];
    leaky.par_iter().for_each(|(name, promise, cause, inputs)| {
        let library = plugin(name);
        let settings = ["--factors", "[]", "--start", "2020-01", "--end", "2021-12"];
        let factor = ["--factor", library.to_str().unwrap()];
        let (code, report) = leakcheck(&demo(), &[&settings[..], &factor].concat());
        let broken = broken(&report, &name.replace('-', "_"));
        let inputs: Vec<String> = inputs.iter().map(|input| (*input).to_owned()).collect();
        assert_eq!(broken, [((*promise).to_owned(), (*cause).to_owned(), inputs)], "{name}");
        assert_eq!((code, &report["passed"]), (1, &false.into()), "{name}");
        let promises = report["factors"][0]["promises"].as_array().unwrap();
        let finding = promises.iter().find(|row| row["promise"] == *promise).unwrap();
        for key in ["as_of", "month", "sector", "finding"] {
            assert!(finding[key].is_string(), "{name}: {key} of {finding}");
        }
    });
}

#[test]
fn the_factors_of_the_method_pass() {
    let years = ["--start", "2019-01", "--end", "2021-12"];
    let (code, report) = leakcheck(&demo(), &years);
    assert_eq!((code, &report["passed"]), (0, &true.into()), "{report:#}");
    let factors = report["factors"].as_array().unwrap();
    assert_eq!(factors.len(), 4);
    for factor in factors {
        let kept = factor["promises"].as_array().unwrap().iter().filter(|promise| promise["kept"] == true);
        assert_eq!(kept.count(), Promise::ALL.len(), "{factor:#}");
        let profile = &factor["lag_profile"];
        assert_eq!((&factor["blind"], &profile["suspicious"]), (&false.into(), &false.into()), "{factor:#}");
        let lags = profile["lags"].as_array().unwrap();
        let same: Vec<f64> = lags.iter().map(|lag| lag["share_same"].as_f64().unwrap()).collect();
        // Heat sees closes, which are never late.
        assert_eq!(same.len(), if factor["factor"] == "heat" { 0 } else { 3 });
        assert!(same.iter().all(|share| (0.0..1.0).contains(share)), "{same:?}");
    }
}

/// The dataset is messy, and some of it is public too early; the factors use none of it before its day.
#[test]
fn the_factors_that_a_run_asks_for_keep_their_promises() {
    let folder = messy::weekly(732);
    let names: Vec<String> =
        OPT_IN_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().name().to_owned()).collect();
    let settings = ["--start", "2018-01", "--end", "2020-12", "--factors", &names.join(",")];
    let (_, report) = leakcheck(folder.path(), &settings);
    let factors = report["factors"].as_array().unwrap();
    assert_eq!(factors.len(), names.len(), "{:#}", report["skipped"]);
    for factor in factors {
        let kept = factor["promises"].as_array().unwrap().iter().filter(|promise| promise["kept"] == true);
        assert_eq!(kept.count(), Promise::ALL.len(), "{factor:#}");
    }
}

/// In every made-up world, the leaky one included: there the dataset is at fault and no factor. Each says what of its inputs a world lacks.
#[test]
fn the_factors_that_a_run_asks_for_pass_in_every_world() {
    let names: Vec<String> =
        OPT_IN_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().name().to_owned()).collect();
    let large = World::Large { entities: 40, months: 96 };
    let without: [(World, &[&str]); 4] = [
        (World::AShare, &[]),
        (World::Null, &[]),
        (World::Leaky, &["comparable"]),
        (large, &["flow", "comparable", "insider"]),
    ];
    for (kind, without) in without {
        let folder = TempDir::new().unwrap();
        world(&folder, kind);
        let months = ["--start", "2021-03", "--end", "2021-08", "--factors", &names.join(",")];
        let (code, report) = leakcheck(&folder.path().join("world"), &months);
        let is_honest = kind != World::Leaky;
        assert_eq!((code, &report["passed"]), (i32::from(!is_honest), &is_honest.into()), "{}", kind.name());
        let factors = report["factors"].as_array().unwrap();
        for factor in factors {
            let kept = factor["promises"].as_array().unwrap().iter().filter(|row| row["kept"] == true);
            assert_eq!(kept.count(), Promise::ALL.len(), "{}: {factor:#}", kind.name());
        }
        let tried: Vec<&str> = factors.iter().map(|row| row["factor"].as_str().unwrap()).collect();
        let expected: Vec<&str> =
            names.iter().map(String::as_str).filter(|name| !without.contains(name)).collect();
        assert_eq!(tried, expected, "{}: {:#}", kind.name(), report["skipped"]);
    }
}

#[test]
fn a_terminal_of_eighty_columns_is_enough() {
    let library = plugin("remembers");
    let demo = demo();
    let years = ["--start", "2020-01", "--end", "2020-12", "--factors", "heat,momentum"];
    let arguments = ["leakcheck", "--dataset", demo.to_str().unwrap(), "--factor", library.to_str().unwrap()];
    let (code, stdout, stderr) = run_rotor(&[&arguments[..], &years].concat());
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
    for words in [
        "12 execution days of `demo`, 2020-01-02 to 2020-12-01",
        "  ok    factor `heat`: 13 promises kept, 372 scores",
        "  LEAK  factor `remembers`: 1 promise broken, 1 kept, 11 not tried",
        "later values of `closes`",
        "closes only",
        "FAILED: factor `remembers`",
    ] {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
}

#[test]
fn a_world_whose_figures_know_returns_is_caught_and_the_others_are_not() {
    let months = |dataset: &Dataset| executions(dataset, "2015-01".parse().unwrap(), None);
    let folder = TempDir::new().unwrap();
    let dataset = world(&folder, World::Leaky);
    let found = audit(&dataset, &months(&dataset));
    assert!(!found.passed());
    let growth = found.foresight.iter().find(|row| row.series == "net_profit_ytd_yoy").unwrap();
    assert!(growth.correlation > 0.95, "{growth:?}");
    assert!(found.early.is_empty(), "its days of release are as they should be: {:?}", found.early);

    let null = TempDir::new().unwrap();
    let honest = [Some(demo()), real_data("the audit of real data"), {
        world(&null, World::Null);
        Some(null.path().join("world"))
    }];
    for folder in honest.into_iter().flatten() {
        let dataset = Dataset::open(&folder).unwrap();
        let found = audit(&dataset, &months(&dataset));
        assert!(found.passed() && found.same_day.is_empty(), "{}: {found:#?}", folder.display());
        assert!(found.closest.unwrap().correlation.abs() < 0.4);
    }
}

/// Twelve years of a monthly figure that comes on the 11th day after its month, but for the years before 2016, which
/// somebody has filled in with the last days of the months.
#[test]
fn history_filled_in_with_the_ends_of_periods_is_early() {
    let mut rows = String::from("series,entity,period,released,value\n");
    let mut same_day = String::new();
    for year in 2010..2022 {
        for month in 1..=12 {
            let month: rotor_factor::Month = format!("{year}-{month:02}").parse().unwrap();
            let end = month.last_day();
            let released = if year < 2016 { end } else { end.plus_days(11).unwrap() };
            writeln!(rows, "cpi_yoy,CN,{end},{released},{year}.5").unwrap();
            writeln!(same_day, "profit_ytd,C31,{end},{end},1").unwrap();
        }
    }
    let folder = Folder::small().replacing("dataset.toml", "2020-01-01", "2010-01-01");
    let folder = folder.with("observations.csv", rows + &same_day).without("links.csv");
    let dataset = Dataset::open(folder.path()).unwrap_or_else(|error| panic!("{error:?}"));
    let found = audit(&dataset, &[]);
    let [early] = &found.early[..] else { panic!("{found:#?}") };
    assert_eq!((early.series.as_str(), early.n, early.n_early), ("cpi_yoy", 144, 72));
    assert_eq!((early.example.lag, early.example.usual_lag), (0, 11));
    assert_eq!((early.example.row, early.example.released.to_string().as_str()), (1, "2010-01-31"));
    // One that always comes on the last day is a warning: nothing says that it is wrong.
    let [always] = &found.same_day[..] else { panic!("{found:#?}") };
    assert_eq!((always.series.as_str(), always.n_same_day), ("profit_ytd", 144));
    assert!(!found.passed());
}

#[test]
fn what_cannot_be_tried_says_why() {
    let small = Folder::small();
    let small = small.path().to_str().unwrap();
    let (code, _, stderr) = run_rotor(&["leakcheck", "--dataset", small, "--factors", "price"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.starts_with("error: factor `price` cannot have a score on dataset `test`: input "),
        "{stderr}"
    );
    let demo = demo();
    let (code, _, stderr) =
        run_rotor(&["leakcheck", "--dataset", demo.to_str().unwrap(), "--start", "2031-01"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("has no execution day from 2031-01"), "{stderr}");
    assert!(fs::metadata("runs").is_err(), "nothing is written");
}
