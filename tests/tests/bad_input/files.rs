//! Things that are not files.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use rotor_tests::Folder;
use rotor_tests::MANIFEST;

use crate::manifest::NO_HASH;
use crate::{check, faults};

#[test]
fn things_that_are_not_files_are_refused() {
    let directory = |name: &str| {
        let folder = Folder::small().without(name);
        fs::create_dir(folder.path().join(name)).unwrap();
        folder
    };
    let link = |name: &str, to: &str| {
        let folder = Folder::small().without(name);
        symlink(to, folder.path().join(name)).unwrap();
        folder
    };
    check(vec![
        (directory("prices.csv"), vec!["prices.csv: cannot be read: it is a folder, not a file"]),
        (directory("dataset.toml"), vec!["dataset.toml: cannot be read: it is a folder, not a file"]),
        (
            link("events.csv", "nowhere"),
            vec!["events.csv: cannot be read: No such file or directory (os error 2)"],
        ),
        (
            link("events.csv", "events.csv"),
            vec!["events.csv: cannot be read: Too many levels of symbolic links (os error 40)"],
        ),
        (link("events.csv", "/dev/null"), vec!["events.csv: cannot be read: it is a device, not a file"]),
    ]);
    // A link to a sound file is as good as the file.
    let elsewhere = Folder::small();
    let folder = Folder::small().without("prices.csv");
    symlink(elsewhere.path().join("prices.csv"), folder.path().join("prices.csv")).unwrap();
    check(vec![(folder, vec![])]);
}

#[test]
fn files_that_may_not_be_read_are_reported() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::small();
    let path = folder.path().join("prices.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    check(vec![(folder, vec!["prices.csv: cannot be read: Permission denied (os error 13)"])]);
}

/// Opens the folder that the environment names; for tests that have to survive a reader that does not come back.
#[test]
#[ignore = "other tests run it in a process of its own"]
fn open_in_a_process_of_its_own() {
    let folder = std::env::var_os("ROTOR_TEST_FOLDER").expect("another test says which folder");
    println!("the report:\n{}", faults(Path::new(&folder)).join("\n"));
}

/// Opens a folder in another process and returns what it prints, or says that it did not come back in time.
fn opened_apart(folder: &Path) -> String {
    let child = Command::new("timeout")
        .arg("4")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "files::open_in_a_process_of_its_own", "--ignored", "--nocapture"])
        .env("ROTOR_TEST_FOLDER", folder)
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("coreutils are there");
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    if status.code() == Some(124) { "it does not come back".into() } else { text }
}

#[test]
fn pipes_and_endless_devices_do_not_hold_the_reader_up() {
    let replaced = |name: &str, make: &dyn Fn(&Path)| {
        let folder = Folder::small().without(name);
        make(&folder.path().join(name));
        folder
    };
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let zero = |path: &Path| symlink("/dev/zero", path).unwrap();
    let vouched = |name: &str| {
        Folder::small().with("dataset.toml", format!("{MANIFEST}\n[sha256]\n\"{name}\" = \"{NO_HASH}\"\n"))
    };
    let mut failures = String::new();
    for (what, folder, expected) in [
        ("prices.csv is a pipe", replaced("prices.csv", &pipe), "prices.csv: cannot be read"),
        ("events.csv is a pipe", replaced("events.csv", &pipe), "events.csv: cannot be read"),
        ("dataset.toml is a pipe", replaced("dataset.toml", &pipe), "dataset.toml: cannot be read"),
        ("prices.csv is /dev/zero", replaced("prices.csv", &zero), "prices.csv: cannot be read"),
        ("dataset.toml is /dev/zero", replaced("dataset.toml", &zero), "dataset.toml: cannot be read"),
        ("the manifest vouches for /dev/zero", vouched("/dev/zero"), "/dev/zero: "),
    ] {
        let found = opened_apart(folder.path());
        if !found.contains(expected) {
            failures += &format!("\n{what}: {found}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
