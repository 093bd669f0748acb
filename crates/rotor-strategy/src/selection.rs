//! From a ranking to the weights that are bought.
//!
//! Places are given to groups of equals, never to the order of codes: sectors that nothing tells apart share the places that they
//! take together, in equal parts.

use rotor_run::portfolio::N_QUANTILES;
use rotor_run::{Config, Ties, Weights};
use rotor_stats::round9;

use crate::live::required_factors;
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
    let mut eligible: Vec<usize> = positions(&eligible(ranking, config));
    eligible.sort_by_key(|sector| ranking[*sector].rank);
    let mut weights = vec![0.0; ranking.len()];
    let (n, top) = (eligible.len(), config.top);
    if n < top {
        for sector in &eligible {
            weights[*sector] = 1.0 / n as f64;
        }
        return Selection { weights, shares_places: false };
    }
    // Counted from 0 among the eligible.
    let weight_at = |place: usize| match config.weights {
        _ if place >= top => 0.0,
        Weights::Equal => 1.0 / top as f64,
        Weights::Rank => (top - place) as f64 / (top as f64 * (top as f64 + 1.0) / 2.0),
    };
    let mut shares_places = false;
    for (places, equals) in groups(ranking, &eligible, config.ties) {
        shares_places |= places.contains(&top) && places.start < top;
        let weight = mean_over(places, weight_at);
        for sector in equals {
            weights[*sector] = weight;
        }
    }
    Selection { weights, shares_places }
}

/// Returns for each sector of a ranking whether it can be selected: whether [enough factors](required_factors) score it.
#[must_use]
pub fn eligible(ranking: &[RankedSector], config: &Config) -> Vec<bool> {
    let required = required_factors(ranking, config);
    ranking.iter().map(|sector| sector.n_live >= required).collect()
}

/// Returns the weights of as many of the last sectors of a ranking as are selected of the first, equally weighted.
///
/// Every sector counts, eligible or not.
#[must_use]
pub fn bottom_weights(ranking: &[RankedSector], config: &Config) -> Vec<f64> {
    let n_last = config.top.min(ranking.len());
    let first = ranking.len() - n_last;
    part_weights(ranking, config.ties, n_last, |place| place >= first)
}

/// Returns the weights of each quantile of a ranking, the best first, its sectors equally weighted; a quantile without a place has
/// weights of 0.
///
/// Every sector counts, eligible or not.
#[must_use]
pub fn quantile_weights(ranking: &[RankedSector], ties: Ties) -> [Vec<f64>; N_QUANTILES] {
    let n = ranking.len();
    let quantile_of = |place: usize| N_QUANTILES * place / n;
    std::array::from_fn(|quantile| {
        let n_places = (0..n).filter(|place| quantile_of(*place) == quantile).count();
        part_weights(ranking, ties, n_places, |place| quantile_of(place) == quantile)
    })
}

/// The weights of the places of a part of the ranking, each of them 1 / `n_places`.
fn part_weights(
    ranking: &[RankedSector],
    ties: Ties,
    n_places: usize,
    belongs: impl Fn(usize) -> bool,
) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ranking.len()).collect();
    order.sort_by_key(|sector| ranking[*sector].rank);
    let mut weights = vec![0.0; ranking.len()];
    for (places, equals) in groups(ranking, &order, ties) {
        let weight = mean_over(places, |place| if belongs(place) { 1.0 / n_places as f64 } else { 0.0 });
        for sector in equals {
            weights[*sector] = weight;
        }
    }
    weights
}

/// Divides sectors, given from the best to the worst, into groups of equals, each with the places that it takes.
fn groups<'o>(
    ranking: &[RankedSector],
    order: &'o [usize],
    ties: Ties,
) -> impl Iterator<Item = (std::ops::Range<usize>, &'o [usize])> {
    let are_equal = move |a: &usize, b: &usize| {
        let (a, b) = (&ranking[*a], &ranking[*b]);
        let tie_break = |sector: &RankedSector| match ties {
            Ties::Percentile => round9(sector.tie_break),
            Ties::Fractional => 0.0,
        };
        round9(a.total) == round9(b.total) && tie_break(a) == tie_break(b)
    };
    let mut place = 0;
    order.chunk_by(are_equal).map(move |equals| {
        let places = place..place + equals.len();
        place = places.end;
        (places, equals)
    })
}

/// The mean of the weights of some places; that of equal ones is any of them, to the bit.
fn mean_over(places: std::ops::Range<usize>, weight_at: impl Fn(usize) -> f64) -> f64 {
    let first = weight_at(places.start);
    if places.clone().all(|place| weight_at(place) == first) {
        return first;
    }
    let n = places.len() as f64;
    places.map(weight_at).sum::<f64>() / n
}

fn positions(flags: &[bool]) -> Vec<usize> {
    (0..flags.len()).filter(|position| flags[*position]).collect()
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
        let [first, second, .., last] = quantile_weights(&ranking, Ties::Percentile);
        assert_eq!(first, [0.5, 0.25, 0.25, 0.0, 0.0, 0.0]);
        assert_eq!(second, [0.0, 0.5, 0.5, 0.0, 0.0, 0.0]);
        assert_eq!(last, [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
        assert_eq!(bottom_weights(&ranking, &config(1, |_| {})), [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
        assert_eq!(bottom_weights(&ranking, &config(9, |_| {})), [1.0 / 6.0; 6]);
        let few = quantile_weights(&ranking[..2], Ties::Percentile);
        assert_eq!(few.iter().filter(|weights| weights.contains(&1.0)).count(), 2, "the others are empty");
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
