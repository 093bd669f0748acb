//! What an import did: what was read, kept and left out, and what a rule changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What became of the cells of a table of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableReport {
    /// The files that were read.
    pub n_files: usize,
    /// How text files were encoded.
    pub encodings: BTreeSet<&'static str>,
    /// The rows of data.
    pub n_rows: usize,
    /// The values that are in the dataset.
    pub n_kept: usize,
    /// What was left out, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
    /// Dates that a rule moved.
    pub n_moved: usize,
    /// Values that a rule changed.
    pub n_changed: usize,
    /// Values whose day of release follows a rule, and is not known.
    pub n_assumed: usize,
}

impl TableReport {
    /// Counts what is left out.
    pub(crate) fn leave_out(&mut self, reason: &'static str, n: usize) {
        if n > 0 {
            *self.left_out.entry(reason).or_default() += n;
        }
    }
}

impl fmt::Display for TableReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        write!(
            f,
            "{}, {} read, {} kept",
            counted(self.n_files, "file", "files"),
            counted(self.n_rows, "row", "rows"),
            counted(self.n_kept, "value", "values")
        )?;
        if !self.encodings.is_empty() {
            write!(f, " ({})", self.encodings.iter().copied().collect::<Vec<_>>().join(", "))?;
        }
        for (reason, n) in &self.left_out {
            write!(f, "\n    left out: {n} {reason}")?;
        }
        for (n, what) in [
            (self.n_moved, "dates moved by `shift` or `roll`"),
            (self.n_changed, "values changed by `minus`, `scale` or `returns`"),
            (self.n_assumed, "values with an assumed day of release"),
        ] {
            if n > 0 {
                write!(f, "\n    {n} {what}")?;
            }
        }
        Ok(())
    }
}
