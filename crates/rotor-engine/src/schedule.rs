//! Which days are execution days.

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::{AsOf, Date, Month};

/// A day on which sectors are chosen, and the day on which they are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The execution day: what was released before it is known.
    pub as_of: AsOf,
    /// The execution day of the next calendar month.
    pub exit: Date,
}

/// Returns the execution days from the month `start` to the month `end`, both included, oldest first.
///
/// The execution day is the first trading day of a month, or the last where the dataset has month-end closes only. A day
/// without an exit, in the last month of the dataset or before a month without trading, is none.
#[must_use]
pub fn executions(dataset: &Dataset, start: Month, end: Option<Month>) -> Vec<Execution> {
    let calendar = dataset.calendar();
    let day_of = |month: Month| match dataset.manifest().price_frequency {
        PriceFrequency::Daily => calendar.first_of(month),
        PriceFrequency::MonthEnd => calendar.last_of(month),
    };
    let (Some(first), Some(last)) = (calendar.days().first(), calendar.days().last()) else {
        return Vec::new();
    };
    let first = start.max(first.month());
    let last = end.unwrap_or(Month::MAX).min(last.month());
    let months = (first.index()..=last.index()).filter_map(Month::from_index);
    months
        .filter_map(|month| Some(Execution { as_of: AsOf(day_of(month)?), exit: day_of(month.plus(1)?)? }))
        .collect()
}
