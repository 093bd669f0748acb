//! CSV tables: RFC 4180, UTF-8, a header row, ISO dates, plain decimal numbers.

use std::fs::File;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{Date32Builder, Float64Builder, Int64Builder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use csv::{ByteRecord, ReaderBuilder};

use rotor_factor::{Date, DateError};

use super::guard::Guard;
use super::{Batch, TableSource, foreign};
use crate::fault::{Fault, FaultKind, FaultReport, shown};
use crate::schema::{CellType, Column};

/// Text of one batch: the arrays count their bytes in 32 bits.
const BATCH_BYTES: usize = 1 << 26;

/// Rows of one batch: large enough to amortise the arrays, small enough to stay in the cache.
const BATCH_ROWS: usize = 8192;

pub(super) fn fold<R>(
    file: &TableSource,
    mut bytes: File,
    faults: &mut FaultReport,
    mut result: R,
    step: impl Fn(&mut R, &Batch<'_>, &mut FaultReport),
) -> Option<R> {
    if let Some(kind) = foreign::look(file, &mut bytes) {
        faults.push(Fault { line: Some(1), ..file.fault(kind) });
        return None;
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(Guard::new(bytes));
    let mut record = ByteRecord::new();
    let has_header = reader.read_byte_record(&mut record);
    let header_line = line_of(&record, reader.get_ref());
    report_blank_lines(file, reader.get_mut(), header_line, faults);
    let header = match has_header {
        Ok(true) => {
            record.iter().map(|name| str::from_utf8(name).map(str::to_owned)).collect::<Result<Vec<_>, _>>()
        }
        Ok(false) => {
            faults.push(Fault { line: Some(1), ..file.fault(FaultKind::NoHeader) });
            return None;
        }
        Err(error) => {
            faults.push(fatal(file, reader.get_ref(), &error));
            return None;
        }
    };
    let Ok(header) = header else {
        faults.push(Fault { line: Some(header_line), ..file.fault(foreign::not_utf8_file(file)) });
        return None;
    };
    let positions = file.columns_of_header(&header, Some(header_line), faults)?;
    let columns: Vec<_> = file.table.columns().iter().zip(positions).collect();
    let mut next_row = 1;
    loop {
        let mut rows = Rows::new(&columns);
        let mut batch_faults = FaultReport::default();
        let mut end = None;
        while rows.n_rows() < BATCH_ROWS && rows.n_bytes < BATCH_BYTES && end.is_none() {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {
                    let line = line_of(&record, reader.get_ref());
                    if str::from_utf8(record.as_slice()).is_err() {
                        end = Some(Some(Fault {
                            line: Some(line),
                            ..file.fault(foreign::not_utf8_file(file))
                        }));
                    } else if record.len() == header.len() {
                        rows.push(&record, line);
                    } else {
                        rows.skip(
                            line,
                            FaultKind::FieldCount { expected: header.len(), found: record.len() },
                        );
                    }
                }
                Ok(false) => end = Some(None),
                Err(error) => end = Some(Some(fatal(file, reader.get_ref(), &error))),
            }
        }
        let next_line = if end.is_some() { u64::MAX } else { line_of(&record, reader.get_ref()) };
        report_blank_lines(file, reader.get_mut(), next_line, &mut batch_faults);
        let n_rows = rows.n_rows();
        let (batch, cell_faults) = rows.finish(file, next_row);
        batch_faults.append(cell_faults);
        if n_rows > 0 {
            let mut rule_faults = FaultReport::default();
            step(&mut result, &batch, &mut rule_faults);
            batch_faults.merge(rule_faults);
        }
        batch_faults.sort_by_line();
        faults.append(batch_faults);
        next_row += n_rows as u64;
        match end {
            None => {}
            Some(None) => return Some(result),
            Some(Some(fault)) => {
                faults.push(fault);
                return None;
            }
        }
    }
}

fn line_of(record: &ByteRecord, guard: &Guard<File>) -> u64 {
    guard.line_of_row(record.position().map_or(1, csv::Position::line))
}

/// Reports the empty lines before `end` that have not been reported. The guard reads ahead of the rows.
fn report_blank_lines(file: &TableSource, guard: &mut Guard<File>, end: u64, faults: &mut FaultReport) {
    for line in guard.take_blank_lines(end) {
        faults.push_with(|| Fault { line: Some(*line), ..file.fault(FaultKind::BlankLine) });
    }
}

fn fatal(file: &TableSource, guard: &Guard<File>, error: &csv::Error) -> Fault {
    match guard.fatal() {
        Some((line, kind)) => Fault { line: Some(*line), ..file.fault(kind.clone()) },
        None => file.fault(FaultKind::Unreadable { reason: error.to_string() }),
    }
}

/// Rows on their way to a batch.
struct Rows<'a> {
    builders: Vec<Builder>,
    columns: &'a [(&'static Column, Option<usize>)],
    lines: Vec<u64>,
    n_bytes: usize,
    /// Faults of cells and of whole rows, as (row, column).
    faults: Vec<(usize, Option<usize>, FaultKind)>,
}

