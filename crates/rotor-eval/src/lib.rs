//! The evaluator: what a run is worth, with how sure one may be.
//!
//! [`evaluate`] turns a [`Run`](rotor_run::Run) into an [`Evaluation`]: plain values, each number with the count of what it was
//! made of, each estimate with an interval that holds although months hang together, and a [`Reason`] in place of a number that
//! cannot be given. [`Evaluation::to_json`] is the `metrics.json` of the run folder: fields and keys have the same names.
//!
//! Three parts stand side by side and do not know of each other: what the factors forecast, how their scores order the
//! sectors, and what the portfolios made of them gained. Each is told twice, over all months and over the live ones, in which
//! every factor scores a sector. Months are looked at once; sections only take other means of them.
//!
//! Nothing here reads files or prints; what is drawn at random (the bootstrap samples of [`Trials`]) is drawn from the seed of the
//! run. Sums run over an entity's months in order, then over the entities in the order of codes, so that one thread gives the
//! same bits as many.

mod evaluation;
mod factor;
mod figure;
mod forecast;
mod months;
mod named;
mod portfolio;
mod quantiles;
mod trials;

pub use evaluation::{Evaluation, Sections, evaluate, evaluate_with};
pub use factor::{
    CoefficientSummary, Coefficients, FactorEvaluation, FactorPart, HORIZONS, HorizonEvaluation,
    InRegime as FactorInRegime, LONGEST_LAG, Lag, MonthlyCoefficients, Persistence, Slope, WithinGroup,
};
pub use figure::{Classical, Estimate, Figure, Method, Reason};
pub use forecast::{
    ClassicalComparison, EntityFigures, Fit, ForecastComparison, ForecastEvaluation, ForecastFigures, Gain,
    OneSided,
};
pub use named::ByName;
pub use portfolio::{
    Contributions, Drawdown, Excess, FactorContribution, InRegime, MonthValue, Performance,
    PortfolioEvaluation, SectorContribution, Sensitivity, Trading, Variant, Variants, YearValue,
};
pub use quantiles::QuantileFigures;
pub use trials::{DeflatedSharpe, Overfitting, Trials, beyond_luck, luckiest_sharpe};
