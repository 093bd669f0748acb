//! `rotor accept`: what a golden backtest gives today becomes what it is to give, and someone stands for it.

use clap::Args;
use rotor_compare::golden::GoldenComparison;
use rotor_fs::{FileDestination, lock_folder, sha256};
use serde_json::json;

use super::case::Case;
use super::check::compared;
use super::ledger::{Acceptance, Ledger, NONE};
use super::{GoldenError, Place};
use crate::compare::page::golden_page;
use crate::compare::{Format, Shown};
use crate::{CliError, Outcome, to_json};

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
    place: Place,
    #[command(flatten)]
    shown: Shown,
}

pub(crate) fn run(arguments: &Accept) -> Result<Outcome, CliError> {
    for (what, text) in [("a reason", &arguments.reason), ("the name of who accepts", &arguments.by)] {
        if text.trim().is_empty() {
            return Err(GoldenError::Unsigned { what }.into());
        }
    }
    let name = &arguments.case;
    let (place, known) = arguments.place.cases()?;
    if !known.contains(name) {
        return Err(GoldenError::UnknownCase { name: name.clone(), place, known }.into());
    }
    arguments.place.check_settings(&place, &known)?;
    let case = Case::open(&place, name)?;
    let after = case.text(&arguments.place.set)?;
    let hash = sha256(after.as_bytes());
    let _lock = lock_folder(&place).map_err(GoldenError::Write)?;
    let ledger = Ledger::read(&place)?;
    let before = case.accepted()?;
    let last = ledger.last(name).map_or(NONE, |entry| entry.after.as_str());
    let is_written = before.as_deref() == Some(&after);
    if is_written && last == hash {
        let text = format!("{name}: nothing to accept, the result is unchanged\n");
        return arguments.told(text, None, None);
    }
    // A text that cannot be read, such as one with the marks of a merge, has nothing to be compared with.
    let comparison = before.as_deref().and_then(|before| compared(&case, before, &after).ok()).flatten();
    let mut text = String::new();
    if let Some(comparison) = &comparison {
        text.extend([&arguments.shown.page(&golden_page(name, comparison)), "\n"]);
    }
    if !is_written {
        let destination = FileDestination::replacing(&case.text_path());
        destination.and_then(|text| text.write(after.as_bytes())).map_err(GoldenError::Write)?;
    }
    let (by, reason) = (arguments.by.trim().to_owned(), arguments.reason.trim().to_owned());
    text.extend([name, ": accepted by ", &by, ": ", &reason, "\n"]);
    let entry = Acceptance { case: name.clone(), by, reason, before: last.to_owned(), after: hash };
    // Killed before this, the text is there unsigned, and the check says so.
    if entry.before != entry.after {
        Ledger::add(&place, &entry)?;
    }
    arguments.told(text, Some(&entry), comparison.as_ref())
}

impl Accept {
    /// Says what was done, for people or for programs.
    fn told(
        &self,
        text: String,
        entry: Option<&Acceptance>,
        comparison: Option<&GoldenComparison>,
    ) -> Result<Outcome, CliError> {
        if self.shown.format() != Format::Json {
            return Ok(Outcome::done(text));
        }
        let accepted = entry.map(|entry| {
            json!({ "by": entry.by, "reason": entry.reason, "before": entry.before, "after": entry.after })
        });
        let text = to_json(&json!({ "case": self.case, "accepted": accepted, "comparison": comparison }))?;
        Ok(Outcome::done(text))
    }
}
