//! A run as facts: what it says of whom, file by file, with names in place of positions.

use std::collections::BTreeMap;
use std::fmt;

use rotor_factor::{ColumnValues, Date, Month};
use rotor_run::{ReasonId, Run, TextId};
use serde::{Serialize, Serializer};

/// What stands in a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Empty,
    Number(f64),
    Text(&'a str),
    Day(Date),
}

/// What stood in a cell, kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// A text, or a day.
    Text(String),
}

/// A row: whom it is about, and what it says.
pub(crate) struct Fact<'a> {
    /// The position of its execution; `None` for what is the same all the time.
    pub(crate) execution: Option<u32>,
    pub(crate) subject: Vec<Cell<'a>>,
    pub(crate) values: Vec<Cell<'a>>,
}

/// The facts of a file.
pub(crate) struct Sheet<'a> {
    pub(crate) file: String,
    /// The names of the subjects, then those of the values.
    pub(crate) subjects: &'static [&'static str],
    pub(crate) values: Vec<&'a str>,
    /// In the order of the file.
    pub(crate) facts: Vec<Fact<'a>>,
}

/// Returns the facts of a run, file by file; those first that others follow from.
pub(crate) fn sheets(run: &Run) -> Vec<Sheet<'_>> {
    let factor = |position: u32| Cell::Text(&run.factors[position as usize]);
    let entity = |position: u32| Cell::Text(&run.entities[position as usize].code);
    let text = |id: TextId| Cell::Text(run.texts.get(id));
    let reason = |id: ReasonId| Cell::Text(&run.reasons.get(id).text);
    let fact = |execution: u32, subject: Vec<_>, values: Vec<_>| Fact {
        execution: Some(execution),
        subject,
        values,
    };
    let number = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Number);
    let day = |value: Option<Date>| value.map_or(Cell::Empty, Cell::Day);
    let words = |value: Option<&'static str>| value.map_or(Cell::Empty, Cell::Text);
    let entities = run.entities.iter().map(|row| Fact {
        execution: None,
        subject: vec![Cell::Text(&row.code)],
        values: vec![
            Cell::Text(row.kind.word()),
            Cell::Text(&row.name),
            row.name_zh.as_deref().map_or(Cell::Empty, Cell::Text),
            words(row.group.map(rotor_factor::Group::word)),
            day(row.valid_from),
            day(row.valid_to),
        ],
    });
    let diagnostics = run.diagnostics.iter().map(|row| {
        fact(
            row.execution,
            vec![factor(row.factor), entity(row.entity), text(row.name)],
            vec![Cell::Number(row.value)],
        )
    });
    let forecasts = run.forecasts.iter().map(|row| {
        let subject = vec![factor(row.factor), text(row.target), entity(row.entity), Cell::Day(row.period)];
        let realized = row.realized;
        let values = vec![
            Cell::Number(row.forecast),
            Cell::Number(row.naive),
            number(realized.map(|realized| realized.value)),
            day(realized.map(|realized| realized.released)),
        ];
        fact(row.execution, subject, values)
    });
    let scores = run.scores.iter().map(|row| {
        let values = vec![number(row.score), number(row.raw), row.reason.map_or(Cell::Empty, reason)];
        fact(row.execution, vec![factor(row.factor), entity(row.sector)], values)
    });
    let ranking = run.ranking.iter().map(|row| {
        let numbers = [row.total, row.tie_break, f64::from(row.rank), row.weight];
        fact(row.execution, vec![entity(row.sector)], numbers.map(Cell::Number).to_vec())
    });
    let returns = run.returns.iter().map(|row| {
        let exit = run.executions[row.execution as usize].exit;
        let portfolio = Cell::Text(&run.portfolios[row.portfolio as usize]);
        fact(row.execution, vec![portfolio], vec![Cell::Day(exit), Cell::Number(row.value)])
    });
    let turnover = run
        .turnover
        .iter()
        .map(|row| fact(row.execution, vec![], vec![Cell::Number(row.turnover), Cell::Number(row.cost)]));
    let sheet = |file: &str, subjects, values: &[&'static str], facts: Vec<_>| Sheet {
        file: file.to_owned(),
        subjects,
        values: values.to_vec(),
        facts,
    };
    let mut sheets = vec![
        sheet(
            "entities.parquet",
            &["entity"],
            &["kind", "name", "name_zh", "group", "valid_from", "valid_to"],
            entities.collect(),
        ),
        sheet("diagnostics.parquet", &["factor", "entity", "name"], &["value"], diagnostics.collect()),
        sheet(
            "forecasts.parquet",
            &["factor", "target", "entity", "period"],
            &["forecast", "naive", "realized", "realized_released"],
            forecasts.collect(),
        ),
        sheet("scores.parquet", &["factor", "sector"], &["score", "raw", "note"], scores.collect()),
        sheet("ranking.parquet", &["sector"], &["total", "tie_break", "rank", "weight"], ranking.collect()),
        sheet("turnover.parquet", &[], &["turnover", "cost"], turnover.collect()),
        sheet("returns.parquet", &["portfolio"], &["exit", "value"], returns.collect()),
    ];
    sheets.extend(tables(run));
    sheets
}

