//! The numerics of Rotor: least squares and what follows from it, ranks, distributions, comparisons with a tolerance.
//!
//! Slices of numbers in, numbers out: no factor, no dates, no files, no randomness, no threads, and no arrow
//! types. Missing values are the caller's to drop; every function refuses NaN and infinity with a [`StatsError`],
//! and what it returns is finite. Each sum runs in one fixed order, nothing asks which processor it runs on, and
//! exponentials and logarithms come from `libm`: the same numbers in are the same bits out, everywhere.
//!
//! | for | take |
//! |---|---|
//! | coefficients of given columns | [`least_squares`] |
//! | the same with full digits at ten times the cost | [`refined_least_squares`] |
//! | regression on standardised regressors with a constant, or ridge | [`StandardisedRows`] |
//! | standard errors, joint effects, tests | [`Fit::covariance`], [`Fit::newey_west`], [`Covariance`] |
//! | p-values and critical values | [`student_p_value`], [`student_upper_tail`], [`student_quantile`], [`f_p_value`], [`normal_quantile`] |
//! | ranks and correlations | [`ranks`], [`percentiles`], [`pearson`], [`spearman`] |
//! | means, spreads and shapes | [`mean`], [`deviation`], [`quantile`], [`skewness`], [`kurtosis`]; how unusual the last one is [`z_of_last`] |
//! | the mean of a monthly series with its interval | [`mean_interval`], without overlap [`plain_mean_interval`] |
//! | what others print beside a mean | [`naive_t`], [`newey_west_mean_t`], [`diebold_mariano`] |
//! | Sharpe ratios after many trials | [`sharpe_error`], [`probabilistic_sharpe`], [`expected_maximum_sharpe`], of an effective number [`expected_maximum_of_effective`] |
//! | eigenvalues of a correlation matrix | [`symmetric_eigenvalues`] |
//! | sums since January, their comparable bases, what a part adds to a whole | [`three_months`], [`comparable_base`], [`contribution`] |
//! | thresholds and ties as in decimal arithmetic | [`round9`], [`less_than`], [`equal`], [`is_constant`] |
//!
//! Left out: matrices as such, weighted and non-linear regression, time-series models, the bootstrap.

mod blocks;
mod classical;
mod columns;
mod correlation;
mod covariance;
mod decimal;
mod distributions;
mod eigen;
mod error;
mod ewc;
mod fit;
mod jacobi;
mod lanes;
mod moments;
mod rank;
mod refine;
mod sharpe;
mod since_january;
mod standard;
mod triangle;
mod workspace;

pub use classical::{
    DieboldMariano, FEWEST_FOR_COMPARISON, FEWEST_FOR_PLAIN_INTERVAL, diebold_mariano, naive_t,
    newey_west_mean_t, plain_mean_interval,
};
pub use columns::Columns;
pub use correlation::{pearson, spearman};
pub use covariance::{Covariance, Effect, FTest, Restriction, newey_west_lag};
pub use decimal::{TOLERANCE, clip, equal, is_constant, less_than, round9};
pub use distributions::{
    f_p_value, normal_cdf, normal_quantile, student_p_value, student_quantile, student_upper_tail,
};
pub use eigen::symmetric_eigenvalues;
pub use error::StatsError;
pub use ewc::{
    DETECTION_POWER, FEWEST_FOR_INTERVAL, INTERVAL_COVERAGE, MeanEstimate, MeanIntervals, Uncertainty,
    mean_interval,
};
pub use fit::{Fit, RANK_CUTOFF, least_squares, refined_least_squares};
pub use moments::{deviation, kurtosis, mean, quantile, skewness, z_of_last};
pub use rank::{Order, percentile_among, percentiles, ranks};
pub use sharpe::{
    expected_maximum_of_effective, expected_maximum_sharpe, probabilistic_sharpe, sharpe_error,
};
pub use since_january::{Contribution, ThreeMonths, comparable_base, contribution, three_months};
pub use standard::{StandardisedFit, StandardisedRows};
pub use workspace::Workspace;
