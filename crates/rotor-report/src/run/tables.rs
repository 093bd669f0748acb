//! The tables that factors gave on the last day.
//!
//! A folder has one file for the tables of one name, whatever their columns were on single days: the columns of all days, of
//! texts where any day had texts, and without tables that have no rows. A table is shown here as it would be read back.

use rotor_factor::{ColumnFormat, ColumnSpec, ColumnValues};
use rotor_run::{ColumnRecord, FactorTable, TableRecord};

use super::context::Context;
use crate::declared;
use crate::page::{Block, Column, Table};
use crate::say;
use crate::words::{name, plain};

/// What of a table is shown; its file has all.
const MOST_ROWS: usize = 40;
const MOST_COLUMNS: usize = 33;
/// Tables that are shown at all.
const MOST_TABLES: usize = 40;

/// The title under which a folder keeps the days, so that no column of a table can have it.
const EXECUTION: &str = "execution";

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let lang = context.lang;
    let all = || context.facts.run.tables.iter().filter(|table| table.table.n_rows() > 0);
    let Some(last) = all().map(|table| table.execution).max() else {
        return vec![lang.of("No factor gave a table.", "各因子均未给出表格。").to_owned().into()];
    };
    let mut tables: Vec<&FactorTable> = all().filter(|table| table.execution == last).collect();
    tables.sort_by_key(|table| (table.factor, table.table.name()));
    let mut blocks: Vec<Block> = Vec::new();
    for table in tables.iter().take(MOST_TABLES) {
        let same =
            |other: &&FactorTable| (other.factor, other.table.name()) == (table.factor, table.table.name());
        blocks.extend(shown(context, table, &all().filter(same).collect::<Vec<_>>()));
    }
    let more = tables.len().saturating_sub(MOST_TABLES);
    if more > 0 {
        let text = say!(lang, "{more} more are in the folder `tables`.", "另有{more}张表见文件夹`tables`。");
        blocks.push(text.into());
    }
    let day = context.day(last);
    let title = say!(lang, "Tables of the factors on {day}", "各因子于{day}给出的表格");
    vec![Block::Appendix { title, blocks }]
}

/// A column with its cells as texts.
struct Shown {
    title: String,
    is_number: bool,
    cells: Vec<String>,
}

/// The columns of a table in the order of all days; those that are empty on this day are left out.
fn columns(context: &Context<'_>, of: &FactorTable, same: &[&FactorTable]) -> Vec<Shown> {
    let mut titles: Vec<(&str, bool, bool)> = Vec::new();
    for column in same.iter().flat_map(|table| table.table.columns()) {
        let (is_number, is_date) =
            (column.values.as_numbers().is_some(), matches!(column.values, ColumnValues::Dates(_)));
        match titles.iter_mut().find(|(title, ..)| *title == column.name) {
            Some(known) => {
                known.1 &= is_number;
                known.2 &= is_date;
            }
            None => titles.push((&column.name, is_number, is_date)),
        }
    }
    let is_taken = |title: &str| titles.iter().any(|(known, ..)| *known == title);
    // One more than there are columns, so that one is free.
    let mut numbered = (2..titles.len() + 3).map(|number| format!("{EXECUTION}_{number}"));
    let free = numbered.find(|title| !is_taken(title));
    let column = |(title, is_number, is_date): &(&str, bool, bool)| {
        let values = of.table.find(title)?;
        let written = if *title == EXECUTION { free.as_deref()? } else { title };
        let is_text = !is_number && !is_date;
        let cells = (0..of.table.n_rows()).map(|row| cell(context, values, row, is_text)).collect::<Vec<_>>();
        let is_empty = cells.iter().all(String::is_empty);
        (!is_empty).then(|| Shown { title: label(context, written), is_number: *is_number, cells })
    };
    titles.iter().filter_map(column).collect()
}

