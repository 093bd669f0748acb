//! Golden backtests: small runs whose results are kept as text, so that a change of results fails until somebody signs it.
//!
//! A case is a folder with a `case.toml`, which says what is run, and a `run.txt`, the accepted result. Every acceptance is an entry
//! in `ACCEPTED.toml` beside the cases.

mod acceptance;
mod case;
mod error;

use std::path::{Path, PathBuf};

use rotor_compare::golden::{Golden, GoldenComparison};
use rotor_fs::{from_start, lock_folder, sha256};

pub use acceptance::Acceptance;
use acceptance::{Acceptances, NONE};
use case::Case;
pub use error::GoldenError;

use crate::factors::Catalogue;

/// The golden backtests of a folder.
#[derive(Clone, Debug)]
pub struct GoldenCases {
    folder: PathBuf,
    /// Sorted.
    names: Vec<String>,
    /// Keys that are set for every case that runs their factor.
    keys: Vec<(String, String)>,
}

/// What was found of a case.
#[derive(Clone, Debug)]
pub struct GoldenFinding {
    /// The case.
    pub case: String,
    /// What is wrong with its entries, in sentences.
    pub faults: Vec<String>,
    /// What differs from the accepted result; `None` if nothing does, or nothing was accepted.
    pub comparison: Option<GoldenComparison>,
}

/// What an acceptance did.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The new entry; `None` if the result was accepted already.
    pub entry: Option<Acceptance>,
    /// What differed from the result accepted before; `None` if there was none, or it cannot be read.
    pub comparison: Option<GoldenComparison>,
}

impl GoldenFinding {
    /// Tells whether the case gives what was accepted, and the acceptance is signed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.faults.is_empty() && self.comparison.is_none()
    }
}

impl GoldenCases {
    /// Finds the cases of a folder; without one of `tests/golden` or `golden`, whichever has cases. `keys` are set in the
    /// configuration of every case that runs their factor, such as `my_factor.library`.
    ///
    /// # Errors
    ///
    /// [`GoldenError::NoCases`], and [`GoldenError::UnknownFactor`] for keys of a factor that no case runs.
    pub fn find(folder: Option<&Path>, keys: Vec<(String, String)>) -> Result<Self, GoldenError> {
        let defaults = [Path::new("tests/golden"), Path::new("golden")];
        let has_cases = |folder: &&Path| !case_names(folder).is_empty();
        let folder = folder.or_else(|| defaults.into_iter().find(has_cases)).unwrap_or(defaults[0]);
        let names = case_names(folder);
        if names.is_empty() {
            return Err(GoldenError::NoCases { folder: folder.to_owned() });
        }
        let cases = Self { folder: folder.to_owned(), names, keys };
        cases.check_keys()?;
        Ok(cases)
    }

    /// Returns the names of the cases, sorted.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Refuses keys of a factor that no case runs: they are for other cases than the ones at hand, or mistyped.
    fn check_keys(&self) -> Result<(), GoldenError> {
        let mut known = Vec::new();
        for name in &self.names {
            known.extend(Case::open(&self.folder, name)?.factors()?);
        }
        known.sort_unstable();
        known.dedup();
        let of_factor = self.keys.iter().filter_map(|(key, _)| Some((key, key.split_once('.')?.0)));
        for (key, factor) in of_factor {
            if known.iter().all(|known| known != factor) {
                let (key, factor, folder) = (key.clone(), factor.to_owned(), self.folder.clone());
                return Err(GoldenError::UnknownFactor { key, factor, folder, known });
            }
        }
        Ok(())
    }

    /// Refuses a name that no case has.
    ///
    /// # Errors
    ///
    /// [`GoldenError::UnknownCase`].
    pub fn check_name(&self, name: &str) -> Result<(), GoldenError> {
        if self.names.iter().any(|known| known == name) {
            return Ok(());
        }
        let (folder, known) = (self.folder.clone(), self.names.clone());
        Err(GoldenError::UnknownCase { name: name.to_owned(), folder, known })
    }

    /// Runs a case and compares it with the accepted result.
    ///
    /// # Errors
    ///
    /// If the case cannot be read or run.
    pub fn check(&self, name: &str, catalogue: &Catalogue) -> Result<GoldenFinding, GoldenError> {
        self.check_name(name)?;
        let acceptances = Acceptances::read(&self.folder)?;
        let case = Case::open(&self.folder, name)?;
        let accepted = case.accepted()?;
        let hash = accepted.as_deref().map(|text| sha256(text.as_bytes()));
        let mut faults = acceptances.faults(name, hash.as_deref().unwrap_or_default());
        let comparison = match accepted {
            None => None,
            Some(accepted) => match compared(&case, &accepted, &case.result(&self.keys, catalogue)?) {
                Ok(comparison) => comparison,
                // The other cases are still to be checked.
                Err(error) => {
                    faults.push(error.to_string());
                    None
                }
            },
        };
        let is_same =
            |found: &GoldenComparison| found.comparison.is_same && found.comparison.inputs.is_empty();
        if comparison.as_ref().is_some_and(is_same) {
            faults.push(
                "its text has the same content in different bytes: were line ends or spaces changed?".into(),
            );
        }
        Ok(GoldenFinding { case: name.to_owned(), faults, comparison })
    }

    /// Runs a case and accepts its result, signed by `by` for a reason.
    ///
    /// # Errors
    ///
    /// If the reason or the name is empty, the case cannot be run, or a file cannot be written.
    pub fn accept(
        &self,
        name: &str,
        by: &str,
        reason: &str,
        catalogue: &Catalogue,
    ) -> Result<Accepted, GoldenError> {
        for (what, text) in [("a reason", reason), ("the name of who accepts", by)] {
            if text.trim().is_empty() {
                return Err(GoldenError::Unsigned { what });
            }
        }
        self.check_name(name)?;
        let case = Case::open(&self.folder, name)?;
        let after = case.result(&self.keys, catalogue)?;
        let hash = sha256(after.as_bytes());
        let _lock = lock_folder(&self.folder).map_err(GoldenError::Write)?;
        let acceptances = Acceptances::read(&self.folder)?;
        let before = case.accepted()?;
        let last = acceptances.last(name).map_or(NONE, |entry| entry.after.as_str());
        let is_written = before.as_deref() == Some(&after);
        if is_written && last == hash {
            return Ok(Accepted { entry: None, comparison: None });
        }
        // A text that cannot be read, such as one with the marks of a merge, has nothing to be compared with.
        let comparison = before.as_deref().and_then(|before| compared(&case, before, &after).ok()).flatten();
        if !is_written {
            case.write(&after)?;
        }
        let entry = Acceptance {
            case: name.to_owned(),
            by: by.trim().to_owned(),
            reason: reason.trim().to_owned(),
            before: last.to_owned(),
            after: hash,
        };
        // Killed before this, the text is there unsigned, and the check says so.
        if entry.before != entry.after {
            Acceptances::add(&self.folder, &entry)?;
        }
        Ok(Accepted { entry: Some(entry), comparison })
    }
}

/// Returns what differs between two texts of a case.
fn compared(case: &Case, before: &str, after: &str) -> Result<Option<GoldenComparison>, GoldenError> {
    if before == after {
        return Ok(None);
    }
    Ok(Some(Golden::compare(&case.parse(before)?, &case.parse(after)?)))
}

/// The names of the cases in a folder, sorted.
fn case_names(folder: &Path) -> Vec<String> {
    let entries = from_start(folder).read_dir().into_iter().flatten().flatten();
    let cases = entries.filter(|entry| entry.path().join(case::FILE).is_file());
    let mut names: Vec<String> =
        cases.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
