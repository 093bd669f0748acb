//! Running a plan: the parts that are not there yet, one after the other.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use rotor::{Catalogue, Dataset, FactorSet, dataset_record, engine_record, trial_data};
use rotor_run::sweep::{PartError, PartFile, SweepPlan, read_part, write_part, write_plan};

use crate::compute::Workshop;
use crate::error::SweepError;
use crate::planner::Planned;

/// How far a sweep is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepProgress {
    /// How many trials are computed, those of earlier runs included.
    pub n_done: usize,
    /// How many the run is to compute.
    pub n_trials: usize,
}

/// Is told of each finished part, and can stop the work. What is written stays.
pub type SweepWatch<'w> = dyn Fn(SweepProgress) -> ControlFlow<()> + Sync + 'w;

/// One of several processes or machines that share a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 0.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Shard {
    /// The whole sweep.
    pub const WHOLE: Self = Self { number: 0, of: 1 };

    /// Takes a shard.
    ///
    /// # Errors
    ///
    /// If there is none of this number.
    pub fn new(number: usize, of: usize) -> Result<Self, SweepError> {
        if number < of { Ok(Self { number, of }) } else { Err(SweepError::NoShard { shard: number, n: of }) }
    }

    /// Whether a part is one of the shard's.
    #[must_use]
    pub fn has(self, part: usize) -> bool {
        part % self.of == self.number
    }
}

/// A plan with what it takes to run it.
#[derive(Debug)]
pub struct Runner {
    pub(crate) plan: SweepPlan,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) factors: FactorSet,
}

impl From<Planned> for Runner {
    fn from(planned: Planned) -> Self {
        let Planned { plan, factors, dataset } = planned;
        Self { plan, dataset, factors }
    }
}

