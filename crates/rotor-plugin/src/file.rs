//! Looking at a library without running any of it.
//!
//! Opening a library runs its constructors, so everything that can be known from the bytes of the file is found out
//! first: its hash, who may change it, its symbols, and the headers of its factors, which hold no pointer up to their
//! table of functions.

use std::fs::File;
use std::io::Read;
use std::mem::offset_of;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use object::{Architecture, Object, ObjectSection, ObjectSymbol, SectionKind};
use rotor_factor::abi;
use rotor_fs::sha256;

use crate::LoadError;
use crate::load::LoadOptions;

/// The largest file that is read.
const LONGEST: u64 = 512 << 20;

/// What the bytes of a library say.
#[derive(Clone, Debug)]
pub struct LibraryFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// The SHA-256 of the file in lower-case hexadecimal digits; empty if it cannot be read.
    pub sha256: String,
    /// The factors that it exports.
    pub factors: Vec<FactorHeader>,
    /// Every reason to refuse it.
    pub refusals: Vec<LoadError>,
    pub(crate) bytes: Vec<u8>,
}

/// The header of a factor as it lies in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorHeader {
    /// The symbol.
    pub symbol: String,
    /// The major version of the boundary that it was built for.
    pub abi_major: u32,
    /// The minor version.
    pub abi_minor: u32,
    /// The size of the header in bytes.
    pub header_size: u32,
    /// Its flags.
    pub flags: u32,
    /// What was built by what.
    pub build: String,
}

impl LibraryFile {
    /// Looks at a file. What is wrong with it is found all at once, and none of it is run.
    #[must_use]
    pub fn look_at(path: &Path, options: &LoadOptions) -> Self {
        let mut file = Self {
            path: path.into(),
            sha256: String::new(),
            factors: Vec::new(),
            refusals: Vec::new(),
            bytes: Vec::new(),
        };
        match read(path) {
            Ok(bytes) => file.bytes = bytes,
            Err(error) => {
                file.refusals.push(error);
                return file;
            }
        }
        file.sha256 = sha256(&file.bytes);
        if !options.allow_world_writable {
            file.refusals.extend(world_writable(path));
        }
        if let Some(expected) = options.sha256.as_ref().filter(|expected| **expected != file.sha256) {
            let (expected, found) = (expected.clone(), file.sha256.clone());
            file.refusals.push(LoadError::WrongHash { expected, found });
        }
        match headers(&file.bytes) {
            Err(error) => file.refusals.push(error),
            Ok(headers) => {
                for header in headers {
                    match header {
                        Ok(header) => {
                            file.refusals.extend(header.refusals());
                            file.factors.push(header);
                        }
                        Err(error) => file.refusals.push(error),
                    }
                }
            }
        }
        file
    }
}

impl FactorHeader {
    /// Returns the name of the crate, as the symbol has it.
    #[must_use]
    pub fn crate_name(&self) -> &str {
        self.symbol.strip_prefix(abi::SYMBOL_PREFIX).unwrap_or(&self.symbol)
    }

