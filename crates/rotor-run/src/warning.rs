//! What a reader of a run must know.

use rotor_factor::Date;
use serde::{Deserialize, Serialize};

use crate::metrics::{day, days};

/// What a reader of a run must know: a code with its parameters. Sentences are made where a page is drawn.
// Exhaustive on purpose: a new variant must not compile without its sentence in every language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    /// A factor has no scores, for the dataset lacks its inputs.
    MissingInput {
        /// The factor.
        factor: String,
        /// What is missing.
        reason: String,
        /// The same in Chinese; absent if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_zh: Option<String>,
    },
    /// A factor failed.
    FactorFailed {
        /// The factor.
        factor: String,
        /// On how many days.
        n_days: usize,
        /// The first of them.
        #[serde(with = "day")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        first: Date,
        /// Its error on that day.
        reason: String,
        /// The same in Chinese; absent if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_zh: Option<String>,
    },
    /// The months before the first factor is live are left out.
    Skipped {
        /// How many.
        n_days: usize,
        /// The first day that is not left out.
        #[serde(with = "day")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        first_kept: Date,
    },
    /// On some days no factor had any score, and the codes decided.
    NothingLive {
        /// The days.
        #[serde(with = "days")]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        days: Vec<Date>,
    },
    /// On some days fewer sectors than asked for could be selected.
    FewerPicks {
        /// On how many days.
        n_days: usize,
        /// How many were asked for.
        top: usize,
    },
    /// The signal shares the month-end close at which is traded.
    SharedClose,
    /// Sector–industry weights of some sectors were used before they were released, as there were none yet.
    EarlyMapping {
        /// On how many days.
        n_days: usize,
    },
    /// A warning of a run folder of format 1, which has sentences in place of codes.
    Text {
        /// The sentence.
        text: String,
    },
}
