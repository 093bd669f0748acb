//! Records which factor each thread is in, so that a fatal error can name it.
//!
//! A factor in this process can end it (abort, a bad pointer, `exit`) or never return. That cannot be contained, only
//! explained: signal handlers, an exit handler and a watchdog read the marks that every call sets and name the factor,
//! its file and the day. Setting and clearing a mark is a few stores. What reads the marks takes no lock and no memory, for it may
//! run in the middle of anything.

#![allow(unsafe_code, reason = "signal handlers and their few allowed calls are C")]

use std::cell::{Cell, UnsafeCell};
use std::path::Path;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rotor_factor::Date;
use rotor_fs::{shown, shown_path};

use crate::error::seconds;
use crate::pages;
use crate::supervise::{Name, Place, tell_end};

/// A library or a linked factor: who is blamed for what happens in a call, and for what comes outside of one.
///
/// Its texts are safe to show: crate and path come from outside.
#[derive(Debug)]
pub(crate) struct Culprit {
    who: String,
    /// Its name for whoever watches over this process.
    name: Name,
    /// The name of the factor's crate, or of the library's file.
    short: String,
    is_linked: bool,
    hint: &'static str,
    /// How long a call may take, if there is a limit.
    limit: Option<Duration>,
    /// Marks what it was given to deliver through; nobody else knows it.
    secret: u32,
    /// Deliveries in its name that belonged to no call.
    n_strange: AtomicU64,
    /// Where its code lies, from the first address to the one after the last; empty until it is known.
    code: [AtomicUsize; 2],
    /// The culprit that was there before this one.
    next: AtomicPtr<Culprit>,
}

/// What a thread is doing.
#[derive(Debug, Default)]
struct Slot {
    culprit: AtomicPtr<Culprit>,
    /// The day that it is asked about; `NO_DAY` while it starts.
    day: AtomicI32,
    /// Counts the calls, so that two long looks can tell one long call from two short ones.
    n_calls: AtomicU64,
    /// Where it tells that to whoever watches over this process.
    outside: Place,
    /// What the watchdog saw last, and when, in milliseconds since it began; used by it alone.
    seen: [AtomicU64; 2],
    /// The slot that was there before this one.
    next: AtomicPtr<Slot>,
}

const NO_DAY: i32 = i32::MIN;

/// The newest slot and the newest culprit; both live for the rest of the process, so that they can be read at any moment.
static SLOTS: AtomicPtr<Slot> = AtomicPtr::new(ptr::null_mut());
static CULPRITS: AtomicPtr<Culprit> = AtomicPtr::new(ptr::null_mut());

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

/// Puts something at the head of a list that only grows.
fn push<T>(head: &AtomicPtr<T>, item: &'static T, next: impl Fn(&T) -> &AtomicPtr<T>) {
    let mut first = head.load(Ordering::Acquire);
    loop {
        next(item).store(first, Ordering::Relaxed);
        let item = ptr::from_ref(item).cast_mut();
        match head.compare_exchange_weak(first, item, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return,
            Err(now) => first = now,
        }
    }
}

/// Walks a list that only grows.
fn walk<T: 'static>(
    head: &AtomicPtr<T>,
    next: impl Fn(&T) -> &AtomicPtr<T>,
) -> impl Iterator<Item = &'static T> {
    // SAFETY: null, or an item that lives for the rest of the process.
    let at = |pointer: &AtomicPtr<T>| unsafe { pointer.load(Ordering::Acquire).as_ref::<'static>() };
    std::iter::successors(at(head), move |item| at(next(item)))
}

fn slots() -> impl Iterator<Item = &'static Slot> {
    walk(&SLOTS, |slot: &Slot| &slot.next)
}

fn culprits() -> impl Iterator<Item = &'static Culprit> {
    walk(&CULPRITS, |culprit: &Culprit| &culprit.next)
}

