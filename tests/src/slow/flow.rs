//! Flow, part by part.

use std::collections::BTreeMap;

use rotor_factor::{Date, Frequency, Month};

use super::{Answer, EPSILON, Facts, Marks, before, mean, z_of_last};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Months in the window.
    pub window: i32,
    /// The fewest months with a flow.
    pub min_months: usize,
    /// The Z beyond which a sector is liked or not.
    pub threshold: f64,
    /// The weights of northbound money, margin financing and ETF subscriptions.
    pub weights: [f64; 3],
    /// Whether sectors are liked that money leaves.
    pub is_fade: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: 24, min_months: 18, threshold: 0.5, weights: [1.0; 3], is_fade: false }
    }
}

/// The series of the parts, and their diagnostics.
const PARTS: [(&str, &str); 3] = [
    ("northbound_net_buy", "z_northbound"),
    ("margin_net_buy", "z_margin"),
    ("etf_net_subscription", "z_etf"),
];

/// Returns what flow says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    for sector in facts.cross_section(e) {
        let (mut sum, mut sum_of_weights, mut n) = (0.0, 0.0, 0.0);
        for ((series, diagnostic), weight) in PARTS.iter().zip(options.weights) {
            if weight == 0.0 {
                continue;
            }
            let Some(z) = z_of_part(facts, e, &sector.code, series, options) else { continue };
            answer.diagnose(diagnostic, &sector.code, z);
            sum += weight * z;
            sum_of_weights += weight;
            n += 1.0;
        }
        let mut marks = Marks::default();
        if n > 0.0 {
            answer.diagnose("n_parts", &sector.code, n);
            let z = sum / sum_of_weights;
            let score = if z > options.threshold + EPSILON {
                3.0
            } else if z < -options.threshold - EPSILON {
                1.0
            } else {
                2.0
            };
            marks = Marks { score: Some(score), raw: Some(z) };
            if options.is_fade {
                marks = Marks { score: Some(4.0 - score), raw: Some(-z) };
            }
        }
        answer.sectors.insert(sector.code.clone(), marks);
    }
    answer
}

fn z_of_part(facts: &Facts, e: Date, code: &str, series: &str, options: &Options) -> Option<f64> {
    let frequency = facts.series.iter().find(|row| row.name == series)?.frequency;
    let mut by_month: BTreeMap<Month, Vec<f64>> = BTreeMap::new();
    for (period, value) in facts.known(series, code, e) {
        by_month.entry(period.month()).or_default().push(value);
    }
    let mut last = facts.month(e);
    if frequency == Frequency::Monthly {
        let last_visible = *by_month.keys().last()?;
        if last_visible < before(last, 1) {
            return None;
        }
        last = last_visible;
    }
    let window: Vec<Month> = (0..options.window).rev().map(|lag| before(last, lag)).collect();
    let n = |month: &Month| by_month.get(month).map_or(0, Vec::len);
    let most = window.iter().map(n).max()?;
    let caps = facts.known("float_cap", code, e);
    let flow = |month: &Month| {
        if n(month) == 0 || 2 * n(month) < most {
            return None;
        }
        let cap = last_by(&caps, before(*month, 1).last_day()).filter(|cap| *cap > EPSILON)?;
        Some(1e4 * mean(&by_month[month]) / cap)
    };
    flow(&last)?;
    let flows: Vec<f64> = window.iter().filter_map(flow).collect();
    if flows.len() < options.min_months {
        return None;
    }
    Some(z_of_last(&flows))
}

/// The value of the latest period that ends by a day.
pub(super) fn last_by(values: &BTreeMap<Date, f64>, day: Date) -> Option<f64> {
    values.iter().rev().find(|(period, _)| **period <= day).map(|(_, value)| *value)
}
