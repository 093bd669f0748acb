//! The key figures of one trial among thousands: those of its report, without the report.

use std::collections::BTreeMap;

use rotor_factor::Date;
use rotor_run::metrics::{Estimate, Metrics};
use rotor_run::portfolio::{EQUAL_WEIGHT, TOP_NET};
use rotor_run::sweep::TrialMetrics;
use rotor_run::{Run, metrics::Metric};
use rotor_stats::{MeanIntervals, mean, round9, spearman};
use rotor_strategy::{FactorScores, RankedSector, ScoredSectors};

use crate::metric::{EstimateOf, MetricOf, OrReason, YEAR, at_least, mean_over_deviation};
use crate::portfolio::drawdown::deepest;
use crate::portfolio::series::{annual, annual_ratio, net_value, over_riskless};

/// The fewest sectors among which a rank correlation is asked for.
const FEWEST_SECTORS: usize = 3;

/// What a trial held and gained, execution by execution from the first that is not skipped.
#[derive(Clone, Copy, Debug)]
pub struct TrialSeries<'a> {
    /// The execution days.
    pub executions: &'a [Date],
    /// The net return; `None` where nothing is held.
    pub net: &'a [Option<f64>],
    /// The return of the equal weight of all sectors; `None` where there are none.
    pub equal_weight: &'a [Option<f64>],
    /// Σ|Δw| of the rebalance.
    pub traded: &'a [f64],
    /// The riskless rate known, in percent a year; empty for a rate of 0.
    pub risk_free: &'a [Option<f64>],
    /// The net values from day to day, the first 1; `None` where there are month-end closes only.
    pub net_values: Option<&'a [f64]>,
    /// The RankIC of the total; `None` where there is none.
    pub rank_ics: &'a [Option<f64>],
}

/// Prepared intervals by the number of months: all trials of a sweep have one of a few.
#[derive(Clone, Debug, Default)]
pub struct PreparedIntervals {
    known: BTreeMap<usize, MeanIntervals>,
}

impl PreparedIntervals {
    fn of(&mut self, n: usize) -> &MeanIntervals {
        self.known.entry(n).or_insert_with(|| MeanIntervals::new(n, 1).expect("the horizon is not 0"))
    }
}

/// Returns the key figures of a trial.
///
/// # Panics
///
/// If the lists are not of one length.
#[must_use]
pub fn trial_metrics(series: &TrialSeries<'_>, prepared: &mut PreparedIntervals) -> TrialMetrics {
    let n = series.executions.len();
    let lengths = [series.net.len(), series.equal_weight.len(), series.traded.len(), series.rank_ics.len()];
    assert!(lengths.iter().all(|length| *length == n), "a value an execution");
    let held = || series.net.iter().enumerate().filter_map(|(month, net)| Some((month, (*net)?)));
    let (months, returns): (Vec<usize>, Vec<f64>) = held().unzip();
    let excess: Vec<f64> =
        held().filter_map(|(month, net)| Some(net - series.equal_weight[month]?)).collect();
    let estimate = Estimate::of_prepared(&excess, prepared.of(excess.len())).times(YEAR);
    let uncertainty = estimate.uncertainty.as_ref().ok();
    let turnovers: Vec<f64> = series.traded.iter().map(|traded| traded / 2.0).collect();
    let rank_ics: Vec<f64> = series.rank_ics.iter().copied().flatten().collect();
    let of = |value: Result<f64, rotor_run::metrics::Reason>| Metric::new(returns.len(), value).get();
    let over = over_riskless(series.risk_free, &months, &returns);
    let max_drawdown = series.net_values.map_or_else(|| deepest_of_returns(&returns), deepest);
    TrialMetrics {
        n_months: returns.len() as u32,
        first: series.executions.first().copied(),
        last: series.executions.last().copied(),
        annual_return: of(net_value(&returns).map(|value| annual(value, returns.len()))),
        excess: estimate.get(),
        excess_se: uncertainty.map(|found| found.standard_error),
        excess_low: uncertainty.map(|found| found.interval.0),
        excess_high: uncertainty.map(|found| found.interval.1),
        excess_p: uncertainty.map(|found| found.p_value),
        information_ratio: annual_ratio(&excess).get(),
        sharpe: of(over.and_then(|over| mean_over_deviation(&over)).map(|ratio| ratio * YEAR.sqrt())),
        max_drawdown,
        turnover: Metric::new(turnovers.len(), mean(&turnovers)).get(),
        rank_ic: Metric::new(
            rank_ics.len(),
            at_least(1, rank_ics.len()).and_then(|()| mean(&rank_ics).or_reason()),
        )
        .get(),
    }
}

