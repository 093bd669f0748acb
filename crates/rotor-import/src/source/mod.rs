//! Files as rows of cells: text files, workbooks, and zip archives with one of them inside.
//!
//! *Invariant:* no file makes the reader reserve what it merely claims: cells, letters and unpacked bytes are bounded.

mod text;
mod workbook;

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use regex::bytes::Regex;
use rotor_factor::Date;

use crate::fault::{FaultKind, Place};
use crate::plan::TablePlan;

/// No file is longer.
const LONGEST_FILE: u64 = 1 << 30;
/// What is packed may not become longer.
const LONGEST_UNPACKED: u64 = 1 << 28;
/// The most cells of a sheet.
pub(crate) const MOST_CELLS: usize = 20_000_000;

/// A cell as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// Of a workbook.
    Day(Date),
    /// A formula without a value, such as `#NAME?`.
    Error(String),
    /// Of a workbook: merged with one before it, which has the value of both.
    Merged,
}

impl Cell {
    /// The text of a cell, as a key or a header is read.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Empty | Self::Merged => String::new(),
            Self::Text(text) | Self::Error(text) => text.trim().to_owned(),
            // A code that a workbook made a number of.
            Self::Number(number) => format!("{number}"),
            Self::Day(day) => day.to_string(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty | Self::Merged => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// A row of a sheet with its number, 1 for the first.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    pub(crate) fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// What is wrong with a cell: that it is merged with another comes before what follows from it.
    pub(crate) fn wrong(&self, column: usize, kind: FaultKind) -> FaultKind {
        if *self.cell(column) == Cell::Merged { FaultKind::MergedCell } else { kind }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// A sheet of a workbook, or a text file.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// The file, as the plan leads to it.
    pub(crate) path: PathBuf,
    /// The name of the sheet, of a workbook.
    pub(crate) name: Option<String>,
    /// How it was encoded, of a text file.
    pub(crate) encoding: Option<&'static str>,
    pub(crate) rows: Vec<Row>,
}

impl Sheet {
    /// A place in it.
    pub(crate) fn place(&self) -> Place {
        Place { file: self.path.clone(), sheet: self.name.clone(), row: None, column: None, value: None }
    }
}

/// Reads the file of a table.
pub(crate) fn read(path: &Path, shown: &Path, plan: &TablePlan) -> Result<Sheet, (Place, FaultKind)> {
    let place =
        || Place { file: shown.to_owned(), sheet: plan.sheet.clone(), row: None, column: None, value: None };
    let failed = |kind| (place(), kind);
    let bytes =
        rotor_fs::read_regular(path, LONGEST_FILE).map_err(|error| failed(FaultKind::unreadable(error)))?;
    sheet_of(bytes, shown, plan, true).map_err(failed)
}

fn sheet_of(bytes: Vec<u8>, shown: &Path, plan: &TablePlan, may_be_packed: bool) -> Result<Sheet, FaultKind> {
    const OLD_WORKBOOK: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    const ZIP: &[u8] = b"PK\x03\x04";
    if bytes.starts_with(OLD_WORKBOOK) {
        return Err(FaultKind::OldWorkbook);
    }
    if !bytes.starts_with(ZIP) {
        let (rows, encoding) = text::rows(&bytes, plan.encoding, plan.separator)?;
        return Ok(Sheet { path: shown.to_owned(), name: None, encoding: Some(encoding), rows });
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).map_err(FaultKind::unreadable)?;
    if archive.index_for_name("[Content_Types].xml").is_some() {
        let has_merged = check_packed(&mut archive)?;
        drop(archive);
        let (name, rows) = caught(|| workbook::rows(bytes, plan.sheet.as_deref(), has_merged))?;
        return Ok(Sheet { path: shown.to_owned(), name: Some(name), encoding: None, rows });
    }
    if !may_be_packed || archive.len() != 1 {
        return Err(FaultKind::ManyMembers { n: archive.len() });
    }
    let member = archive.by_index(0).map_err(FaultKind::unreadable)?;
    let unpacked = unpacked(member)?;
    sheet_of(unpacked, shown, plan, false)
}

/// Reads every sheet of a file of which nothing is known.
pub(crate) fn sheets(path: &Path) -> Result<Vec<Sheet>, (Place, FaultKind)> {
    /// Of a workbook with more the first ones.
    const MOST: usize = 40;
    let mut plan = TablePlan::of_nothing();
    let first = read(path, path, &plan)?;
    let failed = |kind| (first.place(), kind);
    let Some(own) = &first.name else { return Ok(vec![first]) };
    let bytes =
        rotor_fs::read_regular(path, LONGEST_FILE).map_err(|error| failed(FaultKind::unreadable(error)))?;
    let names = names(bytes).map_err(failed)?;
    let mut others = Vec::new();
    for name in names.into_iter().filter(|name| name != own).take(MOST) {
        plan.sheet = Some(name);
        others.push(read(path, path, &plan)?);
    }
    others.insert(0, first);
    Ok(others)
}

/// The names of the sheets of a workbook that was read before, or of one in an archive.
fn names(bytes: Vec<u8>) -> Result<Vec<String>, FaultKind> {
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).map_err(FaultKind::unreadable)?;
    if archive.index_for_name("[Content_Types].xml").is_some() {
        drop(archive);
        return caught(|| workbook::names(bytes));
    }
    let member = unpacked(archive.by_index(0).map_err(FaultKind::unreadable)?)?;
    caught(|| workbook::names(member))
}

/// The reader of workbooks is not ours, and panics at some that nobody writes: that is a fault of the file.
fn caught<T>(read: impl FnOnce() -> Result<T, FaultKind>) -> Result<T, FaultKind> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(FaultKind::unreadable("its reader gave up")))
}

