//! The record of a run, for `run.json`: what it takes to repeat it.

use rotor_data::Dataset;
use rotor_engine::Backtest;
use rotor_factor::Date;
use rotor_plugin::Origin;
use rotor_run::{Config, DatasetRecord, EngineRecord, ExecutionsRecord, FORMAT, FactorRecord, RunRecord};

use crate::factors::{FactorSet, RunFactor};

/// Returns the record of a run without files, trials and report.
pub(crate) fn run_record(
    dataset: &Dataset,
    config: &Config,
    factors: &FactorSet,
    result: &Backtest,
) -> RunRecord {
    let executions = &result.run.executions;
    let (first, last) = (executions.first(), executions.last());
    RunRecord {
        format: FORMAT,
        engine: engine_record(),
        config: config.clone().into(),
        dataset: dataset_record(dataset),
        factors: factors
            .iter()
            .zip(&result.run.scales)
            .map(|(factor, scale)| FactorRecord { scale: Some(scale.to_string()), ..factor_record(factor) })
            .collect(),
        executions: ExecutionsRecord {
            n: executions.len(),
            n_kept: executions.iter().filter(|execution| execution.is_kept).count(),
            first: first.map(|execution| -> Date { execution.as_of }),
            last: last.map(|execution| execution.as_of),
            last_exit: last.map(|execution| execution.exit),
        },
        warnings: result.warnings.clone(),
        trials: None,
        report: None,
        files: [].into_iter().collect(),
        unknown: serde_json::Map::new(),
    }
}

/// Returns what documents say of this program.
#[must_use]
pub fn engine_record() -> EngineRecord {
    EngineRecord { name: "rotor".into(), version: env!("CARGO_PKG_VERSION").into() }
}

/// Returns what documents say of a dataset.
#[must_use]
pub fn dataset_record(dataset: &Dataset) -> DatasetRecord {
    let manifest = dataset.manifest();
    DatasetRecord {
        name: manifest.name.clone(),
        title: manifest.title.clone(),
        synthetic: manifest.synthetic,
        price_frequency: manifest.price_frequency.letter().into(),
        sha256: dataset.files().iter().map(|file| (file.name.clone(), file.sha256.clone())).collect(),
    }
}

/// A factor of a run.
pub(crate) fn factor_record(factor: &RunFactor) -> FactorRecord {
    let (spec, build) = (factor.plugin.spec(), factor.plugin.build());
    let shown = spec.presentation();
    let title = shown.title();
    let (library, sha256, isolated, sealed) = match factor.plugin.origin() {
        Origin::Linked => (None, None, false, false),
        Origin::Loaded { path, sha256, is_isolated, is_sealed } => {
            (Some(path.display().to_string()), Some(sha256.clone()), *is_isolated, *is_sealed)
        }
    };
    FactorRecord {
        name: spec.name().into(),
        version: spec.version().into(),
        abi: format!("{}.{}", build.abi_major, build.abi_minor),
        build: build.text.clone(),
        library,
        sha256,
        isolated,
        sealed,
        weight: factor.weight,
        scale: spec.declared_scale().map(|scale| scale.to_string()),
        title: title.map(|title| title.en().into()),
        title_zh: title.and_then(|title| title.zh().map(Into::into)),
        score_words: shown.words_of_scores().map(|words| words.each_ref().map(Into::into)),
        tables: shown.declared_tables().iter().map(Into::into).collect(),
    }
}
