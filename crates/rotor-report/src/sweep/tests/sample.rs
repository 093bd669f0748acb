//! Made-up sweeps, the same ones every time.

use rotor_factor::Date;
use rotor_run::metrics::{DeflatedSharpe, Estimate, Method, Metric, Reason, Uncertainty};
use rotor_run::sweep::{
    AlikeTrials, AsText, Axis, AxisEffect, CommonMonths, Condition, ConditionSummary, Counts, DataRecord,
    Distribution, Edge, FactorEvidence, FactorTest, FanMonth, Holdout, Level, MissedDesign, OddMonths,
    PairEffect, PickRule, PlannedTrial, StepDownSummary, SweepOverfitting, SweepPlan, SweepRecord,
    SweepStatistics, SweepTrial, TrialMetrics, TrialResult, WalkForward, WalkForwardChoice, WalkForwardMonth,
    WalkForwardRule,
};
use rotor_run::{Config, ConfigRecord, DatasetRecord, EngineRecord, TrialsRecord, TrialsSource};
use serde_json::{Value, json};

use super::super::Facts;

/// A sweep that holds what its page needs.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) plan: SweepPlan,
    pub(super) trials: Vec<SweepTrial>,
    pub(super) conditions: Vec<Vec<TrialResult>>,
    pub(super) statistics: SweepStatistics,
    pub(super) record: SweepRecord,
    pub(super) defaults: Config,
}

impl Sample {
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            plan: &self.plan,
            trials: &self.trials,
            conditions: &self.conditions,
            statistics: &self.statistics,
            record: &self.record,
            picked: None,
            defaults: &self.defaults,
        }
    }
}

/// Numbers that look like noise.
struct Noise(u64);

impl Noise {
    /// About normal, by the sum of uniform ones.
    fn next(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..12 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        }
        sum - 6.0
    }
}

pub(super) fn day(month: usize) -> Date {
    let (year, month) = (2015 + month / 12, month % 12 + 1);
    format!("{year}-{month:02}-12").parse().unwrap()
}

pub(super) fn known(value: f64) -> Metric {
    Metric { n: 108, value: Ok(value) }
}

pub(super) fn missing() -> Metric {
    Metric { n: 3, value: Err(Reason::TooFew { n: 3, needed: 24 }) }
}

pub(super) fn estimate(value: f64, standard_error: f64) -> Estimate {
    Estimate {
        value: known(value),
        method: Method::Cosines,
        horizon: 1,
        uncertainty: Ok(Uncertainty {
            standard_error,
            degrees_of_freedom: 10,
            interval: (value - 2.2 * standard_error, value + 2.2 * standard_error),
            p_value: 0.2,
            detectable: 3.0 * standard_error,
        }),
        classical: None,
    }
}

fn no_estimate() -> Estimate {
    Estimate {
        value: missing(),
        method: Method::Cosines,
        horizon: 1,
        uncertainty: Err(reason()),
        classical: None,
    }
}

fn reason() -> Reason {
    Reason::TooFew { n: 3, needed: 24 }
}

fn axis(key: &str, values: Value) -> Axis {
    Axis { key: key.into(), values: serde_json::from_value(values).unwrap() }
}

/// Five axes, three conditions, a hold-out, a walk forward and failures.
pub(super) fn usual() -> Sample {
    made(
        vec![
            axis("top", json!([3, 4, 5, 6, 8])),
            axis("min_factors", json!([1, 2])),
            axis("momentum.lookback", json!([3, 6, 9, 12, 15, 18])),
            axis("heat.weight", json!([0.0, 0.5, 1.0])),
            axis("factors", json!([["profit", "price"], ["profit", "heat", "momentum"], ["momentum"]])),
        ],
        17,
        540,
    )
}

