//! The hidden folder in which a folder is built: its name, its lock, and the end of those that nobody builds any more.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, open};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use super::unfinished::Unfinished;
use super::{hexadecimal, parent_of};

/// Ends the name of a folder that is being built, or of a replaced one that is being removed.
const PARTIAL: &str = "partial";
/// Ends the name of a folder that is being replaced, where folders cannot be exchanged in one step.
const REPLACED: &str = "replaced";

/// A hidden folder beside a place: `.NAME.PROCESS-NUMBER.partial`.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) path: PathBuf,
}

/// A lock on a folder. It ends with its holder, however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    _folder: OwnedFd,
    /// Some file systems over a network have no locks for folders.
    is_held: bool,
}

impl Partial {
    /// Makes the hidden folder of a place, locked.
    pub(super) fn begin(parent: &Path, name: &OsStr) -> io::Result<(Self, Lock)> {
        const MOST_TRIES: u32 = 1000;
        /// Never the same in one process, so that a name that became free is not taken by another thread.
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let (stem, process) = (stem(name), std::process::id());
        for _ in 0..MOST_TRIES {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!(".{stem}.{process}-{number}.{PARTIAL}"));
            let mut unfinished = Unfinished::open()?;
            match fs::create_dir(&path) {
                Ok(()) => {}
                // Another container may have a process of this number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            match claim(&path) {
                Ok(Some(lock)) => {
                    unfinished.add(path.clone());
                    return Ok((Self { path }, lock));
                }
                // Someone took it for a folder that was left behind, and removes it.
                Ok(None) => {}
                Err(error) => {
                    let _ = fs::remove_dir(&path);
                    return Err(error);
                }
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Returns where a folder can be put that is being replaced.
    pub(super) fn aside(&self) -> PathBuf {
        self.path.with_extension(REPLACED)
    }

    /// Removes the folder and what is in it, as far as the system lets us.
    pub(super) fn remove(&self) {
        let _ = fs::remove_dir_all(&self.path);
        Unfinished::forget(&self.path);
    }

    /// Removes the hidden folders of `place` whose writers are dead.
    ///
    /// A folder that was being replaced is removed only if there is something at its place again: it may be all there is.
    pub(super) fn remove_dead(&self, place: &Path) {
        let Some(name) = place.file_name() else { return };
        let stem = stem(name);
        let Ok(entries) = parent_of(place).read_dir() else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_dead = match name.to_str().and_then(|name| ending(name, &stem)) {
                Some(PARTIAL) => true,
                Some(REPLACED) => place.symlink_metadata().is_ok(),
                _ => false,
            };
            let path = parent_of(place).join(&name);
            let is_other = path.file_name() != self.path.file_name();
            // Held until the folder is gone, so that nobody who makes one of this name believes it is theirs.
            let lock = if is_dead && is_other { claim(&path).ok().flatten() } else { None };
            if lock.as_ref().is_some_and(|lock| lock.is_held) {
                let _ = fs::remove_dir_all(&path);
            }
        }
    }
}

/// Locks a folder. `None` if someone else holds it, or if the name has come to mean another folder.
pub(super) fn claim(path: &Path) -> io::Result<Option<Lock>> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = match open(path, flags, Mode::empty()) {
        Ok(folder) => folder,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let is_held = match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => true,
        Err(Errno::WOULDBLOCK) => return Ok(None),
        Err(_) => false,
    };
    // Between the opening and the locking the folder may have been removed or moved to its place.
    let (locked, named) = (fstat(&folder)?, rustix::fs::lstat(path));
    let is_same = named.is_ok_and(|named| (named.st_dev, named.st_ino) == (locked.st_dev, locked.st_ino));
    Ok(is_same.then_some(Lock { _folder: folder, is_held }))
}

/// The name of a place as it stands in hidden names: shortened and told apart by a hash where it is long, or not text.
fn stem(name: &OsStr) -> String {
    const LONGEST: usize = 200;
    match name.to_str() {
        Some(name) if name.len() <= LONGEST => name.to_owned(),
        _ => hexadecimal(&Sha256::digest(name.as_encoded_bytes())),
    }
}

/// Returns the ending of a hidden name of this stem.
fn ending<'a>(name: &'a str, stem: &str) -> Option<&'a str> {
    let (numbers, ending) = name.strip_prefix('.')?.strip_prefix(stem)?.strip_prefix('.')?.split_once('.')?;
    let (process, number) = numbers.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(process) && is_number(number)).then_some(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_belong_to_one_place() {
        assert_eq!(ending(".run.17-0.partial", "run"), Some("partial"));
        assert_eq!(ending(".run.17-0.replaced", "run"), Some("replaced"));
        for other in
            ["run.17-0.partial", ".run2.17-0.partial", ".run.2.17-0.partial", ".run.-0.partial", ".run."]
        {
            assert_eq!(ending(other, "run"), None, "{other}");
        }
        assert_eq!(ending(".run.1-2.17-0.partial", "run"), Some("17-0.partial"));
        assert_eq!(ending(".run.1-2.17-0.partial", "run.1-2"), Some("partial"));
        let long = "x".repeat(250);
        assert_eq!(stem(OsStr::new(&long)).len(), 64);
    }
}
