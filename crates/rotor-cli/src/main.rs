//! The command `rotor`.
//!
//! The only crate that prints. Results go to standard output, everything else to standard error. Exit codes:
//! 0 done, 1 the check failed, 2 bad usage or bad input, 3 a fault of ours or too little memory, threads or open files, 130 told to stop.

mod chromium;
mod compare;
mod dataset;
mod factor;
mod files;
mod golden;
mod import;
mod index;
mod reference;
mod report;
mod run;
mod shortage;
mod sweep;
mod terminal;
mod trials;

use std::any::Any;
use std::fs::File;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, Parser, Subcommand};
use rotor::Catalogue;
use rotor_fs::{FileDestination, FsError, shown};
use rotor_import::ImportError;
use rotor_report::text;

use crate::shortage::{Shortage, Watched};

#[global_allocator]
static MEMORY: Watched = Watched;

/// Backtests of monthly sector rotation on point-in-time data
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
    /// List, inspect, make and check factors
    #[command(subcommand)]
    Factor(factor::Command),
    /// Replay history month by month on point-in-time data, hold the top sectors and write a run folder
    ///
    /// Without flags it runs the four factors of the method on the demo dataset.
    Backtest(Box<run::backtest::Backtest>),
    /// Write a configuration file with every key, its default and its meaning
    Init(run::init::Init),
    /// Look for look-ahead in every factor of a run and in the dataset
    ///
    /// Exit code 0 if none is found, 1 if some is, 2 if it cannot be checked.
    Leakcheck(Box<run::leakcheck::Leakcheck>),
    /// Verify a run folder: checksums and reproduction
    ///
    /// Exit code 0 if every file matches its checksum and a repeated run gives the same bytes, 1 if not or if the run cannot be
    /// repeated, 2 if there is no run folder.
    Verify(run::verify::Verify),
    /// Compare two run folders: inputs, scores, selected sectors, returns, metrics and the headline; or two saved notes
    /// or weeklies
    ///
    /// Exit code 0 if the results are the same, 1 if they differ, 2 if a folder cannot be read.
    Compare(compare::Compare),
    /// Check golden backtests against their accepted results
    #[command(subcommand)]
    Golden(golden::Command),
    /// Accept the present result of a golden backtest, with a reason and a name
    Accept(golden::accept::Accept),
    /// Write the monthly note: the sectors selected on a day, and why
    Note(run::note::NoteCommand),
    /// Write the weekly: what became public in the week, what moved, and where things stand
    Weekly(run::weekly::WeeklyCommand),
    /// Print the flags of every verb for the page of the command line
    #[command(hide = true)]
    HelpMarkdown,
    /// Write the report of a run folder as one HTML page, or as PDF
    Report(report::Report),
    /// Write a page over a folder of runs and saved notes: key figures, net values, and which settings differ
    Index(index::IndexCommand),
    /// Make a dataset of the files that you have, by a plan that says what they hold and since when it was known
    ///
    /// Exit code 0 if the dataset is made, 2 if the plan or a file is at fault; then nothing is written.
    Import(import::ImportCommand),
    /// Try thousands of settings on shared scores, and judge each as one of so many
    #[command(subcommand)]
    Sweep(sweep::Command),
    /// List the strategies tried on a dataset and test the best one against luck
    Trials(trials::TrialsCommand),
}

/// What a command has to say when it is done.
struct Outcome {
    /// For standard output.
    text: String,
    /// Whether what was checked is sound.
    passed: bool,
}

impl Outcome {
    fn done(text: String) -> Self {
        Self { text, passed: true }
    }
}

