//! Tables whose columns are a series each: the files say which there are.

use std::collections::BTreeSet;
use std::path::Path;

use crate::block::Block;
use crate::fault::{FaultKind, Faults};
use crate::plan::{ColumnName, ColumnsPlan, MetaText, SeriesPlan, TablePlan, frequency};
use crate::read::each_sheet;
use crate::source::{Row, Sheet};

/// The plan of a table with a series for each column that no other part of it names.
pub(crate) fn expanded(plan: &TablePlan, position: usize, folder: &Path, faults: &mut Faults) -> TablePlan {
    let mut plan = plan.clone();
    let Some(columns) = plan.columns.clone() else { return plan };
    let own: BTreeSet<String> =
        plan.series.iter().flat_map(|series| headers(series.column.as_ref())).map(str::to_owned).collect();
    let mut found: Vec<SeriesPlan> = Vec::new();
    each_sheet(&plan, position, folder, faults, |sheet, faults| {
        if let Err(kind) = add(&plan, &columns, sheet, &own, &mut found) {
            faults.add(Some(position + 1), Some(sheet.place()), kind);
        }
    });
    plan.series.extend(found);
    plan
}

/// The headers that a column may have.
fn headers(column: Option<&ColumnName>) -> impl Iterator<Item = &str> {
    let headers = match column {
        Some(ColumnName::Header(header)) => std::slice::from_ref(header),
        Some(ColumnName::Either(headers)) => headers,
        Some(ColumnName::Number(_)) | None => &[],
    };
    headers.iter().map(|header| header.trim())
}

fn add(
    plan: &TablePlan,
    columns: &ColumnsPlan,
    sheet: &Sheet,
    own: &BTreeSet<String>,
    found: &mut Vec<SeriesPlan>,
) -> Result<(), FaultKind> {
    let block = Block::find(sheet, plan)?;
    let taken: BTreeSet<usize> = [&plan.date.column, &plan.entity.column]
        .into_iter()
        .flatten()
        .map(|name| block.column(name))
        .collect::<Result<_, _>>()?;
    let numbered: BTreeSet<usize> = plan
        .series
        .iter()
        .filter_map(|series| match series.column {
            Some(ColumnName::Number(number)) => Some(number),
            _ => None,
        })
        .collect();
    let row = |text: &MetaText| match text {
        MetaText::Constant(_) => Ok(None),
        MetaText::Row { row } => {
            block.meta_row(row).map(Some).ok_or_else(|| FaultKind::NoHeader { first_cell: row.clone() })
        }
    };
    let name_row = columns.name.as_ref().map(row).transpose()?.flatten();
    let (frequency_row, unit_row) = (row(&columns.frequency)?, row(&columns.unit)?);
    for (at, header) in block.headers.iter().enumerate() {
        let is_known =
            found.iter().any(|series| headers(series.column.as_ref()).any(|known| known == header));
        let is_named = own.contains(header) || numbered.contains(&at);
        if header.is_empty() || taken.contains(&at) || is_named || is_known {
            continue;
        }
        let said = |text: &MetaText, row: Option<&Row>| match text {
            MetaText::Constant(text) => text.clone(),
            MetaText::Row { .. } => row.map(|row| row.cell(at).text()).unwrap_or_default(),
        };
        // Years and thirds of months have no place in a dataset.
        let Some(frequency) = frequency(&said(&columns.frequency, frequency_row)) else { continue };
        let name = columns.name.as_ref().map(|name| said(name, name_row)).filter(|name| !name.is_empty());
        found.push(SeriesPlan {
            column: Some(ColumnName::Header(header.clone())),
            key: None,
            series: name.unwrap_or_else(|| header.clone()),
            frequency,
            unit: Some(said(&columns.unit, unit_row))
                .filter(|unit| !unit.is_empty())
                .unwrap_or("number".into()),
            title: header.clone(),
            title_zh: None,
            unit_zh: None,
            measure: None,
            accumulation: None,
            chain: None,
            chain_zh: None,
            entity: None,
            scale: None,
            minus: None,
            zero: columns.zero,
            released: columns.released.of(frequency).cloned(),
            change: false,
            optional: true,
        });
    }
    Ok(())
}
