//! `rotor factor check`: the promises of a factor, tried on real windows.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use rotor_data::Dataset;
use rotor_engine::{CheckReport, Plan, Promise, check, executions};
use rotor_factor::{AsOf, EntityKind, Month, Value};
use rotor_plugin::{CallError, Plugin};
use serde_json::json;

use super::{Loading, find, key_value, origin};
use crate::dataset::open_or_demo;
use crate::text::fit;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The path of a library, or the name of a linked factor
    #[arg(value_name = "LIB|NAME")]
    factor: String,
    /// The dataset whose windows are shown [default: datasets/demo, else a made-up world]
    #[arg(long, value_name = "DIR")]
    dataset: Option<PathBuf>,
    /// Which factor of a library that has several
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Set a parameter of the factor
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, Value)>,
    /// The month of the first execution day
    #[arg(long, value_name = "YYYY-MM", default_value = "2015-01")]
    start: Month,
    /// The month of the last execution day
    #[arg(long, value_name = "YYYY-MM")]
    end: Option<Month>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    loading: Loading,
}

pub(super) fn run(arguments: &Check) -> Result<Outcome, CliError> {
    let plugin = find(&arguments.factor, arguments.name.as_deref(), &arguments.loading)?;
    let failed = |error: CallError| CliError::Call { factor: plugin.name().into(), error };
    let make = || plugin.create(arguments.set.iter().cloned());
    let instance = make().map_err(failed)?;
    let dataset = open_or_demo(arguments.dataset.as_deref())?;
    let plan = Plan::new(&dataset, &[instance.spec()]).expect("one factor has one name");
    drop(instance);
    if let Some(reason) = plan.refusal(0) {
        let (factor, dataset) = (plugin.name().into(), dataset.manifest().name.clone());
        return Err(CliError::MissingInputs { factor, dataset, reason });
    }
    let days = executions(&dataset, arguments.start, arguments.end);
    let days: Vec<AsOf> = days.iter().map(|execution| execution.as_of).collect();
    if days.is_empty() {
        let dataset = dataset.manifest().name.clone();
        return Err(CliError::NoDays { dataset, start: arguments.start, end: arguments.end });
    }
    let report = check(&dataset, &plan, make, &days)?;
    let text = if arguments.json {
        as_json(&plugin, &dataset, &report)?
    } else {
        as_text(&plugin, &dataset, &report)
    };
    Ok(Outcome { text, passed: report.passed() && report.n_scored() > 0 })
}

/// The code and the name of a sector of a day.
fn sector<'d>(dataset: &'d Dataset, report: &CheckReport, day: usize, position: usize) -> (&'d str, &'d str) {
    let row = report.replay.sectors[day][position] as usize;
    let entity = &dataset.entities()[dataset.of_kind(EntityKind::Sector)[row]];
    (&entity.code, &entity.name)
}

fn as_text(plugin: &Plugin, dataset: &Dataset, report: &CheckReport) -> String {
    let mut text = String::new();
    let outcomes = &report.replay.outcomes[0];
    let (first, last) = (report.days[0].0, report.days[report.days.len() - 1].0);
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(text, $($argument)*).expect("writing to a string does not fail") };
    }
    line!("{} {} ({})", plugin.name(), plugin.spec().version(), origin(plugin));
    line!("{} execution days of `{}`, {first} to {last}\n", report.days.len(), dataset.manifest().name);
    for promise in Promise::HERE {
        match report.findings.iter().find(|finding| finding.promise == promise) {
            None if !report.tried.contains(&promise) => line!("  -       {promise} (not tried)"),
            None => line!("  kept    {promise}{}", futures(promise, report)),
            Some(finding) => {
                line!("  BROKEN  {promise}");
                line!("          as of {}: {}", finding.as_of.0, fit(&finding.what, 300));
            }
        }
    }
    let reasons = withheld(outcomes);
    let n_days = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    line!("\n{} scores on {n_days} days", report.n_scored());
    for (n, reason) in reasons.iter().take(3) {
        line!("{n} withheld: {}", fit(reason, 200));
    }
    if let Some(error) = outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
        line!(
            "{} days without a signal; the first says: {}",
            outcomes.len() - n_days,
            fit(&error.to_string(), 300)
        );
        if let Some(hint) = error.hint() {
            line!("hint: {}", fit(&hint, 300));
        }
    }
    if let Some((day, signal)) =
        outcomes.iter().enumerate().rev().find_map(|(day, outcome)| Some((day, outcome.as_ref().ok()?)))
    {
        let mut best: Vec<(f64, f64, usize)> = (0..signal.n_sectors())
            .filter_map(|position| {
                let score = signal.score_of(position).ok()?;
                Some((score, signal.raw_of(position).unwrap_or(f64::NEG_INFINITY), position))
            })
            .collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        if !best.is_empty() {
            line!("\nbest liked on {}:", report.days[day].0);
        }
        for (score, raw, position) in best.into_iter().take(5) {
            let (code, name) = sector(dataset, report, day, position);
            let raw = if raw.is_finite() { format!("{raw:>12.4}") } else { format!("{:>12}", "-") };
            line!("  {:<10} {:<34} {score:>6} {raw}", fit(code, 10), fit(name, 34));
        }
    }
    text
}

/// How many scores were withheld, by reason, the most frequent first.
fn withheld(outcomes: &[rotor_engine::Outcome]) -> Vec<(usize, String)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for signal in outcomes.iter().flatten() {
        for reason in (0..signal.n_sectors()).filter_map(|sector| signal.score_of(sector).err()) {
            *counts.entry(reason).or_default() += 1;
        }
    }
    let mut reasons: Vec<(usize, String)> =
        counts.into_iter().map(|(reason, n)| (n, reason.into())).collect();
    reasons.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    reasons
}

/// On how many days a promise was tried that needs datasets of its own.
fn futures(promise: Promise, report: &CheckReport) -> String {
    match promise {
        Promise::Truncation | Promise::Poison if report.n_futures < report.days.len() => {
            format!(" ({} of the days)", report.n_futures)
        }
        _ => String::new(),
    }
}

fn as_json(plugin: &Plugin, dataset: &Dataset, report: &CheckReport) -> Result<String, CliError> {
    let promises = Promise::HERE.map(|promise| {
        let finding = report.findings.iter().find(|finding| finding.promise == promise);
        json!({
            "promise": promise.to_string(),
            "tried": report.tried.contains(&promise),
            "kept": report.tried.contains(&promise) && finding.is_none(),
            "as_of": finding.map(|finding| finding.as_of.0.to_string()),
            "finding": finding.map(|finding| finding.what.clone()),
        })
    });
    let outcomes = &report.replay.outcomes[0];
    let days = report.days.iter().zip(outcomes).enumerate().map(|(day, (as_of, outcome))| {
        let scores: Vec<serde_json::Value> = outcome.as_ref().map_or(Vec::new(), |signal| {
            let row = |position: usize| {
                let score = signal.score_of(position);
                json!({
                    "sector": sector(dataset, report, day, position).0,
                    "score": score.ok(),
                    "raw": signal.raw_of(position),
                    "note": score.err(),
                })
            };
            (0..signal.n_sectors()).map(row).collect()
        });
        let note = outcome.as_ref().err().map(ToString::to_string);
        json!({ "as_of": as_of.0.to_string(), "note": note, "scores": scores })
    });
    to_json(&json!({
        "factor": plugin.name(),
        "version": plugin.spec().version(),
        "dataset": dataset.manifest().name,
        "kept": report.passed(),
        "promises": promises,
        "days": days.collect::<Vec<_>>(),
    }))
}
