//! Regressors as borrowed columns.

use crate::StatsError;

/// Regressors of a least-squares problem, borrowed.
///
/// Shape `(n_rows, n_columns)`, one whole column after the other, rows in time order. A constant is a column
/// like any other; [`least_squares`](crate::least_squares) adds none.
///
/// ```
/// use rotor_stats::Columns;
/// let x = Columns::new(&[1.0, 1.0, 1.0, 4.0, 5.0, 7.0], 3, 2)?;
/// assert_eq!(x.column(1), [4.0, 5.0, 7.0]);
/// # Ok::<(), rotor_stats::StatsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns<'a> {
    // Invariant: values.len() == n_rows * n_columns, neither of them 0.
    values: &'a [f64],
    n_rows: usize,
    n_columns: usize,
}

impl<'a> Columns<'a> {
    /// Returns the columns that `values` holds one after the other.
    ///
    /// # Errors
    ///
    /// [`StatsError::Shape`] if the values are not `n_rows` times `n_columns`, or if there are none.
    pub fn new(values: &'a [f64], n_rows: usize, n_columns: usize) -> Result<Self, StatsError> {
        let fills = n_rows.checked_mul(n_columns) == Some(values.len());
        if !fills || values.is_empty() {
            return Err(StatsError::Shape { n_values: values.len(), n_rows, n_columns });
        }
        Ok(Self { values, n_rows, n_columns })
    }

    /// Returns the number of rows, at least 1.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Returns the number of columns, at least 1.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Returns one column, `n_rows` values.
    ///
    /// # Panics
    ///
    /// If `column` is not below [`Columns::n_columns`].
    #[must_use]
    pub fn column(&self, column: usize) -> &'a [f64] {
        &self.values[column * self.n_rows..][..self.n_rows]
    }

    /// Returns the columns in order.
    pub(crate) fn each(&self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.n_rows)
    }
}
