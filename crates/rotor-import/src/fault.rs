//! What keeps an import from being done: every fault with file, sheet, row, column and value, and what to do.

use std::fmt;
use std::path::PathBuf;

use rotor_fs::{shown, shown_path};

/// Where in the files something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, from the folder of the plan.
    pub file: PathBuf,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row, 1 for the first of the file.
    pub row: Option<u64>,
    /// The column, by its header.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
}

/// A fault of a plan or of the files that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where it is; `None` for the plan itself.
    pub place: Option<Place>,
    /// The table of the plan, 1 for the first.
    pub table: Option<usize>,
    /// What is wrong.
    pub kind: FaultKind,
    /// In how many places the same is wrong; the place is that of the first.
    pub count: u64,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the message of each variant is its documentation and names every field")]
pub enum FaultKind {
    // Files.
    #[error("no file is called `{pattern}`")]
    NoFile { pattern: String },
    #[error("`*` and `?` stand in the name of a folder: `{pattern}`")]
    FolderPattern { pattern: String },
    #[error("it cannot be read: {reason}")]
    Unreadable { reason: String },
    #[error("it is an .xls workbook of before 2007")]
    OldWorkbook,
    #[error("it is a zip archive with {n} files")]
    ManyMembers { n: usize },
    #[error("unpacked it is longer than {limit} bytes")]
    TooLong { limit: u64 },
    #[error("it has more than {limit} cells")]
    TooManyCells { limit: usize },
    #[error("it is not {encoding}")]
    NotText { encoding: &'static str },
    #[error("`{separator}` cannot stand between cells")]
    Separator { separator: char },
    #[error("a quote is opened in row {row} and never closed")]
    UnclosedQuote { row: u64 },
    #[error("the name of a file that `{pattern}` leads to is not UTF-8: {name}")]
    FileName { pattern: String, name: String },
    #[error("it claims {claimed} texts in {n_bytes} bytes")]
    ClaimedTexts { claimed: u64, n_bytes: u64 },
    #[error("there is no sheet `{name}`")]
    NoSheet { name: String, sheets: Vec<String> },
    // Where the table is.
    #[error("no line is `{title}`")]
    NoSection { title: String },
    #[error("no row begins with `{first_cell}`")]
    NoHeader { first_cell: String },
    #[error("there is no row {row}")]
    NoHeaderRow { row: usize },
    #[error("there is no column {column}")]
    NoColumn { column: String, nearest: Option<String> },
    #[error("{n} columns are called `{column}`")]
    RepeatedColumn { column: String, n: usize },
    #[error("no row has a date")]
    NoRows,
    // The plan.
    #[error("line {line}, `{key}` is still to be filled in")]
    Unfilled { key: String, line: usize },
    #[error("`{key}` is missing")]
    MissingKey { key: &'static str, why: &'static str },
    #[error("`{key}` does not belong here")]
    UselessKey { key: &'static str, why: &'static str },
    #[error("the pattern `{pattern}` cannot be read: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("the form `{format}` of a date cannot be read")]
    DateFormat { format: String },
    #[error("nothing shipped is called `{name}`")]
    NotShipped { name: String, known: &'static [&'static str] },
    #[error("no recipe is called `{name}`")]
    NoRecipe { name: String, nearest: Option<String> },
    #[error("no rule says since when the values were known")]
    NoRelease,
    #[error("{n} rules say since when the values were known")]
    ManyReleases { n: usize },
    #[error("a link is of `{sector}` and `{series}`, which are not both in the dataset")]
    NoLink { sector: String, series: String },
    #[error("entity `{code}` is declared twice")]
    RepeatedEntity { code: String },
    #[error("two tables declare series `{series}` differently")]
    TwoSeries { series: String },
    // Cells.
    #[error("it is not a date")]
    NotADate,
    #[error("it is not a number")]
    NotANumber,
    #[error("a formula has no value")]
    FormulaError,
    #[error("it is merged with a cell before it, which has the value of both")]
    MergedCell,
    #[error("`{text}` has no code that the plan knows")]
    UnknownKey { text: String },
    #[error("there is no name of an entity or series")]
    EmptyKey,
    #[error("`{text}` is not as the pattern says")]
    NotAsPattern { text: String },
    #[error("no entity `{code}` is declared")]
    UnknownEntity { code: String },
    #[error("{share:.1}% of the values of {what} are zero")]
    Zeros { what: String, share: f64 },
    #[error("the value of {what} jumps from {before} to {after}")]
    Jump { what: String, before: f64, after: f64 },
    #[error("{what} has two values for {period}: {one} and {other}")]
    TwoValues { what: String, period: String, one: f64, other: f64 },
    #[error("a return is missing between others: {what} in {period}")]
    MissingReturn { what: String, period: String },
    #[error("a return of {value} leaves nothing: {what}")]
    RuinousReturn { what: String, value: f64 },
    #[error("the calendar `{calendar}` does not have {period}")]
    NotInCalendar { calendar: String, period: String },
    #[error("it was released on {released}, before its period {period} ended")]
    ReleasedEarly { released: String, period: String },
    // What is in the folder already.
    #[error("{what} was {before} in the dataset and is {after} in the files")]
    Rewritten { what: String, before: String, after: String },
    #[error("the closes of the files are in {files}, those of the dataset in {dataset}")]
    OtherCurrency { files: String, dataset: String },
    #[error("the day of the files, {as_of}, lies before {period}, of which they have a value")]
    AsOfEarly { as_of: String, period: String },
    #[error("nothing says on which day the files were fetched")]
    NoDay,
    #[error("the files were fetched on different days: {days}")]
    ManyDays { days: String },
    #[error("`{file}` is no side file: {reason}")]
    SideFile { file: String, reason: String },
    // What came out.
    #[error("{told}")]
    Dataset { told: String, remedy: Option<&'static str> },
}

impl FaultKind {
    /// What cannot be read, for a reason.
    pub(crate) fn unreadable(reason: impl fmt::Display) -> Self {
        Self::Unreadable { reason: reason.to_string() }
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let told = |text: &str| Some(text.to_owned());
        match self {
            Self::NoFile { .. } => told("names are meant from the folder of the plan"),
            Self::FolderPattern { .. } => told("write one `file` for each folder"),
            Self::UnclosedQuote { .. } => told("close it, or write it twice where it belongs to the text"),
            Self::FileName { .. } => told("rename the file"),
            Self::RepeatedEntity { .. } => told("keep one `[[entity]]` of it"),
            Self::ClaimedTexts { .. } => told("open it and save it anew, or as CSV"),
            Self::OldWorkbook => told("save it as .xlsx, or as CSV"),
            Self::ManyMembers { .. } => told("unpack it, or give a file inside by itself"),
            Self::NotText { .. } => told("save it as UTF-8, or name its `encoding`"),
            Self::NoSheet { sheets, .. } => Some(format!("its sheets are {}", quoted(sheets))),
            Self::NoColumn { nearest: Some(nearest), .. } | Self::NoRecipe { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            Self::NoColumn { .. } => told("columns go by their header, or by their number, 0 for the first"),
            Self::RepeatedColumn { .. } => told("name the column by its number, 0 for the first"),
            Self::NoRows => told("say by `header` where the table is, or by `date` how its days are written"),
            Self::Unfilled { .. } => told("write what it is in the place of `?`, or take the key out"),
            Self::MissingKey { why, .. } | Self::UselessKey { why, .. } => told(why),
            Self::NotShipped { known, .. } => {
                let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
                Some(format!("shipped are {}", quoted(&known)))
            }
            Self::Rewritten { .. } => told(
                "a past that changes makes earlier results unrepeatable: look at it, then `--accept-rewrites`",
            ),
            Self::OtherCurrency { .. } => {
                told("closes of two currencies cannot be compared: make a dataset of each")
            }
            Self::AsOfEarly { .. } => told("give the day on which the files were fetched by `--as-of`"),
            Self::NoDay | Self::ManyDays { .. } => told(
                "give the day by `--as-of`, or keep `fetched.json` beside the files, with `\"day\": \"2024-07-15\"`; the time of a file says nothing",
            ),
            Self::SideFile { .. } => told("write `{\"day\": \"2024-07-15\"}`, or give `--as-of`"),
            Self::Dataset { remedy, .. } => remedy.map(Into::into),
            Self::NoLink { .. } => told("take the link out, or read the files of its series"),
            Self::NoRecipe { nearest: None, .. } => told("`rotor import recipes` lists them"),
            Self::NoRelease => told(
                "write `released = { … }`: `column`, `calendar` with `else_days`, `days` after the period, `trading_day`, `deadline`, `same_day`, `next_trading_day` or `vintage`",
            ),
            Self::ManyReleases { .. } => told(
                "keep one; `vintage` may stand beside `days`, `else_days` beside `calendar` and `column`",
            ),
            Self::NotADate => {
                told("give its form, such as `format = \"%m/%d/%Y\"`, or name the row under `drop_rows`")
            }
            Self::NotANumber => told("name it under `missing` if it stands for no value"),
            Self::FormulaError => told(
                "open the workbook where the plug-in runs, and save it with values; or name it under `missing`",
            ),
            Self::MergedCell => told("take the merging back in the workbook, and fill every cell"),
            Self::UnknownKey { .. } => told("add it to `map`"),
            Self::UnknownEntity { .. } => {
                told("declare it by `[[entity]]` or `with`, or give `kind` under `entity`")
            }
            Self::Zeros { .. } => told(
                "say by `zero` what a zero is: `data`, `missing`, or `missing_at_start`; many programs write 0 where there is no value",
            ),
            Self::Jump { .. } => told(
                "if the unit changed, split the table by `first` and `last` with a `scale` each; if it did not, `allow_jumps = true`",
            ),
            Self::TwoValues { .. } => told("keep one of them"),
            Self::MissingReturn { .. } => {
                told("begin after it by `first`; a level cannot be compounded over it")
            }
            Self::NotInCalendar { .. } => told("add the period to the calendar, or give `else_days`"),
            Self::ReleasedEarly { .. } => {
                told("look at `shift` and `roll`: the day may be that of another period")
            }
            _ => None,
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", shown_path(&self.file))?;
        if let Some(sheet) = &self.sheet {
            write!(f, " sheet `{}`", shown(sheet))?;
        }
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{}`", shown(column))?;
        }
        if let Some(value) = &self.value {
            /// What a line of a terminal can show of it.
            const LONGEST: usize = 60;
            let cut: String = value.chars().take(LONGEST).collect();
            let more = if cut.len() < value.len() { "…" } else { "" };
            write!(f, ", `{}{more}`", shown(&cut))?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.table) {
            (Some(place), _) => write!(f, "{place}")?,
            (None, Some(table)) => write!(f, "table {table} of the plan")?,
            (None, None) => write!(f, "the plan")?,
        }
        if self.count > 1 {
            write!(f, " and {} more", self.count - 1)?;
        }
        write!(f, ": {}", shown(&self.kind.to_string()))?;
        match self.kind.remedy() {
            Some(remedy) => write!(f, " => {remedy}"),
            None => Ok(()),
        }
    }
}

/// Every fault of an import, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// The faults; at least one where it is an error.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// The most that are told.
    const MOST: usize = 50;

    /// Adds a fault; the same kind of the same table counts once.
    pub(crate) fn add(&mut self, table: Option<usize>, place: Option<Place>, kind: FaultKind) {
        let is_same = |fault: &&mut Fault| {
            let file = |place: &Option<Place>| place.as_ref().map(|place| place.file.clone());
            fault.table == table
                && std::mem::discriminant(&fault.kind) == std::mem::discriminant(&kind)
                && file(&fault.place) == file(&place)
        };
        match self.faults.iter_mut().find(is_same) {
            Some(fault) => fault.count += 1,
            None => self.faults.push(Fault { place, table, kind, count: 1 }),
        }
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.faults.iter().take(Self::MOST) {
            writeln!(f, "{fault}")?;
        }
        match self.faults.len() {
            1 => write!(f, "1 fault"),
            n if n > Self::MOST => write!(f, "{n} faults, of which the first {} stand here", Self::MOST),
            n => write!(f, "{n} faults"),
        }
    }
}
