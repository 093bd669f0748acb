//! A factor in a separate process: the same program, started again and connected by pipes.
//!
//! Whatever happens there (an abort, a bad pointer, `exit`, a loop without end, output without end, all of the memory)
//! costs that factor only its signal of the day. A lost process is restarted for the next day; after three losses in a row
//! the factor is no longer called. Calls to one factor are sequential. An answer that is not the one to what was asked, and
//! more output than a run may have, end the factor for the run.
//!
//! That contains accidents, not malice: the child has the rights of its user. A sealed one has none.

mod child;
#[cfg(target_os = "linux")]
mod keeper;
mod pipe;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod seal;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod seal {
    //! Where a process cannot be sealed.

    use std::path::Path;

    use crate::LoadError;

    pub(super) fn seal(_: &Path, _: &[u8]) -> Result<(), LoadError> {
        let reason = "this is not Linux on x86-64 or Arm".into();
        Err(LoadError::NotSealed { reason })
    }
}
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use rotor_factor::host::ViewData;
use rotor_factor::{Date, Parameter, Parameters, Signal, Spec, Value};
use serde::{Deserialize, Serialize};

use crate::call::other_spec;
use crate::output::Receiver;
use crate::plugin::{Home, Place};
use crate::{AnswerFault, Breach, CallError, LoadError, spec};
use pipe::Process;
use wire::{Garbled, Reader, Writer};

pub use child::serve;

/// The first argument with which a program that offers isolation is started as a child; it then calls [`serve`].
pub const CHILD_ARGUMENT: &str = "isolated-factor";

/// After so many losses in a row a factor is no longer asked.
const MOST_FAILURES: u32 = 3;

/// The most rows of forecasts and realized values, and values of diagnostics and tables, that a factor may give in one run.
const MOST_VALUES: usize = 20_000_000;
/// The most bytes of answers of a factor in one run.
const MOST_BYTES: usize = 256 << 20;

/// What an answer must carry to be one: bytes that nobody can guess, drawn for each request.
type Token = [u8; 16];

/// How a factor is isolated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// The program to start, with [`CHILD_ARGUMENT`].
    pub program: PathBuf,
    /// How long it may take to start, and to answer about one day.
    pub time_limit: Duration,
    /// How many bytes of address space it may have.
    pub memory_limit: u64,
    /// Whether it may open files, pipes and sockets once its library is opened. A factor has no business with any; one
    /// that reads a file gives other answers where it may not.
    pub may_open_files: bool,
    /// Whether it is sealed before anything of the library runs: no files, no network, no other processes. Where the system
    /// cannot do all of that the library is refused. Such a process may open nothing, whatever `may_open_files` says.
    pub is_sealed: bool,
}

impl Isolation {
    /// Returns the usual limits, 10 seconds and 2 GiB, for a program; files may be opened, and nothing is sealed.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        let time_limit = Duration::from_secs(10);
        Self { program, time_limit, memory_limit: 2 << 30, may_open_files: true, is_sealed: false }
    }
}

/// What a child is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Request {
    Open = 1,
    Create = 2,
    Evaluate = 3,
    OpenLinked = 4,
    /// Nothing but whether it has spoken outside of its calls: what it has written since its last answer comes before the answer to this.
    Settle = 5,
}

/// A factor of a library that a child has opened: its two documents.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) parameters: String,
    pub(crate) spec: String,
}

/// A factor in a child process.
#[derive(Debug)]
pub(crate) struct Child {
    isolation: Isolation,
    place: Place,
    /// The parameters as they cross the pipe.
    parameters: Vec<u8>,
    /// `None` when it is lost.
    process: Option<Process>,
    n_failures: u32,
    last_failure: Option<Box<CallError>>,
    /// Why it is not asked again.
    done: Option<Box<CallError>>,
    given: Given,
}

/// What a factor has given in a run.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    /// The day that was asked about last. The days of a run come in order, so one that is not later begins another run.
    day: Option<Date>,
    n_bytes: usize,
    n_values: usize,
}

