//! What was seen of a table, in one file or in several of the same shape.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::Date;

use super::column::{Column, Entry, Kind, Numbers};
use super::days::{Form, Forms, Spacing};
use super::find::{Days, Found};
use super::words;
use crate::source::{Cell, Row, Sheet};

/// Where the header of a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderSeen {
    /// The row, 1 for the first of the file; 0 if there is none.
    pub(super) row: u64,
    pub(super) n_rows: usize,
    /// The text of the first cell, where no row above begins with the same.
    pub(super) first_cell: Option<String>,
    /// Whether it is the first row that is not blank.
    pub(super) is_first: bool,
    /// The texts of its rows.
    pub(super) lines: Vec<Vec<String>>,
}

/// What was seen of a table.
#[derive(Debug)]
pub(super) struct Seen {
    /// The files, as they were named.
    pub(super) files: Vec<String>,
    /// The sheet, of a workbook.
    pub(super) sheet: Option<String>,
    /// Whether it is the first of the workbook, or no workbook.
    pub(super) is_first_sheet: bool,
    pub(super) encodings: Vec<&'static str>,
    pub(super) header: HeaderSeen,
    pub(super) section: Option<String>,
    pub(super) other_sections: Vec<String>,
    pub(super) preamble: Vec<String>,
    /// First cells of the rows between the header and the data, and whether numbers follow.
    pub(super) about: Vec<(String, bool)>,
    pub(super) days: Days,
    /// The header of the column of days.
    pub(super) date_header: String,
    /// Whether every day is that of a month as a whole.
    pub(super) are_months: bool,
    pub(super) n_rows: usize,
    pub(super) spacing: Spacing,
    /// Rows behind the first day that have none and one filled cell: its text and how often.
    pub(super) footers: BTreeMap<String, usize>,
    /// The first of the other rows without a day, and how many there are.
    pub(super) stray: Option<(u64, String)>,
    pub(super) n_strays: usize,
    /// The columns without that of the days; of a transposed table its rows.
    pub(super) columns: Vec<Column>,
    /// The column of codes, by position among `columns`.
    pub(super) key: Option<usize>,
    /// The column of days of release, by position among `columns`, where rows of one period differ by nothing else.
    pub(super) release: Option<usize>,
    /// The header and position of the labels of a transposed table.
    pub(super) label: Option<(usize, String)>,
}

impl Seen {
    /// Looks at a table; `file` is its name for the plan.
    pub(super) fn of(file: &str, sheet: &Sheet, is_first_sheet: bool, found: &Found<'_>) -> Self {
        let mut seen = Self::around(file, sheet, is_first_sheet, found);
        match &found.days {
            Days::Header { columns, .. } => seen.look_at_rows(found, columns),
            Days::Column { at, .. } => {
                let date = |row: &Row| found.form().read(row.cell(*at)).map(crate::date::Moment::day);
                seen.look_at_columns(found, &date);
            }
            Days::Nowhere => seen.look_at_columns(found, &|_| Some(Date::MIN)),
        }
        seen
    }

    /// What is seen without looking at values.
    fn around(file: &str, sheet: &Sheet, is_first_sheet: bool, found: &Found<'_>) -> Self {
        let form = found.form();
        let moments = || -> Vec<crate::date::Moment> {
            match &found.days {
                Days::Column { at, .. } => {
                    found.data.iter().filter_map(|row| form.read(row.cell(*at))).collect()
                }
                Days::Header { columns, .. } => found
                    .header
                    .iter()
                    .flat_map(|row| columns.iter().filter_map(|column| form.read(row.cell(*column))))
                    .collect(),
                Days::Nowhere => Vec::new(),
            }
        };
        let moments = moments();
        let headers = found.headers();
        let date_header = match &found.days {
            Days::Column { at, .. } => headers.get(*at).cloned().unwrap_or_default(),
            _ => String::new(),
        };
        let mut seen = Self {
            files: vec![file.to_owned()],
            sheet: sheet.name.clone(),
            is_first_sheet,
            encodings: sheet.encoding.into_iter().collect(),
            header: header(sheet, found),
            section: found.section.clone(),
            other_sections: found.other_sections.clone(),
            preamble: found.preamble.clone(),
            about: found.about.iter().map(|row| (row.cell(0).text(), has_numbers(row))).collect(),
            days: found.days.clone(),
            date_header,
            are_months: !moments.is_empty()
                && moments.iter().all(|moment| matches!(moment, crate::date::Moment::Month(_))),
            n_rows: found.data.len(),
            spacing: Spacing::of(moments.iter().map(|moment| moment.day()).collect()),
            footers: BTreeMap::new(),
            stray: None,
            n_strays: 0,
            columns: Vec::new(),
            key: None,
            release: None,
            label: None,
        };
        for row in &found.strays {
            seen.note_stray(row);
        }
        seen
    }

