//! The child's side: opens one library, or takes the factors that are part of the program, and answers until nobody asks any more.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use rotor_factor::{ExportedFactor, Value, abi};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::seal::seal;
use super::wire::{Garbled, Reader, Writer};
use super::{Request, Token};
use crate::call::{Functions, Made};
use crate::isolate::Opened;
use crate::load::{LoadOptions, checked_linked, open_after};
use crate::mark::Culprit;
use crate::{Breach, CallError, LibraryFile, LoadError, spec};

/// Serves a factor to the process that started this one; returns when that process has no more questions.
///
/// A program that offers isolation calls this at once if its first argument is
/// [`CHILD_ARGUMENT`](crate::CHILD_ARGUMENT), and then ends. `linked` are the factors that are part of it, in the order in
/// which the parent knows them.
///
/// On Linux the program is started once more: the process in between ends whatever the factor has started.
///
/// # Errors
///
/// If the pipes cannot be set up, or what comes over them makes no sense.
pub fn serve(linked: &'static [&'static ExportedFactor]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    match std::env::args().nth(2).and_then(|keeper| keeper.parse().ok()) {
        None => return super::keeper::keep(),
        Some(keeper) => end_with_keeper(keeper)?,
    }
    #[cfg(not(target_os = "linux"))]
    end_with_parent();
    // The factor gets other descriptors for what it reads and prints, so that it cannot talk into the answers by accident.
    let mut requests = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 10)?);
    let mut answers = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 10)?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    let mut server = Server { linked, factors: Vec::new(), made: None };
    let (mut request, mut number, mut length) = ([0], [0; 8], [0; 8]);
    while read_or_end(&mut requests, &mut request)? {
        requests.read_exact(&mut number)?;
        requests.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        let mut body = Vec::new();
        (&requests).take(length).read_to_end(&mut body)?;
        let answer = server.answer(request[0], &body).map_err(|Garbled| io::ErrorKind::InvalidData)?;
        // It is in the pipe while the factor runs, and in this process only now.
        let mut token = Token::default();
        requests.read_exact(&mut token)?;
        let mut head = Vec::with_capacity(32);
        head.extend_from_slice(&number);
        head.extend_from_slice(&token);
        head.extend_from_slice(&(answer.bytes.len() as u64).to_le_bytes());
        answers.write_all(&head)?;
        answers.write_all(&answer.bytes)?;
    }
    Ok(())
}

/// Reads what is asked for, or finds that nothing is.
fn read_or_end(requests: &mut File, request: &mut [u8]) -> io::Result<bool> {
    match requests.read_exact(request) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends this process when its keeper is gone, even in the middle of a call that never returns.
#[cfg(target_os = "linux")]
fn end_with_keeper(keeper: i32) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    // It may have gone before.
    let is_there = rustix::process::getppid().is_some_and(|parent| parent.as_raw_nonzero().get() == keeper);
    if is_there { Ok(()) } else { Err(io::ErrorKind::NotConnected.into()) }
}

