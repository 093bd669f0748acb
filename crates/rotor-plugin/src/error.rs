//! Why a library is refused, and why a call gives no signal.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use rotor_factor::{FactorError, abi};
use serde::{Deserialize, Serialize};

use crate::chinese;

/// Why a file is not loaded. `Display` says what is wrong, [`LoadError::hint`] how to fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read, or is not a file.
    #[error("it cannot be read: {reason}")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// The file is larger than any factor.
    #[error("it has {n_bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        n_bytes: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// Anybody on the machine can change the file.
    #[error("{what} can be changed by any user of the machine")]
    WorldWritable {
        /// The file or its folder.
        what: String,
    },
    /// The file is not the one that the configuration pins.
    #[error("its SHA-256 is {found}, and {expected} is pinned")]
    WrongHash {
        /// The hash in the configuration.
        expected: String,
        /// The hash of the file.
        found: String,
    },
    /// The file is not a shared library.
    #[error("it is not a shared library: {reason}")]
    NotALibrary {
        /// What the parser says.
        reason: String,
    },
    /// The library is for another kind of machine.
    #[error("it was built for {found}, and this is {expected}")]
    OtherMachine {
        /// The machine of the library.
        found: String,
        /// This machine.
        expected: String,
    },
    /// The library exports no factor.
    #[error("it is a shared library that exports no factor: no symbol begins with `{}`", abi::SYMBOL_PREFIX)]
    NoFactor,
    /// A symbol has the name of a factor but is not one.
    #[error("its symbol `{symbol}` does not begin as a factor does")]
    WrongMagic {
        /// The symbol.
        symbol: String,
    },
    /// Another major version of the boundary.
    #[error(
        "`{build}` speaks version {major}.{minor} of the boundary and this Rotor version {}.{}: the {} is older",
        abi::ABI_MAJOR,
        abi::ABI_MINOR,
        if *major < abi::ABI_MAJOR { "factor" } else { "Rotor" }
    )]
    OtherAbi {
        /// What was built by what.
        build: String,
        /// The major version of the factor.
        major: u32,
        /// The minor version of the factor.
        minor: u32,
    },
    /// A panic in the factor would end the process.
    #[error("`{build}` was built with `panic = \"abort\"`: a panic in it would end the process")]
    PanicAborts {
        /// What was built by what.
        build: String,
    },
    /// The header or the table of functions is incomplete.
    #[error("`{build}` is malformed: {reason}")]
    Malformed {
        /// What was built by what.
        build: String,
        /// What is not as it must be.
        reason: String,
    },
    /// Two factors of one file have one name.
    #[error("it exports two factors named `{name}`")]
    DuplicateFactor {
        /// The name.
        name: String,
    },
    /// The system's loader refuses the file.
    #[error("the system's loader refuses it: {reason}")]
    Loader {
        /// What it says.
        reason: String,
    },
    /// The private copy cannot be written.
    #[error("a private copy cannot be written to {}: {reason}", folder.display())]
    Cache {
        /// Where the copy was to be.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The process cannot be sealed as was asked for.
    #[error("it cannot be sealed: {reason}")]
    NotSealed {
        /// What the kernel does not allow or have, or what is open already.
        reason: String,
    },
    /// The factor fails before its first day.
    #[error("the factor does not start: {0}")]
    Start(CallError),
}

