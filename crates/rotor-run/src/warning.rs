//! What a reader of a run must know.

use rotor_data::DatasetWarning;
use rotor_factor::{Date, Month, Scale};
use serde::{Deserialize, Serialize};

use crate::metrics::{day, days, text, texts};

/// Something that belongs to the process as a whole, and that a library can change for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProcessPart {
    /// The working directory.
    WorkingDirectory,
    /// The mask of permissions of new files.
    Umask,
    /// The locale of C.
    Locale,
    /// What is done at a signal.
    SignalHandlers,
    /// How much of something the process may use.
    ResourceLimits,
}

/// What a reader of a run must know: a code with its parameters. Sentences are made where a page is drawn.
// Exhaustive on purpose: a new variant must not compile without its sentence in every language.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
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
    /// On some days no factor had any score, and all sectors were held at equal weight.
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
    /// The run starts later than the configuration says, for there are no closes before.
    LateStart {
        /// The month that was asked for.
        #[serde(with = "text")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        start: Month,
        /// The first execution day.
        #[serde(with = "day")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        first: Date,
        /// The first trading day of the dataset.
        #[serde(with = "day")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        first_trading_day: Date,
    },
    /// Months in the run have no execution, or one without an exit, for closes are missing.
    MonthsWithoutCloses {
        /// The months.
        #[serde(with = "texts")]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        months: Vec<Month>,
    },
    /// Executions were left out, for most of the sectors that were there before have no fresh close any more.
    DataEnded {
        /// The days of the executions.
        #[serde(with = "days")]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        days: Vec<Date>,
    },
    /// In some months consumer or producer prices were not released in time, and the execution is on the last trading day.
    NotReleased {
        /// The days of the executions.
        #[serde(with = "days")]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        days: Vec<Date>,
    },
    /// The closes of an entity were not fresh on a day on which it would have been traded, so that it was left out.
    NotFresh {
        /// The code of the entity.
        entity: String,
        /// The day of its last close before that; of several times the first.
        #[serde(with = "day")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        last_close: Date,
        /// On how many execution days, or exits of a benchmark.
        n_days: usize,
    },
    /// In some months more sectors were equal to the last place than there were places, and shared them.
    SharedPlaces {
        /// In how many months.
        n_days: usize,
        /// Of how many.
        n_of: usize,
    },
    /// A library does not say on what scale its scores are, and they were read on this one.
    AssumedScale {
        /// The factor.
        factor: String,
        /// The scale.
        #[serde(with = "text")]
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        scale: Scale,
    },
    /// Libraries in the process changed what belongs to the process as a whole. It was restored as far as it can be.
    ProcessChanged {
        /// The factors that come from libraries in the process.
        factors: Vec<String>,
        /// What was changed.
        parts: Vec<ProcessPart>,
    },
    /// The signal shares the month-end close at which is traded.
    SharedClose,
    /// Sector–industry weights of some sectors were used before they were released, as there were none yet.
    EarlyMapping {
        /// On how many days.
        n_days: usize,
    },
    /// Release days of series that the factors read are assumed by a rule; nobody knows them.
    AssumedReleases {
        /// The names of the series, in the order of their bytes.
        series: Vec<String>,
    },
    /// The dataset looks wrong where the run uses it.
    Dataset {
        /// What looks wrong, and where.
        found: DatasetWarning,
    },
    /// A warning of a run folder of format 1, which has sentences in place of codes.
    Text {
        /// The sentence.
        text: String,
    },
}
