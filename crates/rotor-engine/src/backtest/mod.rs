//! The replay as a strategy: scores become a ranking, a ranking picks, picks returns.

mod error;
mod hold;
mod nav;
mod signals;

use std::collections::BTreeMap;

use rotor_data::{Dataset, PriceFrequency, Vintage};
use rotor_factor::{AsOf, Date, EntityKind, Released, Scale, Signal, Source, Spec, Value, nearest};
use rotor_plugin::Instance;
use rotor_run::portfolio::Portfolio;
use rotor_run::{Config, KeptTables, OnError, OnMissingInput, ProcessPart, RiskFree, Run, Warning};
use rotor_strategy::{Alternative, CrossSections, FactorScores};

use crate::plan::Plan;
use crate::replay::{Outcome, Replay, ReplayError, TableDays, replay_watched};
use crate::schedule::{Execution, Schedule, schedule};
use crate::views::Views;
use crate::watch::{Counter, Watch};
use signals::Signals;

pub use error::BacktestError;
pub(crate) use nav::growths;

/// A factor of a run.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The factor.
    pub instance: &'a Instance,
    /// Its weight in the total, 0 or more; of weight 0 it counts in nothing.
    pub weight: f64,
}

/// A factor of a run with one of its parameters changed.
#[derive(Clone, Debug)]
pub struct AlternativeMember<'a> {
    /// Position of the factor among the members.
    pub factor: usize,
    /// The parameter.
    pub parameter: String,
    /// Its value.
    pub value: Value,
    /// The factor with it.
    pub instance: &'a Instance,
}

/// A factor that cannot have a score in any month, because the dataset lacks its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingInput {
    /// The factor.
    pub factor: String,
    /// What is missing.
    pub reason: String,
    /// The same in Chinese.
    pub reason_zh: Option<String>,
}

impl From<MissingInput> for Warning {
    fn from(missing: MissingInput) -> Self {
        let MissingInput { factor, reason, reason_zh } = missing;
        Self::MissingInput { factor, reason, reason_zh }
    }
}

/// What a backtest gave.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// The facts.
    pub run: Run,
    /// Its scores and returns by execution, as ranked and held; the evaluation takes them as they are.
    pub cross_sections: CrossSections,
    /// What factors say with other parameters; in the order in which they were given.
    pub alternatives: Vec<Alternative>,
    /// What a reader of the run must know.
    pub warnings: Vec<Warning>,
}

