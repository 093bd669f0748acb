//! The files of facts, and which field of a row goes to which column. Writer and reader share the declaration.
//!
//! Columns come in the order of the documentation. Texts that stand in many rows are dictionaries on the way to the file, which
//! saves copying them; in the file they are plain texts.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Date32Array, DictionaryArray, Float64Array, Int32Array, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rotor_factor::{Date, Group};

use crate::error::RunError;
use crate::read;
use crate::read::columns::Facts;
use crate::read::names::Names;
use crate::rows::{ReasonId, Run, ScoreReason};

/// A file of facts.
pub(crate) struct Sheet {
    pub(crate) file: &'static str,
    pub(crate) columns: &'static [Column],
    pub(crate) n_rows: fn(&Run) -> usize,
    /// The columns of some of the rows.
    pub(crate) arrays: fn(&Known<'_>, Range<usize>) -> Vec<ArrayRef>,
    /// Puts what was read from the columns into a run; `None` of the entities, on which the other rows stand.
    pub(crate) take: Option<Take>,
    /// Whether a folder is without the file where there are no rows.
    pub(crate) may_be_absent: bool,
}

type Take = fn(&Names, &Facts, &mut Run) -> Result<(), RunError>;

/// A column of a file of facts.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) cells: Cells,
    pub(crate) is_optional: bool,
    /// Whether folders of an earlier format are without it; it is then empty.
    pub(crate) is_newer: bool,
}

/// What the cells of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    Date,
    Text,
    Number,
    Integer,
}

/// What the positions in rows stand for.
pub(crate) struct Known<'a> {
    pub(crate) run: &'a Run,
    codes: ArrayRef,
    factors: ArrayRef,
    portfolios: ArrayRef,
    texts: ArrayRef,
    reasons: ReasonTexts,
}

/// The reasons of a run, as the columns of scores show them; empty where there is no such text.
struct ReasonTexts {
    codes: ArrayRef,
    english: ArrayRef,
    chinese: ArrayRef,
}

/// Every file of facts; those with most rows first, so that no thread begins a long one when the others have ended.
pub(crate) const SHEETS: &[Sheet] = &[
    Sheet {
        file: "diagnostics.parquet",
        columns: &[date("execution"), text("factor"), text("entity"), text("name"), number("value")],
        n_rows: |run| run.diagnostics.len(),
        arrays: diagnostics,
        take: Some(read::rows::diagnostics),
        may_be_absent: false,
    },
    Sheet {
        file: "scores.parquet",
        columns: &[
            date("execution"),
            date("month"),
            text("factor"),
            text("sector"),
            optional(number("score")),
            optional(number("raw")),
            optional(text("note")),
            newer(text("reason_code")),
            newer(text("reason_zh")),
        ],
        n_rows: |run| run.scores.len(),
        arrays: scores,
        take: Some(read::rows::scores),
        may_be_absent: false,
    },
    Sheet {
        file: "forecasts.parquet",
        columns: &[
            date("execution"),
            text("factor"),
            text("target"),
            text("entity"),
            date("period"),
            number("forecast"),
            number("naive"),
            optional(number("realized")),
            optional(date("realized_released")),
        ],
        n_rows: |run| run.forecasts.len(),
        arrays: forecasts,
        take: Some(read::rows::forecasts),
        may_be_absent: false,
    },
    Sheet {
        file: "ranking.parquet",
        columns: &[
            date("execution"),
            text("sector"),
            number("total"),
            number("tie_break"),
            Column { name: "rank", cells: Cells::Integer, is_optional: false, is_newer: false },
            number("weight"),
        ],
        n_rows: |run| run.ranking.len(),
        arrays: ranking,
        take: Some(read::rows::ranking),
        may_be_absent: false,
    },
    Sheet {
        file: "returns.parquet",
        columns: &[date("execution"), date("exit"), text("portfolio"), number("value")],
        n_rows: |run| run.returns.len(),
        arrays: returns,
        take: Some(read::rows::returns),
        may_be_absent: false,
    },
    Sheet {
        file: "nav.parquet",
        columns: &[date("date"), text("portfolio"), number("value")],
        n_rows: |run| run.nav.len(),
        arrays: nav,
        take: Some(read::rows::nav),
        may_be_absent: true,
    },
    Sheet {
        file: "turnover.parquet",
        columns: &[date("execution"), number("turnover"), number("cost")],
        n_rows: |run| run.turnover.len(),
        arrays: turnover,
        take: Some(read::rows::turnover),
        may_be_absent: false,
    },
    Sheet {
        file: "entities.parquet",
        columns: &[
            text("entity"),
            text("kind"),
            text("name"),
            optional(text("name_zh")),
            optional(text("group")),
            optional(date("valid_from")),
            optional(date("valid_to")),
        ],
        n_rows: |run| run.entities.len(),
        arrays: entities,
        take: None,
        may_be_absent: false,
    },
];

