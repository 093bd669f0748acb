//! A folder appears whole or not at all, whoever else writes beside it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use rotor_fs::{FileDestination, FsError, NewFolder, Written, remove_unfinished};

/// Names a folder to a test that runs in a process of its own.
const CHILD: &str = "ROTOR_TEST_CHILD";

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(new: &NewFolder, name: &str, text: &str) -> Result<Written, FsError> {
    new.write_file(name, |file| file.write_all(text.as_bytes()))
}

fn replacing(place: &Path) -> Result<NewFolder, FsError> {
    NewFolder::replacing(place, "run.json")
}

fn run_folder(place: &Path, said: &str) {
    fs::create_dir(place).unwrap();
    fs::write(place.join("run.json"), said).unwrap();
}

/// Runs one test of this file in a process of its own.
fn in_child(test: &str, folder: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([test, "--exact", "--test-threads=1", "--nocapture"]).env(CHILD, folder);
    child
}

#[test]
fn it_is_there_when_it_is_finished() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("deep/er/run");
    let new = NewFolder::create(&place).unwrap();
    let written = text(&new, "run.json", "hello").unwrap();
    assert_eq!(written.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(written.n_bytes, 5);
    assert!(!place.exists());
    assert_eq!(new.finish().unwrap(), place);
    assert_eq!(names(&place), ["run.json"]);
    assert_eq!(names(place.parent().unwrap()), ["run"]);
}

#[test]
fn what_is_not_finished_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    let new = NewFolder::create(&place).unwrap();
    text(&new, "tables/a.csv", "1").unwrap();
    assert_eq!(names(parent.path()).len(), 1);
    drop(new);
    assert!(names(parent.path()).is_empty());
}

#[test]
fn what_is_there_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let at = |name: &str| parent.path().join(name);
    fs::create_dir(at("empty")).unwrap();
    fs::write(at("file"), "").unwrap();
    symlink("nowhere", at("link")).unwrap();
    for name in ["empty", "file", "link"] {
        let error = NewFolder::create(&at(name)).unwrap_err();
        assert!(matches!(error, FsError::Exists { .. }), "{error}");
        assert_eq!(error.hint(), Some("choose a name that does not exist yet"));
        // It may also come while the folder is being built.
        let late = at(&format!("late-{name}"));
        let new = NewFolder::create(&late).unwrap();
        fs::rename(at(name), &late).unwrap();
        let error = new.finish().unwrap_err();
        assert!(matches!(error, FsError::Exists { .. }), "{error}");
        assert_eq!(error.to_string(), format!("`{}` exists already", late.display()));
    }
    assert_eq!(names(parent.path()), ["late-empty", "late-file", "late-link"]);
    assert!(names(&at("late-empty")).is_empty());
}

#[test]
fn a_place_needs_a_name_and_a_parent_that_can_hold_it() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let long = parent.path().join("x".repeat(256));
    for (place, hint) in [
        (Path::new("/").to_owned(), None),
        (parent.path().join("none/.."), None),
        (Path::new("").to_owned(), None),
        (file.join("run"), Some("a part of the path is a file; choose another place")),
        (long, Some("choose a shorter name")),
    ] {
        for begin in [NewFolder::create, replacing, NewFolder::numbered] {
            match begin(&place).and_then(NewFolder::finish).unwrap_err() {
                FsError::Exists { .. } => assert_eq!(place, Path::new("/")),
                error => assert_eq!(error.hint(), hint, "{error}"),
            }
        }
    }
    assert_eq!(names(parent.path()), ["file"]);
}

#[test]
fn a_long_name_has_room_for_what_is_hidden_behind_it() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("x".repeat(250));
    assert_eq!(NewFolder::create(&place).unwrap().finish().unwrap(), place);
}

#[test]
fn files_stay_in_the_folder() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    let new = NewFolder::create(&place).unwrap();
    for name in ["", "..", "../x", "a/../../x", "/x", "a/", "."] {
        let error = text(&new, name, "").unwrap_err();
        let FsError::Write { source, .. } = &error else { panic!("{error}") };
        assert_eq!(source.kind(), ErrorKind::InvalidInput, "{name}: {error}");
    }
    text(&new, "a", "").unwrap();
    for name in ["a", "a/b"] {
        let error = text(&new, name, "").unwrap_err();
        let said = format!("cannot write `{}`: ", place.join(name).display());
        assert!(error.to_string().starts_with(&said), "{error}");
    }
    let refused = new.write_file("b", |_| Err(io::Error::other("no more rows")));
    let said = format!("cannot write `{}`: no more rows", place.join("b").display());
    assert_eq!(refused.unwrap_err().to_string(), said);
}

