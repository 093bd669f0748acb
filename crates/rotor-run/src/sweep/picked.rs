//! The trial that was picked of a sweep: `picked.json`. Where months are held out, it says that they were opened, and for which trial.

use std::io::ErrorKind;
use std::path::Path;

use rotor_fs::{FileDestination, FsError, read_regular};
use serde::{Deserialize, Serialize};

use super::folder::SweepFolderError;
use super::plan::PickRule;
use crate::metrics::{Estimate, Metric};

/// The file.
pub const PICKED_FILE: &str = "picked.json";
const LONGEST: u64 = 1 << 20;

/// The trial that was picked of a sweep, with what it did in the months that were held out.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Picked {
    /// The hash of the plan.
    pub plan: String,
    /// By which rule.
    pub rule: PickRule,
    /// The number of the trial.
    pub trial: u32,
    /// Its identifier.
    pub id: String,
    /// When it was picked, in universal time.
    pub when: String,
    /// What it did in the months that were held out; absent if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<HoldoutResult>,
}

/// What a trial did in the months that no trial had seen.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoldoutResult {
    /// Annualised excess return (net) over equal weight. The interval is that of a single trial: it was chosen on other months.
    pub excess: Estimate,
    /// Excess return over its deviation, a year.
    pub information_ratio: Metric,
    /// The same before, in the months on which it was chosen.
    pub before: Metric,
}

/// Reads which trial was picked of a sweep; `None` if none was.
///
/// # Errors
///
/// If the file cannot be read or understood.
pub fn read_picked(folder: &Path) -> Result<Option<Picked>, SweepFolderError> {
    let path = folder.join(PICKED_FILE);
    let bytes = match read_regular(&path, LONGEST) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(|source| FsError::Read { path: path.clone(), source })?,
    };
    let picked = serde_json::from_slice(&bytes);
    picked.map(Some).map_err(|error| SweepFolderError::Unreadable { path, reason: error.to_string() })
}

/// Writes which trial was picked. Of two that pick at once the second finds the file of the first.
///
/// # Errors
///
/// [`FsError::Exists`] if one was picked before; if the disk refuses.
///
/// # Panics
///
/// Never: what is picked can be written as JSON.
pub fn write_picked(folder: &Path, picked: &Picked) -> Result<(), FsError> {
    let text = serde_json::to_string_pretty(picked).expect("texts and finite numbers") + "\n";
    FileDestination::new(&folder.join(PICKED_FILE))?.write(text.as_bytes())
}