/// Replays a strategy over history.
///
/// Every factor is asked about every execution day of the configuration, and about the last exit for what it says of its own
/// targets. `alternatives` are asked beside them; the run is as it would be without. `watch` hears of each day that is done and may
/// stop the run. The result has the same bits on any number of threads.
///
/// # Errors
///
/// If the configuration does not fit the dataset, no factor ever has a score, or a factor fails and the run is to stop then.
/// [`BacktestError::Stopped`] if the watcher stops it.
pub fn backtest(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
    alternatives: &[AlternativeMember<'_>],
    watch: &dyn Watch,
) -> Result<Backtest, BacktestError> {
    backtest_until(dataset, config, members, alternatives, Date::MAX, watch)
}

/// As [`backtest`], of the executions that have ended by `until`.
pub(crate) fn backtest_until(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
    alternatives: &[AlternativeMember<'_>],
    until: Date,
    watch: &dyn Watch,
) -> Result<Backtest, BacktestError> {
    let plan = checked_plan(dataset, config, members)?;
    let schedule = checked_schedule(dataset, config, &plan, until)?;
    let benchmarks = benchmarks(dataset, config)?;
    let mut warnings = Vec::new();
    if dataset.manifest().price_frequency == PriceFrequency::MonthEnd {
        warnings.push(Warning::SharedClose);
    }
    stop_without_inputs(dataset, config, members, &plan)?;
    let refused = refused(members, &plan);
    let can_count =
        |(factor, member): (usize, &Member<'_>)| member.weight > 0.0 && plan.refusal(factor).is_none();
    if !members.iter().enumerate().any(can_count) {
        return Err(BacktestError::NeverLive { reasons: pairs(refused) });
    }
    warnings.extend(refused.into_iter().map(Warning::from));

    let executions = schedule.executions.clone();
    let mut days: Vec<AsOf> = executions.iter().map(|execution| execution.as_of).collect();
    let tables = match config.tables {
        KeptTables::Last => days.last().map_or(TableDays::All, |last| TableDays::Only(*last)),
        KeptTables::All => TableDays::All,
    };
    days.extend(executions.last().map(|last| AsOf(last.exit)));
    let others = alternatives.iter().map(|alternative| alternative.instance);
    let instances: Vec<&Instance> = members.iter().map(|member| member.instance).chain(others).collect();
    let asked = plan.and(dataset, alternatives.iter().map(|alternative| alternative.instance.spec()));
    let counter = Counter::new(watch, Some(days.len()));
    let mut replay = replay_watched(dataset, &asked, &instances, &days, tables, &counter)
        .map_err(|error| culprit(dataset, members, &days, error))?;
    let outcomes_of_alternatives = replay.outcomes.split_off(members.len());
    stop_at_failure(config, members, &plan, &replay, &days[..executions.len()])?;
    warnings.extend(process_changed(&instances, &replay.changed));

    let signals = Signals::new(dataset, members, executions, replay);
    let mut run = signals.begin_run();
    run.risk_free = risk_free(dataset, config, &signals.executions)?;
    signals.record_scores(&mut run);
    signals.record_numbers(&mut run, config.tables);
    signals.record_sector_returns(&mut run);
    let cross_sections = CrossSections::new(&run);
    let Some(first_kept) = cross_sections.first_live(&signals.weights()) else {
        return Err(BacktestError::NeverLive { reasons: most_frequent_reasons(&run) });
    };
    warn_of_schedule(dataset, config, &schedule, &mut warnings);
    signals.record_holdings(&mut run, &cross_sections, config, &benchmarks, first_kept, &mut warnings);
    warn(&signals, &cross_sections, &plan, config, first_kept, &mut warnings);
    warnings.extend(not_fresh(&signals, &plan, &benchmarks));
    let assumed = members
        .iter()
        .zip(&run.scales)
        .filter(|(member, _)| member.instance.spec().declared_scale().is_none());
    warnings.extend(assumed.map(|(member, scale)| Warning::AssumedScale {
        factor: member.instance.spec().name().into(),
        scale: *scale,
    }));
    let alternatives = alternatives.iter().zip(&outcomes_of_alternatives).map(|(alternative, outcomes)| {
        let scale = alternative.instance.spec().declared_scale().unwrap_or(run.scales[alternative.factor]);
        let of_day = |(outcome, sectors): (&Outcome, &Vec<u32>)| match outcome {
            Ok(signal) => FactorScores::of(signal).on_scale(scale),
            Err(_) => FactorScores::none(sectors.len()),
        };
        Alternative {
            factor: alternative.factor,
            parameter: alternative.parameter.clone(),
            value: alternative.value.clone(),
            scores: outcomes
                .iter()
                .zip(&signals.sectors)
                .take(signals.executions.len())
                .map(of_day)
                .collect(),
        }
    });
    let alternatives = alternatives.collect();
    Ok(Backtest { run, cross_sections, alternatives, warnings })
}

/// What libraries in this process changed of it.
fn process_changed(instances: &[&Instance], parts: &[rotor_plugin::ProcessPart]) -> Option<Warning> {
    let mut factors: Vec<String> = Vec::new();
    for instance in instances.iter().filter(|instance| instance.is_loaded_here()) {
        let name = instance.spec().name().to_owned();
        if !factors.contains(&name) {
            factors.push(name);
        }
    }
    let part = |part: &rotor_plugin::ProcessPart| match part {
        rotor_plugin::ProcessPart::Directory => ProcessPart::WorkingDirectory,
        rotor_plugin::ProcessPart::Umask => ProcessPart::Umask,
        rotor_plugin::ProcessPart::Locale => ProcessPart::Locale,
        rotor_plugin::ProcessPart::SignalHandlers => ProcessPart::SignalHandlers,
        rotor_plugin::ProcessPart::ResourceLimits => ProcessPart::ResourceLimits,
    };
    let parts: Vec<ProcessPart> = parts.iter().map(part).collect();
    (!parts.is_empty()).then_some(Warning::ProcessChanged { factors, parts })
}

/// The scale of the scores of a factor: the declared one, or points if every score is 1, 2 or 3.
pub(crate) fn scale_of<'o>(spec: &Spec, outcomes: impl IntoIterator<Item = &'o Outcome>) -> Scale {
    spec.declared_scale().unwrap_or_else(|| {
        let are_points = |signal: &Signal| {
            (0..signal.n_sectors())
                .filter_map(|sector| signal.score_of(sector).ok())
                .all(|score| [1.0, 2.0, 3.0].contains(&score))
        };
        if outcomes.into_iter().flatten().all(are_points) { Scale::Points } else { Scale::Continuous }
    })
}

/// The riskless rate known on each execution day, in percent a year; nothing for a rate of 0.
pub(crate) fn risk_free(
    dataset: &Dataset,
    config: &Config,
    executions: &[Execution],
) -> Result<Vec<Option<f64>>, BacktestError> {
    let name = match &config.risk_free {
        RiskFree::Rate(rate) if *rate == 0.0 => return Ok(Vec::new()),
        RiskFree::Rate(rate) => return Ok(vec![Some(*rate); executions.len()]),
        RiskFree::Series(name) => name,
    };
    let market = dataset.market();
    let Some((series, market)) = dataset.find_series(name).zip(market) else {
        let names = dataset.series().iter().map(|series| series.name.as_str());
        return Err(BacktestError::NoRiskFree {
            dataset: dataset.manifest().name.clone(),
            series: name.clone(),
            nearest: nearest(name, names).map(Into::into),
        });
    };
    let mut vintages =
        dataset.archive().vintages(series).filter(|vintage| vintage.entity == market).peekable();
    let mut newest: Option<Vintage> = None;
    let rate = |execution: &Execution| {
        while let Some(vintage) = vintages.next_if(|vintage| vintage.released.is_public(execution.as_of)) {
            if newest.is_none_or(|newest| newest.period.end() <= vintage.period.end()) {
                newest = Some(vintage);
            }
        }
        newest.map(|newest| newest.value)
    };
    Ok(executions.iter().map(rate).collect())
}

/// Returns the factors that cannot have a score in any month, with the inputs that the dataset lacks.
///
/// # Errors
///
/// As [`backtest`], if factors or universe do not fit the dataset.
pub fn missing_inputs(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
) -> Result<Vec<MissingInput>, BacktestError> {
    Ok(refused(members, &checked_plan(dataset, config, members)?))
}

/// The factors that cannot have a score, with what they lack.
fn refused(members: &[Member<'_>], plan: &Plan) -> Vec<MissingInput> {
    let missing = |(factor, member): (usize, &Member<'_>)| {
        let (reason, reason_zh) = (plan.refusal(factor)?, plan.refusal_zh(factor));
        Some(MissingInput { factor: member.instance.spec().name().to_owned(), reason, reason_zh })
    };
    members.iter().enumerate().filter_map(missing).collect()
}

/// Factors with their reasons, for errors.
fn pairs(missing: Vec<MissingInput>) -> Vec<(String, String)> {
    missing.into_iter().map(|missing| (missing.factor, missing.reason)).collect()
}

/// Refuses a dataset that lacks inputs, if the configuration says so.
pub(crate) fn stop_without_inputs(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
    plan: &Plan,
) -> Result<(), BacktestError> {
    let missing = refused(members, plan);
    if missing.is_empty() || config.on_missing_input == OnMissingInput::Warn {
        return Ok(());
    }
    let dataset = dataset.manifest().name.clone();
    Err(BacktestError::MissingInputs { dataset, missing: pairs(missing) })
}

pub(crate) fn checked_schedule(
    dataset: &Dataset,
    config: &Config,
    plan: &Plan,
    until: Date,
) -> Result<Schedule, BacktestError> {
    if let Some(end) = config.end.filter(|end| *end < config.start) {
        return Err(BacktestError::Reversed { start: config.start, end });
    }
    let mut schedule = schedule(dataset, config, &plan.universe)?;
    schedule.executions.retain(|execution| execution.exit <= until);
    if schedule.executions.is_empty() {
        let days = dataset.calendar().days();
        return Err(BacktestError::NoExecutions {
            dataset: dataset.manifest().name.clone(),
            start: config.start,
            end: config.end,
            days: days.first().copied().zip(days.last().copied()),
        });
    }
    Ok(schedule)
}

/// Holds one factor and the universe of a configuration against a dataset.
///
/// # Errors
///
/// If the universe names what is not there or leaves nothing.
pub fn plan_of(dataset: &Dataset, config: &Config, instance: &Instance) -> Result<Plan, BacktestError> {
    checked_plan(dataset, config, &[Member { instance, weight: 1.0 }])
}

/// Holds the factors and the universe of a configuration against a dataset.
///
/// # Errors
///
/// If no factor counts, two have one name, or the universe names what is not there or leaves nothing.
pub(crate) fn checked_plan(
    dataset: &Dataset,
    config: &Config,
    members: &[Member<'_>],
) -> Result<Plan, BacktestError> {
    if !members.iter().any(|member| member.weight > 0.0) {
        return Err(BacktestError::NoFactors);
    }
    let specs: Vec<&Spec> = members.iter().map(|member| member.instance.spec()).collect();
    Ok(Plan::new(dataset, &specs)?.with_universe(universe(dataset, config)?))
}

/// For each sector of the dataset, in its order, whether it belongs to the universe of a configuration; empty if all do.
///
/// # Errors
///
/// If the configuration names a sector that is not there or leaves none.
pub fn universe(dataset: &Dataset, config: &Config) -> Result<Vec<bool>, BacktestError> {
    if config.exclude.is_empty() && config.groups.is_empty() {
        return Ok(Vec::new());
    }
    let excluded = config
        .exclude
        .iter()
        .map(|code| find(dataset, "exclude", EntityKind::Sector, code))
        .collect::<Result<Vec<usize>, _>>()?;
    let takes_part = |position: &usize| {
        let group = dataset.entities()[*position].group;
        let in_groups = config.groups.is_empty() || group.is_some_and(|group| config.groups.contains(&group));
        in_groups && !excluded.contains(position)
    };
    let universe: Vec<bool> = dataset.of_kind(EntityKind::Sector).iter().map(takes_part).collect();
    if !universe.contains(&true) {
        return Err(BacktestError::NoSectors { dataset: dataset.manifest().name.clone() });
    }
    Ok(universe)
}

/// The positions of the benchmarks.
fn benchmarks(dataset: &Dataset, config: &Config) -> Result<Vec<usize>, BacktestError> {
    let benchmarks = named_benchmarks(dataset, config)?;
    let code = |benchmark: &usize| dataset.entities()[*benchmark].code.clone();
    match benchmarks.iter().map(code).find(|code| Portfolio::from_name(code).is_some()) {
        Some(code) => Err(BacktestError::ReservedCode { dataset: dataset.manifest().name.clone(), code }),
        None => Ok(benchmarks),
    }
}

fn named_benchmarks(dataset: &Dataset, config: &Config) -> Result<Vec<usize>, BacktestError> {
    if config.benchmarks.is_empty() {
        return Ok(dataset.of_kind(EntityKind::Benchmark).to_vec());
    }
    let mut found = config
        .benchmarks
        .iter()
        .map(|code| find(dataset, "benchmarks", EntityKind::Benchmark, code))
        .collect::<Result<Vec<usize>, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn find(dataset: &Dataset, key: &'static str, kind: EntityKind, code: &str) -> Result<usize, BacktestError> {
    let of_kind = |position: &usize| dataset.entities()[*position].kind == kind;
    dataset.find_entity(code).filter(of_kind).ok_or_else(|| {
        let known: Vec<String> =
            dataset.of_kind(kind).iter().map(|entity| dataset.entities()[*entity].code.clone()).collect();
        BacktestError::UnknownEntity {
            key,
            kind,
            dataset: dataset.manifest().name.clone(),
            code: code.into(),
            nearest: nearest(code, known.iter().map(String::as_str)).map(Into::into),
            known,
        }
    })
}

/// Finds the factor whose windows do not fit.
pub(crate) fn culprit(
    dataset: &Dataset,
    members: &[Member<'_>],
    days: &[AsOf],
    error: ReplayError,
) -> BacktestError {
    let error = match error {
        ReplayError::Sweep(error) => error,
        ReplayError::Stopped => return BacktestError::Stopped,
        ReplayError::WroteInputs { factor, library, as_of } => {
            return BacktestError::WroteInputs { factor, library, as_of: as_of.0 };
        }
    };
    let (first, last) = (days[0], days[days.len() - 1]);
    let fails = |member: &&Member<'_>| {
        let plan = Plan::new(dataset, &[member.instance.spec()]).expect("one factor has one name");
        Views::new(dataset, &plan, first, last).is_err()
    };
    let factor = members.iter().find(fails).or(members.first());
    let factor = factor.map_or(String::new(), |member| member.instance.spec().name().into());
    BacktestError::Window { factor, error }
}

/// Ends a run or note in which a factor failed on one of the days, if the configuration says so: the first day, then the first
/// factor.
pub(crate) fn stop_at_failure(
    config: &Config,
    members: &[Member<'_>],
    plan: &Plan,
    replay: &Replay,
    days: &[AsOf],
) -> Result<(), BacktestError> {
    if config.on_error == OnError::Skip {
        return Ok(());
    }
    for (day, as_of) in days.iter().enumerate() {
        for (factor, member) in
            members.iter().enumerate().filter(|(factor, _)| plan.refusal(*factor).is_none())
        {
            if let Err(error) = &replay.outcomes[factor][day] {
                let (factor, reason) = (member.instance.spec().name().into(), error.to_string());
                let (as_of, hint) = (as_of.0, error.hint());
                return Err(BacktestError::FactorFailed { factor, as_of, reason, hint });
            }
        }
    }
    Ok(())
}

/// For each factor the reason that it gives most often.
fn most_frequent_reasons(run: &Run) -> Vec<(String, String)> {
    let mut counts: BTreeMap<(u32, &str), usize> = BTreeMap::new();
    for score in &run.scores {
        let reason = score.reason.map_or("", |reason| &run.reasons.get(reason).text);
        *counts.entry((score.factor, reason)).or_default() += 1;
    }
    let reason = |factor: u32| {
        let of_factor = counts.iter().filter(|((of, reason), _)| *of == factor && !reason.is_empty());
        of_factor.max_by_key(|(_, n)| **n).map_or("no reason given", |((_, reason), _)| reason).to_owned()
    };
    let factors = run.factors.iter().enumerate();
    factors.map(|(factor, name)| (name.clone(), reason(factor as u32))).collect()
}

/// Adds what a reader must know of the factors and the months.
fn warn(
    signals: &Signals<'_>,
    cross_sections: &CrossSections,
    plan: &Plan,
    config: &Config,
    first_kept: usize,
    warnings: &mut Vec<Warning>,
) {
    let n_days = signals.executions.len();
    let day = |position: usize| signals.executions[position].as_of.0;
    for (factor, member) in signals.members.iter().enumerate() {
        if plan.refusal(factor).is_some() {
            continue;
        }
        let mut failures =
            (0..n_days).filter_map(|day| Some((day, signals.outcomes[factor][day].as_ref().err()?)));
        if let Some((first, error)) = failures.next() {
            warnings.push(Warning::FactorFailed {
                factor: member.instance.spec().name().into(),
                n_days: 1 + failures.count(),
                first: day(first),
                reason: error.to_string(),
                reason_zh: error.text_zh(),
            });
        }
    }
    if first_kept > 0 {
        warnings.push(Warning::Skipped { n_days: first_kept, first_kept: day(first_kept) });
    }
    let weights = signals.weights();
    let is_silent = |day: &usize| !cross_sections.days[*day].has_live_factor(&weights);
    let silent = (first_kept..n_days).filter(is_silent);
    let days: Vec<Date> = silent.map(day).collect();
    if !days.is_empty() {
        warnings.push(Warning::NothingLive { days });
    }
    let reads_bridge = |(factor, member): (usize, &Member<'_>)| {
        let mut inputs = member.instance.spec().inputs().iter();
        // By convention a factor that reads the bridge has a parameter of this name, and waits for it at this value.
        let waits = config.of_factor(member.instance.spec().name()).parameters.get("bridge")
            == Some(&Value::Text("public".into()));
        plan.refusal(factor).is_none()
            && !waits
            && inputs.any(|input| matches!(input.source(), Source::Bridge))
    };
    if signals.members.iter().enumerate().any(reads_bridge) {
        let mut first_release: BTreeMap<u32, Released> = BTreeMap::new();
        for row in signals.dataset.bridge() {
            let first = first_release.entry(row.sector).or_insert(row.released);
            *first = row.released.min(*first);
        }
        let is_early = |(execution, sectors): &(&Execution, &Vec<u32>)| {
            let mut released = sectors.iter().filter_map(|sector| first_release.get(sector));
            released.any(|released| !released.is_public(execution.as_of))
        };
        let n_days = signals.executions.iter().zip(&signals.sectors).filter(is_early).count();
        if n_days > 0 {
            warnings.push(Warning::EarlyMapping { n_days });
        }
    }
}

/// Adds what a reader must know of executions that there are not, or not when they were asked for.
fn warn_of_schedule(dataset: &Dataset, config: &Config, schedule: &Schedule, warnings: &mut Vec<Warning>) {
    let Schedule { executions, without_release, without_closes, not_replayed } = schedule;
    let first = executions.first().map(|execution| execution.as_of.0);
    if let Some(first) = first.filter(|first| first.month() > config.start) {
        let first_trading_day = dataset.calendar().days().first().copied().unwrap_or(first);
        warnings.push(Warning::LateStart { start: config.start, first, first_trading_day });
    }
    if !without_closes.is_empty() {
        warnings.push(Warning::MonthsWithoutCloses { months: without_closes.clone() });
    }
    if !not_replayed.is_empty() {
        warnings.push(Warning::DataEnded { days: not_replayed.clone() });
    }
    if !without_release.is_empty() {
        warnings.push(Warning::NotReleased { days: without_release.clone() });
    }
}

/// The sectors and benchmarks that were left out on some days because their closes were not fresh, each with its last close.
fn not_fresh(signals: &Signals<'_>, plan: &Plan, benchmarks: &[usize]) -> Vec<Warning> {
    let dataset = signals.dataset;
    let warning = |entity: usize, days: Vec<Date>| {
        let (last_close, _) = dataset.last_close(entity, *days.first()?)?;
        let code = dataset.entities()[entity].code.clone();
        Some(Warning::NotFresh { entity: code, last_close, n_days: days.len() })
    };
    let is_stale = |entity: usize, day: Date| {
        dataset.fresh_close(entity, day).is_none() && dataset.last_close(entity, day).is_some()
    };
    let of_sector = |(row, sector): (usize, &usize)| {
        plan.universe.get(row).is_none_or(|takes_part| *takes_part).then_some(())?;
        let days = signals.executions.iter().map(|execution| execution.as_of.0);
        let is_left_out =
            |day: &Date| dataset.entities()[*sector].is_valid_on(*day) && is_stale(*sector, *day);
        warning(*sector, days.filter(is_left_out).collect())
    };
    let of_benchmark = |benchmark: &usize| {
        let entries = signals.executions.iter().map(|execution| execution.entry);
        let days = entries.chain(signals.executions.last().map(|execution| execution.exit));
        warning(*benchmark, days.filter(|day| is_stale(*benchmark, *day)).collect())
    };
    let sectors = dataset.of_kind(EntityKind::Sector).iter().enumerate().filter_map(of_sector);
    sectors.chain(benchmarks.iter().filter_map(of_benchmark)).collect()
}