enum Builder {
    Text(StringDictionaryBuilder<Int32Type>),
    Date(Date32Builder),
    Number(Float64Builder),
    Integer(Int64Builder),
    Absent,
}

impl<'a> Rows<'a> {
    fn new(columns: &'a [(&'static Column, Option<usize>)]) -> Self {
        let builders = columns.iter().map(|(column, position)| match (position, column.cells) {
            (None, _) => Builder::Absent,
            (_, CellType::Text) => Builder::Text(StringDictionaryBuilder::new()),
            (_, CellType::Date) => Builder::Date(Date32Builder::new()),
            (_, CellType::Number) => Builder::Number(Float64Builder::new()),
            (_, CellType::Integer) => Builder::Integer(Int64Builder::new()),
        });
        Self { builders: builders.collect(), columns, lines: Vec::new(), n_bytes: 0, faults: Vec::new() }
    }

    fn n_rows(&self) -> usize {
        self.lines.len()
    }

    fn push(&mut self, record: &ByteRecord, line: u64) {
        for (idx, (builder, (_, position))) in self.builders.iter_mut().zip(self.columns).enumerate() {
            let Some(position) = position else { continue };
            if let Err(kind) = builder.push(&record[*position]) {
                self.faults.push((self.lines.len(), Some(idx), kind));
            }
        }
        self.lines.push(line);
        self.n_bytes += record.as_slice().len();
    }

    /// Keeps the place of a row that cannot be taken apart.
    fn skip(&mut self, line: u64, kind: FaultKind) {
        self.faults.push((self.lines.len(), None, kind));
        self.builders.iter_mut().for_each(Builder::push_empty);
        self.lines.push(line);
    }

    fn finish(self, file: &TableSource, first_row: u64) -> (Batch<'_>, FaultReport) {
        let n_columns = self.columns.len();
        let damaged = self.faults.iter().flat_map(|(row, column, _)| {
            let columns = column.map_or(0..n_columns, |column| column..column + 1);
            columns.map(|column| (*row, column))
        });
        let batch = Batch {
            source: file,
            first_row,
            n_rows: self.lines.len(),
            damaged: damaged.collect(),
            columns: self.builders.into_iter().map(Builder::finish).collect(),
            lines: Some(self.lines),
        };
        let mut report = FaultReport::default();
        for (row, column, kind) in self.faults {
            report.push(batch.fault(row, column.map(|column| self.columns[column].0.name), kind));
        }
        (batch, report)
    }
}

impl Builder {
    fn push(&mut self, cell: &[u8]) -> Result<(), FaultKind> {
        let text = str::from_utf8(cell).expect("rows that are not UTF-8 end the reading");
        if text.is_empty() {
            self.push_empty();
            return Ok(());
        }
        let fault = match self {
            Self::Absent => return Ok(()),
            Self::Text(builder) => {
                builder.append_value(text);
                return Ok(());
            }
            Self::Date(builder) => match date(text) {
                Ok(date) => {
                    builder.append_value(date.days());
                    return Ok(());
                }
                Err(error) => not_a_date(text, error),
            },
            Self::Number(builder) => match number(text) {
                Ok(number) => {
                    builder.append_value(number);
                    return Ok(());
                }
                Err(fault) => fault,
            },
            Self::Integer(builder) => match text.parse::<i64>() {
                Ok(integer) => {
                    builder.append_value(integer);
                    return Ok(());
                }
                Err(_) => FaultKind::NotANumber { value: shown(text), expected: CellType::Integer },
            },
        };
        self.push_empty();
        let is_finite = !matches!(fault, FaultKind::NotFinite { .. });
        Err(if is_finite && foreign::is_missing_mark(text) {
            FaultKind::MissingMark { value: shown(text) }
        } else {
            fault
        })
    }

