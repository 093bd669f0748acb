//! The command `rotor`.
//!
//! The only crate that prints. Results go to standard output, everything else to standard error. Exit codes:
//! 0 done, 1 the check failed, 2 bad usage or bad input, 3 a fault of ours.

mod dataset;
mod text;

use std::any::Any;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rotor_data::DataError;

/// Monthly sector rotation, judged on what was known at the time.
#[derive(Debug, Parser)]
#[command(name = "rotor", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check, describe, convert and generate datasets
    #[command(subcommand)]
    Dataset(dataset::Command),
}

/// What a command has to say when it is done.
struct Outcome {
    /// For standard output.
    text: String,
    /// Whether what was checked is sound.
    passed: bool,
}

/// What keeps a command from being done.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    World(#[from] rotor_data::synthetic::SyntheticError),
    #[error("cannot describe the result as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl CliError {
    fn hint(&self) -> Option<&str> {
        match self {
            Self::Data(error) => error.hint(),
            Self::World(error) => Some(error.hint()),
            Self::Json(_) => None,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    std::panic::set_hook(Box::new(|_| {}));
    match catch_unwind(AssertUnwindSafe(|| run(arguments.command))) {
        Ok(Ok(outcome)) => finish(&outcome),
        Ok(Err(error)) => {
            complain(&error);
            ExitCode::from(2)
        }
        Err(panic) => {
            let reason = panic_message(panic.as_ref());
            eprintln!(
                "error: rotor has made a mistake: {reason}\nhint: please report it with the command and the data"
            );
            ExitCode::from(3)
        }
    }
}

fn run(command: Command) -> Result<Outcome, CliError> {
    match command {
        Command::Dataset(command) => dataset::run(command),
    }
}

fn finish(outcome: &Outcome) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(outcome.text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever closes the pipe has read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write to standard output: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::from(!outcome.passed)),
    }
}

fn complain(error: &CliError) {
    eprintln!("error: {error}");
    if let CliError::Data(DataError::Faulty { report, .. }) = error {
        eprintln!("{report}");
    }
    if let Some(hint) = error.hint() {
        eprintln!("hint: {hint}");
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}
