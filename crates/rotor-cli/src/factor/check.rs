//! `rotor factor check`: the promises of a factor, tried on real windows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use rotor_data::Dataset;
use rotor_engine::{CheckReport, Promise, check};
use rotor_factor::EntityKind;
use serde_json::json;

use super::windows::{Question, Windows};
use crate::text::fit;
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(super) asked: Question,
}

pub(super) fn run(Check { asked }: &Check) -> Result<Outcome, CliError> {
    let windows = asked.windows()?;
    let make = || windows.plugin.create(asked.set.iter().cloned());
    let report = check(&windows.dataset, &windows.plan, make, &windows.days)?;
    let text = if asked.json { as_json(&windows, &report)? } else { as_text(&windows, &report) };
    Ok(Outcome { text, passed: passed(&report) })
}

/// Every promise is kept, and there is a score that shows it.
fn passed(report: &CheckReport) -> bool {
    report.passed() && report.n_scored() > 0
}

/// The code and the name of a sector of a day.
fn sector<'d>(dataset: &'d Dataset, report: &CheckReport, day: usize, position: usize) -> (&'d str, &'d str) {
    let row = report.replay.sectors[day][position] as usize;
    let entity = &dataset.entities()[dataset.of_kind(EntityKind::Sector)[row]];
    (&entity.code, &entity.name)
}

fn as_text(windows: &Windows, report: &CheckReport) -> String {
    let mut text = windows.heading();
    let dataset = &windows.dataset;
    let outcomes = &report.replay.outcomes[0];
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(text, $($argument)*).expect("writing to a string does not fail") };
    }
    line!();
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
    let mut counts: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
    for signal in outcomes.iter().flatten() {
        for reason in (0..signal.n_sectors()).filter_map(|sector| signal.score_of(sector).err()) {
            *counts.entry(reason.text()).or_default() += 1;
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

fn as_json(windows: &Windows, report: &CheckReport) -> Result<String, CliError> {
    let Windows { plugin, dataset, .. } = windows;
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
                    "note": score.err().map(|reason| reason.text()),
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
        "passed": passed(report),
        "kept": report.passed(),
        "n_scores": report.n_scored(),
        "promises": promises,
        "days": days.collect::<Vec<_>>(),
    }))
}
