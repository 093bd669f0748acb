//! Why a number is missing.

use serde::{Deserialize, Serialize};

/// Why a number cannot be given: a code with its parameters. Sentences are made where a page is drawn.
// Exhaustive on purpose: a new variant must not compile without its sentence in every language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// Fewer months, sectors or rows than the number needs.
    TooFew {
        /// How many there are.
        n: usize,
        /// The least number that is needed.
        needed: usize,
    },
    /// All values are equal, to nine decimals where they are decimal numbers.
    NoVariation,
    /// The series changes sign too fast for the error of its mean to be estimated from its slow movements.
    NoSlowVariation,
    /// The factor scores no sector in this month.
    Unscored,
    /// There is no month in which every factor scores a sector.
    NoLiveMonth,
    /// The run has no months.
    NoMonths,
    /// A single month decides the number: without it there would be nothing to measure.
    OneDecides,
    /// The forecast of no change is never wrong, so that none can be better.
    NoChangeIsExact,
    /// The forecast of the historical mean is never wrong.
    MeanIsExact,
    /// A return is below -100%, so that there is no net value.
    BeyondTotalLoss,
    /// The benchmark has lost everything, so that nothing can be divided by its net value.
    BenchmarkLostAll,
    /// The strategy holds nothing in these months.
    NothingHeld,
    /// The estimated variance, by which the formula divides, is not above zero.
    NoVariance,
    /// The number exceeds the range of a 64-bit number, or one that it is made of is not finite.
    OutOfRange,
    /// The riskless rate is not known in one of the months.
    NoRisklessRate,
    /// No month is below the riskless return.
    NoLoss,
    /// The net value is never below an earlier one.
    NoDrawdown,
    /// The net value begins later.
    BeginsLater,
    /// The run folder is of an earlier format, which does not have the number.
    NotInFormat,
    /// A reason of a run folder of format 1, which has sentences in place of codes.
    Text {
        /// The sentence.
        text: String,
    },
}
