//! From a sweep's file to its plan: every trial by name, in an order in which those that share scores stand together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rotor::{Catalogue, Dataset, FactorSet, dataset_record, engine_record, trial_data};
use rotor_engine::Ground;
use rotor_factor::nearest;
use rotor_run::sweep::{AsText, Axis, Condition, DataRecord, Holdout, PlannedTrial, SWEEP_FORMAT, SweepPlan};
use rotor_run::{Config, ledger as trial_ledger};
use serde_json::{Map, Value as Json};

use crate::error::SweepError;
use crate::rule::Rule;
use crate::spec::{SpecFault, SpecFaults, SweepSpec};
use crate::trials::{OF_SCORES, Owner, owner, set, with_values};

/// How many trials are planned unless a larger number is allowed.
pub const LIMIT: u64 = 100_000;

/// About how many trials a part has: fewer cost files, more are lost by a kill.
const PART: usize = 512;

/// The settings of a factor that say how it is loaded.
const LOADING: &[&str] =
    &["library", "isolate", "sha256", "time_limit", "memory_limit", "allow_world_writable"];

/// A plan with what it was made of, ready to be run.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: SweepPlan,
    /// The factors of all trials.
    pub factors: FactorSet,
    /// The dataset.
    pub dataset: Arc<Dataset>,
}

/// Plans a sweep: sets its keys on top of `config`, makes every factor that a trial has, and names the trials.
///
/// # Errors
///
/// Every fault of the axes at once; if dataset, factors and configuration do not fit each other; if there are more settings than
/// `limit`, or none that keeps the rules.
pub fn plan(
    spec: &SweepSpec,
    config: Config,
    dataset: Arc<Dataset>,
    catalogue: &Catalogue,
    source: &str,
    limit: u64,
) -> Result<Planned, SweepError> {
    let mut faults = Faults::default();
    let mut base = config;
    for (key, value) in &spec.config {
        if let Err(fault) = base.set(key, value) {
            faults.push(&format!("config.{key}"), fault.kind.to_string(), fault.kind.hint());
        }
    }
    // The number of trials is the sweep's own.
    base.trials = None;
    let mut names = base.factors.clone();
    for (_, values) in spec.axes.iter().filter(|(key, _)| key == "factors") {
        if names == rotor::default_config().factors {
            names.clear();
        }
        for name in values.iter().filter_map(Json::as_array).flatten().filter_map(Json::as_str) {
            if !names.iter().any(|known| known == name) {
                names.push(name.into());
            }
        }
    }
    base.factors = names;
    faults.end(source)?;
    let factors = catalogue.select(&mut base, &[])?;
    let axes = checked_axes(spec, &base, &factors, &mut faults);
    let conditions = conditions(spec, &base, &mut faults);
    for rule in &spec.rules {
        for key in rule.keys().filter(|key| !axes.iter().any(|axis| axis.key == **key)) {
            if set(&mut base.clone(), key, &Json::from(0)).is_err_and(|fault| is_unknown(&fault.kind)) {
                let near = nearest(key, axes.iter().map(|axis| axis.key.as_str()));
                faults.push("require.rules", format!("there is no key `{key}`"), near.map(did_you_mean));
            }
        }
    }
    if spec.walk_forward.is_some() {
        for axis in axes.iter().filter(|axis| ["rebalance", "execution"].contains(&axis.key.as_str())) {
            let hint = "make it a condition, or leave the table `walk_forward` away";
            faults.push(
                &format!("axes.{}", axis.key),
                "a walk forward changes from one trial to another on the day on which both trade: it needs one schedule"
                    .into(),
                Some(hint.into()),
            );
        }
    }
    faults.end(source)?;
    let n_grid = axes.iter().fold(1_u64, |n, axis| n.saturating_mul(axis.values.len() as u64));
    let asked = spec.sample.map_or(n_grid, |(random, _)| random.min(n_grid));
    if asked > limit {
        return Err(SweepError::TooMany { n: asked, limit });
    }
    let holdout = spec.holdout.map(|months| holdout(&dataset, &base, &conditions[0], months)).transpose()?;
    if let Some(holdout) = &holdout {
        base.end = Some(holdout.end.0);
        for condition in &conditions {
            if condition.settings.contains_key("end") || axes.iter().any(|axis| axis.key == "end") {
                faults.push(
                    "holdout",
                    "the end cannot be tried where the last months are held out".into(),
                    Some("leave `end` away, or hold no months out".into()),
                );
                break;
            }
        }
        faults.end(source)?;
    }
    let grid = Grid { axes: &axes, base: &base, rules: &spec.rules, n: n_grid };
    let (chosen, n_refused) = grid.choose(spec.sample, limit)?;
    let (trials, order) = grid.trials(&chosen, &conditions[0], &factors);
    let n_equal = (chosen.len() - trials.len()) as u64;
    let (trials, parts) = in_parts(trials, &order);
    let data = trial_data(&dataset);
    let seed = base.seed;
    let mut plan = SweepPlan {
        format: SWEEP_FORMAT,
        hash: String::new(),
        engine: engine_record(),
        dataset: dataset_record(&dataset),
        data: DataRecord { sha256: data.sha256, lineage: data.lineage },
        base: base.into(),
        factors: factors.records(),
        axes,
        conditions,
        holdout,
        walk_forward: spec.walk_forward.clone(),
        seed,
        n_grid,
        n_refused,
        n_equal,
        trials,
        parts,
    };
    plan.hash = plan.hash_of();
    Ok(Planned { plan, factors, dataset })
}

