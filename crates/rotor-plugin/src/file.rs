//! Looking at a library without running any of it.
//!
//! Opening a library runs its constructors, so everything that can be known from the bytes of the file is found out
//! first: its hash, who may change it, its symbols, and the headers of its factors, which hold no pointer up to their
//! table of functions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::mem::offset_of;
use std::ops::Range;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use object::{Architecture, Object, ObjectSection, ObjectSymbol, SectionKind};
use rotor_factor::abi;
use rotor_fs::{from_start, open_regular, read_open, sha256, shown, shown_path};

use crate::LoadError;
use crate::load::LoadOptions;

/// The largest file that is read.
const LONGEST: u64 = 512 << 20;

/// How many bytes of names are read in any file, however small.
const MOST_NAME_BYTES: usize = 1 << 20;

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
        let build = shown(&String::from_utf8_lossy(build));
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
    let unreadable = |error: io::Error| LoadError::Unreadable { reason: error.to_string() };
    // A pipe or a device would be waited for.
    let file = open_regular(path).map_err(unreadable)?;
    let n_bytes = file.metadata().map_err(unreadable)?.len();
    if n_bytes > LONGEST {
        return Err(LoadError::TooLarge { n_bytes, limit: LONGEST });
    }
    read_open(&file, LONGEST).map_err(unreadable)
}

/// Finds out whether anybody may change the file, or put another one into its place.
fn world_writable(path: &Path) -> Vec<LoadError> {
    const OTHERS_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let mut refusals = Vec::new();
    let path = from_start(path);
    let real = path.canonicalize().unwrap_or(path);
    if std::fs::metadata(&real).is_ok_and(|metadata| metadata.permissions().mode() & OTHERS_WRITE != 0) {
        refusals.push(LoadError::WorldWritable { what: "the file".into() });
    }
    let folder = real.parent().and_then(|folder| Some((folder, std::fs::metadata(folder).ok()?)));
    // In a folder with the sticky bit only the owner may replace a file.
    if let Some((folder, metadata)) = folder
        && metadata.mode() & OTHERS_WRITE != 0
        && metadata.mode() & STICKY == 0
    {
        refusals.push(LoadError::WorldWritable { what: format!("its folder {}", shown_path(folder)) });
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
    let mut symbols: Vec<(String, u64)> = Vec::new();
    let mut n_name_bytes = 0;
    for symbol in file.dynamic_symbols().filter(object::ObjectSymbol::is_definition) {
        let Ok(name) = symbol.name_bytes() else { continue };
        // Names may share their ends, and in a crafted file each of very many reaches to the end of the table.
        n_name_bytes += name.len();
        if n_name_bytes > MOST_NAME_BYTES.max(4 * bytes.len()) {
            return Err(not_a_library("the names of its symbols overlap".into()));
        }
        // Mach-O puts an underscore in front.
        let name = if cfg!(target_os = "macos") { name.strip_prefix(b"_").unwrap_or(name) } else { name };
        if name.starts_with(abi::SYMBOL_PREFIX.as_bytes())
            && let Ok(name) = str::from_utf8(name)
        {
            symbols.push((name.to_owned(), symbol.address()));
        }
    }
    symbols.sort();
    if symbols.is_empty() {
        return Err(LoadError::NoFactor);
    }
    // The zeros of thread-local storage take no place: the addresses that `.tbss` claims are those of what follows it.
    let takes_place = |section: &object::Section<'_, '_>| section.kind() != SectionKind::UninitializedTls;
    let sections: Vec<object::Section<'_, '_>> = file.sections().filter(takes_place).collect();
    let extents = sections.iter().map(|section| {
        let end = section.address().checked_add(section.size());
        section.address()..end.unwrap_or(section.address())
    });
    let addresses: Vec<u64> = symbols.iter().map(|(_, address)| *address).collect();
    let holders = first_holders(&extents.collect::<Vec<_>>(), &addresses, || {});
    let at = |((symbol, address), holder): (&(String, u64), Option<usize>)| {
        let data = holder.map(|holder| &sections[holder]).and_then(|section| {
            let available = section.address() + section.size() - address;
            section.data_range(*address, available.min(size_of::<abi::Header>() as u64)).ok().flatten()
        });
        FactorHeader::read(symbol, data.unwrap_or_default())
    };
    Ok(symbols.iter().zip(holders).map(at).collect())
}

/// Finds for each address the first extent that holds it. A crafted file has as many of both as its tables can name, so that the
/// two are walked side by side in the order of addresses; `step` is called for every look at an extent.
fn first_holders(extents: &[Range<u64>], addresses: &[u64], mut step: impl FnMut()) -> Vec<Option<usize>> {
    let sorted = |n: usize, key: &dyn Fn(usize) -> u64| {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|position| (key(*position), *position));
        order
    };
    let by_start = sorted(extents.len(), &|position| extents[position].start);
    let by_address = sorted(addresses.len(), &|position| addresses[position]);
    let mut starts = by_start.into_iter().peekable();
    // Extents that have begun, the first of the file on top.
    let mut begun = BinaryHeap::new();
    let mut holders = vec![None; addresses.len()];
    for position in by_address {
        let address = addresses[position];
        while let Some(extent) = starts.next_if(|extent| extents[*extent].start <= address) {
            step();
            begun.push(Reverse(extent));
        }
        // What has ended holds no later address either.
        while begun.peek().is_some_and(|Reverse(extent)| extents[*extent].end <= address) {
            step();
            begun.pop();
        }
        holders[position] = begun.peek().map(|Reverse(extent)| *extent);
    }
    holders
}

