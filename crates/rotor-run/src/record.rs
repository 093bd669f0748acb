//! The record of a run: what `run.json` says of how it was made, and of the files beside it.

use std::collections::BTreeMap;

use rotor_factor::{ColumnFormat, ColumnSpec, Date, TableSpec, Text};
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::{Config, ConfigFaults, config_from_json};
use crate::metrics::{ByName, day_or_null};
use crate::rows::Run;
use crate::warning::Warning;

/// The format of the run folders that are written. Format 1, that of release 0.1, is read as well.
pub const FORMAT: u32 = 3;

/// What it takes to repeat a run, and the hashes of its files.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunRecord {
    /// The format of the folder: 3, or 1 or 2 of a folder that release 0.1 or 0.2 wrote.
    pub format: u32,
    /// The program that made the run.
    pub engine: EngineRecord,
    /// The configuration as resolved, with every key and every parameter.
    pub config: ConfigRecord,
    /// The dataset.
    pub dataset: DatasetRecord,
    /// The factors, in the order of the run.
    pub factors: Vec<FactorRecord>,
    /// The execution days.
    pub executions: ExecutionsRecord,
    /// What a reader of the run must know.
    pub warnings: Vec<Warning>,
    /// How many strategies the evaluation counts, and who says so; absent where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<TrialsRecord>,
    /// The report; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportRecord>,
    /// Every other file of the folder, by its path in it; filled in when the folder is written.
    pub files: ByName<FileRecord>,
    /// Entries that this version does not know; none in what it writes.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub unknown: Map<String, Value>,
}

/// The program that made a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineRecord {
    /// Its name, `rotor`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The dataset of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatasetRecord {
    /// Its short name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Whether the data are synthetic.
    pub synthetic: bool,
    /// How often there are closes: `D`, daily, or `M`, at the end of each month.
    pub price_frequency: String,
    /// The SHA-256 of each of its tables.
    pub sha256: ByName<String>,
}

/// A factor of a run.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactorRecord {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the plug-in boundary that it was built for.
    pub abi: String,
    /// What it was built with.
    pub build: String,
    /// The path of its library; null for a factor that is part of the program.
    pub library: Option<String>,
    /// The SHA-256 of its library.
    pub sha256: Option<String>,
    /// Whether it ran in a process of its own.
    pub isolated: bool,
    /// Whether that process was sealed: without files, network and other processes. Absent if it was not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
    /// Its weight in the total.
    pub weight: f64,
    /// The scale on which its scores were read: `points` or `continuous`; absent in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    /// Its title in English; absent if it declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its title in Chinese; absent if it declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_zh: Option<String>,
    /// The words of a high, a middle and a low score; absent if it declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_words: Option<[TextRecord; 3]>,
    /// The tables that it declares, with what their columns are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableRecord>,
}

/// A text of a factor in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextRecord {
    /// In English.
    pub en: String,
    /// In Chinese; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
}

/// A table that a factor declares.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableRecord {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: TextRecord,
    /// Its columns in the order in which they are shown.
    pub columns: Vec<ColumnRecord>,
}

/// A column of such a table.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnRecord {
    /// Its name.
    pub name: String,
    /// Its title, without the unit.
    pub title: TextRecord,
    /// What its cells are: `number`, `text`, `code`, `day`, `month` or `quarter`.
    pub format: String,
    /// The unit of its numbers; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<TextRecord>,
    /// With how many decimals numbers are shown.
    #[serde(default)]
    pub decimals: u8,
    /// Whether numbers above zero have their sign.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_signed: bool,
    /// Whether numbers are fractions, shown as percentages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_fraction: bool,
    /// Below which numbers are not told apart; absent if all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// The words that stand for numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordRecord>,
}

/// A word that stands for a number.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WordRecord {
    /// The number.
    pub is: f64,
    /// The word.
    pub text: TextRecord,
}

impl From<&Text> for TextRecord {
    fn from(text: &Text) -> Self {
        Self { en: text.en().into(), zh: text.zh().map(Into::into) }
    }
}

impl From<&TextRecord> for Text {
    fn from(text: &TextRecord) -> Self {
        match &text.zh {
            Some(zh) => (text.en.as_str(), zh.as_str()).into(),
            None => text.en.as_str().into(),
        }
    }
}

impl From<&TableSpec> for TableRecord {
    fn from(table: &TableSpec) -> Self {
        let columns = table.declared_columns().iter().map(ColumnRecord::from).collect();
        Self { name: table.name().into(), title: table.title().into(), columns }
    }
}

impl From<&ColumnSpec> for ColumnRecord {
    fn from(column: &ColumnSpec) -> Self {
        let word = |(is, text): &(f64, Text)| WordRecord { is: *is, text: text.into() };
        Self {
            name: column.name().into(),
            title: column.title().into(),
            format: column.format().to_string(),
            unit: column.declared_unit().map(TextRecord::from),
            decimals: u8::try_from(column.decimals()).unwrap_or(u8::MAX),
            is_signed: column.is_signed(),
            is_fraction: column.is_fraction(),
            least: column.least(),
            words: column.words().iter().map(word).collect(),
        }
    }
}

