//! A window of values, one row per entity and one column per period, borrowed and never copied.

use std::fmt;

use crate::{Calendar, CrossSection, Date, Frequency, Month, ReferencePeriod};

/// Values of several entities over the last periods of a window, oldest first.
///
/// Shape `(n_entities, n_periods)`, one entity after the other in the order of the universe. The values stay
/// where the archive keeps them: a panel is a pointer with a stride. Missing values read as `None`.
///
/// ```
/// use rotor_factor::{Date, Frequency, Panel, ReferencePeriod};
/// let june = ReferencePeriod::ending(Frequency::Monthly, Date::new(2022, 6, 30)?).unwrap();
/// let panel = Panel::new(&[1.0, 2.0, f64::NAN, 4.0], 2, 2, june)?;
/// assert_eq!(panel.get(0, 0), Some(2.0)); // the first entity in June
/// assert_eq!(panel.get(1, 1), None); // the second one in May
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Panel<'a> {
    // Invariant: rows start at multiples of `stride` and each has `n_periods` values inside `values`.
    pub(crate) values: &'a [f64],
    pub(crate) stride: usize,
    // Invariant: each is a row that `values` has; `None` if entity `i` has row `i`.
    pub(crate) rows: Option<&'a [u32]>,
    pub(crate) n_periods: usize,
    last: ReferencePeriod,
}

/// Why values do not make a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PanelError {
    /// A window without periods, or longer than the distance from one row to the next.
    Width {
        /// Periods asked for.
        n_periods: usize,
        /// Values from the start of one row to the start of the next.
        stride: usize,
    },
    /// The last row is cut short.
    Length {
        /// Values given.
        n_values: usize,
        /// Values from the start of one row to the start of the next.
        stride: usize,
    },
    /// A selection of a row that is not there.
    Row {
        /// The row selected.
        row: u32,
        /// How many rows there are.
        n_rows: usize,
    },
}

impl fmt::Display for PanelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Width { n_periods, stride } => {
                write!(f, "a window of {n_periods} periods does not fit rows of {stride} values")
            }
            Self::Length { n_values, stride } => write!(f, "{n_values} values do not fill rows of {stride}"),
            Self::Row { row, n_rows } => write!(f, "there is no row {row} among {n_rows}"),
        }
    }
}

impl std::error::Error for PanelError {}

impl<'a> Panel<'a> {
    /// Returns a panel over `values`, whose rows are `stride` apart and whose windows, `n_periods` long, end
    /// with the period `last`. NaN stands for a missing value.
    ///
    /// # Errors
    ///
    /// An error if a window is empty or wider than the stride, or if the last row is incomplete.
    pub fn new(
        values: &'a [f64],
        stride: usize,
        n_periods: usize,
        last: ReferencePeriod,
    ) -> Result<Self, PanelError> {
        if n_periods == 0 || n_periods > stride {
            return Err(PanelError::Width { n_periods, stride });
        }
        if !values.is_empty() && (values.len() - 1) % stride + 1 < n_periods {
            return Err(PanelError::Length { n_values: values.len(), stride });
        }
        Ok(Self { values, stride, rows: None, n_periods, last })
    }

    /// Returns the panel of parts that keep its invariants.
    pub(crate) fn of_parts(
        values: &'a [f64],
        stride: usize,
        rows: Option<&'a [u32]>,
        n_periods: usize,
        last: ReferencePeriod,
    ) -> Self {
        Self { values, stride, rows, n_periods, last }
    }

    /// Returns the panel of some of the entities: entity `i` of the result is entity `rows[i]` of this one.
    ///
    /// # Errors
    ///
    /// If a row is not there, or if this is a selection already.
    pub fn select(self, rows: &'a [u32]) -> Result<Self, PanelError> {
        let n_rows = if self.rows.is_some() { 0 } else { self.n_entities() };
        match rows.iter().find(|row| **row as usize >= n_rows) {
            Some(row) => Err(PanelError::Row { row: *row, n_rows }),
            None => Ok(Self { rows: Some(rows), ..self }),
        }
    }

    /// Returns the panel of the last `n_periods` periods, or of all of them if there are no more.
    ///
    /// # Panics
    ///
    /// If `n_periods` is zero.
    #[must_use]
    pub fn last_periods(self, n_periods: usize) -> Self {
        assert!(n_periods > 0, "a window has at least one period");
        let n_dropped = self.n_periods.saturating_sub(n_periods);
        let values = self.values.get(n_dropped..).unwrap_or_default();
        Self { values, n_periods: self.n_periods - n_dropped, ..self }
    }

