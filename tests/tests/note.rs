//! `rotor note`: golden pages of the demo, no look-ahead, any factor, any name, bad input.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rotor_tests::plugins::plugin;
use rotor_tests::{Folder, assert_golden, demo, run_rotor};
use serde_json::Value;
use tempfile::TempDir;

const DAY: &str = "2021-12-10";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The note of a dataset on [`DAY`], with nothing on standard error.
fn note_of(dataset: &Path, flags: &[&str]) -> String {
    let arguments = [&["note", "--as-of", DAY, "--dataset", text(dataset)], flags].concat();
    let (code, page, errors) = run_rotor(&arguments);
    assert_eq!((code, errors.as_str()), (0, ""), "{flags:?}");
    page
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn pages_of_the_demo() {
    for (file, flags) in [
        ("demo/note-2021-12-10.txt", &[] as &[&str]),
        ("demo/note-2021-12-10.md", &["--format", "md"]),
        ("demo/note-2021-12-10.zh.md", &["--format", "md", "--lang", "zh"]),
    ] {
        let page = note_of(&demo(), flags);
        assert!(page.contains(if file.contains("zh") { "模拟数据" } else { "SYNTHETIC DATA" }));
        assert!(!page.contains("NaN") && !page.contains("inf "), "{page}");
        assert_golden(file, &page);
    }
}

#[test]
fn the_document_has_every_score_in_full() {
    let document = note_of(&demo(), &["--json"]);
    assert_eq!(
        document,
        note_of(&demo(), &["--format", "json", "--lang", "zh"]),
        "one document in any language"
    );
    let note = parsed(&document);
    assert_eq!(
        (&note["as_of"], &note["month"], &note["dataset"]["synthetic"]),
        (&DAY.into(), &"2021-11".into(), &true.into())
    );
    let ranking = note["ranking"].as_array().unwrap();
    assert_eq!(ranking.len(), 31);
    assert!(ranking.iter().zip(1..).all(|(row, rank)| row["rank"] == rank));
    assert_eq!(note["picks"].as_array().unwrap().len(), 5);
    let factors = note["factors"].as_array().unwrap();
    let names: Vec<&Value> = factors.iter().map(|factor| &factor["name"]).collect();
    assert_eq!(names, ["profit", "price", "prosperity", "heat"]);
    for factor in factors {
        let scores = factor["scores"].as_array().unwrap();
        assert_eq!(scores.len(), 31);
        assert!(scores.iter().all(|row| row["score"].is_number() != row["reason"].is_string()), "{factor}");
        assert!(!factor["tables"].as_array().unwrap().is_empty());
    }
    // The total is the sum of the scores, 2 for none.
    for row in ranking {
        let of_sector = |factor: &&Value| {
            let scores = factor["scores"].as_array().unwrap();
            let found = scores.iter().find(|score| score["sector"] == row["sector"]).unwrap();
            found["score"].as_f64().unwrap_or(2.0)
        };
        assert_eq!(
            row["total"].as_f64().unwrap(),
            factors.iter().map(|factor| of_sector(&factor)).sum::<f64>()
        );
    }
    assert_eq!(note["before"]["as_of"], "2021-11-10");
    assert!(note["track"]["evaluation"].is_object() && note["track"]["n_months"].as_u64().unwrap() > 36);
    assert!(note["track"]["last_exit"].as_str().unwrap() < DAY);
}

/// Writes the demo without everything that was not public before [`DAY`].
fn demo_of_the_day() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let known = folder.path().join("known");
    let (code, _, errors) = run_rotor(&["dataset", "convert", text(&demo()), text(&known), "--to", "csv"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    for (file, column) in
        [("prices.csv", "date"), ("observations.csv", "released"), ("bridge.csv", "released")]
    {
        let path = known.join(file);
        let rows = fs::read_to_string(&path).unwrap();
        let (header, rows) = rows.split_once('\n').unwrap();
        let at = header.split(',').position(|name| name == column).unwrap();
        let day_of = |row: &str| row.split(',').nth(at).unwrap().to_owned();
        let mut kept = format!("{header}\n");
        let mut n_dropped = 0;
        for row in rows.lines() {
            if day_of(row).as_str() < DAY {
                writeln!(kept, "{row}").unwrap();
            } else {
                n_dropped += 1;
            }
        }
        assert!(n_dropped > 0 || file == "bridge.csv", "{file}: there is a future to leave out");
        fs::write(&path, kept).unwrap();
    }
    let manifest = fs::read_to_string(known.join("dataset.toml")).unwrap();
    let without_hashes = manifest.split("\n[sha256]").next().unwrap();
    fs::write(known.join("dataset.toml"), without_hashes).unwrap();
    (folder, known)
}

#[test]
fn a_note_is_the_same_where_there_is_no_later_data() {
    let (_folder, known) = demo_of_the_day();
    for flags in [
        &[] as &[&str],
        &["--format", "md", "--lang", "zh"],
        &["--json"],
        &["--factor", "momentum", "--json"],
        // No holding period has ended: what is said of that must not tell how long the dataset is.
        &["--start", "2022-01"],
        &["--start", "2022-01", "--json"],
    ] {
        assert!(
            note_of(&known, flags) == note_of(&demo(), flags),
            "{flags:?}: the note depends on what came later"
        );
    }
}

#[test]
fn any_factor_gets_a_section() {
    let page = note_of(&demo(), &["--factors", "heat", "--factor", "momentum", "--format", "md"]);
    assert!(page.contains("\n## Factor: momentum\n") && page.contains("Trailing return"), "{page}");
    let library = plugin("honest");
    let page = note_of(&demo(), &["--factor", text(&library), "--lang", "zh", "--format", "md"]);
    assert_eq!(page.matches("\n## 因子：").count(), 5, "{page}");
}

#[test]
fn a_factor_of_weight_zero_is_shown_and_not_counted() {
    let note = parsed(&note_of(&demo(), &["--factor", "momentum", "--set", "momentum.weight=0", "--json"]));
    let without = parsed(&note_of(&demo(), &["--json"]));
    assert_eq!(note["ranking"], without["ranking"]);
    assert_eq!(note["factors"].as_array().unwrap().len(), 5);
}

/// What a careless or hostile source may call a sector.
fn hostile() -> Folder {
    let long = "x".repeat(200);
    let entities = format!(
        "entity,kind,name,name_zh,group,valid_from,valid_to\n\
         801040,sector,a|b <script>alert(1)</script> *c* `d`,\u{1b}[31m钢\u{202e}铁,upstream,,\n\
         801080,sector,{long},{long},midstream,,\n\
         000300,benchmark,CSI|300,,,,\n\
         CN,market,China,中国,,,\n"
    );
    Folder::small()
        .with("entities.csv", entities)
        .with("series.csv", "series,frequency,unit,title,title_zh,source\n")
        .with("observations.csv", "series,entity,period,released,value\n")
        .without("bridge.csv")
        .without("links.csv")
        .without("events.csv")
}

#[test]
fn names_of_the_data_are_harmless() {
    let folder = hostile();
    for lang in ["en", "zh"] {
        let arguments = |format: &'static str| {
            ["note", "--as-of", "2020-03-02", "--format", format, "--lang", lang, "--dataset"]
        };
        let momentum = ["--factors", "momentum", "--set", "momentum.lookback=1", "--set", "momentum.skip=0"];
        let note = |format| {
            let arguments = [&arguments(format), &[text(folder.path())] as &[&str], &momentum].concat();
            let (code, page, errors) = run_rotor(&arguments);
            assert_eq!(code, 0, "{errors}");
            page
        };
        let (page, markdown, json) = (note("text"), note("md"), note("json"));
        let is_harmless = |letter: char| letter == '\n' || !letter.is_control() && letter != '\u{202e}';
        assert!(page.chars().all(is_harmless) && markdown.chars().all(is_harmless), "{page}");
        assert!(!page.contains(&"x".repeat(100)) && !markdown.contains(&"x".repeat(100)));
        assert!(!markdown.contains("<script>") && !markdown.contains("b <"), "{markdown}");
        let mut n_columns = 0;
        for line in markdown.lines().map(|line| line.replace("\\|", "")) {
            let n = line.matches('|').count();
            assert!(n_columns == 0 || n == 0 || n == n_columns, "{line}");
            n_columns = n;
        }
        assert_eq!(parsed(&json)["ranking"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_dataset_that_is_too_short_says_what_is_missing() {
    let folder = Folder::small();
    let (code, page, errors) =
        run_rotor(&["note", "--as-of", "2020-02-10", "--dataset", text(folder.path())]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(page.contains("No factor has a score on this day"), "{page}");
    assert!(page.contains("There is none: "), "{page}");
}

#[test]
fn without_a_day_the_one_after_the_data_is_meant() {
    let folder = Folder::small();
    let (code, page, errors) = run_rotor(&["note", "--dataset", text(folder.path())]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(page.contains("2020-02-04") && page.contains("as none was named"), "{page}");
}

#[test]
fn bad_input_is_told() {
    let small = Folder::small();
    let note = |flags: &[&str]| {
        let (code, page, errors) = run_rotor(&[&["note", "--dataset", text(small.path())], flags].concat());
        assert_eq!(page.is_empty(), code != 0);
        (code, errors)
    };
    let (code, errors) = note(&["--as-of", "2021-02-30"]);
    assert!(code == 2 && errors.contains("--as-of") && errors.contains("2021-02-30"), "{errors}");
    let (code, errors) = note(&["--lang", "fr"]);
    assert!(code == 2 && errors.contains("possible values: en, zh"), "{errors}");
    let (code, errors) = note(&["--format", "pdf"]);
    assert!(code == 2 && errors.contains("possible values: text, md, json"), "{errors}");
    assert_eq!(note(&["--json", "--format", "md"]).0, 2);
    let (code, errors) = note(&["--as-of", "2019-06-01"]);
    assert_eq!(code, 2);
    assert!(errors.contains("has no sector with a close by 2019-06-01\nhint: "), "{errors}");
    let (code, errors) = note(&["--as-of", "2021-01-01"]);
    assert_eq!(code, 0);
    assert!(
        errors.starts_with("warning: the dataset ends on 2020-02-03, 333 days before 2021-01-01"),
        "{errors}"
    );
}
