//! Tables of factors, read by column names that may not be there.

use rotor_factor::{ColumnValues, Date, Signal, Table};

/// A table that has the columns that were asked for, all of one length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns<'a> {
    table: &'a Table,
}

impl<'a> Columns<'a> {
    /// Finds a table; `None` if it, or a column, is not there or holds something else.
    pub(super) fn find(
        signal: &'a Signal,
        table: &str,
        texts: &[&str],
        dates: &[&str],
        numbers: &[&str],
    ) -> Option<Self> {
        let table = signal.find_table(table)?;
        let has = |names: &[&str], is_kind: fn(&ColumnValues) -> bool| {
            let is_column = |name: &&str| {
                table.find(name).is_some_and(|values| is_kind(values) && values.len() == table.n_rows())
            };
            names.iter().all(is_column)
        };
        let is_whole = has(texts, |values| matches!(values, ColumnValues::Texts(_)))
            && has(dates, |values| matches!(values, ColumnValues::Dates(_)))
            && has(numbers, |values| matches!(values, ColumnValues::Numbers(_)));
        is_whole.then_some(Self { table })
    }

    pub(super) fn n_rows(&self) -> usize {
        self.table.n_rows()
    }

    /// A text; empty if the column is not there.
    pub(super) fn text(&self, column: &str, row: usize) -> &'a str {
        match self.table.find(column) {
            Some(ColumnValues::Texts(values)) => values.get(row).map_or("", String::as_str),
            _ => "",
        }
    }

    /// A day; `None` if the column is not there.
    pub(super) fn date(&self, column: &str, row: usize) -> Option<Date> {
        match self.table.find(column) {
            Some(ColumnValues::Dates(values)) => values.get(row).copied(),
            _ => None,
        }
    }

    /// A number; `None` if the cell is empty or the column is not there.
    pub(super) fn number(&self, column: &str, row: usize) -> Option<f64> {
        let values = self.table.find(column)?.as_numbers()?;
        values.get(row).copied().filter(|value| value.is_finite())
    }

    /// The rows in which a column has this text.
    pub(super) fn rows_of(&self, column: &str, text: &str) -> Vec<usize> {
        (0..self.n_rows()).filter(|row| self.text(column, *row) == text).collect()
    }
}
