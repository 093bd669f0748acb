//! Opening a library that has passed all checks.
//!
//! The bytes that were looked at are the bytes that are opened: a private copy of them ([`crate::cache`]), so that overwriting
//! the library during a run cannot pull memory from under it, and nobody can exchange it between the look and the opening. A library is never closed: its thread-locals, its threads and pointers into it
//! may outlive any moment at which that could be proved safe.

#![allow(unsafe_code, reason = "opening a library runs it, and its symbols are pointers")]

use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use rotor_factor::{ExportedFactor, abi};
use rotor_fs::shown;

use crate::cache::private_copy;
use crate::delivery::Call;
use crate::file::{FactorHeader, LibraryFile};
use crate::mark::Culprit;
use crate::{LoadError, Refused};

/// What a configuration says about a library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The SHA-256 that the file must have, in lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Takes the file although any user of the machine can change it.
    pub allow_world_writable: bool,
    /// How long a call may take where the program [watches](crate::explain_fatal_calls); the opening of the library is one.
    pub time_limit: Option<Duration>,
}

/// Opens a library and returns the header of each factor with its table of functions, whole and without a null.
///
/// # Errors
///
/// Every reason to refuse the file, or the first that opening it shows.
pub(crate) fn open(
    file: &LibraryFile,
    time_limit: Option<Duration>,
) -> Result<Vec<(&'static abi::Header, &'static abi::VTable)>, Refused> {
    open_after(file, time_limit, |_| Ok(()))
}

/// As [`open`]. `before` is given the path that is opened, when nothing of the library has run yet.
pub(crate) fn open_after(
    file: &LibraryFile,
    time_limit: Option<Duration>,
    before: impl FnOnce(&Path) -> Result<(), LoadError>,
) -> Result<Vec<(&'static abi::Header, &'static abi::VTable)>, Refused> {
    let refused = |error| Refused { path: file.path.clone(), reasons: vec![error] };
    if !file.refusals.is_empty() {
        return Err(Refused { path: file.path.clone(), reasons: file.refusals.clone() });
    }
    let copy = private_copy(&file.sha256, &file.bytes).map_err(refused)?;
    before(&copy).map_err(refused)?;
    let loader = |error: libloading::Error| LoadError::Loader { reason: loader_message(&error, &copy) };
    let builds: Vec<&str> = file.factors.iter().map(|header| header.build.as_str()).collect();
    // Constructors run while it is opened: what they do to the thread counts, too.
    let call = Call::begin(Culprit::new(&builds.join(", "), Some(&file.path), time_limit), None);
    // SAFETY: opening runs constructors of the library. That is what naming its path asks for; the file is a factor
    // library by its symbols and headers, and the one that was hashed.
    let library = unsafe { Library::open(Some(&copy), RTLD_NOW | RTLD_LOCAL) };
    let library = keep(library.map_err(loader).map_err(refused)?);
    call.end().map_err(LoadError::Start).map_err(refused)?;
    let mut factors = Vec::new();
    for expected in &file.factors {
        // SAFETY: the symbol was found in the file, where a header begins that is large enough.
        let symbol = unsafe { library.get::<*const abi::Header>(expected.symbol.as_bytes()) };
        let header = symbol.map_err(loader).map_err(refused)?.as_raw_ptr().cast_const().cast::<abi::Header>();
        factors.push(checked(header, expected).map_err(refused)?);
    }
    Ok(factors)
}

/// Checks the header of a factor that is part of the program.
pub(crate) fn checked_linked(
    factor: &'static ExportedFactor,
) -> Result<(FactorHeader, &'static abi::VTable), LoadError> {
    let header = factor.header();
    let expected = FactorHeader {
        symbol: String::new(),
        abi_major: header.abi_major,
        abi_minor: header.abi_minor,
        header_size: header.header_size,
        flags: header.flags,
        build: factor.build().into(),
    };
    let (_, vtable) = checked(header, &expected)?;
    Ok((expected, vtable))
}

