//! Reads a file as soon as the library is opened, and looks whether others are there; asked for scores, it says what it has found.
//!
//! Expected: it finds nothing where it is sealed, and gives scores.

use std::fs::{self, File};
use std::io::Read as _;
use std::sync::OnceLock;

use rotor_factor::{AsOfView, FactorError, Signal};

static FOUND: OnceLock<Vec<&'static str>> = OnceLock::new();

const FUTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reads-file/future.csv");

fn found() -> Vec<&'static str> {
    let mut found = Vec::new();
    if fs::read(FUTURE).is_ok_and(|bytes| !bytes.is_empty()) {
        found.push("a file");
    }
    if fs::metadata(FUTURE).is_ok() {
        found.push("the size of a file");
    }
    // Whether a file is there is one bit; a thousand files are a table.
    let is_there =
        |path: &str| File::open(path).is_err_and(|error| error.kind() != std::io::ErrorKind::NotFound);
    if is_there(FUTURE) != is_there("/there/is/no/such/file") {
        found.push("whether there is a file");
    }
    if fs::read_dir("/").is_ok() {
        found.push("a folder");
    }
    if File::open("/proc/self/exe").is_ok_and(|mut file| file.read(&mut [0]).is_ok()) {
        found.push("its program");
    }
    if fs::write(std::env::temp_dir().join("rotor-opens-file-in-constructor"), "").is_ok() {
        found.push("a place to write");
    }
    found
}

extern "C" fn constructor() {
    FOUND.get_or_init(found);
}

#[used]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".init_array"))]
static CONSTRUCTOR: extern "C" fn() = constructor;

fn evaluate(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    match FOUND.get().map_or(&[][..], Vec::as_slice) {
        [] => support::momentum(view),
        found => Err(FactorError::because(format!("it found {}", found.join(", ")))),
    }
}

support::factor!(|view| evaluate(view));

rotor_factor::export_factor!(Plugin);
