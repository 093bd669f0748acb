//! Makes system calls that have nothing to do with computing, each with arguments that would do something; asked for scores, it
//! says which of them the kernel has done.
//!
//! Expected: none where it is sealed, and scores.

use std::ffi::{CStr, c_int, c_long};
use std::fs;

use rotor_factor::{AsOfView, FactorError, Signal};

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn fork() -> c_int;
    fn _exit(code: c_int) -> !;
    fn getppid() -> c_int;
}

const FILE: &CStr = c"/etc/passwd";

#[cfg(target_arch = "x86_64")]
const NUMBERS: [c_long; 26] = [
    257, 262, 437, 439, 267, 332, 40, 56, 59, 62, 101, 310, 319, 425, 293, 29, 250, 321, 272, 294, 290, 283,
    160, 72, 157, 304,
];
#[cfg(not(target_arch = "x86_64"))]
const NUMBERS: [c_long; 26] = [
    56, 79, 437, 439, 78, 291, 71, 220, 221, 129, 117, 270, 279, 425, 59, 194, 219, 280, 97, 26, 19, 85, 164,
    25, 167, 265,
];

/// What the kernel has done of what it was asked for.
fn done() -> Vec<&'static str> {
    let file = FILE.as_ptr();
    let mut buffer = [0_u64; 64];
    let place = buffer.as_mut_ptr();
    let [
        openat,
        newfstatat,
        openat2,
        faccessat2,
        readlinkat,
        statx,
        sendfile,
        clone,
        execve,
        kill,
        ptrace,
        process_vm_readv,
        memfd_create,
        io_uring_setup,
        pipe2,
        shmget,
        keyctl,
        bpf,
        unshare,
        inotify,
        eventfd,
        timerfd,
        setrlimit,
        fcntl,
        prctl,
        open_by_handle_at,
    ] = NUMBERS;
    let here: c_long = -100;
    let parent = c_long::from(unsafe { getppid() });
    let call = |number: c_long, arguments: [c_long; 5]| {
        let [a, b, c, d, e] = arguments;
        // SAFETY: none is given a place to write but the buffer, which is large enough for each.
        unsafe { syscall(number, a, b, c, d, e) >= 0 }
    };
    let (file, place) = (file as c_long, place as c_long);
    let how = [0_u64, 0, 0];
    let tried = [
        ("open a file", call(openat, [here, file, 0, 0, 0])),
        ("look at a file", call(newfstatat, [here, file, place, 0, 0])),
        ("open a file in the new way", call(openat2, [here, file, how.as_ptr() as c_long, 24, 0])),
        ("ask for access", call(faccessat2, [here, file, 0, 0, 0])),
        ("read a link", call(readlinkat, [here, c"/proc/self/exe".as_ptr() as c_long, place, 64, 0])),
        ("look at a file in the new way", call(statx, [here, file, 0, 0x7ff, place])),
        ("send a file", call(sendfile, [2, 0, 0, 0, 0])),
        // A signal that does nothing.
        ("signal its parent", call(kill, [parent, 0, 0, 0, 0])),
        ("trace its parent", call(ptrace, [16, parent, 0, 0, 0])),
        ("read its parent's memory", call(process_vm_readv, [parent, 0, 0, 0, 0])),
        ("make a file in memory", call(memfd_create, [c"m".as_ptr() as c_long, 0, 0, 0, 0])),
        ("set up a ring", call(io_uring_setup, [1, place, 0, 0, 0])),
        ("make a pipe", call(pipe2, [place, 0, 0, 0, 0])),
        ("share memory", call(shmget, [0, 4096, 0o1600, 0, 0])),
        ("use a keyring", call(keyctl, [0, -3, 1, 0, 0])),
        ("load a program into the kernel", call(bpf, [0, 0, 0, 0, 0])),
        ("leave its namespace", call(unshare, [0x0400_0000, 0, 0, 0, 0])),
        ("watch files", call(inotify, [0, 0, 0, 0, 0])),
        ("make an event", call(eventfd, [0, 0, 0, 0, 0])),
        ("make a clock", call(timerfd, [1, 0, 0, 0, 0])),
        ("set a limit", call(setrlimit, [4, [0_u64, 0].as_ptr() as c_long, 0, 0, 0])),
        // The owner of a descriptor gets signals, whoever it is.
        ("give a descriptor to another process", call(fcntl, [2, 8, parent, 0, 0])),
        ("outlive its parent", call(prctl, [1, 0, 0, 0, 0])),
        ("open a file by a handle", call(open_by_handle_at, [here, place, 0, 0, 0])),
        ("become another program", {
            let argument: [*const i8; 1] = [std::ptr::null()];
            call(execve, [c"/nothing/here".as_ptr() as c_long, argument.as_ptr() as c_long, 0, 0, 0])
        }),
    ];
    let mut done: Vec<&'static str> =
        tried.into_iter().filter(|(_, is_done)| *is_done).map(|(name, _)| name).collect();
    // SAFETY: the new process does nothing but end.
    unsafe {
        let process = fork();
        if process == 0 {
            _exit(0);
        }
        if process > 0 {
            done.push("fork");
        }
        // As `vfork` would, but with memory of its own.
        let process = syscall(clone, 17 as c_long, 0 as c_long, 0 as c_long, 0 as c_long, 0 as c_long);
        if process == 0 {
            _exit(0);
        }
        if process > 0 {
            done.push("start a process");
        }
    }
    if fs::File::open("/dev/null").is_ok() {
        done.push("open a device");
    }
    if std::process::Command::new("true").status().is_ok() {
        done.push("run a program");
    }
    done
}

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    match done()[..] {
        [] => support::momentum(view),
        ref done => Err(FactorError::because(format!("it could {}", done.join(", ")))),
    }
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