/// Ends this process when its parent is gone, even in the middle of a call that never returns.
#[cfg(not(target_os = "linux"))]
fn end_with_parent() {
    use rustix::process::{Signal, getpid, getppid, kill_process};
    let parent = getppid();
    std::thread::spawn(move || {
        while getppid() == parent {
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
        // Not `exit`: that would run what the library has left to be run, in the middle of its call.
        let _ = kill_process(getpid(), Signal::KILL);
    });
}

struct Server {
    linked: &'static [&'static ExportedFactor],
    factors: Vec<(Functions, &'static [rotor_factor::Parameter])>,
    made: Option<Made>,
}

impl Server {
    fn answer(&mut self, request: u8, body: &[u8]) -> Result<Writer, Garbled> {
        let mut reader = Reader::new(body);
        let mut answer = Writer::default();
        match request {
            open if open == Request::Open as u8 || open == Request::OpenLinked as u8 => {
                let memory_limit = reader.u64()?;
                let may_open_files = reader.u8()? == 1;
                let is_sealed = reader.u8()? == 1;
                limit_memory(memory_limit);
                let opened = if open == Request::Open as u8 {
                    // What is sealed has no way to files that could be forbidden.
                    self.open(&mut reader, may_open_files || is_sealed, is_sealed)?
                } else if is_sealed {
                    Err(vec![LoadError::NotSealed { reason: "it is part of the program".into() }])
                } else {
                    self.take_linked(may_open_files)
                };
                match opened {
                    Ok(opened) => {
                        answer.u8(1);
                        answer.json(&opened);
                    }
                    Err(reasons) => {
                        answer.u8(0);
                        answer.json(&reasons);
                    }
                }
            }
            create if create == Request::Create as u8 => match self.create(&mut reader)? {
                Ok(json) => {
                    answer.u8(1);
                    answer.text(&json);
                }
                Err(error) => {
                    answer.u8(0);
                    answer.json(&error);
                }
            },
            evaluate if evaluate == Request::Evaluate as u8 => {
                let sent = reader.clone();
                let view = reader.view()?;
                let made = self.made.as_ref().ok_or(Garbled)?;
                let mut said = made.evaluate(&view.data());
                // Here it has only itself to harm; loaded into the program it would have been others.
                if !view.is_as_sent(sent)? {
                    said = Err(CallError::Broke(Breach::WroteInputs));
                }
                match said {
                    Ok(signal) => {
                        answer.u8(1);
                        answer.signal(&signal, made.spec());
                    }
                    Err(error) => {
                        answer.u8(0);
                        answer.json(&error);
                    }
                }
            }
            settle if settle == Request::Settle as u8 => match self.made.as_ref().and_then(Made::condemned) {
                None => answer.u8(1),
                Some(error) => {
                    answer.u8(0);
                    answer.json(&error);
                }
            },
            _ => return Err(Garbled),
        }
        Ok(answer)
    }

    fn open(
        &mut self,
        reader: &mut Reader<'_>,
        may_open_files: bool,
        is_sealed: bool,
    ) -> Result<OpenedAll, Garbled> {
        let n = reader.count(1)?;
        let path = (0..n).map(|_| reader.u8()).collect::<Result<Vec<u8>, Garbled>>()?;
        let path = PathBuf::from(std::ffi::OsString::from_vec(path));
        let sha256 = Some(reader.text()?.to_owned()).filter(|hash| !hash.is_empty());
        let options = LoadOptions { sha256, allow_world_writable: reader.u8()? == 1, time_limit: None };
        let file = LibraryFile::look_at(&path, &options);
        let before = |copy: &Path| if is_sealed { seal(copy, &file.bytes) } else { Ok(()) };
        let opened = match open_after(&file, None, before) {
            Ok(opened) => opened,
            Err(refused) => return Ok(Err(refused.reasons)),
        };
        let tables = opened.iter().zip(&file.factors);
        Ok(self.start_all(
            tables.map(|((_, vtable), header)| (*vtable, Culprit::new(&header.build, Some(&path), None))),
            may_open_files,
        ))
    }

    fn take_linked(&mut self, may_open_files: bool) -> OpenedAll {
        let mut tables = Vec::new();
        for factor in self.linked {
            let (_, vtable) = checked_linked(factor).map_err(|error| vec![error])?;
            tables.push((vtable, Culprit::new(factor.build(), None, None)));
        }
        self.start_all(tables.into_iter(), may_open_files)
    }

    /// Starts every factor and takes its documents. What may not open files may not from here on.
    fn start_all(
        &mut self,
        tables: impl Iterator<Item = (&'static abi::VTable, &'static Culprit)>,
        may_open_files: bool,
    ) -> OpenedAll {
        if !may_open_files {
            forbid_files().map_err(|error| vec![LoadError::Start(error)])?;
        }
        let mut documents = Vec::new();
        for (vtable, culprit) in tables {
            let (functions, parameters, opened) =
                start(vtable, culprit).map_err(|error| vec![LoadError::Start(error)])?;
            self.factors.push((functions, parameters));
            documents.push(opened);
        }
        Ok(documents)
    }

    fn create(&mut self, reader: &mut Reader<'_>) -> Result<Result<String, CallError>, Garbled> {
        let position = reader.u32()? as usize;
        let (functions, declared) = *self.factors.get(position).ok_or(Garbled)?;
        let mut given = Vec::new();
        for _ in 0..reader.count(5)? {
            let name = reader.text()?.to_owned();
            let value = match reader.u8()? {
                0 => Value::Flag(reader.u8()? == 1),
                1 => Value::Integer(reader.u64()?.cast_signed()),
                2 => Value::Number(reader.f64()?),
                _ => Value::Text(reader.text()?.to_owned()),
            };
            given.push((name, value));
        }
        Ok(functions.create(declared, given).and_then(|made| {
            let json = made.spec_json()?;
            self.made = Some(made);
            Ok(json)
        }))
    }
}

/// Bounds the address space, and leaves no image of it behind.
fn limit_memory(bytes: u64) {
    let limit = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    // Where a limit cannot be set there is none; the time limit remains.
    let _ = setrlimit(Resource::As, limit(bytes));
    let _ = setrlimit(Resource::Core, limit(0));
}

/// Makes every attempt to open something fail from here on; what is open stays so.
fn forbid_files() -> Result<(), CallError> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Going on without the limit would try nothing and say that all is well.
    setrlimit(Resource::Nofile, none)
        .map_err(|error| CallError::NotStarted { reason: format!("files cannot be forbidden: {error}") })
}

/// The documents of every factor, or why there are none.
type OpenedAll = Result<Vec<Opened>, Vec<LoadError>>;

type Started = (Functions, &'static [rotor_factor::Parameter], Opened);

/// Starts a factor and takes its documents.
fn start(vtable: &'static abi::VTable, culprit: &'static Culprit) -> Result<Started, CallError> {
    let functions = Functions::start(vtable, culprit)?;
    let json = functions.parameters_json()?;
    let parameters = spec::read_parameters(&json).map_err(CallError::Broke)?;
    let spec = functions.create(parameters, [])?.spec_json()?;
    Ok((functions, parameters, Opened { parameters: json, spec }))
}
