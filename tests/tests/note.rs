//! `rotor note`: golden pages of the demo, figures, no look-ahead, any factor, any name, files, bad input.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rotor_tests::page::assert_balanced;
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
    assert_eq!(note["format"], 2);
    let picks = note["picks"].as_array().unwrap();
    assert_eq!(picks.len(), 5);
    assert!(ranking.iter().all(|row| (row["weight"] == 0.2) == picks.contains(&row["sector"])));
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

/// The figures of METHOD 1.7 in the demo; of small multiples one.
const FIGURES: &[&str] = &[
    "ranking-scores",
    "profit-outlook-upstream",
    "profit-outlook-midstream",
    "profit-outlook-downstream",
    "profit-models",
    "profit-fits-3",
    "profit-growth-3",
    "price-regression",
    "price-gap",
    "prosperity-balance",
    "heat-z",
    "indicator-0",
    "indicator-41",
    "monthly-returns",
    "track-value",
    "track-excess",
    "track-rank-ic",
];

/// The identifiers of a page, in order.
fn identifiers(page: &str) -> Vec<&str> {
    page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_page_for_browsers_has_every_figure() {
    for lang in ["en", "zh"] {
        let page = note_of(&demo(), &["--format", "html", "--lang", lang]);
        assert!(page == note_of(&demo(), &["--format", "html", "--lang", lang]), "the same bytes again");
        assert!(page.contains(if lang == "zh" { "模拟数据" } else { "SYNTHETIC DATA" }));
        assert!(!page.contains("NaN") && !page.contains(">inf") && page.len() < 2 << 20, "{}", page.len());
        assert_balanced(&page);
        let found = identifiers(&page);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), found.len(), "each identifier stands once");
        for figure in FIGURES {
            assert!(found.contains(figure), "{figure} is missing among {found:?}");
        }
        let n = |prefix: &str| found.iter().filter(|id| id.starts_with(prefix)).count();
        // Eighteen sectors have a bridge; the demo links forty-two series.
        assert_eq!((n("profit-fits-"), n("profit-growth-"), n("indicator-")), (18, 18, 42));
        let n_addresses = page.matches("http:").count() + page.matches("https:").count();
        assert_eq!(n_addresses, page.matches("http://www.w3.org/2000/svg").count(), "it needs no network");
    }
}

/// A column of a table of the document.
fn column<'v>(table: &'v Value, name: &str) -> &'v Vec<Value> {
    let columns = table["columns"].as_array().unwrap();
    let found = columns.iter().find(|column| column["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is no column"))["values"].as_array().unwrap()
}

fn table<'v>(note: &'v Value, factor: &str, name: &str) -> &'v Value {
    let factors = note["factors"].as_array().unwrap();
    let factor = factors.iter().find(|one| one["name"] == factor).unwrap();
    factor["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap()
}

fn close_to(a: &Value, b: f64) -> bool {
    a.as_f64().is_some_and(|a| (a - b).abs() <= 1e-9 * b.abs().max(1.0))
}

/// What figures show beyond the factors' tables is what the factors themselves made of the same data.
#[test]
fn the_months_behind_the_figures_are_those_of_the_factors() {
    let note = parsed(&note_of(&demo(), &["--json"]));
    let history = &note["history"];
    let months = history["months"].as_array().unwrap();
    assert_eq!((months.len(), months.last()), (60, Some(&note["month"])));
    let heat = table(&note, "heat", "heat");
    for (sector, gain) in column(heat, "sector").iter().zip(column(heat, "month_return")) {
        let returns = history["returns"].as_array().unwrap();
        let of_sector = returns.iter().find(|row| row["sector"] == *sector).unwrap();
        assert!(close_to(of_sector["returns"].as_array().unwrap().last().unwrap(), gain.as_f64().unwrap()));
    }
    let marks = table(&note, "prosperity", "marks");
    let mut n = 0;
    for (row, series) in column(marks, "series").iter().enumerate() {
        let all = history["series"].as_array().unwrap();
        let one = all.iter().find(|one| one["series"] == *series).unwrap();
        let (months, values) = (one["months"].as_array().unwrap(), one["values"].as_array().unwrap());
        let month = &column(marks, "month")[row].as_str().unwrap()[..7];
        let at = months.iter().position(|known| known == month).unwrap();
        let value = |lag: usize| values[at - lag].as_f64().unwrap();
        assert!(close_to(&column(marks, "value")[row], value(0)), "{series}");
        assert!(close_to(&column(marks, "mom")[row], 100.0 * (value(0) / value(1) - 1.0)), "{series}");
        assert!(close_to(&column(marks, "yoy")[row], 100.0 * (value(0) / value(12) - 1.0)), "{series}");
        n += 1;
    }
    assert_eq!(n, 42);
}

