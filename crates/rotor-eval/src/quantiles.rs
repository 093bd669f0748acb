//! Quintiles of the sectors, from the best scores to the worst, and what each returns.

use rotor_run::metrics::{Estimate, QuantileMetrics};
use rotor_run::portfolio::N_QUANTILES;
use rotor_stats::mean;

use crate::metric::{EstimateOf, YEAR};

/// What the quintiles return in a month.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuantileMonth {
    pub(crate) returns: [f64; N_QUANTILES],
    /// What all sectors gain.
    pub(crate) all: f64,
}

impl QuantileMonth {
    /// Takes scores, to nine decimals, and returns of sectors; `None` with fewer sectors than quintiles.
    pub(crate) fn of_scores(scores: &[f64], gains: &[f64]) -> Option<Self> {
        let mut sums = [0.0; N_QUANTILES];
        let mut totals = [0.0; N_QUANTILES];
        for (gain, shares) in gains.iter().zip(memberships(scores)?) {
            for quantile in 0..N_QUANTILES {
                sums[quantile] += shares[quantile] * gain;
                totals[quantile] += shares[quantile];
            }
        }
        let returns = std::array::from_fn(|quantile| sums[quantile] / totals[quantile]);
        Some(Self { returns, all: mean(gains).ok()? })
    }
}

/// Returns to what share each sector belongs to each quintile: sectors of equal score share their places equally. `None` with fewer
/// sectors than quintiles.
pub(crate) fn memberships(scores: &[f64]) -> Option<Vec<[f64; N_QUANTILES]>> {
    let n = scores.len();
    if n < N_QUANTILES {
        return None;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut memberships = vec![[0.0; N_QUANTILES]; n];
    let mut place = 0;
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let mut shares = [0.0; N_QUANTILES];
        for position in place..place + tied.len() {
            shares[N_QUANTILES * position / n] += 1.0 / tied.len() as f64;
        }
        for sector in tied {
            memberships[*sector] = shares;
        }
        place += tied.len();
    }
    Some(memberships)
}

impl QuantileMonth {
    /// Summarises months; `top_minus_bottom` is that of the quintiles unless it is given.
    pub(crate) fn summary(months: &[Self], top_minus_bottom: Option<&[f64]>) -> QuantileMetrics {
        let yearly = |value: &dyn Fn(&Self) -> f64| {
            Estimate::of(&months.iter().map(value).collect::<Vec<_>>(), 1).times(YEAR)
        };
        let excess: Vec<Estimate> =
            (0..N_QUANTILES).map(|quantile| yearly(&|month| month.returns[quantile] - month.all)).collect();
        let spread = |month: &Self| month.returns[0] - month.returns[N_QUANTILES - 1];
        let trend = |month: &Self| {
            let [first, second, _, fourth, fifth] = month.returns;
            (2.0 * first + second - fourth - 2.0 * fifth) / 10.0
        };
        let descends = |pair: &[Estimate]| match (pair[0].get(), pair[1].get()) {
            (Some(better), Some(worse)) => better > worse,
            _ => false,
        };
        QuantileMetrics {
            is_monotone: (!months.is_empty()).then(|| excess.windows(2).all(descends)),
            excess,
            top_minus_bottom: match top_minus_bottom {
                Some(months) => Estimate::of(months, 1).times(YEAR),
                None => yearly(&spread),
            },
            trend: yearly(&trend),
        }
    }
}