/// As many trials of the axes as asked for; one of `fail_every` has no result.
pub(super) fn made(axes: Vec<Axis>, fail_every: usize, n_trials: usize) -> Sample {
    let mut noise = Noise(7);
    let sizes: Vec<usize> = axes.iter().map(|axis| axis.values.len()).collect();
    let values = |trial: usize| {
        let mut rest = trial;
        let mut values: Vec<Option<u32>> = sizes
            .iter()
            .rev()
            .map(|size| {
                let value = rest % size;
                rest /= size;
                Some(value as u32)
            })
            .collect();
        values.reverse();
        values
    };
    let planned: Vec<PlannedTrial> = (0..n_trials)
        .map(|trial| PlannedTrial {
            id: format!("{:016x}", (trial as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            values: values(trial),
        })
        .collect();
    let mut trials: Vec<SweepTrial> = planned
        .iter()
        .enumerate()
        .map(|(position, trial)| {
            let first = trial.values.first().copied().flatten().unwrap_or(0);
            let information_ratio = 0.05 * f64::from(first) + 0.25 * noise.next();
            let excess = 0.06 * information_ratio;
            let result = if fail_every > 0 && position % fail_every == fail_every - 1 {
                Err(if position % 2 == 0 {
                    "factor `heat` has no data".into()
                } else {
                    "`momentum.skip` is not below `momentum.lookback`".to_owned()
                })
            } else {
                Ok(TrialMetrics {
                    n_months: 108,
                    first: Some(day(0)),
                    last: Some(day(107)),
                    annual_return: Some(0.05 + excess),
                    excess: Some(excess),
                    excess_se: Some(0.03),
                    excess_low: Some(excess - 0.06),
                    excess_high: Some(excess + 0.06),
                    excess_p: Some(0.2),
                    information_ratio: Some(information_ratio),
                    sharpe: Some(0.3),
                    max_drawdown: Some(-0.4 - 0.01 * f64::from(first)),
                    turnover: Some(0.35),
                    rank_ic: Some(0.02),
                })
            };
            let adjusted_p = result.is_ok().then_some(0.4 + 0.001 * (position % 500) as f64);
            let t = result.is_ok().then_some(1.0);
            SweepTrial { result, t, adjusted_p, rank: None, neighbours: Some(information_ratio * 0.4) }
        })
        .collect();
    let ratio = |trial: &SweepTrial| trial.result.as_ref().ok().and_then(|metrics| metrics.information_ratio);
    let mut order: Vec<usize> = (0..trials.len()).filter(|trial| ratio(&trials[*trial]).is_some()).collect();
    order.sort_by(|one, other| ratio(&trials[*other]).unwrap().total_cmp(&ratio(&trials[*one]).unwrap()));
    for (rank, trial) in order.iter().enumerate() {
        trials[*trial].rank = Some(rank as u32 + 1);
    }
    let best = order.first().map(|best| *best as u32);
    let plan = plan(axes, planned);
    let statistics = statistics(&plan, &trials, best, order.len(), &mut noise);
    let conditions = trials.iter().map(|trial| vec![trial.result.clone(); 2]).collect();
    let record = SweepRecord {
        format: 1,
        plan: plan.hash.clone(),
        engine: plan.engine.clone(),
        trials: TrialsRecord { n: 900, source: TrialsSource::Ledger, ledger: None },
        report: None,
        files: Vec::new().into_iter().collect(),
    };
    Sample { plan, trials, conditions, statistics, record, defaults: Config::default() }
}

fn plan(axes: Vec<Axis>, trials: Vec<PlannedTrial>) -> SweepPlan {
    let condition = |settings: Value| Condition { settings: serde_json::from_value(settings).unwrap() };
    let n = trials.len();
    let engine = EngineRecord { name: "rotor".into(), version: "0.2.0".into() };
    let mut plan = SweepPlan {
        format: 1,
        hash: String::new(),
        engine,
        dataset: DatasetRecord {
            name: "made-up".into(),
            title: "Made-up sectors".into(),
            synthetic: true,
            price_frequency: "D".into(),
            ..DatasetRecord::default()
        },
        data: DataRecord { sha256: "ab".repeat(32), lineage: None },
        base: ConfigRecord::from(Config { top: 6, ..Config::default() }),
        factors: Vec::new(),
        axes,
        conditions: vec![
            condition(json!({})),
            condition(json!({ "cost_bp": 30 })),
            condition(json!({ "start": "2018-01" })),
        ],
        holdout: Some(Holdout {
            months: 36,
            first: AsText("2024-01".parse().unwrap()),
            end: AsText("2023-12".parse().unwrap()),
            until: None,
        }),
        walk_forward: Some(WalkForwardRule { rule: PickRule::OneSe, window: Some(60), first: 36, every: 12 }),
        seed: 1,
        n_grid: n as u64 + 60,
        n_refused: 40,
        n_equal: 20,
        trials,
        parts: vec![n as u32],
    };
    plan.hash = plan.hash_of();
    plan
}

/// Two designs, one of each kind.
fn missed() -> [MissedDesign; 2] {
    [
        MissedDesign {
            trials: AlikeTrials::Independent,
            months: OddMonths::Autocorrelated(0.2, 0.0),
            step_down: 0.076,
            deflated_sharpe: 0.025,
            deflated_sharpe_effective: 0.096,
        },
        MissedDesign {
            trials: AlikeTrials::Families(0.9),
            months: OddMonths::Skewed(1.0),
            step_down: 0.032,
            deflated_sharpe: 0.0,
            deflated_sharpe_effective: 0.006,
        },
    ]
}

fn statistics(
    plan: &SweepPlan,
    trials: &[SweepTrial],
    best: Option<u32>,
    n_done: usize,
    noise: &mut Noise,
) -> SweepStatistics {
    let has_best = best.is_some();
    let metric = |value: f64| if has_best { known(value) } else { missing() };
    let deflated = |probability: f64, threshold: f64| DeflatedSharpe {
        probability: metric(probability),
        sharpe: metric(0.21),
        threshold: metric(threshold),
    };
    let best_values = best.map(|best| plan.trials[best as usize].values.clone());
    let axes: Vec<AxisEffect> =
        (0..plan.axes.len()).map(|at| effect(plan, trials, at, best_values.as_deref(), noise)).collect();
    let mut pairs = Vec::new();
    for y in 0..plan.axes.len() {
        for x in y + 1..plan.axes.len() {
            pairs.push(pair(plan, (x, y), noise));
        }
    }
    let mut counts = vec![0; 40];
    for trial in trials {
        if let Some(ratio) = trial.result.as_ref().ok().and_then(|metrics| metrics.information_ratio) {
            counts[(((ratio + 1.5) / 3.0 * 40.0) as usize).min(39)] += 1;
        }
    }
    let mut middle = 0.0;
    let fan = (0..108).map(|month| {
        middle += 0.001 + 0.004 * noise.next();
        let spread = 0.01 * (month as f64).sqrt();
        FanMonth {
            execution: AsText(day(month)),
            quantiles: [-2.0, -0.8, 0.0, 0.8, 2.0].map(|quantile| middle + quantile * spread),
            best: middle + 2.6 * spread,
        }
    });
    let fan: Vec<FanMonth> = if has_best { fan.collect() } else { Vec::new() };
    SweepStatistics {
        n_trials: trials.len(),
        n_failed: trials.len() - n_done,
        n_tried: trials.len() as u64 + 360,
        months: CommonMonths {
            n: 108,
            first: has_best.then(|| AsText(day(0))),
            last: has_best.then(|| AsText(day(107))),
            n_judged: n_done,
            n_short: 0,
        },
        best,
        step_down: StepDownSummary {
            smallest_p: metric(0.3127),
            trial: best,
            n_survivors: 0,
            n_samples: 1000,
            autocorrelation: has_best.then_some(-0.043),
        },
        missed: missed().into(),
        deflated_sharpe: deflated(0.41, 0.247),
        deflated_sharpe_effective: deflated(0.78, 0.161),
        effective_trials: metric(9.37),
        overfitting: SweepOverfitting {
            probability: metric(0.46),
            loss: metric(0.31),
            slope: metric(-0.38),
            constant: metric(0.12),
            points: has_best.then(|| points(noise)),
        },
        superior_predictive_ability: metric(0.12),
        reality_check: metric(0.2),
        factors: factors(),
        distribution: Distribution {
            range: (-1.5, 1.5),
            counts,
            luckiest: metric(0.86),
            luckiest_effective: metric(0.56),
        },
        axes,
        pairs,
        fan,
        conditions: (0..plan.conditions.len())
            .map(|condition| ConditionSummary {
                median: has_best.then_some(0.01 - 0.008 * condition as f64),
                of_best: has_best.then_some(0.05 - 0.02 * condition as f64),
                rank_of_best: has_best.then_some(1 + 60 * condition as u32),
                rank_correlation: if condition == 0 { metric(1.0) } else { metric(0.83) },
                best: best.map(|best| best + condition as u32),
            })
            .collect(),
        walk_forward: plan.walk_forward.as_ref().map(|_| walk_forward(best, trials.len(), noise)),
    }
}

fn effect(
    plan: &SweepPlan,
    trials: &[SweepTrial],
    at: usize,
    best: Option<&[Option<u32>]>,
    noise: &mut Noise,
) -> AxisEffect {
    let axis = &plan.axes[at];
    let last = axis.values.len() as u32 - 1;
    let value = best.and_then(|best| best[at]).filter(|_| axis.is_ordered() && last > 0);
    let levels = (0..axis.values.len()).map(|value| {
        let of_value = plan.trials.iter().filter(|trial| trial.values[at] == Some(value as u32));
        let mean = 0.01 + 0.003 * value as f64 + 0.002 * noise.next();
        Level {
            n: of_value.count(),
            excess: if best.is_some() { estimate(mean, 0.012) } else { no_estimate() },
            median: best.is_some().then_some(mean),
        }
    });
    AxisEffect {
        key: axis.key.clone(),
        share: (best.is_some() && trials.len() > 1).then_some(0.3 / (at as f64 + 1.0)),
        levels: levels.collect(),
        edge: match value {
            Some(0) => Some(Edge::First),
            Some(value) if value == last => Some(Edge::Last),
            _ => None,
        },
    }
}

fn pair(plan: &SweepPlan, (x, y): (usize, usize), noise: &mut Noise) -> PairEffect {
    let (columns, rows) = (plan.axes[x].values.len(), plan.axes[y].values.len());
    let cell = |noise: &mut Noise, at: usize| (at % 11 != 5).then(|| 0.02 * noise.next());
    let cells = (0..rows)
        .map(|row| (0..columns).map(|column| cell(noise, row * columns + column)).collect())
        .collect();
    PairEffect { x, y, cells }
}

fn points(noise: &mut Noise) -> Counts {
    let mut counts = vec![vec![0_u32; 30]; 30];
    for _ in 0..12_870 {
        let inside = 0.3 + 0.06 * noise.next();
        let outside = 0.12 - 0.38 * inside + 0.08 * noise.next();
        let bin =
            |value: f64, low: f64, high: f64| ((value - low) / (high - low) * 30.0).clamp(0.0, 29.0) as usize;
        counts[bin(outside, -0.4, 0.4)][bin(inside, 0.0, 0.6)] += 1;
    }
    Counts { x: (0.0, 0.6), y: (-0.4, 0.4), counts }
}

fn factors() -> FactorEvidence {
    let test = |factor: &str, parameters: Vec<(String, Value)>, t: f64, holm: f64| FactorTest {
        factor: factor.into(),
        parameters,
        rank_ic: estimate(t / 60.0, 1.0 / 60.0),
        t: Some(t),
        holm: Some(holm),
        benjamini_yekutieli: Some((holm * 1.4).min(1.0)),
    };
    let lookback = |months: u32| vec![("lookback".to_owned(), json!(months))];
    let unknown = FactorTest {
        rank_ic: no_estimate(),
        t: None,
        holm: None,
        benjamini_yekutieli: None,
        ..test("heat", Vec::new(), 0.0, 1.0)
    };
    FactorEvidence {
        n_tried: 24,
        factors: vec![
            test("profit", Vec::new(), 3.4, 0.018),
            test("momentum", lookback(12), 1.9, 0.62),
            test("momentum", lookback(3), -1.1, 1.0),
            unknown,
        ],
        n_factors: 4,
        n_above_hurdle: 1,
    }
}

fn walk_forward(best: Option<u32>, n_trials: usize, noise: &mut Noise) -> WalkForward {
    let Some(best) = best else {
        return WalkForward {
            rule: PickRule::OneSe,
            choices: Vec::new(),
            n_months: 0,
            excess: no_estimate(),
            information_ratio: missing(),
            annual_return: missing(),
            max_drawdown: missing(),
            turnover: missing(),
            hindsight: no_estimate(),
            mean_of_trials: no_estimate(),
            months: Vec::new(),
        };
    };
    let choice = |number: usize| WalkForwardChoice {
        from: AsText(day(36 + 12 * number)),
        trial: if number.is_multiple_of(3) { best } else { (number * 31 % n_trials) as u32 },
        before: 0.7 - 0.05 * number as f64,
        after: (number < 5).then_some(0.1 * number as f64 - 0.2),
    };
    let month = |month: usize, noise: &mut Noise| {
        let market = 0.004 + 0.03 * noise.next();
        WalkForwardMonth {
            execution: AsText(day(36 + month)),
            net: market + 0.0005 + 0.01 * noise.next(),
            equal_weight: market,
            hindsight: market + 0.004 + 0.01 * noise.next(),
        }
    };
    WalkForward {
        rule: PickRule::OneSe,
        choices: (0..6).map(choice).collect(),
        n_months: 72,
        excess: estimate(0.011, 0.02),
        information_ratio: known(0.22),
        annual_return: known(0.061),
        max_drawdown: known(-0.38),
        turnover: known(0.29),
        hindsight: estimate(0.052, 0.02),
        mean_of_trials: estimate(0.006, 0.015),
        months: (0..72).map(|at| month(at, noise)).collect(),
    }
}
