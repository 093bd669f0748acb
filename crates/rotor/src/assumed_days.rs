//! Which inputs of a run have release days that nobody knows.

use rotor_data::Dataset;
use rotor_data::model::ReleaseDays;
use rotor_factor::Spec;
use rotor_run::{Config, Rebalance, Warning};

use crate::releases::series_read;

/// Returns the names of the series whose release days are assumed, among those that the factors and the schedule read, in the order
/// of the dataset. Series without values are left out.
pub(crate) fn assumed_series<'s>(
    dataset: &Dataset,
    config: &Config,
    specs: impl Iterator<Item = &'s Spec>,
) -> Vec<String> {
    let mut read = series_read(dataset, specs);
    if config.rebalance == Rebalance::AfterCpi {
        read.extend(["cpi_yoy", "ppi_yoy"].iter().filter_map(|name| dataset.find_series(name)));
    }
    let is_assumed = |position: &usize| {
        let has_values = dataset.archive().vintages(*position).next().is_some();
        dataset.series()[*position].release == Some(ReleaseDays::Assumed) && has_values
    };
    read.into_iter().filter(is_assumed).map(|position| dataset.series()[position].name.clone()).collect()
}

/// Returns what a reader of results must know of such series; `None` if there is none.
pub(crate) fn warning<'s>(
    dataset: &Dataset,
    config: &Config,
    specs: impl Iterator<Item = &'s Spec>,
) -> Option<Warning> {
    let series = assumed_series(dataset, config, specs);
    (!series.is_empty()).then_some(Warning::AssumedReleases { series })
}
