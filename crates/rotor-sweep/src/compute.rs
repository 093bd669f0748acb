//! The trials of a part, on scores that they share.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rotor::{Dataset, FactorSet};
use rotor_engine::Answers;
use rotor_eval::{PreparedIntervals, TrialSeries, monthly_mean, rank_ics, score_rank_ics, trial_metrics};
use rotor_factor::Date;
use rotor_run::sweep::{MonthReturn, Part, PartFactor, PartRow, SweepPlan, TrialMetrics};
use rotor_run::{Config, MissingScore, OnError, OnMissingInput};
use rotor_strategy::{FactorScores, Positions, RankedSector, SectorOrder, cost, net_of_cost, rank};

use serde_json::Value as Json;

use crate::error::SweepError;
use crate::shared::{Grounds, Said, Scores, TrialGround};
use crate::trials::{Owner, config_of, decides_scores, owner};

/// What parts are computed of.
#[derive(Debug)]
pub(crate) struct Workshop<'a> {
    pub(crate) plan: &'a SweepPlan,
    pub(crate) dataset: &'a Dataset,
    pub(crate) factors: &'a FactorSet,
    pub(crate) grounds: Grounds,
    pub(crate) scores: Scores,
    /// The axes that decide scores.
    of_scores: Vec<usize>,
}

/// The scores of the factors of some trials on a ground, in the order of the factors.
struct Stage {
    ground: Arc<TrialGround>,
    answers: Vec<Arc<Answers>>,
    factors: Vec<Arc<Vec<FactorScores>>>,
}

/// The rankings of a stage under some weights.
struct Ranked {
    /// The first execution on which a factor that counts is live.
    first: usize,
    /// The orders from there on.
    orders: Vec<SectorOrder>,
    rank_ics: Vec<Option<f64>>,
}

/// What a trial held, execution by execution from the first that is not skipped.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// The first execution.
    pub(crate) first: usize,
    /// The weights after each rebalance, by position among the sectors of the execution.
    pub(crate) weights: Vec<Vec<(u32, f64)>>,
}

/// Room that is used again from trial to trial.
#[derive(Default)]
struct Scratch {
    prepared: PreparedIntervals,
    positions: Positions,
    held: Vec<(u32, f64)>,
    net: Vec<Option<f64>>,
    traded: Vec<f64>,
    net_values: Vec<f64>,
}

impl<'a> Workshop<'a> {
    pub(crate) fn new(
        plan: &'a SweepPlan,
        dataset: &'a Dataset,
        factors: &'a FactorSet,
        folder: Option<std::path::PathBuf>,
    ) -> Self {
        let of_scores = (0..plan.axes.len()).filter(|axis| decides_scores(&plan.axes[*axis].key)).collect();
        let grounds = Grounds::new(plan, dataset);
        Self { plan, dataset, factors, grounds, scores: Scores::new(folder), of_scores }
    }

