//! Faults of a dataset: what is wrong, where, and how to mend it.
//!
//! Reading never stops at the first fault and never repairs one. A [`FaultReport`] holds the first
//! [`FaultReport::KEPT`] of them in the order of the tables and rows, and the count of all.

use std::fmt;

use rotor_factor::{Date, DateError, EntityKind, Frequency};

use crate::schema::{CellType, Table};

/// One thing that is wrong with a dataset, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The table it concerns; `None` for the manifest and the folder itself.
    pub table: Option<Table>,
    /// The file, as named in the folder; `prices (in memory)` for a table that is not in a file.
    pub file: String,
    /// The row, counted from 1 below the header.
    pub row: Option<u64>,
    /// The line of a text file, counted from 1.
    pub line: Option<u64>,
    /// The column or the key of the manifest.
    pub column: Option<String>,
    /// What is wrong.
    pub kind: FaultKind,
    /// In how many rows (or lines) the same is wrong for the same reason; the place is that of the first.
    pub count: u64,
}

impl Fault {
    /// A fault of a file as a whole.
    pub(crate) fn of_file(table: Option<Table>, file: String, kind: FaultKind) -> Self {
        Self { table, file, row: None, line: None, column: None, kind, count: 1 }
    }
}

/// What can be wrong with a dataset.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the message of each variant is its documentation and names every field")]
pub enum FaultKind {
    // The folder and its files.
    #[error("there is no such file")]
    MissingFile { required_by: &'static str },
    #[error("the table is missing")]
    MissingTable { required_by: &'static str },
    #[error("the table is given twice, as `{csv}` and as `{parquet}`")]
    GivenTwice { csv: String, parquet: String },
    #[error("`{name}` is not a table of a dataset")]
    UnknownFile { name: String, nearest: String },
    #[error("cannot be read: {reason}")]
    Unreadable { reason: String },
    #[error("its SHA-256 is `{found}` and the manifest says `{expected}`")]
    HashMismatch { expected: String, found: String },
    #[error("has {n_rows} rows; at most {limit} are supported")]
    TooManyRows { n_rows: u64, limit: u64 },
    #[error("its series and entities make {n_keys} pairs; at most {limit} are supported")]
    TooManyKeys { n_keys: u64, limit: u64 },
    #[error("claims {n_rows} rows in {n_bytes} bytes")]
    ImplausibleRows { n_rows: u64, n_bytes: u64 },
    #[error("is compressed with {found}, which is not supported")]
    UnknownCodec { found: String },

    // The manifest.
    #[error("is not TOML: {reason}")]
    NotToml { reason: String },
    #[error("unknown key")]
    UnknownKey { nearest: Option<&'static str> },
    #[error("the value is empty")]
    EmptyValue,
    #[error("the key is missing")]
    MissingKey { example: &'static str },
    #[error("the value has the type {found}, {expected} is needed")]
    KeyType { expected: &'static str, found: &'static str },
    #[error("format {found} is not known to this version, which reads format 1")]
    UnknownFormat { found: String },
    #[error("`{first}` is after `last`, which is {last}")]
    FirstAfterLast { first: Date, last: Date },
    #[error("`{value}` is not a SHA-256 of 64 hexadecimal digits")]
    NotAHash { value: String },

    // The form of a table.
    #[error("the text is not UTF-8{}", found.map_or(String::new(), |found| format!(" but {found}")))]
    NotUtf8 { found: Option<&'static str>, remedy: String },
    #[error("the columns are separated by {found}; a comma is needed")]
    WrongSeparator { found: &'static str, remedy: String },
    #[error("is a wide table: {n_columns} of its columns are {what}, such as `{example}`")]
    WideTable { n_columns: usize, what: &'static str, example: String, remedy: String },
    #[error("is a folder of part files, as Spark and Dask write it")]
    PartFolder { remedy: String },
    #[error("is of a format that is not read")]
    OtherFormat { remedy: String },
    #[error("the text contains a NUL byte")]
    NulByte,
    #[error("a carriage return has no line feed after it")]
    BareCarriageReturn,
    #[error("this line ends with {found}, the lines above with {before}")]
    MixedLineEnds { found: &'static str, before: &'static str },
    #[error("a quotation mark stands inside a field that is not quoted")]
    StrayQuote,
    #[error("text follows the closing quotation mark of a field")]
    TextAfterQuote,
    #[error("the quotation mark that opens here is never closed")]
    OpenQuote,
    #[error("the row is longer than {limit} bytes")]
    LongRow { limit: usize },
    #[error("the file is empty, without a header")]
    NoHeader,
    #[error("the line is empty")]
    BlankLine,
    #[error("the line begins with `#`, and a table has no remarks")]
    Remark,
    #[error("the row has {found} fields, the header has {expected}")]
    FieldCount { expected: usize, found: usize },
    #[error("unknown column")]
    UnknownColumn { nearest: Option<&'static str> },
    #[error("is the index of a data frame")]
    IndexColumn { missing: Option<&'static str> },
    #[error("the column is missing")]
    MissingColumn,
    #[error("the column appears twice")]
    DuplicateColumn,
    #[error("the column has the type `{found}`, {expected} is needed", expected = expected.noun())]
    ColumnType { expected: CellType, found: String },

    // Cells.
    #[error("the cell is empty")]
    EmptyCell,
    #[error("the cell is empty")]
    NoValue,
    #[error("`{value}` has a time of day")]
    TimeOfDay { value: String },
    #[error("`{value}` is {error}")]
    NotADate { value: String, error: DateError },
    #[error("`{value}` is not {expected}", expected = expected.noun())]
    NotANumber { value: String, expected: CellType },
    #[error("`{value}` is not finite")]
    NotFinite { value: String },
    #[error("`{value}` is outside {range}")]
    OutsideRange { value: String, range: &'static str },
    #[error("`{value}` stands for a missing value")]
    MissingMark { value: String },
    #[error("`{value}` has a blank or something invisible at its beginning or end")]
    BlanksAround { value: String },
    #[error("`{value}` has {n_bytes} bytes; a code or name has at most {limit}")]
    LongName { value: String, n_bytes: usize, limit: usize },
    #[error("`{value}` is not one of {known}", known = known.join(", "))]
    UnknownWord { value: String, known: &'static [&'static str] },

    // Rows.
    #[error("repeats the key {key} of row {first_row}")]
    DuplicateKey { key: String, first_row: u64 },
    #[error("there is no entity `{value}`")]
    UnknownEntity { value: String, nearest: Option<String> },
    #[error("there is no series `{value}`")]
    UnknownSeries { value: String, nearest: Option<String> },
    #[error("there is no company `{value}`")]
    UnknownCompany { value: String, nearest: Option<String> },
    #[error("`{series}` is given, and the reader makes it of `companies` and `filings`")]
    SeriesAndFilings { series: String },
    #[error("`{value}` is {}, {} is needed", with_article(*found), with_article(*expected))]
    WrongKind { value: String, expected: EntityKind, found: EntityKind },
    #[error("{valid_to} is before `valid_from`, which is {valid_from}")]
    ValidityReversed { valid_from: Date, valid_to: Date },
    #[error("the validity of `{company}` overlaps that of row {other_row}")]
    OverlappingValidity { company: String, other_row: u64 },
    #[error("the filing has no profit: neither `net_profit_ytd` nor one of `low` and `high`")]
    NoProfit,
    #[error("the filing has `net_profit_ytd`, and a range as well")]
    FigureAndRange,
    #[error("{high} is below `low`, which is {low}")]
    RangeReversed { low: String, high: String },
    #[error("{date} is outside the manifest's {first} to {last}")]
    OutsideManifest { date: Date, first: Date, last: Date },
    #[error("{date} and {other} are closes of the same month, but the manifest says month-end closes only")]
    SecondCloseInMonth { date: Date, other: Date },
    #[error("{date} is before the 20th, but the manifest says month-end closes only")]
    EarlyInMonth { date: Date },
    #[error("the shares of `{sector}` released on {released} sum to {sum}")]
    SharesAboveOne { sector: String, released: Date, sum: String },
    #[error("{period} is not the last day of a {unit}", unit = frequency.calendar().unit())]
    NotPeriodEnd { period: Date, frequency: Frequency },
    #[error("{released} is before the end of the period, {period}")]
    ReleasedEarly { released: Date, period: Date },
}

impl FaultKind {
    /// Returns how to mend the fault, as a sentence without a stop.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "one line a fault; splitting the list would only hide it")]
    pub fn hint(&self) -> String {
        match self {
            Self::MissingFile { required_by } | Self::MissingTable { required_by } => {
                format!("add it; {required_by}")
            }
            Self::GivenTwice { csv, parquet } => format!("keep one of `{csv}` and `{parquet}`"),
            Self::UnknownFile { nearest, .. } => {
                format!("call it `{nearest}` if it is that table, else move it")
            }
            Self::Unreadable { reason } if reason.contains("pages of encoding") => {
                "write the file again with plain or dictionary pages (in pandas `to_parquet` without `column_encoding`)".into()
            }
            Self::Unreadable { .. } => "check that the file is complete and readable".into(),
            Self::HashMismatch { .. } => {
                "restore the file, or correct the hash in `dataset.toml` if the change is meant".into()
            }
            Self::TooManyRows { .. } | Self::TooManyKeys { .. } => "split the dataset".into(),
            Self::ImplausibleRows { .. } => "write the file again; no writer packs rows so tightly".into(),
            Self::UnknownCodec { .. } => "write the file with zstd, snappy or no compression".into(),
            Self::LongName { .. } => "shorten it, in every table that refers to it".into(),
            Self::NotToml { .. } => "see https://toml.io for the syntax".into(),
            Self::UnknownKey { nearest: None } | Self::UnknownColumn { nearest: None } => "remove it".into(),
            Self::MissingKey { example } => format!("add a line such as `{example}`"),
            Self::EmptyValue => "write a word or a line".into(),
            Self::KeyType { expected, .. } => format!("write {expected}"),
            Self::UnknownFormat { .. } => "write `format = 1`, or use a newer version of rotor".into(),
            Self::FirstAfterLast { .. } | Self::RangeReversed { .. } => "swap the two".into(),
            Self::NotAHash { .. } => "write what `sha256sum` prints".into(),
            Self::NotUtf8 { remedy, .. }
            | Self::WrongSeparator { remedy, .. }
            | Self::WideTable { remedy, .. }
            | Self::PartFolder { remedy }
            | Self::OtherFormat { remedy } => remedy.clone(),
            Self::IndexColumn { missing: None } => {
                "write the table without it (in pandas `index=False`)".into()
            }
            Self::IndexColumn { missing: Some(missing) } => format!(
                "if it holds `{missing}`, make it a column first (in pandas `df.rename_axis(\"{missing}\").reset_index()`); \
                 write the table with `index=False`"
            ),
            Self::NulByte => "save the file as plain UTF-8 text".into(),
            Self::BareCarriageReturn | Self::MixedLineEnds { .. } => {
                "end every line the same way, with LF or with CR LF".into()
            }
            Self::StrayQuote | Self::TextAfterQuote => {
                "put the whole field in quotation marks and double those inside".into()
            }
            Self::OpenQuote => "close it; the rest of the file was not read".into(),
            Self::LongRow { .. } => "look for a quotation mark that is not closed".into(),
            Self::NoHeader => "write the column names on the first line".into(),
            Self::BlankLine => "remove the line".into(),
            Self::Remark => {
                "remove the line, or the `#` if it is none; a cell that begins with one needs quotation marks".into()
            }
            Self::FieldCount { .. } => "give every row one field a column; quote fields with commas".into(),
            Self::UnknownKey { nearest: Some(nearest) } | Self::UnknownColumn { nearest: Some(nearest) } => {
                format!("did you mean `{nearest}`?")
            }
            Self::MissingColumn => "add the column".into(),
            Self::DuplicateColumn => "remove one of the two".into(),
            Self::ColumnType { expected, found } => type_remedy(*expected, found).into(),
            Self::NoValue => "remove the row; what has no value has no row".into(),
            Self::TimeOfDay { .. } => "if these are times of the market's own zone, drop the time (in pandas `.dt.normalize()`); \
                 if they are UTC, that would shift days: convert first \
                 (`.dt.tz_localize(\"UTC\").dt.tz_convert(\"Asia/Shanghai\").dt.tz_localize(None).dt.normalize()`)"
                .into(),
            Self::EmptyCell => "fill it; only columns marked `?` may be empty".into(),
            Self::NotADate { error: DateError::NotIso, .. } => "write it as YYYY-MM-DD".into(),
            Self::NotADate { .. } => "correct the date".into(),
            Self::NotANumber { value, .. } if value.contains(',') => {
                "write it without thousands separators and with a decimal point".into()
            }
            Self::NotANumber { expected: CellType::Integer, .. } => "write a whole number, such as 1".into(),
            Self::NotANumber { .. } => "write digits with a decimal point, nothing else".into(),
            Self::NotFinite { .. } => "leave the row out if there is no value".into(),
            Self::OutsideRange { range, .. } => format!("give a value in {range}"),
            Self::MissingMark { .. } => {
                "leave the cell empty if the column is marked `?`, else fill it or remove the row \
                 (pandas writes such marks after `.astype(str)` and with `na_rep`)"
                    .into()
            }
            Self::BlanksAround { .. } => {
                "remove it (in pandas `.str.strip()`, and `.str.strip(\"\\ufeff\\u200b\")` for what is invisible)".into()
            }
            Self::UnknownWord { .. } => "use one of these words".into(),
            Self::DuplicateKey { .. } => "remove one of the two rows".into(),
            Self::UnknownEntity { value, nearest: Some(nearest) } if is_number_of(value, nearest) => format!(
                "did you mean `{nearest}`? Codes are text: read them as such from the start \
                 (in pandas `dtype={{\"entity\": str}}`)"
            ),
            Self::UnknownEntity { nearest: Some(nearest), .. }
            | Self::UnknownSeries { nearest: Some(nearest), .. }
            | Self::UnknownCompany { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`?")
            }
            Self::UnknownEntity { .. } => "add it to `entities`, or remove the row".into(),
            Self::UnknownSeries { .. } => "add it to `series`, or remove the row".into(),
            Self::UnknownCompany { .. } => "add it to `companies`, or remove the row".into(),
            Self::SeriesAndFilings { .. } => "keep the series or the tables, not both".into(),
            Self::OverlappingValidity { .. } => {
                "end one before the other begins; both days of a validity belong to it".into()
            }
            Self::NoProfit => "give the profit or a bound of its range; a filing without has no row".into(),
            Self::FigureAndRange => "keep `net_profit_ytd`, or `low` and `high`".into(),
            Self::WrongKind { expected, .. } => format!("name {}", with_article(*expected)),
            Self::ValidityReversed { .. } => "swap the two, or leave one empty".into(),
            Self::OutsideManifest { .. } => {
                "correct the date, or `first` and `last` in `dataset.toml`".into()
            }
            Self::SecondCloseInMonth { .. } => {
                "keep the last close of the month, or write `price_frequency = \"D\"`".into()
            }
            Self::EarlyInMonth { .. } => {
                "stamp a close with a day near the end of the month that it closes, or write `price_frequency = \"D\"`".into()
            }
            Self::SharesAboveOne { .. } => {
                "give shares of the sector's total assets; together they are at most 1".into()
            }
            Self::NotPeriodEnd { .. } => "stamp the period with its last calendar day".into(),
            Self::ReleasedEarly { .. } => {
                "correct `released`: a value is public once its period is over".into()
            }
        }
    }
}

impl Fault {
    /// Tells whether this kind of fault is one that rows repeat.
    fn may_repeat(&self) -> bool {
        self.row.is_some() || self.kind == FaultKind::BlankLine
    }

    /// Tells whether another fault has the same cause: the same thing wrong in the same column, to be mended in the same way.
    fn has_cause_of(&self, other: &Self) -> bool {
        use FaultKind::{UnknownCompany, UnknownEntity, UnknownSeries, UnknownWord, WrongKind};
        let same_value = || match (&self.kind, &other.kind) {
            (UnknownEntity { value: a, .. }, UnknownEntity { value: b, .. })
            | (UnknownSeries { value: a, .. }, UnknownSeries { value: b, .. })
            | (UnknownCompany { value: a, .. }, UnknownCompany { value: b, .. })
            | (UnknownWord { value: a, .. }, UnknownWord { value: b, .. })
            | (WrongKind { value: a, .. }, WrongKind { value: b, .. }) => a == b,
            (a, b) => a.hint() == b.hint(),
        };
        self.may_repeat()
            && other.may_repeat()
            && std::mem::discriminant(&self.kind) == std::mem::discriminant(&other.kind)
            && (&self.column, &self.file) == (&other.column, &other.file)
            && same_value()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match (self.row, self.line) {
            (Some(row), Some(line)) => write!(f, " row {row} (line {line})")?,
            (Some(row), None) => write!(f, " row {row}")?,
            (None, Some(line)) => write!(f, " line {line}")?,
            (None, None) => {}
        }
        match self.count {
            0 | 1 => {}
            2 => write!(f, " and 1 more {}", if self.row.is_some() { "row" } else { "line" })?,
            n => write!(f, " and {} more {}", n - 1, if self.row.is_some() { "rows" } else { "lines" })?,
        }
        if let Some(column) = &self.column {
            write!(f, ", `{column}`")?;
        }
        write!(f, ": {}", self.kind)
    }
}

/// Every fault of a folder: the first ones in full, and how many there are. What is wrong in many rows for one reason is one of
/// them, with the first row and the number of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultReport {
    faults: Vec<Fault>,
    total: u64,
}

impl FaultReport {
    /// How many faults are kept with their place; the others are only counted.
    pub const KEPT: usize = 50;

    /// Returns the first faults, in the order of the tables and their rows.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Returns how many faults there are, those not kept included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Tells whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Returns a report of so many faults of one cause, of which the first are given.
    pub(crate) fn of(first: impl Iterator<Item = Fault>, total: u64) -> Self {
        let mut report = Self::default();
        first.for_each(|fault| report.push(fault));
        if let Some(last) = report.faults.last_mut() {
            last.count += total - report.total;
        }
        Self { total, ..report }
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.push_with(|| fault);
    }

    /// Counts a fault, and makes it only if it can be kept.
    pub(crate) fn push_with(&mut self, fault: impl FnOnce() -> Fault) {
        self.total += 1;
        // With as many causes as there is room for, the ones that are kept are still counted on.
        if self.faults.len() < Self::KEPT || self.faults.iter().any(Fault::may_repeat) {
            self.keep(fault());
        }
    }

    /// Counts a fault whose cause is new, and makes it only if there is room: guessing what a code was meant to be takes time.
    pub(crate) fn push_new_with(&mut self, fault: impl FnOnce() -> Fault) {
        self.total += 1;
        if self.faults.len() < Self::KEPT {
            self.faults.push(fault());
        }
    }

    /// Counts another row in which a code is unknown; `false` if it is the first of this code in the column.
    pub(crate) fn repeats_code(&mut self, column: &str, code: &str) -> bool {
        let is_it = |fault: &&mut Fault| match &fault.kind {
            FaultKind::UnknownEntity { value, .. }
            | FaultKind::UnknownSeries { value, .. }
            | FaultKind::UnknownCompany { value, .. } => {
                fault.column.as_deref() == Some(column) && *value == shown(code)
            }
            _ => false,
        };
        let known = self.faults.iter_mut().find(is_it);
        if let Some(fault) = known {
            fault.count += 1;
            self.total += 1;
            return true;
        }
        false
    }

    /// Adds a fault to those of the same cause, or behind them if there is room.
    fn keep(&mut self, fault: Fault) {
        match self.faults.iter().position(|kept| kept.has_cause_of(&fault)) {
            Some(kept) => self.faults[kept].count += fault.count,
            None if self.faults.len() < Self::KEPT => self.faults.push(fault),
            None => {}
        }
    }

    /// Puts the faults of a text file into the order of its lines.
    pub(crate) fn sort_by_line(&mut self) {
        self.faults.sort_by_key(|fault| fault.line);
    }

    /// Says that the faults are those of something that is no text file: it has another name and no lines.
    pub(crate) fn in_file(mut self, name: &str) -> Self {
        for fault in &mut self.faults {
            (fault.file, fault.line) = (name.to_owned(), None);
        }
        self
    }

    /// Adds what a later part of the same dataset reported.
    pub(crate) fn append(&mut self, later: Self) {
        self.total += later.total;
        later.faults.into_iter().for_each(|fault| self.keep(fault));
    }

    /// Adds what another look at the same table reported, and puts the two into the order of the rows.
    ///
    /// Each report holds its own first faults, so the first of both together are among them.
    pub(crate) fn merge(&mut self, other: Self) {
        self.total += other.total;
        // A fault without a row, such as an empty line, stays behind the row it follows.
        let mut row = 0;
        let mut faults: Vec<(u64, Fault)> = Vec::with_capacity(self.faults.len() + other.faults.len());
        for fault in self.faults.drain(..) {
            row = fault.row.unwrap_or(row);
            faults.push((row, fault));
        }
        faults.extend(other.faults.into_iter().map(|fault| (fault.row.unwrap_or_default(), fault)));
        faults.sort_by_key(|(row, _)| *row);
        for (_, fault) in faults {
            self.keep(fault);
        }
    }
}

impl fmt::Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}\n  hint: {}", fault.kind.hint())?;
        }
        let n_causes = self.faults.len();
        let hidden = self.total - self.faults.iter().map(|fault| fault.count).sum::<u64>();
        match (self.total, hidden) {
            (1, _) => write!(f, "1 fault"),
            (total, 0) if total == n_causes as u64 => write!(f, "{total} faults"),
            (total, 0) => {
                write!(f, "{total} faults, {n_causes} {}", if n_causes == 1 { "cause" } else { "causes" })
            }
            (total, _) => write!(f, "{total} faults, of which the first {n_causes} causes are shown"),
        }
    }
}

/// Returns how a column of the wrong type becomes one of the right type without changing what it says.
fn type_remedy(expected: CellType, found: &str) -> &'static str {
    match expected {
        CellType::Text if found.starts_with("Float") => {
            "codes are text: read them as text from the start (in pandas `dtype=str`); \
             of numbers, `.astype(\"Int64\").astype(str).str.zfill(6)` gives codes of six digits"
        }
        CellType::Text if found.contains("Int") => {
            "codes are text: read them as text from the start (in pandas `dtype=str`), for numbers lose the zeros in front; \
             `.astype(str).str.zfill(6)` gives codes of six digits"
        }
        CellType::Text => "write the column as string (in pandas `.astype(str)`)",
        CellType::Date if found.starts_with("Timestamp") => {
            "two steps keep the day: convert to the time zone of the market, then drop the zone and the time \
             (in pandas `.dt.tz_convert(\"Asia/Shanghai\").dt.tz_localize(None).dt.normalize()`)"
        }
        CellType::Date if found.contains("Int") => {
            "write the column as dates (in pandas `pd.to_datetime(column.astype(str), format=\"%Y%m%d\")` of numbers such as 20240105)"
        }
        CellType::Date => "write the column as dates (in pandas `pd.to_datetime(column)`)",
        CellType::Number => "write the column as double (in pandas `.astype(float)`)",
        CellType::Integer => "write the column as int8",
    }
}

/// Tells whether a text is a code that was taken for a number on its way: without its zeros in front, or with `.0` behind.
pub(crate) fn is_number_of(value: &str, code: &str) -> bool {
    let number = value.strip_suffix(".0").unwrap_or(value);
    value != code && !number.is_empty() && number == code.trim_start_matches('0')
}

/// Returns a kind of entity with the article that a sentence needs.
fn with_article(kind: EntityKind) -> String {
    format!("{} {kind}", if kind == EntityKind::Industry { "an" } else { "a" })
}

/// Shows a number the way a person writes it: no zeros by the hundred, no point without need.
pub(crate) fn shown_number(number: f64) -> String {
    if number == 0.0 || (1e-6..1e15).contains(&number.abs()) {
        number.to_string()
    } else {
        format!("{number:?}")
    }
}

/// Cuts a cell down to what a message can carry and makes control characters visible.
pub(crate) fn shown(value: &str) -> String {
    shown_within(value, 60)
}

/// Cuts the message of a library down, which says more than a cell.
pub(crate) fn shown_reason(reason: &str) -> String {
    shown_within(reason, 200)
}

fn shown_within(value: &str, longest: usize) -> String {
    let mut text = String::new();
    for letter in value.chars().take(longest) {
        match letter {
            '\'' | '"' | '\\' => text.push(letter),
            _ => text.extend(letter.escape_debug()),
        }
    }
    if value.chars().nth(longest).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(row: u64) -> Fault {
        let kind = FaultKind::EmptyCell;
        Fault {
            table: Some(Table::Prices),
            file: "prices.csv".into(),
            row: Some(row),
            line: None,
            column: None,
            kind,
            count: 1,
        }
    }

    /// A fault whose cause is that of no other row.
    fn unknown(row: u64) -> Fault {
        let kind = FaultKind::UnknownEntity { value: format!("s{row:03}"), nearest: None };
        Fault { kind, ..fault(row) }
    }

    #[test]
    fn a_report_keeps_the_first_causes_and_counts_all_rows() {
        let (mut cells, mut keys) = (FaultReport::default(), FaultReport::default());
        (0..60).for_each(|row| cells.push(unknown(2 * row)));
        (0..60).for_each(|row| keys.push(unknown(2 * row + 1)));
        cells.merge(keys);
        assert_eq!(cells.total(), 120);
        assert!(cells.faults().iter().map(|fault| fault.row.unwrap()).eq(0..50));
    }

    #[test]
    fn rows_of_one_cause_are_one_fault() {
        let (mut first, mut second) = (FaultReport::default(), FaultReport::default());
        (0..60).for_each(|row| first.push(fault(2 * row)));
        (0..60).for_each(|row| second.push(fault(2 * row + 1)));
        first.merge(second);
        let [only] = first.faults() else { panic!("{} faults", first.faults().len()) };
        assert_eq!((only.row, only.count, first.total()), (Some(0), 120, 120));
    }

    #[test]
    fn values_are_shown_short_and_visible() {
        assert_eq!(shown("a\u{202e}b\n\"c\""), "a\\u{202e}b\\n\"c\"");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
    }
}
