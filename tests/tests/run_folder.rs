//! Run folders on disks that refuse them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rotor_run::{Destination, RunError, write};
use rotor_tests::disks::{CHILD, told, told_on_disk};
use rotor_tests::runs::{bare_record, made_up_run};

/// Writes a run folder that cannot be written and returns what is said of it.
fn refused(place: &Path) -> RunError {
    let run = made_up_run(60);
    write(&run, &bare_record(&run), &[], &Destination::New(place.into())).unwrap_err()
}

/// The writer in the child: tells what was said, what to do and what is left.
fn tell(folder: &Path) {
    let error = refused(&folder.join("runs/run"));
    let left = fs::read_dir(folder.join("runs")).into_iter().flatten().count();
    println!("said: {error}\nhint: {}\nleft: {left}", error.hint().unwrap_or("none"));
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
            said.contains("hint: free some space or choose a place on another disk\nleft: 0\n"),
            "{size}: {said}"
        );
    }
    // A limit on the length of files is another way to the end of a disk.
    let limit = "trap '' XFSZ; ulimit -f 16;";
    let Some(said) = told(TEST, parent.path(), &["env"], limit) else {
        return println!("no limit can be set here: skipped");
    };
    assert!(said.contains(".parquet`: File too large (os error 27)\n"), "{said}");
    assert!(said.contains("hint: free some space or choose a place on another disk\nleft: 0\n"), "{said}");
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
    assert!(said.contains("hint: choose a place that you may write to\n"), "{said}");
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
        assert_eq!(error.hint(), Some("choose a place that you may write to"));
    }
}
