//! Files that are tables of another make: what they are, and how they become tables of a dataset.
//!
//! Nothing here reads a cell. A file that the readers refuse is looked at once more, so that one sentence can name the cause
//! and a remedy that neither loops nor changes what the file says.

use std::fs::DirEntry;
use std::path::Path;

use arrow_schema::Schema;
use csv::ReaderBuilder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use rotor_factor::Date;

use super::pages::check_depth;
use super::parquet::contain;
use super::{Content, Format, TableSource};
use crate::fault::{Fault, FaultKind, shown};
use crate::model::Entity;
use crate::schema::{CellType, Table};

/// Returns a text without the mark that some programs put before UTF-8, and others before a text that has one.
pub(crate) fn without_mark(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        bytes = rest;
    }
    bytes
}

/// Tells whether a text is what programs write where there is no value.
pub(crate) fn is_missing_mark(text: &str) -> bool {
    const MARKS: [&str; 14] = [
        "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "nan", "NaN", "-nan", "NaT", "null", "NULL", "None",
        "NONE",
    ];
    MARKS.contains(&text)
}

/// Tells whether a text begins or ends with something that nobody sees. For a computer it is another text.
pub(crate) fn has_blanks_around(text: &str) -> bool {
    let is_unseen = |letter: char| {
        letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    text.starts_with(is_unseen) || text.ends_with(is_unseen)
}

/// Names the encoding of a text that is not UTF-8, as far as its bytes betray it.
pub(crate) fn encoding_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        _ => is_chinese(bytes).then_some("GBK (GB 18030)"),
    }
}

/// Tells whether the bytes above ASCII are pairs as GBK has them, nearly all of them common characters.
fn is_chinese(bytes: &[u8]) -> bool {
    let (mut n_common, mut n_rare, mut rest) = (0_usize, 0_usize, bytes);
    loop {
        rest = match rest {
            [0..=0x7F, rest @ ..] => rest,
            [0xA1..=0xF7, 0xA1..=0xFE, rest @ ..] => {
                n_common += 1;
                rest
            }
            [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, rest @ ..]
            | [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, rest @ ..] => {
                n_rare += 1;
                rest
            }
            // The end may cut a character in two.
            [] | [0x81..=0xFE] => return n_common > 4 * n_rare,
            _ => return false,
        };
    }
}

/// Looks at the beginning of a text file, behind its mark, before a strict reader does.
///
/// Returns what makes it a text that cannot be read as it is: another encoding or another separator.
pub(super) fn look(source: &TableSource, text: &[u8]) -> Option<FaultKind> {
    let separator = separator_of(source.table, text);
    if encoding_of(text) == Some("UTF-16") {
        return Some(not_utf8(source, text));
    }
    let (found, letter) = separator?;
    // The end of what is looked at may cut a character in two.
    let is_utf8 = str::from_utf8(text).map_or_else(|error| error.error_len().is_none(), |_| true);
    let encoding = if is_utf8 { Some("UTF-8") } else { encoding_of(text) };
    let rows = text.split(|byte| *byte == b'\n').skip(1).take(20);
    let has_decimal_comma = rows.into_iter().any(|row| {
        row.windows(3).any(|three| three[0].is_ascii_digit() && three[1] == b',' && three[2].is_ascii_digit())
    });
    let remedy = remedy_of_text(source, Some(letter), has_decimal_comma, encoding);
    Some(FaultKind::WrongSeparator { found, remedy })
}

/// Returns the fault of a text that is not UTF-8, by the beginning of its file.
pub(super) fn not_utf8_file(source: &TableSource) -> FaultKind {
    let bytes = match &source.content {
        Content::File { opened, .. } => opened.head(),
        Content::Memory(_) => Vec::new(),
    };
    not_utf8(source, &bytes)
}

fn not_utf8(source: &TableSource, bytes: &[u8]) -> FaultKind {
    let found = encoding_of(bytes);
    let separator = separator_of(source.table, bytes).map(|(_, letter)| letter);
    FaultKind::NotUtf8 { found, remedy: remedy_of_text(source, separator, false, found) }
}

/// Returns the name of the character that separates the columns, and how pandas is told, if it is not a comma.
fn separator_of(table: Table, text: &[u8]) -> Option<(&'static str, &'static str)> {
    let header = text.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    if header.contains(&b',') {
        return None;
    }
    let named = [(b';', "`;`", ";"), (b'\t', "tabs", "\\t"), (b'|', "`|`", "|")];
    let is_column = |cell: &[u8]| {
        let name = String::from_utf8_lossy(cell);
        let name = name.trim().trim_matches('"');
        table.columns().iter().any(|column| column.name == name)
    };
    let is_it = |separator: u8| {
        let mut cells = header.split(|byte| *byte == separator);
        header.contains(&separator) && cells.any(is_column)
    };
    named.into_iter().find(|(byte, ..)| is_it(*byte)).map(|(_, name, letter)| (name, letter))
}