#[test]
fn several_threads_write_files_of_one_folder() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    let new = NewFolder::create(&place).unwrap();
    thread::scope(|scope| {
        for thread in 0..8 {
            let new = &new;
            scope.spawn(move || {
                for file in 0..20 {
                    text(new, &format!("tables/{file}/{thread}.csv"), "1").unwrap();
                }
            });
        }
    });
    new.finish().unwrap();
    assert_eq!(names(&place.join("tables")).len(), 20);
    assert_eq!(names(&place.join("tables/7")).len(), 8);
}

#[test]
fn numbered_places_go_to_one_writer_each() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    symlink("nowhere", parent.path().join("run-3")).unwrap();
    let barrier = Barrier::new(2);
    let mut places: Vec<_> = thread::scope(|scope| {
        let writers = [0, 1].map(|writer| {
            let (place, barrier) = (&place, &barrier);
            scope.spawn(move || {
                let write = |number| {
                    let new = NewFolder::numbered(place).unwrap();
                    text(&new, "name", &format!("{writer} {number}")).unwrap();
                    barrier.wait();
                    new.finish().unwrap()
                };
                (0..20).map(write).collect::<Vec<_>>()
            })
        });
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 40);
    let mut expected: Vec<_> = (2..42).map(|number| format!("run-{number}")).collect();
    expected.push("run".into());
    expected.sort();
    assert_eq!(names(parent.path()), expected);
}

#[test]
fn a_folder_with_the_marker_is_replaced() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    for said in ["first", "second"] {
        let new = replacing(&place).unwrap();
        text(&new, "run.json", said).unwrap();
        text(&new, &format!("a-{said}"), "").unwrap();
        assert_eq!(new.finish().unwrap(), place);
        assert_eq!(names(&place), [&format!("a-{said}"), "run.json"]);
        assert_eq!(fs::read_to_string(place.join("run.json")).unwrap(), said);
        assert_eq!(names(parent.path()), ["run"]);
    }
    fs::create_dir(parent.path().join("empty")).unwrap();
    // A name that ends in a slash names the same folder.
    let new = replacing(&parent.path().join("empty/")).unwrap();
    text(&new, "run.json", "").unwrap();
    new.finish().unwrap();
    assert_eq!(names(&parent.path().join("empty")), ["run.json"]);
}

#[test]
fn nothing_but_a_folder_with_the_marker_is_replaced() {
    let parent = tempfile::tempdir().unwrap();
    let at = |name: &str| parent.path().join(name);
    run_folder(&at("run"), "kept");
    symlink("run", at("link")).unwrap();
    fs::write(at("file"), "kept").unwrap();
    fs::create_dir(at("other")).unwrap();
    fs::write(at("other/thesis.tex"), "kept").unwrap();
    fs::create_dir_all(at("odd/run.json")).unwrap();
    for name in ["link", "link/", "file", "other", "odd"] {
        let error = replacing(&at(name)).unwrap_err();
        assert!(matches!(error, FsError::NotReplaced { .. }), "{name}: {error}");
        assert_eq!(error.hint(), Some("choose another folder"));
    }
    // It may also come while the folder is being built.
    for name in ["link", "file", "other", "odd"] {
        let new = replacing(&at("late")).unwrap();
        fs::rename(at(name), at("late")).unwrap();
        let error = new.finish().unwrap_err();
        assert!(matches!(error, FsError::NotReplaced { .. }), "{name}: {error}");
        fs::rename(at("late"), at(name)).unwrap();
    }
    assert_eq!(names(parent.path()), ["file", "link", "odd", "other", "run"]);
    assert_eq!(fs::read_to_string(at("other/thesis.tex")).unwrap(), "kept");
}

#[test]
fn writers_that_replace_each_other_all_succeed() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    thread::scope(|scope| {
        for writer in 0..4 {
            let place = &place;
            scope.spawn(move || {
                for _ in 0..25 {
                    let new = replacing(place).unwrap();
                    text(&new, "a", &writer.to_string()).unwrap();
                    text(&new, "run.json", &writer.to_string()).unwrap();
                    new.finish().unwrap();
                    // Whoever wrote it, it is whole. (It may be replaced between two looks.)
                    assert!(place.join("run.json").exists() && place.join("a").exists());
                }
            });
        }
    });
    replacing(&place).unwrap();
    assert_eq!(names(parent.path()), ["run"]);
}

