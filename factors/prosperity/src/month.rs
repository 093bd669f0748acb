//! The monthly values of a series, whatever its own frequency.

use rotor_factor::{Calendar, Month, Panel};

/// The values of a series by month.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Monthly<'a> {
    panel: Panel<'a>,
    market: usize,
    /// Whether January and February count as one month.
    merges_new_year: bool,
}

impl<'a> Monthly<'a> {
    /// Returns the values of a market's series with the month to look at, which is `m`. Where January and February are
    /// merged, December stands for a January, of which the February is still to come.
    pub(crate) fn of(panel: Panel<'a>, market: usize, m: i32, merges_new_year: bool) -> (Self, i32) {
        let is_january = m.rem_euclid(12) == 0;
        let m = if merges_new_year && is_january { m - 1 } else { m };
        (Self { panel, market, merges_new_year }, m)
    }

    /// Returns the month before: with the first two merged, February's is December.
    pub(crate) fn before(&self, month: i32) -> i32 {
        if self.merges_new_year && month.rem_euclid(12) == 1 { month - 2 } else { month - 1 }
    }

    /// Returns the change on the year in percent.
    pub(crate) fn yoy(&self, month: i32) -> Option<f64> {
        crate::change(self.get(month)?, self.get(month - 12)?)
    }

    /// Returns the value of a month; for a merged January or February the mean of both.
    pub(crate) fn get(&self, month: i32) -> Option<f64> {
        if !self.merges_new_year || month.rem_euclid(12) > 1 {
            return self.own(month);
        }
        let january = month - month.rem_euclid(12);
        Some(f64::midpoint(self.own(january)?, self.own(january + 1)?))
    }

    /// Returns the value of a month: what is published of it, or the mean of the values dated in it.
    fn own(&self, month: i32) -> Option<f64> {
        if self.panel.frequency().calendar() == Calendar::Months {
            return self.panel.at(self.market, month);
        }
        let (first, last) = days(month)?;
        let newest = self.panel.last().index();
        let row = self.panel.row(self.market);
        let end = row.len().checked_sub(usize::try_from((newest - last).max(0)).ok()?)?;
        let start = row.len().checked_sub(usize::try_from(newest - first + 1).ok()?)?;
        let (mut sum, mut n) = (0.0, 0.0);
        for value in row[start..end].iter().filter(|value| !value.is_nan()) {
            sum += value;
            n += 1.0;
        }
        let mean: f64 = sum / n;
        mean.is_finite().then_some(mean)
    }
}

/// Returns the first and the last day of a month, in days since 1970.
fn days(month: i32) -> Option<(i32, i32)> {
    let month = Month::from_index(month)?;
    Some((month.first_day().days(), month.last_day().days()))
}
