//! What it takes to repeat a run, for `run.json`.

use rotor_data::Dataset;
use rotor_plugin::Origin;
use rotor_run::{Config, DatasetRecord, EngineRecord, FactorRecord, Run, RunRecord, Warning};

use super::members::Chosen;

/// Returns the record of a run that was just made.
pub(super) fn record(
    dataset: &Dataset,
    config: &Config,
    chosen: &[Chosen],
    run: &Run,
    warnings: &[Warning],
) -> RunRecord {
    RunRecord {
        factors: chosen.iter().map(factor).collect(),
        warnings: warnings.to_vec(),
        ..RunRecord::new(engine(), config.clone(), self::dataset(dataset), run)
    }
}

/// What made the run.
pub(super) fn engine() -> EngineRecord {
    EngineRecord { name: "rotor".into(), version: env!("CARGO_PKG_VERSION").into() }
}

/// What it was made on.
pub(super) fn dataset(dataset: &Dataset) -> DatasetRecord {
    let manifest = dataset.manifest();
    DatasetRecord {
        name: manifest.name.clone(),
        title: manifest.title.clone(),
        synthetic: manifest.synthetic,
        price_frequency: manifest.price_frequency.letter().into(),
        sha256: dataset.files().iter().map(|file| (file.name.clone(), file.sha256.clone())).collect(),
    }
}

/// What a factor of it is.
pub(super) fn factor(chosen: &Chosen) -> FactorRecord {
    let (spec, build) = (chosen.plugin.spec(), chosen.plugin.build());
    let (library, sha256, isolated) = match chosen.plugin.origin() {
        Origin::Linked => (None, None, false),
        Origin::Loaded { path, sha256, is_isolated } => {
            (Some(path.display().to_string()), Some(sha256.clone()), *is_isolated)
        }
    };
    FactorRecord {
        name: spec.name().into(),
        version: spec.version().into(),
        abi: format!("{}.{}", build.abi_major, build.abi_minor),
        build: build.text.to_string(),
        library,
        sha256,
        isolated,
        weight: chosen.weight,
    }
}