/// Unpacks a member, up to a length that no honest file has.
fn unpacked(member: impl Read) -> Result<Vec<u8>, FaultKind> {
    let mut bytes = Vec::new();
    member.take(LONGEST_UNPACKED + 1).read_to_end(&mut bytes).map_err(FaultKind::unreadable)?;
    if bytes.len() as u64 > LONGEST_UNPACKED {
        return Err(FaultKind::TooLong { limit: LONGEST_UNPACKED });
    }
    Ok(bytes)
}

/// Unpacks every member once and counts: what a header says of its length may be a lie. Tells whether cells are merged anywhere.
fn check_packed(archive: &mut zip::ZipArchive<Cursor<&Vec<u8>>>) -> Result<bool, FaultKind> {
    let mut left = LONGEST_UNPACKED;
    let mut merged = Sought::new("mergeCell");
    for position in 0..archive.len() {
        let member = archive.by_index(position).map_err(FaultKind::unreadable)?;
        let name = member.name().map_err(FaultKind::unreadable)?.to_ascii_lowercase();
        let mut member = member.take(left + 1);
        let n = if name.ends_with("sharedstrings.xml") {
            let mut texts = Vec::new();
            let n = member.read_to_end(&mut texts).map_err(FaultKind::unreadable)?;
            check_claims(&texts)?;
            n as u64
        } else {
            std::io::copy(&mut member, &mut merged).map_err(FaultKind::unreadable)?
        };
        left = left.checked_sub(n).ok_or(FaultKind::TooLong { limit: LONGEST_UNPACKED })?;
    }
    Ok(merged.is_found)
}

/// Takes bytes as they come and keeps nothing but whether a text was among them.
struct Sought {
    text: Regex,
    n_bytes: usize,
    /// The last bytes that were taken, in which the text may have begun.
    end: Vec<u8>,
    is_found: bool,
}

impl Sought {
    fn new(text: &str) -> Self {
        let found = Regex::new(&regex::escape(text)).expect("a text that is escaped is a pattern");
        Self { text: found, n_bytes: text.len(), end: Vec::new(), is_found: false }
    }
}

impl Write for Sought {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.is_found {
            self.end.extend_from_slice(bytes);
            self.is_found = self.text.is_match(&self.end);
            self.end.drain(..self.end.len().saturating_sub(self.n_bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Holds the number of texts that a workbook claims against the bytes that it has: the reader makes room for as many as are claimed.
fn check_claims(texts: &[u8]) -> Result<(), FaultKind> {
    const CLAIM: &[u8] = b"uniqueCount";
    // In another encoding than UTF-8 the claim could not be found.
    if texts.iter().take(64).any(|byte| *byte == 0) {
        return Err(FaultKind::unreadable("its texts are not UTF-8"));
    }
    for start in texts.windows(CLAIM.len()).enumerate().filter(|(_, it)| *it == CLAIM).map(|(at, _)| at) {
        let after = &texts[start + CLAIM.len()..];
        let is_between = |byte: &&u8| b" \t\r\n=\"'+".contains(byte);
        let digits = after.iter().skip_while(is_between).take_while(|byte| byte.is_ascii_digit());
        let claimed =
            digits.fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        if claimed > texts.len() as u64 {
            return Err(FaultKind::ClaimedTexts { claimed, n_bytes: texts.len() as u64 });
        }
    }
    Ok(())
}

/// The files that a pattern of the plan leads to, in the order of their names; each with the way to it from the folder of the plan.
pub(crate) fn files(folder: &Path, pattern: &str) -> Result<Vec<(PathBuf, PathBuf)>, FaultKind> {
    if !pattern.contains(['*', '?']) {
        return Ok(vec![(folder.join(pattern), pattern.into())]);
    }
    let (below, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if below.contains(['*', '?']) {
        return Err(FaultKind::FolderPattern { pattern: pattern.into() });
    }
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(rotor_fs::from_start(&folder.join(below))).map_err(FaultKind::unreadable)?
    {
        let entry = entry.map_err(FaultKind::unreadable)?;
        let own = entry.file_name();
        let lossy = own.to_string_lossy();
        if !matches(name.as_bytes(), lossy.as_bytes()) {
            continue;
        }
        let Some(own) = own.to_str() else {
            return Err(FaultKind::FileName { pattern: pattern.into(), name: lossy.into_owned() });
        };
        found.push((entry.path(), Path::new(below).join(own)));
    }
    found.sort();
    if found.is_empty() {
        return Err(FaultKind::NoFile { pattern: pattern.into() });
    }
    Ok(found)
}

/// Whether a name is as a pattern says: `*` stands for any letters, `?` for one.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last star was, and how much of the name it took.
    let (mut at, mut of, mut star) = (0, 0, None);
    while of < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[of] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                of = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_wherever_the_bytes_are_cut() {
        let found = |parts: &[&str]| {
            let mut sought = Sought::new("merge");
            for part in parts {
                sought.write_all(part.as_bytes()).unwrap();
            }
            sought.is_found
        };
        let text = "a sheet with a merge in it";
        for cut in 0..=text.len() {
            assert!(found(&[&text[..cut], &text[cut..]]), "{cut}");
        }
        let letters: Vec<String> = text.chars().map(String::from).collect();
        assert!(found(&letters.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(!found(&["a sheet with mer", "its"]) && !found(&[]));
    }

    #[test]
    fn a_star_is_any_letters() {
        let is = |pattern: &str, name: &str| matches(pattern.as_bytes(), name.as_bytes());
        assert!(is("sw_*.csv", "sw_801010.csv") && is("*", "x") && is("a?c", "abc") && is("*a*b", "xaayb"));
        assert!(!is("sw_*.csv", "sw_801010.csv.gz") && !is("a?c", "ac") && !is("*a*b", "xaay"));
    }
}
