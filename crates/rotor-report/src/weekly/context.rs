//! What every part of the page asks of a week: names, numbers and picks in the language of the page.

use rotor_factor::Date;
use rotor_run::{Named, Weekly};

use crate::draw::Unit;
use crate::page::Cell;
use crate::parts;
use crate::parts::calendar::Calendar;
use crate::words::{Lang, NONE, signed};

/// Growth and returns in tables, the unit in the title of the column.
pub(super) const GROWTH: Unit = Unit::plain(1).signed();
/// The same with two decimals.
pub(super) const FINE: Unit = Unit::plain(2).signed();
/// Fractions of a whole and percentiles, in percent.
pub(super) const PART: Unit = Unit::plain(1);

/// A week in one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct WeeklyContext<'a> {
    pub(super) weekly: &'a Weekly,
    pub(super) lang: Lang,
}

impl WeeklyContext<'_> {
    /// A name in the language of the page, safe to show.
    pub(super) fn name(self, named: &Named) -> String {
        parts::named(self.lang, [named.name_zh.as_deref(), Some(&named.name), Some(&named.code)])
    }

    /// When the data come next.
    pub(super) fn calendar(&self) -> Calendar<'_> {
        let weekly = self.weekly;
        Calendar { lang: self.lang, as_of: weekly.as_of, releases: &weekly.releases, series: &weekly.series }
    }

    /// A difference in percentage points.
    pub(super) fn points(self, value: f64, decimals: usize) -> String {
        signed(value, decimals) + self.lang.of(" pp", "个百分点")
    }

    /// Names with a text each, as a list in a sentence: "Coal +2.10%; Banks +1.00%".
    pub(super) fn listed<'n>(self, items: impl IntoIterator<Item = (&'n Named, String)>) -> String {
        let between = self.lang.of(" ", "");
        let items = items.into_iter().map(|(named, text)| self.name(named) + between + &text);
        items.collect::<Vec<_>>().join(self.lang.between())
    }

    /// Sentences one after the other.
    pub(super) fn joined(self, sentences: &[String]) -> String {
        sentences.join(self.lang.of(" ", ""))
    }

    /// Parts of a sentence.
    pub(super) fn clauses(self, clauses: &[String]) -> String {
        clauses.join(self.lang.of("; ", "；"))
    }

    /// The last trading day of the week before the day of the page.
    pub(super) fn last_day(self) -> Option<Date> {
        self.weekly.week.days.last().copied()
    }
}

/// A number in percent with its sign.
pub(super) fn percent(value: f64, decimals: usize) -> String {
    signed(value, decimals) + "%"
}

/// A number that may be missing.
pub(super) fn cell(value: Option<f64>, unit: Unit) -> Cell {
    value.map_or_else(|| NONE.into(), |value| Cell::number(value, unit))
}

/// The first and the last of a list, `most` of each and none twice; the last one first.
pub(super) fn ends<T>(items: &[T], most: usize) -> (Vec<&T>, Vec<&T>) {
    let n_first = most.min(items.len().div_ceil(2));
    let n_last = most.min(items.len() - n_first);
    (items.iter().take(n_first).collect(), items.iter().rev().take(n_last).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_list_do_not_overlap() {
        let of = |n: usize| {
            let items: Vec<usize> = (0..n).collect();
            let (first, last) = ends(&items, 2);
            (first.into_iter().copied().collect(), last.into_iter().copied().collect())
        };
        let expected: [(Vec<usize>, Vec<usize>); 4] =
            [(vec![], vec![]), (vec![0], vec![]), (vec![0, 1], vec![2]), (vec![0, 1], vec![4, 3])];
        assert_eq!([of(0), of(1), of(3), of(5)], expected);
    }
}