/// The tables of factors, a sheet a file; a column that a day has not is empty.
fn tables(run: &Run) -> Vec<Sheet<'_>> {
    let mut files: BTreeMap<String, Sheet<'_>> = BTreeMap::new();
    for row in &run.tables {
        let file = format!("tables/{}.{}.parquet", run.factors[row.factor as usize], row.table.name());
        let sheet = files.entry(file.clone()).or_insert_with(|| Sheet {
            file,
            subjects: &["row"],
            values: Vec::new(),
            facts: Vec::new(),
        });
        for column in row.table.columns() {
            if !sheet.values.contains(&column.name.as_str()) {
                sheet.values.push(&column.name);
            }
        }
    }
    for row in &run.tables {
        let file = format!("tables/{}.{}.parquet", run.factors[row.factor as usize], row.table.name());
        let Some(sheet) = files.get_mut(&file) else { continue };
        for idx in 0..row.table.n_rows() {
            let cell =
                |column: &&str| row.table.find(column).map_or(Cell::Empty, |values| cell_of(values, idx));
            let values = sheet.values.iter().map(cell).collect();
            sheet.facts.push(Fact {
                execution: Some(row.execution),
                subject: vec![Cell::Number(idx as f64 + 1.0)],
                values,
            });
        }
    }
    files.into_values().collect()
}

fn cell_of(values: &ColumnValues, idx: usize) -> Cell<'_> {
    match values {
        ColumnValues::Numbers(numbers) if numbers[idx].is_nan() => Cell::Empty,
        ColumnValues::Numbers(numbers) => Cell::Number(numbers[idx]),
        ColumnValues::Texts(texts) => Cell::Text(&texts[idx]),
        ColumnValues::Dates(dates) => Cell::Day(dates[idx]),
        _ => Cell::Empty,
    }
}

impl Fact<'_> {
    /// The month and the subject, by which facts of two runs are matched.
    pub(crate) fn key(&self, run: &Run) -> (Option<Month>, Vec<String>) {
        let month = self.execution.map(|position| run.executions[position as usize].month);
        (month, self.subject.iter().map(|cell| cell.keep().to_string()).collect())
    }
}

impl Cell<'_> {
    pub(crate) fn keep(self) -> Datum {
        match self {
            Self::Empty => Datum::Empty,
            Self::Number(number) => Datum::Number(number),
            Self::Text(text) => Datum::Text(text.to_owned()),
            Self::Day(day) => Datum::Text(day.to_string()),
        }
    }

    /// Tells whether two cells say the same; numbers as far as `tolerance` cares.
    pub(crate) fn is_same(self, other: Cell<'_>, tolerance: f64) -> bool {
        match (self, other) {
            (Self::Empty, Cell::Empty) => true,
            (Self::Number(before), Cell::Number(after)) => crate::is_close(before, after, tolerance),
            (Self::Text(before), Cell::Text(after)) => before == after,
            (Self::Day(before), Cell::Day(after)) => before == after,
            _ => false,
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing"),
            // The shortest text that reads back to the same bits.
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}
