//! `rotor accept`: the result that a golden backtest gives today is accepted, signed by someone.

use clap::Args;
use serde_json::json;

use super::CaseFolder;
use crate::compare::page::golden_page;
use crate::compare::{Format, Shown};
use crate::{CliError, Outcome, catalogue, to_json};

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The golden backtest
    case: String,
    /// Why the change is right
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who accepts it
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    folder: CaseFolder,
    #[command(flatten)]
    shown: Shown,
}

pub(crate) fn run(arguments: &Accept) -> Result<Outcome, CliError> {
    let Accept { case, reason, by, folder, shown } = arguments;
    let accepted = folder.cases()?.accept(case, by, reason, &catalogue()?)?;
    if shown.format() == Format::Json {
        let entry = accepted.entry.as_ref().map(|entry| {
            json!({ "by": entry.by, "reason": entry.reason, "before": entry.before, "after": entry.after })
        });
        let text = to_json(&json!({ "case": case, "accepted": entry, "comparison": accepted.comparison }))?;
        return Ok(Outcome::done(text));
    }
    let Some(entry) = &accepted.entry else {
        return Ok(Outcome::done(format!("{case}: nothing to accept, the result is unchanged\n")));
    };
    let mut text = String::new();
    if let Some(comparison) = &accepted.comparison {
        text.extend([&shown.page(&golden_page(case, comparison)), "\n"]);
    }
    text.extend([case, ": accepted by ", &entry.by, ": ", &entry.reason, "\n"]);
    Ok(Outcome::done(text))
}
