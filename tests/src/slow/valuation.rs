//! Valuation, sector by sector.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::{Date, Month};

use super::{Answer, EPSILON, Facts, Marks, before};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Months in the window.
    pub window: i32,
    /// The fewest months with a multiple.
    pub min_months: usize,
    /// The percentile up to which a sector is cheap.
    pub low: f64,
    /// The percentile from which on it is expensive.
    pub high: f64,
    /// Whether the expensive are liked.
    pub is_momentum: bool,
    /// The sectors that are valued by PB.
    pub pb_sectors: Vec<String>,
    /// The share of PE at or below zero up to which PE is used.
    pub negative_share: f64,
}

impl Default for Options {
    fn default() -> Self {
        let listed = [
            "801010", "801030", "801040", "801050", "801710", "801950", "801960", "801180", "801780",
            "801790",
        ];
        Self {
            window: 120,
            min_months: 36,
            low: 30.0,
            high: 70.0,
            is_momentum: false,
            pb_sectors: listed.map(str::to_owned).to_vec(),
            negative_share: 0.2,
        }
    }
}

/// Returns what valuation says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    for sector in facts.cross_section(e) {
        let marks = mark(&mut answer, facts, e, &sector.code, options);
        answer.sectors.insert(sector.code.clone(), marks.unwrap_or_default());
    }
    answer
}

/// Marks a sector; `None` is `na`.
fn mark(answer: &mut Answer, facts: &Facts, e: Date, code: &str, options: &Options) -> Option<Marks> {
    let m = facts.month(e);
    let (pe, pb) = (facts.known("pe_ttm", code, e), facts.known("pb", code, e));
    let window_begins_after = before(m, options.window).last_day();
    let in_window = |values: &BTreeMap<Date, f64>| -> BTreeMap<Date, f64> {
        values.iter().filter(|(period, _)| **period > window_begins_after).map(|(p, v)| (*p, *v)).collect()
    };
    let is_pb = if options.pb_sectors.iter().any(|listed| listed == code) && !pb.is_empty() {
        true
    } else {
        let (_, current) = pe.last_key_value()?;
        let pe = in_window(&pe);
        let n_negative = pe.values().filter(|value| **value <= EPSILON).count();
        let is_too_often_negative =
            !pe.is_empty() && n_negative as f64 / pe.len() as f64 > options.negative_share + EPSILON;
        if *current <= EPSILON || is_too_often_negative {
            if pb.is_empty() {
                return None;
            }
            true
        } else {
            false
        }
    };
    let values = if is_pb { pb } else { pe };
    let (period, current) = values.last_key_value()?;
    if *current <= EPSILON || period.month() < before(m, 1) {
        return None;
    }
    let used = |values: BTreeMap<Date, f64>| -> BTreeMap<Date, f64> {
        values.into_iter().filter(|(_, value)| *value > EPSILON).collect()
    };
    let window = used(in_window(&values));
    let months: BTreeSet<Month> = window.keys().map(|period| period.month()).collect();
    if months.len() < options.min_months {
        return None;
    }
    let p = percentile(*current, &window);
    answer.diagnose("multiple", code, *current);
    answer.diagnose("percentile", code, p);
    answer.diagnose("percentile_all", code, percentile(*current, &used(values.clone())));
    answer.diagnose("n", code, window.len() as f64);
    answer.diagnose("is_pb", code, if is_pb { 1.0 } else { 0.0 });
    let score = if p <= options.low + EPSILON {
        3.0
    } else if p >= options.high - EPSILON {
        1.0
    } else {
        2.0
    };
    Some(if options.is_momentum {
        Marks { score: Some(4.0 - score), raw: Some(p) }
    } else {
        Marks { score: Some(score), raw: Some(-p) }
    })
}

/// How many per cent lie below, half of the equal ones among them.
fn percentile(current: f64, values: &BTreeMap<Date, f64>) -> f64 {
    let n_equal = values.values().filter(|value| (**value - current).abs() <= EPSILON).count();
    let n_below = values.values().filter(|value| **value < current - EPSILON).count();
    100.0 * (n_below as f64 + 0.5 * n_equal as f64) / values.len() as f64
}
