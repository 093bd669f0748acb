//! Insider, sector by sector.

use std::collections::BTreeMap;

use rotor_factor::{Date, Month};

use super::flow::last_by;
use super::{Answer, EPSILON, Facts, Marks, before, z_of_last};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Months in the window.
    pub window: i32,
    /// The fewest months with net purchases.
    pub min_months: usize,
    /// Months of trades that are added up.
    pub months: i32,
    /// The z beyond which a sector is liked or not.
    pub threshold: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: 24, min_months: 18, months: 3, threshold: 0.5 }
    }
}

/// Returns what insider says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    let sectors: Vec<&str> = facts.cross_section(e).iter().map(|sector| sector.code.as_str()).collect();
    let all = |series: &str| -> BTreeMap<&str, BTreeMap<Date, f64>> {
        sectors.iter().map(|code| (*code, facts.known(series, code, e))).collect()
    };
    let (buys, sells, caps) = (all("insider_buy"), all("insider_sell"), all("float_cap"));
    let m = facts.month(e);
    for code in &sectors {
        let net = |month: Month| {
            let mut sum = 0.0;
            for lag in (0..options.months).rev() {
                let month = before(month, lag);
                sum += of_month(&buys, code, month)? - of_month(&sells, code, month)?;
            }
            let cap = last_by(&caps[code], before(month, options.months).last_day());
            Some(1e4 * sum / cap.filter(|cap| *cap > EPSILON)?)
        };
        let window: Vec<f64> = (0..options.window).rev().filter_map(|lag| net(before(m, lag))).collect();
        let mut marks = Marks::default();
        if let Some(last) = net(m).filter(|_| window.len() >= options.min_months) {
            let z = z_of_last(&window);
            let score = if z > options.threshold + EPSILON {
                3.0
            } else if z < -options.threshold - EPSILON {
                1.0
            } else {
                2.0
            };
            marks = Marks { score: Some(score), raw: Some(z) };
            answer.diagnose("net", code, last);
            answer.diagnose("n", code, window.len() as f64);
        }
        answer.sectors.insert((*code).to_owned(), marks);
    }
    answer
}

/// The sum of a month; without a value 0 if the series of the sector has begun and that of some sector goes on.
fn of_month(all: &BTreeMap<&str, BTreeMap<Date, f64>>, code: &str, month: Month) -> Option<f64> {
    let own = &all[code];
    let values: Vec<f64> =
        own.iter().filter(|(period, _)| period.month() == month).map(|(_, value)| *value).collect();
    if !values.is_empty() {
        return Some(values.iter().sum());
    }
    let has_begun = own.keys().next().is_some_and(|first| first.month() < month);
    let goes_on = all.values().any(|values| values.keys().any(|period| period.month() >= month));
    (has_begun && goes_on).then_some(0.0)
}
