//! What a reader of a number must know.

use serde::{Deserialize, Serialize};

/// What a reader of the numbers beside it must know: a code with its parameters. Sentences are made where a page is drawn.
// Exhaustive on purpose: a new variant must not compile without its sentence in every language.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Caveat {
    /// An interval that includes 0 does not prove that there is no effect.
    ZeroInInterval,
    /// The naive t and that of Newey and West are there for comparison only: they reject a true null too often.
    ClassicalForComparison,
    /// Several forecasts have the same realised value, so that the rows are not independent.
    RepeatedForecasts {
        /// The rows of `every`.
        n_rows: usize,
        /// The values that they forecast.
        n_values: usize,
    },
    /// The historical mean beats no change as well, so that beating no change is no evidence of skill.
    MeanBeatsNoChange,
    /// Other settings give other excess returns.
    DependsOnSettings {
        /// The lowest annualised excess return (net) over equal weight among the settings.
        low: f64,
        /// The highest.
        high: f64,
    },
    /// The run counts one trial although the evaluation itself has tried more.
    SingleTrial {
        /// The strategies that `metrics.json` holds.
        n_strategies: usize,
    },
    /// In every month all that could be selected was held: nothing was ever told apart, so that the excess return is no result of
    /// the scores.
    NothingToldApart {
        /// The months.
        n_months: usize,
    },
    /// In some months sectors that nothing told apart shared the last places held.
    SharedPlaces {
        /// How many of them.
        n_shared: usize,
        /// The months looked at.
        n_months: usize,
    },
    /// A portfolio or benchmark has no return in some of the months, so that its numbers are those of fewer months than the run's.
    FewerMonths {
        /// Its name or code.
        portfolio: String,
        /// The months in which it has one.
        n: usize,
        /// The months looked at.
        n_months: usize,
    },
    /// A caveat of a run folder of format 1, which has sentences in place of codes.
    Text {
        /// The sentence.
        text: String,
    },
}
