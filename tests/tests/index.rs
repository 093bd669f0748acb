//! The page over a folder of runs and notes, as a reader gets it.

use std::fs;
use std::path::Path;

use rotor_tests::{demo, run_rotor};
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
