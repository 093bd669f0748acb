//! Why a run folder could not be written.

use std::path::PathBuf;

use rotor_data::folder::FolderError;

/// Why a run folder could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The folder could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A run folder holds something that would be lost if it were replaced.
    #[error("the run folder `{}` holds `{file}`, which no run wrote", place.display())]
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

impl RunError {
    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder(FolderError::Exists { .. }) => {
                Some("choose a folder that does not exist yet, or replace the run by `--force`")
            }
            Self::Folder(error) => error.hint(),
            Self::Foreign { .. } => Some("move it out of the folder, or choose another folder"),
            Self::Name { .. } => Some("names are made of lower-case letters, digits and `_`, not too many"),
            Self::Table { fault: TableFault::RepeatedColumn { .. }, .. } => {
                Some("give every column a name of its own")
            }
            Self::Table { fault: TableFault::UnequalColumns { .. }, .. } => {
                Some("give every column a cell a row, empty ones included")
            }
        }
    }
}
