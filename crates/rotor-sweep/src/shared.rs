//! What trials share: the executions and returns of each schedule and universe, and the scores of each factor with its parameters.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rotor::{Dataset, FactorSet};
use rotor_engine::{Answers, DayAnswer, FailedCall, Ground, Unwatched, answers};
use rotor_factor::{AsOf, Date, Value};
use rotor_plugin::Instance;
use rotor_run::Config;
use rotor_run::ledger::strategy_hash;
use rotor_run::sweep::{KeptDay, KeptScores, SweepPlan, keep_scores, kept_scores};
use serde_json::{Value as Json, json};

use crate::error::SweepError;
use crate::trials::config_of;

/// The keys that decide executions, sectors and returns.
const OF_GROUND: &[&str] = &["start", "end", "rebalance", "execution", "exclude", "groups", "risk_free"];

/// Those that decide on which days factors are asked, and about which sectors.
const OF_ANSWERS: &[&str] = &["rebalance", "exclude", "groups"];

/// How many factors are asked side by side: each of them holds all that it says of every day until it is written down.
const BATCH: usize = 8;

/// How many scores are held in memory when the next part begins.
const MOST_KNOWN: usize = 1024;

/// The executions of every schedule and universe of a plan.
#[derive(Debug)]
pub(crate) struct Grounds {
    /// By the values of the keys that decide them.
    grounds: BTreeMap<String, Result<Arc<TrialGround>, String>>,
    /// All execution days of those that agree in what factors are asked about.
    days: BTreeMap<String, Vec<AsOf>>,
    /// The hashes of these days.
    hashes: BTreeMap<String, String>,
}

/// A ground with what every trial on it needs.
#[derive(Debug)]
pub(crate) struct TrialGround {
    pub(crate) ground: Ground,
    /// The execution days.
    pub(crate) executions: Vec<Date>,
    /// The return of the equal weight of all sectors, execution by execution.
    pub(crate) equal_weight: Vec<Option<f64>>,
}

impl TrialGround {
    fn new(ground: Ground) -> Self {
        // As the parts of a ranking have it: the shares are 1, and the sum is divided at the end.
        let mean = |returns: &Vec<f64>| {
            let sum: f64 = returns.iter().sum();
            (!returns.is_empty()).then(|| sum / returns.len() as f64)
        };
        Self {
            executions: ground.executions.iter().map(|execution| execution.as_of.0).collect(),
            equal_weight: ground.days.iter().map(|day| mean(&day.returns)).collect(),
            ground,
        }
    }
}

fn key_of(config: &Config, keys: &[&str]) -> String {
    let values = keys.iter().map(|key| serde_json::to_value(config.get(key)).unwrap_or_default());
    Json::Array(values.collect()).to_string()
}

impl Grounds {
    pub(crate) fn new(plan: &SweepPlan, dataset: &Dataset) -> Self {
        let of_ground: Vec<usize> =
            (0..plan.axes.len()).filter(|axis| OF_GROUND.contains(&plan.axes[*axis].key.as_str())).collect();
        // A trial for each combination of the axes that matter here.
        let mut examples: BTreeMap<Vec<Option<u32>>, usize> = BTreeMap::new();
        for (trial, planned) in plan.trials.iter().enumerate() {
            examples.entry(of_ground.iter().map(|axis| planned.values[*axis]).collect()).or_insert(trial);
        }
        let mut all = Self { grounds: BTreeMap::new(), days: BTreeMap::new(), hashes: BTreeMap::new() };
        for trial in examples.into_values() {
            for condition in 0..plan.conditions.len() {
                let config = config_of(plan, trial, condition);
                let ground = all.grounds.entry(key_of(&config, OF_GROUND)).or_insert_with(|| {
                    let ground = Ground::new(dataset, &config);
                    ground.map(|ground| Arc::new(TrialGround::new(ground))).map_err(|error| error.to_string())
                });
                if let Ok(ground) = ground {
                    let days = all.days.entry(key_of(&config, OF_ANSWERS)).or_default();
                    days.extend(ground.executions.iter().map(|day| AsOf(*day)));
                }
            }
        }
        for (key, days) in &mut all.days {
            days.sort_unstable();
            days.dedup();
            let texts: Vec<String> = days.iter().map(|day| day.0.to_string()).collect();
            all.hashes.insert(key.clone(), strategy_hash(&json!(texts)));
        }
        all
    }

    /// What decides the ground of a configuration.
    pub(crate) fn key(config: &Config) -> String {
        key_of(config, OF_GROUND)
    }

    /// The ground of a configuration of the plan, or why there is none.
    pub(crate) fn of(&self, config: &Config) -> Result<Arc<TrialGround>, String> {
        self.grounds
            .get(&key_of(config, OF_GROUND))
            .cloned()
            .unwrap_or_else(|| Err("it has no executions".into()))
    }

