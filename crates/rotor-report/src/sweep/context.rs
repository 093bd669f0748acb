//! What every section asks of a sweep, in one language.
//!
//! Positions of trials and axes come from documents of the folder, so nothing here trusts them.

use rotor_run::metrics::{Estimate, Metric};
use rotor_run::sweep::{Axis, SweepTrial, TrialMetrics};

use super::Facts;
use crate::draw::Unit;
use crate::run::cells::{DIFFERENCE, interval_text};
use crate::say;
use crate::sentences::reason_or_none;
use crate::words::{Lang, NONE, fixed, name};

/// How long the beginning of a hash is by which a trial is named.
const N_DIGITS: usize = 8;

/// A sweep and the language of its page.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) lang: Lang,
}

impl<'a> Context<'a> {
    pub(super) fn new(facts: Facts<'a>, lang: Lang) -> Self {
        Self { facts, lang }
    }

    /// How many trials there are.
    pub(super) fn n_trials(&self) -> usize {
        self.facts.statistics.n_trials
    }

    /// The trials of which every statistic that counts them takes account: those of the dataset, never fewer than those of the sweep.
    pub(super) fn n_tried(&self) -> u64 {
        self.facts.statistics.n_tried.max(self.n_trials() as u64)
    }

    /// How many trials have a result.
    pub(super) fn n_done(&self) -> usize {
        self.n_trials().saturating_sub(self.facts.statistics.n_failed)
    }

    /// The position of the best trial, and its key figures.
    pub(super) fn best(&self) -> Option<(u32, &'a SweepTrial, &'a TrialMetrics)> {
        let position = self.facts.statistics.best?;
        let trial = self.trial(position)?;
        Some((position, trial, trial.result.as_ref().ok()?))
    }

    pub(super) fn trial(&self, position: u32) -> Option<&'a SweepTrial> {
        self.facts.trials.get(position as usize)
    }

    /// The beginning of the hash of a trial.
    pub(super) fn id(&self, position: u32) -> String {
        let id = self.facts.plan.trials.get(position as usize).map(|trial| trial.id.as_str());
        name(&id.unwrap_or(NONE).chars().take(N_DIGITS).collect::<String>())
    }

    /// The settings of a trial.
    pub(super) fn settings(&self, trial: u32) -> String {
        self.settings_where(trial, &|_| true)
    }

    /// The settings of a trial on some of the axes.
    pub(super) fn settings_where(&self, trial: u32, is_shown: &dyn Fn(usize) -> bool) -> String {
        let (plan, lang) = (self.facts.plan, self.lang);
        let Some(trial) = plan.trials.get(trial as usize) else { return NONE.into() };
        let axes = plan.axes.iter().zip(&trial.values).enumerate().filter(|(axis, _)| is_shown(*axis));
        let settings: Vec<String> = axes
            .filter_map(|(_, (axis, value))| {
                let value = (*value)? as usize;
                Some(format!("{} = {}", name(&axis.key), value_label(axis, value)))
            })
            .collect();
        if settings.is_empty() {
            return lang.of("the base configuration", "基准配置").into();
        }
        settings.join(lang.of("; ", "；"))
    }

    /// The position of the value that the best trial has on an axis.
    pub(super) fn value_of_best(&self, axis: usize) -> Option<usize> {
        let best = self.facts.plan.trials.get(self.facts.statistics.best? as usize)?;
        Some((*best.values.get(axis)?)? as usize)
    }

    /// Why a number is missing.
    pub(super) fn reason(&self, metric: &Metric) -> String {
        reason_or_none(self.lang, metric.reason())
    }

    /// A number, or why it is missing, for a sentence.
    pub(super) fn in_words(&self, metric: &Metric, write: impl Fn(f64) -> String) -> String {
        if let Some(value) = metric.get() {
            return write(value);
        }
        let reason = self.reason(metric);
        say!(self.lang, "not known ({reason})", "未知（{reason}）")
    }

    /// An excess return with its interval, for a sentence.
    pub(super) fn with_interval(&self, estimate: &Estimate) -> String {
        let value = self.in_words(&estimate.value, |value| DIFFERENCE.write(value));
        match estimate.interval() {
            Some(interval) => format!("{value} {}", interval_text(interval, DIFFERENCE)),
            None => value,
        }
    }
}

/// A value of an axis, safe to show.
pub(super) fn value_label(axis: &Axis, value: usize) -> String {
    if value < axis.values.len() { shown_value(&axis.label(value)) } else { NONE.into() }
}

/// A text that may be empty, as the value of a list without entries.
fn shown_value(text: &str) -> String {
    let text = name(text);
    if text.is_empty() { "∅".into() } else { text }
}

/// A p-value to three decimals: at a level of 5% two are too few.
pub(crate) fn adjusted(p: f64) -> String {
    if p < 0.000_5 { "<0.001".into() } else { fixed(p, 3) }
}

/// A number of trials that is not whole.
pub(super) const EFFECTIVE: Unit = Unit::plain(1);
