//! What rows of companies and of their filings say.

use std::collections::BTreeMap;

use rotor_data::model::FilingKind;
use serde::Deserialize;

use super::choice::word;
use super::{ColumnName, KeyPlan};

/// The columns of a table of companies; `entity` of the table is the company.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyPlan {
    /// The name in English; the Chinese one, or the code, without it.
    pub name: Option<ColumnName>,
    /// The name in Chinese.
    pub name_zh: Option<ColumnName>,
    /// The sector that it belongs to.
    pub sector: KeyPlan,
    /// The first day on which it does.
    pub valid_from: Option<ColumnName>,
    /// The last.
    pub valid_to: Option<ColumnName>,
}

/// The columns of a table of filings; `entity` of the table is the company, `date` the end of the period.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilingPlan {
    /// What documents they are.
    pub kind: DocumentKind,
    /// Attributable net profit, from January to the end of the period.
    pub net_profit_ytd: Option<ColumnName>,
    /// The least that is expected.
    pub low: Option<ColumnName>,
    /// The most that is expected.
    pub high: Option<ColumnName>,
    /// The profit of the same months a year before, as the document compares.
    pub net_profit_ytd_prior: Option<ColumnName>,
    /// Total assets at the end of the period; they are scaled as the profit is.
    pub total_assets: Option<ColumnName>,
    /// Which of several rows counts, where they are of one document.
    pub prefer: Option<PreferPlan>,
}

/// Which of several rows counts: the one whose column has the earlier of some texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreferPlan {
    /// The column.
    pub column: ColumnName,
    /// The texts, the best first; any other comes after them.
    pub order: Vec<String>,
}

/// What document a filing is.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum DocumentKind {
    /// All are of one kind.
    Constant(#[serde(deserialize_with = "word")] FilingKind),
    /// A column says it.
    Column {
        /// The column.
        column: ColumnName,
        /// The kind of each text; rows of others are left out.
        map: BTreeMap<String, String>,
    },
}