impl Culprit {
    /// Returns who is to blame for what a factor does, for the rest of the process. `limit` is how long a call may take.
    pub(crate) fn new(build: &str, path: Option<&Path>, limit: Option<Duration>) -> &'static Self {
        // Crate and version; by which compiler it was built explains nothing here.
        let build = shown(build.split(';').next().unwrap_or_default());
        let (name, who, hint) = match path.map(shown_path) {
            Some(path) => (
                Name::of(&build, &path),
                format!("the factor `{build}` of {path}"),
                "run it isolated (`--isolate`): then it costs its own scores alone",
            ),
            None => (
                Name::default(),
                format!("the linked factor `{build}`"),
                "build it as a library and run it isolated (`--isolate`)",
            ),
        };
        let culprit: &'static Self = Box::leak(Box::new(Self {
            who,
            name,
            short: build.split_whitespace().next().unwrap_or_default().to_owned(),
            is_linked: path.is_none(),
            hint,
            limit,
            secret: random(),
            n_strange: AtomicU64::new(0),
            code: [AtomicUsize::new(0), AtomicUsize::new(0)],
            next: AtomicPtr::default(),
        }));
        push(&CULPRITS, culprit, |culprit| &culprit.next);
        culprit
    }

    /// What only the holder of what this culprit was given knows.
    pub(crate) fn secret(&self) -> u32 {
        self.secret
    }

    /// Whether it is part of the program.
    pub(crate) fn is_linked(&self) -> bool {
        self.is_linked
    }

    /// How many deliveries in its name belonged to no call.
    pub(crate) fn n_strange(&self) -> u64 {
        self.n_strange.load(Ordering::Acquire)
    }

    /// Says where its code lies. That of a linked factor is the program's.
    pub(crate) fn set_code(&self, range: std::ops::Range<usize>) {
        if self.is_linked {
            return;
        }
        self.code[0].store(range.start, Ordering::Relaxed);
        self.code[1].store(range.end, Ordering::Release);
    }

    fn has_code_at(&self, address: usize) -> bool {
        let end = self.code[1].load(Ordering::Acquire);
        (self.code[0].load(Ordering::Relaxed)..end).contains(&address)
    }
}

/// Counts a delivery that belongs to no call, in the name of whoever was given what it came through.
pub(crate) fn count_strange(secret: u32) {
    // A token that nobody was ever given is in nobody's name.
    if let Some(culprit) = culprits().find(|culprit| culprit.secret == secret) {
        culprit.n_strange.fetch_add(1, Ordering::AcqRel);
    }
}

/// A number that cannot be guessed.
fn random() -> u32 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0_u8) as u32
}

impl Mark {
    pub(crate) fn set(culprit: &'static Culprit, day: Option<Date>) -> Self {
        let slot = SLOT.get().unwrap_or_else(new_slot);
        slot.n_calls.fetch_add(1, Ordering::Relaxed);
        let day = day.map_or(NO_DAY, Date::days);
        let day_before = slot.day.swap(day, Ordering::Relaxed);
        let before = slot.culprit.swap(ptr::from_ref(culprit).cast_mut(), Ordering::AcqRel);
        slot.outside.tell(culprit.name, day);
        Self { slot, before: (before, day_before) }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let (culprit, day) = self.before;
        self.slot.day.store(day, Ordering::Relaxed);
        self.slot.culprit.store(culprit, Ordering::Release);
        self.slot.outside.tell(self.slot.culprit().map_or_else(Name::default, |before| before.name), day);
        // What goes on after a call within a call has a while of its own again.
        self.slot.n_calls.fetch_add(1, Ordering::Relaxed);
    }
}

#[cold]
fn new_slot() -> &'static Slot {
    let slot: &'static Slot = Box::leak(Box::new(Slot { outside: Place::take(), ..Slot::default() }));
    push(&SLOTS, slot, |slot| &slot.next);
    SLOT.set(Some(slot));
    slot
}

impl Slot {
    fn culprit(&self) -> Option<&'static Culprit> {
        // SAFETY: null, or a culprit that lives for the rest of the process.
        unsafe { self.culprit.load(Ordering::Acquire).as_ref() }
    }
}

