//! Taking what a factor says: everything is copied, bounded and checked before anyone reads it.

#![allow(unsafe_code, reason = "the factor hands over pointers")]

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use rotor_factor::host::{empty_signal, explanation, set_scores};
use rotor_factor::{
    ColumnValues, CrossSection, Date, EntityKind, EntityRef, Explanation, Frequency, LONGEST_NAME, Reason,
    ReferencePeriod, Scale, Signal, Spec, Table, abi,
};

use crate::delivery::{to_receiver, to_texts};
use crate::{Breach, CallError};

/// The most forecasts, realized values and values of tables that one call may give.
const MOST_VALUES: usize = 10_000_000;
/// The most diagnostics and tables.
const MOST_NAMES: usize = 10_000;
/// The longest reason or text in a table.
const LONGEST_TEXT: usize = 64 << 10;
/// The longest value of a place of a reason.
const LONGEST_VALUE: usize = 256;

/// Takes the texts of an error or a document.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    parts: [Vec<u8>; 5],
    limit: usize,
    is_too_long: bool,
}

impl Texts {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// What a factor writes through; `ctx` says to whom.
    pub(crate) fn sink(ctx: *mut c_void) -> abi::TextSink {
        abi::TextSink { ctx, write: take_text }
    }

    fn take(&mut self, part: u32, text: abi::Str) {
        let Some(bytes) = self.parts.get_mut(part as usize) else { return };
        let room = self.limit - bytes.len();
        self.is_too_long |= text.len > room;
        if text.len > 0 && !text.ptr.is_null() {
            // SAFETY: the factor gives `len` bytes that live until this returns.
            bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(text.ptr, text.len.min(room)) });
        }
    }

    fn text(&self, part: u32) -> Option<String> {
        let bytes = &self.parts[part as usize];
        (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Returns the document that was written.
    pub(crate) fn document(&self) -> Result<String, CallError> {
        if self.is_too_long {
            let breach = Breach::BadSpec { reason: format!("it is longer than {} bytes", self.limit) };
            return Err(CallError::Broke(breach));
        }
        self.text(abi::TEXT_MESSAGE)
            .ok_or_else(|| CallError::Broke(Breach::BadSpec { reason: "it is empty".into() }))
    }

    /// Turns the status of a call into its outcome.
    pub(crate) fn outcome(&self, status: i32) -> Result<(), CallError> {
        let message = || self.text(abi::TEXT_MESSAGE).unwrap_or_else(|| "it does not say why".into());
        match status {
            abi::OK => Ok(()),
            abi::FAILED => Err(CallError::Refused {
                message: message(),
                hint: self.text(abi::TEXT_HINT),
                // What is no identifier is left out: the message says all of it.
                code: self.text(abi::TEXT_CODE).filter(|code| check_name(code, "a code").is_ok()),
                message_zh: self.text(abi::TEXT_MESSAGE_ZH),
            }),
            abi::PANICKED => {
                Err(CallError::Panicked { message: message(), place: self.text(abi::TEXT_PLACE) })
            }
            status => Err(CallError::UnknownStatus { status }),
        }
    }
}

unsafe extern "C" fn take_text(ctx: *mut c_void, part: u32, text: abi::Str) {
    to_texts(ctx, |texts| texts.take(part, text));
}

/// Takes a signal.
pub(crate) struct Receiver<'v> {
    spec: &'v Spec,
    /// The codes of the sectors, for messages.
    sectors: &'v [Box<str>],
    n_entities: [usize; 4],
    signal: Signal,
    has_scores: bool,
    /// Whether a sector has no score.
    is_partial: bool,
    /// The reasons in the order in which they were given.
    reasons: Vec<(usize, Explanation)>,
    n_values: usize,
    n_names: usize,
    /// The first breach; nothing that follows it matters.
    breach: Option<Breach>,
}

