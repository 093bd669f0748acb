//! From a ranking to what is held, and what holding it gains.
//!
//! Weights drift with returns between two executions; what is paid for a change is taken on the distance from where they
//! drifted to. Sums run in the order of sector codes.

use rotor_data::Dataset;
use rotor_factor::Date;
use rotor_stats::round9;

use crate::ranking::Place;
use rotor_run::{Config, Ties, Weights};

/// Returns the share of each sector, in the order of `places`; 0 where it is not held.
///
/// Picked are the first [`Config::top`] of the ranking among the sectors with scores of [`Config::min_factors`] factors, or of as
/// many as any sector has. If there are fewer than `top`, all of them are held equally.
#[must_use]
pub fn pick(places: &[Place], config: &Config) -> Vec<f64> {
    let most_live = places.iter().map(|place| place.n_live).max().unwrap_or(0);
    let needed = config.min_factors.min(most_live);
    let mut eligible: Vec<usize> =
        (0..places.len()).filter(|sector| places[*sector].n_live >= needed).collect();
    eligible.sort_by_key(|sector| places[*sector].rank);
    let mut shares = vec![0.0; places.len()];
    let top = config.top;
    if eligible.len() < top {
        for sector in &eligible {
            shares[*sector] = 1.0 / eligible.len() as f64;
        }
        return shares;
    }
    let share_of_place = |place: usize| match config.weights {
        _ if place >= top => 0.0,
        Weights::Equal => 1.0 / top as f64,
        Weights::Rank => (top - place) as f64 / (top as f64 * (top as f64 + 1.0) / 2.0),
    };
    match config.ties {
        Ties::Percentile => {
            for (place, sector) in eligible.iter().take(top).enumerate() {
                shares[*sector] = share_of_place(place);
            }
        }
        Ties::Fractional => {
            let mut place = 0;
            for tied in eligible.chunk_by(|a, b| round9(places[*a].total) == round9(places[*b].total)) {
                let share = (place..place + tied.len()).map(share_of_place).sum::<f64>() / tied.len() as f64;
                for sector in tied {
                    shares[*sector] = share;
                }
                place += tied.len();
            }
        }
    }
    shares
}

/// What is held, by position of the sector among the dataset's entities, ascending, with its share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Portfolio {
    held: Vec<(u32, f64)>,
}

impl Portfolio {
    /// Changes to these shares, which ascend by sector, and returns Σ|Δw|.
    pub(crate) fn rebalance(&mut self, wanted: Vec<(u32, f64)>) -> f64 {
        let mut traded = 0.0;
        let mut old = self.held.iter().peekable();
        for (sector, share) in &wanted {
            while let Some((_, gone)) = old.next_if(|(held, _)| held < sector) {
                traded += gone;
            }
            let before = old.next_if(|(held, _)| held == sector).map_or(0.0, |(_, share)| *share);
            traded += (share - before).abs();
        }
        for (_, gone) in old {
            traded += gone;
        }
        self.held = wanted;
        traded
    }

    /// Holds to the exit: returns the gain, and lets the shares drift; `None` if nothing is held.
    pub(crate) fn hold(&mut self, return_of: impl Fn(u32) -> f64) -> Option<f64> {
        if self.held.is_empty() {
            return None;
        }
        let gain: f64 = self.held.iter().map(|(sector, share)| share * return_of(*sector)).sum();
        for (sector, share) in &mut self.held {
            *share *= (1.0 + return_of(*sector)) / (1.0 + gain);
        }
        Some(gain)
    }
}

/// Returns what a sector gains from the close of `entry` to the close of `exit`.
///
/// Without a close on a day the last one before it counts, however old; a sector that ends in between leaves at its last close.
/// `None` without any close by `entry`.
pub(crate) fn sector_return(dataset: &Dataset, sector: usize, entry: Date, exit: Date) -> Option<f64> {
    let last_day = dataset.entities()[sector].valid_to.unwrap_or(Date::MAX);
    let close = |day: Date| dataset.closes().on_or_before(sector, day.min(last_day));
    let (_, bought) = close(entry)?;
    let (_, sold) = close(exit)?;
    Some(sold / bought - 1.0)
}

/// Returns what a benchmark gains; `None` without a close by `entry`, or without one after it up to `exit`.
pub(crate) fn benchmark_return(dataset: &Dataset, benchmark: usize, entry: Date, exit: Date) -> Option<f64> {
    let (_, bought) = dataset.closes().on_or_before(benchmark, entry)?;
    let (day, sold) = dataset.closes().on_or_before(benchmark, exit)?;
    (day > entry).then_some(sold / bought - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places by total, best first, all with scores of two factors.
    fn places(totals: &[f64]) -> Vec<Place> {
        let place = |(position, total): (usize, &f64)| Place {
            total: *total,
            tie_break: 0.5,
            rank: position + 1,
            n_live: 2,
        };
        totals.iter().enumerate().map(place).collect()
    }

    fn config(top: usize, change: fn(&mut Config)) -> Config {
        let mut config = Config { top, ..Config::default() };
        change(&mut config);
        config
    }

    #[test]
    fn shares_follow_the_places() {
        let places = places(&[9.0, 8.0, 8.0, 8.0, 7.0]);
        assert_eq!(pick(&places, &config(2, |_| {})), [0.5, 0.5, 0.0, 0.0, 0.0]);
        let by_rank = config(3, |config| config.weights = Weights::Rank);
        assert_eq!(pick(&places, &by_rank), [3.0 / 6.0, 2.0 / 6.0, 1.0 / 6.0, 0.0, 0.0]);
        // One place is left for three.
        let fractional = config(2, |config| config.ties = Ties::Fractional);
        assert_eq!(pick(&places, &fractional), [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0, 0.0]);
        let both = config(3, |config| (config.ties, config.weights) = (Ties::Fractional, Weights::Rank));
        assert_eq!(pick(&places, &both), [0.5, 0.5 / 3.0, 0.5 / 3.0, 0.5 / 3.0, 0.0]);
        assert_eq!(pick(&places, &config(9, |config| config.weights = Weights::Rank)), [0.2; 5]);
        assert_eq!(pick(&[], &config(2, |_| {})), [0.0; 0]);
    }

    #[test]
    fn a_sector_known_by_one_factor_alone_is_no_pick() {
        let mut places = places(&[9.0, 8.0, 7.0]);
        places[0].n_live = 1;
        assert_eq!(pick(&places, &config(1, |_| {})), [0.0, 1.0, 0.0]);
        // If no sector is better known, all are eligible.
        for place in &mut places {
            place.n_live = 1;
        }
        assert_eq!(pick(&places, &config(1, |_| {})), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn weights_drift_and_what_is_traded_is_the_distance_from_there() {
        let mut portfolio = Portfolio::default();
        assert_eq!(portfolio.rebalance(vec![(1, 0.5), (4, 0.5)]), 1.0);
        // One doubles, the other stays: 2/3 and 1/3.
        assert_eq!(portfolio.hold(|sector| f64::from(u8::from(sector == 4))), Some(0.5));
        let traded = portfolio.rebalance(vec![(2, 0.5), (4, 0.5)]);
        assert!((traded - (1.0 / 3.0 + 0.5 + 1.0 / 6.0)).abs() < 1e-15, "{traded}");
        assert_eq!(portfolio.rebalance(Vec::new()), 1.0);
        assert_eq!(portfolio.hold(|_| 0.0), None);
    }
}
