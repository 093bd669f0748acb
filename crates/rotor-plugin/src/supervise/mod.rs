//! A process that watches over the program while libraries run in it, and has the last word.
//!
//! A library can end the process that it is loaded into by calls that nothing in that process sees: `_exit`, a call of the system,
//! a stack overflow in a thread of its own. So the program forks before it opens one. The child goes on as the program; the parent
//! runs nothing of a library, waits, and tells an end that the program has chosen ([`tell_end`], by a token in shared memory) from
//! one that happened to it. It keeps nothing open but standard error, reads nothing, and passes on what it is sent.

#[cfg(target_os = "linux")]
mod linux;
mod page;
#[cfg(target_os = "linux")]
mod verdict;

pub(crate) use page::{Name, Place, tell_end};

#[cfg(target_os = "linux")]
pub(crate) use linux::die_of;

/// Has the program run in a child of this process, which watches over it: if a library ends the program by a way that nothing in it
/// can see, that is said, with who was being asked or which libraries there were, and the exit code is 2. Returns in the child alone.
///
/// For programs, once, before there is a second thread and before the first library is opened. From then on the program ends
/// by [`end_process`](crate::end_process) alone: any other end is taken to be that of a library, if one was opened. The child ends with its parent. What is sent to the
/// parent alone is passed on; what a terminal sends reaches both, and the child once. Where the system is not Linux nothing changes.
///
/// # Errors
///
/// If the system has no room for a page or a process.
pub fn supervise() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    linux::supervise()?;
    Ok(())
}
