//! The note in the formats of offices: files that appear whole or not at all, that other programs read, and that never change by
//! themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rotor_tests::{Folder, demo, rotor, run_rotor};
use tempfile::TempDir;

const DAY: &str = "2021-12-10";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Asks for a note of the demo; returns the exit code, standard output and standard error.
fn note(flags: &[&str]) -> (i32, String, String) {
    run_rotor(&[&["note", "--as-of", DAY, "--dataset", text(&demo())], flags].concat())
}

/// The files below a folder, by their path in it.
fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn fonts_with_chinese(test: &str) -> bool {
    let found = rotor_export::Fonts::of_system();
    let is_there =
        found.is_ok_and(|fonts| fonts.first_missing("行业").is_ok_and(|missing| missing.is_none()));
    if !is_there {
        eprintln!("skipped: {test} needs fonts with Chinese (Debian's package `fonts-noto-cjk`)");
    }
    is_there
}

#[test]
fn bytes_go_to_files_and_are_the_same_every_time() {
    if !fonts_with_chinese("bytes_go_to_files_and_are_the_same_every_time") {
        return;
    }
    let folder = TempDir::new().unwrap();
    for format in ["docx", "xlsx"] {
        let files = [1, 2].map(|n| folder.path().join(format!("{n}.{format}")));
        for file in &files {
            let (code, said, errors) = note(&["--format", format, "--lang", "zh", "--out", text(file)]);
            assert_eq!((code, errors.as_str()), (0, ""));
            assert_eq!(said, format!("{} is written\n", file.display()));
        }
        let bytes = files.map(|file| fs::read(file).unwrap());
        assert!(bytes[0].starts_with(b"PK") && bytes[0] == bytes[1], "{format}");
    }
    let (code, said, errors) = note(&["--format", "docx"]);
    assert_eq!((code, said.as_str()), (2, ""));
    assert_eq!(
        errors,
        "error: `--format docx` is not text and is not printed\nhint: name a file by `--out FILE`\n"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left");
}

#[test]
fn a_folder_of_files_appears_whole_and_markdown_refers_to_it() {
    let folder = TempDir::new().unwrap();
    let (assets, page) = (folder.path().join("my files"), folder.path().join("note.md"));
    let arguments = ["--format", "md", "--out", text(&page), "--assets", text(&assets)];
    let (code, said, errors) = note(&arguments);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(said, format!("{} is written\n{} is written\n", assets.display(), page.display()));
    let files = files_of(&assets);
    let count = |end: &str| files.iter().filter(|(name, _)| name.ends_with(end)).count();
    assert!(count(".svg") > 80 && count(".svg") == count(".png") && count(".csv") > count(".png"));
    for (page, prefix) in [(&page, "my%20files/"), (&assets.join("page.md"), "")] {
        let markdown = fs::read_to_string(page).unwrap();
        let links: Vec<&str> =
            markdown.split("](<").skip(1).filter_map(|rest| rest.split('>').next()).collect();
        assert!(links.len() > 90);
        for link in links {
            let path = link.strip_prefix(prefix).unwrap();
            assert!(files.iter().any(|(name, _)| name == path), "{path}");
        }
    }
    // What is there stays, but for such a folder and by force.
    let (code, _, errors) = note(&["--assets", text(&assets)]);
    assert!(code == 2 && errors.contains("my files"), "{errors}");
    assert!(
        note(&["--assets", text(&assets), "--force"])
            == (0, format!("{} is written\n", assets.display()), String::new())
    );
    assert!(files_of(&assets) == files, "the same bytes");
    let (code, _, errors) = note(&["--assets", text(folder.path()), "--force"]);
    assert!(code == 2 && errors.contains("page.md"), "{errors}");
    assert!(page.exists());
}

/// A configuration of fonts with a folder that has none for Chinese.
fn without_chinese(folder: &Path) -> Option<PathBuf> {
    let fonts = ["/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation"];
    let Some(fonts) = fonts.iter().find(|fonts| Path::new(fonts).is_dir()) else {
        eprintln!("skipped: neither DejaVu nor Liberation is installed");
        return None;
    };
    let file = folder.join("fonts.conf");
    let config = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig><dir>{fonts}</dir></fontconfig>"
    );
    fs::write(&file, config).unwrap();
    Some(file)
}