impl LoadError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => "give the path of a built library, such as target/release/libmy_factor.so".into(),
            Self::TooLarge { .. } => "build it in release mode without debug information".into(),
            Self::WorldWritable { .. } => "remove the permission (`chmod o-w`), or allow this file by name".into(),
            Self::WrongHash { .. } => "rebuild the library that was pinned, or pin the new hash after reading what has changed".into(),
            Self::NotALibrary { .. } => "give the `.so` or `.dylib` that `cargo build --release` has made".into(),
            Self::OtherMachine { .. } => "build the factor on this machine".into(),
            Self::NoFactor => "call `export_factor!` in the crate and give it `crate-type = [\"rlib\", \"cdylib\"]`".into(),
            Self::WrongMagic { .. } => "export factors with `export_factor!` only".into(),
            Self::OtherAbi { major, .. } if *major < abi::ABI_MAJOR => format!(
                "rebuild it with the crate `rotor-factor` of this Rotor: `cargo update -p rotor-factor` and `cargo build --release` (boundary {}.x)",
                abi::ABI_MAJOR
            ),
            Self::OtherAbi { major, .. } => format!("use a Rotor whose boundary is {major}.x, or rebuild the factor with the crate `rotor-factor` of this one"),
            Self::PanicAborts { .. } => "remove `panic = \"abort\"` from the profile it is built with".into(),
            Self::Malformed { .. } => "export it by `export_factor!`, or see `rotor_factor.h` for what a factor in another language exports".into(),
            Self::DuplicateFactor { .. } => "give one of them another name in its `spec`".into(),
            Self::Loader { .. } => "link what is missing into the library".into(),
            Self::Cache { .. } => "set ROTOR_CACHE_DIR to a folder that can be written to".into(),
            Self::NotSealed { .. } => {
                "sealing takes Linux 5.13 or later with Landlock and seccomp, on x86-64 or Arm; `isolate = true` holds less".into()
            }
            Self::Start(error) => return error.hint(),
        })
    }
}

/// Why a call gives no signal. `Display` says what is wrong, [`CallError::hint`] how to fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CallError {
    /// The factor says so.
    #[error("{message}")]
    Refused {
        /// What it says.
        message: String,
        /// How to mend it.
        hint: Option<String>,
        /// The identifier of what is wrong, if it gives one.
        code: Option<String>,
        /// What it says, in Chinese, if it does.
        message_zh: Option<String>,
    },
    /// The factor has panicked; the panic was caught on its side.
    #[error("it panicked: {message}{}", at(place.as_deref()))]
    Panicked {
        /// What the panic says.
        message: String,
        /// Where in its source.
        place: Option<String>,
    },
    /// What the factor gave is not what the contract allows.
    #[error("it broke the contract: {0}")]
    Broke(Breach),
    /// The factor returned a status that does not exist.
    #[error("it returned the status {status}, which does not exist")]
    UnknownStatus {
        /// The status.
        status: i32,
    },
    /// The process of an isolated factor has ended.
    #[error("its process ended: {how}{}", last_words(said))]
    Died {
        /// By which signal or exit code.
        how: String,
        /// The last lines that it wrote to standard error.
        said: String,
    },
    /// An isolated factor took too long, and was ended.
    #[error("it took longer than {}", seconds(*limit))]
    TimedOut {
        /// The time that it had.
        limit: Duration,
    },
    /// The process of an isolated factor cannot be started.
    #[error("its process cannot be started: {reason}")]
    NotStarted {
        /// What the system says.
        reason: String,
    },
    /// What came from the process of an isolated factor is not the answer to what it was asked. Nothing that it says can be
    /// trusted from then on.
    #[error("{0}; it is not asked again in this run")]
    FalseAnswer(AnswerFault),
    /// An isolated factor failed so often in a row that it is no longer called.
    #[error("it is no longer asked after {n_failures} failures in a row; the last: {last}")]
    GivenUp {
        /// How often it failed.
        n_failures: u32,
        /// The last failure.
        last: Box<CallError>,
    },
}

impl CallError {
    /// Takes what the kit says of a factor.
    pub(crate) fn of(error: &FactorError) -> Self {
        Self::Refused {
            message: error.to_string(),
            hint: error.hint().map(Into::into),
            code: error.code().map(Into::into),
            message_zh: error.text_zh().map(Into::into),
        }
    }