impl<'v> Receiver<'v> {
    pub(crate) fn new(spec: &'v Spec, sectors: &'v [Box<str>], n_entities: [usize; 4]) -> Self {
        Self {
            spec,
            sectors,
            n_entities,
            signal: empty_signal(),
            has_scores: false,
            is_partial: false,
            reasons: Vec::new(),
            n_values: 0,
            n_names: 0,
            breach: None,
        }
    }

    /// What a factor delivers through; `ctx` says to whom.
    pub(crate) fn output(ctx: *mut c_void) -> abi::Output {
        abi::Output {
            size: size_of::<abi::Output>(),
            ctx,
            scores: take_scores,
            reason: take_reason,
            forecasts: take_forecasts,
            realized: take_realized,
            diagnostic: take_diagnostic,
            table: take_table,
            declared_reason: Some(take_declared_reason),
        }
    }

    /// Returns the number of sectors that are to be scored.
    pub(crate) fn n_sectors(&self) -> usize {
        self.sectors.len()
    }

    /// Returns the signal if nothing is wrong with it.
    pub(crate) fn finish(&mut self) -> Result<Signal, Breach> {
        if let Some(breach) = self.breach.take() {
            return Err(breach);
        }
        if !self.has_scores {
            return Err(Breach::NoScores);
        }
        for (sector, reason) in std::mem::take(&mut self.reasons) {
            // A reason beside a score says nothing.
            if self.signal.score_of(sector).is_err() {
                self.signal.withhold(sector, reason);
            }
        }
        let sectors = if self.is_partial { self.sectors } else { &[] };
        for (sector, code) in sectors.iter().enumerate() {
            if self.signal.score_of(sector).is_err_and(Explanation::is_empty) {
                return Err(Breach::NoReason { sector: code.to_string() });
            }
        }
        Ok(std::mem::replace(&mut self.signal, empty_signal()))
    }

    pub(crate) fn scores(&mut self, scores: &[f64], raws: Option<&[f64]>) -> Result<(), Breach> {
        let expected = self.sectors.len();
        for given in [scores.len(), raws.map_or(expected, <[f64]>::len)] {
            if given != expected {
                return Err(Breach::Length { what: "scores".into(), given, expected });
            }
        }
        if std::mem::replace(&mut self.has_scores, true) {
            return Err(Breach::ScoresTwice);
        }
        let (least, greatest) = (*self.spec.score_range().start(), *self.spec.score_range().end());
        let n_missing = count(scores, f64::is_nan);
        let n_in_range = match self.spec.declared_scale() {
            Some(Scale::Points) => count(scores, is_point),
            _ => count(scores, |score| score >= least && score <= greatest),
        };
        let n_infinite = raws.map_or(0, |raws| count(raws, f64::is_infinite));
        if n_missing + n_in_range != expected as u64 || n_infinite > 0 {
            return Err(self.first_breach(scores, raws));
        }
        self.is_partial = n_missing > 0;
        set_scores(&mut self.signal, scores, raws);
        Ok(())
    }

    /// Says what is wrong with scores of which something is.
    #[cold]
    fn first_breach(&self, scores: &[f64], raws: Option<&[f64]>) -> Breach {
        let (least, greatest) = (*self.spec.score_range().start(), *self.spec.score_range().end());
        for (sector, score) in scores.iter().enumerate() {
            let not_finite = |what: &str, value: f64| Breach::NotFinite {
                what: format!("the {what} of `{}`", self.sectors[sector]),
                value: value.to_string(),
            };
            match raws.map(|raws| raws[sector]) {
                Some(raw) if raw.is_infinite() => return not_finite("raw value", raw),
                _ if score.is_infinite() => return not_finite("score", *score),
                _ => {}
            }
            let sector = || self.sectors[sector].to_string();
            if self.spec.declared_scale() == Some(Scale::Points) {
                if !is_point(*score) && !score.is_nan() {
                    return Breach::NoPoint { sector: sector(), score: score.to_string() };
                }
            } else if !((least..=greatest).contains(score) || score.is_nan()) {
                return Breach::OutOfRange {
                    sector: sector(),
                    score: score.to_string(),
                    range: format!("{least} to {greatest}"),
                };
            }
        }
        unreachable!("one of the scores or raw values is not as it must be")
    }

