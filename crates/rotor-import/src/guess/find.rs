//! Where in a sheet the table is: found by its days, for no other thing is in every table.

use super::days::{Form, Forms};
use super::words;
use crate::source::{Cell, Row, Sheet};

/// No table has its days further right.
const MOST_DATE_COLUMNS: usize = 30;
/// Days in a header stand in one of the first rows.
const MOST_HEADER_ROWS: usize = 60;

/// A table in a sheet.
#[derive(Debug)]
pub(super) struct Found<'s> {
    /// The rows of the header; none if the data begin at once.
    pub(super) header: Vec<&'s Row>,
    /// Rows between the header and the first day.
    pub(super) about: Vec<&'s Row>,
    /// Rows with a day; in a transposed table those below the header.
    pub(super) data: Vec<&'s Row>,
    /// Rows behind the first day that have none.
    pub(super) strays: Vec<&'s Row>,
    pub(super) days: Days,
    /// The line above the header, of a section of several.
    pub(super) section: Option<String>,
    /// The lines above the headers of the others.
    pub(super) other_sections: Vec<String>,
    /// What stands in the first rows above the header.
    pub(super) preamble: Vec<String>,
    pub(super) n_columns: usize,
}

/// Where days stand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Days {
    /// In a column.
    Column { at: usize, forms: Forms },
    /// In the header.
    Header { columns: Vec<usize>, forms: Forms },
    /// Nowhere in the sheet.
    Nowhere,
}

impl Found<'_> {
    /// The text of each column's header, as the import joins it.
    pub(super) fn headers(&self) -> Vec<String> {
        let of = |column: usize| {
            let parts = self.header.iter().map(|row| row.cell(column).text()).filter(|text| !text.is_empty());
            parts.collect::<Vec<_>>().join(" ")
        };
        (0..self.n_columns).map(of).collect()
    }

    /// The form in which days are read, the first of those that may be meant.
    pub(super) fn form(&self) -> Form {
        match &self.days {
            Days::Column { forms, .. } | Days::Header { forms, .. } => {
                forms.list().first().copied().unwrap_or(Form::Usual)
            }
            Days::Nowhere => Form::Usual,
        }
    }
}

/// Finds the table of a sheet; of several sections the first. `None` if the sheet has no days at all.
pub(super) fn find(sheet: &Sheet) -> Option<Found<'_>> {
    if let Some(found) = transposed(&sheet.rows) {
        return Some(found);
    }
    let blocks: Vec<&[Row]> = sheet.rows.split(Row::is_blank).filter(|block| !block.is_empty()).collect();
    let parts: Vec<(usize, Part<'_>)> = blocks
        .iter()
        .enumerate()
        .filter_map(|(position, block)| Some((position, Part::of(block)?)))
        .collect();
    // A block without a header continues the one before.
    let headed: Vec<&(usize, Part<'_>)> = parts.iter().filter(|(_, part)| part.header.is_some()).collect();
    let (position, part) = headed.first().copied().or(parts.first())?;
    let mut found = part.table();
    if headed.len() > 1 {
        let titles =
            headed.iter().map(|(position, part)| part.title(position.checked_sub(1).map(|at| blocks[at])));
        let mut titles: Vec<String> = titles.flatten().collect();
        if let Some(own) = part.title(position.checked_sub(1).map(|at| blocks[at])) {
            titles.retain(|title| *title != own);
            found.section = Some(own);
            found.other_sections = titles;
        }
    } else {
        found.extend(&sheet.rows, part);
    }
    let first = found.header.first().or(found.data.first()).map_or(0, |row| row.number);
    found.preamble = sheet.rows.iter().take_while(|row| row.number < first).map(joined).collect();
    found.preamble.retain(|line| !line.is_empty());
    found.n_columns = found.header.iter().chain(&found.data).map(|row| row.cells.len()).max().unwrap_or(0);
    Some(found)
}

/// A sheet without days: the first row is the header and the others are data. The name of the file may have the day.
pub(super) fn without_days(sheet: &Sheet) -> Option<Found<'_>> {
    let mut rows = sheet.rows.iter().filter(|row| !row.is_blank());
    let header = rows.next()?;
    let data: Vec<&Row> = rows.collect();
    let n_columns = data.iter().map(|row| row.cells.len()).max()?.max(header.cells.len());
    Some(Found { header: vec![header], data, n_columns, ..empty(Days::Nowhere) })
}

