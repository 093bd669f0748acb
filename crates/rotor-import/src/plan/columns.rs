//! Columns that are a series each, described by rows of meta data.

use rotor_factor::Frequency;
use serde::Deserialize;

use super::{ReleasePlan, Zero};

/// What the columns of a table hold that no `[[table.series]]` names: a series each, with the header as its title.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsPlan {
    /// The name; the header without it.
    pub name: Option<MetaText>,
    /// How often it has values: a letter, or the row that says it by 日, 周, 月, 季 or the English words.
    pub frequency: MetaText,
    /// The unit.
    pub unit: MetaText,
    /// What a zero is, where that differs from the table.
    pub zero: Option<Zero>,
    /// Since when values were known, by how often there are some.
    #[serde(default)]
    pub released: ReleasesByFrequency,
}

/// A text for all columns, or the row of meta data that has one for each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum MetaText {
    /// The same for all.
    Constant(String),
    /// In the row that begins with this text.
    Row {
        /// The first cell of the row.
        row: String,
    },
}

/// A rule for each frequency; without one that of the table counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasesByFrequency {
    /// Of daily series.
    #[serde(rename = "D")]
    pub daily: Option<ReleasePlan>,
    /// Of weekly series.
    #[serde(rename = "W")]
    pub weekly: Option<ReleasePlan>,
    /// Of monthly series.
    #[serde(rename = "M")]
    pub monthly: Option<ReleasePlan>,
    /// Of quarterly series.
    #[serde(rename = "Q")]
    pub quarterly: Option<ReleasePlan>,
}

impl ReleasesByFrequency {
    pub(crate) fn of(&self, frequency: Frequency) -> Option<&ReleasePlan> {
        match frequency {
            Frequency::Daily => self.daily.as_ref(),
            Frequency::Weekly => self.weekly.as_ref(),
            Frequency::Monthly => self.monthly.as_ref(),
            Frequency::Quarterly => self.quarterly.as_ref(),
        }
    }
}

/// Reads how often a series has values as files say it; `None` for what no dataset has, such as years.
pub(crate) fn frequency(text: &str) -> Option<Frequency> {
    let text = text.trim().to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| text == *word || text == format!("{word}度"));
    if begins(&["日", "d", "day", "daily", "交易日"]) {
        Some(Frequency::Daily)
    } else if begins(&["周", "w", "week", "weekly"]) {
        Some(Frequency::Weekly)
    } else if begins(&["月", "m", "month", "monthly"]) {
        Some(Frequency::Monthly)
    } else if begins(&["季", "q", "quarter", "quarterly"]) {
        Some(Frequency::Quarterly)
    } else {
        None
    }
}