    pub(crate) fn reason(&mut self, sector: u32, reason: String) -> Result<(), Breach> {
        let sector = sector as usize;
        if sector >= self.sectors.len() {
            return Err(unknown_entity(EntityKind::Sector, sector, self.sectors.len()));
        }
        if reason.trim().is_empty() {
            return Err(Breach::NoReason { sector: self.sectors[sector].to_string() });
        }
        self.count(1)?;
        self.reasons.push((sector, reason.into()));
        Ok(())
    }

    /// Takes a reason by its position among those of the spec.
    pub(crate) fn declared_reason(
        &mut self,
        sector: u32,
        position: u32,
        values: Vec<String>,
    ) -> Result<(), Breach> {
        let sector = sector as usize;
        if sector >= self.sectors.len() {
            return Err(unknown_entity(EntityKind::Sector, sector, self.sectors.len()));
        }
        let reason = self.declared(position, values.len())?;
        for value in &values {
            bounded("bytes of a value of a reason", value.len(), LONGEST_VALUE)?;
        }
        self.count(1)?;
        self.reasons.push((sector, explanation(reason, values)));
        Ok(())
    }

    /// Finds a reason that the spec declares with so many places.
    fn declared(&self, position: u32, n_values: usize) -> Result<Reason, Breach> {
        let reasons = self.spec.reasons();
        let unknown = || Breach::Unknown {
            what: format!("reason at position {position}: its spec has {}", reasons.len()),
        };
        let reason = *reasons.get(position as usize).ok_or_else(unknown)?;
        let expected = reason.places().len();
        if n_values != expected {
            let what = format!("values of the reason `{}`", reason.id());
            return Err(Breach::Length { what, given: n_values, expected });
        }
        Ok(reason)
    }

    fn entity(&self, kind: u32, position: u32) -> Result<EntityRef, Breach> {
        let kind = entity_kind(kind)?;
        let (position, n) = (position as usize, self.n_entities[kind as usize]);
        if position >= n {
            return Err(unknown_entity(kind, position, n));
        }
        Ok(EntityRef { kind, position })
    }

    pub(crate) fn forecasts(&mut self, target: &str, rows: &[abi::Forecast]) -> Result<(), Breach> {
        check_name(target, "the target of a forecast")?;
        self.count(rows.len())?;
        let name = kept(target);
        for row in rows {
            let (entity, period) = (self.entity(row.kind, row.entity)?, period(row.frequency, row.period)?);
            finite(row.value, || format!("a forecast of `{target}`"))?;
            finite(row.naive, || format!("a naive forecast of `{target}`"))?;
            self.signal.forecast(name.clone(), entity, period, row.value, row.naive);
        }
        Ok(())
    }

    pub(crate) fn realized(&mut self, target: &str, rows: &[abi::Realized]) -> Result<(), Breach> {
        check_name(target, "the target of a realized value")?;
        self.count(rows.len())?;
        let name = kept(target);
        for row in rows {
            let (entity, period) = (self.entity(row.kind, row.entity)?, period(row.frequency, row.period)?);
            finite(row.value, || format!("a realized value of `{target}`"))?;
            self.signal.realized(name.clone(), entity, period, row.value);
        }
        Ok(())
    }

    pub(crate) fn diagnostic(&mut self, name: String, kind: u32, values: &[f64]) -> Result<(), Breach> {
        check_name(&name, "the name of a diagnostic")?;
        let kind = entity_kind(kind)?;
        self.count(values.len())?;
        self.count_name()?;
        let expected = self.n_entities[kind as usize];
        if values.len() != expected {
            let what = format!("values of the diagnostic `{name}`");
            return Err(Breach::Length { what, given: values.len(), expected });
        }
        for value in values.iter().filter(|value| !value.is_nan()) {
            finite(*value, || format!("a value of the diagnostic `{name}`"))?;
        }
        let values: CrossSection = values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
        self.signal.diagnostic_of(kind, name, values);
        Ok(())
    }

