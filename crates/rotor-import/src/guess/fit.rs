//! Recipes that read files as they are.

use std::path::Path;

use toml::{Table, Value};

use super::seen::Seen;
use crate::assemble::assemble;
use crate::plan::{ColumnName, Plan, Target};
use crate::recipe::Recipe;

/// The recipe that says most of files and reads them without any fault, and others that read them too.
#[derive(Debug)]
pub(super) struct Fits {
    pub(super) name: &'static str,
    pub(super) source: String,
    pub(super) others: Vec<&'static str>,
    pub(super) n_kept: usize,
    pub(super) has_currency: bool,
    pub(super) has_closes: bool,
}

/// Tries every recipe whose columns are there.
pub(super) fn fits(seen: &Seen, recipes: &[Recipe]) -> Option<Fits> {
    let mut fitting: Vec<(usize, Fit)> = recipes.iter().filter_map(|recipe| fit(recipe, seen)).collect();
    // The first in the order of names wins among equals.
    fitting.sort_by_key(|(n_named, _)| std::cmp::Reverse(*n_named));
    // A recipe that names nothing says nothing of a file either.
    let (n_named, best) = fitting.first().copied()?;
    (n_named > 0).then(|| Fits {
        name: best.name,
        source: Recipe::find(best.name).map(|recipe| recipe.about().source).unwrap_or_default(),
        others: fitting[1..].iter().map(|(_, fit)| fit.name).collect(),
        n_kept: best.n_kept,
        has_currency: best.has_currency,
        has_closes: best.has_closes,
    })
}

#[derive(Clone, Copy)]
struct Fit {
    name: &'static str,
    n_kept: usize,
    has_currency: bool,
    has_closes: bool,
}

/// How many columns and places a recipe names, if it names only what is there and reads all files.
fn fit(recipe: &Recipe, seen: &Seen) -> Option<(usize, Fit)> {
    let mut table = Table::new();
    table.insert("recipe".into(), recipe.name.into());
    if let Some(sheet) = &seen.sheet {
        table.insert("sheet".into(), sheet.as_str().into());
    }
    let of = |files: &[String]| {
        let mut table = table.clone();
        let files: Vec<Value> = files.iter().map(|file| file.as_str().into()).collect();
        table.insert("file".into(), files.into());
        let mut dataset = Table::new();
        for key in ["name", "title", "currency", "source"] {
            dataset.insert(key.into(), "any".into());
        }
        let mut plan = Table::new();
        plan.insert("dataset".into(), dataset.into());
        plan.insert("table".into(), vec![Value::Table(table)].into());
        Plan::of(plan).ok()
    };
    let n_named = named(&of(&seen.files[..1])?, seen)?;
    let read = |plan: Plan| {
        let assembled = assemble(&plan, Path::new(""), None).ok()?;
        let kept: Vec<usize> = assembled.reports.iter().map(|report| report.n_kept).collect();
        let has_closes = plan.tables.iter().any(|table| table.to == Target::Prices);
        kept.iter().all(|n| *n > 0).then(|| (kept.iter().sum::<usize>(), has_closes))
    };
    let mut found = read(of(&seen.files[..1])?)?;
    if seen.files.len() > 1 {
        found = read(of(&seen.files)?)?;
    }
    let (n_kept, has_closes) = found;
    Some((n_named, Fit { name: recipe.name, n_kept, has_currency: recipe.has_currency(), has_closes }))
}

/// How many texts of the file a plan names; `None` if it names one that is not there.
fn named(plan: &Plan, seen: &Seen) -> Option<usize> {
    let texts = seen.header.lines.iter().flatten();
    let labels = seen.columns.iter().map(|column| &column.header);
    let known: Vec<&str> = texts.chain(labels).chain([&seen.date_header]).map(String::as_str).collect();
    let sections: Vec<&str> =
        seen.section.iter().chain(&seen.other_sections).chain(&seen.preamble).map(String::as_str).collect();
    let mut n = 0;
    for table in &plan.tables {
        let columns = [&table.date.column, &table.entity.column, &table.value.column];
        let of_series = table.series.iter().map(|series| &series.column);
        for column in columns.into_iter().chain(of_series).flatten() {
            if let ColumnName::Header(header) = column {
                known.contains(&header.trim()).then_some(())?;
                n += 1;
            }
        }
        if let Some(first_cell) = &table.header.first_cell {
            known.contains(&first_cell.trim()).then_some(())?;
            n += 1;
        }
        if let Some(section) = &table.section {
            sections.contains(&section.title.trim()).then_some(())?;
            n += 1;
        }
    }
    Some(n)
}
