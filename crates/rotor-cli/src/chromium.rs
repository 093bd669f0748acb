//! Pages as PDF, printed by the Chromium of the system.
//!
//! The page is written into a folder of its own, printed from there without a network, and the result is copied to its
//! destination like every other file: whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rotor_fs::FileDestination;

use crate::CliError;

/// The programs that can print, by name.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where they are on systems that have no names for them.
const PLACES: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// How long printing may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// Prints a page into a file.
///
/// # Errors
///
/// [`CliError::NoChromium`] if there is no program that prints, [`CliError::NotPrinted`] if it gives no PDF, and what
/// [`FileDestination::write`] says.
pub(crate) fn print_to_pdf(html: &str, to: &FileDestination) -> Result<(), CliError> {
    let program = find().ok_or(CliError::NoChromium)?;
    let folder = tempfile::Builder::new().prefix("rotor-print-").tempdir().map_err(CliError::Print)?;
    let page = folder.path().join("page.html");
    fs::write(&page, html).map_err(CliError::Print)?;
    // Who is root, or has no name spaces, is refused the sandbox; the page is ours and runs its own script alone.
    let mut reason = String::new();
    for flags in [&[][..], &["--no-sandbox"]] {
        match print(&program, flags, folder.path(), &page) {
            Ok(pdf) => return Ok(to.write(&pdf)?),
            Err(why) => reason = why,
        }
    }
    Err(CliError::NotPrinted { program: program.display().to_string(), reason })
}

/// The first program that answers.
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    let named = PROGRAMS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    named.chain(PLACES.iter().map(PathBuf::from)).find(|place| place.is_file())
}

/// Prints once; an error is a sentence.
fn print(program: &Path, flags: &[&str], folder: &Path, page: &Path) -> Result<Vec<u8>, String> {
    let pdf = folder.join("page.pdf");
    let mut process = Command::new(program)
        .args(["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer"])
        .args(flags)
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("it does not start: {error}"))?;
    let start = Instant::now();
    let status = loop {
        match process.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            waited => {
                let _ = process.kill();
                let _ = process.wait();
                return Err(match waited {
                    Err(error) => error.to_string(),
                    Ok(_) => format!("it was not done after {} seconds", PATIENCE.as_secs()),
                });
            }
        }
    };
    match fs::read(&pdf) {
        Ok(bytes) if bytes.starts_with(b"%PDF-") => Ok(bytes),
        Ok(_) => Err("what it wrote is no PDF".into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!("it ended with {status}")),
        Err(error) => Err(error.to_string()),
    }
}