    /// Returns the number of entities.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        match self.rows {
            Some(rows) => rows.len(),
            // The last row may be cut off behind its window.
            None => self.values.len().div_ceil(self.stride),
        }
    }

    /// Returns the number of periods in the window.
    #[must_use]
    pub fn n_periods(&self) -> usize {
        self.n_periods
    }

    /// Returns the frequency of the values.
    #[must_use]
    pub fn frequency(&self) -> Frequency {
        self.last.frequency()
    }

    /// Returns the last period of the window, the one with lag 0. It need not have a value.
    #[must_use]
    pub fn last(&self) -> ReferencePeriod {
        self.last
    }

    /// Returns the window of one entity, oldest first, with NaN for a missing value.
    ///
    /// This is for inner loops; [`Panel::get`] returns `None` for a missing value.
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn row(&self, entity: usize) -> &'a [f64] {
        let row = self.rows.map_or(entity, |rows| rows[entity] as usize);
        &self.values[row * self.stride..][..self.n_periods]
    }

    /// Returns the values of every entity `lag` periods (days, for a weekly series) before the last one.
    ///
    /// ```
    /// # use rotor_factor::{Date, Frequency, Panel, ReferencePeriod};
    /// # let june = ReferencePeriod::ending(Frequency::Monthly, Date::new(2022, 6, 30)?).unwrap();
    /// let panel = Panel::new(&[1.0, 2.0, f64::NAN, 4.0], 2, 2, june)?;
    /// assert_eq!(panel.lag(1).to_string(), "1.0000, -");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lag(&self, lag: usize) -> CrossSection {
        CrossSection::from_fn(self.n_entities(), |entity| self.get(entity, lag))
    }

    /// Returns the period `lag` periods before the last one, or `None` if the window does not reach so far.
    #[must_use]
    pub fn period(&self, lag: usize) -> Option<ReferencePeriod> {
        let lag = i32::try_from(lag).ok().filter(|_| lag < self.n_periods)?;
        ReferencePeriod::from_index(self.frequency(), self.last.index() - lag)
    }

    /// Returns the lag of the oldest period in which some entity has a value, or `None` if there is none.
    #[must_use]
    pub fn oldest(&self) -> Option<usize> {
        let first_value = |entity| self.row(entity).iter().position(|value| !value.is_nan());
        let first = (0..self.n_entities()).filter_map(first_value).min()?;
        Some(self.n_periods - 1 - first)
    }

    /// Returns the value of an entity `lag` periods (days, for a weekly series) before the last one of the window, or `None` if there is
    /// none or the window does not reach so far.
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn get(&self, entity: usize, lag: usize) -> Option<f64> {
        let row = self.row(entity);
        let value = row[row.len().checked_sub(1 + lag)?];
        (!value.is_nan()).then_some(value)
    }

    /// Returns the value of an entity in the period at this position of the calendar (see [`ReferencePeriod::index`]), or
    /// `None` if there is none or the window does not have the period.
    ///
    /// ```
    /// # use rotor_factor::{Date, Frequency, Panel, ReferencePeriod};
    /// # let june = ReferencePeriod::ending(Frequency::Monthly, Date::new(2022, 6, 30)?).unwrap();
    /// let panel = Panel::new(&[1.0, 2.0], 2, 2, june)?;
    /// assert_eq!(panel.at(0, june.index() - 1), Some(1.0));
    /// assert_eq!(panel.at(0, june.index() + 1), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn at(&self, entity: usize, index: i32) -> Option<f64> {
        self.get(entity, usize::try_from(self.last.index().checked_sub(index)?).ok()?)
    }

    /// Returns the values of an entity whose periods end in a month, oldest first, with NaN for a missing value: of a daily series as
    /// many as the month has days, of a monthly one a single value, of a quarterly one none in two months of three. Periods that the
    /// window does not have are not there.
    ///
    /// ```
    /// # use rotor_factor::{Date, Frequency, Month, Panel, ReferencePeriod};
    /// let first = ReferencePeriod::ending(Frequency::Daily, Date::new(2022, 6, 1)?).unwrap();
    /// let panel = Panel::new(&[1.0, 2.0, 3.0], 3, 3, first)?;
    /// let month = |number| Month::new(2022, number).unwrap();
    /// assert_eq!((panel.of_month(0, month(5)), panel.of_month(0, month(6))), (&[1.0, 2.0][..], &[3.0][..]));
    /// assert!(panel.of_month(0, month(4)).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn of_month(&self, entity: usize, month: Month) -> &'a [f64] {
        let calendar = self.frequency().calendar();
        let end = month.last_day();
        let last = calendar.position(end);
        let first = match calendar {
            Calendar::Days => calendar.position(month.first_day()),
            Calendar::Months => last,
            Calendar::Quarters if calendar.last_day(last) == Some(end) => last,
            Calendar::Quarters => return &[],
        };
        let row = self.row(entity);
        &row[self.place(first)..self.place(last + 1)]
    }

    /// Returns the values of an entity whose periods end on or after a day, oldest first, with NaN for a missing value.
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn since(&self, entity: usize, day: Date) -> &'a [f64] {
        // The period of a day is the first that ends on it or later.
        &self.row(entity)[self.place(self.frequency().calendar().position(day))..]
    }

    /// Returns the latest value of an entity whose period ends on a day or before it, with the period.
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn latest_by(&self, entity: usize, day: Date) -> Option<(ReferencePeriod, f64)> {
        let calendar = self.frequency().calendar();
        let position = calendar.position(day);
        let is_over = calendar.last_day(position).is_some_and(|end| end <= day);
        let before = self.place(if is_over { position + 1 } else { position });
        let place = self.row(entity)[..before].iter().rposition(|value| !value.is_nan())?;
        Some((self.period(self.n_periods - 1 - place)?, self.row(entity)[place]))
    }

    /// Returns where in a row the period at a position of the calendar stands, or the end of the row that is nearer to it.
    fn place(&self, index: i32) -> usize {
        let oldest = i64::from(self.last.index()) + 1 - self.n_periods as i64;
        (i64::from(index) - oldest).clamp(0, self.n_periods as i64) as usize
    }

    /// Returns the latest value of an entity in the window with its lag, or `None` if it has none.
    ///
    /// # Panics
    ///
    /// If `entity` is not below [`Panel::n_entities`].
    #[must_use]
    pub fn latest(&self, entity: usize) -> Option<(usize, f64)> {
        self.row(entity).iter().rev().copied().enumerate().find(|(_, value)| !value.is_nan())
    }
}

