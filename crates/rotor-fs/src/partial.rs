//! The hidden file or folder in which something is built: its name, its lock, and the removal of those whose writer is dead.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FileType, FlockOperation, Mode, OFlags, flock, fstat, open};
use rustix::io::Errno;

use crate::unfinished::{self, Unfinished};
use crate::{parent_of, sha256};

/// Ends the name of what is being built, or of a replaced folder that is being removed.
const PARTIAL: &str = "partial";
/// Ends the name of a folder that is being replaced, where folders cannot be exchanged in one step.
const REPLACED: &str = "replaced";

/// A hidden file or folder beside a destination: `.NAME.PROCESS-NUMBER.partial`. It goes with this value, unless
/// [`Partial::leave`] says that it has been moved.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    kind: Kind,
    /// Nothing of ours is left under the hidden name.
    is_left: bool,
    _lock: Lock,
}

/// What is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// A lock on a file or folder. It ends with its holder, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _descriptor: OwnedFd,
    /// Some file systems over a network have no locks for folders.
    is_held: bool,
}

impl Partial {
    /// Makes the hidden folder of a destination, locked.
    pub(crate) fn folder(destination: &Path) -> io::Result<Self> {
        let make = |path: &Path| fs::create_dir(path);
        let (partial, ()) = Self::begin(destination, Kind::Folder, make, |(), path| claim_folder(path))?;
        Ok(partial)
    }

    /// Makes the hidden file of a destination, locked, with these permissions less the mask of the process.
    pub(crate) fn file(destination: &Path, mode: u32) -> io::Result<(Self, File)> {
        let make = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
        Self::begin(destination, Kind::File, make, |file, path| lock(file.try_clone()?.into(), path))
    }

    fn begin<T>(
        destination: &Path,
        kind: Kind,
        make: impl Fn(&Path) -> io::Result<T>,
        claim: impl Fn(&T, &Path) -> io::Result<Option<Lock>>,
    ) -> io::Result<(Self, T)> {
        const MOST_TRIES: u32 = 1000;
        /// Never the same in one process, so that a name that became free is not taken by another thread.
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let (stem, process) = (stem(destination.file_name().unwrap_or_default()), std::process::id());
        for _ in 0..MOST_TRIES {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = destination.with_file_name(format!(".{stem}.{process}-{number}.{PARTIAL}"));
            let mut unfinished = Unfinished::open()?;
            let made = match make(&path) {
                Ok(made) => made,
                // Another container may have a process of this number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            match claim(&made, &path) {
                Ok(Some(lock)) => {
                    unfinished.add(path.clone());
                    return Ok((Self { path, kind, is_left: false, _lock: lock }, made));
                }
                // Someone took it for one that was left behind, and removes it.
                Ok(None) => {}
                Err(error) => {
                    unfinished::remove(&path);
                    return Err(error);
                }
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where a folder can be put that is being replaced.
    pub(crate) fn aside(&self) -> PathBuf {
        self.path.with_extension(REPLACED)
    }

    /// Says that what was built is at its destination, and that nothing under the hidden name is to be removed.
    pub(crate) fn leave(&mut self, unfinished: &mut MutexGuard<'static, Unfinished>) {
        unfinished.remove(&self.path);
        self.is_left = true;
    }

    /// Removes the hidden files, or the hidden folders, of a destination whose writers are dead.
    pub(crate) fn remove_dead(&self, destination: &Path) {
        let Some(name) = destination.file_name() else { return };
        let stem = stem(name);
        let Ok(entries) = parent_of(destination).read_dir() else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_dead = match name.to_str().and_then(|name| ending(name, &stem)) {
                Some(PARTIAL) => true,
                // What was being replaced goes only if something is at its destination again: it may be all there is.
                Some(REPLACED) => destination.symlink_metadata().is_ok(),
                _ => false,
            };
            let path = parent_of(destination).join(&name);
            let is_other = path.file_name() != self.path.file_name();
            // Held until it is gone, so that nobody who makes one of this name believes it is theirs.
            let lock = if is_dead && is_other { self.kind.claim(&path).ok().flatten() } else { None };
            if lock.as_ref().is_some_and(|lock| lock.is_held) {
                unfinished::remove(&path);
            }
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_left {
            unfinished::remove(&self.path);
            Unfinished::forget(&self.path);
        }
    }
}

impl Kind {
    /// Locks a file or folder that is there. `None` if it is of another kind, or as for [`lock`].
    fn claim(self, path: &Path) -> io::Result<Option<Lock>> {
        match self {
            Self::Folder => claim_folder(path),
            Self::File => claim_file(path),
        }
    }
}

/// Locks a folder. `None` if there is none, or as for [`lock`].
pub(crate) fn claim_folder(path: &Path) -> io::Result<Option<Lock>> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match open(path, flags, Mode::empty()) {
        Ok(folder) => lock(folder, path),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn claim_file(path: &Path) -> io::Result<Option<Lock>> {
    // A pipe would be waited for.
    let file = open(path, OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    let is_file = FileType::from_raw_mode(fstat(&file)?.st_mode) == FileType::RegularFile;
    if is_file { lock(file, path) } else { Ok(None) }
}

/// Locks what is open. `None` if someone else holds it, or if the name has come to mean something else.
fn lock(descriptor: OwnedFd, path: &Path) -> io::Result<Option<Lock>> {
    let is_held = match flock(&descriptor, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => true,
        Err(Errno::WOULDBLOCK) => return Ok(None),
        Err(_) => false,
    };
    // Between the opening and the locking it may have been removed or moved to its destination.
    let (locked, named) = (fstat(&descriptor)?, rustix::fs::lstat(path));
    let is_same = named.is_ok_and(|named| (named.st_dev, named.st_ino) == (locked.st_dev, locked.st_ino));
    Ok(is_same.then_some(Lock { _descriptor: descriptor, is_held }))
}

/// The name of a destination as it stands in hidden names: shortened and told apart by a hash where it is long, or not text.
fn stem(name: &OsStr) -> String {
    const LONGEST: usize = 200;
    match name.to_str() {
        Some(name) if name.len() <= LONGEST => name.to_owned(),
        _ => sha256(name.as_encoded_bytes()),
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
    fn hidden_names_belong_to_one_destination() {
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
