//! From a ranking to the weights that are bought.

use rotor_run::{Config, Ties, Weights};
use rotor_stats::round9;

use crate::live::required_factors;
use crate::ranking::RankedSector;

/// Returns the weight of each sector after the rebalance, in the order of the ranking; 0 where it is not held.
///
/// Selected are the first [`Config::top`] of the ranking among the sectors with scores of enough factors; see
/// [`required_factors`]. If there are fewer than `top`, all of them are held equally.
#[must_use]
pub fn target_weights(ranking: &[RankedSector], config: &Config) -> Vec<f64> {
    let required = required_factors(ranking, config);
    let mut eligible: Vec<usize> =
        (0..ranking.len()).filter(|sector| ranking[*sector].n_live >= required).collect();
    eligible.sort_by_key(|sector| ranking[*sector].rank);
    let mut weights = vec![0.0; ranking.len()];
    let top = config.top;
    if eligible.len() < top {
        for sector in &eligible {
            weights[*sector] = 1.0 / eligible.len() as f64;
        }
        return weights;
    }
    // Counted from 0 among the eligible.
    let weight_at = |position: usize| match config.weights {
        _ if position >= top => 0.0,
        Weights::Equal => 1.0 / top as f64,
        Weights::Rank => (top - position) as f64 / (top as f64 * (top as f64 + 1.0) / 2.0),
    };
    match config.ties {
        Ties::Percentile => {
            for (position, sector) in eligible.iter().take(top).enumerate() {
                weights[*sector] = weight_at(position);
            }
        }
        Ties::Fractional => {
            let mut position = 0;
            for tied in eligible.chunk_by(|a, b| round9(ranking[*a].total) == round9(ranking[*b].total)) {
                let next = position + tied.len();
                let weight = (position..next).map(weight_at).sum::<f64>() / tied.len() as f64;
                for sector in tied {
                    weights[*sector] = weight;
                }
                position = next;
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sectors by total, best first, all with scores of two factors.
    fn ranking(totals: &[f64]) -> Vec<RankedSector> {
        let sector = |(position, total): (usize, &f64)| RankedSector {
            total: *total,
            tie_break: 0.5,
            rank: position + 1,
            n_live: 2,
        };
        totals.iter().enumerate().map(sector).collect()
    }

    fn config(top: usize, change: fn(&mut Config)) -> Config {
        let mut config = Config { top, ..Config::default() };
        change(&mut config);
        config
    }

    #[test]
    fn weights_follow_the_ranks() {
        let ranking = ranking(&[9.0, 8.0, 8.0, 8.0, 7.0]);
        assert_eq!(target_weights(&ranking, &config(2, |_| {})), [0.5, 0.5, 0.0, 0.0, 0.0]);
        let by_rank = config(3, |config| config.weights = Weights::Rank);
        assert_eq!(target_weights(&ranking, &by_rank), [3.0 / 6.0, 2.0 / 6.0, 1.0 / 6.0, 0.0, 0.0]);
        // One rank is left for three.
        let fractional = config(2, |config| config.ties = Ties::Fractional);
        assert_eq!(target_weights(&ranking, &fractional), [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0, 0.0]);
        let both = config(3, |config| (config.ties, config.weights) = (Ties::Fractional, Weights::Rank));
        assert_eq!(target_weights(&ranking, &both), [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0, 0.0]);
        assert_eq!(target_weights(&ranking, &config(9, |config| config.weights = Weights::Rank)), [0.2; 5]);
        assert_eq!(target_weights(&[], &config(2, |_| {})), [0.0; 0]);
    }

    #[test]
    fn a_sector_that_one_factor_alone_scores_is_not_selected() {
        let mut ranking = ranking(&[9.0, 8.0, 7.0]);
        ranking[0].n_live = 1;
        assert_eq!(target_weights(&ranking, &config(1, |_| {})), [0.0, 1.0, 0.0]);
        // If no sector has more scores, all are eligible.
        for sector in &mut ranking {
            sector.n_live = 1;
        }
        assert_eq!(target_weights(&ranking, &config(1, |_| {})), [1.0, 0.0, 0.0]);
    }
}
