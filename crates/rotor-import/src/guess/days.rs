//! In which form files write days, and how far the days are apart.

use rotor_factor::{Date, Frequency};

use crate::date::{Moment, formatted, usual};
use crate::source::Cell;

/// A way of writing days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One that needs no word in a plan.
    Usual,
    As(&'static str),
}

const ALL: &[Form] = &[
    Form::Usual,
    Form::As("%m/%d/%Y"),
    Form::As("%d/%m/%Y"),
    Form::As("%m-%d-%Y"),
    Form::As("%d-%m-%Y"),
    Form::As("%d.%m.%Y"),
    Form::As("%m.%d.%Y"),
    Form::As("%m/%d/%y"),
    Form::As("%d/%m/%y"),
    Form::As("%y-%m-%d"),
];

impl Form {
    /// How a plan writes it.
    pub(super) fn text(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::As(form) => Some(form),
        }
    }

    /// Reads a cell; years that no data have are numbers of another kind.
    pub(super) fn read(self, cell: &Cell) -> Option<Moment> {
        let moment = match (self, cell) {
            (_, Cell::Day(day)) => Some(Moment::Day(*day)),
            (_, Cell::Empty | Cell::Error(_)) => None,
            (Self::Usual, cell) => usual(&cell.text()),
            (Self::As(form), cell) => formatted(&cell.text(), form),
        };
        moment.filter(|moment| (1850..=2100).contains(&moment.day().month().year()))
    }
}

/// Forms, each of which reads everything that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forms(u16);

impl Forms {
    /// The forms that read a cell.
    pub(super) fn of(cell: &Cell) -> Option<Self> {
        if !may_be_day(cell) {
            return None;
        }
        let bits = ALL.iter().enumerate().filter(|(_, form)| form.read(cell).is_some());
        let bits = bits.fold(0, |bits, (position, _)| bits | 1 << position);
        (bits != 0).then_some(Self(bits))
    }

    /// Those that both have.
    pub(super) fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The forms; where the usual one is among them, no other is meant.
    pub(super) fn list(self) -> Vec<Form> {
        if self.0 & 1 != 0 {
            return vec![Form::Usual];
        }
        ALL.iter()
            .enumerate()
            .filter(|(position, _)| self.0 & 1 << position != 0)
            .map(|(_, form)| *form)
            .collect()
    }
}

/// Whether a cell is worth reading: most are plain numbers.
fn may_be_day(cell: &Cell) -> bool {
    const LONGEST: usize = 40;
    let text = match cell {
        Cell::Day(_) => return true,
        Cell::Empty | Cell::Merged | Cell::Error(_) => return false,
        Cell::Text(text) => text.trim(),
        Cell::Number(number) => return number.fract() == 0.0 && (185_001.0..21_001_232.0).contains(number),
    };
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if !begins || text.len() > LONGEST {
        return false;
    }
    let n_dots = text.bytes().filter(|byte| *byte == b'.').count();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match (is_plain, n_dots) {
        (true, 0) => text.len() == 6 || text.len() == 8,
        // A month such as 2022.07.
        (true, 1) => text.find('.') == Some(4) && text.len() <= 7,
        _ => true,
    }
}

/// How far days are apart, and where in their periods they lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is true of all days, whatever the others are")]
pub(super) struct Spacing {
    pub(super) n_days: usize,
    pub(super) frequency: Option<Frequency>,
    /// Whether all are last days of months.
    pub(super) are_month_ends: bool,
    /// Whether all are first days of months.
    pub(super) are_month_starts: bool,
    pub(super) are_quarter_ends: bool,
    pub(super) are_fridays: bool,
    /// The days, if there are few: only together with those of other files they may say how often there are values.
    few: Vec<Date>,
}

