//! Progress on standard error, on a terminal, when a run takes more than a moment.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(100);

/// Does some work, which calls what it is given for each day that is done; shows the count while it lasts.
pub(super) fn watched<T>(work: impl FnOnce(&(dyn Fn() + Sync)) -> T) -> T {
    watched_as("replaying", work)
}

/// As [`watched`], of work that is called something else.
pub(super) fn watched_as<T>(doing: &str, work: impl FnOnce(&(dyn Fn() + Sync)) -> T) -> T {
    let (n_done, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let count = || {
        n_done.fetch_add(1, Ordering::Relaxed);
    };
    if !std::io::stderr().is_terminal() {
        return work(&count);
    }
    std::thread::scope(|scope| {
        let over = Over(&is_over);
        let watcher = scope.spawn(|| show(doing, &n_done, &is_over));
        // Also if the work panics, so that the watcher ends and the scope with it.
        let result = work(&count);
        drop(over);
        watcher.thread().unpark();
        result
    })
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn show(doing: &str, n_done: &AtomicUsize, is_over: &AtomicBool) {
    let start = Instant::now();
    let mut is_shown = false;
    while !is_over.load(Ordering::Acquire) {
        std::thread::park_timeout(STEP);
        if start.elapsed() >= PATIENCE && !is_over.load(Ordering::Acquire) {
            is_shown = true;
            let (n, seconds) = (n_done.load(Ordering::Relaxed), start.elapsed().as_secs());
            // A terminal that cannot be written to is no reason to end a run.
            let _ = write!(std::io::stderr(), "\r{doing}: {n} days done, {seconds} s ");
        }
    }
    if is_shown {
        let _ = write!(std::io::stderr(), "\r{:40}\r", "");
    }
}
