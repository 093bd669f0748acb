//! A ranking as selections walk it: from the best sector to the worst, with what makes sectors equal.
//!
//! A selection asks for nothing else, so that an order that is made once serves every number of sectors, every rule for ties and all
//! weights. Nothing is reserved in a walk that has somewhere to write to.

use std::ops::Range;

use rotor_run::{Config, Ties, Weights};
use rotor_stats::round9;

use crate::ranking::RankedSector;

/// The sectors of a day from the best to the worst.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectorOrder {
    /// The sectors, by position in the ranking, place by place.
    places: Vec<Place>,
    /// How many factors score the sector that most of them score.
    most_live: u32,
}

/// A sector at its place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Its position in the ranking.
    sector: u32,
    /// How many factors score it.
    n_live: u32,
    /// The number of the group of sectors of its total.
    same_total: u32,
    /// The number of the group of sectors of its total and tie-break.
    same: u32,
}

impl SectorOrder {
    /// Takes the order of a ranking.
    #[must_use]
    pub fn new(ranking: &[RankedSector]) -> Self {
        // Of a part of a ranking as well, whose ranks have gaps.
        let mut sectors: Vec<u32> = (0..ranking.len() as u32).collect();
        sectors.sort_unstable_by_key(|sector| ranking[*sector as usize].rank);
        let keys = |sector: u32| {
            let ranked = &ranking[sector as usize];
            (round9(ranked.total), round9(ranked.tie_break))
        };
        let (mut same_total, mut same) = (0, 0);
        let mut before: Option<(f64, f64)> = None;
        let places = sectors.into_iter().map(|sector| {
            let (total, tie_break) = keys(sector);
            if let Some((total_before, tie_before)) = before.replace((total, tie_break)) {
                let is_new_total = total != total_before;
                same_total += u32::from(is_new_total);
                same += u32::from(is_new_total || tie_break != tie_before);
            }
            Place { sector, n_live: ranking[sector as usize].n_live as u32, same_total, same }
        });
        let places: Vec<Place> = places.collect();
        let most_live = places.iter().map(|place| place.n_live).max().unwrap_or(0);
        Self { places, most_live }
    }

    /// Returns the number of sectors.
    #[must_use]
    pub fn n_sectors(&self) -> usize {
        self.places.len()
    }

    /// Returns how many factors must score a sector that is to be selected: [`Config::min_factors`], or as many as score any sector, if
    /// these are fewer.
    pub(crate) fn required(&self, min_factors: usize) -> u32 {
        u32::try_from(min_factors).unwrap_or(u32::MAX).min(self.most_live)
    }

    /// Selects by the rule of a configuration: writes the sectors that are held, by position, with their weights into `held`, in the
    /// order of the positions. Returns whether more sectors are equal to the last place held than there are places.
    pub fn select_into(&self, config: &Config, held: &mut Vec<(u32, f64)>) -> bool {
        held.clear();
        let required = self.required(config.min_factors);
        let eligible = || self.places.iter().filter(|place| place.n_live >= required);
        let (n, top) = (eligible().count(), config.top);
        let mut shares_places = false;
        if n < top {
            held.extend(eligible().map(|place| (place.sector, 1.0 / n as f64)));
        } else {
            // Counted from 0 among the eligible.
            let weight_at = |place: usize| match config.weights {
                _ if place >= top => 0.0,
                Weights::Equal => 1.0 / top as f64,
                Weights::Rank => (top - place) as f64 / (top as f64 * (top as f64 + 1.0) / 2.0),
            };
            let mut rest = eligible().peekable();
            let mut first = 0;
            while let Some(best) = rest.next().filter(|_| first < top) {
                let group = |place: &Place| config.ties.group(place);
                let from = held.len();
                held.push((best.sector, 0.0));
                while let Some(equal) = rest.next_if(|place| group(place) == group(best)) {
                    held.push((equal.sector, 0.0));
                }
                let places = first..first + (held.len() - from);
                first = places.end;
                shares_places |= places.contains(&top);
                let weight = mean_over(places, weight_at);
                for (_, own) in &mut held[from..] {
                    *own = weight;
                }
            }
        }
        held.sort_unstable_by_key(|(sector, _)| *sector);
        shares_places
    }

    /// Divides all sectors, from the best to the worst, into groups of equals, each with the places that it takes.
    pub(crate) fn groups(
        &self,
        ties: Ties,
    ) -> impl Iterator<Item = (Range<usize>, impl Iterator<Item = usize>)> {
        let mut first = 0;
        self.places.chunk_by(move |one, other| ties.group(one) == ties.group(other)).map(move |equals| {
            let places = first..first + equals.len();
            first = places.end;
            (places, equals.iter().map(|place| place.sector as usize))
        })
    }
}

/// Which sectors a rule for ties takes for equal.
trait Grouping {
    fn group(self, place: &Place) -> u32;
}

impl Grouping for Ties {
    fn group(self, place: &Place) -> u32 {
        match self {
            Self::Percentile => place.same,
            Self::Fractional => place.same_total,
        }
    }
}

/// The mean of the weights of some places; that of equal ones is any of them, to the bit.
pub(crate) fn mean_over(places: Range<usize>, weight_at: impl Fn(usize) -> f64) -> f64 {
    let first = weight_at(places.start);
    if places.clone().all(|place| weight_at(place) == first) {
        return first;
    }
    let n = places.len() as f64;
    places.map(weight_at).sum::<f64>() / n
}
