//! The day on which files were fetched, from the side file that whoever fetched them wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rotor_factor::Date;
use serde::Deserialize;

use crate::ImportError;
use crate::fault::{FaultKind, Faults};
use crate::plan::Plan;
use crate::source::files;

/// The side file, in the folder of the files that it speaks of.
const SIDE_FILE: &str = "fetched.json";

/// What it says; a program may write more into it.
#[derive(Debug, Deserialize)]
struct Side {
    day: String,
}

/// Returns the day on which the files of a plan were fetched: what `fetched.json` beside them says.
///
/// # Errors
///
/// [`ImportError::Faulty`] if there is none, one cannot be read, or they name different days.
pub fn fetched_on(plan: &Plan, folder: &Path) -> Result<Date, ImportError> {
    let refused = |kind| {
        let mut faults = Faults::default();
        faults.add(None, None, kind);
        ImportError::Faulty(faults)
    };
    let mut days: BTreeMap<Date, PathBuf> = BTreeMap::new();
    for pattern in plan.tables.iter().flat_map(|table| table.file.as_slice()) {
        for (path, shown) in files(folder, pattern).map_err(refused)? {
            let beside = path.parent().unwrap_or(Path::new("")).join(SIDE_FILE);
            let day = day_of(&beside, &shown.with_file_name(SIDE_FILE)).map_err(refused)?;
            days.entry(day).or_insert(shown);
        }
    }
    let mut named = days.keys();
    match (named.next(), named.next()) {
        (Some(day), None) => Ok(*day),
        (None, _) => Err(refused(FaultKind::NoDay)),
        _ => {
            let all: Vec<String> =
                days.iter().map(|(day, file)| format!("{day} ({})", file.display())).collect();
            Err(refused(FaultKind::ManyDays { days: all.join(", ") }))
        }
    }
}

fn day_of(path: &Path, shown: &Path) -> Result<Date, FaultKind> {
    const LONGEST: u64 = 1 << 20;
    let text = match rotor_fs::read_text(path, LONGEST) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(FaultKind::NoDay),
        Err(error) => return Err(side(shown, &error)),
        Ok(text) => text,
    };
    let said: Side = serde_json::from_str(&text).map_err(|error| side(shown, &error))?;
    said.day.parse().map_err(|error| side(shown, &error))
}

fn side(shown: &Path, reason: &dyn std::fmt::Display) -> FaultKind {
    FaultKind::SideFile { file: shown.display().to_string(), reason: reason.to_string() }
}
