//! The manifest of a dataset, `dataset.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rotor_factor::{Date, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::{Fault, FaultKind, FaultReport, shown, shown_reason};
use crate::load::long_name;

/// How often a dataset has closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceFrequency {
    /// Closes of every trading day.
    Daily,
    /// Month-end closes only.
    MonthEnd,
}

impl PriceFrequency {
    /// Returns the letter of the manifest, `D` or `M`.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Daily => "D",
            Self::MonthEnd => "M",
        }
    }
}

/// What `dataset.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// A short name, such as `demo`.
    pub name: String,
    /// One line for readers.
    pub title: String,
    /// The same in Chinese.
    pub title_zh: Option<String>,
    /// Whether the data are made up; reports of synthetic data carry a mark.
    pub synthetic: bool,
    /// The sector classification, such as `sw2021`.
    pub taxonomy: String,
    /// The currency of the closes, such as `CNY`.
    pub currency: String,
    /// How often there are closes.
    pub price_frequency: PriceFrequency,
    /// No close is before this day.
    pub first: Date,
    /// No close is after this day.
    pub last: Date,
    /// The licence of the data.
    pub licence: String,
    /// Where the data come from.
    pub source: String,
    /// [`Dataset::sha256`](crate::Dataset::sha256) of the first state of a dataset that has grown since.
    pub lineage: Option<String>,
    /// SHA-256 of files, in lower-case hexadecimal digits, by file name.
    pub sha256: BTreeMap<String, String>,
}

/// The keys with an example of each, in the order in which they are written.
const KEYS: [(&str, &str); 14] = [
    ("format", "format = 1"),
    ("name", "name = \"demo\""),
    ("title", "title = \"Synthetic A-share sectors\""),
    ("title_zh", "title_zh = \"申万一级行业\""),
    ("synthetic", "synthetic = false"),
    ("taxonomy", "taxonomy = \"sw2021\""),
    ("currency", "currency = \"CNY\""),
    ("price_frequency", "price_frequency = \"D\""),
    ("first", "first = \"2010-01-04\""),
    ("last", "last = \"2024-12-31\""),
    ("licence", "licence = \"CC0-1.0\""),
    ("source", "source = \"where the data come from\""),
    ("lineage", "lineage = \"the 64 digits of a hash\""),
    ("sha256", ""),
];

impl Manifest {
    /// The name of the file.
    pub const FILE: &str = "dataset.toml";

    /// Reads a manifest from its text.
    ///
    /// # Errors
    ///
    /// Every fault of the text at once, with its line.
    pub fn parse(text: &str) -> Result<Self, FaultReport> {
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(offset, _)| offset);
        let mut reader = Reader { text, line_ends: line_ends.collect(), faults: FaultReport::default() };
        let manifest = reader.manifest();
        match manifest {
            Some(manifest) if reader.faults.is_empty() => Ok(manifest),
            _ => Err(reader.faults),
        }
    }

    /// Returns the text of the manifest, which [`Manifest::parse`] reads back to the same value.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::from("format = 1\n");
        let mut line = |key: &str, value: toml::Value| {
            writeln!(text, "{key} = {value}").expect("writing to a string does not fail");
        };
        line("name", self.name.as_str().into());
        line("title", self.title.as_str().into());
        if let Some(title_zh) = &self.title_zh {
            line("title_zh", title_zh.as_str().into());
        }
        line("synthetic", self.synthetic.into());
        line("taxonomy", self.taxonomy.as_str().into());
        line("currency", self.currency.as_str().into());
        line("price_frequency", self.price_frequency.letter().into());
        line("first", self.first.to_string().into());
        line("last", self.last.to_string().into());
        line("licence", self.licence.as_str().into());
        line("source", self.source.as_str().into());
        if let Some(lineage) = &self.lineage {
            line("lineage", lineage.as_str().into());
        }
        if !self.sha256.is_empty() {
            text.push_str("\n[sha256]\n");
            for (file, hash) in &self.sha256 {
                let file = toml::Value::from(file.as_str());
                writeln!(text, "{file} = \"{hash}\"").expect("writing to a string does not fail");
            }
        }
        text
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Where the lines end, in bytes.
    line_ends: Vec<usize>,
    faults: FaultReport,
}

