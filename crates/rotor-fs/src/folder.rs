//! A folder that appears whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IntoInnerError, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::partial::{self, Partial};
use crate::unfinished::{self, Unfinished};
use crate::{FsError, from_start, hexadecimal, parent_and_name, parent_of, rename, sync_folder};

/// A folder that is being built. Dropped before it is finished, it leaves nothing behind.
///
/// Files can be written from several threads at once.
///
/// ```
/// use std::io::Write;
///
/// use rotor_fs::NewFolder;
///
/// # let parent = tempfile::tempdir().unwrap();
/// let path = parent.path().join("greeting");
/// let new = NewFolder::create(&path)?;
/// let written = new.write_file("words/hello.txt", |file| file.write_all(b"hello"))?;
/// assert_eq!(written.n_bytes, 5);
/// assert!(!path.exists());
/// assert_eq!(new.finish()?, path);
/// assert!(path.join("words/hello.txt").exists());
/// # Ok::<(), rotor_fs::FsError>(())
/// ```
#[derive(Debug)]
pub struct NewFolder {
    destination: PathBuf,
    purpose: Purpose,
    partial: Partial,
    /// The folders in it that hold files; their entries go to the disk before the renaming.
    folders: Mutex<BTreeSet<PathBuf>>,
}

/// What becomes of something that is at the destination already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    New,
    /// It is replaced if it is an empty folder or one with this file.
    Replace(&'static str),
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
pub struct FileWriter {
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

impl NewFolder {
    /// Begins a folder that is to be at `destination`, where there must be nothing. Its parents are made if they are missing.
    ///
    /// # Errors
    ///
    /// [`FsError::Exists`] if there is something, be it an empty folder or a link to nowhere; [`FsError::Write`]
    /// if the system refuses.
    pub fn create(destination: &Path) -> Result<Self, FsError> {
        if from_start(destination).symlink_metadata().is_ok() {
            return Err(FsError::Exists { path: destination.into() });
        }
        Self::begin(destination, Purpose::New)
    }

    /// Begins a folder that replaces the one at `destination`, if there is one and it is empty or holds a file named
    /// `marker`, such as `run.json`. Until the new folder is finished, the old one stays; then it goes with all that is in it.
    ///
    /// # Errors
    ///
    /// [`FsError::NotReplaced`] if there is something else, a link to such a folder included; [`FsError::Write`] if the
    /// system refuses.
    pub fn replacing(destination: &Path, marker: &'static str) -> Result<Self, FsError> {
        // A name that ends in a slash would be looked up through a link.
        let (parent, name) = parent_and_name(destination)?;
        check_replaceable(&parent.join(name), marker)?;
        Self::begin(destination, Purpose::Replace(marker))
    }

    /// Begins a folder that takes the first free path among `destination`, `destination-2`, `destination-3` and so on.
    ///
    /// The path is chosen when the folder is finished: two writers get two paths.
    ///
    /// # Errors
    ///
    /// [`FsError::Write`] if the system refuses.
    pub fn numbered(destination: &Path) -> Result<Self, FsError> {
        Self::begin(destination, Purpose::Number)
    }

    fn begin(destination: &Path, purpose: Purpose) -> Result<Self, FsError> {
        let failed = |source| FsError::Write { path: destination.into(), source };
        let (parent, name) = parent_and_name(destination)?;
        fs::create_dir_all(from_start(parent)).map_err(|error| match error.kind() {
            // What exists already is the parent, and it is something else than a folder.
            ErrorKind::AlreadyExists => failed(Errno::NOTDIR.into()),
            _ => failed(error),
        })?;
        let destination = parent.join(name);
        let partial = Partial::folder(&from_start(&destination)).map_err(failed)?;
        partial.remove_dead(&from_start(&destination));
        let folders = Mutex::new(BTreeSet::from([partial.path().to_owned()]));
        Ok(Self { destination, purpose, partial, folders })
    }

    /// Writes a file and puts it on the disk. The name may lead into folders, which are made: `tables/marks.csv`.
    ///
    /// # Errors
    ///
    /// [`FsError::Write`] if the name leads out of the folder, if there is such a file already, if `write` fails or
    /// the system refuses. The error names the file as it would have been in the end.
    pub fn write_file(
        &self,
        name: &str,
        write: impl FnOnce(&mut FileWriter) -> io::Result<()>,
    ) -> Result<Written, FsError> {
        self.write_with_mode(name, 0o666, write)
    }

    /// Writes a file that can be run as a program, such as a script, as [`NewFolder::write_file`] does.
    ///
    /// # Errors
    ///
    /// As for [`NewFolder::write_file`].
    pub fn write_executable(
        &self,
        name: &str,
        write: impl FnOnce(&mut FileWriter) -> io::Result<()>,
    ) -> Result<Written, FsError> {
        self.write_with_mode(name, 0o777, write)
    }

    /// The mask of the process takes its share of the mode.
    fn write_with_mode(
        &self,
        name: &str,
        mode: u32,
        write: impl FnOnce(&mut FileWriter) -> io::Result<()>,
    ) -> Result<Written, FsError> {
        let written = self.open(name, mode).and_then(|mut file| {
            let result = write(&mut file);
            let refused = file.writer.get_ref().refused;
            result
                .and_then(|()| file.close())
                .map_err(|error| refused.map_or(error, io::Error::from_raw_os_error))
        });
        written.map_err(|source| FsError::Write { path: self.destination.join(name), source })
    }

    fn open(&self, name: &str, mode: u32) -> io::Result<FileWriter> {
        let is_plain = |component| matches!(component, Component::Normal(_));
        if name.is_empty() || name.ends_with('/') || !Path::new(name).components().all(is_plain) {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "it is not the name of a file in the folder",
            ));
        }
        unfinished::may_write()?;
        let path = self.partial.path().join(name);
        self.make_parents(&path)?;
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        let hashed = Hashed { file, hasher: Sha256::new(), n_bytes: 0, refused: None };
        Ok(FileWriter { writer: BufWriter::with_capacity(1 << 16, hashed) })
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

    /// Puts the folder at its destination and returns the destination. Nothing is overwritten but what was to be replaced.
    ///
    /// # Errors
    ///
    /// [`FsError::Exists`] or [`FsError::NotReplaced`] if something has come to the destination in the meantime;
    /// [`FsError::Write`] if the system refuses, or the program has been told to stop
    /// ([`remove_unfinished`](crate::remove_unfinished)). What was built is then removed.
    pub fn finish(mut self) -> Result<PathBuf, FsError> {
        for folder in self.folders.get_mut().unwrap_or_else(PoisonError::into_inner).iter() {
            sync_folder(folder);
        }
        let mut unfinished = Unfinished::open().map_err(|source| self.error(source))?;
        // Kept until the old folder is gone, lest another writer takes it for one that was left behind.
        let mut old_lock = None;
        let (destination, is_old_left) = match self.purpose {
            Purpose::New => (self.move_to(self.destination.clone())?, false),
            Purpose::Number => (self.move_to_free()?, false),
            Purpose::Replace(marker) => {
                old_lock = partial::claim_folder(&from_start(&self.destination)).ok().flatten();
                (self.destination.clone(), self.replace(marker, &mut unfinished)?)
            }
        };
        if !is_old_left {
            self.partial.leave(&mut unfinished);
        }
        drop(unfinished);
        sync_folder(parent_of(&from_start(&destination)));
        // An old folder is under the hidden name now, and goes with it.
        drop(self.partial);
        drop(old_lock);
        Ok(destination)
    }

    fn move_to(&self, destination: PathBuf) -> Result<PathBuf, FsError> {
        match rename::without_overwriting(self.partial.path(), &from_start(&destination)) {
            Ok(()) => Ok(destination),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(FsError::Exists { path: destination })
            }
            Err(error) => Err(self.error(error)),
        }
    }

    fn move_to_free(&self) -> Result<PathBuf, FsError> {
        let mut destination = self.destination.clone();
        for number in 2_u64.. {
            match self.move_to(destination) {
                Err(FsError::Exists { .. }) => {
                    let mut name =
                        self.destination.file_name().expect("every destination ends in a name").to_owned();
                    name.push(format!("-{number}"));
                    destination = self.destination.with_file_name(name);
                }
                moved => return moved,
            }
        }
        unreachable!("no disk holds that many folders")
    }

    /// Exchanges what was built for what is at the destination, and tells whether that is now under the hidden name.
    fn replace(
        &mut self,
        marker: &'static str,
        unfinished: &mut MutexGuard<'static, Unfinished>,
    ) -> Result<bool, FsError> {
        const MOST_TRIES: usize = 100;
        let (new, destination) = (self.partial.path(), &self.destination);
        // Others may put a folder there, or take it away, between any two steps.
        for _ in 0..MOST_TRIES {
            match self.move_to(destination.clone()) {
                Ok(_) => return Ok(false),
                Err(FsError::Exists { .. }) => {}
                Err(error) => return Err(error),
            }
            check_replaceable(destination, marker)?;
            match rename::exchange(new, &from_start(destination), &self.partial.aside()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(self.error(error)),
            }
            // Only what has been looked at where nobody else can change it is removed.
            if let Err(error) = check_replaceable(new, marker) {
                if let Err(source) = rename::exchange(new, &from_start(destination), &self.partial.aside()) {
                    // What is under the hidden name is not ours to remove.
                    let error = FsError::Write { path: new.to_owned(), source };
                    self.partial.leave(unfinished);
                    return Err(error);
                }
                return Err(match error {
                    FsError::NotReplaced { .. } => FsError::NotReplaced { path: destination.clone(), marker },
                    error => error,
                });
            }
            return Ok(true);
        }
        Err(self.error(io::Error::from(ErrorKind::ResourceBusy)))
    }

    fn error(&self, source: io::Error) -> FsError {
        // The name under which the folder is built says nothing to a reader.
        FsError::Write { path: self.destination.clone(), source }
    }
}

impl FileWriter {
    fn close(self) -> io::Result<Written> {
        let hashed = self.writer.into_inner().map_err(IntoInnerError::into_error)?;
        hashed.file.sync_all()?;
        Ok(Written { sha256: hexadecimal(&hashed.hasher.finalize()), n_bytes: hashed.n_bytes })
    }
}

impl Write for FileWriter {
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

/// Refuses what is not a folder with the marker, an empty folder or nothing at all.
fn check_replaceable(path: &Path, marker: &'static str) -> Result<(), FsError> {
    let is_replaceable = || -> io::Result<bool> {
        let path = from_start(path);
        if !path.symlink_metadata()?.is_dir() {
            return Ok(false);
        }
        match path.join(marker).symlink_metadata() {
            Ok(file) => Ok(file.is_file()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.read_dir()?.next().is_none()),
            Err(error) => Err(error),
        }
    };
    match is_replaceable() {
        Ok(true) => Ok(()),
        Ok(false) => Err(FsError::NotReplaced { path: path.into(), marker }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(FsError::Write { path: path.into(), source }),
    }
}
