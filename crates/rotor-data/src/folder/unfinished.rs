//! The folders that this process is building, so that they can be removed when it is told to stop.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Whether the program has been told to stop; for writers of files, which need not wait for the removal.
static IS_STOPPING: AtomicBool = AtomicBool::new(false);

static UNFINISHED: Mutex<Unfinished> = Mutex::new(Unfinished { is_over: false, folders: BTreeSet::new() });

/// *Invariant:* whoever makes a hidden folder or moves it to its place holds the lock, so that none is begun or finished
/// once their removal has begun.
#[derive(Debug)]
pub(super) struct Unfinished {
    is_over: bool,
    folders: BTreeSet<PathBuf>,
}

/// Returns an error if the program has been told to stop.
pub(super) fn may_write() -> io::Result<()> {
    if IS_STOPPING.load(Ordering::SeqCst) {
        return Err(io::Error::new(ErrorKind::Interrupted, "the program was told to stop"));
    }
    Ok(())
}

impl Unfinished {
    /// Returns the list, or an error if the program has been told to stop.
    pub(super) fn open() -> io::Result<MutexGuard<'static, Self>> {
        let unfinished = lock();
        if unfinished.is_over {
            return Err(io::Error::new(ErrorKind::Interrupted, "the program was told to stop"));
        }
        Ok(unfinished)
    }

    pub(super) fn forget(path: &Path) {
        lock().remove(path);
    }

    pub(super) fn add(&mut self, path: PathBuf) {
        self.folders.insert(path);
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.folders.remove(path);
    }
}

/// Removes every folder that this process is building. None can be begun or finished after that.
///
/// For a program that is told to stop: writers in other threads may go on for a while, and fail.
pub fn remove_unfinished() {
    const MOST_TRIES: usize = 100;
    // Before anything is removed: a writer that went on could fill a folder as fast as it is emptied.
    IS_STOPPING.store(true, Ordering::SeqCst);
    let mut unfinished = lock();
    unfinished.is_over = true;
    for folder in std::mem::take(&mut unfinished.folders) {
        // A writer may put a new file into the folder while it is being emptied.
        for _ in 0..MOST_TRIES {
            let _ = fs::remove_dir_all(&folder);
            if folder.symlink_metadata().is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

fn lock() -> MutexGuard<'static, Unfinished> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
