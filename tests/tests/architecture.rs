//! The house stands as ARCHITECTURE.md says: arrows between crates, paths, lints, module docs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rotor_factor::{ParameterKind, Value};
use rotor_tests::{FOUR_FACTORS, workspace};

/// Which crates of ours a crate may name. A crate that is not here has no place in the house yet.
const ARROWS: &[(&str, &[&str])] = &[
    ("rotor-factor", &[]),
    ("rotor-stats", &[]),
    ("rotor-fs", &[]),
    ("rotor-data", &["rotor-factor", "rotor-fs"]),
    ("rotor-synthetic", &["rotor-factor", "rotor-data"]),
    ("rotor-plugin", &["rotor-factor", "rotor-fs"]),
    ("rotor-run", &["rotor-factor", "rotor-fs", "rotor-data"]),
    ("rotor-strategy", &["rotor-factor", "rotor-stats", "rotor-run"]),
    (
        "rotor-engine",
        &["rotor-factor", "rotor-stats", "rotor-data", "rotor-plugin", "rotor-run", "rotor-strategy"],
    ),
    ("rotor-eval", &["rotor-factor", "rotor-stats", "rotor-data", "rotor-run", "rotor-strategy"]),
    ("rotor-gate", &["rotor-fs"]),
    ("rotor-import", &["rotor-factor", "rotor-fs", "rotor-data"]),
    ("rotor-report", &["rotor-factor", "rotor-stats", "rotor-data", "rotor-run", "rotor-eval"]),
    ("rotor-export", &["rotor-factor", "rotor-report"]),
    ("rotor-compare", &["rotor-factor", "rotor-stats", "rotor-fs", "rotor-data", "rotor-run"]),
    (
        "rotor",
        &[
            "rotor-factor",
            "rotor-stats",
            "rotor-fs",
            "rotor-data",
            "rotor-synthetic",
            "rotor-plugin",
            "rotor-run",
            "rotor-strategy",
            "rotor-engine",
            "rotor-eval",
            "rotor-report",
            "rotor-compare",
        ],
    ),
    (
        "rotor-sweep",
        &[
            "rotor",
            "rotor-factor",
            "rotor-stats",
            "rotor-fs",
            "rotor-data",
            "rotor-plugin",
            "rotor-run",
            "rotor-strategy",
            "rotor-engine",
            "rotor-eval",
            "rotor-report",
        ],
    ),
    (
        "rotor-cli",
        &[
            "rotor",
            "rotor-sweep",
            "rotor-factor",
            "rotor-stats",
            "rotor-fs",
            "rotor-data",
            "rotor-synthetic",
            "rotor-plugin",
            "rotor-run",
            "rotor-strategy",
            "rotor-engine",
            "rotor-eval",
            "rotor-export",
            "rotor-gate",
            "rotor-import",
            "rotor-report",
            "rotor-compare",
        ],
    ),
    (
        "rotor-tests",
        &[
            "rotor",
            "rotor-factor",
            "rotor-stats",
            "rotor-fs",
            "rotor-data",
            "rotor-synthetic",
            "rotor-plugin",
            "rotor-run",
            "rotor-engine",
            "rotor-eval",
            "rotor-export",
            "rotor-report",
            "rotor-compare",
        ],
    ),
    (
        "rotor-benches",
        &[
            "rotor",
            "rotor-sweep",
            "rotor-factor",
            "rotor-stats",
            "rotor-data",
            "rotor-plugin",
            "rotor-run",
            "rotor-strategy",
            "rotor-engine",
            "rotor-eval",
            "rotor-gate",
            "rotor-import",
            "rotor-report",
            "rotor-compare",
        ],
    ),
];

/// What a factor may name; adding one costs no line here.
const FACTOR_ARROWS: &[&str] = &["rotor-factor", "rotor-stats"];

/// Who may name a factor: the library, which links them, and those who try and measure it.
const SEE_FACTORS: &[&str] = &["rotor", "rotor-tests", "rotor-benches"];

