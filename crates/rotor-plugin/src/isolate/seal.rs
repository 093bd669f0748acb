//! Sealing a process for the rest of its life, before anything of the library in it runs.
//!
//! Three walls, each enough for most of what it keeps out:
//!
//! - Landlock, under which no file can be touched but those in the folders of the system's loader. The libraries that the
//!   factor's library needs are opened under it, from there or not at all.
//! - A list of the system calls that computing takes. Everything else fails: files by name in every form, sockets, processes,
//!   signals to others, devices, shared memory, rings, tracing, limits.
//! - The two calls by which the loader opens a library and looks at its size name files by pointers, which no filter can follow.
//!   They are refused as well and end in a handler in this process, which serves a descriptor of the library that was opened
//!   before. Since the handler itself cannot open anything, nothing is won by replacing it.
//!
//! Threads of its own are allowed; they are behind the same walls.

#![allow(unsafe_code, reason = "a handler stands in for two system calls, and opening a library runs it")]

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int, c_long, c_void};
use std::fs::{self, File};
use std::os::fd::{IntoRawFd as _, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::OnceLock;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use object::read::elf::ElfFile64;
use object::{Endianness, elf};
use seccompiler::SeccompCmpArgLen::Dword;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter_all_threads,
};

use crate::LoadError;

/// Where the system's loader looks for libraries, and its list of them.
const OF_LOADER: [&str; 6] =
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"];

/// The descriptors that a served process has: three standard ones, its two pipes, and the one by which they are counted.
const N_DESCRIPTORS: usize = 6;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

/// What computing takes, with any arguments.
const ALLOWED: &[c_long] = &[
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // What is open.
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    // Waiting, and threads of the process.
    libc::SYS_clock_nanosleep,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_membarrier,
    libc::SYS_nanosleep,
    libc::SYS_ppoll,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    // Its own signals.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // What it is, what time it is, and chance.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_getcpu,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
];

/// What ends in the handler.
const SERVED: &[c_long] = &[
    libc::SYS_newfstatat,
    libc::SYS_openat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
];

/// What a C library has another way for if the kernel does not know it.
const UNKNOWN: &[c_long] = &[libc::SYS_clone3, libc::SYS_statx];

/// Seals this process: from here on it can open nothing but the library at `path`, whose bytes are `bytes`.
///
/// # Errors
///
/// If the kernel or the state of the process does not allow all of it, or a library that this one needs is not in the system's
/// folders. The process may be sealed in part then and is to end.
pub(super) fn seal(path: &Path, bytes: &[u8]) -> Result<(), LoadError> {
    let not_sealed = |reason: String| LoadError::NotSealed { reason };
    let unreadable = |error: std::io::Error| not_sealed(error.to_string());
    // Landlock is for the thread that asks for it and those that it starts.
    if fs::read_dir("/proc/self/task").map_err(unreadable)?.count() != 1 {
        return Err(not_sealed("its process has more than one thread already".into()));
    }
    if fs::read_dir("/proc/self/fd").map_err(unreadable)?.count() != N_DESCRIPTORS {
        return Err(not_sealed("its process has inherited open files".into()));
    }
    let needed = needed(bytes).map_err(|error| not_sealed(error.to_string()))?;
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|error| not_sealed(error.to_string()))?;
    let library = File::open(path).map_err(unreadable)?.into_raw_fd();
    let is_first = LIBRARY.set(TheLibrary { name, descriptor: library }).is_ok();
    assert!(is_first, "a process opens one library");
    forbid_files().map_err(|error| not_sealed(format!("Landlock: {error}")))?;
    for name in needed {
        open_needed(&name)?;
    }
    serve_the_loader().map_err(unreadable)?;
    forbid_calls().map_err(|error| not_sealed(format!("seccomp: {error}")))?;
    // The walls are looked at from inside before anybody relies on them.
    if File::open("/dev/null").is_ok() || fs::metadata("/").is_ok() {
        return Err(not_sealed("files can still be opened".into()));
    }
    Ok(())
}

