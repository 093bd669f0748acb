//! From a ranking to the weights that are bought.
//!
//! Places are given to groups of equals, never to the order of codes: sectors that nothing tells apart share the places that they
//! take together, in equal parts.

use rotor_run::portfolio::N_QUANTILES;
use rotor_run::{Config, Ties};

use crate::live::required_factors;
use crate::order::{SectorOrder, mean_over};
use crate::ranking::RankedSector;

/// What is bought on a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The weight of each sector after the rebalance, in the order of the ranking; 0 where it is not held.
    pub weights: Vec<f64>,
    /// Whether more sectors are equal to the last place held than there are places, so that they share them.
    pub shares_places: bool,
}

/// Selects from a ranking.
///
/// Places go to the [eligible] sectors in the order of the ranking, the first [`Config::top`] with a weight. Equals share the
/// weights of their places: sectors of the same total and tie-break, to nine decimals, or of the same total alone under
/// [`Ties::Fractional`]. If there are fewer eligible sectors than places, all of them are held equally.
#[must_use]
pub fn select(ranking: &[RankedSector], config: &Config) -> Selection {
    let mut held = Vec::new();
    let shares_places = SectorOrder::new(ranking).select_into(config, &mut held);
    let mut weights = vec![0.0; ranking.len()];
    for (sector, weight) in held {
        weights[sector as usize] = weight;
    }
    Selection { weights, shares_places }
}

/// Returns for each sector of a ranking whether it can be selected: whether [enough factors](required_factors) score it.
#[must_use]
pub fn eligible(ranking: &[RankedSector], config: &Config) -> Vec<bool> {
    let required = required_factors(ranking, config);
    ranking.iter().map(|sector| sector.n_live >= required).collect()
}

/// A part of the sectors, equally weighted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Of each sector, in the order of the ranking, how much belongs to it: 0 to 1, less than 1 where equals share its places.
    pub shares: Vec<f64>,
    /// The sum of the shares; a part without places is empty.
    pub n_places: usize,
}

impl Part {
    /// The sectors for which `belongs` is true.
    #[must_use]
    pub fn of(belongs: &[bool]) -> Self {
        let shares = belongs.iter().map(|belongs| f64::from(u8::from(*belongs))).collect();
        Self { shares, n_places: belongs.iter().filter(|belongs| **belongs).count() }
    }

    /// As many of the last sectors of a ranking as are selected of the first, eligible or not.
    #[must_use]
    pub fn bottom(ranking: &[RankedSector], config: &Config) -> Self {
        let first = ranking.len() - config.top.min(ranking.len());
        Self::of_places(ranking, config.ties, |place| place >= first)
    }

    /// The quantiles of a ranking, the best first, of all sectors, eligible or not. With few sectors some are empty.
    #[must_use]
    pub fn quantiles(ranking: &[RankedSector], config: &Config) -> [Self; N_QUANTILES] {
        let n = ranking.len();
        std::array::from_fn(|quantile| {
            Self::of_places(ranking, config.ties, |place| N_QUANTILES * place / n == quantile)
        })
    }

    /// Sectors that are equal share the places that they take.
    fn of_places(ranking: &[RankedSector], ties: Ties, belongs: impl Fn(usize) -> bool) -> Self {
        let mut shares = vec![0.0; ranking.len()];
        for (places, equals) in SectorOrder::new(ranking).groups(ties) {
            let share = mean_over(places, |place| if belongs(place) { 1.0 } else { 0.0 });
            for sector in equals {
                shares[sector] = share;
            }
        }
        Self { shares, n_places: (0..ranking.len()).filter(|place| belongs(*place)).count() }
    }

    /// Returns the weight of each sector.
    #[must_use]
    pub fn weights(&self) -> Vec<f64> {
        self.shares.iter().map(|share| share / self.n_places as f64).collect()
    }

    /// Returns the mean of values, one a sector; `None` of an empty part.
    #[must_use]
    pub fn mean(&self, values: &[f64]) -> Option<f64> {
        let sum: f64 =
            self.shares.iter().zip(values).filter(|(share, _)| **share > 0.0).map(|(s, v)| s * v).sum();
        (self.n_places > 0).then(|| sum / self.n_places as f64)
    }
}

#[cfg(test)]
mod tests {
    use rotor_run::Weights;

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

    fn target_weights(ranking: &[RankedSector], config: &Config) -> Vec<f64> {
        select(ranking, config).weights
    }

    #[test]
    fn equals_at_the_cut_share_the_places_that_are_left() {
        let mut ranking = ranking(&[10.0, 9.0, 9.0, 9.0]);
        for (sector, tie_break) in ranking.iter_mut().zip([0.5, 0.6, 0.6, 0.4]) {
            sector.tie_break = tie_break;
        }
        let (two, fractional) = (config(2, |_| {}), config(2, |config| config.ties = Ties::Fractional));
        let selection = select(&ranking, &two);
        assert_eq!((selection.weights, selection.shares_places), (vec![0.5, 0.25, 0.25, 0.0], true));
        assert_eq!(select(&ranking, &fractional).weights, [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0]);
        for sector in &mut ranking {
            sector.tie_break = 0.5;
        }
        assert_eq!(select(&ranking, &two).weights, [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0]);
        // Those that share places above the cut hold what they would hold anyway.
        let three = select(&ranking, &config(4, |_| {}));
        assert_eq!((three.weights, three.shares_places), (vec![0.25; 4], false));
        let none = select(&self::ranking(&[8.0; 7]), &config(2, |_| {}));
        assert_eq!((none.weights, none.shares_places), (vec![1.0 / 7.0; 7], true));
    }

    #[test]
    fn quantiles_and_the_bottom_share_places_as_the_top_does() {
        let ranking = ranking(&[9.0, 8.0, 8.0, 7.0, 6.0, 6.0]);
        // Places 0 and 1 are the first quantile, then one each: 0 0 1 2 3 4 without ties would be 5i/6.
        let [first, second, .., last] =
            Part::quantiles(&ranking, &config(2, |_| {})).map(|part| part.weights());
        assert_eq!(first, [0.5, 0.25, 0.25, 0.0, 0.0, 0.0]);
        assert_eq!(second, [0.0, 0.5, 0.5, 0.0, 0.0, 0.0]);
        assert_eq!(last, [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
        assert_eq!(Part::bottom(&ranking, &config(1, |_| {})).weights(), [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
        assert_eq!(Part::bottom(&ranking, &config(9, |_| {})).weights(), [1.0 / 6.0; 6]);
        let few = Part::quantiles(&ranking[..2], &config(2, |_| {}));
        assert_eq!(few.iter().filter(|part| part.n_places == 1).count(), 2, "the others are empty");
    }

    #[test]
    fn weights_follow_the_ranks() {
        let ranking = ranking(&[9.0, 8.0, 8.0, 8.0, 7.0]);
        assert_eq!(target_weights(&ranking, &config(2, |_| {})), [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0, 0.0]);
        let by_rank = config(3, |config| config.weights = Weights::Rank);
        assert_eq!(target_weights(&ranking, &by_rank), [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0, 0.0]);
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
