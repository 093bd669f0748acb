//! Standard output belongs to the program, not to its factors.

use std::fs::File;
use std::io;

/// Sends what anybody writes to standard output from now on to standard error, and returns the true standard output.
///
/// A library that prints would otherwise write into the results. For programs, once, before the first library is opened.
///
/// # Errors
///
/// If the system does not allow it.
pub fn take_stdout() -> io::Result<File> {
    let stdout = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(File::from(stdout))
}