/// Reads a text with pandas as it is and writes it as it should be; codes stay text, and nothing is taken for missing.
fn remedy_of_text(
    source: &TableSource,
    separator: Option<&str>,
    has_decimal_comma: bool,
    encoding: Option<&str>,
) -> String {
    let encoding = match encoding {
        Some("UTF-8") => "",
        Some("UTF-16") => ", encoding=\"utf-16\"",
        Some(_) => ", encoding=\"gb18030\"",
        None => return "save the file as UTF-8".into(),
    };
    let name = &source.name;
    let separator = separator.map_or(String::new(), |letter| format!(", sep=\"{letter}\""));
    let types = if has_decimal_comma {
        let texts: Vec<String> = text_columns(source.table).map(|name| format!("\"{name}\": str")).collect();
        format!(", decimal=\",\", dtype={{{}}}", texts.join(", "))
    } else {
        ", dtype=str".into()
    };
    format!(
        "in pandas `pd.read_csv(\"{name}\"{separator}{encoding}{types}, na_filter=False).to_csv(\"{name}\", index=False)`"
    )
}

fn text_columns(table: Table) -> impl Iterator<Item = &'static str> {
    table.columns().iter().filter(|column| column.cells == CellType::Text).map(|column| column.name)
}

/// Tells whether there is a folder of part files in the place of a file.
pub(super) fn has_parts(path: &Path) -> bool {
    let is_part = |entry: &DirEntry| entry.file_name().to_string_lossy().contains("part");
    path.read_dir().is_ok_and(|entries| entries.flatten().any(|entry| is_part(&entry)))
}

/// Says how a folder of part files becomes one file.
pub(super) fn remedy_of_parts(table: Table, name: &str) -> String {
    if name.ends_with(".parquet") {
        return format!(
            "join the parts into one file: in pandas `df = pd.read_parquet(\"{name}\")`, remove the folder, \
             `df.to_parquet(\"{name}\", index=False)`"
        );
    }
    format!(
        "write one file with one header (in Spark `coalesce(1)`), and move its part file out as `{table}.csv`"
    )
}

/// Says how a file of a format that is not read becomes a table; `None` if nothing is known of the format.
pub(crate) fn remedy_of_format(table: Table, name: &str) -> Option<String> {
    let ending = name.to_ascii_lowercase();
    let ending = ending.strip_prefix(table.name())?.strip_prefix('.')?.to_owned();
    let texts: Vec<String> = text_columns(table).map(|name| format!("\"{name}\": str")).collect();
    let read = match ending.as_str() {
        "xlsx" | "xls" | "xlsm" | "ods" => {
            format!("pd.read_excel(\"{name}\", dtype={{{}}})", texts.join(", "))
        }
        "csv.gz" | "csv.zip" | "csv.bz2" | "csv.xz" | "csv.zst" => {
            format!("pd.read_csv(\"{name}\", dtype=str, na_filter=False)")
        }
        "tsv" => format!("pd.read_csv(\"{name}\", sep=\"\\t\", dtype=str, na_filter=False)"),
        "feather" | "arrow" => format!("pd.read_feather(\"{name}\")"),
        "orc" => format!("pd.read_orc(\"{name}\")"),
        _ => return None,
    };
    let write = match ending.as_str() {
        "feather" | "arrow" | "orc" => {
            format!("to_parquet(\"{table}.parquet\", index=False)")
        }
        _ => format!("to_csv(\"{table}.csv\", index=False)"),
    };
    Some(format!("write it as CSV or Parquet (in pandas `{read}.{write}`)"))
}

/// Tells whether the name of a column is of a kind.
type IsIt<'a> = &'a dyn Fn(&str) -> bool;

