//! `rotor factor list`.

use std::path::PathBuf;

use clap::Args;
use rotor_plugin::Origin;

use super::{Loading, factor_json, origin};
use crate::text::{Align, TextTable, fit};
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Libraries whose factors are listed as well
    #[arg(value_name = "LIB")]
    pub(super) libraries: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) loading: Loading,
}

pub(super) fn run(arguments: &List) -> Result<Outcome, CliError> {
    let mut factors = catalogue()?.linked();
    for library in &arguments.libraries {
        factors.extend(arguments.loading.load(library)?);
    }
    if arguments.json {
        return Ok(Outcome::done(to_json(&factors.iter().map(factor_json).collect::<Vec<_>>())?));
    }
    let columns = ["factor", "version", "boundary", "from", "about"].map(|title| (title, Align::Left));
    let mut table = TextTable::new(&columns);
    for factor in &factors {
        let (spec, build) = (factor.spec(), factor.build());
        let from = match factor.origin() {
            Origin::Linked => "linked".into(),
            Origin::Loaded { .. } => origin(factor),
        };
        table.row([
            fit(spec.name(), 24),
            fit(spec.version(), 12),
            format!("{}.{}", build.abi_major, build.abi_minor),
            fit(&from, 48),
            fit(spec.about(), 48),
        ]);
    }
    Ok(Outcome::done(table.render()))
}
