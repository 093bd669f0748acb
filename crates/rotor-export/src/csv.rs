//! Tables as CSV, as RFC 4180 has it.
//!
//! UTF-8 behind a byte order mark, without which Excel takes it for the encoding of its country. Numbers stand in full, a percentage as
//! a fraction, days in ISO form.

use std::fmt::Write as _;

use rotor_report::page::Table;

use crate::content::{Content, content};

/// By this mark programs of offices know UTF-8.
const MARK: char = '\u{feff}';

/// Returns a table as CSV.
pub(crate) fn csv(table: &Table) -> String {
    let mut out = String::from(MARK);
    line(&mut out, table.columns.iter().map(|column| Content::Text(&column.title)));
    for row in &table.rows {
        line(&mut out, table.columns.iter().zip(row).map(|(column, cell)| content(column, cell)));
    }
    out
}

fn line<'c>(out: &mut String, cells: impl Iterator<Item = Content<'c>>) {
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            out.push(',');
        }
        match cell {
            Content::Empty => {}
            Content::Number(value, _) => write!(out, "{value}").expect("writing to a string does not fail"),
            Content::Day(day) => write!(out, "{day}").expect("writing to a string does not fail"),
            Content::Text(text) => field(out, text),
        }
    }
    out.push_str("\r\n");
}

/// A text. One that a program would calculate gets an apostrophe in front, by which it knows a text.
fn field(out: &mut String, text: &str) {
    let is_formula =
        text.len() > 1 && text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let must_be_quoted =
        text.contains(['"', ',', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    let start = if is_formula { "'" } else { "" };
    if must_be_quoted {
        out.extend(["\"", start, &text.replace('"', "\"\""), "\""]);
    } else {
        out.extend([start, text]);
    }
}

#[cfg(test)]
mod tests {
    use rotor_report::draw::Unit;
    use rotor_report::page::{Cell, Column};

    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_stay_texts() {
        let mut table = Table::new([Column::name("a,b"), Column::number("n")]);
        table.row(["say \"x\"".into(), Cell::number(0.051_25, Unit::fraction(1))]);
        table.row(["=cmd|' /C calc'!A0", "—"]);
        table.row(["-", "-1.5"]);
        table.row(["电子", ""]);
        assert_eq!(
            csv(&table),
            "\u{feff}\"a,b\",n\r\n\"say \"\"x\"\"\",0.05125\r\n'=cmd|' /C calc'!A0,—\r\n-,-1.5\r\n电子,\r\n"
        );
    }
}