fn is_this_machine(architecture: Architecture) -> bool {
    match architecture {
        Architecture::X86_64 => cfg!(target_arch = "x86_64"),
        Architecture::Aarch64 => cfg!(target_arch = "aarch64"),
        // What is not known here is left to the system's loader.
        _ => !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_find_the_first_section_of_the_file_that_holds_them() {
        // A walk that is easy to follow: small numbers in a fixed order that looks like none.
        let mut state = 1_u64;
        let mut number = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let extents: Vec<Range<u64>> = (0..12)
                .map(|_| {
                    let start = number(40);
                    start..start + number(12)
                })
                .collect();
            let addresses: Vec<u64> = (0..20).map(|_| number(60)).collect();
            let expected: Vec<Option<usize>> = addresses
                .iter()
                .map(|address| extents.iter().position(|extent| extent.contains(address)))
                .collect();
            assert_eq!(first_holders(&extents, &addresses, || {}), expected);
        }
    }

    #[test]
    fn many_symbols_and_sections_cost_their_sum_and_not_their_product() {
        const N: u64 = 60_000;
        // Every section holds every address; none does; each holds one.
        let all = vec![0..2 * N; N as usize];
        let none = vec![0..1; N as usize];
        let one: Vec<Range<u64>> = (0..N).map(|start| start..start + 1).collect();
        let addresses: Vec<u64> = (1..=N).collect();
        for extents in [all, none, one] {
            let mut n_steps = 0;
            first_holders(&extents, &addresses, || n_steps += 1);
            assert!(n_steps <= 2 * N, "{n_steps} looks at {N} sections");
        }
    }

    /// A shared library of this machine with very many sections and symbols of factors, none of which is one.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn crafted(n_sections: u16, name: &str, n_symbols: u32, is_overlapping: bool) -> Vec<u8> {
        const HEADER: usize = 64;
        const SECTION: usize = 64;
        let mut names = vec![0];
        names.extend(name.as_bytes());
        names.push(0);
        let mut symbols = vec![0_u8; 24];
        for symbol in 0..n_symbols {
            let offset = if is_overlapping { 1 + symbol % (name.len() as u32) } else { 1 };
            symbols.extend(offset.to_le_bytes());
            // A global object in section 3, at an address of its own.
            symbols.extend([0x11, 0, 3, 0]);
            symbols.extend(u64::from(symbol).to_le_bytes());
            symbols.extend(8_u64.to_le_bytes());
        }
        let mut file = vec![0_u8; HEADER];
        let place = |file: &mut Vec<u8>, bytes: &[u8]| {
            let start = file.len() as u64;
            file.extend(bytes);
            (start, bytes.len() as u64)
        };
        let (symbols, names) = (place(&mut file, &symbols), place(&mut file, &names));
        let sections_at = file.len() as u64;
        let mut section = |kind: u32, flags: u64, (start, size): (u64, u64), link: u32, entry: u64| {
            let mut bytes = Vec::with_capacity(SECTION);
            bytes.extend(0_u32.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            for number in [flags, 0, start, size] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(link.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(1_u64.to_le_bytes());
            bytes.extend(entry.to_le_bytes());
            file.extend(bytes);
        };
        section(0, 0, (0, 0), 0, 0);
        section(11, 2, symbols, 2, 24);
        section(3, 0, names, 0, 0);
        (3..n_sections).for_each(|_| section(1, 2, (0, 1), 0, 0));
        let machine: u16 = if cfg!(target_arch = "x86_64") { 62 } else { 183 };
        let mut head = vec![0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for number in [3, machine] {
            head.extend(number.to_le_bytes());
        }
        head.extend(1_u32.to_le_bytes());
        for number in [0_u64, 0, sections_at] {
            head.extend(number.to_le_bytes());
        }
        head.extend(0_u32.to_le_bytes());
        for number in [HEADER as u16, 56, 0, SECTION as u16, n_sections, 2] {
            head.extend(number.to_le_bytes());
        }
        file[..HEADER].copy_from_slice(&head);
        file
    }

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn a_crafted_library_is_looked_at_in_a_moment() {
        let start = std::time::Instant::now();
        let name = format!("{}crafted", abi::SYMBOL_PREFIX);
        let found = headers(&crafted(60_000, &name, 60_000, false)).unwrap();
        assert_eq!(found.len(), 60_000);
        assert!(found.iter().all(|header| matches!(header, Err(LoadError::WrongMagic { .. }))));
        // Names that share their ends, each as long as the table: refused after a few of them.
        let long = "x".repeat(1 << 20);
        let refused = headers(&crafted(4, &long, 60_000, true));
        assert!(
            matches!(&refused, Err(LoadError::NotALibrary { reason }) if reason.contains("overlap")),
            "{refused:?}"
        );
        // The product of both takes minutes.
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}