/// Recognises a table that has a column for each entity, or for each day, where there should be a row.
pub(crate) fn wide_table(source: &TableSource, entities: &[Entity]) -> Option<Fault> {
    // Looking every name up among very many entities would take minutes.
    const MOST_LOOKUPS: usize = 1 << 26;
    let header = header(source)?;
    if header.len().saturating_mul(entities.len()) > MOST_LOOKUPS {
        return None;
    }
    let is_code = |name: &str| entities.iter().any(|entity| entity.code == name);
    let is_name = |name: &str| {
        let stem = name.split('.').next().unwrap_or_default();
        entities.iter().any(|entity| {
            entity.name == name || entity.name_zh.as_deref() == Some(name) || entity.code == stem
        })
    };
    let is_day = |name: &str| name.get(..10).is_some_and(|day| day.parse::<Date>().is_ok());
    let kinds: [(&'static str, IsIt<'_>); 3] =
        [("codes of entities", &is_code), ("names of entities", &is_name), ("days", &is_day)];
    let (what, is_it) = kinds.into_iter().find(|(_, is_it)| {
        let n = header.iter().filter(|name| is_it(name.trim())).count();
        n >= 2 && 2 * n >= header.len()
    })?;
    let (found, others): (Vec<&String>, Vec<&String>) = header.iter().partition(|name| is_it(name.trim()));
    let value = source.table.columns().iter().find(|column| column.cells == CellType::Number)?.name;
    let (key, variable) = if what == "days" { ("entity", "date") } else { ("date", "entity") };
    let name = &source.name;
    let (read, write) = match source.format() {
        Some(Format::Csv) => {
            (format!("pd.read_csv(\"{name}\")"), format!(".to_csv(\"{name}\", index=False)"))
        }
        Some(Format::Parquet) => {
            // An index of the data frame would not be a column otherwise.
            let read = format!("pyarrow.parquet.read_table(\"{name}\").to_pandas(ignore_metadata=True)");
            (read, format!(".to_parquet(\"{name}\", index=False)"))
        }
        None => ("table".into(), String::new()),
    };
    // pandas calls a column without a name after its place.
    let place = |name: &&String| header.iter().position(|known| known == *name).unwrap_or(0);
    let other = others.first().map(|name| match name.as_str() {
        "" => format!("Unnamed: {}", place(name)),
        name => shown(name),
    });
    let read = if what == "days" && source.format() == Some(Format::Csv) {
        format!("pd.read_csv(\"{name}\", dtype={{\"{}\": str}})", other.as_deref().unwrap_or(key))
    } else {
        read
    };
    let rename = match other {
        Some(column) if column != key => format!(".rename(columns={{\"{column}\": \"{key}\"}})"),
        _ => String::new(),
    };
    let codes = if what == "names of entities" { "; then put codes in the place of the names" } else { "" };
    let import = match source.content {
        Content::File { format: Format::Csv, .. } => {
            format!("let `rotor import guess {name} > plan.toml` write a plan that imports it, or ")
        }
        _ => String::new(),
    };
    let remedy = format!(
        "{import}make a row of each cell (in pandas `{read}{rename}.melt(id_vars=\"{key}\", var_name=\"{variable}\", \
         value_name=\"{value}\").dropna(){write}`){codes}"
    );
    let example = shown(found.first()?);
    Some(source.fault(FaultKind::WideTable { n_columns: found.len(), what, example, remedy }))
}

/// Returns the names of the columns of a file whose header has been refused.
fn header(source: &TableSource) -> Option<Vec<String>> {
    let of_schema = |schema: &Schema| schema.fields().iter().map(|field| field.name().clone()).collect();
    match &source.content {
        Content::File { format: Format::Csv, opened } => header_of_text(&opened.head()),
        Content::File { format: Format::Parquet, opened } => {
            let file = opened.whole().ok()?;
            let read = contain(|| {
                check_depth(&file)?;
                let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
                Ok(of_schema(ArrowReaderMetadata::load(&file, options)?.schema()))
            });
            read.ok()
        }
        Content::Memory(batches) => Some(of_schema(&batches.first()?.schema())),
    }
}

fn header_of_text(head: &[u8]) -> Option<Vec<String>> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(without_mark(head));
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).ok()?;
    Some(record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_named_by_their_bytes() {
        let gbk = b"entity,kind,name\n801040,sector,\xb8\xd6\xcc\xfa\n";
        assert_eq!(encoding_of(gbk), Some("GBK (GB 18030)"));
        assert_eq!(encoding_of(b"name\n\xc9nergie\n"), None);
        assert_eq!(encoding_of(b"\xff\xfea\0,\0"), Some("UTF-16"));
    }

    #[test]
    fn separators_are_those_of_the_header() {
        let found = |text: &[u8]| separator_of(Table::Prices, text).map(|(name, _)| name);
        assert_eq!(found(b"entity;date;close\n"), Some("`;`"));
        assert_eq!(found(b"\"entity\"\t\"date\"\n"), Some("tabs"));
        assert_eq!(found(b"entity,date;close\n"), None);
        assert_eq!(found(b"a;b\n"), None);
    }
}
