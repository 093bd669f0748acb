//! Numbers as files write them.

use crate::fault::FaultKind;
use crate::plan::{ValuePlan, Zero};
use crate::source::Cell;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Value(f64),
    Missing,
}

/// Reads the number of a cell; `missing` are the texts that stand for none.
pub(crate) fn number(cell: &Cell, missing: &[String]) -> Result<Number, FaultKind> {
    let text = match cell {
        Cell::Empty => return Ok(Number::Missing),
        Cell::Number(number) => {
            let is_mark = |text: &String| text.trim().parse::<f64>().is_ok_and(|mark| mark == *number);
            return Ok(if missing.iter().any(is_mark) { Number::Missing } else { Number::Value(*number) });
        }
        Cell::Day(_) => return Err(FaultKind::NotANumber),
        Cell::Merged => return Err(FaultKind::MergedCell),
        Cell::Text(text) | Cell::Error(text) => text.trim(),
    };
    if text.is_empty() || missing.iter().any(|mark| mark.trim() == text) {
        return Ok(Number::Missing);
    }
    if matches!(cell, Cell::Error(_)) || text.starts_with('#') {
        return Err(FaultKind::FormulaError);
    }
    let value = parsed(text).ok_or(FaultKind::NotANumber)?;
    // A mark may be written with other decimals.
    let is_mark = |mark: &String| parsed(mark.trim()).is_some_and(|mark| mark == value);
    Ok(if missing.iter().any(is_mark) { Number::Missing } else { Number::Value(value) })
}

/// A decimal number, perhaps with separators of thousands or a per cent sign; nothing that a program calls a number and no person does.
fn parsed(text: &str) -> Option<f64> {
    let text = text.trim();
    // The sign says the unit; the number before it is the one that is meant.
    let text = text.strip_suffix(['%', '％']).map_or(text, str::trim_end);
    let text = without_thousands(text)?;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let value: f64 = text.parse().ok().filter(|value: &f64| is_plain && value.is_finite())?;
    Some(value)
}

/// Takes out commas that stand between groups of three digits.
fn without_thousands(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, rest) = text.split_once('.').map_or((text, ""), |(whole, rest)| (whole, rest));
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let is_first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let is_sound = is_first && groups.all(|group| group.len() == 3) && !rest.contains(',');
    is_sound.then(|| text.replace(',', ""))
}

/// What a number becomes by the plan of its table or of its series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changed {
    pub(crate) minus: f64,
    pub(crate) scale: f64,
}

impl Changed {
    pub(crate) fn new(value: &ValuePlan, minus: Option<f64>, scale: Option<f64>) -> Self {
        Self { minus: minus.or(value.minus).unwrap_or(0.0), scale: scale.or(value.scale).unwrap_or(1.0) }
    }

    /// Whether it changes anything.
    pub(crate) fn is_any(self) -> bool {
        self.minus != 0.0 || self.scale != 1.0
    }

    pub(crate) fn of(self, value: f64) -> f64 {
        (value - self.minus) * self.scale
    }
}

/// Which of the values of a series, in time order, are none by what a zero is; `Err` is the share of zeros of one that nobody spoke of.
pub(crate) fn zeros(values: &[f64], rule: Option<Zero>) -> Result<Vec<bool>, f64> {
    /// Up to this share a zero is a number.
    const MOST: f64 = 0.05;
    let is_zero = |value: &f64| *value == 0.0;
    Ok(match rule {
        Some(Zero::Data) => vec![false; values.len()],
        Some(Zero::Missing) => values.iter().map(is_zero).collect(),
        Some(Zero::MissingAtStart) => {
            let n = values.iter().take_while(|value| is_zero(value)).count();
            (0..values.len()).map(|position| position < n).collect()
        }
        None => {
            let share =
                values.iter().filter(|value| is_zero(value)).count() as f64 / values.len().max(1) as f64;
            if share > MOST {
                return Err(share);
            }
            vec![false; values.len()]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_people_write() {
        let read = |text: &str| number(&Cell::Text(text.into()), &["-99.99".into(), "--".into()]);
        for (text, expected) in
            [("1.5", 1.5), (" -3 ", -3.0), ("1,211,379.5", 1_211_379.5), ("5.1%", 5.1), ("1e3", 1e3)]
        {
            assert_eq!(read(text), Ok(Number::Value(expected)), "{text}");
        }
        for text in ["", "--", "-99.990", " -99.99"] {
            assert_eq!(read(text), Ok(Number::Missing), "{text}");
        }
        for text in ["1,21", "NaN", "inf", "0x10", "1.2.3", "12abc", "1,2345"] {
            assert_eq!(read(text), Err(FaultKind::NotANumber), "{text}");
        }
        assert_eq!(read("#NAME?"), Err(FaultKind::FormulaError));
    }

    #[test]
    fn zeros_are_asked_about() {
        assert_eq!(
            zeros(&[0.0, 0.0, 1.0, 0.0], Some(Zero::MissingAtStart)),
            Ok(vec![true, true, false, false])
        );
        assert_eq!(zeros(&[0.0, 1.0], Some(Zero::Missing)), Ok(vec![true, false]));
        assert_eq!(zeros(&[0.0, 1.0, 2.0], None), Err(1.0 / 3.0));
        let mut many = vec![1.0; 99];
        many.push(0.0);
        assert!(zeros(&many, None).is_ok());
    }
}
