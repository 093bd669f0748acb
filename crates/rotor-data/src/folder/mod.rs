//! A folder that appears whole or not at all.
//!
//! It is built beside its place under a hidden name, locked while its writer lives, and renamed when every file is on the
//! disk. What a killed writer left behind is removed by the next writer of the same place; what a live one is building is
//! not touched. What is in the files is the business of others.

mod partial;
mod rename;
mod unfinished;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, IntoInnerError, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;
use sha2::{Digest, Sha256};

use partial::{Lock, Partial};
use unfinished::Unfinished;
pub use unfinished::remove_unfinished;

/// The file that makes a folder a run folder.
const RUN_FILE: &str = "run.json";

/// A folder on its way to its place. Dropped before it is finished, it leaves nothing behind.
///
/// Files can be written from several threads at once.
///
/// ```
/// use std::io::Write;
///
/// use rotor_data::folder::NewFolder;
///
/// # let parent = tempfile::tempdir().unwrap();
/// let place = parent.path().join("greeting");
/// let new = NewFolder::create(&place)?;
/// let written = new.write_file("words/hello.txt", |file| file.write_all(b"hello"))?;
/// assert_eq!(written.n_bytes, 5);
/// assert!(!place.exists());
/// assert_eq!(new.finish()?, place);
/// assert!(place.join("words/hello.txt").exists());
/// # Ok::<(), rotor_data::folder::FolderError>(())
/// ```
#[derive(Debug)]
pub struct NewFolder {
    place: PathBuf,
    purpose: Purpose,
    partial: Partial,
    /// The folders in it that hold files; their entries go to the disk before the renaming.
    folders: Mutex<BTreeSet<PathBuf>>,
    /// What was built is at its place, and nothing is left under the hidden name.
    is_placed: bool,
    _lock: Lock,
}

/// What becomes of something that is at the place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    New,
    Replace,
    Number,
}

/// What was written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The number of its bytes.
    pub n_bytes: u64,
}

/// A file that is being written: buffered and hashed on the way.
#[derive(Debug)]
pub struct NewFile {
    writer: BufWriter<Hashed>,
}

#[derive(Debug)]
struct Hashed {
    file: File,
    hasher: Sha256,
    n_bytes: u64,
    /// What the system said when it refused. Libraries that write through us wrap it beyond recognition.
    refused: Option<i32>,
}

/// Why a folder could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// There is something at the place already.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// What is to be replaced is not a run folder.
    #[error("`{}` is not a run folder and is not replaced", path.display())]
    NotARun {
        /// The place.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder, where it would have been in the end.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl FolderError {
    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let source = match self {
            Self::Exists { .. } => return Some("name a folder that does not exist yet"),
            Self::NotARun { .. } => return Some("choose another folder; only run folders are replaced"),
            Self::Write { source, .. } => source,
        };
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Some("free some space or name a folder on another disk")
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Some("name a folder in a place that you may write to")
            }
            ErrorKind::NotADirectory => Some("a folder cannot lie in a file; name another place"),
            ErrorKind::InvalidFilename => Some("choose a shorter name"),
            ErrorKind::CrossesDevices | ErrorKind::ResourceBusy => {
                Some("name a folder that does not exist yet")
            }
            _ => None,
        }
    }
}

impl NewFolder {
    /// Begins a folder that is to be at `place`, where there must be nothing. Its parents are made if they are missing.
    ///
    /// # Errors
    ///
    /// [`FolderError::Exists`] if there is something, be it an empty folder or a link to nowhere; [`FolderError::Write`]
    /// if the system refuses.
    pub fn create(place: &Path) -> Result<Self, FolderError> {
        if place.symlink_metadata().is_ok() {
            return Err(FolderError::Exists { path: place.into() });
        }
        Self::begin(place, Purpose::New)
    }

    /// Begins a folder that takes the place of the run folder at `place`, if there is one. Until it is finished, the old
    /// one stays; then it goes with all that is in it.
    ///
    /// # Errors
    ///
    /// [`FolderError::NotARun`] if there is something that is neither an empty folder nor a folder with a `run.json`, a
    /// link to one included; [`FolderError::Write`] if the system refuses.
    pub fn replacing(place: &Path) -> Result<Self, FolderError> {
        // A name that ends in a slash would be looked up through a link.
        let (parent, name) = parent_and_name(place)?;
        check_replaceable(&parent.join(name))?;
        Self::begin(place, Purpose::Replace)
    }