#[derive(Default)]
struct Faults {
    faults: Vec<SpecFault>,
}

impl Faults {
    fn push(&mut self, key: &str, problem: String, hint: Option<String>) {
        self.faults.push(SpecFault { key: key.into(), place: None, problem, hint });
    }

    fn end(&mut self, source: &str) -> Result<(), SpecFaults> {
        match std::mem::take(&mut self.faults) {
            faults if faults.is_empty() => Ok(()),
            faults => Err(SpecFaults { source: source.into(), faults }),
        }
    }
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

fn is_unknown(fault: &rotor_run::FaultKind) -> bool {
    matches!(fault, rotor_run::FaultKind::UnknownKey { .. } | rotor_run::FaultKind::UnknownSetting { .. })
}

/// Holds every value of every axis against its key.
fn checked_axes(spec: &SweepSpec, base: &Config, factors: &FactorSet, faults: &mut Faults) -> Vec<Axis> {
    let mut axes = Vec::new();
    for (key, values) in &spec.axes {
        let shown_key = format!("axes.{key}");
        // The short form, by which pages and flags know it.
        let mut own_key = key.clone();
        if let Owner::Factor(name, setting) = owner(key) {
            own_key = format!("{name}.{setting}");
            let Some(factor) = factors.find(name) else {
                let known: Vec<&str> = factors.iter().map(rotor::RunFactor::name).collect();
                let near = nearest(name, known.iter().copied())
                    .map(|near| did_you_mean(&format!("{near}.{setting}")));
                let hint =
                    near.unwrap_or_else(|| format!("the factors of the sweep are {}", known.join(", ")));
                faults.push(&shown_key, format!("no trial has a factor `{name}`"), Some(hint));
                continue;
            };
            if LOADING.contains(&setting) {
                faults.push(
                    &shown_key,
                    "it says how the factor is loaded: there is nothing to try".into(),
                    Some("set it in the base configuration".into()),
                );
                continue;
            }
            let parameters = factor.plugin.parameters();
            if setting != "weight" && !parameters.iter().any(|parameter| parameter.name == setting) {
                let known = parameters.iter().map(|parameter| parameter.name).chain(["weight"]);
                let near = nearest(setting, known).map(|near| did_you_mean(&format!("{name}.{near}")));
                let hint = near.unwrap_or_else(|| format!("`rotor factor inspect {name}` lists them"));
                faults.push(&shown_key, format!("factor `{name}` has no parameter `{setting}`"), Some(hint));
                continue;
            }
        }
        let fault = values.iter().find_map(|value| set(&mut base.clone(), &own_key, value).err());
        if let Some(fault) = fault {
            let hint =
                fault.kind.hint().or_else(|| Some("`rotor init` lists every key with its values".into()));
            faults.push(&shown_key, fault.kind.to_string(), hint);
        }
        axes.push(Axis { key: own_key, values: values.clone() });
    }
    axes
}

/// All combinations of the conditions' values, the base's own first where they are among them.
fn conditions(spec: &SweepSpec, base: &Config, faults: &mut Faults) -> Vec<Condition> {
    let mut all = vec![Condition::default()];
    for (key, values) in &spec.conditions {
        let mut own = Vec::new();
        for value in values {
            let mut config = base.clone();
            match set(&mut config, key, value) {
                Ok(()) => own.push((config == *base, value)),
                Err(fault) => {
                    faults.push(&format!("conditions.{key}"), fault.kind.to_string(), fault.kind.hint());
                }
            }
        }
        own.sort_by_key(|(is_base, _)| !is_base);
        let with = |condition: &Condition, value: &Json| {
            let mut settings: Map<String, Json> = condition.settings.clone();
            settings.insert(key.clone(), value.clone());
            Condition { settings }
        };
        all = all.iter().flat_map(|one| own.iter().map(|(_, value)| with(one, value))).collect();
    }
    all
}

/// Finds the months that no trial sees.
fn holdout(
    dataset: &Dataset,
    base: &Config,
    condition: &Condition,
    months: usize,
) -> Result<Holdout, SweepError> {
    let config = with_values(base, condition, std::iter::empty());
    let executions = Ground::new(dataset, &config)?.executions;
    let n = executions.len();
    if months + 1 > n {
        return Err(SweepError::NoMonthsLeft { months, n });
    }
    let month = |place: usize| AsText(executions[place].as_of.0.month());
    Ok(Holdout { months, first: month(n - months), end: month(n - months - 1), until: base.end.map(AsText) })
}

/// The settings of all axes, by number: the last axis changes fastest.
struct Grid<'a> {
    axes: &'a [Axis],
    base: &'a Config,
    rules: &'a [Rule],
    n: u64,
}

