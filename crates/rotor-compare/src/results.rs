//! What came out of two runs: facts by month and subject, picks, metrics.

use std::cmp::Ordering;

use rotor_factor::{Date, Month};
use rotor_run::{Run, RunFolder};
use serde::Serialize;
use serde_json::Value;

use crate::facts::{Cell, Datum, Fact, Sheet, sheets};
use crate::{is_close, leaves};

/// What came out of two runs and differs.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// How many months have an execution in both runs.
    pub n_months: usize,
    /// Months that only one of the runs has, or that are executed on another day or skipped in one of them.
    pub months: Vec<MonthChange>,
    /// Facts, file by file; of scores, forecasts and diagnostics factor by factor, of returns portfolio by portfolio. Only what differs.
    pub facts: Vec<FactChange>,
    /// How many facts were compared, rows that only one of the runs has included.
    pub n_facts: usize,
    /// Months in which other sectors are held, or other shares of them.
    pub picks: Vec<PickChange>,
    /// Numbers of `metrics.json`.
    pub metrics: Metrics,
    /// Warnings that only one of the runs has.
    pub warnings: Warnings,
}

/// A month that is not the same in both runs.
#[derive(Clone, Debug, Serialize)]
pub struct MonthChange {
    /// The last complete month on the execution day.
    #[serde(serialize_with = "as_text")]
    pub month: Month,
    /// Its execution day in the first run; `None` if it has none.
    #[serde(serialize_with = "as_text_or_none")]
    pub before: Option<Date>,
    /// Its execution day in the second run.
    #[serde(serialize_with = "as_text_or_none")]
    pub after: Option<Date>,
    /// Whether sectors were picked in the first run.
    pub is_kept_before: bool,
    /// Whether sectors were picked in the second run.
    pub is_kept_after: bool,
}

/// How many facts of a kind differ, and which most.
#[derive(Clone, Debug, Serialize)]
pub struct FactChange {
    /// The file.
    pub file: String,
    /// The factor or portfolio; `None` where a file is about neither.
    pub group: Option<String>,
    /// How many rows there are in either run.
    pub n_rows: usize,
    /// How many rows differ, those of one run alone included.
    pub n_changed: usize,
    /// How many rows only the first run has.
    pub n_gone: usize,
    /// How many rows only the second run has.
    pub n_new: usize,
    /// The first row that differs.
    pub first: Change,
    /// The number that differs most, of the first column that has one (the score before the raw value); `None` if no number differs.
    pub largest: Option<Change>,
}

/// A cell that differs.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The last complete month on the execution day; `None` for what is the same all the time.
    #[serde(serialize_with = "as_text_or_none")]
    pub month: Option<Month>,
    /// Whom it is about, such as factor and sector.
    pub subject: Vec<String>,
    /// The column; `None` if only one of the runs has the row.
    pub column: Option<String>,
    /// What the first run says.
    pub before: Datum,
    /// What the second run says.
    pub after: Datum,
}

/// A month in which other sectors are held, or other shares of them.
#[derive(Clone, Debug, Serialize)]
pub struct PickChange {
    /// The last complete month on the execution day.
    #[serde(serialize_with = "as_text")]
    pub month: Month,
    /// Sectors held in the second run alone.
    pub came: Vec<Named>,
    /// Sectors held in the first run alone.
    pub went: Vec<Named>,
    /// How many sectors are held in both, with other shares.
    pub n_other_shares: usize,
}

/// A sector with its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its English name.
    pub name: String,
    /// Its Chinese name.
    pub name_zh: Option<String>,
}

/// What differs in `metrics.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Metrics {
    /// How many leaves the two documents have.
    pub n: usize,
    /// Those that differ: of the portfolio first, then of factors and forecasts, in the order of the document.
    pub changed: Vec<MetricChange>,
}