/// The last row of the table behind a figure, as texts.
fn last_row(page: &str, figure: &str) -> Vec<String> {
    let after = page.split(&format!("id=\"{figure}\"")).nth(1).unwrap();
    let row = after.split("</figure>").next().unwrap().rsplit("<tr>").next().unwrap();
    let texts =
        row.split('<').filter_map(|cell| cell.split_once('>')).map(|(_, text)| text.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

#[test]
fn net_values_are_the_products_of_the_returns() {
    let page = note_of(&demo(), &["--format", "html"]);
    let note = parsed(&note_of(&demo(), &["--json"]));
    let value = |portfolio: &str| -> f64 {
        let returns = note["track"]["returns"].as_array().unwrap();
        let of_portfolio = returns.iter().filter(|row| row["portfolio"] == portfolio);
        of_portfolio.map(|row| 1.0 + row["return"].as_f64().unwrap()).product()
    };
    let row = last_row(&page, "track-value");
    let (ours, equal) = (value("top_net"), value("equal_weight"));
    assert_eq!(row[0], note["track"]["last_exit"].as_str().unwrap());
    assert_eq!(row[1..3], [format!("{ours:.2}"), format!("{equal:.2}")], "{row:?}");
    assert_eq!(*row.last().unwrap(), format!("{:.3}", ours / equal), "{row:?}");
    // What the evaluation calls the annual return is the same number another way.
    let performance = &note["track"]["evaluation"]["portfolio"]["all"]["performance"]["top_net"];
    let annual = performance["annual_return"]["value"].as_f64().unwrap();
    let n_months = note["track"]["n_months"].as_f64().unwrap();
    assert!((ours.powf(12.0 / n_months) - 1.0 - annual).abs() < 1e-9);
}

#[test]
fn a_page_can_be_written_to_a_file() {
    let small = Folder::small();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("note.html");
    let note = |flags: &[&str]| {
        let arguments =
            ["note", "--as-of", "2020-02-10", "--dataset", text(small.path()), "--format", "html"];
        run_rotor(&[&arguments as &[&str], flags].concat())
    };
    let (_, printed, _) = note(&[]);
    let (code, said, errors) = note(&["--out", text(&file)]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(said, format!("{} is written\n", file.display()));
    assert_eq!(fs::read_to_string(&file).unwrap(), printed);
    fs::write(&file, "mine").unwrap();
    let (code, _, errors) = note(&["--out", text(&file)]);
    assert!(
        code == 2 && errors.contains("note.html") && errors.contains("hint: give another name"),
        "{errors}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(note(&["--out", text(&file), "--force"]).0, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), printed);
    for (place, why) in [
        (folder.path().to_owned(), "a folder is there"),
        (folder.path().join("none/x"), "its folder is not there"),
    ] {
        let (code, said, errors) = note(&["--out", text(&place), "--force"]);
        assert!(code == 2 && said.is_empty() && errors.contains(why), "{errors}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
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
        &["--format", "html"],
        &["--format", "html", "--lang", "zh"],
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
    assert!(page.contains("\n## Factor: Momentum\n") && page.contains("Trailing return"), "{page}");
    let library = plugin("honest");
    let page = note_of(&demo(), &["--factor", text(&library), "--lang", "zh", "--format", "md"]);
    assert_eq!(page.matches("\n## 因子：").count(), 5, "{page}");
}

/// A loaded library that declares its title, words, table and figure is shown as ours are; one that declares nothing looks plain.
#[test]
fn a_loaded_factor_draws_itself() {
    let (drawing, plain) = (plugin("draws-itself"), plugin("honest"));
    for (lang, expected) in [
        (
            "en",
            [
                "Factor: Short-term strength",
                "The strongest third of the sectors scores 3.",
                "From three months to one",
                "strong",
                "What rose last month may fall this month.",
            ],
        ),
        (
            "zh",
            [
                "因子：短期强弱",
                "最强的三分之一行业得 3 分。",
                "三个月至一个月",
                "强",
                "上月上涨的行业本月可能回落。",
            ],
        ),
    ] {
        let page = note_of(&demo(), &["--factor", text(&drawing), "--lang", lang, "--format", "html"]);
        for text in expected {
            assert!(page.contains(text), "{lang}: {text}");
        }
        assert!(identifiers(&page).contains(&"draws-itself-strength"), "{lang}");
        assert_balanced(&page);
    }
    let note = parsed(&note_of(&demo(), &["--factor", text(&drawing), "--factor", text(&plain), "--json"]));
    let factor = |name: &str| {
        note["factors"].as_array().unwrap().iter().find(|factor| factor["name"] == name).unwrap().clone()
    };
    assert_eq!(factor("draws_itself")["title"]["zh"], "短期强弱");
    assert_eq!(factor("draws_itself")["tables"][0]["columns"][1]["unit"]["en"], "%");
    assert!(factor("honest")["title"].is_null());
}

/// Words in English letters that a Chinese page may have beside codes, names of keys, and what the dataset has no Chinese for.
const LATIN_IN_CHINESE: &[&str] = &["CPI", "PPI", "YoY", "RMSE", "MSE", "EWC", "RankIC", "JSON", "demo"];

#[test]
fn a_chinese_note_has_no_english_sentence_of_ours() {
    for factors in [&[] as &[&str], &["--factor", "momentum"], &["--start", "2022-01"]] {
        let page = note_of(&demo(), &[&["--lang", "zh"], factors].concat());
        for line in page.lines().filter(|line| !line.contains("Synthetic A-share sectors")) {
            let unquoted: String = line.split('`').step_by(2).collect();
            let words = unquoted.split(|letter: char| !letter.is_ascii_alphabetic());
            let n = words.filter(|word| word.len() > 2 && !LATIN_IN_CHINESE.contains(word)).count();
            assert!(n <= 1, "{line}");
        }
    }
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
    let long = "x".repeat(120);
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
            ["note", "--as-of", "2020-02-17", "--format", format, "--lang", lang, "--dataset"]
        };
        let momentum = ["--factors", "momentum", "--set", "momentum.lookback=1", "--set", "momentum.skip=0"];
        let note = |format| {
            let arguments = [&arguments(format), &[text(folder.path())] as &[&str], &momentum].concat();
            let (code, page, errors) = run_rotor(&arguments);
            assert_eq!(code, 0, "{errors}");
            page
        };
        let (page, markdown, html, json) = (note("text"), note("md"), note("html"), note("json"));
        let is_harmless = |letter: char| letter == '\n' || !letter.is_control() && letter != '\u{202e}';
        assert!(page.chars().all(is_harmless) && markdown.chars().all(is_harmless), "{page}");
        assert!(html.chars().all(is_harmless) && !html.contains(&"x".repeat(100)));
        // Of this page's own there is one script, at its end.
        assert_eq!(html.matches("<script").count(), 1);
        assert!(!html.contains("alert(1)</script>"));
        assert!(html.contains(if lang == "zh" { "钢铁" } else { "a|b &lt;script&gt;" }));
        assert_balanced(&html);
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
    assert!(page.contains("No track record: "), "{page}");
}

#[test]
fn without_a_day_the_one_after_the_data_is_meant() {
    let folder = Folder::small();
    let (code, page, errors) = run_rotor(&["note", "--dataset", text(folder.path())]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("as of 2020-02-04 (") && words.contains("; default date: the first weekday after"),
        "{page}"
    );
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
    let (code, errors) = note(&["--format", "odt"]);
    let values = "possible values: text, md, html, json, docx, xlsx, pdf";
    assert!(code == 2 && errors.contains(values), "{errors}");
    assert_eq!(note(&["--json", "--format", "md"]).0, 2);
    assert_eq!(note(&["--force"]).0, 2, "there is nothing to replace");
    let (code, errors) = note(&["--as-of", "2019-06-01"]);
    assert_eq!(code, 2);
    assert!(errors.contains("has no sector with a recent close on 2019-06-01\nhint: "), "{errors}");
    // The closes of the data are not fresh any more, so that no sector could be traded.
    let (code, errors) = note(&["--as-of", "2021-01-01"]);
    assert_eq!(code, 2);
    assert!(
        errors
            .contains("has no sector with a recent close on 2021-01-01\nhint: its trading days reach from "),
        "{errors}"
    );
}