fn empty<'s>(days: Days) -> Found<'s> {
    Found {
        header: Vec::new(),
        about: Vec::new(),
        data: Vec::new(),
        strays: Vec::new(),
        days,
        section: None,
        other_sections: Vec::new(),
        preamble: Vec::new(),
        n_columns: 0,
    }
}

/// The filled cells of a row as one text, as the title of a section is read.
fn joined(row: &Row) -> String {
    row.cells.iter().map(Cell::text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(",")
}

/// Rows up to a blank one that have days in a column.
struct Part<'s> {
    rows: &'s [Row],
    date: usize,
    forms: Forms,
    /// The row of the first day.
    first: usize,
    /// The rows of the header.
    header: Option<std::ops::Range<usize>>,
}

impl<'s> Part<'s> {
    fn of(rows: &'s [Row]) -> Option<Self> {
        let counted: Vec<(usize, usize)> = (0..MOST_DATE_COLUMNS)
            .map(|column| (column, rows.iter().filter(|row| Forms::of(row.cell(column)).is_some()).count()))
            .collect();
        let most = counted.iter().map(|(_, n)| *n).max().filter(|n| *n > 0)?;
        // Columns that have nearly as many; their headers say which is meant.
        let candidates = || counted.iter().filter(|(_, n)| 10 * n >= 9 * most).map(|(column, _)| *column);
        let leftmost = candidates().next()?;
        let first = first_day(rows, leftmost)?;
        let says = |column: usize, is: fn(&str) -> bool| {
            rows[..first].iter().any(|row| is(&row.cell(column).text()))
        };
        let date = candidates()
            .find(|column| says(*column, words::is_date))
            .or_else(|| candidates().find(|column| !says(*column, words::is_release)))
            .unwrap_or(leftmost);
        let first = first_day(rows, date)?;
        let forms = forms(rows[first..].iter().map(|row| row.cell(date)))?;
        let mut part = Self { rows, date, forms, first, header: None };
        part.header = part.header_rows();
        Some(part)
    }

    /// The columns that hold something beside the day.
    fn filled(&self) -> Vec<usize> {
        const ENOUGH: usize = 50;
        let rows = &self.rows[self.first..self.rows.len().min(self.first + ENOUGH)];
        let n = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        (0..n)
            .filter(|column| *column != self.date && rows.iter().any(|row| !row.cell(*column).is_empty()))
            .collect()
    }

    /// The rows of the header: the first row of names, else the first above the days that names most columns.
    fn header_rows(&self) -> Option<std::ops::Range<usize>> {
        let above = &self.rows[..self.first];
        if above.is_empty() {
            return None;
        }
        let filled = self.filled();
        let names_most = |row: &Row| {
            let n = filled.iter().filter(|column| !row.cell(**column).is_empty()).count();
            n > 0 && 10 * n >= 6 * filled.len() && !is_numeric(row)
        };
        let is_names = |row: &Row| row.cells.first().is_some_and(|cell| words::is_names(&cell.text()));
        let start = above
            .iter()
            .position(is_names)
            .or_else(|| above.iter().position(names_most))
            .unwrap_or(above.len() - 1);
        let end = if self.has_several_lines(start, &filled) { self.first } else { start + 1 };
        Some(start..end)
    }

    /// Whether all rows from one on are the header together: where the first alone does not tell columns apart, or the last one has the
    /// name of the column of days.
    fn has_several_lines(&self, start: usize, filled: &[usize]) -> bool {
        const MOST: usize = 4;
        let lines = &self.rows[start..self.first];
        let is_about = |row: &Row| words::is_about(&row.cell(0).text()) || is_numeric(row);
        if !(2..=MOST).contains(&lines.len()) || lines[1..].iter().any(is_about) {
            return false;
        }
        let mut texts: Vec<String> = filled.iter().map(|column| lines[0].cell(*column).text()).collect();
        texts.sort();
        let repeats = texts.windows(2).any(|pair| pair[0] == pair[1]);
        let names_days = |row: &Row| words::is_date(&row.cell(self.date).text());
        repeats || (!names_days(&lines[0]) && names_days(&lines[lines.len() - 1]))
    }

