//! Rolling profit, sector by sector.

use rotor_factor::Date;

use super::three_months::{Industry, industries, is_eligible, last_month};
use super::{Answer, EPSILON, Facts, Marks, before};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// The least share of a sector's assets that the bridge must cover.
    pub min_coverage: f64,
    /// The dead band of the score, in percentage points.
    pub band: f64,
    /// The largest growth, in percent.
    pub clip: f64,
    /// How many months the last month may lie before m.
    pub max_age: i32,
    /// Whether a bridge counts from its release on only.
    pub is_public_bridge: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_coverage: 0.5, band: 5.0, clip: 200.0, max_age: 3, is_public_bridge: false }
    }
}

/// Returns what rolling profit says at E.
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
    let has_both =
        |industry: &&Industry| industry.window(t).is_some() && industry.window(before(t, 3)).is_some();
    let classes: Vec<&Industry> = industries.iter().filter(has_both).collect();
    let total: f64 = classes.iter().map(|class| class.weight).sum();
    let r3 = |lag: i32| {
        let (mut x, mut base, mut size) = (0.0, 0.0, 0.0);
        for class in &classes {
            let (s, own_base) = class.window(before(t, lag))?;
            x += class.weight / total * s;
            base += class.weight / total * own_base;
            size += class.weight / total * own_base.abs();
        }
        if classes.is_empty() || base <= 0.0 || base / size < 0.02 - EPSILON {
            return None;
        }
        Some((100.0 * (x - base) / base).clamp(-options.clip, options.clip))
    };
    let (now, three_months_before) = (r3(0)?, r3(3)?);
    answer.diagnose("r3", code, now);
    answer.diagnose("r3_before", code, three_months_before);
    answer.diagnose("n_classes", code, classes.len() as f64);
    let change = now - three_months_before;
    let score = if change > options.band + EPSILON {
        3.0
    } else if change < -options.band - EPSILON {
        1.0
    } else {
        2.0
    };
    Some(Marks { score: Some(score), raw: Some(change) })
}
