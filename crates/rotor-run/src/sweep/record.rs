//! The record of a merged sweep: `sweep.json`.

use serde::{Deserialize, Serialize};

use crate::metrics::ByName;
use crate::record::{EngineRecord, FileRecord, ReportRecord, TrialsRecord};

/// The file that says what is tried.
pub const PLAN_FILE: &str = "plan.json";

/// What it takes to know a merged sweep, and the hashes of its files.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepRecord {
    /// The format of the folder, 1.
    pub format: u32,
    /// The hash of the plan, which is [`PLAN_FILE`] beside it.
    pub plan: String,
    /// The program that merged it.
    pub engine: EngineRecord,
    /// How many strategies were tried on the dataset, and who says so.
    pub trials: TrialsRecord,
    /// The report; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportRecord>,
    /// Every other file of the folder that the merge wrote, by its name.
    pub files: ByName<FileRecord>,
}
