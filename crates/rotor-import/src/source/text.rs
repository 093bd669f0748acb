//! Text files as rows of cells.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::{Cell, MOST_CELLS, Row};
use crate::fault::FaultKind;
use crate::plan::Encoding;

/// Reads rows; returns them with the encoding that was found.
pub(super) fn rows(
    bytes: &[u8],
    encoding: Encoding,
    separator: Option<char>,
) -> Result<(Vec<Row>, &'static str), FaultKind> {
    let (text, encoding) = decoded(bytes, encoding)?;
    let separator = match separator {
        Some(separator) => u8::try_from(separator).map_err(|_| FaultKind::Separator { separator })?,
        None => found_separator(&text),
    };
    let mut reader = csv::ReaderBuilder::new();
    let mut reader =
        reader.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let (mut rows, mut n_cells, mut line) = (Vec::new(), 0_usize, 0);
    let mut start = Start { offset: 0, line: 1 };
    let mut record = csv::StringRecord::new();
    let mut first_long = None;
    loop {
        let is_there = reader.read_record(&mut record).map_err(FaultKind::unreadable)?;
        if !is_there {
            break;
        }
        n_cells += record.len();
        if n_cells > MOST_CELLS {
            return Err(FaultKind::TooManyCells { limit: MOST_CELLS });
        }
        let number = record.position().map_or(line + 1, |position| start.line_of(&text, position.byte()));
        // The reader passes over blank lines, which end sections.
        rows.extend((line + 1..number).map(|number| Row { number, cells: Vec::new() }));
        line = number;
        if first_long.is_none() && record.iter().any(|cell| cell.contains(['\n', '\r'])) {
            first_long = Some(number);
        }
        let cell = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
        rows.push(Row { number, cells: record.iter().map(cell).collect() });
    }
    // A quote that is never closed takes rows into a cell: to the next quote, or to the end of the file.
    let n_quotes = text.bytes().filter(|byte| *byte == b'"').count();
    match first_long {
        Some(row) if n_quotes % 2 == 1 => Err(FaultKind::UnclosedQuote { row }),
        _ => Ok((rows, encoding)),
    }
}

/// Where a record begins. The reader's own position lies before the ends of lines that it passes over.
struct Start {
    offset: usize,
    line: u64,
}

impl Start {
    fn line_of(&mut self, text: &str, position: u64) -> u64 {
        let text = text.as_bytes();
        let mut end = usize::try_from(position).unwrap_or(text.len()).clamp(self.offset, text.len());
        while text.get(end).is_some_and(|byte| b"\r\n".contains(byte)) {
            end += 1;
        }
        for at in self.offset..end {
            // The lines of old Macs end in a carriage return alone.
            let is_end = text[at] == b'\n' || (text[at] == b'\r' && text.get(at + 1) != Some(&b'\n'));
            self.line += u64::from(is_end);
        }
        self.offset = end;
        self.line
    }
}

/// Decodes a file: by its byte order mark, else as UTF-8 if all of it is, else as GB18030.
fn decoded(bytes: &[u8], encoding: Encoding) -> Result<(String, &'static str), FaultKind> {
    let utf8 = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned);
    let gb18030 = || {
        let (text, has_faults) = GB18030.decode_without_bom_handling(bytes);
        if has_faults { None } else { Some((text.into_owned(), "GB18030")) }
    };
    let not = |encoding: &'static str| FaultKind::NotText { encoding };
    match encoding {
        Encoding::Utf8 => utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
            .map(|text| (text, "UTF-8"))
            .map_err(|_| not("UTF-8")),
        Encoding::Gb18030 => gb18030().ok_or(not("GB18030")),
        Encoding::Auto => {
            if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
                return utf8(rest).map(|text| (text, "UTF-8 with a mark")).map_err(|_| not("UTF-8"));
            }
            for (mark, encoding) in [(b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)] {
                if let Some(rest) = bytes.strip_prefix(mark) {
                    let (text, has_faults) = encoding.decode_without_bom_handling(rest);
                    let is_sound = !has_faults;
                    return is_sound.then(|| (text.into_owned(), encoding.name())).ok_or(not("UTF-16"));
                }
            }
            match utf8(bytes) {
                Ok(text) => Ok((text, "UTF-8")),
                Err(_) => gb18030().ok_or(not("UTF-8 or GB18030")),
            }
        }
    }
}

/// What stands between cells: of comma, tab and semicolon the one that is most often in the first lines.
fn found_separator(text: &str) -> u8 {
    let count = |separator: u8| {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(50);
        lines.map(|line| line.bytes().filter(|byte| *byte == separator).count()).sum::<usize>()
    };
    let mut best = b',';
    for other in [b'\t', b';'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf8_or_gb18030_and_nothing_else() {
        let of = |bytes: &[u8]| rows(bytes, Encoding::Auto, None);
        let (gbk, ..) = GB18030.encode("日期,收盘\n2022-07-01,1\n");
        let (read, encoding) = of(&gbk).unwrap();
        assert_eq!((read[0].cells[1].text().as_str(), encoding), ("收盘", "GB18030"));
        assert_eq!(of("日期\n".as_bytes()).unwrap().1, "UTF-8");
        assert_eq!(of(b"\xEF\xBB\xBFday\n").unwrap().0[0].cells[0], Cell::Text("day".into()));
        assert_eq!(of(b"\xFF\xFE\x61\x00").unwrap().1, "UTF-16LE");
        assert!(matches!(of(b"\xFF\x00\xFF"), Err(FaultKind::NotText { .. })));
    }

    #[test]
    fn blank_lines_are_rows() {
        let (read, _) = rows(b"title\r\n\r\na;b\r\n1;2\r\n", Encoding::Auto, None).unwrap();
        let numbers: Vec<(u64, usize)> = read.iter().map(|row| (row.number, row.cells.len())).collect();
        assert_eq!(numbers, [(1, 1), (2, 0), (3, 2), (4, 2)]);
    }
}
