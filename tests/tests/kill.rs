//! A writer of run folders is killed at any moment: every folder that can be seen is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rotor_run::{Destination, write};
use rotor_tests::runs::{bare_record, made_up_run};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Names the folder to the writer, which is this test in a process of its own.
const CHILD: &str = "ROTOR_TEST_CHILD";
const N_KILLS: u64 = 200;

#[test]
fn a_killed_writer_leaves_whole_folders() {
    if let Some(folder) = std::env::var_os(CHILD) {
        write_until_killed(Path::new(&folder));
    }
    let parent = tempfile::tempdir().unwrap();
    let (mut n_partial, mut n_whole) = (0, 0);
    let mut until_the_first = Duration::ZERO;
    for kill in 0..N_KILLS {
        // Other work on the machine comes and goes.
        if kill % 20 == 0 {
            until_the_first = until_the_first_folder();
        }
        let mut child = writer(parent.path());
        // Moments spread evenly from before the first folder to some after it, however busy the machine is.
        thread::sleep(until_the_first.mul_f64(0.5 + (kill * 7919 % N_KILLS) as f64 / N_KILLS as f64));
        child.kill().unwrap();
        child.wait().unwrap();
        for folder in folders(parent.path()) {
            let name = folder.file_name().unwrap().to_str().unwrap();
            if name.starts_with('.') {
                n_partial += 1;
            } else {
                check_whole(&folder);
                n_whole += 1;
                if name.starts_with("done") {
                    fs::remove_dir_all(folder).unwrap();
                }
            }
        }
    }
    assert!(n_partial > 0 && n_whole > 0, "no kill came in the middle: {n_partial} partial, {n_whole} whole");
    let run = made_up_run(1);
    for name in ["new", "replaced", "numbered"] {
        write(&run, &bare_record(&run), &[], &Destination::Replace(parent.path().join(name))).unwrap();
    }
    let left = folders(parent.path());
    let is_hidden = |folder: &PathBuf| folder.file_name().unwrap().to_str().unwrap().starts_with('.');
    assert!(!left.iter().any(is_hidden), "left behind: {left:?}");
    println!("{N_KILLS} kills: {n_partial} partial folders and {n_whole} whole ones seen");
}

/// Starts a process that writes into a folder until it is killed.
fn writer(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["a_killed_writer_leaves_whole_folders", "--exact"])
        .env(CHILD, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Measures how long a writer takes to its first folder.
fn until_the_first_folder() -> Duration {
    let parent = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let mut child = writer(parent.path());
    let is_visible = |folder: &PathBuf| !folder.file_name().unwrap().to_str().unwrap().starts_with('.');
    while !folders(parent.path()).iter().any(is_visible) {
        assert!(start.elapsed() < Duration::from_mins(1), "the writer writes nothing");
        thread::sleep(Duration::from_micros(200));
    }
    let until_the_first = start.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    until_the_first
}

fn write_until_killed(folder: &Path) -> ! {
    let runs = [made_up_run(3), made_up_run(4)];
    let at = |name: &str| folder.join(name);
    for number in 0_u64.. {
        let run = &runs[number as usize % 2];
        let to =
            |destination| write(run, &bare_record(run), &[("report.html", "<p>")], &destination).unwrap();
        to(Destination::Replace(at("replaced")));
        let made = [to(Destination::Numbered(at("numbered"))), at("new")];
        if !made[1].exists() {
            to(Destination::New(at("new")));
        }
        for (idx, made) in made.iter().enumerate() {
            let done = at(&format!("done-{}-{number}-{idx}", std::process::id()));
            fs::rename(made, done).unwrap();
        }
    }
    unreachable!("numbers do not end")
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn check_whole(folder: &Path) {
    let text = fs::read_to_string(folder.join("run.json"));
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let json: Value = serde_json::from_str(&text).unwrap();
    let files = json["files"].as_object().unwrap();
    assert_eq!(files.len(), 7 + 20 + 1);
    for (name, file) in files {
        let bytes = fs::read(folder.join(name)).unwrap();
        let digits = Sha256::digest(&bytes);
        let sha256 = digits.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!((&file["sha256"], &file["bytes"]), (&sha256.into(), &bytes.len().into()), "{name}");
    }
}
