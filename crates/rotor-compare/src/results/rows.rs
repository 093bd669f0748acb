//! The facts of two runs, matched by month and subject.

use std::cmp::Ordering;

use rotor_factor::Month;
use rotor_run::Run;

use super::{Change, FactChange};
use crate::facts::{Cell, Datum, Fact, Sheet};
use crate::is_close;

type Key = (Option<Month>, Vec<String>);

/// Returns what differs in a file, group by group, and how many rows there are.
pub(super) fn compared(
    before: (&Run, Sheet<'_>),
    after: (&Run, Option<Sheet<'_>>),
    tolerance: f64,
) -> (Vec<FactChange>, usize) {
    let (file, subjects) = (before.1.file.clone(), before.1.subjects);
    let is_grouped = subjects.first().is_some_and(|name| ["factor", "portfolio"].contains(name));
    let (columns, other_columns) =
        (before.1.values.clone(), after.1.as_ref().map(|sheet| sheet.values.clone()).unwrap_or_default());
    let firsts = keyed(before.0, before.1.facts);
    let seconds = keyed(after.0, after.1.map(|sheet| sheet.facts).unwrap_or_default());
    let mut groups: Vec<Group> = Vec::new();
    let (mut at, mut at_other, mut n_rows) = (0, 0, 0);
    while at < firsts.len() || at_other < seconds.len() {
        let order = match (firsts.get(at), seconds.get(at_other)) {
            (Some(first), Some(second)) => first.0.cmp(&second.0),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        n_rows += 1;
        let (first, second) = match order {
            Ordering::Less => (Some(&firsts[at]), None),
            Ordering::Greater => (None, Some(&seconds[at_other])),
            Ordering::Equal => (Some(&firsts[at]), Some(&seconds[at_other])),
        };
        at += usize::from(first.is_some());
        at_other += usize::from(second.is_some());
        let key = first.or(second).map(|(key, _)| key).expect("one of them is there");
        let name = is_grouped.then(|| key.1[0].clone());
        let idx = groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
            groups.push(Group { name, ..Group::default() });
            groups.len() - 1
        });
        let differences = differences(first, second, (&columns, &other_columns), tolerance);
        groups[idx].put(key, first.is_some(), second.is_some(), differences);
    }
    let changes = groups.into_iter().filter_map(|group| group.change(&file));
    (changes.collect(), n_rows)
}

/// A cell in which two rows differ.
struct Difference<'a> {
    /// The place of the column.
    place: usize,
    /// `None` if only one of the rows is there.
    column: Option<&'a str>,
    before: Datum,
    after: Datum,
}

fn keyed<'a>(run: &Run, facts: Vec<Fact<'a>>) -> Vec<(Key, Fact<'a>)> {
    let mut facts: Vec<(Key, Fact<'a>)> = facts.into_iter().map(|fact| (fact.key(run), fact)).collect();
    // Stable: rows of one key stay in the order of the file, and are matched in it.
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    facts
}

/// Returns the columns in which two rows differ, with both cells.
fn differences<'a>(
    first: Option<&'a (Key, Fact<'_>)>,
    second: Option<&'a (Key, Fact<'_>)>,
    columns: (&[&'a str], &[&'a str]),
    tolerance: f64,
) -> Vec<Difference<'a>> {
    let (Some((_, first)), Some((_, second))) = (first, second) else {
        let shown = |has: bool| if has { Datum::Text("a row".into()) } else { Datum::Empty };
        let (before, after) = (shown(first.is_some()), shown(second.is_some()));
        return vec![Difference { place: 0, column: None, before, after }];
    };
    // Tables may have other columns: they are held against each other by name.
    let cell = |fact: &Fact<'_>, names: &[&str], name: &str| {
        names
            .iter()
            .position(|known| *known == name)
            .map_or(Cell::Empty.keep(), |idx| fact.values[idx].keep())
    };
    let is_same_table = columns.0 == columns.1;
    let mut differences = Vec::new();
    if is_same_table {
        let cells = first.values.iter().zip(&second.values);
        for (place, (name, (one, other))) in columns.0.iter().zip(cells).enumerate() {
            if !one.is_same(*other, tolerance) {
                let (before, after) = (one.keep(), other.keep());
                differences.push(Difference { place, column: Some(name), before, after });
            }
        }
        return differences;
    }
    let added = columns.1.iter().filter(|name| !columns.0.contains(name));
    for (place, name) in columns.0.iter().chain(added).enumerate() {
        let (before, after) = (cell(first, columns.0, name), cell(second, columns.1, name));
        let is_same = match (&before, &after) {
            (Datum::Number(one), Datum::Number(other)) => is_close(*one, *other, tolerance),
            _ => before == after,
        };
        if !is_same {
            differences.push(Difference { place, column: Some(name), before, after });
        }
    }
    differences
}

/// The differences of a group while they are counted.
#[derive(Default)]
struct Group {
    name: Option<String>,
    n_rows: usize,
    n_changed: usize,
    n_gone: usize,
    n_new: usize,
    first: Option<Change>,
    /// Place of the column, size, and the change itself.
    largest: Option<(usize, f64, Change)>,
}

impl Group {
    fn put(&mut self, key: &Key, is_before: bool, is_after: bool, differences: Vec<Difference<'_>>) {
        self.n_rows += 1;
        self.n_changed += usize::from(!differences.is_empty());
        self.n_gone += usize::from(!is_after);
        self.n_new += usize::from(!is_before);
        for Difference { place, column, before, after } in differences {
            let size = match (&before, &after) {
                (Datum::Number(before), Datum::Number(after)) => Some((before - after).abs()),
                _ => None,
            };
            let change = Change {
                month: key.0,
                subject: key.1.clone(),
                column: column.map(str::to_owned),
                before,
                after,
            };
            let is_larger = |size: &f64| {
                self.largest
                    .as_ref()
                    .is_none_or(|(known, largest, _)| place.cmp(known).then(largest.total_cmp(size)).is_lt())
            };
            if let Some(size) = size.filter(is_larger) {
                self.largest = Some((place, size, change.clone()));
            }
            self.first.get_or_insert(change);
        }
    }

    fn change(self, file: &str) -> Option<FactChange> {
        Some(FactChange {
            file: file.to_owned(),
            group: self.name,
            n_rows: self.n_rows,
            n_changed: self.n_changed,
            n_gone: self.n_gone,
            n_new: self.n_new,
            first: self.first?,
            largest: self.largest.map(|(_, _, change)| change),
        })
    }
}
