//! From all parts of a sweep to its folder: every trial judged as one of many.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use rotor::{Catalogue, LedgerChoice, Notice, REPORT_FILE, engine_record};
use rotor_factor::Date;
use rotor_fs::{from_start, sha256};
use rotor_report::words::Lang;
use rotor_run::ledger::{Headline, Ledger, Trial, strategy_hash};
use rotor_run::sweep::{
    PartFactor, SWEEP_FORMAT, Sweep, SweepPlan, SweepRecord, TrialReturns, read_part, read_sweep, write_sweep,
};
use rotor_run::{LedgerAbsence, Setting, TrialsRecord, TrialsSource};
use serde_json::{Value as Json, json};

use crate::compute::Workshop;
use crate::error::SweepError;
use crate::run::{Runner, SweepStatus, sound_parts};
use crate::statistics::{Merged, Tried, statistics};
use crate::trials::config_of;

/// Months in a year.
const YEAR: f64 = 12.0;

/// A merged sweep with what came up on the way.
#[derive(Debug)]
pub struct MergedSweep {
    /// The sweep.
    pub sweep: Sweep,
    /// What a user must know of the ledger of trials.
    pub notices: Vec<Notice>,
}

impl Runner {
    /// Merges the parts in a folder: judges all trials, writes the tables, the statistics and the page, and adds the trials to the ledger.
    ///
    /// The bytes are those of one process, whoever computed the parts. A sweep that is merged already is read. With
    /// `n_shards` what is missing is named by the shards of so many.
    ///
    /// # Errors
    ///
    /// [`SweepError::Missing`] until every part is there; if a part belongs to another plan or came out in two ways; if the disk refuses.
    pub fn merge(
        &self,
        folder: &Path,
        ledger: &LedgerChoice,
        lang: Option<Lang>,
        n_shards: Option<usize>,
    ) -> Result<MergedSweep, SweepError> {
        match read_sweep(folder) {
            Ok(sweep) if sweep.plan == self.plan => return Ok(MergedSweep { sweep, notices: Vec::new() }),
            // Whatever is wrong with it: the parts decide.
            _ => {}
        }
        let status = SweepStatus::of(folder, &self.plan)?;
        if !status.missing.is_empty() {
            let n_shards = n_shards.unwrap_or(status.n_parts);
            return Err(SweepError::Missing {
                n: status.missing.len(),
                of: status.n_parts,
                missing: status.missing_shards(n_shards),
                n_shards,
            });
        }
        let merged = merged(folder, &self.plan)?;
        let mut notices = Vec::new();
        let counted = Counted::new(self, ledger, &merged.factors, &mut notices);
        let workshop = Workshop::new(&self.plan, &self.dataset, &self.factors, Some(folder.into()));
        let (trials, statistics) = statistics(&workshop, &merged, counted.tried)?;
        let mut sweep = Sweep {
            plan: self.plan.clone(),
            trials,
            conditions: merged.results.into_iter().map(|mut results| results.split_off(1)).collect(),
            returns: merged.returns,
            statistics,
            record: SweepRecord {
                format: SWEEP_FORMAT,
                plan: self.plan.hash.clone(),
                engine: engine_record(),
                trials: counted.record(),
                report: None,
                files: [].into_iter().collect(),
            },
        };
        // Counted before anybody sees a result.
        counted.append(self, &sweep, folder, &mut notices);
        if !notices.is_empty() {
            sweep.record.trials.ledger = Some(LedgerAbsence::Unavailable);
        }
        let page = lang.map(|lang| crate::page::report(&sweep, lang));
        sweep.record.report = lang.map(crate::page::record);
        sweep.record = write_sweep(folder, &sweep, page.as_deref().map(|page| (REPORT_FILE, page)))?;
        // What they held is in the tables now.
        for below in ["parts", "scores"] {
            let _ = std::fs::remove_dir_all(from_start(&folder.join(below)));
        }
        Ok(MergedSweep { sweep, notices })
    }
}