    /// Returns the identifier of what is wrong, for programs; `None` if the factor gave a text alone.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        Some(match self {
            Self::Refused { code, .. } => return code.as_deref(),
            Self::Panicked { .. } => "panicked",
            Self::Broke(_) => "broke_contract",
            Self::UnknownStatus { .. } => "unknown_status",
            Self::Died { .. } => "process_died",
            Self::TimedOut { .. } => "timed_out",
            Self::NotStarted { .. } => "not_started",
            Self::FalseAnswer(_) => "false_answer",
            Self::GivenUp { .. } => "given_up",
        })
    }

    /// Returns in Chinese what is wrong; `None` if the factor gave a text in another language alone.
    #[must_use]
    pub fn text_zh(&self) -> Option<String> {
        chinese::of_call(self)
    }

    /// Returns how to mend it, if there is a general answer.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { hint, .. } => hint.clone(),
            Self::Panicked { .. } => {
                Some("a factor returns an error, or withholds a sector's score with a reason".into())
            }
            Self::Broke(breach) => breach.hint().map(Into::into),
            Self::UnknownStatus { .. } => Some("return OK, FAILED or PANICKED of `rotor_factor.h`".into()),
            Self::Died { said, .. } if said.contains("memory allocation of") => {
                Some("let it use less memory, or raise `memory_limit`".into())
            }
            Self::Died { .. } => {
                Some("run the factor's own tests; `rotor factor check` tries it alone".into())
            }
            Self::TimedOut { .. } => Some("make it faster, or raise `time_limit`".into()),
            Self::NotStarted { .. } => None,
            Self::FalseAnswer(AnswerFault::OtherSpec) => {
                Some("declare the same inputs, reasons and scale at every start".into())
            }
            Self::FalseAnswer(_) => Some(
                "a library speaks through the output that it is given, and touches no other descriptor"
                    .into(),
            ),
            Self::GivenUp { last, .. } => last.hint(),
        }
    }

    /// Tells whether an isolated factor is not asked again in this run.
    #[must_use]
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::FalseAnswer(_) | Self::Broke(Breach::TooMuchInRun { .. } | Breach::OutsideCall))
    }

    /// Tells whether the process of an isolated factor is lost.
    #[must_use]
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self, Self::Died { .. } | Self::TimedOut { .. } | Self::NotStarted { .. })
    }
}

/// How an answer shows that it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AnswerFault {
    /// It does not carry the token of its request, which Rotor's part of the process alone is given.
    #[error("an answer came without the token of its request: something else in its process wrote it")]
    Forged,
    /// It answers an earlier request.
    #[error("its process answered request {answered} when request {asked} was asked")]
    Earlier {
        /// The number of the request that it answers.
        answered: u64,
        /// The number of the request that was asked.
        asked: u64,
    },
    /// There is more than the answer: a second one, or other bytes.
    #[error("its process wrote more than the answer to request {asked}")]
    Second {
        /// The number of the request.
        asked: u64,
    },
    /// It has a token and no sense.
    #[error("its process gave an answer that makes no sense")]
    Senseless,
    /// The factor describes itself in another way after its process was started again.
    #[error("its spec is another since its process was started again")]
    OtherSpec,
}

/// What a factor gave that the contract does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Breach {
    /// It gave no scores.
    NoScores,
    /// It gave scores twice.
    ScoresTwice,
    /// It gave too few or too many values.
    Length {
        /// What it gave.
        what: String,
        /// How many values.
        given: usize,
        /// How many there are to be.
        expected: usize,
    },
    /// A value is infinite or not a number.
    NotFinite {
        /// Which value, of whom.
        what: String,
        /// The value.
        value: String,
    },
    /// A score lies outside the declared range.
    OutOfRange {
        /// Whose score.
        sector: String,
        /// The score.
        score: String,
        /// The range.
        range: String,
    },
    /// A score of a factor of points is none.
    NoPoint {
        /// Whose score.
        sector: String,
        /// The score.
        score: String,
    },
    /// A sector has neither a score nor a reason.
    NoReason {
        /// The sector.
        sector: String,
    },
    /// It names an entity or a period that the view does not have.
    Unknown {
        /// What it speaks of.
        what: String,
    },
    /// It gave more output than is allowed.
    TooMuch {
        /// What it gave.
        what: String,
        /// How much.
        given: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// Over all days of a run it gave more output than is allowed.
    TooMuchInRun {
        /// What it gave.
        what: String,
        /// How much so far.
        given: usize,
        /// The most that is taken in one run.
        limit: usize,
    },
    /// A name or a text is not what it must be.
    BadText {
        /// Which text, and what is wrong with it.
        what: String,
    },
    /// It has delivered after its call was over, or from another thread than the one that was called.
    OutsideCall,
    /// It has changed how its thread computes with floating-point numbers: rounding, denormals, traps.
    FloatingPoint,
    /// It has written to what it was shown.
    WroteInputs,
    /// The document that describes it is wrong.
    BadSpec {
        /// What is wrong.
        reason: String,
    },
}

