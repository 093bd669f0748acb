//! The plan of a sweep: every trial in its order, before anything is computed.

use rotor_factor::Month;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ledger::{TrialData, strategy_hash};
use crate::record::{ConfigRecord, DatasetRecord, EngineRecord, FactorRecord};

/// The format of plans, parts and sweep folders.
pub const SWEEP_FORMAT: u32 = 1;

/// What a sweep computes: `plan.json`. Equal plans have equal hashes wherever they were made.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepPlan {
    /// The format of the document, 1.
    pub format: u32,
    /// The hash of everything below but the places of files; [`SweepPlan::hash_of`].
    pub hash: String,
    /// The program that made the plan. Another version computes it again or not at all.
    pub engine: EngineRecord,
    /// The dataset.
    pub dataset: DatasetRecord,
    /// The dataset as the ledger of trials names it.
    pub data: DataRecord,
    /// The configuration that the trials change, as resolved, with every factor that any of them has.
    pub base: ConfigRecord,
    /// These factors.
    pub factors: Vec<FactorRecord>,
    /// What is tried, the last axis changing fastest.
    pub axes: Vec<Axis>,
    /// Under what each trial is judged, the first for the headline; at least one. A condition is no choice and adds no trial.
    pub conditions: Vec<Condition>,
    /// The months that nobody has seen; absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    /// The choice of parameters month by month, on the past alone; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_forward: Option<WalkForwardRule>,
    /// The seed of all random numbers of the sweep.
    pub seed: u64,
    /// How many settings the axes have.
    pub n_grid: u64,
    /// How many of them break a rule.
    pub n_refused: u64,
    /// How many of the rest are equal to an earlier one: a parameter of a factor that they do not have makes no difference.
    pub n_equal: u64,
    /// The trials in canonical order: those that share scores stand together.
    pub trials: Vec<PlannedTrial>,
    /// How many trials each part has, in their order. A part is computed whole or not at all.
    pub parts: Vec<u32>,
}

/// The data of a plan as the ledger of trials names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DataRecord {
    /// The hash of the tables.
    pub sha256: String,
    /// The hash of the first state of a dataset that has grown since; absent if it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
}

impl DataRecord {
    /// Returns the data as the ledger names them.
    #[must_use]
    pub fn trial_data(&self, name: &str) -> TrialData {
        TrialData { name: name.into(), sha256: self.sha256.clone(), lineage: self.lineage.clone() }
    }
}

/// A key of the configuration, or a parameter of a factor, and the values that are tried.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Axis {
    /// The key, such as `top` or `momentum.lookback`.
    pub key: String,
    /// The values in their order: numbers, texts, `true` and `false`, or lists of texts.
    pub values: Vec<Value>,
}

impl Axis {
    /// Tells whether the values are numbers that ascend or descend, so that there is a next one and an edge.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        let numbers: Option<Vec<f64>> = self.values.iter().map(Value::as_f64).collect();
        let is_sorted = |numbers: &Vec<f64>| {
            numbers.windows(2).all(|pair| pair[0] < pair[1])
                || numbers.windows(2).all(|pair| pair[0] > pair[1])
        };
        numbers.as_ref().is_some_and(is_sorted)
    }

    /// Returns a value as pages and tables show it.
    #[must_use]
    pub fn label(&self, value: usize) -> String {
        label(&self.values[value])
    }
}

/// A value of an axis or condition as pages and tables show it.
#[must_use]
pub fn label(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(label).collect::<Vec<String>>().join(", "),
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        other => other.to_string(),
    }
}

/// Settings under which every trial is judged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition {
    /// What is set, by key.
    pub settings: Map<String, Value>,
}

impl Condition {
    /// Returns the settings as pages and tables show them; of no settings an empty text.
    #[must_use]
    pub fn label(&self) -> String {
        let settings: Vec<String> =
            self.settings.iter().map(|(key, value)| format!("{key} = {}", label(value))).collect();
        settings.join(", ")
    }
}

/// The last months, which no trial sees.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Holdout {
    /// How many there are.
    pub months: usize,
    /// The first of them, `YYYY-MM`.
    pub first: AsText<Month>,
    /// The month of the last execution that trials see.
    pub end: AsText<Month>,
    /// The last month of the configuration, `YYYY-MM`; absent if that is the last one that has an exit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<AsText<Month>>,
}

/// A value that stands in documents as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AsText<T>(pub T);

impl<T: std::fmt::Display> Serialize for AsText<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: std::str::FromStr> Deserialize<'de> for AsText<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Self)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a value of this kind")))
    }
}

#[cfg(feature = "schema")]
impl<T> schemars::JsonSchema for AsText<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

/// How a trial is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PickRule {
    /// The highest information ratio.
    Best,
    /// Among those whose excess return is within one standard error of the best one's, the one of the lowest turnover.
    OneSe,
    /// The one whose neighbours have the best median.
    Plateau,
}

impl PickRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Best, Self::OneSe, Self::Plateau];

    /// Returns the word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::OneSe => "one_se",
            Self::Plateau => "plateau",
        }
    }
}

/// A choice of parameters that sees the past alone: choose, hold for some months, choose again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WalkForwardRule {
    /// By which rule a trial is chosen.
    pub rule: PickRule,
    /// On how many months before; all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// How many months there must be before the first choice.
    pub first: usize,
    /// For how many months a choice is held.
    pub every: usize,
}

/// A trial of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedTrial {
    /// The hash of its strategy, by which the ledger knows it.
    pub id: String,
    /// For each axis the position of its value; null where the axis makes no difference to the trial.
    pub values: Vec<Option<u32>>,
}

impl SweepPlan {
    /// Returns the hash of a plan: of everything but the hash itself and the places of files.
    #[must_use]
    pub fn hash_of(&self) -> String {
        let mut document = serde_json::to_value(self).unwrap_or_default();
        if let Some(entries) = document.as_object_mut() {
            entries.remove("hash");
        }
        if let Some(base) = document.get_mut("base").and_then(Value::as_object_mut) {
            base.remove("dataset");
            for settings in
                base.get_mut("factor").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
            {
                if let Some(settings) = settings.as_object_mut() {
                    settings.remove("library");
                }
            }
        }
        for factor in document.get_mut("factors").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(factor) = factor.as_object_mut() {
                factor.remove("library");
            }
        }
        strategy_hash(&document)
    }

    /// Returns how many trials there are.
    #[must_use]
    pub fn n_trials(&self) -> usize {
        self.trials.len()
    }

    /// Returns the trials of each part.
    pub fn part_ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.parts.iter().scan(0, |first, n| {
            let range = *first..*first + *n as usize;
            *first = range.end;
            Some(range)
        })
    }

    /// Returns the values of a trial by key, without the axes that make no difference to it.
    pub fn settings_of(&self, trial: usize) -> impl Iterator<Item = (&str, &Value)> {
        let values = self.axes.iter().zip(&self.trials[trial].values);
        values.filter_map(|(axis, value)| Some((axis.key.as_str(), &axis.values[(*value)? as usize])))
    }

    /// Returns the trials whose identifiers begin with a text.
    pub fn find<'p>(&'p self, id: &'p str) -> impl Iterator<Item = usize> + 'p {
        let begins = move |trial: &usize| self.trials[*trial].id.starts_with(id);
        (0..self.trials.len()).filter(begins)
    }
}
