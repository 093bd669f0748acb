//! The house stands as ARCHITECTURE.md says: arrows between crates, paths, lints, module docs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rotor_tests::workspace;

/// Which crates of ours a crate may name. A crate that is not here has no place in the house yet.
const ARROWS: &[(&str, &[&str])] = &[
    ("rotor-factor", &[]),
    ("rotor-stats", &[]),
    ("rotor-data", &["rotor-factor"]),
    ("rotor-cli", &["rotor-factor", "rotor-data"]),
    ("rotor-tests", &["rotor-factor", "rotor-stats", "rotor-data"]),
    ("rotor-benches", &["rotor-factor", "rotor-stats", "rotor-data"]),
];

/// The contract compiles in a second because it needs nobody.
const WITHOUT_DEPENDENCIES: &[&str] = &["rotor-factor"];

fn manifests() -> BTreeMap<String, (PathBuf, toml::Table)> {
    let crates = ["crates", "factors"].iter().flat_map(|folder| subfolders(&workspace().join(folder)));
    let packages = crates.chain([workspace().join("tests"), workspace().join("benches")]);
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
        let allowed =
            known.get(name.as_str()).unwrap_or_else(|| panic!("`{name}` is not in the list of arrows"));
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let dependencies = manifest.get(kind).and_then(toml::Value::as_table);
            for dependency in dependencies.into_iter().flatten().map(|(dependency, _)| dependency) {
                let is_ours = dependency.starts_with("rotor-");
                assert!(
                    !is_ours || allowed.contains(&dependency.as_str()),
                    "forbidden arrow: {name} -> {dependency}"
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
        vec![workspace().join("crates"), workspace().join("tests"), workspace().join("benches")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        folders.extend(subfolders(&folder));
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
        let may_print = ["crates/rotor-cli", "tests", "benches"]
            .iter()
            .any(|part| path.starts_with(workspace().join(part)));
        let prints = ["println!", "eprintln!", "print!(", "dbg!"].iter().any(|word| source.contains(word));
        assert!(may_print || !prints, "{} prints", path.display());
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
fn the_documents_link_to_what_exists() {
    let mut pages: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "datasets/README.md"]
            .map(|page| workspace().join(page))
            .to_vec();
    let mut folders = vec![workspace().join("docs")];
    while let Some(folder) = folders.pop() {
        folders.extend(subfolders(&folder));
        let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        pages.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for target in
            text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
        {
            let path = target.split('#').next().unwrap();
            if !path.is_empty() && !target.starts_with("http") {
                assert!(page.parent().unwrap().join(path).exists(), "{} links to `{target}`", page.display());
            }
        }
    }
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