    fn note_stray(&mut self, row: &Row) {
        let mut filled = row.cells.iter().filter(|cell| !cell.is_empty());
        let first = filled.next().map(Cell::text).unwrap_or_default();
        if filled.next().is_none() {
            *self.footers.entry(first).or_default() += 1;
        } else {
            self.n_strays += 1;
            self.stray.get_or_insert((row.number, first));
        }
    }

    fn look_at_columns(&mut self, found: &Found<'_>, date: &dyn Fn(&Row) -> Option<Date>) {
        let date_column = match found.days {
            Days::Column { at, .. } => Some(at),
            _ => None,
        };
        let headers = found.headers();
        for (at, header) in headers.iter().enumerate().filter(|(at, _)| Some(*at) != date_column) {
            let kind = super::column::kind(header, at, &found.data.iter().map(|row| row.cell(at)));
            let mut column = Column {
                at,
                header: header.clone(),
                kind,
                keys: BTreeSet::new(),
                numbers: Numbers::default(),
                frequency_word: word_of(found, at, words::is_frequency),
                unit_word: word_of(found, at, words::is_unit),
            };
            if kind == Kind::Codes {
                found.data.iter().for_each(|row| column.note_key(row.cell(at).text()));
            }
            self.columns.push(column);
        }
        let days: Vec<Option<Date>> = found.data.iter().map(|row| date(row)).collect();
        self.key = key(&self.columns, found, &days);
        self.release = release(&self.columns, self.key, found, &days);
        let keys = self.key.map(|key| numbered(found, self.columns[key].at));
        for column in self.columns.iter_mut().filter(|column| column.kind == Kind::Numbers) {
            let entry = |(position, row): (usize, &&Row)| {
                let key = keys.as_ref().map_or(0, |keys| keys[position]);
                Some((key, days[position]?, row.number, position))
            };
            let entries = found.data.iter().enumerate().filter_map(entry);
            column.numbers = Numbers::of(entries.map(|(key, day, row, position)| Entry {
                key,
                day,
                row,
                cell: found.data[position].cell(column.at),
            }));
        }
        // A table of codes alone has them in its texts.
        if let Some(key) = self.key.filter(|key| self.columns[*key].kind == Kind::Texts) {
            let at = self.columns[key].at;
            found.data.iter().for_each(|row| self.columns[key].note_key(row.cell(at).text()));
        }
    }

    fn look_at_rows(&mut self, found: &Found<'_>, columns: &[usize]) {
        let form = found.form();
        let header = found.header[0];
        let is_label = |at: &usize| {
            !columns.contains(at)
                && super::column::kind("", *at, &found.data.iter().map(|row| row.cell(*at))) == Kind::Texts
        };
        let label = (0..found.n_columns).find(is_label).unwrap_or(0);
        self.label = Some((label, header.cell(label).text()));
        for (at, row) in found.data.iter().enumerate() {
            let entry = |column: &usize| {
                let day = form.read(header.cell(*column))?.day();
                Some(Entry { key: 0, day, row: row.number, cell: row.cell(*column) })
            };
            let word = |is: fn(&str) -> bool| {
                let column = (0..found.n_columns).find(|column| is(&header.cell(*column).text()))?;
                Some(row.cell(column).text()).filter(|text| !text.is_empty())
            };
            let numbers = Numbers::of(columns.iter().filter_map(entry));
            self.columns.push(Column {
                at,
                header: row.cell(label).text(),
                kind: if numbers.n > 0 { Kind::Numbers } else { Kind::Nothing },
                keys: BTreeSet::new(),
                frequency_word: word(words::is_frequency),
                unit_word: word(words::is_unit),
                numbers,
            });
        }
    }

