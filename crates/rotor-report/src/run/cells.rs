//! The cells of tables: numbers with their unit, and a dash with its reason where there is none.

use super::metrics::{Estimate, Figure, Side};
use super::teller::Teller;
use super::told::told;
use crate::draw::Unit;
use crate::page::{Block, Table};
use crate::words::{Lang, NONE, fixed, signed};

/// A fraction of a year's or a month's wealth.
pub(super) const PERCENT: Unit = Unit::fraction(1);
/// The same with its sign: a difference.
pub(super) const DIFFERENCE: Unit = Unit::fraction(1).signed();
/// A share of a count.
pub(super) const SHARE: Unit = Unit::fraction(0);
/// A correlation.
pub(super) const CORRELATION: Unit = Unit::plain(3).signed();
/// A ratio.
pub(super) const RATIO: Unit = Unit::plain(2);

/// The reasons of the numbers that a table lacks, each with a number that stands in the cells.
#[derive(Debug)]
pub(super) struct Notes {
    lang: Lang,
    reasons: Vec<String>,
}

impl Notes {
    pub(super) fn new(teller: &Teller<'_>) -> Self {
        Self { lang: teller.lang, reasons: Vec::new() }
    }

    /// The cell of a missing number.
    pub(super) fn missing(&mut self, reason: &str) -> String {
        let reason = told(self.lang, reason);
        let known = self.reasons.iter().position(|known| *known == reason);
        let position = known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        });
        format!("{NONE} [{}]", position + 1)
    }

    pub(super) fn figure(&mut self, figure: Figure<'_>, unit: Unit) -> String {
        match figure.value {
            Some(value) => unit.write(value),
            None => self.missing(figure.reason),
        }
    }

    /// As [`Notes::figure`], with about four digits.
    pub(super) fn plain(&mut self, figure: Figure<'_>) -> String {
        match figure.value {
            Some(value) => crate::words::plain(value),
            None => self.missing(figure.reason),
        }
    }

    pub(super) fn interval(&mut self, estimate: Estimate<'_>, unit: Unit) -> String {
        match estimate.interval {
            Some(interval) => written(self.lang, interval, unit),
            None => self.missing(estimate.figure.reason),
        }
    }

    pub(super) fn detectable(&mut self, estimate: Estimate<'_>, unit: Unit) -> String {
        match estimate.detectable {
            Some(value) => Unit { is_signed: false, ..unit }.write(value),
            None => self.missing(estimate.figure.reason),
        }
    }

    pub(super) fn p_value(&mut self, estimate: Estimate<'_>) -> String {
        match estimate.p_value {
            Some(value) => p_value(value),
            None => self.missing(estimate.figure.reason),
        }
    }

    /// What an interval says of zero.
    pub(super) fn reading(&mut self, estimate: Estimate<'_>) -> String {
        match estimate.side() {
            Some(Side::Above) => self.lang.of("above zero", "高于零").into(),
            Some(Side::Below) => self.lang.of("below zero", "低于零").into(),
            Some(Side::Holds) => self.lang.of("undecided", "无法判定").into(),
            None => self.missing(estimate.figure.reason),
        }
    }

    /// The table with the reasons under it; nothing if it has no rows.
    pub(super) fn under(self, table: Table) -> Vec<Block> {
        if table.rows.is_empty() {
            return Vec::new();
        }
        let mut blocks = vec![table.into()];
        if !self.reasons.is_empty() {
            let numbered = self.reasons.iter().enumerate();
            blocks.push(Block::List(
                numbered.map(|(position, reason)| format!("[{}] {reason}", position + 1)).collect(),
            ));
        }
        blocks
    }
}

/// A p-value; below a hundredth how far below does not matter.
pub(super) fn p_value(value: f64) -> String {
    if value < 0.005 { "<0.01".into() } else { fixed(value, 2) }
}

/// An interval in words.
pub(super) fn written(lang: Lang, (low, high): (f64, f64), unit: Unit) -> String {
    format!("{}{}{}", bound(low, unit), lang.of(" to ", " 至 "), bound(high, unit))
}

/// The end of an interval; one that would round to zero has two more decimals, for on which side of zero it lies matters.
fn bound(value: f64, unit: Unit) -> String {
    let value = value * unit.factor;
    let rounds_to_zero = fixed(value, unit.decimals).bytes().all(|byte| b"0.".contains(&byte));
    signed(value, if rounds_to_zero { unit.decimals + 2 } else { unit.decimals }) + unit.suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_of_zero_can_be_read() {
        assert_eq!(written(Lang::En, (0.000_3, 0.063), PERCENT), "+0.030% to +6.3%");
        assert_eq!(written(Lang::Zh, (-0.062, -0.000_4), DIFFERENCE), "-6.2% 至 -0.040%");
        assert_eq!([p_value(0.001), p_value(0.25)], ["<0.01", "0.25"]);
    }
}
