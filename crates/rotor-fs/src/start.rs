//! Relative places are meant from where the program was started.
//!
//! The working folder belongs to the whole process: a library that is loaded may change it at any moment, also from a thread of its
//! own. A program that loads such libraries notes the folder once, before anything else; from then on every relative path that is
//! opened, written or looked at through this crate is joined to it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static START: OnceLock<PathBuf> = OnceLock::new();

/// Notes the working folder for [`from_start`]. Only the first call of a process counts.
///
/// # Errors
///
/// If the system cannot tell the working folder, or it has been removed.
pub fn note_start() -> io::Result<()> {
    let folder = std::env::current_dir()?;
    START.get_or_init(|| folder);
    Ok(())
}

/// Returns a path as it was meant at the start: a relative one joined to the folder that [`note_start`] has noted. Without one, and
/// of an absolute path, the path itself.
#[must_use]
pub fn from_start(path: &Path) -> PathBuf {
    START.get().map_or_else(|| path.to_owned(), |start| start.join(path))
}