/// The columns of a table that its factor declares, under their titles; those that are empty on this day are left out.
fn declared_columns(context: &Context<'_>, of: &FactorTable, declared: &TableRecord) -> Vec<Shown> {
    let lang = context.lang;
    let named = |code: &str| label(context, code);
    let column = |record: &ColumnRecord| {
        let (column, values) = (ColumnSpec::from(record), of.table.find(&record.name)?);
        let cell = |row| declared::cell(lang, &column, values, row, &named).unwrap_or_default();
        let cells: Vec<String> = (0..of.table.n_rows()).map(cell).collect();
        let is_number = column.format() == ColumnFormat::Number && column.words().is_empty();
        let is_empty = cells.iter().all(String::is_empty);
        (!is_empty).then(|| Shown { title: declared::titled(lang, &column), is_number, cells })
    };
    declared.columns.iter().filter_map(column).collect()
}

fn shown(context: &Context<'_>, of: &FactorTable, same: &[&FactorTable]) -> Vec<Block> {
    let lang = context.lang;
    let (factor, of_table) = (context.factor_at(of.factor), name(of.table.name()));
    let known = context.facts.run.factors.get(of.factor as usize);
    let record = known.and_then(|factor| context.facts.record.factor(factor));
    let declared = record.and_then(|record| record.tables.iter().find(|table| table.name == of.table.name()));
    let title = declared.map_or_else(|| of_table.clone(), |declared| context.text(&declared.title));
    let mut blocks = vec![Block::Heading(say!(lang, "{factor}: {title}", "{factor}：{title}"))];
    let columns = match declared {
        Some(declared) => declared_columns(context, of, declared),
        None => columns(context, of, same),
    };
    let (n_rows, n_columns) = (of.table.n_rows(), columns.len());
    let shown = &columns[..n_columns.min(MOST_COLUMNS)];
    if shown.is_empty() {
        blocks.push(lang.of("Every cell is empty.", "此表各单元格均为空。").to_owned().into());
        return blocks;
    }
    let heads = shown.iter().map(|column| {
        if column.is_number { Column::number(&column.title) } else { Column::name(&column.title) }
    });
    let mut page = Table::new(heads.collect::<Vec<_>>());
    for row in 0..n_rows.min(MOST_ROWS) {
        page.row(shown.iter().map(|column| column.cells[row].clone()).collect::<Vec<_>>());
    }
    blocks.push(page.into());
    if n_rows > MOST_ROWS || n_columns > MOST_COLUMNS {
        let factors = &context.facts.run.factors;
        let factor = factors.get(of.factor as usize).map_or(String::new(), |factor| name(factor));
        let (rows, shown) = (n_rows.min(MOST_ROWS), shown.len());
        let text = say!(
            lang,
            "{rows} of {n_rows} rows and {shown} of {n_columns} columns; `tables/{factor}.{of_table}.parquet` has all.",
            "仅列{n_rows}行中的{rows}行、{n_columns}列中的{shown}列，全部见`tables/{factor}.{of_table}.parquet`。"
        );
        blocks.push(text.into());
    }
    blocks
}

fn cell(context: &Context<'_>, values: &ColumnValues, row: usize, is_text: bool) -> String {
    let text = match values {
        // NaN is an empty cell.
        ColumnValues::Numbers(values) => {
            let value = values.get(row).copied().filter(|value| value.is_finite());
            value.map(|value| if is_text { format!("{value:?}") } else { plain(value) })
        }
        ColumnValues::Texts(values) => values.get(row).map(|text| label(context, text)),
        ColumnValues::Dates(values) => values.get(row).map(ToString::to_string),
        _ => None,
    };
    text.unwrap_or_default()
}

/// A text, or the name of the sector whose code it is.
fn label(context: &Context<'_>, text: &str) -> String {
    match context.find(text).filter(|at| context.is_sector(*at)) {
        Some(at) => context.entity(at).to_owned(),
        None => name(text),
    }
}
