//! A file appears whole or not at all, and a file that many add to loses nothing.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::thread;

use rotor_fs::{FileDestination, FsError, LockedFile, NewFolder, lock_folder};

/// Names a folder to a test that runs in a process of its own.
const CHILD: &str = "ROTOR_TEST_CHILD";

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_new_or_replaced_and_nothing_stays_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    FileDestination::new(&path).unwrap().write(b"first").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert!(matches!(FileDestination::new(&path), Err(FsError::Exists { .. })));
    FileDestination::replacing(&path).unwrap().write(b"second").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"second");
    let long = "x".repeat(250);
    FileDestination::new(&folder.path().join(&long)).unwrap().write(b"").unwrap();
    assert_eq!(names(folder.path()), ["page.html", &long]);
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "kept").unwrap();
    symlink("target", &link).unwrap();
    FileDestination::replacing(&link).unwrap().write(b"new").unwrap();
    assert_eq!((fs::read(&target).unwrap(), fs::read(&link).unwrap()), (b"kept".into(), b"new".into()));
}

#[test]
fn a_destination_that_cannot_be_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    symlink("nowhere", folder.path().join("link")).unwrap();
    assert!(matches!(FileDestination::new(&folder.path().join("link")), Err(FsError::Exists { .. })));
    for (path, kind) in [
        (folder.path().to_owned(), ErrorKind::IsADirectory),
        (folder.path().join("none/page.html"), ErrorKind::NotFound),
        (folder.path().join("none/.."), ErrorKind::InvalidInput),
    ] {
        for destination in [FileDestination::new(&path), FileDestination::replacing(&path)] {
            let FsError::Write { source, .. } = destination.unwrap_err() else { panic!("{path:?}") };
            assert_eq!(source.kind(), kind, "{path:?}");
        }
    }
}

#[test]
fn what_comes_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let destination = FileDestination::new(&path).unwrap();
    fs::write(&path, "mine").unwrap();
    assert!(matches!(destination.write(b"yours"), Err(FsError::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(names(folder.path()), ["page.html"]);
}

#[test]
fn the_mask_of_the_process_takes_its_share_of_the_mode() {
    const TEST: &str = "the_mask_of_the_process_takes_its_share_of_the_mode";
    if let Some(folder) = std::env::var_os(CHILD) {
        let at = |name: &str| Path::new(&folder).join(name);
        FileDestination::new(&at("page")).unwrap().write(b"").unwrap();
        FileDestination::new(&at("library")).unwrap().with_mode(0o500).write(b"").unwrap();
        let new = NewFolder::create(&at("new")).unwrap();
        new.write_file("text", |_| Ok(())).unwrap();
        new.write_executable("script", |_| Ok(())).unwrap();
        new.finish().unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (mask, modes) in [("027", [0o640, 0o500, 0o640, 0o750]), ("000", [0o666, 0o500, 0o666, 0o777])] {
        let parent = folder.path().join(mask);
        fs::create_dir(&parent).unwrap();
        let program = std::env::current_exe().unwrap();
        let script = format!("umask {mask} && exec '{}' {TEST} --exact", program.display());
        let status = Command::new("sh").args(["-c", &script]).env(CHILD, &parent).output().unwrap().status;
        assert!(status.success());
        let found = ["page", "library", "new/text", "new/script"]
            .map(|name| fs::metadata(parent.join(name)).unwrap().permissions().mode() & 0o777);
        assert_eq!(found, modes, "{mask}");
    }
}

#[test]
fn what_a_dead_writer_of_the_file_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let others = [".a.1-1.partially", ".a.x-1.partial", ".b.1-1.partial", ".a.2-2.partial", ".a.3-3.partial"];
    for name in [".a.1-1.partial"].iter().chain(&others[..3]) {
        fs::write(at(name), "half").unwrap();
    }
    // A folder of this name, and a file that somebody holds.
    fs::create_dir(at(".a.2-2.partial")).unwrap();
    let live = File::create(at(".a.3-3.partial")).unwrap();
    live.lock().unwrap();
    FileDestination::new(&at("a")).unwrap().write(b"whole").unwrap();
    let mut expected = others.map(String::from).to_vec();
    expected.push("a".into());
    expected.sort();
    assert_eq!(names(folder.path()), expected);
}

#[test]
fn a_file_that_the_disk_refuses_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let destination = FileDestination::new(&folder.path().join("x".repeat(256))).unwrap();
    assert_eq!(destination.write(b"").unwrap_err().hint(), Some("choose a shorter name"));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_locked_file_is_cut_and_added_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/lines");
    assert!(LockedFile::open_to_read(&path).unwrap().is_none());
    assert!(!folder.path().join("a").exists(), "reading makes nothing");
    for (n_kept, added, expected) in [(0, "one\n", "one\n"), (4, "tw", "one\ntw"), (4, "two\n", "one\ntwo\n")]
    {
        let mut file = LockedFile::open_to_append(&path).unwrap();
        file.append(n_kept, added.as_bytes()).unwrap();
        drop(file);
        let mut file = LockedFile::open_to_read(&path).unwrap().unwrap();
        assert_eq!(file.read_to_end().unwrap(), expected.as_bytes());
    }
    let mut file = LockedFile::open_to_append(&path).unwrap();
    assert_eq!((file.n_bytes().unwrap(), file.read_at(2, 3).unwrap()), (8, b"e\nt".to_vec()));
    assert!(matches!(file.read_at(7, 2), Err(FsError::Read { .. })));
    for (n_bytes, expected) in [(8, vec!["one", "two"]), (5, vec!["one", "t"]), (4, vec!["one"]), (0, vec![])]
    {
        let mut lines = Vec::new();
        let visit = |line: &[u8]| -> ControlFlow<()> {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            ControlFlow::Continue(())
        };
        assert_eq!(file.each_line(n_bytes, visit).unwrap(), None);
        assert_eq!(lines, expected);
    }
    assert_eq!(file.each_line(8, |line| ControlFlow::Break(line.len())).unwrap(), Some(3));
    drop(file);
    for other in [folder.path(), Path::new("/dev/null")] {
        assert!(matches!(LockedFile::open_to_append(other), Err(FsError::NotAFile { .. })));
        assert!(matches!(LockedFile::open_to_read(other), Err(FsError::NotAFile { .. })));
    }
}

#[test]
fn many_add_to_one_file_and_lock_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for writer in 0..4_u8 {
            let (path, barrier, folder) = (&path, &barrier, folder.path());
            scope.spawn(move || {
                barrier.wait();
                for _ in 0..25 {
                    let mut file = LockedFile::open_to_append(path).unwrap();
                    let n_kept = file.read_to_end().unwrap().len() as u64;
                    file.append(n_kept, &[b'a' + writer, b'\n']).unwrap();
                    drop(file);
                    // Read, then written anew: an addition is lost if two do this at once.
                    let _lock = lock_folder(folder).unwrap();
                    let count = fs::read_to_string(folder.join("count")).unwrap_or_default();
                    let count = count.parse().unwrap_or(0) + 1;
                    let destination = FileDestination::replacing(&folder.join("count")).unwrap();
                    destination.write(u32::to_string(&count).as_bytes()).unwrap();
                }
            });
        }
    });
    let lines = fs::read_to_string(&path).unwrap();
    for writer in ["a", "b", "c", "d"] {
        assert_eq!(lines.lines().filter(|line| *line == writer).count(), 25);
    }
    assert_eq!(fs::read_to_string(folder.path().join("count")).unwrap(), "100");
}
