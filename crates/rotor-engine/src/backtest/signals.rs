//! The signals of all factors, written down as the facts of a run.

use std::collections::BTreeMap;

use rotor_data::Dataset;
use rotor_factor::{AsOf, EntityKind, EntityRef, Explanation, Month, Scale, Signal};
use rotor_plugin::CallError;
use rotor_run::{
    Diagnostic, Execution as RunExecution, FactorTable, Forecast, History, KeptTables, Run, Score,
    ScoreReason, SectorReturn,
};

use super::{Member, scale_of};
use crate::realized::{Computed, Published};
use crate::replay::{Outcome, Replay};
use crate::returns::sector_return;
use crate::schedule::Execution;

/// The signals of every factor on every execution day, and on the last exit.
pub(super) struct Signals<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) members: &'a [Member<'a>],
    pub(super) executions: Vec<Execution>,
    /// The sectors of each day, by position among the entities.
    pub(super) sectors: Vec<Vec<u32>>,
    pub(super) outcomes: Vec<Vec<Outcome>>,
}

impl<'a> Signals<'a> {
    pub(super) fn new(
        dataset: &'a Dataset,
        members: &'a [Member<'a>],
        executions: Vec<Execution>,
        replay: Replay,
    ) -> Self {
        let of_kind = dataset.of_kind(EntityKind::Sector);
        let entity = |row: &u32| of_kind[*row as usize] as u32;
        let sectors = replay.sectors.iter().map(|rows| rows.iter().map(entity).collect()).collect();
        Self { dataset, members, executions, sectors, outcomes: replay.outcomes }
    }

    /// Returns the weight of each factor.
    pub(super) fn weights(&self) -> Vec<f64> {
        self.members.iter().map(|member| member.weight).collect()
    }

    /// The scale of each factor, as far as the executions tell.
    fn scales(&self) -> Vec<Scale> {
        let of = |(member, outcomes): (&Member<'_>, &Vec<Outcome>)| {
            scale_of(member.instance.spec(), &outcomes[..self.executions.len()])
        };
        self.members.iter().zip(&self.outcomes).map(of).collect()
    }

    /// Returns a run that knows its days, factors and entities.
    pub(super) fn begin_run(&self) -> Run {
        let day = |execution: &Execution| RunExecution {
            as_of: execution.as_of.0,
            month: self.dataset.last_complete_month(execution.as_of).unwrap_or(Month::MIN),
            exit: execution.exit,
            is_kept: false,
        };
        Run {
            entities: self.dataset.entities().to_vec(),
            factors: self.members.iter().map(|member| member.instance.spec().name().to_owned()).collect(),
            executions: self.executions.iter().map(day).collect(),
            scales: self.scales(),
            ..Run::default()
        }
    }

    /// Writes down the score of every factor for every sector.
    pub(super) fn record_scores(&self, run: &mut Run) {
        let n_rows: usize = self.sectors.iter().map(Vec::len).sum();
        run.scores.reserve(n_rows * self.members.len());
        for day in 0..self.executions.len() {
            for (factor, outcomes) in self.outcomes.iter().enumerate() {
                let failure = outcomes[day].as_ref().err().map(|error| run.reasons.id(of_failure(error)));
                for (position, sector) in self.sectors[day].iter().enumerate() {
                    let (score, raw, reason) = match &outcomes[day] {
                        Ok(signal) => match signal.score_of(position) {
                            Ok(score) => (Some(score), signal.raw_of(position), None),
                            Err(reason) => {
                                (None, signal.raw_of(position), Some(run.reasons.id(of_sector(reason))))
                            }
                        },
                        Err(_) => (None, None, failure),
                    };
                    let (execution, factor) = (day as u32, factor as u32);
                    run.scores.push(Score { execution, factor, sector: *sector, score, raw, reason });
                }
            }
        }
    }

    /// Writes down the return of every sector up to the exit.
    pub(super) fn record_sector_returns(&self, run: &mut Run) {
        for (day, execution) in self.executions.iter().enumerate() {
            let return_of = |sector: &u32| {
                let value = sector_return(self.dataset, *sector as usize, execution.entry, execution.exit);
                value.expect("a sector of the cross-section has a close")
            };
            run.sector_returns.extend(self.sectors[day].iter().map(|sector| SectorReturn {
                execution: day as u32,
                sector: *sector,
                value: return_of(sector),
            }));
        }
    }

    /// Writes down forecasts, diagnostics and tables.
    pub(super) fn record_numbers(&self, run: &mut Run, tables: KeptTables) {
        let computed: Vec<Computed> = self.outcomes.iter().map(|outcomes| self.computed(outcomes)).collect();
        let mut published: BTreeMap<String, Option<Published>> = BTreeMap::new();
        for day in 0..self.executions.len() {
            let as_of = self.executions[day].as_of.0;
            for (factor, computed) in computed.iter().enumerate() {
                let Ok(signal) = &self.outcomes[factor][day] else { continue };
                let entity = |entity: EntityRef| self.entity(day, entity);
                let (execution, at) = (day as u32, factor as u32);
                // Forecasts of several periods of an entity stand side by side.
                let mut known: Option<(&str, u32, Option<History>)> = None;
                for forecast in signal.forecasts() {
                    let target = forecast.target.as_ref();
                    if !published.contains_key(target) {
                        published.insert(target.to_owned(), Published::of(self.dataset, target));
                    }
                    // Only the publisher's value counts as realised.
                    let of = entity(forecast.entity);
                    let series = published.get(target).and_then(Option::as_ref);
                    let realized = match series {
                        Some(published) => published.find(of, forecast.period, as_of),
                        None => computed.find(target, of, forecast.period, as_of),
                    };
                    let history = match (known, series) {
                        (Some((of_target, of_entity, history)), _)
                            if (of_target, of_entity) == (target, of) =>
                        {
                            history
                        }
                        (_, Some(published)) => published.history(of, as_of),
                        (_, None) => computed.history(target, of, as_of),
                    };
                    known = Some((target, of, history));
                    run.forecasts.push(Forecast {
                        execution,
                        factor: at,
                        target: run.texts.id(target),
                        entity: of,
                        period: forecast.period.end(),
                        forecast: forecast.value,
                        naive: forecast.naive,
                        realized,
                        history,
                    });
                }
                self.record_diagnostics(run, day, at, signal);
                // A factor may give tables that nobody has asked for.
                let is_kept = tables == KeptTables::All || day + 1 == self.executions.len();
                for table in signal.tables().iter().filter(|_| is_kept) {
                    let table = table.clone();
                    run.tables.push(FactorTable { execution, factor: at, table });
                }
            }
        }
    }

    /// Writes down the diagnostics of a signal, by entity; of one entity in the order in which the factor gives them.
    fn record_diagnostics(&self, run: &mut Run, day: usize, factor: u32, signal: &Signal) {
        let first = run.diagnostics.len();
        let mut kinds: Vec<EntityKind> =
            signal.diagnostics().iter().map(|diagnostic| diagnostic.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in &kinds {
            let of_kind = signal.diagnostics().iter().filter(|diagnostic| diagnostic.kind == *kind);
            let named: Vec<_> =
                of_kind.map(|diagnostic| (run.texts.id(&diagnostic.name), &diagnostic.values)).collect();
            let n_entities = named.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
            for position in 0..n_entities {
                let entity = self.entity(day, EntityRef { kind: *kind, position });
                let values = named.iter().filter(|(_, values)| position < values.len());
                run.diagnostics.extend(values.filter_map(|(name, values)| {
                    let value = values.get(position)?;
                    Some(Diagnostic { execution: day as u32, factor, entity, name: *name, value })
                }));
            }
        }
        if kinds.len() > 1 {
            run.diagnostics[first..].sort_by_key(|diagnostic| diagnostic.entity);
        }
    }

    /// What a factor said of its own targets on all days.
    fn computed(&self, outcomes: &[Outcome]) -> Computed {
        let mut computed = Computed::default();
        let last = self.executions.last().map(|execution| AsOf(execution.exit));
        let days = self.executions.iter().map(|execution| execution.as_of).chain(last);
        for (day, (as_of, outcome)) in days.zip(outcomes).enumerate() {
            for realized in outcome.iter().flat_map(Signal::realized_values) {
                let entity = self.entity(day, realized.entity);
                computed.push(&realized.target, entity, realized.period, as_of.0, realized.value);
            }
        }
        computed.sorted()
    }

    /// The position among the entities of what a factor calls by its place in the view of a day.
    fn entity(&self, day: usize, entity: EntityRef) -> u32 {
        match entity.kind {
            EntityKind::Sector => self.sectors[day][entity.position],
            kind => self.dataset.of_kind(kind)[entity.position] as u32,
        }
    }
}

/// Why one sector has no score.
fn of_sector(reason: &Explanation) -> ScoreReason {
    ScoreReason {
        code: reason.code().map(Into::into),
        text: reason.text().into(),
        text_zh: reason.text_zh().map(Into::into),
    }
}

/// Why no sector has a score.
fn of_failure(error: &CallError) -> ScoreReason {
    ScoreReason { code: error.code().map(Into::into), text: error.to_string(), text_zh: error.text_zh() }
}
