//! Why a number cannot be given.

use std::fmt;

use crate::Columns;

/// Why a computation has no result.
///
/// Positions count from 0 in the order of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum StatsError {
    /// Fewer values or rows than the computation needs; none at all is the simplest case.
    TooFew {
        /// Values or rows given.
        n: usize,
        /// The least number that will do.
        needed: usize,
    },
    /// Two inputs that belong together differ in length.
    Lengths {
        /// The length that the first input asks for.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// The values do not fill a matrix of this shape, or the shape is empty.
    Shape {
        /// Values given.
        n_values: usize,
        /// Rows of the matrix.
        n_rows: usize,
        /// Columns of the matrix.
        n_columns: usize,
    },
    /// A value is NaN or infinite.
    NotFinite {
        /// Its position.
        position: usize,
    },
    /// A regressor is NaN or infinite.
    RegressorNotFinite {
        /// The column.
        column: usize,
        /// The row.
        row: usize,
    },
    /// A parameter is outside its range.
    Parameter {
        /// Its name.
        name: &'static str,
        /// The value given.
        value: f64,
        /// What it has to be.
        rule: &'static str,
    },
    /// The regressors are linearly dependent, so that single coefficients have no variance.
    RankDeficient {
        /// The number of independent columns.
        rank: usize,
        /// The number of columns.
        n_columns: usize,
    },
    /// All values are equal, so that a correlation or a ratio to their spread has no meaning.
    NoVariation,
    /// An estimate of a variance is zero or below, as may happen where it is a difference.
    VarianceNotPositive,
    /// The restrictions of a test are linearly dependent, or have no variance.
    DependentRestrictions,
    /// The result, or a sum of squares on the way to it, exceeds the range of `f64`.
    Overflow,
}

impl fmt::Display for StatsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { n, needed } => write!(f, "{n} values where {needed} are needed"),
            Self::Lengths { expected, found } => {
                write!(f, "{found} values where the other input has {expected}")
            }
            Self::Shape { n_values, n_rows, n_columns } => {
                write!(f, "{n_values} values do not make {n_rows} rows and {n_columns} columns")
            }
            Self::NotFinite { position } => write!(f, "value {position} is not a finite number"),
            Self::RegressorNotFinite { column, row } => {
                write!(f, "row {row} of regressor {column} is not a finite number")
            }
            Self::Parameter { name, value, rule } => write!(f, "`{name}` is {value} and has to be {rule}"),
            Self::RankDeficient { rank, n_columns } => {
                write!(f, "only {rank} of the {n_columns} regressors are linearly independent")
            }
            Self::NoVariation => f.write_str("all values are equal"),
            Self::VarianceNotPositive => f.write_str("the estimate of the variance is not above zero"),
            Self::DependentRestrictions => f.write_str("the restrictions are not independent of each other"),
            Self::Overflow => f.write_str("the result exceeds the range of a 64-bit number"),
        }
    }
}

impl std::error::Error for StatsError {}

/// Refuses NaN and infinity.
pub(crate) fn all_finite(values: &[f64]) -> Result<(), StatsError> {
    if values.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(not_finite(values)) }
}

/// Finds the first regressor that is not finite, where there is known to be one.
pub(crate) fn regressor_not_finite(x: Columns<'_>) -> StatsError {
    let position = x.each().flatten().position(|value| !value.is_finite()).unwrap_or_default();
    StatsError::RegressorNotFinite { column: position / x.n_rows(), row: position % x.n_rows() }
}

/// Finds the first value that is not finite, where there is known to be one.
pub(crate) fn not_finite(values: &[f64]) -> StatsError {
    let position = values.iter().position(|value| !value.is_finite()).unwrap_or_default();
    StatsError::NotFinite { position }
}

/// Passes a finite result on.
pub(crate) fn finite(value: f64) -> Result<f64, StatsError> {
    if value.is_finite() { Ok(value) } else { Err(StatsError::Overflow) }
}

/// Refuses inputs of different lengths.
pub(crate) fn same_length(expected: usize, found: usize) -> Result<(), StatsError> {
    if expected == found { Ok(()) } else { Err(StatsError::Lengths { expected, found }) }
}