/// The values of a setting, by axis.
type Setting = Vec<u32>;

impl Grid<'_> {
    fn setting(&self, mut number: u64) -> Setting {
        let mut values = vec![0; self.axes.len()];
        for (value, axis) in values.iter_mut().zip(self.axes).rev() {
            let n = axis.values.len() as u64;
            *value = (number % n) as u32;
            number /= n;
        }
        values
    }

    fn value<'s>(&'s self, setting: &'s [u32], key: &str) -> Option<&'s Json> {
        let place = self.axes.iter().position(|axis| axis.key == key)?;
        Some(&self.axes[place].values[setting[place] as usize])
    }

    /// The factors of a setting.
    fn factors(&self, setting: &[u32]) -> Vec<String> {
        match self.value(setting, "factors") {
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).map(Into::into).collect(),
            Some(Json::String(names)) => names.split(',').map(|name| name.trim().into()).collect(),
            _ => self.base.factors.clone(),
        }
    }

    /// The value of a key that an axis or the base has; `None` where it makes no difference.
    fn asked(&self, setting: &[u32], key: &str) -> Option<Json> {
        if let Owner::Factor(name, parameter) = owner(key) {
            if !self.factors(setting).iter().any(|known| known == name) {
                return None;
            }
            if let Some(value) = self.value(setting, key) {
                return Some(value.clone());
            }
            let own = self.base.of_factor(name);
            if parameter == "weight" {
                return Some(own.weight.into());
            }
            return serde_json::to_value(own.to_table().get("parameters")?.get(parameter)?).ok();
        }
        if let Some(value) = self.value(setting, key) {
            return Some(value.clone());
        }
        serde_json::to_value(self.base.get(key)).ok()
    }

    /// The place of the first rule that a setting breaks.
    fn broken(&self, setting: &[u32]) -> Option<usize> {
        self.rules.iter().position(|rule| !rule.holds(&|key| self.asked(setting, key)))
    }

    /// Chooses settings: all that keep the rules, or as many at random; in the order of the grid. Returns how many were refused as well.
    fn choose(&self, sample: Option<(u64, u64)>, limit: u64) -> Result<(Vec<u64>, u64), SweepError> {
        /// Up to here every setting is looked at.
        const ENUMERATED: u64 = 4_000_000;
        let mut by_rule = vec![0_u64; self.rules.len()];
        let mut kept: Vec<u64> = Vec::new();
        if self.n <= ENUMERATED.max(limit) {
            for number in 0..self.n {
                match self.broken(&self.setting(number)) {
                    None => kept.push(number),
                    Some(rule) => by_rule[rule] += 1,
                }
            }
        }
        if let Some((random, seed)) = sample {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&seed.to_le_bytes());
            let mut generator = ChaCha8Rng::from_seed(key);
            // Without the bias of a remainder: what does not fit is drawn again.
            let mut below = move |n: u64| loop {
                let drawn = generator.next_u64();
                if drawn < u64::MAX - u64::MAX % n {
                    break drawn % n;
                }
            };
            if self.n <= ENUMERATED.max(limit) {
                let wanted = (random as usize).min(kept.len());
                for place in 0..wanted {
                    let other = place + below((kept.len() - place) as u64) as usize;
                    kept.swap(place, other);
                }
                kept.truncate(wanted);
                kept.sort_unstable();
            } else {
                // Of so many settings hardly one is drawn twice; where rules leave hardly any, it ends without them all.
                let mut drawn = BTreeSet::new();
                for _ in 0..random.saturating_mul(200) {
                    if drawn.len() as u64 == random {
                        break;
                    }
                    let number = below(self.n);
                    match self.broken(&self.setting(number)) {
                        None => {
                            drawn.insert(number);
                        }
                        Some(rule) => by_rule[rule] += 1,
                    }
                }
                kept = drawn.into_iter().collect();
            }
        }
        if kept.is_empty() {
            let worst = by_rule.iter().zip(self.rules).max_by_key(|(n, _)| **n);
            let (n_by_rule, rule) = worst.map_or_else(Default::default, |(n, rule)| (*n, rule.text.clone()));
            return Err(SweepError::NothingLeft { n: self.n, rule, n_by_rule });
        }
        Ok((kept, by_rule.iter().sum()))
    }

    /// Names the trials of some settings. Of those that are one strategy the first counts. Returns for each the place of what it shares
    /// scores with.
    fn trials(
        &self,
        chosen: &[u64],
        condition: &Condition,
        factors: &FactorSet,
    ) -> (Vec<PlannedTrial>, Vec<usize>) {
        let library = |name: &str| factors.find(name).and_then(rotor::RunFactor::sha256);
        let named = |number: &u64| {
            let setting = self.setting(*number);
            let of_setting = self.factors(&setting);
            let matters = |axis: &Axis| match owner(&axis.key) {
                Owner::Run => true,
                Owner::Factor(name, _) => of_setting.iter().any(|known| known == name),
            };
            let values: Vec<Option<u32>> =
                self.axes.iter().zip(&setting).map(|(axis, value)| matters(axis).then_some(*value)).collect();
            let given = self.axes.iter().zip(&values);
            let given =
                given.filter_map(|(axis, value)| Some((axis.key.as_str(), &axis.values[(*value)? as usize])));
            let config = with_values(self.base, condition, given);
            let id = trial_ledger::strategy_hash(&config.strategy(library));
            (PlannedTrial { id, values }, scores_key(&config))
        };
        let named: Vec<(PlannedTrial, String)> = chosen.par_iter().map(named).collect();
        let (mut known, mut groups) = (BTreeSet::new(), BTreeMap::new());
        let (mut trials, mut order) = (Vec::new(), Vec::new());
        for (trial, scores) in named {
            if known.insert(trial.id.clone()) {
                let n = groups.len();
                order.push(*groups.entry(scores).or_insert(n));
                trials.push(trial);
            }
        }
        (trials, order)
    }
}