    /// The most executions of any ground, and the most sectors of any execution.
    pub(crate) fn size(&self) -> (usize, usize) {
        let grounds = || self.grounds.values().filter_map(|ground| ground.as_ref().ok());
        let sectors =
            |ground: &Arc<TrialGround>| ground.ground.days.iter().map(|day| day.sectors.len()).max();
        let n_executions = grounds().map(|ground| ground.executions.len()).max();
        (n_executions.unwrap_or(0), grounds().filter_map(sectors).max().unwrap_or(0))
    }

    fn days(&self, config: &Config) -> &[AsOf] {
        self.days.get(&key_of(config, OF_ANSWERS)).map_or(&[][..], Vec::as_slice)
    }
}

/// The scores of a factor with its parameters, or why it cannot be made.
pub(crate) type Said = Result<Arc<Answers>, String>;

/// The scores of all factors of a plan, each asked once.
#[derive(Debug)]
pub(crate) struct Scores {
    known: Mutex<BTreeMap<String, Said>>,
    /// Where scores are kept for others.
    folder: Option<PathBuf>,
}

impl Scores {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { known: Mutex::default(), folder }
    }

    /// The name under which the scores of a factor of a configuration are known: factor, version, library, parameters, data, universe, days.
    pub(crate) fn key(
        plan: &SweepPlan,
        grounds: &Grounds,
        factors: &FactorSet,
        config: &Config,
        name: &str,
    ) -> String {
        let factor = factors.find(name);
        let universe = key_of(config, OF_ANSWERS);
        let days = grounds.hashes.get(&universe);
        let parameters =
            serde_json::to_value(config.of_factor(name).to_table().get("parameters")).unwrap_or_default();
        strategy_hash(&json!({
            "factor": name,
            "version": factor.map(|factor| factor.plugin.spec().version().to_owned()),
            "library": factor.and_then(rotor::RunFactor::sha256),
            "engine": plan.engine.version,
            "parameters": parameters,
            "data": plan.data.sha256,
            "universe": universe,
            "days": days,
        }))
    }

    /// Asks the factors that are not known yet, each named by its key with the configuration of a trial that has it.
    pub(crate) fn ask(
        &self,
        dataset: &Dataset,
        grounds: &Grounds,
        factors: &FactorSet,
        wanted: &BTreeMap<String, (String, Config)>,
    ) -> Result<(), SweepError> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut known = lock();
            if known.len() > MOST_KNOWN {
                known.retain(|key, _| wanted.contains_key(key));
            }
        }
        let mut made: Vec<(&String, &Config, Instance)> = Vec::new();
        for (key, (name, config)) in wanted {
            if lock().contains_key(key) {
                continue;
            }
            let factor = factors.find(name).ok_or_else(|| SweepError::OtherFactor {
                factor: name.clone(),
                what: "it is not there".into(),
            })?;
            let parameters: BTreeMap<String, Value> = config.of_factor(name).parameters;
            match factor.plugin.create(parameters) {
                Err(error) => {
                    let reason = format!("factor `{name}` cannot be made: {error}");
                    lock().insert(key.clone(), Err(reason));
                }
                Ok(instance) => match self.folder.as_deref().and_then(|folder| kept_scores(folder, key)) {
                    Some(kept) => {
                        let answers = of_kept(&instance, kept);
                        lock().insert(key.clone(), Ok(Arc::new(answers)));
                    }
                    None => made.push((key, config, instance)),
                },
            }
        }
        // Those of one universe are asked together.
        made.sort_by_key(|(_, config, _)| key_of(config, OF_ANSWERS));
        for same in made.chunk_by(|one, other| key_of(one.1, OF_ANSWERS) == key_of(other.1, OF_ANSWERS)) {
            for batch in same.chunks(BATCH) {
                let days = grounds.days(batch[0].1);
                if days.is_empty() {
                    continue;
                }
                let instances: Vec<&Instance> = batch.iter().map(|(.., instance)| instance).collect();
                let said = answers(dataset, batch[0].1, days, &instances, &Unwatched)?;
                for ((key, ..), answers) in batch.iter().zip(said) {
                    if let Some(folder) = &self.folder {
                        keep_scores(folder, key, &to_kept(&answers))?;
                    }
                    lock().insert((*key).clone(), Ok(Arc::new(answers)));
                }
            }
        }
        Ok(())
    }

    /// How many factors, each with its parameters, have been asked.
    pub(crate) fn n_known(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The scores that were asked for under a key.
    pub(crate) fn get(&self, key: &str) -> Option<Said> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

fn to_kept(answers: &Answers) -> KeptScores {
    let day = |day: &DayAnswer| KeptDay {
        as_of: day.as_of.0,
        scores: day.scores.clone().map_err(|failed| (failed.reason, failed.hint)),
    };
    KeptScores { refusal: answers.refusal.clone(), days: answers.days().iter().map(day).collect() }
}

fn of_kept(instance: &Instance, kept: KeptScores) -> Answers {
    let day = |day: KeptDay| DayAnswer {
        as_of: AsOf(day.as_of),
        scores: day.scores.map_err(|(reason, hint)| FailedCall { reason, hint }),
    };
    Answers::new(instance.spec(), kept.refusal, kept.days.into_iter().map(day).collect())
}
