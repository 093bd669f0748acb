//! What is to be said of a factor in one month.

use rotor_run::portfolio::N_QUANTILES;
use rotor_stats::{deviation, pearson, round9, spearman};
use rotor_strategy::CrossSections;

use super::forward::Forward;
use super::{Coefficients, Groups, HORIZONS, LONGEST_LAG, MonthlyLine, Reason};
use crate::metric::{OrReason, at_least, finite};
use crate::quantiles::{QuantileMonth, memberships};

/// The fewest sectors of which a correlation is taken; fewer count as a constant cross-section.
const FEWEST_SECTORS: usize = 3;

/// The facts of one month, from which all means are taken.
pub(super) struct FactorMonth {
    /// The sectors with a score and a return.
    pub(super) n_sectors: usize,
    pub(super) is_unscored: bool,
    pub(super) value: Result<MonthlyLine, Reason>,
    /// The rank correlation of the raw values, of the sectors that have one.
    pub(super) raw_rank_ic: Option<f64>,
    /// Rank correlation and correlation by horizon.
    pub(super) horizons: [Option<(f64, f64)>; HORIZONS.len()],
    /// The rank correlation by lag less one.
    pub(super) lags: Vec<Option<f64>>,
    /// The rank correlation by group.
    pub(super) groups: Vec<Option<f64>>,
    pub(super) quantiles: Option<QuantileMonth>,
    /// The rank correlation of the scores with those of the month before.
    pub(super) autocorrelation: Option<f64>,
    /// How the quintiles have changed since the month before; `None` if either month has none.
    pub(super) changes: Option<[QuintileChange; N_QUANTILES]>,
}

/// How a quintile has changed since the month before.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuintileChange {
    /// ½Σ|Δw| of equal weights.
    pub(super) turnover: f64,
    /// The correlation of the parts that belong to it, over the sectors scored in both months.
    pub(super) autocorrelation: Option<f64>,
}

impl FactorMonth {
    pub(super) fn new(
        cross_sections: &CrossSections,
        forward: &Forward,
        groups: &Groups,
        raws: &[Option<f64>],
        month: usize,
        factor: usize,
    ) -> Self {
        let day = &cross_sections.days[month];
        // Scores that are the same number to a reader do not order the sectors by their last bits.
        let exact = day.factors[factor].scores();
        let scores: Vec<Option<f64>> = exact.iter().map(|score| score.map(round9)).collect();
        let (known, gains) = pairs(&scores, forward.over(month, 0));
        let is_unscored = scores.iter().all(Option::is_none);
        let value = if is_unscored {
            Err(Reason::Unscored)
        } else {
            correlate(&pairs(exact, forward.over(month, 0)).0, &known, &gains)
        };
        let one = value.as_ref().ok().map(|line| (line.coefficients.rank_ic, line.coefficients.ic));
        let over = |horizon: usize| {
            if HORIZONS[horizon] == 1 {
                return one;
            }
            let (known, gains) = pairs(&scores, forward.over(month, horizon));
            let (exact, _) = pairs(exact, forward.over(month, horizon));
            Some((rank_correlation(&known, &gains)?, pearson(&exact, &gains).ok()?))
        };
        let at = |lag: usize| {
            if lag == 1 {
                return one.map(|(rank_ic, _)| rank_ic);
            }
            let (known, gains) = pairs(&scores, forward.at(month, lag));
            rank_correlation(&known, &gains)
        };
        let within = |group: usize| {
            let belongs = |sector: &u32| groups.of_entity[*sector as usize] == Some(group);
            let rows =
                day.sectors.iter().zip(scores.iter().zip(&day.returns)).filter(|(sector, _)| belongs(sector));
            let (known, gains): (Vec<f64>, Vec<f64>) =
                rows.filter_map(|(_, (score, gain))| Some(((*score)?, *gain))).unzip();
            rank_correlation(&known, &gains)
        };
        let before = month.checked_sub(1).map(|before| scores_like(cross_sections, before, factor));
        let raws: Vec<Option<f64>> = raws.iter().map(|raw| raw.map(round9)).collect();
        let (raws, gains_of_raws) = pairs(&raws, forward.over(month, 0));
        Self {
            n_sectors: known.len(),
            is_unscored,
            raw_rank_ic: rank_correlation(&raws, &gains_of_raws),
            horizons: std::array::from_fn(over),
            lags: (1..=LONGEST_LAG).map(at).collect(),
            groups: (0..groups.names.len()).map(within).collect(),
            quantiles: value.as_ref().ok().and_then(|_| QuantileMonth::of_scores(&known, &gains)),
            value,
            autocorrelation: before.as_ref().and_then(|before| {
                let same =
                    |(sector, score): (&u32, &Option<f64>)| Some(((*score)?, of_sector(before, *sector)?));
                let (now, then): (Vec<f64>, Vec<f64>) =
                    day.sectors.iter().zip(&scores).filter_map(same).unzip();
                rank_correlation(&now, &then)
            }),
            changes: before
                .as_ref()
                .and_then(|before| changes(&scored_sectors(&day.sectors, &scores), before)),
        }
    }
}

