//! A file that appears whole or not at all, and replaces another only if it is told to.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::partial::Partial;
use crate::unfinished::{self, Unfinished};
use crate::{FsError, from_start, parent_and_name, parent_of, rename, sync_folder};

/// Where a file goes. The destination is checked when it is made, so that no work is done for a file that cannot be written.
///
/// ```
/// use rotor_fs::FileDestination;
///
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("page.html");
/// FileDestination::new(&path)?.write(b"<p>hello")?;
/// assert!(FileDestination::new(&path).is_err());
/// FileDestination::replacing(&path)?.write(b"<p>hello again")?;
/// # Ok::<(), rotor_fs::FsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileDestination {
    path: PathBuf,
    replaces: bool,
    mode: u32,
}

impl FileDestination {
    /// Takes a path at which there must be nothing.
    ///
    /// # Errors
    ///
    /// [`FsError::Exists`] if there is something, be it a link to nowhere; [`FsError::Write`] if a folder is there, or there is
    /// no folder that could hold the file.
    pub fn new(path: &Path) -> Result<Self, FsError> {
        Self::check(path, false)
    }

    /// Takes a path at which a file or link, if there is one, is replaced.
    ///
    /// # Errors
    ///
    /// [`FsError::Write`] if a folder is there, or there is no folder that could hold the file.
    pub fn replacing(path: &Path) -> Result<Self, FsError> {
        Self::check(path, true)
    }

    fn check(path: &Path, replaces: bool) -> Result<Self, FsError> {
        let destination = Self { path: path.to_owned(), replaces, mode: 0o666 };
        let failed = |kind, why| Err(destination.failed(io::Error::new(kind, why)));
        match from_start(path).symlink_metadata() {
            Ok(found) if found.is_dir() => return failed(ErrorKind::IsADirectory, "a folder is there"),
            Ok(_) if !replaces => return Err(FsError::Exists { path: path.to_owned() }),
            _ => {}
        }
        parent_and_name(path)?;
        if !from_start(parent_of(path)).is_dir() {
            return failed(ErrorKind::NotFound, "its folder is not there");
        }
        Ok(destination)
    }

    /// Sets the permissions of the file, of which the mask of the process takes its share; 0666 if they are not set.
    #[must_use]
    pub fn with_mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file beside its destination, puts it on the disk and renames it.
    ///
    /// # Errors
    ///
    /// [`FsError::Exists`] if something has come to the destination meanwhile and is not to be replaced; [`FsError::Write`] if
    /// the system refuses, or the program has been told to stop ([`remove_unfinished`](crate::remove_unfinished)).
    pub fn write(&self, bytes: &[u8]) -> Result<(), FsError> {
        self.try_write(bytes).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => FsError::Exists { path: self.path.clone() },
            _ => self.failed(error),
        })
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<()> {
        let path = from_start(&self.path);
        let (mut partial, mut file) = Partial::file(&path, self.mode)?;
        partial.remove_dead(&path);
        unfinished::may_write()?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let mut unfinished = Unfinished::open()?;
        if self.replaces {
            fs::rename(partial.path(), &path)?;
        } else {
            rename::without_overwriting(partial.path(), &path)?;
        }
        partial.leave(&mut unfinished);
        drop(unfinished);
        sync_folder(parent_of(&path));
        Ok(())
    }

    fn failed(&self, source: io::Error) -> FsError {
        FsError::Write { path: self.path.clone(), source }
    }
}
