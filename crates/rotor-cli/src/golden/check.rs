//! `rotor golden check`: what golden backtests give today, held against what was accepted.

use clap::Args;
use rotor_compare::golden::{Golden, GoldenComparison};
use rotor_fs::sha256;
use serde_json::{Value, json};

use super::case::Case;
use super::ledger::Ledger;
use super::{GoldenError, Place};
use crate::compare::page::golden_page;
use crate::compare::{Format, Shown};
use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The cases to check [default: all]
    #[arg(value_name = "CASE")]
    cases: Vec<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    shown: Shown,
}

/// What was found of a case.
pub(super) struct Finding {
    pub(super) name: String,
    /// What is wrong with its entries, in sentences.
    pub(super) faults: Vec<String>,
    /// What differs from what was accepted; `None` if nothing does, or nothing was accepted.
    pub(super) comparison: Option<GoldenComparison>,
}

pub(super) fn run(arguments: &Check) -> Result<Outcome, CliError> {
    let (place, known) = arguments.place.cases()?;
    if let Some(name) = arguments.cases.iter().find(|name| !known.contains(name)) {
        return Err(GoldenError::UnknownCase { name: name.clone(), place, known }.into());
    }
    let names = if arguments.cases.is_empty() { &known } else { &arguments.cases };
    arguments.place.check_settings(&place, &known)?;
    let ledger = Ledger::read(&place)?;
    let mut findings = Vec::new();
    for name in names {
        let case = Case::open(&place, name)?;
        let accepted = case.accepted()?;
        let hash = accepted.as_deref().map(|text| sha256(text.as_bytes()));
        let mut faults = ledger.faults(name, hash.as_deref().unwrap_or_default());
        let comparison = match accepted {
            None => None,
            Some(accepted) => match compared(&case, &accepted, &case.text(&arguments.place.set)?) {
                Ok(comparison) => comparison,
                // The others are still to be checked.
                Err(error) => {
                    faults.push(error.to_string());
                    None
                }
            },
        };
        if comparison
            .as_ref()
            .is_some_and(|found| found.comparison.is_same && found.comparison.inputs.is_empty())
        {
            faults.push("its text has the same content in different bytes: were line ends or spaces changed?".into());
        }
        findings.push(Finding { name: name.clone(), faults, comparison });
    }
    let passed = findings.iter().all(|finding| finding.faults.is_empty() && finding.comparison.is_none());
    let text = if arguments.shown.format() == Format::Json {
        to_json(&json!({ "passed": passed, "cases": findings.iter().map(as_json).collect::<Vec<_>>() }))?
    } else {
        findings.iter().map(|finding| as_text(finding, &arguments.shown)).collect()
    };
    Ok(Outcome { text, passed })
}

/// Returns what differs between two texts of a case.
pub(super) fn compared(case: &Case, before: &str, after: &str) -> Result<Option<GoldenComparison>, CliError> {
    if before == after {
        return Ok(None);
    }
    Ok(Some(Golden::compare(&case.parse(before)?, &case.parse(after)?)))
}

fn as_text(finding: &Finding, shown: &Shown) -> String {
    let Finding { name, faults, comparison } = finding;
    let is_md = shown.format() == Format::Md;
    let item = |line: String| if is_md { format!("- {line}\n") } else { line + "\n" };
    if faults.is_empty() && comparison.is_none() {
        return item(format!("{name}: as accepted"));
    }
    let mut text: String = faults.iter().map(|fault| item(format!("{name}: {fault}"))).collect();
    if let Some(comparison) = comparison {
        text += &item(format!("{name}: differs from the accepted result"));
        text.extend(["\n", &shown.page(&golden_page(name, comparison)), "\n"]);
    }
    let hint = format!("hint: if the change is intended, run `rotor accept {name} --reason … --by …`");
    text += &item(hint);
    text
}

fn as_json(finding: &Finding) -> Value {
    let passed = finding.faults.is_empty() && finding.comparison.is_none();
    json!({ "case": finding.name, "passed": passed, "faults": finding.faults, "comparison": finding.comparison })
}
