//! Ways in which programs and people write one and the same table as CSV.

use rotor_data::schema::CellType::{Date, Integer, Number, Text};
use rotor_data::schema::{CellType, Table};
use rotor_tests::messy::Dice;

use super::Verdict::{self, AsItSays, Read, ReadAsItSays, Refused};
use super::plain::is_ordered;
use super::sheet::{Sheet, SheetColumn, padded};

/// A table with everything that its file is made of.
pub(crate) struct TextFile {
    pub(crate) sheet: Sheet,
    separator: char,
    line_end: &'static str,
    has_mark: bool,
    has_last_end: bool,
    quotes: Quotes,
    /// Lines that are no rows, each with the record before which it stands; the header is record 0.
    lines: Vec<(usize, String)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    WhereNeeded,
    Sometimes,
    Always,
    Never,
}

impl TextFile {
    pub(crate) fn new(sheet: Sheet) -> Self {
        Self {
            sheet,
            separator: ',',
            line_end: "\n",
            has_mark: false,
            has_last_end: true,
            quotes: Quotes::WhereNeeded,
            lines: Vec::new(),
        }
    }

    pub(crate) fn bytes(&self, dice: &mut Dice) -> Vec<u8> {
        let columns = &self.sheet.columns;
        let mut lines = Vec::new();
        for record in 0..=self.sheet.n_rows() {
            lines.extend(
                self.lines.iter().filter(|(before, _)| *before == record).map(|(_, line)| line.clone()),
            );
            let cells = columns.iter().map(|column| match record {
                0 => self.cell(&column.name, dice),
                row => self.cell(&column.rows[row - 1], dice),
            });
            lines.push(cells.collect::<Vec<_>>().join(&self.separator.to_string()));
        }
        let mut text = if self.has_mark { String::from("\u{feff}") } else { String::new() };
        text += &lines.join(self.line_end);
        text += if self.has_last_end { self.line_end } else { "" };
        text.into_bytes()
    }

    fn cell(&self, content: &str, dice: &mut Dice) -> String {
        let is_special = |letter| letter == self.separator || matches!(letter, '"' | '\r' | '\n');
        let is_quoted = match self.quotes {
            Quotes::Always => true,
            Quotes::Never => false,
            Quotes::Sometimes if dice.below(2) == 0 => true,
            Quotes::Sometimes | Quotes::WhereNeeded => content.contains(is_special),
        };
        if is_quoted { format!("\"{}\"", content.replace('"', "\"\"")) } else { content.to_owned() }
    }

    fn add_line(&mut self, dice: &mut Dice, line: impl Into<String>) -> bool {
        self.lines.push((dice.below(self.sheet.n_rows() + 1), line.into()));
        true
    }

    fn add_column(&mut self, place: usize, name: &str, cell: impl Fn(usize) -> String) -> bool {
        let rows = (0..self.sheet.n_rows()).map(cell).collect();
        let column = SheetColumn { name: name.into(), cells: Text, is_optional: false, rows };
        self.sheet.columns.insert(place, column);
        true
    }

    /// Changes all filled cells of a kind, or one.
    fn some(&mut self, cells: CellType, dice: &mut Dice, change: impl Fn(&str) -> Option<String>) -> bool {
        if dice.below(2) == 0 { self.sheet.each(cells, change) } else { self.sheet.one(cells, dice, change) }
    }

    /// Writes a mark into the empty cells of optional columns of a kind, or into one of them.
    fn mark_missing(&mut self, cells: CellType, dice: &mut Dice, marks: &[&str]) -> bool {
        let mark = marks[dice.below(marks.len())];
        let optional = self.sheet.of_kind(cells).filter(|column| column.is_optional);
        let mut empty: Vec<&mut String> =
            optional.flat_map(|column| &mut column.rows).filter(|cell| cell.is_empty()).collect();
        if empty.is_empty() {
            return false;
        }
        let only = (dice.below(2) == 0).then(|| dice.below(empty.len()));
        for (place, cell) in empty.iter_mut().enumerate() {
            if only.is_none_or(|only| only == place) {
                mark.clone_into(cell);
            }
        }
        true
    }
}

