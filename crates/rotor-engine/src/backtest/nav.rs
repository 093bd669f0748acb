//! Net values from day to day, between the executions as well.
//!
//! On a day of a holding period a portfolio is worth what it was at the purchase, less the cost, times Σ w · C(day) / C(purchase). At
//! the exit that is the return of the period, so that daily and monthly figures cannot disagree.

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::Date;
use rotor_run::NetValue;
use rotor_run::portfolio::Portfolio;
use rotor_strategy::Part;

use crate::returns::held_close;
use crate::schedule::Execution;

/// The net values of the portfolios of a run as they grow.
pub(super) struct NetValues<'a> {
    dataset: &'a Dataset,
    benchmarks: &'a [usize],
    /// The value of each portfolio at the last exit.
    values: [f64; Portfolio::COUNT],
    /// Of each benchmark the close of the first execution day on which it is fresh, and that day.
    bases: Vec<Option<(Date, f64)>>,
    first: Option<Date>,
    last: Option<Date>,
    /// Of each portfolio the last day with a row.
    known: [Option<Date>; Portfolio::COUNT],
    rows: Vec<NetValue>,
}

impl<'a> NetValues<'a> {
    pub(super) fn new(dataset: &'a Dataset, benchmarks: &'a [usize]) -> Self {
        Self {
            dataset,
            benchmarks,
            values: [1.0; Portfolio::COUNT],
            bases: vec![None; benchmarks.len()],
            first: None,
            last: None,
            known: [None; Portfolio::COUNT],
            rows: Vec::new(),
        }
    }

    /// Follows every portfolio from a purchase to its exit.
    ///
    /// `weights` are those of the selected sectors among `sectors`; `cost` is the cost of the purchase as a fraction.
    pub(super) fn hold(
        &mut self,
        execution: &Execution,
        sectors: &[u32],
        weights: &[f64],
        cost: f64,
        parts: &[(Portfolio, Part)],
    ) {
        let Execution { entry, exit, .. } = *execution;
        if self.dataset.manifest().price_frequency == PriceFrequency::MonthEnd {
            return;
        }
        for (base, benchmark) in self.bases.iter_mut().zip(self.benchmarks) {
            if base.is_none() {
                *base = self.dataset.fresh_close(*benchmark, entry).map(|(_, close)| (entry, close));
            }
        }
        let mut held: Vec<Held> = Vec::new();
        if weights.iter().any(|weight| *weight > 0.0) {
            for (portfolio, cost) in [(Portfolio::Top, 0.0), (Portfolio::TopNet, cost)] {
                held.push(Held { portfolio, cost, weights: weights.to_vec() });
            }
        }
        let parts = parts.iter().filter(|(_, part)| part.n_places > 0);
        held.extend(parts.map(|(portfolio, part)| Held {
            portfolio: *portfolio,
            cost: 0.0,
            weights: part.weights(),
        }));
        let days: Vec<Date> = self.days_of(entry, exit).collect();
        let growths: Vec<Vec<f64>> =
            sectors.iter().map(|sector| growths(self.dataset, *sector as usize, entry, &days)).collect();
        let at_entry = self.values;
        // After months that were left out, or without a sector of a quantile, the last value still stands.
        self.push(entry, &held);
        self.first = self.first.or(Some(entry));
        for (place, day) in days.iter().enumerate() {
            for Held { portfolio, cost, weights } in &held {
                let grown = weights.iter().zip(&growths).filter(|(weight, _)| **weight > 0.0);
                let grown: f64 = grown.map(|(weight, growth)| weight * growth[place]).sum();
                let position = portfolio.position() as usize;
                self.values[position] = at_entry[position] * (1.0 - cost) * grown;
            }
            self.push(*day, &held);
        }
        self.last = Some(exit);
    }

    /// Returns the rows, by day, then by portfolio.
    pub(super) fn finish(mut self) -> Vec<NetValue> {
        let (Some(first), Some(last)) = (self.first, self.last) else { return Vec::new() };
        for (portfolio, (benchmark, base)) in
            (Portfolio::COUNT as u32..).zip(self.benchmarks.iter().zip(&self.bases))
        {
            let Some((begins, base)) = base else { continue };
            let days =
                self.dataset.calendar().days().iter().filter(|day| (first.max(*begins)..=last).contains(day));
            let rows = days.filter_map(|date| {
                let (_, close) = self.dataset.fresh_close(*benchmark, *date)?;
                Some(NetValue { date: *date, portfolio, value: close / base })
            });
            self.rows.extend(rows);
        }
        self.rows.sort_by_key(|row| (row.date, row.portfolio));
        self.rows
    }

    /// The trading days of a holding period, without that of the purchase.
    fn days_of(&self, entry: Date, exit: Date) -> impl Iterator<Item = Date> {
        let days = self.dataset.calendar().days();
        let (from, to) =
            (days.partition_point(|day| *day <= entry), days.partition_point(|day| *day <= exit));
        days[from..to].iter().copied()
    }

    /// Writes down what the portfolios that hold something are worth.
    fn push(&mut self, date: Date, held: &[Held]) {
        for held in held {
            let position = held.portfolio.position() as usize;
            // The day of an exit is that of the next purchase, and stands once.
            if self.known[position].replace(date) != Some(date) {
                let value = self.values[position];
                self.rows.push(NetValue { date, portfolio: position as u32, value });
            }
        }
    }
}

/// What a portfolio holds in a period.
struct Held {
    portfolio: Portfolio,
    /// The cost of the purchase, as a fraction.
    cost: f64,
    /// Of each sector of the day.
    weights: Vec<f64>,
}

/// What 1 of a sector has become on each day of a holding period; of daily closes.
pub(crate) fn growths(dataset: &Dataset, sector: usize, entry: Date, days: &[Date]) -> Vec<f64> {
    let bought =
        held_close(dataset, sector, entry, entry).expect("a sector of the cross-section has a close");
    let last_day = dataset.entities()[sector].valid_to.unwrap_or(Date::MAX);
    let mut closes = dataset.closes().after(sector, entry, last_day).peekable();
    let mut close = bought;
    let on = |day: &Date| {
        while let Some((_, later)) = closes.next_if(|(dated, _)| dated <= day) {
            close = later;
        }
        close / bought
    };
    days.iter().map(on).collect()
}
