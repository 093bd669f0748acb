//! Whatever users read uses the field's words: no page, help text or document has one of the refused wordings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rotor_tests::words::Reading;
use rotor_tests::{demo, run_rotor, workspace};
use tempfile::TempDir;

/// Asserts that no page has a refused wording; all that are found are named at once.
#[track_caller]
fn assert_words(pages: impl IntoIterator<Item = (String, Reading)>) {
    let mut found = Vec::new();
    for (name, reading) in pages {
        assert!(!reading.text.concat().trim().is_empty(), "{name} is empty");
        found.extend(reading.refused().iter().map(|finding| format!("{name}: {finding}")));
    }
    assert!(found.is_empty(), "{} refused wordings:\n{}", found.len(), found.join("\n"));
}

fn markdown_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let pages =
        entries.into_iter().flat_map(|path| if path.is_dir() { markdown_below(&path) } else { vec![path] });
    pages.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

#[test]
fn documents_use_the_words_of_the_field() {
    let loose = ["README.md", "CONTRIBUTING.md", "datasets/README.md"].map(|page| workspace().join(page));
    let pages = loose.into_iter().chain(markdown_below(&workspace().join("docs/src")));
    assert_words(pages.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        (path.strip_prefix(workspace()).unwrap().display().to_string(), Reading::of_markdown(&text))
    }));
}

/// What `rotor` prints with these arguments, on both outputs, if it ends with the code.
#[track_caller]
fn printed(arguments: &[&str], expected: i32) -> String {
    let (code, output, errors) = run_rotor(arguments);
    assert_eq!(code, expected, "{arguments:?}\n{output}\n{errors}");
    output + "\n" + &errors
}

#[test]
fn help_uses_the_words_of_the_field() {
    let tables = printed(&["help-markdown"], 0);
    let verbs =
        tables.lines().filter_map(|line| line.strip_prefix("<!-- rotor ")?.strip_suffix(" --help -->"));
    let mut helped: BTreeSet<String> = BTreeSet::from([String::new()]);
    for verb in verbs {
        helped.extend([verb.to_owned(), verb.split(' ').next().unwrap().to_owned()]);
    }
    assert!(helped.len() >= 17, "{helped:?}");
    let mut pages: Vec<(String, Reading)> = helped
        .iter()
        .map(|verb| {
            let arguments: Vec<&str> = verb.split_whitespace().chain(["--help"]).collect();
            (format!("rotor {verb} --help"), Reading::of_terminal(&printed(&arguments, 0)))
        })
        .collect();
    // A flag's help is a label too.
    let mut flags = Reading::of_markdown(&tables);
    let cells = tables.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | "));
    flags.labels.extend(cells.map(|(_, help)| help.to_owned()));
    pages.push(("rotor help-markdown".into(), flags));
    for factor in ["profit", "price", "prosperity", "heat", "momentum"] {
        let page = printed(&["factor", "inspect", factor], 0);
        pages.push((format!("rotor factor inspect {factor}"), Reading::of_terminal(&page)));
    }
    assert_words(pages);
}

/// A folder with two short runs of the demo, and what was printed about the first.
fn two_runs() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let (demo, run) = (demo(), |name: &str| folder.path().join(name).display().to_string());
    let backtest = |name: &str, top: &str| {
        let (demo, place) = (demo.to_str().unwrap(), run(name));
        let months = ["--start", "2019-01", "--end", "2021-12"];
        let arguments = [&["backtest", "--dataset", demo, "--out", &place, "--top", top], &months[..]];
        printed(&arguments.concat(), 0)
    };
    let summary = backtest("a", "5");
    backtest("b", "6");
    (folder, summary)
}

#[test]
fn pages_of_a_run_use_the_words_of_the_field() {
    let (folder, summary) = two_runs();
    let [a, b, page] = ["a", "b", "zh.html"].map(|name| folder.path().join(name).display().to_string());
    printed(&["report", &a, "--lang", "zh", "--out", &page], 0);
    let html = |path: &Path| Reading::of_html(&fs::read_to_string(path).unwrap());
    assert_words([
        ("the summary of a backtest".into(), Reading::of_terminal(&summary)),
        ("the report in English".into(), html(&folder.path().join("a/report.html"))),
        ("the report in Chinese".into(), html(Path::new(&page))),
        ("rotor compare".into(), Reading::of_terminal(&printed(&["compare", &a, &b], 1))),
        (
            "rotor compare --format md".into(),
            Reading::of_markdown(&printed(&["compare", &a, &b, "--format", "md"], 1)),
        ),
        ("rotor verify".into(), Reading::of_terminal(&printed(&["verify", &a], 0))),
    ]);
}

#[test]
fn the_note_uses_the_words_of_the_field() {
    type Form = (&'static str, fn(&str) -> Reading);
    let forms: [Form; 3] =
        [("text", Reading::of_terminal), ("md", Reading::of_markdown), ("html", Reading::of_html)];
    let demo = demo();
    let pages = ["en", "zh"].into_iter().flat_map(|lang| forms.map(|(form, read)| (lang, form, read)));
    assert_words(pages.map(|(lang, form, read)| {
        let flags = ["note", "--as-of", "2021-12-10", "--dataset", demo.to_str().unwrap()];
        let page = printed(&[&flags[..], &["--lang", lang, "--format", form]].concat(), 0);
        (format!("rotor note --lang {lang} --format {form}"), read(&page))
    }));
}