/// The deepest drawdown at the ends of months; `None` where a growth is below 0, for two of them must not make up for each other.
fn deepest_of_returns(returns: &[f64]) -> Option<f64> {
    let mut values = vec![1.0];
    let mut level = 1.0;
    for value in returns {
        if 1.0 + value < 0.0 {
            return None;
        }
        level *= 1.0 + value;
        values.push(level);
    }
    deepest(&values)
}

/// Returns the same of a backtest and its evaluation, read off where the report has them.
///
/// # Panics
///
/// If a row refers to an execution that the run does not have.
#[must_use]
pub fn trial_metrics_of_run(run: &Run, metrics: &Metrics) -> TrialMetrics {
    let all = &metrics.portfolio.all;
    let performance = all.performance.get(TOP_NET);
    let excess = all.excess.get(TOP_NET).and_then(|over| over.get(EQUAL_WEIGHT));
    let estimate = excess.map(|excess| &excess.arithmetic);
    let uncertainty = estimate.and_then(|estimate| estimate.uncertainty.as_ref().ok());
    let kept =
        || run.executions.iter().filter(|execution| execution.is_kept).map(|execution| execution.as_of);
    let mut rank_ics = Vec::new();
    let mut returns = run.sector_returns.chunk_by(|one, other| one.execution == other.execution).peekable();
    for ranking in run.ranking.chunk_by(|one, other| one.execution == other.execution) {
        while returns.next_if(|rows| rows[0].execution < ranking[0].execution).is_some() {}
        let Some(rows) = returns.next_if(|rows| rows[0].execution == ranking[0].execution) else { continue };
        let totals: Vec<f64> = ranking.iter().map(|row| row.total).collect();
        rank_ics.extend(rank_ic(&totals, &rows.iter().map(|row| row.value).collect::<Vec<f64>>()));
    }
    TrialMetrics {
        n_months: performance.map_or(0, |performance| (all.n_months - performance.n_missing) as u32),
        first: kept().next(),
        last: kept().next_back(),
        annual_return: performance.and_then(|performance| performance.annual_return.get()),
        excess: estimate.and_then(Estimate::get),
        excess_se: uncertainty.map(|found| found.standard_error),
        excess_low: uncertainty.map(|found| found.interval.0),
        excess_high: uncertainty.map(|found| found.interval.1),
        excess_p: uncertainty.map(|found| found.p_value),
        information_ratio: excess.and_then(|excess| excess.information_ratio.get()),
        sharpe: performance.and_then(|performance| performance.sharpe.get()),
        max_drawdown: performance.and_then(|performance| performance.max_drawdown.depth.get()),
        turnover: all.trading.turnover.get(),
        rank_ic: mean(&rank_ics).ok(),
    }
}

/// Returns the RankIC of the totals of a ranking with the returns that follow; `None` for too few sectors or equal totals.
fn rank_ic(totals: &[f64], returns: &[f64]) -> Option<f64> {
    at_least(FEWEST_SECTORS, totals.len()).ok()?;
    let totals: Vec<f64> = totals.iter().map(|total| round9(*total)).collect();
    spearman(&totals, returns).ok()
}

/// Returns the RankIC of each ranking with the returns of its day; `None` where there is none.
#[must_use]
pub fn rank_ics(days: &[ScoredSectors], rankings: &[Vec<RankedSector>]) -> Vec<Option<f64>> {
    let of_day = |(day, ranking): (&ScoredSectors, &Vec<RankedSector>)| {
        let totals: Vec<f64> = ranking.iter().map(|sector| sector.total).collect();
        rank_ic(&totals, &day.returns)
    };
    days.iter().zip(rankings).map(of_day).collect()
}

/// Returns the RankIC of the scores of a factor on each day, as the evaluation of a run has it; months without one are left out.
#[must_use]
pub fn score_rank_ics<'s>(
    days: &[ScoredSectors],
    scores: impl Iterator<Item = &'s FactorScores>,
) -> Vec<f64> {
    let of_day = |(day, scores): (&ScoredSectors, &FactorScores)| {
        let known = scores.scores().iter().zip(&day.returns);
        let (known, gains): (Vec<f64>, Vec<f64>) =
            known.filter_map(|(score, gain)| Some((round9((*score)?), *gain))).unzip();
        at_least(FEWEST_SECTORS, known.len()).ok()?;
        spearman(&known, &gains).ok()
    };
    days.iter().zip(scores).filter_map(of_day).collect()
}

/// Returns the mean of monthly values with its interval.
#[must_use]
pub fn monthly_mean(values: &[f64]) -> Estimate {
    Estimate::of(values, 1)
}

/// Returns twelve times the mean of monthly returns, with its interval.
#[must_use]
pub fn annual_mean(values: &[f64]) -> Estimate {
    Estimate::of(values, 1).times(YEAR)
}

/// Returns the mean over the deviation of monthly excess returns, a year.
#[must_use]
pub fn information_ratio(values: &[f64]) -> Metric {
    annual_ratio(values)
}
