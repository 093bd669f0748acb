//! The choice of parameters as a strategy of its own: choose on the past, hold for some months, choose again.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use rotor_eval::{PreparedIntervals, TrialSeries, annual_mean, information_ratio, trial_metrics};
use rotor_factor::Date;
use rotor_run::metrics::{Metric, Reason};
use rotor_run::sweep::{
    AsText, MonthReturn, WalkForward, WalkForwardChoice, WalkForwardMonth, WalkForwardRule,
};
use rotor_strategy::{Positions, cost, net_of_cost};

use super::Merged;
use super::judged::Judged;
use crate::choose::Choice;
use crate::compute::{Held, Workshop};
use crate::error::SweepError;
use crate::shared::TrialGround;
use crate::trials::config_of;

/// A choice, and the months in which it is held, by place among the common months.
struct Period {
    trial: usize,
    before: f64,
    months: std::ops::Range<usize>,
}

/// Returns what comes of choosing; `None` if the plan does not ask for it, or there are too few months to choose even once.
pub(super) fn walk_forward(
    workshop: &Workshop<'_>,
    judged: &Judged<'_>,
    merged: &Merged,
    best: Option<usize>,
) -> Result<Option<WalkForward>, SweepError> {
    let Some(rule) = &workshop.plan.walk_forward else { return Ok(None) };
    let periods = periods(workshop, judged, rule);
    let Some(first) = periods.first().map(|period| period.months.start) else { return Ok(None) };
    let mut held: BTreeMap<usize, (Arc<TrialGround>, Held)> = BTreeMap::new();
    for period in &periods {
        if let Entry::Vacant(place) = held.entry(period.trial) {
            place.insert(workshop.held(period.trial)?);
        }
    }
    let day = |month: usize| merged.returns.executions[judged.months[month] as usize];
    let months = first..judged.months.len();
    let mut run = Run::default();
    for period in &periods {
        let (ground, own) = &held[&period.trial];
        let cost_bp = config_of(workshop.plan, period.trial, 0).cost_bp;
        for month in period.months.clone() {
            run.hold(ground, own, day(month), cost_bp);
        }
    }
    let metrics = run.metrics();
    let ratio = |months: &[f64]| information_ratio(months);
    let excess: Vec<f64> = run.excess();
    let n = excess.len();
    let of = |value: Option<f64>| Metric { n, value: value.ok_or(Reason::NothingHeld) };
    let hindsight_of = best.and_then(|best| judged.trials.binary_search(&best).ok());
    let hindsight: Vec<MonthReturn> =
        hindsight_of.map_or_else(Vec::new, |place| judged.months_of(place)[months.clone()].to_vec());
    let over = |months: &[MonthReturn]| -> Vec<f64> { months.iter().map(MonthReturn::excess).collect() };
    let mean = |month: usize| {
        let sum: f64 = (0..judged.trials.len()).map(|place| judged.row(place)[month]).sum();
        sum / judged.trials.len() as f64
    };
    let choices = periods.iter().map(|period| {
        let within: Vec<f64> =
            period.months.clone().filter_map(|month| excess.get(month - first).copied()).collect();
        WalkForwardChoice {
            from: AsText(day(period.months.start)),
            trial: period.trial as u32,
            before: period.before,
            after: ratio(&within).get(),
        }
    });
    let row = |month: usize| {
        Some(WalkForwardMonth {
            execution: AsText(run.days[month]),
            net: run.net[month]?,
            equal_weight: run.equal_weight[month]?,
            hindsight: hindsight.get(month)?.net,
        })
    };
    Ok(Some(WalkForward {
        rule: rule.rule,
        choices: choices.collect(),
        n_months: n,
        excess: annual_mean(&excess),
        information_ratio: ratio(&excess),
        annual_return: of(metrics.annual_return),
        max_drawdown: of(metrics.max_drawdown),
        turnover: of(metrics.turnover),
        hindsight: annual_mean(&over(&hindsight)),
        mean_of_trials: annual_mean(&months.map(mean).collect::<Vec<f64>>()),
        months: (0..run.days.len()).filter_map(row).collect(),
    }))
}