/// The files in which `unsafe` may stand: the two sides of the boundary, and the allocator that says when there is too little memory.
const UNSAFE: &[&str] = &[
    "crates/rotor-cli/src/shortage.rs",
    "crates/rotor-data/src/shelter.rs",
    "crates/rotor-factor/src/arrow.rs",
    "crates/rotor-factor/src/export.rs",
    "crates/rotor-factor/src/host.rs",
    "crates/rotor-factor/src/view.rs",
    "crates/rotor-plugin/src/arrow.rs",
    "crates/rotor-plugin/src/call.rs",
    "crates/rotor-plugin/src/delivery.rs",
    "crates/rotor-plugin/src/float.rs",
    "crates/rotor-plugin/src/isolate/keeper.rs",
    "crates/rotor-plugin/src/isolate/seal.rs",
    "crates/rotor-plugin/src/load.rs",
    "crates/rotor-plugin/src/mark.rs",
    "crates/rotor-plugin/src/output.rs",
    "crates/rotor-plugin/src/process.rs",
    "crates/rotor-plugin/src/supervise/linux.rs",
    "crates/rotor-plugin/src/supervise/page.rs",
];

/// The contract compiles in a second because it needs nobody.
const WITHOUT_DEPENDENCIES: &[&str] = &["rotor-factor"];

fn manifests() -> BTreeMap<String, (PathBuf, toml::Table)> {
    let crates = ["crates", "factors"].iter().flat_map(|folder| subfolders(&workspace().join(folder)));
    let packages =
        crates.chain(["tests", "benches", "benches/repeats"].map(|package| workspace().join(package)));
    packages
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .map(|folder| {
            let manifest: toml::Table =
                fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
            (manifest["package"]["name"].as_str().unwrap().to_owned(), (folder, manifest))
        })
        .collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

#[test]
fn arrows_point_one_way() {
    let known: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for (name, (_, manifest)) in manifests() {
        let is_factor = |name: &str| name.starts_with("factor-") || name == "bench-repeats";
        let allowed = match known.get(name.as_str()) {
            Some(allowed) => allowed,
            None if is_factor(&name) => FACTOR_ARROWS,
            None => panic!("`{name}` is not in the list of arrows"),
        };
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let dependencies = manifest.get(kind).and_then(toml::Value::as_table);
            for dependency in dependencies.into_iter().flatten().map(|(dependency, _)| dependency) {
                let is_ours = dependency == "rotor" || dependency.starts_with("rotor-");
                assert!(
                    !is_ours || allowed.contains(&dependency.as_str()),
                    "forbidden arrow: {name} -> {dependency}"
                );
                assert!(
                    !is_factor(dependency) || SEE_FACTORS.contains(&name.as_str()),
                    "{name} names the factor `{dependency}`"
                );
                let must_be_alone =
                    WITHOUT_DEPENDENCIES.contains(&name.as_str()) && kind != "dev-dependencies";
                assert!(!must_be_alone, "`{name}` is to have no dependencies, `{dependency}` is one");
            }
        }
    }
}

#[test]
fn every_package_shares_the_lints_and_the_edition() {
    for (name, (_, manifest)) in manifests() {
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "lints of {name}");
        for key in ["version", "edition", "rust-version", "license"] {
            assert_eq!(manifest["package"][key]["workspace"].as_bool(), Some(true), "{key} of {name}");
        }
    }
}

