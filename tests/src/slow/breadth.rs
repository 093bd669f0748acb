//! Breadth, sector by sector.

use rotor_factor::Date;

use super::three_months::{industries, is_eligible, last_month};
use super::{Answer, EPSILON, Facts, Marks};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// The least share of a sector's assets that the bridge must cover.
    pub min_coverage: f64,
    /// The least effective number of industries.
    pub min_effective: f64,
    /// How many months the last month may lie before m.
    pub max_age: i32,
    /// Whether a bridge counts from its release on only.
    pub is_public_bridge: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_coverage: 0.5, min_effective: 1.5, max_age: 3, is_public_bridge: false }
    }
}

/// Returns what breadth says at E.
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
    let bridge = facts.bridge_in_force(e, code, options.is_public_bridge);
    if !is_eligible(&bridge, options.min_coverage) {
        return None;
    }
    let industries = industries(facts, e, &bridge);
    let t = last_month(&industries, facts.month(e), options.max_age)?;
    let classes: Vec<(f64, f64)> = industries
        .iter()
        .filter_map(|industry| {
            let (s, base) = industry.window(t)?;
            let difference = s - base;
            let h = if difference > EPSILON {
                1.0
            } else if difference < -EPSILON {
                0.0
            } else {
                0.5
            };
            Some((industry.weight, h))
        })
        .collect();
    if classes.is_empty() {
        return None;
    }
    let total: f64 = classes.iter().map(|(weight, _)| weight).sum();
    let n_effective = 1.0 / classes.iter().map(|(weight, _)| (weight / total).powi(2)).sum::<f64>();
    if n_effective < options.min_effective - EPSILON {
        return None;
    }
    answer.diagnose("n_classes", code, classes.len() as f64);
    answer.diagnose("n_effective", code, n_effective);
    let b: f64 = classes.iter().map(|(weight, h)| weight / total * h).sum();
    let score = if b >= 2.0 / 3.0 - EPSILON {
        3.0
    } else if b <= 1.0 / 3.0 + EPSILON {
        1.0
    } else {
        2.0
    };
    Some(Marks { score: Some(score), raw: Some(b) })
}
