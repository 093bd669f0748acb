//! The manifest and its hashes.

use rotor_tests::Folder;
use rotor_tests::MANIFEST;

use crate::{check, editing, faults, report};

#[test]
fn manifests_are_checked() {
    let with = |from: &str, to: &str| editing("dataset.toml", from, to);
    check(vec![
        (
            with("format = 1", "format = 2"),
            vec![
                "dataset.toml line 1, `format`: format 2 is not known to this version, which reads format 1 => write `format = 1`, or use a newer version of rotor",
            ],
        ),
        (
            with("format = 1", "format = \"1\""),
            vec!["dataset.toml line 1, `format`: the value has the type string, a whole number is needed"],
        ),
        (
            with("format = 1\n", ""),
            vec!["dataset.toml, `format`: the key is missing => add a line such as `format = 1`"],
        ),
        (
            with("synthetic = true", "synthetic = \"true\""),
            vec!["dataset.toml line 4, `synthetic`: the value has the type string, true or false is needed"],
        ),
        (
            with("first = \"2020-01-01\"", "first = 2020-01-01"),
            vec!["dataset.toml line 8, `first`: the value has the type datetime, a string is needed"],
        ),
        (
            with("first = \"2020-01-01\"", "first = \"2020-1-1\""),
            vec![
                "dataset.toml line 8, `first`: `2020-1-1` is not a date of the form YYYY-MM-DD => write it as YYYY-MM-DD",
            ],
        ),
        (
            with("first = \"2020-01-01\"", "first = \"2022-12-31\"").replacing(
                "dataset.toml",
                "last = \"2022-12-31\"",
                "last = \"2020-01-01\"",
            ),
            vec![
                "dataset.toml line 8, `first`: `2022-12-31` is after `last`, which is 2020-01-01 => swap the two",
            ],
        ),
        (
            with("price_frequency = \"D\"", "price_frequency = \"d\""),
            vec!["dataset.toml line 7, `price_frequency`: `d` is not one of D, M"],
        ),
        (
            with("licence = ", "license = "),
            vec![
                "dataset.toml line 10, `license`: unknown key => did you mean `licence`?",
                "dataset.toml, `licence`: the key is missing",
            ],
        ),
        (
            with("source = \"a test\"\n", "source = \"a test\"\nname = \"again\"\n"),
            vec!["dataset.toml line 12: is not TOML: duplicate key"],
        ),
        (
            with("title = \"A dataset of a test\"", "title = \"A dataset of a test"),
            vec!["dataset.toml line 3: is not TOML: invalid basic string, expected `\"`"],
        ),
        (Folder::small().with("dataset.toml", format!("\u{feff}{MANIFEST}")), vec![]),
        (
            Folder::small().with("dataset.toml", b"name = \"\xFF\"\n"),
            vec!["dataset.toml: the text is not UTF-8"],
        ),
        (Folder::small().with("dataset.toml", MANIFEST.replace('\n', "\r\n")), vec![]),
        (
            Folder::small().with("dataset.toml", format!("{MANIFEST}#{}\n", "x".repeat(1 << 20))),
            vec!["dataset.toml: cannot be read: it is longer than 65536 bytes"],
        ),
    ]);
}

#[test]
fn a_manifest_that_is_empty_names_every_key() {
    let report = report(Folder::small().with("dataset.toml", "").path());
    assert_eq!(report.total(), 11, "{report}");
    assert!(
        report.faults().iter().all(|fault| fault.kind.hint().starts_with("add a line such as")),
        "{report}"
    );
}

/// The hint for an empty cell speaks of columns marked `?`; a manifest has none.
#[test]
fn an_empty_value_of_the_manifest_is_explained_in_its_own_words() {
    let found = faults(editing("dataset.toml", "name = \"test\"", "name = \"\"").path());
    assert!(found.len() == 1 && found[0].starts_with("dataset.toml line 2, `name`: "), "{found:#?}");
    assert!(!found[0].contains("column") && !found[0].contains("cell"), "{found:#?}");
}

pub(crate) const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn hashes_are_checked() {
    let with = |lines: &str| Folder::small().with("dataset.toml", format!("{MANIFEST}\n[sha256]\n{lines}\n"));
    let folder = with(&format!("\"prices.csv\" = \"{NO_HASH}\""));
    let report = report(folder.path());
    assert_eq!(report.total(), 1, "{report}");
    let line = report.faults()[0].to_string();
    let (before, after) = line.split_once("its SHA-256 is `").unwrap();
    assert_eq!(before, "prices.csv: ");
    assert_eq!(&after[64..], format!("` and the manifest says `{NO_HASH}`"));
    let found = &after[..64];
    check(vec![
        (with(&format!("\"prices.csv\" = \"{found}\"")), vec![]),
        (with(&format!("\"prices.csv\" = \"{}\"", found.to_uppercase())), vec![]),
        (
            with(&format!("\"gone.csv\" = \"{NO_HASH}\"")),
            vec!["gone.csv: there is no such file => add it; the manifest gives its SHA-256"],
        ),
        (
            with("\"prices.csv\" = \"abc\""),
            vec![
                "dataset.toml line 14, `sha256.prices.csv`: `abc` is not a SHA-256 of 64 hexadecimal digits => write what `sha256sum` prints",
            ],
        ),
        (
            Folder::small().with("dataset.toml", format!("sha256 = \"x\"\n{MANIFEST}")),
            vec![
                "dataset.toml line 1, `sha256`: the value has the type string, a table of file names is needed",
            ],
        ),
    ]);
}

/// Without quotation marks TOML takes the dot of a file name for a table in a table, the most likely slip there is.
#[test]
fn a_file_name_without_quotation_marks_is_explained() {
    let manifest = format!("{MANIFEST}\n[sha256]\nprices.csv = \"{NO_HASH}\"\n");
    let found = faults(Folder::small().with("dataset.toml", manifest).path());
    assert!(found.len() == 1 && found[0].starts_with("dataset.toml line 14, `sha256.prices"), "{found:#?}");
    assert!(found[0].contains("quotation marks"), "{found:#?}");
}

#[test]
fn the_manifest_reaches_no_file_outside_of_the_folder() {
    let outside = tempfile_with("secret");
    let names =
        ["../secret.txt", "/etc/hostname", "sub/../prices.csv", "./prices.csv", "", ".", "..", "a\\u0000b"];
    let absolute = outside.path().join("dataset.toml");
    for name in names.into_iter().chain([absolute.to_str().unwrap()]) {
        let manifest = format!("{MANIFEST}\n[sha256]\n\"{name}\" = \"{NO_HASH}\"\n");
        let folder = Folder::small().with("dataset.toml", manifest);
        let found = faults(folder.path());
        assert_eq!(found.len(), 1, "`{name}` gives {found:#?}");
        assert!(!found[0].contains("its SHA-256 is"), "`{name}` was read: {found:#?}");
    }
}

fn tempfile_with(text: &str) -> Folder {
    Folder::new().with("secret.txt", text)
}