impl Reader<'_> {
    fn manifest(&mut self) -> Option<Manifest> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let kind = || FaultKind::NotToml { reason: shown_reason(error.message()) };
            self.fault_with(error.span().map(|span| span.start), None, kind);
        }
        if !errors.is_empty() {
            return None;
        }
        let table = table.into_inner();
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !KEYS.iter().any(|(known, _)| *known == name) {
                let kind = || FaultKind::UnknownKey { nearest: nearest(name, KEYS.map(|(known, _)| known)) };
                self.fault_with(Some(key.span().start), Some(name), kind);
            }
        }
        self.format(&table);
        let first = self.date(&table, "first");
        let last = self.date(&table, "last");
        if let (Some(first), Some(last)) = (first, last)
            && first > last
        {
            self.key_fault(&table, "first", FaultKind::FirstAfterLast { first, last });
        }
        // Every key is looked at before the first missing one ends the reading.
        let name = self.string(&table, "name");
        if let Some(kind) = name.as_deref().and_then(long_name) {
            self.key_fault(&table, "name", kind);
        }
        let title = self.string(&table, "title");
        let title_zh = table.contains_key("title_zh").then(|| self.string(&table, "title_zh")).flatten();
        let synthetic = self.boolean(&table, "synthetic");
        let taxonomy = self.string(&table, "taxonomy");
        let currency = self.string(&table, "currency");
        let price_frequency = self.price_frequency(&table);
        let licence = self.string(&table, "licence");
        let source = self.string(&table, "source");
        let lineage = table.contains_key("lineage").then(|| self.string(&table, "lineage")).flatten();
        let sha256 = self.hashes(&table);
        Some(Manifest {
            name: name?,
            title: title?,
            title_zh,
            synthetic: synthetic?,
            taxonomy: taxonomy?,
            currency: currency?,
            price_frequency: price_frequency?,
            first: first?,
            last: last?,
            licence: licence?,
            source: source?,
            lineage,
            sha256,
        })
    }

    fn format(&mut self, table: &DeTable<'_>) {
        let Some(value) = self.value(table, "format") else { return };
        match value.as_integer().map(ToString::to_string) {
            Some(number) if number == "1" => {}
            Some(found) => self.key_fault(table, "format", FaultKind::UnknownFormat { found: shown(&found) }),
            None => self.type_fault(table, "format", "a whole number"),
        }
    }

    fn string(&mut self, table: &DeTable<'_>, key: &'static str) -> Option<String> {
        let value = self.value(table, key)?;
        match value.as_str() {
            Some("") => self.key_fault(table, key, FaultKind::EmptyValue),
            Some(text) => return Some(text.to_owned()),
            None => self.type_fault(table, key, "a string"),
        }
        None
    }

    fn boolean(&mut self, table: &DeTable<'_>, key: &'static str) -> Option<bool> {
        let value = self.value(table, key)?;
        if value.as_bool().is_none() {
            self.type_fault(table, key, "true or false");
        }
        value.as_bool()
    }

    fn date(&mut self, table: &DeTable<'_>, key: &'static str) -> Option<Date> {
        let text = self.string(table, key)?;
        match text.parse() {
            Ok(date) => Some(date),
            Err(error) => {
                self.key_fault(table, key, FaultKind::NotADate { value: shown(&text), error });
                None
            }
        }
    }

    fn price_frequency(&mut self, table: &DeTable<'_>) -> Option<PriceFrequency> {
        match self.string(table, "price_frequency")?.as_str() {
            "D" => Some(PriceFrequency::Daily),
            "M" => Some(PriceFrequency::MonthEnd),
            other => {
                let kind = FaultKind::UnknownWord { value: shown(other), known: &["D", "M"] };
                self.key_fault(table, "price_frequency", kind);
                None
            }
        }
    }

    fn hashes(&mut self, table: &DeTable<'_>) -> BTreeMap<String, String> {
        let mut hashes = BTreeMap::new();
        let Some(value) = table.get("sha256") else { return hashes };
        let Some(files) = value.get_ref().as_table() else {
            self.type_fault(table, "sha256", "a table of file names");
            return hashes;
        };
        for (file, hash) in files {
            let name = file.get_ref().to_string();
            let place = Some(hash.span().start);
            let column = || format!("sha256.{}", shown(&name));
            let Some(text) = hash.get_ref().as_str() else {
                // `prices.csv = "…"` without quotation marks is a table `prices` with a key `csv`.
                let expected = "the file name in quotation marks and the hash as a string";
                let found = hash.get_ref().type_str();
                self.fault(place, Some(&column()), FaultKind::KeyType { expected, found });
                continue;
            };
            if text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                hashes.insert(name, text.to_ascii_lowercase());
            } else {
                self.fault_with(place, Some(&column()), || FaultKind::NotAHash { value: shown(text) });
            }
        }
        hashes
    }

    fn value<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &'static str) -> Option<&'t DeValue<'i>> {
        let value = table.get(key).map(Spanned::get_ref);
        if value.is_none() {
            let example =
                KEYS.iter().find(|(name, _)| *name == key).expect("only known keys are asked for").1;
            self.fault(None, Some(key), FaultKind::MissingKey { example });
        }
        value
    }

    fn type_fault(&mut self, table: &DeTable<'_>, key: &'static str, expected: &'static str) {
        let found = table[key].get_ref().type_str();
        self.key_fault(table, key, FaultKind::KeyType { expected, found });
    }

    fn key_fault(&mut self, table: &DeTable<'_>, key: &'static str, kind: FaultKind) {
        self.fault(table.get(key).map(|value| value.span().start), Some(key), kind);
    }

    fn fault(&mut self, offset: Option<usize>, key: Option<&str>, kind: FaultKind) {
        self.fault_with(offset, key, || kind);
    }

    fn fault_with(&mut self, offset: Option<usize>, key: Option<&str>, kind: impl FnOnce() -> FaultKind) {
        let line = offset.map(|offset| 1 + self.line_ends.partition_point(|end| *end < offset) as u64);
        self.faults.push_with(|| Fault {
            table: None,
            file: Manifest::FILE.into(),
            row: None,
            line,
            column: key.map(shown),
            kind: kind(),
            count: 1,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"format = 1
name = "demo"
title = "A \"quoted\" title, 中文"
synthetic = true
taxonomy = "sw2021"
currency = "CNY"
price_frequency = "M"
first = "2010-01-04"
last = "2024-12-31"
licence = "CC0-1.0"
source = "here"

[sha256]
"prices.parquet" = "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"
"#;

    #[test]
    fn what_is_written_is_read_back() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!(manifest.price_frequency, PriceFrequency::MonthEnd);
        assert_eq!(Manifest::parse(&manifest.to_toml()).unwrap(), manifest);
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let text = GOOD
            .replace("format = 1", "format = 2")
            .replace("taxonomy", "taxonmy")
            .replace("\"M\"", "\"W\"")
            .replace("true", "\"yes\"")
            .replace("2010-01-04", "2025-02-29")
            .replace("ABCDEF", "xyz");
        let report = Manifest::parse(&text).unwrap_err();
        let lines: Vec<_> = report.faults().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "dataset.toml line 5, `taxonmy`: unknown key",
                "dataset.toml line 1, `format`: format 2 is not known to this version, which reads format 1",
                "dataset.toml line 8, `first`: `2025-02-29` is no such day in the calendar",
                "dataset.toml line 4, `synthetic`: the value has the type string, true or false is needed",
                "dataset.toml, `taxonomy`: the key is missing",
                "dataset.toml line 7, `price_frequency`: `W` is not one of D, M",
                "dataset.toml line 14, `sha256.prices.parquet`: \
                 `0123456789xyz0123456789abcdef0123456789abcdef0123456789abcde…` \
                 is not a SHA-256 of 64 hexadecimal digits",
            ]
        );
        assert_eq!(report.faults()[0].kind.hint(), "did you mean `taxonomy`?");
    }

    #[test]
    fn text_that_is_not_toml_is_refused() {
        let report = Manifest::parse("format = 1\nname = \"a\"\nlast").unwrap_err();
        assert_eq!(report.faults()[0].line, Some(3), "{report}");
    }
}