impl Child {
    /// Opens a library, or the linked factors, in a child and says what is in it.
    pub(crate) fn open(isolation: &Isolation, home: &Home) -> Result<Vec<Opened>, Vec<LoadError>> {
        let start = |error| vec![LoadError::Start(error)];
        let mut process = Process::start(isolation).map_err(start)?;
        open_in(&mut process, isolation, home)
    }

    /// Makes a factor in a child.
    pub(crate) fn create(
        isolation: &Isolation,
        place: &Place,
        declared: &[Parameter],
        given: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<(Self, Spec), CallError> {
        let parameters = Parameters::resolve(declared, given).map_err(|error| CallError::of(&error))?;
        let mut writer = Writer::default();
        writer.u32(place.position as u32);
        writer.u32(parameters.iter().len() as u32);
        for (name, value) in parameters.iter() {
            writer.text(name);
            match value {
                Value::Flag(value) => {
                    writer.u8(0);
                    writer.u8(u8::from(*value));
                }
                Value::Integer(value) => {
                    writer.u8(1);
                    writer.u64(value.cast_unsigned());
                }
                Value::Number(value) => {
                    writer.u8(2);
                    writer.f64(*value);
                }
                Value::Text(value) => {
                    writer.u8(3);
                    writer.text(value);
                }
            }
        }
        let mut child = Self {
            isolation: isolation.clone(),
            place: place.clone(),
            parameters: writer.bytes,
            process: None,
            n_failures: 0,
            last_failure: None,
            done: None,
            given: Given::default(),
        };
        let spec = child.start()?;
        Ok((child, spec))
    }

    /// Starts a process with the factor in it, and returns the factor's spec.
    fn start(&mut self) -> Result<Spec, CallError> {
        let mut process = Process::start(&self.isolation)?;
        open_in(&mut process, &self.isolation, &self.place.home).map_err(|mut reasons| {
            match reasons.pop() {
                Some(LoadError::Start(error)) => error,
                // The file was fine when the run began.
                reason => CallError::NotStarted {
                    reason: reason.map_or(String::new(), |reason| reason.to_string()),
                },
            }
        })?;
        let answer = process.ask(Request::Create as u8, &self.parameters, 0)?;
        let json = read_answer(&mut process, &answer, |reader| reader.text().map(str::to_owned))?;
        let spec = spec::read_spec(&json).map_err(CallError::Broke)?;
        self.process = Some(process);
        Ok(spec)
    }

    /// Asks the factor about a day.
    pub(crate) fn evaluate(&mut self, spec: &Spec, view: &ViewData<'_>) -> Result<Signal, CallError> {
        if let Some(done) = &self.done {
            return Err((**done).clone());
        }
        if self.n_failures >= MOST_FAILURES
            && let Some(last) = &self.last_failure
        {
            return Err(CallError::GivenUp { n_failures: self.n_failures, last: last.clone() });
        }
        let outcome = self.try_to_evaluate(spec, view);
        match &outcome {
            Err(error) if error.is_final() => {
                self.process = None;
                self.done = Some(Box::new(error.clone()));
            }
            Err(error) if error.is_fatal() => {
                self.process = None;
                self.n_failures += 1;
                self.last_failure = Some(Box::new(error.clone()));
            }
            // What fails while it starts again is a loss like the one before.
            Err(error) if self.process.is_none() => {
                self.n_failures += 1;
                self.last_failure = Some(Box::new(error.clone()));
            }
            _ => self.n_failures = 0,
        }
        outcome
    }

    /// Makes sure that the last answer was one: nothing has come after it. Returns why it does not count.
    pub(crate) fn settle(&mut self) -> Option<CallError> {
        let process = self.process.as_mut()?;
        let settled = process.ask(Request::Settle as u8, &[], self.given.n_bytes);
        let settled = settled.and_then(|answer| read_answer(process, &answer, |_| Ok(())));
        let error = settled.err()?;
        // One that is lost after its last answer is started anew when it is asked again.
        self.process = None;
        error.is_final().then(|| {
            self.done = Some(Box::new(error.clone()));
            error
        })
    }

    /// Returns why no answer of the factor counts, if it has told or shown that it is not to be trusted.
    pub(crate) fn condemned(&self) -> Option<CallError> {
        self.done.as_deref().filter(|error| matches!(error, CallError::Broke(Breach::OutsideCall))).cloned()
    }

    fn try_to_evaluate(&mut self, spec: &Spec, view: &ViewData<'_>) -> Result<Signal, CallError> {
        if self.process.is_none() && self.start()? != *spec {
            return Err(CallError::FalseAnswer(AnswerFault::OtherSpec));
        }
        if view.inputs.len() != spec.inputs().len() {
            return Err(CallError::Broke(other_spec()));
        }
        if self.given.day.is_none_or(|day| day >= view.as_of.0) {
            self.given = Given::default();
        }
        self.given.day = Some(view.as_of.0);
        let process = self.process.as_mut().expect("it has been started");
        let mut writer = Writer::default();
        writer.view(view);
        let answer = process.ask(Request::Evaluate as u8, &writer.bytes, self.given.n_bytes)?;
        self.given.n_bytes += answer.len();
        let n_entities = view.entities.map(|table| table.codes().len());
        let mut receiver = Receiver::new(spec, view.entities[0].codes(), n_entities);
        let checked = read_answer(process, &answer, |reader| reader.signal(&mut receiver))?;
        let signal = checked.and_then(|()| receiver.finish()).map_err(CallError::Broke)?;
        self.given.n_values += n_values(&signal);
        if self.given.n_values > MOST_VALUES {
            let (what, given) = ("rows and values of tables".into(), self.given.n_values);
            return Err(CallError::Broke(Breach::TooMuchInRun { what, given, limit: MOST_VALUES }));
        }
        Ok(signal)
    }
}

/// Counts what a signal holds beside scores.
fn n_values(signal: &Signal) -> usize {
    let of_tables = signal.tables().iter().map(|table| table.n_rows() * table.columns().len()).sum::<usize>();
    let of_diagnostics = signal.diagnostics().iter().map(|row| row.values.len()).sum::<usize>();
    signal.forecasts().len() + signal.realized_values().len() + of_tables + of_diagnostics
}

fn open_in(process: &mut Process, isolation: &Isolation, home: &Home) -> Result<Vec<Opened>, Vec<LoadError>> {
    let start = |error| vec![LoadError::Start(error)];
    let mut writer = Writer::default();
    writer.u64(isolation.memory_limit);
    writer.u8(u8::from(isolation.may_open_files));
    writer.u8(u8::from(isolation.is_sealed));
    let request = match home {
        Home::Program => Request::OpenLinked,
        Home::Library { path, options } => {
            // Paths cross as JSON strings would not: bytes of any kind.
            let path = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
            writer.u32(path.len() as u32);
            writer.bytes.extend_from_slice(path);
            writer.text(options.sha256.as_deref().unwrap_or_default());
            writer.u8(u8::from(options.allow_world_writable));
            Request::Open
        }
    };
    let answer = process.ask(request as u8, &writer.bytes, 0).map_err(start)?;
    let mut reader = Reader::new(&answer);
    let read = match reader.u8() {
        Ok(1) => reader.json::<Vec<Opened>>().map(Ok),
        Ok(0) => reader.json::<Vec<LoadError>>().map(Err),
        _ => Err(Garbled),
    };
    read.unwrap_or_else(|Garbled| Err(start(process.garbled())))
}

/// Reads an answer: what was asked for, or an error.
fn read_answer<T>(
    process: &mut Process,
    answer: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Garbled>,
) -> Result<T, CallError> {
    let mut reader = Reader::new(answer);
    let outcome = match reader.u8() {
        Ok(1) => read(&mut reader).map(Ok),
        Ok(0) => reader.json::<CallError>().map(Err),
        _ => Err(Garbled),
    };
    // An answer is over where it says.
    let outcome = outcome.and_then(|outcome| if reader.is_at_end() { Ok(outcome) } else { Err(Garbled) });
    outcome.unwrap_or_else(|Garbled| Err(process.garbled()))
}