impl fmt::Debug for Panel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Panel({} entities x {} periods to {})", self.n_entities(), self.n_periods, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Month;

    fn june() -> ReferencePeriod {
        ReferencePeriod::ending(Frequency::Monthly, Month::new(2022, 6).unwrap().last_day()).unwrap()
    }

    #[test]
    fn windows_are_borrowed_from_wider_rows() {
        let state = [1.0, 2.0, 3.0, 9.0, 4.0, f64::NAN, 6.0, 9.0];
        let panel = Panel::new(&state[1..7], 4, 2, june()).unwrap();
        assert_eq!(panel.n_entities(), 2);
        assert_eq!(panel.row(0), [2.0, 3.0]);
        assert_eq!(panel.latest(1), Some((0, 6.0)));
        assert_eq!((panel.get(1, 1), panel.get(1, 2)), (None, None));
        assert!(std::ptr::eq(panel.row(0).as_ptr(), &raw const state[1]));
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        assert_eq!(Panel::new(&[1.0], 1, 2, june()), Err(PanelError::Width { n_periods: 2, stride: 1 }));
        assert_eq!(Panel::new(&[1.0], 1, 0, june()), Err(PanelError::Width { n_periods: 0, stride: 1 }));
        assert_eq!(Panel::new(&[1.0; 5], 4, 2, june()), Err(PanelError::Length { n_values: 5, stride: 4 }));
        let empty = Panel::new(&[], 4, 2, june()).unwrap();
        assert_eq!((empty.n_entities(), empty.last_periods(1).n_entities()), (0, 0));
    }

    #[test]
    fn values_are_found_by_month_and_by_day() {
        let (first, second) = (Date::new(2022, 2, 28).unwrap(), Date::new(2022, 5, 31).unwrap());
        let month = |number: u32| Month::new(2022, number).unwrap();
        // Quarters to the end of June: of the first entity 4 and none, of the second 5 and 6.
        let quarter = ReferencePeriod::ending(Frequency::Quarterly, month(6).last_day()).unwrap();
        let quarters = Panel::new(&[4.0, f64::NAN, 5.0, 6.0], 2, 2, quarter).unwrap();
        assert_eq!((quarters.of_month(1, month(3)), quarters.of_month(1, month(5))), (&[5.0][..], &[][..]));
        assert_eq!(quarters.latest_by(1, second).map(|(_, value)| value), Some(5.0), "June is not over");
        assert_eq!(quarters.latest_by(1, first), None);
        let (period, value) = quarters.latest_by(0, Date::MAX).unwrap();
        assert_eq!((period.to_string(), value), ("2022Q1".into(), 4.0));
        assert_eq!((quarters.since(1, first).len(), quarters.since(1, second)), (2, &[6.0][..]));

        let months = Panel::new(&[1.0, f64::NAN, 3.0], 3, 3, june()).unwrap();
        assert_eq!((months.of_month(0, month(6)), months.of_month(0, month(7))), (&[3.0][..], &[][..]));
        assert_eq!(months.latest_by(0, second).map(|(_, value)| value), Some(1.0));
        assert_eq!(months.since(0, month(6).first_day()), [3.0]);
    }

    #[test]
    fn selections_and_shorter_windows_share_the_values() {
        let state = [1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0, 7.0, 8.0, 9.0];
        let panel = Panel::new(&state, 3, 3, june()).unwrap();
        let selected = panel.select(&[2, 0]).unwrap().last_periods(2);
        assert_eq!((selected.row(0), selected.row(1)), (&state[7..9], &state[1..3]));
        assert_eq!(selected.lag(1).to_string(), "8.0000, 2.0000");
        assert_eq!(selected.period(1).unwrap().to_string(), "2022-05");
        assert_eq!((selected.period(2), selected.oldest(), panel.oldest()), (None, Some(1), Some(2)));
        assert_eq!(panel.select(&[3]), Err(PanelError::Row { row: 3, n_rows: 3 }));
        assert_eq!(panel.last_periods(9).row(2), panel.row(2));
    }
}
