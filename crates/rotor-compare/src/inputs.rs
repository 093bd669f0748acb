//! What two runs were made of, as their `run.json` say it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

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

/// Returns what differs in what two runs were made of, given what is in their `run.json`.
#[must_use]
pub fn changed_inputs(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<InputChange> {
    let (before, after) = (inputs(before), inputs(after));
    let mut keys: Vec<&(Part, String)> = before.iter().chain(&after).map(|(key, _)| key).collect();
    keys.sort_by_key(|(part, _)| *part);
    let mut seen = Vec::new();
    keys.retain(|key| {
        let is_new = !seen.contains(key);
        seen.push(*key);
        is_new
    });
    let find = |inputs: &[((Part, String), Value)], key: &(Part, String)| {
        inputs
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_null())
    };
    let change = |key: &(Part, String)| {
        let (before, after) = (find(&before, key), find(&after, key));
        (before != after).then(|| InputChange { part: key.0, key: key.1.clone(), before, after })
    };
    keys.into_iter().filter_map(change).collect()
}

/// The parts of what a run is made of, in the order of `run.json`.
fn inputs(run: &Map<String, Value>) -> Vec<((Part, String), Value)> {
    let mut inputs = Vec::new();
    let below = |key: &str| run.get(key).map(leaves).unwrap_or_default();
    let mut put = |part, key: String, value: &Value| inputs.push(((part, key), value.clone()));
    for (key, value) in below("engine") {
        put(Part::Engine, key, value);
    }
    for (key, value) in below("dataset") {
        put(Part::Data, key.strip_prefix("sha256.").unwrap_or(&key).to_owned(), value);
    }
    for (key, value) in below("config") {
        put(Part::Configuration, key.strip_prefix("factor.").unwrap_or(&key).to_owned(), value);
    }
    let factors = run.get("factors").and_then(Value::as_array).into_iter().flatten();
    for factor in factors.filter_map(Value::as_object) {
        let name = factor.get("name").and_then(Value::as_str).unwrap_or("without a name");
        let kept: BTreeMap<&String, &Value> = factor
            .iter()
            .filter(|(key, _)| !["name", "weight", "isolated", "library"].contains(&key.as_str()))
            .collect();
        // The others stand in the configuration as well.
        for (key, value) in kept {
            put(Part::Factor, format!("{name}.{key}"), value);
        }
    }
    inputs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_named_by_part() {
        let run = |version: &str, top: u32, hash: &str, factor: &str| {
            let run = json!({
                "engine": { "name": "rotor", "version": version },
                "config": { "top": top, "groups": ["a", "b"], "factor": { "heat": { "parameters": { "n": top } } } },
                "dataset": { "name": "demo", "sha256": { "prices.csv": hash } },
                "factors": [{ "name": factor, "version": "1", "weight": 1.0 }],
            });
            run.as_object().unwrap().clone()
        };
        let said = |before: &Map<_, _>, after: &Map<_, _>| {
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
             configuration heat.parameters.n 5 6\nfactor heat.version \"1\" -\nfactor cold.version - \"1\""
        );
    }
}
