//! Tables and matrices that a factor shows in the report.

use crate::Date;

/// A table that a factor shows in the report, such as its marks or a matrix of z-values.
///
/// ```
/// use rotor_factor::Table;
/// let marks = Table::new("marks")
///     .text("series", ["rebar", "glass"].map(String::from).to_vec())
///     .numbers("mom", vec![Some(-0.0626), None]);
/// assert_eq!((marks.n_rows(), marks.columns().len()), (2, 2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    name: String,
    columns: Vec<Column>,
    is_matrix: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: ColumnValues,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ColumnValues {
    /// Numbers; NaN is an empty cell.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
    /// Days.
    Dates(Vec<Date>),
}

impl ColumnValues {
    /// Returns the numbers, NaN for an empty cell; `None` if the column holds something else.
    #[must_use]
    pub fn as_numbers(&self) -> Option<&[f64]> {
        if let Self::Numbers(values) = self { Some(values) } else { None }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Dates(values) => values.len(),
        }
    }

    /// Returns whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Table {
    /// Returns a table without columns. Its name (lower-case letters, digits and `_`) is part of a file's name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), columns: Vec::new(), is_matrix: false }
    }

    /// Returns a matrix: `values[i][j]` belongs to row `rows[i]` and column `columns[j]`.
    ///
    /// # Panics
    ///
    /// If a row has not one value a column, or there is not one row a label.
    pub fn matrix(
        name: impl Into<String>,
        rows: &[&str],
        columns: &[&str],
        values: &[Vec<Option<f64>>],
    ) -> Self {
        assert_eq!(values.len(), rows.len(), "a matrix has one row a label");
        assert!(values.iter().all(|row| row.len() == columns.len()), "a row has one value a column");
        let mut table = Self::new(name).text("row", rows.iter().map(|label| (*label).into()).collect());
        for (idx, label) in columns.iter().enumerate() {
            table = table.numbers(*label, values.iter().map(|row| row[idx]).collect());
        }
        Self { is_matrix: true, ..table }
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn numbers(self, name: impl Into<String>, values: Vec<Option<f64>>) -> Self {
        let values = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        self.column(name, ColumnValues::Numbers(values))
    }

    /// Adds a column of texts.
    #[must_use]
    pub fn text(self, name: impl Into<String>, values: Vec<String>) -> Self {
        self.column(name, ColumnValues::Texts(values))
    }

    /// Adds a column of days.
    #[must_use]
    pub fn dates(self, name: impl Into<String>, values: Vec<Date>) -> Self {
        self.column(name, ColumnValues::Dates(values))
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, values: ColumnValues) -> Self {
        self.columns.push(Column { name: name.into(), values });
        self
    }

    /// Marks the table as a matrix: its first column holds the labels of the rows, the others numbers.
    #[must_use]
    pub fn into_matrix(self) -> Self {
        Self { is_matrix: true, ..self }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the values of the column with this name.
    #[must_use]
    pub fn find(&self, column: &str) -> Option<&ColumnValues> {
        let found = self.columns.iter().find(|known| known.name == column);
        found.map(|column| &column.values)
    }

    /// Returns the number of rows of the first column; all columns must have the same number.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// Returns whether the report may draw it as a matrix.
    #[must_use]
    pub fn is_matrix(&self) -> bool {
        self.is_matrix
    }
}
