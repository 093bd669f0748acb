//! A look at the page headers of a Parquet file before anything is decoded.
//!
//! A page header claims how large the page is once decompressed, and the decoder reserves as much before it looks
//! further; some encodings carry a count of their own and believe it too. A file of a hundred bytes could so ask
//! for gigabytes. This module walks the headers (Thrift's compact protocol, the few fields that matter), refuses
//! sizes that no writer makes, and refuses the encodings whose counts cannot be bounded from outside.

use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;

/// The largest page that is decoded. Writers make pages of about 1 MiB, the largest common limit is 100 MB.
const LARGEST_PAGE: i64 = 128 << 20;

/// A header is a few dozen bytes; only long texts in column statistics make it longer.
const USUAL_HEADER: usize = 512;
const LONGEST_HEADER: usize = 16 << 10;

/// `PLAIN`, `PLAIN_DICTIONARY`, `RLE`, `DELTA_BINARY_PACKED`, `RLE_DICTIONARY`, `BYTE_STREAM_SPLIT`.
const KNOWN_ENCODINGS: [i64; 6] = [0, 2, 3, 5, 8, 9];

/// Walks the headers of all pages.
///
/// # Errors
///
/// The first header that is malformed, leaves its column chunk, or claims too much.
pub(super) fn check_pages(file: &impl ChunkReader, metadata: &ParquetMetaData) -> Result<(), ParquetError> {
    for (group_idx, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            let place = |problem: &str| {
                let path = column.column_path().string();
                ParquetError::General(format!("row group {group_idx}, column {path}: {problem}"))
            };
            let first = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let first = first.min(column.data_page_offset());
            let start = u64::try_from(first).map_err(|_| place("a page before the file"))?;
            let size = u64::try_from(column.compressed_size()).map_err(|_| place("a size below zero"))?;
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
                position += n_bytes as u64 + header.compressed_size as u64;
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
    uncompressed_size: i64,
    compressed_size: i64,
    n_values: i64,
    encoding: i64,
}

impl PageHeader {
    /// Reads a header from the front of `bytes` and returns it with its length; `None` if it is malformed.
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut thrift = Compact { bytes, position: 0 };
        let mut header = Self::default();
        let mut field = 0;
        while let Some(kind) = thrift.field(&mut field)? {
            match (field, kind) {
                (2, Kind::Int) => header.uncompressed_size = thrift.zigzag()?,
                (3, Kind::Int) => header.compressed_size = thrift.zigzag()?,
                // The headers of data pages (versions 1 and 2) and dictionary pages.
                (5 | 7 | 8, Kind::Struct) => header.read_kind(&mut thrift, field)?,
                _ => thrift.skip(kind, 0)?,
            }
        }
        Some((header, thrift.position))
    }

    fn read_kind(&mut self, thrift: &mut Compact<'_>, page_kind: i16) -> Option<()> {
        // Field 1 is the number of values in all three; the encoding is field 4 in version 2, else field 2.
        let encoding = if page_kind == 8 { 4 } else { 2 };
        let mut field = 0;
        while let Some(kind) = thrift.field(&mut field)? {
            match (field, kind) {
                (1, Kind::Int) => self.n_values = thrift.zigzag()?,
                (number, Kind::Int) if number == encoding => self.encoding = thrift.zigzag()?,
                _ => thrift.skip(kind, 1)?,
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
        if !KNOWN_ENCODINGS.contains(&self.encoding) {
            return Err(format!(
                "pages of encoding {} are not read; write plain or dictionary pages",
                self.encoding
            ));
        }
        Ok(())
    }
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
                let head = self.byte()?;
                let length = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                let kind = Self::kind(head & 0x0F)?;
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
        let header = PageHeader { uncompressed_size: 100, compressed_size: 60, n_values: 12, encoding: 8 };
        assert_eq!(PageHeader::read(&HEADER), Some((header, HEADER.len())));
        for length in 0..HEADER.len() {
            assert_eq!(PageHeader::read(&HEADER[..length]), None, "cut to {length} bytes");
        }
    }

    #[test]
    fn claims_that_no_writer_makes_are_refused() {
        let good = || PageHeader { uncompressed_size: 100, compressed_size: 60, n_values: 12, encoding: 8 };
        assert!(good().check().is_ok());
        assert!(PageHeader { uncompressed_size: i64::from(i32::MAX), ..good() }.check().is_err());
        assert!(PageHeader { compressed_size: -1, ..good() }.check().is_err());
        assert!(PageHeader { n_values: 10_000_000_000, ..good() }.check().is_err());
        assert!(PageHeader { encoding: 6, ..good() }.check().is_err());
    }
}
