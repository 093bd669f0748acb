//! The companies behind a comparable sample, one by one: for whoever asks about other sets than a sector or the market.

use rotor_factor::{AsOf, Quarter};

use super::{Growth, Reports};
use crate::dataset::Dataset;
use crate::load::company_positions;

/// A company that was listed on the day, and what it had reported of a quarter and the one before it by then.
///
/// Profits are net profits attributable to shareholders, year to date, each with the profit that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparableMember {
    /// The row of `companies`.
    pub company: usize,
    /// The sector that it belonged to on the day, by position among the entities.
    pub sector: usize,
    /// Profit and base of the quarter.
    pub now: Option<(f64, f64)>,
    /// Profit and base of the quarter before.
    pub before: Option<(f64, f64)>,
    /// The latest total assets.
    pub assets: Option<f64>,
}

impl ComparableMember {
    /// Tells whether it is in the comparable sample: with profit and base of both quarters.
    #[must_use]
    pub fn is_in_sample(&self) -> bool {
        self.now.is_some() && self.before.is_some()
    }
}

/// Returns the growth of a sum of profits in percent, cut at ±200, from profits and bases; `None` if gains and losses of the bases cancel
/// out, and of nobody.
#[must_use]
pub fn comparable_growth(profits: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let mut growth = Growth::default();
    for (now, base) in profits {
        growth.add(&Growth::of(now, base));
    }
    growth.percent()
}

impl Dataset {
    /// Returns the companies that were listed on the day before an execution day, in the order of their codes, with what they had reported
    /// of a quarter by then: filings released on the day or later do not count.
    ///
    /// Of those in the sample follow the values of the series `comparable_*`. A quarter has values from its end on, and they stay what they were
    /// the day before the second quarter-end after it; outside of these days there are no members.
    #[must_use]
    pub fn comparable_members(&self, as_of: AsOf, quarter: Quarter) -> Vec<ComparableMember> {
        let quarter = quarter.index();
        let Some((first, last)) = Reports::days_of(quarter) else { return Vec::new() };
        let day = last.min(as_of.0.days() - 1);
        if day < first {
            return Vec::new();
        }
        let reports = Reports::new(self.companies(), self.filings());
        let (documents, positions) = (reports.documents(quarter), company_positions(self.companies()));
        let is_listed = |company: &crate::model::Company| {
            company.valid_from.is_none_or(|first| first.days() <= day)
                && company.valid_to.is_none_or(|last| day <= last.days())
        };
        let rows = self.companies().iter().zip(positions).enumerate();
        rows.filter(|(_, (company, _))| is_listed(company))
            .map(|(row, (company, position))| ComparableMember {
                company: row,
                sector: company.sector as usize,
                now: documents[position as usize].now(day),
                before: documents[position as usize].before(day),
                assets: reports.assets(position, day),
            })
            .collect()
    }
}