/// What of a configuration decides the scores of its factors: two trials that agree in it share them.
fn scores_key(config: &Config) -> String {
    let mut key: Vec<Json> =
        OF_SCORES.iter().map(|key| serde_json::to_value(config.get(key)).unwrap_or_default()).collect();
    for name in &config.factors {
        key.push(
            serde_json::to_value(config.of_factor(name).to_table().get("parameters")).unwrap_or_default(),
        );
    }
    Json::Array(key).to_string()
}

/// Puts trials that share scores side by side, in the order of the first of them, and cuts them into parts.
fn in_parts(trials: Vec<PlannedTrial>, order: &[usize]) -> (Vec<PlannedTrial>, Vec<u32>) {
    let mut sorted: Vec<(usize, PlannedTrial)> = order.iter().copied().zip(trials).collect();
    sorted.sort_by_key(|(group, _)| *group);
    let mut parts: Vec<u32> = Vec::new();
    let mut open = 0_usize;
    for group in sorted.chunk_by(|one, other| one.0 == other.0) {
        let mut left = group.len();
        // A group goes into the open part if it fits, else it is cut where that costs no more than one more asking.
        while left > 0 {
            if open > 0 && open + left > PART {
                parts.push(open as u32);
                open = 0;
            }
            let taken = left.min(PART - open);
            (open, left) = (open + taken, left - taken);
        }
    }
    if open > 0 {
        parts.push(open as u32);
    }
    (sorted.into_iter().map(|(_, trial)| trial).collect(), parts)
}
