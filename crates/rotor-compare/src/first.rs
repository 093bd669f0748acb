//! The first difference between two runs, bit for bit, row by row as their files have them.

use rotor_run::Run;
use serde::Serialize;

use crate::facts::{Cell, Datum, Sheet, sheets};

/// Where a file of a run first differs from that of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstDifference {
    /// The file, by its path in the folder.
    pub file: String,
    /// The number of the row, counted from 1.
    pub row: usize,
    /// Whom the row is about, as `2019-04-01, heat, 801780`; of the first run, or of the second where the first has no such row.
    pub subject: String,
    /// The column; `None` if only one of the runs has the row.
    pub column: Option<String>,
    /// What the first run says.
    pub before: Datum,
    /// What the second run says.
    pub after: Datum,
}

/// Returns the first difference of each file that differs, as far as facts do; those first that others follow from.
#[must_use]
pub fn first_difference(before: &Run, after: &Run) -> Vec<FirstDifference> {
    let (firsts, seconds) = (sheets(before), sheets(after));
    let mut differences: Vec<FirstDifference> = Vec::new();
    let empty = |sheet: &Sheet<'_>| Sheet {
        file: sheet.file.clone(),
        subjects: sheet.subjects,
        values: Vec::new(),
        facts: Vec::new(),
    };
    for first in &firsts {
        let second = seconds.iter().find(|second| second.file == first.file);
        let none = empty(first);
        differences.extend(of_sheet((before, first), (after, second.unwrap_or(&none))));
    }
    for second in seconds.iter().filter(|second| firsts.iter().all(|first| first.file != second.file)) {
        differences.extend(of_sheet((before, &empty(second)), (after, second)));
    }
    differences
}

fn of_sheet(before: (&Run, &Sheet<'_>), after: (&Run, &Sheet<'_>)) -> Option<FirstDifference> {
    let (first, second) = (before.1, after.1);
    // The columns of a row in the order of the file: the execution, whom it is about, what it says.
    let cells = |run: &Run, sheet: &Sheet<'_>, row: usize| -> Option<Vec<(String, Datum)>> {
        let fact = sheet.facts.get(row)?;
        let day = |position: u32| Cell::Day(run.executions[position as usize].as_of).keep();
        let execution = fact.execution.map(|position| ("execution".to_owned(), day(position)));
        let subjects = sheet.subjects.iter().zip(&fact.subject);
        let values = sheet.values.iter().zip(&fact.values);
        let own = subjects.chain(values).map(|(name, cell)| ((*name).to_owned(), cell.keep()));
        Some(execution.into_iter().chain(own).collect())
    };
    (0..first.facts.len().max(second.facts.len())).find_map(|row| {
        let (one, other) = (cells(before.0, first, row), cells(after.0, second, row));
        let present = one.as_ref().or(other.as_ref())?;
        let n_subjects =
            first.subjects.len() + usize::from(present.first().is_some_and(|cell| cell.0 == "execution"));
        let subject = present.iter().take(n_subjects).map(|(_, datum)| datum.to_string());
        let subject = subject.collect::<Vec<_>>().join(", ");
        let difference = |column, before, after| FirstDifference {
            file: first.file.clone(),
            row: row + 1,
            subject: subject.clone(),
            column,
            before,
            after,
        };
        let here = || Datum::Text("a row".into());
        let (Some(one), Some(other)) = (&one, &other) else {
            let (has_one, has_other) = (one.is_some(), other.is_some());
            let shown = |has: bool| if has { here() } else { Datum::Empty };
            return Some(difference(None, shown(has_one), shown(has_other)));
        };
        // Tables may have other columns: they are compared by name. A column may be called like a subject (`row`).
        let (one_subject, one) = one.split_at(n_subjects.min(one.len()));
        let (other_subject, other) = other.split_at(n_subjects.min(other.len()));
        let of_other =
            |name: &str| other.iter().find(|cell| cell.0 == name).map_or(Datum::Empty, |cell| cell.1.clone());
        let subjects = one_subject.iter().zip(other_subject);
        let subjects = subjects.map(|((name, one), (_, other))| (name, one.clone(), other.clone()));
        let added = other.iter().filter(|cell| one.iter().all(|known| known.0 != cell.0));
        let pairs = subjects.chain(one.iter().map(|(name, datum)| (name, datum.clone(), of_other(name))));
        let mut pairs = pairs.chain(added.map(|(name, datum)| (name, Datum::Empty, datum.clone())));
        let (name, before, after) = pairs.find(|(_, before, after)| !is_identical(before, after))?;
        Some(difference(Some(name.clone()), before, after))
    })
}

fn is_identical(before: &Datum, after: &Datum) -> bool {
    match (before, after) {
        (Datum::Number(before), Datum::Number(after)) => before.to_bits() == after.to_bits(),
        _ => before == after,
    }
}
