//! Moving without overwriting, and exchanging two folders, where the system can and where it cannot.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// Moves a file or folder; [`ErrorKind::AlreadyExists`] if there is anything at `to`.
pub(crate) fn without_overwriting(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(error) if is_unsupported(error) => looking_first(from, to),
        moved => Ok(moved?),
    }
}

/// Exchanges two folders, with `aside` as the path for the second one where the system cannot do it in one step.
///
/// On an error both are where they were, unless the system refuses to move a folder back.
pub(crate) fn exchange(first: &Path, second: &Path, aside: &Path) -> io::Result<()> {
    match renameat_with(CWD, first, CWD, second, RenameFlags::EXCHANGE) {
        Err(error) if is_unsupported(error) => in_three_steps(first, second, aside),
        exchanged => Ok(exchanged?),
    }
}

fn is_unsupported(error: Errno) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::NOTSUP].contains(&error)
}

/// Between the look and the renaming an empty folder may come there, and only that is overwritten.
fn looking_first(from: &Path, to: &Path) -> io::Result<()> {
    let is_taken = || to.symlink_metadata().is_ok();
    if is_taken() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to).map_err(|error| match error.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory if is_taken() => {
            ErrorKind::AlreadyExists.into()
        }
        _ => error,
    })
}

/// A program killed between the first two steps leaves the second folder aside.
fn in_three_steps(first: &Path, second: &Path, aside: &Path) -> io::Result<()> {
    fs::rename(second, aside)?;
    if let Err(error) = looking_first(first, second) {
        fs::rename(aside, second)?;
        return Err(error);
    }
    // The second folder stays aside if this fails; the first one is at its destination.
    let _ = fs::rename(aside, first);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Folders `a` and `b`, each with a file that says which it is.
    fn two_folders(parent: &Path) -> [PathBuf; 2] {
        ["a", "b"].map(|name| {
            let folder = parent.join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("name"), name).unwrap();
            folder
        })
    }

    fn name_in(folder: &Path) -> String {
        fs::read_to_string(folder.join("name")).unwrap()
    }

    #[test]
    fn moving_overwrites_nothing_with_and_without_help_of_the_system() {
        for step in [without_overwriting, looking_first] {
            let parent = tempfile::tempdir().unwrap();
            let [a, b] = two_folders(parent.path());
            let at = |name: &str| parent.path().join(name);
            fs::create_dir(at("empty")).unwrap();
            fs::write(at("file"), "").unwrap();
            std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
            for taken in [&b, &at("empty"), &at("file"), &at("link")] {
                assert_eq!(step(&a, taken).unwrap_err().kind(), ErrorKind::AlreadyExists);
            }
            assert_eq!(step(&a, &at("none/c")).unwrap_err().kind(), ErrorKind::NotFound);
            assert_eq!(step(&a, &at("file/c")).unwrap_err().kind(), ErrorKind::NotADirectory);
            step(&a, &at("c")).unwrap();
            assert_eq!((name_in(&at("c")), name_in(&b), a.exists()), ("a".into(), "b".into(), false));
        }
    }

    #[test]
    fn folders_change_places_with_and_without_help_of_the_system() {
        for step in [exchange, in_three_steps] {
            let parent = tempfile::tempdir().unwrap();
            let [a, b] = two_folders(parent.path());
            let aside = parent.path().join("aside");
            step(&a, &b, &aside).unwrap();
            assert_eq!((name_in(&a), name_in(&b), aside.exists()), ("b".into(), "a".into(), false));
            let missing = parent.path().join("missing");
            assert_eq!(step(&missing, &b, &aside).unwrap_err().kind(), ErrorKind::NotFound);
            assert_eq!((name_in(&a), name_in(&b), aside.exists()), ("b".into(), "a".into(), false));
        }
    }
}
