//! How every file and folder of Rotor is written, and files are opened to be read.
//!
//! - [`NewFolder`] and [`FileDestination`]: a folder or a file that appears whole or not at all. It is built beside its
//!   destination under a hidden name, locked while its writer lives, synced, and renamed. What a killed writer left behind
//!   is removed by the next writer of the same destination; what a live one is building is not touched.
//! - [`LockedFile`] and [`lock_folder`]: a file that several processes add to, one after the other.
//! - [`open_regular`] and [`read_regular`]: a file that is read, and nothing else that a path may lead to.
//! - [`note_start`]: relative paths are meant from where the program was started, whoever changes the working folder.
//! - [`shown()`]: a name from outside, safe to show.
//! - [`remove_unfinished`]: for a program that is told to stop, the end of everything that it is building.
//!
//! The crate knows nothing of what is in the files, and none of our other crates.

mod error;
mod file;
mod folder;
mod hash;
mod locked;
mod partial;
mod read;
mod rename;
mod shown;
mod start;
mod unfinished;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

pub use error::{FsError, is_shortage};
pub use file::FileDestination;
pub use folder::{FileWriter, NewFolder, Written};
pub use hash::{hexadecimal, sha256, sha256_of_file};
pub use locked::{FolderLock, LockedFile, lock_folder};
pub use read::{open_regular, read_open, read_regular, read_text};
pub use shown::{is_obeyed, is_plain, shown, shown_lines, shown_path};
pub use start::{from_start, note_start};
pub use unfinished::{remove_unfinished, remove_unfinished_within};

/// Splits a destination; one without a name, such as `/` or `a/..`, is an error.
fn parent_and_name(destination: &Path) -> Result<(&Path, &OsStr), FsError> {
    let without_name = || {
        let source = io::Error::new(ErrorKind::InvalidInput, "the path does not end in a name");
        FsError::Write { path: destination.into(), source }
    };
    destination.parent().zip(destination.file_name()).ok_or_else(without_name)
}

/// Returns the folder that holds a path, also that of a bare name.
fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts the names in a folder on the disk.
fn sync_folder(folder: &Path) {
    // Not every file system can do this, and none needs it for a file or folder to be seen whole or not at all.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
