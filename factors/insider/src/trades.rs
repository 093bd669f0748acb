//! Purchases, or sales, by month.

use rotor_factor::{Date, Month, Panel, ReferencePeriod};

/// The purchases of every sector, or the sales.
#[derive(Clone, Debug)]
pub(crate) struct Trades<'a> {
    panel: Panel<'a>,
    /// The last day of the last period in which any sector has a value.
    ends: Option<Date>,
}

impl<'a> Trades<'a> {
    pub(crate) fn new(panel: Panel<'a>) -> Self {
        let lags = (0..panel.n_entities()).filter_map(|sector| Some(panel.latest(sector)?.0));
        let ends = lags.min().and_then(|lag| panel.period(lag));
        Self { panel, ends: ends.map(ReferencePeriod::end) }
    }

    /// Returns the sum of a sector's trades of a month; 0 where there are none but could be; `None` where nothing is known.
    pub(crate) fn of(&self, sector: usize, month: Month) -> Option<f64> {
        let mut sum = None;
        for value in self.panel.of_month(sector, month).iter().filter(|value| !value.is_nan()) {
            sum = Some(sum.unwrap_or(0.0) + value);
        }
        let has_begun = || {
            let before = month.plus(-1).map(Month::last_day);
            before.is_some_and(|day| self.panel.latest_by(sector, day).is_some())
        };
        let goes_on = || self.ends.is_some_and(|end| end >= month.first_day());
        sum.or_else(|| (goes_on() && has_begun()).then_some(0.0))
    }

    /// Returns whether a sector has no trades at all.
    pub(crate) fn is_silent(&self, sector: usize) -> bool {
        self.panel.latest(sector).is_none()
    }
}
