//! Records which factor each thread is in, so that a fatal error can name it.
//!
//! A factor in this process can end it (abort, a bad pointer, `exit`) or never return. That cannot be contained, only
//! explained: signal handlers, an exit handler and a watchdog read the marks that every call sets and name the factor,
//! its file and the day. Setting and clearing a mark is a few stores.

#![allow(unsafe_code, reason = "signal handlers and their few allowed calls are C")]

use std::cell::Cell;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use rotor_factor::Date;

use crate::error::seconds;

/// Who is blamed: the texts of a message, ready before anything happens.
#[derive(Debug)]
pub(crate) struct Culprit {
    who: String,
    hint: &'static str,
}

/// What a thread is doing.
#[derive(Debug, Default)]
struct Slot {
    culprit: AtomicPtr<Culprit>,
    /// The day that it is asked about; `NO_DAY` while it starts.
    day: AtomicI32,
    /// Counts the calls, so that two long looks can tell one long call from two short ones.
    n_calls: AtomicU64,
}

const NO_DAY: i32 = i32::MIN;

static SLOTS: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());

thread_local! {
    static SLOT: Cell<Option<&'static Slot>> = const { Cell::new(None) };
}

/// Marks the thread as being in a factor until it is dropped.
#[derive(Debug)]
pub(crate) struct Mark {
    slot: &'static Slot,
    /// Whom the thread was in before: a thread that waits for others may be given another call meanwhile.
    before: (*mut Culprit, i32),
}

impl Culprit {
    /// Returns who is to blame for what a factor does, for the rest of the process.
    pub(crate) fn new(build: &str, path: Option<&Path>) -> &'static Self {
        // Crate and version; by which compiler it was built explains nothing here.
        let build = build.split(';').next().unwrap_or_default();
        let (who, hint) = match path {
            Some(path) => (
                format!("the factor `{build}` of {}", path.display()),
                "run it isolated (`--isolate`): then it costs its own scores alone",
            ),
            None => (
                format!("the linked factor `{build}`"),
                "build it as a library and run it isolated (`--isolate`)",
            ),
        };
        Box::leak(Box::new(Self { who, hint }))
    }
}

impl Mark {
    pub(crate) fn set(culprit: &'static Culprit, day: Option<Date>) -> Self {
        let slot = SLOT.get().unwrap_or_else(new_slot);
        slot.n_calls.fetch_add(1, Ordering::Relaxed);
        let day = slot.day.swap(day.map_or(NO_DAY, Date::days), Ordering::Relaxed);
        let before = slot.culprit.swap(ptr::from_ref(culprit).cast_mut(), Ordering::AcqRel);
        Self { slot, before: (before, day) }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let (culprit, day) = self.before;
        self.slot.day.store(day, Ordering::Relaxed);
        self.slot.culprit.store(culprit, Ordering::Release);
    }
}

#[cold]
fn new_slot() -> &'static Slot {
    let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    let slot: &'static Slot = Box::leak(Box::default());
    slots.push(slot);
    SLOT.set(Some(slot));
    slot
}

impl Slot {
    fn culprit(&self) -> Option<&'static Culprit> {
        // SAFETY: null, or a culprit that lives for the rest of the process.
        unsafe { self.culprit.load(Ordering::Acquire).as_ref() }
    }
}

/// Has the process say which factor it was when a factor ends it or takes longer than `limit` for one call; it then ends
/// with exit code 2. For programs, once, before the first call; libraries do not decide this.
///
/// # Panics
///
/// If the watchdog cannot be started.
pub fn explain_fatal_calls(limit: Duration) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE] {
            catch(signal);
        }
        // SAFETY: the handler calls nothing that is not allowed while a process ends.
        unsafe { libc::atexit(on_exit) };
        let watch = std::thread::Builder::new().name("watchdog".into()).spawn(move || watch(limit));
        watch.expect("a thread can be started");
    });
}

/// The handlers that were there before, by signal.
static BEFORE: [AtomicPtr<libc::sigaction>; 32] = [const { AtomicPtr::new(ptr::null_mut()) }; 32];

