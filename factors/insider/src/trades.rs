//! Purchases, or sales, by month.

use rotor_factor::{Date, Month, Panel};

/// The purchases of every sector, or the sales.
#[derive(Clone, Debug)]
pub(crate) struct Trades<'a> {
    panel: Panel<'a>,
    /// For each sector the last day of its first period with a value.
    begins: Vec<Option<Date>>,
    /// The last day of the last period in which any sector has a value.
    ends: Option<Date>,
}

impl<'a> Trades<'a> {
    pub(crate) fn new(panel: Panel<'a>) -> Self {
        let end = |lag: usize| panel.period(lag).map(rotor_factor::ReferencePeriod::end);
        let first = |sector: usize| {
            let row = panel.row(sector);
            end(row.len() - 1 - row.iter().position(|value| !value.is_nan())?)
        };
        let sectors = 0..panel.n_entities();
        let last_lag = sectors.clone().filter_map(|sector| Some(panel.latest(sector)?.0)).min();
        Self { panel, begins: sectors.map(first).collect(), ends: last_lag.and_then(end) }
    }

    /// Returns the sum of a sector's trades of a month; 0 where there are none but could be; `None` where nothing is known.
    pub(crate) fn of(&self, sector: usize, month: Month) -> Option<f64> {
        let mut sum = None;
        for value in self.panel.of_month(sector, month).iter().filter(|value| !value.is_nan()) {
            sum = Some(sum.unwrap_or(0.0) + value);
        }
        let has_begun = || self.begins[sector].is_some_and(|begin| begin < month.first_day());
        let goes_on = || self.ends.is_some_and(|end| end >= month.first_day());
        sum.or_else(|| (has_begun() && goes_on()).then_some(0.0))
    }

    /// Returns whether a sector has no trades at all.
    pub(crate) fn is_silent(&self, sector: usize) -> bool {
        self.begins[sector].is_none()
    }
}