/// Checks the header of a factor in memory.
fn checked(
    header: *const abi::Header,
    expected: &FactorHeader,
) -> Result<(&'static abi::Header, &'static abi::VTable), LoadError> {
    let malformed =
        |reason: &str| LoadError::Malformed { build: expected.build.clone(), reason: reason.into() };
    if header.is_null() || !header.is_aligned() {
        return Err(malformed("its symbol leads nowhere"));
    }
    // SAFETY: the file says that a header of this size lies here, and the library stays open.
    let header = unsafe { &*header };
    if (header.abi_major, header.abi_minor, header.flags, header.magic)
        != (expected.abi_major, expected.abi_minor, expected.flags, abi::MAGIC)
    {
        return Err(malformed("its header changed while it was opened"));
    }
    if header.vtable.is_null() || !header.vtable.is_aligned() {
        return Err(malformed("its table of functions is null"));
    }
    // SAFETY: a table begins with its size; nothing else is read before that is known to be enough.
    let size = unsafe { (&raw const (*header.vtable).size).read() };
    if size < size_of::<abi::VTable>() {
        let least = size_of::<abi::VTable>();
        return Err(malformed(&format!("its table of functions has {size} bytes, {least} are the least")));
    }
    // SAFETY: the table is as large as ours, or larger.
    let vtable = unsafe { &*header.vtable };
    let functions = [
        ("init", vtable.init.is_some()),
        ("parameters", vtable.parameters.is_some()),
        ("create", vtable.create.is_some()),
        ("destroy", vtable.destroy.is_some()),
        ("spec", vtable.spec.is_some()),
        ("evaluate", vtable.evaluate.is_some()),
    ];
    if let Some((name, _)) = functions.iter().find(|(_, is_there)| !is_there) {
        return Err(malformed(&format!("its function `{name}` is null")));
    }
    Ok((header, vtable))
}

/// Keeps a library open for ever, reachable, so that leak checkers are quiet.
fn keep(library: Library) -> &'static Library {
    static OPEN: Mutex<Vec<&'static Library>> = Mutex::new(Vec::new());
    let library: &'static Library = Box::leak(Box::new(library));
    OPEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(library);
    library
}

/// Says what the loader says without the name of the private copy.
fn loader_message(error: &libloading::Error, copy: &Path) -> String {
    let text = match std::error::Error::source(error) {
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    let text = text.replace(&format!("{}: ", copy.display()), "");
    // What the loader says of a place whose files cannot be run.
    let is_noexec = text.contains("failed to map segment") && text.contains("not permitted");
    let place = if is_noexec { " (the place of private copies is mounted `noexec`)" } else { "" };
    shown(&text) + place
}

/// Returns where the code of the object lies that holds an address; empty if that is not known.
#[cfg(target_os = "linux")]
pub(crate) fn code_around(address: usize) -> Range<usize> {
    struct Search {
        address: usize,
        code: Range<usize>,
    }
    unsafe extern "C" fn look(object: *mut libc::dl_phdr_info, _: usize, search: *mut libc::c_void) -> i32 {
        // SAFETY: the loader describes an object that is there, and hands on what it was given.
        let (object, search) = unsafe { (&*object, &mut *search.cast::<Search>()) };
        let parts = if object.dlpi_phnum == 0 {
            &[]
        } else {
            // SAFETY: the loader says how many there are.
            unsafe { std::slice::from_raw_parts(object.dlpi_phdr, usize::from(object.dlpi_phnum)) }
        };
        let loaded = parts.iter().filter(|part| part.p_type == libc::PT_LOAD).map(|part| {
            let start = (object.dlpi_addr as usize).wrapping_add(part.p_vaddr as usize);
            (part.p_flags & libc::PF_X != 0, start..start.saturating_add(part.p_memsz as usize))
        });
        let loaded: Vec<(bool, Range<usize>)> = loaded.collect();
        if !loaded.iter().any(|(_, part)| part.contains(&search.address)) {
            return 0;
        }
        let code = || loaded.iter().filter(|(is_code, _)| *is_code).map(|(_, part)| part);
        if let (Some(start), Some(end)) =
            (code().map(|part| part.start).min(), code().map(|part| part.end).max())
        {
            search.code = start..end;
        }
        1
    }
    let mut search = Search { address, code: 0..0 };
    // SAFETY: the function is one for this call, and gets the value that it is written for.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut search).cast()) };
    search.code
}

/// Returns where the code of the object lies that holds an address; empty if that is not known.
#[cfg(not(target_os = "linux"))]
pub(crate) fn code_around(_: usize) -> Range<usize> {
    0..0
}