impl Runner {
    /// Takes a plan that was made before, and holds dataset and factors against it.
    ///
    /// # Errors
    ///
    /// If the dataset or a factor is another than that of the plan, a factor is not to be had, or another version made the plan.
    pub fn of_plan(
        plan: SweepPlan,
        dataset: Arc<Dataset>,
        catalogue: &Catalogue,
    ) -> Result<Self, SweepError> {
        let here = engine_record();
        if plan.engine != here {
            return Err(SweepError::OtherVersion { found: plan.engine.version, here: here.version });
        }
        let found = dataset_record(&dataset);
        if trial_data(&dataset).sha256 != plan.data.sha256 {
            let tables =
                plan.dataset.sha256.iter().filter(|(name, hash)| found.sha256.get(name) != Some(*hash));
            let mut what: Vec<String> = tables.map(|(name, _)| format!("`{name}`")).collect();
            let others = found.sha256.iter().filter(|(name, _)| plan.dataset.sha256.get(name).is_none());
            what.extend(others.map(|(name, _)| format!("`{name}` is new")));
            if what.is_empty() {
                what.push("its manifest".into());
            }
            return Err(SweepError::OtherDataset { what });
        }
        let Some(base) = plan.base.known() else {
            return Err(SweepError::OtherVersion { found: plan.engine.version.clone(), here: here.version });
        };
        let factors = catalogue.select(&mut base.clone(), &[])?;
        for (recorded, here) in plan.factors.iter().zip(factors.records()) {
            let what = if recorded.version != here.version {
                Some(format!("version {}, not {}", here.version, recorded.version))
            } else if recorded.sha256 != here.sha256 {
                Some("its library has changed".into())
            } else {
                None
            };
            if let Some(what) = what {
                return Err(SweepError::OtherFactor { factor: recorded.name.clone(), what });
            }
        }
        Ok(Self { plan, dataset, factors })
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &SweepPlan {
        &self.plan
    }

    /// Computes the parts of a shard that are not in the folder yet, and returns how many those were. The plan is written there first.
    ///
    /// Parts that were cut short are computed again. `watch` hears of each part and can stop the run, which then keeps what it has.
    ///
    /// # Errors
    ///
    /// If the folder has another plan, the disk refuses, a library breaks a rule that ends a run, or the watcher stops it.
    pub fn run(&self, folder: &Path, shard: Shard, watch: &SweepWatch<'_>) -> Result<usize, SweepError> {
        write_plan(folder, &self.plan).map_err(|error| match error {
            rotor_run::sweep::SweepFolderError::Changed { .. } => {
                SweepError::OtherSweep { place: folder.into() }
            }
            error => error.into(),
        })?;
        let there = sound_parts(folder, &self.plan)?;
        let own: Vec<(usize, std::ops::Range<usize>)> =
            self.plan.part_ranges().enumerate().filter(|(part, _)| shard.has(*part)).collect();
        let n_trials = own.iter().map(|(_, range)| range.len()).sum();
        let is_there = |part: usize| there.iter().any(|file| file.part == part);
        let mut n_done = own.iter().filter(|(part, _)| is_there(*part)).map(|(_, range)| range.len()).sum();
        let missing: Vec<_> = own.into_iter().filter(|(part, _)| !is_there(*part)).collect();
        let n_missing = missing.len();
        if missing.is_empty() {
            return Ok(0);
        }
        let workshop = Workshop::new(&self.plan, &self.dataset, &self.factors, Some(folder.into()));
        for (number, range) in missing {
            if watch(SweepProgress { n_done, n_trials }).is_break() {
                return Err(SweepError::Stopped);
            }
            write_part(folder, &self.plan, number, &workshop.part(number)?)?;
            n_done += range.len();
        }
        let _ = watch(SweepProgress { n_done, n_trials });
        Ok(n_missing)
    }
}

/// The parts in a folder that are whole; those that were cut short count as missing.
pub(crate) fn sound_parts(folder: &Path, plan: &SweepPlan) -> Result<Vec<PartFile>, PartError> {
    let mut sound = Vec::new();
    for file in PartFile::list(folder)? {
        match read_part(plan, &file) {
            Ok(_) => sound.push(file),
            Err(PartError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sound)
}

/// What there is of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepStatus {
    /// The trials that are computed.
    pub n_done: usize,
    /// All trials.
    pub n_trials: usize,
    /// The parts that are missing.
    pub missing: Vec<usize>,
    /// Those that were cut short, among the missing.
    pub damaged: Vec<usize>,
    /// How many parts there are.
    pub n_parts: usize,
}

impl SweepStatus {
    /// Looks at the parts in the folder of a sweep.
    ///
    /// # Errors
    ///
    /// If a part belongs to another plan or came out in two ways, or the folder cannot be read.
    pub fn of(folder: &Path, plan: &SweepPlan) -> Result<Self, SweepError> {
        let sound = sound_parts(folder, plan)?;
        let is_sound = |part: &usize| sound.iter().any(|file| file.part == *part);
        let n_parts = plan.parts.len();
        let missing: Vec<usize> = (0..n_parts).filter(|part| !is_sound(part)).collect();
        let listed = PartFile::list(folder)?;
        let damaged = listed.iter().map(|file| file.part).filter(|part| !is_sound(part)).collect();
        let n_done = (0..n_parts).filter(is_sound).map(|part| plan.parts[part] as usize).sum();
        Ok(Self { n_done, n_trials: plan.n_trials(), missing, damaged, n_parts })
    }

    /// Returns the numbers of what is missing as `sbatch --array` takes them, such as `3,7-9`: of the shards of a sweep that is divided
    /// into so many.
    #[must_use]
    pub fn missing_shards(&self, n_shards: usize) -> String {
        let mut shards: Vec<usize> = self.missing.iter().map(|part| part % n_shards.max(1)).collect();
        shards.sort_unstable();
        shards.dedup();
        ranges(&shards)
    }
}

/// Numbers that ascend, with those that follow each other as a range.
fn ranges(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|one, next| one + 1 == *next).map(|run| match run {
        [one] => one.to_string(),
        run => format!("{}-{}", run[0], run[run.len() - 1]),
    });
    runs.collect::<Vec<String>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_as_schedulers_take_it() {
        let status = |missing: &[usize]| SweepStatus {
            n_done: 0,
            n_trials: 0,
            missing: missing.to_vec(),
            damaged: Vec::new(),
            n_parts: 16,
        };
        assert_eq!(status(&[3, 7, 8, 9]).missing_shards(16), "3,7-9");
        assert_eq!(status(&[3, 7, 8, 9]).missing_shards(4), "0-1,3");
        assert_eq!(status(&[]).missing_shards(4), "");
        assert!(Shard::new(4, 4).is_err() && Shard::new(0, 0).is_err());
        let all: Vec<usize> =
            (0..3).flat_map(|number| (0..7).filter(move |part| Shard { number, of: 3 }.has(*part))).collect();
        assert_eq!(all, [0, 3, 6, 1, 4, 2, 5]);
    }
}