/// A leaf of `metrics.json` that differs.
#[derive(Clone, Debug, Serialize)]
pub struct MetricChange {
    /// Its path, such as `portfolio.all.performance.top_net.annual_return.value`.
    pub path: String,
    /// What the first run says; `None` if it has no such leaf.
    pub before: Option<Value>,
    /// What the second run says.
    pub after: Option<Value>,
}

/// Warnings that only one of the runs has.
#[derive(Clone, Debug, Serialize)]
pub struct Warnings {
    /// Only the first.
    pub gone: Vec<String>,
    /// Only the second.
    pub new: Vec<String>,
}

impl Results {
    /// Tells whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.months.is_empty()
            && self.facts.is_empty()
            && self.picks.is_empty()
            && self.metrics.changed.is_empty()
            && self.warnings.gone.is_empty()
            && self.warnings.new.is_empty()
    }
}

/// Returns what differs in what came out of two runs; `tolerance` as in [`crate::Comparison`].
#[must_use]
pub fn changed_results(before: &RunFolder, after: &RunFolder, tolerance: f64) -> Results {
    let (first, second) = (&before.run, &after.run);
    let (mut facts, mut n_facts) = (Vec::new(), 0);
    let (firsts, mut seconds) = (sheets(first), sheets(second));
    for sheet in firsts {
        let other = seconds.iter().position(|other| other.file == sheet.file).map(|idx| seconds.remove(idx));
        let (changes, n_rows) = compared((first, sheet), (second, other), tolerance);
        facts.extend(changes);
        n_facts += n_rows;
    }
    for sheet in seconds {
        let none = Sheet {
            file: sheet.file.clone(),
            subjects: sheet.subjects,
            values: Vec::new(),
            facts: Vec::new(),
        };
        let (changes, n_rows) = compared((first, none), (second, Some(sheet)), tolerance);
        facts.extend(changes);
        n_facts += n_rows;
    }
    let warnings = |folder: &RunFolder| -> Vec<String> {
        let list = folder.provenance.get("warnings").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (gone, new) = (warnings(before), warnings(after));
    let without = |list: &[String], other: &[String]| {
        list.iter().filter(|warning| !other.contains(warning)).cloned().collect()
    };
    Results {
        n_months: first.executions.iter().filter(|row| has_month(second, row.month)).count(),
        months: changed_months(first, second),
        facts,
        n_facts,
        picks: changed_picks(first, second, tolerance),
        metrics: changed_metrics(&before.metrics, &after.metrics, tolerance),
        warnings: Warnings { gone: without(&gone, &new), new: without(&new, &gone) },
    }
}

fn has_month(run: &Run, month: Month) -> bool {
    run.executions.iter().any(|row| row.month == month)
}

fn changed_months(before: &Run, after: &Run) -> Vec<MonthChange> {
    let mut months: Vec<Month> =
        before.executions.iter().chain(&after.executions).map(|row| row.month).collect();
    months.sort_unstable();
    months.dedup();
    let of = |run: &Run, month: Month| run.executions.iter().find(|row| row.month == month).copied();
    let change = |month: Month| {
        let (before, after) = (of(before, month), of(after, month));
        let change = MonthChange {
            month,
            before: before.map(|row| row.as_of),
            after: after.map(|row| row.as_of),
            is_kept_before: before.is_some_and(|row| row.is_kept),
            is_kept_after: after.is_some_and(|row| row.is_kept),
        };
        let is_same = change.before == change.after && change.is_kept_before == change.is_kept_after;
        (!is_same).then_some(change)
    };
    months.into_iter().filter_map(change).collect()
}

type Key = (Option<Month>, Vec<String>);

/// Returns what differs in a file, group by group, and how many rows there are.
fn compared(
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

fn changed_picks(before: &Run, after: &Run, tolerance: f64) -> Vec<PickChange> {
    let mut changes = Vec::new();
    let held = |run: &Run, month: Month| -> Vec<(Named, f64)> {
        let of = run.ranking.iter().filter(|row| row.weight != 0.0);
        let of = of.filter(|row| run.executions[row.execution as usize].month == month);
        of.map(|row| (named(run, row.sector), row.weight)).collect()
    };
    for row in before.executions.iter().filter(|row| has_month(after, row.month)) {
        let (first, second) = (held(before, row.month), held(after, row.month));
        let find = |list: &[(Named, f64)], code: &str| {
            list.iter().find(|(named, _)| named.code == code).map(|(_, weight)| *weight)
        };
        let without = |list: &[(Named, f64)], other: &[(Named, f64)]| -> Vec<Named> {
            list.iter()
                .filter(|(named, _)| find(other, &named.code).is_none())
                .map(|(named, _)| named.clone())
                .collect()
        };
        let has_other_share = |(named, weight): &&(Named, f64)| {
            find(&second, &named.code).is_some_and(|other| !is_close(*weight, other, tolerance))
        };
        let change = PickChange {
            month: row.month,
            came: without(&second, &first),
            went: without(&first, &second),
            n_other_shares: first.iter().filter(has_other_share).count(),
        };
        if !change.came.is_empty() || !change.went.is_empty() || change.n_other_shares > 0 {
            changes.push(change);
        }
    }
    changes
}

fn named(run: &Run, sector: u32) -> Named {
    let entity = &run.entities[sector as usize];
    Named { code: entity.code.clone(), name: entity.name.clone(), name_zh: entity.name_zh.clone() }
}

fn changed_metrics(before: &Value, after: &Value, tolerance: f64) -> Metrics {
    let (firsts, seconds) = (leaves(before), leaves(after));
    let find = |list: &[(String, usize)], path: &str| {
        list.binary_search_by(|(known, _)| known.as_str().cmp(path)).ok().map(|idx| list[idx].1)
    };
    let sorted = |list: &[(String, &Value)]| {
        let mut places: Vec<(String, usize)> =
            list.iter().enumerate().map(|(idx, (path, _))| (path.clone(), idx)).collect();
        places.sort();
        places
    };
    let (of_first, of_second) = (sorted(&firsts), sorted(&seconds));
    let is_same = |before: &Value, after: &Value| match (before.as_f64(), after.as_f64()) {
        (Some(before), Some(after)) => is_close(before, after, tolerance),
        _ => before == after,
    };
    let mut changed = Vec::new();
    for (path, value) in &firsts {
        let other = find(&of_second, path).map(|idx| seconds[idx].1);
        if other.is_none_or(|other| !is_same(value, other)) {
            let (before, after) = (Some((*value).clone()), other.cloned());
            changed.push(MetricChange { path: path.clone(), before, after });
        }
    }
    let added = seconds.iter().filter(|(path, _)| find(&of_first, path).is_none());
    let added: Vec<_> = added.collect();
    let n = firsts.len() + added.len();
    changed.extend(added.into_iter().map(|(path, value)| MetricChange {
        path: path.clone(),
        before: None,
        after: Some((*value).clone()),
    }));
    changed.sort_by_key(|change| weight_of(&change.path));
    Metrics { n, changed }
}

/// What a reader wants to see first.
fn weight_of(path: &str) -> usize {
    const FIRST: [&str; 6] = [
        "portfolio.all.performance.top_net.annual_return",
        "portfolio.all.excess.top_net",
        "portfolio.all.performance",
        "portfolio.all.excess",
        "portfolio.all.trading",
        "portfolio.all",
    ];
    FIRST.iter().position(|first| path.starts_with(first)).unwrap_or_else(|| {
        let later = ["factor.", "forecast.", "portfolio."];
        FIRST.len() + later.iter().position(|part| path.starts_with(part)).unwrap_or(later.len())
    })
}

fn as_text<T: ToString, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

fn as_text_or_none<T: ToString, S: serde::Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => as_text(value, serializer),
        None => serializer.serialize_none(),
    }
}
