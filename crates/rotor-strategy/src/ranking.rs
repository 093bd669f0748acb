//! From the scores of several factors to one order of the sectors.
//!
//! Three-valued scores tie in most months, so that the rule for ties is part of the strategy: it is spelled out here and
//! nowhere left to the order of a table. Which of the ranked sectors are held is not decided here.

use std::borrow::Borrow;

use rotor_run::MissingScore;
use rotor_stats::round9;

use crate::factor_scores::FactorScores;

/// What counts where a factor has no score: the middle of its scale.
pub const NEUTRAL: f64 = 2.0;

/// A sector of a day with its rank and what the rank follows from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankedSector {
    /// The weighted sum of the factors' scores.
    pub total: f64,
    /// The weighted mean over the factors of the percentile of the raw value, 0 to 1; settles equal totals.
    pub tie_break: f64,
    /// 1 for the best; there are no equal ranks.
    pub rank: usize,
    /// How many factors of a weight above 0 score the sector.
    pub n_live: usize,
}

/// Ranks sectors by their total, then by the mean percentile of their raw values, then by their code.
///
/// The sectors are in the order of their codes, in the arguments and in the result. Under [`MissingScore::Neutral`] a missing score
/// counts [`NEUTRAL`]; under [`MissingScore::Average`] it counts the weighted mean of the sector's other scores, or [`NEUTRAL`] if it
/// has none. Totals and percentiles are compared after rounding to nine decimals, and returned as they are. A factor of weight 0
/// counts in nothing.
///
/// ```
/// use rotor_run::MissingScore;
/// use rotor_strategy::{FactorScores, rank};
///
/// let heat = FactorScores::new(vec![Some(3.0), Some(1.0), None], &[Some(0.2), Some(-0.1), None]);
/// let ranking = rank(3, &[heat], &[1.0], MissingScore::Neutral);
/// assert_eq!(ranking.iter().map(|sector| sector.rank).collect::<Vec<_>>(), [1, 3, 2]);
/// assert_eq!((ranking[0].total, ranking[2].total), (3.0, 2.0));
/// ```
///
/// # Panics
///
/// If a factor has not one score a sector, or there are not as many weights as factors.
#[must_use]
pub fn rank(
    n_sectors: usize,
    factors: &[impl Borrow<FactorScores>],
    weights: &[f64],
    missing: MissingScore,
) -> Vec<RankedSector> {
    assert_eq!(factors.len(), weights.len(), "one weight a factor");
    let mut ranking = vec![RankedSector { total: 0.0, tie_break: 0.0, rank: 0, n_live: 0 }; n_sectors];
    let counted = || factors.iter().map(Borrow::borrow).zip(weights).filter(|(_, weight)| **weight > 0.0);
    let total_weight: f64 = counted().map(|(_, weight)| weight).sum();
    let mut live_weights = vec![0.0; n_sectors];
    for (factor, weight) in counted() {
        assert_eq!(factor.scores().len(), n_sectors, "one score a sector");
        let values = factor.points().iter().zip(factor.percentiles());
        for ((sector, live_weight), (score, percentile)) in
            ranking.iter_mut().zip(&mut live_weights).zip(values)
        {
            sector.tie_break += weight * percentile;
            match score {
                Some(score) => {
                    sector.total += weight * score;
                    sector.n_live += 1;
                    *live_weight += weight;
                }
                None if missing == MissingScore::Neutral => sector.total += weight * NEUTRAL,
                None => {}
            }
        }
    }
    for (sector, live_weight) in ranking.iter_mut().zip(&live_weights) {
        if total_weight > 0.0 {
            sector.tie_break /= total_weight;
        }
        if missing == MissingScore::Average {
            let mean = if sector.n_live > 0 { sector.total / live_weight } else { NEUTRAL };
            sector.total = mean * total_weight;
        }
    }
    for (position, sector) in order(&ranking).into_iter().enumerate() {
        ranking[sector].rank = position + 1;
    }
    ranking
}

