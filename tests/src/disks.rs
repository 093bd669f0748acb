//! Tests that run once more in a process of their own, on a disk of their own: one that is small, or may not be written.

use std::path::Path;
use std::process::Command;

/// Names the folder to the test in the child.
pub const CHILD: &str = "ROTOR_TEST_CHILD";

const NOT_MOUNTED: i32 = 87;

/// Runs a script that ends in the test of this name in a process of its own, and returns what it said: a line with `said: ` among it.
/// `None` if it cannot be set up.
///
/// # Panics
///
/// If the test fails there.
#[must_use]
pub fn told(test: &str, folder: &Path, start: &[&str], script: &str) -> Option<String> {
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

/// As [`told`], with a small disk of our own at the folder; `options` are those of a `tmpfs`.
#[must_use]
pub fn told_on_disk(test: &str, folder: &Path, options: &str) -> Option<String> {
    let script = format!("mount -t tmpfs -o {options} none \"${CHILD}\" || exit {NOT_MOUNTED};");
    [["unshare", "-m"], ["unshare", "-rm"]].iter().find_map(|start| told(test, folder, start, &script))
}
