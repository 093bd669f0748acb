//! Tables whose columns are a series each: the files say which there are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::block::Block;
use crate::fault::{FaultKind, Faults};
use crate::key::{of_file_name, one_group};
use crate::plan::{ColumnName, ColumnsPlan, MetaText, SeriesPlan, Shape, TablePlan, frequency};
use crate::read::each_sheet;
use crate::source::{Row, Sheet};

/// The plan of a table with a series for each column that no other part of it names.
pub(crate) fn expanded(plan: &TablePlan, position: usize, folder: &Path, faults: &mut Faults) -> TablePlan {
    let mut plan = plan.clone();
    let Some(columns) = plan.columns.clone() else { return plan };
    let mut found: Vec<SeriesPlan> = Vec::new();
    each_sheet(&plan, position, folder, faults, |sheet, faults| {
        if let Err(kind) = add(&plan, &columns, sheet, &mut found) {
            faults.add(Some(position + 1), Some(sheet.place()), kind);
        }
    });
    plan.series.extend(found);
    plan
}

/// The name of a series that the header of one of its columns has, by the pattern of the plan; `None` if the plan has no pattern.
pub(crate) fn name_in_header(columns: &ColumnsPlan, header: &str) -> Result<Option<String>, FaultKind> {
    match &columns.name {
        Some(MetaText::Header { header: pattern }) => Ok(Some(captured(pattern, header)?)),
        _ => Ok(None),
    }
}

/// What a pattern finds in a header; nothing if the header is another.
fn captured(pattern: &str, header: &str) -> Result<String, FaultKind> {
    let found = one_group(pattern)?;
    let found = found.captures(header).and_then(|found| found.get(1));
    Ok(found.map_or("", |found| found.as_str()).to_owned())
}

/// Adds the series of a sheet.
fn add(
    plan: &TablePlan,
    columns: &ColumnsPlan,
    sheet: &Sheet,
    found: &mut Vec<SeriesPlan>,
) -> Result<(), FaultKind> {
    let block = Block::find(sheet, plan)?;
    let own = own_columns(plan, &block)?;
    // A name that the file has belongs to its own values alone.
    let only_in: Option<PathBuf> =
        matches!(columns.name, Some(MetaText::File { .. })).then(|| sheet.path.clone());
    for (at, header) in block.headers.iter().enumerate() {
        if header.is_empty() || own.contains(&at) {
            continue;
        }
        let said = |text: &MetaText| said(text, sheet, &block, at);
        // Years and thirds of months have no place in a dataset.
        let Some(frequency) = frequency(&said(&columns.frequency)?) else { continue };
        let name = columns.name.as_ref().map(said).transpose()?.filter(|name| !name.is_empty());
        let is_vintage = plan.shape == Shape::Vintages;
        let name = match name {
            None if is_vintage => continue,
            name => name.unwrap_or_else(|| header.clone()),
        };
        let is_known = |series: &SeriesPlan| {
            let has_header = || series.column.as_ref().is_some_and(|it| it.headers() == [header.as_str()]);
            if is_vintage { series.series == name } else { series.only_in == only_in && has_header() }
        };
        if found.iter().any(is_known) {
            continue;
        }
        found.push(SeriesPlan {
            column: (!is_vintage).then(|| ColumnName::Header(header.clone())),
            // A header that many series share says nothing of one.
            title: if is_vintage || only_in.is_some() { name.clone() } else { header.clone() },
            series: name,
            key: None,
            frequency,
            unit: Some(said(&columns.unit)?).filter(|unit| !unit.is_empty()).unwrap_or("number".into()),
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
            only_in: only_in.clone(),
        });
    }
    Ok(())
}

/// The columns that hold no series of their own: days and keys, days of release, those that the plan names; and where it names the
/// column of values, every other.
fn own_columns(plan: &TablePlan, block: &Block<'_>) -> Result<BTreeSet<usize>, FaultKind> {
    if let Some(value) = &plan.value.column {
        let value = block.column(value)?;
        return Ok((0..block.headers.len()).filter(|at| *at != value).collect());
    }
    let mut own: BTreeSet<usize> = [&plan.date.column, &plan.entity.column]
        .into_iter()
        .flatten()
        .map(|name| block.column(name))
        .collect::<Result<_, _>>()?;
    for name in plan.series.iter().filter_map(|series| series.column.as_ref()) {
        match name {
            ColumnName::Number(number) => {
                own.insert(*number);
            }
            name => {
                let is_it = |header: &String| name.headers().iter().any(|known| known.trim() == header);
                own.extend((0..block.headers.len()).filter(|at| is_it(&block.headers[*at])));
            }
        }
    }
    Ok(own)
}

/// What is said of a column.
fn said(text: &MetaText, sheet: &Sheet, block: &Block<'_>, at: usize) -> Result<String, FaultKind> {
    match text {
        MetaText::Constant(text) => Ok(text.clone()),
        MetaText::Row { row } => {
            let found: Option<&Row> = block.meta_row(row);
            let found = found.ok_or_else(|| FaultKind::NoHeader { first_cell: row.clone() })?;
            Ok(found.cell(at).text())
        }
        MetaText::Header { header } => captured(header, &block.headers[at]),
        MetaText::File { file } => of_file_name(&sheet.path, file),
    }
}