    pub(crate) fn table(&mut self, table: Table) -> Result<(), Breach> {
        check_name(table.name(), "the name of a table")?;
        self.count_name()?;
        self.count(table.n_rows().max(1).saturating_mul(table.columns().len()))?;
        let (name, mut titles) = (table.name(), BTreeSet::new());
        for column in table.columns() {
            let title = &column.name;
            if title.is_empty() || !titles.insert(title) {
                let what = format!("table `{name}` has two columns `{title}`, or one without a name");
                return Err(Breach::BadText { what });
            }
            if column.values.len() != table.n_rows() {
                let what = format!("the columns of table `{name}` are not equally long");
                return Err(Breach::BadText { what });
            }
            if let ColumnValues::Numbers(numbers) = &column.values {
                for value in numbers.iter().filter(|value| !value.is_nan()) {
                    finite(*value, || format!("a number of table `{name}`"))?;
                }
            }
        }
        self.signal.table(table);
        Ok(())
    }

    fn count(&mut self, n: usize) -> Result<(), Breach> {
        self.n_values = self.n_values.saturating_add(n);
        bounded("values in one signal", self.n_values, MOST_VALUES)
    }

    fn count_name(&mut self) -> Result<(), Breach> {
        self.n_names += 1;
        bounded("diagnostics and tables", self.n_names, MOST_NAMES)
    }
}

/// Tells whether a score is 1, 2 or 3, give or take an error of rounding.
fn is_point(score: f64) -> bool {
    (score - 1.0).abs() <= 1e-9 || (score - 2.0).abs() <= 1e-9 || (score - 3.0).abs() <= 1e-9
}

/// Counts without a branch, so that many values are looked at together.
fn count(values: &[f64], is_so: impl Fn(f64) -> bool) -> u64 {
    values.iter().fold(0, |n, value| n + u64::from(is_so(*value)))
}

fn bounded(what: &str, given: usize, limit: usize) -> Result<(), Breach> {
    if given > limit { Err(Breach::TooMuch { what: what.into(), given, limit }) } else { Ok(()) }
}

fn finite(value: f64, what: impl FnOnce() -> String) -> Result<(), Breach> {
    if value.is_finite() { Ok(()) } else { Err(Breach::NotFinite { what: what(), value: value.to_string() }) }
}

fn entity_kind(kind: u32) -> Result<EntityKind, Breach> {
    let found = EntityKind::ALL.get(kind as usize).copied();
    found.ok_or_else(|| Breach::Unknown { what: format!("kind of entity {kind}") })
}

fn unknown_entity(kind: EntityKind, position: usize, n: usize) -> Breach {
    Breach::Unknown { what: format!("{kind} at position {position}: the view has {n}") }
}

fn period(frequency: u32, index: i32) -> Result<ReferencePeriod, Breach> {
    let period = Frequency::ALL
        .get(frequency as usize)
        .and_then(|frequency| ReferencePeriod::from_index(*frequency, index));
    period.ok_or_else(|| Breach::Unknown { what: format!("period {index} of frequency {frequency}") })
}

/// Copies a text of the factor.
///
/// # Safety
///
/// If its pointer is not null, the text has as many bytes as it says.
unsafe fn owned(text: abi::Str, what: &str, limit: usize) -> Result<String, Breach> {
    if text.len > limit {
        return Err(Breach::TooMuch { what: format!("bytes of {what}"), given: text.len, limit });
    }
    if text.len == 0 || text.ptr.is_null() {
        return Ok(String::new());
    }
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len) };
    let text =
        std::str::from_utf8(bytes).map_err(|_| Breach::BadText { what: format!("{what} is not UTF-8") })?;
    Ok(text.to_owned())
}