/// Chooses again and again, each time on the months before alone.
fn periods(workshop: &Workshop<'_>, judged: &Judged<'_>, rule: &WalkForwardRule) -> Vec<Period> {
    let n = judged.months.len();
    let choice = Choice { plan: workshop.plan, trials: &judged.trials };
    let mut periods = Vec::new();
    let mut start = rule.first;
    while start < n {
        let from = rule.window.map_or(0, |window| start.saturating_sub(window));
        let months_of = |place: usize| judged.months_of(place)[from..start].to_vec();
        let end = n.min(start + rule.every);
        if let Some(trial) = choice.by(rule.rule, &months_of) {
            let place = judged.trials.binary_search(&trial).unwrap_or_default();
            let before = information_ratio(&judged.row(place)[from..start]).get().unwrap_or(0.0);
            periods.push(Period { trial, before, months: start..end });
        } else if let Some(last) = periods.last_mut() {
            // Nothing can be told apart: what is held is held on.
            let last: &mut Period = last;
            last.months.end = end;
        }
        start = end;
    }
    periods
}

/// The strategy that follows the choices.
#[derive(Default)]
struct Run {
    positions: Positions,
    days: Vec<Date>,
    net: Vec<Option<f64>>,
    equal_weight: Vec<Option<f64>>,
    traded: Vec<f64>,
    risk_free: Vec<Option<f64>>,
    net_values: Vec<f64>,
    is_daily: bool,
}

impl Run {
    /// Changes to what a trial holds from a day on, and holds it to the exit. What is exchanged is paid for, a change of the choice as well.
    fn hold(&mut self, ground: &TrialGround, held: &Held, day: Date, cost_bp: f64) {
        let Ok(execution) = ground.executions.binary_search(&day) else { return };
        let Some(weights) = execution.checked_sub(held.first).and_then(|place| held.weights.get(place))
        else {
            return;
        };
        let sectors = &ground.ground.days[execution];
        let traded = self
            .positions
            .rebalance(weights.iter().map(|(place, weight)| (sectors.sectors[*place as usize], *weight)));
        let gross = self.positions.hold(weights.iter().map(|(place, _)| sectors.returns[*place as usize]));
        self.days.push(day);
        self.traded.push(traded);
        self.net.push(gross.map(|gross| net_of_cost(gross, traded, cost_bp)));
        self.equal_weight.push(ground.equal_weight[execution]);
        self.risk_free.extend(ground.ground.risk_free.get(execution).copied());
        self.is_daily = ground.ground.is_daily();
        if self.is_daily && !weights.is_empty() {
            if self.net_values.is_empty() {
                self.net_values.push(1.0);
            }
            let (at_entry, from) = (self.net_values[self.net_values.len() - 1], self.net_values.len());
            ground.ground.follow(execution, weights, &mut self.net_values);
            for value in &mut self.net_values[from..] {
                *value *= at_entry * (1.0 - cost(traded, cost_bp));
            }
        }
    }

    fn excess(&self) -> Vec<f64> {
        self.net.iter().zip(&self.equal_weight).filter_map(|(net, other)| Some((*net)? - (*other)?)).collect()
    }

    fn metrics(&self) -> rotor_run::sweep::TrialMetrics {
        let none = vec![None; self.days.len()];
        let series = TrialSeries {
            executions: &self.days,
            net: &self.net,
            equal_weight: &self.equal_weight,
            traded: &self.traded,
            risk_free: &self.risk_free,
            net_values: self.is_daily.then_some(self.net_values.as_slice()),
            rank_ics: &none,
        };
        trial_metrics(&series, &mut PreparedIntervals::default())
    }
}
