//! A file of a dataset, opened once: the bytes that are hashed are the bytes that are decoded.
//!
//! Somebody may put another file into its place, or write into it, while a dataset is read. Whatever happens, the SHA-256 that a
//! run records is that of the rows it was made of: Parquet is read whole before anything of it is believed, and CSV passes through
//! the hash on its way to the reader.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;
use std::sync::OnceLock;

use bytes::Bytes;
use rotor_fs::{hexadecimal, is_shortage, open_regular, read_open, sha256_of_file};
use sha2::{Digest, Sha256};

use super::foreign::has_parts;

/// The largest Parquet file that is read; as much memory is needed for as long as it is decoded. Ten million observations take
/// some fifty megabytes.
pub(crate) const LARGEST_PARQUET: u64 = 4 << 30;

/// How much of the beginning of a file is looked at before it is read.
const HEAD: u64 = 1 << 16;

/// A file that was opened once, or why it cannot be.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    file: Result<File, Unopened>,
    /// Of the bytes that were read; set by the first reading that comes to the end.
    sha256: OnceLock<Option<String>>,
}

/// Why there is no file to read.
#[derive(Debug)]
pub(super) enum Unopened {
    /// A folder of part files lies in its place.
    Parts,
    /// What the system says.
    Refused(String),
}

impl OpenedFile {
    /// Opens a file. That it cannot be opened is for its reader to report.
    ///
    /// # Errors
    ///
    /// If the system has too little for another open file, which says nothing about this one.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = match open_regular(path) {
            Ok(file) => Ok(file),
            Err(error) if is_shortage(&error) => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory && has_parts(path) => {
                Err(Unopened::Parts)
            }
            Err(error) => Err(Unopened::Refused(error.to_string())),
        };
        Ok(Self { file, sha256: OnceLock::new() })
    }

    pub(super) fn file(&self) -> Result<&File, &Unopened> {
        self.file.as_ref()
    }

    /// Returns the beginning of the file for a look that decides nothing about a sound one.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(mut file) = self.file() {
            // What cannot be read has been reported by the reader.
            let _ = file.rewind().and_then(|()| file.take(HEAD).read_to_end(&mut bytes));
        }
        bytes
    }

    /// Reads the file whole.
    pub(super) fn whole(&self) -> io::Result<Bytes> {
        let Ok(mut file) = self.file() else { return Err(io::ErrorKind::NotFound.into()) };
        file.rewind()?;
        read_open(file, LARGEST_PARQUET).map(Bytes::from)
    }

    /// Notes the hash of the bytes that were read; `None` if they could not be read to their end.
    pub(super) fn note_sha256(&self, sha256: Option<String>) {
        // A second reading is for messages alone, and what it finds is not what the rows came from.
        let _ = self.sha256.set(sha256);
    }

    /// Returns the hash of the bytes that were read; of a file that nobody has read yet, that of the bytes that are there now.
    pub(super) fn sha256(&self) -> Option<String> {
        let now = || {
            let mut file = self.file().ok()?;
            file.rewind().ok()?;
            sha256_of_file(file).ok()
        };
        self.sha256.get_or_init(now).clone()
    }
}

/// A reading from the beginning of a file that hashes what passes.
pub(super) struct Hashing<'a> {
    file: &'a File,
    hasher: Sha256,
}

impl<'a> Hashing<'a> {
    pub(super) fn new(mut file: &'a File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self { file, hasher: Sha256::new() })
    }

    pub(super) fn head(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.take(HEAD).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads to the end, wherever the reader stopped, and returns the hash of all; `None` if the end cannot be read.
    pub(super) fn finish(mut self) -> Option<String> {
        io::copy(&mut self, &mut io::sink()).ok()?;
        Some(hexadecimal(&self.hasher.finalize()))
    }
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..n_read]);
        Ok(n_read)
    }
}
