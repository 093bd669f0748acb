//! What many strategies share: executions, sectors and what they gain, and what factors say, asked once.
//!
//! A backtest makes these for itself. Whoever tries thousands of settings makes them once for all settings of one schedule and universe, and has
//! the numbers that each backtest would have, to the bit.

use rotor_data::{Dataset, PriceFrequency};
use rotor_factor::{AsOf, Date, EntityKind, Scale, Spec};
use rotor_plugin::Instance;
use rotor_run::Config;
use rotor_strategy::{FactorScores, ScoredSectors};

use crate::backtest::{BacktestError, Member, checked_schedule, culprit, growths, risk_free, universe};
use crate::plan::Plan;
use crate::replay::{Outcome, TableDays, replay_watched};
use crate::returns::sector_return;
use crate::schedule::Execution;
use crate::watch::{Counter, Watch};

/// The executions of a configuration, with the sectors of each and what they gain until its exit.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Oldest first; at least one.
    pub executions: Vec<Execution>,
    /// The sectors of each execution with their returns, without any factor.
    pub days: Vec<ScoredSectors>,
    /// The riskless rate known on each execution day, in percent a year; empty for a rate of 0.
    pub risk_free: Vec<Option<f64>>,
    /// For each execution what 1 bought at its entry has become on each later day until the exit; empty where there are month-end closes only.
    growths: Vec<Growths>,
}

/// What 1 in each sector of an execution becomes from day to day.
#[derive(Clone, Debug)]
struct Growths {
    n_days: usize,
    /// Sector by sector, day by day.
    values: Vec<f64>,
}

impl Ground {
    /// Finds the executions of a configuration, their sectors and what these gain.
    ///
    /// # Errors
    ///
    /// If schedule, universe or riskless rate of the configuration do not fit the dataset, as a backtest of it would say.
    ///
    /// # Panics
    ///
    /// Never: a sector of the cross-section has closes.
    pub fn new(dataset: &Dataset, config: &Config) -> Result<Self, BacktestError> {
        let plan = Plan::new(dataset, &[])?.with_universe(universe(dataset, config)?);
        let executions = checked_schedule(dataset, config, &plan, Date::MAX)?.executions;
        let as_ofs: Vec<AsOf> = executions.iter().map(|execution| execution.as_of).collect();
        let of_kind = dataset.of_kind(EntityKind::Sector);
        let counter = Counter::new(&crate::watch::Unwatched, None);
        let replay = replay_watched(dataset, &plan, &[], &as_ofs, TableDays::Last, &counter);
        let replay = replay.map_err(|error| culprit(dataset, &[], &as_ofs, error))?;
        let is_daily = dataset.manifest().price_frequency == PriceFrequency::Daily;
        let day = |(rows, execution): (&Vec<u32>, &Execution)| {
            let sectors: Vec<u32> = rows.iter().map(|row| of_kind[*row as usize] as u32).collect();
            let gain = |sector: &u32| {
                let value = sector_return(dataset, *sector as usize, execution.entry, execution.exit);
                value.expect("a sector of the cross-section has a close")
            };
            ScoredSectors { returns: sectors.iter().map(gain).collect(), sectors, factors: Vec::new() }
        };
        let days: Vec<ScoredSectors> = replay.sectors.iter().zip(&executions).map(day).collect();
        let growths = if is_daily {
            days.iter()
                .zip(&executions)
                .map(|(day, execution)| Growths::new(dataset, day, execution))
                .collect()
        } else {
            Vec::new()
        };
        let risk_free = risk_free(dataset, config, &executions)?;
        Ok(Self { executions, days, risk_free, growths })
    }

    /// Whether net values are followed from day to day.
    #[must_use]
    pub fn is_daily(&self) -> bool {
        !self.growths.is_empty()
    }

    /// Follows what is bought at an execution, by position among its sectors with weights: adds to `values` what 1 becomes on each day
    /// after the entry until the exit, before costs.
    pub fn follow(&self, execution: usize, held: &[(u32, f64)], values: &mut Vec<f64>) {
        let Some(Growths { n_days, values: growths }) = self.growths.get(execution) else { return };
        let first = values.len();
        values.resize(first + n_days, 0.0);
        // Sector by sector: on each day the sum runs in the order of sectors, as where one backtest is followed.
        for (sector, weight) in held {
            let of_sector = &growths[*sector as usize * n_days..][..*n_days];
            for (value, growth) in values[first..].iter_mut().zip(of_sector) {
                *value += weight * growth;
            }
        }
    }
}

impl Growths {
    fn new(dataset: &Dataset, day: &ScoredSectors, execution: &Execution) -> Self {
        let days = dataset.calendar().days();
        let (from, to) = (
            days.partition_point(|day| *day <= execution.entry),
            days.partition_point(|day| *day <= execution.exit),
        );
        let days = &days[from..to.max(from)];
        let of_sector = |sector: &u32| growths(dataset, *sector as usize, execution.entry, days);
        Self { n_days: days.len(), values: day.sectors.iter().flat_map(of_sector).collect() }
    }
}

