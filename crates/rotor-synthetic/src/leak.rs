//! What the leaky world gives away: returns, hidden in figures that are not public yet.
//!
//! The rule is one sentence: a figure carries the return of the holding period in which it is released. Whoever
//! trades at the beginning of that period must not know the figure; whoever trades at the beginning of the next
//! may know it and gains nothing, because returns of different periods are independent. A program that reads
//! figures by their reference period, and not by their release, looks brilliant here, and is caught.

use rotor_factor::{Date, Month};

use crate::Plan;
use crate::calendar::{MonthAxis, execution_day, holding_month, month_later};
use crate::catalogue::{N_INDUSTRIES, bridge_of, industry_position};
use crate::prices::Prices;
use crate::random::Stream;

/// Change of a linked series' logarithm for one of log return.
pub(crate) const SERIES_RESPONSE: f64 = 0.25;
/// Growth of an industry's profits for one of log return.
pub(crate) const INDUSTRY_RESPONSE: f64 = 3.0;

/// Growth of a sector's net profit for one of log return.
pub(crate) const GROWTH_RESPONSE: f64 = 4.0;
/// Change of a sector's gross margin for one of log return.
pub(crate) const MARGIN_RESPONSE: f64 = 0.5;

/// The return of every sector over every holding period, known or yet to come.
pub(crate) struct Leak {
    axis: MonthAxis,
    // Log returns by sector and by the month at whose execution day the period begins.
    returns: Vec<Vec<f64>>,
    // The same by industry, over the sectors that the bridge leads to.
    industries: Vec<Vec<f64>>,
}

impl Leak {
    /// Takes the returns from the closes, and draws those of periods without closes.
    pub(crate) fn new(plan: &Plan, prices: &Prices) -> Self {
        // Figures of the last months are released up to half a year later.
        let axis = MonthAxis::new(plan.axis.month(0), month_later(plan.last, 12));
        let returns: Vec<Vec<f64>> = (0..plan.n_sectors())
            .map(|sector| {
                let mut stream = Stream::new(plan.seed, "returns without closes", sector);
                let [least, most] = plan.world.volatility().own_monthly;
                let deviation = f64::midpoint(least, most);
                axis.months()
                    .map(|month| {
                        let drawn = deviation * stream.normal();
                        holding_return(prices, sector, month).unwrap_or(drawn)
                    })
                    .collect()
            })
            .collect();
        let industries = (0..N_INDUSTRIES).map(|k| industry_returns(plan, k, &returns, axis.len())).collect();
        Self { axis, returns, industries }
    }

    /// Returns the log change of a series that is linked to a sector and released on a day.
    pub(crate) fn series_change(&self, sector: usize, released: Date) -> f64 {
        SERIES_RESPONSE * self.returns[sector][self.position(released)]
    }

    /// Returns growth or a margin's deviation in percent of a sector, for a figure released on a day.
    pub(crate) fn sector_percent(&self, sector: usize, released: Date, response: f64) -> f64 {
        100.0 * response * self.returns[sector][self.position(released)]
    }

    /// Returns an industry's profit as a multiple of last year's, for a figure released on a day.
    pub(crate) fn industry_growth(&self, industry: usize, released: Date) -> f64 {
        (1.06 + INDUSTRY_RESPONSE * self.industries[industry][self.position(released)]).max(0.05)
    }

    fn position(&self, released: Date) -> usize {
        self.axis.position(holding_month(released))
    }
}

/// Returns a sector's log return from the execution day of a month to that of the next, if both have closes.
fn holding_return(prices: &Prices, sector: usize, month: Month) -> Option<f64> {
    let at = |month| prices.days.binary_search(&execution_day(month)).ok();
    let (entry, exit) = (at(month)?, at(month_later(month, 1))?);
    Some(prices.sectors[sector][exit] - prices.sectors[sector][entry])
}

/// Returns the mean return of the sectors that an industry is bridged to, by weight; noise for an industry that
/// stands behind none.
fn industry_returns(plan: &Plan, industry: usize, returns: &[Vec<f64>], n_months: usize) -> Vec<f64> {
    let weight_in = |sector: usize| {
        let weights = bridge_of(plan.templates[sector]).iter();
        weights
            .filter(|(code, _)| industry_position(code) == industry)
            .map(|(_, weight)| *weight)
            .sum::<f64>()
    };
    let weights: Vec<f64> = (0..plan.n_sectors()).map(weight_in).collect();
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        let mut stream = Stream::new(plan.seed, "growth of unbridged industries", industry);
        return (0..n_months).map(|_| 0.05 * stream.normal()).collect();
    }
    let mean =
        |month: usize| weights.iter().zip(returns).map(|(weight, path)| weight * path[month]).sum::<f64>();
    (0..n_months).map(|month| mean(month) / total).collect()
}