/// What a form changes.
#[derive(Clone, Copy)]
pub(crate) enum Edit {
    /// The table and the way in which it is written. `false`: there is nothing in this table that the form could change.
    File(fn(&mut TextFile, &mut Dice) -> bool),
    /// The bytes of the file; `false` likewise.
    Bytes(fn(&mut Vec<u8>, &mut Dice) -> bool),
}

use Edit::{Bytes, File};

/// Takes a day in ISO form apart.
fn iso(day: &str) -> Option<[&str; 3]> {
    let parts: Vec<&str> = day.split('-').collect();
    let parts: [&str; 3] = parts.try_into().ok()?;
    (day.len() == 10).then_some(parts)
}

fn unpadded(number: &str) -> &str {
    number.trim_start_matches('0')
}

/// A number of a thousand or more in groups of three digits.
fn grouped(number: &str, separator: &str) -> Option<String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_plain = whole.len() > 3 && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let (front, back) = whole.split_at_checked(whole.len().checked_sub(3)?)?;
    let point = if fraction.is_empty() { "" } else { "." };
    is_plain.then(|| format!("{front}{separator}{back}{point}{fraction}"))
}

fn decimal_comma(number: &str) -> Option<String> {
    number.contains('.').then(|| number.replace('.', ","))
}

/// A code of digits alone.
fn code(cell: &str) -> Option<&str> {
    (cell.len() == 6 && cell.bytes().all(|byte| byte.is_ascii_digit())).then_some(cell)
}

fn pad(file: &mut TextFile, cells: CellType, dice: &mut Dice) -> bool {
    let choice = dice.below(100);
    file.some(cells, dice, |cell| Some(padded(cell, choice)))
}

const MARKS: [&str; 11] = ["NA", "N/A", "n/a", "#N/A", "nan", "NaN", "null", "NULL", "None", "<NA>", "NaT"];

