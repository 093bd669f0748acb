//! The lag profile: what the scores of a factor would have been if everything had been published later.
//!
//! A factor that uses published values weakens gradually as they come later. If it collapses with the first month of delay, its
//! value lay in the last days before the execution: news, or values with too early a release date. The profile cannot tell
//! which; it shows where to look. Closes are not delayed, because they are known on their own day.

use rayon::prelude::*;
use rotor_data::Dataset;
use rotor_factor::{AsOf, EntityKind};
use rotor_plugin::Instance;
use rotor_stats::{deviation, mean, round9, spearman};

use super::cause::has_releases;
use crate::plan::Plan;
use crate::replay::{Outcome, Replay, ReplayError, TableDays, replay_watched};
use crate::returns::sector_return;
use crate::schedule::Execution;
use crate::watch::Counter;

/// The results of a factor as its inputs are published later.
#[derive(Clone, Debug, PartialEq)]
pub struct LagProfile {
    /// The mean rank correlation of the scores with the returns that follow, everything on time, and its number of days.
    pub rank_ic: Option<f64>,
    /// The days of that mean.
    pub n_days: usize,
    /// By how late everything is; empty for a factor that sees nothing but closes.
    pub rows: Vec<LagRow>,
}

/// The results of a factor if everything is published this much later.
#[derive(Clone, Debug, PartialEq)]
pub struct LagRow {
    /// How many months later.
    pub months: usize,
    /// The same in days, the most that so many months have.
    pub days: u16,
    /// The mean rank correlation with the scores on time, over days on which both order three sectors or more.
    pub correlation: Option<f64>,
    /// The days of that mean.
    pub n_correlations: usize,
    /// The share of scores on time that are the same, to the bit.
    pub same: Option<f64>,
    /// The share of scores on time that are not there.
    pub gone: Option<f64>,
    /// The mean rank correlation with the returns that follow, over the days that have one on time as well.
    pub rank_ic: Option<f64>,
    /// The same on time, over the same days.
    pub rank_ic_on_time: Option<f64>,
    /// The days of both means.
    pub n_days: usize,
    /// The mean difference of the two over its standard error.
    pub t: Option<f64>,
}

/// One, two and three months in days; no months are longer.
const LAGS: [(usize, u16); 3] = [(1, 31), (2, 62), (3, 92)];

impl LagProfile {
    /// A mean rank correlation that monthly figures on sectors do not reach.
    pub const HIGH: f64 = 0.15;
    /// The fewest days that say anything.
    pub const FEWEST: usize = 24;

    /// Tells whether the factor falls off a cliff with the first month: on time its mean rank correlation with returns is
    /// at least 0.15, a month later less than half of that, and the difference is three standard errors or more.
    #[must_use]
    pub fn is_suspicious(&self) -> bool {
        let is_cliff = |row: &LagRow| {
            let (Some(on_time), Some(late), Some(t)) = (row.rank_ic_on_time, row.rank_ic, row.t) else {
                return false;
            };
            row.n_days >= Self::FEWEST && on_time >= Self::HIGH && late < on_time / 2.0 && t >= 3.0
        };
        self.rows.first().is_some_and(is_cliff)
    }
}

/// Asks a factor again on datasets in which everything is published later.
pub(super) fn profile(
    dataset: &Dataset,
    plan: &Plan,
    factor: &Instance,
    executions: &[Execution],
    on_time: &Replay,
    counter: &Counter<'_>,
) -> Result<LagProfile, ReplayError> {
    let days: Vec<AsOf> = executions.iter().map(|execution| execution.as_of).collect();
    let of_kind = dataset.of_kind(EntityKind::Sector);
    let returns: Vec<Vec<Option<f64>>> = executions
        .par_iter()
        .zip(&on_time.sectors)
        .map(|(execution, sectors)| {
            let gain =
                |row: &u32| sector_return(dataset, of_kind[*row as usize], execution.entry, execution.exit);
            sectors.iter().map(gain).collect()
        })
        .collect();
    let coefficients = |outcomes: &[Outcome]| -> Vec<Option<f64>> {
        let of_day = |(outcome, returns): (&Outcome, &Vec<Option<f64>>)| {
            rank_correlation(&scores(outcome, returns.len()), returns)
        };
        outcomes.iter().zip(&returns).map(of_day).collect()
    };
    let timely = coefficients(&on_time.outcomes[0]);
    let known: Vec<f64> = timely.iter().flatten().copied().collect();
    let mut rows = Vec::new();
    for (months, n_days) in LAGS.into_iter().filter(|_| has_releases(factor)) {
        let late = dataset.released_later(n_days);
        let replay = replay_watched(&late, plan, &[factor], &days, TableDays::Last, counter)?;
        rows.push(row(months, n_days, on_time, &replay, &timely, &coefficients(&replay.outcomes[0])));
    }
    Ok(LagProfile { rank_ic: mean(&known).ok(), n_days: known.len(), rows })
}

fn row(
    months: usize,
    days: u16,
    on_time: &Replay,
    late: &Replay,
    timely: &[Option<f64>],
    coefficients: &[Option<f64>],
) -> LagRow {
    let (mut correlations, mut n_scores, mut n_same, mut n_gone) = (Vec::new(), 0, 0, 0);
    for ((before, after), sectors) in on_time.outcomes[0].iter().zip(&late.outcomes[0]).zip(&on_time.sectors)
    {
        let (before, after) = (scores(before, sectors.len()), scores(after, sectors.len()));
        correlations.extend(rank_correlation(&before, &after));
        for (before, after) in before.iter().zip(&after).filter(|(before, _)| before.is_some()) {
            n_scores += 1;
            n_same += usize::from(before.map(f64::to_bits) == after.map(f64::to_bits));
            n_gone += usize::from(after.is_none());
        }
    }
    let share = |n: usize| (n_scores > 0).then(|| n as f64 / f64::from(n_scores));
    let both: Vec<(f64, f64)> =
        timely.iter().zip(coefficients).filter_map(|(timely, late)| Some(((*timely)?, (*late)?))).collect();
    let (before, after): (Vec<f64>, Vec<f64>) = both.iter().copied().unzip();
    let losses: Vec<f64> = both.iter().map(|(timely, late)| timely - late).collect();
    let error = deviation(&losses).ok().map(|deviation| deviation / (losses.len() as f64).sqrt());
    LagRow {
        months,
        days,
        correlation: mean(&correlations).ok(),
        n_correlations: correlations.len(),
        same: share(n_same),
        gone: share(n_gone),
        rank_ic: mean(&after).ok(),
        rank_ic_on_time: mean(&before).ok(),
        n_days: both.len(),
        t: mean(&losses).ok().zip(error).filter(|(_, error)| *error > 0.0).map(|(mean, error)| mean / error),
    }
}

/// The scores of a day, sector by sector; none where there is no signal.
fn scores(outcome: &Outcome, n_sectors: usize) -> Vec<Option<f64>> {
    let score = |sector: usize| outcome.as_ref().ok()?.score_of(sector).ok();
    (0..n_sectors).map(score).collect()
}

/// The rank correlation over the sectors that have both; scores that a reader cannot tell apart are equal.
fn rank_correlation(left: &[Option<f64>], right: &[Option<f64>]) -> Option<f64> {
    let both = left.iter().zip(right).filter_map(|(left, right)| Some((round9((*left)?), round9((*right)?))));
    let (left, right): (Vec<f64>, Vec<f64>) = both.unzip();
    if left.len() < 3 { None } else { spearman(&left, &right).ok() }
}
