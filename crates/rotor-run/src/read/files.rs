//! The files of a run folder against what `run.json` says of them.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use rayon::prelude::*;
use rotor_fs::{open_regular, read_open, read_regular, sha256, shown};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::FORMAT_2;
use super::format1::{FORMAT_1, with_codes};
use crate::error::RunError;
use crate::record::{FORMAT, FileRecord, RunRecord};
use crate::write::{LONGEST_RUN_FILE, RUN_FILE, files_below};

/// No run writes a file near to this.
const LONGEST_FILE: u64 = 4 << 30;

/// What the files of a run folder are, held against `run.json`.
#[derive(Clone, Debug)]
pub struct FolderCheck {
    /// What `run.json` says.
    pub record: RunRecord,
    /// The number of files that it names.
    pub n_files: usize,
    /// The files that are not as it says, in the order of their names.
    pub changed: Vec<ChangedFile>,
}

/// A file of a run folder that is not as `run.json` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path in the folder.
    pub file: String,
    /// What is different.
    pub change: Change,
}

/// What is different in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// It is not there.
    Missing,
    /// It is there, and `run.json` does not name it.
    Extra,
    /// It is longer or shorter.
    Length {
        /// Its bytes, by `run.json`.
        recorded: u64,
        /// Its bytes.
        found: u64,
    },
    /// It is as long, with other bytes.
    Content {
        /// Its SHA-256, by `run.json`.
        recorded: String,
        /// Its SHA-256.
        found: String,
    },
}

impl fmt::Display for ChangedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = shown(&self.file);
        match &self.change {
            Change::Missing => write!(f, "`{file}` is missing"),
            Change::Extra => write!(f, "`{file}` is not named in `{RUN_FILE}`"),
            Change::Length { recorded, found } => {
                write!(f, "`{file}` has {found} bytes in place of {recorded}")
            }
            Change::Content { recorded, found } => {
                let short = |hash: &str| hash.chars().take(12).collect::<String>();
                write!(f, "`{file}` has the SHA-256 {}… in place of {}…", short(found), short(recorded))
            }
        }
    }
}

/// Holds every file of a run folder against `run.json`.
///
/// # Errors
///
/// If there is no run folder, `run.json` cannot be read, or the disk refuses. A changed file is no error here.
pub fn check_files(place: &Path) -> Result<FolderCheck, RunError> {
    checked(place).map(|(check, _)| check)
}

/// Returns the check, and the bytes of the files that are as they should be.
pub(super) fn checked(place: &Path) -> Result<(FolderCheck, BTreeMap<String, Vec<u8>>), RunError> {
    let record = read_run_file(place)?;
    let recorded = record.files();
    let failed = |source| RunError::Read { path: place.into(), source };
    let found = files_below(place).map_err(failed)?;
    let extra = found.iter().filter(|file| *file != RUN_FILE && !recorded.contains_key(file.as_str()));
    let extra = extra.map(|file| ChangedFile { file: file.clone(), change: Change::Extra });
    let mut changed: Vec<ChangedFile> = extra.collect();
    let recorded: Vec<(String, FileRecord)> =
        recorded.into_iter().map(|(file, recorded)| (file.to_owned(), recorded.clone())).collect();
    let outcomes: Vec<_> = recorded
        .par_iter()
        .with_max_len(1)
        .map(|(file, recorded)| match found.binary_search(file) {
            // A name that leads out of the folder is none of those in it.
            Err(_) => Ok(Err(Change::Missing)),
            Ok(_) => compared(&place.join(file), recorded),
        })
        .collect();
    let (mut files, n_files) = (BTreeMap::new(), recorded.len());
    for ((file, _), outcome) in recorded.into_iter().zip(outcomes) {
        match outcome? {
            Ok(bytes) => drop(files.insert(file, bytes)),
            Err(change) => changed.push(ChangedFile { file, change }),
        }
    }
    changed.sort_by(|a, b| a.file.cmp(&b.file));
    Ok((FolderCheck { record, n_files, changed }, files))
}

/// Returns the record, and the bytes of one file if it is as the record says.
pub(super) fn checked_file(place: &Path, file: &str) -> Result<(RunRecord, Vec<u8>), RunError> {
    let record = read_run_file(place)?;
    let unlisted = || RunError::Unlisted { place: place.into(), file: file.into() };
    let recorded = record.files().get(file).map(|recorded| (*recorded).clone()).ok_or_else(unlisted)?;
    match compared(&place.join(file), &recorded)? {
        Ok(bytes) => Ok((record, bytes)),
        Err(change) => {
            let files = vec![ChangedFile { file: file.into(), change }];
            Err(RunError::Changed { place: place.into(), files })
        }
    }
}

/// What tells whether a `run.json` is ours, and of which format.
#[derive(Deserialize)]
struct Head {
    format: Option<Value>,
    files: Option<IgnoredAny>,
}

fn read_run_file(place: &Path) -> Result<RunRecord, RunError> {
    let path = place.join(RUN_FILE);
    let bytes = read_regular(&path, LONGEST_RUN_FILE).map_err(|source| match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
            RunError::NoRun { place: place.into() }
        }
        _ => RunError::Read { path: path.clone(), source },
    })?;
    let unreadable = |error: serde_json::Error| RunError::Unreadable {
        file: path.display().to_string(),
        reason: format!("it is not the record of a run: {error}"),
    };
    let head: Head = serde_json::from_slice(&bytes).map_err(unreadable)?;
    let format = match (&head.format, &head.files) {
        (Some(format), _) => format,
        (None, Some(_)) => return Err(RunError::Format { place: place.into(), found: "none".into() }),
        // Many a tool writes a `run.json`; ours names the files of a run.
        (None, None) => return Err(RunError::NoRun { place: place.into() }),
    };
    let record = if *format == FORMAT || *format == FORMAT_2 {
        serde_json::from_slice(&bytes)
    } else if *format == FORMAT_1 {
        serde_json::from_slice(&bytes).and_then(|document| serde_json::from_value(with_codes(document)))
    } else {
        return Err(RunError::Format { place: place.into(), found: format.to_string() });
    };
    record.map_err(unreadable)
}

fn compared(path: &Path, recorded: &FileRecord) -> Result<Result<Vec<u8>, Change>, RunError> {
    let failed = |source| RunError::Read { path: path.into(), source };
    let file = match open_regular(path) {
        // A link to nowhere, or something else than a file.
        Err(error) if is_no_file(&error) => return Ok(Err(Change::Missing)),
        file => file.map_err(failed)?,
    };
    let (recorded_bytes, found) = (recorded.bytes, file.metadata().map_err(failed)?.len());
    if found != recorded_bytes {
        return Ok(Err(Change::Length { recorded: recorded_bytes, found }));
    }
    // The bytes that are hashed are those that are decoded later. What is recorded is a claim of the folder.
    let bytes = read_open(&file, recorded_bytes.min(LONGEST_FILE)).map_err(failed)?;
    let found = sha256(&bytes);
    if found != recorded.sha256 {
        return Ok(Err(Change::Content { recorded: recorded.sha256.clone(), found }));
    }
    Ok(Ok(bytes))
}

/// Tells whether there is no regular file, whatever else may be there.
fn is_no_file(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput | ErrorKind::IsADirectory)
}