    fn push_empty(&mut self) {
        match self {
            Self::Text(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Absent => {}
        }
    }

    fn finish(self) -> Option<ArrayRef> {
        match self {
            Self::Text(mut builder) => Some(Arc::new(builder.finish())),
            Self::Date(mut builder) => Some(Arc::new(builder.finish())),
            Self::Number(mut builder) => Some(Arc::new(builder.finish())),
            Self::Integer(mut builder) => Some(Arc::new(builder.finish())),
            Self::Absent => None,
        }
    }
}

/// Reads a day: `2024-01-05`, and the other ways of writing it that leave nothing open: `20240105`, `2024/1/5`, and midnight
/// of the day, `2024-01-05 00:00:00`.
fn date(text: &str) -> Result<Date, DateError> {
    text.parse().or_else(|error| other_date(text).unwrap_or(Err(error)))
}

/// Reads a day that is not in ISO form; `None` if the text is of no known form.
fn other_date(text: &str) -> Option<Result<Date, DateError>> {
    let is_number = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if is_number(text, 8..=8) {
        return Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]).parse());
    }
    let mut parts = text.split('/');
    if let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
        && is_number(year, 4..=4)
        && is_number(month, 1..=2)
        && is_number(day, 1..=2)
    {
        return Some(format!("{year}-{month:0>2}-{day:0>2}").parse());
    }
    let (day, time) = text.split_once([' ', 'T'])?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let is_midnight = matches!(clock, "00:00" | "00:00:00") && fraction.bytes().all(|digit| digit == b'0');
    is_midnight.then(|| day.parse())
}

fn not_a_date(text: &str, error: DateError) -> FaultKind {
    FaultKind::NotADate { value: shown(text), error }
}

/// Reads a decimal number, such as `-12.5` or `1.5e-7`.
///
/// # Errors
///
/// Everything else that Rust would take for a number (`inf`, `nan`, `+1`, `.5`, `1.`) and everything that
/// overflows.
fn number(text: &str) -> Result<f64, FaultKind> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_decimal = digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits);
    match text.parse::<f64>() {
        Ok(number) if !number.is_finite() => Err(FaultKind::NotFinite { value: shown(text) }),
        Ok(number) if is_decimal => Ok(number),
        _ => Err(FaultKind::NotANumber { value: shown(text), expected: CellType::Number }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_where_nothing_is_open() {
        let day = "2024-01-05".parse();
        for text in [
            "2024-01-05",
            "20240105",
            "2024/1/5",
            "2024/01/05",
            "2024-01-05 00:00:00",
            "2024-01-05T00:00:00.000",
        ] {
            assert_eq!(date(text), day, "{text}");
        }
        for text in [
            "5/1/2024",
            "24/1/5",
            "2024-1-5",
            "202415",
            "2024/1",
            "2024/1/5/1",
            "2024-01-05 16:00:00",
            "2024-01-05 00:00:00+08:00",
            "2024-01-05T00:00:00Z",
            "2024-01-05 00:00:00.5",
            "20240105.0",
            "２０２４0105",
        ] {
            assert_eq!(date(text), Err(DateError::NotIso), "{text}");
        }
        assert_eq!(date("20240230"), date("2024-02-30"));
        assert_eq!(date("2024/2/30"), date("2024-02-30"));
    }

    #[test]
    fn numbers_are_plain_decimals() {
        for (text, value) in
            [("0", 0.0), ("-12.50", -12.5), ("1e3", 1000.0), ("1.5E-7", 1.5e-7), ("007", 7.0)]
        {
            assert_eq!(number(text), Ok(value));
        }
        for text in
            ["1,234.5", "+1", ".5", "1.", "1e", "e5", "0x10", "1_000", " 1", "1 ", "５", "--1", "1.2.3", "-"]
        {
            assert!(matches!(number(text), Err(FaultKind::NotANumber { .. })), "{text}");
        }
        for text in ["nan", "NaN", "inf", "-Infinity", "1e999"] {
            assert!(matches!(number(text), Err(FaultKind::NotFinite { .. })), "{text}");
        }
    }
}
