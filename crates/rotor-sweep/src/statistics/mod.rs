//! What all trials of a sweep say together, computed once all of them are there.

mod axes;
mod conditions;
mod judged;
mod walk_forward;

use rayon::prelude::*;
use rotor_eval::{
    BestSharpe, Deflated, FactorEvidence as Evidence, GRID, HURDLE_T, MISSED_DESIGNS, N_HALVES,
    across_factors, comparison_tests, deflated_sharpe, effective_trials, luckiest_of_effective, overfitting,
    step_down,
};
use rotor_run::metrics::{DeflatedSharpe, Estimate, Metric, Reason};
use rotor_run::sweep::{
    AsText, CommonMonths, Counts, Distribution, FactorEvidence, FactorTest, FanMonth, PartFactor,
    StepDownSummary, SweepOverfitting, SweepStatistics, SweepTrial, TrialResult, TrialReturns,
};

use crate::compute::Workshop;
use crate::error::SweepError;
pub(crate) use axes::neighbours;
use judged::Judged;

/// The number of bootstrap samples of the step-down.
const N_SAMPLES: usize = 1000;
/// The number of bins of a distribution.
const N_BINS: usize = 60;
/// How many factors are listed.
const MOST_FACTORS: usize = 100;
/// The level of the quantiles of the fan.
const FAN: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Months in a year.
const YEAR: f64 = 12.0;

/// What the merged parts give.
pub(crate) struct Merged {
    /// Trial by trial what came of it, condition by condition.
    pub(crate) results: Vec<Vec<TrialResult>>,
    pub(crate) returns: TrialReturns,
    pub(crate) factors: Vec<PartFactor>,
}

/// How many were tried on the dataset, this sweep included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried {
    pub(crate) strategies: u64,
    pub(crate) factors: u64,
}

/// Judges all trials. The workshop is asked for what a walk forward holds.
pub(crate) fn statistics(
    workshop: &Workshop<'_>,
    merged: &Merged,
    tried: Tried,
) -> Result<(Vec<SweepTrial>, SweepStatistics), SweepError> {
    let plan = workshop.plan;
    let judged = Judged::new(merged);
    let first_of = |trial: usize| &merged.results[trial][0];
    let ratios: Vec<Option<f64>> = (0..plan.n_trials())
        .map(|trial| first_of(trial).as_ref().ok().and_then(|one| one.information_ratio))
        .collect();
    let ranks = ranks(&ratios);
    let best = ranks.iter().position(|rank| *rank == Some(1));
    let neighbours = axes::neighbours(plan, &ratios);
    let excesses = judged.excesses();
    let n = judged.months.len();
    let stepped =
        excesses.as_ref().map_err(Clone::clone).and_then(|all| step_down(all, plan.seed, N_SAMPLES));
    let mut trials: Vec<SweepTrial> = (0..plan.n_trials())
        .map(|trial| SweepTrial {
            result: first_of(trial).clone(),
            t: None,
            adjusted_p: None,
            rank: ranks[trial],
            neighbours: neighbours[trial],
        })
        .collect();
    let step_down = match &stepped {
        Ok(stepped) => {
            for (trial, tested) in judged.trials.iter().zip(&stepped.trials) {
                if let Ok(tested) = tested {
                    (trials[*trial].t, trials[*trial].adjusted_p) = (Some(tested.t), Some(tested.p_value));
                }
            }
            let largest = largest(&trials, |trial| trial.t);
            let smallest = largest.and_then(|trial| trials[trial].adjusted_p).ok_or(Reason::NoVariation);
            StepDownSummary {
                smallest_p: Metric { n, value: smallest },
                trial: largest.map(|trial| trial as u32),
                n_survivors: stepped.n_survivors,
                n_samples: N_SAMPLES as u64,
                autocorrelation: Some(stepped.autocorrelation),
            }
        }
        Err(reason) => StepDownSummary {
            smallest_p: Metric { n, value: Err(reason.clone()) },
            trial: None,
            n_survivors: 0,
            n_samples: N_SAMPLES as u64,
            autocorrelation: None,
        },
    };
    let effective = excesses.as_ref().map_err(Clone::clone).and_then(effective_trials);
    let best_sharpe =
        excesses.as_ref().map_err(Clone::clone).and_then(|all| deflated_sharpe(all, tried.strategies));
    let (superior, reality) = match &excesses {
        Ok(all) => comparison_tests(all, plan.seed),
        Err(reason) => (none(n, reason), none(n, reason)),
    };
    let statistics = SweepStatistics {
        n_trials: plan.n_trials(),
        n_failed: trials.iter().filter(|trial| trial.result.is_err()).count(),
        n_tried: tried.strategies,
        months: CommonMonths {
            n,
            first: judged.months.first().map(|month| AsText(merged.returns.executions[*month as usize])),
            last: judged.months.last().map(|month| AsText(merged.returns.executions[*month as usize])),
            n_judged: judged.trials.len(),
            n_short: judged.n_short,
        },
        best: best.map(|best| best as u32),
        step_down,
        missed: MISSED_DESIGNS.to_vec(),
        deflated_sharpe: deflated(n, &best_sharpe, |best| best.of_all),
        deflated_sharpe_effective: deflated(n, &best_sharpe, |best| best.of_effective),
        effective_trials: Metric { n: judged.trials.len(), value: effective.clone() },
        overfitting: of_overfitting(n, excesses.as_ref().map_err(Clone::clone).and_then(overfitting)),
        superior_predictive_ability: superior,
        reality_check: reality,
        factors: factors(&merged.factors, tried.factors),
        distribution: distribution(&ratios, n, tried.strategies, effective),
        axes: axes::effects(plan, &judged, merged, best),
        pairs: axes::pairs(plan, merged),
        fan: fan(&judged, merged, best),
        conditions: conditions::summaries(plan, merged, best),
        walk_forward: walk_forward::walk_forward(workshop, &judged, merged, best)?,
    };
    Ok((trials, statistics))
}

