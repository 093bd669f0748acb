//! The page over a folder of runs and notes, as a reader gets it.

use std::fs;
use std::path::Path;

use rotor_run::sweep::{Sweep, SweepRecord, SweepTrial, TrialMetrics, TrialReturns, write_plan, write_sweep};
use rotor_tests::{demo, run_rotor};
use serde_json::json;
use tempfile::TempDir;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn done(arguments: &[&str]) -> String {
    let (code, said, errors) = run_rotor(arguments);
    assert_eq!(code, 0, "{arguments:?}: {errors}");
    said
}

fn backtest(place: &Path, flags: &[&str]) {
    let demo = demo();
    let always =
        ["backtest", "--no-ledger", "--dataset", text(&demo), "--start", "2019-01", "--out", text(place)];
    done(&[&always[..], flags].concat());
}

#[test]
fn every_run_and_note_has_a_row_that_says_what_is_different() {
    let folder = TempDir::new().unwrap();
    let runs = folder.path().join("runs");
    backtest(&runs.join("a"), &[]);
    // A name that means something to a page stays a name.
    backtest(&runs.join("below/b&<i>#1?"), &["--top", "8", "--set", "heat.weight=0.5"]);
    let demo = demo();
    done(&["note", "--as-of", "2021-12-10", "--dataset", text(&demo), "--save", text(&runs)]);
    fs::create_dir_all(runs.join("broken")).unwrap();
    fs::write(runs.join("broken/run.json"), "{\"format\":3,\"files\":{}}").unwrap();
    fs::create_dir_all(runs.join(".hidden/x")).unwrap();
    fs::write(runs.join(".hidden/x/run.json"), "{}").unwrap();

    let said = done(&["index", text(&runs)]);
    assert!(said.contains("is written: 2 runs, 1 note\nnot read: broken: "), "{said}");
    let page = fs::read_to_string(runs.join("index.html")).unwrap();
    for part in [
        "<a href=\"a/report.html\">a</a>",
        "<a href=\"below/b%26%3Ci%3E%231%3F/report.html\">below/b&amp;&lt;i&gt;#1?</a>",
        "All have in common, other than the defaults: start = 2019-01.",
        ">nothing else<",
        ">heat.weight = 0.5; top = 8<",
        ">2021-12-10</a>",
        "/note.html\">",
        "<polyline points=",
        "Choosing the best of 2 makes it look better than it is",
    ] {
        // The order of settings is that of the configuration.
        let either = part.replace("heat.weight = 0.5; top = 8", "top = 8; heat.weight = 0.5");
        assert!(page.contains(part) || page.contains(&either), "{part}");
    }
    assert!(!page.contains("<i>") && !page.contains("hidden/x"));
    for link in page.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let place = link
            .replace("%26", "&")
            .replace("%3C", "<")
            .replace("%3E", ">")
            .replace("%23", "#")
            .replace("%3F", "?");
        assert!(place.starts_with('#') || runs.join(&place).is_file(), "{place}");
    }

    // Again, it replaces itself with the same bytes; in Chinese it says the same.
    done(&["index", text(&runs)]);
    assert_eq!(fs::read_to_string(runs.join("index.html")).unwrap(), page);
    done(&["index", text(&runs), "--lang", "zh"]);
    let page = fs::read_to_string(runs.join("index.html")).unwrap();
    assert!(page.contains("共同的非默认设置：start = 2019-01。"), "{page}");
}

#[test]
fn a_weekly_is_archived_compared_and_listed() {
    let folder = TempDir::new().unwrap();
    let (archive, demo) = (folder.path().join("sent"), demo());
    let weekly = |day: &str| {
        let said = done(&["weekly", "--as-of", day, "--dataset", text(&demo), "--save", text(&archive)]);
        said.strip_suffix(" is written\n").unwrap().to_owned()
    };
    let (before, after) = (weekly("2024-07-22"), weekly("2024-07-29"));
    let (code, page, _) = run_rotor(&["compare", &before, &before]);
    assert!(code == 0 && page.contains("the weeklies are the same"), "{page}");
    let (code, page, _) = run_rotor(&["compare", &before, &after]);
    assert!(code == 1 && page.contains("returns") && page.contains("valuation"), "{page}");
    let json = done_or_different(&["compare", "--json", &before, &after]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let changes = json["comparison"]["changes"].as_array().unwrap();
    assert!(changes.iter().any(|change| change["part"] == "week" && change["what"] == "monday"));
    // A weekly is no note.
    done(&["note", "--as-of", "2021-12-10", "--dataset", text(&demo), "--save", text(&archive)]);
    let note = fs::read_dir(&archive).unwrap().map(|entry| entry.unwrap().path());
    let note = note.into_iter().find(|path| text(path).contains("/note-")).unwrap();
    let (code, _, errors) = run_rotor(&["compare", text(&note), &after]);
    assert!(code == 2 && errors.contains("is a note and") && errors.contains("is a weekly"), "{errors}");
    let said = done(&["index", text(&archive)]);
    assert!(said.contains("is written: 0 runs, 1 note, 2 weeklies"), "{said}");
    let page = fs::read_to_string(archive.join("index.html")).unwrap();
    assert!(page.contains(">2024-07-29</a>") && page.contains("2024-07-22 to 2024-07-28"));
    // Every form of the page, the same bytes in both.
    for form in ["text", "md", "html", "json"] {
        for lang in ["en", "zh"] {
            let page = || {
                let flags = ["--format", form, "--lang", lang, "--dataset", text(&demo)];
                done(&[&["weekly", "--as-of", "2024-07-29"][..], &flags].concat())
            };
            assert_eq!(page(), page(), "{form} {lang}");
        }
    }
}

fn done_or_different(arguments: &[&str]) -> String {
    let (code, said, errors) = run_rotor(arguments);
    assert!(code < 2, "{arguments:?}: {errors}");
    said
}

#[test]
fn what_is_no_index_is_not_replaced_and_an_empty_folder_says_so() {
    let folder = TempDir::new().unwrap();
    done(&["index", text(folder.path())]);
    let page = folder.path().join("index.html");
    assert!(
        fs::read_to_string(&page)
            .unwrap()
            .contains("There is no run, no sweep, no saved note and no saved weekly below this folder.")
    );
    fs::write(&page, "<html>mine</html>").unwrap();
    let (code, _, errors) = run_rotor(&["index", text(folder.path())]);
    assert_eq!(code, 2);
    assert!(errors.contains("exists already") && errors.contains("--force"), "{errors}");
    assert_eq!(fs::read_to_string(&page).unwrap(), "<html>mine</html>");
    done(&["index", text(folder.path()), "--force"]);
    let (code, _, errors) = run_rotor(&["index", text(&folder.path().join("nowhere"))]);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("nowhere"), "{errors}");
}

