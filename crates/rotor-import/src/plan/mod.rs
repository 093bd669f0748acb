//! The plan of an import: what the files say, and since when it was known.
//!
//! A plan is one TOML file. It has no default for what cannot be known from the files: which zeros are numbers, and when figures were
//! published. [`Plan::parse`] reads it, with the place of what is wrong.

mod choice;
mod columns;
mod companies;
mod release;
mod unfilled;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rotor_data::model::Accumulation;
use rotor_factor::{Date, EntityKind, Frequency, Group, Measure};
use serde::Deserialize;

use crate::fault::Faults;
use crate::{ImportError, recipe};
use choice::{days, optional_day, optional_word, word};
pub(crate) use columns::frequency;
pub use columns::{ColumnsPlan, MetaText, ReleasesByFrequency};
pub use companies::{CompanyPlan, DocumentKind, FilingPlan, PreferPlan};
pub use release::{ReleasePlan, VintageOf};
pub(crate) use unfilled::TO_FILL_IN;

/// What is imported, from which files, into which tables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the manifest says.
    pub dataset: DatasetPlan,
    /// Entities, one by one.
    #[serde(default, rename = "entity")]
    pub entities: Vec<EntityPlan>,
    /// What is shipped and belongs to the dataset, such as `sw2021`.
    #[serde(default)]
    pub with: Vec<String>,
    /// A sector–industry mapping that is shipped, such as `cn_2021`, for the sectors and industries of the dataset.
    pub bridge: Option<String>,
    /// Links of sectors to the series of their prosperity that are shipped, such as `cn_default`, for what the dataset has.
    pub links: Option<String>,
    /// The same, one by one.
    #[serde(default, rename = "link")]
    pub own_links: Vec<LinkPlan>,
    /// The tables of the files, in the order in which they are read.
    #[serde(rename = "table")]
    pub tables: Vec<TablePlan>,
}

/// What the manifest of the dataset says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetPlan {
    /// A short name.
    pub name: String,
    /// One line for readers.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: Option<String>,
    /// The currency of the closes.
    pub currency: String,
    /// The sector classification.
    #[serde(default = "own_taxonomy")]
    pub taxonomy: String,
    /// The licence of the data.
    #[serde(default = "no_licence")]
    pub licence: String,
    /// Where the data come from.
    pub source: String,
    /// How often there are closes; without it once a month if no entity has two closes in a month.
    pub price_frequency: Option<PriceLetter>,
}

fn own_taxonomy() -> String {
    "own".into()
}

fn no_licence() -> String {
    "not stated".into()
}

/// How often there are closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum PriceLetter {
    /// On every trading day.
    D,
    /// At the end of each month.
    M,
}

/// An entity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityPlan {
    /// The code in the dataset.
    pub code: String,
    /// What it is.
    #[serde(deserialize_with = "word")]
    pub kind: EntityKind,
    /// The name in English.
    pub name: String,
    /// The name in Chinese.
    pub name_zh: Option<String>,
    /// The part of the economy.
    #[serde(default, deserialize_with = "optional_word")]
    pub group: Option<Group>,
    /// The first day on which it exists.
    #[serde(default, deserialize_with = "optional_day")]
    pub valid_from: Option<Date>,
    /// The last.
    #[serde(default, deserialize_with = "optional_day")]
    pub valid_to: Option<Date>,
}

/// A link of a sector to a series of its prosperity.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkPlan {
    /// The code of the sector.
    pub sector: String,
    /// The name of the series.
    pub series: String,
    /// 1 if more is better, -1 if more is worse.
    pub polarity: i8,
    /// The weight among the series of the sector.
    #[serde(default = "one")]
    pub weight: f64,
}

const fn one() -> f64 {
    1.0
}

