//! The private copy of a library, which is what is opened.
//!
//! Whoever can write the copy, or put another file into its place, runs code as this user. So it lies in a folder that only this
//! user can change, looked at through its descriptor, below folders that nobody else can exchange; where there is no such folder
//! it is a file in memory, and where there is none of that either the library is refused. A copy is never made below a folder that
//! all users share, such as `/tmp`, unless `ROTOR_CACHE_DIR` names a place there.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rotor_fs::{from_start, read_open, sha256};
use rustix::fs::{AtFlags, Mode, OFlags, StatVfsMountFlags, fstatvfs, open, openat, renameat, unlinkat};
use rustix::process::{getegid, geteuid};

use crate::LoadError;

const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Where private copies are to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Where the user says, or nowhere.
    Named(PathBuf),
    /// In the user's cache folder, if it can be used.
    Usual(PathBuf),
    /// The user has no folder.
    Memory,
}

/// Returns the path of a private copy of some bytes, which have this hash. Equal bytes have one copy in a process.
pub(crate) fn private_copy(hash: &str, bytes: &[u8]) -> Result<PathBuf, LoadError> {
    copy_at(&Place::of(|name| std::env::var_os(name).map(PathBuf::from)), hash, bytes)
}

impl Place {
    /// `ROTOR_CACHE_DIR`, else the user's cache folder.
    fn of(variable: impl Fn(&str) -> Option<PathBuf>) -> Self {
        let named = |name: &str| variable(name).filter(|value| !value.as_os_str().is_empty());
        if let Some(folder) = named("ROTOR_CACHE_DIR") {
            return Self::Named(from_start(&folder).join("plugins"));
        }
        // Relative ones are to be ignored, says the specification of these folders.
        let absolute = |name: &str| named(name).filter(|folder| folder.is_absolute());
        match absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache"))) {
            Some(folder) => Self::Usual(folder.join("rotor/plugins")),
            None => Self::Memory,
        }
    }
}

fn copy_at(place: &Place, hash: &str, bytes: &[u8]) -> Result<PathBuf, LoadError> {
    let refused = |folder: &Path, reason: String| LoadError::Cache { folder: folder.into(), reason };
    let (folder, in_folder) = match place {
        Place::Named(folder) => {
            let copy = Folder::open(folder, true).and_then(|folder| folder.copy_of(hash, bytes));
            return copy.map_err(|reason| refused(folder, reason));
        }
        Place::Usual(folder) => match Folder::open(folder, false).and_then(|it| it.copy_of(hash, bytes)) {
            Ok(copy) => return Ok(copy),
            Err(reason) => (folder.as_path(), reason),
        },
        Place::Memory => {
            (Path::new("the user's cache folder"), "neither HOME nor XDG_CACHE_HOME names one".into())
        }
    };
    in_memory(hash, bytes).map_err(|error| refused(folder, format!("{in_folder}; in memory: {error}")))
}

/// A folder that only this user can change.
struct Folder {
    path: PathBuf,
    descriptor: OwnedFd,
}

impl Folder {
    /// Opens a folder, made if it is not there. `may_be_shared` allows it below a folder in which all users write and only owners
    /// remove, such as `/tmp`.
    fn open(path: &Path, may_be_shared: bool) -> Result<Self, String> {
        let said = |error: io::Error| error.to_string();
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err("it is no folder of its own".into());
        };
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(said)?;
        // Links above it are followed once; what they lead to is what is looked at.
        let parent = parent.canonicalize().map_err(said)?;
        for folder in parent.ancestors() {
            let found = folder.metadata().map_err(said)?;
            if !is_ours_or_roots(&found) || !is_kept(&found, may_be_shared) {
                return Err(format!("other users can change {}", rotor_fs::shown_path(folder)));
            }
        }
        let path = parent.join(name);
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(said(error)),
            _ => {}
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = open(&path, flags, Mode::empty()).map_err(|error| match io::Error::from(error) {
            error if path.is_symlink() => format!("it is a link ({error})"),
            error => error.to_string(),
        })?;
        let opened = File::from(opened);
        let found = opened.metadata().map_err(said)?;
        if found.uid() != geteuid().as_raw() {
            return Err("it belongs to another user".into());
        }
        if found.mode() & 0o077 != 0 {
            let mode = found.mode() & 0o777;
            return Err(format!("other users may enter it: its mode is {mode:04o}, and 0700 is needed"));
        }
        if fstatvfs(&opened).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::NOEXEC)) {
            return Err("its file system is mounted `noexec`: no library can be opened there".into());
        }
        Ok(Self { path, descriptor: opened.into() })
    }

    /// Returns the copy in the folder, made if it is not there or not what it should be.
    fn copy_of(&self, hash: &str, bytes: &[u8]) -> Result<PathBuf, String> {
        let name = format!("{hash}.so");
        if !self.holds(&name, hash, bytes.len() as u64) {
            self.write(&name, bytes).map_err(|error| error.to_string())?;
        }
        Ok(self.path.join(name))
    }

    /// Tells whether a file of this name is there, ours alone, and has these bytes. Somebody may have damaged it.
    fn holds(&self, name: &str, hash: &str, n_bytes: u64) -> bool {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(file) = openat(&self.descriptor, name, flags, Mode::empty()) else { return false };
        let file = File::from(file);
        let is_sound = |found: Metadata| {
            let is_ours =
                found.uid() == geteuid().as_raw() && found.mode() & (GROUP_WRITES | OTHERS_WRITE) == 0;
            found.is_file() && is_ours && found.len() == n_bytes
        };
        file.metadata().is_ok_and(is_sound)
            && read_open(&file, n_bytes).is_ok_and(|bytes| sha256(&bytes) == hash)
    }

    /// Writes a file beside its name and renames it. Two processes may do this at once; either copy will do.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let partial = format!(".{name}.{}-{number}", std::process::id());
        // What a process of this number left behind.
        let _ = unlinkat(&self.descriptor, &partial, AtFlags::empty());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&self.descriptor, &partial, flags, Mode::from_raw_mode(0o500))?);
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        let renamed =
            written.and_then(|()| Ok(renameat(&self.descriptor, &partial, &self.descriptor, name)?));
        if renamed.is_err() {
            let _ = unlinkat(&self.descriptor, &partial, AtFlags::empty());
        }
        renamed
    }
}

