//! The report of a run: what a reader needs to believe it or not, in the order in which it is needed.
//!
//! Everything stands in the run folder: rows, evaluation, provenance. A report that is made from a run in memory and one that is
//! made from its folder have the same bytes, so nothing here reads what the folder does not hold (returns of sectors, histories of
//! forecasts, exits of skipped months), and nothing depends on the order in which texts were met.
//!
//! No factor is special but for the titles of those of the method. Numbers that are missing stand as a dash with their reason; what
//! is cut for length names the file that has all of it.

mod accuracy;
mod cells;
mod config;
mod correlation;
mod coverage;
mod factors;
mod forecasts;
mod head;
mod metrics;
mod net_value;
mod panels;
mod performance;
mod picks;
mod provenance;
mod tables;
mod teller;
mod told;
mod variants;
mod verdict;

use rotor_run::Run;
use serde_json::{Map, Value};

pub use told::told;

use crate::page::Page;
use crate::words::Lang;
use teller::Teller;

/// What a report is made of: everything stands in the run folder, the defaults aside.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The facts, row by row.
    pub run: &'a Run,
    /// The evaluation, as `metrics.json` has it.
    pub metrics: &'a Value,
    /// The entries of `run.json` without `files`.
    pub provenance: &'a Map<String, Value>,
    /// The configuration nobody has changed, in the shape of `config` of `run.json`, as far as it is known: keys that are the
    /// same there are shown last.
    pub defaults: &'a Value,
}

/// Makes the report of a run.
#[must_use]
pub fn report(facts: Facts<'_>, lang: Lang) -> Page {
    let teller = Teller::new(facts, lang);
    Page {
        lang,
        title: head::title(&teller),
        mark: head::mark(&teller),
        facts: head::facts(&teller),
        sections: vec![
            verdict::section(&teller),
            net_value::section(&teller),
            picks::section(&teller),
            factors::section(&teller),
            forecasts::section(&teller),
            variants::section(&teller),
            provenance::section(&teller),
        ],
    }
}
