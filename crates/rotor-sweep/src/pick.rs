//! Picking one trial of a sweep, and opening the months that were held out, once.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rotor::{Catalogue, Dataset, LedgerChoice, Run, Session, Watch};
use rotor_eval::{annual_mean, information_ratio};
use rotor_fs::FsError;
use rotor_run::Config;
use rotor_run::ledger::{Ledger, Trial, utc};
use rotor_run::metrics::Metric;
use rotor_run::portfolio::{EQUAL_WEIGHT, TOP_NET};
use rotor_run::sweep::{
    HoldoutResult, MonthReturn, PickRule, Picked, Sweep, SweepPlan, read_picked, read_plan, read_sweep,
    write_picked,
};

use crate::choose::Choice;
use crate::error::SweepError;
use crate::trials::config_of;

/// The name of the plan in the folder of a sweep.
const PLAN: &str = "plan.json";

/// A picked trial, with the run over all months, those that were held out included.
#[derive(Debug)]
pub struct PickedTrial {
    /// What is recorded of it.
    pub picked: Picked,
    /// Whether it had been picked before.
    pub is_known: bool,
    /// Its backtest up to the end of the configuration.
    pub run: Run,
    /// The sweep.
    pub sweep: Sweep,
}

/// Returns the trial of a merged sweep that a rule picks.
///
/// # Errors
///
/// [`SweepError::NothingToPick`] if no trial has an information ratio.
pub fn pick(sweep: &Sweep, rule: PickRule) -> Result<usize, SweepError> {
    let trials: Vec<usize> =
        (0..sweep.plan.n_trials()).filter(|trial| sweep.trials[*trial].result.is_ok()).collect();
    let months_of = |place: usize| -> Vec<MonthReturn> { sweep.returns.trials[trials[place]].clone() };
    let choice = Choice { plan: &sweep.plan, trials: &trials };
    choice.by(rule, &months_of).ok_or_else(|| SweepError::NothingToPick {
        rule: rule.word(),
        reason: "no trial has an information ratio".into(),
    })
}

/// Returns the configuration of a trial with the months that were held out.
#[must_use]
pub fn opened_config(plan: &SweepPlan, trial: usize) -> Config {
    let mut config = config_of(plan, trial, 0);
    if let Some(holdout) = &plan.holdout {
        config.end = holdout.until.map(|until| until.0);
    }
    config
}

/// Picks a trial of the sweep in a folder by a rule, runs it over all months, and tells what it did in those that were held out.
///
/// The first pick is recorded in the folder, and with its line in the ledger, before this returns. The same trial can be picked
/// again, and gives the same; where months are held out, no other can.
///
/// # Errors
///
/// If the sweep is not merged; [`SweepError::Opened`] if the months were opened for another trial; if the trial cannot be run.
pub fn open(
    folder: &Path,
    rule: PickRule,
    dataset: Arc<Dataset>,
    catalogue: &Catalogue,
    ledger: &LedgerChoice,
    watch: &dyn Watch,
) -> Result<PickedTrial, SweepError> {
    let sweep = read_sweep(folder)?;
    let runner = crate::Runner::of_plan(sweep.plan.clone(), Arc::clone(&dataset), catalogue)?;
    let trial = pick(&sweep, rule)?;
    let id = sweep.plan.trials[trial].id.clone();
    let known = read_picked(folder)?;
    if let Some(known) = &known
        && known.id != id
        && sweep.plan.holdout.is_some()
    {
        return Err(SweepError::Opened {
            when: known.when.clone(),
            trial: known.id.chars().take(12).collect(),
        });
    }
    drop(runner);
    if sweep.plan.holdout.is_some() {
        check_ledger(&sweep.plan, &id, ledger)?;
    }
    let mut config = opened_config(&sweep.plan, trial);
    let factors = catalogue.select(&mut config, &[])?;
    let session = Session::new(dataset, config, factors, ledger)?;
    let session = match &sweep.plan.holdout {
        Some(_) => session.opening_holdout(&sweep.plan.hash, &id),
        None => session,
    };
    let run = session.backtest_for(Some(folder), watch)?;
    let holdout = sweep.plan.holdout.as_ref().map(|holdout| {
        let excess = excess_from(&run, holdout.first.0);
        let before = sweep.trials[trial].result.as_ref().ok();
        HoldoutResult {
            excess: annual_mean(&excess),
            information_ratio: information_ratio(&excess),
            before: Metric {
                n: before.map_or(0, |before| before.n_months as usize),
                value: before
                    .and_then(|before| before.information_ratio)
                    .ok_or(rotor_run::metrics::Reason::NothingHeld),
            },
        }
    });
    let picked = Picked {
        plan: sweep.plan.hash.clone(),
        rule,
        trial: trial as u32,
        id,
        when: utc(SystemTime::now()),
        holdout,
    };
    let (picked, is_known) = match known {
        Some(known) if known.id == picked.id => (known, true),
        _ => {
            match write_picked(folder, &picked) {
                Ok(()) => {}
                // Without months that are held out a pick is a convenience, and the first one stays on record.
                Err(FsError::Exists { .. }) if sweep.plan.holdout.is_none() => {}
                Err(FsError::Exists { .. }) => {
                    let known = read_picked(folder)?;
                    let (when, trial) = known.map_or_else(Default::default, |known| (known.when, known.id));
                    return Err(SweepError::Opened { when, trial });
                }
                Err(error) => return Err(error.into()),
            }
            (picked, false)
        }
    };
    Ok(PickedTrial { picked, is_known, run, sweep })
}