    /// Whether two trials are settings of the portfolio on the same scores.
    pub(crate) fn share_scores(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.plan.trials[one].values, &self.plan.trials[other].values);
        self.of_scores.iter().all(|axis| one[*axis] == other[*axis])
    }

    /// Computes the trials of a part. A trial that cannot be computed has the reason in place of its figures.
    pub(crate) fn part(&self, number: usize) -> Result<Part, SweepError> {
        let range = self.plan.part_ranges().nth(number).unwrap_or_default();
        let trials: Vec<usize> = range.collect();
        self.ask(&trials)?;
        Ok(self.rows(&trials))
    }

    /// Computes trials whose factors are asked already.
    pub(crate) fn rows(&self, trials: &[usize]) -> Part {
        let groups: Vec<&[usize]> = trials.chunk_by(|one, other| self.share_scores(*one, *other)).collect();
        let computed: Vec<(Vec<PartRow>, Vec<PartFactor>)> =
            groups.par_iter().map(|group| self.group(group)).collect();
        let mut part = Part::default();
        for (rows, factors) in computed {
            part.rows.extend(rows);
            for factor in factors {
                let is_it = |known: &PartFactor| {
                    (&known.factor, &known.parameters) == (&factor.factor, &factor.parameters)
                };
                if !part.factors.iter().any(is_it) {
                    part.factors.push(factor);
                }
            }
        }
        part
    }

    /// Asks every factor that some trials need, once.
    pub(crate) fn ask(&self, trials: &[usize]) -> Result<(), SweepError> {
        let mut wanted: BTreeMap<String, (String, Config)> = BTreeMap::new();
        for group in trials.chunk_by(|one, other| self.share_scores(*one, *other)) {
            for condition in 0..self.plan.conditions.len() {
                let config = config_of(self.plan, group[0], condition);
                for name in &config.factors {
                    let key = self.key(&config, name);
                    wanted.entry(key).or_insert_with(|| (name.clone(), config.clone()));
                }
            }
        }
        self.scores.ask(self.dataset, &self.grounds, self.factors, &wanted)
    }

    fn key(&self, config: &Config, name: &str) -> String {
        Scores::key(self.plan, &self.grounds, self.factors, config, name)
    }

    /// The trials of a group, which share scores.
    fn group(&self, group: &[usize]) -> (Vec<PartRow>, Vec<PartFactor>) {
        let n_conditions = self.plan.conditions.len();
        let first = group[0];
        // Not every condition has a schedule of its own: those that agree in it share a stage.
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let (mut stages, mut stage_of) = (Vec::new(), Vec::new());
        for condition in 0..n_conditions {
            let config = config_of(self.plan, first, condition);
            let place = *places.entry(Grounds::key(&config)).or_insert_with(|| {
                stages.push(self.stage(&config));
                stages.len() - 1
            });
            stage_of.push(place);
        }
        let configs: Vec<Vec<Config>> = group
            .par_iter()
            .map(|trial| (0..n_conditions).map(|condition| config_of(self.plan, *trial, condition)).collect())
            .collect();
        let mut rankings: BTreeMap<RankingKey, Option<Ranked>> = BTreeMap::new();
        for configs in &configs {
            for (condition, config) in configs.iter().enumerate() {
                rankings.entry(RankingKey::new(stage_of[condition], config)).or_default();
            }
        }
        rankings.par_iter_mut().for_each(|(key, ranked)| {
            if let Ok(stage) = &stages[key.stage] {
                *ranked = Some(stage.ranked(&key.weights(), key.missing()));
            }
        });
        let row = |scratch: &mut Scratch, configs: &Vec<Config>| {
            let mut row = PartRow::default();
            for (condition, config) in configs.iter().enumerate() {
                let result = stages[stage_of[condition]].as_ref().map_err(Clone::clone).and_then(|stage| {
                    stage.refusal(config)?;
                    let ranked = rankings[&RankingKey::new(stage_of[condition], config)].as_ref();
                    let ranked = ranked.filter(|ranked| ranked.first < stage.ground.executions.len());
                    let ranked = ranked.ok_or("no factor that counts has a score in any month")?;
                    let metrics = stage.metrics(config, ranked, scratch);
                    if condition == 0 {
                        row.months = stage.months(ranked.first, scratch);
                    }
                    Ok(metrics)
                });
                row.results.push(result);
            }
            row
        };
        let rows = configs.par_iter().map_init(Scratch::default, row).collect();
        let factors = stages[stage_of[0]].as_ref().map(|stage| self.factors(first, &configs[0][0], stage));
        (rows, factors.unwrap_or_default())
    }

    /// How well the factors of a trial order the sectors, each with those of its parameters that an axis changes.
    fn factors(&self, trial: usize, config: &Config, stage: &Stage) -> Vec<PartFactor> {
        let of = |(name, scores): (&String, &Arc<Vec<FactorScores>>)| {
            let parameter = |(key, value): (&str, &Json)| match owner(key) {
                Owner::Factor(factor, parameter) if factor == name && parameter != "weight" => {
                    Some((parameter.to_owned(), value.clone()))
                }
                _ => None,
            };
            let rank_ics = score_rank_ics(&stage.ground.ground.days, scores.iter());
            PartFactor {
                factor: name.clone(),
                parameters: self.plan.settings_of(trial).filter_map(parameter).collect(),
                rank_ic: monthly_mean(&rank_ics),
            }
        };
        config.factors.iter().zip(&stage.factors).map(of).collect()
    }

    /// The scores of the factors of a configuration.
    fn stage(&self, config: &Config) -> Result<Stage, String> {
        let ground = self.grounds.of(config)?;
        let (mut all, mut factors) = (Vec::new(), Vec::new());
        for name in &config.factors {
            let said: Option<Said> = self.scores.get(&self.key(config, name));
            let answers = said.ok_or_else(|| format!("factor `{name}` was not asked"))??;
            factors.push(Arc::new(answers.scores_of(&ground.ground)));
            all.push(answers);
        }
        Ok(Stage { ground, answers: all, factors })
    }

    /// What a trial holds, as the row of its part follows from it.
    pub(crate) fn held(&self, trial: usize) -> Result<(Arc<TrialGround>, Held), SweepError> {
        self.ask(&[trial])?;
        let config = config_of(self.plan, trial, 0);
        let failed = |reason: String| SweepError::NothingToPick { rule: "walk forward", reason };
        let stage = self.stage(&config).map_err(failed)?;
        let ranked = stage.ranked(&weights(&config), config.missing);
        let select = |order: &SectorOrder| {
            let mut held = Vec::new();
            order.select_into(&config, &mut held);
            held
        };
        let held = Held { first: ranked.first, weights: ranked.orders.iter().map(select).collect() };
        Ok((stage.ground, held))
    }
}

/// The weights of the factors of a configuration, in its order.
pub(crate) fn weights(config: &Config) -> Vec<f64> {
    config
        .factors
        .iter()
        .map(|name| config.factor.get(name).map_or(1.0, |settings| settings.weight))
        .collect()
}

