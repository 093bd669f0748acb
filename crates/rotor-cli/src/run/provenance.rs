//! What it takes to repeat a run, for `run.json`.

use rotor_data::Dataset;
use rotor_engine::Warning;
use rotor_plugin::Origin;
use rotor_run::Config;
use rotor_run::Run;
use serde_json::{Map, Value, json};

use super::members::Chosen;

/// Returns the entries of `run.json` beside its files.
pub(super) fn provenance(
    dataset: &Dataset,
    config: &Config,
    chosen: &[Chosen],
    run: &Run,
    warnings: &[Warning],
) -> Map<String, Value> {
    let factors: Vec<Value> = chosen.iter().map(factor).collect();
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let n_kept = run.executions.iter().filter(|execution| execution.is_kept).count();
    let entries = json!({
        "format": 1,
        "engine": engine(),
        "config": config.to_json(),
        "dataset": self::dataset(dataset),
        "factors": factors,
        "executions": {
            "n": run.executions.len(),
            "n_kept": n_kept,
            "first": run.executions.first().map(|execution| execution.as_of.to_string()),
            "last": run.executions.last().map(|execution| execution.as_of.to_string()),
            "last_exit": run.executions.last().map(|execution| execution.exit.to_string()),
        },
        "warnings": warnings,
    });
    match entries {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}

/// What made the run.
pub(super) fn engine() -> Value {
    json!({ "name": "rotor", "version": env!("CARGO_PKG_VERSION") })
}

/// What it was made on.
pub(super) fn dataset(dataset: &Dataset) -> Value {
    let manifest = dataset.manifest();
    let files: Map<String, Value> =
        dataset.files().iter().map(|file| (file.name.clone(), json!(file.sha256))).collect();
    json!({
        "name": manifest.name,
        "title": manifest.title,
        "synthetic": manifest.synthetic,
        "price_frequency": manifest.price_frequency.letter(),
        "sha256": files,
    })
}

/// What a factor of it is.
pub(super) fn factor(chosen: &Chosen) -> Value {
    let (spec, build) = (chosen.plugin.spec(), chosen.plugin.build());
    let (library, sha256, is_isolated) = match chosen.plugin.origin() {
        Origin::Linked => (None, None, false),
        Origin::Loaded { path, sha256, is_isolated } => {
            (Some(path.display().to_string()), Some(sha256.as_str()), *is_isolated)
        }
    };
    json!({
        "name": spec.name(),
        "version": spec.version(),
        "abi": format!("{}.{}", build.abi_major, build.abi_minor),
        "build": build.text,
        "library": library,
        "sha256": sha256,
        "isolated": is_isolated,
        "weight": chosen.weight,
    })
}