/// Looks whether the ledger knows that the months were opened for another trial, of this sweep or of the same one in another folder.
fn check_ledger(plan: &SweepPlan, id: &str, ledger: &LedgerChoice) -> Result<(), SweepError> {
    // A ledger that cannot be read is told of by the run, and is no reason not to pick.
    let LedgerChoice::At(path) = ledger else { return Ok(()) };
    let Ok(history) = Ledger::at(path.clone()).read() else { return Ok(()) };
    let opened = |trial: &&Trial| {
        trial.sweep.as_ref() == Some(&plan.hash) && trial.opened.as_deref().is_some_and(|opened| opened != id)
    };
    match history.trials.iter().find(opened) {
        None => Ok(()),
        Some(trial) => {
            let known = trial.opened.clone().unwrap_or_default();
            Err(SweepError::Opened { when: trial.when.clone(), trial: known.chars().take(12).collect() })
        }
    }
}

/// The monthly excess returns of a run from the executions of a month on.
fn excess_from(run: &Run, first: rotor_factor::Month) -> Vec<f64> {
    let rows = &run.rows;
    let of = |name: &str| -> Vec<Option<f64>> {
        let portfolio = rows.portfolios.iter().position(|known| known == name).map(|place| place as u32);
        let mut returns = vec![None; rows.executions.len()];
        for row in rows.returns.iter().filter(|row| Some(row.portfolio) == portfolio) {
            returns[row.execution as usize] = Some(row.value);
        }
        returns
    };
    let (net, equal_weight) = (of(TOP_NET), of(EQUAL_WEIGHT));
    let months = rows.executions.iter().enumerate().filter(|(_, execution)| execution.as_of.month() >= first);
    months.filter_map(|(month, _)| Some(net[month]? - equal_weight[month]?)).collect()
}

/// A trial of a sweep by its folder and its identifier, as `DIR#ID` names it.
#[derive(Debug)]
pub struct NamedTrial {
    /// The plan.
    pub plan: SweepPlan,
    /// The number of the trial.
    pub trial: usize,
}

impl NamedTrial {
    /// Finds a trial: by its number, or by the beginning of its identifier.
    ///
    /// # Errors
    ///
    /// If the folder has no plan, or not one trial of this name.
    pub fn find(folder: &Path, id: &str) -> Result<Self, SweepError> {
        /// Fewer digits are a number.
        const FEWEST_DIGITS: usize = 8;
        let plan = read_plan(&folder.join(PLAN))?;
        let by_number =
            id.parse::<usize>().ok().filter(|number| id.len() < FEWEST_DIGITS && *number < plan.n_trials());
        let found: Vec<usize> = match by_number {
            Some(number) => vec![number],
            None if id.is_empty() => Vec::new(),
            None => plan.find(id).collect(),
        };
        match found[..] {
            [trial] => Ok(Self { plan, trial }),
            [] => Err(SweepError::NoTrial { place: folder.into(), id: id.into() }),
            _ => Err(SweepError::SeveralTrials { id: id.into(), n: found.len() }),
        }
    }

    /// Returns the configuration of its backtest, which ends before the months that are held out.
    #[must_use]
    pub fn config(&self) -> Config {
        config_of(&self.plan, self.trial, 0)
    }
}
