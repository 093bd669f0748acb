//! The book says what is so: links lead somewhere, the page of the command line has the flags of the program, and every command of the
//! tutorial is run, in order, as a reader would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use rotor_tests::{rotor, run_rotor, workspace};

/// Every page of a folder, deepest last, in the order of names.
fn pages_under(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut pages = Vec::new();
    for path in entries {
        if path.is_dir() {
            pages.extend(pages_under(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages
}

fn book() -> PathBuf {
    workspace().join("docs/src")
}

/// The text of a page outside its fenced blocks.
fn prose(text: &str) -> String {
    let mut fence = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fence = !fence;
        } else if !fence {
            prose += line;
            prose.push('\n');
        }
    }
    prose
}

/// The targets of the links of a page.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The anchors of a page: its headings, as mdBook and GitHub write them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let prose = prose(text);
    for heading in prose.lines().filter_map(|line| line.strip_prefix('#')) {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        anchors.insert(kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect());
    }
    anchors
}

/// What a link leads to, without `..`.
fn resolved(page: &Path, target: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in page.parent().unwrap().join(target).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}

#[test]
fn every_link_leads_somewhere() {
    let root = workspace();
    let loose = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "datasets/README.md"];
    let mut pages: Vec<PathBuf> = loose.map(|page| root.join(page)).to_vec();
    pages.extend(pages_under(&book()));
    let texts: BTreeMap<PathBuf, String> =
        pages.iter().map(|page| (page.clone(), fs::read_to_string(page).unwrap())).collect();
    let mut broken = Vec::new();
    for (page, text) in &texts {
        for target in links(text).into_iter().filter(|target| !target.starts_with("http")) {
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let to = if path.is_empty() { page.clone() } else { resolved(page, path) };
            let leads = to.exists()
                // The book is also read by itself: what it links to is in it. Other files it names in backticks.
                && (!page.starts_with(book()) || to.starts_with(book()))
                && (anchor.is_empty() || texts.get(&to).is_none_or(|text| anchors(text).contains(anchor)));
            if !leads {
                broken.push(format!("{}: {target}", page.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links, or out of the book:\n{}", broken.join("\n"));
}

#[test]
fn the_summary_has_every_page_once() {
    let summary = book().join("SUMMARY.md");
    let mut listed: Vec<PathBuf> =
        links(&fs::read_to_string(&summary).unwrap()).iter().map(|link| resolved(&summary, link)).collect();
    listed.sort();
    let there: Vec<PathBuf> = pages_under(&book()).into_iter().filter(|page| *page != summary).collect();
    let mut sorted = there.clone();
    sorted.sort();
    assert_eq!(listed, sorted);
}

/// Blocks as `rotor help-markdown` prints them: the verb, and the lines from comment to comment.
fn blocks(text: &str) -> BTreeMap<String, String> {
    let mut blocks = BTreeMap::new();
    for part in text.split("<!-- ").skip(1) {
        let Some((verb, rest)) = part.split_once(" --help -->\n") else { continue };
        blocks.insert(verb.to_owned(), rest.to_owned());
    }
    blocks
}

#[test]
fn the_page_of_the_command_line_has_every_verb_with_its_flags() {
    let (code, printed, errors) = run_rotor(&["help-markdown"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let program = blocks(&printed);
    assert!(program.len() >= 11, "{:?}", program.keys());
    let path = book().join("reference/cli.md");
    let mut page = fs::read_to_string(&path).unwrap();
    if std::env::var_os("ROTOR_BLESS").is_some() {
        for (verb, table) in &program {
            if let Some(old) = blocks(&page).get(verb) {
                page = page.replacen(
                    &format!("<!-- {verb} --help -->\n{old}"),
                    &format!("<!-- {verb} --help -->\n{table}"),
                    1,
                );
            }
        }
        fs::write(&path, &page).unwrap();
    }
    let on_page = blocks(&page);
    for (verb, table) in &program {
        let section = page.lines().any(|line| {
            line.strip_prefix("## `")
                .and_then(|rest| rest.strip_prefix(verb.as_str()))
                .is_some_and(|rest| rest.starts_with([' ', '`']))
        });
        assert!(section, "reference/cli.md has no section `{verb}`");
        let how = "run this test with ROTOR_BLESS=1 and read the difference";
        let there = on_page.get(verb).unwrap_or_else(|| {
            panic!("the section `{verb}` of reference/cli.md lacks its table: write `<!-- {verb} --help -->` and `<!-- end -->` into it, then {how}")
        });
        assert_eq!(
            there, table,
            "the table of `{verb}` in reference/cli.md is not what the program says: {how}"
        );
    }
    let gone: Vec<&String> = on_page.keys().filter(|verb| !program.contains_key(*verb)).collect();
    assert!(gone.is_empty(), "reference/cli.md has tables of verbs that there are not: {gone:?}");
}

/// The fenced blocks of a page in one language, in order.
fn fenced<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let parts: Vec<&str> = text.split("```").collect();
    let inside = parts.iter().skip(1).step_by(2);
    inside.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// Reads the tutorial and types what it says into one shell, in an empty folder.
#[test]
fn the_tutorial_can_be_followed_word_by_word() {
    let page = fs::read_to_string(book().join("tutorial/first-factor.md")).unwrap();
    let mut blocks = fenced(&page, "sh");
    // Building the program takes minutes; `.ci/run` does it by this very line.
    let install = blocks.remove(0);
    assert_eq!(install, "cargo install --locked --path crates/rotor-cli\n");
    assert!(blocks.len() >= 6, "{} blocks", blocks.len());
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(rotor().get_program(), bin.join("rotor")).unwrap();
    let script = format!("set -eux\n{}", blocks.concat());
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let home = folder.path().join("work");
    fs::create_dir(&home).unwrap();
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&home)
        .env("PATH", path)
        .env("CARGO_NET_OFFLINE", "true")
        .env("ROTOR_CACHE_DIR", folder.path().join("cache"))
        // Not into the ledger of whoever runs this test.
        .env("ROTOR_LEDGER", folder.path().join("trials.jsonl"))
        .env("USER", "a reader")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    // What the page shows in its blocks of text is what came, line by line; `…` stands for what is left out.
    for shown in fenced(&page, "text").iter().flat_map(|block| block.lines()) {
        let line = shown.trim();
        let is_said = line.is_empty()
            || line.contains('…')
            || said.lines().chain(errors.lines()).any(|said| said.trim() == line);
        assert!(is_said, "the tutorial shows a line that nothing said: {line}\n{said}\n{errors}");
    }
}
