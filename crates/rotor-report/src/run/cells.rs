//! The cells of tables: numbers with their unit, and a dash with its reason where there is none.

use rotor_run::metrics::{Estimate, Metric, Reason};

use super::context::Context;
use crate::draw::Unit;
use crate::page::{Block, Table};
use crate::say;
use crate::sentences;
use crate::terms::Term;
use crate::words::{Lang, NONE, fixed, sentence, signed};

/// A fraction of a year's or a month's wealth.
pub(crate) const PERCENT: Unit = Unit::fraction(1);
/// The same with its sign: a difference.
pub(crate) const DIFFERENCE: Unit = Unit::fraction(1).signed();
/// A fraction of a count.
pub(crate) const FRACTION: Unit = Unit::fraction(0);
/// A correlation.
pub(crate) const CORRELATION: Unit = Unit::plain(3).signed();
/// A ratio.
pub(crate) const RATIO: Unit = Unit::plain(2);

/// On which side of zero a confidence interval lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Above,
    Below,
    IncludesZero,
}

/// Returns on which side of zero the interval of an estimate lies; `None` without one.
pub(crate) fn side(estimate: &Estimate) -> Option<Side> {
    estimate.get()?;
    let (low, high) = estimate.interval()?;
    Some(if low > 0.0 {
        Side::Above
    } else if high < 0.0 {
        Side::Below
    } else {
        Side::IncludesZero
    })
}

/// What stands under a table, each note with a number that stands in the cells: why a number is missing, or of which months it is.
#[derive(Debug)]
pub(crate) struct Footnotes {
    lang: Lang,
    notes: Vec<String>,
}

impl Footnotes {
    pub(in crate::run) fn new(context: &Context<'_>) -> Self {
        Self::of(context.lang)
    }

    /// The notes of a page without a run.
    pub(crate) fn of(lang: Lang) -> Self {
        Self { lang, notes: Vec::new() }
    }

    /// The cell of a missing number.
    pub(crate) fn missing(&mut self, reason: Option<&Reason>) -> String {
        self.missing_as(sentences::reason_or_none(self.lang, reason))
    }

    /// The cell of a missing score, with what its factor says.
    pub(crate) fn missing_score(&mut self, text: &str) -> String {
        self.missing_as(score_reason(self.lang, text))
    }

    /// The cell of a number that is missing for a reason which is a sentence already.
    pub(crate) fn missing_as(&mut self, reason: String) -> String {
        let position = self.position(reason);
        format!("{NONE} [{position}]")
    }

    /// The number of a note under the table, from 1.
    fn position(&mut self, note: String) -> usize {
        let known = self.notes.iter().position(|known| *known == note);
        known.unwrap_or_else(|| {
            self.notes.push(note);
            self.notes.len() - 1
        }) + 1
    }

    /// The name of a row, marked if its numbers are those of fewer months than the others.
    pub(crate) fn of_months(&mut self, name: String, n: usize, n_all: usize) -> String {
        if n == n_all {
            return name;
        }
        let reason = say!(
            self.lang,
            "{n} of {n_all} months: not to be set beside numbers of other months",
            "仅含{n_all}个月中的{n}个月，不可与其他月份的数字直接比较"
        );
        let position = self.position(reason);
        format!("{name} [{position}]")
    }

    pub(crate) fn metric(&mut self, metric: &Metric, unit: Unit) -> String {
        match &metric.value {
            Ok(value) => unit.write(*value),
            Err(reason) => self.missing(Some(reason)),
        }
    }

    /// As [`Footnotes::metric`], with about four digits.
    pub(crate) fn plain(&mut self, metric: &Metric) -> String {
        match &metric.value {
            Ok(value) => crate::words::plain(*value),
            Err(reason) => self.missing(Some(reason)),
        }
    }

    pub(crate) fn interval(&mut self, estimate: &Estimate, unit: Unit) -> String {
        match estimate.interval() {
            Some(interval) => interval_text(interval, unit),
            None => self.missing(estimate.reason()),
        }
    }

