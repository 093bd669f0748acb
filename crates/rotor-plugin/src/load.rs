//! Opening a library that has passed all checks.
//!
//! The bytes that were looked at are the bytes that are opened: they are copied to a private folder under the name of
//! their hash, so that overwriting the library during a run cannot pull memory from under it, and nobody can exchange
//! it between the look and the opening. A library is never closed: its thread-locals, its threads and pointers into it
//! may outlive any moment at which that could be proved safe.

#![allow(unsafe_code, reason = "opening a library runs it, and its symbols are pointers")]

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use rotor_factor::{ExportedFactor, abi};
use rotor_fs::{FileDestination, sha256};

use crate::file::{FactorHeader, LibraryFile};
use crate::mark::{Culprit, Mark};
use crate::{LoadError, Refused};

/// What a configuration says about a library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The SHA-256 that the file must have, in lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Takes the file although any user of the machine can change it.
    pub allow_world_writable: bool,
}

/// Opens a library and returns the header of each factor with its table of functions, whole and without a null.
///
/// # Errors
///
/// Every reason to refuse the file, or the first that opening it shows.
pub(crate) fn open(file: &LibraryFile) -> Result<Vec<(&'static abi::Header, &'static abi::VTable)>, Refused> {
    open_after(file, |_| Ok(()))
}

/// As [`open`]. `before` is given the path that is opened, when nothing of the library has run yet.
pub(crate) fn open_after(
    file: &LibraryFile,
    before: impl FnOnce(&Path) -> Result<(), LoadError>,
) -> Result<Vec<(&'static abi::Header, &'static abi::VTable)>, Refused> {
    let refused = |error| Refused { path: file.path.clone(), reasons: vec![error] };
    if !file.refusals.is_empty() {
        return Err(Refused { path: file.path.clone(), reasons: file.refusals.clone() });
    }
    let copy = cached_copy(&file.sha256, &file.bytes).map_err(refused)?;
    before(&copy).map_err(refused)?;
    let loader = |error: libloading::Error| LoadError::Loader { reason: loader_message(&error, &copy) };
    let builds: Vec<&str> = file.factors.iter().map(|header| header.build.as_str()).collect();
    let _mark = Mark::set(Culprit::new(&builds.join(", "), Some(&file.path)), None);
    // SAFETY: opening runs constructors of the library. That is what naming its path asks for; the file is a factor
    // library by its symbols and headers, and the one that was hashed.
    let library = unsafe { Library::open(Some(&copy), RTLD_NOW | RTLD_LOCAL) };
    let library = keep(library.map_err(loader).map_err(refused)?);
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
    text.replace(&format!("{}: ", copy.display()), "")
}

/// Returns the private copy of a library, made if it is not there.
fn cached_copy(hash: &str, bytes: &[u8]) -> Result<PathBuf, LoadError> {
    let folder = cache_folder();
    let refused = |reason: String| LoadError::Cache { folder: folder.clone(), reason };
    let failed = |error: std::io::Error| refused(error.to_string());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
    let metadata = std::fs::metadata(&folder).map_err(failed)?;
    let is_private = metadata.mode() & 0o022 == 0 && metadata.uid() == rustix::process::geteuid().as_raw();
    if !is_private {
        return Err(refused("another user of the machine can write there".into()));
    }
    let copy = folder.join(format!("{hash}.so"));
    // Somebody may have damaged it; it is made anew then.
    if std::fs::read(&copy).is_ok_and(|bytes| sha256(&bytes) == hash) {
        return Ok(copy);
    }
    // Two processes may do this at once; either copy will do.
    let destination = FileDestination::replacing(&copy).map(|copy| copy.with_mode(0o500));
    destination.and_then(|copy| copy.write(bytes)).map_err(|error| refused(error.to_string()))?;
    Ok(copy)
}

/// Returns where private copies are kept: `ROTOR_CACHE_DIR`, else the user's cache folder, else a temporary one.
fn cache_folder() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let rotor = named("ROTOR_CACHE_DIR").or_else(|| Some(user?.join("rotor")));
    let temporary = || std::env::temp_dir().join(format!("rotor-{}", rustix::process::geteuid().as_raw()));
    rotor.unwrap_or_else(temporary).join("plugins")
}
