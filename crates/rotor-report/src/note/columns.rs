//! Tables of factors, read by column names that may not be there.

use rotor_factor::{ColumnValues, Date, Signal, Table};

/// A table that has the columns that were asked for, all of one length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns<'a> {
    table: &'a Table,
}

impl<'a> Columns<'a> {
    /// Finds a table; `None` if it, or a column, is not there or holds something else.
    pub(crate) fn find(
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

    pub(crate) fn n_rows(self) -> usize {
        self.table.n_rows()
    }

    /// A text; empty if the column is not there.
    pub(crate) fn text(self, column: &str, row: usize) -> &'a str {
        match self.table.find(column) {
            Some(ColumnValues::Texts(values)) => values.get(row).map_or("", String::as_str),
            _ => "",
        }
    }

    /// A day; `None` if the column is not there.
    pub(crate) fn date(self, column: &str, row: usize) -> Option<Date> {
        match self.table.find(column) {
            Some(ColumnValues::Dates(values)) => values.get(row).copied(),
            _ => None,
        }
    }

    /// A number; `None` if the cell is empty or the column is not there.
    pub(crate) fn number(self, column: &str, row: usize) -> Option<f64> {
        let values = self.table.find(column)?.as_numbers()?;
        values.get(row).copied().filter(|value| value.is_finite())
    }

    /// The rows in which a column has this text.
    pub(crate) fn rows_of(self, column: &str, text: &str) -> Vec<usize> {
        let Some(ColumnValues::Texts(values)) = self.table.find(column) else { return Vec::new() };
        values.iter().enumerate().filter(|(_, value)| *value == text).map(|(row, _)| row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none() {
        let table =
            Table::new("t").text("a", vec!["x".into(), "y".into()]).numbers("b", vec![Some(1.0), None]);
        let columns = Columns { table: &table };
        assert_eq!(
            (columns.number("b", 0), columns.number("b", 1), columns.number("b", 9)),
            (Some(1.0), None, None)
        );
        assert_eq!((columns.number("a", 0), columns.date("b", 0), columns.text("b", 0)), (None, None, ""));
        assert_eq!((columns.rows_of("a", "y"), columns.rows_of("c", "y")), (vec![1], vec![]));
    }
}
