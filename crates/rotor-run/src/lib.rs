//! The run folder: what a replay gave, as a value and as files.
//!
//! [`Run`] is the value: facts row by row, in a fixed order, with months and sectors by position. [`write()`] makes a folder of it,
//! whole or not at all, and [`read()`] makes the value of a folder. [`RunRecord`] is its `run.json`, [`Metrics`] its `metrics.json`:
//! each is written from and read into the same structures. [`ledger`] is the file in which every run leaves a line,
//! [`portfolio`] has the names of the portfolios.
//!
//! The crate computes nothing and does not print.

mod config;
mod error;
pub mod ledger;
pub mod metrics;
mod note;
pub mod portfolio;
mod read;
mod record;
mod rows;
mod sheets;
pub mod sweep;
mod tables;
mod warning;
mod weekly;
mod write;

pub use config::{
    Config, ConfigFault, ConfigFaults, FactorConfig, FaultKind, Isolate, KEYS, KeptTables, Key, MissingScore,
    OnError, OnMissingInput, Rebalance, RiskFree, Setting, Ties, TradeDay, WeeklySettings, Weights,
    config_from_json, plain_toml, read_config, settings,
};
pub use error::{ColumnFault, RunError, TableFault};
pub use metrics::Metrics;
pub use note::{
    AnnouncedRelease, Awaited, NextRelease, NoSignal, NoTrack, Note, NoteDataset, NoteDay, NoteFactor,
    NoteHistory, NoteSector, OverdueSeries, Releases, ReportDeadline, SeriesHistory, Track,
};
pub use read::{Change, ChangedFile, FolderCheck, RunFolder, RunSummary, check_files, read, read_summary};
pub use record::{
    ColumnRecord, ConfigRecord, DatasetRecord, EngineRecord, ExecutionsRecord, FORMAT, FactorRecord,
    FileRecord, LedgerAbsence, ReportLanguage, ReportRecord, RunRecord, TableRecord, TextRecord,
    TrialsRecord, TrialsSource, WordRecord,
};
pub use rows::{
    Diagnostic, Execution, FactorTable, Forecast, History, NetValue, RankingRow, Realized, ReasonId, Return,
    Run, Score, ScoreReason, ScoreReasons, SectorReturn, TextId, Texts, Turnover,
};
pub use warning::{ProcessPart, Warning};
pub use weekly::{
    EntityFlow, Flow, FlowKind, FlowSpan, FlowSum, IndustrialProfits, MissingPart, MissingReason, Named,
    ProfitRow, ProfitRowKind, ProfitSign, SampleRow, SampleRowKind, SampleTable, SeasonalPosition,
    SingleMonth, Tracked, TrackedKind, ValuationRow, Week, WeekReturn, WeekReturns, Weekly, WeeklyEvent,
    WeeklyPart, YearOnYear,
};
pub use write::{Destination, check_destination, write};
