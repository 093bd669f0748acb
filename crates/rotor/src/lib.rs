//! Monthly sector rotation, replayed as it was known at the time and judged with honest statistics.
//!
//! This is the one library behind the command line, the tests and every other program. A [`Dataset`] is what was public and since
//! when, a [`Config`] says what is run, a [`Catalogue`] makes the factors of it, and a [`Session`] holds the three against each
//! other. From a session come a [`Run`] (rows, metrics, record; in memory or as a folder) and a [`Note`]. [`verify()`],
//! [`compare()`], [`leakcheck()`], [`GoldenCases`] and [`trials_of`] look at runs, factors and what was tried.
//!
//! ```no_run
#![doc = include_str!("../examples/first_run.rs")]
//! ```
//!
//! A library does to a process what it is asked to, and nothing else: it prints nothing, installs no handlers unless
//! [`Catalogue::explaining_crashes`] says so, starts no program unless [`Catalogue::isolating_in`] names one, writes to no ledger
//! unless [`LedgerChoice`] names one, and uses the threads of rayon's current pool. Progress and stopping are one argument, a
//! [`Watch`]. A program whose libraries may change the working folder calls [`note_start`] first: relative places are then meant
//! from where it was started. Every error is an enum with a way to mend it; [`Error`] holds them all.

mod assumed_days;
mod config;
mod dataset_warnings;
mod demo;
mod error;
mod factors;
mod golden;
mod index;
mod leakcheck;
mod ledger;
mod note;
mod record;
mod releases;
mod run;
mod session;
mod text;
mod trials;
mod verify;
mod weekly;

pub use config::{ConfigError, ResolvedConfig, read_config_file, resolve_config, set_keys};
pub use demo::{DEMO_FOLDER, DatasetFolder, DemoError};
pub use error::Error;
pub use factors::{
    Catalogue, FactorError, FactorSet, Loading, RunFactor, default_config, is_library, library_path,
    serve_isolated,
};
pub use golden::{Acceptance, Accepted, GoldenCases, GoldenError, GoldenFinding};
pub use index::{NOTE_FILE, NOTE_PAGE, WEEKLY_FILE, WEEKLY_PAGE, index, index_page};
pub use leakcheck::{LeakFindings, LeakcheckError, leakcheck, sealed_note};
pub use ledger::{LedgerChoice, trial_data};
pub use note::Note;
pub use record::{dataset_record, engine_record};
pub use run::{REPORT_FILE, Run};
pub use session::{Notice, Session};
pub use trials::{
    BestTrial, DatasetTrials, StrategyTrial, SweepTrials, TrialsVerdict, trials_by_dataset, trials_of,
};
pub use verify::{Obstacle, Reproduction, Verification, VerifyError, VerifyOptions, verify};
pub use weekly::Weekly;

pub use rotor_compare::{Comparison, compare};
pub use rotor_data::{DataError, Dataset};
pub use rotor_engine::{BacktestError, MissingInput, Progress, Unwatched, Watch};
pub use rotor_fs::note_start;
pub use rotor_report::words::Lang;
pub use rotor_run::{
    Config, Destination, Metrics, RunError, RunRecord, Warning, ledger as trial_ledger, metrics, portfolio,
};