/// Lists the libraries that a library names as needed.
fn needed(bytes: &[u8]) -> object::read::Result<Vec<String>> {
    let file = ElfFile64::<Endianness>::parse(bytes)?;
    let table = file.elf_section_table().dynamic_table(file.endian(), bytes)?;
    let entries = table.iter().filter(|entry| entry.tag == elf::DT_NEEDED);
    entries.map(|entry| Ok(String::from_utf8_lossy(table.string(entry)?).into_owned())).collect()
}

/// Opens a library of the system, and keeps it.
fn open_needed(name: &str) -> Result<(), LoadError> {
    // SAFETY: only the loader's own folders can be read by now: what lies there is as trusted as the loader.
    let library = unsafe { Library::open(Some(name), RTLD_NOW | RTLD_LOCAL) };
    let library = library.map_err(|error| LoadError::Loader {
        reason: std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string),
    })?;
    std::mem::forget(library);
    Ok(())
}

/// The first wall. What the first version of Landlock knows must hold; what later ones know as well, sockets and signals, is held
/// by the second wall where the kernel is older.
fn forbid_files() -> Result<(), RulesetError> {
    let hard = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    let rules = path_beneath_rules(OF_LOADER, AccessFs::ReadFile);
    let status = hard.add_rules(rules)?.restrict_self()?;
    assert_ne!(status.ruleset, RulesetStatus::NotEnforced, "a hard requirement is met or an error");
    Ok(())
}

/// The second wall.
fn forbid_calls() -> Result<(), seccompiler::Error> {
    let any = |calls: &[c_long]| -> BTreeMap<i64, Vec<SeccompRule>> {
        calls.iter().map(|call| (*call, Vec::new())).collect()
    };
    let mut allowed = any(&[ALLOWED, SERVED, UNKNOWN].concat());
    allowed.extend(allowed_in_part()?);
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let unknown = SeccompAction::Errno(libc::ENOSYS as u32);
    // Of several filters the strictest decides; the last one forbids further ones.
    for (rules, otherwise, then) in [
        (any(SERVED), SeccompAction::Allow, SeccompAction::Trap),
        (any(UNKNOWN), SeccompAction::Allow, unknown),
        (allowed, refused, SeccompAction::Allow),
    ] {
        let program: BpfProgram = SeccompFilter::new(rules, otherwise, then, ARCHITECTURE)?.try_into()?;
        apply_filter_all_threads(&program)?;
    }
    Ok(())
}