fn is_ours_or_roots(found: &Metadata) -> bool {
    found.uid() == 0 || found.uid() == geteuid().as_raw()
}

/// Tells whether nobody but its owner can exchange what lies in a folder.
fn is_kept(found: &Metadata, may_be_shared: bool) -> bool {
    let mode = found.mode();
    // A group of one's own, as many systems give it to every user, is not others.
    let is_open = mode & OTHERS_WRITE != 0 || mode & GROUP_WRITES != 0 && found.gid() != getegid().as_raw();
    !is_open || may_be_shared && mode & STICKY != 0
}

/// Returns a copy in memory, which nobody can change and no file system has.
#[cfg(target_os = "linux")]
fn in_memory(hash: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

    /// They stay open: the loader knows a library by its name, and a number that is used again would be another library's.
    static COPIES: Mutex<BTreeMap<String, File>> = Mutex::new(BTreeMap::new());
    let mut copies = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
    let path = |file: &File| PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    if let Some(known) = copies.get(hash) {
        return Ok(path(known));
    }
    let mut file = File::from(memfd_create("rotor-plugin", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
    file.write_all(bytes)?;
    fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    let path = path(&file);
    if !path.exists() {
        return Err(io::Error::new(ErrorKind::NotFound, "there is no /proc to open it from"));
    }
    copies.insert(hash.into(), file);
    Ok(path)
}

/// Other systems have no such files.
#[cfg(not(target_os = "linux"))]
fn in_memory(_hash: &str, _bytes: &[u8]) -> io::Result<PathBuf> {
    Err(io::Error::new(ErrorKind::Unsupported, "this system has no files in memory"))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    const BYTES: &[u8] = b"not a library";

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn copied(place: &Place) -> Result<PathBuf, String> {
        copy_at(place, &sha256(BYTES), BYTES).map_err(|error| error.to_string())
    }

    #[test]
    fn a_copy_is_ours_alone_and_made_anew_if_it_was_touched() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Named(folder.path().join("a/b"));
        let copy = copied(&place).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), BYTES);
        assert_eq!(folder.path().join("a/b").metadata().unwrap().mode() & 0o777, 0o700);
        mode(&copy, 0o700);
        fs::write(&copy, b"NOT A LIBRARY").unwrap();
        assert_eq!(fs::read(copied(&place).unwrap()).unwrap(), BYTES);
        // A link in its place is replaced, and what it leads to stays.
        let other = folder.path().join("other");
        fs::write(&other, BYTES).unwrap();
        fs::remove_file(&copy).unwrap();
        symlink(&other, &copy).unwrap();
        assert!(!copied(&place).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_others_can_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["open", "shared", "real"] {
            fs::create_dir(at(name)).unwrap();
        }
        mode(&at("open"), 0o755);
        mode(&at("shared"), 0o777);
        mode(&at("real"), 0o700);
        symlink(at("real"), at("link")).unwrap();
        let refused = |place: PathBuf| copied(&Place::Named(place)).unwrap_err();
        assert!(
            refused(at("open")).ends_with("its mode is 0755, and 0700 is needed"),
            "{}",
            refused(at("open"))
        );
        assert!(refused(at("link")).contains("it is a link"), "{}", refused(at("link")));
        assert!(
            refused(at("shared/own")).contains("other users can change "),
            "{}",
            refused(at("shared/own"))
        );
        assert!(copied(&Place::Named(at("real"))).is_ok());
        // Where only owners remove, a folder that is ours stays ours, if the user means it.
        mode(&at("shared"), 0o1777);
        assert!(copied(&Place::Named(at("shared/own"))).is_ok());
        assert!(Folder::open(&at("shared/own"), false).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_folder_the_copy_is_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("shared")).unwrap();
        mode(&folder.path().join("shared"), 0o1777);
        for place in [Place::Memory, Place::Usual(folder.path().join("shared/rotor/plugins"))] {
            let copy = copied(&place).unwrap();
            assert!(copy.starts_with("/proc/self/fd"), "{}", copy.display());
            assert_eq!(fs::read(&copy).unwrap(), BYTES);
            assert_eq!(copied(&place).unwrap(), copy, "one copy of equal bytes");
            assert!(
                fs::OpenOptions::new()
                    .write(true)
                    .open(&copy)
                    .and_then(|mut file| file.write_all(b"x"))
                    .is_err()
            );
        }
    }

    #[test]
    fn the_place_is_the_users() {
        let of = |variables: &[(&str, &str)]| {
            Place::of(|name| Some(variables.iter().find(|(known, _)| *known == name)?.1.into()))
        };
        assert_eq!(of(&[("HOME", "/home/a")]), Place::Usual("/home/a/.cache/rotor/plugins".into()));
        assert_eq!(
            of(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "/c")]),
            Place::Usual("/c/rotor/plugins".into())
        );
        assert_eq!(of(&[("HOME", "/h"), ("ROTOR_CACHE_DIR", "/c")]), Place::Named("/c/plugins".into()));
        for none in [&[][..], &[("HOME", "")], &[("HOME", "a"), ("XDG_CACHE_HOME", "b")]] {
            assert_eq!(of(none), Place::Memory);
        }
    }
}