impl Spacing {
    /// Looks at days in any order.
    pub(super) fn of(mut days: Vec<Date>) -> Self {
        const FEW: usize = 50;
        days.sort_unstable();
        days.dedup();
        Self {
            n_days: days.len(),
            frequency: frequency(&days),
            are_month_ends: days.iter().all(|day| day.month().last_day() == *day),
            are_month_starts: days.iter().all(|day| day.month().first_day() == *day),
            are_quarter_ends: days.iter().all(|day| day.quarter().last_day() == *day),
            are_fridays: days.iter().all(|day| day.weekday() == 5),
            few: if days.len() <= FEW { days } else { Vec::new() },
        }
    }

    /// What is true of both; how often the one with more days says.
    pub(super) fn both(&self, other: &Self) -> Self {
        if self.few.len() == self.n_days && other.few.len() == other.n_days {
            return Self::of(self.few.iter().chain(&other.few).copied().collect());
        }
        let more = if other.n_days > self.n_days { other } else { self };
        Self {
            n_days: more.n_days,
            frequency: more.frequency,
            are_month_ends: self.are_month_ends && other.are_month_ends,
            are_month_starts: self.are_month_starts && other.are_month_starts,
            are_quarter_ends: self.are_quarter_ends && other.are_quarter_ends,
            are_fridays: self.are_fridays && other.are_fridays,
            few: Vec::new(),
        }
    }
}

/// The frequency of days in their order: by months if no two are in one, else by days.
fn frequency(days: &[Date]) -> Option<Frequency> {
    let gaps = |gap: &dyn Fn(Date, Date) -> i32| -> Vec<i32> {
        let mut gaps: Vec<i32> = days.windows(2).map(|pair| gap(pair[0], pair[1])).collect();
        gaps.sort_unstable();
        gaps
    };
    let middle = |gaps: &[i32]| gaps.get(gaps.len() / 2).copied();
    let months = gaps(&|one, other| other.month().index() - one.month().index());
    let between = gaps(&|one, other| other.days() - one.days());
    if months.first().is_some_and(|least| *least >= 1) && between.first().is_some_and(|least| *least > 9) {
        return match middle(&months)? {
            1 | 2 => Some(Frequency::Monthly),
            3 => Some(Frequency::Quarterly),
            _ => None,
        };
    }
    match middle(&between)? {
        ..=4 => Some(Frequency::Daily),
        5..=9 => Some(Frequency::Weekly),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_that_read_every_cell() {
        let of = |texts: &[&str]| {
            let cells = texts.iter().map(|text| Forms::of(&Cell::Text((*text).into())));
            cells.reduce(|one, other| Some(one?.both(other?))).flatten().map(Forms::list)
        };
        assert_eq!(of(&["2022-07-01", "2022-07-04"]), Some(vec![Form::Usual]));
        assert_eq!(of(&["1/2/2024", "2/3/2024"]), Some(vec![Form::As("%m/%d/%Y"), Form::As("%d/%m/%Y")]));
        assert_eq!(of(&["1/2/2024", "1/13/2024"]), Some(vec![Form::As("%m/%d/%Y")]));
        for number in ["1234.56", "801010", "3000.12", "12", "20231345"] {
            assert_eq!(of(&[number]), None, "{number}");
        }
    }

    #[test]
    fn the_spacing_of_days_is_their_frequency() {
        let of = |days: &[&str]| Spacing::of(days.iter().map(|day| day.parse().unwrap()).collect()).frequency;
        assert_eq!(of(&["2022-07-01", "2022-07-04"]), Some(Frequency::Daily));
        assert_eq!(of(&["2022-07-01", "2022-07-08", "2022-07-15"]), Some(Frequency::Weekly));
        assert_eq!(of(&["2022-07-29", "2022-06-30"]), Some(Frequency::Monthly));
        assert_eq!(of(&["2022-03-31", "2022-06-30", "2022-09-30"]), Some(Frequency::Quarterly));
        assert_eq!(of(&["2022-07-29", "2022-08-01"]), Some(Frequency::Daily));
        assert_eq!(of(&["2022-07-01"]), None);
    }
}