    /// An estimate with its interval in one cell.
    pub(crate) fn with_interval(&mut self, estimate: &Estimate, unit: Unit) -> String {
        let value = self.metric(&estimate.value, unit);
        match (estimate.value.get(), estimate.interval()) {
            (None, _) => value,
            (_, Some(interval)) => format!("{value} {}", interval_text(interval, unit)),
            (_, None) => {
                let position = self.position(sentences::reason_or_none(self.lang, estimate.reason()));
                format!("{value} [{position}]")
            }
        }
    }

    pub(crate) fn detectable(&mut self, estimate: &Estimate, unit: Unit) -> String {
        match estimate.detectable() {
            Some(value) => Unit { is_signed: false, ..unit }.write(value),
            None => self.missing(estimate.reason()),
        }
    }

    pub(crate) fn p_value(&mut self, estimate: &Estimate) -> String {
        match estimate.p_value() {
            Some(value) => p_value(value),
            None => self.missing(estimate.reason()),
        }
    }

    /// Whether an interval excludes zero.
    pub(crate) fn significance(&mut self, estimate: &Estimate) -> String {
        match side(estimate) {
            Some(Side::Above) => self.lang.of("above zero", "显著为正").into(),
            Some(Side::Below) => self.lang.of("below zero", "显著为负").into(),
            Some(Side::IncludesZero) => Term::NotSignificantShort.of(self.lang).into(),
            None => self.missing(estimate.reason()),
        }
    }

    /// The table with the notes under it; nothing if it has no rows.
    pub(crate) fn under(self, table: Table) -> Vec<Block> {
        self.under_all(vec![table])
    }

    /// Two tables of the same rows with the notes under them.
    pub(crate) fn under_both(self, table: Table, more: Table) -> Vec<Block> {
        self.under_all(vec![table, more])
    }

    fn under_all(self, tables: Vec<Table>) -> Vec<Block> {
        let mut blocks: Vec<Block> =
            tables.into_iter().filter(|table| !table.rows.is_empty()).map(Block::from).collect();
        if blocks.is_empty() {
            return blocks;
        }
        if !self.notes.is_empty() {
            let numbered = self.notes.iter().enumerate();
            blocks.push(Block::List(
                numbered.map(|(position, note)| format!("[{}] {note}", position + 1)).collect(),
            ));
        }
        blocks
    }
}

/// What a factor says of a missing score.
pub(crate) fn score_reason(lang: Lang, text: &str) -> String {
    let text = sentence(text);
    if text.is_empty() { sentences::reason_or_none(lang, None) } else { text }
}

/// A p-value; below a hundredth how far below does not matter.
pub(crate) fn p_value(value: f64) -> String {
    if value < 0.005 { "<0.01".into() } else { fixed(value, 2) }
}

/// A confidence interval, as `[-0.5%, +10.1%]`.
pub(crate) fn interval_text((low, high): (f64, f64), unit: Unit) -> String {
    format!("[{}, {}]", bound(low, unit), bound(high, unit))
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
    fn rows_of_other_months_are_marked() {
        let mut notes = Footnotes { lang: Lang::En, notes: Vec::new() };
        assert_eq!(notes.of_months("A".into(), 23, 23), "A");
        assert_eq!(notes.of_months("B".into(), 2, 23), "B [1]");
        assert_eq!(notes.missing(Some(&Reason::NoVariation)), "— [2]");
        assert_eq!(notes.of_months("C".into(), 2, 23), "C [1]");
        assert!(notes.notes[0].starts_with("2 of 23 months"), "{:?}", notes.notes);
    }

    #[test]
    fn the_side_of_zero_can_be_read() {
        assert_eq!(interval_text((0.000_3, 0.063), PERCENT), "[+0.030%, +6.3%]");
        assert_eq!(interval_text((-0.062, -0.000_4), DIFFERENCE), "[-6.2%, -0.040%]");
        assert_eq!([p_value(0.001), p_value(0.25)], ["<0.01", "0.25"]);
    }
}