/// Reads every part.
fn merged(folder: &Path, plan: &SweepPlan) -> Result<Merged, SweepError> {
    let files = sound_parts(folder, plan)?;
    let parts: Result<Vec<_>, _> = files.par_iter().map(|file| read_part(plan, file)).collect();
    let parts = parts?;
    let mut days: BTreeSet<Date> = BTreeSet::new();
    for row in parts.iter().flat_map(|part| &part.rows) {
        days.extend(row.months.iter().map(|(day, _)| *day));
    }
    let executions: Vec<Date> = days.into_iter().collect();
    let mut merged = Merged {
        results: Vec::with_capacity(plan.n_trials()),
        returns: TrialReturns { executions, trials: Vec::with_capacity(plan.n_trials()) },
        factors: Vec::new(),
    };
    let mut known = BTreeSet::new();
    for part in parts {
        for row in part.rows {
            let executions = &merged.returns.executions;
            let month = |(day, month): (Date, rotor_run::sweep::MonthReturn)| rotor_run::sweep::MonthReturn {
                execution: executions.binary_search(&day).unwrap_or_default() as u32,
                ..month
            };
            let months = row.months.into_iter().map(month).collect();
            merged.returns.trials.push(months);
            merged.results.push(row.results);
        }
        for factor in part.factors {
            if known.insert(factor_key(
                &factor.factor,
                factor.parameters.iter().map(|(name, value)| (name.as_str(), value)),
            )) {
                merged.factors.push(factor);
            }
        }
    }
    Ok(merged)
}

/// The name of a factor with parameters.
fn factor_key<'p>(factor: &str, parameters: impl Iterator<Item = (&'p str, &'p Json)>) -> String {
    let mut parameters: Vec<String> =
        parameters.map(|(name, value)| format!("{name}={}", rotor_run::sweep::label(value))).collect();
    parameters.sort();
    format!("{factor} {}", parameters.join(" "))
}

/// How many strategies and factors were tried on the dataset, and the ledger that is to know of these.
struct Counted {
    tried: Tried,
    source: TrialsSource,
    absence: Option<LedgerAbsence>,
    ledger: Option<Ledger>,
    /// The configurations on this data that the ledger knows.
    known: BTreeSet<String>,
}

impl Counted {
    fn new(
        runner: &Runner,
        choice: &LedgerChoice,
        factors: &[PartFactor],
        notices: &mut Vec<Notice>,
    ) -> Self {
        let plan = &runner.plan;
        let own: BTreeSet<String> = factors
            .iter()
            .map(|one| {
                let mut parameters = changed_parameters(runner, &one.factor);
                for (name, value) in &one.parameters {
                    parameters.retain(|(known, _)| known != name);
                    if default_of(runner, &one.factor, name).as_ref() != Some(value) {
                        parameters.push((name.clone(), value.clone()));
                    }
                }
                factor_key(&one.factor, parameters.iter().map(|(name, value)| (name.as_str(), value)))
            })
            .collect();
        let mut counted = Self {
            tried: Tried {
                strategies: plan.n_trials() as u64 + u64::from(plan.walk_forward.is_some()),
                factors: own.len() as u64,
            },
            source: TrialsSource::None,
            absence: None,
            ledger: None,
            known: BTreeSet::new(),
        };
        let ledger = match choice {
            LedgerChoice::At(path) => Ledger::at(path.clone()),
            LedgerChoice::Off => {
                counted.absence = Some(LedgerAbsence::Off);
                return counted;
            }
            LedgerChoice::NoHome => {
                counted.absence = Some(LedgerAbsence::Unavailable);
                notices.push(Notice::NoLedgerHome);
                return counted;
            }
        };
        match ledger.read() {
            Ok(history) => {
                let data = plan.data.trial_data(&plan.dataset.name);
                let mut of_factors = own;
                for trial in history.of_dataset(data.line()) {
                    counted.known.insert(trial.config.clone());
                    of_factors.extend(trial.factors.iter().map(|factor| key_of_trial(trial, factor)));
                }
                let walk = walk_forward_id(plan);
                let ids: BTreeSet<&str> = plan
                    .trials
                    .iter()
                    .map(|trial| trial.id.as_str())
                    .chain(walk.as_deref())
                    .chain(counted.known.iter().map(String::as_str))
                    .collect();
                counted.tried = Tried { strategies: ids.len() as u64, factors: of_factors.len() as u64 };
                counted.source = TrialsSource::Ledger;
                counted.ledger = Some(ledger);
            }
            Err(error) => {
                counted.absence = Some(LedgerAbsence::Unavailable);
                notices.push(Notice::NotCounted(error));
            }
        }
        counted
    }

    fn record(&self) -> TrialsRecord {
        TrialsRecord { n: self.tried.strategies, source: self.source, ledger: self.absence }
    }

