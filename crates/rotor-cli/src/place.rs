//! A file that appears whole or not at all, and replaces another only if it is told to.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::Builder;

use crate::CliError;

/// Where a page goes.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    is_forced: bool,
}

impl Place {
    /// Takes the place, before any work is done for it.
    ///
    /// # Errors
    ///
    /// If something is there that must not be replaced: a folder, or anything without `is_forced`.
    pub(crate) fn new(path: &Path, is_forced: bool) -> Result<Self, CliError> {
        let place = Self { path: path.to_owned(), is_forced };
        let (kind, why) = match path.symlink_metadata() {
            Ok(found) if found.is_dir() => (ErrorKind::IsADirectory, "a folder is there"),
            Ok(_) if !is_forced => (ErrorKind::AlreadyExists, "a file is there"),
            _ if !place.folder().is_dir() => (ErrorKind::NotFound, "its folder is not there"),
            _ => return Ok(place),
        };
        Err(place.refused(io::Error::new(kind, why)))
    }

    /// Writes the text beside the place and renames it.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or something has come to the place meanwhile.
    pub(crate) fn write(&self, text: &str) -> Result<(), CliError> {
        self.try_write(text).map_err(|error| self.refused(error))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn try_write(&self, text: &str) -> io::Result<()> {
        // As any file that is made: the mask of the process takes its share.
        let permissions = Permissions::from_mode(0o666);
        let mut file = {
            let mut unfinished = open()?;
            let hidden = Builder::new()
                .prefix(".rotor-")
                .suffix(".partial")
                .permissions(permissions)
                .tempfile_in(self.folder())?;
            unfinished.path = Some(hidden.path().to_owned());
            hidden
        };
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        let mut unfinished = open()?;
        let placed =
            if self.is_forced { file.persist(&self.path) } else { file.persist_noclobber(&self.path) };
        unfinished.path = None;
        placed.map(|_| ()).map_err(|error| error.error)
    }

    fn folder(&self) -> &Path {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.unwrap_or(Path::new("."))
    }

    fn refused(&self, error: io::Error) -> CliError {
        CliError::WritePage { path: self.path.clone(), error }
    }
}

/// Writes a file whole or not at all, whatever is there.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    Place { path: path.to_owned(), is_forced: true }.try_write(text)
}

/// Removes the file that is being written. None is finished after that.
///
/// For a program that is told to stop.
pub(crate) fn remove_unfinished() {
    let mut unfinished = lock();
    unfinished.is_over = true;
    if let Some(path) = unfinished.path.take() {
        let _ = fs::remove_file(path);
    }
}

/// The file that is being written under a hidden name.
#[derive(Debug)]
struct Unfinished {
    is_over: bool,
    path: Option<PathBuf>,
}

static UNFINISHED: Mutex<Unfinished> = Mutex::new(Unfinished { is_over: false, path: None });

fn lock() -> MutexGuard<'static, Unfinished> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The list, or an error if the program has been told to stop.
fn open() -> io::Result<MutexGuard<'static, Unfinished>> {
    let unfinished = lock();
    if unfinished.is_over {
        return Err(io::Error::new(ErrorKind::Interrupted, "the program was told to stop"));
    }
    Ok(unfinished)
}
