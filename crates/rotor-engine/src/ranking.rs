//! From the scores of several factors to one order of the sectors.
//!
//! Three-valued scores tie in most months, so that the rule for ties is part of the strategy: it is spelled out here and
//! nowhere left to the order of a table. Which of the ranked sectors are held is not decided here.

use rotor_factor::Signal;
use rotor_stats::{percentiles, round9};

use rotor_run::MissingScore;

/// What counts where a factor has no score: the middle of its scale.
pub const NEUTRAL: f64 = 2.0;

/// What one factor says of each sector of a day, for the total.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// One score a sector.
    scores: Vec<Option<f64>>,
    /// The percentile of each raw value among those there are; 0.5 without one.
    percentiles: Vec<f64>,
}

/// A sector's place among the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The weighted sum of the factors' scores.
    pub total: f64,
    /// The weighted mean over the factors of the percentile of the raw value, 0 to 1; settles equal totals.
    pub tie_break: f64,
    /// 1 for the best; there are no equal ranks.
    pub rank: usize,
    /// How many factors gave the sector a score.
    pub n_live: usize,
}

impl Opinion {
    /// Takes one score and one raw value a sector, larger for better liked; without a raw value the sector is in the middle of a
    /// tie.
    ///
    /// # Panics
    ///
    /// If there are not as many raw values as scores, or one of either is not finite.
    #[must_use]
    pub fn new(scores: Vec<Option<f64>>, raws: &[Option<f64>]) -> Self {
        assert_eq!(scores.len(), raws.len(), "one score and one raw value a sector");
        assert!(scores.iter().flatten().all(|score| score.is_finite()), "scores are finite");
        let present: Vec<f64> = raws.iter().flatten().map(|raw| round9(*raw)).collect();
        let mut of_present = percentiles(&present).expect("raw values are finite").into_iter();
        let percentile = |raw: &Option<f64>| raw.and_then(|_| of_present.next()).unwrap_or(0.5);
        Self { percentiles: raws.iter().map(percentile).collect(), scores }
    }

    /// Takes the scores and raw values of a signal.
    #[must_use]
    pub fn of(signal: &Signal) -> Self {
        let sectors = 0..signal.n_sectors();
        let raws: Vec<Option<f64>> = sectors.clone().map(|sector| signal.raw_of(sector)).collect();
        Self::new(sectors.map(|sector| signal.score_of(sector).ok()).collect(), &raws)
    }

    /// The opinion of a factor that failed: nothing about any sector.
    #[must_use]
    pub fn none(n_sectors: usize) -> Self {
        Self { scores: vec![None; n_sectors], percentiles: vec![0.5; n_sectors] }
    }

    /// Returns the scores, one a sector.
    #[must_use]
    pub fn scores(&self) -> &[Option<f64>] {
        &self.scores
    }

    /// Whether any sector has a score.
    #[must_use]
    pub fn has_score(&self) -> bool {
        self.scores.iter().any(Option::is_some)
    }
}

/// Ranks sectors by their total, then by the mean percentile of their raw values, then by their code.
///
/// Returns one place a sector, in the order of `codes`. Under [`MissingScore::Neutral`] a missing score counts [`NEUTRAL`]; under
/// [`MissingScore::Average`] it counts the weighted mean of the sector's other scores, or [`NEUTRAL`] if it has none. Totals and
/// percentiles are compared after rounding to nine decimals, and returned as they are. A factor of weight 0 counts in nothing.
///
/// ```
/// use rotor_engine::{Opinion, rank};
/// use rotor_run::MissingScore;
/// let heat = Opinion::new(vec![Some(3.0), Some(1.0), None], &[Some(0.2), Some(-0.1), None]);
/// let places = rank(&["801010", "801030", "801040"], &[heat], &[1.0], MissingScore::Neutral);
/// assert_eq!(places.iter().map(|place| place.rank).collect::<Vec<_>>(), [1, 3, 2]);
/// assert_eq!((places[0].total, places[2].total), (3.0, 2.0));
/// ```
///
/// # Panics
///
/// If an opinion has not one score a sector, or there are not as many weights as opinions.
#[must_use]
pub fn rank(codes: &[&str], opinions: &[Opinion], weights: &[f64], missing: MissingScore) -> Vec<Place> {
    assert_eq!(opinions.len(), weights.len(), "one weight a factor");
    let mut places = vec![Place { total: 0.0, tie_break: 0.0, rank: 0, n_live: 0 }; codes.len()];
    let counted = || opinions.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    let total_weight: f64 = counted().map(|(_, weight)| weight).sum();
    let mut live_weights = vec![0.0; codes.len()];
    for (opinion, weight) in counted() {
        assert_eq!(opinion.scores.len(), codes.len(), "one score a sector");
        let values = opinion.scores.iter().zip(&opinion.percentiles);
        for ((place, live_weight), (score, percentile)) in
            places.iter_mut().zip(&mut live_weights).zip(values)
        {
            place.tie_break += weight * percentile;
            match score {
                Some(score) => {
                    place.total += weight * score;
                    place.n_live += 1;
                    *live_weight += weight;
                }
                None if missing == MissingScore::Neutral => place.total += weight * NEUTRAL,
                None => {}
            }
        }
    }
    for (place, live_weight) in places.iter_mut().zip(&live_weights) {
        if total_weight > 0.0 {
            place.tie_break /= total_weight;
        }
        if missing == MissingScore::Average {
            let mean = if place.n_live > 0 { place.total / live_weight } else { NEUTRAL };
            place.total = mean * total_weight;
        }
    }
    for (position, sector) in order(codes, &places).into_iter().enumerate() {
        places[sector].rank = position + 1;
    }
    places
}