#[test]
fn pictures_without_a_font_for_their_texts_are_refused() {
    let folder = TempDir::new().unwrap();
    let Some(config) = without_chinese(folder.path()) else { return };
    let assets = folder.path().join("files");
    let demo = demo();
    let run = |lang: &str| {
        let arguments = [
            "note",
            "--as-of",
            DAY,
            "--dataset",
            text(&demo),
            "--lang",
            lang,
            "--assets",
            text(&assets),
            "--force",
        ];
        let output = rotor().args(arguments).env("FONTCONFIG_FILE", &config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, errors) = run("zh");
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("no installed font has the character `"), "{errors}");
    assert!(
        errors
            .ends_with("hint: install a font with Chinese characters, such as the package fonts-noto-cjk\n"),
        "{errors}"
    );
    assert!(!assets.exists());
    assert_eq!(run("en"), (Some(0), String::new()));
}

#[test]
fn an_office_opens_the_document() {
    let has_office =
        Command::new("soffice").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has_office {
        return eprintln!(
            "skipped: LibreOffice is not installed (Debian's package `libreoffice-writer-nogui`)"
        );
    }
    if !fonts_with_chinese("an_office_opens_the_document") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("note.docx");
    assert_eq!(note(&["--format", "docx", "--lang", "zh", "--out", text(&file)]).0, 0);
    let profile = format!("-env:UserInstallation=file://{}", folder.path().join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir", text(folder.path()), text(&file)])
        .output()
        .unwrap();
    let pdf = fs::read(folder.path().join("note.pdf")).unwrap_or_default();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 100_000, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_browser_prints_the_page() {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    if !names.iter().any(|name| Command::new(name).arg("--version").output().is_ok()) {
        return eprintln!("skipped: there is no Chromium (Debian's package `chromium`)");
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("note.pdf");
    assert_eq!(
        note(&["--format", "pdf", "--out", text(&file)]),
        (0, format!("{} is written\n", file.display()), String::new())
    );
    assert!(fs::read(&file).unwrap().starts_with(b"%PDF"));
}

#[test]
fn without_a_browser_a_pdf_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("note.pdf");
    let output = rotor()
        .args(["note", "--dataset", text(&demo()), "--format", "pdf", "--out", text(&file)])
        .env("PATH", folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.starts_with("error: there is no Chromium to print with\nhint: install Chromium"),
        "{errors}"
    );
    assert!(!file.exists());
}

#[test]
fn saved_notes_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("sent");
    let save = |flags: &[&str]| {
        let (code, said, errors) = note(&[&["--save", text(&archive)] as &[&str], flags].concat());
        assert_eq!((code, errors.as_str()), (0, ""));
        PathBuf::from(said.strip_suffix(" is written\n").unwrap())
    };
    let first = save(&[]);
    let names: Vec<String> = files_of(&first).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["note.html", "note.json"]);
    assert!(text(&first).contains("/sent/note-2021-12-10-"), "{}", first.display());
    let (_, document, _) = note(&["--json"]);
    assert_eq!(fs::read_to_string(first.join("note.json")).unwrap(), document);
    let (code, _, errors) = note(&["--save", text(&archive)]);
    assert!(code == 2 && errors.contains("note-2021-12-10-"), "what was sent stays: {errors}");
    let other = save(&["--top", "3"]);
    assert_ne!(first, other);

    let (code, page, errors) = run_rotor(&["compare", text(&first), text(&first)]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(page.contains("the notes are the same"), "{page}");
    let (code, page, errors) = run_rotor(&["compare", text(&first), text(&other)]);
    assert_eq!((code, errors.as_str()), (1, ""));
    assert!(page.contains("configuration") && page.contains("top") && page.contains("Dropped: "), "{page}");
    let (code, json, _) = run_rotor(&["compare", "--json", text(&first), text(&other.join("note.json"))]);
    let comparison: serde_json::Value = serde_json::from_str(&json).unwrap();
    let comparison = &comparison["comparison"];
    assert_eq!(code, 1);
    assert_eq!(comparison["dropped"].as_array().unwrap().len(), 2);
    assert_eq!(comparison["inputs"][0]["key"], "top");
    // Scores follow from the data alone; weights are those of three in place of five.
    assert_eq!(
        (comparison["scores"].as_array().unwrap().len(), comparison["ranking"].as_array().unwrap().len()),
        (0, 5)
    );

    let month_before =
        run_rotor(&["note", "--as-of", "2021-11-10", "--dataset", text(&demo()), "--save", text(&archive)]);
    assert_eq!(month_before.0, 0);
    let before = PathBuf::from(month_before.1.strip_suffix(" is written\n").unwrap());
    let (code, page, _) = run_rotor(&["compare", "--format", "md", text(&before), text(&first)]);
    assert_eq!(code, 1);
    for part in
        ["| data | as\\_of | 2021-11-10 | 2021-12-10 |", "## Ranks that differ", "## Scores that differ"]
    {
        assert!(page.replace("as_of", "as\\_of").contains(part), "{part} in {page}");
    }
    let (code, _, errors) = run_rotor(&["compare", text(&first), text(folder.path())]);
    assert!(code == 2 && errors.contains("is a note and"), "{errors}");
    fs::write(first.join("note.json"), "{}").unwrap();
    let (code, _, errors) = run_rotor(&["compare", text(&first), text(&other)]);
    assert!(code == 2 && errors.contains("is not the document of a note"), "{errors}");
}

/// What a careless or hostile source may call a sector goes through every format.
#[test]
fn hostile_names_go_through_every_format() {
    let long = "x".repeat(120);
    let entities = format!(
        "entity,kind,name,name_zh,group,valid_from,valid_to\n\
         801040,sector,=cmd|' /C calc'!A0,<b>]]>钢铁,upstream,,\n\
         801080,sector,{long},{long},midstream,,\n\
         000300,benchmark,CSI|300,,,,\n\
         CN,market,China,中国,,,\n"
    );
    let dataset = Folder::small()
        .with("entities.csv", entities)
        .with("series.csv", "series,frequency,unit,title,title_zh,source\n")
        .with("observations.csv", "series,entity,period,released,value\n")
        .without("bridge.csv")
        .without("links.csv")
        .without("events.csv");
    let folder = TempDir::new().unwrap();
    let momentum = ["--factors", "momentum", "--set", "momentum.lookback=1", "--set", "momentum.skip=0"];
    let assets = folder.path().join("files");
    let file = folder.path().join("note.xlsx");
    let common =
        ["note", "--as-of", "2020-02-17", "--dataset", text(dataset.path()), "--assets", text(&assets)];
    let out = ["--format", "xlsx", "--out", text(&file)];
    let (code, _, errors) = run_rotor(&[&common as &[&str], &momentum, &out].concat());
    assert_eq!(code, 0, "{errors}");
    assert!(fs::read(&file).unwrap().starts_with(b"PK"));
    let mut n_seen = 0;
    for (name, bytes) in files_of(&assets) {
        if Path::new(&name).extension().is_some_and(|extension| extension == "csv") {
            let csv = String::from_utf8(bytes).unwrap();
            n_seen += csv.matches("'=cmd|").count();
            let is_formula = |field: &str| field.starts_with("=cmd");
            assert!(!csv.lines().any(|line| line.split(',').any(is_formula)), "{name}: {csv}");
        }
    }
    assert!(n_seen > 0);
}