/// Has the process say which factor it was when a factor ends it or takes longer than its limit for one call; it then ends with
/// exit code 2. For programs, once, before the first library is opened; libraries do not decide this.
///
/// # Errors
///
/// If the watchdog cannot be started.
pub fn explain_fatal_calls() -> std::io::Result<()> {
    static ONCE: Once = Once::new();
    let mut started = Ok(());
    ONCE.call_once(|| {
        for signal in FATAL {
            catch(signal);
        }
        // A pipe that nobody reads and a file that may not grow are errors of the one who writes.
        // SAFETY: ignoring a signal calls nothing of ours; the handler calls nothing that is not allowed while a process ends.
        unsafe {
            libc::signal(libc::SIGPIPE, libc::SIG_IGN);
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            libc::atexit(on_exit);
            libc::pthread_atfork(None, None, Some(after_fork));
        }
        // A thread that begins while a library is being opened waits for that to end, so it has begun before the first one is.
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let watchdog = std::thread::Builder::new().name("watchdog".into());
        started = watchdog
            .spawn(move || {
                let _ = sender.send(());
                watch()
            })
            .map(|_| {
                let _ = receiver.recv();
            });
    });
    started
}

/// What ends a process unless it is caught, and comes from code.
const FATAL: [i32; 8] = [
    libc::SIGABRT,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGTRAP,
    libc::SIGSYS,
    libc::SIGALRM,
];

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

unsafe extern "C" fn on_signal(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let name = match signal {
        libc::SIGABRT => "SIGABRT: it aborted, or could not get memory",
        libc::SIGSEGV => "SIGSEGV: a bad pointer, or a stack without end",
        libc::SIGBUS => "SIGBUS",
        libc::SIGILL => "SIGILL",
        libc::SIGFPE => "SIGFPE",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGSYS => "SIGSYS",
        _ => "SIGALRM: an alarm that Rotor has not set",
    };
    let is_fault = signal == libc::SIGSEGV || signal == libc::SIGBUS;
    // SAFETY: the system fills both structures for the time of the handler.
    let (address, code) = unsafe {
        let address = if is_fault { info.as_ref().map(|info| info.si_addr() as usize) } else { None };
        (address, Registers::of(context))
    };
    let wrote_inputs = address.is_some_and(pages::are_closed_at);
    let own = own();
    if let Some((slot, culprit)) = own {
        if wrote_inputs {
            let name = ["\nerror: `", &culprit.short, "` wrote to its inputs: "];
            end(Some(slot), culprit, &name, &[]);
        }
        blame(slot, culprit, &[" ended the process (", name, ")"]);
    }
    // A thread that no call of ours is on: a library may have started it.
    if signal != libc::SIGALRM
        && let Some(culprit) = code.and_then(Registers::library)
    {
        let what = if wrote_inputs { " wrote to the inputs of factors" } else { " ended the process" };
        end(None, culprit, &["\nerror: "], &[what, " in a thread of its own (", name, ")"]);
    }
    if culprits().any(|culprit| !culprit.is_linked) {
        let mut message = Message::new();
        for part in ["\nerror: the process was ended by ", name, "; whose code it was is not known\n"] {
            message.push(part);
        }
        message.push(
            "hint: run libraries isolated (`--isolate`): then one that fails costs its own scores alone\n",
        );
        message.say();
        end_process(2);
    }
    // Not a factor: as if there were no handler. The signal comes again when this returns, or is sent again.
    let before = BEFORE.get(signal as usize).map_or(ptr::null_mut(), |before| before.load(Ordering::Acquire));
    // SAFETY: `sigaction` and `raise` may be called in a handler; the structure lives for the rest of the process.
    unsafe {
        libc::sigaction(signal, before, ptr::null_mut());
        if signal == libc::SIGABRT || signal == libc::SIGALRM {
            libc::raise(signal);
        }
    }
}

/// Where a thread was when a signal came.
#[derive(Clone, Copy)]
struct Registers {
    code: usize,
    stack: usize,
}

