//! What was seen of a column, or of a row where days stand in the header.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::{Date, Frequency};

use super::days::{Forms, Spacing};
use super::find::is_code;
use super::words;
use crate::assemble::jump;
use crate::number::{Number, number};
use crate::shipped;
use crate::source::Cell;

/// Of so many texts it is told which they are.
const MOST_KEYS: usize = 2_000;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    /// Numbers of rows.
    Index,
    Days,
    /// Codes or names of entities.
    Codes,
    Numbers,
    Texts,
}

/// What was seen of a column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) at: usize,
    pub(super) header: String,
    pub(super) kind: Kind,
    /// The different texts of codes.
    pub(super) keys: BTreeSet<String>,
    pub(super) numbers: Numbers,
    /// What rows between the header and the data say of it.
    pub(super) frequency_word: Option<String>,
    pub(super) unit_word: Option<String>,
}

/// What was seen of the numbers of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    pub(super) n: usize,
    pub(super) n_negative: usize,
    /// Texts and numbers that stand for no value, and how often.
    pub(super) marks: BTreeMap<String, usize>,
    pub(super) n_errors: usize,
    /// The first cell that is none of these.
    pub(super) odd: Option<(u64, String)>,
    pub(super) n_odd: usize,
    pub(super) n_zeros: usize,
    /// The largest share of zeros among the values of an entity.
    pub(super) share_of_zeros: f64,
    /// Whether zeros stand before the first other value and nowhere else.
    pub(super) zeros_lead: bool,
    pub(super) jump: Option<(f64, f64)>,
    /// The middle of the absolute values.
    pub(super) middle: f64,
    /// Whether a value says little of the next, as with returns.
    pub(super) is_wild: bool,
    pub(super) spacing: Spacing,
}

/// What the cells of a column are, by them and by the header.
pub(super) fn kind<'c>(header: &str, at: usize, cells: &(impl Iterator<Item = &'c Cell> + Clone)) -> Kind {
    let filled = || cells.clone().filter(|cell| !cell.is_empty());
    let n = filled().count();
    if n == 0 {
        return Kind::Nothing;
    }
    let count = |is: &dyn Fn(&Cell) -> bool| filled().filter(|cell| is(cell)).count();
    let is_number = |cell: &Cell| {
        matches!(number(cell, &[]), Ok(Number::Value(_))) || words::MARKS.contains(&cell.text().as_str())
    };
    let is_whole = |cell: &Cell| cell.text().parse::<u64>().is_ok();
    let are_days = 10 * count(&|cell| Forms::of(cell).is_some()) >= 9 * n;
    if words::is_index(header) && (at == 0 || !header.is_empty()) && count(&is_whole) == n {
        return Kind::Index;
    }
    if are_days && (words::is_date(header) || words::is_release(header)) {
        return Kind::Days;
    }
    if words::code_rank(header).is_some()
        || (count(&|cell| is_code(&cell.text())) == n && are_known(filled()))
    {
        return Kind::Codes;
    }
    if 10 * count(&is_number) >= 8 * n || count(&|cell| matches!(cell, Cell::Error(_))) == n {
        Kind::Numbers
    } else if are_days {
        Kind::Days
    } else {
        Kind::Texts
    }
}

fn are_known<'c>(mut cells: impl Iterator<Item = &'c Cell>) -> bool {
    let known = shipped::names("sw2021").unwrap_or_default();
    cells.next().is_some_and(|cell| known.contains_key(&cell.text()))
}

/// A cell with whom it is about, by position, and its day.
pub(super) struct Entry<'c> {
    pub(super) key: usize,
    pub(super) day: Date,
    pub(super) row: u64,
    pub(super) cell: &'c Cell,
}

