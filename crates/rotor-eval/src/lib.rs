//! The evaluator: what a run is worth, with how sure one may be.
//!
//! [`evaluate`] turns a [`Run`](rotor_run::Run) into its [`Metrics`](rotor_run::Metrics): plain values, each number with the count
//! of what it was made of, each estimate with an interval that holds although months are autocorrelated, and a
//! [`Reason`](rotor_run::metrics::Reason) in place of a number that cannot be given. The types of the results belong to
//! `rotor-run`, which writes and reads them; here they are computed.
//!
//! Three parts stand side by side and do not know of each other: what the factors forecast, how their scores order the
//! sectors, and what the portfolios made of them gained. Each is given twice, over all months and over the live ones, in which
//! every factor scores a sector. Months are looked at once; sections only take other means of them.
//!
//! Nothing here reads files or prints; what is drawn at random (the bootstrap samples of the trials) is drawn from the seed of the
//! run. Sums run over an entity's months in order, then over the entities in the order of codes, so that one thread gives the
//! same bits as many.

mod evaluation;
mod factor;
mod forecast;
mod many;
mod metric;
mod months;
mod portfolio;
mod quantiles;
mod trial;
mod trials;

pub use evaluation::{evaluate, evaluate_with};
pub use factor::{HORIZONS, LONGEST_LAG};
pub use many::{
    BestSharpe, Deflated, Degradation, Excesses, FAMILY_LEVEL, FactorEvidence, FactorVerdict, GRID, HURDLE_T,
    HalfPoints, MISSED_DESIGNS, N_HALVES, OverfittingOutcome, StepDown, Tested, across_factors,
    deflated_sharpe, effective_trials, luckiest_of_effective, overfitting, step_down,
};
pub use trial::{
    PreparedIntervals, TrialSeries, annual_mean, information_ratio, monthly_mean, rank_ics, score_rank_ics,
    trial_metrics, trial_metrics_of_run,
};
pub use trials::{beyond_luck, comparison_tests, luckiest_sharpe, superior_predictive_ability};
