//! Profits of three months, and their growth.

use rotor_factor::{Panel, SectorBridge};
use rotor_stats::{ThreeMonths, clip, comparable_base, less_than, three_months};

/// What industries have published.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Industries<'a> {
    /// Since January.
    pub(crate) profits: Panel<'a>,
    pub(crate) growths: Panel<'a>,
    /// Of single months.
    pub(crate) month_growths: Option<Panel<'a>>,
}

/// The profits of a sector's industries in three months and in the three before, over the industries that have both.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Windows {
    pub(crate) n_industries: usize,
    pub(crate) now: Sums,
    pub(crate) before: Sums,
}

/// Weighted means.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) profit: f64,
    pub(crate) base: f64,
    /// The same of the sizes of bases.
    size: f64,
}

/// The growth of both windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rolling {
    /// The month with which the later window ends.
    pub(crate) month: i32,
    // In percent.
    pub(crate) r3: f64,
    pub(crate) r3_before: f64,
    pub(crate) n_industries: usize,
}

impl Rolling {
    pub(crate) fn change(&self) -> f64 {
        // There is no negative zero.
        self.r3 - self.r3_before + 0.0
    }
}

impl Industries<'_> {
    pub(crate) fn profit(&self, industry: usize, month: i32) -> Option<f64> {
        self.profits.at(industry, month)
    }

    /// Returns the comparable profit of a year before.
    pub(crate) fn base(&self, industry: usize, month: i32) -> Option<f64> {
        let growth = self.growths.at(industry, month);
        comparable_base(self.profit(industry, month)?, growth, self.profit(industry, month - 12))
    }

    /// Returns the profit of the three months up to a month with its base.
    pub(crate) fn three_months(&self, industry: usize, month: i32) -> Option<ThreeMonths> {
        three_months(
            month,
            |month| self.profit(industry, month),
            |month| self.base(industry, month),
            |month| self.month_growths?.at(industry, month),
        )
    }

    /// Returns the last month of these, no January, of which any industry of a sector has published a profit.
    pub(crate) fn last_month(&self, weights: &SectorBridge<'_>, first: i32, last: i32) -> Option<i32> {
        let is_reported =
            |month: &i32| weights.iter().any(|(industry, _)| self.profit(industry, *month).is_some());
        (first..=last).rev().filter(|month| month.rem_euclid(12) != 0).find(is_reported)
    }

    /// Returns the profits of a sector's industries in the window up to a month and in the one before.
    pub(crate) fn windows(&self, weights: &SectorBridge<'_>, month: i32) -> Windows {
        let both = |industry: usize| {
            Some((self.three_months(industry, month)?, self.three_months(industry, month - 3)?))
        };
        let mut windows = Windows::default();
        let mut total = 0.0;
        for (industry, weight) in weights.iter() {
            let Some((now, before)) = both(industry) else { continue };
            windows.n_industries += 1;
            total += weight;
            windows.now.add(weight, now);
            windows.before.add(weight, before);
        }
        for sums in [&mut windows.now, &mut windows.before] {
            sums.divide(total);
        }
        windows
    }
}

impl Windows {
    /// Returns the growth of both windows, cut at a bound; `None` if either has no base.
    pub(crate) fn rolling(&self, month: i32, bound: f64) -> Option<Rolling> {
        let (r3, r3_before) = (self.now.growth(bound)?, self.before.growth(bound)?);
        Some(Rolling { month, r3, r3_before, n_industries: self.n_industries })
    }
}

impl Sums {
    fn add(&mut self, weight: f64, window: ThreeMonths) {
        self.profit += weight * window.value;
        self.base += weight * window.base;
        self.size += weight * window.base.abs();
    }

    fn divide(&mut self, total: f64) {
        for sum in [&mut self.profit, &mut self.base, &mut self.size] {
            *sum /= total;
        }
    }

    /// Returns the growth in percent, cut at a bound; `None` if the base is not positive or nearly cancels.
    pub(crate) fn growth(&self, bound: f64) -> Option<f64> {
        /// A base this small beside the sizes that make it up is none.
        const LEAST_BASE: f64 = 0.02;
        let share = self.base / self.size;
        let growth = 100.0 * (self.profit - self.base) / self.base;
        // Without any industry, or with bases of nothing, the share is 0 / 0.
        let has_base = share > 0.0 && !less_than(share, LEAST_BASE);
        (has_base && !growth.is_nan()).then(|| clip(growth, -bound, bound))
    }
}
