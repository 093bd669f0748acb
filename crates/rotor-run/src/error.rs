//! Why a run folder could not be written or read.

use std::io;
use std::path::PathBuf;

use rotor_factor::Date;
use rotor_fs::{FsError, shown, shown_path};

use crate::read::ChangedFile;

/// Why a run folder could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The folder could not be written.
    #[error(transparent)]
    Folder(FsError),
    /// What is to be replaced is not a run folder.
    #[error("`{}` is not a run folder and is not replaced", shown_path(path))]
    NotARun {
        /// The destination.
        path: PathBuf,
    },
    /// The place of what is to be replaced is a link.
    #[error("`{}` is a link and is not replaced", shown_path(path))]
    Link {
        /// The destination.
        path: PathBuf,
    },
    /// A run folder holds something that would be lost if it were replaced.
    #[error("the run folder `{}` holds `{}`, which no run wrote", shown_path(place), shown(file))]
    Foreign {
        /// The folder.
        place: PathBuf,
        /// The file, by its path in the folder.
        file: String,
    },
    /// A name cannot be part of the name of a file.
    #[error("the name {name:?} of a {what} cannot be part of the name of a file")]
    Name {
        /// `factor` or `table`.
        what: &'static str,
        /// The name, shortened.
        name: String,
    },
    /// A table cannot be written.
    #[error("table `{table}` of factor `{factor}` cannot be written: {fault}")]
    Table {
        /// The factor.
        factor: String,
        /// The table.
        table: String,
        /// What is wrong with it.
        fault: TableFault,
    },
    /// There is no run folder.
    #[error(
        "`{}` is not a run folder: it has no `run.json` that lists the files of a run",
        shown_path(place)
    )]
    NoRun {
        /// The folder.
        place: PathBuf,
    },
    /// The run folder is of another format.
    #[error(
        "`run.json` in `{}` is of format {}; this version reads formats 1 to 3",
        shown_path(place),
        shown(found)
    )]
    Format {
        /// The folder.
        place: PathBuf,
        /// What stands there.
        found: String,
    },
    /// Files are not as `run.json` says.
    #[error("the run folder `{}` was changed: {}", shown_path(place), listed(files))]
    Changed {
        /// The folder.
        place: PathBuf,
        /// The files, in the order of their names.
        files: Vec<ChangedFile>,
    },
    /// A file that every run has is not named in `run.json`.
    #[error("`run.json` in `{}` does not name `{file}`, which every run has", shown_path(place))]
    Unlisted {
        /// The folder.
        place: PathBuf,
        /// The file.
        file: String,
    },
    /// A file is not what its name says.
    #[error("cannot read `{}`: {}", shown(file), shown(reason))]
    Unreadable {
        /// The file, by its path in the folder.
        file: String,
        /// Why not.
        reason: String,
    },
    /// A column holds what it may not.
    #[error("column `{column}` of `{file}` {fault}")]
    Column {
        /// The file, by its path in the folder.
        file: String,
        /// The column.
        column: String,
        /// What is wrong with it.
        fault: ColumnFault,
    },
    /// The disk refuses.
    #[error("cannot read `{}`: {source}", shown_path(path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What is wrong with a column of a file that was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnFault {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is there though the format has none, or twice.
    #[error("is not part of the format, or appears twice")]
    Unexpected,
    /// It is of another type.
    #[error("holds {found} where {expected} belong")]
    Type {
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A cell is empty that may not be.
    #[error("has an empty cell")]
    Empty,
    /// A number is no day.
    #[error("has {days} days since 1970, which is not a date of the calendar")]
    NoDay {
        /// The number.
        days: i32,
    },
    /// A text is none of those that are known.
    #[error("has the unknown value \"{value}\"")]
    Unknown {
        /// The text, shortened.
        value: String,
    },
    /// One execution has two values.
    #[error("has contradictory rows for the execution of {day}")]
    Contradiction {
        /// The execution.
        day: Date,
    },
    /// A cell is filled without its partner.
    #[error("is empty where `{with}` is filled, or filled where it is empty")]
    Unpaired {
        /// The other column.
        with: &'static str,
    },
    /// A text does not come behind the one before it.
    #[error("has \"{value}\" twice or out of order")]
    Order {
        /// The text, shortened.
        value: String,
    },
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableFault {
    /// Two columns have one name, or one has none.
    #[error("it has two columns `{column}`, or one without a name")]
    RepeatedColumn {
        /// The name.
        column: String,
    },
    /// A column is longer or shorter than the first one.
    #[error("its column `{column}` is not as long as the first one")]
    UnequalColumns {
        /// The name.
        column: String,
    },
}

impl From<FsError> for RunError {
    fn from(error: FsError) -> Self {
        match error {
            FsError::NotReplaced { path, .. } => Self::NotARun { path },
            error => Self::Folder(error),
        }
    }
}

impl RunError {
    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder(FsError::Exists { .. }) => {
                Some("choose a folder that does not exist yet, or replace the run with `--force`")
            }
            Self::Folder(error) => error.hint(),
            Self::NotARun { .. } => Some("choose another folder; only run folders are replaced"),
            Self::Link { .. } => Some("name the folder that it leads to, or remove the link"),
            Self::Foreign { .. } => Some("move it out of the folder, or choose another folder"),
            Self::Name { .. } => Some("use a short name of lower-case letters, digits and `_`"),
            Self::Table { fault: TableFault::RepeatedColumn { .. }, .. } => {
                Some("give every column a name of its own")
            }
            Self::Table { fault: TableFault::UnequalColumns { .. }, .. } => {
                Some("give every column one cell per row, including empty ones")
            }
            Self::NoRun { .. } => Some("name a folder that `rotor backtest` wrote"),
            Self::Format { .. } => {
                Some("read it with the version that wrote it, or repeat the run with this one")
            }
            Self::Changed { .. } => Some("restore the folder as it was written, or repeat the run"),
            Self::Unlisted { .. } | Self::Unreadable { .. } | Self::Column { .. } => {
                Some("the folder is not as `rotor backtest` writes it; repeat the run")
            }
            Self::Read { .. } => None,
        }
    }
}

fn listed(files: &[ChangedFile]) -> String {
    let files: Vec<String> = files.iter().map(ToString::to_string).collect();
    files.join("; ")
}
