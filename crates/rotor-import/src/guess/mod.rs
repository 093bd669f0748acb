//! A plan for files, from what is seen in them.
//!
//! Files are read as the import reads them; the days in them say where a table is, and headers and numbers what it holds. Every guess
//! has a comment with what was seen. What nobody can see (since when figures were known, what a zero is, in which currency closes are)
//! becomes `?`, and a plan with one is refused.
//!
//! No source is known here: words of headers are, and the recipes that are shipped are tried.

mod codes;
mod column;
mod days;
mod draft;
mod files;
mod find;
mod fit;
mod lines;
mod role;
mod seen;
mod words;

use std::path::{Path, PathBuf};

use crate::ImportError;
use crate::fault::{FaultKind, Faults, Place};
use crate::recipe::Recipe;
use crate::source::{self, Sheet};
use draft::Draft;
use find::{find, without_days};
use seen::Seen;

/// Looks at files and returns the text of a plan for them, which is TOML; names of files stay as they are given. Where one of the recipes
/// reads a file without any fault, the plan names it.
///
/// # Errors
///
/// [`ImportError::Faulty`] if a file cannot be read, with the faults that the import would have, or has no days.
pub fn guess(files: &[PathBuf], recipes: &[Recipe]) -> Result<String, ImportError> {
    let mut faults = Faults::default();
    let mut groups: Vec<Seen> = Vec::new();
    let mut skipped = Vec::new();
    let mut files: Vec<&PathBuf> = files.iter().collect();
    files.sort();
    files.dedup();
    for file in files {
        match look(file) {
            Ok(Looked { tables, without }) => {
                skipped.extend(without);
                for seen in tables {
                    add(&mut groups, seen);
                }
            }
            Err((place, kind)) => faults.add(None, Some(place), kind),
        }
    }
    if groups.is_empty() && faults.is_empty() {
        faults.add(None, None, FaultKind::NoFile { pattern: String::new() });
    }
    if !faults.is_empty() {
        return Err(ImportError::Faulty(faults));
    }
    let mut draft = Draft::default();
    for seen in &groups {
        match fit::fits(seen, recipes) {
            Some(fits) => draft.add_recipe(seen, &fits),
            None => draft.add(seen),
        }
    }
    Ok(draft.text(&skipped))
}

/// What a file has.
struct Looked {
    tables: Vec<Seen>,
    /// What is to be said of sheets without a table.
    without: Vec<String>,
}

/// Looks at every sheet of a file.
fn look(file: &Path) -> Result<Looked, (Place, FaultKind)> {
    let failed = |kind| (Place { file: file.to_owned(), ..Place::default() }, kind);
    let Some(name) = file.to_str() else {
        return Err(failed(FaultKind::Unreadable { reason: "its name is not UTF-8".into() }));
    };
    let name = name.replace('\\', "/");
    let mut looked = Looked { tables: Vec::new(), without: Vec::new() };
    for (position, sheet) in source::sheets(file)?.iter().enumerate() {
        if let Some(seen) = table(&name, sheet, position == 0) {
            looked.tables.push(seen);
        } else {
            let file = lines::named(&name);
            let file = match &sheet.name {
                Some(sheet) => format!("{file}, sheet {}", lines::named(sheet)),
                None => file,
            };
            looked.without.push(format!("{file}: no row has a day; it is left out"));
        }
    }
    if looked.tables.is_empty() { Err(failed(FaultKind::NoRows)) } else { Ok(looked) }
}

fn table(name: &str, sheet: &Sheet, is_first: bool) -> Option<Seen> {
    let by_name = || files::day(&[name.to_owned()]).and_then(|_| without_days(sheet));
    let found = find(sheet).or_else(by_name)?;
    let seen = Seen::of(name, sheet, is_first, &found);
    (seen.numbers().count() > 0).then_some(seen)
}

/// Adds a table to those of the same shape.
fn add(groups: &mut Vec<Seen>, mut seen: Seen) {
    for group in groups.iter_mut() {
        match group.add(seen) {
            Ok(()) => return,
            Err(other) => seen = other,
        }
    }
    groups.push(seen);
}
