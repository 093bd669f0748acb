//! Run folders on disks that refuse them, and what they cost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rotor_run::{Destination, RunError, write};
use rotor_tests::runs::made_up_run;
use serde_json::Map;

/// Names the folder to the writer, which is a test in a process of its own.
const CHILD: &str = "ROTOR_TEST_CHILD";
const NOT_MOUNTED: i32 = 87;

/// Writes a run folder that cannot be written and returns what is said of it.
fn refused(place: &Path) -> RunError {
    write(&made_up_run(60), &Map::new(), &[], &Destination::New(place.into())).unwrap_err()
}

/// The writer in the child: tells what was said, what to do and what is left.
fn tell(folder: &Path) {
    let error = refused(&folder.join("runs/run"));
    let left = fs::read_dir(folder.join("runs")).into_iter().flatten().count();
    println!("said: {error}\nhint: {}\nleft: {left}", error.hint().unwrap_or("none"));
}

/// Runs a script that ends in the test of this name in a process of its own. `None` if it cannot be set up.
fn told(test: &str, folder: &Path, start: &[&str], script: &str) -> Option<String> {
    let output = Command::new(start[0])
        .args(&start[1..])
        .args(["sh", "-c", &format!("{script} exec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, folder)
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).unwrap();
    said.contains("said: ").then_some(said).or_else(|| {
        let is_set_up = output.status.code() != Some(NOT_MOUNTED) && output.status.code() != Some(1);
        assert!(!is_set_up, "{}", String::from_utf8_lossy(&output.stderr));
        None
    })
}

/// As [`told`], with a small disk of our own at the folder.
fn told_on_disk(test: &str, folder: &Path, options: &str) -> Option<String> {
    let script = format!("mount -t tmpfs -o {options} none \"${CHILD}\" || exit {NOT_MOUNTED};");
    [["unshare", "-m"], ["unshare", "-rm"]].iter().find_map(|start| told(test, folder, start, &script))
}

#[test]
fn a_full_disk_is_an_error_and_nothing_is_left() {
    const TEST: &str = "a_full_disk_is_an_error_and_nothing_is_left";
    if let Some(folder) = std::env::var_os(CHILD) {
        return tell(Path::new(&folder));
    }
    let parent = tempfile::tempdir().unwrap();
    let full = |size: &str| told_on_disk(TEST, parent.path(), &format!("size={size}"));
    for size in ["4k", "16k", "64k", "256k"] {
        let Some(said) = full(size) else {
            println!("no disk can be mounted here: skipped");
            break;
        };
        assert!(said.contains("said: cannot write `") && said.contains("/runs/run"), "{size}: {said}");
        assert!(said.contains("`: No space left on device (os error 28)\n"), "{size}: {said}");
        assert!(
            said.contains("hint: free some space or name a folder on another disk\nleft: 0\n"),
            "{size}: {said}"
        );
    }
    // A limit on the length of files is another way to the end of a disk.
    let limit = "trap '' XFSZ; ulimit -f 16;";
    let Some(said) = told(TEST, parent.path(), &["env"], limit) else {
        return println!("no limit can be set here: skipped");
    };
    assert!(said.contains(".parquet`: File too large (os error 27)\n"), "{said}");
    assert!(said.contains("hint: free some space or name a folder on another disk\nleft: 0\n"), "{said}");
}

#[test]
fn a_read_only_disk_is_an_error() {
    const TEST: &str = "a_read_only_disk_is_an_error";
    if let Some(folder) = std::env::var_os(CHILD) {
        return tell(Path::new(&folder));
    }
    let parent = tempfile::tempdir().unwrap();
    let Some(said) = told_on_disk(TEST, parent.path(), "ro") else {
        return println!("no disk can be mounted here: skipped");
    };
    assert!(said.contains("/runs/run`: Read-only file system (os error 30)\n"), "{said}");
    assert!(said.contains("hint: name a folder in a place that you may write to\n"), "{said}");
}

#[test]
fn a_folder_that_may_not_be_written_is_an_error() {
    let parent = tempfile::tempdir().unwrap();
    fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(parent.path().join("probe"), "").is_ok() {
        return println!("permissions do not bind this user: skipped");
    }
    for place in ["run", "deeper/run"] {
        let error = refused(&parent.path().join(place));
        let said = format!(
            "cannot write `{}`: Permission denied (os error 13)",
            parent.path().join(place).display()
        );
        assert_eq!(error.to_string(), said);
        assert_eq!(error.hint(), Some("name a folder in a place that you may write to"));
    }
}

/// Run it alone and optimised: `cargo test --release -p rotor-tests --test run_folder -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn what_a_run_folder_costs() {
    const N_TIMES: u32 = 200;
    let run = made_up_run(119);
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("run");
    let folder = || write(&run, &Map::new(), &[], &Destination::Replace(place.clone())).unwrap();
    folder();
    let (start, before) = (Instant::now(), milliseconds());
    for _ in 0..N_TIMES {
        folder();
    }
    let (all, after) = (start.elapsed().as_secs_f64() * 1e3, milliseconds());
    let [ours, system] = std::array::from_fn(|idx| (after[idx] - before[idx]) / f64::from(N_TIMES));
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    println!(
        "{:.1} ms: {ours:.1} ms of ours, {system:.1} ms of the system; {peak}",
        all / f64::from(N_TIMES)
    );
    for file in fs::read_dir(&place).unwrap().map(|entry| entry.unwrap()) {
        println!("{:>9} {}", file.metadata().unwrap().len(), file.file_name().display());
    }
}

/// Milliseconds that all threads of this process have spent in the program and in the system, as the system counts them: a
/// hundred times a second.
fn milliseconds() -> [f64; 2] {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = fields.split(' ').collect();
    [11, 12].map(|idx| fields[idx].parse::<f64>().unwrap() * 10.0)
}