/// Returns the name of a target, of which there are few and each forecast carries one: kept for ever, so that a copy is a
/// pointer. A factor that makes up names without end gets copies of its own.
fn kept(name: &str) -> Cow<'static, str> {
    const MOST_KEPT: usize = 256;
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(name) {
        return Cow::Borrowed(known);
    }
    if kept.len() == MOST_KEPT {
        return Cow::Owned(name.to_owned());
    }
    let name: &'static str = Box::leak(name.into());
    kept.insert(name);
    Cow::Borrowed(name)
}

/// Checks a name: it becomes a key or part of a file's name.
fn check_name(name: &str, what: &str) -> Result<(), Breach> {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_plain) {
        let name: String = name.chars().take(LONGEST_NAME).collect();
        let what = format!("{what}, {name:?}, is not made of lower-case letters, digits and `_`");
        return Err(Breach::BadText { what });
    }
    Ok(())
}

/// Borrows rows of the factor.
///
/// # Safety
///
/// If the pointer is not null and `n` not above `MOST_VALUES`, there are `n` rows.
unsafe fn rows<'a, T>(first: *const T, n: usize, what: &str) -> Result<&'a [T], Breach> {
    bounded(what, n, MOST_VALUES)?;
    if n == 0 {
        return Ok(&[]);
    }
    if first.is_null() || !first.is_aligned() {
        return Err(Breach::BadText { what: format!("the pointer to {n} {what} leads nowhere") });
    }
    // SAFETY: the caller vouches for the rows.
    Ok(unsafe { std::slice::from_raw_parts(first, n) })
}

/// Runs one delivery, unless there has been a breach.
fn deliver(ctx: *mut c_void, take: impl FnOnce(&mut Receiver<'_>) -> Result<(), Breach>) {
    to_receiver(ctx, |receiver| {
        if receiver.breach.is_none() {
            receiver.breach = take(receiver).err();
        }
    });
}

unsafe extern "C" fn take_scores(ctx: *mut c_void, scores: *const f64, raws: *const f64, n: usize) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives `n` scores and as many raw values or none.
        unsafe {
            let expected = receiver.sectors.len();
            if n != expected {
                // Before a length that may be a lie is believed.
                return Err(Breach::Length { what: "scores".into(), given: n, expected });
            }
            let scores = rows(scores, n, "scores")?;
            let raws = if raws.is_null() { None } else { Some(rows(raws, n, "raw values")?) };
            receiver.scores(scores, raws)
        }
    });
}

unsafe extern "C" fn take_reason(ctx: *mut c_void, sector: u32, reason: abi::Str) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives a text.
        unsafe {
            let reason = owned(reason, "a reason", LONGEST_TEXT)?;
            receiver.reason(sector, reason)
        }
    });
}

unsafe extern "C" fn take_declared_reason(
    ctx: *mut c_void,
    sector: u32,
    position: u32,
    first: *const abi::Str,
    n_values: usize,
) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives `n_values` texts.
        unsafe {
            // Before a number that may be a lie is believed.
            receiver.declared(position, n_values)?;
            let values = rows(first, n_values, "values of a reason")?.iter();
            let values = values.map(|value| owned(*value, "a value of a reason", LONGEST_VALUE));
            receiver.declared_reason(sector, position, values.collect::<Result<_, _>>()?)
        }
    });
}

unsafe extern "C" fn take_forecasts(
    ctx: *mut c_void,
    target: abi::Str,
    first: *const abi::Forecast,
    n: usize,
) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives a text and `n` rows.
        unsafe {
            let target = owned(target, "the target of a forecast", LONGEST_TEXT)?;
            receiver.forecasts(&target, rows(first, n, "forecasts")?)
        }
    });
}

