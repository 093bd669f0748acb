//! `rotor sweep pick`: one trial by a rule, and the months that were held out.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rotor::{Destination, Lang};
use rotor_run::sweep::{PickRule, read_plan};

use super::inputs::{PLAN, dataset_of};
use super::told;
use crate::run::ledger::LedgerFlags;
use crate::run::progress::with_progress;
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct Pick {
    /// The folder of the sweep
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// How the trial is picked
    #[arg(long, value_enum)]
    rule: Rule,
    /// The dataset folder [default: that of the plan]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// Write the run folder of the trial over all months, those that were held out included
    #[arg(long, value_name = "RUN")]
    out: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerFlags,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Rule {
    /// The highest information ratio
    Best,
    /// The lowest turnover among those within one standard error of the best
    #[value(name = "one_se")]
    OneSe,
    /// The best median of the neighbours, which differ by one step of one axis
    Plateau,
}

impl From<Rule> for PickRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Best => Self::Best,
            Rule::OneSe => Self::OneSe,
            Rule::Plateau => Self::Plateau,
        }
    }
}

pub(crate) fn run(arguments: &Pick) -> Result<Outcome, CliError> {
    let destination = arguments.out.clone().map(Destination::New);
    if let Some(destination) = &destination {
        rotor_run::check_destination(destination)?;
    }
    let plan = read_plan(&arguments.folder.join(PLAN))?;
    let dataset = Arc::new(dataset_of(&plan, arguments.dataset.as_deref())?);
    let catalogue = catalogue()?;
    let ledger = arguments.ledger.choice();
    let picked = with_progress("replaying", |watch| {
        rotor_sweep::open(&arguments.folder, arguments.rule.into(), dataset, &catalogue, &ledger, watch)
    })?;
    told::notices(&picked.run.notices);
    let place =
        destination.map(|destination| picked.run.save_with(&destination, Some(Lang::En))).transpose()?;
    Ok(Outcome::done(if arguments.json {
        let mut document = serde_json::to_value(&picked.picked)?;
        document["run"] = place.map(|place| place.display().to_string()).into();
        to_json(&document)?
    } else {
        told::picked(&picked, place.as_deref())
    }))
}
