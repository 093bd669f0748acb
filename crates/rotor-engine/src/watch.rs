//! Progress of long work, and stopping it: one argument for both.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rotor_factor::AsOf;

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The day that has just been done.
    pub as_of: AsOf,
    /// How many days are done, this one included. Threads work side by side, so that days do not come in order.
    pub n_done: usize,
    /// How many there are; `None` where the work decides on its way.
    pub n_days: Option<usize>,
}

/// Is told of each finished day, and can stop the work.
///
/// It is called from several threads at once, and must be quick. If it returns [`ControlFlow::Break`], the work ends with an
/// error that says so: no file is written, no trial is counted.
///
/// ```
/// use std::ops::ControlFlow;
/// use rotor_engine::{Progress, Watch};
///
/// fn watched_by(_: &dyn Watch) {}
/// watched_by(&|progress: Progress| {
///     if progress.n_done > 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// });
/// ```
pub trait Watch: Sync {
    /// A day is done.
    fn on_day(&self, progress: Progress) -> ControlFlow<()>;
}

impl<F: Fn(Progress) -> ControlFlow<()> + Sync> Watch for F {
    fn on_day(&self, progress: Progress) -> ControlFlow<()> {
        self(progress)
    }
}

/// Does not watch, and never stops anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn on_day(&self, _: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// The watcher asked the work to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// Counts the days of a piece of work for its watcher.
pub(crate) struct Counter<'w> {
    watch: &'w dyn Watch,
    n_done: AtomicUsize,
    n_days: Option<usize>,
    is_stopped: AtomicBool,
}

impl<'w> Counter<'w> {
    pub(crate) fn new(watch: &'w dyn Watch, n_days: Option<usize>) -> Self {
        Self { watch, n_done: AtomicUsize::new(0), n_days, is_stopped: AtomicBool::new(false) }
    }

    /// A day is done.
    pub(crate) fn count(&self, as_of: AsOf) -> Result<(), Stopped> {
        let n_done = 1 + self.n_done.fetch_add(1, Ordering::Relaxed);
        if self.watch.on_day(Progress { as_of, n_done, n_days: self.n_days }).is_break() {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
        self.check()
    }

    /// Tells whether the work goes on, for work that is counted elsewhere.
    pub(crate) fn check(&self) -> Result<(), Stopped> {
        if self.is_stopped.load(Ordering::Relaxed) { Err(Stopped) } else { Ok(()) }
    }
}