#[test]
fn every_exception_from_a_lint_has_a_reason_beside_it() {
    let text = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (idx, line) in lines.iter().enumerate().filter(|(_, line)| line.ends_with("= \"allow\"")) {
        let above = lines[..idx].iter().rev().find(|line| !line.ends_with("= \"allow\"")).unwrap();
        assert!(above.starts_with("# "), "no reason beside `{line}`");
    }
    for (path, source) in sources() {
        for (idx, line) in source.lines().enumerate().filter(|(_, line)| line.trim().starts_with("#[allow("))
        {
            let attribute: String = source.lines().skip(idx).take(6).collect();
            assert!(
                attribute.contains("reason ="),
                "{}:{}: `{line}` says no reason",
                path.display(),
                idx + 1
            );
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut folders =
        ["crates", "factors", "tests", "benches"].map(|folder| workspace().join(folder)).to_vec();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        // The plug-ins of the tests misbehave on purpose.
        folders.extend(subfolders(&folder).into_iter().filter(|folder| !folder.ends_with("tests/plugins")));
        let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        sources.extend(rust.map(|path| (path.clone(), fs::read_to_string(path).unwrap())));
    }
    sources
}

#[test]
fn every_file_says_what_it_is() {
    for (path, source) in sources() {
        assert!(source.starts_with("//! "), "{} does not begin with its doc", path.display());
    }
}

#[test]
fn only_the_command_line_prints() {
    for (path, source) in sources() {
        // What a build script prints is for cargo.
        let is_example = path.components().any(|part| part.as_os_str() == "examples");
        let may_print = is_example
            || path.ends_with("build.rs")
            || ["crates/rotor-cli", "tests", "benches"]
                .iter()
                .any(|part| path.starts_with(workspace().join(part)));
        let prints = ["println!", "eprintln!", "print!(", "dbg!"].iter().any(|word| source.contains(word));
        assert!(may_print || !prints, "{} prints", path.display());
    }
}

#[test]
fn unsafe_stands_in_the_listed_files_alone() {
    for (path, source) in sources() {
        let is_code = |line: &str| !line.trim_start().starts_with("//");
        let has_unsafe = source.lines().filter(|line| is_code(line)).any(|line| {
            ["unsafe {", "unsafe fn", "unsafe impl"].iter().any(|word| line.contains(word))
                && !line.contains('"')
        });
        let is_listed = UNSAFE.iter().any(|file| path == workspace().join(file));
        // Signatures of C functions are types; only a body can do harm.
        assert!(!has_unsafe || is_listed, "{} has unsafe code", path.display());
    }
    for file in UNSAFE {
        let source = fs::read_to_string(workspace().join(file)).unwrap();
        assert!(source.contains("allow(unsafe_code"), "{file} is listed and has no unsafe code");
    }
}

#[test]
fn every_path_that_architecture_names_exists() {
    let text = fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
    let mut n_paths = 0;
    // Code spans at even positions are text, those at odd ones code.
    for span in text.split('`').skip(1).step_by(2) {
        let is_path = span.contains('/') && !span.contains([' ', '(', '{', '<', '*', '\n', ':']);
        if is_path {
            n_paths += 1;
            assert!(workspace().join(span).exists(), "ARCHITECTURE.md names `{span}`, which is not there");
        }
    }
    assert!(n_paths >= 10, "ARCHITECTURE.md names only {n_paths} paths");
}

#[test]
fn the_reference_page_has_every_column() {
    let page = fs::read_to_string(workspace().join("docs/src/reference/dataset.md")).unwrap();
    for table in rotor_data::schema::Table::ALL {
        let from =
            page.find(&format!("**{table}**")).unwrap_or_else(|| panic!("`{table}` is not on the page"));
        let section = page[from + 2..].split("\n**").next().unwrap();
        for column in table.columns() {
            let rows = section
                .lines()
                .filter(|line| line.starts_with('|') && line.contains(&format!("`{}`", column.name)));
            let is_there =
                rows.clone().any(|line| line.split('|').nth(2).unwrap().contains('?') == column.optional);
            assert!(is_there, "`{}` of `{table}` is not on the page as it is declared", column.name);
        }
    }
}

/// Pages and commands are made from what factors declare: their sources have no factor's name as a text.
#[test]
fn no_page_knows_a_factor_by_name() {
    const PAGES: [&str; 5] = ["rotor-report", "rotor-cli", "rotor-eval", "rotor-engine", "rotor-compare"];
    let names = FOUR_FACTORS.map(|factor| rotor_plugin::Plugin::linked(factor).unwrap().name().to_owned());
    for (path, source) in sources() {
        let is_page = PAGES.iter().any(|package| path.starts_with(workspace().join("crates").join(package)));
        // Tests may have an example.
        let is_test =
            path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "examples")
                || path.file_name().is_some_and(|name| name == "tests.rs");
        if !is_page || is_test {
            continue;
        }
        let code = source.split("#[cfg(test)]").next().unwrap();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for name in &names {
            let literal = format!("\"{name}\"");
            let found = code.iter().find(|line| line.contains(&literal));
            assert_eq!(found, None, "{} names the factor `{name}`", path.display());
        }
    }
}

