//! A file that several processes add to, one after the other.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Seek as _, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt as _, MetadataExt, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::read::{expect_regular, without_waiting};
use crate::{FsError, from_start, parent_of, sync_folder};

/// How long is waited for others. Each holds the lock for as long as some lines take to the disk.
const PATIENCE: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(2);

/// How often the file is opened again if it was exchanged between the opening and the lock.
const N_ATTEMPTS: u32 = 8;

/// A file that is open and locked. The lock ends with this value, or with the process.
#[derive(Debug)]
pub struct LockedFile {
    path: PathBuf,
    file: File,
}

/// A lock on a folder. It ends with this value, or with the process.
#[derive(Debug)]
pub struct FolderLock {
    _folder: File,
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Read,
    Append,
}

/// Waits until nobody else holds the lock of a folder, and takes it.
///
/// # Errors
///
/// [`FsError::Lock`] if there is no such folder or the system refuses.
pub fn lock_folder(folder: &Path) -> Result<FolderLock, FsError> {
    let failed = |source| FsError::Lock { path: folder.into(), source };
    let opened = File::open(from_start(folder)).map_err(failed)?;
    opened.lock().map_err(failed)?;
    Ok(FolderLock { _folder: opened })
}

impl LockedFile {
    /// Opens a file that is read, together with other readers. `None` if there is no file.
    ///
    /// # Errors
    ///
    /// [`FsError::NotAFile`], [`FsError::Busy`] if a writer keeps it locked for ten seconds, or what the system refuses.
    pub fn open_to_read(path: &Path) -> Result<Option<Self>, FsError> {
        match Self::open(path, OpenOptions::new().read(true), Purpose::Read) {
            Err(FsError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Opens a file that is added to, alone. It and the folders above it are made if they are missing.
    ///
    /// # Errors
    ///
    /// [`FsError::NotAFile`], [`FsError::Busy`] if others keep it locked for ten seconds, or what the system refuses.
    pub fn open_to_append(path: &Path) -> Result<Self, FsError> {
        let failed = |source| FsError::Write { path: path.into(), source };
        fs::create_dir_all(from_start(parent_of(path))).map_err(failed)?;
        Self::open(path, OpenOptions::new().read(true).append(true).create(true), Purpose::Append)
    }

    fn open(path: &Path, options: &mut OpenOptions, purpose: Purpose) -> Result<Self, FsError> {
        let options = options.custom_flags(without_waiting());
        let failed = |source| match purpose {
            Purpose::Read => FsError::Read { path: path.into(), source },
            Purpose::Append => FsError::Write { path: path.into(), source },
        };
        let place = from_start(path);
        for _ in 0..N_ATTEMPTS {
            // Pipes and devices would be waited for without end. What is there may be exchanged before it is opened, so that the
            // opening does not wait either, and what was opened is looked at.
            let is_other = |found: fs::Metadata| expect_regular(found.file_type()).is_err();
            let not_a_file = || FsError::NotAFile { path: path.into() };
            if fs::metadata(&place).is_ok_and(is_other) {
                return Err(not_a_file());
            }
            let file = options.open(&place).map_err(failed)?;
            if is_other(file.metadata().map_err(failed)?) {
                return Err(not_a_file());
            }
            wait_for(path, &file, purpose)?;
            // Between the opening and the lock the file may have been removed or replaced, and what is added would be lost.
            let (ours, named) = (file.metadata().map_err(failed)?, fs::metadata(&place));
            if named.is_ok_and(|named| (named.dev(), named.ino()) == (ours.dev(), ours.ino())) {
                return Ok(Self { path: path.into(), file });
            }
        }
        Err(failed(io::Error::other("it is replaced again and again")))
    }

    /// Reads the rest of the file; right after the opening that is all of it.
    ///
    /// # Errors
    ///
    /// [`FsError::Read`].
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, FsError> {
        let mut bytes = Vec::new();
        match self.file.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(source) => Err(FsError::Read { path: self.path.clone(), source }),
        }
    }

    /// Returns how many bytes the file has.
    ///
    /// # Errors
    ///
    /// [`FsError::Read`].
    pub fn n_bytes(&self) -> Result<u64, FsError> {
        let metadata = self.file.metadata();
        Ok(metadata.map_err(|source| FsError::Read { path: self.path.clone(), source })?.len())
    }

    /// Returns `n_bytes` of the file from a position on, wherever it has been read to.
    ///
    /// # Errors
    ///
    /// [`FsError::Read`], also if the file ends before.
    pub fn read_at(&self, position: u64, n_bytes: usize) -> Result<Vec<u8>, FsError> {
        let mut bytes = vec![0; n_bytes];
        match self.file.read_exact_at(&mut bytes, position) {
            Ok(()) => Ok(bytes),
            Err(source) => Err(FsError::Read { path: self.path.clone(), source }),
        }
    }

    /// Shows every line of the first `n_bytes` of the file, without its line feed, until `visit` breaks, and returns what it broke
    /// with. A line feed at the end begins no line. Memory is taken for the longest line, not for the file.
    ///
    /// # Errors
    ///
    /// [`FsError::Read`].
    pub fn each_line<B>(
        &mut self,
        n_bytes: u64,
        mut visit: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> Result<Option<B>, FsError> {
        /// What a core's own cache holds: each byte is read by the processor once from memory.
        const BLOCK: usize = 1 << 17;
        let failed = |source| FsError::Read { path: self.path.clone(), source };
        self.file.rewind().map_err(failed)?;
        let mut reader = BufReader::with_capacity(BLOCK, (&self.file).take(n_bytes));
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(failed)? == 0 {
                return Ok(None);
            }
            if let ControlFlow::Break(found) = visit(line.strip_suffix(b"\n").unwrap_or(&line)) {
                return Ok(Some(found));
            }
        }
    }

    /// Cuts the file to its first `n_kept` bytes, adds `bytes` and puts them on the disk. If the disk refuses, the file ends
    /// after the bytes that were to be kept.
    ///
    /// The bytes go out by one write: a process that is killed has written all of them or, at worst, a beginning.
    ///
    /// # Errors
    ///
    /// [`FsError::Write`].
    pub fn append(&mut self, n_kept: u64, bytes: &[u8]) -> Result<(), FsError> {
        let failed = |source| FsError::Write { path: self.path.clone(), source };
        let n_bytes = self.file.metadata().map_err(failed)?.len();
        if n_kept < n_bytes {
            self.file.set_len(n_kept).map_err(failed)?;
        }
        if let Err(error) = self.file.write_all(bytes).and_then(|()| self.file.sync_all()) {
            let _ = self.file.set_len(n_kept);
            return Err(failed(error));
        }
        if n_bytes == 0 {
            // The name of a new file is news of the folder.
            sync_folder(parent_of(&from_start(&self.path)));
        }
        Ok(())
    }
}

fn wait_for(path: &Path, file: &File, purpose: Purpose) -> Result<(), FsError> {
    let start = Instant::now();
    loop {
        let locked = match purpose {
            Purpose::Read => file.try_lock_shared(),
            Purpose::Append => file.try_lock(),
        };
        match locked {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(source)) => return Err(FsError::Lock { path: path.into(), source }),
            Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => {
                return Err(FsError::Busy { path: path.into(), seconds: PATIENCE.as_secs() });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(STEP),
        }
    }
}