    /// Begins a folder that takes the first free place among `place`, `place-2`, `place-3` and so on.
    ///
    /// The place is chosen when the folder is finished: two writers get two places.
    ///
    /// # Errors
    ///
    /// [`FolderError::Write`] if the system refuses.
    pub fn numbered(place: &Path) -> Result<Self, FolderError> {
        Self::begin(place, Purpose::Number)
    }

    fn begin(place: &Path, purpose: Purpose) -> Result<Self, FolderError> {
        let failed = |source| FolderError::Write { path: place.into(), source };
        let (parent, name) = parent_and_name(place)?;
        fs::create_dir_all(parent).map_err(|error| match error.kind() {
            // What exists already is the parent, and it is something else than a folder.
            ErrorKind::AlreadyExists => failed(Errno::NOTDIR.into()),
            _ => failed(error),
        })?;
        let place = parent.join(name);
        let (partial, lock) = Partial::begin(parent, name).map_err(failed)?;
        partial.remove_dead(&place);
        let folders = Mutex::new(BTreeSet::from([partial.path.clone()]));
        Ok(Self { place, purpose, partial, folders, is_placed: false, _lock: lock })
    }

    /// Writes a file and puts it on the disk. The name may lead into folders, which are made: `tables/marks.csv`.
    ///
    /// # Errors
    ///
    /// [`FolderError::Write`] if the name leads out of the folder, if there is such a file already, if `write` fails or
    /// the system refuses. The error names the file as it would have been in the end.
    pub fn write_file(
        &self,
        name: &str,
        write: impl FnOnce(&mut NewFile) -> io::Result<()>,
    ) -> Result<Written, FolderError> {
        let written = self.open(name).and_then(|mut file| {
            let result = write(&mut file);
            let refused = file.writer.get_ref().refused;
            result
                .and_then(|()| file.close())
                .map_err(|error| refused.map_or(error, io::Error::from_raw_os_error))
        });
        written.map_err(|source| FolderError::Write { path: self.place.join(name), source })
    }

