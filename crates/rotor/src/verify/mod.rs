//! A run folder verified: its checksums, and the same run reproduced, bit for bit.
//!
//! A run folder may come from anybody. *Invariant:* no code runs that it brings or names; libraries are those that the caller gives.

mod difference;
mod reproduce;

use std::io;
use std::path::{Path, PathBuf};

use rotor_compare::{FirstDifference, InputChange};
use rotor_engine::Watch;
use rotor_run::{ChangedFile, Config, RunError, RunRecord, check_files};

use crate::factors::Catalogue;

/// What stands in for the parts of a run that lie elsewhere today.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The folder of the dataset; without one that which the run names.
    pub dataset: Option<PathBuf>,
    /// Libraries for the factors in them that the run loaded. The one that a run folder names is never loaded for that alone, and
    /// one that lies in it not at all.
    pub libraries: Vec<String>,
    /// A configuration whose libraries are loaded too, where it pins them by their `sha256`.
    pub config: Option<Config>,
}

/// What was found of a run folder.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The folder.
    pub place: PathBuf,
    /// Its `run.json`, which names the version that made it.
    pub record: RunRecord,
    /// How many files `run.json` names.
    pub n_files: usize,
    /// The files that are not as it says.
    pub changed: Vec<ChangedFile>,
    /// What the run was made of and is not the same today.
    pub inputs: Vec<InputChange>,
    /// What keeps the run from being reproduced.
    pub obstacles: Vec<Obstacle>,
    /// The run reproduced; `None` if it could not be.
    pub reproduction: Option<Reproduction>,
}

/// Why something that the run needs is not to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// `configuration`, `data`, `factor` or `replay`.
    pub part: &'static str,
    /// What is wrong.
    pub problem: String,
    /// How to mend it, a line each.
    pub hints: Vec<String>,
}

/// The files of the reproduced run against those of the folder.
#[derive(Clone, Debug)]
pub struct Reproduction {
    /// How many files are the same, bit for bit.
    pub n_same: usize,
    /// The files that are not, and those that only one of the runs has.
    pub different: Vec<String>,
    /// Where they first differ, as far as the folder can be read.
    pub differences: Vec<FirstDifference>,
}

/// Verifies a run folder: every file against its hash in `run.json`, then the run reproduced and compared bit for bit.
///
/// `watch` hears of each day and can stop the reproduction, which then counts as an obstacle.
///
/// # Errors
///
/// If there is no run folder, or the reproduced run cannot be written to a temporary folder. That a file was changed or the run
/// cannot be reproduced is a finding, not an error.
pub fn verify(
    run: &Path,
    options: &VerifyOptions,
    catalogue: &Catalogue,
    watch: &dyn Watch,
) -> Result<Verification, VerifyError> {
    let check = check_files(run)?;
    let mut verification = Verification {
        place: run.to_owned(),
        record: check.record,
        n_files: check.n_files,
        changed: check.changed,
        inputs: Vec::new(),
        obstacles: Vec::new(),
        reproduction: None,
    };
    reproduce::reproduce(&mut verification, options, catalogue, watch)?;
    Ok(verification)
}

impl Verification {
    /// Tells whether every file is as it was written and the reproduced run has the same bytes.
    #[must_use]
    pub fn passed(&self) -> bool {
        let is_same = self.reproduction.as_ref().is_some_and(|again| again.different.is_empty());
        is_same && self.changed.is_empty() && self.obstacles.is_empty()
    }

    /// Says in a sentence what was found.
    #[must_use]
    pub fn verdict(&self) -> String {
        let mut parts: Vec<&str> = self.obstacles.iter().map(|obstacle| obstacle.part).collect();
        let has_obstacles = !parts.is_empty();
        parts.extend(self.inputs.iter().map(|change| change.part.word()));
        parts.sort_unstable();
        parts.dedup();
        let parts = parts.join(", ");
        let of_files =
            if self.changed.is_empty() { "" } else { "files were changed after the run was written; " };
        match &self.reproduction {
            _ if self.passed() && parts.is_empty() => "verified".into(),
            _ if self.passed() => format!("verified, although these inputs differ today: {parts}"),
            None if has_obstacles => format!("not verified: {of_files}the run cannot be reproduced: {parts}"),
            None => format!("not verified: {of_files}the run was not reproduced"),
            Some(again) if again.different.is_empty() => {
                "not verified: files were changed after the run was written; a repeated run gives the recorded files".into()
            }
            Some(_) if parts.is_empty() => {
                format!("not verified: {of_files}results differ although nothing else does")
            }
            Some(_) => format!("not verified: {of_files}results differ, and so do: {parts}"),
        }
    }
}

/// Why a run folder cannot be verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no run folder, or the reproduced one cannot be written.
    #[error(transparent)]
    Folder(#[from] RunError),
    /// No temporary folder can be made.
    #[error("cannot make a temporary folder: {0}")]
    Temporary(io::Error),
}

impl VerifyError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder(error) => error.hint(),
            Self::Temporary(_) => Some("name a folder with free space by TMPDIR"),
        }
    }
}