/// The sectors that a factor scores in a month, ascending, and their scores to nine decimals.
fn scores_like(cross_sections: &CrossSections, month: usize, factor: usize) -> Vec<(u32, f64)> {
    let day = &cross_sections.days[month];
    let rounded: Vec<Option<f64>> =
        day.factors[factor].scores().iter().map(|score| score.map(round9)).collect();
    scored_sectors(&day.sectors, &rounded)
}

fn scored_sectors(sectors: &[u32], scores: &[Option<f64>]) -> Vec<(u32, f64)> {
    sectors.iter().zip(scores).filter_map(|(sector, score)| Some((*sector, (*score)?))).collect()
}

fn of_sector(rows: &[(u32, f64)], sector: u32) -> Option<f64> {
    rows.binary_search_by_key(&sector, |(sector, _)| *sector).ok().map(|position| rows[position].1)
}

/// Returns how each quintile has changed; `None` if either month has no quintiles.
fn changes(now: &[(u32, f64)], before: &[(u32, f64)]) -> Option<[QuintileChange; N_QUANTILES]> {
    let belonging =
        |rows: &[(u32, f64)]| memberships(&rows.iter().map(|(_, score)| *score).collect::<Vec<_>>());
    let (of_now, of_before) = (belonging(now)?, belonging(before)?);
    let of_quintile = |rows: &[(u32, f64)], belonging: &[[f64; N_QUANTILES]], quintile: usize| {
        let parts = rows.iter().zip(belonging).map(|((sector, _), parts)| (*sector, parts[quintile]));
        parts.collect::<Vec<(u32, f64)>>()
    };
    Some(std::array::from_fn(|quintile| {
        let (now, before) = (of_quintile(now, &of_now, quintile), of_quintile(before, &of_before, quintile));
        let both = |(sector, part): &(u32, f64)| Some((*part, of_sector(&before, *sector)?));
        let (parts, earlier): (Vec<f64>, Vec<f64>) = now.iter().filter_map(both).unzip();
        let is_known = at_least(FEWEST_SECTORS, parts.len()).is_ok();
        QuintileChange {
            turnover: turnover(&weights(now.clone()), &weights(before.clone())),
            autocorrelation: is_known.then(|| pearson(&parts, &earlier).ok()).flatten(),
        }
    }))
}

/// Returns the parts of sectors as weights, which sum to one.
fn weights(mut parts: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    let total: f64 = parts.iter().map(|(_, part)| part).sum();
    for (_, part) in &mut parts {
        *part /= total;
    }
    parts
}

/// Returns ½Σ|Δw|.
fn turnover(now: &[(u32, f64)], before: &[(u32, f64)]) -> f64 {
    let changed: f64 =
        now.iter().map(|(sector, weight)| (weight - of_sector(before, *sector).unwrap_or(0.0)).abs()).sum();
    let gone = before.iter().filter(|(sector, _)| of_sector(now, *sector).is_none());
    0.5 * (changed + gone.map(|(_, weight)| weight).sum::<f64>())
}

/// Returns score and return of the sectors that have both.
fn pairs(scores: &[Option<f64>], gains: &[Option<f64>]) -> (Vec<f64>, Vec<f64>) {
    scores.iter().zip(gains).filter_map(|(score, gain)| Some(((*score)?, (*gain)?))).unzip()
}

fn rank_correlation(left: &[f64], right: &[f64]) -> Option<f64> {
    at_least(FEWEST_SECTORS, left.len()).ok()?;
    spearman(left, right).ok()
}

fn correlate(exact: &[f64], rounded: &[f64], gains: &[f64]) -> Result<MonthlyLine, Reason> {
    at_least(FEWEST_SECTORS, rounded.len())?;
    if rounded.iter().all(|score| *score == rounded[0]) {
        return Err(Reason::NoVariation);
    }
    let (rank_ic, ic) = (spearman(rounded, gains).or_reason()?, pearson(exact, gains).or_reason()?);
    let n = gains.len() as f64;
    let spread = deviation(gains).or_reason()?;
    Ok(MonthlyLine {
        coefficients: Coefficients { rank_ic, ic },
        slope: finite(ic * (spread / deviation(exact).or_reason()?)),
        mse: finite((1.0 - ic * ic) * (spread * spread) * ((n - 1.0) / n)),
    })
}
