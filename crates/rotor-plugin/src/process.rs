//! What belongs to the process as a whole and a library can change for everybody: seen, undone where that is possible, and named.

#![allow(unsafe_code, reason = "signal handlers and the locale are those of C")]

use std::ffi::{CStr, CString};
use std::fs;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, fstat, open, stat};
use rustix::process::{Resource, Rlimit, fchdir, getrlimit, setrlimit, umask};

/// Something that belongs to the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcessPart {
    /// The working directory.
    Directory,
    /// The mask of permissions of new files.
    Umask,
    /// The locale of C.
    Locale,
    /// What is done at a signal.
    SignalHandlers,
    /// How much of something the process may use.
    ResourceLimits,
}

/// The signals whose handling is looked at.
const SIGNALS: [i32; 12] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGABRT,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGPIPE,
    libc::SIGALRM,
    libc::SIGXFSZ,
    libc::SIGCHLD,
];

const LIMITS: [Resource; 7] = [
    Resource::As,
    Resource::Data,
    Resource::Stack,
    Resource::Nofile,
    Resource::Nproc,
    Resource::Fsize,
    Resource::Cpu,
];

/// The parts of the process as they were at a moment.
pub struct ProcessState {
    /// The directory, by its file and by what it is.
    directory: Option<(OwnedFd, (u64, u64))>,
    umask: Option<Mode>,
    locale: Option<CString>,
    handlers: [Option<libc::sigaction>; SIGNALS.len()],
    limits: [Rlimit; LIMITS.len()],
}

impl std::fmt::Debug for ProcessState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProcessState").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl ProcessState {
    /// Takes down how the process is now.
    #[must_use]
    pub fn now() -> Self {
        let directory = open(".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok();
        Self {
            directory: directory.and_then(|directory| {
                let found = fstat(&directory).ok()?;
                Some((directory, (found.st_dev, found.st_ino)))
            }),
            umask: umask_now(),
            locale: locale_now(),
            handlers: SIGNALS.map(handler_now),
            limits: LIMITS.map(getrlimit),
        }
    }

    /// Restores what has changed since then, as far as it can be, and returns what it was. All but the mask of permissions, which
    /// takes the reading of a file.
    #[must_use]
    pub fn restore(&self) -> Vec<ProcessPart> {
        let mut changed = Vec::new();
        if let Some((directory, was)) = &self.directory {
            let is = stat(".").ok().map(|found| (found.st_dev, found.st_ino));
            if is.as_ref() != Some(was) {
                let _ = fchdir(directory);
                changed.push(ProcessPart::Directory);
            }
        }
        if locale_now() != self.locale {
            if let Some(locale) = &self.locale {
                // SAFETY: the text ends with a zero and lives as long as the call.
                unsafe { libc::setlocale(libc::LC_ALL, locale.as_ptr()) };
            }
            changed.push(ProcessPart::Locale);
        }
        let mut n_handlers = 0;
        for (signal, was) in SIGNALS.iter().zip(&self.handlers) {
            if let (Some(was), Some(is)) = (was, handler_now(*signal))
                && (was.sa_sigaction, was.sa_flags) != (is.sa_sigaction, is.sa_flags)
            {
                // SAFETY: the structure is one that the system filled.
                unsafe { libc::sigaction(*signal, was, std::ptr::null_mut()) };
                n_handlers += 1;
            }
        }
        if n_handlers > 0 {
            changed.push(ProcessPart::SignalHandlers);
        }
        let mut n_limits = 0;
        for (resource, was) in LIMITS.iter().zip(&self.limits) {
            if getrlimit(*resource) != *was {
                // A hard limit that was lowered stays so, unless this is the superuser.
                let _ = setrlimit(*resource, *was);
                n_limits += 1;
            }
        }
        if n_limits > 0 {
            changed.push(ProcessPart::ResourceLimits);
        }
        changed
    }

    /// As [`restore`](Self::restore), the mask of permissions included.
    #[must_use]
    pub fn restore_all(&self) -> Vec<ProcessPart> {
        let mut changed = self.restore();
        if let Some(was) = self.umask
            && umask_now().is_some_and(|is| is != was)
        {
            umask(was);
            changed.push(ProcessPart::Umask);
        }
        changed.sort_unstable();
        changed
    }
}

/// The mask of permissions. The system's call for it changes it, which other threads would notice; on Linux it can be read.
fn umask_now() -> Option<Mode> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    Some(Mode::from_bits_truncate(u32::from_str_radix(line.trim(), 8).ok()?))
}

fn locale_now() -> Option<CString> {
    // SAFETY: asking returns a text that ends with a zero, or null; it is copied at once.
    unsafe {
        let locale = libc::setlocale(libc::LC_ALL, std::ptr::null());
        (!locale.is_null()).then(|| CStr::from_ptr(locale).to_owned())
    }
}

fn handler_now(signal: i32) -> Option<libc::sigaction> {
    // SAFETY: the structure is zeroed as C does it, and filled by the system.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        (libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0).then_some(action)
    }
}
