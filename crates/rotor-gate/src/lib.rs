//! A gate for speed that works on a noisy machine: it counts instructions, not seconds.
//!
//! [`Callgrind`] runs a program under valgrind and returns how many instructions a named part of it took. A [`Baseline`] is a
//! committed file with the accepted counts and every acceptance that led to them, each with its reason and name.
//! [`Baseline::judge`] compares new counts with it.
//!
//! The crate does not print and does not know what is counted: the gate of Rotor itself (`benches`) and `rotor factor bench` both use it.

mod baseline;
mod callgrind;

use std::io;
use std::path::PathBuf;

use rotor_fs::{FsError, shown_path};

pub use baseline::{Acceptance, Baseline, Change, Scope, TOLERANCE, Verdict};
pub use callgrind::Callgrind;

/// What keeps a gate from judging.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// There is no program `valgrind` on the path.
    #[error("valgrind is not installed")]
    NoValgrind,
    /// A program could not be started.
    #[error("cannot start {}: {error}", shown_path(program))]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The program that was counted failed.
    #[error("{what} failed under valgrind:{}", indented(output))]
    Failed {
        /// What was run.
        what: String,
        /// What it said to standard error.
        output: String,
    },
    /// Valgrind succeeded but reported no count.
    #[error("callgrind reported no instruction count for {what}")]
    NoCount {
        /// What was run.
        what: String,
    },
    /// The part that was to be counted was never entered.
    #[error("{what} never enters `{part}`")]
    NeverEntered {
        /// What was run.
        what: String,
        /// The function that was to be counted.
        part: String,
    },
    /// A baseline cannot be read.
    #[error("cannot read the baseline {}: {error}", shown_path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A baseline cannot be written.
    #[error("the baseline is not written: {0}")]
    Write(#[from] FsError),
    /// A baseline cannot be parsed.
    #[error("the baseline {} cannot be understood: {problem}", shown_path(path))]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A count was changed without an acceptance.
    #[error("`{workload}` differs from its accepted entry: {problem}")]
    NotAccepted {
        /// The workload, or `compiler`.
        workload: String,
        /// What stands where, and what was accepted.
        problem: String,
    },
    /// An acceptance without a reason or without a name.
    #[error("an acceptance needs a reason and a name")]
    NoReason,
}

impl GateError {
    /// Returns how to fix it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoValgrind => {
                Some("install it (`apt-get install valgrind`); instructions are counted by it")
            }
            Self::NotAccepted { .. } => {
                Some("take back what was edited by hand; a count changes by an acceptance alone")
            }
            Self::NeverEntered { .. } => Some("the program is to keep its symbols: do not strip it"),
            Self::NoReason => {
                Some("say why the counts may change and who says so: `--reason TEXT --by NAME`")
            }
            Self::Write(error) => error.hint(),
            _ => None,
        }
    }
}

/// Lines of another program, each indented below a sentence of ours.
fn indented(output: &str) -> String {
    output.lines().fold(String::new(), |text, line| text + "\n  " + line)
}
