//! What a cell says to a program that calculates.

use rotor_factor::Date;
use rotor_report::draw::Unit;
use rotor_report::page::{Cell, Column, Value};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content<'c> {
    Empty,
    Text(&'c str),
    /// A number as a program counts with it, so that 5% is 0.05.
    Number(f64, Format),
    Day(Date),
}

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) decimals: usize,
    pub(crate) is_signed: bool,
    pub(crate) is_percent: bool,
    /// What stands behind it, if that is no percent sign.
    pub(crate) suffix: &'static str,
}

/// Returns what a cell of a column holds.
pub(crate) fn content<'c>(column: &Column, cell: &'c Cell) -> Content<'c> {
    match cell.value(column) {
        Some(Value::Day(day)) => Content::Day(day),
        Some(Value::Number(value, unit)) if value.is_finite() => {
            let is_percent = unit.suffix == "%";
            let Unit { decimals, is_signed, .. } = unit;
            let suffix = if is_percent { "" } else { unit.suffix };
            // A fraction is what it is, to the bit.
            let value = match unit.factor {
                100.0 if is_percent => value,
                factor if is_percent => value * factor / 100.0,
                factor => value * factor,
            };
            Content::Number(value, Format { decimals, is_signed, is_percent, suffix })
        }
        _ if cell.is_empty() => Content::Empty,
        _ => Content::Text(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_fractions() {
        let column = Column::number("");
        let number = |cell: Cell| match content(&column, &cell) {
            Content::Number(value, format) => (value, format.is_percent),
            other => panic!("{other:?}"),
        };
        assert_eq!(number(Cell::number(0.1 + 0.2, Unit::fraction(1))), (0.1 + 0.2, true));
        assert_eq!(number(Cell::number(5.1, Unit::percent(1))), (0.051, true));
        assert_eq!(number("5.1%".into()), (0.051, true));
        assert_eq!(number(Cell::number(-2.5, Unit::plain(1))), (-2.5, false));
        let not_a_number = Cell::number(f64::NAN, Unit::plain(1));
        assert_eq!(content(&column, &not_a_number), Content::Text("NaN"));
    }
}
