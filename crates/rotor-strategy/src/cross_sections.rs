//! The scores and returns of a run, execution by execution.

use rotor_factor::Scale;
use rotor_run::{MissingScore, Run};

use crate::factor_scores::FactorScores;
use crate::holdings::{Holdings, Positions};
use crate::ranking::{RankedSector, rank};

/// The scored sectors of every execution of a run, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossSections {
    /// One entry an execution.
    pub days: Vec<ScoredSectors>,
}

/// The sectors of an execution, with their scores and returns.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredSectors {
    /// The sectors by position among the entities of the run, ascending.
    pub sectors: Vec<u32>,
    /// The return of each up to the exit; 0.05 is five percent.
    pub returns: Vec<f64>,
    /// The scores of each factor for them, in the order of the run.
    pub factors: Vec<FactorScores>,
}

impl CrossSections {
    /// Takes the scores and the sectors' returns of a run.
    ///
    /// # Panics
    ///
    /// If a row refers to an execution or factor that the run does not have, rows are not in the order that [`Run`] promises, or a score
    /// or raw value is not finite.
    #[must_use]
    pub fn new(run: &Run) -> Self {
        let mut returns = run.sector_returns.chunk_by(|a, b| a.execution == b.execution).peekable();
        let mut scores = run.scores.chunk_by(|a, b| a.execution == b.execution).peekable();
        let of_factor = |factor: usize, scores: Vec<Option<f64>>, raws: &[Option<f64>]| {
            let scale = run.scales.get(factor).copied().unwrap_or(Scale::Points);
            FactorScores::new(scores, raws).on_scale(scale)
        };
        let day = |execution: u32| {
            let returns = returns.next_if(|rows| rows[0].execution == execution).unwrap_or_default();
            let scores = scores.next_if(|rows| rows[0].execution == execution).unwrap_or_default();
            let sectors: Vec<u32> = returns.iter().map(|row| row.sector).collect();
            let none = (vec![None; sectors.len()], vec![None; sectors.len()]);
            let mut factors = vec![none; run.factors.len()];
            for row in scores {
                if let Ok(position) = sectors.binary_search(&row.sector) {
                    let (scores, raws) = &mut factors[row.factor as usize];
                    (scores[position], raws[position]) = (row.score, row.raw);
                }
            }
            ScoredSectors {
                sectors,
                returns: returns.iter().map(|row| row.value).collect(),
                factors: factors
                    .into_iter()
                    .enumerate()
                    .map(|(factor, (scores, raws))| of_factor(factor, scores, &raws))
                    .collect(),
            }
        };
        Self { days: (0..run.executions.len() as u32).map(day).collect() }
    }

    /// Ranks the sectors of every execution from the first live one on; before it the rankings are empty.
    #[must_use]
    pub fn rank(&self, weights: &[f64], missing: MissingScore) -> Vec<Vec<RankedSector>> {
        let first = self.first_live(weights).unwrap_or(self.days.len());
        let ranked = |(position, day): (usize, &ScoredSectors)| {
            if position < first {
                return Vec::new();
            }
            rank(day.sectors.len(), &day.factors, weights, missing)
        };
        self.days.iter().enumerate().map(ranked).collect()
    }

    /// Buys the weights of each execution, from the first that has weights on, and lets them drift in between.
    ///
    /// # Panics
    ///
    /// If an execution has weights, but not one a sector.
    #[must_use]
    pub fn hold(&self, weights: Vec<Vec<f64>>) -> Holdings {
        let mut positions = Positions::default();
        let mut holdings = Holdings::default();
        let first = weights.iter().position(|weights| !weights.is_empty()).unwrap_or(weights.len());
        for (execution, (day, weights)) in self.days.iter().zip(&weights).enumerate() {
            if execution < first {
                holdings.traded.push(0.0);
                holdings.gross.push(None);
                continue;
            }
            assert_eq!(weights.len(), day.sectors.len(), "one weight a sector");
            let held = day.sectors.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
            holdings.traded.push(positions.rebalance(held.map(|(sector, weight)| (*sector, *weight))));
            let returns = day.returns.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
            holdings.gross.push(positions.hold(returns.map(|(value, _)| *value)));
        }
        Holdings { weights, ..holdings }
    }
}

#[cfg(test)]
mod tests {
    use rotor_factor::{Date, Month};
    use rotor_run::{Execution, Score, SectorReturn};

    use super::*;

    /// Two factors over two months: the first month has no scores, the second those of sectors 3 and 5, and 4 has no return.
    fn run() -> Run {
        let execution = Execution { as_of: Date::MIN, month: Month::MIN, exit: Date::MIN, is_kept: true };
        let score = |factor: u32, sector: u32, score: f64| Score {
            execution: 1,
            factor,
            sector,
            score: Some(score),
            raw: Some(-score),
            reason: None,
        };
        let value = |execution: u32, sector: u32, value: f64| SectorReturn { execution, sector, value };
        Run {
            factors: vec!["a".into(), "b".into()],
            executions: vec![execution; 2],
            scores: vec![score(0, 3, 1.0), score(0, 4, 3.0), score(1, 3, 1.0), score(1, 5, 3.0)],
            sector_returns: vec![value(0, 3, 0.1), value(1, 3, 0.2), value(1, 5, -0.1)],
            ..Run::default()
        }
    }

    #[test]
    fn a_cross_section_has_the_sectors_with_a_return() {
        let cross_sections = CrossSections::new(&run());
        let [first, second] = &cross_sections.days[..] else { panic!("one entry an execution") };
        assert_eq!((&first.sectors[..], &first.returns[..]), (&[3][..], &[0.1][..]));
        assert_eq!(first.factors, [FactorScores::none(1), FactorScores::none(1)]);
        assert_eq!((&second.sectors[..], &second.returns[..]), (&[3, 5][..], &[0.2, -0.1][..]));
        assert_eq!(second.factors[0].scores(), [Some(1.0), None]);
        assert_eq!(second.factors[1].scores(), [Some(1.0), Some(3.0)]);
    }

    #[test]
    fn nothing_is_ranked_and_held_before_a_factor_that_counts_is_live() {
        let cross_sections = CrossSections::new(&run());
        let rankings = cross_sections.rank(&[0.0, 1.0], MissingScore::Neutral);
        assert!(rankings[0].is_empty());
        assert_eq!(rankings[1].iter().map(|sector| sector.rank).collect::<Vec<_>>(), [2, 1]);
        let holdings = cross_sections.hold(vec![Vec::new(), vec![0.5, 0.5]]);
        assert_eq!(holdings.traded, [0.0, 1.0]);
        assert_eq!(holdings.gross, [None, Some(0.5 * 0.2 + 0.5 * -0.1)]);
    }
}