/// What keeps a command from being done.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Library(rotor::Error),
    #[error(transparent)]
    World(#[from] rotor_synthetic::SyntheticError),
    #[error("cannot describe the result as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Check(#[from] rotor_engine::CheckError),
    #[error(transparent)]
    File(#[from] FsError),
    #[error("there is no ledger of trials: {reason}")]
    NoLedger { reason: &'static str },
    #[error("cannot start the threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[error(transparent)]
    Scaffold(FsError),
    #[error(transparent)]
    Gate(#[from] rotor_gate::GateError),
    #[error("the instructions of an isolated factor cannot be counted: valgrind sees one process")]
    CountIsolated,
    #[error("the process that watches over libraries cannot be started: {0}")]
    Supervise(#[source] io::Error),
    #[error(transparent)]
    Export(#[from] rotor_export::ExportError),
    #[error("`--format {format}` is not text and is not printed")]
    NeedsFile { format: &'static str },
    #[error("`{}` is not the document of a {kind}: {source}", rotor_fs::shown_path(path))]
    SavedPage { kind: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "`{}` is a {} and `{}` is a {}", rotor_fs::shown_path(&before.1), before.0, rotor_fs::shown_path(&after.1), after.0
    )]
    TwoKinds { before: (&'static str, PathBuf), after: (&'static str, PathBuf) },
    #[error("cannot read the plan {}: {source}", rotor_fs::shown_path(path))]
    PlanFile { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Sweep(rotor_sweep::SweepError),
    #[error("`--trial` names everything but the dataset, and `{0}` is given beside it")]
    TrialAndSettings(String),
    #[error("`{0}` is not DIR#ID, the folder of a sweep and a trial of it")]
    NotATrial(String),
    #[error("one plan is imported at a time")]
    ManyPlans,
    #[error("no recipe is called `{}`", rotor_fs::shown(name))]
    NoRecipe { name: String, nearest: Option<&'static str> },
    #[error("no recipe says in which currency the closes are")]
    NoCurrency,
    #[error("the recipe `{recipe}` has no files to read")]
    NoFiles { recipe: &'static str },
    #[error("the name of the file `{}` is not UTF-8", rotor_fs::shown_path(path))]
    FileName { path: PathBuf },
    #[error("cannot find out the path of this program: {0}")]
    Program(#[source] io::Error),
    #[error("there is no Chromium to print with")]
    NoChromium,
    #[error("`{program}` printed nothing: {reason}")]
    NotPrinted { program: String, reason: String },
    #[error("cannot prepare the page for printing: {0}")]
    Print(#[source] io::Error),
}

/// Errors of the library are errors of the command.
macro_rules! library_errors {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::Library(error.into())
            }
        })+
    };
}

library_errors!(
    rotor::Error,
    rotor::BacktestError,
    rotor::ConfigError,
    rotor::DataError,
    rotor::DemoError,
    rotor::FactorError,
    rotor::GoldenError,
    rotor::LeakcheckError,
    rotor::RunError,
    rotor::VerifyError,
    rotor::trial_ledger::LedgerError,
);

/// An error of the library is told as such wherever it comes from.
impl From<rotor_sweep::SweepError> for CliError {
    fn from(error: rotor_sweep::SweepError) -> Self {
        match error {
            rotor_sweep::SweepError::Library(error) => Self::Library(error),
            rotor_sweep::SweepError::File(error) => Self::File(error),
            error => Self::Sweep(error),
        }
    }
}

impl From<rotor_run::sweep::SweepFolderError> for CliError {
    fn from(error: rotor_run::sweep::SweepFolderError) -> Self {
        rotor_sweep::SweepError::from(error).into()
    }
}

impl CliError {
    /// How to mend it, a line each.
    fn hints(&self) -> Vec<String> {
        if let Some(shortage) = Shortage::behind(self) {
            return vec![shortage.hint().into()];
        }
        let hint = match self {
            Self::Library(error) => return error.hints(),
            Self::World(error) => Some(error.hint().into()),
            Self::File(FsError::Exists { .. }) => {
                Some("give another name, or replace it by `--force`".into())
            }
            Self::Scaffold(FsError::Exists { .. }) => {
                Some("give another name, or another folder by `--dir`".into())
            }
            Self::File(error) | Self::Scaffold(error) => error.hint().map(Into::into),
            Self::Gate(error) => error.hint().map(Into::into),
            Self::CountIsolated => Some("leave `--isolate` out".into()),
            Self::NoChromium => Some(
                "install Chromium or Chrome (Debian: `apt install chromium`), or open the HTML page and print it".into(),
            ),
            Self::NotPrinted { .. } => Some("write the page by `--format html` and print it in a browser".into()),
            Self::NoLedger { .. } => Some("name one by `--ledger FILE`".into()),
            Self::Export(error) => error.hint().map(Into::into),
            Self::NeedsFile { .. } => Some("name a file by `--out FILE`".into()),
            Self::Import(error) => error.hint().map(Into::into),
            Self::Sweep(error) => return error.hints(),
            Self::TrialAndSettings(_) => Some("leave it out: the trial has its settings".into()),
            Self::NotATrial(_) => Some("such as `sweeps/first#17` or `sweeps/first#3fa92c41`".into()),
            Self::ManyPlans => Some("name one plan, or begin with a recipe: RECIPE FILE… RECIPE FILE…".into()),
            Self::NoRecipe { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Self::NoRecipe { nearest: None, .. } => Some("`rotor import recipes` lists them".into()),
            Self::NoCurrency => Some("name it by `--currency CNY`".into()),
            Self::NoFiles { .. } => Some("name them behind it".into()),
            Self::TwoKinds { .. } => Some(
                "compare two run folders, or two pages saved by `rotor note --save DIR` or `rotor weekly --save DIR`".into(),
            ),
            _ => None,
        };
        hint.into_iter().collect()
    }
}

/// Ends at once, without the exit handlers and destructors of libraries that were loaded: one could hang, or change the exit code.
fn main() -> ! {
    shortage::keep_freed_memory();
    // Without a folder to work in, relative places fail where they are used.
    let _ = rotor::note_start();
    if let Some(code) = rotor::serve_isolated(&Catalogue::built_in()) {
        rotor_plugin::end_process(i32::from(code));
    }
    let code = command();
    let _ = io::stderr().flush();
    rotor_plugin::end_process(i32::from(code))
}

impl Command {
    /// Whether a library may be loaded into this process. A configuration file may name one, as may every golden case; the other commands are
    /// told by their arguments, and run without a process that watches if they are not.
    fn may_load(&self) -> bool {
        match self {
            Self::Backtest(arguments) => arguments.may_load(),
            Self::Leakcheck(arguments) => arguments.may_load(),
            Self::Note(arguments) => arguments.may_load(),
            Self::Weekly(arguments) => arguments.may_load(),
            Self::Verify(arguments) => arguments.may_load(),
            Self::Factor(command) => command.may_load(),
            Self::Sweep(command) => command.may_load(),
            Self::Golden(_) | Self::Accept(_) => true,
            _ => false,
        }
    }
}

/// Does what the arguments say, and returns the exit code.
fn command() -> u8 {
    Watched::speak();
    let arguments = Arguments::try_parse().unwrap_or_else(|error| refuse_usage(error));
    // Before there is a thread: from here on this is another process.
    if arguments.command.may_load()
        && let Err(error) = rotor_plugin::supervise()
    {
        complain(&CliError::Supervise(error));
        return shortage::EXIT_CODE;
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
    // Told to stop (Ctrl-C, `kill`), nothing half-made is left behind. Without the handler the run goes on.
    let _ = ctrlc::set_handler(|| {
        rotor_fs::remove_unfinished_within(Duration::from_secs(5));
        // Nobody may read it any more, and then there is nothing to wait for.
        rotor_plugin::say_at_once("stopped; nothing half-made is left behind\n");
        rotor_plugin::end_process(130);
    });
    // A library that prints must not write into the results.
    let stdout = match rotor_plugin::take_stdout() {
        Ok(stdout) => stdout,
        Err(error) => {
            terminal::say("error", format_args!("standard output cannot be used: {error}"));
            return if Shortage::of(&error).is_some() { shortage::EXIT_CODE } else { 2 };
        }
    };
    match catch_unwind(AssertUnwindSafe(|| run(arguments.command))) {
        Ok(Ok(outcome)) => finish(&outcome, stdout),
        Ok(Err(error)) => {
            complain(&error);
            if Shortage::behind(&error).is_some() { shortage::EXIT_CODE } else { 2 }
        }
        Err(panic) => {
            let place = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
            let place = place.as_deref().unwrap_or("an unknown place");
            let reason = panic_message(panic.as_ref());
            let version = env!("CARGO_PKG_VERSION");
            terminal::say("error", format_args!("internal error at {place}: {reason}"));
            terminal::say(
                "hint",
                format_args!(
                    "this is a fault of rotor {version}; please report it with this message, the command and the data"
                ),
            );
            3
        }
    }
}

/// Where the last panic was: of a factor that was caught, or the one that ends the program.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// The factors of this program. Isolated ones run in this program again; a library that crashes is named.
fn catalogue() -> Result<Catalogue, CliError> {
    let program = std::env::current_exe().map_err(CliError::Program)?;
    Ok(Catalogue::built_in().isolating_in(program).explaining_crashes())
}

/// Starts the threads of this process, so that too few are known before anything is done.
fn start_threads(command: &Command) -> Result<(), CliError> {
    let threads = match command {
        Command::Backtest(arguments) => arguments.threads,
        Command::Leakcheck(arguments) => arguments.threads,
        Command::Verify(arguments) => arguments.threads,
        Command::Sweep(command) => command.threads(),
        _ => None,
    };
    let pool = rayon::ThreadPoolBuilder::new();
    let pool =
        threads.map_or(pool, |threads| rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)));
    Ok(pool.build_global()?)
}

fn run(command: Command) -> Result<Outcome, CliError> {
    start_threads(&command)?;
    match command {
        Command::Dataset(command) => dataset::run(command),
        Command::Factor(command) => factor::run(command),
        Command::Backtest(arguments) => run::backtest::run(&arguments),
        Command::Init(arguments) => run::init::run(&arguments),
        Command::Leakcheck(arguments) => run::leakcheck::run(&arguments),
        Command::Note(arguments) => run::note::run(&arguments),
        Command::Weekly(arguments) => run::weekly::run(&arguments),
        Command::HelpMarkdown => {
            let mut program = Arguments::command();
            program.build();
            Ok(reference::run(&program))
        }
        Command::Report(arguments) => report::run(&arguments),
        Command::Index(arguments) => index::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Trials(arguments) => trials::run(&arguments),
        Command::Sweep(command) => sweep::run(&command),
        Command::Verify(arguments) => run::verify::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Golden(command) => golden::run(&command),
        Command::Accept(arguments) => golden::accept::run(&arguments),
    }
}

fn finish(outcome: &Outcome, mut stdout: File) -> u8 {
    match stdout.write_all(terminal::result(&outcome.text).as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever closes the pipe has read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            terminal::say("error", format_args!("cannot write to standard output: {error}"));
            2
        }
        _ => u8::from(!outcome.passed),
    }
}

/// Ends the program after arguments that cannot be used, or prints the help that they ask for.
fn refuse_usage(mut error: clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    // It repeats the arguments, whose line feeds are not ours.
    let repeated: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(shown(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(|text| shown(text)).collect())))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in repeated {
        error.insert(kind, value);
    }
    terminal::say_lines(error.render().to_string().trim_end());
    std::process::exit(error.exit_code());
}

fn complain(error: &CliError) {
    match error {
        // Their lines are ours.
        CliError::Import(ImportError::Faulty(faults)) => {
            terminal::say("error", "the plan or its files are at fault, and nothing is written");
            terminal::say_lines(faults);
        }
        CliError::Import(ImportError::Plan(reason)) => {
            terminal::say("error", "the plan cannot be read");
            terminal::say_lines(reason.to_string().trim_end());
        }
        error => terminal::say("error", error),
    }
    if let CliError::Library(error) = error
        && let Some(faults) = error.faults()
    {
        terminal::say_lines(faults);
    }
    for hint in error.hints() {
        terminal::say("hint", hint);
    }
}

/// Where a file goes that is replaced only if the user says so by `--force`.
fn file_destination(path: &Path, is_forced: bool) -> Result<FileDestination, FsError> {
    if is_forced { FileDestination::replacing(path) } else { FileDestination::new(path) }
}

fn to_json(value: &impl serde::Serialize) -> Result<String, CliError> {
    Ok(terminal::json(serde_json::to_string_pretty(value)?) + "\n")
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}
