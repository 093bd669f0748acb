//! The evaluator: what a run is worth, with how sure one may be.
//!
//! [`evaluate`] turns a [`Run`](rotor_run::Run) into an [`Evaluation`]: plain values, each number with the count of what it was
//! made of, each mean of a monthly series with an interval that holds although months hang together, and a [`Reason`] in place of
//! a number that cannot be given. [`Evaluation::to_json`] is the `metrics.json` of the run folder.
//!
//! Three parts stand side by side and do not know of each other: what the factors forecast, how their scores order the
//! sectors, and what the portfolios made of them gained. Each is told twice, over all months and over the live ones, in which
//! every factor scores a sector.
//!
//! Nothing here reads files, draws numbers or prints. Sums run over an entity's months in order, then over the entities in the
//! order of codes, so that one thread gives the same bits as many.
//!
//! Left out so far: the tests of forecasts against each other, horizons beyond one month, quintiles and slopes, contributions,
//! ablations, and what many trials do to the best of them.

mod evaluation;
mod factor;
mod figure;
mod forecast;
mod json;
mod months;
mod portfolio;

pub use evaluation::{Evaluation, Sections, evaluate};
pub use factor::{CoefficientSummary, Coefficients, FactorEvaluation, FactorPart, MonthlyCoefficients};
pub use figure::{Estimate, Figure, Reason};
pub use forecast::{ForecastEvaluation, ForecastFigures};
pub use portfolio::{Drawdown, Excess, Performance, PortfolioEvaluation, Trading};