/// What decides a ranking on a stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RankingKey {
    stage: usize,
    weights: Vec<u64>,
    is_neutral: bool,
}

impl RankingKey {
    fn new(stage: usize, config: &Config) -> Self {
        let weights = weights(config).into_iter().map(f64::to_bits).collect();
        Self { stage, weights, is_neutral: config.missing == MissingScore::Neutral }
    }

    fn weights(&self) -> Vec<f64> {
        self.weights.iter().copied().map(f64::from_bits).collect()
    }

    fn missing(&self) -> MissingScore {
        if self.is_neutral { MissingScore::Neutral } else { MissingScore::Average }
    }
}

impl Stage {
    /// Why a backtest of a configuration would be refused, or end.
    fn refusal(&self, config: &Config) -> Result<(), String> {
        let weights = weights(config);
        if !weights.iter().any(|weight| *weight > 0.0) {
            return Err("no factor has a weight above 0".into());
        }
        let mut n_counting = 0;
        for ((name, weight), answers) in config.factors.iter().zip(weights).zip(&self.answers) {
            if let Some(refusal) = &answers.refusal {
                if config.on_missing_input == OnMissingInput::Stop {
                    return Err(format!("factor `{name}` lacks its inputs: {refusal}"));
                }
            } else {
                n_counting += usize::from(weight > 0.0);
                if config.on_error == OnError::Stop
                    && let Some((as_of, failed)) = answers.first_failure(&self.ground.ground)
                {
                    return Err(format!("factor `{name}` failed on {}: {}", as_of.0, failed.reason));
                }
            }
        }
        if n_counting == 0 { Err("every factor that counts lacks its inputs".into()) } else { Ok(()) }
    }

    /// Ranks the sectors of every execution from the first live one on.
    fn ranked(&self, weights: &[f64], missing: MissingScore) -> Ranked {
        let days = &self.ground.ground.days;
        let factors_of = |day: usize| self.factors.iter().map(move |factor| &factor[day]);
        let is_live = |day: &usize| {
            factors_of(*day).zip(weights).any(|(factor, weight)| *weight > 0.0 && factor.has_score())
        };
        let first = (0..days.len()).find(is_live).unwrap_or(days.len());
        let rank = |day: usize| -> Vec<RankedSector> {
            let factors: Vec<&FactorScores> = factors_of(day).collect();
            rank(days[day].sectors.len(), &factors, weights, missing)
        };
        let rankings: Vec<Vec<RankedSector>> = (first..days.len()).map(rank).collect();
        Ranked {
            first,
            orders: rankings.iter().map(|ranking| SectorOrder::new(ranking)).collect(),
            rank_ics: rank_ics(&days[first..], &rankings),
        }
    }

    /// The key figures of a configuration. `scratch` then holds its net returns.
    fn metrics(&self, config: &Config, ranked: &Ranked, scratch: &mut Scratch) -> TrialMetrics {
        let TrialGround { ground, executions, equal_weight } = self.ground.as_ref();
        let Scratch { prepared, positions, held, net, traded, net_values } = scratch;
        positions.clear();
        net.clear();
        traded.clear();
        net_values.clear();
        for (day, order) in (ranked.first..).zip(&ranked.orders) {
            order.select_into(config, held);
            let sectors = &ground.days[day];
            let traded_here = positions
                .rebalance(held.iter().map(|(place, weight)| (sectors.sectors[*place as usize], *weight)));
            let gross = positions.hold(held.iter().map(|(place, _)| sectors.returns[*place as usize]));
            traded.push(traded_here);
            net.push(gross.map(|gross| net_of_cost(gross, traded_here, config.cost_bp)));
            if ground.is_daily() && !held.is_empty() {
                if net_values.is_empty() {
                    net_values.push(1.0);
                }
                let (at_entry, from) = (net_values[net_values.len() - 1], net_values.len());
                ground.follow(day, held, net_values);
                let cost = cost(traded_here, config.cost_bp);
                for value in &mut net_values[from..] {
                    *value *= at_entry * (1.0 - cost);
                }
            }
        }
        let series = TrialSeries {
            executions: &executions[ranked.first..],
            net,
            equal_weight: &equal_weight[ranked.first..],
            traded,
            risk_free: ground.risk_free.get(ranked.first..).unwrap_or_default(),
            net_values: ground.is_daily().then_some(net_values.as_slice()),
            rank_ics: &ranked.rank_ics,
        };
        trial_metrics(&series, prepared)
    }

    /// What a trial gained in each month in which it holds something.
    fn months(&self, first: usize, scratch: &Scratch) -> Vec<(Date, MonthReturn)> {
        let month = |(place, (net, traded)): (usize, (&Option<f64>, &f64))| {
            let month = MonthReturn {
                execution: 0,
                net: (*net)?,
                equal_weight: self.ground.equal_weight[first + place]?,
                turnover: traded / 2.0,
            };
            Some((self.ground.executions[first + place], month))
        };
        scratch.net.iter().zip(&scratch.traded).enumerate().filter_map(month).collect()
    }
}
