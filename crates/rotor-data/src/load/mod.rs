//! From batches of cells to the rows of [`crate::model`]: what a cell may say, and how rows belong together.
//!
//! One function a table. Each reports every fault it can see and goes on; a dataset comes out only if there is
//! none. References to a table that could not be read are not checked: one fault is enough.

mod companies;
mod large;
mod small;

pub(crate) use companies::{CompanyCodes, company_positions, load_companies, load_filings};
pub(crate) use large::{Close, Repetitions, check_closes, load_observations, load_prices};
pub(crate) use small::{load_bridge, load_entities, load_events, load_links, load_series};

use std::collections::BTreeMap;
use std::str::FromStr;

use arrow_array::Array;
use rotor_factor::{Date, DateError, EntityKind, Frequency, LONGEST_NAME, UnknownWord, nearest};

use crate::fault::{FaultKind, FaultReport, is_number_of, shown, shown_number};
use crate::read::{Batch, has_blanks_around, is_missing_mark};

/// The codes of a table that others refer to, each with its position in code order.
///
/// A row with a fault elsewhere still makes its code known, with no meaning attached.
#[derive(Debug)]
pub(crate) struct Codes<T> {
    by_code: BTreeMap<String, (u32, Option<T>)>,
    /// Codes that have a place and that nobody may refer to: the reader makes what stands behind them.
    derived: Vec<&'static str>,
}

pub(crate) type EntityCodes = Codes<EntityKind>;
pub(crate) type SeriesCodes = Codes<Frequency>;

impl<T: Copy> Codes<T> {
    pub(crate) fn new(rows: impl IntoIterator<Item = (String, Option<T>)>) -> Self {
        let mut by_code: BTreeMap<_, _> = rows.into_iter().map(|(code, value)| (code, (0, value))).collect();
        for (position, (place, _)) in by_code.values_mut().enumerate() {
            *place = position as u32;
        }
        Self { by_code, derived: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_code.len()
    }

    /// Returns the position of a code and what is known of it.
    fn get(&self, code: &str) -> Option<(u32, Option<T>)> {
        self.by_code.get(code).copied().filter(|_| !self.is_derived(code))
    }

    /// Tells whether the reader makes what stands behind a code.
    fn is_derived(&self, code: &str) -> bool {
        self.derived.contains(&code)
    }

    /// Returns the code at a position. For messages: it counts from the front.
    pub(crate) fn code(&self, position: usize) -> &str {
        self.by_code.keys().nth(position).map_or("", String::as_str)
    }

    /// Guesses which code was meant. Looking through a large table for every mistake would take minutes.
    fn nearest(&self, code: &str) -> Option<String> {
        const MOST: usize = 2000;
        // Spreadsheets and data frames take codes for numbers and drop the zeros in front.
        let known =
            || self.by_code.keys().take(MOST).map(String::as_str).filter(|code| !self.is_derived(code));
        if let Some(known) = known().find(|known| is_number_of(code, known)) {
            return Some(shown(known));
        }
        nearest(code, known()).map(shown)
    }
}

impl SeriesCodes {
    /// Returns the frequency of each series. One whose frequency could not be read has been reported; its periods
    /// are taken as days.
    pub(crate) fn frequencies(&self) -> Vec<Frequency> {
        self.by_code.values().map(|(_, frequency)| frequency.unwrap_or(Frequency::Daily)).collect()
    }

    /// Returns the position of a series that is known to be there.
    pub(crate) fn position(&self, name: &str) -> u32 {
        self.by_code[name].0
    }

    /// Returns the names in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_code.keys().map(String::as_str)
    }

    /// Returns the codes with those of the series that the reader makes of filings, all quarterly, among them.
    pub(crate) fn with_derived(self, derived: &'static [&'static str]) -> Self {
        // Those that are given as well have been reported, and whoever refers to them is not accused.
        let derived: Vec<_> =
            derived.iter().copied().filter(|code| !self.by_code.contains_key(*code)).collect();
        let given = self.by_code.into_iter().map(|(code, (_, frequency))| (code, frequency));
        let made = derived.iter().map(|code| ((*code).to_owned(), Some(Frequency::Quarterly)));
        Self { by_code: Self::new(given.chain(made)).by_code, derived }
    }
}

