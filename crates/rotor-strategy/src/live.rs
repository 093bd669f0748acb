//! Which sectors, factors and days have scores: one rule for the backtest, the note and the evaluation.
//!
//! A factor is live on a day if it scores a sector. Factors of weight 0 count in nothing here but in [`ScoredSectors::is_live`], which
//! asks about the data rather than the strategy.

use rotor_run::Config;

use crate::cross_sections::{CrossSections, ScoredSectors};
use crate::factor_scores::FactorScores;
use crate::ranking::RankedSector;

impl ScoredSectors {
    /// Whether every factor is live, whatever its weight; `false` without factors.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.factors.is_empty() && self.factors.iter().all(FactorScores::has_score)
    }

    /// Whether a factor of a weight above 0 is live.
    #[must_use]
    pub fn has_live_factor(&self, weights: &[f64]) -> bool {
        self.factors.iter().zip(weights).any(|(factor, weight)| *weight > 0.0 && factor.has_score())
    }
}

impl CrossSections {
    /// Returns the first execution on which a factor of a weight above 0 is live.
    #[must_use]
    pub fn first_live(&self, weights: &[f64]) -> Option<usize> {
        self.days.iter().position(|day| day.has_live_factor(weights))
    }
}

/// Whether a factor that counts scores a sector of the ranking.
#[must_use]
pub fn has_score(ranking: &[RankedSector]) -> bool {
    most_live(ranking) > 0
}

/// Returns how many factors must score a sector that is to be selected.
///
/// That is [`Config::min_factors`], or as many factors as score any sector, if these are fewer.
#[must_use]
pub fn required_factors(ranking: &[RankedSector], config: &Config) -> usize {
    config.min_factors.min(most_live(ranking))
}

/// How many factors score the sector that most of them score.
fn most_live(ranking: &[RankedSector]) -> usize {
    ranking.iter().map(|sector| sector.n_live).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(factors: &[[Option<f64>; 2]]) -> ScoredSectors {
        let scores = |scores: &[Option<f64>; 2]| FactorScores::new(scores.to_vec(), &[None; 2]);
        ScoredSectors {
            sectors: vec![0, 1],
            returns: vec![0.0; 2],
            factors: factors.iter().map(scores).collect(),
        }
    }

    #[test]
    fn a_live_day_has_a_score_of_every_factor_and_a_live_factor_one_score() {
        let (none, one) = ([None, None], [None, Some(2.0)]);
        assert!(day(&[one, one]).is_live());
        assert!(!day(&[one, none]).is_live());
        assert!(!day(&[]).is_live());
        assert!(day(&[one, none]).has_live_factor(&[0.5, 1.0]));
        assert!(!day(&[one, none]).has_live_factor(&[0.0, 1.0]), "a factor of weight 0 counts in nothing");
        let cross_sections = CrossSections { days: vec![day(&[none, none]), day(&[one, none])] };
        assert_eq!(cross_sections.first_live(&[1.0, 1.0]), Some(1));
        assert_eq!(cross_sections.first_live(&[0.0, 1.0]), None);
    }

    #[test]
    fn no_more_factors_are_required_than_score_any_sector() {
        let sector = |n_live| RankedSector { total: 6.0, tie_break: 0.5, rank: 1, n_live };
        let required = |ranking: &[RankedSector]| {
            [1, 2, 3]
                .map(|min_factors| required_factors(ranking, &Config { min_factors, ..Config::default() }))
        };
        assert_eq!(required(&[sector(2), sector(1)]), [1, 2, 2]);
        assert_eq!(required(&[sector(0)]), [0, 0, 0]);
        assert!(has_score(&[sector(0), sector(1)]) && !has_score(&[sector(0)]) && !has_score(&[]));
    }
}