impl Registers {
    /// # Safety
    ///
    /// `context` is what a handler is given.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    unsafe fn of(context: *mut libc::c_void) -> Option<Self> {
        // SAFETY: the caller vouches for the context.
        let context = unsafe { context.cast::<libc::ucontext_t>().as_ref() }?;
        let register = |register: i32| context.uc_mcontext.gregs[register as usize] as usize;
        Some(Self { code: register(libc::REG_RIP), stack: register(libc::REG_RSP) })
    }

    /// # Safety
    ///
    /// `context` is what a handler is given.
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    unsafe fn of(context: *mut libc::c_void) -> Option<Self> {
        // SAFETY: the caller vouches for the context.
        let context = unsafe { context.cast::<libc::ucontext_t>().as_ref() }?;
        Some(Self { code: context.uc_mcontext.pc as usize, stack: context.uc_mcontext.sp as usize })
    }

    /// # Safety
    ///
    /// None is needed.
    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    unsafe fn of(_: *mut libc::c_void) -> Option<Self> {
        None
    }

    /// The library whose code was running, or called what was running: the nearest whose code the stack returns to.
    fn library(self) -> Option<&'static Culprit> {
        let at = |address: usize| culprits().find(|culprit| culprit.has_code_at(address));
        at(self.code).or_else(|| self.return_addresses().iter().find_map(|address| at(*address)))
    }

    /// What lies on the stack, as much as can be read; nothing for a second thread that ends at the same time.
    #[cfg(target_os = "linux")]
    fn return_addresses(self) -> &'static [usize] {
        // A page at a time, for what lies behind the last one cannot be read and must not fail all.
        const PAGE: usize = 4096;
        if STACK.is_taken.swap(true, Ordering::AcqRel) {
            return &[];
        }
        // SAFETY: this is the only one that ever takes it.
        let words = unsafe { &mut *STACK.words.get() };
        let local = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: size_of_val(words) };
        let mut remote = [libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 }; Stack::DEPTH * 8 / PAGE + 1];
        let start = self.stack & !7;
        let (mut at, end) = (start, start.saturating_add(size_of_val(words)));
        let mut n = 0;
        while at < end && n < remote.len() {
            let next = ((at / PAGE + 1) * PAGE).min(end);
            remote[n] = libc::iovec { iov_base: at as *mut libc::c_void, iov_len: next - at };
            (at, n) = (next, n + 1);
        }
        // SAFETY: the system copies into the array what it can, without faults.
        let n_bytes = unsafe {
            libc::process_vm_readv(
                libc::getpid(),
                &raw const local,
                1,
                remote.as_ptr(),
                n as libc::c_ulong,
                0,
            )
        };
        &words[..usize::try_from(n_bytes).unwrap_or(0) / size_of::<usize>()]
    }

    #[cfg(not(target_os = "linux"))]
    fn return_addresses(self) -> &'static [usize] {
        &[]
    }
}

/// The top of a stack, copied: the stack of a handler is too small for it.
struct Stack {
    words: UnsafeCell<[usize; Self::DEPTH]>,
    is_taken: AtomicBool,
}

// SAFETY: whoever finds it taken leaves it alone.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack { words: UnsafeCell::new([0; Stack::DEPTH]), is_taken: AtomicBool::new(false) };

impl Stack {
    const DEPTH: usize = 2048;
}

/// Ends the process at once with this exit code, without blaming a factor that is in the middle of a call.
///
/// For a program that is told to stop, or is done: no exit handler and no destructor of a library runs, which could hang or change
/// the exit code.
pub fn end_process(code: i32) -> ! {
    tell_end(code);
    // SAFETY: `_exit` takes any number and does not return.
    unsafe { libc::_exit(code) }
}

extern "C" fn on_exit() {
    if let Some((slot, culprit)) = own() {
        blame(slot, culprit, &[" called `exit`"]);
    }
}

/// A process that a factor has forked would come back from its call, and do all that is still to be done a second time.
extern "C" fn after_fork() {
    if own().is_some() {
        end_process(2);
    }
}

/// The factor that this thread is in.
fn own() -> Option<(&'static Slot, &'static Culprit)> {
    let slot = SLOT.try_with(Cell::get).ok().flatten()?;
    Some((slot, slot.culprit()?))
}