fn none(n: usize, reason: &Reason) -> Metric {
    Metric { n, value: Err(reason.clone()) }
}

/// The position of the largest value, the first of equals.
pub(crate) fn largest<T>(all: &[T], of: impl Fn(&T) -> Option<f64>) -> Option<usize> {
    let mut found: Option<(usize, f64)> = None;
    for (place, one) in all.iter().enumerate() {
        if let Some(value) = of(one)
            && found.is_none_or(|(_, known)| value > known)
        {
            found = Some((place, value));
        }
    }
    found.map(|(place, _)| place)
}

/// The rank of each value, 1 for the largest; of equals the first comes first.
fn ranks(values: &[Option<f64>]) -> Vec<Option<u32>> {
    let mut order: Vec<usize> = (0..values.len()).filter(|place| values[*place].is_some()).collect();
    order
        .sort_by(|one, other| values[*other].partial_cmp(&values[*one]).unwrap_or(std::cmp::Ordering::Equal));
    let mut ranks = vec![None; values.len()];
    for (rank, place) in order.into_iter().enumerate() {
        ranks[place] = Some(rank as u32 + 1);
    }
    ranks
}

/// The middle of values, or the mean of the two in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(0.5 * (values[middle - 1] + values[middle])),
    }
}

fn deflated(
    n: usize,
    best: &Result<BestSharpe, Reason>,
    of: impl Fn(&BestSharpe) -> Deflated,
) -> DeflatedSharpe {
    let value =
        |get: &dyn Fn(&BestSharpe) -> f64| Metric { n, value: best.as_ref().map(get).map_err(Clone::clone) };
    DeflatedSharpe {
        probability: value(&|best| of(best).probability),
        sharpe: value(&|best| best.sharpe),
        threshold: value(&|best| of(best).threshold),
    }
}

fn of_overfitting(n: usize, found: Result<rotor_eval::OverfittingOutcome, Reason>) -> SweepOverfitting {
    let found = match found {
        Ok(found) => found,
        Err(reason) => {
            let none = none(n, &reason);
            return SweepOverfitting {
                probability: none.clone(),
                loss: none.clone(),
                slope: none.clone(),
                constant: none,
                points: None,
            };
        }
    };
    let of_halves = |value: Result<f64, Reason>| Metric { n: N_HALVES, value };
    let counts = found.points.counts.chunks(GRID).map(<[u32]>::to_vec).collect();
    SweepOverfitting {
        probability: Metric { n: found.n_months, value: Ok(found.probability) },
        loss: Metric { n: found.n_months, value: Ok(found.loss) },
        slope: of_halves(found.degradation.as_ref().map(|line| line.slope).map_err(Clone::clone)),
        constant: of_halves(found.degradation.map(|line| line.intercept)),
        points: Some(Counts { x: found.points.inside, y: found.points.outside, counts }),
    }
}

