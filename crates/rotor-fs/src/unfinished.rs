//! The files and folders that this process is building, so that they can be removed when it is told to stop.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// Whether the program has been told to stop; for writers of files, which need not wait for the removal.
static IS_STOPPING: AtomicBool = AtomicBool::new(false);

static UNFINISHED: Mutex<Unfinished> = Mutex::new(Unfinished { is_over: false, paths: BTreeSet::new() });

/// *Invariant:* whoever makes a hidden file or folder, or moves it to its destination, holds the lock, so that none is begun
/// or finished once their removal has begun.
#[derive(Debug)]
pub(crate) struct Unfinished {
    is_over: bool,
    paths: BTreeSet<PathBuf>,
}

/// Returns an error if the program has been told to stop.
pub(crate) fn may_write() -> io::Result<()> {
    if IS_STOPPING.load(Ordering::SeqCst) {
        return Err(told_to_stop());
    }
    Ok(())
}

impl Unfinished {
    /// Returns the list, or an error if the program has been told to stop.
    pub(crate) fn open() -> io::Result<MutexGuard<'static, Self>> {
        let unfinished = lock();
        if unfinished.is_over {
            return Err(told_to_stop());
        }
        Ok(unfinished)
    }

    pub(crate) fn forget(path: &Path) {
        lock().remove(path);
    }

    pub(crate) fn add(&mut self, path: PathBuf) {
        self.paths.insert(path);
    }

    pub(crate) fn remove(&mut self, path: &Path) {
        self.paths.remove(path);
    }
}

/// Removes every file and folder that this process is building. None can be begun or finished after that.
///
/// For a program that is told to stop: writers in other threads may go on for a while, and fail.
pub fn remove_unfinished() {
    // Before anything is removed: a writer that went on could fill a folder as fast as it is emptied.
    IS_STOPPING.store(true, Ordering::SeqCst);
    end(lock());
}

/// As [`remove_unfinished`], for a program that may have come to its end while it held the list: then nothing is removed.
pub fn remove_unfinished_within(patience: Duration) {
    IS_STOPPING.store(true, Ordering::SeqCst);
    let start = Instant::now();
    loop {
        match UNFINISHED.try_lock() {
            Ok(unfinished) => return end(unfinished),
            Err(TryLockError::Poisoned(unfinished)) => return end(unfinished.into_inner()),
            Err(TryLockError::WouldBlock) if start.elapsed() > patience => return,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn end(mut unfinished: MutexGuard<'static, Unfinished>) {
    const MOST_TRIES: usize = 100;
    unfinished.is_over = true;
    for path in std::mem::take(&mut unfinished.paths) {
        // A writer may put a new file into the folder while it is being emptied.
        for _ in 0..MOST_TRIES {
            remove(&path);
            if path.symlink_metadata().is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Removes a file, or a folder with what is in it, as far as the system lets us.
pub(crate) fn remove(path: &Path) {
    let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    let _ = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

fn told_to_stop() -> io::Error {
    io::Error::new(ErrorKind::Interrupted, "the program was told to stop")
}

fn lock() -> MutexGuard<'static, Unfinished> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
