//! The tables that factors gave on the last day.

use rotor_factor::{Column as FactorColumn, ColumnValues};
use rotor_run::FactorTable;

use super::teller::Teller;
use crate::page::{Block, Column, Table};
use crate::say;
use crate::words::{name, plain};

/// What of a table is shown; its file has all.
const MOST_ROWS: usize = 40;
const MOST_COLUMNS: usize = 33;
/// Tables that are shown at all.
const MOST_TABLES: usize = 40;

pub(super) fn blocks(teller: &Teller<'_>) -> Vec<Block> {
    let lang = teller.lang;
    let all = &teller.facts.run.tables;
    let Some(last) = all.iter().map(|table| table.execution).max() else {
        return vec![lang.of("No factor gave a table.", "各因子均未给出表格。").to_owned().into()];
    };
    let mut tables: Vec<&FactorTable> = all.iter().filter(|table| table.execution == last).collect();
    tables.sort_by_key(|table| (table.factor, table.table.name()));
    let mut blocks: Vec<Block> = Vec::new();
    for table in tables.iter().take(MOST_TABLES) {
        blocks.extend(shown(teller, table));
    }
    let more = tables.len().saturating_sub(MOST_TABLES);
    if more > 0 {
        blocks.push(say!(lang, "{more} more tables are in the folder `tables`.", "另有{more}张表见文件夹`tables`。").into());
    }
    let day = teller.day(last);
    let title = say!(lang, "What factors showed on {day}", "各因子于{day}给出的表格");
    vec![Block::Folded { title, blocks }]
}

fn shown(teller: &Teller<'_>, of: &FactorTable) -> Vec<Block> {
    let lang = teller.lang;
    let (table, factor) = (&of.table, teller.factor_at(of.factor));
    let of_table = name(table.name());
    let mut blocks = vec![Block::Heading(say!(lang, "{factor}: {of_table}", "{factor}：{of_table}"))];
    let columns = &table.columns()[..table.columns().len().min(MOST_COLUMNS)];
    if columns.is_empty() || table.n_rows() == 0 {
        blocks.push(lang.of("It has no rows.", "此表为空。").to_owned().into());
        return blocks;
    }
    let column = |column: &FactorColumn| match column.values {
        ColumnValues::Numbers(_) => Column::number(label(teller, &column.name)),
        _ => Column::name(label(teller, &column.name)),
    };
    let mut page = Table::new(columns.iter().map(column).collect::<Vec<_>>());
    for row in 0..table.n_rows().min(MOST_ROWS) {
        page.row(columns.iter().map(|column| cell(teller, column, row)).collect::<Vec<_>>());
    }
    blocks.push(page.into());
    let (n_rows, n_columns) = (table.n_rows(), table.columns().len());
    if n_rows > MOST_ROWS || n_columns > MOST_COLUMNS {
        let factor = teller.facts.run.factors.get(of.factor as usize).map_or(String::new(), |factor| name(factor));
        let (rows, shown) = (n_rows.min(MOST_ROWS), columns.len());
        blocks.push(
            say!(
                lang,
                "{rows} of {n_rows} rows and {shown} of {n_columns} columns; `tables/{factor}.{of_table}.parquet` has all.",
                "仅列{n_rows}行中的{rows}行、{n_columns}列中的{shown}列，全部见`tables/{factor}.{of_table}.parquet`。"
            )
            .into(),
        );
    }
    blocks
}

fn cell(teller: &Teller<'_>, column: &FactorColumn, row: usize) -> String {
    match &column.values {
        // NaN is an empty cell.
        ColumnValues::Numbers(values) => values.get(row).filter(|value| value.is_finite()).map(|value| plain(*value)),
        ColumnValues::Texts(values) => values.get(row).map(|text| label(teller, text)),
        ColumnValues::Dates(values) => values.get(row).map(ToString::to_string),
        _ => None,
    }
    .unwrap_or_default()
}

/// The name of an entity behind its code.
fn label(teller: &Teller<'_>, text: &str) -> String {
    match teller.find(text).filter(|at| teller.is_sector(*at)) {
        Some(at) => teller.entity(at).to_owned(),
        None => name(text),
    }
}