#[test]
fn what_a_dead_writer_left_is_removed_and_what_a_live_one_builds_is_not() {
    let parent = tempfile::tempdir().unwrap();
    let at = |name: &str| parent.path().join(name);
    let live = NewFolder::create(&at("run")).unwrap();
    let hidden = names(parent.path()).remove(0);
    let others = [".run.1-1.partially", ".run-2.1-1.partial", ".run.x-1.partial", ".ran.1-1.partial"];
    for name in [".run.1-1.partial", ".run.99999999-7.partial", ".run.1-1.replaced"].iter().chain(&others) {
        fs::create_dir_all(at(name).join("tables")).unwrap();
        fs::write(at(name).join("tables/a.csv"), "1").unwrap();
    }
    fs::write(at(".run.2-2.partial"), "a file").unwrap();
    symlink(at("run"), at(".run.3-3.partial")).unwrap();
    let mut expected: Vec<_> = others.map(String::from).to_vec();
    expected.extend([hidden, ".run.2-2.partial".into(), ".run.3-3.partial".into()]);
    let found = |more: &[&str]| {
        let mut expected = expected.clone();
        expected.extend(more.iter().map(|name| (*name).to_owned()));
        expected.sort();
        assert_eq!(names(parent.path()), expected);
    };
    // What was being replaced may be all there is.
    drop(NewFolder::create(&at("run")).unwrap());
    found(&[".run.1-1.replaced"]);
    run_folder(&at("run"), "");
    drop(NewFolder::numbered(&at("run")).unwrap());
    found(&["run"]);
    fs::remove_dir_all(at("run")).unwrap();
    live.finish().unwrap();
}

#[test]
fn what_a_killed_writer_left_is_removed() {
    if let Some(folder) = std::env::var_os(CHILD) {
        let new = NewFolder::create(&Path::new(&folder).join("run")).unwrap();
        text(&new, "tables/a.csv", "1").unwrap();
        fs::write(Path::new(&folder).join("ready"), "").unwrap();
        thread::sleep(Duration::from_mins(1));
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let mut child = in_child("what_a_killed_writer_left_is_removed", parent.path()).spawn().unwrap();
    while !parent.path().join("ready").exists() {
        thread::sleep(Duration::from_millis(1));
    }
    drop(NewFolder::create(&parent.path().join("run")).unwrap());
    assert_eq!(names(parent.path()).len(), 2);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(parent.path()).len(), 2);
    drop(NewFolder::create(&parent.path().join("run")).unwrap());
    assert_eq!(names(parent.path()), ["ready"]);
}

#[test]
fn a_program_that_stops_leaves_nothing_and_finishes_nothing() {
    let Some(folder) = std::env::var_os(CHILD) else {
        let parent = tempfile::tempdir().unwrap();
        let test = "a_program_that_stops_leaves_nothing_and_finishes_nothing";
        let output = in_child(test, parent.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(names(parent.path()), ["run"]);
        assert_eq!(fs::read_to_string(parent.path().join("run/run.json")).unwrap(), "kept");
        return;
    };
    let at = |name: &str| Path::new(&folder).join(name);
    run_folder(&at("run"), "kept");
    let new = NewFolder::create(&at("new")).unwrap();
    let replacing = replacing(&at("run")).unwrap();
    let numbered = NewFolder::numbered(&at("run")).unwrap();
    let file = FileDestination::new(&at("page.html")).unwrap();
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            barrier.wait();
            let mut number = 0;
            while text(&new, &format!("{number}/a.csv"), "1").is_ok() {
                number += 1;
            }
        });
        barrier.wait();
        thread::sleep(Duration::from_millis(20));
        remove_unfinished();
    });
    assert_eq!(names(Path::new(&folder)), ["run"]);
    for folder in [new, replacing, numbered] {
        let error = folder.finish().unwrap_err();
        assert!(error.to_string().ends_with(": the program was told to stop"), "{error}");
    }
    let later = NewFolder::create(&at("later")).map(drop);
    for error in [later.unwrap_err(), file.write(b"<p>").unwrap_err()] {
        assert!(error.to_string().ends_with(": the program was told to stop"), "{error}");
    }
    assert_eq!(names(Path::new(&folder)), ["run"]);
}
