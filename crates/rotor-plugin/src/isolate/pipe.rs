//! A child process and the pipes to it, with a time limit on both.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};

use super::{CHILD_ARGUMENT, Isolation};
use crate::CallError;

/// The longest answer that is read.
const LONGEST: usize = 512 << 20;
/// How much of what a child writes to standard error is kept.
const LAST_WORDS: usize = 4 << 10;

/// A child process; dropping it ends it.
#[derive(Debug)]
pub(super) struct Process {
    child: process::Child,
    requests: File,
    answers: File,
    time_limit: Duration,
    /// The end of what it wrote to standard error and standard output.
    said: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
}

/// Why an exchange failed.
enum Failure {
    /// The pipe is closed.
    Closed,
    /// The time is up.
    TimedOut,
    /// The answer is too long.
    TooLong,
}

impl Process {
    pub(super) fn start(isolation: &Isolation) -> Result<Self, CallError> {
        let not_started = |error: io::Error| CallError::NotStarted { reason: error.to_string() };
        let mut child = Command::new(&isolation.program)
            .arg(CHILD_ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let requests = File::from(OwnedFd::from(child.stdin.take().expect("it is piped")));
        let answers = File::from(OwnedFd::from(child.stdout.take().expect("it is piped")));
        let said = Arc::new(Mutex::new(Vec::new()));
        let mut stderr = child.stderr.take().expect("it is piped");
        let kept = Arc::clone(&said);
        // Somebody has to listen, or a child that writes much would wait for ever.
        let listener = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stderr.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&buffer[..n]);
                let n_old = kept.len().saturating_sub(LAST_WORDS);
                kept.drain(..n_old);
            }
        });
        let time_limit = isolation.time_limit;
        let process = Self { child, requests, answers, time_limit, said, listener: Some(listener) };
        for pipe in [&process.requests, &process.answers] {
            fcntl_setfl(pipe, OFlags::NONBLOCK).map_err(|error| not_started(error.into()))?;
        }
        Ok(process)
    }

    /// Sends a request and returns the answer.
    pub(super) fn ask(&mut self, request: u8, body: &[u8]) -> Result<Vec<u8>, CallError> {
        // What it said of earlier days explains nothing of this one.
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let deadline = Instant::now().checked_add(self.time_limit).unwrap_or_else(|| {
            // No limit that anybody will live to see.
            Instant::now() + Duration::from_secs(u64::from(u32::MAX))
        });
        self.exchange(request, body, deadline).map_err(|failure| match failure {
            Failure::TimedOut => {
                self.end();
                CallError::TimedOut { limit: self.time_limit }
            }
            Failure::Closed => self.died(),
            Failure::TooLong => {
                self.end();
                CallError::Died { how: "its answer was too long".into(), said: String::new() }
            }
        })
    }

    /// Ends a process whose answer makes no sense, and returns that as an error.
    pub(super) fn garbled(&mut self) -> CallError {
        self.end();
        CallError::Died { how: "its answer made no sense".into(), said: self.said() }
    }

    fn exchange(&mut self, request: u8, body: &[u8], deadline: Instant) -> Result<Vec<u8>, Failure> {
        let mut frame = Vec::with_capacity(body.len() + 9);
        frame.push(request);
        frame.extend_from_slice(&(body.len() as u64).to_le_bytes());
        frame.extend_from_slice(body);
        let mut rest = frame.as_slice();
        while !rest.is_empty() {
            match self.requests.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(error) => wait(&error, self.requests.as_fd(), PollFlags::OUT, deadline)?,
            }
        }
        let mut length = [0; 8];
        self.read(&mut length, deadline)?;
        let n = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
        if n > LONGEST {
            return Err(Failure::TooLong);
        }
        // What is announced is not reserved before it arrives.
        let mut answer = Vec::new();
        while answer.len() < n {
            let start = answer.len();
            answer.resize(n.min(start + (1 << 20)), 0);
            self.read(&mut answer[start..], deadline)?;
        }
        Ok(answer)
    }

    fn read(&mut self, mut buffer: &mut [u8], deadline: Instant) -> Result<(), Failure> {
        while !buffer.is_empty() {
            match self.answers.read(buffer) {
                Ok(0) => return Err(Failure::Closed),
                Ok(n) => buffer = &mut buffer[n..],
                Err(error) => wait(&error, self.answers.as_fd(), PollFlags::IN, deadline)?,
            }
        }
        Ok(())
    }

    /// Says how the process ended that has closed its pipe.
    fn died(&mut self) -> CallError {
        // It may have closed the pipe without ending.
        let deadline = Instant::now() + Duration::from_millis(200);
        let mut status = self.child.try_wait().ok().flatten();
        while status.is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
            status = self.child.try_wait().ok().flatten();
        }
        self.end();
        let how = status.map_or_else(|| "it closed its pipe".into(), how_it_ended);
        CallError::Died { how, said: self.said() }
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A grandchild may hold the pipe open: what was said so far is enough then.
        let deadline = Instant::now() + Duration::from_millis(200);
        while self.listener.as_ref().is_some_and(|listener| !listener.is_finished())
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        if let Some(listener) = self.listener.take_if(|listener| listener.is_finished()) {
            let _ = listener.join();
        }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Waits until a pipe that was not ready is, or the time is up.
fn wait(error: &io::Error, pipe: impl AsFd, flags: PollFlags, deadline: Instant) -> Result<(), Failure> {
    match error.kind() {
        io::ErrorKind::Interrupted => return Ok(()),
        io::ErrorKind::WouldBlock => {}
        _ => return Err(Failure::Closed),
    }
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Failure::TimedOut);
    }
    let timeout = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 3600, tv_nsec: 0 });
    let mut fds = [PollFd::new(&pipe, flags)];
    match poll(&mut fds, Some(&timeout)) {
        Ok(0) => Err(Failure::TimedOut),
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(_) => Err(Failure::Closed),
    }
}

fn how_it_ended(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            let name = match signal {
                libc::SIGABRT => " (SIGABRT: it aborted)",
                libc::SIGSEGV => " (SIGSEGV: a bad pointer, or a stack without end)",
                libc::SIGBUS => " (SIGBUS)",
                libc::SIGILL => " (SIGILL)",
                libc::SIGFPE => " (SIGFPE)",
                libc::SIGKILL => " (SIGKILL: somebody, perhaps the system for want of memory, ended it)",
                _ => "",
            };
            format!("signal {signal}{name}")
        }
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "for an unknown reason".into(),
    }
}
