//! Progress on standard error, on a terminal, when work takes more than a moment.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rotor_engine::{Progress, Watch};

use crate::terminal;

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(100);

/// Counts days or other things for the line on the terminal.
#[derive(Debug, Default)]
struct Count {
    n_done: AtomicUsize,
    /// 0 where it is not known.
    n_days: AtomicUsize,
    is_over: AtomicBool,
}

impl Watch for Count {
    fn on_day(&self, progress: Progress) -> ControlFlow<()> {
        self.n_done.fetch_max(progress.n_done, Ordering::Relaxed);
        self.n_days.store(progress.n_days.unwrap_or(0), Ordering::Relaxed);
        ControlFlow::Continue(())
    }
}

/// Does some work, which tells a watcher of each day that is done; shows the count while it lasts.
pub(crate) fn with_progress<T>(doing: &str, work: impl FnOnce(&dyn Watch) -> T) -> T {
    counting(doing, "days", |count| work(count))
}

/// Does some work, which says how many of how many things are done; shows the count while it lasts.
pub(crate) fn with_count<T>(
    doing: &str,
    things: &str,
    work: impl FnOnce(&(dyn Fn(usize, usize) + Sync)) -> T,
) -> T {
    counting(doing, things, |count| {
        work(&|n_done, n| {
            count.n_done.fetch_max(n_done, Ordering::Relaxed);
            count.n_days.store(n, Ordering::Relaxed);
        })
    })
}

fn counting<T>(doing: &str, things: &str, work: impl FnOnce(&Count) -> T) -> T {
    let count = Count::default();
    if !std::io::stderr().is_terminal() {
        return work(&count);
    }
    std::thread::scope(|scope| {
        let over = Over(&count.is_over);
        let line = scope.spawn(|| show(doing, things, &count));
        // Also if the work panics, so that the thread ends and the scope with it.
        let result = work(&count);
        drop(over);
        line.thread().unpark();
        result
    })
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn show(doing: &str, things: &str, count: &Count) {
    let start = Instant::now();
    let mut is_shown = false;
    while !count.is_over.load(Ordering::Acquire) {
        std::thread::park_timeout(STEP);
        if start.elapsed() >= PATIENCE && !count.is_over.load(Ordering::Acquire) {
            is_shown = true;
            let n = count.n_done.load(Ordering::Relaxed);
            let of = match count.n_days.load(Ordering::Relaxed) {
                0 => String::new(),
                all => format!(" of {all}"),
            };
            terminal::say_over(format_args!(
                "{doing}: {n}{of} {things} done, {} s ",
                start.elapsed().as_secs()
            ));
        }
    }
    if is_shown {
        terminal::say_over(format_args!("{:60}", ""));
        terminal::say_over("");
    }
}
