//! `rotor accept`: what a golden backtest gives today becomes what it is to give, and someone stands for it.

use clap::Args;
use rotor_data::folder::sha256;

use super::case::Case;
use super::check::compared;
use super::ledger::{Acceptance, Ledger, NONE, write_whole};
use super::{GoldenError, Place};
use crate::compare::Shown;
use crate::compare::page::golden_page;
use crate::{CliError, Outcome};

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The golden backtest
    case: String,
    /// Why the change is right
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so
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
    let case = Case::open(&place, name)?;
    let ledger = Ledger::read(&place)?;
    let before = case.accepted()?;
    let after = case.text(&arguments.place.set)?;
    let hash = sha256(after.as_bytes());
    let last = ledger.last(name).map_or(NONE, |entry| entry.after.as_str());
    let is_written = before.as_deref() == Some(&after);
    if is_written && last == hash {
        return Ok(Outcome::done(format!("{name}: nothing to accept, it is what was accepted\n")));
    }
    let mut text = String::new();
    if let Some(before) = &before
        && let Some(comparison) = compared(&case, before, &after)?
    {
        text.extend([&arguments.shown.page(&golden_page(name, &comparison)), "\n"]);
    }
    if !is_written {
        let path = case.text_path();
        write_whole(&path, &after).map_err(|error| GoldenError::Write { path, error })?;
    }
    // Killed before this, the text is there unsigned, and the check says so.
    if last != hash {
        let (by, reason, before) = (arguments.by.clone(), arguments.reason.clone(), last.to_owned());
        Ledger::add(&place, &Acceptance { case: name.clone(), by, reason, before, after: hash })?;
    }
    text.extend([name, ": accepted by ", arguments.by.trim(), ": ", arguments.reason.trim(), "\n"]);
    Ok(Outcome::done(text))
}
