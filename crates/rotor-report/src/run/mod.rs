//! The report of a run: what a reader needs to believe it or not, in the order in which it is needed.
//!
//! Everything stands in the run folder: rows, metrics, record. A report that is made from a run in memory and one that is
//! made from its folder have the same bytes, so nothing here reads what the folder does not hold (returns of sectors, histories of
//! forecasts, exits of skipped months), and nothing depends on the order in which texts were met.
//!
//! No factor is special. Numbers that are missing stand as a dash with their reason; what
//! is cut for length names the file that has all of it.

mod accuracy;
pub(crate) mod cells;
mod config;
mod context;
mod correlation;
mod coverage;
mod distribution;
mod factors;
mod forecasts;
mod head;
mod holdings;
mod months;
mod net_value;
mod panels;
mod performance;
mod provenance;
mod quintiles;
mod risk;
mod summary;
mod tables;
mod tiles;
mod variants;
mod verdict;

use rotor_run::{Config, Metrics, Run, RunRecord};

use crate::page::Page;
use crate::words::Lang;
use context::Context;

/// What a report is made of: everything stands in the run folder, the defaults aside.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The facts, row by row.
    pub run: &'a Run,
    /// What the run is worth.
    pub metrics: &'a Metrics,
    /// What `run.json` says; of its entry `files` nothing is used, as the report is one of them.
    pub record: &'a RunRecord,
    /// The configuration nobody has changed: keys that are the same there are shown last.
    pub defaults: &'a Config,
}

/// Makes the summary of a run: one section, made to be printed on a single sheet of A4.
#[must_use]
pub fn summary(facts: Facts<'_>, lang: Lang) -> Page {
    let context = Context::new(facts, lang);
    Page {
        lang,
        title: head::title(&context),
        mark: head::mark(&context),
        facts: head::facts(&context),
        sections: vec![summary::section(&context)],
    }
}

/// Makes the report of a run.
#[must_use]
pub fn report(facts: Facts<'_>, lang: Lang) -> Page {
    let context = Context::new(facts, lang);
    Page {
        lang,
        title: head::title(&context),
        mark: head::mark(&context),
        facts: head::facts(&context),
        sections: vec![
            verdict::section(&context),
            net_value::section(&context),
            holdings::section(&context),
            factors::section(&context),
            forecasts::section(&context),
            variants::section(&context),
            provenance::section(&context),
        ],
    }
}
