//! The cells of tables: what is shown, and the value behind it.
//!
//! Renderings for reading take the text, those for calculating the value. A cell is a text first: whatever makes only texts needs
//! nothing of this.

use std::fmt;
use std::ops::Deref;

use rotor_factor::Date;

use super::Column;
use crate::draw::Unit;
use crate::text::Align;

/// A cell of a table; it can be used wherever its text can.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    text: String,
    value: Option<Value>,
    look: Option<Look>,
}

/// What a cell is beside its text, where a page can show it.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// The way to another page, from the folder of this one.
    Link(String),
    /// Values in time, drawn as a small line before the text.
    Sparkline(Vec<f64>),
}

/// What a cell says, for a program that calculates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number in full; its unit says how the page writes it.
    Number(f64, Unit),
    /// A day.
    Day(Date),
}

impl Cell {
    /// A number, written in its unit.
    #[must_use]
    pub fn number(value: f64, unit: Unit) -> Self {
        Self { text: unit.write(value), value: Some(Value::Number(value, unit)), look: None }
    }

    /// A cell by which a program sorts: another text, and the number behind it.
    #[must_use]
    pub fn of_number(text: String, value: f64, unit: Unit) -> Self {
        Self { text, value: Some(Value::Number(value, unit)), look: None }
    }

    /// The same cell as a link.
    #[must_use]
    pub fn linked(self, to: impl Into<String>) -> Self {
        Self { look: Some(Look::Link(to.into())), ..self }
    }

    /// The same cell behind a small line.
    #[must_use]
    pub fn with_line(self, values: Vec<f64>) -> Self {
        Self { look: Some(Look::Sparkline(values)), ..self }
    }

    /// Returns what it is beside its text.
    #[must_use]
    pub fn look(&self) -> Option<&Look> {
        self.look.as_ref()
    }

    /// How many of something.
    #[must_use]
    pub fn count(n: usize) -> Self {
        Self::number(n as f64, Unit::plain(0))
    }

    /// Returns the value; of a text in a column of numbers the number that is printed there, with the digits that it has.
    #[must_use]
    pub fn value(&self, column: &Column) -> Option<Value> {
        let is_number = column.align == Align::Right;
        self.value.or_else(|| is_number.then(|| printed(&self.text)).flatten())
    }
}

/// Reads a number as pages write it: perhaps a sign, digits, perhaps decimals, perhaps a per cent sign.
fn printed(text: &str) -> Option<Value> {
    const LONGEST: usize = 15;
    let (number, is_percent) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(w, d)| (w, Some(d)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // What begins with zeros is a code.
    let is_code = whole.len() > 1 && whole.starts_with('0');
    if is_code || digits.len() > LONGEST || !is_digits(whole) || decimals.is_some_and(|text| !is_digits(text))
    {
        return None;
    }
    let plain = if is_percent { Unit::percent } else { Unit::plain };
    let unit = plain(decimals.map_or(0, str::len));
    let unit = if number.starts_with('+') { unit.signed() } else { unit };
    Some(Value::Number(number.parse().ok()?, unit))
}

impl Deref for Cell {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Date> for Cell {
    fn from(day: Date) -> Self {
        Self { text: day.to_string(), value: Some(Value::Day(day)), look: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_in_full_beside_its_text() {
        let cell = Cell::number(0.051_234, Unit::fraction(1).signed());
        assert_eq!(&*cell, "+5.1%");
        let value = Value::Number(0.051_234, Unit::fraction(1).signed());
        assert_eq!(cell.value(&Column::word("")), Some(value));
    }

    #[test]
    fn texts_are_numbers_where_a_column_has_numbers_and_they_look_like_some() {
        let read = |text: &str| Cell::from(text).value(&Column::number(""));
        assert_eq!(read("-1.20"), Some(Value::Number(-1.2, Unit::plain(2))));
        assert_eq!(read("+5.1%"), Some(Value::Number(5.1, Unit::percent(1).signed())));
        assert_eq!(read("0"), Some(Value::Number(0.0, Unit::plain(0))));
        for text in
            ["", "—", "[-1, +2]", "1e5", "=1+1", "-", "+", "%", "1.", ".5", "007", "1 2", "12 pp", "--1"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Cell::from("801780").value(&Column::word("code")), None);
    }
}