/// What a factor with its parameters says of some days.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Why it is not asked: the dataset lacks its inputs.
    pub refusal: Option<String>,
    /// The scale that it declares.
    scale: Option<Scale>,
    days: Vec<DayAnswer>,
}

/// A score and a raw value for each sector of a day.
pub type SectorAnswers = Vec<(Option<f64>, Option<f64>)>;

/// What a factor says of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayAnswer {
    /// The day.
    pub as_of: AsOf,
    /// Sector by sector, or why there are none.
    pub scores: Result<SectorAnswers, FailedCall>,
}

/// Why a factor has no scores on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCall {
    /// What is wrong.
    pub reason: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Answers {
    /// Takes answers that were kept, in the order of their days.
    #[must_use]
    pub fn new(spec: &Spec, refusal: Option<String>, days: Vec<DayAnswer>) -> Self {
        Self { refusal, scale: spec.declared_scale(), days }
    }

    /// Returns the answers, day by day.
    #[must_use]
    pub fn days(&self) -> &[DayAnswer] {
        &self.days
    }

    /// Returns the scores of the executions of a configuration, which are all among the days that were asked about.
    ///
    /// # Panics
    ///
    /// If one of them is not.
    #[must_use]
    pub fn scores_of(&self, ground: &Ground) -> Vec<FactorScores> {
        let days: Vec<&DayAnswer> =
            ground.executions.iter().map(|execution| self.of_day(execution.as_of)).collect();
        let scale = self.scale.unwrap_or_else(|| {
            let mut scores =
                days.iter().flat_map(|day| day.scores.iter().flatten()).filter_map(|(score, _)| *score);
            if scores.all(|score| [1.0, 2.0, 3.0].contains(&score)) {
                Scale::Points
            } else {
                Scale::Continuous
            }
        });
        let scores = |(day, sectors): (&&DayAnswer, &ScoredSectors)| match &day.scores {
            Ok(scores) => {
                let (scores, raws): (Vec<_>, Vec<_>) = scores.iter().copied().unzip();
                FactorScores::new(scores, &raws).on_scale(scale)
            }
            Err(_) => {
                FactorScores::new(vec![None; sectors.sectors.len()], &vec![None; sectors.sectors.len()])
                    .on_scale(scale)
            }
        };
        days.iter().zip(&ground.days).map(scores).collect()
    }

    /// Returns the first of the executions on which the factor failed, with the reason.
    #[must_use]
    pub fn first_failure(&self, ground: &Ground) -> Option<(AsOf, &FailedCall)> {
        let days = ground.executions.iter().map(|execution| self.of_day(execution.as_of));
        days.filter(|_| self.refusal.is_none()).find_map(|day| Some((day.as_of, day.scores.as_ref().err()?)))
    }

    fn of_day(&self, as_of: AsOf) -> &DayAnswer {
        let place = self.days.binary_search_by_key(&as_of, |day| day.as_of);
        &self.days[place.expect("every execution day was asked about")]
    }
}

/// Asks factors about days, which ascend, in the universe of a configuration. Several may be the same factor with other parameters.
///
/// # Errors
///
/// If the universe does not fit the dataset, a factor writes to its inputs, or the watcher stops the work.
pub fn answers(
    dataset: &Dataset,
    config: &Config,
    days: &[AsOf],
    instances: &[&Instance],
    watch: &dyn Watch,
) -> Result<Vec<Answers>, BacktestError> {
    let plan = Plan::new(dataset, &[])?.with_universe(universe(dataset, config)?);
    let plan = plan.and(dataset, instances.iter().map(|instance| instance.spec()));
    let counter = Counter::new(watch, Some(days.len()));
    let replay = replay_watched(dataset, &plan, instances, days, TableDays::Last, &counter);
    let replay = replay.map_err(|error| {
        let members: Vec<Member<'_>> =
            instances.iter().map(|instance| Member { instance, weight: 1.0 }).collect();
        culprit(dataset, &members, days, error)
    })?;
    let of_factor = |(factor, outcomes): (usize, Vec<Outcome>)| {
        let day = |(as_of, outcome): (&AsOf, Outcome)| DayAnswer {
            as_of: *as_of,
            scores: match outcome {
                Ok(signal) => Ok((0..signal.n_sectors())
                    .map(|sector| (signal.score_of(sector).ok(), signal.raw_of(sector)))
                    .collect()),
                Err(error) => Err(FailedCall { reason: error.to_string(), hint: error.hint() }),
            },
        };
        let days = days.iter().zip(outcomes).map(day).collect();
        Answers::new(instances[factor].spec(), plan.refusal(factor), days)
    };
    Ok(replay.outcomes.into_iter().enumerate().map(of_factor).collect())
}
