//! The windows of a dataset on which a factor is tried or measured.

use std::path::PathBuf;

use clap::Args;
use rotor::{DatasetFolder, FactorError, LeakcheckError};
use rotor_data::Dataset;
use rotor_engine::{Plan, executions};
use rotor_factor::{AsOf, Month, Value};
use rotor_plugin::{CallError, Instance, Plugin};

use super::{Loading, key_value};
use crate::CliError;
use crate::dataset::folder_or_demo;

/// Which factor, and which windows.
#[derive(Debug, Args)]
pub(super) struct Question {
    /// The path of a library, or the name of a linked factor
    #[arg(value_name = "LIB|NAME")]
    pub(super) factor: String,
    /// The dataset to run the factor on [default: datasets/demo, else a synthetic one]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// The factor to take from a library that has several
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Set a parameter of the factor
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(super) set: Vec<(String, Value)>,
    /// The month of the first execution day
    #[arg(long, value_name = "YYYY-MM", default_value = "2015-01")]
    pub(super) start: Month,
    /// The month of the last execution day
    #[arg(long, value_name = "YYYY-MM")]
    pub(super) end: Option<Month>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) loading: Loading,
}

/// A factor and the days about which it is asked.
pub(super) struct Windows {
    pub(super) plugin: Plugin,
    pub(super) dataset: Dataset,
    pub(super) folder: DatasetFolder,
    pub(super) plan: Plan,
    /// Never empty.
    pub(super) days: Vec<AsOf>,
}

impl Question {
    /// Finds the factor, opens the dataset, and refuses what cannot be asked.
    pub(super) fn windows(&self) -> Result<Windows, CliError> {
        let plugin = self.loading.find(&self.factor, self.name.as_deref())?;
        let factor = self.make(&plugin)?;
        let folder = folder_or_demo(self.dataset.as_deref())?;
        let dataset = folder.open()?;
        let plan = Plan::new(&dataset, &[factor.spec()]).expect("one factor has one name");
        if let Some(reason) = plan.refusal(0) {
            let (factor, dataset) = (plugin.name().into(), dataset.manifest().name.clone());
            return Err(LeakcheckError::MissingInputs { factor, dataset, reason }.into());
        }
        let days: Vec<AsOf> =
            executions(&dataset, self.start, self.end).iter().map(|execution| execution.as_of).collect();
        if days.is_empty() {
            let dataset = dataset.manifest().name.clone();
            return Err(LeakcheckError::NoDays { dataset, start: self.start, end: self.end }.into());
        }
        Ok(Windows { plugin, dataset, folder, plan, days })
    }

    /// Makes the factor with its parameters as they were set.
    pub(super) fn make(&self, plugin: &Plugin) -> Result<Instance, CliError> {
        let failed = |error: CallError| FactorError::Call { factor: plugin.name().into(), error };
        Ok(plugin.create(self.set.iter().cloned()).map_err(failed)?)
    }
}

impl Windows {
    /// Says what is asked about which days, in two lines.
    pub(super) fn heading(&self) -> String {
        format!(
            "{} {} ({})\n{} execution days of `{}`, {} to {}\n",
            self.plugin.name(),
            self.plugin.spec().version(),
            super::origin(&self.plugin),
            self.days.len(),
            self.dataset.manifest().name,
            self.days[0].0,
            self.days[self.days.len() - 1].0,
        )
    }
}