    fn open(&self, name: &str) -> io::Result<NewFile> {
        let is_plain = |component| matches!(component, Component::Normal(_));
        if name.is_empty() || name.ends_with('/') || !Path::new(name).components().all(is_plain) {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "it is not the name of a file in the folder",
            ));
        }
        unfinished::may_write()?;
        let path = self.partial.path.join(name);
        self.make_parents(&path)?;
        let hashed =
            Hashed { file: File::create_new(path)?, hasher: Sha256::new(), n_bytes: 0, refused: None };
        Ok(NewFile { writer: BufWriter::with_capacity(1 << 16, hashed) })
    }

    fn make_parents(&self, path: &Path) -> io::Result<()> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let missing: Vec<&Path> =
            path.ancestors().skip(1).take_while(|folder| !folders.contains(*folder)).collect();
        // From the outermost, and never the hidden folder itself: it may have been removed for good.
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            folders.insert(folder.into());
        }
        Ok(())
    }

    /// Puts the folder at its place and returns the place. Nothing is overwritten but what was to be replaced.
    ///
    /// # Errors
    ///
    /// [`FolderError::Exists`] or [`FolderError::NotARun`] if something has come to the place in the meantime;
    /// [`FolderError::Write`] if the system refuses, or the program has been told to stop
    /// ([`remove_unfinished`]). What was built is then removed.
    pub fn finish(mut self) -> Result<PathBuf, FolderError> {
        for folder in self.folders.get_mut().unwrap_or_else(PoisonError::into_inner).iter() {
            sync_folder(folder);
        }
        let mut unfinished = Unfinished::open().map_err(|source| self.error(source))?;
        // Kept until the old folder is gone, lest another writer takes it for one that was left behind.
        let old_lock = if self.purpose == Purpose::Replace { partial::claim(&self.place) } else { Ok(None) };
        let (place, is_old_left) = match self.purpose {
            Purpose::New => (self.move_to(self.place.clone())?, false),
            Purpose::Number => (self.move_to_free()?, false),
            Purpose::Replace => (self.place.clone(), self.replace(&mut unfinished)?),
        };
        if !is_old_left {
            unfinished.remove(&self.partial.path);
            self.is_placed = true;
        }
        drop(unfinished);
        sync_folder(parent_of(&place));
        if is_old_left {
            self.partial.remove();
            self.is_placed = true;
        }
        drop(old_lock);
        Ok(place)
    }

    fn move_to(&self, place: PathBuf) -> Result<PathBuf, FolderError> {
        match rename::without_overwriting(&self.partial.path, &place) {
            Ok(()) => Ok(place),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(FolderError::Exists { path: place })
            }
            Err(error) => Err(self.error(error)),
        }
    }

    fn move_to_free(&self) -> Result<PathBuf, FolderError> {
        let mut place = self.place.clone();
        for number in 2_u64.. {
            match self.move_to(place) {
                Err(FolderError::Exists { .. }) => {
                    let mut name = self.place.file_name().expect("every place has a name").to_owned();
                    name.push(format!("-{number}"));
                    place = self.place.with_file_name(name);
                }
                moved => return moved,
            }
        }
        unreachable!("no disk holds that many folders")
    }

    /// Exchanges what was built for what is at the place, and tells whether that is now under the hidden name.
    fn replace(&mut self, unfinished: &mut Unfinished) -> Result<bool, FolderError> {
        const MOST_TRIES: usize = 100;
        let (new, place) = (&self.partial.path, &self.place);
        // Others may put a folder there, or take it away, between any two steps.
        for _ in 0..MOST_TRIES {
            match self.move_to(place.clone()) {
                Ok(_) => return Ok(false),
                Err(FolderError::Exists { .. }) => {}
                Err(error) => return Err(error),
            }
            check_replaceable(place)?;
            match rename::exchange(new, place, &self.partial.aside()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(self.error(error)),
            }
            // Only what has been looked at where nobody else can change it is removed.
            if let Err(error) = check_replaceable(new) {
                if let Err(source) = rename::exchange(new, place, &self.partial.aside()) {
                    // What is under the hidden name is not ours to remove.
                    let error = FolderError::Write { path: new.clone(), source };
                    unfinished.remove(new);
                    self.is_placed = true;
                    return Err(error);
                }
                return Err(match error {
                    FolderError::NotARun { .. } => FolderError::NotARun { path: place.clone() },
                    error => error,
                });
            }
            return Ok(true);
        }
        Err(self.error(io::Error::from(ErrorKind::ResourceBusy)))
    }

    fn error(&self, source: io::Error) -> FolderError {
        // The name under which the folder is built says nothing to a reader.
        FolderError::Write { path: self.place.clone(), source }
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.is_placed {
            self.partial.remove();
        }
    }
}

impl NewFile {
    fn close(self) -> io::Result<Written> {
        let hashed = self.writer.into_inner().map_err(IntoInnerError::into_error)?;
        hashed.file.sync_all()?;
        Ok(Written { sha256: hexadecimal(&hashed.hasher.finalize()), n_bytes: hashed.n_bytes })
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.file.write(bytes).inspect_err(|error| {
            if error.kind() != ErrorKind::Interrupted {
                self.refused = error.raw_os_error();
            }
        })?;
        self.hasher.update(&bytes[..n_written]);
        self.n_bytes += n_written as u64;
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Refuses what is not a run folder, an empty folder or nothing at all.
fn check_replaceable(path: &Path) -> Result<(), FolderError> {
    let is_replaceable = || -> io::Result<bool> {
        if !path.symlink_metadata()?.is_dir() {
            return Ok(false);
        }
        match path.join(RUN_FILE).symlink_metadata() {
            Ok(file) => Ok(file.is_file()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.read_dir()?.next().is_none()),
            Err(error) => Err(error),
        }
    };
    match is_replaceable() {
        Ok(true) => Ok(()),
        Ok(false) => Err(FolderError::NotARun { path: path.into() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(FolderError::Write { path: path.into(), source }),
    }
}

fn parent_and_name(place: &Path) -> Result<(&Path, &OsStr), FolderError> {
    let without_name = || {
        let source = io::Error::new(ErrorKind::InvalidInput, "a folder needs a name of its own");
        FolderError::Write { path: place.into(), source }
    };
    place.parent().zip(place.file_name()).ok_or_else(without_name)
}

/// The folder that holds a path, also that of a bare name.
fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(folder: &Path) {
    // Not every file system can do this, and none needs it for the folder to be seen whole or not at all.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Returns the SHA-256 of some bytes, in lower-case hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Returns bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}
