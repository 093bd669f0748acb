//! No byte of a dataset folder makes the reader panic or allocate without bound.
//!
//! Three ways to look for one that does. Properties damage every file of a sound folder, in CSV and in Parquet. A loop
//! does the same for as long as `ROTOR_FUZZ_SECONDS` says (2 if it says nothing); it knows the words of the format. And
//! files made by hand claim what no writer claims; each is opened in a process of its own, which may not use more
//! memory or time than its share, because an allocation that fails and a stack that overflows end a process.
//!
//! A failure of the loop prints the seed and the iteration and keeps the file. `ROTOR_FUZZ_SEED` and
//! `ROTOR_FUZZ_ITERATION` repeat it.

#![allow(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "the inputs are built for reading, and a list of cases is as long as it is"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use rotor_data::{DataError, Dataset, Format, convert};
use rotor_tests::{Folder, MANIFEST, files_of};
use tempfile::TempDir;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What opening a folder of a few kilobytes may hold at its peak, in bytes.
const MOST_MEMORY: usize = 300 << 20;

/// How long opening a folder made by hand may take.
const MOST_TIME: Duration = Duration::from_secs(10);

/// Memory is counted for the whole process, so one test at a time uses any.
static TURN: Mutex<()> = Mutex::new(());

fn my_turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

// ---------------------------------------------------------------------------------------------------------------
// Opening.

/// Opens a folder. An error names what the reader did that it may never do.
fn open(folder: &Path) -> Result<(), String> {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let outcome = catch_unwind(AssertUnwindSafe(|| Dataset::open(folder).map(drop)));
    let held = MEMORY.peak_usage().saturating_sub(before);
    match outcome {
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            return Err(format!("it panicked: {}", text.unwrap_or("no reason given")));
        }
        Ok(Err(DataError::Faulty { report, .. })) => {
            // Whatever is said must be sayable.
            let text = report.to_string();
            if report.is_empty() || text.len() > 100_000 {
                return Err(format!("the report has {} faults in {} bytes", report.total(), text.len()));
            }
        }
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(format!("it gave up: {error}")),
    }
    if held > MOST_MEMORY {
        return Err(format!("it held {} MB", held >> 20));
    }
    Ok(())
}

/// The panics that the reader caught, each place once.
static CAUGHT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Collects panics instead of printing them.
fn collect_panics() {
    std::panic::set_hook(Box::new(|info| {
        CAUGHT.lock().unwrap_or_else(PoisonError::into_inner).insert(info.to_string().replace('\n', " "));
    }));
}

/// How many places have panicked since the last report.
fn n_caught_panics() -> usize {
    CAUGHT.lock().unwrap_or_else(PoisonError::into_inner).len()
}

fn report_panics(what: &str) {
    drop(std::panic::take_hook());
    let caught = std::mem::take(&mut *CAUGHT.lock().unwrap_or_else(PoisonError::into_inner));
    for panic in caught {
        eprintln!("{what}: the decoder panicked and was caught: {panic}");
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Damage.

/// What is done to the bytes of a file. Places are taken modulo the length, so that every number is a place.
#[derive(Clone, Debug)]
enum Damage {
    Flip {
        at: usize,
        bit: u8,
    },
    Byte {
        at: usize,
        byte: u8,
    },
    Truncate {
        at: usize,
    },
    Remove {
        at: usize,
        length: usize,
    },
    Duplicate {
        from: usize,
        length: usize,
        to: usize,
    },
    /// Copies a part of another file of the corpus.
    Splice {
        file: usize,
        from: usize,
        length: usize,
        to: usize,
    },
    /// Overwrites bytes with an integer that borders on something.
    Integer {
        at: usize,
        which: usize,
    },
    /// Puts a word of the format in place of `length` bytes.
    Word {
        at: usize,
        which: usize,
        length: usize,
    },
    /// Puts a word of the format in place of a whole field.
    Field {
        which: usize,
        at: usize,
    },
}

const INTEGERS: [&[u8]; 16] = [
    &[0],
    &[0xFF],
    &[0x7F],
    &[0x80],
    &[0, 0, 0, 0],
    &[0xFF, 0xFF, 0xFF, 0xFF],
    &[0xFF, 0xFF, 0xFF, 0x7F],
    &[0, 0, 0, 0x80],
    &[0, 0, 0, 0x40],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
    &[0, 0, 0, 0, 0, 0, 0, 0x80],
    // The same as variable-length integers of Thrift, with and without zigzag.
    &[0xFE, 0xFF, 0xFF, 0xFF, 0x0F],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    &[0x80, 0xC8, 0xAF, 0xA0, 0x25],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
];

const WORDS: [&[u8]; 62] = [
    b"entity",
    b"date",
    b"close",
    b"series",
    b"period",
    b"released",
    b"value",
    b"weight",
    b"polarity",
    b"importance",
    b"sector",
    b"industry",
    b"benchmark",
    b"market",
    b"801040",
    b"C31",
    b"CN",
    b"cpi_yoy",
    b"D",
    b"W",
    b"M",
    b"Q",
    b"2020-01-31",
    b"2020-02-29",
    b"2021-02-29",
    b"1899-12-31",
    b"1900-01-01",
    b"2199-12-31",
    b"2200-01-01",
    b"0000-00-00",
    b"9999-99-99",
    b"-1",
    b"+1",
    b"0",
    b"-0.0",
    b"1e308",
    b"1e309",
    b"5e-324",
    b"nan",
    b"inf",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"1,234.5",
    b"0.1",
    b"\"",
    b"\"\"",
    b"\"a\nb\"",
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"\xEF\xBB\xBF",
    b"\0",
    b"\xFF",
    b"\xE4\xB8\xAD",
    b"\xCC\x81",
    b"\xE2\x80\xAE",
    b";",
    b"=",
    b"[",
    b"[[",
    b"\"\"\"",
];

const TOML_WORDS: [&[u8]; 18] = [
    b"format = 1\n",
    b"format = 99999999999999999999\n",
    b"first = 2020-01-01\n",
    b"[sha256]\n",
    b"[sha256.x]\n",
    b"\"../x\" = \"\"\n",
    b"'",
    b"'''",
    b"{",
    b"}",
    b"]",
    b"\\u",
    b"\\U0010FFFF",
    b"#",
    b"true",
    b"0x",
    b"1e5",
    b".",
];

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>, corpus: &[(String, Vec<u8>)]) {
        let n_bytes = bytes.len();
        let place = |at: usize| at % (n_bytes + 1);
        let part = |from: usize, length: usize| place(from)..place(from) + length.min(n_bytes - place(from));
        match *self {
            Self::Flip { at, bit } => {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Self::Byte { at, byte } => {
                if let Some(old) = bytes.get_mut(place(at)) {
                    *old = byte;
                }
            }
            Self::Truncate { at } => bytes.truncate(place(at)),
            Self::Remove { at, length } => drop(bytes.drain(part(at, length))),
            Self::Duplicate { from, length, to } => {
                let copy = bytes[part(from, length)].to_vec();
                bytes.splice(place(to)..place(to), copy);
            }
            Self::Splice { file, from, length, to } => {
                let other = &corpus[file % corpus.len()].1;
                let start = from % (other.len() + 1);
                let copy = other[start..start + length.min(other.len() - start)].to_vec();
                bytes.splice(place(to)..place(to), copy);
            }
            Self::Integer { at, which } => {
                let integer = INTEGERS[which % INTEGERS.len()];
                let range = part(at, integer.len());
                bytes.splice(range, integer.iter().copied());
            }
            Self::Word { at, which, length } => {
                bytes.splice(part(at, length), word(which).iter().copied());
            }
            Self::Field { which, at } => {
                let is_end = |byte: &u8| matches!(byte, b',' | b'\n' | b'=');
                let start = bytes[..place(at)].iter().rposition(is_end).map_or(0, |idx| idx + 1);
                let end = bytes[start..].iter().position(is_end).map_or(n_bytes, |idx| start + idx);
                bytes.splice(start..end, word(which).iter().copied());
            }
        }
    }
}

fn word(which: usize) -> &'static [u8] {
    let which = which % (WORDS.len() + TOML_WORDS.len());
    WORDS.get(which).copied().unwrap_or_else(|| TOML_WORDS[which - WORDS.len()])
}

