//! The tables that factors give: one file a table, whatever columns it has on which day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::{Date32Builder, Float64Builder, StringBuilder};
use arrow_array::{ArrayRef, Date32Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rotor_factor::{ColumnValues, Date, LONGEST_FACTOR_NAME, LONGEST_NAME};

use crate::error::{RunError, TableFault};
use crate::rows::{FactorTable, Run};

/// The column that says of which day a row is.
pub(crate) const EXECUTION: &str = "execution";
/// Where the files are in the run folder.
pub(crate) const FOLDER: &str = "tables/";
/// The remark in a file whose tables are matrices.
pub(crate) const IS_MATRIX: &str = "matrix";

/// A table of a factor with its rows of every day.
pub(crate) struct TableFile<'a> {
    pub(crate) name: String,
    /// In the order of the run.
    days: Vec<(Date, &'a FactorTable)>,
    /// The columns of all days, in the order in which they first appear.
    columns: Vec<TableColumn<'a>>,
}

struct TableColumn<'a> {
    name: &'a str,
    /// Other than `name` where that is taken.
    title: String,
    data_type: DataType,
}

impl<'a> TableFile<'a> {
    /// Returns the files of a run's tables, in the order of their names.
    ///
    /// # Errors
    ///
    /// If a name cannot be part of a file's name, or the columns of a table do not fit together.
    pub(crate) fn all_of(run: &'a Run) -> Result<Vec<Self>, RunError> {
        let mut files: BTreeMap<String, Vec<&FactorTable>> = BTreeMap::new();
        for table in &run.tables {
            let (factor, name) = (&run.factors[table.factor as usize], table.table.name());
            check_name("factor", factor, LONGEST_FACTOR_NAME)?;
            check_name("table", name, LONGEST_NAME)?;
            let fault = fault_of(table);
            if let Some(fault) = fault {
                return Err(RunError::Table { factor: factor.clone(), table: name.into(), fault });
            }
            files.entry(format!("{FOLDER}{factor}.{name}.parquet")).or_default().push(table);
        }
        let files = files.into_iter().map(|(name, tables)| {
            let columns = columns_of(&tables);
            let day = |table: &FactorTable| run.executions[table.execution as usize].as_of;
            Self { name, days: tables.into_iter().map(|table| (day(table), table)).collect(), columns }
        });
        Ok(files.collect())
    }

    /// Tells whether every table of the file is a matrix.
    pub(crate) fn is_matrix(&self) -> bool {
        self.days.iter().all(|(_, table)| table.table.is_matrix())
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        let own = self.columns.iter().map(|column| Field::new(&column.title, column.data_type.clone(), true));
        let fields = [Field::new(EXECUTION, DataType::Date32, false)].into_iter().chain(own);
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    /// Returns the rows, in batches of at least so many rows, the last one aside.
    pub(crate) fn batches(&self, schema: &SchemaRef, n_rows: usize) -> impl Iterator<Item = RecordBatch> {
        let mut days = self.days.iter().peekable();
        std::iter::from_fn(move || {
            days.peek()?;
            let (mut part, mut n_taken) = (Vec::new(), 0);
            while n_taken < n_rows
                && let Some(day) = days.next()
            {
                n_taken += day.1.table.n_rows();
                part.push(day);
            }
            let executions =
                part.iter().flat_map(|(day, table)| std::iter::repeat_n(day.days(), table.table.n_rows()));
            let executions: ArrayRef = Arc::new(Date32Array::from_iter_values(executions));
            let own = self.columns.iter().map(|column| column.array(&part));
            let arrays = [executions].into_iter().chain(own).collect();
            Some(RecordBatch::try_new(Arc::clone(schema), arrays).expect("every column has a cell a row"))
        })
    }
}

impl TableColumn<'_> {
    /// Returns the cells of the column; empty where a table has no such column, and where a number is NaN.
    fn array(&self, part: &[&(Date, &FactorTable)]) -> ArrayRef {
        let cells = part.iter().map(|(_, table)| (table.table.n_rows(), table.table.find(self.name)));
        match self.data_type {
            DataType::Float64 => {
                let mut array = Float64Builder::new();
                for (n_rows, values) in cells {
                    match values {
                        Some(ColumnValues::Numbers(numbers)) => {
                            array.extend(numbers.iter().map(|number| Some(*number).filter(|n| !n.is_nan())));
                        }
                        _ => array.append_nulls(n_rows),
                    }
                }
                Arc::new(array.finish())
            }
            DataType::Date32 => {
                let mut array = Date32Builder::new();
                for (n_rows, values) in cells {
                    match values {
                        Some(ColumnValues::Dates(dates)) => {
                            array.extend(dates.iter().map(|date| Some(date.days())));
                        }
                        _ => array.append_nulls(n_rows),
                    }
                }
                Arc::new(array.finish())
            }
            _ => {
                let mut array = StringBuilder::new();
                for (n_rows, values) in cells {
                    match values {
                        Some(ColumnValues::Texts(texts)) => array.extend(texts.iter().map(Some)),
                        Some(ColumnValues::Dates(dates)) => {
                            array.extend(dates.iter().map(|date| Some(date.to_string())));
                        }
                        // The shortest text that reads back to the same bits.
                        Some(ColumnValues::Numbers(numbers)) => array.extend(
                            numbers
                                .iter()
                                .map(|number| Some(format!("{number:?}")).filter(|_| !number.is_nan())),
                        ),
                        _ => array.extend(std::iter::repeat_n(None::<&str>, n_rows)),
                    }
                }
                Arc::new(array.finish())
            }
        }
    }
}

fn columns_of<'a>(tables: &[&'a FactorTable]) -> Vec<TableColumn<'a>> {
    let mut columns: Vec<TableColumn<'a>> = Vec::new();
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for column in tables.iter().flat_map(|table| table.table.columns()) {
        let data_type = match column.values {
            ColumnValues::Numbers(_) => DataType::Float64,
            ColumnValues::Dates(_) => DataType::Date32,
            _ => DataType::Utf8,
        };
        let position = *positions.entry(&column.name).or_insert(columns.len());
        match columns.get_mut(position) {
            None => columns.push(TableColumn { name: &column.name, title: column.name.clone(), data_type }),
            Some(known) if known.data_type != data_type => known.data_type = DataType::Utf8,
            Some(_) => {}
        }
    }
    if let Some(taken) = positions.get(EXECUTION) {
        let mut titles = (2..).map(|number| format!("{EXECUTION}_{number}"));
        let free = titles.find(|title| !positions.contains_key(title.as_str()));
        columns[*taken].title = free.expect("a table has fewer columns than there are numbers");
    }
    columns
}

fn fault_of(table: &FactorTable) -> Option<TableFault> {
    let mut names = BTreeSet::new();
    table.table.columns().iter().find_map(|column| {
        let name = &column.name;
        if name.is_empty() || !names.insert(name) {
            return Some(TableFault::RepeatedColumn { column: name.clone() });
        }
        let is_long = column.values.len() == table.table.n_rows();
        (!is_long).then(|| TableFault::UnequalColumns { column: name.clone() })
    })
}

fn check_name(what: &'static str, name: &str, longest: usize) -> Result<(), RunError> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || name.len() > longest || !name.bytes().all(is_plain) {
        let name = name.chars().take(longest).collect();
        return Err(RunError::Name { what, name });
    }
    Ok(())
}
