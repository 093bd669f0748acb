//! A look at the page headers of a Parquet file before anything is decoded.
//!
//! A page header claims how large the page is once decompressed, and the decoder reserves as much before it looks
//! further; some encodings carry a count of their own and believe it too. A file of a hundred bytes could so ask
//! for gigabytes. This module walks the headers (Thrift's compact protocol, the few fields that matter), refuses
//! sizes that no writer makes, and refuses the encodings whose counts cannot be bounded from outside.

use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;

/// The largest page that is decoded. Writers make pages of about 1 MiB, the largest common limit is 100 MB.
const LARGEST_PAGE: i64 = 128 << 20;

/// A header is a few dozen bytes; only long texts in column statistics make it longer.
const USUAL_HEADER: usize = 512;
const LONGEST_HEADER: usize = 16 << 10;

/// `PLAIN`, `PLAIN_DICTIONARY`, `RLE`, `DELTA_BINARY_PACKED`, `RLE_DICTIONARY`, `BYTE_STREAM_SPLIT`.
const KNOWN_ENCODINGS: [i64; 6] = [0, 2, 3, 5, 8, 9];

/// Looks at the schema in the footer before the library does, which follows it down group by group on the stack.
///
/// # Errors
///
/// A footer that is malformed or nested deeper than any table.
pub(super) fn check_depth(file: &impl ChunkReader) -> Result<(), ParquetError> {
    const FOOTER: u64 = 8; // the length of the metadata and `PAR1`
    const DEEPEST: usize = 16;
    let damaged = || ParquetError::General("the footer is damaged".into());
    let end = file.len().checked_sub(FOOTER).ok_or_else(damaged)?;
    let footer = file.get_bytes(end, FOOTER as usize)?;
    if !footer.ends_with(b"PAR1") {
        return Err(ParquetError::General("it does not end like a Parquet file".into()));
    }
    let length = u32::from_le_bytes([footer[0], footer[1], footer[2], footer[3]]);
    let start = end.checked_sub(u64::from(length)).ok_or_else(damaged)?;
    let metadata = file.get_bytes(start, length as usize)?;
    match (Compact { bytes: &metadata, position: 0 }).depth_of_schema().ok_or_else(damaged)? {
        0..=DEEPEST => Ok(()),
        _ => Err(ParquetError::General("its columns are nested deeper than any table".into())),
    }
}

/// Walks the headers of all pages.
///
/// # Errors
///
/// The first header that is malformed, leaves its column chunk, or claims too much; column chunks that overlap.
pub(super) fn check_pages(file: &impl ChunkReader, metadata: &ParquetMetaData) -> Result<(), ParquetError> {
    let chunks = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    // A claimed size below zero is a very large one here.
    let n_bytes = chunks.fold(0_u64, |sum, column| sum.saturating_add(column.compressed_size() as u64));
    if n_bytes > file.len() {
        let problem = format!("its columns claim {n_bytes} bytes in a file of {}", file.len());
        return Err(ParquetError::General(problem));
    }
    for (group_idx, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            let place = |problem: &str| {
                let path = column.column_path().string();
                ParquetError::General(format!("row group {group_idx}, column {path}: {problem}"))
            };
            let offsets = [column.data_page_offset(), column.dictionary_page_offset().unwrap_or(0)];
            if offsets.iter().any(|offset| *offset < 0) || column.compressed_size() < 0 {
                return Err(place("a place or a size below zero"));
            }
            // The same range that the decoder reads.
            let (start, size) = column.byte_range();
            let end = start.checked_add(size).filter(|end| *end <= file.len());
            let end = end.ok_or_else(|| place("it lies beyond the end of the file"))?;
            let mut position = start;
            while position < end {
                let left = usize::try_from(end - position).unwrap_or(usize::MAX);
                let header_within = |limit: usize| {
                    Ok::<_, ParquetError>(PageHeader::read(&file.get_bytes(position, limit.min(left))?))
                };
                let header = match header_within(USUAL_HEADER)? {
                    None => header_within(LONGEST_HEADER)?,
                    found => found,
                };
                let (header, n_bytes) = header.ok_or_else(|| place("a damaged page header"))?;
                header.check().map_err(|problem| place(&problem))?;
                position += n_bytes as u64 + u64::from(header.compressed_size as u32);
            }
            if position > end {
                return Err(place("a page reaches beyond its column"));
            }
        }
    }
    Ok(())
}

/// The fields of a page header that are looked at.
#[derive(Debug, Default, PartialEq)]
struct PageHeader {
    page_type: i64,
    uncompressed_size: i64,
    compressed_size: i64,
    n_values: i64,
    encoding: i64,
}

impl PageHeader {
    const DICTIONARY_PAGE: i64 = 2;