const fn date(name: &'static str) -> Column {
    Column { name, cells: Cells::Date, is_optional: false, is_newer: false }
}

const fn text(name: &'static str) -> Column {
    Column { name, cells: Cells::Text, is_optional: false, is_newer: false }
}

const fn number(name: &'static str) -> Column {
    Column { name, cells: Cells::Number, is_optional: false, is_newer: false }
}

const fn optional(column: Column) -> Column {
    Column { is_optional: true, ..column }
}

const fn newer(column: Column) -> Column {
    Column { is_optional: true, is_newer: true, ..column }
}

impl Sheet {
    pub(crate) fn schema(&self) -> SchemaRef {
        let fields = self.columns.iter().map(|column| {
            let data_type = match column.cells {
                Cells::Date => DataType::Date32,
                Cells::Text => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                Cells::Number => DataType::Float64,
                Cells::Integer => DataType::Int32,
            };
            Field::new(column.name, data_type, column.is_optional)
        });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

impl<'a> Known<'a> {
    pub(crate) fn new(run: &'a Run) -> Self {
        fn texts<'t>(texts: impl Iterator<Item = &'t String>) -> ArrayRef {
            Arc::new(StringArray::from_iter_values(texts))
        }
        fn or_empty<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> ArrayRef {
            Arc::new(StringArray::from_iter_values(texts.map(Option::unwrap_or_default)))
        }
        let reasons = || run.reasons.all().iter();
        Self {
            codes: texts(run.entities.iter().map(|entity| &entity.code)),
            factors: texts(run.factors.iter()),
            portfolios: texts(run.portfolios.iter()),
            texts: texts(run.texts.all().iter()),
            reasons: ReasonTexts {
                codes: or_empty(reasons().map(|reason| reason.code.as_deref())),
                english: texts(reasons().map(|reason| &reason.text)),
                chinese: or_empty(reasons().map(|reason| reason.text_zh.as_deref())),
            },
            run,
        }
    }

    /// The day of an execution.
    fn day(&self, execution: u32) -> Date {
        self.run.executions[execution as usize].as_of
    }
}

fn diagnostics(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.diagnostics[rows.clone()].iter();
    vec![
        dates(rows().map(|row| known.day(row.execution))),
        texts(&known.factors, rows().map(|row| row.factor)),
        texts(&known.codes, rows().map(|row| row.entity)),
        texts(&known.texts, rows().map(|row| row.name.position())),
        numbers(rows().map(|row| row.value)),
    ]
}

fn scores(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.scores[rows.clone()].iter();
    let month = |execution: u32| known.run.executions[execution as usize].month;
    let with = |has: fn(&ScoreReason) -> bool| {
        let is_it = move |id: &ReasonId| has(known.run.reasons.get(*id));
        rows().map(move |row| row.reason.filter(is_it).map(ReasonId::position))
    };
    vec![
        dates(rows().map(|row| known.day(row.execution))),
        dates(rows().map(|row| month(row.execution).last_day())),
        texts(&known.factors, rows().map(|row| row.factor)),
        texts(&known.codes, rows().map(|row| row.sector)),
        numbers_or_none(rows().map(|row| row.score)),
        numbers_or_none(rows().map(|row| row.raw)),
        texts_or_none(&known.reasons.english, with(|_| true)),
        texts_or_none(&known.reasons.codes, with(|reason| reason.code.is_some())),
        texts_or_none(&known.reasons.chinese, with(|reason| reason.text_zh.is_some())),
    ]
}

fn forecasts(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.forecasts[rows.clone()].iter();
    vec![
        dates(rows().map(|row| known.day(row.execution))),
        texts(&known.factors, rows().map(|row| row.factor)),
        texts(&known.texts, rows().map(|row| row.target.position())),
        texts(&known.codes, rows().map(|row| row.entity)),
        dates(rows().map(|row| row.period)),
        numbers(rows().map(|row| row.forecast)),
        numbers(rows().map(|row| row.naive)),
        numbers_or_none(rows().map(|row| row.realized.map(|realized| realized.value))),
        dates_or_none(rows().map(|row| row.realized.map(|realized| realized.released))),
    ]
}

fn ranking(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.ranking[rows.clone()].iter();
    vec![
        dates(rows().map(|row| known.day(row.execution))),
        texts(&known.codes, rows().map(|row| row.sector)),
        numbers(rows().map(|row| row.total)),
        numbers(rows().map(|row| row.tie_break)),
        Arc::new(Int32Array::from_iter_values(rows().map(|row| row.rank as i32))),
        numbers(rows().map(|row| row.weight)),
    ]
}

fn returns(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.returns[rows.clone()].iter();
    vec![
        dates(rows().map(|row| known.day(row.execution))),
        dates(rows().map(|row| known.run.executions[row.execution as usize].exit)),
        texts(&known.portfolios, rows().map(|row| row.portfolio)),
        numbers(rows().map(|row| row.value)),
    ]
}

fn nav(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.nav[rows.clone()].iter();
    vec![
        dates(rows().map(|row| row.date)),
        texts(&known.portfolios, rows().map(|row| row.portfolio)),
        numbers(rows().map(|row| row.value)),
    ]
}

fn turnover(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    let rows = || known.run.turnover[rows.clone()].iter();
    vec![
        dates(rows().map(|row| known.day(row.execution))),
        numbers(rows().map(|row| row.turnover)),
        numbers(rows().map(|row| row.cost)),
    ]
}

fn entities(known: &Known<'_>, rows: Range<usize>) -> Vec<ArrayRef> {
    fn words<'t>(words: impl Iterator<Item = Option<&'t str>>) -> ArrayRef {
        Arc::new(words.collect::<DictionaryArray<Int32Type>>())
    }
    let rows = || known.run.entities[rows.clone()].iter();
    vec![
        words(rows().map(|row| Some(row.code.as_str()))),
        words(rows().map(|row| Some(row.kind.word()))),
        words(rows().map(|row| Some(row.name.as_str()))),
        words(rows().map(|row| row.name_zh.as_deref())),
        words(rows().map(|row| row.group.map(Group::word))),
        dates_or_none(rows().map(|row| row.valid_from)),
        dates_or_none(rows().map(|row| row.valid_to)),
    ]
}

fn dates(cells: impl Iterator<Item = Date>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(cells.map(Date::days)))
}

fn dates_or_none(cells: impl Iterator<Item = Option<Date>>) -> ArrayRef {
    Arc::new(cells.map(|date| date.map(Date::days)).collect::<Date32Array>())
}

fn numbers(cells: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(cells))
}

fn numbers_or_none(cells: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(cells.collect::<Float64Array>())
}

/// # Panics
///
/// If a position is that of no text, as indexing would.
fn texts(texts: &ArrayRef, positions: impl Iterator<Item = u32>) -> ArrayRef {
    let keys = Int32Array::from_iter_values(positions.map(|position| position as i32));
    Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::clone(texts)))
}

fn texts_or_none(texts: &ArrayRef, positions: impl Iterator<Item = Option<u32>>) -> ArrayRef {
    let keys: Int32Array = positions.map(|position| position.map(|position| position as i32)).collect();
    Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::clone(texts)))
}