/// Says who did what in a call, and ends the process.
fn blame(slot: &Slot, culprit: &Culprit, what: &[&str]) -> ! {
    end(Some(slot), culprit, &["\nerror: "], what)
}

/// Writes the last message and ends the process. Takes no memory and no lock.
fn end(slot: Option<&Slot>, culprit: &Culprit, before: &[&str], what: &[&str]) -> ! {
    // One message is enough, whichever thread comes first.
    if IS_BLAMING.swap(true, Ordering::AcqRel) {
        loop {
            std::thread::yield_now();
        }
    }
    let mut message = Message::new();
    // The factor may have left a line unfinished, hence a new one.
    for part in before {
        message.push(part);
    }
    message.push(&culprit.who);
    for part in what {
        message.push(part);
    }
    if let Some(slot) = slot {
        match Date::from_days(slot.day.load(Ordering::Relaxed)) {
            Some(date) => {
                let mut day = [0; 10];
                write_date(date, &mut day);
                message.push(" while it was asked about ");
                message.push(std::str::from_utf8(&day).unwrap_or_default());
            }
            None => message.push(" while it was starting"),
        }
    }
    message.push("\nhint: ");
    message.push(culprit.hint);
    message.push("\n");
    message.say();
    end_process(2)
}

static IS_BLAMING: AtomicBool = AtomicBool::new(false);

/// Writes a text to standard error if that can be done at once; a pipe that is full or closed is no reason to wait.
///
/// Takes no memory and no lock.
pub fn say_at_once(text: &str) {
    let mut ready = libc::pollfd { fd: 2, events: libc::POLLOUT, revents: 0 };
    // SAFETY: the structure and the bytes are there; standard error may be closed, which changes nothing.
    unsafe {
        if libc::poll(&raw mut ready, 1, 100) == 1 && ready.revents & libc::POLLOUT != 0 {
            let _ = libc::write(2, text.as_ptr().cast(), text.len());
        }
    }
}

/// A message of bounded length on the stack.
struct Message {
    bytes: [u8; 1024],
    n: usize,
}

impl Message {
    fn new() -> Self {
        Self { bytes: [0; 1024], n: 0 }
    }

    /// Adds what fits.
    fn push(&mut self, text: &str) {
        let room = self.bytes.len() - self.n;
        let n = (0..=text.len().min(room)).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
        self.bytes[self.n..self.n + n].copy_from_slice(&text.as_bytes()[..n]);
        self.n += n;
    }

    /// Written at once, so that nothing comes between.
    fn say(&self) {
        say_at_once(std::str::from_utf8(&self.bytes[..self.n]).unwrap_or_default());
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

/// Looks at every thread again and again, and ends the process when a call has lasted longer than it may.
fn watch() -> ! {
    let start = Instant::now();
    loop {
        std::thread::sleep(Duration::from_millis(20));
        let now = start.elapsed().as_millis() as u64;
        for slot in slots() {
            let [seen, since] = &slot.seen;
            let n_calls = slot.n_calls.load(Ordering::Acquire);
            if seen.swap(n_calls, Ordering::Relaxed) != n_calls {
                since.store(now, Ordering::Relaxed);
                continue;
            }
            let Some((culprit, limit)) = slot.culprit().and_then(|culprit| Some((culprit, culprit.limit?)))
            else {
                continue;
            };
            let n_milliseconds = now.saturating_sub(since.load(Ordering::Relaxed));
            if u128::from(n_milliseconds) > limit.as_millis() {
                blame(slot, culprit, &[" took longer than ", &seconds(limit)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_culprit_is_safe_to_show() {
        let path = Path::new("/lib/a\nhint: run me\u{1b}[2K.so");
        let culprit = Culprit::new("evil\u{9b}2J 0.1.0; rustc 1.95", Some(path), None);
        assert_eq!(culprit.who, "the factor `evil\\u{9b}2J 0.1.0` of /lib/a\\nhint: run me\\u{1b}[2K.so");
        assert_eq!(culprit.short, "evil\\u{9b}2J");
        assert_eq!(Culprit::new("a\n 1", None, None).who, "the linked factor `a\\n 1`");
    }
}