/// Every form with what becomes of a file that has it.
pub(crate) const FORMS: &[(&str, Verdict, Edit)] = &[
    // Nothing in these is open.
    (
        "dates as YYYYMMDD",
        Read,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|parts| parts.concat()))),
    ),
    (
        "dates as YYYY/MM/DD",
        Read,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|parts| parts.join("/")))),
    ),
    (
        "dates as YYYY/M/D",
        Read,
        File(|file, dice| {
            file.some(Date, dice, |day| {
                iso(day).map(|[y, m, d]| format!("{y}/{}/{}", unpadded(m), unpadded(d)))
            })
        }),
    ),
    (
        "dates as midnight",
        Read,
        File(|file, dice| {
            let times = [" 00:00:00", "T00:00:00", " 00:00", "T00:00:00.000", " 00:00:00.000000000"];
            let time = times[dice.below(times.len())];
            file.some(Date, dice, |day| iso(day).map(|_| format!("{day}{time}")))
        }),
    ),
    ("a byte order mark", Read, File(|file, _| !std::mem::replace(&mut file.has_mark, true))),
    (
        "two byte order marks",
        Read,
        Bytes(|bytes, _| {
            let is_unmarked = !bytes.starts_with("\u{feff}".as_bytes());
            bytes.splice(0..0, "\u{feff}\u{feff}".bytes());
            is_unmarked
        }),
    ),
    (
        "lines that end with CR LF",
        Read,
        File(|file, _| std::mem::replace(&mut file.line_end, "\r\n") == "\n"),
    ),
    ("no line end at the end", Read, File(|file, _| std::mem::replace(&mut file.has_last_end, false))),
    ("columns in another order", Read, File(|file, dice| file.sheet.shuffle_columns(dice))),
    (
        "rows in another order",
        Read,
        File(|file, dice| {
            let is_free = !is_ordered(file.sheet.table);
            if is_free {
                file.sheet.shuffle_rows(dice);
            }
            is_free
        }),
    ),
    (
        "quotation marks around every cell",
        Read,
        File(|file, _| std::mem::replace(&mut file.quotes, Quotes::Always) == Quotes::WhereNeeded),
    ),
    (
        "quotation marks around some cells",
        Read,
        File(|file, _| std::mem::replace(&mut file.quotes, Quotes::Sometimes) == Quotes::WhereNeeded),
    ),
    (
        "whole numbers with a fraction",
        Read,
        File(|file, dice| {
            file.some(Number, dice, |number| {
                Some(if number.contains(['.', 'e']) { number.to_owned() } else { format!("{number}.0") })
            })
        }),
    ),
    (
        "zeros behind the fraction",
        Read,
        File(|file, dice| {
            file.some(Number, dice, |number| {
                Some(if number.contains('.') && !number.contains('e') {
                    format!("{number}00")
                } else {
                    number.to_owned()
                })
            })
        }),
    ),
    (
        "numbers with an exponent",
        Read,
        File(|file, dice| {
            file.some(Number, dice, |number| Some(format!("{:e}", number.parse::<f64>().ok()?)))
        }),
    ),
    (
        "a plus before whole numbers",
        Read,
        File(|file, dice| {
            file.some(Integer, dice, |number| {
                Some(if number.starts_with(['-', '+']) { number.to_owned() } else { format!("+{number}") })
            })
        }),
    ),
    (
        "empty columns left out",
        Read,
        File(|file, _| {
            let before = file.sheet.columns.len();
            file.sheet.columns.retain(|column| !column.is_optional || !column.is_empty());
            file.sheet.columns.len() < before
        }),
    ),
    // What these say is open, or is not what was meant.
    (
        "dates as D/M/Y",
        Refused,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|[y, m, d]| format!("{d}/{m}/{y}")))),
    ),
    (
        "dates as D.M.Y",
        Refused,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|[y, m, d]| format!("{d}.{m}.{y}")))),
    ),
    (
        "dates as DDMMYYYY",
        Refused,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|[y, m, d]| format!("{d}{m}{y}")))),
    ),
    (
        "dates as MMDDYYYY",
        Refused,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|[y, m, d]| format!("{m}{d}{y}")))),
    ),
    (
        "years of two digits",
        Refused,
        File(|file, dice| {
            let separator = ["-", "/", ""][dice.below(3)];
            file.some(Date, dice, |day| iso(day).map(|[y, m, d]| [&y[2..], m, d].join(separator)))
        }),
    ),
    (
        "dates without zeros",
        Refused,
        File(|file, dice| {
            file.some(Date, dice, |day| {
                let [year, month, day_number] = iso(day)?;
                Some([year, unpadded(month), unpadded(day_number)].join("-")).filter(|short| short != day)
            })
        }),
    ),
    (
        "dates as whole months",
        Refused,
        File(|file, dice| {
            let separator = ["-", "/", ""][dice.below(3)];
            file.some(Date, dice, |day| iso(day).map(|[y, m, _]| [y, m].join(separator)))
        }),
    ),
    (
        "dates as decimal numbers",
        Refused,
        File(|file, dice| file.some(Date, dice, |day| iso(day).map(|parts| parts.concat() + ".0"))),
    ),
    (
        "dates as numbers of days",
        Refused,
        File(|file, dice| {
            file.some(Date, dice, |day| {
                Some((day.parse::<rotor_factor::Date>().ok()?.days() + 25_569).to_string())
            })
        }),
    ),
    (
        "dates as seconds",
        Refused,
        File(|file, dice| {
            file.some(Date, dice, |day| {
                Some((i64::from(day.parse::<rotor_factor::Date>().ok()?.days()) * 86_400).to_string())
            })
        }),
    ),
    (
        "a time of day",
        Refused,
        File(|file, dice| {
            let times = [" 16:00:00", "T15:00:00", " 00:00:01", " 00:00:00.001", " 8:00", "T00:30"];
            let time = times[dice.below(times.len())];
            file.some(Date, dice, |day| iso(day).map(|_| format!("{day}{time}")))
        }),
    ),
    (
        "midnight of a zone",
        Refused,
        File(|file, dice| {
            let times =
                ["T00:00:00Z", " 00:00:00+08:00", " 00:00:00 UTC", "T00:00:00.000Z", "Z", "T00:00:00+0000"];
            let time = times[dice.below(times.len())];
            file.some(Date, dice, |day| iso(day).map(|_| format!("{day}{time}")))
        }),
    ),
    (
        "separators of thousands",
        Refused,
        File(|file, dice| {
            let separator = [",", " ", "'", "_", "\u{a0}"][dice.below(5)];
            file.some(Number, dice, |number| {
                Some(grouped(number, separator).unwrap_or_else(|| number.into()))
            })
        }),
    ),
    (
        "separators of thousands without quotation marks",
        Refused,
        File(|file, dice| {
            file.quotes = Quotes::Never;
            file.some(Number, dice, |number| Some(grouped(number, ",").unwrap_or_else(|| number.into())))
        }),
    ),
    (
        "decimal commas",
        Refused,
        File(|file, dice| {
            file.some(Number, dice, |number| Some(decimal_comma(number).unwrap_or_else(|| number.into())))
        }),
    ),
    (
        "decimal commas without quotation marks",
        Refused,
        File(|file, dice| {
            file.quotes = Quotes::Never;
            file.some(Number, dice, |number| Some(decimal_comma(number).unwrap_or_else(|| number.into())))
        }),
    ),
    (
        "signs of percent and money",
        Refused,
        File(|file, dice| {
            let (before, behind) = [("", "%"), ("", " %"), ("¥", ""), ("(", ")"), ("+", "")][dice.below(5)];
            file.some(Number, dice, |number| Some(format!("{before}{number}{behind}")))
        }),
    ),
    (
        "decimal whole numbers",
        Refused,
        File(|file, dice| file.some(Integer, dice, |number| Some(format!("{number}.0")))),
    ),
    (
        "a number that is none",
        Refused,
        File(|file, dice| {
            let choices = ["inf", "-inf", "nan", "NA", "#DIV/0!", "-", "null", "1e999", "--", "", "0x10"];
            let choice = choices[dice.below(choices.len())];
            file.sheet.one(Number, dice, |_| Some(choice.to_owned()))
        }),
    ),
    (
        "codes without their zeros",
        Refused,
        File(|file, dice| file.some(Text, dice, |cell| Some(code(cell).map_or(cell, unpadded).to_owned()))),
    ),
    (
        "codes as decimal numbers",
        Refused,
        File(|file, dice| {
            file.some(Text, dice, |cell| {
                Some(code(cell).map_or_else(|| cell.to_owned(), |code| format!("{code}.0")))
            })
        }),
    ),
    (
        "codes with a sign before or behind",
        Refused,
        File(|file, dice| {
            let (before, behind) = [("'", ""), ("", ".SI"), ("=", ""), ("SW", "")][dice.below(4)];
            file.some(Text, dice, |cell| {
                Some(code(cell).map_or_else(|| cell.to_owned(), |code| format!("{before}{code}{behind}")))
            })
        }),
    ),
    ("blanks around codes and words", Refused, File(|file, dice| file.sheet.pad_text(dice, false))),
    ("blanks around prose", ReadAsItSays, File(|file, dice| file.sheet.pad_text(dice, true))),
    (
        "blanks around numbers",
        Refused,
        File(|file, dice| {
            let kind = if dice.below(3) == 0 { Integer } else { Number };
            pad(file, kind, dice)
        }),
    ),
    ("blanks around dates", Refused, File(|file, dice| pad(file, Date, dice))),
    (
        "blanks for empty cells",
        Refused,
        File(|file, dice| {
            let kind = if dice.below(2) == 0 { Text } else { Date };
            file.mark_missing(kind, dice, &[" ", "\t", "\u{a0}"])
        }),
    ),
    ("marks for empty texts", Refused, File(|file, dice| file.mark_missing(Text, dice, &MARKS))),
    ("marks for empty dates", Refused, File(|file, dice| file.mark_missing(Date, dice, &MARKS))),
    (
        "blanks in the header",
        Refused,
        File(|file, dice| {
            let (place, choice) = (dice.below(file.sheet.columns.len()), dice.below(100));
            let column = &mut file.sheet.columns[place];
            column.name = padded(&column.name, choice);
            // That would be a byte order mark.
            !file.sheet.columns[0].name.starts_with('\u{feff}')
        }),
    ),
    (
        "names of columns in capitals",
        Refused,
        File(|file, dice| {
            let place = dice.below(file.sheet.columns.len());
            let column = &mut file.sheet.columns[place];
            column.name = column.name.to_uppercase();
            true
        }),
    ),
    ("semicolons", Refused, File(|file, _| std::mem::replace(&mut file.separator, ';') == ',')),
    (
        "semicolons and decimal commas",
        Refused,
        File(|file, _| {
            file.separator = ';';
            file.sheet.each(Number, |number| Some(number.replace('.', ",")))
        }),
    ),
    ("tabs", Refused, File(|file, _| std::mem::replace(&mut file.separator, '\t') == ',')),
    (
        "the index of a data frame",
        Refused,
        File(|file, dice| {
            let name = ["", "index", "Unnamed: 0", "level_0", "__index_level_0__"][dice.below(5)];
            file.add_column(0, name, |row| row.to_string())
        }),
    ),
    (
        "a column twice",
        Refused,
        File(|file, dice| {
            let place = dice.below(file.sheet.columns.len());
            let twice = file.sheet.columns[place].clone();
            file.sheet.columns.push(twice);
            true
        }),
    ),
    (
        "a column twice under two names",
        Refused,
        File(|file, dice| {
            let place = dice.below(file.sheet.columns.len());
            let mut twice = file.sheet.columns[place].clone();
            twice.name += [".1", "_x", "_y"][dice.below(3)];
            file.sheet.columns.push(twice);
            true
        }),
    ),
    (
        "a comma at the end of every line",
        Refused,
        File(|file, _| {
            let last = file.sheet.columns.len();
            file.add_column(last, "", |_| String::new())
        }),
    ),
    (
        "a comma at the end of a line",
        Refused,
        File(|file, dice| {
            let last = file.sheet.columns.last_mut().filter(|column| !column.rows.is_empty());
            let Some(last) = last else { return false };
            let row = dice.below(last.rows.len());
            file.quotes = Quotes::Never;
            last.rows[row] += ",";
            true
        }),
    ),
    (
        "no header",
        Refused,
        File(|file, _| {
            file.sheet.columns.iter_mut().for_each(|column| column.name = column.rows.remove(0));
            true
        }),
    ),
    (
        "the header again",
        Refused,
        File(|file, dice| {
            let header: Vec<&str> = file.sheet.columns.iter().map(|column| column.name.as_str()).collect();
            let line = header.join(",");
            file.lines.push((1 + dice.below(file.sheet.n_rows()), line));
            true
        }),
    ),
    (
        "all rows twice",
        Refused,
        File(|file, _| {
            file.sheet.columns.iter_mut().for_each(|column| column.rows.extend_from_within(..));
            file.sheet.table != Table::Events
        }),
    ),
    ("an empty line", Refused, File(|file, dice| file.add_line(dice, ""))),
    ("a line of blanks", Refused, File(|file, dice| file.add_line(dice, " "))),
    (
        "a line of commas",
        Refused,
        File(|file, dice| {
            let line = ",".repeat(file.sheet.columns.len() - 1);
            file.add_line(dice, line)
        }),
    ),
    (
        "a line of remarks",
        Refused,
        File(|file, dice| {
            let remark =
                ["# made by hand", "#", "// made by hand", "-- made by hand", "来源：万得"][dice.below(5)];
            let commas =
                if dice.below(2) == 0 { String::new() } else { ",".repeat(file.sheet.columns.len() - 1) };
            file.add_line(dice, format!("{remark}{commas}"))
        }),
    ),
    (
        "a row that is taken out by a `#`",
        Refused,
        File(|file, dice| {
            let row = dice.below(file.sheet.n_rows());
            let cells: Vec<&str> =
                file.sheet.columns.iter().map(|column| column.rows[row].as_str()).collect();
            let is_simple = !cells.concat().contains([',', '"']);
            let blank = if dice.below(2) == 0 { "# " } else { "#" };
            let line = format!("{blank}{}", cells.join(","));
            is_simple && file.add_line(dice, line)
        }),
    ),
    (
        "a row of totals",
        Refused,
        File(|file, dice| {
            let name = ["Total", "合计", "Mean"][dice.below(3)];
            let line = format!("{name}{}1", ",".repeat(file.sheet.columns.len() - 1));
            file.add_line(dice, line)
        }),
    ),
    (
        "lines that end with CR",
        Refused,
        Bytes(|bytes, _| {
            let text = text_of(bytes);
            *bytes = text.replace("\r\n", "\n").replace('\n', "\r").into_bytes();
            true
        }),
    ),
    (
        "line ends of both kinds",
        Refused,
        Bytes(|bytes, dice| {
            let ends: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place] == b'\n').collect();
            if ends.len() < 2 {
                return false;
            }
            let place = ends[dice.below(ends.len())];
            if place > 0 && bytes[place - 1] == b'\r' {
                bytes.remove(place - 1);
            } else {
                bytes.insert(place, b'\r');
            }
            true
        }),
    ),
    (
        "UTF-16",
        Refused,
        Bytes(|bytes, dice| {
            let text = format!("\u{feff}{}", text_of(bytes).trim_start_matches('\u{feff}'));
            let is_big = dice.below(2) == 0;
            let pair = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            *bytes = text.encode_utf16().flat_map(pair).collect();
            true
        }),
    ),
    (
        "GBK",
        Refused,
        Bytes(|bytes, _| {
            let place = bytes.windows(6).position(|window| window == "钢铁".as_bytes());
            place.is_some_and(|place| {
                bytes.splice(place..place + 6, *b"\xB8\xD6\xCC\xFA");
                true
            })
        }),
    ),
    (
        "backslashes before quotation marks",
        Refused,
        Bytes(|bytes, _| {
            let text = text_of(bytes);
            *bytes = text.replace("\"\"", "\\\"").into_bytes();
            text.contains("\"\"")
        }),
    ),
    (
        "a quotation mark too many",
        Refused,
        Bytes(|bytes, dice| {
            // Inside a quoted cell two of them would be a pair.
            let is_odd = !text_of(bytes).contains('"');
            let letters: Vec<usize> =
                (0..bytes.len()).filter(|place| bytes[*place].is_ascii_alphanumeric()).collect();
            bytes.insert(letters[dice.below(letters.len())], b'"');
            is_odd
        }),
    ),
    (
        "a NUL",
        Refused,
        Bytes(|bytes, dice| {
            bytes.insert(dice.below(bytes.len() + 1), 0);
            true
        }),
    ),
    // Whatever these leave is another text; if it is sound, it is read for what it now says.
    (
        "a file cut short",
        AsItSays,
        Bytes(|bytes, dice| {
            let places: Vec<usize> = if dice.below(2) == 0 {
                (0..bytes.len()).collect()
            } else {
                (1..bytes.len()).filter(|place| bytes[place - 1] == b'\n').collect()
            };
            bytes.truncate(places[dice.below(places.len())]);
            true
        }),
    ),
    (
        "a byte that is another",
        AsItSays,
        Bytes(|bytes, dice| {
            let place = dice.below(bytes.len());
            bytes[place] ^= 1 + dice.below(255) as u8;
            true
        }),
    ),
    (
        "a bit that is turned",
        AsItSays,
        Bytes(|bytes, dice| {
            let place = dice.below(bytes.len());
            bytes[place] ^= 1 << dice.below(7);
            true
        }),
    ),
    (
        "a byte that is missing",
        AsItSays,
        Bytes(|bytes, dice| {
            bytes.remove(dice.below(bytes.len()));
            true
        }),
    ),
    (
        "a byte that is there twice",
        AsItSays,
        Bytes(|bytes, dice| {
            let place = dice.below(bytes.len());
            bytes.insert(place, bytes[place]);
            true
        }),
    ),
    (
        "a line that is missing",
        AsItSays,
        Bytes(|bytes, dice| {
            let text = text_of(bytes);
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            lines.remove(dice.below(lines.len()));
            *bytes = lines.concat().into_bytes();
            true
        }),
    ),
];

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
