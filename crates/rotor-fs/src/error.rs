//! Why a file or folder cannot be written, locked or read.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::shown_path;

/// Why a file or folder cannot be written, locked or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FsError {
    /// There is something at the destination, and it is not to be replaced.
    #[error("`{}` exists already", shown_path(path))]
    Exists {
        /// The destination.
        path: PathBuf,
    },
    /// A folder is to be replaced only if it is empty or holds a certain file, and it does not.
    #[error("`{}` has no `{marker}` and is not replaced", shown_path(path))]
    NotReplaced {
        /// The destination.
        path: PathBuf,
        /// The name of the file that a folder must hold to be replaced.
        marker: &'static str,
    },
    /// Something else than a file is where a file is to be read and added to.
    #[error("`{}` is not a file", shown_path(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// Another process keeps the lock of a file.
    #[error("`{}` has been locked by another process for {seconds} seconds", shown_path(path))]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// The system refuses to write.
    #[error("cannot write `{}`: {source}", shown_path(path))]
    Write {
        /// The file or folder at its destination.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses to read.
    #[error("cannot read `{}`: {source}", shown_path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses to lock.
    #[error("cannot lock `{}`: {source}", shown_path(path))]
    Lock {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl FsError {
    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let source = match self {
            Self::Exists { .. } => return Some("choose a name that does not exist yet"),
            Self::NotReplaced { .. } => return Some("choose another folder"),
            Self::NotAFile { .. } => return Some("name a file"),
            Self::Busy { .. } => return Some("end the process that holds the lock"),
            Self::Write { source, .. } | Self::Read { source, .. } | Self::Lock { source, .. } => source,
        };
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Some("free some space or choose a place on another disk")
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Some("choose a place that you may write to")
            }
            ErrorKind::NotADirectory => Some("a part of the path is a file; choose another place"),
            ErrorKind::InvalidFilename => Some("choose a shorter name"),
            ErrorKind::CrossesDevices | ErrorKind::ResourceBusy => {
                Some("choose a name that does not exist yet")
            }
            _ => None,
        }
    }
}

/// Tells whether an error says that the system has too little: too few open files of the process or of all, or too little memory.
/// Such an error says nothing about the file.
#[must_use]
pub fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM))
        || error.kind() == ErrorKind::OutOfMemory
}
