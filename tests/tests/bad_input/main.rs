//! Every rule of the dataset folder, broken on purpose: what the report says, and where.
//!
//! The expectations are written from the contract of the dataset folder, not from the reader. A case is a folder and
//! the lines of its report; behind ` => ` stands the hint where it matters.

#![allow(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "the inputs are built for reading, and a list of cases is as long as it is"
)]

mod companies;
mod convert;
mod csv;
mod files;
mod folder;
mod foreign;
mod manifest;
mod meaning;
mod parquet;
mod tables;
mod warnings;

use std::fs;
use std::path::Path;

use rotor_data::DataError;
use rotor_data::Dataset;
use rotor_data::FaultReport;
use rotor_tests::Folder;

/// A folder and the lines that its report is to have.
type Case = (Folder, Vec<&'static str>);

/// Opens a folder and returns its report; an empty one if nothing is wrong.
fn report(folder: &Path) -> FaultReport {
    match Dataset::open(folder) {
        Ok(_) => FaultReport::default(),
        Err(DataError::Faulty { report, .. }) => report,
        Err(error) => panic!("{error}"),
    }
}

/// Returns the faults of a folder, each with its hint behind ` => `.
fn faults(folder: &Path) -> Vec<String> {
    report(folder).faults().iter().map(|fault| format!("{fault} => {}", fault.kind.hint())).collect()
}

/// Checks every case and only then says which ones fail.
fn check(cases: Vec<Case>) {
    let mut failures = String::new();
    for (folder, expected) in cases {
        let found = faults(folder.path());
        let agrees = |(found, expected): (&String, &&str)| {
            found == expected || !expected.contains(" => ") && found.starts_with(&format!("{expected} => "))
        };
        if found.len() != expected.len() || !found.iter().zip(&expected).all(agrees) {
            failures +=
                &format!("\nexpected:\n  {}\nfound:\n  {}\n", expected.join("\n  "), found.join("\n  "));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The small folder with lines added to the end of one file.
fn adding(file: &str, lines: impl AsRef<[u8]>) -> Folder {
    adding_to(Folder::small(), file, lines)
}

/// A folder with lines added to the end of one file.
fn adding_to(folder: Folder, file: &str, lines: impl AsRef<[u8]>) -> Folder {
    let mut content = fs::read(folder.path().join(file)).unwrap();
    content.extend_from_slice(lines.as_ref());
    folder.with(file, content)
}

fn editing(file: &str, from: &str, to: &str) -> Folder {
    Folder::small().replacing(file, from, to)
}
