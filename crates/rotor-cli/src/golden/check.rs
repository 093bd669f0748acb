//! `rotor golden check`: golden backtests run again and compared with what was accepted.

use clap::Args;
use rotor::GoldenFinding;
use serde_json::{Value, json};

use super::CaseFolder;
use crate::compare::page::golden_page;
use crate::compare::{Format, Shown};
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Only these cases [default: all]
    #[arg(value_name = "CASE")]
    cases: Vec<String>,
    #[command(flatten)]
    folder: CaseFolder,
    #[command(flatten)]
    shown: Shown,
}

pub(super) fn run(arguments: &Check) -> Result<Outcome, CliError> {
    let cases = arguments.folder.cases()?;
    for name in &arguments.cases {
        cases.check_name(name)?;
    }
    let names = if arguments.cases.is_empty() { cases.names() } else { &arguments.cases };
    let catalogue = catalogue()?;
    let findings: Vec<GoldenFinding> =
        names.iter().map(|name| cases.check(name, &catalogue)).collect::<Result<_, _>>()?;
    let passed = findings.iter().all(GoldenFinding::passed);
    let text = if arguments.shown.format() == Format::Json {
        to_json(&json!({ "passed": passed, "cases": findings.iter().map(as_json).collect::<Vec<_>>() }))?
    } else {
        findings.iter().map(|finding| as_text(finding, &arguments.shown)).collect()
    };
    Ok(Outcome { text, passed })
}

fn as_text(finding: &GoldenFinding, shown: &Shown) -> String {
    let GoldenFinding { case, faults, comparison } = finding;
    let is_md = shown.format() == Format::Md;
    let item = |line: String| if is_md { format!("- {line}\n") } else { line + "\n" };
    if finding.passed() {
        return item(format!("{case}: as accepted"));
    }
    let mut text: String = faults.iter().map(|fault| item(format!("{case}: {fault}"))).collect();
    if let Some(comparison) = comparison {
        text += &item(format!("{case}: differs from the accepted result"));
        text.extend(["\n", &shown.page(&golden_page(case, comparison)), "\n"]);
    }
    let hint = format!("hint: if the change is intended, run `rotor accept {case} --reason … --by …`");
    text += &item(hint);
    text
}

fn as_json(finding: &GoldenFinding) -> Value {
    let GoldenFinding { case, faults, comparison } = finding;
    json!({ "case": case, "passed": finding.passed(), "faults": faults, "comparison": comparison })
}