/// A merged sweep of two trials.
fn sweep() -> Sweep {
    let known = |value: f64| json!({ "value": value, "n": 108 });
    let deflated = json!({ "value": 0.4, "n": 108, "sharpe": known(0.2), "threshold": known(0.25) });
    let engine = json!({ "name": "rotor", "version": "0.2.0" });
    let dataset = json!({ "name": "made-up", "title": "Made up", "synthetic": true, "price_frequency": "D", "sha256": {} });
    let mut plan: rotor_run::sweep::SweepPlan = serde_json::from_value(json!({
        "format": 1, "hash": "", "engine": engine, "dataset": dataset, "data": { "sha256": "ab" },
        "base": rotor_run::Config::default().to_json(), "factors": [],
        "axes": [{ "key": "top", "values": [3, 5] }], "conditions": [{ "settings": {} }],
        "holdout": { "months": 36, "first": "2021-01", "end": "2020-12" },
        "seed": 1, "n_grid": 2, "n_refused": 0, "n_equal": 0,
        "trials": [{ "id": "aa", "values": [0] }, { "id": "bb", "values": [1] }], "parts": [2]
    }))
    .unwrap();
    plan.hash = plan.hash_of();
    let statistics = serde_json::from_value(json!({
        "n_trials": 2, "n_failed": 0, "n_tried": 2,
        "months": { "n": 108, "first": "2012-01-05", "last": "2020-12-10", "n_judged": 2, "n_short": 0 },
        "best": 1,
        "step_down": { "value": 0.3127, "n": 108, "trial": 1, "n_survivors": 0, "n_samples": 1000, "autocorrelation": 0.1 },
        "missed": [],
        "deflated_sharpe": deflated, "deflated_sharpe_effective": deflated, "effective_trials": known(1.5),
        "overfitting": {
            "value": 0.46, "n": 12870, "loss": known(0.3), "slope": known(-0.4), "constant": known(0.1)
        },
        "superior_predictive_ability": known(0.3), "reality_check": known(0.3),
        "factors": { "n_tried": 1, "factors": [], "n_factors": 0, "n_above_hurdle": 0 },
        "distribution": {
            "range": [0.0, 1.0], "counts": [1, 1], "luckiest": known(0.5), "luckiest_effective": known(0.3)
        },
        "axes": [], "pairs": [], "fan": [],
        "conditions": [{
            "median": 0.02, "of_best": 0.0512, "rank_of_best": 1, "rank_correlation": known(1.0), "best": 1
        }]
    }))
    .unwrap();
    let record: SweepRecord = serde_json::from_value(json!({
        "format": 1, "plan": plan.hash, "engine": engine, "trials": { "n": 2, "source": "none" }, "files": {}
    }))
    .unwrap();
    let trial = SweepTrial {
        result: Ok(TrialMetrics::default()),
        t: None,
        adjusted_p: None,
        rank: None,
        neighbours: None,
    };
    let returns = TrialReturns { executions: Vec::new(), trials: vec![Vec::new(); 2] };
    Sweep { plan, trials: vec![trial; 2], conditions: vec![Vec::new(); 2], returns, statistics, record }
}

#[test]
fn a_merged_sweep_has_a_row_and_one_that_was_changed_has_a_reason() {
    let folder = TempDir::new().unwrap();
    let runs = folder.path().join("runs");
    for place in ["good", "changed"] {
        let (place, sweep) = (runs.join(place), sweep());
        fs::create_dir_all(&place).unwrap();
        write_plan(&place, &sweep.plan).unwrap();
        write_sweep(&place, &sweep, Some(("report.html", "<!doctype html>"))).unwrap();
    }
    fs::write(runs.join("changed/statistics.json"), "{}").unwrap();
    let said = done(&["index", text(&runs)]);
    assert!(said.contains("is written: 0 runs, 0 notes, 1 sweep\nnot read: changed: "), "{said}");
    assert!(said.contains("was changed"), "{said}");
    let page = fs::read_to_string(runs.join("index.html")).unwrap();
    for part in [
        "<a href=\"good/report.html\">good</a>",
        ">0.313",
        ">top = 5",
        ">+5.1%",
        ">46%",
        ">36 months, sealed",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    done(&["index", text(&runs), "--lang", "zh"]);
    assert!(fs::read_to_string(runs.join("index.html")).unwrap().contains("参数扫描"));
}
