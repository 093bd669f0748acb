//! The process between Rotor and the process of a factor: when either is gone, it ends everything that the factor started.
//!
//! It runs none of the factor's code. Orphans below it become its own children, whatever group or session they have moved to,
//! so that it can find them; and as long as it has children it does not end.

#![allow(unsafe_code, reason = "descriptors are marked by number")]

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getpid, kill_process, pidfd_open, set_child_subreaper, waitpid,
};

use super::CHILD_ARGUMENT;
use crate::mark::end_process;
use crate::supervise::die_of;

/// How long what a factor has started is looked for.
const TIME_TO_END: Duration = Duration::from_secs(5);

/// Starts this program again to serve the factor, waits for its end or that of Rotor, and ends as it did.
pub(super) fn keep() -> io::Result<()> {
    set_child_subreaper(Some(getpid()))?;
    close_others_on_start();
    let requests = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let mut served = Command::new("/proc/self/exe")
        .arg(CHILD_ARGUMENT)
        .arg(getpid().as_raw_nonzero().to_string())
        .spawn()?;
    // That the pipes are closed is to mean that the factor's process has closed them.
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)?;
    let status = wait_for_either(&mut served, &requests)?;
    end_children();
    end_like(status)
}

/// Has nothing that this process was given beside its pipes reach the next one.
fn close_others_on_start() {
    // SAFETY: no memory is touched, and no descriptor is closed here. A kernel that does not know the call leaves them open,
    // which a process that is to be sealed finds.
    unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

/// Waits until the process ends, or until nobody can ask it any more: then it is ended.
fn wait_for_either(served: &mut Child, requests: &OwnedFd) -> io::Result<ExitStatus> {
    let pid = Pid::from_raw(served.id().cast_signed());
    let pidfd = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    // A kernel without such descriptors is asked again and again.
    let timeout = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    loop {
        if let Some(status) = served.try_wait()? {
            return Ok(status);
        }
        // That the other side is closed is always told, and nothing else is to wake this process.
        let mut ends = vec![PollFd::new(requests, PollFlags::empty())];
        ends.extend(pidfd.as_ref().map(|pidfd| PollFd::new(pidfd, PollFlags::IN)));
        match poll(&mut ends, if pidfd.is_some() { None } else { Some(&timeout) }) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if ends[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
            let _ = served.kill();
            return served.wait();
        }
    }
}

/// Ends every child, also those that become children when their parents end, until there are none.
fn end_children() {
    let deadline = Instant::now() + TIME_TO_END;
    loop {
        match waitpid(None, WaitOptions::NOHANG) {
            // One has ended; there may be more.
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => continue,
            Ok(None) if Instant::now() < deadline => {}
            // There is none, or they are faster than this.
            _ => return,
        }
        for child in children() {
            let _ = kill_process(child, Signal::KILL);
        }
        std::thread::yield_now();
    }
}

/// Lists the children of this process.
fn children() -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().to_string();
    let is_own = |pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name of the program stands in brackets and may hold anything; state and parent follow it.
        stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)) == Some(&own)
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(is_own).filter_map(Pid::from_raw).collect()
}

/// Ends this process as another has ended, so that whoever waits for this one sees how.
fn end_like(status: ExitStatus) -> ! {
    match status.signal() {
        Some(signal) => die_of(signal),
        None => end_process(status.code().unwrap_or(3)),
    }
}