#[test]
fn the_configuration_page_has_every_key() {
    let page = fs::read_to_string(workspace().join("docs/src/reference/configuration.md")).unwrap();
    let names = FOUR_FACTORS.map(|factor| rotor_plugin::Plugin::linked(factor).unwrap().name().to_owned());
    let defaults = rotor_run::Config { factors: names.to_vec(), ..rotor_run::Config::default() };
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    for (position, key) in rotor_run::KEYS.iter().enumerate() {
        let row = format!("| `{}` | `{}` | {} |", key.name, defaults.get(key.name), key.about);
        assert_eq!(rows[position], row);
    }
}

/// The parameters of a factor and what is worth trying of them, as the page shows them.
fn parameters_of(factor: &rotor_plugin::Plugin) -> String {
    let mut text = String::from("| parameter | type | default | range | |\n|---|---|---|---|---|\n");
    for parameter in factor.parameters() {
        assert!(!parameter.about.contains('|'), "a table has no place for `|`");
        let (kind, range) = match &parameter.kind {
            ParameterKind::Flag { .. } => ("flag", String::new()),
            ParameterKind::Integer { min, max, .. } => ("integer", format!("{min} to {max}")),
            ParameterKind::Number { min, max, .. } => ("number", format!("{min} to {max}")),
            ParameterKind::Text { choices, .. } => {
                let words: Vec<String> = choices.iter().map(|word| format!("`{word}`")).collect();
                ("text", words.join(", "))
            }
            other => panic!("the page has no words for {other:?}"),
        };
        let default = match parameter.default() {
            Value::Text(value) => format!("`{value}`"),
            other => other.to_string(),
        };
        let (name, about) = (parameter.name, parameter.about);
        writeln!(text, "| `{name}` | {kind} | {default} | {range} | {about} |").unwrap();
    }
    let worth_trying = factor.parameters().iter().flat_map(|parameter| {
        let written = |value: Value| match value {
            Value::Text(value) => format!("\"{value}\""),
            other => other.to_string(),
        };
        parameter.alternatives().map(move |value| format!("`{} = {}`", parameter.name, written(value)))
    });
    let worth_trying: Vec<String> = worth_trying.collect();
    if !worth_trying.is_empty() {
        writeln!(text, "\nWorth trying: {}.", worth_trying.join(", ")).unwrap();
    }
    text
}

/// A sheet with a text at a place that it has once.
fn filled(sheet: &str, place: &str, text: &str, folder: &Path) -> String {
    assert_eq!(sheet.matches(place).count(), 1, "the sheet in {} has `{place}` once", folder.display());
    sheet.replace(place, text)
}

#[test]
fn the_page_of_factors_is_made_of_their_folders() {
    const ROWS: [&str; 7] = ["Input", "Formula", "Unit", "Direction", "Publication lag", "Missing", "Source"];
    let factors = workspace().join("factors");
    let mut page = fs::read_to_string(factors.join("SHEET.md")).unwrap();
    let linked = rotor::Catalogue::built_in().linked();
    let names: BTreeSet<PathBuf> = linked.iter().map(|factor| factors.join(factor.name())).collect();
    let folders: BTreeSet<PathBuf> = subfolders(&factors).into_iter().collect();
    assert_eq!(names, folders, "every folder under `factors` is a linked factor of its name");
    for factor in &linked {
        let folder = factors.join(factor.name());
        let source = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        let rows = source.lines().take_while(|line| line.starts_with("//!"));
        let rows: Vec<&str> = rows.filter_map(|line| line.strip_prefix("//! ")).collect();
        let table: Vec<&str> = rows.into_iter().filter(|row| row.starts_with('|')).collect();
        let titles: Vec<&str> =
            table.iter().filter_map(|row| Some(row.strip_prefix("| ")?.split_once(" |")?.0)).collect();
        assert_eq!(titles.iter().filter(|title| ROWS.contains(title)).count(), 7, "{}", folder.display());
        let sheet = fs::read_to_string(folder.join("SHEET.md")).unwrap();
        page.push('\n');
        page += &filled(&sheet, "<!-- table -->", &table.join("\n"), &folder);
        page = filled(&page, "<!-- parameters -->", parameters_of(factor).trim_end(), &folder);
    }
    let path = workspace().join("docs/src/reference/factors.md");
    if std::env::var_os("ROTOR_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        page,
        "docs/src/reference/factors.md is not what the folders say: run this test with ROTOR_BLESS=1 and read the difference"
    );
}