    /// Adds the trials that the ledger does not know, all at once.
    fn append(&self, runner: &Runner, sweep: &Sweep, folder: &Path, notices: &mut Vec<Notice>) {
        let Some(ledger) = &self.ledger else { return };
        let plan = &runner.plan;
        let defaults = Catalogue::built_in().defaults();
        let place = std::path::absolute(from_start(folder)).unwrap_or_else(|_| folder.into());
        let when = std::time::SystemTime::now();
        let line = |trial: usize| {
            let planned = &plan.trials[trial];
            if self.known.contains(&planned.id) {
                return None;
            }
            let config = config_of(plan, trial, 0);
            let setting = |setting: Setting| (setting.key, setting.value);
            let months = &sweep.returns.trials[trial];
            let net: Vec<u8> = months.iter().flat_map(|month| month.net.to_le_bytes()).collect();
            Some(Trial {
                settings: Some(config.changes_from(&defaults).into_iter().map(setting).collect()),
                factors: config.factors.clone(),
                engine: engine_record().version,
                run: format!("{}#{}", place.display(), &planned.id[..12]),
                returns: Some(sha256(&net)),
                sweep: Some(plan.hash.clone()),
                ..Trial::new(
                    when,
                    plan.data.trial_data(&plan.dataset.name),
                    planned.id.clone(),
                    headline(sweep, trial),
                )
            })
        };
        let mut lines: Vec<Trial> = (0..plan.n_trials()).into_par_iter().filter_map(line).collect();
        let walk = sweep.statistics.walk_forward.as_ref().zip(walk_forward_id(plan));
        if let Some((walk, id)) = walk.filter(|(_, id)| !self.known.contains(id)) {
            let net: Vec<u8> = walk.months.iter().flat_map(|month| month.net.to_le_bytes()).collect();
            lines.push(Trial {
                settings: Some([("walk_forward".into(), walk.rule.word().into())].into()),
                factors: plan.factors.iter().map(|factor| factor.name.clone()).collect(),
                engine: engine_record().version,
                run: format!("{}#walk_forward", place.display()),
                returns: Some(sha256(&net)),
                sweep: Some(plan.hash.clone()),
                ..Trial::new(
                    when,
                    plan.data.trial_data(&plan.dataset.name),
                    id,
                    Headline {
                        excess: walk.excess.get(),
                        interval: walk.excess.interval(),
                        excess_eligible: None,
                        interval_eligible: None,
                        sharpe: walk.information_ratio.get().map(|ratio| ratio / YEAR.sqrt()),
                        n_months: walk.n_months as u64,
                    },
                )
            });
        }
        if let Err(error) = ledger.append_all(&lines) {
            notices.push(Notice::NotCounted(error));
        }
    }
}

/// The name of the walk forward of a plan in the ledger: it is a strategy of its own, and was tried.
fn walk_forward_id(plan: &SweepPlan) -> Option<String> {
    plan.walk_forward.as_ref().map(|_| strategy_hash(&json!({ "walk_forward": plan.hash })))
}

fn headline(sweep: &Sweep, trial: usize) -> Headline {
    let metrics = sweep.trials[trial].result.as_ref().ok();
    Headline {
        excess: metrics.and_then(|metrics| metrics.excess),
        interval: metrics.and_then(|metrics| metrics.excess_low.zip(metrics.excess_high)),
        excess_eligible: None,
        interval_eligible: None,
        sharpe: metrics.and_then(|metrics| Some(metrics.information_ratio? / YEAR.sqrt())),
        n_months: metrics.map_or(0, |metrics| u64::from(metrics.n_months)),
    }
}

/// The parameters of a factor in the base that are not its defaults.
fn changed_parameters(runner: &Runner, factor: &str) -> Vec<(String, Json)> {
    let own = runner.plan.base.known().map(|base| base.of_factor(factor).to_table());
    let parameters =
        own.and_then(|own| own.get("parameters").and_then(|table| serde_json::to_value(table).ok()));
    let parameters = parameters.and_then(|parameters| parameters.as_object().cloned()).unwrap_or_default();
    parameters
        .into_iter()
        .filter(|(name, value)| default_of(runner, factor, name).as_ref() != Some(value))
        .collect()
}

fn default_of(runner: &Runner, factor: &str, parameter: &str) -> Option<Json> {
    let parameters = runner.factors.find(factor)?.plugin.parameters();
    let known = parameters.iter().find(|known| known.name == parameter)?;
    Some(match known.default() {
        rotor_factor::Value::Flag(value) => value.into(),
        rotor_factor::Value::Integer(value) => value.into(),
        rotor_factor::Value::Number(value) => value.into(),
        rotor_factor::Value::Text(value) => value.into(),
    })
}

/// The same name of a factor of a trial in the ledger.
fn key_of_trial(trial: &Trial, factor: &str) -> String {
    let settings = trial.settings.iter().flatten();
    let of_factor =
        settings.filter_map(|(key, value)| Some((key.strip_prefix(factor)?.strip_prefix('.')?, value)));
    let parameters: Vec<(&str, Json)> = of_factor
        .filter(|(name, _)| !["weight", "library"].contains(name))
        .map(|(name, value)| (name, Json::from(value.as_str())))
        .collect();
    factor_key(factor, parameters.iter().map(|(name, value)| (*name, value)))
}