impl Breach {
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoScores | Self::ScoresTwice | Self::Length { .. } => {
                "give one score a sector of the view, once; make the signal by `Signal::new(view)` at every call"
            }
            Self::NotFinite { .. } => "withhold a score that cannot be computed and give the reason",
            Self::OutOfRange { .. } => "score from 1 to 3, or declare the range by `Spec::scores_in`",
            Self::NoPoint { .. } => {
                "score 1, 2 or 3, or declare the scale `continuous` by `Spec::scale(Scale::Continuous)`"
            }
            Self::NoReason { .. } => "give the reason with `Signal::withhold`",
            Self::Unknown { .. } => "take positions from the view of the same call",
            Self::TooMuchInRun { .. } => "give fewer rows a day, and tables only when the view wants them",
            Self::OutsideCall => {
                "give scores, reasons, tables and texts before the call returns, on the thread that was called"
            }
            Self::FloatingPoint => {
                "restore the control registers before the call returns; `-ffast-math` and some start-up code change them"
            }
            Self::WroteInputs => "copy what is to be changed",
            Self::TooMuch { .. } | Self::BadText { .. } | Self::BadSpec { .. } => return None,
        })
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScores => f.write_str("it gave no scores"),
            Self::ScoresTwice => f.write_str("it gave scores twice"),
            Self::Length { what, given, expected } => {
                write!(f, "it gave {given} {what}, {expected} are expected")
            }
            Self::NotFinite { what, value } => write!(f, "{what} is {value}"),
            Self::OutOfRange { sector, score, range } => {
                write!(f, "the score of `{sector}` is {score}, outside {range}")
            }
            Self::NoPoint { sector, score } => {
                write!(
                    f,
                    "the score of `{sector}` is {score}: a factor of scale `points` gives 1, 2, 3 or none"
                )
            }
            Self::NoReason { sector } => {
                write!(f, "`{sector}` has no score, or one that is not a number, and no reason for it")
            }
            Self::Unknown { what } => write!(f, "there is no {what}"),
            Self::TooMuch { what, given, limit } => write!(f, "{given} {what} are more than {limit}"),
            Self::TooMuchInRun { what, given, limit } => {
                write!(
                    f,
                    "{given} {what} are more than the {limit} of one run; it is not asked again in this run"
                )
            }
            Self::BadText { what } => f.write_str(what),
            Self::OutsideCall => f.write_str(
                "it delivered after its call was over, or from another thread than the one that was called: which \
                 of its answers are of which day cannot be known",
            ),
            Self::FloatingPoint => f.write_str(
                "it changed how its thread computes with floating-point numbers, which was undone",
            ),
            Self::WroteInputs => f.write_str("it wrote to its inputs"),
            Self::BadSpec { reason } => write!(f, "its spec cannot be used: {reason}"),
        }
    }
}

impl std::error::Error for Breach {}

fn at(place: Option<&str>) -> String {
    place.map_or(String::new(), |place| format!(" (at {place})"))
}

fn last_words(said: &str) -> String {
    last_line(said).map_or(String::new(), |line| format!("; it said: {line}"))
}

/// The line that says most of what a lost process wrote: the one in which its runtime gives the reason, else the last.
pub(crate) fn last_line(said: &str) -> Option<&str> {
    let gives_reason = |line: &&str| {
        ["memory allocation of", "fatal runtime error", "panicked at"].iter().any(|word| line.contains(word))
    };
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    lines().find(gives_reason).or_else(|| lines().next_back())
}

/// Writes a duration as people say it.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration.as_millis().is_multiple_of(1000) {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
