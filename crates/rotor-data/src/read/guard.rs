//! A watchman before the CSV reader: lets only RFC 4180 through.
//!
//! CSV readers forgive: they drop blank lines, join `"a"b` and swallow a file behind a quotation mark that is
//! never closed. Some take a line that begins with `#` for a remark, and others for a row. A forgiven fault is a silent repair, so the bytes are checked on their way in. What passes reads
//! the same in every CSV reader there is.

use std::io::{self, Read};

use crate::fault::FaultKind;

/// Checks the bytes that are read through it.
pub(super) struct Guard<R> {
    inner: R,
    state: State,
    /// The line of the next byte, counted from 1.
    line: u64,
    /// The line on which the current quoted field began.
    quote_line: u64,
    line_end: Option<LineEnd>,
    row_bytes: usize,
    n_bytes: u64,
    /// Lines with nothing on them, ascending: faults that do not keep the rest from being read.
    blank_lines: Vec<u64>,
    /// How many of them have been taken.
    n_taken: usize,
    fatal: Option<(u64, FaultKind)>,
}

/// Where in a row the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    RowStart,
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quotation mark inside a quoted field: the end of the field, or half of a doubled mark.
    QuoteInQuoted,
    /// After a carriage return outside quotation marks; the flag says whether the row was blank so far.
    CarriageReturn {
        blank: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnd {
    Lf,
    CrLf,
}

impl LineEnd {
    const fn name(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::CrLf => "CR LF",
        }
    }
}

