//! The page of a sweep: what thousands of trials say, and how much of it survives that they are thousands.
//!
//! Everything stands in the folder of the sweep. The page is made of aggregates, never of a mark a trial, so that its size does not grow
//! with their number; what is left out for length is counted in words.

mod axes;
mod best;
mod conditions;
mod context;
mod distribution;
mod factors;
mod fan;
mod head;
mod many;
mod method;
mod pairs;
mod plateau;
#[cfg(test)]
mod tests;
mod verdict;
mod walk_forward;

use rotor_run::Config;
use rotor_run::sweep::{Picked, SweepPlan, SweepRecord, SweepStatistics, SweepTrial, TrialResult};

use crate::page::Page;
use crate::words::Lang;
use context::Context;
pub(crate) use context::adjusted as adjusted_p;

/// What the page of a sweep is made of: everything stands in its folder, the defaults aside.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What was tried.
    pub plan: &'a SweepPlan,
    /// A row a trial, in the order of the plan.
    pub trials: &'a [SweepTrial],
    /// Trial by trial what came of it under each condition but the first.
    pub conditions: &'a [Vec<TrialResult>],
    /// What all trials say together.
    pub statistics: &'a SweepStatistics,
    /// The record; of its files nothing is used, as the page is one of them.
    pub record: &'a SweepRecord,
    /// The trial that was picked; `None` if none was so far.
    pub picked: Option<&'a Picked>,
    /// The configuration nobody has changed: keys that are the same there are not shown.
    pub defaults: &'a Config,
}

/// Makes the page of a sweep.
#[must_use]
pub fn report(facts: &Facts<'_>, lang: Lang) -> Page {
    let context = Context::new(*facts, lang);
    let sections = [
        Some(verdict::section(&context)),
        Some(distribution::section(&context)),
        Some(many::section(&context)),
        Some(axes::section(&context)),
        pairs::section(&context),
        Some(plateau::section(&context)),
        fan::section(&context),
        Some(conditions::section(&context)),
        walk_forward::section(&context),
        factors::section(&context),
        Some(best::section(&context)),
        Some(method::section(&context)),
    ];
    Page {
        lang,
        title: head::title(&context),
        mark: head::mark(&context),
        facts: head::facts(&context),
        sections: sections.into_iter().flatten().collect(),
    }
}
