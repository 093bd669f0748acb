//! A child process and the pipes to it, with a time limit on both.
//!
//! Each request has a number and ends with a token that was drawn for it, and an answer begins with both. The child takes
//! the token from the pipe after the factor has returned, so that while the factor runs the token is nowhere in its
//! process; an answer that the factor writes into the pipe by itself therefore lacks it, or was paid for with the token
//! that the true answer then lacks. Either way it is seen that something else than the child's own part has spoken, and
//! no answer is ever taken for that of another request.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{CHILD_ARGUMENT, Isolation, MOST_BYTES, Token};
use crate::{AnswerFault, Breach, CallError};

/// How long the processes of a factor may take to end.
const TIME_TO_END: Duration = Duration::from_secs(10);
/// The environment of a sealed process.
const KEPT_VARIABLES: [&str; 6] =
    ["HOME", "LD_LIBRARY_PATH", "RAYON_NUM_THREADS", "ROTOR_CACHE_DIR", "RUST_BACKTRACE", "XDG_CACHE_HOME"];
/// How much of what a child writes to standard error is kept.
const LAST_WORDS: usize = 4 << 10;

/// A child process; dropping it ends it, and every process that it has started.
#[derive(Debug)]
pub(super) struct Process {
    child: process::Child,
    /// `None` when it is to end: it reads this as the end of its work.
    requests: Option<File>,
    answers: File,
    time_limit: Duration,
    /// How many requests it was sent.
    n_asked: u64,
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
    /// With the bytes before it the answer has so many.
    TooLong(usize),
    /// What came is not the answer.
    False(AnswerFault),
    /// The system has no random numbers.
    NoToken(getrandom::Error),
}

impl Process {
    pub(super) fn start(isolation: &Isolation) -> Result<Self, CallError> {
        let not_started = |error: io::Error| CallError::NotStarted { reason: error.to_string() };
        let mut command = Command::new(&isolation.program);
        if isolation.is_sealed {
            // A variable can hold a table. What stays says where the private copy lies, and how to start.
            command.env_clear();
            command.envs(KEPT_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        }
        let mut child = command
            .arg(CHILD_ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal is for Rotor, whose end is the end of this process too.
            .process_group(0)
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
        for pipe in [&requests, &answers] {
            fcntl_setfl(pipe, OFlags::NONBLOCK).map_err(|error| not_started(error.into()))?;
        }
        let (requests, listener) = (Some(requests), Some(listener));
        Ok(Self { child, requests, answers, time_limit, n_asked: 0, said, listener })
    }

    /// Sends a request and returns the answer. `n_before` is how many bytes it has answered in this run so far.
    pub(super) fn ask(&mut self, request: u8, body: &[u8], n_before: usize) -> Result<Vec<u8>, CallError> {
        // What it said of earlier days explains nothing of this one.
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let deadline = Instant::now().checked_add(self.time_limit).unwrap_or_else(|| {
            // No limit that anybody will live to see.
            Instant::now() + Duration::from_secs(u64::from(u32::MAX))
        });
        self.exchange(request, body, n_before, deadline).map_err(|failure| {
            let error = match failure {
                Failure::TimedOut => CallError::TimedOut { limit: self.time_limit },
                Failure::Closed => return self.died(),
                Failure::TooLong(given) => {
                    let what = "bytes of answers".into();
                    CallError::Broke(Breach::TooMuchInRun { what, given, limit: MOST_BYTES })
                }
                Failure::False(fault) => CallError::FalseAnswer(fault),
                Failure::NoToken(error) => CallError::NotStarted { reason: error.to_string() },
            };
            self.end();
            error
        })
    }

    /// Ends a process whose answer makes no sense, and returns that as an error.
    pub(super) fn garbled(&mut self) -> CallError {
        self.end();
        CallError::FalseAnswer(AnswerFault::Senseless)
    }

    fn exchange(
        &mut self,
        request: u8,
        body: &[u8],
        n_before: usize,
        deadline: Instant,
    ) -> Result<Vec<u8>, Failure> {
        // What has come since the last answer is no answer to what is not asked yet.
        self.expect_nothing()?;
        self.n_asked += 1;
        let asked = self.n_asked;
        let mut token = Token::default();
        getrandom::fill(&mut token).map_err(Failure::NoToken)?;
        let mut frame = Vec::with_capacity(body.len() + 33);
        frame.push(request);
        frame.extend_from_slice(&asked.to_le_bytes());
        frame.extend_from_slice(&(body.len() as u64).to_le_bytes());
        frame.extend_from_slice(body);
        frame.extend_from_slice(&token);
        let mut rest = frame.as_slice();
        while !rest.is_empty() {
            let requests = self.requests.as_mut().ok_or(Failure::Closed)?;
            match requests.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(error) => wait(&error, requests.as_fd(), PollFlags::OUT, deadline)?,
            }
        }
        let (mut number, mut found, mut length) = ([0; 8], Token::default(), [0; 8]);
        self.read(&mut number, deadline)?;
        self.read(&mut found, deadline)?;
        let answered = u64::from_le_bytes(number);
        if (1..asked).contains(&answered) {
            return Err(Failure::False(AnswerFault::Earlier { answered, asked }));
        }
        if (answered, found) != (asked, token) {
            return Err(Failure::False(AnswerFault::Forged));
        }
        self.read(&mut length, deadline)?;
        let n = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
        if n.saturating_add(n_before) > MOST_BYTES {
            return Err(Failure::TooLong(n.saturating_add(n_before)));
        }
        // What is announced is not reserved before it arrives.
        let mut answer = Vec::new();
        while answer.len() < n {
            let start = answer.len();
            answer.resize(n.min(start + (1 << 20)), 0);
            self.read(&mut answer[start..], deadline)?;
        }
        self.expect_nothing()?;
        Ok(answer)
    }

    /// Makes sure that there is nothing to read.
    fn expect_nothing(&mut self) -> Result<(), Failure> {
        loop {
            return match self.answers.read(&mut [0]) {
                // That it is closed is found when it is asked next.
                Ok(0) => Ok(()),
                Ok(_) => Err(Failure::False(AnswerFault::Second { asked: self.n_asked })),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => Ok(()),
            };
        }
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
        let status = self.status_within(Duration::from_secs(1));
        self.end();
        let how = status.map_or_else(|| "it closed its pipe".into(), how_it_ended);
        CallError::Died { how, said: self.said() }
    }

    fn status_within(&mut self, time: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + time;
        loop {
            let status = self.child.try_wait().ok().flatten();
            if status.is_some() || Instant::now() > deadline {
                return status;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn end(&mut self) {
        // Without a pipe to it the keeper ends what it keeps, then itself.
        let has_keeper = cfg!(target_os = "linux");
        if self.requests.take().is_some() && (!has_keeper || self.status_within(TIME_TO_END).is_none()) {
            // Where there is no keeper, or it was stopped, what is still in its group ends at once.
            if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        // Something may hold the pipe open: what was said so far is enough then.
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
