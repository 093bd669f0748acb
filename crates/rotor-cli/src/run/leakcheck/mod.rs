//! `rotor leakcheck`: whether a factor of a run, or the dataset, knows what nobody knew.

mod json;
mod text;

use std::path::Path;
use std::time::Duration;

use clap::Args;
use rotor_data::Dataset;
use rotor_engine::{
    Audit, BacktestError, Execution, LeakReport, Makers, Member, Warning, audit, leakcheck, missing_inputs,
    plan_of, schedule,
};
use rotor_factor::Month;
use rotor_plugin::{CallError, Isolation, Plugin};
use rotor_run::{Config, OnMissingInput};

use super::backtest::use_threads;
use super::members::{Chosen, choose};
use super::progress::with_progress;
use super::settings::Settings;
use crate::dataset::open_or_demo;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Leakcheck {
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Everything that was found, for whoever prints it.
struct Findings<'a> {
    dataset: &'a Dataset,
    executions: &'a [Execution],
    audit: Audit,
    factors: Vec<(&'a Chosen, LeakReport)>,
    /// Factors that cannot be tried, with the reason.
    skipped: Vec<(String, String)>,
}

impl Findings<'_> {
    fn passed(&self) -> bool {
        self.audit.passed() && self.factors.iter().all(|(_, report)| report.passed())
    }
}

pub(crate) fn run(arguments: &Leakcheck) -> Result<Outcome, CliError> {
    use_threads(arguments.threads)?;
    let (mut config, names_dataset) = arguments.settings.resolve()?;
    let chosen = choose(&mut config, &arguments.settings.factor)?;
    let dataset = open_or_demo(names_dataset.then_some(Path::new(&config.dataset)))?;
    let executions = schedule(&dataset, &config).map_err(BacktestError::from)?;
    if executions.is_empty() {
        let dataset = dataset.manifest().name.clone();
        return Err(CliError::NoDays { dataset, start: config.start, end: config.end });
    }
    let members: Vec<Member<'_>> = chosen.iter().map(Chosen::member).collect();
    let skipped = missing_inputs(&dataset, &config, &members)?;
    if let Some((factor, reason)) = skipped.first()
        && (config.on_missing_input == OnMissingInput::Stop || skipped.len() == members.len())
    {
        let (factor, reason) = (factor.clone(), reason.clone());
        return Err(CliError::MissingInputs { factor, dataset: dataset.manifest().name.clone(), reason });
    }
    for (factor, reason) in skipped.iter().cloned() {
        eprintln!("warning: {}", Warning::MissingInput { factor, reason });
    }
    let tried = chosen.iter().filter(|chosen| skipped.iter().all(|(name, _)| name != chosen.plugin.name()));
    let factors = with_progress("checking", |watch| {
        let check = |chosen| Ok((chosen, check(&dataset, &config, &executions, chosen, watch)?));
        tried.map(check).collect::<Result<_, CliError>>()
    })?;
    // What a dataset knows does not depend on the months of a run.
    let audit = audit(&dataset, &rotor_engine::executions(&dataset, Month::MIN, None));
    let findings = Findings { dataset: &dataset, executions: &executions, audit, factors, skipped };
    let text = if arguments.json { to_json(&json::of(&findings))? } else { text::of(&findings) };
    Ok(Outcome { text, passed: findings.passed() })
}

fn check(
    dataset: &Dataset,
    config: &Config,
    executions: &[Execution],
    chosen: &Chosen,
    watch: &dyn rotor_engine::Watch,
) -> Result<LeakReport, CliError> {
    let plugin = &chosen.plugin;
    let failed = |error: CallError| CliError::Call { factor: plugin.name().into(), error };
    let settings = config.of_factor(plugin.name());
    let isolation = Isolation {
        time_limit: Duration::from_secs(settings.time_limit),
        memory_limit: settings.memory_limit << 20,
        ..Isolation::new(std::env::current_exe().map_err(CliError::Program)?)
    };
    let make = |plugin: &Plugin| plugin.create(settings.parameters.clone());
    let apart = plugin.apart(&isolation).map_err(failed)?;
    let without_files = Isolation { may_open_files: false, ..isolation };
    let makers = Makers {
        here: &|| make(plugin),
        apart: &|| make(&apart),
        without_files: &|| make(&plugin.apart(&without_files)?),
    };
    let plan = plan_of(dataset, config, &chosen.instance)?;
    Ok(leakcheck(dataset, &plan, makers, executions, watch)?)
}