    /// Reads a header from the front of `bytes` and returns it with its length; `None` if it is malformed.
    ///
    /// Strictly: every field once and of the type that the format gives it, and the details those of the type of
    /// page, so that no other reader can see another header in the same bytes.
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut thrift = Compact { bytes, position: 0 };
        let mut header = Self::default();
        let (mut field, mut seen, mut details) = (0, 0_u32, None);
        while let Some(kind) = thrift.field(&mut field)? {
            once(field, &mut seen)?;
            match (field, kind) {
                (1, Kind::Int) => header.page_type = thrift.zigzag()?,
                (2, Kind::Int) => header.uncompressed_size = thrift.zigzag()?,
                (3, Kind::Int) => header.compressed_size = thrift.zigzag()?,
                (4, Kind::Int) => drop(thrift.zigzag()?),
                (5..=8, Kind::Struct) if details.is_none() => {
                    header.read_details(&mut thrift, field)?;
                    details = Some(i64::from(field) - 5);
                }
                (9.., _) => thrift.skip(kind, 0)?,
                _ => return None,
            }
        }
        (details == Some(header.page_type)).then_some((header, thrift.position))
    }

    /// Reads the details of a data page (5), an index page (6), a dictionary page (7) or a data page of version 2 (8).
    fn read_details(&mut self, thrift: &mut Compact<'_>, page_field: i16) -> Option<()> {
        let (mut field, mut seen) = (0, 0);
        while let Some(kind) = thrift.field(&mut field)? {
            once(field, &mut seen)?;
            match (page_field, field, kind) {
                (5 | 7 | 8, 1, Kind::Int) => self.n_values = thrift.zigzag()?,
                (5 | 7, 2, Kind::Int) | (8, 4, Kind::Int) => self.encoding = thrift.zigzag()?,
                (5, 3..=4, Kind::Int) | (8, 2..=6, Kind::Int) => drop(thrift.zigzag()?),
                (7, 3, Kind::Bool) | (8, 7, Kind::Bool) => {}
                (5, 5, Kind::Struct) | (8, 8, Kind::Struct) => read_statistics(thrift)?,
                (6, ..) | (5 | 7 | 8, 9.., _) => thrift.skip(kind, 1)?,
                _ => return None,
            }
        }
        Some(())
    }

    fn check(&self) -> Result<(), String> {
        let sizes = [self.uncompressed_size, self.compressed_size, self.n_values];
        if sizes.iter().any(|size| !(0..=LARGEST_PAGE).contains(size)) {
            return Err(format!(
                "a page claims {} values in {} bytes, {} compressed; at most {LARGEST_PAGE} are read",
                self.n_values, self.uncompressed_size, self.compressed_size,
            ));
        }
        // A text costs its length, four bytes; a number as much or more.
        if self.page_type == Self::DICTIONARY_PAGE && 4 * self.n_values > self.uncompressed_size {
            let (n_values, n_bytes) = (self.n_values, self.uncompressed_size);
            return Err(format!("a dictionary claims {n_values} values in {n_bytes} bytes"));
        }
        if !KNOWN_ENCODINGS.contains(&self.encoding) {
            return Err(format!(
                "pages of encoding {} are not read; write plain or dictionary pages",
                self.encoding
            ));
        }
        Ok(())
    }
}

/// Notes that a field has been met; `None` if it is there twice.
fn once(field: i16, seen: &mut u32) -> Option<()> {
    let bit = 1_u32.checked_shl(u32::try_from(field).ok()?).unwrap_or(0);
    let is_new = *seen & bit == 0;
    *seen |= bit;
    is_new.then_some(())
}

fn read_statistics(thrift: &mut Compact<'_>) -> Option<()> {
    let (mut field, mut seen) = (0, 0);
    while let Some(kind) = thrift.field(&mut field)? {
        once(field, &mut seen)?;
        match (field, kind) {
            (1 | 2 | 5 | 6, Kind::Binary) | (3 | 4, Kind::Int) | (7 | 8, Kind::Bool) | (9.., _) => {
                thrift.skip(kind, 2)?;
            }
            _ => return None,
        }
    }
    Some(())
}

/// The kinds of field that differ in how they are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Byte,
    Int,
    Double,
    Binary,
    List,
    Struct,
}

