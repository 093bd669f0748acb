//! Momentum, sector by sector, as its table in the reference has it.

use std::collections::BTreeMap;

use rotor_factor::Date;

use super::{Answer, EPSILON, Facts, Marks, before};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Months in the look-back window.
    pub lookback: i32,
    /// The latest months, which are left out.
    pub skip: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self { lookback: 12, skip: 1 }
    }
}

/// Returns what momentum says at E: the third of the sectors that rose most gets a 3, the third that rose least a 1.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let month = facts.month(e);
    let mut answer = Answer::default();
    let mut returns: BTreeMap<&str, f64> = BTreeMap::new();
    for sector in facts.cross_section(e) {
        answer.sectors.insert(sector.code.clone(), Marks::default());
        let closes = facts.month_end_closes(&sector.code, e);
        let close = |lag: i32| closes.get(&before(month, lag)).copied();
        if let (Some(end), Some(start)) = (close(options.skip), close(options.lookback)) {
            returns.insert(&sector.code, end / start - 1.0);
        }
    }
    let third = (returns.len() / 3) as f64;
    for (code, value) in &returns {
        let n_higher = returns.values().filter(|other| **other > value + EPSILON).count();
        let n_equal = returns.values().filter(|other| (**other - value).abs() <= EPSILON).count();
        let rank = n_higher as f64 + f64::midpoint(n_equal as f64, 1.0);
        let score = if rank <= third {
            3.0
        } else if rank >= returns.len() as f64 - third + 1.0 {
            1.0
        } else {
            2.0
        };
        answer.sectors.insert((*code).to_owned(), Marks { score: Some(score), raw: Some(*value) });
    }
    answer
}