/// The factors against each other, the smallest p-value first.
fn factors(found: &[PartFactor], n_tried: u64) -> FactorEvidence {
    let t = |rank_ic: &Estimate| {
        let error = rank_ic.uncertainty.as_ref().ok()?.standard_error;
        Some(rank_ic.get()? / error)
    };
    let tested: Vec<(usize, Evidence)> = found
        .iter()
        .enumerate()
        .filter_map(|(place, one)| {
            Some((place, Evidence { p_value: one.rank_ic.p_value()?, t: t(&one.rank_ic)? }))
        })
        .collect();
    let evidence: Vec<Evidence> = tested.iter().map(|(_, evidence)| *evidence).collect();
    let n_tried = n_tried.max(found.len() as u64);
    let verdicts = across_factors(&evidence, n_tried).unwrap_or_default();
    let mut factors: Vec<FactorTest> = found
        .iter()
        .map(|one| FactorTest {
            factor: one.factor.clone(),
            parameters: one.parameters.clone(),
            t: t(&one.rank_ic),
            rank_ic: one.rank_ic.clone(),
            holm: None,
            benjamini_yekutieli: None,
        })
        .collect();
    for ((place, _), verdict) in tested.iter().zip(&verdicts) {
        factors[*place].holm = Some(verdict.holm);
        factors[*place].benjamini_yekutieli = Some(verdict.benjamini_yekutieli);
    }
    let n_above_hurdle = factors.iter().filter(|one| one.t.is_some_and(|t| t.abs() > HURDLE_T)).count();
    let p = |one: &FactorTest| one.rank_ic.p_value().unwrap_or(f64::INFINITY);
    factors.sort_by(|one, other| p(one).total_cmp(&p(other)));
    let n_factors = factors.len();
    factors.truncate(MOST_FACTORS);
    FactorEvidence { n_tried, factors, n_factors, n_above_hurdle }
}

fn distribution(
    ratios: &[Option<f64>],
    n_months: usize,
    n_tried: u64,
    effective: Result<f64, Reason>,
) -> Distribution {
    let known: Vec<f64> = ratios.iter().copied().flatten().collect();
    let (low, high) = known
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let range = if known.is_empty() { (0.0, 0.0) } else { (low, high) };
    let mut counts = vec![0; N_BINS];
    for value in known {
        let place = if high > low { (value - low) / (high - low) * N_BINS as f64 } else { 0.0 };
        counts[(place as usize).min(N_BINS - 1)] += 1;
    }
    let a_year =
        |value: Result<f64, Reason>| Metric { n: n_months, value: value.map(|value| value * YEAR.sqrt()) };
    Distribution {
        range,
        counts,
        luckiest: a_year(luckiest_of_effective(n_tried.max(1) as f64, n_months)),
        luckiest_effective: a_year(effective.and_then(|n| luckiest_of_effective(n, n_months))),
    }
}

/// The cumulated excess returns on the months that all judged trials share.
fn fan(judged: &Judged<'_>, merged: &Merged, best: Option<usize>) -> Vec<FanMonth> {
    let mut levels = vec![0.0; judged.trials.len()];
    let best = best.and_then(|best| judged.trials.iter().position(|trial| *trial == best));
    let mut fan = Vec::with_capacity(judged.months.len());
    for (place, month) in judged.months.iter().enumerate() {
        levels.par_iter_mut().enumerate().for_each(|(trial, level)| *level += judged.row(trial)[place]);
        let mut sorted = levels.clone();
        sorted.par_sort_by(f64::total_cmp);
        let quantile = |level: f64| sorted[((sorted.len() - 1) as f64 * level).round() as usize];
        let execution = AsText(merged.returns.executions[*month as usize]);
        fan.push(FanMonth {
            execution,
            quantiles: FAN.map(quantile),
            best: best.map_or(0.0, |best| levels[best]),
        });
    }
    fan
}