/// One row of a small table, read cell by cell.
struct Row<'a> {
    batch: &'a Batch<'a>,
    row: usize,
    faults: &'a mut FaultReport,
}

impl<'a> Row<'a> {
    fn each(batch: &'a Batch<'a>, faults: &mut FaultReport, mut read: impl FnMut(&mut Row<'_>)) {
        (0..batch.n_rows()).for_each(|row| read(&mut Row { batch, row, faults }));
    }

    fn number(&self) -> u64 {
        self.batch.row_number(self.row)
    }

    fn fault(&mut self, column: &str, kind: FaultKind) {
        let (batch, row) = (self.batch, self.row);
        self.faults.push_with(|| batch.fault(row, Some(column), kind));
    }

    /// Reports an empty cell, unless something was there and has been reported.
    fn filled<T>(&mut self, column: &str, cell: Option<T>) -> Option<T> {
        if cell.is_none() && !self.batch.is_damaged(self.row, column) {
            self.fault(column, FaultKind::EmptyCell);
        }
        cell
    }

    fn optional_text(&self, column: &str) -> Option<String> {
        self.batch.text(column)?.get(self.row).map(str::to_owned)
    }

    fn text(&mut self, column: &str) -> Option<String> {
        let cell = self.optional_text(column);
        self.filled(column, cell)
    }

    /// Reads a text that is compared with others letter by letter: a code or name that is given here, or a unit.
    fn exact_text(&mut self, column: &str) -> Option<String> {
        let text = self.text(column)?;
        if has_blanks_around(&text) {
            self.fault(column, FaultKind::BlanksAround { value: shown(&text) });
            return None;
        }
        Some(text)
    }

    /// Reads a text that is there for people to read, and is kept as it is.
    fn optional_prose(&mut self, column: &str) -> Option<String> {
        let text = self.optional_text(column)?;
        let value = || shown(&text);
        let kind = if is_missing_mark(&text) {
            FaultKind::MissingMark { value: value() }
        } else if text.trim().is_empty() {
            FaultKind::BlanksAround { value: value() }
        } else {
            return Some(text);
        };
        self.fault(column, kind);
        None
    }

    /// Reads a code that is given here, or the name of a series. One that is too long is reported and still known, so that whoever
    /// refers to it is not accused.
    fn code(&mut self, column: &str) -> Option<String> {
        let code = self.exact_text(column)?;
        Some(self.bounded(column, code))
    }

    /// Reads a name for people.
    fn name(&mut self, column: &str) -> Option<String> {
        let name = self.text(column)?;
        Some(self.bounded(column, name))
    }

    fn optional_name(&mut self, column: &str) -> Option<String> {
        let name = self.optional_prose(column)?;
        Some(self.bounded(column, name))
    }

    fn bounded(&mut self, column: &str, name: String) -> String {
        if let Some(kind) = long_name(&name) {
            self.fault(column, kind);
        }
        name
    }

    fn optional_word<T: FromStr<Err = UnknownWord>>(&mut self, column: &str) -> Option<T> {
        let text = self.optional_text(column)?;
        match text.parse() {
            Ok(word) => Some(word),
            Err(_) if is_missing_mark(&text) => {
                self.fault(column, FaultKind::MissingMark { value: shown(&text) });
                None
            }
            Err(UnknownWord { known }) => {
                self.fault(column, FaultKind::UnknownWord { value: shown(&text), known });
                None
            }
        }
    }

    fn word<T: FromStr<Err = UnknownWord>>(&mut self, column: &str) -> Option<T> {
        let text = self.optional_text(column);
        self.filled(column, text)?;
        self.optional_word(column)
    }

    fn optional_date(&mut self, column: &str) -> Option<Date> {
        let dates = self.batch.dates(column)?;
        if dates.is_null(self.row) {
            return None;
        }
        let days = dates.value(self.row);
        if Date::from_days(days).is_none() {
            self.fault(column, date_out_of_range(days));
        }
        Date::from_days(days)
    }

    fn date(&mut self, column: &str) -> Option<Date> {
        let is_there = self.batch.dates(column).is_some_and(|dates| dates.is_valid(self.row));
        self.filled(column, is_there.then_some(()))?;
        self.optional_date(column)
    }

    /// Reads the first and the last day of a validity.
    fn validity(&mut self) -> (Option<Date>, Option<Date>) {
        let valid_from = self.optional_date("valid_from");
        let valid_to = self.optional_date("valid_to");
        if let (Some(valid_from), Some(valid_to)) = (valid_from, valid_to)
            && valid_to < valid_from
        {
            self.fault("valid_to", FaultKind::ValidityReversed { valid_from, valid_to });
        }
        (valid_from, valid_to)
    }

    fn decimal(&mut self, column: &str, range: &'static str, allowed: impl Fn(f64) -> bool) -> Option<f64> {
        let cell = self.batch.numbers(column).filter(|numbers| numbers.is_valid(self.row));
        let number = self.filled(column, cell.map(|numbers| numbers.value(self.row)))?;
        let value = shown_number(number);
        if !number.is_finite() {
            self.fault(column, FaultKind::NotFinite { value });
        } else if !allowed(number) {
            self.fault(column, FaultKind::OutsideRange { value, range });
        } else {
            return Some(number);
        }
        None
    }

    fn whole(&mut self, column: &str, range: &'static str, allowed: impl Fn(i64) -> bool) -> Option<i64> {
        let cell = self.batch.integers(column).filter(|integers| integers.is_valid(self.row));
        let integer = self.filled(column, cell.map(|integers| integers.value(self.row)))?;
        if !allowed(integer) {
            self.fault(column, FaultKind::OutsideRange { value: integer.to_string(), range });
            return None;
        }
        Some(integer)
    }

    /// Reads the code of an entity of the given kind and returns its position.
    fn entity(&mut self, column: &str, kind: EntityKind, entities: Option<&EntityCodes>) -> Option<u32> {
        let code = self.text(column)?;
        self.entity_code(column, &code, kind, entities)
    }

    fn entity_code(
        &mut self,
        column: &str,
        code: &str,
        kind: EntityKind,
        entities: Option<&EntityCodes>,
    ) -> Option<u32> {
        let entities = entities?;
        match entities.get(code) {
            None => {
                let (batch, row) = (self.batch, self.row);
                if !self.faults.repeats_code(column, code) {
                    self.faults
                        .push_new_with(|| batch.fault(row, Some(column), unknown_entity(code, entities)));
                }
            }
            Some((_, Some(found))) if found != kind => {
                let kind = FaultKind::WrongKind { value: shown(code), expected: kind, found };
                self.fault(column, kind);
            }
            Some((position, _)) => return Some(position),
        }
        None
    }

    fn series(&mut self, column: &str, series: Option<&SeriesCodes>) -> Option<u32> {
        let code = self.text(column)?;
        let series = series?;
        if series.is_derived(&code) {
            self.fault(column, FaultKind::SeriesAndFilings { series: shown(&code) });
            return None;
        }
        let found = series.get(&code).map(|(position, _)| position);
        if found.is_none() && !self.faults.repeats_code(column, &code) {
            let (batch, row) = (self.batch, self.row);
            self.faults.push_new_with(|| batch.fault(row, Some(column), unknown_series(&code, series)));
        }
        found
    }
}

/// Returns the fault of a code or name that is too long.
pub(crate) fn long_name(name: &str) -> Option<FaultKind> {
    let (n_bytes, limit) = (name.len(), LONGEST_NAME);
    (n_bytes > limit).then(|| FaultKind::LongName { value: shown(name), n_bytes, limit })
}

fn unknown_entity(code: &str, entities: &EntityCodes) -> FaultKind {
    FaultKind::UnknownEntity { value: shown(code), nearest: entities.nearest(code) }
}

fn unknown_series(code: &str, series: &SeriesCodes) -> FaultKind {
    FaultKind::UnknownSeries { value: shown(code), nearest: series.nearest(code) }
}

fn date_out_of_range(days: i32) -> FaultKind {
    FaultKind::NotADate { value: format!("day {days} after 1970-01-01"), error: DateError::OutOfRange }
}

/// Joins the parts of a table without holding both for longer than it takes.
pub(crate) fn one_after_the_other<T>(parts: Vec<Vec<T>>) -> Vec<T> {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        all.extend(part);
    }
    all
}