/// A reader of Thrift's compact protocol.
struct Compact<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl Compact<'_> {
    /// Structures in page headers are two deep.
    const DEEPEST: usize = 8;

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.position)?;
        self.position += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Reads the head of the next field, given the number of the last one; `Some(None)` at the end of a structure.
    #[allow(clippy::option_option, reason = "malformed and finished are different ends")]
    fn field(&mut self, number: &mut i16) -> Option<Option<Kind>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *number = match head >> 4 {
            0 => i16::try_from(self.zigzag()?).ok()?,
            delta => number.checked_add(i16::from(delta))?,
        };
        Self::kind(head & 0x0F).map(Some)
    }

    fn kind(code: u8) -> Option<Kind> {
        Some(match code {
            1 | 2 => Kind::Bool,
            3 => Kind::Byte,
            4..=6 => Kind::Int,
            7 => Kind::Double,
            8 => Kind::Binary,
            9 | 10 => Kind::List,
            12 => Kind::Struct,
            _ => return None,
        })
    }

    fn skip(&mut self, kind: Kind, depth: usize) -> Option<()> {
        if depth > Self::DEEPEST {
            return None;
        }
        match kind {
            Kind::Bool => {}
            Kind::Byte => self.skip_bytes(1)?,
            Kind::Int => drop(self.varint()?),
            Kind::Double => self.skip_bytes(8)?,
            Kind::Binary => {
                let length = self.varint()?;
                self.skip_bytes(usize::try_from(length).ok()?)?;
            }
            Kind::List => {
                let (length, kind) = self.list()?;
                for _ in 0..length {
                    // In a list a boolean is a byte of its own.
                    self.skip(if kind == Kind::Bool { Kind::Byte } else { kind }, depth + 1)?;
                }
            }
            Kind::Struct => {
                let mut number = 0;
                while let Some(kind) = self.field(&mut number)? {
                    self.skip(kind, depth + 1)?;
                }
            }
        }
        Some(())
    }

    /// Reads a file's metadata up to the schema (field 2) and returns how deep its groups are nested. The elements
    /// stand in depth-first order, each with the number of its children (field 5).
    fn depth_of_schema(&mut self) -> Option<usize> {
        let mut field = 0;
        while let Some(kind) = self.field(&mut field)? {
            if field != 2 {
                self.skip(kind, 0)?;
                continue;
            }
            let (n_elements, kind) = self.list()?;
            if kind != Kind::Struct {
                return None;
            }
            // For each open group, how many children are still to come.
            let (mut open, mut deepest) = (Vec::new(), 0);
            for _ in 0..n_elements {
                let mut n_children = 0;
                let mut number = 0;
                while let Some(kind) = self.field(&mut number)? {
                    match (number, kind) {
                        (5, Kind::Int) => n_children = self.zigzag()?,
                        _ => self.skip(kind, 1)?,
                    }
                }
                open.push(n_children);
                deepest = deepest.max(open.len());
                while open.last().is_some_and(|left| *left <= 0) {
                    open.pop();
                    open.last_mut().into_iter().for_each(|left| *left -= 1);
                }
            }
            return Some(deepest);
        }
        None
    }

    /// Reads the head of a list: how many elements of which kind.
    fn list(&mut self) -> Option<(u64, Kind)> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        Some((length, Self::kind(head & 0x0F)?))
    }

    fn skip_bytes(&mut self, length: usize) -> Option<()> {
        self.position = self.position.checked_add(length).filter(|end| *end <= self.bytes.len())?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Type 0, 100 bytes from 60, and a data page of 12 values in encoding 8, by hand from the specification of
    /// the compact protocol.
    const HEADER: [u8; 16] = [0x15, 0, 0x15, 200, 1, 0x15, 120, 0x2C, 0x15, 24, 0x15, 16, 0x15, 6, 0, 0];

    #[test]
    fn headers_are_read_as_thrift_writes_them() {
        let header = PageHeader {
            page_type: 0,
            uncompressed_size: 100,
            compressed_size: 60,
            n_values: 12,
            encoding: 8,
        };
        assert_eq!(PageHeader::read(&HEADER), Some((header, HEADER.len())));
        for length in 0..HEADER.len() {
            assert_eq!(PageHeader::read(&HEADER[..length]), None, "cut to {length} bytes");
        }
    }

    #[test]
    fn headers_that_could_be_read_in_two_ways_are_refused() {
        // The details of a dictionary page on a data page, twice the same field, a wrong type of field.
        for (position, byte) in [(7, 0x4C), (10, 0x05), (2, 0x18)] {
            let mut header = HEADER;
            header[position] = byte;
            assert_eq!(PageHeader::read(&header), None, "byte {position}");
        }
    }

    #[test]
    fn claims_that_no_writer_makes_are_refused() {
        let good = || PageHeader {
            page_type: 0,
            uncompressed_size: 100,
            compressed_size: 60,
            n_values: 12,
            encoding: 8,
        };
        assert!(good().check().is_ok());
        assert!(PageHeader { uncompressed_size: i64::from(i32::MAX), ..good() }.check().is_err());
        assert!(PageHeader { compressed_size: -1, ..good() }.check().is_err());
        assert!(PageHeader { n_values: 10_000_000_000, ..good() }.check().is_err());
        assert!(PageHeader { encoding: 6, ..good() }.check().is_err());
        assert!(PageHeader { page_type: 2, n_values: 26, ..good() }.check().is_err());
        assert!(PageHeader { page_type: 2, n_values: 25, ..good() }.check().is_ok());
    }
}