impl From<&ColumnRecord> for ColumnSpec {
    fn from(record: &ColumnRecord) -> Self {
        // What a later version calls otherwise can be shown as it is.
        let format = record.format.parse().unwrap_or(ColumnFormat::Text);
        let mut column = match format {
            ColumnFormat::Number => Self::number(&record.name, &record.title, record.decimals),
            format => Self::new(&record.name, &record.title, format),
        };
        if record.is_fraction {
            column = column.fraction();
        }
        if let Some(unit) = &record.unit {
            column = column.unit(unit);
        }
        if record.is_signed {
            column = column.signed();
        }
        if let Some(least) = record.least {
            column = column.at_least(least);
        }
        record.words.iter().fold(column, |column, word| column.word(word.is, &word.text))
    }
}

/// The execution days of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExecutionsRecord {
    /// How many there are.
    pub n: usize,
    /// How many of them were not skipped.
    pub n_kept: usize,
    /// The first; null for a run without months.
    #[serde(with = "day_or_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub first: Option<Date>,
    /// The last.
    #[serde(with = "day_or_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub last: Option<Date>,
    /// The day on which what was held last is sold.
    #[serde(with = "day_or_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub last_exit: Option<Date>,
}

/// How many strategies the evaluation counts, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TrialsRecord {
    /// The number, which `config.trials` repeats.
    pub n: u64,
    /// Who counted.
    pub source: TrialsSource,
    /// Why the run left no line in the ledger of trials; absent if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerAbsence>,
}

/// Who counted the trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TrialsSource {
    /// The ledger of trials.
    Ledger,
    /// The key `trials`.
    Given,
    /// Nobody: the run counts itself alone.
    None,
}

/// Why a run is in no ledger of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LedgerAbsence {
    /// It was switched off.
    Off,
    /// It could not be read or written.
    Unavailable,
}

/// The report of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportRecord {
    /// Its language.
    pub lang: ReportLanguage,
}

/// The language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReportLanguage {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// What a file of the folder must be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileRecord {
    /// Its SHA-256.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// The configuration of a run as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigRecord {
    /// Of this version.
    Known(Box<Config>),
    /// Of another version, or damaged: what stands there, and what is wrong with it.
    Unreadable {
        /// The document.
        document: Value,
        /// Its faults.
        faults: ConfigFaults,
    },
}

impl ConfigRecord {
    /// Returns the configuration, if this version reads it.
    #[must_use]
    pub fn known(&self) -> Option<&Config> {
        match self {
            Self::Known(config) => Some(config),
            Self::Unreadable { .. } => None,
        }
    }

    /// Returns the document that `run.json` holds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Known(config) => config.to_json(),
            Self::Unreadable { document, .. } => document.clone(),
        }
    }
}

impl From<Config> for ConfigRecord {
    fn from(config: Config) -> Self {
        Self::Known(Box::new(config))
    }
}

impl Serialize for ConfigRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ConfigRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An object, so that a text or a list is a fault of `run.json` and not a configuration of defaults.
        let document = Value::Object(Map::deserialize(deserializer)?);
        Ok(match config_from_json(&document, "run.json") {
            Ok(config) => config.into(),
            Err(faults) => Self::Unreadable { document, faults },
        })
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ConfigRecord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Config".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

impl RunRecord {
    /// Makes the record of a run without factors and warnings; trials and report are for the caller to add.
    #[must_use]
    pub fn new(engine: EngineRecord, config: Config, dataset: DatasetRecord, run: &Run) -> Self {
        let executions = &run.executions;
        Self {
            format: FORMAT,
            engine,
            config: config.into(),
            dataset,
            factors: Vec::new(),
            executions: ExecutionsRecord {
                n: executions.len(),
                n_kept: executions.iter().filter(|execution| execution.is_kept).count(),
                first: executions.first().map(|execution| execution.as_of),
                last: executions.last().map(|execution| execution.as_of),
                last_exit: executions.last().map(|execution| execution.exit),
            },
            warnings: Vec::new(),
            trials: None,
            report: None,
            files: ByName::default(),
            unknown: Map::new(),
        }
    }

    /// Returns the document that `run.json` holds.
    ///
    /// # Panics
    ///
    /// Never: everything in it can stand in a document.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(entries)) => entries,
            other => unreachable!("a record is an object of texts and finite numbers: {other:?}"),
        }
    }

    /// Returns the record of a factor.
    #[must_use]
    pub fn factor(&self, name: &str) -> Option<&FactorRecord> {
        self.factors.iter().find(|factor| factor.name == name)
    }

    /// Returns what `run.json` says of the other files, by their path in the folder.
    #[must_use]
    pub fn files(&self) -> BTreeMap<&str, &FileRecord> {
        self.files.iter().collect()
    }
}