/// A table in files, and what becomes of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TablePlan {
    /// The table of the dataset.
    pub to: Target,
    /// The files, from the folder of the plan; `*` and `?` stand for any letters and one.
    pub file: Texts,
    /// How text is encoded.
    #[serde(default)]
    pub encoding: Encoding,
    /// The sheet of a workbook; the first without it.
    pub sheet: Option<String>,
    /// What stands between cells; found out without it.
    pub separator: Option<char>,
    /// Where the header is; the first row without it.
    #[serde(default)]
    pub header: HeaderPlan,
    /// The part of a file that holds the table.
    pub section: Option<SectionPlan>,
    /// Rows that are no data.
    #[serde(default)]
    pub drop_rows: DropPlan,
    /// How rows and columns are laid out.
    #[serde(default)]
    pub shape: Shape,
    /// The day or period of a value.
    #[serde(default)]
    pub date: DatePlan,
    /// Whom a value is about.
    pub entity: KeyPlan,
    /// The column that says which series a row is of, where rows differ in that.
    pub key: Option<RowKeyPlan>,
    /// The value, where the table has one column of them.
    #[serde(default)]
    pub value: ValuePlan,
    /// The series that its columns, or the table, hold.
    #[serde(default)]
    pub series: Vec<SeriesPlan>,
    /// What every other column holds: a series each.
    pub columns: Option<ColumnsPlan>,
    /// What a row of companies says.
    pub company: Option<CompanyPlan>,
    /// What a row of filings says.
    pub filing: Option<FilingPlan>,
    /// What becomes of several values for one period.
    pub combine: Option<Combine>,
    /// What stands for no value, beside an empty cell.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What a zero is.
    pub zero: Option<Zero>,
    /// Since when a value was known; closes are known on their own day.
    pub released: Option<ReleasePlan>,
    /// Rows before this day are left out.
    #[serde(default, deserialize_with = "optional_day")]
    pub first: Option<Date>,
    /// Rows after this day are left out.
    #[serde(default, deserialize_with = "optional_day")]
    pub last: Option<Date>,
    /// Whether a level may jump by a factor of a hundred or more from one period to the next.
    #[serde(default)]
    pub allow_jumps: bool,
}

/// A table of the dataset that files may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Closes.
    Prices,
    /// Values of series.
    Observations,
    /// Listed companies and their sectors.
    Companies,
    /// What companies said of their profit.
    Filings,
}

/// What becomes of several values for one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// Their sum, as of two exchanges. A period that has fewer of them than one before it is left out.
    Sum,
}

/// One text or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// None.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Texts {
    /// Returns the texts.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// How text is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// As the byte order mark says, else UTF-8 if all of it is, else GB18030. Nothing further is guessed.
    #[default]
    Auto,
    /// UTF-8.
    Utf8,
    /// GB18030, which GBK and GB2312 are part of.
    Gb18030,
}

/// Where the header is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderPlan {
    /// The row, 1 for the first.
    pub row: Option<usize>,
    /// The text of its first cell.
    pub first_cell: Option<String>,
    /// How many rows it has; their texts are joined by a space. 0 if there is none, and columns go by their numbers.
    pub rows: Option<usize>,
}

/// A part of a file, under a title.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionPlan {
    /// The line above its header.
    pub title: String,
    /// Where it ends.
    #[serde(default)]
    pub ends: SectionEnd,
}

/// Where a section ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionEnd {
    /// At the first blank line.
    #[default]
    Blank,
    /// With the file.
    File,
}

/// Rows that are no data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropPlan {
    /// Those whose first cell begins with one of these.
    #[serde(default)]
    pub first_cell: Texts,
    /// Those of these days.
    #[serde(default, deserialize_with = "days")]
    pub dates: Vec<Date>,
}

/// How rows and columns are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A row a period; what a column holds is said by `value` or `series`.
    #[default]
    Long,
    /// A row a period, a column an entity or a series.
    Wide,
    /// A row an entity or a series, a column a period.
    Transposed,
    /// A row a period, a column a vintage, whose header has the day.
    Vintages,
}

/// A column, by its header or its number, 0 for the first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ColumnName {
    /// Its number.
    Number(usize),
    /// Its header.
    Header(String),
    /// The first of these headers that is there, where a source has changed its names.
    Either(Vec<String>),
}

impl ColumnName {
    /// The headers that it may have; of a number none.
    pub(crate) fn headers(&self) -> &[String] {
        match self {
            Self::Number(_) => &[],
            Self::Header(header) => std::slice::from_ref(header),
            Self::Either(headers) => headers,
        }
    }
}

/// The day or period of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatePlan {
    /// The column; in a transposed table the headers are dates.
    pub column: Option<ColumnName>,
    /// A pattern with one group for the day in the name of the file.
    pub file: Option<String>,
    /// How it is written, such as `%Y%m`; the usual forms are known without it.
    pub format: Option<String>,
    /// What the day becomes.
    pub roll: Option<Roll>,
    /// Months that are added before: -1 where a release is stamped with the month after its period.
    #[serde(default)]
    pub shift: i32,
}

/// What a day becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// The last day of its month.
    MonthEnd,
    /// The last day of its quarter.
    QuarterEnd,
    /// The Friday of its week.
    Friday,
}

/// Whom a value is about, or which series it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPlan {
    /// The column that says it.
    pub column: Option<ColumnName>,
    /// The same for all.
    pub constant: Option<String>,
    /// Whether headers say it.
    #[serde(default)]
    pub header: bool,
    /// A pattern with one group, in the name of the file.
    pub file: Option<String>,
    /// A pattern with one group, in what was found.
    pub pattern: Option<String>,
    /// Whether the code is what was found in capital letters.
    #[serde(default)]
    pub upper: bool,
    /// Codes of what is written; what is not in it is left out and counted.
    pub map: Option<BTreeMap<String, String>>,
    /// The same from what is shipped, such as `sw2021`: names and codes of the classification.
    pub names: Option<String>,
    /// The kind of entities that no other part of the plan declares; they are added with the name that is written.
    #[serde(default, deserialize_with = "optional_word")]
    pub kind: Option<EntityKind>,
}