impl Numbers {
    /// Looks at the cells of a column.
    pub(super) fn of<'c>(entries: impl Iterator<Item = Entry<'c>>) -> Self {
        let mut seen = Self::default();
        let mut values: Vec<(usize, Date, f64)> = Vec::new();
        for entry in entries {
            match number(entry.cell, &[]) {
                Ok(Number::Value(value)) => values.push((entry.key, entry.day, value)),
                Ok(Number::Missing) => {}
                Err(_) => seen.no_number(&entry),
            }
        }
        seen.take_out_sentinels(&mut values);
        values.sort_by_key(|(key, day, _)| (*key, *day));
        seen.n = values.len();
        seen.n_negative = values.iter().filter(|(.., value)| *value < 0.0).count();
        seen.zeros(&values);
        seen.steps(&values);
        let days = values.iter().filter(|(.., value)| *value != 0.0).map(|(_, day, _)| *day);
        seen.spacing = Spacing::of(days.collect());
        seen
    }

    fn no_number(&mut self, entry: &Entry<'_>) {
        let text = entry.cell.text();
        if words::MARKS.contains(&text.as_str()) {
            *self.marks.entry(text).or_default() += 1;
        } else if matches!(entry.cell, Cell::Error(_)) || text.starts_with('#') {
            self.n_errors += 1;
        } else {
            self.n_odd += 1;
            self.odd.get_or_insert((entry.row, text));
        }
    }

    /// Takes out numbers that stand for none: such as -99.99, where every other number is far above.
    fn take_out_sentinels(&mut self, values: &mut Vec<(usize, Date, f64)>) {
        const FAR_ABOVE: f64 = -90.0;
        let marks: Vec<(&str, f64)> =
            words::SENTINELS.iter().filter_map(|mark| Some((*mark, mark.parse().ok()?))).collect();
        let mark_of = |value: f64| marks.iter().find(|(_, mark)| *mark == value).map(|(text, _)| *text);
        let is_low = |value: f64| value < FAR_ABOVE;
        if values.iter().any(|(.., value)| is_low(*value) && mark_of(*value).is_none()) {
            return;
        }
        for (.., value) in values.iter() {
            if let Some(mark) = mark_of(*value) {
                *self.marks.entry(mark.into()).or_default() += 1;
            }
        }
        values.retain(|(.., value)| mark_of(*value).is_none());
    }

    fn zeros(&mut self, values: &[(usize, Date, f64)]) {
        self.zeros_lead = true;
        for group in values.chunk_by(|one, other| one.0 == other.0) {
            let n = group.iter().filter(|(.., value)| *value == 0.0).count();
            let n_leading = group.iter().take_while(|(.., value)| *value == 0.0).count();
            self.n_zeros += n;
            self.zeros_lead &= n == n_leading;
            self.share_of_zeros = self.share_of_zeros.max(n as f64 / group.len() as f64);
        }
    }

    fn steps(&mut self, values: &[(usize, Date, f64)]) {
        /// Half of the steps of a level are smaller than this.
        const WILD: f64 = 0.3;
        /// Fewer steps say nothing.
        const ENOUGH: usize = 10;
        let mut sizes: Vec<f64> = values.iter().map(|(.., value)| value.abs()).collect();
        self.middle = middle(&mut sizes).unwrap_or(0.0);
        let mut steps = Vec::new();
        for group in values.chunk_by(|one, other| one.0 == other.0) {
            let levels: Vec<f64> = group.iter().map(|(.., value)| *value).collect();
            steps.extend(
                levels.windows(2).filter(|pair| pair[0] != 0.0).map(|pair| (pair[1] / pair[0] - 1.0).abs()),
            );
            if self.jump.is_none() {
                self.jump = jump(&levels).map(|at| (levels[at - 1], levels[at]));
            }
        }
        self.is_wild = steps.len() >= ENOUGH && middle(&mut steps).is_some_and(|step| step > WILD);
    }

    /// Whether the numbers look like returns and not like levels, which are above 0 and change little from one day to the next.
    pub(super) fn may_be_returns(&self) -> bool {
        self.n_negative > 0 || self.is_wild || (self.middle < 0.5 && self.n > 0)
    }

    fn add(&mut self, other: &Self) {
        self.middle = if other.n > self.n { other.middle } else { self.middle };
        self.n += other.n;
        self.n_negative += other.n_negative;
        for (mark, n) in &other.marks {
            *self.marks.entry(mark.clone()).or_default() += n;
        }
        self.n_errors += other.n_errors;
        self.n_odd += other.n_odd;
        self.odd = self.odd.take().or_else(|| other.odd.clone());
        self.n_zeros += other.n_zeros;
        self.share_of_zeros = self.share_of_zeros.max(other.share_of_zeros);
        self.zeros_lead &= other.zeros_lead;
        self.jump = self.jump.or(other.jump);
        self.is_wild |= other.is_wild;
        self.spacing = self.spacing.both(&other.spacing);
    }
}

fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

impl Column {
    /// Notes a text of a column of codes.
    pub(super) fn note_key(&mut self, text: String) {
        if !text.is_empty() && self.keys.len() < MOST_KEYS {
            self.keys.insert(text);
        }
    }

    /// How often it has values, by the file's word for it, else by its days.
    pub(super) fn frequency(&self) -> Option<Frequency> {
        let word = self.frequency_word.as_deref().and_then(crate::plan::frequency);
        word.or(self.numbers.spacing.frequency)
    }

    /// Adds what was seen of the same column of another file.
    pub(super) fn add(&mut self, other: Self) {
        if self.kind == Kind::Nothing {
            self.kind = other.kind;
        }
        self.numbers.add(&other.numbers);
        for key in other.keys {
            self.note_key(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(texts: &[&str]) -> Numbers {
        let cells: Vec<Cell> = texts.iter().map(|text| Cell::Text((*text).into())).collect();
        let day = |position: usize| Date::from_days(19_000 + position as i32).unwrap();
        Numbers::of(cells.iter().enumerate().map(|(at, cell)| Entry {
            key: 0,
            day: day(at),
            row: at as u64,
            cell,
        }))
    }

    #[test]
    fn what_is_no_value_is_counted_apart() {
        let numbers = seen(&["1.5", "--", "-99.99", "2", "ten", "#NAME?", "0"]);
        assert_eq!((numbers.n, numbers.n_zeros, numbers.n_errors, numbers.n_odd), (3, 1, 1, 1));
        assert_eq!(numbers.marks.keys().collect::<Vec<_>>(), ["--", "-99.99"]);
        assert_eq!(numbers.odd, Some((4, "ten".into())));
        // Among other low numbers it is one of them.
        assert!(seen(&["-99.99", "-95.2", "3"]).marks.is_empty());
    }

    #[test]
    fn returns_are_told_from_levels() {
        assert!(seen(&["1.2", "-0.5", "2.2"]).may_be_returns());
        assert!(seen(&["0.012", "0.02", "0.001"]).may_be_returns());
        assert!(!seen(&["3000", "3010.5", "2990"]).may_be_returns());
    }

    #[test]
    fn the_kind_of_a_column_is_that_of_most_cells() {
        let of = |header: &str, at: usize, texts: &[&str]| {
            let cells: Vec<Cell> = texts.iter().map(|text| Cell::Text((*text).into())).collect();
            kind(header, at, &cells.iter())
        };
        assert_eq!(of("", 0, &["0", "1", "2"]), Kind::Index);
        assert_eq!(of("代码", 1, &["801010"]), Kind::Codes);
        assert_eq!(of("x", 1, &["801010", "801030"]), Kind::Codes);
        assert_eq!(of("收盘", 1, &["1", "--", "2"]), Kind::Numbers);
        assert_eq!(of("公告日期", 1, &["20220430"]), Kind::Days);
        assert_eq!(of("note", 1, &["a", "1"]), Kind::Texts);
    }
}