    /// Reads a header from the bytes where it lies.
    fn read(symbol: &str, bytes: &[u8]) -> Result<Self, LoadError> {
        let symbol = symbol.to_owned();
        let is_whole = bytes.len() >= size_of::<abi::Header>();
        if bytes.get(..16) != Some(&abi::MAGIC[..]) {
            return Err(LoadError::WrongMagic { symbol });
        }
        let number = |offset: usize| {
            let bytes = bytes.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_ne_bytes)
        };
        let build = bytes.get(offset_of!(abi::Header, build)..).unwrap_or_default();
        let build = build.split(|byte| *byte == 0).next().unwrap_or_default();
        let build = &build[..build.len().min(abi::BUILD_BYTES)];
        let build: String =
            String::from_utf8_lossy(build).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let (Some(abi_major), Some(abi_minor), Some(header_size), Some(flags)) = (
            number(offset_of!(abi::Header, abi_major)),
            number(offset_of!(abi::Header, abi_minor)),
            number(offset_of!(abi::Header, header_size)),
            number(offset_of!(abi::Header, flags)),
        ) else {
            return Err(LoadError::Malformed { build, reason: "its header is cut short".into() });
        };
        if !is_whole && abi_major == abi::ABI_MAJOR {
            return Err(LoadError::Malformed { build, reason: "its header is cut short".into() });
        }
        Ok(Self { symbol, abi_major, abi_minor, header_size, flags, build })
    }

    fn refusals(&self) -> Vec<LoadError> {
        let build = || self.build.clone();
        if self.abi_major != abi::ABI_MAJOR {
            // Nothing else in the header means what it means here.
            return vec![LoadError::OtherAbi {
                build: build(),
                major: self.abi_major,
                minor: self.abi_minor,
            }];
        }
        let mut refusals = Vec::new();
        if self.flags & abi::CONTAINS_PANICS == 0 {
            refusals.push(LoadError::PanicAborts { build: build() });
        }
        if (self.header_size as usize) < size_of::<abi::Header>() {
            let reason = format!(
                "its header has {} bytes, {} are the least",
                self.header_size,
                size_of::<abi::Header>()
            );
            refusals.push(LoadError::Malformed { build: build(), reason });
        }
        refusals
    }
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |error: std::io::Error| LoadError::Unreadable { reason: error.to_string() };
    // A pipe or a device would be waited for.
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        let reason = if metadata.is_dir() { "it is a folder" } else { "it is no regular file" };
        return Err(LoadError::Unreadable { reason: reason.into() });
    }
    if metadata.len() > LONGEST {
        return Err(LoadError::TooLarge { n_bytes: metadata.len(), limit: LONGEST });
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// Finds out whether anybody may change the file, or put another one into its place.
fn world_writable(path: &Path) -> Vec<LoadError> {
    const OTHERS_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let mut refusals = Vec::new();
    let real = path.canonicalize().unwrap_or_else(|_| path.into());
    if std::fs::metadata(&real).is_ok_and(|metadata| metadata.permissions().mode() & OTHERS_WRITE != 0) {
        refusals.push(LoadError::WorldWritable { what: "the file".into() });
    }
    let folder = real.parent().and_then(|folder| Some((folder, std::fs::metadata(folder).ok()?)));
    // In a folder with the sticky bit only the owner may replace a file.
    if let Some((folder, metadata)) = folder
        && metadata.mode() & OTHERS_WRITE != 0
        && metadata.mode() & STICKY == 0
    {
        refusals.push(LoadError::WorldWritable { what: format!("its folder {}", folder.display()) });
    }
    refusals
}

type Headers = Vec<Result<FactorHeader, LoadError>>;

/// Finds the headers of the factors that a library exports.
fn headers(bytes: &[u8]) -> Result<Headers, LoadError> {
    let not_a_library = |reason: String| LoadError::NotALibrary { reason };
    let file = object::File::parse(bytes).map_err(|error| not_a_library(error.to_string()))?;
    if file.kind() != object::ObjectKind::Dynamic {
        return Err(not_a_library(format!("it is of kind {:?}", file.kind())));
    }
    if !is_this_machine(file.architecture()) {
        let (found, expected) = (format!("{:?}", file.architecture()), std::env::consts::ARCH.into());
        return Err(LoadError::OtherMachine { found, expected });
    }
    let mut symbols: Vec<(String, u64)> = file
        .dynamic_symbols()
        .filter(object::ObjectSymbol::is_definition)
        .filter_map(|symbol| {
            // Mach-O puts an underscore in front.
            let name = symbol.name().ok()?;
            let name = if cfg!(target_os = "macos") { name.strip_prefix('_').unwrap_or(name) } else { name };
            name.starts_with(abi::SYMBOL_PREFIX).then(|| (name.to_owned(), symbol.address()))
        })
        .collect();
    symbols.sort();
    if symbols.is_empty() {
        return Err(LoadError::NoFactor);
    }
    let at = |(symbol, address): &(String, u64)| {
        let holds = |section: &object::Section<'_, '_>| {
            // The zeros of thread-local storage take no place: the addresses that `.tbss` claims are those of what follows it.
            if section.kind() == SectionKind::UninitializedTls {
                return false;
            }
            let end = section.address().checked_add(section.size());
            end.is_some_and(|end| (section.address()..end).contains(address))
        };
        let section = file.sections().find(holds);
        let data = section.as_ref().and_then(|section| {
            let available = section.address() + section.size() - address;
            section.data_range(*address, available.min(size_of::<abi::Header>() as u64)).ok().flatten()
        });
        FactorHeader::read(symbol, data.unwrap_or_default())
    };
    Ok(symbols.iter().map(at).collect())
}

fn is_this_machine(architecture: Architecture) -> bool {
    match architecture {
        Architecture::X86_64 => cfg!(target_arch = "x86_64"),
        Architecture::Aarch64 => cfg!(target_arch = "aarch64"),
        // What is not known here is left to the system's loader.
        _ => !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")),
    }
}
