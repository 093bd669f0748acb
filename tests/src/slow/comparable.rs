//! Comparable, sector by sector.

use rotor_factor::{Date, Month};

use super::{Answer, EPSILON, Facts, Marks, before};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// The least share of a sector's assets that has reported.
    pub min_coverage: f64,
    /// The dead band of the score, in percentage points.
    pub band: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_coverage: 0.2, band: 1.0 }
    }
}

/// Returns what comparable says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let mut answer = Answer::default();
    // The two last ends of quarters before E, the latest first.
    let months = (0..12).map(|lag| before(e.month(), lag));
    let ends = months.filter(|month| month.number().is_multiple_of(3)).map(Month::last_day);
    let ends: Vec<Date> = ends.filter(|end| *end < e).take(2).collect();
    for sector in facts.cross_section(e) {
        let of = |series: &str, end: &Date| facts.known(series, &sector.code, e).get(end).copied();
        let mut marks = Marks::default();
        for end in &ends {
            let Some(coverage) = of("comparable_coverage", end) else { continue };
            let growths = of("comparable_ytd_yoy", end).zip(of("comparable_ytd_yoy_before", end));
            let Some((growth, before)) = growths else { continue };
            if coverage < options.min_coverage - EPSILON {
                continue;
            }
            let d = growth - before;
            let score = if d > options.band + EPSILON {
                3.0
            } else if d < -options.band - EPSILON {
                1.0
            } else {
                2.0
            };
            marks = Marks { score: Some(score), raw: Some(d) };
            answer.diagnose("growth", &sector.code, growth);
            answer.diagnose("growth_before", &sector.code, before);
            answer.diagnose("coverage", &sector.code, coverage);
            break;
        }
        answer.sectors.insert(sector.code.clone(), marks);
    }
    answer
}
