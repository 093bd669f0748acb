//! `rotor backtest`: history replayed, a run folder, a short table.

use std::path::{Path, PathBuf};

use clap::Args;
use rotor_engine::{Member, Warning, missing_inputs};
use rotor_run::Destination;
use rotor_run::OnMissingInput;
use serde_json::json;

use super::language::Language;
use super::ledger::{LedgerFlags, count_trials};
use super::members::choose;
use super::replayed::{TRIALS, replayed};
use super::settings::Settings;
use super::summary;
use crate::dataset::open_or_demo;
use crate::{CliError, Outcome, report, to_json};

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// The run folder to write [default: runs/NAME of the dataset, numbered]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace an existing run folder
    #[arg(long)]
    force: bool,
    /// Number of threads; results are the same for any number [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The language of the report
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Write no report
    #[arg(long, conflicts_with = "lang")]
    no_report: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ledger: LedgerFlags,
    #[command(flatten)]
    settings: Settings,
}

pub(crate) fn run(arguments: &Backtest) -> Result<Outcome, CliError> {
    use_threads(arguments.threads)?;
    let named = arguments.out.clone().map(|out| destination(out, arguments.force));
    if let Some(destination) = &named {
        // Said before the work, not after it.
        rotor_run::check_destination(destination)?;
    }
    let (mut config, names_dataset) = arguments.settings.resolve()?;
    let chosen = choose(&mut config, &arguments.settings.factor)?;
    let dataset = open_or_demo(names_dataset.then_some(Path::new(&config.dataset)))?;
    let destination = named.unwrap_or_else(|| {
        let place = default_place(&dataset.manifest().name);
        if arguments.force { Destination::Replace(place) } else { Destination::Numbered(place) }
    });
    let members: Vec<Member<'_>> = chosen.iter().map(super::members::Chosen::member).collect();
    let missing = missing_inputs(&dataset, &config, &members)?;
    // Where the run is refused, the refusal names them.
    let is_refused = config.on_missing_input == OnMissingInput::Stop || missing.len() == members.len();
    for (factor, reason) in missing.into_iter().filter(|_| !is_refused) {
        // Before the first month: who has chosen the wrong dataset need not wait for the end.
        eprintln!("warning: {}", Warning::MissingInput { factor, reason });
    }
    let mut trials = count_trials(&arguments.ledger, &dataset, &mut config, &chosen);
    let mut made = replayed(&dataset, &config, &chosen)?;
    trials.record(&config, &made.evaluation, &destination.expected());
    made.record(TRIALS, trials.to_json());
    if !arguments.no_report {
        made.add_report(arguments.lang)?;
    }
    let place = made.write(&destination)?;
    let report = (!arguments.no_report).then(|| place.join(report::FILE).display().to_string());
    let facts = summary::Facts {
        dataset: &dataset,
        config: &config,
        result: &made.result,
        evaluation: &made.evaluation,
        trials: &trials,
    };
    let text = if arguments.json {
        let mut summary = summary::as_json(&facts, &place);
        summary["report"] = json!(report);
        to_json(&summary)?
    } else {
        let page = report.map_or(String::new(), |report| format!("report: {report}\n"));
        summary::as_text(&facts, &place) + &page
    };
    Ok(Outcome::done(text))
}

fn destination(out: PathBuf, is_forced: bool) -> Destination {
    if is_forced { Destination::Replace(out) } else { Destination::New(out) }
}

/// Where a run goes that is given no place.
fn default_place(dataset: &str) -> PathBuf {
    let harmless =
        |letter: char| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' };
    Path::new("runs").join(dataset.chars().map(harmless).collect::<String>())
}

/// Limits the threads of this process.
pub(super) fn use_threads(threads: Option<u16>) -> Result<(), CliError> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads));
    pool.build_global().map_err(|error| CliError::Threads(error.to_string()))
}
