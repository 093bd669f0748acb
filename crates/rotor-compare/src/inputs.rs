//! What two runs were made of, as their `run.json` say it.

use rotor_run::{ConfigRecord, DatasetRecord, EngineRecord, FactorRecord, RunRecord};
use serde::Serialize;
use serde_json::Value;

use crate::leaves;

/// Something that a run was made of and that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputChange {
    /// To which part it belongs.
    pub part: Part,
    /// What it is, such as `version`, `prices.parquet`, `heat.parameters.months`.
    pub key: String,
    /// What the first run says of it; `None` if nothing.
    pub before: Option<Value>,
    /// What the second run says of it.
    pub after: Option<Value>,
}

/// A part of what a run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The program.
    Engine,
    /// The dataset.
    Data,
    /// The configuration, the parameters of factors included.
    Configuration,
    /// A factor: version, boundary, library.
    Factor,
}

impl Part {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Data => "data",
            Self::Configuration => "configuration",
            Self::Factor => "factor",
        }
    }
}

/// What a run was made of, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The program.
    pub engine: Option<EngineRecord>,
    /// The dataset.
    pub dataset: Option<DatasetRecord>,
    /// The configuration.
    pub config: Option<ConfigRecord>,
    /// The factors.
    pub factors: Vec<FactorRecord>,
}

/// A value of what a run was made of, by its part and its path.
pub(crate) type Input = ((Part, String), Value);

impl Inputs {
    /// Returns everything that a run was made of.
    #[must_use]
    pub fn of(record: &RunRecord) -> Self {
        Self {
            engine: Some(record.engine.clone()),
            dataset: Some(record.dataset.clone()),
            config: Some(record.config.clone()),
            factors: record.factors.clone(),
        }
    }

    /// Returns the values in the order of `run.json`.
    pub(crate) fn leaves(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        if let Some(engine) = &self.engine {
            put(Part::Engine, &document(engine), "", &mut inputs);
        }
        if let Some(dataset) = &self.dataset {
            put(Part::Data, &document(dataset), "sha256.", &mut inputs);
        }
        if let Some(config) = &self.config {
            put(Part::Configuration, &config.to_json(), "factor.", &mut inputs);
        }
        // Weight, library and isolation stand in the configuration as well.
        for FactorRecord { name, version, abi, build, sha256, .. } in &self.factors {
            let mut put =
                |key: &str, value: Value| inputs.push(((Part::Factor, format!("{name}.{key}")), value));
            put("abi", abi.as_str().into());
            put("build", build.as_str().into());
            put("sha256", sha256.as_deref().into());
            put("version", version.as_str().into());
        }
        inputs
    }
}

fn document(part: &impl Serialize) -> Value {
    serde_json::to_value(part).expect("a record holds texts and finite numbers")
}

/// Adds the leaves of a document; paths lose a beginning that says nothing.
pub(crate) fn put(part: Part, document: &Value, prefix: &str, inputs: &mut Vec<Input>) {
    for (path, value) in leaves(document) {
        inputs.push(((part, path.strip_prefix(prefix).unwrap_or(&path).to_owned()), value.clone()));
    }
}

/// Returns what differs in what two runs were made of.
#[must_use]
pub fn changed_inputs(before: &Inputs, after: &Inputs) -> Vec<InputChange> {
    changed(&before.leaves(), &after.leaves())
}

pub(crate) fn changed(before: &[Input], after: &[Input]) -> Vec<InputChange> {
    let mut keys: Vec<&(Part, String)> = before.iter().chain(after).map(|(key, _)| key).collect();
    keys.sort_by_key(|(part, _)| *part);
    let mut seen = Vec::new();
    keys.retain(|key| {
        let is_new = !seen.contains(key);
        seen.push(*key);
        is_new
    });
    let find = |inputs: &[Input], key: &(Part, String)| {
        let found = inputs.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_null())
    };
    let change = |key: &(Part, String)| {
        let (before, after) = (find(before, key), find(after, key));
        (before != after).then(|| InputChange { part: key.0, key: key.1.clone(), before, after })
    };
    keys.into_iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_named_by_part() {
        let run = |version: &str, top: usize, hash: &str, factor: &str| {
            let mut config = rotor_run::Config { top, groups: Vec::new(), ..rotor_run::Config::default() };
            let n = rotor_factor::Value::Integer(top as i64);
            let settings = rotor_run::FactorConfig {
                parameters: [("n".to_owned(), n)].into(),
                ..rotor_run::FactorConfig::default()
            };
            config.factor.insert("heat".into(), settings);
            let factor = json!({
                "name": factor, "version": "1", "abi": "1.0", "build": "b", "library": null, "sha256": null,
                "isolated": false, "weight": 1.0
            });
            let dataset = json!({
                "name": "demo", "title": "t", "synthetic": true, "price_frequency": "D",
                "sha256": { "prices.csv": hash }
            });
            Inputs {
                engine: Some(EngineRecord { name: "rotor".into(), version: version.into() }),
                dataset: Some(serde_json::from_value(dataset).unwrap()),
                config: Some(config.into()),
                factors: vec![serde_json::from_value(factor).unwrap()],
            }
        };
        let said = |before: &Inputs, after: &Inputs| {
            let changes = changed_inputs(before, after);
            let line = |change: &InputChange| {
                let text = |value: &Option<Value>| value.as_ref().map_or("-".into(), ToString::to_string);
                format!(
                    "{} {} {} {}",
                    change.part.word(),
                    change.key,
                    text(&change.before),
                    text(&change.after)
                )
            };
            changes.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let old = run("1.0", 5, "aa", "heat");
        assert_eq!(said(&old, &old), "");
        assert_eq!(
            said(&old, &run("1.1", 6, "bb", "cold")),
            "engine version \"1.0\" \"1.1\"\ndata prices.csv \"aa\" \"bb\"\nconfiguration top 5 6\n\
             configuration heat.parameters.n 5 6\nfactor heat.abi \"1.0\" -\nfactor heat.build \"b\" -\n\
             factor heat.version \"1\" -\nfactor cold.abi - \"1.0\"\nfactor cold.build - \"b\"\nfactor cold.version - \"1\""
        );
    }
}