unsafe extern "C" fn take_realized(
    ctx: *mut c_void,
    target: abi::Str,
    first: *const abi::Realized,
    n: usize,
) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives a text and `n` rows.
        unsafe {
            let target = owned(target, "the target of a realized value", LONGEST_TEXT)?;
            receiver.realized(&target, rows(first, n, "realized values")?)
        }
    });
}

unsafe extern "C" fn take_diagnostic(
    ctx: *mut c_void,
    text: abi::Str,
    kind: u32,
    values: *const f64,
    n: usize,
) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives a text and `n` values.
        unsafe {
            let text = owned(text, "the name of a diagnostic", LONGEST_TEXT)?;
            receiver.diagnostic(text, kind, rows(values, n, "values")?)
        }
    });
}

unsafe extern "C" fn take_table(ctx: *mut c_void, table: *const abi::Table) {
    deliver(ctx, |receiver| {
        // SAFETY: the factor gives a table whose columns are as long as it says.
        unsafe {
            let table = table.as_ref().ok_or_else(|| Breach::BadText { what: "a table is null".into() })?;
            receiver.table(copy_table(table)?)
        }
    });
}

/// # Safety
///
/// The columns of the table are as long as it says.
unsafe fn copy_table(table: &abi::Table) -> Result<Table, Breach> {
    // SAFETY: the caller vouches for what the table points to.
    unsafe {
        let name = owned(table.name, "the name of a table", LONGEST_TEXT)?;
        let n_rows = table.n_rows;
        bounded("columns of a table", table.n_columns, MOST_NAMES)?;
        bounded("values in one signal", n_rows.saturating_mul(table.n_columns.max(1)), MOST_VALUES)?;
        if n_rows > 0 && table.n_columns == 0 {
            return Err(Breach::BadText {
                what: format!("the columns of table `{name}` are not equally long"),
            });
        }
        let mut copy = Table::new(name);
        for column in rows(table.columns, table.n_columns, "columns")? {
            let title = owned(column.name, "the name of a column", LONGEST_NAME)?;
            let values = match column.kind {
                abi::COLUMN_NUMBERS => {
                    ColumnValues::Numbers(rows(column.numbers, n_rows, "numbers")?.to_vec())
                }
                abi::COLUMN_TEXTS => {
                    let texts = rows(column.texts, n_rows, "texts")?.iter();
                    // The same long text may be given for every row.
                    let n_bytes = texts.clone().fold(0_usize, |sum, text| sum.saturating_add(text.len));
                    bounded("bytes of texts in one column", n_bytes, MOST_VALUES)?;
                    let texts = texts.map(|text| owned(*text, "a text of a table", LONGEST_TEXT));
                    ColumnValues::Texts(texts.collect::<Result<_, _>>()?)
                }
                abi::COLUMN_DATES => {
                    let dates = rows(column.dates, n_rows, "dates")?.iter().map(|days| {
                        Date::from_days(*days)
                            .ok_or_else(|| Breach::Unknown { what: format!("date {days} days after 1970") })
                    });
                    ColumnValues::Dates(dates.collect::<Result<_, _>>()?)
                }
                other => return Err(Breach::Unknown { what: format!("kind of column {other}") }),
            };
            copy = copy.column(title, values);
        }
        Ok(if table.is_matrix == 1 { copy.into_matrix() } else { copy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_the_code_that_it_was_given_if_it_is_one() {
        let outcome = |code: &str| {
            let mut texts = Texts::new(1000);
            for (part, text) in [
                (abi::TEXT_MESSAGE, "no close"),
                (abi::TEXT_MESSAGE_ZH, "无收盘价"),
                (abi::TEXT_CODE, code),
                (99, "a part of a later version"),
            ] {
                texts.take(part, abi::Str::of(text));
            }
            texts.outcome(abi::FAILED).unwrap_err()
        };
        let error = outcome("no_close");
        assert_eq!((error.code(), error.text_zh().as_deref()), (Some("no_close"), Some("无收盘价")));
        assert_eq!(outcome("Not a code!").code(), None);
    }
}