/// The column that says which series a row is of; series go by their `key`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowKeyPlan {
    /// The column.
    pub column: ColumnName,
    /// A pattern with one group, in what stands there.
    pub pattern: Option<String>,
}

/// What a number becomes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValuePlan {
    /// The column, where there is one.
    pub column: Option<ColumnName>,
    /// What it is multiplied by.
    pub scale: Option<f64>,
    /// What is taken from it before: 100 where an index is a growth.
    pub minus: Option<f64>,
    /// Whether the numbers are returns, which are compounded to levels.
    pub returns: Option<Returns>,
    /// The level before the first return.
    pub base: Option<f64>,
}

/// How returns are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Returns {
    /// 5 is five percent.
    Percent,
    /// 0.05 is.
    Decimal,
}

/// A series of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesPlan {
    /// The column or, in a transposed table, the row that holds it; without it all of the table does.
    pub column: Option<ColumnName>,
    /// What the column of keys of the table says in its rows.
    pub key: Option<String>,
    /// Its name in the dataset.
    pub series: String,
    /// How often it has values.
    #[serde(deserialize_with = "word")]
    pub frequency: Frequency,
    /// Its unit.
    pub unit: String,
    /// One line for readers.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: Option<String>,
    /// Its unit in Chinese.
    pub unit_zh: Option<String>,
    /// What is measured.
    #[serde(default, deserialize_with = "optional_word")]
    pub measure: Option<Measure>,
    /// Whether its values are sums since January.
    #[serde(default, deserialize_with = "optional_word")]
    pub accumulation: Option<Accumulation>,
    /// The step of the production chain.
    pub chain: Option<String>,
    /// The same in Chinese.
    pub chain_zh: Option<String>,
    /// Whom it is about, where that differs from the table.
    pub entity: Option<String>,
    /// What its numbers are multiplied by, where that differs from the table.
    pub scale: Option<f64>,
    /// What is taken from them before, where that differs from the table.
    pub minus: Option<f64>,
    /// What a zero is, where that differs from the table.
    pub zero: Option<Zero>,
    /// Since when they were known, where that differs from the table.
    pub released: Option<ReleasePlan>,
    /// Whether what counts is the change of each value from the one of the period before.
    #[serde(default)]
    pub change: bool,
    /// Whether a file may be without its column.
    #[serde(default)]
    pub optional: bool,
    /// The one file that has it, where the name of the file is its name.
    #[serde(skip)]
    pub only_in: Option<PathBuf>,
}

/// What a zero is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zero {
    /// A number.
    Data,
    /// No value.
    Missing,
    /// No value before the first other one, a number after it.
    MissingAtStart,
}

impl TablePlan {
    /// A table of which nothing is said, for files that are only looked at.
    pub(crate) fn of_nothing() -> Self {
        let text = "to = \"prices\"\nfile = []\n[date]\n[entity]\n";
        toml::from_str(text).expect("a table needs no more keys than these")
    }

    /// Tells whether a period lies outside `first` and `last`.
    pub(crate) fn is_outside(&self, period: Date) -> bool {
        self.first.is_some_and(|first| period < first) || self.last.is_some_and(|last| period > last)
    }
}

impl Plan {
    /// Reads a plan; tables that name a recipe are those of the recipe, with the keys that they have themselves in the place of its.
    ///
    /// # Errors
    ///
    /// [`ImportError::Plan`] with what the parser says, with line and column; [`ImportError::Faulty`] if a recipe is unknown or a value
    /// is `?`, which is still to be filled in.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let unfilled = unfilled::unfilled(text)?;
        if !unfilled.is_empty() {
            return Err(ImportError::Faulty(unfilled));
        }
        let plan: toml::Table = text.parse()?;
        if !recipe::are_named(&plan) {
            // The parser says where what is wrong stands.
            return Ok(toml::from_str(text)?);
        }
        Self::of(plan)
    }

    /// Makes a plan of keys and values.
    ///
    /// # Errors
    ///
    /// As [`Plan::parse`], without lines.
    pub fn of(plan: toml::Table) -> Result<Self, ImportError> {
        let plan = recipe::filled(plan).map_err(|kind| {
            let mut faults = Faults::default();
            faults.add(None, None, kind);
            ImportError::Faulty(faults)
        })?;
        Ok(plan.try_into()?)
    }
}