    /// The columns of numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.kind == Kind::Numbers)
    }

    /// The column of codes.
    pub(super) fn key(&self) -> Option<&Column> {
        self.key.map(|key| &self.columns[key])
    }

    /// Whether days stand in the header.
    pub(super) fn is_transposed(&self) -> bool {
        matches!(self.days, Days::Header { .. })
    }

    /// The forms in which the days can be read.
    pub(super) fn forms(&self) -> Vec<Form> {
        match &self.days {
            Days::Column { forms, .. } | Days::Header { forms, .. } => forms.list(),
            Days::Nowhere => Vec::new(),
        }
    }

    /// Adds what was seen of another file of the same shape; gives it back if the shape is another.
    pub(super) fn add(&mut self, other: Self) -> Result<(), Self> {
        let days = match (&self.days, &other.days) {
            (Days::Column { at, forms }, Days::Column { at: also, forms: of_other }) if at == also => {
                let both: Forms = forms.both(*of_other);
                Days::Column { at: *at, forms: both }
            }
            (one, other) if one == other => one.clone(),
            _ => return Err(other),
        };
        let has_form = match &days {
            Days::Column { forms, .. } => !forms.list().is_empty(),
            _ => true,
        };
        let is_same = has_form
            && self.sheet == other.sheet
            && self.header == other.header
            && self.section == other.section
            && self.columns.len() == other.columns.len()
            && self.label == other.label
            && self.columns.iter().zip(&other.columns).all(|(one, other)| one.header == other.header);
        if !is_same {
            return Err(other);
        }
        self.days = days;
        self.files.extend(other.files);
        self.encodings.extend(other.encodings);
        self.n_rows += other.n_rows;
        self.are_months &= other.are_months;
        self.spacing = self.spacing.both(&other.spacing);
        for (text, n) in other.footers {
            *self.footers.entry(text).or_default() += n;
        }
        self.stray = self.stray.take().or(other.stray);
        self.n_strays += other.n_strays;
        self.key = self.key.or(other.key);
        self.release = self.release.or(other.release);
        for (column, other) in self.columns.iter_mut().zip(other.columns) {
            column.add(other);
        }
        Ok(())
    }
}

fn header(sheet: &Sheet, found: &Found<'_>) -> HeaderSeen {
    let row = found.header.first().map_or(0, |row| row.number);
    let above = || sheet.rows.iter().take_while(|other| other.number < row);
    let first_cell = found
        .header
        .first()
        .map(|row| row.cell(0).text())
        .filter(|text| !text.is_empty() && above().all(|other| other.cell(0).text() != *text));
    HeaderSeen {
        row,
        n_rows: found.header.len(),
        first_cell,
        is_first: above().all(Row::is_blank),
        lines: found
            .header
            .iter()
            .map(|row| (0..found.n_columns).map(|column| row.cell(column).text()).collect())
            .collect(),
    }
}

fn has_numbers(row: &Row) -> bool {
    row.cells.iter().skip(1).any(|cell| cell.text().parse::<f64>().is_ok())
}

/// What a row between the header and the data says of a column.
fn word_of(found: &Found<'_>, at: usize, is: fn(&str) -> bool) -> Option<String> {
    let row = found.about.iter().find(|row| is(&row.cell(0).text()))?;
    Some(row.cell(at).text()).filter(|text| !text.is_empty())
}

/// The column by which rows of one day differ: of those that are called so, else of texts, the first with one row a day and text. Where
/// no day has two rows, a column of codes is whom the file is about.
fn key(columns: &[Column], found: &Found<'_>, days: &[Option<Date>]) -> Option<usize> {
    let mut ranked: Vec<(usize, usize)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| matches!(column.kind, Kind::Codes | Kind::Texts))
        .map(|(position, column)| (words::code_rank(&column.header).unwrap_or(usize::MAX), position))
        .collect();
    ranked.sort_unstable();
    let codes =
        || ranked.iter().find(|(_, position)| columns[*position].kind == Kind::Codes).map(|(_, at)| *at);
    if are_different(days, &[]) {
        return codes();
    }
    let tells_apart =
        |(_, position): &&(usize, usize)| are_different(days, &[numbered(found, columns[*position].at)]);
    ranked.iter().find(tells_apart).map(|(_, position)| *position).or_else(codes)
}

/// The column of days of release, if rows of one day and key differ by it and not without it.
fn release(
    columns: &[Column],
    key: Option<usize>,
    found: &Found<'_>,
    days: &[Option<Date>],
) -> Option<usize> {
    let by: Vec<Vec<usize>> = key.map(|key| numbered(found, columns[key].at)).into_iter().collect();
    if are_different(days, &by) {
        return None;
    }
    let tells_apart = |column: &Column| {
        let with_it: Vec<Vec<usize>> = by.iter().cloned().chain([numbered(found, column.at)]).collect();
        are_different(days, &with_it)
    };
    columns.iter().position(|column| {
        column.kind == Kind::Days && words::is_release(&column.header) && tells_apart(column)
    })
}

/// Whether no two rows have the same day and the same numbers.
fn are_different(days: &[Option<Date>], by: &[Vec<usize>]) -> bool {
    let mut rows: Vec<(Option<Date>, Vec<usize>)> = days
        .iter()
        .enumerate()
        .map(|(position, day)| (*day, by.iter().map(|numbers| numbers[position]).collect()))
        .collect();
    rows.sort_unstable();
    rows.windows(2).all(|pair| pair[0] != pair[1])
}

/// A number for each text of a column, row by row.
fn numbered(found: &Found<'_>, at: usize) -> Vec<usize> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let number = |row: &&Row| {
        let n = known.len();
        *known.entry(row.cell(at).text()).or_insert(n)
    };
    found.data.iter().map(number).collect()
}
