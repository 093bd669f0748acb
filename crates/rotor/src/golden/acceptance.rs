//! `ACCEPTED.toml`: who accepted which change of a golden backtest, and why.

use std::fmt::Write as _;
use std::path::Path;

use rotor_fs::{FileDestination, read_text};
use serde::Deserialize;

use super::GoldenError;
use crate::text::LONGEST_TEXT;

/// The file beside the cases.
pub(super) const FILE: &str = "ACCEPTED.toml";

const HEAD: &str = "\
# Every change of a golden backtest, signed, oldest first. `rotor accept CASE --reason … --by …` adds an entry; `rotor golden check`
# refuses a text that is not the `after` of the last entry of its case. `before` and `after` are SHA-256 of the texts.
";

/// The acceptances of all cases, oldest first.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Acceptances {
    #[serde(default)]
    accepted: Vec<Acceptance>,
}

/// A change of results that someone signed.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The case.
    pub case: String,
    /// Who signed.
    pub by: String,
    /// Why the change is right.
    pub reason: String,
    /// SHA-256 of the text before; `none` of a new case.
    pub before: String,
    /// SHA-256 of the text after.
    pub after: String,
}

/// What stands for the text of a case that had none.
pub(super) const NONE: &str = "none";

impl Acceptances {
    pub(super) fn read(folder: &Path) -> Result<Self, GoldenError> {
        let path = folder.join(FILE);
        let unreadable = |reason: String| GoldenError::Read { path: path.clone(), reason };
        let text = match read_text(&path, LONGEST_TEXT) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        toml::from_str(&text).map_err(|error| unreadable(error.message().to_owned()))
    }

    pub(super) fn last(&self, case: &str) -> Option<&Acceptance> {
        self.accepted.iter().rev().find(|entry| entry.case == case)
    }

    /// Returns what is wrong with the entries of a case, and with its text against them.
    pub(super) fn faults(&self, case: &str, text_hash: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut before = NONE;
        for (number, entry) in (1..).zip(&self.accepted).filter(|(_, entry)| entry.case == case) {
            for (what, text) in [("reason", &entry.reason), ("name", &entry.by)] {
                if text.trim().is_empty() {
                    faults.push(format!("entry {number} of {FILE} has no {what}"));
                }
            }
            if entry.before != before {
                faults.push(format!("entry {number} of {FILE} does not begin where the one before it ends"));
            }
            before = &entry.after;
        }
        if before == NONE {
            faults.push(format!("nobody has accepted it: {FILE} has no entry"));
        } else if before != text_hash {
            faults
                .push(format!("its text is not the one that was accepted last: {FILE} has another SHA-256"));
        }
        faults
    }

    /// Adds an entry to the file, which appears whole. The caller holds the lock of the folder.
    pub(super) fn add(folder: &Path, entry: &Acceptance) -> Result<(), GoldenError> {
        let path = folder.join(FILE);
        let mut text = match read_text(&path, LONGEST_TEXT) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEAD.to_owned(),
            Err(error) => return Err(GoldenError::Read { path, reason: error.to_string() }),
        };
        let Acceptance { case, by, reason, before, after } = entry;
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let (case, by, reason) = (quoted(case), quoted(by.trim()), quoted(reason.trim()));
        write!(
            text,
            "\n[[accepted]]\ncase = {case}\nby = {by}\nreason = {reason}\nbefore = \"{before}\"\nafter = \"{after}\"\n"
        )
        .expect("writing to a string does not fail");
        // Whoever wrote the file by hand may have left what cannot be gone on with.
        if let Err(error) = toml::from_str::<Self>(&text) {
            let reason = format!("with one more entry it is no list of acceptances: {}", error.message());
            return Err(GoldenError::Read { path, reason });
        }
        let destination = FileDestination::replacing(&path);
        destination.and_then(|list| list.write(text.as_bytes())).map_err(GoldenError::Write)
    }
}