/// What is allowed with some arguments alone.
fn allowed_in_part() -> Result<Vec<(i64, Vec<SeccompRule>)>, seccompiler::BackendError> {
    let is = |argument: u8, value: u64| SeccompCondition::new(argument, Dword, SeccompCmpOp::Eq, value);
    let rule = |conditions: Vec<SeccompCondition>| SeccompRule::new(conditions);
    // A thread, and nothing else: no process, no namespace, no descriptor of it.
    let thread = (libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD) as u64;
    let other = libc::CLONE_NEWNS
        | libc::CLONE_NEWCGROUP
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUSER
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNET
        | libc::CLONE_PIDFD
        | libc::CLONE_PTRACE
        | libc::CLONE_VFORK
        | libc::CLONE_PARENT
        | libc::CLONE_IO;
    let mask = thread | u64::from(other.cast_unsigned());
    let is_thread = SeccompCondition::new(0, Dword, SeccompCmpOp::MaskedEq(mask), thread)?;
    // A signal to itself, as `abort` sends one.
    let itself = u64::from(std::process::id());
    let copies = [libc::F_DUPFD, libc::F_DUPFD_CLOEXEC, libc::F_GETFD, libc::F_SETFD, libc::F_GETFL];
    let copies = copies.map(|command| rule(vec![is(1, command as u64)?]));
    let read_limit = rule(vec![
        is(0, 0)?,
        SeccompCondition::new(2, seccompiler::SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?,
    ])?;
    Ok(vec![
        (libc::SYS_clone, vec![rule(vec![is_thread])?]),
        (libc::SYS_fcntl, copies.into_iter().collect::<Result<_, _>>()?),
        (libc::SYS_prctl, vec![rule(vec![is(0, libc::PR_SET_NAME as u64)?])?]),
        (libc::SYS_prlimit64, vec![read_limit]),
        (libc::SYS_tgkill, vec![rule(vec![is(0, itself)?])?]),
    ])
}

/// The library that may be opened: the name by which the loader asks for it, and an open descriptor.
#[derive(Debug)]
struct TheLibrary {
    name: CString,
    descriptor: RawFd,
}

static LIBRARY: OnceLock<TheLibrary> = OnceLock::new();

/// Has refused calls end in the handler.
fn serve_the_loader() -> std::io::Result<()> {
    // SAFETY: the structure is zeroed as C does it, then filled; the handler is one for SA_SIGINFO.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_refused_call as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        libc::sigaction(libc::SIGSYS, &raw const action, std::ptr::null_mut())
    };
    if status == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// Answers a call that was refused: gives the library to whoever asks for it by its name, the size of what is open, and an error
/// for all else. Takes no memory and no lock.
extern "C" fn on_refused_call(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel gives the context of the interrupted thread, which has made the call with arguments of these types;
    // pointers that lead nowhere are the caller's own fault, as in the call itself. `errno` is that of this thread.
    unsafe {
        let errno = *libc::__errno_location();
        let registers = &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext;
        let (call, arguments) = call_of(registers);
        let result = if call == libc::SYS_newfstatat {
            let [descriptor, name, place, flags] = arguments;
            let is_of_descriptor =
                flags & i64::from(libc::AT_EMPTY_PATH) != 0 && (name == 0 || *(name as *const c_char) == 0);
            if is_of_descriptor {
                outcome(libc::syscall(libc::SYS_fstat, descriptor, place))
            } else {
                -REFUSED
            }
        } else {
            let name = arguments[usize::from(call == libc::SYS_openat)] as *const c_char;
            match LIBRARY.get() {
                Some(library) if !name.is_null() && libc::strcmp(name, library.name.as_ptr()) == 0 => {
                    libc::lseek(library.descriptor, 0, libc::SEEK_SET);
                    outcome(c_long::from(libc::fcntl(library.descriptor, libc::F_DUPFD_CLOEXEC, 3)))
                }
                _ => -REFUSED,
            }
        };
        give(registers, result);
        *libc::__errno_location() = errno;
    }
}

/// What the loader takes for a file that is not for it, and goes on.
const REFUSED: i64 = libc::EACCES as i64;

/// Turns what the C library says of a call into what the kernel says.
fn outcome(result: c_long) -> i64 {
    if result < 0 { -REFUSED } else { result }
}

/// Which call was made, with its first arguments.
#[cfg(target_arch = "x86_64")]
fn call_of(registers: &libc::mcontext_t) -> (c_long, [i64; 4]) {
    let of = |register: c_int| registers.gregs[register as usize];
    (of(libc::REG_RAX), [libc::REG_RDI, libc::REG_RSI, libc::REG_RDX, libc::REG_R10].map(of))
}

#[cfg(target_arch = "x86_64")]
fn give(registers: &mut libc::mcontext_t, result: i64) {
    registers.gregs[libc::REG_RAX as usize] = result;
}

/// Which call was made, with its first arguments.
#[cfg(target_arch = "aarch64")]
fn call_of(registers: &libc::mcontext_t) -> (c_long, [i64; 4]) {
    let of = |register: usize| registers.regs[register].cast_signed();
    (of(8), [0, 1, 2, 3].map(of))
}

#[cfg(target_arch = "aarch64")]
fn give(registers: &mut libc::mcontext_t, result: i64) {
    registers.regs[0] = result.cast_unsigned();
}