/// `SplitMix64`: enough chance for this, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn damage(&mut self, n_bytes: usize, is_text: bool) -> Damage {
        // The footer of a Parquet file is at its end.
        let at = match self.below(3) {
            0 if !is_text => n_bytes.saturating_sub(self.below(600.min(n_bytes) + 1)),
            _ => self.below(n_bytes + 1),
        };
        let length = 1 << self.below(8);
        match self.below(if is_text { 12 } else { 8 }) {
            0 => Damage::Flip { at, bit: self.below(8) as u8 },
            1 => Damage::Byte { at, byte: self.next() as u8 },
            2 if self.below(4) == 0 => Damage::Truncate { at },
            2 => Damage::Remove { at, length: self.below(length) + 1 },
            3 => Damage::Duplicate { from: self.below(n_bytes + 1), length: self.below(length) + 1, to: at },
            4 => Damage::Splice { file: self.below(100), from: self.below(1 << 20), length, to: at },
            5..=7 if !is_text => Damage::Integer { at, which: self.below(INTEGERS.len()) },
            5..=8 => Damage::Field { at, which: self.below(1000) },
            _ => Damage::Word { at, which: self.below(1000), length: self.below(3) },
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------
// The corpus.

/// A sound folder whose files are damaged one at a time.
struct Corpus {
    directory: TempDir,
    files: Vec<(String, Vec<u8>)>,
}

impl Corpus {
    fn new(format: Format) -> Self {
        let memory = Path::new("/dev/shm");
        let directory =
            if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() };
        let place = directory.path().join("folder");
        convert(Folder::small().path(), &place, format).unwrap();
        let files = files_of(&place);
        Self { directory, files }
    }

    fn folder(&self) -> PathBuf {
        self.directory.path().join("folder")
    }

    fn is_text(&self, file: usize) -> bool {
        !self.files[file % self.files.len()].0.ends_with("parquet")
    }

    fn n_bytes(&self, file: usize) -> usize {
        self.files[file % self.files.len()].1.len()
    }

    fn damaged(&self, file: usize, damages: &[Damage]) -> Vec<u8> {
        let mut bytes = self.files[file % self.files.len()].1.clone();
        for damage in damages {
            damage.apply(&mut bytes, &self.files);
        }
        bytes
    }

    /// Opens the folder with one file damaged. An error holds the reason and the bytes of the file.
    fn open_damaged(&self, file: usize, damages: &[Damage]) -> Result<(), (String, Vec<u8>)> {
        let (name, sound) = &self.files[file % self.files.len()];
        let bytes = self.damaged(file, damages);
        let path = self.folder().join(name);
        fs::write(&path, &bytes).unwrap();
        let outcome = open(&self.folder());
        fs::write(&path, sound).unwrap();
        outcome.map_err(|reason| (format!("{name}: {reason}"), bytes))
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Properties.

fn any_damage() -> impl Strategy<Value = Damage> {
    let place = || 0_usize..1 << 20;
    let length = || 0_usize..200;
    prop_oneof![
        (place(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        (place(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte { at, byte }),
        place().prop_map(|at| Damage::Truncate { at }),
        (place(), length()).prop_map(|(at, length)| Damage::Remove { at, length }),
        (place(), length(), place()).prop_map(|(from, length, to)| Damage::Duplicate { from, length, to }),
        (0_usize..8, place(), length(), place()).prop_map(|(file, from, length, to)| Damage::Splice {
            file,
            from,
            length,
            to
        }),
        (place(), 0..INTEGERS.len()).prop_map(|(at, which)| Damage::Integer { at, which }),
        (place(), 0_usize..100, 0_usize..4).prop_map(|(at, which, length)| Damage::Word {
            at,
            which,
            length
        }),
        (place(), 0_usize..100).prop_map(|(at, which)| Damage::Field { which, at }),
    ]
}

fn damaged_folders_are_read_or_refused(format: Format) {
    let _turn = my_turn();
    let corpus = Corpus::new(format);
    open(&corpus.folder()).expect("the corpus is sound");
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    collect_panics();
    let outcome = runner.run(&(0_usize..8, prop::collection::vec(any_damage(), 1..4)), |(file, damages)| {
        corpus.open_damaged(file, &damages).map_err(|(reason, _)| TestCaseError::fail(reason))
    });
    report_panics(format.extension());
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn damaged_csv_is_read_or_refused() {
    damaged_folders_are_read_or_refused(Format::Csv);
}

#[test]
fn damaged_parquet_is_read_or_refused() {
    damaged_folders_are_read_or_refused(Format::Parquet);
}

/// Prefixes of every file, among them all that end close to the end.
#[test]
fn no_prefix_of_a_file_is_trouble() {
    let _turn = my_turn();
    for format in [Format::Csv, Format::Parquet] {
        let corpus = Corpus::new(format);
        collect_panics();
        let mut failures = Vec::new();
        for file in 0..corpus.files.len() {
            // Every byte near the end, where the footer is, and some of the rest.
            let n_bytes = corpus.n_bytes(file);
            for at in (0..n_bytes).filter(|at| at % 7 == 0 || at + 40 > n_bytes) {
                failures.extend(corpus.open_damaged(file, &[Damage::Truncate { at }]).err());
            }
        }
        report_panics("prefix");
        assert!(failures.is_empty(), "{}", failures[0].0);
    }
}

/// Every cell of every CSV table, and every value of the manifest, with every word that the loop knows in its place.
#[test]
fn no_word_in_a_cell_is_trouble() {
    let _turn = my_turn();
    let corpus = Corpus::new(Format::Csv);
    collect_panics();
    let mut failures = BTreeSet::new();
    for file in 0..corpus.files.len() {
        let ends = corpus.files[file].1.iter().enumerate();
        let ends = ends.filter(|(_, byte)| matches!(byte, b',' | b'\n' | b'=')).map(|(at, _)| at);
        for at in ends {
            for which in 0..WORDS.len() + TOML_WORDS.len() {
                if let Err((reason, _)) = corpus.open_damaged(file, &[Damage::Field { which, at }]) {
                    failures.insert(format!("`{}`: {reason}", word(which).escape_ascii()));
                }
            }
        }
    }
    report_panics("cell");
    assert!(failures.is_empty(), "{failures:#?}");
}

// ---------------------------------------------------------------------------------------------------------------
// The loop.

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("it is a whole number"))
}

fn kept_as(what: &str, seed: u64, iteration: u64) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{what}-{seed}-{iteration}"))
}

#[test]
fn fuzz_for_seconds() {
    let _turn = my_turn();
    let seconds = number_of("ROTOR_FUZZ_SECONDS").unwrap_or(2);
    let seed = number_of("ROTOR_FUZZ_SEED").unwrap_or(20_150_105);
    let only = number_of("ROTOR_FUZZ_ITERATION");
    let corpora = [Corpus::new(Format::Csv), Corpus::new(Format::Parquet)];
    let mut n_opened = [0_u64; 2];
    let mut spent = [Duration::ZERO; 2];
    let mut slowest = (Duration::ZERO, 0);
    collect_panics();
    let start = Instant::now();
    let mut failure = None;
    for iteration in only.unwrap_or(0).. {
        if start.elapsed() >= Duration::from_secs(seconds) || only.is_some_and(|only| iteration > only) {
            break;
        }
        let mut chance = Chance(seed ^ iteration.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let which = chance.below(2);
        let corpus = &corpora[which];
        let file = chance.below(corpus.files.len());
        let (n_bytes, is_text) = (corpus.n_bytes(file), corpus.is_text(file));
        let n_damages = 1 + chance.below(3);
        let damages: Vec<Damage> = (0..n_damages).map(|_| chance.damage(n_bytes, is_text)).collect();
        let begun = Instant::now();
        let n_caught = n_caught_panics();
        let outcome = corpus.open_damaged(file, &damages);
        if outcome.is_ok() && n_caught_panics() > n_caught {
            let kept = kept_as("caught", seed, iteration);
            fs::write(&kept, corpus.damaged(file, &damages)).unwrap();
            let name = &corpus.files[file].0;
            eprintln!(
                "iteration {iteration}: {name} makes the decoder panic: {}, {damages:?}",
                kept.display()
            );
        }
        n_opened[which] += 1;
        spent[which] += begun.elapsed();
        slowest = slowest.max((begun.elapsed(), iteration));
        if let Err((reason, bytes)) = outcome {
            let kept = kept_as("fuzz", seed, iteration);
            fs::write(&kept, bytes).unwrap();
            failure = Some(format!(
                "seed {seed}, iteration {iteration}: {reason}\n{damages:?}\nkept as {}; \
                 ROTOR_FUZZ_SEED={seed} ROTOR_FUZZ_ITERATION={iteration} repeats it",
                kept.display()
            ));
            break;
        }
    }
    report_panics("fuzz");
    let rate = |which: usize| n_opened[which] as f64 / spent[which].as_secs_f64().max(1e-9);
    eprintln!(
        "seed {seed}: {} folders in CSV ({:.0} per second), {} in Parquet ({:.0} per second), slowest {:?} at iteration {}",
        n_opened[0],
        rate(0),
        n_opened[1],
        rate(1),
        slowest.0,
        slowest.1
    );
    if let Some(failure) = failure {
        panic!("{failure}");
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Files made by hand.

/// Thrift's compact protocol, as far as Parquet needs it: fields in ascending order of their numbers.
mod thrift {
    /// A value with its place among the fields of a structure.
    pub(crate) type Fields = Vec<(u8, Value)>;

    #[derive(Clone)]
    pub(crate) enum Value {
        I32(i64),
        I64(i64),
        Text(Vec<u8>),
        /// The claimed length of a text and what follows.
        TextOf(u64, Vec<u8>),
        Structs(Vec<Fields>),
        Ints(Vec<i64>),
        Texts(Vec<Vec<u8>>),
        Struct(Fields),
        /// A list of structures that claims a length and holds the bytes.
        ListOf(u64, Vec<u8>),
    }

    pub(crate) fn varint(mut value: u64, bytes: &mut Vec<u8>) {
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }

    fn zigzag(value: i64, bytes: &mut Vec<u8>) {
        varint(((value << 1) ^ (value >> 63)) as u64, bytes);
    }

    fn list(kind: u8, length: u64, bytes: &mut Vec<u8>) {
        bytes.push(0xF0 | kind);
        varint(length, bytes);
    }

    pub(crate) fn encode(fields: &Fields) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut last = 0;
        for (number, value) in fields {
            let kind = match value {
                Value::I32(_) => 5,
                Value::I64(_) => 6,
                Value::Text(_) | Value::TextOf(..) => 8,
                Value::Structs(_) | Value::Ints(_) | Value::Texts(_) | Value::ListOf(..) => 9,
                Value::Struct(_) => 12,
            };
            if *number > last && number - last < 16 {
                bytes.push((number - last) << 4 | kind);
            } else {
                bytes.push(kind);
                zigzag(i64::from(*number), &mut bytes);
            }
            last = *number;
            match value {
                Value::I32(value) | Value::I64(value) => zigzag(*value, &mut bytes),
                Value::Text(text) => {
                    varint(text.len() as u64, &mut bytes);
                    bytes.extend(text);
                }
                Value::TextOf(length, text) => {
                    varint(*length, &mut bytes);
                    bytes.extend(text);
                }
                Value::Structs(structs) => {
                    list(12, structs.len() as u64, &mut bytes);
                    bytes.extend(structs.iter().flat_map(encode));
                }
                Value::Ints(ints) => {
                    list(5, ints.len() as u64, &mut bytes);
                    for int in ints {
                        zigzag(*int, &mut bytes);
                    }
                }
                Value::Texts(texts) => {
                    list(8, texts.len() as u64, &mut bytes);
                    for text in texts {
                        varint(text.len() as u64, &mut bytes);
                        bytes.extend(text);
                    }
                }
                Value::Struct(fields) => bytes.extend(encode(fields)),
                Value::ListOf(length, content) => {
                    list(12, *length, &mut bytes);
                    bytes.extend(content);
                }
            }
        }
        bytes.push(0);
        bytes
    }
}

use thrift::Value::{I32, I64, ListOf, Struct, Structs, Text, TextOf, Texts};
use thrift::{Fields, encode, varint};

/// A column of `prices` by hand: its pages as bytes, headers included.
#[derive(Clone)]
struct Chunk {
    name: &'static str,
    physical: i64,
    converted: Option<i64>,
    codec: i64,
    n_values: i64,
    dictionary: Vec<u8>,
    data: Vec<u8>,
}

const PLAIN: i64 = 0;
const RLE_DICTIONARY: i64 = 8;
const DELTA_BINARY_PACKED: i64 = 5;

/// A page with a header that says what it is told to say.
fn page(kind: i64, uncompressed: i64, compressed: i64, details: Vec<(u8, Fields)>, body: &[u8]) -> Vec<u8> {
    let mut fields: Fields = vec![(1, I32(kind)), (2, I32(uncompressed)), (3, I32(compressed))];
    fields.extend(details.into_iter().map(|(number, fields)| (number, Struct(fields))));
    let mut bytes = encode(&fields);
    bytes.extend(body);
    bytes
}

fn data_details(n_values: i64, encoding: i64) -> (u8, Fields) {
    (5, vec![(1, I32(n_values)), (2, I32(encoding)), (3, I32(3)), (4, I32(3))])
}

fn dictionary_details(n_values: i64) -> (u8, Fields) {
    (7, vec![(1, I32(n_values)), (2, I32(PLAIN))])
}

fn data_page(n_values: i64, encoding: i64, body: &[u8]) -> Vec<u8> {
    let size = body.len() as i64;
    page(0, size, size, vec![data_details(n_values, encoding)], body)
}

fn dictionary_page(n_values: i64, body: &[u8]) -> Vec<u8> {
    let size = body.len() as i64;
    page(2, size, size, vec![dictionary_details(n_values)], body)
}

/// One run of the first word of a dictionary.
fn run(n_values: u64) -> Vec<u8> {
    let mut bytes = vec![1];
    varint(n_values << 1, &mut bytes);
    bytes.push(0);
    bytes
}

/// The three columns of `prices`: as many rows as wished, all of them alike, in a few bytes.
fn columns(n_rows: i64) -> Vec<Chunk> {
    let chunk = |name, physical, converted, word: &[u8]| {
        let mut data = Vec::new();
        let mut left = n_rows;
        while left > 0 {
            let n_values = left.min(100_000_000);
            data.extend(data_page(n_values, RLE_DICTIONARY, &run(n_values as u64)));
            left -= n_values;
        }
        let dictionary = dictionary_page(1, word);
        Chunk { name, physical, converted, codec: 0, n_values: n_rows, dictionary, data }
    };
    vec![
        chunk("entity", 6, Some(0), b"\x06\0\0\x00801040"),
        chunk("date", 1, Some(6), &18_263_i32.to_le_bytes()),
        chunk("close", 5, None, &1.0_f64.to_le_bytes()),
    ]
}

fn leaf(chunk: &Chunk) -> Fields {
    let mut fields = vec![(1, I32(chunk.physical)), (3, I32(0)), (4, Text(chunk.name.into()))];
    fields.extend(chunk.converted.map(|converted| (6, I32(converted))));
    fields
}

fn root(n_children: i64) -> Fields {
    vec![(4, Text(b"schema".to_vec())), (5, I32(n_children))]
}

/// The metadata of a column chunk.
fn chunk_metadata(chunk: &Chunk, size: i64, dictionary: Option<i64>, data: i64) -> Fields {
    let mut fields = vec![
        (1, I32(chunk.physical)),
        (2, thrift::Value::Ints(vec![0, 3, 8])),
        (3, Texts(vec![chunk.name.into()])),
        (4, I32(chunk.codec)),
        (5, I64(chunk.n_values)),
        (6, I64(size)),
        (7, I64(size)),
        (9, I64(data)),
    ];
    fields.extend(dictionary.map(|offset| (11, I64(offset))));
    fields
}

fn group(columns: &[Fields], n_rows: i64) -> Fields {
    let columns = columns.iter().map(|column| vec![(2, I64(4)), (3, Struct(column.clone()))]).collect();
    vec![(1, Structs(columns)), (2, I64(1000)), (3, I64(n_rows))]
}

/// A file of the given bytes after the magic word and the given footer.
fn file(body: &[u8], footer: &[u8]) -> Vec<u8> {
    let length = (footer.len() as u32).to_le_bytes();
    [b"PAR1", body, footer, &length, b"PAR1"].concat()
}

/// Lays the chunks out one after the other and returns the body and the metadata of each.
fn laid_out(chunks: &[Chunk]) -> (Vec<u8>, Vec<Fields>) {
    let mut body = Vec::new();
    let mut metadata = Vec::new();
    for chunk in chunks {
        let start = 4 + body.len() as i64;
        body.extend(&chunk.dictionary);
        let data = 4 + body.len() as i64;
        body.extend(&chunk.data);
        let size = 4 + body.len() as i64 - start;
        let dictionary = (!chunk.dictionary.is_empty()).then_some(start);
        metadata.push(chunk_metadata(chunk, size, dictionary, data));
    }
    (body, metadata)
}

fn footer(chunks: &[Chunk], n_rows: i64, groups: Vec<Fields>) -> Vec<u8> {
    let schema = std::iter::once(root(chunks.len() as i64)).chain(chunks.iter().map(leaf)).collect();
    encode(&vec![(1, I32(2)), (2, Structs(schema)), (3, I64(n_rows)), (4, Structs(groups))])
}

/// A file of one row group.
fn prices(chunks: &[Chunk], n_rows: i64) -> Vec<u8> {
    let (body, metadata) = laid_out(chunks);
    file(&body, &footer(chunks, n_rows, vec![group(&metadata, n_rows)]))
}

/// Opens the folder that the environment names.
#[test]
#[ignore = "other tests run it in a process of its own"]
fn open_in_a_process_of_its_own() {
    let folder = std::env::var_os("ROTOR_TEST_FOLDER").expect("another test says which folder");
    let verdict = match Dataset::open(Path::new(&folder)) {
        Ok(_) => "sound".to_owned(),
        Err(DataError::Faulty { report, .. }) => {
            let lines: Vec<_> = report.faults().iter().take(2).map(ToString::to_string).collect();
            format!("{} faults: {}", report.total(), lines.join(" | "))
        }
        Err(error) => error.to_string(),
    };
    println!("peak {}", MEMORY.peak_usage());
    println!("verdict {verdict}");
}

/// What became of a folder that was opened in another process.
struct Apart {
    verdict: Option<String>,
    peak: usize,
    time: Duration,
    errors: String,
}

fn open_apart(folder: &Path) -> Apart {
    let begun = Instant::now();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -v 16000000; exec timeout -s KILL 15 \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "open_in_a_process_of_its_own", "--ignored", "--nocapture"])
        .env("ROTOR_TEST_FOLDER", folder)
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = child.stderr.take().unwrap();
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        errors.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let ending = child.wait().unwrap();
    let line = |word: &str| Some(text.lines().find_map(|line| line.split_once(word))?.1.to_owned());
    let mut errors = errors.join().unwrap();
    if !ending.success() {
        errors += &format!("{ending}");
    }
    Apart {
        verdict: line("verdict "),
        peak: line("peak ").and_then(|peak| peak.parse().ok()).unwrap_or(0),
        time: begun.elapsed(),
        errors,
    }
}

/// Opens folders apart, one a line, and then says which of them were trouble. A folder comes with a part of the
/// verdict that is to be given.
fn check_apart(cases: Vec<(&str, Folder, &str)>) {
    let _turn = my_turn();
    let mut failures = String::new();
    for (what, folder, expected) in cases {
        let Apart { verdict, peak, time, errors } = open_apart(folder.path());
        let said = verdict.clone().unwrap_or_else(|| format!("no verdict; {}", errors.trim()));
        eprintln!("{what}: {} MB, {time:.1?}: {said:.200}", peak >> 20);
        if let Some(line) = errors.lines().position(|line| line.contains("panicked")) {
            let lines: Vec<_> = errors.lines().skip(line).take(2).collect();
            eprintln!("{what}: the decoder panicked: {}", lines.join(" "));
        }
        let is_good = verdict.is_some_and(|verdict| verdict.contains(expected));
        if !is_good || peak > MOST_MEMORY || time > MOST_TIME {
            failures +=
                &format!("\n{what}: expected `{expected}`, {} MB, {time:.1?}: {said:.300}", peak >> 20);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn with_prices(content: Vec<u8>) -> Folder {
    Folder::small().without("prices.csv").with("prices.parquet", content)
}

#[test]
fn files_made_by_hand_are_sound() {
    // What the other tests damage is read when it is not damaged.
    check_apart(vec![("one row", with_prices(prices(&columns(1), 1)), "sound")]);
}

#[test]
fn claims_of_a_footer_are_not_believed() {
    let three = || columns(3);
    let (body, metadata) = laid_out(&three());
    let with_groups =
        |n_rows: i64, groups: Vec<Fields>| with_prices(file(&body, &footer(&three(), n_rows, groups)));
    let nested = |depth: usize| {
        let mut schema = vec![root(1)];
        schema.extend((0..depth).map(|_| vec![(3, I32(0)), (4, Text(b"g".to_vec())), (5, I32(1))]));
        schema.push(leaf(&three()[2]));
        let fields = vec![(1, I32(2)), (2, Structs(schema)), (3, I64(0)), (4, Structs(Vec::new()))];
        with_prices(file(&[], &encode(&fields)))
    };
    let listed = |number: u8, length: u64| {
        let schema: Vec<Fields> = std::iter::once(root(3)).chain(three().iter().map(leaf)).collect();
        let mut fields: Fields = vec![(1, I32(2)), (2, Structs(schema)), (3, I64(3))];
        if number == 2 {
            fields.truncate(1);
        }
        fields.push((number, ListOf(length, Vec::new())));
        with_prices(file(&body, &[encode(&fields), vec![0; 100_000]].concat()))
    };
    let offsets = |dictionary: Option<i64>, data: i64, size: i64| {
        let metadata: Vec<Fields> =
            three().iter().map(|chunk| chunk_metadata(chunk, size, dictionary, data)).collect();
        with_groups(3, vec![group(&metadata, 3)])
    };
    let refused = "prices.parquet: cannot be read";
    check_apart(vec![
        (
            "ten billion rows in one group",
            with_groups(10_000_000_000, vec![group(&metadata, 10_000_000_000)]),
            "prices.parquet: claims 10000000000 rows in",
        ),
        (
            "ten billion rows of the file only",
            with_groups(10_000_000_000, vec![group(&metadata, 3)]),
            refused,
        ),
        (
            "four billion rows in one group",
            with_groups(4_000_000_000, vec![group(&metadata, 4_000_000_000)]),
            "prices.parquet: claims 4000000000 rows in",
        ),
        (
            "a thousand groups of four million rows",
            with_groups(4_000_000_000, vec![group(&metadata, 4_000_000); 1000]),
            "prices.parquet: claims 4000000000 rows in",
        ),
        ("rows below zero", with_groups(-1, vec![group(&metadata, -1)]), refused),
        ("rows that overflow", with_groups(3, vec![group(&metadata, i64::MAX); 3]), refused),
        ("a group without columns", with_groups(3, vec![group(&[], 3)]), refused),
        ("a group with too few columns", with_groups(3, vec![group(&metadata[..2], 3)]), refused),
        ("no groups for three rows", with_groups(3, Vec::new()), refused),
        ("a schema 50 deep", nested(50), "prices.parquet"),
        ("a schema 1000 deep", nested(1000), "prices.parquet"),
        ("a schema 100 000 deep", nested(100_000), "prices.parquet"),
        ("two billion row groups", listed(4, i32::MAX as u64), refused),
        ("a hundred thousand row groups", listed(4, 100_000), refused),
        ("two billion elements of the schema", listed(2, i32::MAX as u64), refused),
        ("an offset below zero", offsets(None, -1, 10), refused),
        ("an offset beyond the file", offsets(None, i64::MAX, 10), refused),
        ("a size below zero", offsets(None, 4, -10), refused),
        ("a size beyond the file", offsets(None, 4, i64::MAX), refused),
        ("a dictionary below zero", offsets(Some(i64::MIN), 4, 10), refused),
    ]);
}

#[test]
fn claims_of_a_page_are_not_believed() {
    const HUGE: i64 = i32::MAX as i64;
    let with = |change: &dyn Fn(&mut Chunk)| {
        let mut chunks = columns(3);
        change(&mut chunks[2]);
        with_prices(prices(&chunks, 3))
    };
    let with_entity = |change: &dyn Fn(&mut Chunk)| {
        let mut chunks = columns(3);
        change(&mut chunks[0]);
        with_prices(prices(&chunks, 3))
    };
    let body = run(3);
    let size = body.len() as i64;
    let refused = "prices.parquet: cannot be read";
    // A page header with more than it should have: the last details are harmless, the first are not.
    let twice = page(0, size, size, vec![data_details(HUGE, RLE_DICTIONARY), dictionary_details(3)], &body);
    let text = |length| {
        let statistics: Fields = vec![(5, TextOf(length, b"x".to_vec()))];
        let details = vec![(1, I32(3)), (2, I32(8)), (3, I32(3)), (4, I32(3)), (5, Struct(statistics))];
        page(0, size, size, vec![(5, details)], &body)
    };
    let mut delta = Vec::new();
    for number in [1 << 30, 1 << 23, HUGE as u64, 0] {
        varint(number, &mut delta);
    }
    check_apart(vec![
        (
            "2 GB uncompressed",
            with(&|chunk| chunk.data = page(0, HUGE, size, vec![data_details(3, 8)], &body)),
            refused,
        ),
        (
            "2 GB uncompressed, zstd",
            with(&|chunk| {
                chunk.codec = 6;
                chunk.data = page(0, HUGE, size, vec![data_details(3, 8)], &body);
            }),
            refused,
        ),
        (
            "127 MB uncompressed, zstd",
            with(&|chunk| {
                chunk.codec = 6;
                chunk.dictionary.clear();
                chunk.data = page(0, 127 << 20, size, vec![data_details(3, PLAIN)], &body);
            }),
            refused,
        ),
        (
            "127 MB uncompressed, snappy",
            with(&|chunk| {
                chunk.codec = 1;
                chunk.dictionary.clear();
                // A preamble that claims 127 MB.
                let mut body = Vec::new();
                varint(127 << 20, &mut body);
                chunk.data = page(0, 127 << 20, body.len() as i64, vec![data_details(3, PLAIN)], &body);
            }),
            refused,
        ),
        (
            "2 GB compressed",
            with(&|chunk| chunk.data = page(0, size, HUGE, vec![data_details(3, 8)], &body)),
            refused,
        ),
        (
            "sizes below zero",
            with(&|chunk| chunk.data = page(0, -1, -1, vec![data_details(3, 8)], &body)),
            refused,
        ),
        ("two billion values", with(&|chunk| chunk.data = data_page(HUGE, RLE_DICTIONARY, &body)), refused),
        (
            "a hundred million values",
            with(&|chunk| chunk.data = data_page(100_000_000, RLE_DICTIONARY, &run(100_000_000))),
            "",
        ),
        ("two billion values behind three", with(&|chunk| chunk.data.clone_from(&twice)), refused),
        (
            "a dictionary of two billion numbers",
            with(&|chunk| chunk.dictionary = dictionary_page(HUGE, &[0; 8])),
            refused,
        ),
        (
            "a dictionary of 120 million numbers",
            with(&|chunk| chunk.dictionary = dictionary_page(120_000_000, &[0; 8])),
            refused,
        ),
        (
            "a dictionary of 120 million texts",
            with_entity(&|chunk| chunk.dictionary = dictionary_page(120_000_000, b"\x06\0\0\x00801040")),
            refused,
        ),
        (
            "a dictionary of two billion numbers behind three",
            with(&|chunk| {
                let second: Fields = (1..=6).map(|number| (number, I32(0))).collect();
                chunk.dictionary = page(2, 8, 8, vec![dictionary_details(HUGE), (8, second)], &[0; 8]);
            }),
            refused,
        ),
        ("a dictionary without words", with(&|chunk| chunk.dictionary = dictionary_page(0, &[])), refused),
        (
            "a text of 4 GB in a dictionary",
            with_entity(&|chunk| chunk.dictionary = dictionary_page(1, b"\xFF\xFF\xFF\xFF801040")),
            refused,
        ),
        (
            "a word beyond the dictionary",
            with_entity(&|chunk| chunk.data = data_page(3, RLE_DICTIONARY, &[8, 6, 200])),
            refused,
        ),
        (
            "a bit width of 255",
            with(&|chunk| chunk.data = data_page(3, RLE_DICTIONARY, &[255, 6, 0, 0, 0, 0])),
            refused,
        ),
        (
            "a text that is not UTF-8",
            with_entity(&|chunk| chunk.dictionary = dictionary_page(1, b"\x06\0\0\x0080\xFF040")),
            refused,
        ),
        ("a statistic of 2^40 bytes", with(&|chunk| chunk.data = text(1 << 40)), refused),
        (
            "delta blocks of a billion",
            with(&|chunk| {
                chunk.physical = 1;
                chunk.dictionary.clear();
                chunk.data = data_page(3, DELTA_BINARY_PACKED, &delta);
            }),
            "",
        ),
        (
            "delta blocks of a billion in dates",
            {
                let mut chunks = columns(3);
                chunks[1].dictionary.clear();
                chunks[1].data = data_page(3, DELTA_BINARY_PACKED, &delta);
                with_prices(prices(&chunks, 3))
            },
            refused,
        ),
        (
            "a page of an unknown kind",
            with(&|chunk| chunk.data = page(77, size, size, vec![data_details(3, 8)], &body)),
            refused,
        ),
        (
            "a million empty pages",
            with(&|chunk| {
                let empty = page(0, 0, 0, vec![data_details(0, PLAIN)], &[]);
                chunk.data = empty.repeat(1_000_000);
            }),
            refused,
        ),
        (
            "more values than the group has rows",
            with(&|chunk| chunk.data = data_page(1_000_000, RLE_DICTIONARY, &run(1_000_000))),
            "",
        ),
        (
            "fewer values than the group has rows",
            with(&|chunk| chunk.data = data_page(2, RLE_DICTIONARY, &run(2))),
            refused,
        ),
    ]);
}

/// The decoder starts where the dictionary is said to be, even if that is behind the data.
#[test]
fn pages_that_only_the_decoder_sees_are_looked_at() {
    let hidden = |evil: Vec<u8>| {
        let chunks = columns(3);
        let (mut body, mut metadata) = laid_out(&chunks);
        // A harmless chunk of the same size, and behind it the one that is decoded.
        let harmless = {
            let padding = evil.len() as i64;
            let mut first = data_page(3, PLAIN, &[0; 24]);
            let header = page(0, padding, padding, vec![data_details(0, PLAIN)], &[]).len() as i64;
            let left = evil.len() as i64 - first.len() as i64 - header;
            assert!(left >= 0, "the evil chunk is longer");
            first.extend(page(0, left, left, vec![data_details(0, PLAIN)], &vec![0; left as usize]));
            first
        };
        let data = 4 + body.len() as i64;
        body.extend(&harmless);
        let dictionary = 4 + body.len() as i64;
        body.extend(&evil);
        let size = harmless.len() as i64;
        metadata[2] = chunk_metadata(&chunks[2], size, Some(dictionary), data);
        with_prices(file(&body, &footer(&chunks, 3, vec![group(&metadata, 3)])))
    };
    let padded = |mut evil: Vec<u8>| {
        evil.resize(300, 0);
        evil
    };
    let plain = |uncompressed| page(2, uncompressed, 8, vec![dictionary_details(1)], &[0; 8]);
    let text = {
        let statistics: Fields = vec![(5, TextOf(1 << 40, b"x".to_vec()))];
        let details = vec![(1, I32(3)), (2, I32(8)), (3, I32(3)), (4, I32(3)), (5, Struct(statistics))];
        page(0, 8, 8, vec![(5, details)], &[0; 8])
    };
    let encoding = page(0, 8, 8, vec![data_details(i64::from(i32::MAX), 6)], &[0xFF; 8]);
    let refused = "prices.parquet: cannot be read";
    check_apart(vec![
        ("2 GB in a hidden page", hidden(padded(plain(i64::from(i32::MAX)))), refused),
        (
            "two billion words in a hidden page",
            hidden(padded(page(2, 8, 8, vec![dictionary_details(i64::from(i32::MAX))], &[0; 8]))),
            refused,
        ),
        ("a statistic of 2^40 bytes in a hidden page", hidden(padded(text)), refused),
        ("an encoding that is refused in a hidden page", hidden(padded(encoding)), refused),
    ]);
}

/// A page of 100 MB of zeros takes a few kilobytes.
#[test]
fn bombs_do_not_go_off() {
    let bomb = |n_values: usize| {
        let schema = Arc::new(Schema::new(vec![Field::new("close", DataType::Float64, false)]));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(1 << 30)
            .set_data_page_row_count_limit(usize::MAX)
            .set_write_batch_size(n_values)
            .set_max_row_group_row_count(Some(n_values))
            .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
            .build();
        let zeros: ArrayRef = Arc::new(Float64Array::from(vec![0.0; n_values]));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![zeros]).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        let bytes = writer.into_inner().unwrap();
        let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
        bytes[4..bytes.len() - 8 - length].to_vec()
    };
    let with = |n_values: usize, n_rows: i64| {
        let mut chunks = columns(n_rows);
        let data = bomb(n_values);
        assert!(data.len() < 100_000, "{} bytes", data.len());
        chunks[2] = Chunk { codec: 6, dictionary: Vec::new(), data, ..chunks[2].clone() };
        with_prices(prices(&chunks, n_rows))
    };
    check_apart(vec![
        ("100 MB of zeros for three rows", with(12_500_000, 3), "prices.parquet"),
        ("200 MB of zeros for three rows", with(25_000_000, 3), "prices.parquet: cannot be read"),
    ]);
}

/// Runs of one word are rows for nothing: millions of them in a few hundred bytes, every one of them well-formed.
#[test]
fn rows_that_cost_nothing_are_not_held() {
    let many = |n_rows: i64| with_prices(prices(&columns(n_rows), n_rows));
    let repeated = {
        let chunks = columns(1_000_000);
        let (body, metadata) = laid_out(&chunks);
        let groups = vec![group(&metadata, 1_000_000); 20];
        with_prices(file(&body, &footer(&chunks, 20_000_000, groups)))
    };
    check_apart(vec![
        ("a million rows in a few bytes", many(1_000_000), "prices.parquet"),
        ("20 million rows in a few bytes", many(20_000_000), "prices.parquet"),
        ("20 row groups that are the same million rows", repeated, "prices.parquet"),
    ]);
}

#[test]
fn manifests_made_by_hand_are_refused_in_time() {
    let with = |text: String| Folder::small().with("dataset.toml", text);
    let keys: String = (0..1_000_000).map(|idx| format!("k{idx} = 1\n")).collect();
    // As many keys as fit below the longest manifest that is read.
    let many: String = keys.split_inclusive('\n').take(5_000).collect();
    let short: String = (0..8_000).map(|idx| format!("{idx:x}=1\n")).collect();
    let hashes: String = (0..5_000).map(|idx| format!("\"f{idx}\"=\"\"\n")).collect();
    let missing: String = (0..800).map(|idx| format!("\"f{idx}\"=\"{}\"\n", "0".repeat(64))).collect();
    let errors = "=\n".repeat(30_000);
    let manifest = "dataset.toml";
    check_apart(vec![
        ("twenty thousand brackets", with(format!("x = {}", "[".repeat(20_000))), manifest),
        (
            "twenty thousand pairs of brackets",
            with(format!("x = {}{}", "[".repeat(20_000), "]".repeat(20_000))),
            manifest,
        ),
        ("twenty thousand braces", with("x={".to_owned() + &"a={".repeat(20_000)), manifest),
        ("twenty thousand dots", with(format!("a{} = 1", ".a".repeat(20_000))), manifest),
        ("twenty thousand tables in tables", with(format!("[a{}]", ".a".repeat(20_000))), manifest),
        ("ten thousand tables", with("[[a]]\n".repeat(10_000)), manifest),
        ("a million keys", with(keys), manifest),
        ("5 000 keys", with(many), manifest),
        ("8 000 short keys", with(short), manifest),
        ("30 000 errors", with(errors), manifest),
        ("5 000 bad hashes", with(format!("{MANIFEST}[sha256]\n{hashes}")), manifest),
        (
            "800 files that are not there",
            with(format!("{MANIFEST}[sha256]\n{missing}")),
            "there is no such file",
        ),
        ("one key of a megabyte", with(format!("{} = 1", "k".repeat(1_000_000))), manifest),
        ("one number of a megabyte", with(format!("format = {}", "9".repeat(1_000_000))), manifest),
    ]);
}

#[test]
fn csv_made_by_hand_is_refused_in_time() {
    let sound = |name: &str| fs::read_to_string(Folder::small().path().join(name)).unwrap();
    let adding = |name: &str, lines: String| Folder::small().with(name, sound(name) + &lines);
    let long = "8".repeat(1_000_000);
    let codes: String = (0..2000).map(|idx| format!("X{idx:04},sector,A,,,,\n")).collect();
    let twins: String = (0..4).map(|idx| format!("{long}{idx},sector,A,,,,\n")).collect();
    check_apart(vec![
        (
            "an unknown entity of a megabyte",
            adding("prices.csv", format!("{long},2020-02-04,1\n")),
            "there is no entity",
        ),
        (
            "fifty unknown entities of a megabyte among two thousand",
            adding("prices.csv", format!("{long},2020-02-04,1\n").repeat(50))
                .with("entities.csv", sound("entities.csv") + &codes),
            "there is no entity",
        ),
        (
            "an unknown entity of a megabyte among those of a megabyte",
            adding("prices.csv", format!("{long}x,2020-02-04,1\n"))
                .with("entities.csv", sound("entities.csv") + &twins),
            "there is no entity",
        ),
        ("a header of a megabyte", Folder::small().with("prices.csv", format!("{long}\n")), "unknown column"),
        (
            "half a million columns",
            Folder::small().with("prices.csv", ",".repeat(500_000) + "\n"),
            "unknown column",
        ),
        ("half a million fields in a row", adding("prices.csv", ",".repeat(500_000) + "\n"), "fields"),
        ("a million faulty rows", adding("prices.csv", "X,x,x\n".repeat(1_000_000)), "3000000 faults"),
        ("a million empty lines", adding("prices.csv", "\n".repeat(1_000_000)), "1000000 faults"),
        (
            "a million repeated keys",
            adding("prices.csv", "801040,2020-02-04,1\n".repeat(1_000_000)),
            "999999 faults",
        ),
        (
            "a million repeated links",
            adding("links.csv", "801040,rebar_futures,1,1\n".repeat(1_000_000)),
            "1000000 faults",
        ),
        (
            "a million sectors of one event",
            adding("events.csv", format!("2020-01-10,T,1,{}801040\n", "Z;".repeat(500_000))),
            "500000 faults",
        ),
    ]);
}