/// The sectors from the best to the worst.
fn order(codes: &[&str], places: &[Place]) -> Vec<usize> {
    let keys: Vec<(f64, f64)> =
        places.iter().map(|place| (round9(place.total), round9(place.tie_break))).collect();
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by(|a, b| {
        let ((total_a, tie_a), (total_b, tie_b)) = (keys[*a], keys[*b]);
        total_b.total_cmp(&total_a).then(tie_b.total_cmp(&tie_a)).then_with(|| codes[*a].cmp(codes[*b]))
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
        let opinion = |factor: usize| {
            Opinion::new(rows.iter().map(|row| row[factor].parse().ok()).collect(), &vec![None; rows.len()])
        };
        let places = rank(&codes, &[1, 2, 3, 4].map(opinion), &[1.0; 4], MissingScore::Neutral);
        for (row, place) in rows.iter().zip(&places) {
            assert_eq!(place.total, row[5].parse::<f64>().unwrap(), "{}", row[0]);
            assert_eq!(place.tie_break, 0.5);
        }
        // The four that the summary names first share the highest total with two others, before any of 9.
        let mut best: Vec<&str> =
            codes.iter().zip(&places).filter(|(_, place)| place.rank <= 6).map(|(code, _)| *code).collect();
        best.sort_unstable();
        let mut expected = ["汽车", "机械设备", "食品饮料", "医药生物", "轻工制造", "家用电器"];
        expected.sort_unstable();
        assert_eq!(best, expected);
        let mut order: Vec<(f64, &str, usize)> =
            codes.iter().zip(&places).map(|(code, place)| (-place.total, *code, place.rank)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
        assert!(order.iter().map(|(.., rank)| *rank).eq(1..=codes.len()), "by total, then by code");
    }

    #[test]
    fn percentiles_settle_ties_and_codes_the_rest() {
        let opinion = Opinion::new(vec![Some(2.0); 4], &[Some(0.3), Some(0.1 + 0.2), None, Some(-1.0)]);
        let places = rank(&["d", "c", "b", "a"], &[opinion], &[1.0], MissingScore::Neutral);
        // Two share the percentile (2.5 - 0.5) / 3, none is 0.5, the last (1 - 0.5) / 3.
        assert_eq!(places.iter().map(|place| place.rank).collect::<Vec<_>>(), [2, 1, 3, 4]);
        assert_eq!(places[2].tie_break, 0.5);
        assert!(
            (places[0].tie_break - 2.0 / 3.0).abs() < 1e-15
                && (places[3].tie_break - 1.0 / 6.0).abs() < 1e-15
        );
    }
    #[test]
    fn weights_count_in_the_total_and_in_the_percentile_alike() {
        let opinions = [
            Opinion::new(vec![Some(1.0), None], &[Some(-1.0), None]),
            Opinion::new(vec![Some(3.0), Some(1.0)], &[Some(5.0), Some(4.0)]),
            // Of weight 0: neither its scores nor its raw values count.
            Opinion::new(vec![None, Some(3.0)], &[None, Some(9.0)]),
        ];
        let weights = [3.0, 1.0, 0.0];
        let places = rank(&["a", "b"], &opinions, &weights, MissingScore::Neutral);
        assert_eq!([places[0].total, places[1].total], [6.0, 7.0]);
        assert_eq!(
            [places[0].tie_break, places[1].tie_break],
            [(3.0 * 0.5 + 0.75) / 4.0, (3.0 * 0.5 + 0.25) / 4.0]
        );
        assert_eq!([places[0].n_live, places[1].n_live], [2, 1]);
        // The mean of what is live, times the sum of the weights.
        let places = rank(&["a", "b"], &opinions, &weights, MissingScore::Average);
        assert_eq!([places[0].total, places[1].total], [6.0, 4.0]);
        let places = rank(&["a"], &[Opinion::none(1)], &[2.0], MissingScore::Average);
        assert_eq!((places[0].total, places[0].tie_break), (4.0, 0.5));
    }
}
