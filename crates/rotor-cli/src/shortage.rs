//! Too little of what the system gives: memory, threads, open files. Then a sentence, exit code 3, and nothing half-made left behind.

#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::error::Error;
use std::io::{self, Write as _};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rotor_data::SweepError;

use crate::CliError;

/// The exit code of a program that did not get what it needed.
pub(crate) const EXIT_CODE: u8 = 3;

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    Memory,
    Threads,
    /// Of this process, or of the whole system.
    OpenFiles,
}

/// Keeps memory that was freed for what is asked for next. Whoever reads a dataset takes and frees large columns one after the other, and
/// giving each back to the system, to be fetched again page by page, takes as long as decoding it.
pub(crate) fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const LARGEST: libc::c_int = 32 << 20;
        const KEPT: libc::c_int = 1 << 30;
        // SAFETY: there is one thread yet, and both calls set a number of the allocator.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
        }
    }
}

impl Shortage {
    /// Finds the shortage behind an error, if there is one.
    pub(crate) fn behind(error: &CliError) -> Option<Self> {
        if matches!(error, CliError::Threads(_) | CliError::Supervise(_)) {
            return Some(Self::Threads);
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return Self::of(error);
            }
            if let Some(SweepError::NoMemory { .. }) = error.downcast_ref() {
                return Some(Self::Memory);
            }
            cause = error.source();
        }
        None
    }

    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        let is_memory = error.kind() == io::ErrorKind::OutOfMemory;
        rotor_fs::is_shortage(error).then_some(if is_memory { Self::Memory } else { Self::OpenFiles })
    }

    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Memory => "give the process more memory, or use fewer threads or a shorter history",
            Self::Threads => "let the process have more threads (`ulimit -u`), or use fewer by `--threads`",
            Self::OpenFiles => "let the process open more files: `ulimit -n 256`",
        }
    }
}

/// The memory of the program. Once [`Watched::speak`] has been called, not getting any ends the process with a sentence.
///
/// Without it a program in Rust aborts, and what it was building stays behind.
#[derive(Debug)]
pub(crate) struct Watched;

/// Whether a failure ends the process with a sentence. Not in a child that serves a factor: its parent says what happened.
static SPEAKS: AtomicBool = AtomicBool::new(false);
/// From here on nothing is given back: a piece may be one of the reserve.
static IS_OVER: AtomicBool = AtomicBool::new(false);

thread_local! {
    static IS_ENDING: Cell<bool> = const { Cell::new(false) };
}

/// What the thread that ends the process may use when there is nothing else: what is half-made cannot be removed without memory.
struct Reserve {
    bytes: UnsafeCell<[u8; Self::SIZE]>,
    used: AtomicUsize,
}

// SAFETY: a byte is handed out once.
unsafe impl Sync for Reserve {}

static RESERVE: Reserve = Reserve { bytes: UnsafeCell::new([0; Reserve::SIZE]), used: AtomicUsize::new(0) };

impl Reserve {
    /// Many times what it takes to remove a run folder.
    const SIZE: usize = 512 << 10;

    /// Hands out zeroed bytes, once; null if none are left.
    fn take(&self, layout: Layout) -> *mut u8 {
        let room = layout.size() + layout.align();
        let start = self.used.fetch_add(room, Ordering::Relaxed);
        if start + room > Self::SIZE {
            return null_mut();
        }
        // SAFETY: `room` bytes from `start` on are in the array, and an aligned piece of this size is among them.
        unsafe {
            let first = self.bytes.get().cast::<u8>().add(start);
            first.add(first.align_offset(layout.align()))
        }
    }
}

impl Watched {
    /// From now on, too little memory is said.
    pub(crate) fn speak() {
        SPEAKS.store(true, Ordering::Release);
    }
}

// SAFETY: every piece is one of the system's allocator, asked for with the caller's own arguments, or one of the reserve, which is
// never given back and handed out once.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that are asked for.
        given(unsafe { System.alloc(layout) }, layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.alloc_zeroed(layout) }, layout)
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; a size that is too large for a layout is the caller's breach.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if IS_OVER.load(Ordering::Relaxed) {
            // SAFETY: both pieces have at least the smaller of the sizes.
            unsafe {
                let moved = self.alloc(wanted);
                moved.copy_from_nonoverlapping(memory, layout.size().min(size));
                return moved;
            }
        }
        // SAFETY: the piece is one of the system's, for the reserve is not in use.
        given(unsafe { System.realloc(memory, layout, size) }, wanted)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if !IS_OVER.load(Ordering::Relaxed) {
            // SAFETY: as above.
            unsafe { System.dealloc(memory, layout) }
        }
    }
}

fn given(memory: *mut u8, layout: Layout) -> *mut u8 {
    if memory.is_null() && SPEAKS.load(Ordering::Acquire) { without(layout) } else { memory }
}

/// Ends the process, or helps the thread that does.
#[cold]
fn without(layout: Layout) -> *mut u8 {
    if !IS_ENDING.replace(true) {
        end(layout.size());
    }
    let reserved = RESERVE.take(layout);
    if reserved.is_null() {
        rotor_plugin::end_process(i32::from(EXIT_CODE));
    }
    reserved
}

/// Says that there is too little memory, removes what is half-made, and ends the process.
fn end(size: usize) -> ! {
    if IS_OVER.swap(true, Ordering::AcqRel) {
        // Another thread is at it, and ends this one too.
        std::thread::sleep(Duration::from_mins(1));
    }
    // Written at once, so that nothing comes between; standard error is not buffered.
    let mut text = [0_u8; 256];
    let mut rest = &mut text[..];
    let hint = Shortage::Memory.hint();
    let _ = write!(rest, "\nerror: too little memory: {size} more bytes could not be had\nhint: {hint}\n");
    let n_left = rest.len();
    let n = text.len() - n_left;
    let _ = io::stderr().write_all(&text[..n]);
    rotor_fs::remove_unfinished_within(Duration::from_secs(2));
    rotor_plugin::end_process(i32::from(EXIT_CODE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rotor_fs::FsError;

    #[test]
    fn a_shortage_is_found_behind_errors() {
        let error = |code| {
            let source = io::Error::from_raw_os_error(code);
            CliError::from(FsError::Write { path: "run".into(), source })
        };
        assert_eq!(Shortage::behind(&error(libc::EMFILE)), Some(Shortage::OpenFiles));
        assert_eq!(Shortage::behind(&error(libc::ENFILE)), Some(Shortage::OpenFiles));
        assert_eq!(Shortage::behind(&error(libc::ENOMEM)), Some(Shortage::Memory));
        assert_eq!(Shortage::behind(&error(libc::ENOSPC)), None);
        assert_eq!(Shortage::behind(&CliError::CountIsolated), None);
    }
}
