//! What a sweep is made of: its file or its plan, the configuration, the dataset.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rotor::{ResolvedConfig, default_config, resolve_config};
use rotor_data::Dataset;
use rotor_run::sweep::{SweepPlan, read_plan};
use rotor_sweep::{LIMIT, Planned, Runner, SweepSpec};

use crate::dataset::open_or_demo;
use crate::run::settings::key_value;
use crate::{CliError, catalogue};

/// The file of a plan in the folder of its sweep.
pub(super) const PLAN: &str = "plan.json";

/// Flags beside a sweep's file.
#[derive(Debug, Args)]
pub(super) struct Base {
    /// The dataset folder [default: that of the configuration, else the demo]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// The configuration that trials change, in place of `base` in the sweep's file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set a key of the configuration for every trial
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Plan more trials than this all the same
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: u64,
}

impl Base {
    /// Plans a sweep's file.
    pub(super) fn plan(&self, file: &Path) -> Result<Planned, CliError> {
        let spec = SweepSpec::read(file).map_err(rotor_sweep::SweepError::from)?;
        let keys = self.set.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        let mut resolved = resolve_config(self.config.as_deref().or(spec.base.as_deref()), keys)?;
        if let Some(folder) = &self.dataset {
            resolved.config.dataset = folder.display().to_string();
            resolved.names_dataset = true;
        }
        let ResolvedConfig { config, .. } = &resolved;
        let config = config.clone();
        let dataset = Arc::new(open_or_demo(resolved.dataset())?);
        let source = file.display().to_string();
        Ok(rotor_sweep::plan(&spec, config, dataset, &catalogue()?, &source, self.limit)?)
    }

    /// Takes a sweep's file or a plan.
    pub(super) fn runner(&self, file: &Path) -> Result<Runner, CliError> {
        if !is_plan(file) {
            return Ok(self.plan(file)?.into());
        }
        runner_of(read_plan(file)?, self.dataset.as_deref())
    }
}

/// Tells a plan from a sweep's file.
fn is_plan(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "json")
}

/// Takes a plan with its dataset, at another place if one is named.
pub(super) fn runner_of(plan: SweepPlan, dataset: Option<&Path>) -> Result<Runner, CliError> {
    let dataset = dataset_of(&plan, dataset)?;
    Ok(Runner::of_plan(plan, Arc::new(dataset), &catalogue()?)?)
}

/// Opens the dataset of a plan.
pub(crate) fn dataset_of(plan: &SweepPlan, named: Option<&Path>) -> Result<Dataset, CliError> {
    let planned = plan.base.known().map(|config| config.dataset.clone()).unwrap_or_default();
    let folder = named.map(Path::to_owned).or_else(|| {
        // The default of every configuration: it means the demo.
        (planned != default_config().dataset && !planned.is_empty()).then(|| planned.into())
    });
    open_or_demo(folder.as_deref())
}