impl<R: Read> Guard<R> {
    /// A longer row is a quotation mark that was never closed.
    pub(super) const LONGEST_ROW: usize = 1 << 20;

    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            state: State::RowStart,
            line: 1,
            quote_line: 1,
            line_end: None,
            row_bytes: 0,
            n_bytes: 0,
            blank_lines: Vec::new(),
            n_taken: 0,
            fatal: None,
        }
    }

    /// Returns the fault that ended the reading, with its line.
    pub(super) fn fatal(&self) -> Option<&(u64, FaultKind)> {
        self.fatal.as_ref()
    }

    /// Returns the lines since the last call and before `end` that hold nothing.
    pub(super) fn take_blank_lines(&mut self, end: u64) -> &[u64] {
        let n_before = self.blank_lines.partition_point(|line| *line < end);
        let taken = std::mem::replace(&mut self.n_taken, n_before);
        &self.blank_lines[taken..n_before]
    }

    /// Returns the line on which a row begins that the CSV reader sought from `line` on, over blank lines.
    pub(super) fn line_of_row(&self, line: u64) -> u64 {
        let from = self.blank_lines.partition_point(|blank| *blank < line);
        let n_blank =
            self.blank_lines[from..].iter().zip(line..).take_while(|(blank, next)| *blank == next).count();
        line + n_blank as u64
    }

    fn step(&mut self, byte: u8) -> Result<(), FaultKind> {
        self.row_bytes += 1;
        if self.row_bytes > Self::LONGEST_ROW {
            return Err(FaultKind::LongRow { limit: Self::LONGEST_ROW });
        }
        self.state = match (self.state, byte) {
            (_, 0) => return Err(FaultKind::NulByte),
            (State::CarriageReturn { blank }, b'\n') => self.end_line(LineEnd::CrLf, blank)?,
            (State::CarriageReturn { .. }, _) => return Err(FaultKind::BareCarriageReturn),
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) => {
                self.line += u64::from(byte == b'\n');
                State::Quoted
            }
            (State::QuoteInQuoted, b'"') => State::Quoted,
            (state, b'\n') => self.end_line(LineEnd::Lf, state == State::RowStart)?,
            (state, b'\r') => State::CarriageReturn { blank: state == State::RowStart },
            (State::RowStart, b'#') => return Err(FaultKind::Remark),
            (_, b',') => State::FieldStart,
            (State::RowStart | State::FieldStart, b'"') => {
                self.quote_line = self.line;
                State::Quoted
            }
            (State::QuoteInQuoted, _) => return Err(FaultKind::TextAfterQuote),
            (_, b'"') => return Err(FaultKind::StrayQuote),
            _ => State::Unquoted,
        };
        Ok(())
    }

    fn end_line(&mut self, found: LineEnd, blank: bool) -> Result<State, FaultKind> {
        match self.line_end {
            Some(before) if before != found => {
                return Err(FaultKind::MixedLineEnds { found: found.name(), before: before.name() });
            }
            _ => self.line_end = Some(found),
        }
        if blank {
            self.blank_lines.push(self.line);
        }
        self.line += 1;
        self.row_bytes = 0;
        Ok(State::RowStart)
    }

    fn end_of_file(&mut self) {
        self.fatal = match self.state {
            State::Quoted => Some((self.quote_line, FaultKind::OpenQuote)),
            State::CarriageReturn { .. } => Some((self.line, FaultKind::BareCarriageReturn)),
            _ if self.n_bytes == 0 => Some((1, FaultKind::NoHeader)),
            _ => None,
        };
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fatal.is_some() {
            return Err(io::Error::other("the guard has stopped the reading"));
        }
        let n_read = match self.inner.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            other => other?,
        };
        if n_read == 0 && !buffer.is_empty() {
            self.end_of_file();
            return if self.fatal.is_some() { self.read(buffer) } else { Ok(0) };
        }
        for (idx, &byte) in buffer[..n_read].iter().enumerate() {
            if let Err(kind) = self.step(byte) {
                self.fatal = Some((self.line, kind));
            }
            self.n_bytes += 1;
            if self.fatal.is_some() {
                // What stands before goes on; the next call says that nothing more comes.
                return if idx == 0 { self.read(buffer) } else { Ok(idx) };
            }
        }
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads in pieces of `size` bytes: `line fault`, or the blank lines.
    fn verdict(text: &[u8], size: usize) -> String {
        let mut guard = Guard::new(text);
        let mut buffer = vec![0; size];
        while matches!(guard.read(&mut buffer), Ok(1..)) {}
        match guard.fatal() {
            Some((line, kind)) => format!("{line} {kind}"),
            None => format!("{:?}", guard.take_blank_lines(u64::MAX)),
        }
    }

    #[test]
    fn only_rfc_4180_passes() {
        for (text, expected) in [
            ("a,b\n1,2\n", "[]"),
            ("a,b\r\n1,2\r\n", "[]"),
            ("a,b\n1,2", "[]"),
            ("a\n\"x\r\ny\"\n\"say \"\"hi\"\"\"\n", "[]"),
            ("a\n\n1\n\n", "[2, 4]"),
            ("a\r\n\r\n1\r\n", "[2]"),
            ("", "1 the file is empty, without a header"),
            ("a\r\n1\n", "2 this line ends with LF, the lines above with CR LF"),
            ("a\n1\r\n", "2 this line ends with CR LF, the lines above with LF"),
            ("a\r1\r", "1 a carriage return has no line feed after it"),
            ("a\n1\r", "2 a carriage return has no line feed after it"),
            ("a\nx\"y\n", "2 a quotation mark stands inside a field that is not quoted"),
            ("a\n\"x\"y\n", "2 text follows the closing quotation mark of a field"),
            ("a\n\n\"x\ny\nz", "3 the quotation mark that opens here is never closed"),
            ("a\n\0\n", "2 the text contains a NUL byte"),
            ("#a\n1\n", "1 the line begins with `#`, and a table has no remarks"),
            ("a\n# 1\n", "2 the line begins with `#`, and a table has no remarks"),
            ("a\n\"#1\"\n", "[]"),
            ("a,b#\n1,#2\n", "[]"),
        ] {
            for size in [1, 2, 3, 7, 100] {
                assert_eq!(verdict(text.as_bytes(), size), expected, "{text:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn a_row_without_end_is_cut_off() {
        let text = "x".repeat(Guard::<&[u8]>::LONGEST_ROW + 1);
        assert_eq!(verdict(text.as_bytes(), 8192), "1 the row is longer than 1048576 bytes");
    }
}