fn catch(signal: i32) {
    // SAFETY: the structures are zeroed as C does it, then filled; the handler is one for SA_SIGINFO. It runs on the
    // alternative stack that the standard library gives every thread, for the case that the stack is exhausted.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        let before: &'static mut libc::sigaction = Box::leak(Box::new(std::mem::zeroed()));
        // What was there is known before ours is: a signal may come in between.
        if libc::sigaction(signal, ptr::null(), before) == 0 {
            BEFORE[signal as usize].store(before, Ordering::Release);
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

extern "C" fn on_signal(signal: i32, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    if let Some((slot, culprit)) = current() {
        let name = match signal {
            libc::SIGABRT => "SIGABRT: it aborted, or could not get memory",
            libc::SIGSEGV => "SIGSEGV: a bad pointer, or a stack without end",
            libc::SIGBUS => "SIGBUS",
            libc::SIGILL => "SIGILL",
            _ => "SIGFPE",
        };
        blame(slot, culprit, &[" ended the process (", name, ")"]);
    }
    // Not a factor: as if there were no handler. The signal comes again when this returns, or is sent again.
    let before = BEFORE.get(signal as usize).map_or(ptr::null_mut(), |before| before.load(Ordering::Acquire));
    // SAFETY: `sigaction` and `raise` may be called in a handler; the structure lives for the rest of the process.
    unsafe {
        libc::sigaction(signal, before, ptr::null_mut());
        if signal == libc::SIGABRT {
            libc::raise(signal);
        }
    }
}

/// Ends the process at once with this exit code, without blaming a factor that is in the middle of a call.
///
/// For a program that is told to stop; nothing else is tidied up.
pub fn end_process(code: i32) -> ! {
    // SAFETY: `_exit` takes any number and does not return.
    unsafe { libc::_exit(code) }
}

extern "C" fn on_exit() {
    if let Some((slot, culprit)) = current() {
        blame(slot, culprit, &[" called `exit`"]);
    }
}

/// Finds who is to blame: the factor that this thread is in, else one that another thread is in, for it may have
/// started this one.
fn current() -> Option<(&'static Slot, &'static Culprit)> {
    let own = SLOT.try_with(Cell::get).ok().flatten();
    if let Some((slot, culprit)) = own.and_then(|slot| Some((slot, slot.culprit()?))) {
        return Some((slot, culprit));
    }
    // Trying takes no memory; if somebody holds the list, nobody is blamed.
    let slots = SLOTS.try_lock().ok()?;
    slots.iter().find_map(|slot| Some((*slot, slot.culprit()?)))
}

/// Writes the last message and ends the process. Takes no memory and no lock.
fn blame(slot: &Slot, culprit: &Culprit, what: &[&str]) -> ! {
    // One message is enough, whichever thread comes first.
    if IS_BLAMING.swap(true, Ordering::AcqRel) {
        loop {
            std::thread::yield_now();
        }
    }
    let mut message = Message { bytes: [0; 1024], n: 0 };
    // The factor may have left a line unfinished.
    message.push("\nerror: ");
    message.push(&culprit.who);
    for part in what {
        message.push(part);
    }
    match Date::from_days(slot.day.load(Ordering::Relaxed)) {
        Some(date) => {
            let mut day = [0; 10];
            write_date(date, &mut day);
            message.push(" while it was asked about ");
            message.push(std::str::from_utf8(&day).unwrap_or_default());
        }
        None => message.push(" while it was starting"),
    }
    message.push("\nhint: ");
    message.push(culprit.hint);
    message.push("\n");
    // SAFETY: the bytes are there, written at once so that nothing comes between them; standard error may be closed, which
    // changes nothing. Then the process ends at once.
    unsafe {
        let _ = libc::write(2, message.bytes.as_ptr().cast(), message.n);
        libc::_exit(2)
    }
}

static IS_BLAMING: AtomicBool = AtomicBool::new(false);

/// A message of bounded length on the stack.
struct Message {
    bytes: [u8; 1024],
    n: usize,
}

impl Message {
    /// Adds what fits.
    fn push(&mut self, text: &str) {
        let n = text.len().min(self.bytes.len() - self.n);
        self.bytes[self.n..self.n + n].copy_from_slice(&text.as_bytes()[..n]);
        self.n += n;
    }
}

fn write_date(date: Date, text: &mut [u8; 10]) {
    let (year, month, day) = date.ymd();
    let digits = |number: u32, places: &mut [u8]| {
        let mut rest = number;
        for place in places.iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    };
    *text = *b"0000-00-00";
    digits(year as u32, &mut text[..4]);
    digits(month, &mut text[5..7]);
    digits(day, &mut text[8..]);
}

/// Looks at every thread again and again, and ends the process when a call has lasted too long.
fn watch(limit: Duration) -> ! {
    let mut seen: Vec<(u64, Instant)> = Vec::new();
    loop {
        std::thread::sleep((limit / 10).clamp(Duration::from_millis(10), Duration::from_millis(500)));
        let slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = Instant::now();
        seen.resize(slots.len(), (0, now));
        for (slot, (n_calls, since)) in slots.iter().zip(&mut seen) {
            let current = slot.n_calls.load(Ordering::Relaxed);
            let Some(culprit) = slot.culprit() else {
                *n_calls = 0;
                continue;
            };
            if *n_calls != current {
                (*n_calls, *since) = (current, now);
            } else if now.duration_since(*since) > limit {
                blame(slot, culprit, &[" took longer than ", &seconds(limit)]);
            }
        }
    }
}
