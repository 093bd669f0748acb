//! The two processes, and the signals between them.

#![allow(unsafe_code, reason = "forking, waiting and signals are calls of C")]

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::page::Page;
use super::verdict::{End, Verdict};
use crate::mark::say_at_once;

/// As [`super::supervise`].
pub(super) fn supervise() -> io::Result<()> {
    let page = Page::map()?;
    let mut token = [0; 8];
    getrandom::fill(&mut token).map_err(io::Error::other)?;
    // The last byte is for the exit code, and no token is zero.
    let token = u64::from_le_bytes(token) >> 8 | 1;
    // SAFETY: sets of signals are filled before they are read, nothing else is touched, and there is no other thread
    // that the child would lack.
    unsafe {
        let parent = libc::getpid();
        // Nothing is lost between the fork and the waiting: what comes meanwhile waits, too.
        let waited_for = waited_for();
        let mut before = MaybeUninit::uninit();
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const waited_for, before.as_mut_ptr());
        let before = before.assume_init();
        // Whoever ignores the end of children is not told of it.
        let of_children = libc::signal(libc::SIGCHLD, libc::SIG_DFL);
        match libc::fork() {
            child @ 1.. => watch(child, page, token, &waited_for),
            0 => {
                end_with(parent);
                page.take(token);
            }
            _ => {
                let error = io::Error::last_os_error();
                libc::signal(libc::SIGCHLD, of_children);
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
                return Err(error);
            }
        }
        libc::signal(libc::SIGCHLD, of_children);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
    }
    Ok(())
}

/// All signals but those by which a terminal stops a process in the background: they stop both processes, as they should.
fn waited_for() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the first call fills the set.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        libc::sigdelset(set.as_mut_ptr(), libc::SIGTTIN);
        libc::sigdelset(set.as_mut_ptr(), libc::SIGTTOU);
        set.assume_init()
    }
}

/// Has this process end with its parent.
fn end_with(parent: i32) {
    // SAFETY: these calls touch no memory.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        // It may have gone before.
        if libc::getppid() != parent {
            libc::raise(libc::SIGKILL);
        }
    }
}

/// Waits for the end of the program, passes on what this process is sent, and ends as it follows from that end.
fn watch(child: i32, page: &Page, token: u64, waited_for: &libc::sigset_t) -> ! {
    close_all_but_standard_error();
    loop {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: the set is one, and the system fills the structure.
        let (signal, code) = unsafe {
            let signal = libc::sigwaitinfo(waited_for, info.as_mut_ptr());
            (signal, info.assume_init().si_code)
        };
        if let Some(end) = end_of(child) {
            conclude(&Verdict::of(&page.read(token), end));
        }
        match signal {
            // Interrupted, or the child was stopped or goes on.
            ..=0 | libc::SIGCHLD => {}
            _ => {
                if !has_heard(child, signal, code) {
                    // SAFETY: no memory is touched. The child has not been waited for, so its number is still its own.
                    unsafe { libc::kill(child, signal) };
                }
                stop_too(signal);
            }
        }
    }
}

/// A reader of a pipe waits until everybody who could write to it has closed it; nothing but standard error is needed here.
fn close_all_but_standard_error() {
    // SAFETY: this process uses none of them, and owns them all.
    unsafe {
        libc::close(0);
        libc::close(1);
        if libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0) != 0 {
            // A kernel before 5.9.
            for descriptor in 3..1024 {
                libc::close(descriptor);
            }
        }
    }
}

/// Tells how the child has ended, if it has.
fn end_of(child: i32) -> Option<End> {
    let mut status = 0;
    // SAFETY: the status is there.
    let ended = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) };
    if ended != child {
        return None;
    }
    Some(if libc::WIFSIGNALED(status) {
        End::Killed(libc::WTERMSIG(status))
    } else {
        End::Exited(libc::WEXITSTATUS(status))
    })
}

/// Whether a signal has come from the terminal, which sends it to all processes of the group.
fn has_heard(child: i32, signal: i32, code: i32) -> bool {
    let is_of_terminal = [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGWINCH].contains(&signal);
    // SAFETY: these calls touch no memory.
    is_of_terminal && code == libc::SI_KERNEL && unsafe { libc::getpgid(child) == libc::getpgrp() }
}

/// Stops this process as its child is stopped, so that a shell sees it.
fn stop_too(signal: i32) {
    if signal == libc::SIGTSTP {
        // SAFETY: the sets are filled before they are read. The process stops in the second call, and goes on there.
        unsafe {
            libc::raise(signal);
            set_blocked(signal, false);
            set_blocked(signal, true);
        }
    }
}

/// # Safety
///
/// `signal` is one.
unsafe fn set_blocked(signal: i32, is_blocked: bool) {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the first call fills the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        let how = if is_blocked { libc::SIG_BLOCK } else { libc::SIG_UNBLOCK };
        libc::pthread_sigmask(how, set.as_ptr(), ptr::null_mut());
    }
}

fn conclude(verdict: &Verdict) -> ! {
    if !verdict.message.is_empty() {
        say_at_once(&verdict.message);
    }
    match verdict.end {
        // SAFETY: `_exit` takes any number and does not return.
        End::Exited(code) => unsafe { libc::_exit(code) },
        End::Killed(signal) => die_of(signal),
    }
}

/// Ends this process by a signal, so that whoever waits for it sees how another process has ended. It leaves no image behind.
pub(crate) fn die_of(signal: i32) -> ! {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    // SAFETY: the default action replaces handlers that only this process has, and it then ends by the signal, unless it is the
    // first process of a system.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
        set_blocked(signal, false);
        libc::_exit(128 + signal)
    }
}
