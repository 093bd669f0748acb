//! Files that are read: regular ones only, opened without waiting, and never longer than the caller allows.
//!
//! A named pipe is waited for until somebody writes into it, and a device need not end. Neither is ever meant where a path of a
//! file is given, so both are refused in a sentence before and after the opening.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use crate::from_start;

/// Opens a regular file to read it. A link to one is as good as the file.
///
/// # Errors
///
/// If there is none, something else is there (a folder, a named pipe, a device, a socket), or the system refuses.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let path = &from_start(path);
    // Opening some devices does something by itself, so that the name is looked at before it is opened.
    expect_regular(path.metadata()?.file_type())?;
    // What is at the name may be exchanged in between: nothing is waited for, and what was opened is looked at again.
    let file = OpenOptions::new().read(true).custom_flags(without_waiting()).open(path)?;
    expect_regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// Reads a regular file whole, by one opening.
///
/// # Errors
///
/// As [`open_regular`]; [`ErrorKind::FileTooLarge`] if it has more than `longest` bytes, [`ErrorKind::OutOfMemory`] if there is no
/// memory for it.
pub fn read_regular(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    read_open(&open_regular(path)?, longest)
}

/// As [`read_regular`], of a text in UTF-8.
///
/// # Errors
///
/// As [`read_regular`]; [`ErrorKind::InvalidData`] if it is not UTF-8.
pub fn read_text(path: &Path, longest: u64) -> io::Result<String> {
    let bytes = read_regular(path, longest)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Reads an open file from where it is to its end.
///
/// # Errors
///
/// As [`read_regular`].
pub fn read_open(mut file: &File, longest: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        let reason = format!("it is longer than {longest} bytes");
        io::Error::new(ErrorKind::FileTooLarge, reason)
    };
    let n_bytes = file.metadata()?.len();
    if n_bytes > longest {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // One byte more, so that the end is found without growing.
    let room = usize::try_from(n_bytes + 1).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(room).map_err(|_| {
        io::Error::new(ErrorKind::OutOfMemory, format!("there is no memory for its {n_bytes} bytes"))
    })?;
    // It may have grown since.
    file.by_ref().take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The flag that keeps an opening from waiting for the other end of a pipe. On a regular file it has no effect.
pub(crate) fn without_waiting() -> i32 {
    OFlags::NONBLOCK.bits().cast_signed()
}

/// Refuses what is not a regular file, and says what it is.
pub(crate) fn expect_regular(found: FileType) -> io::Result<()> {
    let (kind, reason) = match found {
        found if found.is_file() => return Ok(()),
        found if found.is_dir() => (ErrorKind::IsADirectory, "it is a folder, not a file"),
        found if found.is_fifo() => (ErrorKind::InvalidInput, "it is a named pipe, not a file"),
        found if found.is_socket() => (ErrorKind::InvalidInput, "it is a socket, not a file"),
        _ => (ErrorKind::InvalidInput, "it is a device, not a file"),
    };
    Err(io::Error::new(kind, reason))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_not_a_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        let refused = |path: &Path| open_regular(path).unwrap_err().to_string();
        assert_eq!(refused(&at("pipe")), "it is a named pipe, not a file");
        assert_eq!(refused(&at("socket")), "it is a socket, not a file");
        assert_eq!(refused(folder.path()), "it is a folder, not a file");
        assert_eq!(refused(Path::new("/dev/zero")), "it is a device, not a file");
        assert_eq!(open_regular(&at("nothing")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        std::fs::write(&path, "four").unwrap();
        assert_eq!(read_text(&path, 4).unwrap(), "four");
        assert_eq!(read_regular(&path, 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
        std::fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_text(&path, 4).unwrap_err().to_string(), "it is not UTF-8");
        // A file of a terabyte that takes no room on the disk is none to be read.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read_regular(&path, 1 << 20).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