/// The sectors from the best to the worst.
fn order(ranking: &[RankedSector]) -> Vec<usize> {
    let keys: Vec<(f64, f64)> =
        ranking.iter().map(|sector| (round9(sector.total), round9(sector.tie_break))).collect();
    let mut order: Vec<usize> = (0..ranking.len()).collect();
    // A stable sort: sectors that nothing else settles stay in the order of their codes.
    order.sort_by(|a, b| {
        let ((total_a, tie_a), (total_b, tie_b)) = (keys[*a], keys[*b]);
        total_b.total_cmp(&total_a).then(tie_b.total_cmp(&tie_a))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores by profit, price, prosperity and heat that a published ranking of July 2022 names, `.` for not named, and
    /// the totals that come out with 2 for those.
    const NAMED: &str = "
        汽车     3 3 3 1 10
        机械设备 3 . 3 . 10
        食品饮料 2 3 3 . 10
        医药生物 2 . 3 3 10
        电力设备 1 3 3 .  9
        轻工制造 3 3 . . 10
        家用电器 3 . 3 . 10
        美容护理 3 . 3 1  9
        电子     3 . . .  9
        国防军工 3 . . .  9
        建筑材料 3 . 1 3  9
        基础化工 3 1 . .  8
        交通运输 . 3 . .  9
        商贸零售 . 3 . 1  8
        农林牧渔 . . . 3  9
        房地产   . . . 3  9
        计算机   . . . 3  9
        钢铁     . . 1 3  8
        煤炭     1 . . .  7
        公用事业 2 . 1 .  7
        纺织服饰 1 1 3 .  7
        有色金属 1 . 1 .  6
        石油石化 . 1 1 .  6
        环保     . . . .  8
        银行     . . . .  8
    ";

    #[test]
    fn a_published_total_is_the_sum_with_a_neutral_two() {
        let rows: Vec<Vec<&str>> = NAMED.lines().map(|line| line.split_whitespace().collect()).collect();
        let rows: Vec<Vec<&str>> = rows.into_iter().filter(|row| !row.is_empty()).collect();
        let codes: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        let scores_of = |factor: usize| {
            FactorScores::new(
                rows.iter().map(|row| row[factor].parse().ok()).collect(),
                &vec![None; rows.len()],
            )
        };
        let ranking = rank(codes.len(), &[1, 2, 3, 4].map(scores_of), &[1.0; 4], MissingScore::Neutral);
        for (row, sector) in rows.iter().zip(&ranking) {
            assert_eq!(sector.total, row[5].parse::<f64>().unwrap(), "{}", row[0]);
            assert_eq!(sector.tie_break, 0.5);
        }
        // The four that the summary names first share the highest total with two others, before any of 9.
        let mut best: Vec<&str> = codes
            .iter()
            .zip(&ranking)
            .filter(|(_, sector)| sector.rank <= 6)
            .map(|(code, _)| *code)
            .collect();
        best.sort_unstable();
        let mut expected = ["汽车", "机械设备", "食品饮料", "医药生物", "轻工制造", "家用电器"];
        expected.sort_unstable();
        assert_eq!(best, expected);
        let mut order: Vec<(f64, usize)> =
            ranking.iter().map(|sector| (-sector.total, sector.rank)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(order.iter().map(|(_, rank)| *rank).eq(1..=codes.len()), "by total, then as they come");
    }

    #[test]
    fn percentiles_settle_ties_and_codes_the_rest() {
        let raws = [Some(-1.0), Some(0.3), Some(0.1 + 0.2), None];
        let factor = FactorScores::new(vec![Some(2.0); 4], &raws);
        let ranking = rank(4, &[factor], &[1.0], MissingScore::Neutral);
        // Two share the percentile (2.5 - 0.5) / 3, none is 0.5, the lowest (1 - 0.5) / 3.
        assert_eq!(ranking.iter().map(|sector| sector.rank).collect::<Vec<_>>(), [4, 1, 2, 3]);
        assert_eq!(ranking[3].tie_break, 0.5);
        assert!((ranking[1].tie_break - 2.0 / 3.0).abs() < 1e-15);
        assert!((ranking[0].tie_break - 1.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn weights_count_in_the_total_and_in_the_percentile_alike() {
        let factors = [
            FactorScores::new(vec![Some(1.0), None], &[Some(-1.0), None]),
            FactorScores::new(vec![Some(3.0), Some(1.0)], &[Some(5.0), Some(4.0)]),
            // Of weight 0: neither its scores nor its raw values count.
            FactorScores::new(vec![None, Some(3.0)], &[None, Some(9.0)]),
        ];
        let weights = [3.0, 1.0, 0.0];
        let ranking = rank(2, &factors, &weights, MissingScore::Neutral);
        assert_eq!([ranking[0].total, ranking[1].total], [6.0, 7.0]);
        assert_eq!(
            [ranking[0].tie_break, ranking[1].tie_break],
            [(3.0 * 0.5 + 0.75) / 4.0, (3.0 * 0.5 + 0.25) / 4.0]
        );
        assert_eq!([ranking[0].n_live, ranking[1].n_live], [2, 1]);
        // The mean of what is live, times the sum of the weights.
        let ranking = rank(2, &factors, &weights, MissingScore::Average);
        assert_eq!([ranking[0].total, ranking[1].total], [6.0, 4.0]);
        let ranking = rank(1, &[FactorScores::none(1)], &[2.0], MissingScore::Average);
        assert_eq!((ranking[0].total, ranking[0].tie_break), (4.0, 0.5));
    }
}