    fn table(&self) -> Found<'s> {
        let mut found = empty(Days::Column { at: self.date, forms: self.forms });
        let header = self.header.clone().unwrap_or(0..0);
        found.header = self.rows[header.clone()].iter().collect();
        found.about = self.rows[header.end..self.first].iter().collect();
        for row in &self.rows[self.first..] {
            found.add(row);
        }
        found
    }

    /// The line above the header, in the same rows or the last of those before.
    fn title(&self, before: Option<&[Row]>) -> Option<String> {
        let start = self.header.as_ref()?.start;
        let above = if start > 0 { self.rows.get(start - 1) } else { before?.last() };
        above.map(joined).filter(|title| !title.is_empty())
    }
}

impl<'s> Found<'s> {
    fn add(&mut self, row: &'s Row) {
        let Days::Column { at, .. } = self.days else { return };
        if Forms::of(row.cell(at)).is_some() { self.data.push(row) } else { self.strays.push(row) }
    }

    /// Adds the rows behind a part, which the import reads as well.
    fn extend(&mut self, rows: &'s [Row], part: &Part<'_>) {
        let last = part.rows.last().map_or(0, |row| row.number);
        for row in rows.iter().filter(|row| row.number > last && !row.is_blank()) {
            self.add(row);
        }
        if let Days::Column { at, forms: all } = &mut self.days {
            *all = forms(self.data.iter().map(|row| row.cell(*at))).unwrap_or(*all);
        }
    }
}

fn first_day(rows: &[Row], column: usize) -> Option<usize> {
    rows.iter().position(|row| Forms::of(row.cell(column)).is_some())
}

/// The forms that read every cell that is a day; where no form reads all, those of the first.
fn forms<'c>(cells: impl Iterator<Item = &'c Cell>) -> Option<Forms> {
    let mut all: Option<Forms> = None;
    for forms in cells.filter_map(Forms::of) {
        let both = all.map_or(forms, |all| all.both(forms));
        if both.list().is_empty() {
            return all;
        }
        all = Some(both);
    }
    all
}

/// Whether most filled cells of a row beside the first are numbers.
fn is_numeric(row: &Row) -> bool {
    let cells: Vec<&Cell> = row.cells.iter().skip(1).filter(|cell| !cell.is_empty()).collect();
    let n = cells.iter().filter(|cell| cell.text().parse::<f64>().is_ok()).count();
    n > 0 && 2 * n > cells.len() && !cells.iter().all(|cell| is_code(&cell.text()))
}

/// Whether a text has the six digits of a Chinese code.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A table with days in its header: a row of which most cells are days, and no column has as many.
fn transposed(rows: &[Row]) -> Option<Found<'_>> {
    let is_header = |row: &&Row| {
        let n = row.cells.iter().filter(|cell| Forms::of(cell).is_some()).count();
        let n_filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        n >= 2 && 10 * n >= 6 * n_filled
    };
    let at = rows.iter().take(MOST_HEADER_ROWS).position(|row| is_header(&row))?;
    let header = &rows[at];
    let is_day = |column: &usize| Forms::of(header.cell(*column)).is_some();
    let columns: Vec<usize> = (0..header.cells.len()).filter(is_day).collect();
    let below = &rows[at + 1..];
    if columns
        .iter()
        .any(|column| below.iter().take(MOST_HEADER_ROWS).any(|row| Forms::of(row.cell(*column)).is_some()))
    {
        return None;
    }
    let forms = forms(columns.iter().map(|column| header.cell(*column)))?;
    let data: Vec<&Row> = below.iter().filter(|row| !row.is_blank()).collect();
    let preamble = rows[..at].iter().map(joined).filter(|line| !line.is_empty()).collect();
    let n_columns = data.iter().map(|row| row.cells.len()).max()?.max(header.cells.len());
    Some(Found { header: vec![header], data, preamble, n_columns, ..empty(Days::Header { columns, forms }) })
}
